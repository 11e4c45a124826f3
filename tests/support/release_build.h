/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Releases and the hosts that have them, written down instead of read from graphs. */
#include "base/heap.h"
#include "case/release.h"

static inline uint32_t build_release(struct releases *r, const char *product, const char *version)
{
	r->list = heap_room(r->list, r->n, &r->cap, sizeof(*r->list));
	r->list[r->n] = (struct release){ .product = arena_keep(&r->arena, slice_str(product)),
					  .version = arena_keep(&r->arena, slice_str(version)),
					  .os = "windows" };
	return (uint32_t)r->n++;
}

/* arrived: its coming, at first_ns, is in the records. */
static inline void build_place(struct releases *r, uint32_t release, const char *host, int64_t first_ns, int64_t last_ns,
			       bool arrived)
{
	struct release *x = &r->list[release];

	x->places = heap_room(x->places, x->place_count, &x->place_cap, sizeof(*x->places));
	x->places[x->place_count++] = (struct release_place){ .host = map_intern(&r->hosts, slice_str(host)),
							      .first_ns = first_ns,
							      .last_ns = last_ns,
							      .arrived_ns = first_ns,
							      .ran_ns = first_ns,
							      .ran = true,
							      .arrived = arrived };
}

static inline void build_update(struct releases *r, uint32_t from, uint32_t to, const char *url)
{
	r->updates = heap_room(r->updates, r->update_count, &r->update_cap, sizeof(*r->updates));
	r->updates[r->update_count++] = (struct release_update){ .from = from, .to = to, .url = slice_str(url) };
}
