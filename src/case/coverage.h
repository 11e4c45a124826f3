/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Coverage: for each host, hour and kind of record, how many there are and when the first and the
 * last was. What a "no" will need one day, and what "no hit" is told from "no such record" with.
 * A count says that records exist, not that none is missing: what a source says of its completeness
 * is carried along (the dialect's word), what speaks against it is in breaks.h and numbers.h, and
 * verdict.h joins the three.
 *
 *   worker:  if (coverage_add(&c, ev))          // full
 *                    coverage_encode(&c, &out), coverage_clear(&c);
 *   parent:  coverage_merge(&total, message, row, ctx, &err)   // row: what does not fit stays...
 *            coverage_each(&total, row, ctx)                   // ...and the rest, at the end
 *
 * Hosts and channels compare without case; the first spelling is kept. A host, hour and source
 * may come as several rows; whoever stores them adds them up.
 * Owner: the struct. Thread rule: one thread. Budget: LIMIT_COVERAGE_CELLS cells of 48 bytes and
 * LIMIT_COVERAGE_TEXT bytes of names.
 * Cost: 64 remembered lines; about 15 ns an event that fits one, 90 ns one that does not.
 */
#include "base/limits.h"
#include "base/map.h"
#include "event/event.h"

#define COVERAGE_NO_HOUR INT32_MIN /* the record has no time */
#define COVERAGE_HOUR_NS (INT64_C(3600) * 1000000000)
#define COVERAGE_HOUR_MAX 2562048 /* either side of 1970: no moment lies in an hour beyond */

struct buf;
struct err;
struct taxonomy;

/* What kind of record: channel and event id where it has them, Sigma's words where known. */
struct coverage_source {
	struct slice format; /* the reader: evtx, json */
	struct slice channel;
	struct slice product, category, service;
	int64_t event_id; /* or EVENT_NO_ID */
	enum completeness completeness;
};

struct coverage_row {
	struct slice host; /* empty: the record names none */
	struct coverage_source source;
	int32_t hour; /* whole hours from 1970 on, or COVERAGE_NO_HOUR: then first and last are 0 */
	uint64_t events;
	int64_t first_ns, last_ns;
};

typedef bool coverage_row_fn(void *ctx, const struct coverage_row *row);

struct coverage_cell {
	uint32_t host, source;
	int32_t hour;
	uint64_t events;
	int64_t first_ns, last_ns;
};

/* The sources' texts as numbers in `texts`. No padding: it is a key, byte for byte. */
struct coverage_kind {
	uint32_t format, channel, product, category, service;
	uint32_t completeness; /* enum completeness */
	int64_t event_id;
};

#define COVERAGE_LINES 64
#define COVERAGE_LINE_TEXT 72 /* longer names are looked up each time */

/* Names as last spelled, and where they led. */
struct coverage_line {
	const char *kind; /* NULL: nothing remembered */
	int64_t event_id;
	enum completeness completeness;
	int64_t from_ns, below_ns; /* the hour */
	uint32_t cell;
	uint16_t host_n, channel_n;
	uint8_t host[COVERAGE_LINE_TEXT], channel[COVERAGE_LINE_TEXT];
};

struct coverage {
	struct map spellings; /* as spelled -> number in texts */
	struct map folded;    /* folded -> number in texts */
	struct slice *texts;  /* first spellings, owned by spellings' arena */
	size_t text_count, text_cap;
	struct coverage_kind *kinds;
	size_t kind_count, kind_cap;
	struct map by_kind;
	struct coverage_cell *cells;
	size_t n, cap;
	uint32_t *slots; /* index + 1 into cells */
	size_t mask;
	struct arena scratch;
	struct coverage_line lines[COVERAGE_LINES];
};
/* Of one row; more is not counted. Leaves room to add rows up in 63 bits. */
#define COVERAGE_EVENTS_MAX (UINT64_C(1) << 40)

/* The hour that a moment lies in. */
static inline int32_t coverage_hour(int64_t ns)
{
	return (int32_t)(ns / COVERAGE_HOUR_NS - (ns % COVERAGE_HOUR_NS < 0));
}

/* A host's or channel's name as far as it is kept: LIMIT_NAME_BYTES, whole characters. */
struct slice coverage_name(struct slice name);

void coverage_init(struct coverage *c);
void coverage_done(struct coverage *c);
void coverage_clear(struct coverage *c);
/* Counts one event. True when the budget is spent: give away what is there, then clear. */
bool coverage_add(struct coverage *c, const struct event *ev);
/* Adds a row. True as above. */
bool coverage_put(struct coverage *c, const struct coverage_row *row);
/* Every row in the order in which it was first seen; stops, and gives false, when fn does. */
bool coverage_each(const struct coverage *c, coverage_row_fn *fn, void *ctx);

/* One message with everything in c. */
void coverage_encode(const struct coverage *c, struct buf *out);
/* The rows of a message from a worker, which may be hostile: all of it is checked before the
 * first row is given. False with ERR_FORMAT for what no honest worker sends. */
bool coverage_decode(struct slice message, coverage_row_fn *fn, void *ctx, struct err *err);
/* Adds a message to c; whenever c is full its rows go to fn and it is cleared. False with err for
 * a bad message, and false with err untouched when fn said so. */
bool coverage_merge(struct coverage *c, struct slice message, coverage_row_fn *fn, void *ctx,
		    struct err *err);

/* Fills product, category and service from Sigma's taxonomy (channel and event id; lines with a
 * condition only where no other fits). Leaves what is already there. */
void coverage_classify(const struct taxonomy *t, struct coverage_source *source);
