/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * What one source of one host covers: first and last record, holes, what ended or changed it, and
 * how complete that makes it. Joins coverage (hours), breaks and record numbers; knows no database.
 *
 *   hole     records are missing, or the logger did not run: [from, to] are the records (or the stop
 *            and start) on both sides
 *   off      the machine was down by its own records: nothing could happen
 *   reduced  the audit policy recorded less
 *
 * Silence is no hole: a quiet hour and a logger that did not run look alike. Only numbers that are
 * missing, records that say so, and heartbeats that stop (an hour without) are.
 *
 * Complete is what its dialect or the user says is complete and its own records do not refute.
 * Never because there are many records, or none missing.
 * Owner: the struct; `ends` points to the breaks given.
 */
#include "case/breaks.h"
#include "case/numbers.h"

enum span_kind { SPAN_HOLE = 0, SPAN_OFF, SPAN_REDUCED, SPAN_KIND_COUNT };
const char *span_kind_text(enum span_kind k);

struct verdict_hour {
	int64_t first_ns, last_ns;
};

struct verdict_input {
	struct slice source; /* channel, else category, product or reader */
	struct slice reader;
	enum completeness declared; /* the weakest that its records bring */
	bool asserted;		    /* the user says that it is complete */
	bool event_log;
	bool heartbeat; /* its records come at short intervals, whatever happens */
	const struct verdict_hour *hours; /* in the order of time */
	size_t hour_count;
	const struct break_record *breaks; /* of the host, in the order of time */
	size_t break_count;
	struct numbers_run *runs; /* of the log; may be put into another order */
	size_t run_count;
	bool given_up; /* there were too many runs */
};

struct verdict_span {
	enum span_kind kind;
	int64_t from_ns, to_ns;
	bool open;	  /* nothing tells when it ended: to_ns is the source's last record */
	uint64_t missing; /* records, 0 when not known */
	char reason[120];
};

struct coverage_verdict {
	int64_t first_ns, last_ns;
	enum completeness completeness; /* the answer */
	char refuted_by[200];		/* "": nothing speaks against complete */
	uint64_t lowest, highest, missing; /* record numbers; 0: it has none */
	bool truncated_start; /* records before the first were written and are not here */
	struct verdict_span *spans; /* in the order of time */
	size_t span_count, span_cap;
	uint64_t spans_left_out;
	const struct break_record **ends; /* in the order of time */
	size_t end_count, end_cap;
};

/* in->hour_count is at least 1. */
void verdict_judge(const struct verdict_input *in, struct coverage_verdict *ret);
void verdict_done(struct coverage_verdict *v);
