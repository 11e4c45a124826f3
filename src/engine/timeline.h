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

struct timeline_options {
	bool json;
	struct when from, to;	      /* unset: no bound; events without time pass when both are */
	const struct slice *hosts;    /* without case; none: all */
	size_t host_count;
	const struct slice *kinds;    /* none: all */
	size_t kind_count;
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
void timeline_worker_free(void *worker);

/* The parent side: true when the message was a timeline's. */
bool timeline_result(struct timeline *t, const struct engine_file *file, uint64_t record_base,
		     uint8_t type, struct slice payload);
void timeline_done(struct timeline *t);
