/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Investigating as an analysis (engine.h): hunting, counting what there is, and gathering what was done:
 * coverage per host, hour and kind of record, other products' verdicts, and activities in blocks
 * (graph/block.h) travel to the parent with each piece. */
#include "case/coverage.h"
#include "engine/hunt.h"
#include "graph/extract.h"

/* What workers share. */
struct survey_shared {
	const struct matcher *matcher;
	const struct extract *extract;
};

/* Another product's alert in the evidence. Texts borrowed from the message. */
struct survey_verdict {
	char id[33];
	const struct engine_file *file;
	struct slice detector, title, level, host, channel;
	struct when time;
	int64_t event_id;
	uint64_t record, offset;
};

struct survey {
	struct hunt hunt;
	struct coverage coverage; /* all of it that fits; what does not goes to on_row as it comes */
	const struct taxonomy *tax;
	coverage_row_fn *on_row;
	void (*on_verdict)(void *ctx, const struct survey_verdict *v);
	/* A block as it came, unchecked but for its head. */
	void (*on_block)(void *ctx, const struct engine_file *file, uint64_t record_base, struct slice host,
			 size_t activities, struct slice block);
	void *ctx;
	uint64_t dropped;
};

/* The worker side: `shared` is the struct survey_shared. */
void *survey_worker_new(void *shared);
void survey_worker_event(void *worker, struct event *ev, struct buf *out);
void survey_worker_piece_end(void *worker, struct buf *out);
void survey_worker_free(void *worker);

/* The parent side. */
bool survey_result(struct survey *s, const struct engine_file *file, uint64_t record_base,
		   uint8_t type, struct slice payload);
