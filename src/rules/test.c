/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/test.h"

#include "base/utf.h"
#include "base/when.h"
#include "event/value.h"

#include <arpa/inet.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

static inline uint8_t lower(uint8_t c)
{
	return c >= 'A' && c <= 'Z' ? (uint8_t)(c | 0x20) : c;
}

/* Length of the dash at s[at], 0 when there is none. */
static size_t dash_at(struct slice s, size_t at)
{
	if (at >= s.n)
		return 0;
	if (s.p[at] == '-' || s.p[at] == '/')
		return 1;
	if (s.n - at >= 3 && s.p[at] == 0xe2 && s.p[at + 1] == 0x80 && s.p[at + 2] >= 0x93 &&
	    s.p[at + 2] <= 0x95)
		return 3;
	return 0;
}

static bool option_start(struct slice pattern, size_t at)
{
	return at == 0 || pattern.p[at - 1] == ' ' || pattern.p[at - 1] == '\t' ||
	       pattern.p[at - 1] == '\n' || pattern.p[at - 1] == '\r';
}

/* A pattern, folded already, against text. */
struct compare {
	struct slice pattern;
	bool fold; /* the text is not: its ASCII is folded on the fly */
	bool dash;
};

/* The pattern at text[at], where dashes count as one another: true, and where it ends. */
static bool dash_equal_at(const struct compare *c, struct slice text, size_t at, size_t *ret_end)
{
	for (size_t i = 0; i < c->pattern.n;) {
		size_t pattern_dash = option_start(c->pattern, i) ? dash_at(c->pattern, i) : 0;

		if (pattern_dash) {
			size_t text_dash = dash_at(text, at);

			if (!text_dash)
				return false;
			i += pattern_dash;
			at += text_dash;
			continue;
		}
		if (at >= text.n ||
		    c->pattern.p[i] != (c->fold ? lower(text.p[at]) : text.p[at]))
			return false;
		i++;
		at++;
	}
	*ret_end = at;
	return true;
}

static bool equal_at(const struct compare *c, struct slice text, size_t at, size_t *ret_end)
{
	if (c->dash)
		return dash_equal_at(c, text, at, ret_end);
	if (text.n - at < c->pattern.n)
		return false;
	if (!c->fold) {
		if (c->pattern.n && memcmp(text.p + at, c->pattern.p, c->pattern.n) != 0)
			return false;
	} else {
		for (size_t i = 0; i < c->pattern.n; i++)
			if (c->pattern.p[i] != lower(text.p[at + i]))
				return false;
	}
	*ret_end = at + c->pattern.n;
	return true;
}

static inline uint8_t upper(const struct compare *c, uint8_t b)
{
	return c->fold && b >= 'a' && b <= 'z' ? (uint8_t)(b & ~0x20) : b;
}

/*
 * Where the pattern may begin next, at or behind `at`: its first byte in either case, and its last
 * one where that must lie. Sixteen places at a time.
 */
static size_t next_start(const struct compare *c, struct slice text, size_t at)
{
	size_t span = c->dash ? 0 : c->pattern.n - 1;

	if (c->pattern.n == 0 || (c->dash && dash_at(c->pattern, 0)))
		return at;
	if (text.n < span || at > text.n - span)
		return text.n + 1;
	uint8_t first = c->pattern.p[0], last = c->pattern.p[span];
	uint8_t first_upper = upper(c, first), last_upper = upper(c, last);
#ifdef __SSE2__
	__m128i f = _mm_set1_epi8((char)first), fu = _mm_set1_epi8((char)first_upper);
	__m128i l = _mm_set1_epi8((char)last), lu = _mm_set1_epi8((char)last_upper);

	for (; text.n - span - at >= 16; at += 16) {
		__m128i a = _mm_loadu_si128((const __m128i_u *)(const void *)(text.p + at));
		__m128i b = _mm_loadu_si128((const __m128i_u *)(const void *)(text.p + at + span));
		__m128i begin = _mm_or_si128(_mm_cmpeq_epi8(a, f), _mm_cmpeq_epi8(a, fu));
		__m128i end = _mm_or_si128(_mm_cmpeq_epi8(b, l), _mm_cmpeq_epi8(b, lu));
		unsigned hits = (unsigned)_mm_movemask_epi8(_mm_and_si128(begin, end));

		if (hits)
			return at + (size_t)__builtin_ctz(hits);
	}
#endif
	for (; at + span < text.n; at++)
		if ((text.p[at] == first || text.p[at] == first_upper) &&
		    (text.p[at + span] == last || text.p[at + span] == last_upper))
			return at;
	return text.n + 1;
}

static bool contains(const struct compare *c, struct slice text, bool to_end)
{
	size_t end;

	for (size_t at = next_start(c, text, 0); at <= text.n; at = next_start(c, text, at + 1))
		if (equal_at(c, text, at, &end) && (!to_end || end == text.n))
			return true;
	return false;
}

/* Beyond ASCII the text is folded as a whole; ASCII patterns only ever equal ASCII. */
static bool fold_text(const struct test *t, struct slice *text, struct arena *scratch)
{
	struct slice folded;

	if (t->cased || t->ascii || slice_is_ascii(*text))
		return !t->cased;
	folded = utf8_fold(scratch, *text);
	if (folded.p)
		*text = folded;
	return false;
}

static bool test_plain(const struct test *t, struct slice text, struct arena *scratch)
{
	struct compare c = { t->text, fold_text(t, &text, scratch), t->dash };
	size_t end;

	if (t->anchor_start)
		return equal_at(&c, text, 0, &end) && (!t->anchor_end || end == text.n);
	if (t->anchor_end && !t->dash)
		return text.n >= c.pattern.n && equal_at(&c, text, text.n - c.pattern.n, &end);
	return contains(&c, text, t->anchor_end);
}

static bool skip_characters(struct slice text, size_t *at, uint32_t n)
{
	while (n--) {
		if (*at >= text.n)
			return false;
		utf8_next(text, at);
	}
	return true;
}

static bool wildcard_tail(const struct test *t, struct slice text, size_t at)
{
	if (!skip_characters(text, &at, t->tail_skip))
		return false;
	return t->tail_star || !t->anchor_end || at == text.n;
}

/* Greedy with one place to go back to, the last star: at most text x pattern steps. */
static bool test_wildcard(const struct test *t, struct slice text, struct arena *scratch)
{
	bool fold = fold_text(t, &text, scratch);
	size_t i = 0, at = 0, star_at = 0, star = SIZE_MAX, end;
	bool fresh = true;

	for (;;) {
		if (fresh && i < t->part_count && (t->parts[i].star || (i == 0 && !t->anchor_start))) {
			star = i;
			star_at = at;
		}
		if (i == t->part_count) {
			if (wildcard_tail(t, text, at))
				return true;
		} else {
			size_t from = at;
			struct compare c = { t->parts[i].text, fold, t->dash };

			if (skip_characters(text, &from, t->parts[i].skip) &&
			    equal_at(&c, text, from, &end)) {
				at = end;
				i++;
				fresh = true;
				continue;
			}
		}
		if (star == SIZE_MAX || star_at >= text.n)
			return false;
		utf8_next(text, &star_at);
		at = star_at;
		i = star;
		fresh = false;
	}
}

bool cidr_parse(struct slice text, struct cidr *ret)
{
	char address[64];
	struct slice bits;
	struct slice head = slice_cut(text, '/', &bits);
	struct cidr c = { 0 };
	uint64_t n;

	if (head.n == 0 || head.n >= sizeof(address))
		return false;
	memcpy(address, head.p, head.n);
	address[head.n] = 0;
	c.v6 = slice_find(head, ':') < head.n;
	if (inet_pton(c.v6 ? AF_INET6 : AF_INET, address, c.bytes) != 1)
		return false;
	n = c.v6 ? 128 : 32;
	if (bits.p && (!slice_to_u64(bits, &n) || n > (c.v6 ? 128u : 32u)))
		return false;
	c.bits = (uint8_t)n;
	*ret = c;
	return true;
}

static bool test_cidr(const struct cidr *net, struct slice text)
{
	struct cidr address;

	if (slice_find(text, '/') < text.n || !cidr_parse(slice_trim(text), &address) ||
	    address.v6 != net->v6)
		return false;
	for (unsigned bit = 0; bit < net->bits; bit++) {
		uint8_t mask = (uint8_t)(0x80 >> (bit & 7));

		if ((address.bytes[bit >> 3] ^ net->bytes[bit >> 3]) & mask)
			return false;
	}
	return true;
}

static bool test_number(const struct test *t, struct slice text)
{
	double v;

	if (!value_double(value_text_of(slice_trim(text)), &v))
		return false;
	switch (t->compare) {
	case COMPARE_LT:
		return v < t->number;
	case COMPARE_LTE:
		return v <= t->number;
	case COMPARE_GT:
		return v > t->number;
	case COMPARE_GTE:
		return v >= t->number;
	}
	return false;
}

static bool test_timepart(const struct test *t, struct slice text)
{
	struct when w = when_parse(text);
	struct when_parts p;

	if (!w.set)
		return false;
	p = when_parts(w);
	const double parts[] = { [PART_MINUTE] = p.minute, [PART_HOUR] = p.hour,
				 [PART_DAY] = p.day,	   [PART_WEEK] = p.week,
				 [PART_MONTH] = p.month,   [PART_YEAR] = p.year };

	return parts[t->part] == t->number;
}

bool test_text(const struct test *t, struct slice text, struct arena *scratch)
{
	switch (t->op) {
	case TEST_TEXT:
		return test_plain(t, text, scratch);
	case TEST_WILDCARD:
		return test_wildcard(t, text, scratch);
	case TEST_CIDR:
		return test_cidr(&t->cidr, text);
	case TEST_NUMBER:
		return test_number(t, text);
	case TEST_TIMEPART:
		return test_timepart(t, text);
	default:
		return false;
	}
}
