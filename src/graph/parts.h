/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Texts by the parts of three bytes that they have, folded, so that among a million of them those that
 * may hold a part, or may be a part of something, are found without looking at each. What is found may
 * hold it: the caller compares. Built once, then only asked. Few texts are all "found".
 *
 * Memory: 72 bytes a text. A question costs some microseconds a million texts, and what it finds.
 * Owner: the struct. The texts are the caller's and must outlive it. Thread rule: one thread.
 */
#include "base/slice.h"

#include <stdbool.h>

#define PARTS_GROUP 64u /* texts of one bit */
#define PARTS_FEW 1024u /* so few are all looked at: no table is made */

struct parts {
	size_t n, words; /* words: of one row, a bit a group */
	uint64_t *rows;	 /* by bucket: the groups with a text that has such a part */
	uint64_t *some;	 /* the answer's groups, and room to work it out */
	uint32_t *first, *under; /* by bucket: the texts whose rarest part it is */
};

/* Text i for 0 <= i < n. */
typedef struct slice parts_text_fn(const void *ctx, size_t i);

/* p is all zero. */
void parts_build(struct parts *p, size_t n, parts_text_fn *text, const void *ctx);
void parts_done(struct parts *p);
/* Marks the groups (PARTS_GROUP texts in a row) that have a text which may hold the part; all of them where the
 * part is shorter than three bytes. Marks of the questions before stay until parts_clear. */
void parts_holding(struct parts *p, struct slice part);
void parts_clear(struct parts *p);
/* The last text below `below` whose group is marked, + 1; 0 where there is none. */
size_t parts_before(const struct parts *p, size_t below);
/* Calls with each text of three bytes and more that may be a part of `whole`; with some
 * more than once. */
void parts_within(const struct parts *p, struct slice whole, void (*call)(void *ctx, size_t i), void *ctx);
