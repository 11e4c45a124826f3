/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* For tests of readers: all events of a text as lines, given in windows that end at a guard page.
 */
#include "base/buf.h"
#include "base/err.h"
#include "base/heap.h"
#include "event/taxonomy.h"
#include "guard.h"
#include "input/dialect.h"
#include "input/formats.h"
#include "test.h"

#include <stdlib.h>

static struct names names;
static struct taxonomy tax;
static struct dialects *dialects;

static bool reading_init(void)
{
	struct err err = { 0 };

	names_init(&names);
	if (!taxonomy_init(&tax, &names, &err) || !(dialects = dialects_new(&names, &tax, &err))) {
		fprintf(stderr, "%s\n", err.why);
		return false;
	}
	return true;
}

static void reading_done(void)
{
	dialects_free(dialects);
	taxonomy_done(&tax);
	names_done(&names);
}

static struct slice reading_path; /* what the file is called, where a test says so */
static struct buf *reading_notes; /* where notes go, a line each; NULL: nowhere */

static void keep_note(void *ctx, uint64_t offset, bool lost, const char *why)
{
	(void)ctx;
	if (reading_notes)
		buf_printf(reading_notes, "%llu %s%s\n", (unsigned long long)offset,
			   lost ? "lost: " : "", why);
}

static const struct input_env *environment(void)
{
	static struct input_env env;

	env = (struct input_env){ .names = &names,
				  .dialects = dialects,
				  .modified = 1793750400,
				  .path = reading_path,
				  .note = keep_note };
	return &env;
}

static void put_event(struct event *ev, struct buf *out)
{
	buf_printf(out, "%s %s %lld #%llu@%llu", ev->kind, ev->dialect ? ev->dialect : "-",
		   ev->time.set ? (long long)ev->time.ns : -1, (unsigned long long)ev->ptr.record,
		   (unsigned long long)ev->ptr.offset);
	for (uint32_t i = 0; i < ev->n; i++) {
		buf_put_byte(out, ';');
		buf_put(out, ev->fields[i].name);
		buf_put_byte(out, '=');
		buf_put(out, event_text(ev, &ev->fields[i]));
	}
	buf_put_byte(out, '\n');
}

/* All events of text, given in windows that grow by `step`. */
static void read_all(const struct input_format *f, struct slice text, size_t step, struct buf *out)
{
	struct event ev;
	size_t from = 0, have = step < text.n ? step : text.n;
	struct input *in = f->open(environment());

	event_init(&ev, &names);
	for (;;) {
		struct guard g = guard_copy(slice_of(text.p + from, have - from), 64);
		struct input_window w = { .bytes = g.bytes,
					  .offset = from,
					  .file_bytes = text.n,
					  .final = have == text.n };
		enum input_step s;

		f->window(in, &w);
		while ((s = f->next(in, &ev)) == INPUT_EVENT)
			put_event(&ev, out);
		from += f->consumed(in);
		guard_done(&g);
		if (s == INPUT_END)
			break;
		have = have + step < text.n ? have + step : text.n;
	}
	f->close(in);
	event_done(&ev);
}

static inline void events_of(const char *text, struct buf *out)
{
	struct slice s = slice_str(text);
	const struct input_format *f = input_detect(s, s.n);

	assert_non_null(f);
	read_all(f, s, s.n, out);
}

/* Every bit of the first KiB flipped, against a guard page: nothing is read past, and it ends. */
static inline void flip_each_bit(const struct input_format *f, struct slice text)
{
	size_t n = text.n < 1024 ? text.n : 1024;
	uint8_t *copy = heap_new(text.n);
	struct event ev;

	memcpy(copy, text.p, text.n);
	event_init(&ev, &names);
	struct guard g = guard_copy(text, 64);
	uint8_t *bytes = (uint8_t *)(uintptr_t)g.bytes.p;

	for (size_t bit = 0; bit < n * 8; bit++) {
		struct input_window w = { .bytes = g.bytes, .file_bytes = text.n, .final = true };
		struct input *in = f->open(environment());
		size_t events = 0;

		bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
		f->window(in, &w);
		while (f->next(in, &ev) == INPUT_EVENT && events++ < 10000)
			for (uint32_t i = 0; i < ev.n; i++)
				(void)event_text(&ev, &ev.fields[i]);
		f->close(in);
		assert_true(events < 10000);
		bytes[bit / 8] = copy[bit / 8];
	}
	guard_done(&g);
	event_done(&ev);
	free(copy);
}
