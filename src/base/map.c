/* SPDX-License-Identifier: Apache-2.0 */
#include "base/map.h"

#include "base/hash.h"
#include "base/heap.h"

#include <assert.h>
#include <stdlib.h>

void map_init(struct map *m)
{
	*m = (struct map){ 0 };
	arena_init(&m->arena, 0);
}

void map_done(struct map *m)
{
	free(m->entries);
	free(m->slots);
	arena_done(&m->arena);
	map_init(m);
}

void map_clear(struct map *m)
{
	m->n = 0;
	arena_reset(&m->arena);
	if (m->slots)
		memset(m->slots, 0, (m->mask + 1) * sizeof(*m->slots));
}

/* Keys whose memory is asked for together. */
#define TOGETHER 16u

/* Half of the hash stands in the slot, and its lower bits say where the slot is: a map grows, and passes
 * other keys by, without a look at entries or keys, which lie anywhere in memory. */
static uint32_t hash_of(struct slice key)
{
	return (uint32_t)(hash64(key) >> 32);
}

static uint64_t slot_of(uint32_t hash, size_t index)
{
	return (uint64_t)hash << 32 | (uint32_t)(index + 1);
}

static const struct map_entry *entry_of(const struct map *m, uint64_t slot)
{
	return &m->entries[(uint32_t)slot - 1];
}

static uint64_t *find_slot(const struct map *m, struct slice key, uint32_t hash)
{
	for (size_t i = hash & m->mask;; i = (i + 1) & m->mask) {
		uint64_t *slot = &m->slots[i];

		if (*slot == 0)
			return slot;
		if (*slot >> 32 != hash)
			continue;
		const struct map_entry *e = entry_of(m, *slot);

		if (e->n == key.n && (!key.n || memcmp(e->p, key.p, key.n) == 0))
			return slot;
	}
}

static void grow(struct map *m)
{
	size_t before = m->slots ? m->mask + 1 : 0, size = before ? before * 2 : 16;
	uint64_t *slots = heap_array(size, sizeof(*slots));

	for (size_t k = 0; k < before; k++) {
		size_t i = m->slots[k] >> 32 & (size - 1);

		if (!m->slots[k])
			continue;
		while (slots[i])
			i = (i + 1) & (size - 1);
		slots[i] = m->slots[k];
	}
	free(m->slots);
	m->slots = slots;
	m->mask = size - 1;
}

uint32_t map_get(const struct map *m, struct slice key)
{
	if (!m->slots)
		return MAP_NONE;
	uint64_t slot = *find_slot(m, key, hash_of(key));

	return slot ? entry_of(m, slot)->value : MAP_NONE;
}

/* There is room for it. */
static struct map_entry *put_hashed(struct map *m, struct slice key, uint32_t hash, uint32_t value)
{
	uint64_t *slot = find_slot(m, key, hash);

	if (*slot)
		return &m->entries[(uint32_t)*slot - 1];
	assert(m->n < MAP_NONE - 1 && key.n <= UINT32_MAX);
	m->entries = heap_room(m->entries, m->n, &m->cap, sizeof(*m->entries));
	m->entries[m->n] = (struct map_entry){ arena_keep(&m->arena, key).p, (uint32_t)key.n, value };
	*slot = slot_of(hash, m->n++);
	return &m->entries[m->n - 1];
}

static void make_room(struct map *m, size_t more)
{
	while (!m->slots || (m->n + more - 1) * 10 >= (m->mask + 1) * 7)
		grow(m);
}

static struct map_entry *put(struct map *m, struct slice key, uint32_t value)
{
	make_room(m, 1);
	return put_hashed(m, key, hash_of(key), value);
}

void map_set(struct map *m, struct slice key, uint32_t value)
{
	put(m, key, value)->value = value;
}

uint32_t map_intern(struct map *m, struct slice key)
{
	return put(m, key, (uint32_t)m->n)->value;
}

/* At most TOGETHER: first all slots come, then what those lead to. What was fetched in vain (the map's other
 * keys with the same lower bits) costs little. */
static void intern_some(struct map *m, const struct slice *keys, size_t n, uint32_t *ret)
{
	uint32_t hash[TOGETHER];

	make_room(m, n);
	for (size_t i = 0; i < n; i++) {
		hash[i] = hash_of(keys[i]);
		__builtin_prefetch(&m->slots[hash[i] & m->mask]);
	}
	for (size_t i = 0; i < n; i++) {
		uint64_t slot = m->slots[hash[i] & m->mask];

		if (slot)
			__builtin_prefetch(entry_of(m, slot));
	}
	for (size_t i = 0; i < n; i++) {
		uint64_t slot = m->slots[hash[i] & m->mask];

		if (slot && slot >> 32 == hash[i]) {
			__builtin_prefetch(entry_of(m, slot)->p);
			__builtin_prefetch(entry_of(m, slot)->p + 64);
		}
	}
	for (size_t i = 0; i < n; i++)
		ret[i] = put_hashed(m, keys[i], hash[i], (uint32_t)m->n)->value;
}

void map_intern_many(struct map *m, const struct slice *keys, size_t n, uint32_t *ret)
{
	for (size_t i = 0; i < n; i += TOGETHER)
		intern_some(m, keys + i, n - i < TOGETHER ? n - i : TOGETHER, ret + i);
}
