/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/graphs.h"

#include "base/heap.h"
#include "base/limits.h"
#include "cli/output.h"

#include <stdlib.h>

struct loading {
	struct graph *g;
	struct arena arena;
	struct err err;
	uint64_t bad;
};

static bool load_block(void *ctx, const struct store_segment *x, uint32_t source)
{
	struct loading *l = ctx;
	struct block b;
	struct err err = { 0 };

	arena_reset(&l->arena);
	if (!block_read(x->block, &l->arena, &b, &err)) {
		l->bad++;
		return true;
	}
	return graph_add(l->g, &b, source, x->record_base, &l->err);
}

static struct graph *load(struct store *s, struct slice host, const struct cli_options *o, struct err *err)
{
	struct loading l = { .g = graph_new() };
	uint64_t lost = 0;
	bool ok;

	arena_init(&l.arena, 0);
	ok = store_each_segment(s, host, load_block, &l, &lost, err);
	arena_done(&l.arena);
	if (!ok) {
		if (l.err.code != ERR_NONE)
			*err = l.err;
		graph_free(l.g);
		return NULL;
	}
	if (lost + l.bad)
		say_warning(o, "%.*s: %llu blocks of activities are damaged and were left out", (int)host.n,
			    (const char *)host.p, (unsigned long long)(lost + l.bad));
	graph_finish(l.g);
	return l.g;
}

void graphs_init(struct graphs *x, struct store *s, const struct cli_options *o)
{
	*x = (struct graphs){ .s = s, .o = o, .bytes_max = LIMIT_GRAPHS_BYTES };
	if (o->memory && o->memory / 4 < x->bytes_max)
		x->bytes_max = (size_t)(o->memory / 4);
	arena_init(&x->scratch, 0);
	map_init(&x->by_host);
}

void graphs_done(struct graphs *x)
{
	for (size_t i = 0; i < x->n; i++)
		graph_free(x->kept[i]);
	free(x->kept);
	map_done(&x->by_host);
	arena_done(&x->scratch);
}

static struct slice key_of(struct graphs *x, struct slice host)
{
	arena_reset(&x->scratch);
	return arena_lower(&x->scratch, host);
}

struct graph *graphs_take(struct graphs *x, struct slice host, struct err *err)
{
	uint32_t at = map_get(&x->by_host, key_of(x, host));

	return at != MAP_NONE ? x->kept[at] : load(x->s, host, x->o, err);
}

void graphs_give(struct graphs *x, struct slice host, struct graph *g)
{
	uint32_t at = map_get(&x->by_host, key_of(x, host));
	size_t bytes;

	if (!g || (at != MAP_NONE && x->kept[at] == g))
		return;
	bytes = graph_bytes(g);
	if (at != MAP_NONE || x->bytes + bytes > x->bytes_max) {
		graph_free(g);
		return;
	}
	map_set(&x->by_host, key_of(x, host), (uint32_t)x->n);
	x->kept = heap_room(x->kept, x->n, &x->cap, sizeof(*x->kept));
	x->kept[x->n++] = g;
	x->bytes += bytes;
}
