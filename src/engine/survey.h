/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Investigating as an analysis (engine.h): hunting, counting what there is, and gathering what was done.
 * Coverage per host, hour and kind of record, breaks of logging, runs of record numbers, other
 * products' verdicts and activities in blocks (graph/block.h) travel to the parent with each piece. */
#include "case/breaks.h"
#include "case/coverage.h"
#include "case/hosts.h"
#include "case/numbers.h"
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
	struct breaks breaks;
	struct numbers numbers;
	struct hosts hosts;
	struct coverage of_file; /* of the file that is delivered: who it is about, should it be capped */
};

/* The worker side: `shared` is the struct survey_shared. */
void *survey_worker_new(void *shared);
void survey_worker_event(void *worker, struct event *ev, struct buf *out);
void survey_worker_piece_end(void *worker, struct buf *out);

/* The parent side. What it gathers is set up and freed by these two; the rest is the caller's. */
void survey_init(struct survey *s);
void survey_done(struct survey *s);
/* A file is wholly delivered: is it an export that was cut at a round number of rows? */
void survey_file(struct survey *s, const struct engine_file *file);
bool survey_result(struct survey *s, const struct engine_file *file, uint64_t record_base,
		   uint8_t type, struct slice payload);
