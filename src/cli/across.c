/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/across.h"

#include "base/heap.h"
#include "graph/across.h"

#include <stdlib.h>

#define ADDRESSES_MAX 16u

void across_note(struct store *s, const struct graph *g, struct slice host)
{
	struct slice addresses[ADDRESSES_MAX];
	size_t n = graph_addresses(g, addresses, ADDRESSES_MAX);

	for (size_t i = 0; i < n; i++)
		store_add_address(s, host, addresses[i]);
}

struct journey {
	struct store *s;
	const struct cli_options *o;
	const struct baseline *baseline;
	struct arena *arena;
	struct told *told;
	struct slice hosts[ACROSS_HOSTS + 1]; /* that were entered */
	size_t n;
};

static bool was_entered(const struct journey *j, struct slice host)
{
	for (size_t i = 0; i < j->n; i++)
		if (slice_eq_nocase(j->hosts[i], host))
			return true;
	return false;
}

/* From the process that reached the last host, on. */
static void append(struct journey *j, const struct graph *g, uint32_t edge, const struct told *more, struct slice host)
{
	struct told *t = j->told;
	size_t n = t->hop_count + 1 + more->hop_count;
	struct told_hop *hops = arena_array(j->arena, n + 1, sizeof(*hops));

	if (!hops)
		return;
	memcpy(hops, t->hops, t->hop_count * sizeof(*hops));
	edge_tell(g, edge, j->arena, &hops[t->hop_count]);
	hops[t->hop_count].why = "it reached the host of the hop above from here";
	if (slice_is(slice_str(hops[t->hop_count].op), "process_start"))
		hops[t->hop_count].from = hops[t->hop_count].to;
	hops[t->hop_count].to = (struct told_entity){ .kind = ENTITY_NONE, .name = j->hosts[j->n - 1] };
	memcpy(hops + t->hop_count + 1, more->hops, more->hop_count * sizeof(*hops));
	for (size_t i = t->hop_count; i < n; i++)
		hops[i].host = host;
	if (t->other_count < sizeof(t->others) / sizeof(*t->others))
		t->other_count++;
	memmove(&t->others[1], &t->others[0], (t->other_count - 1) * sizeof(*t->others));
	t->others[0] = t->origin;
	t->hops = hops;
	t->hop_count = n;
	t->origin = more->origin;
	t->origin.host = host;
	t->visited += more->visited;
}

/* One host further; false where the journey ends. */
static bool enter(struct journey *j, struct slice host)
{
	struct slice addresses[ADDRESSES_MAX];
	size_t n = store_addresses(j->s, j->hosts[j->n - 1], addresses, ADDRESSES_MAX);
	struct err err = { 0 };
	struct graph *g = tracing_graph(j->s, host, j->o, &err);
	uint32_t process = GRAPH_NONE, edge;
	bool found;

	if (!g)
		return false;
	edge = graph_reached(g, addresses, n, j->hosts[j->n - 1], j->told->origin.time.ns, &process);
	found = edge != GRAPH_NONE;
	if (found) {
		struct tracer *tracer = tracer_new(g, j->baseline);
		struct trace *trace = heap_new(sizeof(*trace));
		struct told more;

		tracer_budget(tracer, j->o->budget);
		trace_node(tracer, process, g->edges[edge].time_ns, trace);
		trace_tell(g, trace, j->arena, &more);
		append(j, g, edge, &more, host);
		j->hosts[j->n++] = host;
		free(trace);
		tracer_free(tracer);
	}
	graph_free(g);
	return found;
}

void across_continue(struct store *s, const struct cli_options *o, const struct baseline *baseline, struct slice host,
		     struct arena *arena, struct told *told)
{
	struct journey j = { .s = s, .o = o, .baseline = baseline, .arena = arena, .told = told, .hosts = { host }, .n = 1 };

	while (told->origin.kind == ORIGIN_REMOTE_HOST && told->origin.remote.n && j.n <= ACROSS_HOSTS) {
		struct slice next = store_host_of_address(s, told->origin.remote);

		if (!next.n || was_entered(&j, next) || !enter(&j, next))
			return;
	}
}
