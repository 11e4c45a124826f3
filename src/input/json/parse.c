/* SPDX-License-Identifier: Apache-2.0 */
#include "input/json/parse.h"

#include "base/buf.h"
#include "base/heap.h"
#include "base/limits.h"
#include "base/utf.h"
#include "input/dialect.h"

#include <stdlib.h>

#define PATH_BYTES_MAX 1024
#define LIST_ITEMS_MAX 65536u
#define MEMO_BYTES_MAX ((size_t)1 << 20)

struct reader {
	struct json *j;
	struct event *ev;
	struct slice s;
	size_t at;
	struct json_result r;
	uint8_t path[PATH_BYTES_MAX];
	size_t path_n;
	unsigned depth;
};

void json_init(struct json *j, const struct names *names, const struct dialects *dialects)
{
	*j = (struct json){ .names = names, .dialects = dialects };
	arena_init(&j->arena, 0);
}

void json_done(struct json *j)
{
	for (size_t i = 0; i < j->memo_count; i++)
		free((void *)(uintptr_t)j->memo[i].path.p);
	free(j->memo);
	arena_done(&j->arena);
}

static bool fail(struct reader *r, const char *why)
{
	if (!r->r.why)
		r->r.why = why;
	return false;
}

static void skip_space(struct reader *r)
{
	while (r->at < r->s.n) {
		uint8_t c = r->s.p[r->at];

		if (c != ' ' && c != '\t' && c != '\n' && c != '\r')
			return;
		r->at++;
	}
}

static int peek(struct reader *r)
{
	skip_space(r);
	return r->at < r->s.n ? r->s.p[r->at] : -1;
}

#define ONES UINT64_C(0x0101010101010101)
#define HIGHS UINT64_C(0x8080808080808080)

/* Bytes up to the closing quote or the first escape: eight at a time. */
static size_t text_run(struct slice s, size_t at, uint64_t *high)
{
	while (s.n - at >= 8) {
		uint64_t v;

		memcpy(&v, s.p + at, 8);
		uint64_t quote = v ^ (ONES * '"'), slash = v ^ (ONES * '\\');
		uint64_t hit = (((quote - ONES) & ~quote) | ((slash - ONES) & ~slash)) & HIGHS;

		if (hit) {
			size_t n = (size_t)__builtin_ctzll(hit) >> 3;

			/* The lowest flag is exact; those above it may be borrowed. */
			if (n)
				*high |= v & (UINT64_MAX >> (64 - 8 * n));
			return at + n;
		}
		*high |= v;
		at += 8;
	}
	while (at < s.n && s.p[at] != '"' && s.p[at] != '\\')
		*high |= s.p[at++];
	return at;
}

static int hex4(struct slice s, size_t at)
{
	int v = 0;

	if (s.n - at < 4)
		return -1;
	for (size_t i = 0; i < 4; i++) {
		uint8_t c = s.p[at + i], l = (uint8_t)(c | 0x20);
		int d = c >= '0' && c <= '9' ? c - '0' : l >= 'a' && l <= 'f' ? l - 'a' + 10 : -1;

		if (d < 0)
			return -1;
		v = v << 4 | d;
	}
	return v;
}

/* \uXXXX behind its u, with the second half of a pair: U+FFFD for half a pair. */
static uint32_t unicode_escape(struct reader *r)
{
	int hi = hex4(r->s, r->at), lo;

	if (hi < 0)
		return 0xfffd;
	r->at += 4;
	if (hi < 0xd800 || hi > 0xdfff)
		return (uint32_t)hi;
	if (hi >= 0xdc00 || r->s.n - r->at < 6 || r->s.p[r->at] != '\\' || r->s.p[r->at + 1] != 'u')
		return 0xfffd;
	lo = hex4(r->s, r->at + 2);
	if (lo < 0xdc00 || lo > 0xdfff)
		return 0xfffd;
	r->at += 6;
	return 0x10000 + ((uint32_t)(hi - 0xd800) << 10) + (uint32_t)(lo - 0xdc00);
}

/* One escape from behind its backslash into out; gives the bytes written. */
static size_t escape(struct reader *r, uint8_t *out)
{
	static const char from[] = "bfnrt", to[] = "\b\f\n\r\t";
	uint8_t c = r->s.p[r->at++];
	const char *hit = c ? strchr(from, c) : NULL;

	if (c == 'u')
		return utf8_put(out, unicode_escape(r));
	*out = hit ? (uint8_t)to[hit - from] : c;
	return 1;
}

static bool text_escaped(struct reader *r, size_t start, struct slice *ret, uint64_t *high)
{
	/* The rest of the line bounds the text; a second pass would cost more than the room. */
	size_t end = start, n;
	uint8_t *out;

	for (size_t at = r->at; at < r->s.n; at++) {
		uint64_t ignored = 0;

		at = text_run(r->s, at, &ignored);
		end = at;
		if (at < r->s.n && r->s.p[at] == '"')
			break;
		at++;
	}
	if (end >= r->s.n)
		return fail(r, "a text is not closed");
	out = arena_alloc(&r->ev->arena, end - start + 4);
	if (!out)
		return fail(r, "a record larger than the limit");
	n = r->at - start;
	memcpy(out, r->s.p + start, n);
	while (r->at < end) {
		size_t from = r->at;

		if (r->s.p[r->at] == '\\') {
			r->at++;
			n += escape(r, out + n);
			continue;
		}
		r->at = text_run(r->s, r->at, high);
		memcpy(out + n, r->s.p + from, r->at - from);
		n += r->at - from;
	}
	*ret = slice_of(out, n);
	return true;
}

/* A text from behind its opening quote; past its closing one. */
static bool read_text(struct reader *r, struct slice *ret)
{
	size_t start = r->at;
	uint64_t high = 0;

	r->at = text_run(r->s, r->at, &high);
	if (r->at >= r->s.n)
		return fail(r, "a text is not closed");
	if (r->s.p[r->at] == '"')
		*ret = slice_of(r->s.p + start, r->at - start);
	else if (!text_escaped(r, start, ret, &high))
		return false;
	r->at++;
	if ((high & HIGHS) && !utf8_valid(*ret)) {
		*ret = utf8_repair(&r->ev->arena, *ret);
		r->r.repaired = true;
	}
	return true;
}

static bool number_byte(uint8_t c)
{
	return (c >= '0' && c <= '9') || c == '-' || c == '+' || c == '.' || c == 'e' || c == 'E';
}

static bool read_number(struct reader *r, struct value *ret)
{
	size_t start = r->at;
	int64_t i;

	while (r->at < r->s.n && number_byte(r->s.p[r->at]))
		r->at++;
	struct slice text = slice_of(r->s.p + start, r->at - start);
	double ignored;

	if (slice_to_i64(text, &i) && !(i == 0 && text.n > 1)) {
		*ret = (struct value){ .type = VALUE_INT, .i = i };
		return true;
	}
	*ret = (struct value){ .type = VALUE_NUMBER, .s = text };
	return value_double(*ret, &ignored) ? true : fail(r, "not a JSON value");
}

static bool literal(struct reader *r, const char *word)
{
	struct slice w = slice_str(word);

	if (!slice_starts(slice_from(r->s, r->at), w))
		return fail(r, "not a JSON value");
	r->at += w.n;
	return true;
}

/* Text, number, true, false, null. */
static bool read_plain(struct reader *r, struct value *ret)
{
	int c = peek(r);

	switch (c) {
	case '"':
		r->at++;
		ret->type = VALUE_TEXT;
		return read_text(r, &ret->s);
	case 't':
		*ret = (struct value){ .type = VALUE_BOOL, .u = 1 };
		return literal(r, "true");
	case 'f':
		*ret = (struct value){ .type = VALUE_BOOL, .u = 0 };
		return literal(r, "false");
	case 'n':
		*ret = (struct value){ .type = VALUE_NULL };
		return literal(r, "null");
	default:
		if (c < 0 || !number_byte((uint8_t)c))
			return fail(r, c < 0 ? "the record stops in the middle" : "not a JSON value");
		return read_number(r, ret);
	}
}

/* The name and number of the path, remembered by the field's place in the record. */
static const struct json_memo *memo_of(struct reader *r, struct slice path)
{
	struct json *j = r->j;
	size_t place = r->ev->n;

	if (place >= j->memo_count) {
		size_t count = place + 32;

		j->memo = heap_grow(j->memo, count * sizeof(*j->memo));
		memset(j->memo + j->memo_count, 0, (count - j->memo_count) * sizeof(*j->memo));
		j->memo_count = count;
	}
	struct json_memo *m = &j->memo[place];

	if (slice_eq(m->path, path) && m->path.p)
		return m;
	uint8_t *kept = (uint8_t *)(uintptr_t)m->path.p;

	if (m->cap < path.n + 1) {
		m->cap = (uint32_t)path.n + 64;
		kept = heap_grow(kept, m->cap);
	}
	if (path.n)
		memcpy(kept, path.p, path.n);
	m->path = slice_of(kept, path.n);
	m->name = j->dialects ? dialects_name(j->dialects, m->path, &j->arena) : m->path;
	m->id = names_find(j->names, m->name);
	return m;
}

static bool add(struct reader *r, struct value v)
{
	struct slice path = slice_of(r->path, r->path_n);

	if (r->ev->n >= LIMIT_EVENT_FIELDS) {
		r->r.limited = true;
		return true;
	}
	const struct json_memo *m = memo_of(r, path);

	event_add(r->ev, m->name, m->id, v);
	return true;
}

static bool read_value(struct reader *r);

/* A plain list so far, then something nested: its items become fields of their own. */
static bool list_nested(struct reader *r, struct value *items, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		add(r, items[i]);
	for (;;) {
		if (!read_value(r))
			return false;
		int c = peek(r);

		r->at += c == ',' || c == ']';
		if (c == ']')
			return true;
		if (c != ',')
			return fail(r, "a list is not closed");
	}
}

static bool read_list(struct reader *r)
{
	struct value *items = NULL;
	uint32_t n = 0, cap = 0;
	int c = peek(r);

	if (c == ']') {
		r->at++;
		return add(r, (struct value){ .type = VALUE_LIST });
	}
	for (;;) {
		c = peek(r);
		if (c == '{' || c == '[' || n == LIST_ITEMS_MAX)
			return list_nested(r, items, n);
		if (n == cap) {
			struct value *more = arena_array(&r->ev->arena, cap ? cap * 2 : 8, sizeof(*more));

			if (!more)
				return fail(r, "a record larger than the limit");
			if (n)
				memcpy(more, items, n * sizeof(*more));
			cap = cap ? cap * 2 : 8;
			items = more;
		}
		if (!read_plain(r, &items[n++]))
			return false;
		c = peek(r);
		r->at += c == ',' || c == ']';
		if (c == ']')
			return add(r, (struct value){ .type = VALUE_LIST, .count = n, .items = items });
		if (c != ',')
			return fail(r, "a list is not closed");
	}
}

static bool read_object(struct reader *r)
{
	size_t outer = r->path_n;

	if (peek(r) == '}') {
		r->at++;
		return outer ? add(r, (struct value){ .type = VALUE_NULL }) : true;
	}
	for (;;) {
		struct slice key;

		if (peek(r) != '"')
			return fail(r, "a member's name is missing");
		r->at++;
		if (!read_text(r, &key))
			return false;
		if (peek(r) != ':')
			return fail(r, "a colon is missing");
		r->at++;
		if (outer && r->path_n < PATH_BYTES_MAX)
			r->path[r->path_n++] = '.';
		key = slice_head(key, PATH_BYTES_MAX - r->path_n);
		if (key.n)
			memcpy(r->path + r->path_n, key.p, key.n);
		r->path_n += key.n;
		if (!read_value(r))
			return false;
		r->path_n = outer;
		int c = peek(r);

		r->at += c == ',' || c == '}';
		if (c == '}')
			return true;
		if (c != ',')
			return fail(r, c < 0 ? "the record stops in the middle" : "a comma is missing");
	}
}

static bool read_value(struct reader *r)
{
	struct value v = { 0 };
	int c = peek(r);
	bool ok;

	if (c != '{' && c != '[')
		return read_plain(r, &v) && add(r, v);
	if (r->depth == LIMIT_DEPTH) {
		r->r.limited = true;
		return fail(r, "nested deeper than the limit");
	}
	r->at++;
	r->depth++;
	ok = c == '{' ? read_object(r) : read_list(r);
	r->depth--;
	return ok;
}

struct json_result json_read(struct json *j, struct slice text, struct event *ev)
{
	struct reader r = { .j = j, .ev = ev, .s = text };

	/* Rewritten names gather when records keep changing shape: between records they may go. */
	if (j->arena.used > MEMO_BYTES_MAX) {
		arena_reset(&j->arena);
		for (size_t i = 0; i < j->memo_count; i++)
			j->memo[i].path.n = SIZE_MAX;
	}
	if (peek(&r) != '{') {
		r.r.why = "not a JSON object";
		return r.r;
	}
	r.r.object = true;
	r.r.complete = read_value(&r);
	r.r.at = r.at;
	return r.r;
}

size_t json_extent(struct json_scan *s, struct slice text)
{
	for (; s->at < text.n; s->at++) {
		uint8_t c = text.p[s->at];

		if (s->in_text) {
			if (s->escaped)
				s->escaped = false;
			else if (c == '\\')
				s->escaped = true;
			else if (c == '"')
				s->in_text = false;
		} else if (c == '"') {
			s->in_text = true;
		} else if (c == '{' || c == '[') {
			s->depth++;
		} else if ((c == '}' || c == ']') && s->depth && --s->depth == 0) {
			return ++s->at;
		}
	}
	return 0;
}
