/* SPDX-License-Identifier: Apache-2.0 */
#include "graph/noted.h"

#include "base/heap.h"
#include "graph/path.h"

#include <stdlib.h>

void noted_init(struct noted *x, const struct graph *g)
{
	*x = (struct noted){ .g = g };
	map_init(&x->sessions);
	map_init(&x->tails);
}

void noted_done(struct noted *x)
{
	map_done(&x->sessions);
	map_done(&x->tails);
	free(x->packages);
	free(x->starters);
	free(x->logons);
	free(x->logon_edges);
}

struct sketch sketch_of(struct slice s)
{
	struct sketch k = { { 0 } };

	for (size_t i = 0; i + 3 <= s.n; i++) {
		uint32_t part = (uint32_t)(uint8_t)ascii_lower(s.p[i]) |
				(uint32_t)(uint8_t)ascii_lower(s.p[i + 1]) << 8 |
				(uint32_t)(uint8_t)ascii_lower(s.p[i + 2]) << 16;
		uint32_t at = part * UINT32_C(2654435761) >> 24;

		k.bits[at >> 6] |= UINT64_C(1) << (at & 63);
	}
	return k;
}

const struct sketch *noted_packages(struct noted *x)
{
	const struct graph *g = x->g;

	if (x->packages)
		return x->packages;
	x->packages = heap_array(g->packages.n + 1, sizeof(*x->packages));
	for (size_t i = 0; i < g->packages.n; i++) {
		uint32_t node = g->edges[g->packages.edges[i]].object;

		if (node != GRAPH_NONE)
			x->packages[i] = sketch_of(g->nodes[node].name);
	}
	return x->packages;
}

const struct sketch *noted_starters(struct noted *x)
{
	const struct graph *g = x->g;

	if (x->starters)
		return x->starters;
	x->starters = heap_array(g->starters.n + 1, sizeof(*x->starters));
	for (size_t i = 0; i < g->starters.n; i++)
		x->starters[i] = sketch_of(graph_attribute(g, &g->edges[g->starters.edges[i]], ATTRIBUTE_DETAILS));
	return x->starters;
}

size_t list_until(const struct graph *g, const struct graph_list *l, int64_t ns)
{
	size_t low = 0, high = l->n;

	while (low < high) {
		size_t mid = low + (high - low) / 2;
		const struct graph_edge *e = &g->edges[l->edges[mid]];

		if (!e->timed || e->time_ns <= ns)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

/* ---- logons ---- */

static int by_session(const void *a, const void *b)
{
	const struct noted_logon *p = a, *q = b;

	if (p->session != q->session)
		return p->session < q->session ? -1 : 1;
	return p->edge < q->edge ? -1 : p->edge > q->edge;
}

static void note_logons(struct noted *x)
{
	const struct graph *g = x->g;
	struct arena scratch;

	x->has_logons = true;
	x->logons = heap_array(g->logons.n + 1, sizeof(*x->logons));
	x->logon_edges = heap_array(g->logons.n + 1, sizeof(*x->logon_edges));
	arena_init(&scratch, 0);
	for (size_t i = 0; i < g->logons.n; i++) {
		uint32_t edge = g->logons.edges[i];
		const struct graph_edge *e = &g->edges[edge];
		struct slice from = graph_attribute(g, e, ATTRIBUTE_REMOTE_ADDRESS);

		if (!from.n || slice_is(from, "127.0.0.1") || slice_is(from, "::1"))
			continue;
		arena_reset(&scratch);
		x->logons[x->logon_count].session =
			map_intern(&x->sessions, arena_lower(&scratch, graph_attribute(g, e, ATTRIBUTE_LOGON_ID)));
		x->logons[x->logon_count].edge = edge;
		x->logon_edges[x->logon_count++] = edge;
	}
	arena_done(&scratch);
	qsort(x->logons, x->logon_count, sizeof(*x->logons), by_session);
}

static uint32_t of_session(const struct noted *x, uint32_t session, int64_t ns)
{
	size_t low = 0, high = x->logon_count;

	while (low < high) {
		size_t mid = low + (high - low) / 2;
		const struct noted_logon *l = &x->logons[mid];
		const struct graph_edge *e = &x->g->edges[l->edge];

		if (l->session < session || (l->session == session && (!e->timed || e->time_ns <= ns)))
			low = mid + 1;
		else
			high = mid;
	}
	return low && x->logons[low - 1].session == session ? x->logons[low - 1].edge : GRAPH_NONE;
}

uint32_t noted_logon(struct noted *x, struct slice session, int64_t ns, int64_t since)
{
	struct graph_list all;
	struct arena scratch;
	uint32_t number;
	size_t n;

	if (!x->has_logons)
		note_logons(x);
	if (session.n) {
		arena_init(&scratch, 0);
		number = map_get(&x->sessions, arena_lower(&scratch, session));
		arena_done(&scratch);
		return number == MAP_NONE ? GRAPH_NONE : of_session(x, number, ns);
	}
	all = (struct graph_list){ .edges = x->logon_edges, .n = x->logon_count };
	n = list_until(x->g, &all, ns);
	return n && x->g->edges[x->logon_edges[n - 1]].time_ns > since ? x->logon_edges[n - 1] : GRAPH_NONE;
}

/* ---- files by the last part of their path ---- */

uint32_t noted_tail(struct noted *x, struct slice tail)
{
	const struct graph *g = x->g;
	struct arena scratch;
	uint32_t at;

	arena_init(&scratch, 0);
	for (size_t i = 0; !x->has_tails && i < g->node_count; i++) {
		if (g->nodes[i].kind != ENTITY_FILE || !g->nodes[i].in_count)
			continue;
		arena_reset(&scratch);
		struct slice key = arena_lower(&scratch, path_tail(g->nodes[i].key));

		if (map_get(&x->tails, key) == MAP_NONE)
			map_set(&x->tails, key, (uint32_t)i);
	}
	x->has_tails = true;
	at = map_get(&x->tails, arena_lower(&scratch, tail));
	arena_done(&scratch);
	return at == MAP_NONE ? GRAPH_NONE : at;
}
