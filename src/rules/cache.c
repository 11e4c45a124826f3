/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/cache.h"

#include "base/arena.h"
#include "base/hash.h"
#include "base/heap.h"

#include <stdlib.h>

#define SLOT_BITS 15
#define WAYS 4
/* Longer values are hashed and compared as well, but they take room from too many others. */
#define VALUE_BYTES_MAX 16384
/* A place is judged every so many lookups: below one hit in eight it sleeps for a while. */
#define JUDGE_LOOKUPS 512
#define SLEEP_LOOKUPS 8192

struct entry {
	uint64_t hash;
	uint64_t key;	     /* place << 8 | the value's type */
	const uint8_t *text; /* NULL: empty */
	size_t text_bytes;
	struct found found;
};

struct habit {
	uint32_t lookups, hits, sleep;
};

struct cache {
	struct entry *slots; /* NULL: remembers nothing */
	struct habit *habits;
	size_t place_count, place_cap;
	struct arena arena;
	struct entry *missed; /* where what cache_get missed may go, or NULL */
	uint64_t missed_hash, missed_key;
};

struct cache *cache_new(size_t bytes)
{
	struct cache *c = heap_new(sizeof(*c));

	arena_init(&c->arena, bytes);
	if (bytes)
		c->slots = heap_array((size_t)1 << SLOT_BITS, sizeof(*c->slots));
	return c;
}

void cache_free(struct cache *c)
{
	if (!c)
		return;
	free(c->slots);
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

	c->missed = NULL;
	if (!c->slots || bytes.n > VALUE_BYTES_MAX || !awake(h))
		return NULL;
	uint64_t key = (uint64_t)place << 8 | v->type, hash = hash64_seed(bytes, key);
	struct entry *set = &c->slots[(size_t)(hash >> (64 - SLOT_BITS)) & ~(size_t)(WAYS - 1)];

	for (size_t i = 0; i < WAYS; i++) {
		struct entry *e = &set[i];

		if (!e->text) {
			c->missed = c->missed ? c->missed : e;
		} else if (e->hash == hash && e->key == key &&
			   slice_eq(slice_of(e->text, e->text_bytes), bytes)) {
			h->hits++;
			return &e->found;
		}
	}
	if (!c->missed)
		c->missed = &set[hash & (WAYS - 1)];
	c->missed_hash = hash;
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
	uint32_t *room, *rules;
	uint8_t *text;

	if (!c->missed)
		return;
	/* All of an entry in one run of memory: what is compared and what is read then. */
	room = arena_alloc(&c->arena, numbers * sizeof(*room) + bytes.n + 1);
	if (!room) {
		arena_reset(&c->arena);
		memset(c->slots, 0, sizeof(*c->slots) << SLOT_BITS);
		return;
	}
	rules = put_numbers(room, found->predicates, found->predicate_count);
	text = (uint8_t *)put_numbers(rules, found->rules, found->rule_count);
	if (bytes.n)
		memcpy(text, bytes.p, bytes.n);
	*c->missed = (struct entry){ .hash = c->missed_hash,
				     .key = c->missed_key,
				     .text = text,
				     .text_bytes = bytes.n,
				     .found = { room, rules, found->predicate_count, found->rule_count } };
}
