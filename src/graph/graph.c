/* SPDX-License-Identifier: Apache-2.0 */
#include "graph/graph.h"

#include "base/err.h"
#include "base/heap.h"
#include "graph/path.h"

#include <stdlib.h>

#define LIMIT_GRAPH (GRAPH_REFERENCE - 2)

struct graph *graph_new(void)
{
	struct graph *g = heap_new(sizeof(*g));

	map_init(&g->texts);
	map_init(&g->by_name);
	map_init(&g->by_key);
	map_init(&g->by_image);
	map_init(&g->by_reference);
	map_init(&g->by_hash);
	arena_init(&g->arena, 0);
	return g;
}

void graph_free(struct graph *g)
{
	if (!g)
		return;
	map_done(&g->texts);
	map_done(&g->by_name);
	map_done(&g->by_key);
	map_done(&g->by_image);
	map_done(&g->by_reference);
	map_done(&g->by_hash);
	free(g->logons.edges);
	free(g->packages.edges);
	free(g->shares.edges);
	free(g->starters.edges);
	free(g->hashes);
	free(g->set_edges);
	free(g->set_first);
	arena_done(&g->arena);
	free(g->nodes);
	free(g->edges);
	free(g->in);
	free(g->out);
	free(g->sets);
	free(g->attributes);
	free(g->epochs);
	free(g->references);
	free(g->image_next);
	free(g->boots);
	free(g);
}

uint32_t graph_node_new(struct graph *g, enum entity_kind kind, struct slice key, struct slice name)
{
	g->nodes = heap_room(g->nodes, g->node_count, &g->node_cap, sizeof(*g->nodes));
	g->nodes[g->node_count] = (struct graph_node){ .kind = kind,
						       .key = key,
						       .name = name,
						       .start_ns = GRAPH_EVER,
						       .end_ns = GRAPH_OPEN,
						       .started = GRAPH_NONE };
	return (uint32_t)g->node_count++;
}

/* ---- the nodes that a block's entities are ---- */

static struct slice keep(struct graph *g, struct slice s)
{
	return s.n ? map_key(&g->texts, map_intern(&g->texts, s)) : slice_of(NULL, 0);
}

/* kind and folded name as one key. */
static struct slice name_key(enum entity_kind kind, struct slice name, struct arena *a)
{
	struct slice folded = name;
	uint8_t *room;

	if (kind == ENTITY_DOMAIN || kind == ENTITY_REGISTRY || kind == ENTITY_SERVICE ||
	    kind == ENTITY_TASK || kind == ENTITY_USER || kind == ENTITY_SHARE)
		folded = arena_lower(a, name);
	else if (kind != ENTITY_SCRIPT)
		folded = path_key(name, a);
	room = arena_alloc(a, folded.n + 1);
	room[0] = (uint8_t)('A' + (int)kind);
	if (folded.n)
		memcpy(room + 1, folded.p, folded.n);
	return slice_of(room, folded.n + 1);
}

static uint32_t named_node(struct graph *g, enum entity_kind kind, struct slice name, struct arena *scratch)
{
	struct slice key = name_key(kind, name, scratch);
	uint32_t at = map_get(&g->by_name, key);

	if (at != MAP_NONE)
		return at;
	at = graph_node_new(g, kind, slice_of(NULL, 0), slice_of(NULL, 0));
	map_set(&g->by_name, key, at);
	key = slice_from(map_key(&g->by_name, (uint32_t)g->by_name.n - 1), 1);
	g->nodes[at].key = key;
	/* Most names are their own key. */
	g->nodes[at].name = slice_eq(key, name) ? key : name.n ? arena_keep(&g->arena, name) : name;
	return at;
}

/* A process by its product's key. What a later record says more of it is taken. */
static uint32_t keyed_node(struct graph *g, struct slice key, struct slice name, uint32_t pid)
{
	uint32_t at = map_get(&g->by_key, key);

	if (at == MAP_NONE) {
		at = graph_node_new(g, ENTITY_PROCESS, slice_of(NULL, 0), keep(g, name));
		map_set(&g->by_key, key, at);
		g->nodes[at].key = map_key(&g->by_key, (uint32_t)g->by_key.n - 1);
	}
	struct graph_node *n = &g->nodes[at];

	/* Other products' rows say the actor's file name alone: a whole path is worth more. */
	if (name.n > n->name.n && (!n->name.n || slice_find(n->name, '\\') == n->name.n))
		n->name = keep(g, name);
	if (!n->pid)
		n->pid = pid;
	return at;
}

static uint32_t reference(struct graph *g, struct slice name, uint32_t pid, struct arena *scratch)
{
	struct slice key = arena_printf(scratch, "%u %.*s", pid, (int)name.n, (const char *)name.p);
	uint32_t at = map_intern(&g->by_reference, key);

	if (at == g->reference_count) {
		g->references = heap_room(g->references, at, &g->reference_cap, sizeof(*g->references));
		g->references[g->reference_count++] = (struct graph_reference){ pid, keep(g, name) };
	}
	return GRAPH_REFERENCE + at;
}

static uint32_t entity_node(struct graph *g, const struct block *b, const struct block_entity *e,
			    struct arena *scratch)
{
	struct slice name = e->name == BLOCK_NONE ? slice_of(NULL, 0) : b->texts[e->name];

	arena_reset(scratch);
	if (e->kind != ENTITY_PROCESS)
		return named_node(g, e->kind, name, scratch);
	if (e->key != BLOCK_NONE)
		return keyed_node(g, b->texts[e->key], name, e->pid);
	return reference(g, name, e->pid, scratch);
}

/* A text of the block, kept once. */
static struct slice keep_text(struct graph *g, const struct block *b, struct slice *kept, uint32_t text)
{
	if (!kept[text].p)
		kept[text] = b->texts[text].n ? keep(g, b->texts[text]) : slice_str("");
	return kept[text];
}

static void add_sets(struct graph *g, const struct block *b)
{
	struct slice *kept = heap_array(b->text_count + 1, sizeof(*kept));

	for (size_t i = 0; i < b->set_count; i++) {
		g->sets = heap_room(g->sets, g->set_count, &g->set_cap, sizeof(*g->sets));
		g->sets[g->set_count++] = (struct graph_set){ (uint32_t)g->attribute_count, b->sets[i].n };
		for (uint32_t k = 0; k < b->sets[i].n; k++) {
			const struct block_attribute *a = &b->attributes[b->sets[i].first + k];

			g->attributes = heap_room(g->attributes, g->attribute_count, &g->attribute_cap,
						  sizeof(*g->attributes));
			g->attributes[g->attribute_count++] =
				(struct graph_attribute){ a->which, keep_text(g, b, kept, a->text) };
		}
	}
	free(kept);
}

static void add_edge(struct graph *g, const struct block_activity *a, const uint32_t *nodes, uint32_t set_base,
		     uint32_t source, uint64_t record_base)
{
	g->edges = heap_room(g->edges, g->edge_count, &g->edge_cap, sizeof(*g->edges));
	g->edges[g->edge_count++] = (struct graph_edge){
		.time_ns = a->time_ns,
		.last_ns = a->last_ns,
		.record = a->record + (a->record_counted ? record_base : 0),
		.offset = a->offset,
		.subject = a->subject == BLOCK_NONE ? GRAPH_NONE : nodes[a->subject],
		.object = a->object == BLOCK_NONE ? GRAPH_NONE : nodes[a->object],
		.set = a->set == BLOCK_NONE ? GRAPH_NONE : set_base + a->set,
		.count = a->count,
		.source = source,
		.op = a->op,
		.timed = a->timed,
	};
}

bool graph_add(struct graph *g, const struct block *b, uint32_t source, uint64_t record_base, struct err *err)
{
	uint32_t *nodes, set_base = (uint32_t)g->set_count;
	struct arena scratch;

	if (g->node_count + b->entity_count > LIMIT_GRAPH || g->edge_count + b->activity_count > LIMIT_GRAPH ||
	    g->set_count + b->set_count > LIMIT_GRAPH || g->attribute_count + b->attribute_count > LIMIT_GRAPH)
		return err_set(err, ERR_LIMIT, 0, "one host has more activities than a graph can hold");
	arena_init(&scratch, 0);
	nodes = heap_array(b->entity_count + 1, sizeof(*nodes));
	for (size_t i = 0; i < b->entity_count; i++)
		nodes[i] = entity_node(g, b, &b->entities[i], &scratch);
	add_sets(g, b);
	for (size_t i = 0; i < b->activity_count; i++)
		add_edge(g, &b->activities[i], nodes, set_base, source, record_base);
	free(nodes);
	arena_done(&scratch);
	return true;
}

/* ---- finished ---- */

static int by_time(const void *a, const void *b)
{
	const struct graph_edge *x = a, *y = b;

	if (x->timed != y->timed)
		return x->timed ? 1 : -1;
	if (x->time_ns != y->time_ns)
		return x->time_ns < y->time_ns ? -1 : 1;
	/* One order whatever the pieces' order was. */
	if (x->source != y->source)
		return x->source < y->source ? -1 : 1;
	if (x->offset != y->offset)
		return x->offset < y->offset ? -1 : 1;
	return x->record < y->record ? -1 : x->record > y->record;
}

static bool is_sorted(const struct graph *g)
{
	for (size_t i = 1; i < g->edge_count; i++)
		if (by_time(&g->edges[i - 1], &g->edges[i]) > 0)
			return false;
	return true;
}

/* Counting sort by node: edges are in order of time already. */
static uint32_t *index_edges(struct graph *g, bool into)
{
	uint32_t *list = heap_array(g->edge_count + 1, sizeof(*list)), at = 0;

	for (size_t i = 0; i < g->edge_count; i++) {
		uint32_t n = into ? g->edges[i].object : g->edges[i].subject;

		if (n != GRAPH_NONE)
			into ? g->nodes[n].in_count++ : g->nodes[n].out_count++;
	}
	for (size_t i = 0; i < g->node_count; i++) {
		struct graph_node *n = &g->nodes[i];

		*(into ? &n->in : &n->out) = at;
		at += into ? n->in_count : n->out_count;
		*(into ? &n->in_count : &n->out_count) = 0;
	}
	for (size_t i = 0; i < g->edge_count; i++) {
		uint32_t to = into ? g->edges[i].object : g->edges[i].subject;

		if (to == GRAPH_NONE)
			continue;
		struct graph_node *n = &g->nodes[to];

		list[into ? n->in + n->in_count++ : n->out + n->out_count++] = (uint32_t)i;
	}
	return list;
}

/* Lives of one machine that are believed in any case; more want this many starts of processes each. */
#define EPOCHS_SURE 3u
#define STARTS_AN_EPOCH 8u

/* Sysmon's keys begin with the machine's number, {12345678-..., other products' with theirs before a
 * colon or slash (a time with colons may follow). */
static struct slice machine_of(struct slice key)
{
	if (key.n == 38 && key.p[0] == '{')
		return slice_of(key.p + 1, 8);
	size_t colon = slice_find(key, ':'), slash = slice_find(key, '/'), end = colon < slash ? colon : slash;

	return end < key.n && end > 7 ? slice_head(key, end) : slice_of(NULL, 0);
}

static struct graph_epoch *epoch_of(struct graph *g, struct map *machines, struct slice machine)
{
	/* keys of two products say nothing about each other */
	if (g->epoch_count && (g->epochs[0].machine.n == 8) != (machine.n == 8))
		return NULL;
	if (map_intern(machines, machine) < g->epoch_count)
		return &g->epochs[map_get(machines, machine)];
	g->epochs = heap_room(g->epochs, g->epoch_count, &g->epoch_cap, sizeof(*g->epochs));
	g->epochs[g->epoch_count] = (struct graph_epoch){ INT64_MAX, INT64_MIN, machine };
	return &g->epochs[g->epoch_count++];
}

static int by_from(const void *a, const void *b)
{
	const struct graph_epoch *x = a, *y = b;

	return x->from_ns < y->from_ns ? -1 : x->from_ns > y->from_ns;
}

/* Numbers that nearly every process has anew name no machine: the keys are made otherwise. */
static bool too_many(const struct graph *g, size_t starts)
{
	return g->epoch_count > EPOCHS_SURE && g->epoch_count > starts / STARTS_AN_EPOCH;
}

static void find_epochs(struct graph *g)
{
	struct map machines;
	size_t starts = 0;

	map_init(&machines);
	for (size_t i = 0; i < g->edge_count; i++) {
		const struct graph_edge *e = &g->edges[i];
		struct slice machine;
		struct graph_epoch *x;

		if (!e->timed || e->op != ACTIVITY_PROCESS_START || e->object == GRAPH_NONE)
			continue;
		machine = machine_of(g->nodes[e->object].key);
		if (!machine.n || !(x = epoch_of(g, &machines, machine)))
			continue;
		starts++;
		x->from_ns = e->time_ns < x->from_ns ? e->time_ns : x->from_ns;
		x->to_ns = e->last_ns > x->to_ns ? e->last_ns : x->to_ns;
	}
	map_done(&machines);
	if (too_many(g, starts))
		g->epoch_count = 0;
	if (g->epoch_count > 1)
		qsort(g->epochs, g->epoch_count, sizeof(*g->epochs), by_from);
	for (size_t i = 1; i < g->epoch_count; i++)
		g->machines_overlap |= g->epochs[i].from_ns <= g->epochs[i - 1].to_ns;
}

/* What a process was started from is a file, also where no record tells of a write to it. */
static void image_files(struct graph *g)
{
	struct arena scratch;

	arena_init(&scratch, 0);
	for (size_t i = 0, n = g->node_count; i < n; i++) {
		arena_reset(&scratch);
		if (g->nodes[i].kind == ENTITY_PROCESS && g->nodes[i].name.n)
			named_node(g, ENTITY_FILE, g->nodes[i].name, &scratch);
	}
	arena_done(&scratch);
}

static void list_add(struct graph_list *l, size_t edge)
{
	l->edges = heap_room(l->edges, l->n, &l->cap, sizeof(*l->edges));
	l->edges[l->n++] = (uint32_t)edge;
}

/* A registry value that makes the system start something; each key is looked at once. */
static bool is_start_key(const struct graph *g, uint32_t node, uint8_t *known)
{
	if (node == GRAPH_NONE)
		return false;
	if (!known[node])
		known[node] = slice_search(g->nodes[node].key, slice_str("\\services\\")) ||
					      slice_search(g->nodes[node].key, slice_str("\\run"))
				      ? 2
				      : 1;
	return known[node] == 2;
}

static void list_rare(struct graph *g)
{
	uint8_t *known = heap_array(g->node_count + 1, 1);

	for (size_t i = 0; i < g->edge_count; i++) {
		const struct graph_edge *e = &g->edges[i];

		if (e->op == ACTIVITY_LOGON)
			list_add(&g->logons, i);
		else if (e->op == ACTIVITY_PACKAGE)
			list_add(&g->packages, i);
		else if (e->op == ACTIVITY_SHARE)
			list_add(&g->shares, i);
		else if (e->op == ACTIVITY_SERVICE_CREATE || e->op == ACTIVITY_TASK_CREATE || e->op == ACTIVITY_WMI ||
			 (e->op == ACTIVITY_REGISTRY_SET && is_start_key(g, e->object, known)))
			list_add(&g->starters, i);
	}
	free(known);
}

static void note_hash(struct graph *g, struct slice text, uint32_t set)
{
	uint32_t before = map_get(&g->by_hash, text);

	g->hashes = heap_room(g->hashes, g->hash_count, &g->hash_cap, sizeof(*g->hashes));
	g->hashes[g->hash_count++] = (struct graph_hash){ set, before == MAP_NONE ? 0 : before };
	map_set(&g->by_hash, text, (uint32_t)g->hash_count);
}

void graph_index(struct graph *g)
{
	uint32_t at = 0;

	if (g->set_first)
		return;
	for (uint32_t i = 0; i < g->set_count; i++)
		for (uint32_t k = 0; k < g->sets[i].n; k++) {
			const struct graph_attribute *a = &g->attributes[g->sets[i].first + k];

			if (a->which == ATTRIBUTE_SHA256 || a->which == ATTRIBUTE_SHA1 || a->which == ATTRIBUTE_MD5)
				note_hash(g, a->text, i);
		}
	/* Counting sort of edges by set. */
	g->set_first = heap_array(g->set_count + 2, sizeof(*g->set_first));
	g->set_edges = heap_array(g->edge_count + 1, sizeof(*g->set_edges));
	for (size_t i = 0; i < g->edge_count; i++)
		if (g->edges[i].set != GRAPH_NONE)
			g->set_first[g->edges[i].set]++;
	for (size_t i = 0; i <= g->set_count; i++) {
		uint32_t n = g->set_first[i];

		g->set_first[i] = at;
		at += n;
	}
	for (size_t i = 0; i < g->edge_count; i++)
		if (g->edges[i].set != GRAPH_NONE)
			g->set_edges[g->set_first[g->edges[i].set]++] = (uint32_t)i;
	/* Each first is now its end: moved back by one place. */
	for (size_t i = g->set_count; i > 0; i--)
		g->set_first[i] = g->set_first[i - 1];
	g->set_first[0] = 0;
}

void graph_finish(struct graph *g)
{
	if (!is_sorted(g))
		qsort(g->edges, g->edge_count, sizeof(*g->edges), by_time);
	graph_resolve(g);
	image_files(g);
	g->in = index_edges(g, true);
	g->out = index_edges(g, false);
	find_epochs(g);
	list_rare(g);
}

struct slice graph_attribute(const struct graph *g, const struct graph_edge *e, enum attribute which)
{
	if (e->set == GRAPH_NONE)
		return slice_of(NULL, 0);
	const struct graph_set *s = &g->sets[e->set];

	for (uint32_t i = 0; i < s->n; i++)
		if (g->attributes[s->first + i].which == which)
			return g->attributes[s->first + i].text;
	return slice_of(NULL, 0);
}

uint32_t graph_find(const struct graph *g, enum entity_kind kind, struct slice name)
{
	struct arena scratch;
	uint32_t at;

	arena_init(&scratch, 0);
	at = map_get(&g->by_name, name_key(kind, name, &scratch));
	arena_done(&scratch);
	return at == MAP_NONE ? GRAPH_NONE : at;
}

uint32_t graph_at(const struct graph *g, uint32_t source, uint64_t record, uint64_t offset)
{
	for (size_t i = 0; i < g->edge_count; i++) {
		const struct graph_edge *e = &g->edges[i];

		if (e->source == source && e->offset == offset && e->record == record)
			return (uint32_t)i;
	}
	return GRAPH_NONE;
}

int64_t graph_epoch_start(const struct graph *g, int64_t ns)
{
	size_t low = 1, high = g->epoch_count;

	if (g->machines_overlap)
		return GRAPH_EVER;
	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (g->epochs[mid].from_ns <= ns)
			low = mid + 1;
		else
			high = mid;
	}
	return low > 1 ? g->epochs[low - 1].from_ns : GRAPH_EVER;
}
