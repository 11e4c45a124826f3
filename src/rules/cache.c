/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/cache.h"

#include "base/hash.h"
#include "base/heap.h"

#include <stdlib.h>

#define SLOT_BITS 16
#define WAYS 4
/* Longer values are hashed and compared as well, but they take room from too many others. */
#define VALUE_BYTES_MAX 16384
/* A probe is judged every so many lookups: below one hit in eight it sleeps for a while. */
#define JUDGE_LOOKUPS 512
#define SLEEP_LOOKUPS 8192

struct entry {
	uint64_t hash;
	uint32_t probe, text_bytes;
	uint32_t find_count;
	uint8_t *text;
	uint32_t *finds;
};

struct habit {
	uint32_t lookups, hits, sleep;
};

struct cache {
	struct entry *slots; /* text NULL: empty */
	struct habit *habits;
	struct arena arena;
	struct finds scanned;
	bool off;
};

struct cache *cache_new(size_t probes, size_t bytes)
{
	struct cache *c = heap_new(sizeof(*c));

	c->off = bytes == 0;
	arena_init(&c->arena, bytes);
	c->habits = heap_array(probes, sizeof(*c->habits));
	if (!c->off)
		c->slots = heap_array((size_t)1 << SLOT_BITS, sizeof(*c->slots));
	return c;
}

void cache_free(struct cache *c)
{
	if (!c)
		return;
	free(c->slots);
	free(c->habits);
	free(c->scanned.list);
	arena_done(&c->arena);
	free(c);
}

static struct finds scan(struct cache *c, const struct probe *p, struct probe_scratch *scratch,
			 struct slice text)
{
	c->scanned.n = 0;
	probe_scan(p, scratch, text, &c->scanned);
	return c->scanned;
}

static bool awake(struct habit *h)
{
	if (h->sleep) {
		h->sleep--;
		return false;
	}
	if (++h->lookups == JUDGE_LOOKUPS) {
		if (h->hits < JUDGE_LOOKUPS / 8)
			h->sleep = SLEEP_LOOKUPS;
		h->lookups = h->hits = 0;
	}
	return true;
}

static void remember(struct cache *c, struct entry *e, uint64_t hash, uint32_t probe,
		     struct slice text, struct finds found)
{
	uint8_t *p = arena_alloc(&c->arena, text.n + 1);
	uint32_t *finds = p ? arena_alloc(&c->arena, (found.n + 1) * sizeof(*finds)) : NULL;

	if (!finds) {
		arena_reset(&c->arena);
		memset(c->slots, 0, sizeof(*c->slots) << SLOT_BITS);
		return;
	}
	if (text.n)
		memcpy(p, text.p, text.n);
	if (found.n)
		memcpy(finds, found.list, found.n * sizeof(*finds));
	*e = (struct entry){ hash, probe, (uint32_t)text.n, (uint32_t)found.n, p, finds };
}

struct finds cache_scan(struct cache *c, const struct probe *p, size_t probe,
			struct probe_scratch *scratch, struct slice text)
{
	struct habit *h = &c->habits[probe];

	if (c->off || text.n > VALUE_BYTES_MAX || !awake(h))
		return scan(c, p, scratch, text);
	uint64_t hash = hash64_seed(text, probe);
	size_t base = (size_t)(hash >> (64 - SLOT_BITS)) & ~(size_t)(WAYS - 1);
	struct entry *free_slot = NULL;

	for (size_t i = 0; i < WAYS; i++) {
		struct entry *e = &c->slots[base + i];

		if (!e->text) {
			free_slot = free_slot ? free_slot : e;
			continue;
		}
		if (e->hash == hash && e->probe == probe && e->text_bytes == text.n &&
		    memcmp(e->text, text.p, text.n) == 0) {
			h->hits++;
			return (struct finds){ e->finds, e->find_count, 0 };
		}
	}
	struct finds found = scan(c, p, scratch, text);

	if (!free_slot)
		free_slot = &c->slots[base + (hash & (WAYS - 1))];
	remember(c, free_slot, hash, (uint32_t)probe, text, found);
	return found;
}
