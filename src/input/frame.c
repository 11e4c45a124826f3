/* SPDX-License-Identifier: Apache-2.0 */
#include "input/frame.h"

#include "base/heap.h"
#include "base/limits.h"
#include "input/dialect.h"
#include "input/put.h"

#include <stdlib.h>

/* The first member of a struct that only the reader knows. */
static struct frame *frame_of(struct input *in)
{
	return (struct frame *)(void *)in;
}

struct input *frame_open(size_t bytes, const struct input_env *env)
{
	struct frame *f = heap_new(bytes);

	f->env = *env;
	f->translator = translator_new(env->dialects, env->names);
	return (struct input *)(void *)f;
}

void frame_close(struct input *in)
{
	if (!in)
		return;
	translator_free(frame_of(in)->translator);
	free(in);
}

void frame_window(struct input *in, const struct input_window *w)
{
	frame_of(in)->w = *w;
	frame_of(in)->at = 0;
}

size_t frame_consumed(const struct input *in)
{
	return ((const struct frame *)(const void *)in)->at;
}

uint64_t frame_records(const struct input *in)
{
	return ((const struct frame *)(const void *)in)->record;
}

bool frame_line(struct frame *f, struct slice *ret, uint64_t *ret_offset)
{
	for (;;) {
		struct slice rest = frame_rest(f);
		size_t n = slice_find(rest, '\n');

		if (!rest.n)
			return false;
		if (f->skipping || (n == rest.n && !f->w.final && rest.n >= LIMIT_LINE_BYTES)) {
			if (!f->skipping)
				input_note(&f->env, frame_offset(f), true,
					   "a line longer than %zu MiB was skipped", LIMIT_LINE_BYTES >> 20);
			f->skipping = n == rest.n;
			f->at += n < rest.n ? n + 1 : n;
			continue;
		}
		if (n == rest.n && !f->w.final)
			return false;
		*ret_offset = frame_offset(f);
		f->at += n < rest.n ? n + 1 : n;
		*ret = slice_head(rest, n && n <= rest.n && rest.p[n - 1] == '\r' ? n - 1 : n);
		return true;
	}
}

/* Its length with what ends it; 0: its end is not in s. */
static size_t paragraph(struct slice s, struct slice begin)
{
	struct slice rest = s;

	while (rest.n) {
		size_t n = slice_find(rest, '\n'), at = (size_t)(rest.p - s.p);
		struct slice line = slice_head(rest, n);

		if (at && begin.n && slice_starts(line, begin))
			return at;
		if (n == rest.n)
			return 0;
		if (at && !slice_trim(line).n)
			return at + n + 1;
		rest = slice_from(rest, n + 1);
	}
	return 0;
}

bool frame_paragraph(struct frame *f, struct slice begin, struct slice *ret)
{
	struct slice rest = frame_rest(f);

	while (rest.n && (rest.p[0] == '\n' || rest.p[0] == '\r'))
		rest = slice_from(rest, 1);
	f->at = f->w.bytes.n - rest.n;
	size_t n = paragraph(rest, begin);

	if (!rest.n || (n == 0 && !f->w.final && rest.n < LIMIT_LINE_BYTES))
		return false;
	*ret = slice_head(rest, n ? n : rest.n);
	f->at += ret->n;
	return true;
}

void frame_tell(struct frame *f, uint64_t offset, const char *unit, const char *what)
{
	if (!f->told)
		input_note(&f->env, offset, true, "%s %llu %s (further ones are not told)", unit,
			   (unsigned long long)f->record, what);
	f->told = true;
}

void frame_give(struct frame *f, const char *kind, const char *time_kind, uint64_t offset,
		struct event *ev)
{
	struct when time = ev->time;

	put_place(ev, kind, f->record, offset);
	translator_apply(f->translator, ev);
	ev->time = time;
	if (!ev->host.p)
		ev->host = f->env.host;
	event_seal(ev);
	ev->time_kind = ev->time.set ? time_kind : NULL;
}
