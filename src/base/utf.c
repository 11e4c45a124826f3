/* SPDX-License-Identifier: Apache-2.0 */
#include "base/utf.h"

#include "base/arena.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif
#include <utf8proc.h>

#define REPLACEMENT 0xfffdu

/* Unicode 15, table 3-7: the allowed range of the second byte by lead byte. */
static bool second_byte_ok(uint8_t lead, uint8_t b)
{
	switch (lead) {
	case 0xe0:
		return b >= 0xa0 && b <= 0xbf;
	case 0xed:
		return b >= 0x80 && b <= 0x9f;
	case 0xf0:
		return b >= 0x90 && b <= 0xbf;
	case 0xf4:
		return b >= 0x80 && b <= 0x8f;
	default:
		return b >= 0x80 && b <= 0xbf;
	}
}

uint32_t utf8_next(struct slice s, size_t *at)
{
	uint8_t lead = s.p[*at];
	size_t want = lead < 0x80 ? 0 : lead < 0xc2 ? 9 : lead < 0xe0 ? 1 : lead < 0xf0 ? 2 : 3;
	uint32_t c;

	(*at)++;
	if (want == 0)
		return lead;
	if (want == 9 || lead > 0xf4)
		return REPLACEMENT;
	c = lead & (want == 1 ? 0x1fu : want == 2 ? 0x0fu : 0x07u);
	for (size_t i = 0; i < want; i++) {
		if (*at >= s.n)
			return REPLACEMENT;
		uint8_t b = s.p[*at];

		if (i == 0 ? !second_byte_ok(lead, b) : (b & 0xc0) != 0x80)
			return REPLACEMENT;
		c = c << 6 | (b & 0x3fu);
		(*at)++;
	}
	return c;
}

static size_t ascii_prefix(struct slice s, size_t at)
{
	while (s.n - at >= 8) {
		uint64_t v;

		memcpy(&v, s.p + at, 8);
		if (v & UINT64_C(0x8080808080808080))
			break;
		at += 8;
	}
	while (at < s.n && s.p[at] < 0x80)
		at++;
	return at;
}

size_t utf8_valid_prefix(struct slice s)
{
	size_t at = ascii_prefix(s, 0);

	while (at < s.n) {
		size_t next = at;
		uint32_t c = utf8_next(s, &next);

		if (c == REPLACEMENT && !(next - at == 3 && s.p[at] == 0xef))
			return at;
		at = ascii_prefix(s, next);
	}
	return at;
}

bool utf8_valid(struct slice s)
{
	return utf8_valid_prefix(s) == s.n;
}

bool slice_is_ascii(struct slice s)
{
	return ascii_prefix(s, 0) == s.n;
}

size_t utf8_put(uint8_t out[4], uint32_t c)
{
	if (c < 0x80) {
		out[0] = (uint8_t)c;
		return 1;
	}
	if (c < 0x800) {
		out[0] = (uint8_t)(0xc0 | c >> 6);
		out[1] = (uint8_t)(0x80 | (c & 0x3f));
		return 2;
	}
	if (c < 0x10000) {
		out[0] = (uint8_t)(0xe0 | c >> 12);
		out[1] = (uint8_t)(0x80 | (c >> 6 & 0x3f));
		out[2] = (uint8_t)(0x80 | (c & 0x3f));
		return 3;
	}
	out[0] = (uint8_t)(0xf0 | c >> 18);
	out[1] = (uint8_t)(0x80 | (c >> 12 & 0x3f));
	out[2] = (uint8_t)(0x80 | (c >> 6 & 0x3f));
	out[3] = (uint8_t)(0x80 | (c & 0x3f));
	return 4;
}

struct slice utf8_repair(struct arena *a, struct slice s)
{
	size_t good = utf8_valid_prefix(s), n = good;

	if (good == s.n)
		return s;
	/* Worst case: every byte becomes a three-byte replacement. */
	uint8_t *out = s.n > SIZE_MAX / 4 ? NULL : arena_alloc(a, s.n * 3 + 1);

	if (!out)
		return slice_of(NULL, 0);
	memcpy(out, s.p, good);
	for (size_t at = good; at < s.n;)
		n += utf8_put(out + n, utf8_next(s, &at));
	return slice_of(out, n);
}

static int hex4(struct slice s, size_t at)
{
	int v = 0;

	if (s.n - at < 4)
		return -1;
	for (size_t i = 0; i < 4; i++) {
		int d = ascii_hex(s.p[at + i]);

		if (d < 0)
			return -1;
		v = v << 4 | d;
	}
	return v;
}

/* \uXXXX behind its u, with the second half of a pair. */
static uint32_t unicode_escape(struct slice s, size_t *at)
{
	int hi = hex4(s, *at), lo;

	if (hi < 0)
		return REPLACEMENT;
	*at += 4;
	if (hi < 0xd800 || hi > 0xdfff)
		return (uint32_t)hi;
	if (hi >= 0xdc00 || s.n - *at < 6 || s.p[*at] != '\\' || s.p[*at + 1] != 'u')
		return REPLACEMENT;
	lo = hex4(s, *at + 2);
	if (lo < 0xdc00 || lo > 0xdfff)
		return REPLACEMENT;
	*at += 6;
	return 0x10000 + ((uint32_t)(hi - 0xd800) << 10) + (uint32_t)(lo - 0xdc00);
}

static size_t unescape_one(struct slice s, size_t *at, uint8_t *out)
{
	uint8_t c = s.p[(*at)++];

	switch (c) {
	case 'b':
		c = '\b';
		break;
	case 'f':
		c = '\f';
		break;
	case 'n':
		c = '\n';
		break;
	case 'r':
		c = '\r';
		break;
	case 't':
		c = '\t';
		break;
	case 'u': {
		uint8_t bytes[4];
		size_t n = utf8_put(bytes, unicode_escape(s, at));

		memcpy(out, bytes, n);
		return n;
	}
	default:
		break;
	}
	*out = c;
	return 1;
}

/* The bytes up to the next backslash. Behind them, up to fifteen of the room may be written to. */
static size_t unescape_run(uint8_t *out, struct slice s, size_t at)
{
	size_t n = 0;

#ifdef __SSE2__
	for (; s.n - at - n >= 16; n += 16) {
		__m128i v = _mm_loadu_si128((const __m128i_u *)(const void *)(s.p + at + n));
		unsigned hits = (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(v, _mm_set1_epi8('\\')));

		_mm_storeu_si128((__m128i_u *)(void *)(out + n), v);
		if (hits)
			return n + (size_t)__builtin_ctz(hits);
	}
#endif
	for (; at + n < s.n && s.p[at + n] != '\\'; n++)
		out[n] = s.p[at + n];
	return n;
}

size_t utf8_unescape(uint8_t *out, struct slice s)
{
	size_t n = 0;

	for (size_t at = 0; at < s.n;) {
		size_t run = unescape_run(out + n, s, at);

		n += run;
		at += run + 1;
		if (at < s.n && s.p[at] == '\\')
			out[n++] = s.p[at++]; /* paths are full of them */
		else if (at < s.n)
			n += unescape_one(s, &at, out + n);
	}
	return n;
}

/* Sixteen bytes (8 units) of plain ASCII at once: the common case by far. */
static size_t utf16_ascii(uint8_t *out, struct slice s, size_t at, size_t *n)
{
	while (s.n - at >= 16) {
		uint64_t lo, hi;

		memcpy(&lo, s.p + at, 8);
		memcpy(&hi, s.p + at + 8, 8);
		if ((lo | hi) & UINT64_C(0xff80ff80ff80ff80))
			break;
		lo = (lo | lo >> 8) & UINT64_C(0x0000ffff0000ffff);
		hi = (hi | hi >> 8) & UINT64_C(0x0000ffff0000ffff);
		uint32_t l = (uint32_t)(lo | lo >> 16), h = (uint32_t)(hi | hi >> 16);

		memcpy(out + *n, &l, 4);
		memcpy(out + *n + 4, &h, 4);
		*n += 8;
		at += 16;
	}
	return at;
}

static uint32_t utf16_next(struct slice s, size_t *at)
{
	uint32_t c = (uint32_t)(s.p[*at] | s.p[*at + 1] << 8);

	*at += 2;
	if (c < 0xd800 || c > 0xdfff)
		return c;
	if (c >= 0xdc00 || s.n - *at < 2)
		return REPLACEMENT;
	uint32_t low = (uint32_t)(s.p[*at] | s.p[*at + 1] << 8);

	if (low < 0xdc00 || low > 0xdfff)
		return REPLACEMENT;
	*at += 2;
	return 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
}

struct slice utf16le_to_utf8(struct arena *a, struct slice s)
{
	size_t at = 0, n = 0;

	s.n &= ~(size_t)1;
	/* A unit gives at most three bytes. */
	uint8_t *out = s.n > SIZE_MAX / 4 ? NULL : arena_alloc(a, s.n / 2 * 3 + 4);

	if (!out)
		return slice_of(NULL, 0);
	while (at < s.n) {
		at = utf16_ascii(out, s, at, &n);
		/* Up to 8 units one by one, then try the fast path again. */
		for (int i = 0; i < 8 && at < s.n; i++) {
			uint32_t c = utf16_next(s, &at);

			if (c < 0x80)
				out[n++] = (uint8_t)c;
			else
				n += utf8_put(out + n, c);
		}
	}
	return slice_of(out, n);
}

uint32_t utf_fold(uint32_t c)
{
	if (c < 0x80)
		return c >= 'A' && c <= 'Z' ? c | 0x20 : c;
	uint32_t f = (uint32_t)utf8proc_tolower((utf8proc_int32_t)c);

	/* U+212A (kelvin) and kin fold into ASCII: a byte search over folded ASCII would then
	 * disagree with one over code points, so they stay themselves. */
	return f < 0x80 ? c : f;
}

bool utf_caseless(uint32_t c)
{
	return utf8proc_tolower((utf8proc_int32_t)c) == (utf8proc_int32_t)c &&
	       utf8proc_toupper((utf8proc_int32_t)c) == (utf8proc_int32_t)c;
}

struct slice utf8_fold(struct arena *a, struct slice s)
{
	size_t n = 0;
	uint8_t *out = s.n > SIZE_MAX / 4 ? NULL : arena_alloc(a, s.n * 3 + 1);

	if (!out)
		return slice_of(NULL, 0);
	for (size_t at = 0; at < s.n;)
		n += utf8_put(out + n, utf_fold(utf8_next(s, &at)));
	return slice_of(out, n);
}
