/* SPDX-License-Identifier: Apache-2.0 */
#include "graph/across.h"

#include "graph/address.h"
#include "graph/roles.h"

size_t graph_addresses(const struct graph *g, struct slice *ret, size_t cap)
{
	size_t n = 0;

	for (size_t i = 0; i < g->edge_count && n < cap; i++) {
		const struct graph_edge *e = &g->edges[i];
		struct slice a;
		bool there = false;

		if (e->op != ACTIVITY_NETWORK_CONNECT && e->op != ACTIVITY_NETWORK_ACCEPT)
			continue;
		a = graph_attribute(g, e, ATTRIBUTE_LOCAL_ADDRESS);
		for (size_t k = 0; k < n; k++)
			there |= slice_eq(ret[k], a);
		if (!there && address_is_host(a))
			ret[n++] = a;
	}
	return n;
}

struct nearest {
	int64_t ns;
	uint32_t edge;
	uint64_t distance;
};

/* Before the moment is better than behind it, near better than far. */
static void consider(struct nearest *x, const struct graph *g, uint32_t edge)
{
	const struct graph_edge *e = &g->edges[edge];
	uint64_t before, distance;

	if (!e->timed || e->time_ns > x->ns + ACROSS_SKEW_NS || graph_last(g, e) < x->ns - ACROSS_SKEW_NS)
		return;
	before = e->time_ns <= x->ns ? (uint64_t)(x->ns - e->time_ns) : 0;
	distance = e->time_ns <= x->ns ? (graph_last(g, e) >= x->ns ? 0 : before)
				       : (uint64_t)ACROSS_SKEW_NS + (uint64_t)(e->time_ns - x->ns);
	if (x->edge == GRAPH_NONE || distance < x->distance) {
		x->edge = edge;
		x->distance = distance;
	}
}

/* The kernel connects for others: who asked is told by command lines, if at all. */
static bool acts_itself(const struct graph *g, uint32_t process)
{
	return process != GRAPH_NONE && !(role_of(g->nodes[process].name, NULL) & ROLE_PARENT);
}

static bool tells(struct slice command, struct slice what)
{
	return what.n > 2 && slice_search(command, what) != NULL;
}

static void by_command(const struct graph *g, const struct slice *addresses, size_t n, struct slice name,
		       struct nearest *x)
{
	name = slice_head(name, slice_find(name, '.'));
	for (size_t i = 0; i < g->edge_count; i++) {
		const struct graph_edge *e = &g->edges[i];
		struct slice command;
		bool told;

		if (e->op != ACTIVITY_PROCESS_START || e->time_ns > x->ns + ACROSS_SKEW_NS ||
		    e->time_ns < x->ns - ACROSS_SKEW_NS)
			continue;
		command = graph_attribute(g, e, ATTRIBUTE_COMMAND_LINE);
		told = tells(command, name);
		for (size_t k = 0; k < n && !told; k++)
			told = tells(command, addresses[k]);
		if (told)
			consider(x, g, (uint32_t)i);
	}
}

uint32_t graph_reached(const struct graph *g, const struct slice *addresses, size_t n, struct slice name, int64_t ns,
		       uint32_t *ret_process)
{
	struct nearest x = { ns, GRAPH_NONE, 0 };

	for (size_t i = 0; i < n; i++) {
		uint32_t node = graph_find(g, ENTITY_ADDRESS, addresses[i]);

		for (uint32_t k = 0; node != GRAPH_NONE && k < g->nodes[node].in_count; k++) {
			uint32_t edge = g->in[g->nodes[node].in + k];

			if (g->edges[edge].op == ACTIVITY_NETWORK_CONNECT && acts_itself(g, g->edges[edge].subject))
				consider(&x, g, edge);
		}
	}
	if (x.edge == GRAPH_NONE)
		by_command(g, addresses, n, name, &x);
	if (x.edge == GRAPH_NONE)
		return GRAPH_NONE;
	*ret_process = g->edges[x.edge].op == ACTIVITY_PROCESS_START ? g->edges[x.edge].object : g->edges[x.edge].subject;
	return *ret_process == GRAPH_NONE ? GRAPH_NONE : x.edge;
}
