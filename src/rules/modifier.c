/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/modifier.h"

#include "base/utf.h"
#include "event/value.h"
#include "rules/test.h"
#include "rules/document.h"

static const struct {
	const char *name;
	enum modifier modifier;
} names[] = {
	{ "all", MODIFIER_ALL },
	{ "cased", MODIFIER_CASED },
	{ "cidr", MODIFIER_CIDR },
	{ "contains", MODIFIER_CONTAINS },
	{ "endswith", MODIFIER_ENDSWITH },
	{ "exists", MODIFIER_EXISTS },
	{ "expand", MODIFIER_EXPAND },
	{ "fieldref", MODIFIER_FIELDREF },
	{ "neq", MODIFIER_NEQ },
	{ "re", MODIFIER_RE },
	{ "i", MODIFIER_I },
	{ "ignorecase", MODIFIER_I },
	{ "m", MODIFIER_M },
	{ "multiline", MODIFIER_M },
	{ "s", MODIFIER_S },
	{ "dotall", MODIFIER_S },
	{ "startswith", MODIFIER_STARTSWITH },
	{ "windash", MODIFIER_WINDASH },
	{ "base64", MODIFIER_BASE64 },
	{ "base64offset", MODIFIER_BASE64OFFSET },
	{ "wide", MODIFIER_WIDE },
	{ "utf16le", MODIFIER_WIDE },
	{ "utf16be", MODIFIER_UTF16BE },
	{ "utf16", MODIFIER_UTF16 },
	{ "lt", MODIFIER_LT },
	{ "lte", MODIFIER_LTE },
	{ "gt", MODIFIER_GT },
	{ "gte", MODIFIER_GTE },
	{ "minute", MODIFIER_MINUTE },
	{ "hour", MODIFIER_HOUR },
	{ "day", MODIFIER_DAY },
	{ "week", MODIFIER_WEEK },
	{ "month", MODIFIER_MONTH },
	{ "year", MODIFIER_YEAR },
};

#define BIT(m) (UINT32_C(1) << (m))
#define TEXT_KINDS (BIT(MODIFIER_CONTAINS) | BIT(MODIFIER_STARTSWITH) | BIT(MODIFIER_ENDSWITH))
#define ENCODINGS                                                                                  \
	(BIT(MODIFIER_BASE64) | BIT(MODIFIER_BASE64OFFSET) | BIT(MODIFIER_WIDE) |                  \
	 BIT(MODIFIER_UTF16BE) | BIT(MODIFIER_UTF16))
#define NUMBERS (BIT(MODIFIER_LT) | BIT(MODIFIER_LTE) | BIT(MODIFIER_GT) | BIT(MODIFIER_GTE))
#define TIMES                                                                                      \
	(BIT(MODIFIER_MINUTE) | BIT(MODIFIER_HOUR) | BIT(MODIFIER_DAY) | BIT(MODIFIER_WEEK) |      \
	 BIT(MODIFIER_MONTH) | BIT(MODIFIER_YEAR))
/* Each of these decides alone what the value is. */
#define KINDS                                                                                      \
	(BIT(MODIFIER_CIDR) | BIT(MODIFIER_EXISTS) | BIT(MODIFIER_RE) | NUMBERS | TIMES |          \
	 BIT(MODIFIER_FIELDREF))

static struct slice strip_spaces(struct arena *a, struct slice s)
{
	uint8_t *p = arena_alloc(a, s.n + 1);
	size_t n = 0;

	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] != ' ')
			p[n++] = s.p[i];
	return slice_of(p, n);
}

static bool chain_check(const struct key *k, struct err *err)
{
	uint32_t kinds = k->has & KINDS;
	uint32_t text = k->has & TEXT_KINDS;

	if (kinds & (kinds - 1))
		return err_set(err, ERR_FORMAT, 0, "modifiers that exclude each other");
	if (text & (text - 1))
		return err_set(err, ERR_FORMAT, 0,
			       "contains, startswith and endswith exclude each other");
	if (kinds && !key_has(k, MODIFIER_FIELDREF) &&
	    (text | (k->has & (ENCODINGS | BIT(MODIFIER_WINDASH)))))
		return err_set(err, ERR_FORMAT, 0, "a text modifier on a value that is not text");
	if ((k->has & (BIT(MODIFIER_I) | BIT(MODIFIER_M) | BIT(MODIFIER_S))) &&
	    !key_has(k, MODIFIER_RE))
		return err_set(err, ERR_FORMAT, 0, "i, m and s only follow re");
	if (!k->field.n && (key_has(k, MODIFIER_EXISTS) || key_has(k, MODIFIER_FIELDREF)))
		return err_set(err, ERR_FORMAT, 0, "exists and fieldref need a field");
	return true;
}

bool key_parse(struct slice text, struct arena *arena, struct key *ret, struct err *err)
{
	struct key k = { 0 };
	struct slice rest;

	k.field = strip_spaces(arena, slice_cut(text, '|', &rest));
	while (rest.p) {
		struct slice word = slice_cut(rest, '|', &rest);
		size_t i = 0, n = sizeof(names) / sizeof(*names);

		while (i < n && !slice_is(word, names[i].name))
			i++;
		if (i == n)
			return err_set(err, ERR_FORMAT, 0, "unknown modifier \"%.*s\"",
				       (int)(word.n < 40 ? word.n : 40), (const char *)word.p);
		if (k.count == MODIFIERS_MAX)
			return err_set(err, ERR_LIMIT, 0, "too many modifiers");
		k.chain[k.count++] = names[i].modifier;
		k.has |= BIT(names[i].modifier);
	}
	if (!chain_check(&k, err))
		return false;
	*ret = k;
	return true;
}

/* A value's text taken apart: literal runs and the wildcards between them. Escapes (specification,
 * "Escaping"): a backslash is itself unless it stands before * ? or another backslash. */
struct wild {
	struct wildcard_part *parts;
	size_t count;
	uint32_t tail_skip;
	bool tail_star;
};

static size_t run_end(struct slice s, size_t at, uint8_t *out, size_t *n)
{
	while (at < s.n && s.p[at] != '*' && s.p[at] != '?') {
		if (s.p[at] == '\\' && at + 1 < s.n &&
		    (s.p[at + 1] == '*' || s.p[at + 1] == '?' || s.p[at + 1] == '\\'))
			at++;
		out[(*n)++] = s.p[at++];
	}
	return at;
}

static struct wild wild_parse(struct slice s, struct arena *a)
{
	struct wild w = { .parts = arena_array(a, s.n / 2 + 2, sizeof(*w.parts)) };
	uint8_t *out = arena_alloc(a, s.n + 1);
	size_t at = 0, n = 0;

	for (;;) {
		uint32_t skip = 0;
		bool star = false;

		for (; at < s.n && (s.p[at] == '*' || s.p[at] == '?'); at++) {
			star |= s.p[at] == '*';
			skip += s.p[at] == '?';
		}
		if (at == s.n && (w.count || skip || star)) {
			w.tail_skip = skip;
			w.tail_star = star;
			return w;
		}
		size_t start = n;

		at = run_end(s, at, out, &n);
		w.parts[w.count++] =
			(struct wildcard_part){ slice_of(out + start, n - start), skip, star };
		if (at == s.n)
			return w;
	}
}

static void anchors(const struct key *k, struct test *t)
{
	t->anchor_start = !key_has(k, MODIFIER_CONTAINS) && !key_has(k, MODIFIER_ENDSWITH);
	t->anchor_end = !key_has(k, MODIFIER_CONTAINS) && !key_has(k, MODIFIER_STARTSWITH);
}

/* Folds what is compared without case, once, and says whether bytes will do. */
static void fold_test(struct test *t, struct arena *a)
{
	t->ascii = slice_is_ascii(t->text);
	if (!t->cased)
		t->text = utf8_fold(a, t->text);
	for (size_t i = 0; i < t->part_count; i++) {
		t->ascii = t->ascii && slice_is_ascii(t->parts[i].text);
		if (!t->cased)
			t->parts[i].text = utf8_fold(a, t->parts[i].text);
	}
}

/* Stars at the edges are only missing anchors; what is left may be plain text. */
static void text_test(const struct key *k, struct wild w, struct test *t)
{
	anchors(k, t);
	t->cased = key_has(k, MODIFIER_CASED);
	t->dash = key_has(k, MODIFIER_WINDASH);
	if (w.count && w.parts[0].star && !w.parts[0].skip) {
		t->anchor_start = false;
		w.parts[0].star = false;
	}
	if (w.tail_star && !w.tail_skip) {
		t->anchor_end = false;
		w.tail_star = false;
	}
	if (w.count == 0 && !w.tail_skip) {
		t->op = TEST_TEXT; /* "*": anything */
		t->anchor_start = t->anchor_end = false;
		return;
	}
	if (w.count == 1 && !w.parts[0].star && !w.parts[0].skip && !w.tail_skip && !w.tail_star) {
		t->op = TEST_TEXT;
		t->text = w.parts[0].text;
		return;
	}
	t->op = TEST_WILDCARD;
	t->parts = w.parts;
	t->part_count = w.count;
	t->tail_skip = w.tail_skip;
	t->tail_star = w.tail_star;
}

static struct slice encode_utf16(struct arena *a, struct slice s, bool big, bool mark)
{
	uint8_t *out = arena_alloc(a, s.n * 4 + 4);
	size_t n = 0;

	for (size_t at = 0; at < s.n || mark;) {
		uint32_t c = mark ? 0xfeff : utf8_next(s, &at);
		uint16_t units[2] = { (uint16_t)c, 0 };
		size_t count = 1;

		mark = false;
		if (c >= 0x10000) {
			units[0] = (uint16_t)(0xd800 + ((c - 0x10000) >> 10));
			units[1] = (uint16_t)(0xdc00 + ((c - 0x10000) & 0x3ff));
			count = 2;
		}
		for (size_t i = 0; i < count; i++) {
			out[n++] = (uint8_t)(big ? units[i] >> 8 : units[i]);
			out[n++] = (uint8_t)(big ? units[i] : units[i] >> 8);
		}
	}
	return slice_of(out, n);
}

static struct slice encode_base64(struct arena *a, struct slice s)
{
	static const char set[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	uint8_t *out = arena_alloc(a, (s.n + 2) / 3 * 4 + 1);
	size_t n = 0;

	for (size_t i = 0; i < s.n; i += 3) {
		size_t left = s.n - i;
		uint32_t v = (uint32_t)s.p[i] << 16 | (left > 1 ? (uint32_t)s.p[i + 1] << 8 : 0) |
			     (left > 2 ? s.p[i + 2] : 0);

		out[n++] = (uint8_t)set[v >> 18];
		out[n++] = (uint8_t)set[v >> 12 & 63];
		out[n++] = left > 1 ? (uint8_t)set[v >> 6 & 63] : '=';
		out[n++] = left > 2 ? (uint8_t)set[v & 63] : '=';
	}
	return slice_of(out, n);
}

/* The three ways a text can lie in base64: what is before it shares its first characters, what is
 * behind it its last ones; both are left off. */
static struct slice encode_base64_offset(struct arena *a, struct slice s, size_t offset)
{
	static const size_t head[] = { 0, 2, 3 }, tail[] = { 0, 3, 2 };
	uint8_t *padded = arena_alloc(a, s.n + 3);
	size_t cut;

	memset(padded, ' ', offset);
	if (s.n)
		memcpy(padded + offset, s.p, s.n);
	struct slice coded = encode_base64(a, slice_of(padded, s.n + offset));

	cut = head[offset] + tail[(s.n + offset) % 3];
	if (coded.n <= cut)
		return slice_of(coded.p, 0);
	return slice_of(coded.p + head[offset], coded.n - cut);
}

static bool encoded_tests(const struct key *k, struct wild w, struct arena *a,
			  struct test out[VALUE_TESTS_MAX], size_t *ret_n, struct err *err)
{
	struct slice texts[VALUE_TESTS_MAX];
	size_t n = 1;

	if (w.count != 1 || w.parts[0].star || w.parts[0].skip || w.tail_star || w.tail_skip)
		return err_set(err, ERR_FORMAT, 0, "a wildcard cannot be encoded");
	texts[0] = w.parts[0].text;
	for (size_t i = 0; i < k->count; i++) {
		if (k->chain[i] == MODIFIER_BASE64OFFSET && n == 1) {
			struct slice plain = texts[0];

			for (n = 0; n < 3; n++)
				texts[n] = encode_base64_offset(a, plain, n);
			continue;
		}
		for (size_t t = 0; t < n; t++) {
			if (k->chain[i] == MODIFIER_WIDE)
				texts[t] = encode_utf16(a, texts[t], false, false);
			else if (k->chain[i] == MODIFIER_UTF16BE)
				texts[t] = encode_utf16(a, texts[t], true, false);
			else if (k->chain[i] == MODIFIER_UTF16)
				texts[t] = encode_utf16(a, texts[t], false, true);
			else if (k->chain[i] == MODIFIER_BASE64)
				texts[t] = encode_base64(a, texts[t]);
		}
	}
	for (size_t t = 0; t < n; t++) {
		out[t] = out[0];
		out[t].op = TEST_TEXT;
		out[t].text = texts[t];
		anchors(k, &out[t]);
		/* Base64 that differs in case is another text. */
		out[t].cased = key_has(k, MODIFIER_CASED) || key_has(k, MODIFIER_BASE64) ||
			       key_has(k, MODIFIER_BASE64OFFSET);
		fold_test(&out[t], a);
	}
	*ret_n = n;
	return true;
}

static bool truth(struct slice s, bool *ret)
{
	*ret = slice_eq_nocase(s, slice_str("true")) || slice_eq_nocase(s, slice_str("yes"));
	return *ret || slice_eq_nocase(s, slice_str("false")) ||
	       slice_eq_nocase(s, slice_str("no"));
}

static bool number_test(const struct key *k, struct slice text, struct test *t, struct err *err)
{
	static const struct {
		enum modifier m;
		enum test_compare compare;
	} compares[] = { { MODIFIER_LT, COMPARE_LT },
			 { MODIFIER_LTE, COMPARE_LTE },
			 { MODIFIER_GT, COMPARE_GT },
			 { MODIFIER_GTE, COMPARE_GTE } };

	if (!value_double(value_text_of(text), &t->number))
		return err_set(err, ERR_FORMAT, 0, "a number is needed here");
	if (k->has & TIMES) {
		t->op = TEST_TIMEPART;
		for (unsigned m = MODIFIER_MINUTE; m <= MODIFIER_YEAR; m++)
			if (key_has(k, m))
				t->part = (enum test_part)(m - MODIFIER_MINUTE);
		return true;
	}
	t->op = TEST_NUMBER;
	for (size_t i = 0; i < sizeof(compares) / sizeof(*compares); i++)
		if (key_has(k, compares[i].m))
			t->compare = compares[i].compare;
	return true;
}

bool value_tests(const struct key *k, const struct yaml_node *value, struct arena *arena,
		 struct test out[VALUE_TESTS_MAX], size_t *ret_n, struct err *err)
{
	struct test *t = &out[0];
	struct slice text = value->text;

	*t = (struct test){ .pattern = text };
	*ret_n = 1;
	if (yaml_is_null(value) && !key_has(k, MODIFIER_EXISTS)) {
		t->op = TEST_NULL;
		t->pattern = slice_str("null");
		return k->field.n ? true : err_set(err, ERR_FORMAT, 0, "null needs a field");
	}
	if (key_has(k, MODIFIER_EXISTS)) {
		t->op = TEST_EXISTS;
		return truth(text, &t->expected) ? true
						 : err_set(err, ERR_FORMAT, 0, "exists takes true or false");
	}
	if (key_has(k, MODIFIER_RE)) {
		t->op = TEST_REGEX;
		t->text = text;
		t->regex_i = key_has(k, MODIFIER_I);
		t->regex_m = key_has(k, MODIFIER_M);
		t->regex_s = key_has(k, MODIFIER_S);
		return true;
	}
	if (key_has(k, MODIFIER_CIDR)) {
		t->op = TEST_CIDR;
		return cidr_parse(text, &t->cidr) ? true
						  : err_set(err, ERR_FORMAT, 0, "not a network address");
	}
	if (k->has & (NUMBERS | TIMES))
		return number_test(k, text, t, err);
	if (key_has(k, MODIFIER_FIELDREF)) {
		t->op = TEST_FIELDREF;
		t->text = strip_spaces(arena, text);
		t->cased = key_has(k, MODIFIER_CASED);
		anchors(k, t);
		return true;
	}
	struct wild w = wild_parse(text, arena);

	if (k->has & ENCODINGS)
		return encoded_tests(k, w, arena, out, ret_n, err);
	text_test(k, w, t);
	/* A keyword is looked for anywhere in a field. */
	if (!k->field.n && !(k->has & TEXT_KINDS))
		t->anchor_start = t->anchor_end = false;
	fold_test(t, arena);
	return true;
}
