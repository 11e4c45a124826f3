/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/read.h"

/*
 * Specification 2.1, appendix "modifiers". A modifier is a line in the table and a case in
 * apply(); docs/how-to/add-a-modifier.md walks through one.
 */

enum modifier {
	MOD_ALL,
	MOD_BASE64,
	MOD_BASE64OFFSET,
	MOD_CASED,
	MOD_CIDR,
	MOD_COMPARE,
	MOD_CONTAINS,
	MOD_ENDSWITH,
	MOD_EXISTS,
	MOD_EXPAND,
	MOD_FIELDREF,
	MOD_NEQ,
	MOD_PART,
	MOD_RE,
	MOD_RE_FLAG,
	MOD_STARTSWITH,
	MOD_UTF16,
	MOD_WINDASH,
};

static const struct modifier_row {
	const char *name;
	enum modifier modifier;
	int detail; /* COMPARE, PART: which; RE_FLAG: its letter; UTF16: the transform */
} table[] = {
	{ "contains", MOD_CONTAINS, 0 },
	{ "endswith", MOD_ENDSWITH, 0 },
	{ "all", MOD_ALL, 0 },
	{ "startswith", MOD_STARTSWITH, 0 },
	{ "re", MOD_RE, 0 },
	{ "windash", MOD_WINDASH, 0 },
	{ "cidr", MOD_CIDR, 0 },
	{ "expand", MOD_EXPAND, 0 },
	{ "base64offset", MOD_BASE64OFFSET, 0 },
	{ "base64", MOD_BASE64, 0 },
	{ "wide", MOD_UTF16, TRANSFORM_UTF16LE },
	{ "utf16le", MOD_UTF16, TRANSFORM_UTF16LE },
	{ "utf16be", MOD_UTF16, TRANSFORM_UTF16BE },
	{ "utf16", MOD_UTF16, TRANSFORM_UTF16 },
	{ "fieldref", MOD_FIELDREF, 0 },
	{ "exists", MOD_EXISTS, 0 },
	{ "cased", MOD_CASED, 0 },
	{ "neq", MOD_NEQ, 0 },
	{ "i", MOD_RE_FLAG, 'i' },
	{ "ignorecase", MOD_RE_FLAG, 'i' },
	{ "m", MOD_RE_FLAG, 'm' },
	{ "multiline", MOD_RE_FLAG, 'm' },
	{ "s", MOD_RE_FLAG, 's' },
	{ "dotall", MOD_RE_FLAG, 's' },
	{ "lt", MOD_COMPARE, COMPARE_LT },
	{ "lte", MOD_COMPARE, COMPARE_LTE },
	{ "gt", MOD_COMPARE, COMPARE_GT },
	{ "gte", MOD_COMPARE, COMPARE_GTE },
	{ "minute", MOD_PART, PART_MINUTE },
	{ "hour", MOD_PART, PART_HOUR },
	{ "day", MOD_PART, PART_DAY },
	{ "week", MOD_PART, PART_WEEK },
	{ "month", MOD_PART, PART_MONTH },
	{ "year", MOD_PART, PART_YEAR },
};

static const struct modifier_row *find(struct slice name)
{
	for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++)
		if (slice_is(name, table[i].name))
			return &table[i];
	return NULL;
}

/* What the value already is, in words. */
static const char *kind_text(const struct plan *p)
{
	switch (p->op) {
	case TEST_REGEX:
		return "a regular expression";
	case TEST_CIDR:
		return "a network";
	case TEST_EXISTS:
		return "'exists'";
	case TEST_FIELDREF:
		return "a field reference";
	case TEST_NUMBER:
		return "a number";
	case TEST_TIMEPART:
		return "a part of a time";
	default:
		return "text";
	}
}

static bool is_encoding(enum transform t)
{
	return t != TRANSFORM_EXPAND;
}

/* Nothing has been done to the value's text yet: where re, cidr, exists ... must stand. */
static bool untouched(const struct plan *p)
{
	for (size_t i = 0; i < p->transform_count; i++)
		if (is_encoding(p->transforms[i]))
			return false;
	return p->op == TEST_TEXT && !p->front && !p->back && !p->dash;
}

static const char *apply_encoding(struct plan *p, enum transform t)
{
	if (p->op != TEST_TEXT)
		return "only text can be encoded";
	if (p->encoded)
		return "the value is Base64 already";
	if (t == TRANSFORM_BASE64 || t == TRANSFORM_BASE64OFFSET) {
		if (p->front || p->back)
			return "Base64 has no wildcards: put contains, startswith, endswith behind "
			       "it";
		p->encoded = true;
		p->cased = true;
	}
	if (p->dash) {
		p->transforms[p->transform_count++] = TRANSFORM_DASHES;
		p->dash = false;
	}
	p->transforms[p->transform_count++] = t;
	return NULL;
}

static const char *apply_anchor(struct plan *p, bool front, bool back)
{
	if (p->op != TEST_TEXT && p->op != TEST_REGEX && p->op != TEST_FIELDREF)
		return "works on text only";
	p->front |= front;
	p->back |= back;
	return NULL;
}

static const char *apply_windash(struct plan *p)
{
	if (p->op != TEST_TEXT)
		return "works on text only";
	for (size_t i = 0; i < p->transform_count; i++)
		if (is_encoding(p->transforms[i]))
			return "put it before the encoding";
	p->dash = true;
	return NULL;
}

static const char *apply_flag(struct plan *p, int letter)
{
	if (p->op != TEST_REGEX)
		return "belongs behind re";
	p->regex_i |= letter == 'i';
	p->regex_m |= letter == 'm';
	p->regex_s |= letter == 's';
	return NULL;
}

static const char *become(struct plan *p, enum test_op op)
{
	if (!untouched(p))
		return "must be the first modifier";
	p->op = op;
	return NULL;
}

/* hour|gte: the part of the time is compared, not the field. */
static const char *apply_compare(struct plan *p, enum test_compare compare)
{
	if (p->op == TEST_TIMEPART && p->compare == COMPARE_EQ) {
		p->compare = compare;
		return NULL;
	}
	p->compare = compare;
	return become(p, TEST_NUMBER);
}

/* NULL, or what is wrong. */
static const char *apply(struct plan *p, const struct modifier_row *row)
{
	switch (row->modifier) {
	case MOD_ALL:
		p->all = true;
		return NULL;
	case MOD_NEQ:
		p->negated = true;
		return NULL;
	case MOD_CASED:
		p->cased = true;
		if (p->op == TEST_TEXT || p->op == TEST_FIELDREF)
			return NULL;
		return p->op == TEST_REGEX ? "an expression minds case anyway"
					   : "works on text only";
	case MOD_CONTAINS:
		return apply_anchor(p, true, true);
	case MOD_STARTSWITH:
		return apply_anchor(p, false, true);
	case MOD_ENDSWITH:
		return apply_anchor(p, true, false);
	case MOD_WINDASH:
		return apply_windash(p);
	case MOD_BASE64:
		return apply_encoding(p, TRANSFORM_BASE64);
	case MOD_BASE64OFFSET:
		return apply_encoding(p, TRANSFORM_BASE64OFFSET);
	case MOD_UTF16:
		return apply_encoding(p, (enum transform)row->detail);
	case MOD_EXPAND:
		if (p->op == TEST_EXISTS || p->encoded)
			return p->encoded ? "put it before the encoding" : "works on values only";
		p->transforms[p->transform_count++] = TRANSFORM_EXPAND;
		return NULL;
	case MOD_RE:
		return p->cased ? "an expression minds case anyway: drop cased"
				: become(p, TEST_REGEX);
	case MOD_RE_FLAG:
		return apply_flag(p, row->detail);
	case MOD_CIDR:
		return become(p, TEST_CIDR);
	case MOD_EXISTS:
		return p->keyword ? "needs a field" : become(p, TEST_EXISTS);
	case MOD_FIELDREF:
		if (p->op == TEST_TEXT && p->transform_count == 0 && !p->dash && !p->keyword) {
			p->op = TEST_FIELDREF;
			return NULL;
		}
		return p->keyword ? "needs a field"
				  : "cannot be combined with what stands before it";
	case MOD_COMPARE:
		return apply_compare(p, (enum test_compare)row->detail);
	case MOD_PART:
		p->part = (enum test_part)row->detail;
		p->compare = COMPARE_EQ;
		return become(p, TEST_TIMEPART);
	}
	return NULL;
}

static struct slice without_spaces(struct arena *a, struct slice s)
{
	size_t n = 0;

	if (slice_find(s, ' ') == s.n)
		return s;
	uint8_t *out = arena_alloc(a, s.n);

	if (!out)
		abort();
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] != ' ')
			out[n++] = s.p[i];
	return slice_of(out, n);
}

bool modifiers_read(struct reading *r, const struct node *key, struct slice *ret_field,
		    struct plan *ret)
{
	struct slice rest, field = slice_cut(key->text, '|', &rest);
	struct plan p = { .op = TEST_TEXT, .keyword = field.n == 0 };

	for (int count = 0; rest.p; count++) {
		struct slice name = slice_cut(rest, '|', &rest);
		const struct modifier_row *row = find(name);
		/* In a key on one line the modifier's own column is known. */
		uint32_t column =
			key->column +
			(key->spread ? 0 : (uint32_t)(name.p - key->text.p) + key->quoted);

		if (count == MODIFIERS_MAX / 2)
			return reading_fault(r, key->line, column, "too many modifiers");
		if (!row)
			return reading_fault(r, key->line, column, "unknown modifier '%.*s'",
					     (int)(name.n < 40 ? name.n : 40), name.p);
		const char *why = apply(&p, row);

		if (why)
			return reading_fault(r, key->line, column, "modifier %s on %s: %s",
					     row->name, kind_text(&p), why);
	}
	if (p.op == TEST_TEXT && p.keyword && !p.front && !p.back)
		p.front = p.back = true;
	*ret_field = without_spaces(&r->set->arena, field);
	*ret = p;
	return true;
}
