/* SPDX-License-Identifier: Apache-2.0 */
#include "graph/trace.h"

#include "base/heap.h"
#include "graph/causes.h"

#include <stdlib.h>

#define BUDGET_DEFAULT 20000u
#define DEPTH_MAX TRACE_HOPS
/* How far behind an installer its own download is looked for. */
#define DELIVERY_COST_MAX 9.0
#define DELIVERY_BUDGET 2000u
#define NEVER UINT32_MAX

/* A step that was found: one entity at a moment, or an end. */
struct step {
	uint32_t node, edge, from; /* from: index of the step it explains, NEVER for the first */
	int64_t ns;
	double cost;
	const char *op, *why;
	uint32_t depth;
	uint32_t end; /* index + 1 in ends */
};

struct tracer {
	const struct graph *g;
	const struct baseline *base;
	size_t budget;
	struct causes causes;
	struct step *steps;
	size_t n, cap;
	struct trace_origin *ends;
	size_t end_count, end_cap;
	uint32_t *heap; /* of steps, the cheapest first */
	size_t heap_n, heap_cap;
	struct map done; /* nodes that were left */
	uint32_t current; /* the step whose causes are being told */
};

static const char *const origin_words[ORIGIN_KIND_COUNT] = {
	[ORIGIN_GAP] = "gap",	      [ORIGIN_RELEASE] = "release",	[ORIGIN_PACKAGE] = "package",
	[ORIGIN_DOWNLOAD] = "download", [ORIGIN_DEPLOYMENT] = "deployment", [ORIGIN_LOGON] = "logon",
	[ORIGIN_REMOTE_HOST] = "remote_host", [ORIGIN_REMOVABLE] = "removable",
};

const char *origin_kind_text(enum origin_kind k)
{
	return origin_words[k < ORIGIN_KIND_COUNT ? k : ORIGIN_GAP];
}

struct slice trace_name(const struct graph *g, uint32_t node)
{
	const struct graph_node *n;

	if (node == GRAPH_NONE)
		return slice_str("(not recorded)");
	n = &g->nodes[node];
	if (n->name.n)
		return n->name;
	return n->key.n ? n->key : slice_str("(a process that no record names)");
}

/* ---- the queue ---- */

/* The cheaper first; then the one found first, so that results do not depend on the heap. */
static bool before(const struct tracer *t, uint32_t a, uint32_t b)
{
	const struct step *x = &t->steps[a], *y = &t->steps[b];

	return x->cost < y->cost || (x->cost <= y->cost && a < b);
}

static void swap(uint32_t *a, uint32_t *b)
{
	uint32_t x = *a;

	*a = *b;
	*b = x;
}

static void push(struct tracer *t, uint32_t step)
{
	size_t i = t->heap_n;

	t->heap = heap_room(t->heap, t->heap_n, &t->heap_cap, sizeof(*t->heap));
	t->heap[t->heap_n++] = step;
	for (; i && before(t, t->heap[i], t->heap[(i - 1) / 2]); i = (i - 1) / 2)
		swap(&t->heap[i], &t->heap[(i - 1) / 2]);
}

static uint32_t pop(struct tracer *t)
{
	uint32_t top = t->heap[0];
	size_t i = 0;

	t->heap[0] = t->heap[--t->heap_n];
	for (;;) {
		size_t least = i, l = 2 * i + 1;

		for (size_t k = l; k < l + 2 && k < t->heap_n; k++)
			if (before(t, t->heap[k], t->heap[least]))
				least = k;
		if (least == i)
			return top;
		swap(&t->heap[i], &t->heap[least]);
		i = least;
	}
}

/* ---- one trace ---- */

static void add_step(struct tracer *t, const struct cause *c)
{
	const struct step *from = t->current == NEVER ? NULL : &t->steps[t->current];
	struct step s = { .node = c->node,
			  .edge = c->edge,
			  .from = t->current,
			  .ns = c->ns,
			  .cost = (from ? from->cost : 0) + c->cost,
			  .op = c->op,
			  .why = c->why,
			  .depth = from ? from->depth + 1 : 0 };

	if (s.depth >= DEPTH_MAX)
		return;
	if (c->ends) {
		t->ends = heap_room(t->ends, t->end_count, &t->end_cap, sizeof(*t->ends));
		t->ends[t->end_count++] = c->origin;
		t->ends[t->end_count - 1].cost = s.cost;
		s.end = (uint32_t)t->end_count;
	}
	t->steps = heap_room(t->steps, t->n, &t->cap, sizeof(*t->steps));
	t->steps[t->n++] = s;
	push(t, (uint32_t)t->n - 1);
}

static void on_cause(void *ctx, const struct cause *c)
{
	struct tracer *t = ctx;
	struct cause x = *c;

	/* A record without a time holds at any: the walk's own moment is all that is known. */
	if (t->current != NEVER && c->edge != GRAPH_NONE && !t->g->edges[c->edge].timed)
		x.ns = t->steps[t->current].ns;
	/* Time goes back only; a cause is never behind its effect. */
	if (t->current != NEVER && !c->ends && x.ns > t->steps[t->current].ns)
		return;
	if (!c->ends && map_get(&t->done, slice_of(&c->node, sizeof(c->node))) != MAP_NONE)
		return;
	add_step(t, &x);
}

struct tracer *tracer_new(struct graph *g, const struct baseline *base)
{
	struct tracer *t = heap_new(sizeof(*t));

	graph_index(g);
	t->g = g;
	t->base = base;
	t->budget = BUDGET_DEFAULT;
	causes_init(&t->causes, g);
	t->causes.emit = on_cause;
	t->causes.ctx = t;
	map_init(&t->done);
	return t;
}

void tracer_free(struct tracer *t)
{
	if (!t)
		return;
	causes_done(&t->causes);
	map_done(&t->done);
	free(t->steps);
	free(t->ends);
	free(t->heap);
	free(t);
}

void tracer_budget(struct tracer *t, size_t steps)
{
	t->budget = steps ? steps : BUDGET_DEFAULT;
}

void tracer_elsewhere(struct tracer *t, const struct trace_elsewhere *x)
{
	t->causes.elsewhere = *x;
}

static void begin(struct tracer *t)
{
	t->n = t->end_count = t->heap_n = 0;
	t->current = NEVER;
	map_clear(&t->done);
}

static bool same_origin(const struct trace_origin *a, const struct trace_origin *b)
{
	/* A release is one by its name and version, whichever of its files was met. */
	if (a->kind == b->kind && (a->kind == ORIGIN_RELEASE || a->kind == ORIGIN_PACKAGE) && a->name.n)
		return slice_eq(a->name, b->name) && slice_eq(a->version, b->version);
	if (a->kind == b->kind && a->kind == ORIGIN_DOWNLOAD && a->url.n)
		return slice_eq(a->url, b->url);
	return a->kind == b->kind && a->file == b->file && slice_eq(a->name, b->name) && slice_eq(a->url, b->url) &&
	       slice_eq(a->remote, b->remote) && a->gap == b->gap;
}

static void note_other(struct trace *ret, const struct trace_origin *o)
{
	if (same_origin(&ret->origin, o))
		return;
	for (size_t i = 0; i < ret->other_count; i++)
		if (same_origin(&ret->others[i], o))
			return;
	if (ret->other_count < sizeof(ret->others) / sizeof(*ret->others))
		ret->others[ret->other_count++] = *o;
}

static void leave(struct tracer *t, uint32_t at)
{
	const struct step s = t->steps[at];

	t->current = at;
	map_set(&t->done, slice_of(&s.node, sizeof(s.node)), 0);
	switch (t->g->nodes[s.node].kind) {
	case ENTITY_PROCESS:
		process_causes(&t->causes, s.node, s.ns);
		break;
	case ENTITY_FILE:
		file_causes(&t->causes, s.node, s.ns);
		break;
	default:
		cause_gap(&t->causes, GRAPH_NONE, s.ns, 7, s.edge, "what stands behind this is in no record");
	}
}

/* Runs until the cheapest end; then a little on, for the ends beside it. NEVER when there is none. */
static uint32_t run(struct tracer *t, struct trace *ret, size_t budget, double most, unsigned kinds)
{
	uint32_t best = NEVER;

	while (t->heap_n && ret->visited < budget) {
		uint32_t at = pop(t);
		const struct step s = t->steps[at];

		if (s.cost > most || (best != NEVER && s.cost > t->steps[best].cost + 3))
			break;
		if (s.end) {
			if (!(kinds & 1u << t->ends[s.end - 1].kind))
				continue;
			if (best == NEVER) {
				best = at;
				ret->origin = t->ends[s.end - 1];
			} else {
				note_other(ret, &t->ends[s.end - 1]);
			}
			continue;
		}
		if (map_get(&t->done, slice_of(&s.node, sizeof(s.node))) != MAP_NONE)
			continue;
		ret->visited++;
		leave(t, at);
	}
	ret->budget_spent = best == NEVER && t->heap_n && ret->visited >= budget;
	return best;
}

static void put_hop(struct tracer *t, struct trace *ret, const struct step *s)
{
	const struct step *effect = s->from == NEVER ? NULL : &t->steps[s->from];
	struct trace_hop *h;

	if (!effect || ret->hop_count == TRACE_HOPS)
		return;
	h = &ret->hops[ret->hop_count++];
	*h = (struct trace_hop){ .from = s->node,
				 .to = effect->node,
				 .op = s->op,
				 .why = s->why,
				 .ns = s->ns,
				 .edge = s->edge };
	if (s->end) {
		const struct trace_origin *o = &t->ends[s->end - 1];

		h->from = o->kind == ORIGIN_GAP ? GRAPH_NONE : o->channel;
		h->from_text = o->url.n ? o->url : o->remote.n ? o->remote : o->name;
		if (h->from_text.n)
			h->from = GRAPH_NONE;
	}
	if (h->edge != GRAPH_NONE)
		baseline_score(t->base, t->g, h->edge, &h->surprise);
}

/* The steps from the end back to the first, turned round: from the alert back to the origin. */
static void put_path(struct tracer *t, struct trace *ret, uint32_t last)
{
	uint32_t path[DEPTH_MAX + 1];
	size_t n = 0;

	for (uint32_t at = last; at != NEVER && n <= DEPTH_MAX; at = t->steps[at].from)
		path[n++] = at;
	while (n--)
		put_hop(t, ret, &t->steps[path[n]]);
}

/* What was installed was fetched by somebody: the download behind the installer, as far as records say. */
static void find_delivery(struct tracer *t, struct trace *ret)
{
	struct trace_origin *o = &ret->origin;
	struct trace more = { 0 };
	struct cause first = { .node = o->channel, .ns = o->ns, .edge = GRAPH_NONE, .op = "channel" };
	uint32_t last;

	if (o->kind == ORIGIN_DOWNLOAD || o->channel == GRAPH_NONE || o->url.n)
		return;
	begin(t);
	add_step(t, &first);
	t->causes.delivery = true;
	last = run(t, &more, DELIVERY_BUDGET, DELIVERY_COST_MAX, 1u << ORIGIN_DOWNLOAD);
	t->causes.delivery = false;
	if (last == NEVER || !more.origin.url.n)
		return;
	o->url = more.origin.url;
	o->referrer = more.origin.referrer;
	o->mark = more.origin.mark;
	o->downloaded = more.origin.downloaded;
	put_path(t, ret, last);
}

static void finish(struct tracer *t, struct trace *ret)
{
	uint32_t last = run(t, ret, t->budget, 1e9, ~0u);

	if (last == NEVER) {
		ret->origin = origin_of(ORIGIN_GAP, GRAPH_NONE, t->n ? t->steps[0].ns : 0);
		ret->origin.gap = ret->budget_spent ? "the walk's budget was spent"
						    : "no record says what stands behind this";
		return;
	}
	put_path(t, ret, last);
	find_delivery(t, ret);
}

void trace_node(struct tracer *t, uint32_t node, int64_t ns, struct trace *ret)
{
	struct cause first = { .node = node, .ns = ns, .edge = GRAPH_NONE, .op = "" };

	*ret = (struct trace){ 0 };
	causes_begin(&t->causes);
	begin(t);
	add_step(t, &first);
	finish(t, ret);
}

/* What acted: the subject; of a process's start the process that was started; without either the file that the
 * alert names. */
static uint32_t actor_of(const struct graph_edge *e)
{
	if (e->op == ACTIVITY_PROCESS_START && e->object != GRAPH_NONE)
		return e->object;
	if (e->op == ACTIVITY_ALERT && e->object != GRAPH_NONE && e->subject == GRAPH_NONE)
		return e->object;
	/* A mark or a file's arrival is about the file. */
	if (e->op == ACTIVITY_STREAM || e->op == ACTIVITY_DOWNLOAD)
		return e->object != GRAPH_NONE ? e->object : e->subject;
	if (e->subject != GRAPH_NONE)
		return e->subject;
	return e->object;
}

/* An alert that names only a hash: the files that records give this content. */
static uint32_t by_hash(const struct graph *g, const struct graph_edge *e)
{
	struct content c = { .sha256 = graph_attribute(g, e, ATTRIBUTE_SHA256),
			     .sha1 = graph_attribute(g, e, ATTRIBUTE_SHA1),
			     .md5 = graph_attribute(g, e, ATTRIBUTE_MD5),
			     .edge = GRAPH_NONE };
	uint32_t file;

	return files_with(g, &c, GRAPH_NONE, INT64_MAX, &file, 1) ? file : GRAPH_NONE;
}

uint32_t trace_actor(const struct graph *g, uint32_t edge)
{
	return actor_of(&g->edges[edge]);
}

void trace_edge(struct tracer *t, uint32_t edge, struct trace *ret)
{
	const struct graph_edge *e = &t->g->edges[edge];
	uint32_t actor = actor_of(e), file;
	int64_t ns = e->timed ? e->time_ns : GRAPH_LATEST;
	struct cause first = { .node = actor, .ns = ns, .edge = edge, .op = activity_text((enum activity_op)e->op) };

	*ret = (struct trace){ 0 };
	causes_begin(&t->causes);
	begin(t);
	if (actor != GRAPH_NONE)
		add_step(t, &first);
	/* What the alert names besides: its file's content may be known under another path. */
	file = actor == GRAPH_NONE || e->op == ACTIVITY_ALERT ? by_hash(t->g, e) : GRAPH_NONE;
	if (file != GRAPH_NONE && file != actor) {
		struct cause second = { .node = file, .ns = ns, .edge = edge, .cost = 0.5, .op = "same_content",
					.why = "the file with the hash that the alert names" };

		add_step(t, &second);
	}
	finish(t, ret);
}

/* ---- forward ---- */

struct reach {
	uint32_t node, depth;
	int64_t ns;
};

/* Where an edge leads: what was done to, and from a file to the processes that ran or loaded it. */
size_t trace_forward(struct tracer *t, uint32_t node, int64_t ns, size_t most,
		     bool (*call)(void *ctx, uint32_t edge, unsigned depth), void *ctx)
{
	const struct graph *g = t->g;
	struct reach *list = NULL;
	size_t n = 0, cap = 0, told = 0;
	bool go = true;

	map_clear(&t->done);
	list = heap_room(list, n, &cap, sizeof(*list));
	list[n++] = (struct reach){ node, 0, ns };
	map_set(&t->done, slice_of(&node, sizeof(node)), 0);
	for (size_t at = 0; at < n && go && told < most; at++) {
		struct reach r = list[at];
		const struct graph_node *x = &g->nodes[r.node];
		bool file = x->kind == ENTITY_FILE;
		uint32_t count = file ? x->in_count : x->out_count, edge, next;

		for (uint32_t i = 0; i < count && go && told < most; i++) {
			edge = file ? g->in[x->in + i] : g->out[x->out + i];
			const struct graph_edge *e = &g->edges[edge];

			/* Out of a file things go by being read or loaded. */
			if (graph_last(g, e) < r.ns || activity_into_object((enum activity_op)e->op) == file)
				continue;
			next = file ? e->subject : e->object;
			/* A start that two sources tell is one. */
			if (e->op == ACTIVITY_PROCESS_START && next != GRAPH_NONE && g->nodes[next].started != edge)
				continue;
			told++;
			go = call(ctx, edge, r.depth);
			if (next == GRAPH_NONE || map_get(&t->done, slice_of(&next, sizeof(next))) != MAP_NONE ||
			    r.depth + 1 >= DEPTH_MAX)
				continue;
			map_set(&t->done, slice_of(&next, sizeof(next)), 0);
			list = heap_room(list, n, &cap, sizeof(*list));
			list[n++] = (struct reach){ next, r.depth + 1, e->time_ns };
		}
		if (!file)
			continue;
		next = map_get(&g->by_image, x->key);
		for (unsigned steps = 0; next != MAP_NONE && next && steps < 4096; next = g->image_next[next - 1], steps++) {
			const struct graph_node *p = &g->nodes[next - 1];
			uint32_t process = next - 1;

			if (p->start_ns < r.ns || map_get(&t->done, slice_of(&process, sizeof(process))) != MAP_NONE)
				continue;
			map_set(&t->done, slice_of(&process, sizeof(process)), 0);
			list = heap_room(list, n, &cap, sizeof(*list));
			list[n++] = (struct reach){ process, r.depth + 1, p->start_ns };
			if (p->started != GRAPH_NONE && go && told < most) {
				told++;
				go = call(ctx, p->started, r.depth);
			}
		}
	}
	free(list);
	return told;
}
