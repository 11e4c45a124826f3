/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * A hash map from byte strings to 32-bit numbers: interning, indexes, counters. Keys are
 * copied into the map's arena. Linear probing; grows at 70 %. Iteration is in order of
 * insertion (entries are an array), so that results do not depend on hash seeds.
 */
#include "base/arena.h"

#define MAP_NONE UINT32_MAX

struct map_entry {
	struct slice key;
	uint64_t hash;
	uint32_t value;
};

struct map {
	struct arena arena;
	struct map_entry *entries;
	size_t n, cap;
	uint64_t *slots; /* upper half of the hash, index + 1 into entries; size is mask + 1 */
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
static inline struct slice map_key(const struct map *m, uint32_t i)
{
	return m->entries[i].key;
}
