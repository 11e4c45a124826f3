/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/across.h"

#include "base/heap.h"
#include "cli/naming.h"
#include "cli/walk.h"
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

void across_contents_init(struct across_contents *c)
{
	*c = (struct across_contents){ 0 };
	map_init(&c->by_hash);
}

void across_contents_done(struct across_contents *c)
{
	map_done(&c->by_hash);
	free(c->list);
}

static void note_content(struct across_contents *c, struct slice hash, uint32_t host, int64_t ns)
{
	uint32_t at = map_get(&c->by_hash, hash);

	if (at == MAP_NONE) {
		if (c->n == LIMIT_CONTENTS)
			return;
		map_set(&c->by_hash, hash, (uint32_t)c->n);
		c->list = heap_room(c->list, c->n, &c->cap, sizeof(*c->list));
		c->list[c->n++] = (struct across_content){ host, ns, false };
		return;
	}
	struct across_content *x = &c->list[at];

	x->several |= x->host != host;
	if (ns < x->ns) {
		x->ns = ns;
		x->host = host;
	}
}

void across_contents_note(struct across_contents *c, const struct graph *g, uint32_t host)
{
	for (size_t i = 0; i < g->edge_count; i++) {
		const struct graph_edge *e = &g->edges[i];
		struct slice hash;

		if (!e->timed || e->set == GRAPH_NONE || e->op < ACTIVITY_FILE_CREATE || e->op > ACTIVITY_DOWNLOAD)
			continue;
		hash = graph_attribute(g, e, ATTRIBUTE_SHA256);
		if (hash.n)
			note_content(c, hash, host, e->time_ns);
	}
}

struct journey {
	struct store *s;
	struct graphs *graphs;
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

/* Puts a hop that leads to the other host and those of more behind told's, and more's origin in place of its own. Gives
 * that hop, empty but for its host; NULL without room. */
static struct told_hop *lead_on(struct journey *j, const struct told *more, struct slice host)
{
	struct told *t = j->told;
	size_t at = t->hop_count, n = at + 1 + more->hop_count;
	struct told_hop *hops = arena_array(j->arena, n + 1, sizeof(*hops));

	if (!hops)
		return NULL;
	memcpy(hops, t->hops, at * sizeof(*hops));
	memcpy(hops + at + 1, more->hops, more->hop_count * sizeof(*hops));
	for (size_t i = at; i < n; i++)
		hops[i].host = host;
	if (t->other_count < sizeof(t->others) / sizeof(*t->others))
		t->other_count++;
	memmove(&t->others[1], &t->others[0], (t->other_count - 1) * sizeof(*t->others));
	t->others[0] = t->origin;
	t->hops = hops;
	t->hop_count = n;
	t->origin = more->origin;
	t->origin.host = host;
	return &hops[at];
}

/* From the process that reached the last host, on. */
static void append(struct journey *j, const struct graph *g, uint32_t edge, const struct told *more, struct slice host)
{
	struct told_hop *hop = lead_on(j, more, host);

	if (!hop)
		return;
	edge_tell(g, edge, j->arena, hop);
	hop->host = host;
	hop->why = "it reached the host of the hop above from here";
	if (slice_is(slice_str(hop->op), "process_start"))
		hop->from = hop->to;
	hop->to = (struct told_entity){ .kind = ENTITY_NONE, .name = j->hosts[j->n - 1] };
	j->told->visited += more->visited;
}

/* One host further; false where the journey ends. */
static bool enter(struct journey *j, struct slice host)
{
	struct slice addresses[ADDRESSES_MAX];
	size_t n = store_addresses(j->s, j->hosts[j->n - 1], addresses, ADDRESSES_MAX);
	struct err err = { 0 };
	struct graph *g = graphs_take(j->graphs, host, &err);
	uint32_t process = GRAPH_NONE, edge;
	bool found;

	if (!g)
		return false;
	edge = graph_reached(g, addresses, n, j->hosts[j->n - 1], j->told->origin.time.ns, &process);
	found = edge != GRAPH_NONE;
	if (found) {
		struct walk w = walk_begin(j->s, host, g, j->baseline, j->graphs->o->budget);
		struct trace *trace = heap_new(sizeof(*trace));
		struct told more;

		trace_node(w.tracer, process, g->edges[edge].time_ns, trace);
		trace_tell(g, trace, j->arena, &more);
		append(j, g, edge, &more, host);
		j->hosts[j->n++] = host;
		free(trace);
		walk_end(&w);
	}
	graphs_give(j->graphs, host, g);
	return found;
}

/* Behind what was brought in: how it came to be on the host that wrote it first. */
static void append_content(struct journey *j, const struct told *more, struct slice host, struct slice hash, int64_t ns)
{
	struct told_hop *hop = lead_on(j, more, host);

	if (!hop)
		return;
	*hop = (struct told_hop){
		.from = { .kind = ENTITY_NONE, .name = arena_keep(j->arena, hash) },
		.to = { .kind = ENTITY_NONE, .name = j->hosts[j->n - 1] },
		.op = "same_content",
		.why = "the same content was written on this host before",
		.host = host,
		.time = { .ns = ns, .set = true, .digits = 3 },
	};
	if (more->hop_count)
		hop->at = more->hops[0].at;
}

/* The origin's own words again: the first host got it the same way, and is no cause of it. */
static bool says_the_same(const struct told_origin *a, const struct told_origin *b)
{
	return a->kind == b->kind && slice_eq(a->name, b->name) && slice_eq(a->url, b->url);
}

static bool enter_by_content(struct journey *j, struct slice host, struct slice hash, int64_t ns)
{
	struct err err = { 0 };
	struct graph *g = graphs_take(j->graphs, host, &err);
	struct trace *trace = heap_new(sizeof(*trace));
	struct told more = { 0 };
	struct walk w;
	uint32_t file;
	bool found = false;

	if (!g) {
		free(trace);
		return false;
	}
	w = walk_begin(j->s, host, g, j->baseline, j->graphs->o->budget);
	if (naming_find(g, hash, &file, 1)) {
		trace_node(w.tracer, file, ns, trace);
		trace_tell(g, trace, j->arena, &more);
		found = more.origin.kind != ORIGIN_GAP && !says_the_same(&more.origin, &j->told->origin);
	}
	if (found) {
		append_content(j, &more, host, hash, ns);
		j->hosts[j->n++] = host;
	}
	walk_end(&w);
	free(trace);
	graphs_give(j->graphs, host, g);
	return found;
}

/* The first writer of what was fetched, else of what was brought in. */
static bool next_by_content(const struct journey *j, struct slice *host, struct slice *hash, int64_t *ns)
{
	const struct told_origin *x = &j->told->origin;

	if (x->kind != ORIGIN_DOWNLOAD && x->kind != ORIGIN_RELEASE && x->kind != ORIGIN_PACKAGE)
		return false;
	*hash = x->downloaded_sha256.n && store_first_host(j->s, x->downloaded_sha256, host, ns) ? x->downloaded_sha256
												 : x->sha256;
	return store_first_host(j->s, *hash, host, ns) && !was_entered(j, *host) && (!x->time.set || *ns < x->time.ns);
}

void across_continue(struct graphs *graphs, const struct baseline *baseline, struct slice host,
		     struct arena *arena, struct told *told)
{
	struct store *s = graphs->s;
	struct journey j = { .s = s, .graphs = graphs, .baseline = baseline, .arena = arena, .told = told, .hosts = { host }, .n = 1 };
	struct slice next, hash;
	int64_t ns;

	while (j.n <= ACROSS_HOSTS) {
		if (told->origin.kind == ORIGIN_REMOTE_HOST && told->origin.remote.n) {
			next = store_host_of_address(s, told->origin.remote);
			if (!next.n || was_entered(&j, next) || !enter(&j, next))
				return;
		} else if (!next_by_content(&j, &next, &hash, &ns) || !enter_by_content(&j, next, hash, ns)) {
			return;
		}
	}
}
