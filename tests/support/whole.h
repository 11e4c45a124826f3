/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* For tests of readers that are given a file at once: its events as lines of JSON, what was noted
 * behind them; every prefix and every flipped bit, against a guard page. With reading.h's names. */
#include "base/heap.h"
#include "reading.h"

#include <stdlib.h>

struct whole_notes {
	unsigned lost, told;
	char first[240]; /* the first of them */
};

static void whole_note(void *ctx, uint64_t offset, bool lost, const char *why)
{
	struct whole_notes *n = ctx;

	(void)offset;
	if (!n->lost && !n->told)
		snprintf(n->first, sizeof(n->first), "%s", why);
	*(lost ? &n->lost : &n->told) += 1;
}

/* "kind time op S1 #record@offset {fields} {made}" */
static void whole_event(struct event *ev, struct buf *out)
{
	char time[32] = "-";

	if (ev->time.set)
		when_format(ev->time, time);
	buf_printf(out, "%s %s %s ", ev->kind, time, activity_text(ev->op));
	for (int s = 0; s < STAGE_COUNT; s++)
		if (ev->proves & STAGE_BIT(s))
			buf_printf(out, "%s ", stage_text((enum stage)s));
	buf_printf(out, "#%llu@%llu", (unsigned long long)ev->ptr.record,
		   (unsigned long long)ev->ptr.offset);
	for (uint32_t i = 0; i < ev->n; i++) {
		buf_printf(out, "%s%.*s=", ev->fields[i].made ? " +" : " ",
			   (int)ev->fields[i].name.n, (const char *)ev->fields[i].name.p);
		value_json(out, ev->fields[i].value, &ev->arena);
	}
	buf_put_byte(out, '\n');
}

static size_t whole_read_at(const struct input_format *f, struct slice bytes, const char *path,
			    struct buf *out, struct whole_notes *notes)
{
	struct input_env env = *environment();
	struct guard g = guard_copy(bytes, 64);
	struct input_window w = { .bytes = g.bytes, .file_bytes = bytes.n, .final = true };
	size_t events = 0;
	struct event ev;

	*notes = (struct whole_notes){ 0 };
	env.note = whole_note;
	env.note_ctx = notes;
	env.path = slice_str(path);
	env.host = slice_str("host");
	struct input *in = f->open(&env);

	event_init(&ev, &names);
	f->window(in, &w);
	while (f->next(in, &ev) == INPUT_EVENT && events++ < 100000)
		whole_event(&ev, out);
	assert_true(events < 100000);
	assert_true(events == 0 || slice_is(ev.host, "host"));
	assert_int_equal(f->consumed(in), bytes.n);
	f->close(in);
	event_done(&ev);
	guard_done(&g);
	return events;
}

static size_t whole_read(const struct input_format *f, struct slice bytes, struct buf *out,
			 struct whole_notes *notes)
{
	return whole_read_at(f, bytes, "", out, notes);
}

/* Every event is printed, so every value is looked at; damage must not end in anything else. */
static inline void whole_survives(const struct input_format *f, struct slice bytes, size_t flips)
{
	struct whole_notes notes;
	struct buf out = { 0 };
	uint8_t *copy = heap_new(bytes.n + 1);

	memcpy(copy, bytes.p, bytes.n);
	for (size_t n = 0; n <= bytes.n; n++) {
		(void)f->probe(slice_head(slice_head(bytes, n), 4096), n);
		(void)whole_read(f, slice_head(bytes, n), &out, &notes);
		buf_clear(&out);
	}
	for (size_t bit = 0; bit < flips * 8 && bit < bytes.n * 8; bit++) {
		copy[bit / 8] ^= (uint8_t)(1u << bit % 8);
		(void)f->probe(slice_head(slice_of(copy, bytes.n), 4096), bytes.n);
		(void)whole_read(f, slice_of(copy, bytes.n), &out, &notes);
		copy[bit / 8] = bytes.p[bit / 8];
		buf_clear(&out);
	}
	buf_done(&out);
	free(copy);
}
