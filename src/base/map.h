/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * A hash map from byte strings to 32-bit numbers: interning, indexes, counters. Keys are
 * copied into the map's arena. Linear probing; grows at 70 %. Iteration is in order of
 * insertion (entries are an array), so that results do not depend on hash seeds.
 * Memory: 16 bytes a key, 11 to 23 for its slot, and the key. A key of 4 GiB and more is refused (assert).
 */
#include "base/arena.h"

#define MAP_NONE UINT32_MAX

struct map_entry {
	const uint8_t *p; /* the key, in the arena, with a zero behind it */
	uint32_t n, value;
};

struct map {
	struct arena arena;
	struct map_entry *entries;
	size_t n, cap;
	uint64_t *slots; /* 32 bits of hash, index + 1 into entries; size is mask + 1 */
	size_t mask;
};

void map_init(struct map *m);
void map_done(struct map *m);
void map_clear(struct map *m);
/* The value, or MAP_NONE. */
uint32_t map_get(const struct map *m, struct slice key);
/* Sets or replaces. */
void map_set(struct map *m, struct slice key, uint32_t value);
/* The number of key: its place in order of insertion, added when new (value is then that). */
uint32_t map_intern(struct map *m, struct slice key);
/* The same of many keys, in their order. In a map that is larger than the processor's cache a look-up is
 * waiting for memory: here they wait together. ret: n numbers. */
void map_intern_many(struct map *m, const struct slice *keys, size_t n, uint32_t *ret);
static inline struct slice map_key(const struct map *m, uint32_t i)
{
	return slice_of(m->entries[i].p, m->entries[i].n);
}
