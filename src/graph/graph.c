/* SPDX-License-Identifier: Apache-2.0 */
#include "graph/graph.h"

#include "base/err.h"
#include "base/heap.h"
#include "graph/path.h"

#include <stdlib.h>

#define LIMIT_GRAPH (GRAPH_REFERENCE - 2)
/* Entities of a block that are looked up together. */
#define TOGETHER 64u

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

/* An arena's last block may be as large as all before it. */
static size_t map_bytes(const struct map *m)
{
	return 2 * m->arena.used + m->n * 40;
}

size_t graph_bytes(const struct graph *g)
{
	return sizeof(*g) + g->edge_cap * (sizeof(*g->edges) + sizeof(*g->at) + 2 * sizeof(*g->in)) +
	       g->span_cap * sizeof(*g->spans) + g->piece_cap * sizeof(*g->pieces) +
	       g->node_cap * (sizeof(*g->nodes) + 3 * sizeof(*g->named)) + g->set_cap * sizeof(*g->sets) +
	       g->attribute_cap * sizeof(*g->attributes) + g->hash_cap * sizeof(*g->hashes) +
	       (g->set_edges ? g->edge_cap * sizeof(*g->set_edges) + g->set_cap * sizeof(*g->set_first) : 0) +
	       2 * g->arena.used + map_bytes(&g->texts) + map_bytes(&g->by_name) + map_bytes(&g->by_key) +
	       map_bytes(&g->by_image) + map_bytes(&g->by_hash);
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
	free(g->at);
	free(g->spans);
	free(g->pieces);
	free(g->named);
	free(g->keyed);
	free(g->in);
	free(g->out);
	free(g->changes);
	free(g->change_first);
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

/* number: of the key in by_name. */
static uint32_t named_node(struct graph *g, enum entity_kind kind, struct slice name, uint32_t number)
{
	struct slice key;
	uint32_t at;

	if (number < g->named_count)
		return g->named[number];
	at = graph_node_new(g, kind, slice_of(NULL, 0), slice_of(NULL, 0));
	g->named = heap_room(g->named, g->named_count, &g->named_cap, sizeof(*g->named));
	g->named[g->named_count++] = at;
	key = slice_from(map_key(&g->by_name, number), 1);
	g->nodes[at].key = key;
	/* Most names are their own key. */
	g->nodes[at].name = slice_eq(key, name) ? key : name.n ? arena_keep(&g->arena, name) : name;
	return at;
}

/* A process by its product's key, of which number is in by_key. What a later record says more of it is
 * taken. */
static uint32_t keyed_node(struct graph *g, struct slice name, uint32_t pid, uint32_t number)
{
	if (number == g->keyed_count) {
		g->keyed = heap_room(g->keyed, number, &g->keyed_cap, sizeof(*g->keyed));
		g->keyed[g->keyed_count++] = graph_node_new(g, ENTITY_PROCESS, map_key(&g->by_key, number), keep(g, name));
	}
	uint32_t at = g->keyed[number];
	struct graph_node *n = &g->nodes[at];

	/* Other products' rows say the actor's file name alone: a whole path is worth more. */
	if (name.n > n->name.n && (!n->name.n || slice_find(n->name, '\\') == n->name.n))
		n->name = keep(g, name);
	if (!n->pid)
		n->pid = pid;
	return at;
}

/* number: of pid and name in by_reference. */
static uint32_t reference(struct graph *g, struct slice name, uint32_t pid, uint32_t number)
{
	if (number == g->reference_count) {
		g->references = heap_room(g->references, number, &g->reference_cap, sizeof(*g->references));
		g->references[g->reference_count++] = (struct graph_reference){ pid, keep(g, name) };
	}
	return GRAPH_REFERENCE + number;
}

static struct slice reference_key(uint32_t pid, struct slice name, struct arena *a)
{
	uint8_t *room = arena_alloc(a, sizeof(pid) + name.n);

	memcpy(room, &pid, sizeof(pid));
	if (name.n)
		memcpy(room + sizeof(pid), name.p, name.n);
	return slice_of(room, sizeof(pid) + name.n);
}

enum lists { NAMED, KEYED, LOOSE, LISTS };

static enum lists list_of(const struct block_entity *e)
{
	return e->kind != ENTITY_PROCESS ? NAMED : e->key != BLOCK_NONE ? KEYED : LOOSE;
}

static struct slice name_of(const struct block *b, const struct block_entity *e)
{
	return e->name == BLOCK_NONE ? slice_of(NULL, 0) : b->texts[e->name];
}

/* Nodes of n entities, at most TOGETHER; in their order, so that the numbers are the same however many are
 * looked up at once. */
static void entity_nodes(struct graph *g, const struct block *b, const struct block_entity *entities, size_t n,
			 uint32_t *ret, struct arena *scratch)
{
	struct slice keys[LISTS][TOGETHER];
	uint32_t numbers[LISTS][TOGETHER];
	size_t count[LISTS] = { 0 }, at[LISTS] = { 0 };
	struct map *const maps[LISTS] = { &g->by_name, &g->by_key, &g->by_reference };

	arena_reset(scratch);
	for (size_t i = 0; i < n; i++) {
		const struct block_entity *e = &entities[i];
		enum lists list = list_of(e);

		keys[list][count[list]++] = list == NAMED   ? name_key(e->kind, name_of(b, e), scratch)
					    : list == KEYED ? b->texts[e->key]
							    : reference_key(e->pid, name_of(b, e), scratch);
	}
	for (size_t list = 0; list < LISTS; list++)
		map_intern_many(maps[list], keys[list], count[list], numbers[list]);
	for (size_t i = 0; i < count[KEYED]; i++)
		if (numbers[KEYED][i] < g->keyed_count)
			__builtin_prefetch(&g->nodes[g->keyed[numbers[KEYED][i]]]);
	for (size_t i = 0; i < n; i++) {
		const struct block_entity *e = &entities[i];
		enum lists list = list_of(e);
		uint32_t number = numbers[list][at[list]++];

		ret[i] = list == NAMED	 ? named_node(g, e->kind, name_of(b, e), number)
			 : list == KEYED ? keyed_node(g, name_of(b, e), e->pid, number)
					 : reference(g, name_of(b, e), e->pid, number);
	}
}

/* The graph's numbers of those texts of the block that attributes say. */
static uint32_t *attribute_texts(struct graph *g, const struct block *b)
{
	uint32_t *kept = heap_array(b->text_count + 1, sizeof(*kept)), *numbers;
	struct slice *used = heap_array(b->text_count + 1, sizeof(*used));
	size_t n = 0;

	for (size_t i = 0; i < b->attribute_count; i++)
		kept[b->attributes[i].text] = 1;
	for (size_t i = 0; i < b->text_count; i++)
		if (kept[i])
			used[n++] = b->texts[i];
	numbers = heap_array(n + 1, sizeof(*numbers));
	map_intern_many(&g->texts, used, n, numbers);
	n = 0;
	for (size_t i = 0; i < b->text_count; i++)
		if (kept[i])
			kept[i] = numbers[n++];
	free(numbers);
	free(used);
	return kept;
}

static void add_sets(struct graph *g, const struct block *b)
{
	uint32_t *kept = attribute_texts(g, b);

	for (size_t i = 0; i < b->set_count; i++) {
		g->sets = heap_room(g->sets, g->set_count, &g->set_cap, sizeof(*g->sets));
		g->sets[g->set_count++] = (struct graph_set){ (uint32_t)g->attribute_count, b->sets[i].n };
		for (uint32_t k = 0; k < b->sets[i].n; k++) {
			const struct block_attribute *a = &b->attributes[b->sets[i].first + k];

			g->attributes = heap_room(g->attributes, g->attribute_count, &g->attribute_cap,
						  sizeof(*g->attributes));
			g->attributes[g->attribute_count++] = (struct graph_attribute){ kept[a->text], a->which };
		}
	}
	free(kept);
}

static uint64_t record_of(const struct block_activity *a, uint64_t record_base)
{
	return a->record + (a->record_counted ? record_base : 0);
}

static uint32_t add_piece(struct graph *g, struct graph_piece p)
{
	g->pieces = heap_room(g->pieces, g->piece_count, &g->piece_cap, sizeof(*g->pieces));
	g->pieces[g->piece_count] = p;
	return (uint32_t)g->piece_count++;
}

/* A block's records from its lowest. */
static uint32_t block_piece(struct graph *g, const struct block *b, uint32_t source, uint64_t record_base)
{
	struct graph_piece p = { UINT64_MAX, UINT64_MAX, source };

	for (size_t i = 0; i < b->activity_count; i++) {
		uint64_t record = record_of(&b->activities[i], record_base);

		p.record = record < p.record ? record : p.record;
		p.offset = b->activities[i].offset < p.offset ? b->activities[i].offset : p.offset;
	}
	return add_piece(g, p);
}

static void put_place(struct graph *g, struct graph_edge *e, uint32_t piece, uint64_t record, uint64_t offset)
{
	const struct graph_piece *p = &g->pieces[piece];
	uint64_t from_record = record - p->record, from_offset = offset - p->offset;

	e->piece = piece;
	/* Farther from the others than 4 GiB: no honest block; a piece of its own. */
	if (from_record > UINT32_MAX || from_offset > UINT32_MAX) {
		e->piece = add_piece(g, (struct graph_piece){ record, offset, p->source });
		from_record = from_offset = 0;
	}
	g->at[g->edge_count] = (struct graph_at){ (uint32_t)from_record, (uint32_t)from_offset };
}

static uint32_t span_of(struct graph *g, const struct block_activity *a)
{
	if (a->count <= 1 && a->last_ns == a->time_ns)
		return 0;
	g->spans = heap_room(g->spans, g->span_count, &g->span_cap, sizeof(*g->spans));
	g->spans[g->span_count++] = (struct graph_span){ a->last_ns, a->count };
	return (uint32_t)g->span_count;
}

static void edge_room(struct graph *g, size_t more)
{
	size_t cap = g->edge_cap ? g->edge_cap : 1024;

	while (cap < g->edge_count + more)
		cap *= 2;
	if (cap == g->edge_cap)
		return;
	g->edge_cap = cap;
	g->edges = heap_grow(g->edges, cap * sizeof(*g->edges));
	g->at = heap_grow(g->at, cap * sizeof(*g->at));
}

static void add_edges(struct graph *g, const struct block *b, const uint32_t *nodes, uint32_t set_base,
		      uint32_t source, uint64_t record_base)
{
	uint32_t piece = block_piece(g, b, source, record_base);

	edge_room(g, b->activity_count);
	for (size_t i = 0; i < b->activity_count; i++) {
		const struct block_activity *a = &b->activities[i];
		struct graph_edge *e = &g->edges[g->edge_count];

		*e = (struct graph_edge){
			.time_ns = a->time_ns,
			.subject = a->subject == BLOCK_NONE ? GRAPH_NONE : nodes[a->subject],
			.object = a->object == BLOCK_NONE ? GRAPH_NONE : nodes[a->object],
			.set = a->set == BLOCK_NONE ? GRAPH_NONE : set_base + a->set,
			.span = span_of(g, a),
			.op = a->op,
			.timed = a->timed,
		};
		put_place(g, e, piece, record_of(a, record_base), a->offset);
		g->edge_count++;
	}
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
	for (size_t i = 0; i < b->entity_count; i += TOGETHER)
		entity_nodes(g, b, b->entities + i, b->entity_count - i < TOGETHER ? b->entity_count - i : TOGETHER,
			     nodes + i, &scratch);
	add_sets(g, b);
	add_edges(g, b, nodes, set_base, source, record_base);
	free(nodes);
	arena_done(&scratch);
	return true;
}

/* ---- finished ---- */

struct graph_place graph_place(const struct graph *g, uint32_t edge)
{
	const struct graph_piece *p = &g->pieces[g->edges[edge].piece];

	return (struct graph_place){ p->record + g->at[edge].record, p->offset + g->at[edge].offset, p->source };
}

static int by_time(const struct graph *g, uint32_t a, uint32_t b)
{
	const struct graph_edge *x = &g->edges[a], *y = &g->edges[b];

	if (x->timed != y->timed)
		return x->timed ? 1 : -1;
	if (x->time_ns != y->time_ns)
		return x->time_ns < y->time_ns ? -1 : 1;
	/* One order whatever the pieces' order was. */
	struct graph_place p = graph_place(g, a), q = graph_place(g, b);

	if (p.source != q.source)
		return p.source < q.source ? -1 : 1;
	if (p.offset != q.offset)
		return p.offset < q.offset ? -1 : 1;
	return p.record < q.record ? -1 : p.record > q.record;
}

static bool is_sorted(const struct graph *g)
{
	for (uint32_t i = 1; i < g->edge_count; i++)
		if (by_time(g, i - 1, i) > 0)
			return false;
	return true;
}

static int by_time_of(const void *a, const void *b, void *g)
{
	const uint32_t *x = a, *y = b;
	int d = by_time(g, *x, *y);

	return d ? d : *x < *y ? -1 : *x > *y;
}

/* Brings each edge to its place along the order's cycles: no second table of edges. */
static void reorder(struct graph *g, uint32_t *order)
{
	for (uint32_t i = 0; i < g->edge_count; i++) {
		struct graph_edge edge = g->edges[i];
		struct graph_at at = g->at[i];
		uint32_t to = i, from;

		while ((from = order[to]) != i) {
			g->edges[to] = g->edges[from];
			g->at[to] = g->at[from];
			order[to] = to;
			to = from;
		}
		g->edges[to] = edge;
		g->at[to] = at;
		order[to] = to;
	}
}

static void sort_edges(struct graph *g)
{
	uint32_t *order;

	if (is_sorted(g))
		return;
	order = heap_array(g->edge_count, sizeof(*order));
	for (uint32_t i = 0; i < g->edge_count; i++)
		order[i] = i;
	qsort_r(order, g->edge_count, sizeof(*order), by_time_of, g);
	reorder(g, order);
	free(order);
}

/* Counting sort by node: edges are in order of time already. first: room for a number a node. */
static uint32_t *index_edges(struct graph *g, bool into, uint32_t *first)
{
	uint32_t *list = heap_array(g->edge_count + 1, sizeof(*list)), at = 0;

	memset(first, 0, g->node_count * sizeof(*first));
	for (size_t i = 0; i < g->edge_count; i++) {
		uint32_t n = into ? g->edges[i].object : g->edges[i].subject;

		if (n != GRAPH_NONE)
			first[n]++;
	}
	for (size_t i = 0; i < g->node_count; i++) {
		struct graph_node *n = &g->nodes[i];

		*(into ? &n->in : &n->out) = at;
		*(into ? &n->in_count : &n->out_count) = first[i];
		at += first[i];
		first[i] = at - first[i];
	}
	for (size_t i = 0; i < g->edge_count; i++) {
		uint32_t n = into ? g->edges[i].object : g->edges[i].subject;

		if (n != GRAPH_NONE)
			list[first[n]++] = (uint32_t)i;
	}
	return list;
}

static void index_nodes(struct graph *g)
{
	uint32_t *first = heap_array(g->node_count + 1, sizeof(*first));

	g->in = index_edges(g, true, first);
	g->out = index_edges(g, false, first);
	free(first);
}

/* By set: does it say an address? */
static uint8_t *sets_with_url(const struct graph *g)
{
	uint8_t *with = heap_array(g->set_count + 1, 1);

	for (size_t i = 0; i < g->set_count; i++)
		for (uint32_t k = 0; k < g->sets[i].n; k++)
			with[i] |= g->attributes[g->sets[i].first + k].which == ATTRIBUTE_HOST_URL;
	return with;
}

static void list_changes(struct graph *g)
{
	uint8_t *with = sets_with_url(g);
	uint32_t *first = heap_array(g->node_count + 2, sizeof(*first)), at = 0;
	uint32_t *found = NULL;
	size_t n = 0, cap = 0;

	for (uint32_t i = 0; i < g->edge_count; i++) {
		const struct graph_edge *e = &g->edges[i];

		if (e->object == GRAPH_NONE || (!graph_writes(e) && e->op != ACTIVITY_FILE_DELETE &&
						(e->set == GRAPH_NONE || !with[e->set])))
			continue;
		found = heap_room(found, n, &cap, sizeof(*found));
		found[n++] = i;
		first[e->object + 1]++;
	}
	/* first[k + 1] becomes where node k begins, and moves to its end while the list is filled. */
	for (size_t i = 0; i < g->node_count; i++) {
		uint32_t count = first[i + 1];

		first[i + 1] = at;
		at += count;
	}
	g->changes = heap_array(n, sizeof(*g->changes));
	for (size_t i = 0; i < n; i++)
		g->changes[first[g->edges[found[i]].object + 1]++] = found[i];
	g->change_first = first;
	free(found);
	free(with);
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
		x->to_ns = graph_last(g, e) > x->to_ns ? graph_last(g, e) : x->to_ns;
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
		if (g->nodes[i].kind != ENTITY_PROCESS || !g->nodes[i].name.n)
			continue;
		struct slice name = g->nodes[i].name;

		named_node(g, ENTITY_FILE, name, map_intern(&g->by_name, name_key(ENTITY_FILE, name, &scratch)));
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
				note_hash(g, graph_text(g, a), i);
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
	sort_edges(g);
	graph_resolve(g);
	image_files(g);
	index_nodes(g);
	list_changes(g);
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
			return graph_text(g, &g->attributes[s->first + i]);
	return slice_of(NULL, 0);
}

uint32_t graph_find(const struct graph *g, enum entity_kind kind, struct slice name)
{
	struct arena scratch;
	uint32_t at;

	arena_init(&scratch, 0);
	at = map_get(&g->by_name, name_key(kind, name, &scratch));
	arena_done(&scratch);
	return at == MAP_NONE ? GRAPH_NONE : g->named[at];
}

uint32_t graph_at(const struct graph *g, uint32_t source, uint64_t record, uint64_t offset)
{
	for (uint32_t i = 0; i < g->edge_count; i++) {
		struct graph_place p = graph_place(g, i);

		if (p.source == source && p.offset == offset && p.record == record)
			return i;
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
