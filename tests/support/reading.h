/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* For tests of readers: all events of a text as lines, given in windows that end at a guard page.
 */
#include "base/buf.h"
#include "base/err.h"
#include "event/taxonomy.h"
#include "guard.h"
#include "input/dialect.h"
#include "input/formats.h"
#include "test.h"

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

static const struct input_env *environment(void)
{
	static struct input_env env;

	env = (struct input_env){ .names = &names, .dialects = dialects, .modified = 1793750400 };
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
		struct input_window w = { g.bytes, from, text.n, have == text.n };
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
