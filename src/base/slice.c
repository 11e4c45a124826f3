/* SPDX-License-Identifier: Apache-2.0 */
#include "base/slice.h"

int slice_cmp(struct slice a, struct slice b)
{
	size_t n = a.n < b.n ? a.n : b.n;
	int c = n ? memcmp(a.p, b.p, n) : 0;

	if (c != 0)
		return c;
	return (a.n > b.n) - (a.n < b.n);
}

bool slice_eq_nocase(struct slice a, struct slice b)
{
	if (a.n != b.n)
		return false;
	for (size_t i = 0; i < a.n; i++)
		if (ascii_lower(a.p[i]) != ascii_lower(b.p[i]))
			return false;
	return true;
}

bool slice_sub(struct slice s, uint64_t off, uint64_t n, struct slice *ret)
{
	if (off > s.n || n > s.n - off)
		return false;
	*ret = slice_of(n ? s.p + off : s.p, (size_t)n);
	return true;
}

struct slice slice_from(struct slice s, size_t off)
{
	if (off >= s.n)
		return slice_of(NULL, 0);
	return slice_of(s.p + off, s.n - off);
}

struct slice slice_head(struct slice s, size_t n)
{
	return slice_of(s.p, n < s.n ? n : s.n);
}

static bool is_space(uint8_t c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

struct slice slice_trim(struct slice s)
{
	while (s.n && is_space(s.p[0])) {
		s.p++;
		s.n--;
	}
	while (s.n && is_space(s.p[s.n - 1]))
		s.n--;
	return s;
}

size_t slice_find(struct slice s, uint8_t c)
{
	const uint8_t *hit = s.n ? memchr(s.p, c, s.n) : NULL;

	return hit ? (size_t)(hit - s.p) : s.n;
}

const uint8_t *slice_search(struct slice s, struct slice needle)
{
	if (needle.n == 0)
		return s.p;
	if (s.n < needle.n)
		return NULL;
	return memmem(s.p, s.n, needle.p, needle.n);
}

struct slice slice_cut(struct slice s, uint8_t c, struct slice *rest)
{
	size_t at = slice_find(s, c);

	*rest = at < s.n ? slice_of(s.p + at + 1, s.n - at - 1) : slice_of(NULL, 0);
	return slice_of(s.p, at);
}

bool slice_to_u64(struct slice s, uint64_t *ret)
{
	uint64_t v = 0;

	if (s.n == 0)
		return false;
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] < '0' || s.p[i] > '9')
			return false;
		if (__builtin_mul_overflow(v, 10, &v) ||
		    __builtin_add_overflow(v, (uint64_t)(s.p[i] - '0'), &v))
			return false;
	}
	*ret = v;
	return true;
}

bool slice_to_i64(struct slice s, int64_t *ret)
{
	uint64_t v;
	bool minus = s.n && s.p[0] == '-';

	if (!slice_to_u64(minus ? slice_from(s, 1) : s, &v))
		return false;
	if (v > (uint64_t)INT64_MAX + (minus ? 1 : 0))
		return false;
	*ret = minus ? (int64_t)(0 - v) : (int64_t)v;
	return true;
}

bool slice_holds_nocase(struct slice s, struct slice part)
{
	for (size_t i = 0; part.n && i + part.n <= s.n; i++)
		if (slice_eq_nocase(slice_of(s.p + i, part.n), part))
			return true;
	return false;
}

bool slice_is_hex(struct slice s)
{
	for (size_t i = 0; i < s.n; i++)
		if (ascii_hex(s.p[i]) < 0)
			return false;
	return s.n > 0;
}

bool slice_percent(struct slice s, size_t at, uint8_t *ret)
{
	int high, low;

	if (at >= s.n || s.n - at < 3 || s.p[at] != '%')
		return false;
	high = ascii_hex(s.p[at + 1]);
	low = ascii_hex(s.p[at + 2]);
	if (high < 0 || low < 0)
		return false;
	*ret = (uint8_t)((unsigned)high << 4 | (unsigned)low);
	return true;
}
