/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * UTF-8 and UTF-16LE: checking, converting, folding. Invalid input never fails a conversion:
 * it becomes U+FFFD, one for each maximal ill-formed part (Unicode 15, section 3.9).
 */
#include "base/slice.h"

struct arena;
struct buf;

bool utf8_valid(struct slice s);
/* Length in bytes of the longest valid prefix. */
size_t utf8_valid_prefix(struct slice s);
/* s itself when valid, else a repaired copy in the arena (p NULL when out of budget). */
struct slice utf8_repair(struct arena *a, struct slice s);
/* The text of a JSON string (RFC 8259, section 7), from between its quotes, into out, which
 * has UTF8_UNESCAPED_MAX(s.n) bytes of room. Half a surrogate pair and a broken \u become U+FFFD,
 * an unknown escape the character itself. Gives the bytes written. */
#define UTF8_UNESCAPED_MAX(n) ((n) / 2 * 3 + 1) /* a broken \u is two bytes and becomes three */
size_t utf8_unescape(uint8_t *out, struct slice s);
/* UTF-16LE to UTF-8 (an odd last byte is dropped); unpaired surrogates become U+FFFD.
 * Up to the end of s: embedded NULs are kept. p NULL when out of budget.
 * About 0.1 ns a byte on ASCII (16 units at a time), 2 ns a unit elsewhere. */
struct slice utf16le_to_utf8(struct arena *a, struct slice s);
/* Decodes one code point at *at (valid or U+FFFD) and moves past it. */
uint32_t utf8_next(struct slice s, size_t *at);
/* Appends code point c as UTF-8 and returns the bytes written (1 to 4). */
size_t utf8_put(uint8_t out[4], uint32_t c);
/* Simple case folding by code point (utf8proc_tolower), same for every code point that Sigma
 * compares without case. ASCII only touches ASCII. */
uint32_t utf_fold(uint32_t c);
/* True for a character that case does not change: it equals only itself. */
bool utf_caseless(uint32_t c);
/* The whole slice folded, in the arena; p NULL when out of budget. */
struct slice utf8_fold(struct arena *a, struct slice s);
bool slice_is_ascii(struct slice s);
