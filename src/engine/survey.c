/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/survey.h"

#include "base/heap.h"

#include <stdlib.h>

enum { MESSAGE_COVERAGE = ENGINE_MESSAGE_FIRST + 16 };

struct worker {
	void *hunt;
	struct coverage coverage;
	struct buf message;
};

void *survey_worker_new(void *shared)
{
	struct worker *w = heap_new(sizeof(*w));

	w->hunt = hunt_worker_new(shared);
	coverage_init(&w->coverage);
	return w;
}

void survey_worker_free(void *worker)
{
	struct worker *w = worker;

	hunt_worker_free(w->hunt);
	coverage_done(&w->coverage);
	buf_done(&w->message);
	free(w);
}

static void send(struct worker *w, struct buf *out)
{
	if (!w->coverage.n)
		return;
	buf_clear(&w->message);
	coverage_encode(&w->coverage, &w->message);
	engine_message(out, MESSAGE_COVERAGE, buf_slice(&w->message));
	coverage_clear(&w->coverage);
}

void survey_worker_event(void *worker, struct event *ev, struct buf *out)
{
	struct worker *w = worker;

	if (coverage_add(&w->coverage, ev))
		send(w, out);
	hunt_worker_event(w->hunt, ev, out);
}

void survey_worker_piece_end(void *worker, struct buf *out)
{
	struct worker *w = worker;

	send(w, out);
	hunt_worker_piece_end(w->hunt, out);
}

bool survey_result(struct survey *s, const struct engine_file *file, uint64_t record_base,
		   uint8_t type, struct slice payload)
{
	struct err err = { 0 };

	if (type != MESSAGE_COVERAGE)
		return hunt_result(&s->hunt, file, record_base, type, payload);
	s->dropped += !coverage_merge(&s->coverage, payload, s->on_row, s->ctx, &err);
	return true;
}
