/* SPDX-License-Identifier: Apache-2.0 */
#include "base/heap.h"
#include "cli/covering.h"
#include "cli/output.h"

#include <stdio.h>
#include <stdlib.h>

#define COLUMNS 44u
#define NAME_WIDTH 22u
#define LINES_SHOWN 12u
#define MINUTE_NS (INT64_C(60) * 1000000000)

struct source {
	struct slice host, name, category, first, last, completeness, declared, refuted_by;
	struct slice lowest, highest, missing;
	int64_t first_ns, last_ns;
	uint64_t events;
	bool asserted, truncated;
	uint64_t amounts[COLUMNS];
	size_t span_from, span_count, break_from, break_count;
};

struct span {
	struct slice kind, first, last, missing, reason;
	int64_t first_ns, last_ns;
	bool open;
};

struct ending {
	struct slice kind, time, reason, file, inner, record, offset;
	int64_t ns;
};

/* All of a case's coverage, in the order of the store. */
struct picture {
	struct arena arena;
	struct source *sources;
	size_t n, cap;
	struct span *spans;
	size_t span_count, span_cap;
	struct ending *endings;
	size_t ending_count, ending_cap;
	int64_t from_ns, to_ns; /* the case's window */
	size_t at;		/* of the hours: the source they belong to */
	bool used[128];		/* marks to explain */
};

static struct slice keep(struct picture *p, struct slice s)
{
	return s.p ? arena_keep(&p->arena, s) : s;
}

static int64_t number(struct slice s)
{
	int64_t n = 0;

	slice_to_i64(s, &n);
	return n;
}

static void source_row(void *ctx, const struct slice *c, size_t n)
{
	struct picture *p = ctx;

	(void)n;
	p->sources = heap_room(p->sources, p->n, &p->cap, sizeof(*p->sources));
	struct source *s = &p->sources[p->n++];

	*s = (struct source){ .host = keep(p, c[0]),
			      .name = keep(p, c[1]),
			      .category = keep(p, c[2]),
			      .first = keep(p, c[3]),
			      .last = keep(p, c[4]),
			      .first_ns = number(c[5]),
			      .last_ns = number(c[6]),
			      .events = (uint64_t)number(c[7]),
			      .completeness = keep(p, c[8]),
			      .declared = keep(p, c[9]),
			      .asserted = slice_is(c[10], "1"),
			      .refuted_by = keep(p, c[11]),
			      .lowest = keep(p, c[12]),
			      .highest = keep(p, c[13]),
			      .missing = keep(p, c[14]),
			      .truncated = slice_is(c[15], "1") };
	if (p->n == 1 || s->first_ns < p->from_ns)
		p->from_ns = s->first_ns;
	if (p->n == 1 || s->last_ns > p->to_ns)
		p->to_ns = s->last_ns;
}

static void span_row(void *ctx, const struct slice *c, size_t n)
{
	struct picture *p = ctx;
	size_t at = (size_t)number(c[0]);

	(void)n;
	if (at >= p->n)
		return;
	if (p->sources[at].span_count++ == 0)
		p->sources[at].span_from = p->span_count;
	p->spans = heap_room(p->spans, p->span_count, &p->span_cap, sizeof(*p->spans));
	p->spans[p->span_count++] = (struct span){ .kind = keep(p, c[1]),
						   .first = keep(p, c[2]),
						   .last = keep(p, c[3]),
						   .first_ns = number(c[4]),
						   .last_ns = number(c[5]),
						   .open = slice_is(c[6], "1"),
						   .missing = keep(p, c[7]),
						   .reason = keep(p, c[8]) };
}

static void break_row(void *ctx, const struct slice *c, size_t n)
{
	struct picture *p = ctx;
	size_t at = (size_t)number(c[0]);

	(void)n;
	if (at >= p->n)
		return;
	if (p->sources[at].break_count++ == 0)
		p->sources[at].break_from = p->ending_count;
	p->endings = heap_room(p->endings, p->ending_count, &p->ending_cap, sizeof(*p->endings));
	p->endings[p->ending_count++] = (struct ending){ .kind = keep(p, c[1]),
							 .time = keep(p, c[2]),
							 .ns = number(c[3]),
							 .reason = keep(p, c[4]),
							 .file = keep(p, c[5]),
							 .inner = keep(p, c[6]),
							 .record = keep(p, c[7]),
							 .offset = keep(p, c[8]) };
}

static size_t column_of(const struct picture *p, int64_t ns)
{
	uint64_t wide = (uint64_t)p->to_ns - (uint64_t)p->from_ns;

	if (ns <= p->from_ns)
		return 0;
	if (ns >= p->to_ns || wide == 0)
		return COLUMNS - 1;
	/* In floating point: the product would not fit. */
	size_t at = (size_t)((double)((uint64_t)ns - (uint64_t)p->from_ns) / (double)wide * COLUMNS);

	return at < COLUMNS ? at : COLUMNS - 1;
}

static bool same_source(const struct source *s, const struct slice *c)
{
	return slice_eq_nocase(s->host, c[0]) && slice_eq_nocase(s->name, c[1]);
}

/* Hours come in the order of the sources; those of a category follow the whole. */
static void hour_row(void *ctx, const struct slice *c, size_t n)
{
	struct picture *p = ctx;

	(void)n;
	while (p->at < p->n && !same_source(&p->sources[p->at], c))
		p->at++;
	size_t column = column_of(p, number(c[4]) / 2 + number(c[5]) / 2);

	for (size_t i = p->at; i < p->n && same_source(&p->sources[i], c); i++) {
		const struct slice category = p->sources[i].category;

		if (!category.p || slice_eq_nocase(category, c[2]) || slice_eq_nocase(category, c[3]))
			p->sources[i].amounts[column] += (uint64_t)number(c[6]);
	}
}

static bool load(struct picture *p, struct store *s, struct err *err)
{
	*p = (struct picture){ 0 };
	arena_init(&p->arena, 0);
	return store_ask(s, STORE_SOURCES, source_row, p, err) &&
	       store_ask(s, STORE_SPANS, span_row, p, err) &&
	       store_ask(s, STORE_BREAKS, break_row, p, err) &&
	       store_ask(s, STORE_HOURS, hour_row, p, err);
}

static void unload(struct picture *p)
{
	free(p->sources);
	free(p->spans);
	free(p->endings);
	arena_done(&p->arena);
}

/* ---- text ---- */

struct mark {
	const char *kind;
	char letter; /* 0: not drawn */
	const char *words;
};

static const struct mark marks[] = {
	{ "hole", '!', "hole: records are missing, or nothing was logged" },
	{ "off", 'o', "machine shut down" },
	{ "reduced", '-', "less recorded (audit policy)" },
	{ "cleared", 'C', "log cleared" },
	{ "stopped", 'S', "logging stopped" },
	{ "unexpected", 'U', "machine went down without a record" },
	{ "policy", 'P', "audit policy changed" },
	{ "clock", 'T', "clock set" },
	{ "config", 'G', "configuration changed" },
	{ "lost", 'L', "records lost by the logger's own word" },
	{ "full", 'F', "log full" },
	{ "archived", 'A', "log went on in another file" },
	{ "sensor_down", 'X', "sensor down" },
	{ "capped", 'N', "export of a round number of rows" },
	{ "started", 0, NULL },
	{ "boot", 0, NULL },
	{ "shutdown", 0, NULL },
};

static const struct mark *mark_of(struct slice kind)
{
	for (size_t i = 0; i < sizeof(marks) / sizeof(*marks); i++)
		if (slice_is(kind, marks[i].kind))
			return &marks[i];
	return &marks[sizeof(marks) / sizeof(*marks) - 1];
}

static void draw(struct picture *p, char *line, struct slice kind, int64_t from, int64_t to)
{
	const struct mark *m = mark_of(kind);

	if (!m->letter)
		return;
	for (size_t i = column_of(p, from), end = column_of(p, to); i <= end; i++)
		/* A hole is not hidden by what is less. */
		if (line[i] != '!' || m->letter == 'C')
			line[i] = m->letter;
	p->used[(unsigned char)m->letter] = true;
}

static void put_line(struct picture *p, const struct source *s, struct buf *out)
{
	static const char *const amounts[] = { "\xc2\xb7", "\xe2\x96\x82", "\xe2\x96\x84",
					       "\xe2\x96\x86", "\xe2\x96\x88" };
	char line[COLUMNS] = { 0 };
	size_t first = column_of(p, s->first_ns), last = column_of(p, s->last_ns);
	const struct span *spans = p->spans + s->span_from;
	const struct ending *endings = p->endings + s->break_from;

	/* What is less first; holes go over it, a clearing over all. */
	for (size_t i = 0; i < s->span_count; i++)
		if (!slice_is(spans[i].kind, "hole"))
			draw(p, line, spans[i].kind, spans[i].first_ns, spans[i].last_ns);
	for (size_t i = 0; i < s->break_count; i++)
		draw(p, line, endings[i].kind, endings[i].ns, endings[i].ns);
	for (size_t i = 0; i < s->span_count; i++)
		if (slice_is(spans[i].kind, "hole"))
			draw(p, line, spans[i].kind, spans[i].first_ns, spans[i].last_ns);
	for (size_t i = 0; i < s->break_count; i++)
		if (slice_is(endings[i].kind, "cleared"))
			draw(p, line, endings[i].kind, endings[i].ns, endings[i].ns);
	for (size_t i = 0; i < COLUMNS; i++) {
		uint64_t n = s->amounts[i];

		if (line[i])
			buf_put_byte(out, (uint8_t)line[i]);
		else if (n || (i >= first && i <= last))
			buf_put_str(out, amounts[n == 0 ? 0 : n < 10 ? 1 : n < 100 ? 2 : n < 1000 ? 3 : 4]);
		else
			buf_put_byte(out, ' ');
	}
}

static void put_name(struct buf *out, struct slice s, size_t width)
{
	size_t from = out->n, shown = 0;

	buf_put_terminal(out, s, width);
	for (size_t i = from; i < out->n; i++)
		shown += (out->p[i] & 0xc0) != 0x80;
	for (; shown < width; shown++)
		buf_put_byte(out, ' ');
}

/* 2024-01-01 10:00:00 */
static void put_time(struct buf *out, struct slice t)
{
	for (size_t i = 0; i < 19 && i < t.n; i++)
		buf_put_byte(out, t.p[i] == 'T' ? ' ' : t.p[i]);
}

static void put_span(const struct span *x, struct buf *out)
{
	buf_printf(out, "    %c ", mark_of(x->kind)->letter);
	put_time(out, x->first);
	buf_put_str(out, " to ");
	if (x->open)
		buf_put_str(out, "the end");
	else
		put_time(out, x->last);
	buf_put_str(out, "\n        ");
	buf_put_terminal(out, x->reason, 71);
	buf_put_byte(out, '\n');
}

static void put_ending(const struct ending *x, struct buf *out)
{
	const struct mark *m = mark_of(x->kind);

	buf_printf(out, "    %c ", m->letter);
	put_time(out, x->time);
	buf_printf(out, " %s", m->words);
	if (x->reason.n) {
		buf_put_str(out, ": ");
		buf_put_terminal(out, x->reason, 50 - (strlen(m->words) < 40 ? strlen(m->words) : 40));
	}
	buf_put_byte(out, '\n');
}

/* Spans and what ended or changed the source, in the order of time. */
static void put_reasons(const struct picture *p, const struct source *s, struct buf *out)
{
	size_t i = 0, j = 0, shown = 0, more = 0;

	while (i < s->span_count || j < s->break_count) {
		const struct span *x = i < s->span_count ? &p->spans[s->span_from + i] : NULL;
		const struct ending *e = j < s->break_count ? &p->endings[s->break_from + j] : NULL;
		bool span = x && (!e || x->first_ns <= e->ns);

		i += span;
		j += !span;
		if (!span && !mark_of(e->kind)->letter)
			continue;
		if (shown >= LINES_SHOWN) {
			more++;
			continue;
		}
		shown++;
		if (span)
			put_span(x, out);
		else
			put_ending(e, out);
	}
	if (more)
		buf_printf(out, "    ... and %zu more (--json has all)\n", more);
}

/* Reasons, parted by semicolons, in lines of 80. */
static void put_wrapped(struct buf *out, struct slice text, size_t line_from)
{
	struct slice rest = text;

	while (rest.n) {
		struct slice one = slice_cut(rest, ';', &rest);

		if (out->n - line_from + one.n > 78) {
			buf_put_str(out, "\n     ");
			line_from = out->n - 5;
		}
		buf_put_byte(out, ' ');
		buf_put_terminal(out, slice_trim(one), 70);
		if (rest.n)
			buf_put_byte(out, ';');
	}
}

static void put_refuted(const struct source *s, struct buf *out)
{
	size_t line_from = out->n;

	if (s->asserted || slice_is(s->declared, "complete"))
		buf_printf(out, "    %s complete%s", s->asserted ? "the user says that it is" : "its format is",
			   s->refuted_by.n ? "; against that:" : "");
	else if (s->refuted_by.n)
		buf_put_str(out, "    not complete:");
	else
		return;
	put_wrapped(out, s->refuted_by, line_from);
	buf_put_byte(out, '\n');
}

static void put_source(struct picture *p, const struct source *s, struct buf *out)
{
	buf_put_str(out, "  ");
	/* Of a long channel the end tells more than its publisher. */
	struct slice name = s->category.p ? s->category : s->name;
	struct slice publisher = slice_str("Microsoft-Windows-");

	if (name.n > NAME_WIDTH && slice_starts(name, publisher))
		name = slice_from(name, publisher.n);
	put_name(out, name.n ? name : slice_str("(unnamed)"), NAME_WIDTH);
	buf_put_byte(out, ' ');
	put_line(p, s, out);
	buf_put_byte(out, ' ');
	buf_put_terminal(out, s->completeness, 9);
	buf_put_str(out, "\n    since ");
	put_time(out, s->first);
	buf_put_str(out, " (earliest surviving record) to ");
	put_time(out, s->last);
	buf_printf(out, "\n    %llu record%s", (unsigned long long)s->events, plural(s->events));
	if (s->lowest.n)
		buf_printf(out, ", numbers %.*s to %.*s, %.*s missing", (int)s->lowest.n,
			   (const char *)s->lowest.p, (int)s->highest.n, (const char *)s->highest.p,
			   (int)s->missing.n, (const char *)s->missing.p);
	buf_put_byte(out, '\n');
	put_refuted(s, out);
	put_reasons(p, s, out);
}

static void put_moment(struct buf *out, int64_t ns)
{
	char text[32];
	size_t n = when_format((struct when){ .ns = ns, .set = true }, text);

	put_time(out, slice_of(text, n));
}

static void put_head(const struct picture *p, struct buf *out, const char *path)
{
	uint64_t minutes = ((uint64_t)p->to_ns - (uint64_t)p->from_ns) / COLUMNS / (uint64_t)MINUTE_NS;
	uint64_t hours = minutes / 60;

	buf_put_str(out, "Coverage of ");
	buf_put_terminal(out, slice_str(path), 60);
	buf_put_byte(out, '\n');
	if (!p->n) {
		buf_put_str(out, "No record with a time, or a case of an older version: nothing to tell.\n");
		return;
	}
	put_moment(out, p->from_ns);
	buf_put_str(out, " to ");
	put_moment(out, p->to_ns);
	if (hours >= 48)
		buf_printf(out, " UTC; a mark is %llu days\n", (unsigned long long)(hours / 24));
	else if (hours)
		buf_printf(out, " UTC; a mark is %llu h %llu min\n", (unsigned long long)hours,
			   (unsigned long long)(minutes % 60));
	else if (minutes)
		buf_printf(out, " UTC; a mark is %llu min\n", (unsigned long long)minutes);
	else
		buf_put_str(out, " UTC; a mark is less than a minute\n");
}

static void put_legend(const struct picture *p, struct buf *out)
{
	buf_put_str(out, "\n  \xe2\x96\x82\xe2\x96\x84\xe2\x96\x86\xe2\x96\x88 records (under 10, 100, 1000, "
			 "more)\n  \xc2\xb7 no record: silence is no hole, and no proof that nothing happened\n");
	for (size_t i = 0; i < sizeof(marks) / sizeof(*marks); i++)
		if (marks[i].letter && p->used[(unsigned char)marks[i].letter])
			buf_printf(out, "  %c %s\n", marks[i].letter, marks[i].words);
	buf_put_str(out, "\nOnly a source that is complete from the first to the last day supports a \"no\".\n"
			 "Of the others, what they hold is evidence, and what they lack is none.\n");
}

bool covering_text(struct buf *out, struct store *s, const char *path, struct err *err)
{
	struct picture p;
	bool ok = load(&p, s, err);

	if (ok)
		put_head(&p, out, path);
	for (size_t i = 0; ok && i < p.n; i++) {
		const struct source *x = &p.sources[i];

		if (i == 0 || !slice_eq_nocase(x->host, p.sources[i - 1].host)) {
			buf_put_byte(out, '\n');
			buf_put_terminal(out, x->host.n ? x->host : slice_str("(no host named)"), 78);
			buf_put_byte(out, '\n');
		}
		put_source(&p, x, out);
	}
	if (ok && p.n)
		put_legend(&p, out);
	unload(&p);
	return ok;
}

/* ---- JSON ---- */

static void json_number(struct buf *out, const char *name, struct slice digits)
{
	buf_json_key(out, name);
	buf_put(out, digits.n ? digits : slice_str("null"));
}

static void json_bool(struct buf *out, const char *name, bool v)
{
	buf_json_key(out, name);
	buf_put_str(out, v ? "true" : "false");
}

static void json_spans(const struct picture *p, const struct source *s, struct buf *out)
{
	buf_json_key(out, "holes");
	buf_put_byte(out, '[');
	for (size_t i = 0; i < s->span_count; i++) {
		const struct span *x = &p->spans[s->span_from + i];

		buf_json_comma(out);
		buf_put_byte(out, '{');
		buf_json_text(out, "kind", x->kind);
		buf_json_text(out, "first", x->first);
		buf_json_text(out, "last", x->last);
		json_number(out, "missing", x->missing);
		buf_json_text(out, "reason", x->reason);
		buf_put_byte(out, '}');
	}
	buf_put_byte(out, ']');
}

static void json_endings(const struct picture *p, const struct source *s, struct buf *out)
{
	buf_json_key(out, "ends");
	buf_put_byte(out, '[');
	for (size_t i = 0; i < s->break_count; i++) {
		const struct ending *x = &p->endings[s->break_from + i];

		buf_json_comma(out);
		buf_put_byte(out, '{');
		buf_json_text(out, "kind", x->kind);
		buf_json_text(out, "time", x->time);
		buf_json_text(out, "reason", x->reason.n ? x->reason : slice_of(NULL, 0));
		buf_json_key(out, "pointer");
		buf_put_byte(out, '{');
		buf_json_text(out, "file", x->file);
		buf_json_text(out, "inner", x->inner);
		json_number(out, "record", x->record);
		json_number(out, "offset", x->offset);
		buf_put_str(out, "}}");
	}
	buf_put_byte(out, ']');
}

static void json_source(const struct picture *p, const struct source *s, struct buf *out)
{
	buf_json_comma(out);
	buf_put_byte(out, '{');
	buf_json_text(out, "source", s->name);
	buf_json_text(out, "category", s->category);
	buf_json_text(out, "first", s->first);
	buf_json_text(out, "last", s->last);
	buf_json_u64(out, "events", s->events);
	buf_json_text(out, "completeness", s->completeness);
	buf_json_text(out, "declared", s->declared);
	json_bool(out, "asserted", s->asserted);
	buf_json_text(out, "refuted_by", s->refuted_by.n ? s->refuted_by : slice_of(NULL, 0));
	json_bool(out, "starts_truncated", s->truncated);
	buf_json_key(out, "numbers");
	if (s->lowest.n) {
		buf_put_byte(out, '{');
		json_number(out, "lowest", s->lowest);
		json_number(out, "highest", s->highest);
		json_number(out, "missing", s->missing);
		buf_put_byte(out, '}');
	} else {
		buf_put_str(out, "null");
	}
	json_spans(p, s, out);
	json_endings(p, s, out);
	buf_put_byte(out, '}');
}

static void json_window(const struct picture *p, struct buf *out)
{
	struct when from = { .ns = p->from_ns, .digits = 3, .set = p->n > 0 };
	struct when to = { .ns = p->to_ns, .digits = 3, .set = p->n > 0 };

	buf_json_key(out, "window");
	buf_put_byte(out, '{');
	buf_json_key(out, "first");
	buf_put_when(out, from);
	buf_json_key(out, "last");
	buf_put_when(out, to);
	buf_put_byte(out, '}');
}

bool covering_json(struct buf *out, struct store *s, const char *path, struct err *err)
{
	struct slice said = store_meta(s, "complete");
	struct picture p;
	bool ok = load(&p, s, err);

	buf_put_byte(out, '{');
	buf_json_text(out, "schema", slice_str("upriver.coverage/1"));
	buf_json_text(out, "case", slice_str(path));
	buf_json_text(out, "state", store_meta(s, "state"));
	json_window(&p, out);
	buf_json_key(out, "asserted");
	buf_put_byte(out, '[');
	buf_put(out, said);
	buf_put_byte(out, ']');
	buf_json_key(out, "hosts");
	buf_put_byte(out, '[');
	for (size_t i = 0; i < p.n; i++) {
		const struct source *x = &p.sources[i];
		bool next = i == 0 || !slice_eq_nocase(x->host, p.sources[i - 1].host);

		if (next) {
			buf_put_str(out, i ? "]},{" : "{");
			buf_json_text(out, "host", x->host);
			buf_json_key(out, "sources");
			buf_put_byte(out, '[');
		}
		json_source(&p, x, out);
	}
	buf_put_str(out, p.n ? "]}]}\n" : "]}\n");
	unload(&p);
	return ok;
}
