/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * A borrowed run of bytes: pointer and length, never owned, never NUL-terminated.
 * Every byte that comes from outside is handled as a slice or through a cursor; the only
 * arithmetic on untrusted offsets in the program is in slice_sub().
 * Thread rule: values, no shared state.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct slice {
	const uint8_t *p; /* may be NULL only when n is 0 */
	size_t n;	  /* bytes */
};

/* A slice over a string literal, usable in initialisers. */
#define SLICE(literal)                                                                             \
	{                                                                                          \
		(const uint8_t *)(literal), sizeof(literal) - 1                                    \
	}

static inline struct slice slice_of(const void *p, size_t n)
{
	return (struct slice){ p, n };
}

static inline struct slice slice_str(const char *s)
{
	return (struct slice){ (const uint8_t *)s, s ? strlen(s) : 0 };
}

/* ASCII letters in lower case, everything else as it is. */
static inline uint8_t ascii_lower(uint8_t c)
{
	return c >= 'A' && c <= 'Z' ? (uint8_t)(c | 0x20) : c;
}

/* The value of a hex digit of either case, 0 to 15; -1 for any other byte. */
static inline int ascii_hex(uint8_t c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = ascii_lower(c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* ascii_lower() on every byte of s, into room for s.n bytes. */
static inline struct slice slice_lower(struct slice s, uint8_t *room)
{
	for (size_t i = 0; i < s.n; i++)
		room[i] = ascii_lower(s.p[i]);
	return slice_of(room, s.n);
}

static inline bool slice_eq(struct slice a, struct slice b)
{
	return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

static inline bool slice_is(struct slice a, const char *s)
{
	return slice_eq(a, slice_str(s));
}

static inline bool slice_starts(struct slice a, struct slice prefix)
{
	return a.n >= prefix.n && (prefix.n == 0 || memcmp(a.p, prefix.p, prefix.n) == 0);
}

static inline bool slice_ends(struct slice a, struct slice suffix)
{
	return a.n >= suffix.n &&
	       (suffix.n == 0 || memcmp(a.p + (a.n - suffix.n), suffix.p, suffix.n) == 0);
}

/* Byte order (memcmp, then length): <0, 0, >0. */
int slice_cmp(struct slice a, struct slice b);
/* ASCII case folding only. */
bool slice_eq_nocase(struct slice a, struct slice b);

/* [off, off+n) of s. False, and *ret untouched, where that is not wholly inside. */
bool slice_sub(struct slice s, uint64_t off, uint64_t n, struct slice *ret);
/* Everything from off on; empty where off lies at or past the end. */
struct slice slice_from(struct slice s, size_t off);
/* The first min(n, s.n) bytes. */
struct slice slice_head(struct slice s, size_t n);
/* Without leading and trailing ASCII white space (space, \t, \r, \n). */
struct slice slice_trim(struct slice s);
/* Index of the first byte c, or s.n. */
size_t slice_find(struct slice s, uint8_t c);
/* First place of needle, or NULL. An empty needle is found at the start. */
const uint8_t *slice_search(struct slice s, struct slice needle);
/* Cuts s at the first byte c: returns what is before it and leaves what is behind it in *rest
 * (empty, with p NULL, where there is no c: then the whole is returned). */
struct slice slice_cut(struct slice s, uint8_t c, struct slice *rest);
/* Does part stand in s, ASCII letters of either case? An empty part stands nowhere. */
bool slice_holds_nocase(struct slice s, struct slice part);
/* Does a percent-encoded byte (RFC 3986 section 2.1) stand at s[at], in three bytes? *ret is then what it says. */
bool slice_percent(struct slice s, size_t at, uint8_t *ret);
/* Hex digits only, at least one. */
bool slice_is_hex(struct slice s);
/* Decimal digits only, whole slice, no sign. */
bool slice_to_u64(struct slice s, uint64_t *ret);
/* The same with an optional leading minus. */
bool slice_to_i64(struct slice s, int64_t *ret);
