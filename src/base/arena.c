/* SPDX-License-Identifier: Apache-2.0 */
#include "base/arena.h"

#include "base/heap.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#define ARENA_BLOCK_BYTES ((size_t)1 << 10) /* the first; thousands of small maps are held at a time */

struct arena_block {
	struct arena_block *next;
	size_t size; /* bytes behind the header */
};

static uint8_t *block_bytes(struct arena_block *b)
{
	return (uint8_t *)b + sizeof(*b);
}

void arena_init(struct arena *a, size_t budget)
{
	*a = (struct arena){ .budget = budget };
}

void arena_done(struct arena *a)
{
	while (a->blocks) {
		struct arena_block *next = a->blocks->next;

		free(a->blocks);
		a->blocks = next;
	}
	arena_init(a, a->budget);
}

void arena_reset(struct arena *a)
{
	struct arena_block *keep = a->blocks;

	a->used = 0;
	if (!keep)
		return;
	for (struct arena_block *b = keep->next; b; b = b->next)
		if (b->size > keep->size)
			keep = b;
	while (a->blocks) {
		struct arena_block *next = a->blocks->next;

		if (a->blocks != keep)
			free(a->blocks);
		a->blocks = next;
	}
	keep->next = NULL;
	a->blocks = keep;
	a->at = block_bytes(keep);
	a->end = a->at + keep->size;
}

void *arena_alloc_slow(struct arena *a, size_t n)
{
	size_t r = (n + 7) & ~(size_t)7, size = ARENA_BLOCK_BYTES;

	if (r < n || r > SIZE_MAX / 2)
		return NULL;
	if (a->budget && (a->used > a->budget || r > a->budget - a->used))
		return NULL;
	/* Blocks double, so that a large unit of work costs few of them. */
	if (a->blocks && a->blocks->size < (size_t)8 << 20)
		size = a->blocks->size * 2;
	if (size < r)
		size = r;
	struct arena_block *b = heap_grow(NULL, sizeof(*b) + size);

	b->size = size;
	b->next = a->blocks;
	a->blocks = b;
	a->at = block_bytes(b) + r;
	a->end = block_bytes(b) + size;
	a->used += r;
	return block_bytes(b);
}

void *arena_array(struct arena *a, size_t n, size_t size)
{
	size_t bytes;

	if (__builtin_mul_overflow(n, size, &bytes))
		return NULL;
	void *p = arena_alloc(a, bytes);

	return p ? memset(p, 0, bytes) : NULL;
}

struct slice arena_keep(struct arena *a, struct slice s)
{
	uint8_t *p = s.n == SIZE_MAX ? NULL : arena_alloc(a, s.n + 1);

	if (!p)
		return slice_of(NULL, 0);
	if (s.n)
		memcpy(p, s.p, s.n);
	p[s.n] = 0;
	return slice_of(p, s.n);
}

struct slice arena_lower(struct arena *a, struct slice s)
{
	uint8_t *p = s.n == SIZE_MAX ? NULL : arena_alloc(a, s.n + 1);

	if (!p)
		return slice_of(NULL, 0);
	p[s.n] = 0;
	return slice_lower(s, p);
}

struct slice arena_printf(struct arena *a, const char *format, ...)
{
	char text[1024];
	va_list args;
	int n;

	va_start(args, format);
	n = vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	if (n < 0)
		return slice_of(NULL, 0);
	if ((size_t)n < sizeof(text))
		return arena_keep(a, slice_of(text, (size_t)n));
	char *p = arena_alloc(a, (size_t)n + 1);

	if (!p)
		return slice_of(NULL, 0);
	va_start(args, format);
	vsnprintf(p, (size_t)n + 1, format, args);
	va_end(args);
	return slice_of(p, (size_t)n);
}
