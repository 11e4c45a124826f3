/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Memory for one unit of work (an event, a chunk, a ruleset): bump allocation in blocks, freed
 * or reset all at once, with a budget. Not for things that outlive the unit.
 * Owner: whoever has the struct. Thread rule: one thread at a time.
 */
#include "base/slice.h"

struct arena_block;

struct arena {
	struct arena_block *blocks; /* the newest first */
	uint8_t *at, *end;
	size_t used, budget; /* bytes; budget 0 means no limit */
};

void arena_init(struct arena *a, size_t budget);
void arena_done(struct arena *a);
/* Everything allocated is gone; the largest block is kept for reuse. */
void arena_reset(struct arena *a);
void *arena_alloc_slow(struct arena *a, size_t n);

/* n bytes aligned to 8, not zeroed; NULL when the budget is spent. */
static inline void *arena_alloc(struct arena *a, size_t n)
{
	size_t r = (n + 7) & ~(size_t)7;

	if (r < n || (size_t)(a->end - a->at) < r)
		return arena_alloc_slow(a, n);
	void *p = a->at;
	a->at += r;
	a->used += r;
	return p;
}

/* Zeroed array; NULL when the budget is spent or n * size overflows. */
void *arena_array(struct arena *a, size_t n, size_t size);
/* Copies s (NUL-terminated behind its end); an empty slice with p NULL when out of budget. */
struct slice arena_keep(struct arena *a, struct slice s);
/* The same with ascii_lower() on every byte. */
struct slice arena_lower(struct arena *a, struct slice s);
/* Formats into the arena; an empty slice when out of budget. */
struct slice arena_printf(struct arena *a, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
