/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/survey.h"

#include "base/heap.h"

#include <stdio.h>
#include <stdlib.h>

enum { MESSAGE_COVERAGE = ENGINE_MESSAGE_FIRST + 16, MESSAGE_BREAK, MESSAGE_NUMBERS };

struct worker {
	void *hunt;
	struct coverage coverage;
	struct numbers numbers;
	struct buf message;
};

void *survey_worker_new(void *shared)
{
	struct worker *w = heap_new(sizeof(*w));

	w->hunt = hunt_worker_new(shared);
	coverage_init(&w->coverage);
	numbers_init(&w->numbers);
	return w;
}

void survey_worker_free(void *worker)
{
	struct worker *w = worker;

	hunt_worker_free(w->hunt);
	coverage_done(&w->coverage);
	numbers_done(&w->numbers);
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

static void send_numbers(struct worker *w, struct buf *out)
{
	if (!w->numbers.logs.n)
		return;
	buf_clear(&w->message);
	numbers_encode(&w->numbers, &w->message);
	engine_message(out, MESSAGE_NUMBERS, buf_slice(&w->message));
	numbers_clear(&w->numbers);
}

/* What a record says of logging itself, and its number in its log. */
static void follow(struct worker *w, struct event *ev, struct buf *out)
{
	struct break_record b;
	bool is_break = break_of(ev, &b);

	if (is_break) {
		buf_clear(&w->message);
		break_encode(&b, &w->message);
		engine_message(out, MESSAGE_BREAK, buf_slice(&w->message));
	}
	if (numbers_add(&w->numbers, ev, is_break))
		send_numbers(w, out);
}

void survey_worker_event(void *worker, struct event *ev, struct buf *out)
{
	struct worker *w = worker;

	if (coverage_add(&w->coverage, ev))
		send(w, out);
	follow(w, ev, out);
	hunt_worker_event(w->hunt, ev, out);
}

void survey_worker_piece_end(void *worker, struct buf *out)
{
	struct worker *w = worker;

	send(w, out);
	send_numbers(w, out);
	hunt_worker_piece_end(w->hunt, out);
}

static bool pass_over(void *ctx, const struct coverage_row *row)
{
	(void)ctx, (void)row;
	return true;
}

static bool take_coverage(struct survey *s, const struct engine_file *file, struct slice payload)
{
	struct err err = { 0 };

	if (!file->format || !slice_is(slice_str(file->format), "evtx"))
		coverage_merge(&s->of_file, payload, pass_over, NULL, &err);
	return coverage_merge(&s->coverage, payload, s->on_row, s->ctx, &err);
}

static bool take_break(struct survey *s, const struct engine_file *file, uint64_t record_base,
		       struct slice payload)
{
	struct break_record b;

	if (!break_decode(payload, &b))
		return false;
	b.record += b.record_counted ? record_base : 0;
	b.file = file->path;
	b.inner = file->inner;
	breaks_add(&s->breaks, &b);
	return true;
}

bool survey_result(struct survey *s, const struct engine_file *file, uint64_t record_base,
		   uint8_t type, struct slice payload)
{
	switch (type) {
	case MESSAGE_COVERAGE:
		s->dropped += !take_coverage(s, file, payload);
		return true;
	case MESSAGE_BREAK:
		s->dropped += !take_break(s, file, record_base, payload);
		return true;
	case MESSAGE_NUMBERS:
		s->dropped += !numbers_merge(&s->numbers, payload);
		return true;
	default:
		return hunt_result(&s->hunt, file, record_base, type, payload);
	}
}

struct capped {
	struct survey *s;
	const struct engine_file *file;
	struct map seen; /* host, 0, channel */
};

/* Event logs are told by their numbers: what is cut off shows there. */
static bool capped_row(void *ctx, const struct coverage_row *row)
{
	struct capped *c = ctx;
	struct slice source = row->source.channel.n ? row->source.channel : row->source.format;
	struct buf key = { 0 };
	struct break_record b = { .kind = BREAK_CAPPED,
				  .covers = COVERS_SOURCE,
				  .host = row->host,
				  .source = source,
				  .log = source,
				  .time = { .ns = row->last_ns, .digits = 3, .set = true },
				  .record = c->file->events,
				  .file = c->file->path,
				  .inner = c->file->inner };
	char detail[48];

	if (row->hour == COVERAGE_NO_HOUR || numbers_known(&c->s->numbers, row->host, source))
		return true;
	buf_put_sized(&key, row->host);
	buf_put_sized(&key, source);
	size_t before = c->seen.n;
	uint32_t at = map_intern(&c->seen, buf_slice(&key));

	buf_done(&key);
	if (c->seen.n == before) { /* one break a source, at its last record */
		struct break_record *there = &c->s->breaks.items[c->seen.entries[at].value];

		if (row->last_ns > there->time.ns)
			there->time.ns = row->last_ns;
		return true;
	}
	snprintf(detail, sizeof(detail), "exactly %llu rows", (unsigned long long)c->file->events);
	b.detail = slice_str(detail);
	c->seen.entries[at].value = (uint32_t)c->s->breaks.n;
	breaks_add(&c->s->breaks, &b);
	return c->s->breaks.n > c->seen.entries[at].value;
}

void survey_file(struct survey *s, const struct engine_file *file)
{
	static const uint64_t caps[] = { 10000, 20000, 30000, 50000, 100000 };
	struct capped c = { .s = s, .file = file };

	for (size_t i = 0; i < sizeof(caps) / sizeof(*caps); i++)
		if (file->events == caps[i] && s->of_file.n) {
			map_init(&c.seen);
			coverage_each(&s->of_file, capped_row, &c);
			map_done(&c.seen);
		}
	coverage_clear(&s->of_file);
}

void survey_init(struct survey *s)
{
	coverage_init(&s->coverage);
	coverage_init(&s->of_file);
	breaks_init(&s->breaks);
	numbers_init(&s->numbers);
}

void survey_done(struct survey *s)
{
	coverage_done(&s->coverage);
	coverage_done(&s->of_file);
	breaks_done(&s->breaks);
	numbers_done(&s->numbers);
}
