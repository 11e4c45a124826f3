/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Investigating as an analysis (engine.h): hunting, and counting what there is: coverage per host,
 * hour and kind of record travels to the parent with each piece. */
#include "case/coverage.h"
#include "engine/hunt.h"

struct survey {
	struct hunt hunt;
	struct coverage coverage; /* all of it that fits; what does not goes to on_row as it comes */
	const struct taxonomy *tax;
	coverage_row_fn *on_row;
	void *ctx;
	uint64_t dropped;
};

/* The worker side: `shared` is the struct matcher. */
void *survey_worker_new(void *shared);
void survey_worker_event(void *worker, struct event *ev, struct buf *out);
void survey_worker_piece_end(void *worker, struct buf *out);
void survey_worker_free(void *worker);

/* The parent side. */
bool survey_result(struct survey *s, const struct engine_file *file, uint64_t record_base,
		   uint8_t type, struct slice payload);
