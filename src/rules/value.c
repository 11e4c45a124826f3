/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/read.h"

#include "base/heap.h"
#include "base/utf.h"
#include "event/value.h"
#include "rules/pattern.h"
#include "rules/test.h"
#include "rules/windash.h"

/*
 * One value of a rule becomes one test, or several where a modifier multiplies it (placeholders
 * with several values, base64offset). The value goes through the plan's transforms as a list of
 * variants.
 */

#define VARIANTS_MAX 1000u

struct variants {
	struct pattern *list;
	size_t n, cap;
};

struct work {
	struct reading *r;
	const struct plan *plan;
	const struct node *value;
	struct variants in, out;
};

static bool push(struct work *w, struct pattern p)
{
	struct variants *v = &w->out;

	if (v->n == VARIANTS_MAX)
		return reading_fault_at(w->r, w->value, "the value stands for more than %u texts",
					VARIANTS_MAX);
	if (v->n == v->cap) {
		size_t cap = v->cap ? v->cap * 2 : 4;
		struct pattern *grown = arena_array(&w->r->scratch, cap, sizeof(*grown));

		if (v->n)
			memcpy(grown, v->list, v->n * sizeof(*grown));
		v->list = grown;
		v->cap = cap;
	}
	v->list[v->n++] = p;
	return true;
}

static bool is_name(uint16_t e)
{
	return (e >= 'a' && e <= 'z') || (e >= 'A' && e <= 'Z') || (e >= '0' && e <= '9') ||
	       e == '_' || e == '-' || e == '.' || e == ' ';
}

/* The next %name% at or behind `at`: [*start, *end) with its signs. `\%` is a plain percent sign,
 * and its backslash is taken out on the way. */
static bool next_placeholder(struct pattern *p, size_t at, size_t *start, size_t *end)
{
	for (; at < p->n; at++) {
		if (p->e[at] == '\\' && at + 1 < p->n && p->e[at + 1] == '%') {
			memmove(p->e + at, p->e + at + 1, (p->n - at - 1) * sizeof(*p->e));
			p->n--;
			continue;
		}
		if (p->e[at] != '%')
			continue;
		size_t to = at + 1;

		while (to < p->n && is_name(p->e[to]))
			to++;
		if (to == p->n || p->e[to] != '%' || to == at + 1)
			continue;
		*start = at;
		*end = to + 1;
		return true;
	}
	return false;
}

/* All combinations of the values of the placeholders in p from byte `at` on. Depth is the number
 * of placeholders in one value, breadth is bounded by push(). */
static bool expand(struct work *w, struct pattern p, size_t at, unsigned depth)
{
	struct arena *a = &w->r->scratch;
	const struct slice *values;
	size_t start, end, count;

	p = pattern_join(a, p, pattern_part(p, 0, 0), pattern_part(p, 0, 0));
	if (!next_placeholder(&p, at, &start, &end))
		return push(w, p);
	if (depth == 8)
		return reading_fault_at(w->r, w->value, "too many placeholders in one value");
	struct slice name = pattern_bytes(a, pattern_part(p, start + 1, end - 1));

	if (!placeholders_get(w->r->placeholders, name, &values, &count))
		return reading_fault_at(w->r, w->value,
					"placeholder %%%.*s%% has no value: give it with "
					"--expand FILE",
					(int)(name.n < 80 ? name.n : 80), name.p);
	for (size_t i = 0; i < count; i++) {
		struct pattern v = pattern_parse(a, values[i], w->plan->op != TEST_TEXT);

		if (!expand(w,
			    pattern_join(a, pattern_part(p, 0, start), v,
					 pattern_part(p, end, p.n)),
			    start + v.n, depth + 1))
			return false;
	}
	return true;
}

/* The five spellings of every option's dash from byte `at` on. */
static bool dashes(struct work *w, struct pattern p, size_t at)
{
	static const char *const spellings[] = { "-", "/", "\xe2\x80\x93", "\xe2\x80\x94",
						 "\xe2\x80\x95" };
	struct arena *a = &w->r->scratch;

	for (; at < p.n; at++) {
		bool wide_dash = p.n - at >= 3 && p.e[at] == 0xe2 && p.e[at + 1] == 0x80 &&
				 p.e[at + 2] >= 0x93 && p.e[at + 2] <= 0x95;
		size_t width = wide_dash ? 3 : 1;

		if (!wide_dash && p.e[at] != '-' && p.e[at] != '/')
			continue;
		if (at > 0 && !(p.e[at - 1] < 0x80 && windash_is_space((uint8_t)p.e[at - 1])))
			continue;
		for (size_t i = 0; i < 5; i++) {
			struct pattern s = pattern_parse(a, slice_str(spellings[i]), true);

			if (!dashes(w,
				    pattern_join(a, pattern_part(p, 0, at), s,
						 pattern_part(p, at + width, p.n)),
				    at + s.n))
				return false;
		}
		return true;
	}
	return push(w, p);
}

/* UTF-16 that no Base64 step follows is searched in the record's text, as its characters and
 * NULs: that only exists for ASCII. */
static bool utf16(struct work *w, struct pattern p, enum transform t)
{
	struct arena *a = &w->r->scratch;
	bool be = t == TRANSFORM_UTF16BE;
	struct pattern wide = pattern_utf16(a, p, be ? PATTERN_BE : PATTERN_LE);

	for (size_t i = 0; i < p.n && !w->plan->encoded; i++)
		if ((p.e[i] & 0xff) >= 0x80)
			return reading_fault_at(w->r, w->value,
						"only ASCII can be searched as UTF-16: put base64 "
						"or base64offset behind it");
	if (t == TRANSFORM_UTF16) {
		struct slice mark = slice_str(w->plan->encoded ? "\xff\xfe" : "\xef\xbb\xbf");

		wide = pattern_join(a, pattern_parse(a, mark, true), wide, pattern_part(p, 0, 0));
	}
	return push(w, wide);
}

static bool base64(struct work *w, struct pattern p, bool offset)
{
	struct arena *a = &w->r->scratch;

	if (pattern_has_wild(p))
		return reading_fault_at(w->r, w->value,
					"wildcards have no Base64: write \\* and \\? for the "
					"characters");
	if (!offset)
		return push(w, pattern_base64(a, p));
	for (unsigned shift = 0; shift < 3; shift++) {
		struct pattern e = pattern_base64_shifted(a, p, shift);

		if (e.n == 0)
			return reading_fault_at(w->r, w->value,
						"too short for base64offset: nothing certain is "
						"left at some offset");
		if (!push(w, e))
			return false;
	}
	return true;
}

static bool transform_one(struct work *w, struct pattern p, enum transform t)
{
	switch (t) {
	case TRANSFORM_EXPAND:
		return expand(w, p, 0, 0);
	case TRANSFORM_UTF16LE:
	case TRANSFORM_UTF16BE:
	case TRANSFORM_UTF16:
		return utf16(w, p, t);
	case TRANSFORM_DASHES:
		return dashes(w, p, 0);
	case TRANSFORM_BASE64:
		return base64(w, p, false);
	case TRANSFORM_BASE64OFFSET:
		return base64(w, p, true);
	}
	return false;
}

static bool transform_all(struct work *w, struct slice text)
{
	w->out = (struct variants){ 0 };
	if (!push(w, pattern_parse(&w->r->scratch, text, w->plan->op != TEST_TEXT)))
		return false;
	for (size_t t = 0; t < w->plan->transform_count; t++) {
		w->in = w->out;
		w->out = (struct variants){ 0 };
		for (size_t i = 0; i < w->in.n; i++)
			if (!transform_one(w, w->in.list[i], w->plan->transforms[t]))
				return false;
	}
	return true;
}

static struct test *add_test(struct work *w, enum test_op op)
{
	struct reading *r = w->r;
	const struct plan *p = w->plan;

	r->tests = heap_room(r->tests, r->test_count, &r->test_cap, sizeof(*r->tests));
	struct test *t = &r->tests[r->test_count++];

	*t = (struct test){ .op = op,
			    .cased = p->cased,
			    .dash = p->dash,
			    .anchor_start = !p->front,
			    .anchor_end = !p->back,
			    .compare = p->compare,
			    .part = p->part,
			    .pattern = w->value->text };
	return t;
}

/* What the tests compare with: folded once here. */
static struct slice needle(struct work *w, struct slice text)
{
	struct arena *a = &w->r->set->arena;
	bool same = true;

	for (size_t i = 0; i < text.n && same; i++)
		same = text.p[i] < 0x80 && !(text.p[i] >= 'A' && text.p[i] <= 'Z');
	return w->plan->cased || same ? text : utf8_fold(a, text);
}

static void add_text(struct work *w, struct slice text, bool front, bool back)
{
	struct test *t = add_test(w, TEST_TEXT);

	t->text = needle(w, text);
	t->anchor_start = !front;
	t->anchor_end = !back;
}

/* Counts `?` and stars from *at on, and moves past them. */
static void take_wild(struct pattern p, size_t *at, uint32_t *skip, bool *star)
{
	while (*at < p.n && (p.e[*at] & PATTERN_WILD)) {
		if ((p.e[*at] & 0xff) == '*')
			*star = true;
		else
			(*skip)++;
		(*at)++;
	}
}

static void add_wildcard(struct work *w, struct pattern p)
{
	struct arena *a = &w->r->set->arena;
	struct test *t = add_test(w, TEST_WILDCARD);
	bool star = w->plan->front;
	uint32_t skip = 0;
	size_t at = 0;

	t->parts = arena_array(a, p.n, sizeof(*t->parts));
	for (;;) {
		take_wild(p, &at, &skip, &star);
		if (at == p.n)
			break;
		size_t from = at;

		while (at < p.n && !(p.e[at] & PATTERN_WILD))
			at++;
		t->parts[t->part_count++] = (struct wildcard_part){
			needle(w, pattern_bytes(a, pattern_part(p, from, at))), skip, star
		};
		star = false;
		skip = 0;
	}
	t->tail_skip = skip;
	t->tail_star = star || w->plan->back;
	t->anchor_start = t->part_count ? !t->parts[0].star : !t->tail_star;
	t->anchor_end = !t->tail_star;
}

/* Stars at the edges are only missing anchors; what has none inside is plain text. */
static void add_pattern(struct work *w, struct pattern p)
{
	bool front = w->plan->front, back = w->plan->back;
	struct pattern middle = p;

	while (middle.n && middle.e[0] == ('*' | PATTERN_WILD)) {
		middle = pattern_part(middle, 1, middle.n);
		front = true;
	}
	while (middle.n && middle.e[middle.n - 1] == ('*' | PATTERN_WILD)) {
		middle.n--;
		back = true;
	}
	if (pattern_has_wild(middle)) {
		add_wildcard(w, p);
		return;
	}
	if (middle.n == 0 && (front || back))
		front = back = true;
	add_text(w, pattern_bytes(&w->r->set->arena, middle), front, back);
}

static bool add_cidr(struct work *w, struct slice text)
{
	struct cidr c;

	if (!cidr_parse(text, &c))
		return reading_fault_at(w->r, w->value,
					"not a network: write 10.0.0.0/8 or 2001:db8::/32");
	add_test(w, TEST_CIDR)->cidr = c;
	return true;
}

static bool add_number(struct work *w, struct slice text)
{
	double number;

	if (!value_double(value_text_of(slice_trim(text)), &number))
		return reading_fault_at(w->r, w->value, "this modifier needs a number");
	add_test(w, w->plan->op)->number = number;
	return true;
}

/* re with startswith or endswith: the anchors go around the whole expression. */
static void add_regex(struct work *w, struct slice text)
{
	const struct plan *p = w->plan;
	struct test *t = add_test(w, TEST_REGEX);
	bool start = p->back && !p->front, end = p->front && !p->back;

	t->regex_i = p->regex_i;
	t->regex_m = p->regex_m;
	t->regex_s = p->regex_s;
	t->text = text;
	if (start || end)
		t->text = arena_printf(&w->r->set->arena, "%s(?:%.*s)%s", start ? "^" : "",
				       (int)text.n, text.p, end ? "$" : "");
}

static bool add_exists(struct work *w, struct slice text)
{
	bool yes =
		slice_eq_nocase(text, slice_str("true")) || slice_eq_nocase(text, slice_str("yes"));

	if (!yes && !slice_eq_nocase(text, slice_str("false")) &&
	    !slice_eq_nocase(text, slice_str("no")))
		return reading_fault_at(w->r, w->value, "exists needs true or false");
	add_test(w, TEST_EXISTS)->expected = yes;
	return true;
}

static bool add_fieldref(struct work *w, struct slice text)
{
	struct slice bytes = arena_keep(&w->r->set->arena, text);
	uint8_t *out = arena_alloc(&w->r->set->arena, bytes.n + 1);
	size_t n = 0;

	for (size_t i = 0; i < bytes.n; i++)
		if (bytes.p[i] != ' ')
			out[n++] = bytes.p[i];
	if (n == 0)
		return reading_fault_at(w->r, w->value, "fieldref needs the name of a field");
	add_test(w, TEST_FIELDREF)->text = slice_of(out, n);
	return true;
}

static bool add_other(struct work *w, struct slice text)
{
	switch (w->plan->op) {
	case TEST_REGEX:
		add_regex(w, text);
		return true;
	case TEST_CIDR:
		return add_cidr(w, text);
	case TEST_NUMBER:
	case TEST_TIMEPART:
		return add_number(w, text);
	case TEST_EXISTS:
		return add_exists(w, text);
	default:
		return add_fieldref(w, text);
	}
}

static bool add_null(struct work *w)
{
	const struct plan *p = w->plan;

	if (p->keyword)
		return reading_fault_at(w->r, w->value, "a keyword cannot be null");
	if (p->op != TEST_TEXT || p->front || p->back || p->dash || p->transform_count)
		return reading_fault_at(w->r, w->value,
					"null fits no modifier but all and neq: write '' for an "
					"empty text");
	add_test(w, TEST_NULL);
	return true;
}

static bool is_plain(struct slice s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] == '\\' || s.p[i] == '*' || s.p[i] == '?')
			return false;
	return true;
}

static bool add_value(struct work *w)
{
	const struct plan *p = w->plan;
	struct slice text = w->value->text;
	struct arena *a = &w->r->set->arena;

	if (p->keyword && text.n == 0)
		return reading_fault_at(w->r, w->value, "an empty keyword would match everything");
	if (p->transform_count == 0) {
		if (p->op != TEST_TEXT)
			return add_other(w, text);
		if (is_plain(text)) {
			add_text(w, text, p->front, p->back);
			return true;
		}
		add_pattern(w, pattern_parse(&w->r->scratch, text, false));
		return true;
	}
	if (!transform_all(w, text))
		return false;
	for (size_t i = 0; i < w->out.n; i++) {
		if (p->op == TEST_TEXT)
			add_pattern(w, w->out.list[i]);
		else if (!add_other(w, pattern_bytes(a, w->out.list[i])))
			return false;
	}
	return true;
}

bool value_read(struct reading *r, const struct plan *plan, const struct node *value)
{
	struct work w = { .r = r, .plan = plan, .value = value };
	size_t before = r->test_count, added;

	if (value->kind != NODE_SCALAR)
		return reading_fault_at(r, value, "a value must be a text, a number or null");
	if (node_is_null(value) ? !add_null(&w) : !add_value(&w))
		return false;
	added = r->test_count - before;
	if (added > r->tests_left)
		return reading_fault_at(r, value, "too many values in one file");
	r->tests_left -= added;
	r->value_end =
		heap_room(r->value_end, r->value_count, &r->value_cap, sizeof(*r->value_end));
	r->value_end[r->value_count++] = (uint32_t)r->test_count;
	return true;
}
