/* SPDX-License-Identifier: Apache-2.0 */
#include "base/heap.h"

#include <stdio.h>
#include <stdlib.h>

static void *or_die(void *p)
{
	if (!p) {
		fputs("upriver: out of memory\n", stderr);
		abort();
	}
	return p;
}

void *heap_new(size_t n)
{
	return or_die(calloc(1, n ? n : 1));
}

void *heap_array(size_t n, size_t size)
{
	return or_die(calloc(n ? n : 1, size ? size : 1));
}

void *heap_grow(void *p, size_t n)
{
	return or_die(realloc(p, n ? n : 1));
}

void *heap_room(void *p, size_t len, size_t *cap, size_t size)
{
	size_t want = *cap ? *cap : 8, bytes;

	if (p && len < *cap)
		return p;
	if (len >= *cap && *cap)
		want = *cap * 2;
	if (__builtin_mul_overflow(want, size, &bytes))
		or_die(NULL);
	*cap = want;
	return heap_grow(p, bytes);
}
