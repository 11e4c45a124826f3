/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Heap memory that is there or the process is not: out of heap aborts (hostile parsing runs
 * in a process that may die; budgets are kept by arenas and buffers, not by malloc failing).
 */
#include <stddef.h>

void *heap_new(size_t n);	       /* zeroed */
void *heap_array(size_t n, size_t size); /* zeroed, n * size checked */
void *heap_grow(void *p, size_t n);    /* realloc; contents past the old size undefined */
/* Makes room for one more element: doubles *cap (elements of size bytes) when len == *cap. */
void *heap_room(void *p, size_t len, size_t *cap, size_t size);
