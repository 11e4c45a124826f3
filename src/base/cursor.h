/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * A reading position in a slice with a sticky error: read a header straight down the page and
 * ask once whether all of it was there. The one place in the program with bounds checks on
 * fields. After the first failed read every read gives 0 or an empty slice, and ok is false.
 * Hot paths take a whole fixed header with cursor_take() and load from that (STYLE.md, Speed).
 * All numbers are little-endian unless the name says be.
 */
#include "base/slice.h"

struct cursor {
	struct slice s;
	size_t at; /* never past s.n */
	bool ok;
};

static inline struct cursor cursor_of(struct slice s)
{
	return (struct cursor){ s, 0, true };
}

static inline size_t cursor_left(const struct cursor *c)
{
	return c->ok ? c->s.n - c->at : 0;
}

/* n bytes, and past them; an empty slice and the sticky error where they are not there. */
static inline struct slice cursor_take(struct cursor *c, uint64_t n)
{
	if (!c->ok || n > c->s.n - c->at) {
		c->ok = false;
		return slice_of(NULL, 0);
	}
	struct slice r = slice_of(c->s.p + c->at, (size_t)n);
	c->at += (size_t)n;
	return r;
}

static inline void cursor_skip(struct cursor *c, uint64_t n)
{
	(void)cursor_take(c, n);
}

/* Unchecked loads for a header that cursor_take() has given whole. */
static inline uint16_t load_u16(const uint8_t *p)
{
	return (uint16_t)(p[0] | p[1] << 8);
}
static inline uint32_t load_u32(const uint8_t *p)
{
	return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}
static inline uint64_t load_u64(const uint8_t *p)
{
	return (uint64_t)load_u32(p) | (uint64_t)load_u32(p + 4) << 32;
}

static inline uint8_t cursor_u8(struct cursor *c)
{
	struct slice b = cursor_take(c, 1);
	return b.n ? b.p[0] : 0;
}
static inline uint16_t cursor_u16(struct cursor *c)
{
	struct slice b = cursor_take(c, 2);
	return b.n ? load_u16(b.p) : 0;
}
static inline uint32_t cursor_u32(struct cursor *c)
{
	struct slice b = cursor_take(c, 4);
	return b.n ? load_u32(b.p) : 0;
}
static inline uint64_t cursor_u64(struct cursor *c)
{
	struct slice b = cursor_take(c, 8);
	return b.n ? load_u64(b.p) : 0;
}
/* What buf_put_sized() wrote. */
static inline struct slice cursor_sized(struct cursor *c)
{
	return cursor_take(c, cursor_u32(c));
}
/* What buf_put_varint() wrote; more than 64 bits are an error. */
static inline uint64_t cursor_varint(struct cursor *c)
{
	uint64_t v = 0;

	/* Most are of one byte. */
	if (c->ok && c->at < c->s.n && c->s.p[c->at] < 0x80)
		return c->s.p[c->at++];
	for (unsigned shift = 0; shift < 64; shift += 7) {
		uint8_t b = cursor_u8(c);

		v |= (uint64_t)(b & 0x7f) << shift;
		if (!(b & 0x80))
			return v;
	}
	c->ok = false;
	return 0;
}
static inline int64_t cursor_zigzag(struct cursor *c)
{
	uint64_t v = cursor_varint(c);

	return (int64_t)(v >> 1 ^ (v & 1 ? UINT64_MAX : 0));
}
