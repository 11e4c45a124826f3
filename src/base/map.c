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

/* Half of the hash stands in the slot: entries, which lie anywhere in memory, are looked at only where it
 * agrees. */
static uint64_t slot_of(uint64_t hash, size_t index)
{
	return (hash & UINT64_C(0xffffffff00000000)) | (uint32_t)(index + 1);
}

static uint64_t *find_slot(const struct map *m, struct slice key, uint64_t hash)
{
	for (size_t i = (size_t)hash & m->mask;; i = (i + 1) & m->mask) {
		uint64_t *slot = &m->slots[i];

		if (*slot == 0)
			return slot;
		if (*slot >> 32 != hash >> 32)
			continue;
		const struct map_entry *e = &m->entries[(uint32_t)*slot - 1];

		if (e->hash == hash && slice_eq(e->key, key))
			return slot;
	}
}

static void grow(struct map *m)
{
	size_t size = m->slots ? (m->mask + 1) * 2 : 16;

	free(m->slots);
	m->slots = heap_array(size, sizeof(*m->slots));
	m->mask = size - 1;
	for (size_t k = 0; k < m->n; k++) {
		size_t i = (size_t)m->entries[k].hash & m->mask;

		while (m->slots[i])
			i = (i + 1) & m->mask;
		m->slots[i] = slot_of(m->entries[k].hash, k);
	}
}

uint32_t map_get(const struct map *m, struct slice key)
{
	if (!m->slots)
		return MAP_NONE;
	uint64_t slot = *find_slot(m, key, hash64(key));

	return slot ? m->entries[(uint32_t)slot - 1].value : MAP_NONE;
}

static struct map_entry *put(struct map *m, struct slice key, uint32_t value)
{
	if (!m->slots || m->n * 10 >= (m->mask + 1) * 7)
		grow(m);
	uint64_t hash = hash64(key);
	uint64_t *slot = find_slot(m, key, hash);

	if (*slot)
		return &m->entries[(uint32_t)*slot - 1];
	assert(m->n < MAP_NONE - 1);
	m->entries = heap_room(m->entries, m->n, &m->cap, sizeof(*m->entries));
	m->entries[m->n] = (struct map_entry){ arena_keep(&m->arena, key), hash, value };
	*slot = slot_of(hash, m->n++);
	return &m->entries[m->n - 1];
}

void map_set(struct map *m, struct slice key, uint32_t value)
{
	put(m, key, value)->value = value;
}

uint32_t map_intern(struct map *m, struct slice key)
{
	return put(m, key, (uint32_t)m->n)->value;
}
