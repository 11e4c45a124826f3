/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* For tests of databases and property lists (after reading.h): its events as lines with all that
 * the reader says of them, and its notes. */
#include "reading.h"

static struct buf whole_notes;
static unsigned whole_lost;

static void whole_note(void *ctx, uint64_t offset, bool lost, const char *why)
{
	(void)ctx;
	whole_lost += lost;
	buf_printf(&whole_notes, "%llu: %s\n", (unsigned long long)offset, why);
}

static inline bool whole_noted(const char *part)
{
	return slice_search(buf_slice(&whole_notes), slice_str(part)) != NULL;
}

static void whole_put(struct event *ev, struct buf *out)
{
	struct arena a;
	char time[32] = "-";

	arena_init(&a, 0);
	if (ev->time.set)
		time[when_format(ev->time, time)] = 0;
	buf_printf(out, "%s %s %s #%llu %s", ev->kind, time, ev->time_kind ? ev->time_kind : "-",
		   (unsigned long long)ev->ptr.record, ev->op ? activity_text(ev->op) : "-");
	for (int s = 0; s < STAGE_COUNT; s++)
		if (ev->proves & STAGE_BIT(s))
			buf_printf(out, " %s", stage_text((enum stage)s));
	for (int made = 0; made < 2; made++)
		for (uint32_t i = 0; i < ev->n; i++)
			if (ev->fields[i].made == (made == 1)) {
				buf_put_str(out, made ? ";>" : ";");
				buf_put(out, ev->fields[i].name);
				buf_put_byte(out, '=');
				buf_put(out, value_text(ev->fields[i].value, &a));
			}
	buf_put_byte(out, '\n');
	arena_done(&a);
}

/* beside may be NULL. Gives the number of events; out may be NULL. */
static size_t whole_read(const struct input_format *f, struct slice bytes,
			 const struct slice *beside, const char *path, struct buf *out)
{
	struct input_env env = *environment();
	struct guard g = guard_copy(bytes, 64);
	struct input_window w = { .bytes = g.bytes, .file_bytes = bytes.n, .final = true };
	struct event ev;
	size_t n = 0;

	for (size_t i = 0; beside && i < INPUT_BESIDE; i++)
		w.beside[i] = beside[i];
	env.note = whole_note;
	env.path = slice_str(path);
	buf_clear(&whole_notes);
	whole_lost = 0;
	event_init(&ev, &names);
	struct input *in = f->open(&env);

	f->window(in, &w);
	while (f->next(in, &ev) == INPUT_EVENT) {
		n++;
		for (uint32_t i = 0; i < ev.n; i++)
			(void)event_text(&ev, &ev.fields[i]);
		if (out)
			whole_put(&ev, out);
	}
	assert_int_equal(f->consumed(in), bytes.n);
	f->close(in);
	event_done(&ev);
	guard_done(&g);
	return n;
}
