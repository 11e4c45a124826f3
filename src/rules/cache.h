/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * What the probes of one field found in a value, remembered: real logs repeat their values (the
 * same images, users, keys), and looking a value up costs a hash and a compare where scanning it
 * costs microseconds. Values are compared as the record holds them (UTF-16, JSON with its escapes,
 * numbers), so that a remembered one is not even converted. Bounded: when the budget is spent
 * everything is forgotten at once. A place whose values do not repeat is left alone for a while, so
 * that remembering never costs much. One per worker.
 */
#include "event/value.h"

struct cache;

struct found {
	const uint32_t *predicates; /* number << 1, | 1 where it is sure to hold */
	const uint32_t *rules;	    /* whose witness is among them, each once */
	uint32_t predicate_count, rule_count;
};

/* bytes 0: remembers nothing. */
struct cache *cache_new(size_t bytes);
void cache_free(struct cache *c);
/* A number under which values are remembered: one for each set of probes that share a field. */
uint32_t cache_place(struct cache *c);
/* NULL where the value is not remembered. Valid until the next cache_put. v is no list. */
const struct found *cache_get(struct cache *c, uint32_t place, const struct value *v);
/* Remembers what the last cache_get missed, copying it, unless that place sleeps. */
void cache_put(struct cache *c, const struct value *v, const struct found *found);
