/* SPDX-License-Identifier: Apache-2.0 */
#include "input/json/parse.h"

#include "base/hash.h"
#include "base/heap.h"
#include "base/limits.h"
#include "base/utf.h"
#include "input/dialect.h"

#include <stdlib.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

#define LIST_LOOK_BYTES 4096 /* of a list that may hold records */
#define LIST_ITEMS_MAX 65536u
#define MEMO_BYTES_MAX ((size_t)1 << 20)

struct reader {
	struct json *j;
	struct event *ev;
	struct slice s;
	size_t at;
	struct json_result r;
	uint8_t *path;
	size_t path_n;
	struct json_memo *expected; /* whose path this is, when the record went as one before */
	struct json_memo *last;		  /* of the field before */
	unsigned depth;
};

void json_init(struct json *j, const struct names *names, const struct dialects *dialects)
{
	*j = (struct json){ .names = names, .dialects = dialects };
	j->memos = heap_array(JSON_MEMOS, sizeof(*j->memos));
	arena_init(&j->arena, 0);
}

void json_done(struct json *j)
{
	for (size_t i = 0; i < JSON_MEMOS; i++)
		free((void *)(uintptr_t)j->memos[i].path.p);
	free(j->memos);
	arena_done(&j->arena);
}

static bool fail(struct reader *r, const char *why)
{
	if (!r->r.why)
		r->r.why = why;
	return false;
}

static bool is_space(uint8_t c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static void skip_space(struct reader *r)
{
	while (r->at < r->s.n && is_space(r->s.p[r->at]))
		r->at++;
}

static inline int peek(struct reader *r)
{
	if (r->at < r->s.n && r->s.p[r->at] > ' ')
		return r->s.p[r->at];
	if (r->s.n - r->at > 1 && r->s.p[r->at + 1] > ' ')
		return is_space(r->s.p[r->at]) ? r->s.p[++r->at] : r->s.p[r->at];
	skip_space(r);
	return r->at < r->s.n ? r->s.p[r->at] : -1;
}

/* Where the next quote or backslash is, from `at` on; *high gathers the bytes before it, and
 * perhaps some behind it. */
static size_t text_run(struct slice s, size_t at, uint8_t *high)
{
#ifdef __SSE2__
	const __m128i quote = _mm_set1_epi8('"'), slash = _mm_set1_epi8('\\');

	for (; s.n - at >= 16; at += 16) {
		__m128i v = _mm_loadu_si128((const __m128i_u *)(const void *)(s.p + at));
		unsigned hits = (unsigned)_mm_movemask_epi8(
			_mm_or_si128(_mm_cmpeq_epi8(v, quote), _mm_cmpeq_epi8(v, slash)));

		*high |= _mm_movemask_epi8(v) ? 0x80 : 0;
		if (hits)
			return at + (size_t)__builtin_ctz(hits);
	}
#endif
	while (at < s.n && s.p[at] != '"' && s.p[at] != '\\')
		*high |= s.p[at++];
	return at;
}

/* A text from behind its opening quote; past its closing one. Escapes stay in it until somebody
 * asks for the text (value_text). */
static inline bool read_text(struct reader *r, enum value_type *ret_type, struct slice *ret)
{
	size_t start = r->at;
	uint8_t high = 0;
	struct slice s;

	*ret_type = VALUE_TEXT;
	for (;;) {
		r->at = text_run(r->s, r->at, &high);
		if (r->at < r->s.n && r->s.p[r->at] == '"')
			break;
		r->at += 2;
		if (r->at >= r->s.n) {
			r->at = r->s.n;
			return fail(r, "a text is not closed");
		}
		*ret_type = VALUE_ESCAPED;
	}
	s = slice_of(r->s.p + start, r->at - start);
	r->at++;
	if ((high & 0x80) && !utf8_valid(s)) {
		s = utf8_repair(&r->ev->arena, s);
		r->r.repaired = true;
	}
	*ret = s;
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
	enum value_type type;
	struct slice s;

	switch (c) {
	case '"':
		r->at++;
		if (!read_text(r, &type, &s))
			return false;
		*ret = (struct value){ .type = (uint8_t)type, .s = s };
		return true;
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

static void name_memo(struct json *j, struct json_memo *m, struct arena *arena)
{
	m->plain = slice_find(m->path, '"') == m->path.n && slice_find(m->path, '\\') == m->path.n;
	m->name = j->dialects ? dialects_name(j->dialects, m->path, arena) : m->path;
	m->id = dialects_number(j->dialects, j->names, m->name);
	m->next[0] = m->next[1] = NULL;
}

/* The place of the path's memo, else the one of its two that is free or that this record has not
 * borrowed from. */
static struct json_memo *memo_place(struct json *j, struct slice path, uint32_t generation)
{
	struct json_memo *pair = &j->memos[hash64(path) % JSON_MEMOS & ~UINT64_C(1)];

	for (size_t i = 0; i < 2; i++)
		if (!pair[i].path.p || slice_eq(pair[i].path, path))
			return &pair[i];
	return pair[0].used == generation ? &pair[1] : &pair[0];
}

/* The name and number of the path; NULL when the event's arena is spent. */
static struct json_memo *memo_of(struct reader *r, struct slice path)
{
	struct json *j = r->j;
	struct json_memo *m = memo_place(j, path, r->ev->generation);

	if (m->path.p && slice_eq(m->path, path))
		return m;
	uint8_t *kept = (uint8_t *)(uintptr_t)m->path.p;

	if (kept && m->used == r->ev->generation) {
		m = arena_array(&r->ev->arena, 1, sizeof(*m));
		if (!m)
			return NULL;
		m->passing = true;
		m->path = arena_keep(&r->ev->arena, path);
		name_memo(j, m, &r->ev->arena);
		return m;
	}
	if (m->cap < path.n + 1) {
		m->cap = (uint32_t)path.n + 64;
		kept = heap_grow(kept, m->cap);
	}
	if (path.n)
		memcpy(kept, path.p, path.n);
	m->path = slice_of(kept, path.n);
	name_memo(j, m, &j->arena);
	return m;
}

/* Room for the value of the path; *ret NULL where the record has too many. */
static bool place(struct reader *r, struct value **ret)
{
	struct slice path = slice_of(r->path, r->path_n);

	*ret = NULL;
	if (r->ev->n >= LIMIT_EVENT_FIELDS) {
		r->r.limited = true;
		return true;
	}
	struct json_memo *m = r->expected ? r->expected : memo_of(r, path);

	if (!m)
		return fail(r, "a record larger than the limit");
	m->used = r->ev->generation;
	struct json_memo **came = r->last ? r->last->next : r->j->first;

	if (came[0] != m && !m->passing) {
		came[1] = came[0];
		came[0] = m;
	}
	r->last = m;
	*ret = event_slot(r->ev, m->name, m->id);
	return true;
}

static bool add(struct reader *r, struct value v)
{
	struct value *slot;

	if (!place(r, &slot))
		return false;
	if (slot)
		*slot = v;
	return true;
}

/* Most values are texts: they go to their place in parts, as a copy would wait for the whole to be
 * put together. */
static bool add_text(struct reader *r)
{
	enum value_type type;
	struct slice s;
	struct value *slot;

	r->at++;
	if (!read_text(r, &type, &s) || !place(r, &slot))
		return false;
	if (slot) {
		slot->type = (uint8_t)type;
		slot->s = s;
	}
	return true;
}

/* memcmp for names, which are short: a call costs more than the compare. */
static inline bool same(const uint8_t *here, struct slice key)
{
	uint64_t a, b;
	size_t i = 0;

	if (key.n < 8)
		return memcmp(here, key.p, key.n) == 0;
	for (; i + 8 <= key.n; i += 8) {
		memcpy(&a, here + i, 8);
		memcpy(&b, key.p + i, 8);
		if (a != b)
			return false;
	}
	memcpy(&a, here + key.n - 8, 8);
	memcpy(&b, key.p + key.n - 8, 8);
	return a == b;
}

/* The member's name that stands here when the record goes as one before did: one compare instead of
 * a search for its end. False: it must be read. */
static inline bool expected_key(struct reader *r, struct json_memo *m, size_t outer)
{
	if (!m || !m->path.p || !m->plain || m->path.n <= outer || m->path.n > JSON_PATH_MAX ||
	    (outer && memcmp(m->path.p, r->path, outer) != 0))
		return false;
	struct slice key = slice_of(m->path.p + outer, m->path.n - outer);
	const uint8_t *here = r->s.p + r->at;

	if (r->s.n - r->at <= key.n || here[key.n] != '"' || !same(here, key))
		return false;
	/* The path itself is only needed where something is nested: read_value copies it then. */
	r->path_n = outer + key.n;
	r->at += key.n + 1;
	r->expected = m;
	return true;
}

/* A member's name from behind its opening quote, appended to the path. */
static bool read_key(struct reader *r)
{
	struct value v = { 0 };
	enum value_type type;

	if (r->path_n && r->path_n < JSON_PATH_MAX)
		r->path[r->path_n++] = '.';
	struct json_memo *const *came = r->last ? r->last->next : r->j->first;

	if (expected_key(r, came[0], r->path_n) || expected_key(r, came[1], r->path_n))
		return true;
	if (!read_text(r, &type, &v.s))
		return false;
	v.type = (uint8_t)type;
	struct slice key = slice_head(value_text(v, &r->ev->arena), JSON_PATH_MAX - r->path_n);

	if (key.n)
		memcpy(r->path + r->path_n, key.p, key.n);
	r->path_n += key.n;
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
		if (peek(r) != '"')
			return fail(r, "a member's name is missing");
		r->at++;
		if (!read_key(r))
			return false;
		if (peek(r) != ':')
			return fail(r, "a colon is missing");
		r->at++;
		if (!read_value(r))
			return false;
		r->expected = NULL;
		r->path_n = outer;
		int c = peek(r);

		r->at += c == ',' || c == '}';
		if (c == '}')
			return true;
		if (c != ',')
			return fail(r, c < 0 ? "the record stops in the middle" : "a comma is missing");
	}
}

bool json_is_column(struct slice name)
{
	return slice_is(name, "columns.name") || slice_is(name, "Columns.ColumnName");
}

/* {"columns": [{"name": ..}], "rows": [[..]]}: the answers of Kusto's query interfaces. */
static bool is_table(struct reader *r)
{
	struct slice path = slice_of(r->path, r->path_n);

	if (!slice_is(path, "rows") && !slice_is(path, "Rows"))
		return false;
	for (uint32_t i = 0; i < r->ev->n && !r->r.rows_cells; i++)
		r->r.rows_cells = json_is_column(r->ev->fields[i].name);
	return r->r.rows_cells;
}

/* Records in a list stay out of the event: whoever reads the object goes through them. */
static bool is_rows(struct reader *r)
{
	size_t at = r->at + 1;

	if (r->r.rows.p || r->j->no_rows || !r->j->dialects)
		return false;

	while (at < r->s.n && r->s.p[at] && strchr(" \t\r\n", r->s.p[at]))
		at++;
	if (at >= r->s.n || r->s.p[at] != '{')
		return at < r->s.n && strchr("[]", r->s.p[at]) && is_table(r);
	r->r.rows_number = dialects_rows(r->j->dialects, slice_of(r->path, r->path_n),
					 slice_head(slice_from(r->s, at), LIST_LOOK_BYTES));
	return r->r.rows_number > 0;
}

static bool skip_rows(struct reader *r)
{
	struct json_scan scan = { 0 };
	size_t n = json_extent(&scan, slice_from(r->s, r->at));

	r->r.rows = slice_from(r->s, r->at);
	r->r.rows_open = n == 0;
	if (n == 0)
		return fail(r, "a list is not closed");
	r->r.rows.n = n;
	r->at += n;
	return true;
}

static bool read_value(struct reader *r)
{
	struct value v;
	int c = peek(r);
	bool ok;

	if (c == '"')
		return add_text(r);
	if (c != '{' && c != '[')
		return read_plain(r, &v) && add(r, v);
	if (r->expected)
		memcpy(r->path, r->expected->path.p, r->path_n);
	if (c == '[' && is_rows(r))
		return skip_rows(r);
	if (r->depth == LIMIT_DEPTH) {
		r->r.limited = true;
		return fail(r, "nested deeper than the limit");
	}
	r->at++;
	r->expected = NULL;
	r->depth++;
	ok = c == '{' ? read_object(r) : read_list(r);
	r->depth--;
	return ok;
}

struct json_result json_read_under(struct json *j, struct slice text, struct slice prefix,
				   struct event *ev)
{
	struct reader r = { .j = j, .ev = ev, .s = text, .path = j->path };

	if (prefix.n && prefix.n < JSON_PATH_MAX) {
		/* read_key puts the dot. */
		r.path_n = prefix.n - (prefix.p[prefix.n - 1] == '.');
		memcpy(r.path, prefix.p, r.path_n);
	}

	/* Rewritten names gather when records keep changing shape: between records they may go. */
	if (j->arena.used > MEMO_BYTES_MAX) {
		arena_reset(&j->arena);
		for (size_t i = 0; i < JSON_MEMOS; i++)
			j->memos[i].path.n = SIZE_MAX;
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

struct json_result json_read(struct json *j, struct slice text, struct event *ev)
{
	return json_read_under(j, text, slice_of(NULL, 0), ev);
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
