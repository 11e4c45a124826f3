/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/pattern.h"

#include "base/utf.h"

#include <assert.h>

static struct pattern pattern_new(struct arena *a, size_t room)
{
	struct pattern p = { arena_array(a, room + 1, sizeof(*p.e)), 0 };

	if (!p.e)
		abort();
	return p;
}

static bool is_special(uint8_t c)
{
	return c == '\\' || c == '*' || c == '?';
}

struct pattern pattern_parse(struct arena *a, struct slice text, bool raw)
{
	struct pattern p = pattern_new(a, text.n);

	for (size_t i = 0; i < text.n; i++) {
		uint8_t c = text.p[i];

		if (raw || !is_special(c))
			p.e[p.n++] = c;
		else if (c != '\\')
			p.e[p.n++] = (uint16_t)(c | PATTERN_WILD);
		else if (i + 1 < text.n && is_special(text.p[i + 1]))
			p.e[p.n++] = (uint16_t)(text.p[++i] | PATTERN_ESCAPED);
		else
			p.e[p.n++] = c;
	}
	return p;
}

bool pattern_has_wild(struct pattern p)
{
	for (size_t i = 0; i < p.n; i++)
		if (p.e[i] & PATTERN_WILD)
			return true;
	return false;
}

struct slice pattern_bytes(struct arena *a, struct pattern p)
{
	uint8_t *out = arena_alloc(a, p.n + 1);

	if (!out)
		abort();
	for (size_t i = 0; i < p.n; i++)
		out[i] = (uint8_t)p.e[i];
	out[p.n] = 0;
	return slice_of(out, p.n);
}

struct pattern pattern_join(struct arena *arena, struct pattern a, struct pattern b,
			    struct pattern c)
{
	struct pattern parts[3] = { a, b, c }, p = pattern_new(arena, a.n + b.n + c.n);

	for (int i = 0; i < 3; i++) {
		if (parts[i].n)
			memcpy(p.e + p.n, parts[i].e, parts[i].n * sizeof(*p.e));
		p.n += parts[i].n;
	}
	return p;
}

static void put_unit(struct pattern *p, uint32_t unit, enum pattern_utf16 order)
{
	uint16_t low = (uint16_t)(unit & 0xff), high = (uint16_t)(unit >> 8 & 0xff);

	p->e[p->n++] = order == PATTERN_LE ? low : high;
	p->e[p->n++] = order == PATTERN_LE ? high : low;
}

struct pattern pattern_utf16(struct arena *a, struct pattern p, enum pattern_utf16 order)
{
	struct pattern out = pattern_new(a, p.n * 2); /* at most two bytes for each of UTF-8 */
	struct slice bytes = pattern_bytes(a, p);

	for (size_t at = 0; at < p.n;) {
		if (p.e[at] & PATTERN_WILD) {
			out.e[out.n++] = p.e[at++];
			continue;
		}
		uint32_t c = utf8_next(bytes, &at);

		if (c >= 0x10000) {
			put_unit(&out, 0xd800 + ((c - 0x10000) >> 10), order);
			put_unit(&out, 0xdc00 + ((c - 0x10000) & 0x3ff), order);
		} else {
			put_unit(&out, c, order);
		}
	}
	return out;
}

/* `before` zero bits' worth of bytes, then p, as Base64 with padding. */
static struct pattern encode(struct arena *a, struct pattern p, size_t before)
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	size_t n = before + p.n;
	struct pattern out = pattern_new(a, (n + 2) / 3 * 4);

	for (size_t i = 0; i < n; i += 3) {
		uint32_t v = 0;

		for (size_t k = i; k < i + 3; k++)
			v = v << 8 | (k >= before && k < n ? p.e[k - before] & 0xffu : 0);
		for (unsigned k = 0; k < 4; k++)
			out.e[out.n++] = i + k > n ? '=' : (uint8_t)digits[v >> (18 - 6 * k) & 63];
	}
	return out;
}

struct pattern pattern_base64(struct arena *a, struct pattern p)
{
	return encode(a, p, 0);
}

/*
 *  shift 0: |AAAAAA|AABBBB|BBBBCC|CCCCCC|   every character is the value's
 *  shift 1: |......|..AAAA|AAAABB|BBBBBB|   the first two hold bits of what stands before
 *  shift 2: |......|......|....AA|AAAAAA|   the first three
 * and at the end, with one byte over: two padding characters and one with foreign bits; with two
 * over: one padding character and one with foreign bits.
 */
struct pattern pattern_base64_shifted(struct arena *a, struct pattern p, unsigned shift)
{
	static const size_t from[3] = { 0, 2, 3 }, off[3] = { 0, 3, 2 };
	struct pattern all = encode(a, p, shift);
	size_t cut = off[(p.n + shift) % 3];

	assert(shift < 3);
	if (all.n < from[shift] + cut)
		return pattern_part(all, 0, 0);
	return pattern_part(all, from[shift], all.n - cut);
}
