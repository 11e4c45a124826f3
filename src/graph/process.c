/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who a record means that names a process by pid or image only. Lives of one pid stand in a list by
 * their start; a record at time t means the last that had begun and not ended by then, was of the same
 * image where both say one, and with no start of the machine in between. Starts that two sources tell
 * (Sysmon 1 and 4688) are one where pid, image and time agree; a process with a product's key whose
 * start that product did not record is the one that had begun under its pid when it was first seen.
 */
#include "base/heap.h"
#include "graph/graph.h"
#include "graph/path.h"

#include <stdlib.h>

/* Two sources write one start's record within this; a process's last acts are written behind its end. */
#define SAME_START_NS INT64_C(2000000000)
#define LATE_NS INT64_C(2000000000)

/* Lives of one pid that are looked through: a pid that begins more often is not told apart. */
#define CHAIN_MAX 4096u

struct life {
	uint32_t node, next; /* index + 1 of the one that began before */
	int64_t start_ns;
};

struct lives {
	struct graph *g;
	struct life *list;
	size_t n, cap;
	struct map newest; /* pid -> index + 1 of the life that began last */
	struct arena scratch;
};

static bool same_image(struct slice a, struct slice b)
{
	return !a.n || !b.n || slice_eq_nocase(path_tail(a), path_tail(b));
}

static uint32_t newest(const struct lives *l, uint32_t pid)
{
	uint32_t at = map_get(&l->newest, slice_of(&pid, sizeof(pid)));

	return at == MAP_NONE ? 0 : at;
}

/* Starts come in order of time, so that the place is near the chain's front. */
static void lives_insert(struct lives *l, uint32_t pid, uint32_t node, int64_t start)
{
	uint32_t at = newest(l, pid), before = 0;

	for (unsigned steps = 0; at && l->list[at - 1].start_ns > start && steps < CHAIN_MAX; steps++) {
		before = at;
		at = l->list[at - 1].next;
	}
	l->list = heap_room(l->list, l->n, &l->cap, sizeof(*l->list));
	l->list[l->n++] = (struct life){ node, at, start };
	if (before)
		l->list[before - 1].next = (uint32_t)l->n;
	else
		map_set(&l->newest, slice_of(&pid, sizeof(pid)), (uint32_t)l->n);
}

/* The first start of the machine behind this moment, or GRAPH_OPEN. */
static int64_t next_boot(const struct graph *g, int64_t from)
{
	size_t low = 0, high = g->boot_count;

	while (low < high) {
		size_t mid = (low + high) / 2;

		if (g->boots[mid] <= from)
			low = mid + 1;
		else
			high = mid;
	}
	return low < g->boot_count ? g->boots[low] : GRAPH_OPEN;
}

/* Did the machine start between the two moments? */
static bool boot_between(const struct graph *g, int64_t from, int64_t to)
{
	return next_boot(g, from) <= to;
}

static bool lives_at(const struct graph *g, const struct life *x, int64_t t)
{
	const struct graph_node *n = &g->nodes[x->node];

	if (x->start_ns != GRAPH_EVER && x->start_ns > t + LATE_NS)
		return false;
	if (n->end_ns != GRAPH_OPEN && n->end_ns < t - LATE_NS)
		return false;
	return x->start_ns == GRAPH_EVER || !boot_between(g, x->start_ns, t);
}

/* The life of this pid at t, or GRAPH_NONE: the last that had begun; one that begins a moment later
 * only where none has. */
static uint32_t life_at(const struct lives *l, uint32_t pid, struct slice image, int64_t t)
{
	uint32_t at = newest(l, pid), later = GRAPH_NONE;

	for (unsigned steps = 0; at && steps < CHAIN_MAX; steps++) {
		const struct life *x = &l->list[at - 1];

		at = x->next;
		if (!lives_at(l->g, x, t) || !same_image(l->g->nodes[x->node].name, image))
			continue;
		if (x->start_ns <= t)
			return x->node;
		later = x->node;
	}
	return later;
}

/* A start at t of this pid and image that another source has told. */
static uint32_t same_start(const struct lives *l, uint32_t pid, struct slice image, int64_t t)
{
	uint32_t at = newest(l, pid);

	for (unsigned steps = 0; at && steps < CHAIN_MAX; steps++) {
		const struct life *x = &l->list[at - 1];
		int64_t d = x->start_ns == GRAPH_EVER ? INT64_MAX : x->start_ns - t;

		at = x->next;
		if (d < -SAME_START_NS)
			break;
		if (d <= SAME_START_NS && l->g->nodes[x->node].key.n &&
		    same_image(l->g->nodes[x->node].name, image))
			return x->node;
	}
	return GRAPH_NONE;
}

static void note_start(struct graph *g, uint32_t node, size_t edge)
{
	struct graph_node *n = &g->nodes[node];
	const struct graph_edge *e = &g->edges[edge];

	if (e->timed && n->start_ns == GRAPH_EVER)
		n->start_ns = e->time_ns;
	/* The record with the most to say of it is the one to show. */
	if (n->started == GRAPH_NONE ||
	    (g->edges[n->started].set == GRAPH_NONE && e->set != GRAPH_NONE))
		n->started = (uint32_t)edge;
}

static bool is_reference(uint32_t node)
{
	return node != GRAPH_NONE && node >= GRAPH_REFERENCE;
}

static void keyed_starts_and_boots(struct graph *g)
{
	for (size_t i = 0; i < g->edge_count; i++) {
		const struct graph_edge *e = &g->edges[i];

		if (e->op == ACTIVITY_BOOT && e->timed) {
			g->boots = heap_room(g->boots, g->boot_count, &g->boot_cap, sizeof(*g->boots));
			g->boots[g->boot_count++] = e->time_ns;
		}
		if (e->op == ACTIVITY_PROCESS_START && e->object != GRAPH_NONE && !is_reference(e->object))
			note_start(g, e->object, i);
		if (e->op == ACTIVITY_PROCESS_END && e->subject != GRAPH_NONE && !is_reference(e->subject))
			g->nodes[e->subject].end_ns = e->time_ns;
	}
}

static void keyed_lives(struct lives *l)
{
	struct graph *g = l->g;

	for (size_t i = 0; i < g->node_count; i++)
		if (g->nodes[i].kind == ENTITY_PROCESS && g->nodes[i].pid)
			lives_insert(l, g->nodes[i].pid, (uint32_t)i, g->nodes[i].start_ns);
}

static uint32_t new_life(struct lives *l, const struct graph_reference *r, int64_t start)
{
	uint32_t node = graph_node_new(l->g, ENTITY_PROCESS, slice_of(NULL, 0), r->name);

	l->g->nodes[node].pid = r->pid;
	l->g->nodes[node].start_ns = start;
	lives_insert(l, r->pid, node, start);
	return node;
}

/* An earlier life of the pid whose end no record tells ends where the next begins. */
static void end_earlier(const struct lives *l, uint32_t node)
{
	const struct graph_node *n = &l->g->nodes[node];
	uint32_t at = newest(l, n->pid);

	for (unsigned steps = 0; at && steps < CHAIN_MAX; steps++) {
		const struct life *x = &l->list[at - 1];
		struct graph_node *o = &l->g->nodes[x->node];

		at = x->next;
		if (x->node == node || o->start_ns >= n->start_ns)
			continue;
		if (o->end_ns == GRAPH_OPEN)
			o->end_ns = n->start_ns - LATE_NS - 1;
		break;
	}
}

static void loose_starts_and_ends(struct lives *l)
{
	struct graph *g = l->g;

	for (size_t i = 0; i < g->edge_count; i++) {
		struct graph_edge *e = &g->edges[i];

		if (e->op == ACTIVITY_PROCESS_START && is_reference(e->object)) {
			const struct graph_reference *r = &g->references[e->object - GRAPH_REFERENCE];
			uint32_t node = r->pid ? same_start(l, r->pid, r->name, e->time_ns) : GRAPH_NONE;

			e->object = node != GRAPH_NONE ? node : new_life(l, r, e->timed ? e->time_ns : GRAPH_EVER);
			note_start(g, e->object, i);
			if (r->pid)
				end_earlier(l, e->object);
		}
		if (e->op == ACTIVITY_PROCESS_END && is_reference(e->subject)) {
			const struct graph_reference *r = &g->references[e->subject - GRAPH_REFERENCE];
			uint32_t node = life_at(l, r->pid, r->name, e->time_ns);

			if (node != GRAPH_NONE && g->nodes[node].end_ns == GRAPH_OPEN)
				g->nodes[node].end_ns = e->time_ns;
		}
	}
}

/* A process with a key whose start its product did not record. */
static bool lacks_start(const struct graph_node *n)
{
	return n->kind == ENTITY_PROCESS && n->key.n && n->pid && n->start_ns == GRAPH_EVER;
}

/* The first moment at which the edges speak of each of those, or GRAPH_OPEN; NULL where there are none. */
static int64_t *first_seen(const struct graph *g)
{
	int64_t *seen;
	size_t lacking = 0;

	for (size_t i = 0; i < g->node_count; i++)
		lacking += lacks_start(&g->nodes[i]);
	if (!lacking)
		return NULL;
	seen = heap_array(g->node_count + 1, sizeof(*seen));
	for (size_t i = 0; i < g->node_count; i++)
		seen[i] = GRAPH_OPEN;
	for (size_t i = 0; i < g->edge_count; i++) {
		const uint32_t ends[] = { g->edges[i].subject, g->edges[i].object };

		for (size_t k = 0; k < 2; k++)
			if (ends[k] != GRAPH_NONE && !is_reference(ends[k]) && g->edges[i].timed &&
			    g->edges[i].time_ns < seen[ends[k]])
				seen[ends[k]] = g->edges[i].time_ns;
	}
	return seen;
}

/* A start by pid is the start of the keyed process that is then seen under it. */
static void keyed_without_start(struct lives *l)
{
	struct graph *g = l->g;
	int64_t *seen = first_seen(g);

	for (size_t i = 0; seen && i < g->node_count; i++) {
		struct graph_node *n = &g->nodes[i];
		uint32_t at;

		if (!lacks_start(n) || seen[i] == GRAPH_OPEN)
			continue;
		at = newest(l, n->pid);
		for (unsigned steps = 0; at && steps < CHAIN_MAX; steps++) {
			struct life *x = &l->list[at - 1];
			const struct graph_node *o = &g->nodes[x->node];

			at = x->next;
			if (x->start_ns == GRAPH_EVER || x->start_ns > seen[i] + LATE_NS)
				continue;
			if (o->key.n || o->started == GRAPH_NONE || !lives_at(g, x, seen[i]) ||
			    !same_image(o->name, n->name))
				break; /* the last to begin is another */
			n->start_ns = o->start_ns;
			n->end_ns = o->end_ns;
			n->started = o->started;
			g->edges[o->started].object = (uint32_t)i;
			x->node = (uint32_t)i;
			break;
		}
	}
	free(seen);
}

/* Processes by image: for records that say an image alone. */
static void index_images(struct graph *g, struct arena *scratch)
{
	g->image_next = heap_array(g->node_count + 1, sizeof(*g->image_next));
	for (size_t i = g->node_count; i-- > 0;) {
		uint32_t before;

		if (g->nodes[i].kind != ENTITY_PROCESS || !g->nodes[i].name.n)
			continue;
		arena_reset(scratch);
		struct slice key = path_key(g->nodes[i].name, scratch);

		before = map_get(&g->by_image, key);
		g->image_next[i] = before == MAP_NONE ? 0 : before;
		map_set(&g->by_image, key, (uint32_t)i + 1);
	}
}

/* The one process of this image that ran at t; of several the one that began at that very moment (a record of
 * a run tells what it loaded). Else several cannot be told apart, and a node stands for them; none: one that no
 * record saw starting. */
static uint32_t by_image_at(struct lives *l, const struct graph_reference *r, int64_t t)
{
	struct graph *g = l->g;
	uint32_t at, found = GRAPH_NONE, began = GRAPH_NONE;
	size_t count = 0;

	arena_reset(&l->scratch);
	at = map_get(&g->by_image, path_key(r->name, &l->scratch));
	for (size_t steps = 0; at != MAP_NONE && at && steps < 4096; at = g->image_next[at - 1], steps++) {
		const struct graph_node *n = &g->nodes[at - 1];
		struct life x = { at - 1, 0, n->start_ns };

		if (n->start_ns != GRAPH_EVER && lives_at(g, &x, t)) {
			found = at - 1;
			began = n->start_ns == t && began == GRAPH_NONE ? at - 1 : began;
			count++;
		}
	}
	if (count == 1 || began != GRAPH_NONE)
		return count == 1 ? found : began;
	found = graph_node_new(g, ENTITY_PROCESS, slice_of(NULL, 0), r->name);
	g->nodes[found].alike = count > 1;
	return found;
}

static uint32_t resolve(struct lives *l, uint32_t end, const struct graph_edge *e, uint32_t *unseen)
{
	uint32_t number = end - GRAPH_REFERENCE, node = GRAPH_NONE;
	const struct graph_reference *r = &l->g->references[number];

	if (r->pid && e->timed)
		node = life_at(l, r->pid, r->name, e->time_ns);
	if (node != GRAPH_NONE) {
		if (!l->g->nodes[node].name.n)
			l->g->nodes[node].name = r->name;
		return node;
	}
	/* Never seen starting: one node for all its records in one run of the machine. */
	if (unseen[number] != GRAPH_NONE)
		return unseen[number];
	if (r->pid) {
		int64_t boot = next_boot(l->g, e->time_ns);

		node = new_life(l, r, GRAPH_EVER);
		if (l->g->boot_count == 0)
			unseen[number] = node;
		else if (boot != GRAPH_OPEN)
			l->g->nodes[node].end_ns = boot - LATE_NS - 1;
		return node;
	}
	return by_image_at(l, r, e->time_ns);
}

void graph_resolve(struct graph *g)
{
	struct lives l = { .g = g };
	uint32_t *unseen = heap_array(g->reference_count + 1, sizeof(*unseen));

	arena_init(&l.scratch, 0);
	map_init(&l.newest);
	memset(unseen, 0xff, (g->reference_count + 1) * sizeof(*unseen));
	keyed_starts_and_boots(g);
	keyed_lives(&l);
	loose_starts_and_ends(&l);
	keyed_without_start(&l);
	index_images(g, &l.scratch);
	for (size_t i = 0; i < g->edge_count; i++) {
		struct graph_edge *e = &g->edges[i];

		if (is_reference(e->subject))
			e->subject = resolve(&l, e->subject, e, unseen);
		if (is_reference(e->object))
			e->object = resolve(&l, e->object, e, unseen);
	}
	free(unseen);
	free(l.list);
	map_done(&l.newest);
	arena_done(&l.scratch);
}
