/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Record numbers of event logs (EventRecordID), as runs: from which number to which one log (host
 * and channel) is there, and when. A number that lies between two runs is a record that was
 * written and is not in the evidence: the only way in which silence shows to be a hole.
 *
 *   worker:  if (numbers_add(&n, ev, alone)) numbers_encode(&n, &out), numbers_clear(&n);
 *   parent:  numbers_merge(&all, message);          // hostile: checked as a whole
 *            numbers_sort(&all);                    // then, for each log:
 *            count = numbers_of_log(&all, host, channel, &runs);
 *            numbers_judge(runs, count, &verdict);
 *
 * A run grows by the next number above or below while times are within an hour: logs in order,
 * newest first or last, are a few runs; shuffled ones a run a record until the end. So numbers that
 * start again (a log made anew) stay apart from those of the log before: see numbers_judge.
 * Budget: LIMIT_NUMBER_RUNS; when they are spent runs that touch are joined, and when that does not
 * help, the logs with the most are given up, which their verdicts say.
 * Cost: about 20 ns a record that has a number, 1 ns one that has none.
 */
#include "base/map.h"
#include "event/event.h"

struct buf;

struct numbers_run {
	uint32_t log;
	bool timed; /* else the times are 0 */
	uint64_t low, high;
	int64_t low_ns, high_ns; /* when the lowest and the highest were written */
};

#define NUMBERS_LINES 16
#define NUMBERS_LINE_TEXT 72

struct numbers_line {
	uint32_t log; /* + 1; 0: nothing remembered */
	uint16_t host_n, channel_n;
	uint8_t host[NUMBERS_LINE_TEXT], channel[NUMBERS_LINE_TEXT];
};

struct numbers {
	struct map logs; /* host, 0, channel in lower case */
	struct numbers_run *open; /* the run that grows, by log; high 0: none */
	uint8_t *given_up;	  /* by log */
	size_t log_cap, given_cap;
	struct numbers_run *runs;
	size_t n, cap;
	struct arena scratch;
	uint64_t logs_left_out;
	struct numbers_line lines[NUMBERS_LINES];
};

void numbers_init(struct numbers *n);
void numbers_done(struct numbers *n);
void numbers_clear(struct numbers *n);
/* Counts a record that has a number. `alone`: a run of its own, so that what came next stays
 * known. True when it is time to send. */
bool numbers_add(struct numbers *n, struct event *ev, bool alone);
void numbers_encode(struct numbers *n, struct buf *out);
/* False for what no honest worker sends; nothing of it is taken then. */
bool numbers_merge(struct numbers *n, struct slice message);
void numbers_sort(struct numbers *n);
/* Whether records of this log have numbers. */
bool numbers_known(struct numbers *n, struct slice host, struct slice channel);
/* The runs of one log, after numbers_sort. They may be put into another order. */
size_t numbers_of_log(const struct numbers *n, struct slice host, struct slice channel,
		      struct numbers_run **ret, bool *ret_given_up);

struct numbers_gap {
	int64_t from_ns, to_ns; /* of the records on both sides */
	uint64_t before, after; /* their numbers */
	uint64_t missing;	/* records that are not there; of a restart: at least so many */
	bool restart;		/* the numbers start again */
};

struct numbers_verdict {
	uint64_t lowest, highest; /* of the first life of the log, of the last one */
	int64_t lowest_ns;
	uint64_t missing;
	bool disordered; /* numbers and times contradict each other: no gaps are told */
	struct numbers_gap *gaps; /* in the order of time */
	size_t n, cap;
	uint64_t left_out; /* shorter gaps beyond LIMIT_SPANS */
};

/*
 * Works out what is missing. Two lives of one log are told apart by the same number at two
 * times, or by lower numbers later that do not touch the higher ones. Numbers whose order only
 * disagrees with the clock (set back, or a buffer written late) are one life.
 */
void numbers_judge(struct numbers_run *runs, size_t n, struct numbers_verdict *ret);
void numbers_verdict_done(struct numbers_verdict *v);
