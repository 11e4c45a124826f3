/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/test.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "base/utf.h"
#include "base/when.h"
#include "event/value.h"
#include "rules/windash.h"

#include <arpa/inet.h>

#define NO_MATCH SIZE_MAX

struct compare {
	bool cased, dash;
	bool inside; /* the needle is not the first run of its value: byte 0 starts no option */
};

/* Whether needle stands in text at byte `at`: the byte behind it, or NO_MATCH. */
static size_t match_here(struct compare how, struct slice needle, struct slice text, size_t at)
{
	for (size_t i = 0; i < needle.n;) {
		if (at >= text.n)
			return NO_MATCH;
		uint8_t a = needle.p[i], b = text.p[at];

		if (a < 0x80 && (a == b || (!how.cased && ascii_lower(a) == ascii_lower(b)))) {
			i++;
			at++;
			continue;
		}
		if ((a < 0x80 || b < 0x80) && !how.dash)
			return NO_MATCH;
		bool option = how.dash && windash_starts(needle, i) && !(how.inside && i == 0);
		uint32_t c = utf8_next(needle, &i), d = utf8_next(text, &at);

		if (c != d && (how.cased || utf_fold(c) != utf_fold(d)) &&
		    !(option && windash_is_dash(c) && windash_is_dash(d)))
			return NO_MATCH;
	}
	return at;
}

/* The next character's first byte: one byte on in ASCII, else over a whole code point. */
static size_t next_at(struct slice text, size_t at)
{
	if (text.p[at] < 0x80)
		return at + 1;
	(void)utf8_next(text, &at);
	return at;
}

/*
 * Sixteen places at a time: on to where the needle's first byte and, as far on as it must be, its
 * last one both are, in either case. Stops where fewer than sixteen places are left.
 */
static size_t skip_by_pair(struct compare how, struct slice needle, struct slice text, size_t at)
{
#ifdef __SSE2__
	size_t span = needle.n - 1;
	uint8_t first = needle.p[0], last = needle.p[span];

	if (!slice_is_ascii(needle) || text.n < span + 16)
		return at;
	bool fold_first = !how.cased && ascii_lower(first) >= 'a' && ascii_lower(first) <= 'z';
	bool fold_last = !how.cased && ascii_lower(last) >= 'a' && ascii_lower(last) <= 'z';
	__m128i bit_first = _mm_set1_epi8(fold_first ? 0x20 : 0), f = _mm_set1_epi8((char)first);
	__m128i bit_last = _mm_set1_epi8(fold_last ? 0x20 : 0), l = _mm_set1_epi8((char)last);

	f = _mm_or_si128(f, bit_first);
	l = _mm_or_si128(l, bit_last);
	for (; at + span + 16 <= text.n; at += 16) {
		const __m128i_u *p = (const void *)(text.p + at), *q = (const void *)(text.p + at + span);
		__m128i a = _mm_or_si128(_mm_loadu_si128(p), bit_first);
		__m128i b = _mm_or_si128(_mm_loadu_si128(q), bit_last);
		unsigned hits = (unsigned)_mm_movemask_epi8(
			_mm_and_si128(_mm_cmpeq_epi8(a, f), _mm_cmpeq_epi8(b, l)));

		if (hits)
			return at + (size_t)__builtin_ctz(hits);
	}
#endif
	return at;
}

/* The first byte that can begin a match is known when the needle starts with ASCII. */
static size_t skip_to_first(struct compare how, struct slice needle, struct slice text, size_t at)
{
	uint8_t want;

	if (needle.n == 0 || needle.p[0] >= 0x80 || how.dash)
		return at;
	at = skip_by_pair(how, needle, text, at);
	want = ascii_lower(needle.p[0]);
	if (how.cased || want < 'a' || want > 'z') {
		const uint8_t *p =
			at < text.n ? memchr(text.p + at, needle.p[0], text.n - at) : NULL;

		return p ? (size_t)(p - text.p) : text.n;
	}
	while (at < text.n && ascii_lower(text.p[at]) != want)
		at++;
	return at;
}

static bool is_ascii_needle(struct compare how, struct slice needle)
{
	return !how.dash && slice_is_ascii(needle);
}

/* Whether the needle stands anywhere, or with `end` at the text's end. */
static bool contains(struct compare how, bool end, struct slice needle, struct slice text)
{
	for (size_t at = skip_to_first(how, needle, text, 0); at < text.n;
	     at = skip_to_first(how, needle, text, next_at(text, at))) {
		size_t stop = match_here(how, needle, text, at);

		if (stop != NO_MATCH && (!end || stop == text.n))
			return true;
	}
	return false;
}

/* The longest run of the needle that no dash can change: ASCII without the two ASCII dashes. */
static struct slice run_without_dash(struct slice needle)
{
	struct slice best = { needle.p, 0 };

	for (size_t i = 0, from = 0; i <= needle.n; i++) {
		if (i < needle.n && needle.p[i] < 0x80 && !windash_is_dash(needle.p[i]))
			continue;
		if (i - from > best.n)
			best = slice_of(needle.p + from, i - from);
		from = i + 1;
	}
	return best;
}

static bool compare(struct compare how, bool start, bool end, struct slice needle,
		    struct slice text)
{
	/* Trying every dash at every place is slow: mostly it can be seen that it would be in vain. */
	if (how.dash && !start) {
		struct slice run = run_without_dash(needle);

		if (run.n > 1 && !contains((struct compare){ how.cased, false, false }, false, run, text))
			return false;
	}
	if (start) {
		size_t stop = match_here(how, needle, text, 0);

		return stop != NO_MATCH && (!end || stop == text.n);
	}
	if (needle.n == 0)
		return true;
	if (end && is_ascii_needle(how, needle))
		return text.n >= needle.n &&
		       match_here(how, needle, text, text.n - needle.n) == text.n;
	return contains(how, end, needle, text);
}

/* Past n characters; false when there are fewer. */
static bool skip_chars(struct slice text, size_t *at, uint32_t n)
{
	for (; n > 0; n--) {
		if (*at >= text.n)
			return false;
		*at = next_at(text, *at);
	}
	return true;
}

/* Parts [from, to) with the first one's literal run at byte `at`, the others tied to it by `?`
 * alone: the byte behind the last one, or NO_MATCH. */
static size_t group_here(const struct test *t, size_t from, size_t to, struct slice text, size_t at)
{
	for (size_t i = from; i < to; i++) {
		struct compare how = { t->cased, t->dash, i > 0 };

		if (i > from && !skip_chars(text, &at, t->parts[i].skip))
			return NO_MATCH;
		at = match_here(how, t->parts[i].text, text, at);
		if (at == NO_MATCH)
			return NO_MATCH;
	}
	return at;
}

/* What is left behind the last part fits the pattern's end. */
static bool tail_fits(const struct test *t, struct slice text, size_t at)
{
	return skip_chars(text, &at, t->tail_skip) && (t->tail_star || at == text.n);
}

/* A group behind a star may stand anywhere from `at` on: the leftmost place leaves the most for
 * what follows, so it is enough to try that; only the last group must also meet the end. */
static bool find_group(const struct test *t, size_t from, size_t to, struct slice text, size_t *at)
{
	bool last = to == t->part_count;
	struct compare how = { t->cased, t->dash, from > 0 };
	struct slice first = t->parts[from].text;

	for (size_t p = skip_to_first(how, first, text, *at); p <= text.n;) {
		size_t stop = group_here(t, from, to, text, p);

		if (stop != NO_MATCH && (!last || tail_fits(t, text, stop))) {
			*at = stop;
			return true;
		}
		if (p >= text.n)
			return false;
		p = skip_to_first(how, first, text, next_at(text, p));
	}
	return false;
}

static bool wildcard(const struct test *t, struct slice text)
{
	size_t at = 0, i = 0;

	if (t->part_count == 0)
		return tail_fits(t, text, 0);
	while (i < t->part_count) {
		size_t to = i + 1;

		while (to < t->part_count && !t->parts[to].star)
			to++;
		if (!skip_chars(text, &at, t->parts[i].skip))
			return false;
		if (t->parts[i].star) {
			if (!find_group(t, i, to, text, &at))
				return false;
		} else {
			at = group_here(t, i, to, text, at);
			if (at == NO_MATCH || (to == t->part_count && !tail_fits(t, text, at)))
				return false;
		}
		i = to;
	}
	return true;
}

bool test_fieldref(const struct test *t, struct slice text, struct slice other)
{
	return compare((struct compare){ t->cased, false, false }, t->anchor_start, t->anchor_end,
		       other, text);
}

/* Dotted quad, no leading zeros beyond what three digits give: the form logs use. */
static bool parse_v4(struct slice s, uint8_t bytes[16])
{
	size_t at = 0;

	for (int i = 0; i < 4; i++) {
		unsigned v = 0;
		size_t start = at;

		while (at < s.n && at - start < 3 && s.p[at] >= '0' && s.p[at] <= '9')
			v = v * 10 + (unsigned)(s.p[at++] - '0');
		if (at == start || v > 255)
			return false;
		bytes[i] = (uint8_t)v;
		if (i < 3 && (at >= s.n || s.p[at++] != '.'))
			return false;
	}
	return at == s.n;
}

bool test_address(struct slice text, uint8_t bytes[16], bool *v6)
{
	static const uint8_t mapped[12] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff };
	char room[INET6_ADDRSTRLEN + 1];

	text = slice_trim(text);
	if (slice_find(text, ':') == text.n) {
		*v6 = false;
		return parse_v4(text, bytes);
	}
	text = slice_head(text, slice_find(text, '%'));
	if (text.n >= sizeof(room))
		return false;
	memcpy(room, text.p, text.n);
	room[text.n] = 0;
	if (memchr(room, 0, text.n) || inet_pton(AF_INET6, room, bytes) != 1)
		return false;
	*v6 = memcmp(bytes, mapped, sizeof(mapped)) != 0;
	if (!*v6)
		memmove(bytes, bytes + 12, 4);
	return true;
}

bool cidr_parse(struct slice text, struct cidr *ret)
{
	struct slice bits, address = slice_cut(slice_trim(text), '/', &bits);
	struct cidr c = { 0 };
	uint64_t n, most;

	if (!test_address(address, c.bytes, &c.v6))
		return false;
	n = most = c.v6 ? 128 : 32;
	if (bits.p && (!slice_to_u64(bits, &n) || n > most))
		return false;
	c.bits = (uint8_t)n;
	for (size_t i = 0; i < 16; i++) {
		size_t kept = n > i * 8 ? (size_t)n - i * 8 : 0;

		c.bytes[i] = (uint8_t)(c.bytes[i] & (kept >= 8 ? 0xffu : 0xff00u >> kept));
	}
	*ret = c;
	return true;
}

static bool cidr(const struct cidr *c, struct slice text)
{
	uint8_t bytes[16];
	bool v6;

	if (!test_address(text, bytes, &v6) || v6 != c->v6)
		return false;
	size_t whole = c->bits / 8u, rest = c->bits % 8u;

	return memcmp(bytes, c->bytes, whole) == 0 &&
	       (rest == 0 || (bytes[whole] ^ c->bytes[whole]) >> (8 - rest) == 0);
}

static bool holds(enum test_compare compare, double v, double number)
{
	switch (compare) {
	case COMPARE_LT:
		return v < number;
	case COMPARE_LTE:
		return v <= number;
	case COMPARE_GT:
		return v > number;
	case COMPARE_GTE:
		return v >= number;
	case COMPARE_EQ:
		return v >= number && v <= number;
	}
	return false;
}

static bool number(const struct test *t, struct slice text)
{
	double v;

	return value_double(value_text_of(text), &v) && holds(t->compare, v, t->number);
}

static unsigned part_of(struct when_parts p, enum test_part part)
{
	switch (part) {
	case PART_MINUTE:
		return p.minute;
	case PART_HOUR:
		return p.hour;
	case PART_DAY:
		return p.day;
	case PART_WEEK:
		return p.week;
	case PART_MONTH:
		return p.month;
	case PART_YEAR:
		return (unsigned)p.year;
	}
	return 0;
}

static bool timepart(const struct test *t, struct slice text)
{
	struct when when = when_parse(text);

	return when.set && holds(t->compare, part_of(when_parts(when), t->part), t->number);
}

bool test_text(const struct test *t, struct slice text, struct arena *scratch)
{
	struct compare how = { t->cased, t->dash, false };

	(void)scratch;
	switch (t->op) {
	case TEST_TEXT:
		return compare(how, t->anchor_start, t->anchor_end, t->text, text);
	case TEST_WILDCARD:
		return wildcard(t, text);
	case TEST_CIDR:
		return cidr(&t->cidr, text);
	case TEST_NUMBER:
		return number(t, text);
	case TEST_TIMEPART:
		return timepart(t, text);
	default:
		return false;
	}
}
