/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/survey.h"

#include "base/cursor.h"
#include "base/heap.h"
#include "graph/block.h"

#include <stdlib.h>

enum { MESSAGE_COVERAGE = ENGINE_MESSAGE_FIRST + 16, MESSAGE_BLOCK, MESSAGE_VERDICT };

struct worker {
	void *hunt;
	const struct extract *extract;
	struct blocks *blocks;
	struct coverage coverage;
	struct buf message;
	struct buf *out; /* while blocks are given */
};

void *survey_worker_new(void *shared)
{
	const struct survey_shared *s = shared;
	struct worker *w = heap_new(sizeof(*w));

	w->hunt = hunt_worker_new((void *)(uintptr_t)s->matcher);
	w->extract = s->extract;
	w->blocks = blocks_new();
	coverage_init(&w->coverage);
	return w;
}

void survey_worker_free(void *worker)
{
	struct worker *w = worker;

	hunt_worker_free(w->hunt);
	blocks_free(w->blocks);
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

static void send_block(void *ctx, struct slice block)
{
	struct worker *w = ctx;

	engine_message(w->out, MESSAGE_BLOCK, block);
}

static void send_blocks(struct worker *w, struct buf *out)
{
	w->out = out;
	blocks_give(w->blocks, send_block, w);
}

static void send_verdict(struct worker *w, const struct event *ev, struct buf *out)
{
	struct buf *m = &w->message;

	buf_clear(m);
	buf_put_u8(m, ev->time.set);
	buf_put_le64(m, (uint64_t)ev->time.ns);
	buf_put_u8(m, ev->time.digits);
	buf_put_le64(m, (uint64_t)ev->event_id);
	buf_put_u8(m, ev->ptr.record_counted);
	buf_put_le64(m, ev->ptr.record);
	buf_put_le64(m, ev->ptr.offset);
	buf_put_sized(m, slice_str(ev->verdict.detector));
	buf_put_sized(m, ev->verdict.title);
	buf_put_sized(m, ev->verdict.level);
	buf_put_sized(m, ev->host);
	buf_put_sized(m, ev->channel);
	engine_message(out, MESSAGE_VERDICT, buf_slice(m));
}

void survey_worker_event(void *worker, struct event *ev, struct buf *out)
{
	struct worker *w = worker;
	bool alert = ev->verdict.detector != NULL;
	struct act act;

	if (coverage_add(&w->coverage, ev))
		send(w, out);
	if (alert)
		send_verdict(w, ev, out);
	alert |= hunt_worker_match(w->hunt, ev, out);
	if (extract_act(w->extract, ev, alert, &act) && blocks_add(w->blocks, &act))
		send_blocks(w, out);
}

void survey_worker_piece_end(void *worker, struct buf *out)
{
	struct worker *w = worker;

	send(w, out);
	send_blocks(w, out);
	hunt_worker_piece_end(w->hunt, out);
}

static struct slice take_sized(struct cursor *c)
{
	return cursor_take(c, cursor_u32(c));
}

static bool take_verdict(struct survey *s, const struct engine_file *file, uint64_t record_base,
			 struct slice payload)
{
	struct survey_verdict v = { .file = file };
	struct cursor c = cursor_of(payload);
	bool counted;

	v.time.set = cursor_u8(&c) != 0;
	v.time.ns = (int64_t)cursor_u64(&c);
	v.time.digits = cursor_u8(&c);
	v.event_id = (int64_t)cursor_u64(&c);
	counted = cursor_u8(&c) != 0;
	v.record = cursor_u64(&c) + (counted ? record_base : 0);
	v.offset = cursor_u64(&c);
	v.detector = take_sized(&c);
	v.title = take_sized(&c);
	v.level = take_sized(&c);
	v.host = take_sized(&c);
	v.channel = take_sized(&c);
	if (!c.ok || v.time.digits > 9)
		return false;
	hit_id_for(v.id, file, v.detector, v.host, v.channel, v.record, v.offset, v.time.ns);
	if (s->on_verdict)
		s->on_verdict(s->ctx, &v);
	return true;
}

static bool take_block(struct survey *s, const struct engine_file *file, uint64_t record_base,
		       struct slice payload)
{
	struct slice host;
	size_t activities;

	if (!block_head(payload, &host, &activities) || host.n > LIMIT_NAME_BYTES * 4)
		return false;
	if (s->on_block)
		s->on_block(s->ctx, file, record_base, host, activities, payload);
	return true;
}

bool survey_result(struct survey *s, const struct engine_file *file, uint64_t record_base,
		   uint8_t type, struct slice payload)
{
	struct err err = { 0 };

	switch (type) {
	case MESSAGE_COVERAGE:
		s->dropped += !coverage_merge(&s->coverage, payload, s->on_row, s->ctx, &err);
		return true;
	case MESSAGE_BLOCK:
		s->dropped += !take_block(s, file, record_base, payload);
		return true;
	case MESSAGE_VERDICT:
		s->dropped += !take_verdict(s, file, record_base, payload);
		return true;
	default:
		return hunt_result(&s->hunt, file, record_base, type, payload);
	}
}
