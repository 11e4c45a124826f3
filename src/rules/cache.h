/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * What a probe found for a value, remembered: real logs repeat their values (the same images,
 * users, keys), and looking a value up costs a hash and a compare where scanning it costs
 * microseconds. Bounded: when the budget is spent everything is forgotten at once. A probe whose
 * values do not repeat is left alone for a while, so that remembering never costs much.
 * One per worker.
 */
#include "rules/probe.h"

struct cache;

/* bytes 0: remembers nothing. */
struct cache *cache_new(size_t probes, size_t bytes);
void cache_free(struct cache *c);
/* The finds of this value by probe number `probe`, scanned or remembered. Valid until the next
 * call. */
struct finds cache_scan(struct cache *c, const struct probe *p, size_t probe,
			struct probe_scratch *scratch, struct slice text);
