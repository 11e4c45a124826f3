/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/cache.h"

#include "base/arena.h"
#include "base/hash.h"
#include "base/heap.h"

#include <stdlib.h>

#define SLOT_BITS 15
#define WAYS 4
#define NO_SLOT SIZE_MAX
/* Longer values are hashed and compared as well, but they take room from too many others. */
#define VALUE_BYTES_MAX 16384
/* A place is judged every so many lookups: below one hit in eight it sleeps for a while. */
#define JUDGE_LOOKUPS 512
#define SLEEP_LOOKUPS 8192

/* A remembered value, in the arena; behind it the numbers that `found` points to and the bytes of
 * the value: one run of memory, since nearly every lookup is a cache miss of the processor. */
struct entry {
	uint64_t key; /* place << 8 | the value's type */
	size_t bytes;
	const uint8_t *value;
	struct found found;
};

struct habit {
	uint32_t lookups, hits, sleep;
};

struct cache {
	struct entry **slots; /* NULL: remembers nothing */
	uint32_t *tags;	      /* by slot: a part of the hash, 0 where it is empty */
	struct habit *habits;
	size_t place_count, place_cap;
	struct arena arena;
	/* What the last cache_get missed, and the slot it may have; NO_SLOT: none. */
	size_t missed_slot;
	uint32_t missed_tag;
	uint64_t missed_key;
};

struct cache *cache_new(size_t bytes)
{
	struct cache *c = heap_new(sizeof(*c));

	arena_init(&c->arena, bytes);
	if (bytes) {
		c->slots = heap_array((size_t)1 << SLOT_BITS, sizeof(*c->slots));
		c->tags = heap_array((size_t)1 << SLOT_BITS, sizeof(*c->tags));
	}
	return c;
}

void cache_free(struct cache *c)
{
	if (!c)
		return;
	free(c->slots);
	free(c->tags);
	free(c->habits);
	arena_done(&c->arena);
	free(c);
}

uint32_t cache_place(struct cache *c)
{
	c->habits = heap_room(c->habits, c->place_count, &c->place_cap, sizeof(*c->habits));
	c->habits[c->place_count] = (struct habit){ 0 };
	return (uint32_t)c->place_count++;
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

const struct found *cache_get(struct cache *c, uint32_t place, const struct value *v)
{
	struct slice bytes = value_bytes(v);
	struct habit *h = &c->habits[place];

	c->missed_slot = NO_SLOT;
	if (!c->slots || bytes.n > VALUE_BYTES_MAX || !awake(h))
		return NULL;
	uint64_t key = (uint64_t)place << 8 | v->type, hash = hash64_seed(bytes, key);
	size_t set = (size_t)(hash >> (64 - SLOT_BITS)) & ~(size_t)(WAYS - 1);
	uint32_t tag = (uint32_t)hash | 1;

	for (size_t i = set; i < set + WAYS; i++) {
		const struct entry *e = c->slots[i];

		if (c->tags[i] == 0)
			c->missed_slot = c->missed_slot == NO_SLOT ? i : c->missed_slot;
		if (c->tags[i] == tag && e->key == key && slice_eq(slice_of(e->value, e->bytes), bytes)) {
			h->hits++;
			return &e->found;
		}
	}
	if (c->missed_slot == NO_SLOT)
		c->missed_slot = set + (tag >> 1 & (WAYS - 1));
	c->missed_tag = tag;
	c->missed_key = key;
	return NULL;
}

static uint32_t *put_numbers(uint32_t *at, const uint32_t *numbers, size_t n)
{
	if (n)
		memcpy(at, numbers, n * sizeof(*at));
	return at + n;
}

void cache_put(struct cache *c, const struct value *v, const struct found *found)
{
	struct slice bytes = value_bytes(v);
	size_t numbers = (size_t)found->predicate_count + found->rule_count;
	struct entry *e;

	if (c->missed_slot == NO_SLOT)
		return;
	e = arena_alloc(&c->arena, sizeof(*e) + numbers * sizeof(uint32_t) + bytes.n);
	if (!e) {
		arena_reset(&c->arena);
		memset(c->tags, 0, sizeof(*c->tags) << SLOT_BITS);
		return;
	}
	uint32_t *predicates = (uint32_t *)(e + 1);
	uint32_t *rules = put_numbers(predicates, found->predicates, found->predicate_count);
	uint8_t *value = (uint8_t *)put_numbers(rules, found->rules, found->rule_count);

	if (bytes.n)
		memcpy(value, bytes.p, bytes.n);
	*e = (struct entry){ .key = c->missed_key,
			     .bytes = bytes.n,
			     .value = value,
			     .found = { predicates, rules, found->predicate_count, found->rule_count } };
	c->slots[c->missed_slot] = e;
	c->tags[c->missed_slot] = c->missed_tag;
}
