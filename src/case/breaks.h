/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Breaks: records that say of logging itself that it ended, began, changed or lost something. What
 * they mean for a source is worked out in verdict.h; here a record becomes a break, travels as a
 * message and is kept.
 *
 *   worker:  if (break_of(ev, &b)) break_encode(&b, &out);
 *   parent:  if (break_decode(message, &b)) breaks_add(&all, &b);      // hostile: checked
 *            breaks_sort(&all);                                        // by host, then time
 *            n = breaks_of_host(&all, host, &first);
 *
 * A break covers one source (a channel), every event log of the host, every source of one reader,
 * what a sensor sends, or the whole host. Clocks that moved less than a minute are no break.
 * Owner: struct breaks keeps the texts. Budget: LIMIT_BREAKS; those beyond are counted, not kept.
 * Cost: under 15 ns an event that is none.
 */
#include "base/map.h"
#include "event/event.h"

struct buf;

enum break_kind {
	BREAK_CLEARED = 0, /* 1102, 104 */
	BREAK_STOPPED,	   /* logging ended: 1100, 6006, Sysmon stopped, DAEMON_END */
	BREAK_STARTED,
	BREAK_SHUTDOWN, /* the machine went down... */
	BREAK_BOOT,	/* ...and came up: nothing could happen between */
	BREAK_UNEXPECTED, /* 6008: went down without a record */
	BREAK_POLICY,	/* 4719: what is recorded changed */
	BREAK_CLOCK,
	BREAK_CONFIG, /* Sysmon 16, audit rules */
	BREAK_LOST,   /* the logger says that it dropped records */
	BREAK_FULL,
	BREAK_ARCHIVED, /* the log goes on in another file */
	BREAK_SENSOR_DOWN, /* not onboarded, or unhealthy, by its own word */
	BREAK_SENSOR_UP,
	BREAK_CAPPED, /* a file has exactly as many rows as an export may have */
	BREAK_KIND_COUNT
};
const char *break_kind_text(enum break_kind k);

enum break_covers {
	COVERS_SOURCE = 0, /* the channel named */
	COVERS_EVENT_LOGS,
	COVERS_READER, /* every source of the reader named */
	COVERS_SENSOR, /* every source that its product samples or caps */
	COVERS_HOST,
	COVERS_COUNT
};

struct break_record {
	enum break_kind kind;
	enum break_covers covers;
	struct slice host, source, detail; /* detail: for people; may be empty */
	struct slice log; /* the channel that the record itself stands in */
	struct when time;		   /* unset: the record has none */
	uint64_t number;		   /* EventRecordID, 0: none */
	uint64_t record, offset;	   /* the pointer */
	bool record_counted;
	struct slice file, inner; /* filled by the parent; inner p NULL for a plain file */
};

#define BREAK_DETAIL_BYTES 160u

/* Whether the record is a break, and which. Texts are the event's. */
bool break_of(struct event *ev, struct break_record *ret);
void break_encode(const struct break_record *b, struct buf *out);
/* False for what no honest worker sends. Texts are the message's. */
bool break_decode(struct slice message, struct break_record *ret);

struct breaks {
	struct map texts;
	struct break_record *items;
	size_t n, cap;
	uint64_t left_out;
};

void breaks_init(struct breaks *b);
void breaks_done(struct breaks *b);
/* Keeps a copy of the break and its texts. */
void breaks_add(struct breaks *b, const struct break_record *r);
/* Hosts without case, then by time, then in the order of the evidence. */
void breaks_sort(struct breaks *b);
/* Those of one host, after breaks_sort. */
size_t breaks_of_host(const struct breaks *b, struct slice host, const struct break_record **ret);

/* The number of a record in its event log, 0 when it has none. */
uint64_t event_log_number(struct event *ev);
