/* SPDX-License-Identifier: Apache-2.0 */
/* Dialects at work: names of members, and records put into the common form. */
#include "base/heap.h"
#include "input/dialect_table.h"
#include "input/json/parse.h"
#include "input/wintext/message.h"
#include "input/xml/parse.h"

#include <stdlib.h>

#define OPEN_ROUNDS 3 /* envelopes in envelopes */

/* What is known of a reader; a log may hold records of two (auditd in a system log). */
#define READER_KINDS 4
struct reader_kind {
	const char *kind;
	bool own;     /* it has dialects of its own, from... */
	size_t first; /* ...this on */
};

/* Which kind of record a value of `by` is, as it lies in the record: squeezed but once. */
#define KIND_MEMOS 64
#define KIND_BYTES 48
struct kind_memo {
	const struct dialect *dialect;
	uint32_t at;
	uint32_t n;
	uint8_t value[KIND_BYTES];
};

struct translator {
	const struct dialects *d;
	const struct names *names;
	struct json *json; /* for texts that hold JSON; made when the first comes */
	struct xml *xml;
	struct reader_kind readers[READER_KINDS];
	size_t next_reader;
	struct kind_memo kinds[KIND_MEMOS];
};

/* ---- names of members ---- */

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

static void cut_suffix(const struct dialects *d, struct slice *s)
{
	for (size_t i = 0; i < d->suffix_count; i++)
		if (s->n > d->suffix[i].n && slice_ends(*s, d->suffix[i])) {
			s->n -= d->suffix[i].n;
			return;
		}
}

/* wazuh's first letters are small. The arena's own copy. */
static void raise_first(struct slice s)
{
	uint8_t *first = (uint8_t *)(uintptr_t)s.p;

	if (s.n && *first >= 'a' && *first <= 'z')
		*first = (uint8_t)(*first - 'a' + 'A');
}

struct slice dialects_name(const struct dialects *d, struct slice path, struct arena *arena)
{
	for (size_t i = 0; i < d->wrap_count; i++)
		strip_prefix(&path, d->wrap[i]);
	for (size_t i = 0; i < d->strip_count; i++)
		if (strip_prefix(&path, d->strip[i]))
			break;
	for (size_t i = 0; i < d->raise_count; i++)
		if (strip_prefix(&path, d->raise[i])) {
			path = arena_keep(arena, path);
			raise_first(path);
			break;
		}
	cut_suffix(d, &path);
	return slice_find(path, '.') == path.n ? path : fold_attributes(path, arena);
}

uint32_t dialects_number(const struct dialects *d, const struct names *names, struct slice name)
{
	uint32_t id = names_find(names, name);

	for (size_t i = 0; d && i < d->under_count && id == NAME_OTHER; i++)
		if (strip_prefix(&name, d->under[i]))
			return names_find(names, name);
	return id;
}

/* "columns": as a member's name. */
static bool has_member(struct slice text, struct slice name)
{
	while (text.n) {
		const uint8_t *hit = slice_search(text, name);

		if (!hit)
			return false;
		text = slice_from(text, (size_t)(hit - text.p) + name.n);
		if (hit[-1] == '"' && text.n && text.p[0] == '"')
			return true;
	}
	return false;
}

size_t dialects_rows(const struct dialects *d, struct slice member, struct slice begin)
{
	for (size_t i = 0; i < d->rows_count; i++) {
		struct slice want = d->rows_beside[i];

		if (!slice_eq(d->rows[i], member))
			continue;
		/* A list begins with {: nothing is found at its first byte. */
		if (want.n && want.p[0] == '>' && !has_member(slice_from(begin, 1), slice_from(want, 1)))
			continue;
		return i + 1;
	}
	return 0;
}

bool dialects_rows_fit(const struct dialects *d, size_t rows, const struct event *around)
{
	struct slice want = rows && rows <= d->rows_count ? d->rows_beside[rows - 1] : slice_str("");

	if (want.n && want.p[0] == '>')
		return true;
	for (uint32_t i = 0; i < around->n && want.n; i++) {
		struct slice name = around->fields[i].name;

		if (slice_starts(name, want) && (name.n == want.n || name.p[want.n] == '.'))
			return true;
	}
	return !want.n;
}

/* ---- conditions ---- */

static bool is_value(struct slice value, struct slice pattern)
{
	if (pattern.n > 2 && pattern.p[0] == '*' && pattern.p[pattern.n - 1] == '*')
		return slice_search(value, slice_from(slice_head(pattern, pattern.n - 1), 1)) != NULL;
	if (pattern.n && pattern.p[pattern.n - 1] == '*')
		return slice_starts(value, slice_head(pattern, pattern.n - 1));
	return slice_eq(value, pattern);
}

bool dialect_among(struct slice one, struct slice list)
{
	while (list.p)
		if (is_value(one, slice_cut(list, '|', &list)))
			return true;
	return false;
}

static bool holds(const struct condition *c, struct event *ev)
{
	struct field *f = NULL;

	for (size_t i = 0; i < c->field_count && !f; i++) {
		f = event_find(ev, c->fields[i]);
		if (f && f->value.type == VALUE_NULL)
			f = NULL;
	}
	if (!f)
		return c->absent;
	if (c->absent || !c->values.n)
		return !c->absent;
	return dialect_among(dialect_squeeze(&ev->arena, event_text(ev, f)), c->values);
}

static bool all_hold(const struct condition *list, size_t n, struct event *ev)
{
	for (size_t i = 0; i < n; i++)
		if (!holds(&list[i], ev))
			return false;
	return true;
}

/* The first kind that has the value; MAP_NONE where none has. */
static uint32_t kind_at(struct translator *t, const struct dialect *x, struct slice value,
			struct event *ev)
{
	struct kind_memo *m;
	struct slice plain;
	uint32_t at;

	if (!value.n)
		return MAP_NONE;
	m = &t->kinds[(value.n * 7 + value.p[0] + value.p[value.n / 2] * 3u +
		       value.p[value.n - 1]) % KIND_MEMOS];
	if (m->dialect == x && slice_eq(slice_of(m->value, m->n), value))
		return m->at;
	plain = dialect_squeeze(&ev->arena, value);
	at = plain.n ? map_get(&x->by_value, plain) : MAP_NONE;
	if (value.n <= KIND_BYTES && plain.p) {
		*m = (struct kind_memo){ .dialect = x, .at = at, .n = (uint32_t)value.n };
		memcpy(m->value, value.p, value.n);
	}
	return at;
}

static const struct record_kind *kind_of(struct translator *t, const struct dialect *x,
					 struct event *ev)
{
	struct slice value = x->by.n ? template_value(&x->by, ev) : slice_str("");
	uint32_t at = kind_at(t, x, value, ev);

	if (at != MAP_NONE) {
		const struct record_kind *k = &x->kinds[at];

		if (all_hold(k->conditions, k->condition_count, ev))
			return k;
		value = dialect_squeeze(&ev->arena, value);
	}
	for (size_t i = at == MAP_NONE ? x->kind_count : at + 1; i < x->kind_count; i++) {
		const struct record_kind *k = &x->kinds[i];

		if (!k->block && dialect_among(value, k->values) && !slice_is(k->values, "*") &&
		    all_hold(k->conditions, k->condition_count, ev))
			return k;
	}
	for (size_t i = x->any ? x->any - 1 : x->kind_count; i < x->kind_count; i++) {
		const struct record_kind *k = &x->kinds[i];

		if (slice_is(k->values, "*") && all_hold(k->conditions, k->condition_count, ev))
			return k;
	}
	return NULL;
}

/* ---- clocks ---- */

static struct when clock_of(struct event *ev, const uint32_t *fields, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct field *f = event_find(ev, fields[i]);
		struct when t;

		if (!f || f->value.type == VALUE_NULL)
			continue;
		t = f->value.type == VALUE_FILETIME ? when_filetime(f->value.u)
						    : when_guess(event_text(ev, f));
		if (fields[i] == NAME_UTC_TIME) /* says so itself */
			t.zone_assumed = false;
		if (t.set)
			return t;
	}
	return (struct when){ 0 };
}

/* ---- names, sources ---- */

static void apply_namings(const struct naming *list, size_t count, struct event *ev)
{
	for (size_t i = 0; i < count; i++) {
		const struct naming *n = &list[i];
		const struct field *from;
		struct value made;

		if (n->recipe.n) {
			if (template_make(&n->recipe, ev, &made))
				event_make(ev, n->name, n->to, made);
		} else if ((from = event_find(ev, n->from)) && !event_find(ev, n->to)) {
			event_make(ev, n->name, n->to, from->value);
		}
	}
}

static bool holds_word(struct slice text, const char *word)
{
	return slice_search(text, slice_str(word)) != NULL;
}

/* By the field that says it, else by how paths look. */
static enum os os_of(const struct dialect *x, struct event *ev)
{
	struct slice text = slice_of(NULL, 0);
	static const char *const mac[] = { "/Applications/", "/System/", "/Users/", "/Library/",
					   "/private/" };

	if (x->os != NAME_OTHER)
		text = event_text_of(ev, x->os);
	if (text.n) {
		text = arena_lower(&ev->arena, slice_head(text, 64));
		if (holds_word(text, "mac") || holds_word(text, "osx") || holds_word(text, "darwin"))
			return OS_MACOS;
		return holds_word(text, "win") ? OS_WINDOWS : OS_LINUX;
	}
	text = event_text_of(ev, NAME_IMAGE);
	if (!text.n || text.p[0] != '/')
		return OS_WINDOWS;
	for (size_t i = 0; i < sizeof(mac) / sizeof(*mac); i++)
		if (slice_starts(text, slice_str(mac[i])) ||
		    slice_starts(event_text_of(ev, NAME_PARENT_IMAGE), slice_str(mac[i])))
			return OS_MACOS;
	return OS_UNIX;
}

static void apply_kind(const struct dialect *x, const struct record_kind *k, struct event *ev)
{
	enum os os;

	apply_namings(k->namings, k->naming_count, ev);
	os = os_of(x, ev);
	if (k->source_count) {
		ev->sources = k->classes[os];
		ev->source_count = k->class_count[os];
		ev->product = k->first[os].product;
		ev->category = k->first[os].category;
		ev->service = k->first[os].service;
	}
	if (k->channel.n)
		ev->channel = k->channel;
	ev->op = k->op;
	if (k->title.n) {
		ev->verdict.title = template_value(&k->title, ev);
		if (ev->verdict.title.p)
			ev->verdict.detector = x->name;
		if (k->level.n)
			ev->verdict.level = template_value(&k->level, ev);
	}
}

static void apply_dialect(struct translator *t, const struct dialect *x, struct event *ev)
{
	const struct record_kind *k = x->kind_count ? kind_of(t, x, ev) : NULL;

	ev->dialect = x->name;
	ev->completeness = x->completeness;
	apply_namings(x->namings, x->naming_count, ev);
	if (k)
		apply_kind(x, k, ev);
	if (x->provider != NAME_OTHER)
		ev->provider = event_text_of(ev, x->provider);
	ev->time = clock_of(ev, x->time, x->time_count);
	if (x->clock && ev->time.set)
		ev->time_kind = x->clock;
	if (x->detected_count)
		ev->detected = clock_of(ev, x->detected, x->detected_count);
	if (x->ingested_count)
		ev->ingested = clock_of(ev, x->ingested, x->ingested_count);
}

/* ---- texts with fields in them ---- */

static void open_json(struct translator *t, struct slice text, struct slice prefix, struct event *ev)
{
	if (!t->json) {
		t->json = heap_new(sizeof(*t->json));
		json_init(t->json, t->names, t->d);
	}
	json_read_under(t->json, text, prefix, ev);
}

static void open_xml(struct translator *t, struct slice text, struct event *ev)
{
	if (!t->xml)
		t->xml = xml_new(t->names);
	xml_read(t->xml, text, ev);
}

/* Name=value lines, as the classic text form of event log messages has them. */
static void open_pairs(struct translator *t, struct slice text, struct event *ev)
{
	if (wintext_starts(text)) {
		wintext_read(text, t->names, ev);
		return;
	}
	while (text.n) {
		struct slice value, name = slice_cut(slice_cut(text, '\n', &text), '=', &value);

		name = slice_trim(name);
		if (name.n && value.p)
			event_add(ev, name, dialects_number(t->d, t->names, name),
				  value_text_of(slice_trim(value)));
	}
}

/* "Name: value" in lines or with a broken bar between, as tools for Sigma rules show a record's
 * fields in one cell. */
static void open_bars(struct translator *t, struct slice text, struct slice prefix, struct event *ev)
{
	static const struct slice bar = SLICE("\xc2\xa6"), colon = SLICE(": ");

	while (text.n) {
		struct slice line = slice_head(text, slice_find(text, '\n'));
		const uint8_t *hit = slice_search(line, bar), *mark;
		struct slice part = hit ? slice_head(line, (size_t)(hit - line.p)) : line, name;

		text = slice_from(text, hit ? part.n + bar.n : part.n + 1);
		part = slice_trim(part);
		mark = slice_search(part, colon);
		if (!mark || mark == part.p)
			continue;
		name = slice_head(part, (size_t)(mark - part.p));
		if (prefix.n)
			name = arena_printf(&ev->arena, "%.*s%.*s", (int)prefix.n, (const char *)prefix.p,
					    (int)name.n, (const char *)name.p);
		event_add(ev, name, dialects_number(t->d, t->names, name),
			  value_text_of(slice_trim(slice_from(part, (size_t)(mark - part.p) + colon.n))));
	}
}

static void open_texts(struct translator *t, const struct dialect *x, struct event *ev)
{
	for (size_t i = 0; i < x->open_count; i++) {
		const struct dialect_open *o = &x->opens[i];
		struct slice text = slice_trim(event_text_of(ev, o->field));

		if (!text.n)
			continue;
		if (o->how == OPEN_JSON && text.p[0] == '{')
			open_json(t, text, o->prefix, ev);
		else if (o->how == OPEN_XML && text.p[0] == '<')
			open_xml(t, text, ev);
		else if (o->how == OPEN_PAIRS)
			open_pairs(t, text, ev);
		else if (o->how == OPEN_BARS)
			open_bars(t, text, o->prefix, ev);
	}
}

/* A reader that has dialects of its own (auditd) has no others: they need not be tried. */
static const struct reader_kind *reader_of(struct translator *t, const char *kind)
{
	struct reader_kind *r;

	for (size_t i = 0; i < READER_KINDS; i++)
		if (t->readers[i].kind == kind)
			return &t->readers[i];
	r = &t->readers[t->next_reader++ % READER_KINDS];
	*r = (struct reader_kind){ .kind = kind };
	for (size_t i = t->d->n; i-- > 0;)
		if (t->d->list[i].reader.n && slice_is(t->d->list[i].reader, kind)) {
			r->own = true;
			r->first = i;
		}
	return r;
}

static const struct dialect *find(struct translator *t, struct event *ev, size_t *from)
{
	const struct dialects *d = t->d;
	const struct reader_kind *r = reader_of(t, ev->kind);
	bool own = r->own;

	*from = *from < r->first ? r->first : *from;
	for (; *from < d->n; ++*from) {
		const struct dialect *x = &d->list[*from];

		if (own != (x->reader.n > 0) || (own && !slice_is(x->reader, ev->kind)))
			continue;
		if (x->condition_count && all_hold(x->conditions, x->condition_count, ev))
			return x;
	}
	return NULL;
}

void translator_apply(struct translator *t, struct event *ev)
{
	const struct dialect *envelope = NULL;
	size_t at = 0;

	if (!t->d)
		return;
	for (unsigned round = 0; round < OPEN_ROUNDS; round++) {
		const struct dialect *x = find(t, ev, &at);

		if (!x)
			break;
		open_texts(t, x, ev);
		if (!x->again) {
			apply_dialect(t, x, ev);
			return;
		}
		/* Envelopes stand before what may be in them, in the list. */
		envelope = x;
		at++;
	}
	if (envelope)
		apply_dialect(t, envelope, ev);
	else
		ev->dialect_unknown = true;
}

struct translator *translator_new(const struct dialects *d, const struct names *names)
{
	struct translator *t = heap_new(sizeof(*t));

	t->d = d;
	t->names = names;
	return t;
}

void translator_free(struct translator *t)
{
	if (!t)
		return;
	if (t->json)
		json_done(t->json);
	free(t->json);
	xml_free(t->xml);
	free(t);
}
