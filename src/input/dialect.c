/* SPDX-License-Identifier: Apache-2.0 */
#include "input/dialect.h"

#include "base/embed.h"
#include "base/err.h"
#include "base/heap.h"

#include <stdlib.h>

#define PARTS_MAX 32

extern const unsigned char dialect_tables[];
extern const size_t dialect_tables_size;

struct pair {
	uint32_t from, to;
};

struct dialect {
	const char *name;
	uint32_t when[PARTS_MAX], time[PARTS_MAX], detected[PARTS_MAX], ingested[PARTS_MAX];
	struct pair map[PARTS_MAX];
	uint32_t provider; /* NAME_OTHER: none */
	size_t when_count, time_count, detected_count, ingested_count, map_count;
};

struct dialects {
	struct arena arena;
	struct dialect *list;
	size_t n, cap;
	struct slice wrap[PARTS_MAX], strip[PARTS_MAX];
	size_t wrap_count, strip_count;
};

static struct slice word(struct slice *line)
{
	struct slice s = slice_trim(*line);
	size_t n = 0;

	while (n < s.n && s.p[n] != ' ' && s.p[n] != '\t' && s.p[n] != '#')
		n++;
	/* A comment, unless the # belongs to a name. */
	if (n == 0 && s.n && s.p[0] == '#')
		s.n = 0;
	*line = slice_from(s, n);
	return slice_head(s, n);
}

static bool add_name(uint32_t *list, size_t *n, struct names *names, struct slice text)
{
	if (*n == PARTS_MAX || !text.n)
		return false;
	list[(*n)++] = names_add(names, text);
	return true;
}

static bool add_prefix(struct dialects *d, struct slice *list, size_t *n, struct slice text,
		       const char *end)
{
	if (*n == PARTS_MAX || !text.n)
		return false;
	list[(*n)++] = arena_printf(&d->arena, "%.*s%s", (int)text.n, (const char *)text.p, end);
	return true;
}

static bool read_line(struct dialects *d, struct dialect *x, struct slice line, struct names *names)
{
	struct slice kind = word(&line), a = word(&line), b = word(&line);

	if (!kind.n)
		return true;
	if (slice_is(kind, "dialect")) {
		x->name = (const char *)arena_keep(&d->arena, a).p;
		return a.n > 0;
	}
	if (slice_is(kind, "wrap"))
		return add_prefix(d, d->wrap, &d->wrap_count, a, ".");
	if (slice_is(kind, "strip"))
		return add_prefix(d, d->strip, &d->strip_count, a, "");
	if (slice_is(kind, "when"))
		return add_name(x->when, &x->when_count, names, a);
	if (slice_is(kind, "time"))
		return add_name(x->time, &x->time_count, names, a);
	if (slice_is(kind, "detected"))
		return add_name(x->detected, &x->detected_count, names, a);
	if (slice_is(kind, "ingested"))
		return add_name(x->ingested, &x->ingested_count, names, a);
	if (slice_is(kind, "provider")) {
		x->provider = names_add(names, a);
		return a.n > 0;
	}
	if (!slice_is(kind, "map") || !b.n || x->map_count == PARTS_MAX)
		return false;
	x->map[x->map_count++] = (struct pair){ names_add(names, a), names_add(names, b) };
	return true;
}

bool dialects_add(struct dialects *d, struct slice text, struct names *names, struct err *err)
{
	struct dialect x = { 0 };
	uint64_t number = 0;

	while (text.n) {
		number++;
		if (!read_line(d, &x, slice_cut(text, '\n', &text), names))
			return err_set(err, ERR_FORMAT, number, "dialect line %u cannot be read",
				       (unsigned)number);
	}
	if (!x.name)
		return err_set(err, ERR_FORMAT, 0, "a dialect needs a name");
	d->list = heap_room(d->list, d->n, &d->cap, sizeof(*d->list));
	d->list[d->n++] = x;
	return true;
}

struct dialects *dialects_new(struct names *names, struct err *err)
{
	struct dialects *d = heap_new(sizeof(*d));
	struct slice blob = slice_of(dialect_tables, dialect_tables_size), name, text;

	arena_init(&d->arena, 0);
	while (embed_next(&blob, &name, &text))
		if (!dialects_add(d, text, names, err)) {
			dialects_free(d);
			return NULL;
		}
	return d;
}

void dialects_free(struct dialects *d)
{
	if (!d)
		return;
	free(d->list);
	arena_done(&d->arena);
	free(d);
}

/* The prefix off s: "*." in it stands for one member. */
static bool strip_prefix(struct slice *s, struct slice prefix)
{
	struct slice rest = *s;

	while (prefix.n) {
		size_t star = slice_find(prefix, '*');

		if (!slice_starts(rest, slice_head(prefix, star)))
			return false;
		rest = slice_from(rest, star);
		if (star == prefix.n)
			break;
		rest = slice_from(rest, slice_find(rest, '.'));
		prefix = slice_from(prefix, star + 1);
	}
	if (!rest.n)
		return false;
	*s = rest;
	return true;
}

static struct slice fold_attributes(struct slice s, struct arena *arena)
{
	static const struct slice marks[] = { SLICE(".#attributes."), SLICE("_attributes.") };
	struct slice text = SLICE(".#text");

	if (slice_ends(s, text))
		s.n -= text.n;
	for (size_t i = 0; i < 2; i++) {
		const uint8_t *hit = slice_search(s, marks[i]);

		if (hit && hit > s.p) {
			struct slice tail = slice_from(s, (size_t)(hit - s.p) + marks[i].n);

			return arena_printf(arena, "%.*s_%.*s", (int)(hit - s.p), (const char *)s.p,
					    (int)tail.n, (const char *)tail.p);
		}
	}
	return s;
}

struct slice dialects_name(const struct dialects *d, struct slice path, struct arena *arena)
{
	if (slice_find(path, '.') == path.n)
		return path;
	for (size_t i = 0; i < d->wrap_count; i++)
		strip_prefix(&path, d->wrap[i]);
	for (size_t i = 0; i < d->strip_count; i++)
		if (strip_prefix(&path, d->strip[i]))
			break;
	return fold_attributes(path, arena);
}

static bool fits(const struct dialect *x, const struct event *ev)
{
	for (size_t i = 0; i < x->when_count; i++)
		if (!event_find(ev, x->when[i]))
			return false;
	return x->when_count > 0;
}

/* Text as RFC 3339, or a number of seconds or milliseconds since 1970. */
static struct when clock_of(struct event *ev, const uint32_t *fields, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct field *f = event_find(ev, fields[i]);
		struct when t = { 0 };
		int64_t number;

		if (!f || f->value.type == VALUE_NULL)
			continue;
		if (f->value.type == VALUE_INT && value_i64(f->value, &number)) {
			bool milliseconds = number > INT64_C(100000000000);

			t = when_unix(milliseconds ? number / 1000 : number);
			if (t.set && milliseconds) {
				t.ns += number % 1000 * 1000000;
				t.digits = 3;
			}
		} else {
			t = when_parse(event_text(ev, f));
		}
		if (t.set)
			return t;
	}
	return (struct when){ 0 };
}

void dialects_apply(const struct dialects *d, struct event *ev)
{
	for (size_t i = 0; i < d->n; i++) {
		const struct dialect *x = &d->list[i];

		if (!fits(x, ev))
			continue;
		ev->dialect = x->name;
		for (size_t k = 0; k < x->map_count; k++)
			if (!event_find(ev, x->map[k].to))
				event_alias(ev, x->map[k].to, x->map[k].from);
		if (x->provider != NAME_OTHER)
			ev->provider = event_text_of(ev, x->provider);
		ev->time = clock_of(ev, x->time, x->time_count);
		if (x->detected_count)
			ev->detected = clock_of(ev, x->detected, x->detected_count);
		if (x->ingested_count)
			ev->ingested = clock_of(ev, x->ingested, x->ingested_count);
		return;
	}
	ev->dialect_unknown = true;
}
