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
	parts_done(&x->details);
	parts_done(&x->service_keys);
	parts_done(&x->package_names);
	free(x->services.edges);
	free(x->packages.edges);
	free(x->package_sketches);
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

static struct slice details_of(const void *ctx, size_t i)
{
	const struct noted *x = ctx;

	return graph_attribute(x->g, &x->g->edges[x->g->starters.edges[i]], ATTRIBUTE_DETAILS);
}

const struct sketch *noted_starters(struct noted *x, struct parts **ret_details)
{
	size_t n = x->g->starters.n;

	*ret_details = &x->details;
	if (x->starters)
		return x->starters;
	x->starters = heap_array(n + 1, sizeof(*x->starters));
	for (size_t i = 0; i < n; i++)
		x->starters[i] = sketch_of(details_of(x, i));
	parts_build(&x->details, n, details_of, x);
	return x->starters;
}

static void add(struct graph_list *l, uint32_t number)
{
	l->edges = heap_room(l->edges, l->n, &l->cap, sizeof(*l->edges));
	l->edges[l->n++] = number;
}

static struct slice service_key(const void *ctx, size_t i)
{
	const struct noted *x = ctx;

	return x->g->nodes[x->g->edges[x->services.edges[i]].object].key;
}

const struct graph_list *noted_services(struct noted *x, struct parts **ret_keys)
{
	const struct graph *g = x->g;

	*ret_keys = &x->service_keys;
	if (x->has_services)
		return &x->services;
	x->has_services = true;
	for (size_t i = 0; i < g->starters.n; i++) {
		const struct graph_edge *e = &g->edges[g->starters.edges[i]];

		if (e->op == ACTIVITY_REGISTRY_SET && e->object != GRAPH_NONE &&
		    slice_search(g->nodes[e->object].key, slice_str("\\servicedll")))
			add(&x->services, g->starters.edges[i]);
	}
	parts_build(&x->service_keys, x->services.n, service_key, x);
	return &x->services;
}

static struct slice package_name(const void *ctx, size_t i)
{
	const struct noted *x = ctx;

	return x->g->nodes[x->packages.edges[i]].name;
}

const struct graph_list *noted_packages(struct noted *x, struct parts **ret_names)
{
	const struct graph *g = x->g;
	uint8_t *seen;

	*ret_names = &x->package_names;
	if (x->has_packages)
		return &x->packages;
	x->has_packages = true;
	seen = heap_array(g->node_count + 1, 1);
	for (size_t i = 0; i < g->packages.n; i++) {
		uint32_t node = g->edges[g->packages.edges[i]].object;

		if (node == GRAPH_NONE || seen[node])
			continue;
		seen[node] = 1;
		add(&x->packages, node);
	}
	free(seen);
	x->package_sketches = heap_array(x->packages.n, sizeof(*x->package_sketches));
	for (size_t i = 0; i < x->packages.n; i++)
		x->package_sketches[i] = sketch_of(package_name(x, i));
	parts_build(&x->package_names, x->packages.n, package_name, x);
	return &x->packages;
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
