/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * A rule's value while modifiers work on it: bytes, of which some are wildcards. Inside the room
 * only. An element is a byte with flags above it, so that an escaped `*` and a wildcard stay
 * different through every step. Owner: the arena given.
 *
 * Escapes (specification 2.1, "Escaping"): a backslash is itself unless `\`, `*` or `?` follows;
 * then that character is meant. So `\*` is a star, `\\*` a backslash and a wildcard, `\\\*` a
 * backslash and a star, and `\\` one backslash.
 */
#include "base/arena.h"

#define PATTERN_WILD 0x100u    /* the byte is '*' or '?' and stands for others */
#define PATTERN_ESCAPED 0x200u /* the byte was escaped */

struct pattern {
	uint16_t *e;
	size_t n;
};

/* Escapes and wildcards read, or (raw) every byte as it is. */
struct pattern pattern_parse(struct arena *a, struct slice text, bool raw);
bool pattern_has_wild(struct pattern p);
/* The bytes; wildcards as their characters. NUL-terminated. */
struct slice pattern_bytes(struct arena *a, struct pattern p);
/* a, then b, then c (from slices of elements). */
struct pattern pattern_join(struct arena *arena, struct pattern a, struct pattern b,
			    struct pattern c);
static inline struct pattern pattern_part(struct pattern p, size_t from, size_t to)
{
	return (struct pattern){ p.e + from, to - from };
}

enum pattern_utf16 { PATTERN_LE, PATTERN_BE };
/* UTF-16 of every literal character, wildcards kept. */
struct pattern pattern_utf16(struct arena *a, struct pattern p, enum pattern_utf16 order);
/* Base64 with padding (RFC 4648, section 4). */
struct pattern pattern_base64(struct arena *a, struct pattern p);
/* What the Base64 of a longer text has in it for certain when p stands `shift` (0 to 2) bytes
 * behind a multiple of three: the characters made of p's bits alone. */
struct pattern pattern_base64_shifted(struct arena *a, struct pattern p, unsigned shift);
