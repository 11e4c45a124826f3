/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * The timeline as an analysis (engine.h): workers turn every event into its line, JSON or text;
 * the parent sorts lines by time outside memory (struct sorter) or passes them on as they come.
 *
 * A line's JSON is cut in two around the pointer, since only the parent knows file, inner path and
 * the base of counted record numbers.
 */
#include "engine/engine.h"
#include "graph/extract.h"

#define TIMELINE_ACTIVITY "activity" /* the kind of lines that tell what a record says was done */

struct timeline_options {
	bool json;
	struct when from, to;	      /* unset: no bound; events without time pass when both are */
	const struct slice *hosts;    /* without case; none: all */
	size_t host_count;
	const struct slice *kinds;    /* none: all records, and no activities */
	size_t kind_count;
	const struct extract *extract; /* NULL: activities are not asked for */
};

/* One event's line; borrowed until the callback returns. */
struct timeline_line {
	bool has_time;
	int64_t ns;
	struct slice text; /* without the newline */
};

struct timeline {
	const struct timeline_options *options;
	void (*on_line)(void *ctx, const struct timeline_line *line);
	void *ctx;
	struct buf line;
	uint64_t dropped; /* messages that did not decode */
};

/* The worker side: `shared` is the struct timeline_options. */
void *timeline_worker_new(void *shared);
void timeline_worker_event(void *worker, struct event *ev, struct buf *out);

bool timeline_wants_kind(const struct timeline_options *o, struct slice kind);
bool timeline_wants_host(const struct timeline_options *o, struct slice host);
/* Something that went on from first to last. */
bool timeline_wants_time(const struct timeline_options *o, struct when first, int64_t last_ns);

/* ,"pointer":{..}} behind a JSON line. */
void timeline_put_pointer(struct buf *out, struct slice file, struct slice inner, uint64_t record, uint64_t offset);
/* The parent side: true when the message was a timeline's. */
bool timeline_result(struct timeline *t, const struct engine_file *file, uint64_t record_base,
		     uint8_t type, struct slice payload);
void timeline_done(struct timeline *t);
