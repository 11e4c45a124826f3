/* SPDX-License-Identifier: Apache-2.0 */
#include "base/heap.h"
#include "cli/across.h"
#include "cli/naming.h"
#include "cli/output.h"
#include "cli/tracing.h"
#include "cli/verb.h"
#include "cli/walk.h"
#include "engine/timeline.h"
#include "report/trace.h"

#include <stdlib.h>

#define ID_DIGITS 32u
#define ID_DIGITS_MIN 6u
#define ENTITIES_MAX 20u /* traces of one entity, over all hosts */
#define FORWARD_MAX 500u

struct tracing {
	const struct cli_options *o;
	struct store *s;
	struct graphs graphs;
	struct baseline *baseline;
	struct arena arena;
	struct buf text;
	struct slice wanted;
	/* The alert that was asked for. */
	struct report_alert alert;
	struct slice file, inner;
	size_t alerts;
	struct slice *hosts;
	size_t host_count, host_cap;
	size_t told;
};

static void note_alert(void *ctx, const struct slice *c, size_t n)
{
	struct tracing *t = ctx;
	struct report_alert *a = &t->alert;

	(void)n;
	if (!slice_starts(c[0], t->wanted) || t->alerts++)
		return;
	a->id = arena_keep(&t->arena, c[0]);
	a->host = arena_keep(&t->arena, c[1]);
	a->level = arena_keep(&t->arena, c[2]);
	a->title = arena_keep(&t->arena, c[3]);
	a->detector = arena_keep(&t->arena, c[4]);
	a->time = arena_keep(&t->arena, c[5]);
	t->file = arena_keep(&t->arena, c[6]);
	t->inner = c[7].p ? arena_keep(&t->arena, c[7]) : slice_of(NULL, 0);
	a->at.set = slice_to_u64(c[8], &a->at.record) && slice_to_u64(c[9], &a->at.offset);
}

static void note_host(void *ctx, const struct slice *c, size_t n)
{
	struct tracing *t = ctx;

	(void)n;
	t->hosts = heap_room(t->hosts, t->host_count, &t->host_cap, sizeof(*t->hosts));
	t->hosts[t->host_count++] = arena_keep(&t->arena, c[0]);
}

static void render(struct tracing *t, const struct told *told)
{
	struct report_trace r = { .alert = &t->alert,
				  .told = told,
				  .forward = t->o->forward,
				  .file = tracing_file,
				  .ctx = t->s };

	if (t->o->json || t->o->as == FORMAT_JSON) {
		report_trace_json(&t->text, &r);
	} else if (t->o->as == FORMAT_DOT) {
		report_trace_dot(&t->text, &r);
	} else if (t->o->as == FORMAT_SVG) {
		report_trace_svg(&t->text, &r);
	} else {
		if (t->told)
			buf_put_byte(&t->text, '\n');
		report_trace_text(&t->text, &r);
	}
	t->told++;
}

struct forward {
	const struct graph *g;
	struct arena *arena;
	struct told told;
	size_t cap;
};

static bool note_step(void *ctx, uint32_t edge, unsigned depth)
{
	struct forward *f = ctx;

	(void)depth;
	if (f->told.hop_count == f->cap)
		return false;
	edge_tell(f->g, edge, f->arena, &f->told.hops[f->told.hop_count++]);
	return true;
}

static void tell_forward(struct tracing *t, struct tracer *tracer, const struct graph *g, uint32_t node, int64_t ns)
{
	struct forward f = { .g = g, .arena = &t->arena, .cap = FORWARD_MAX };

	f.told.hops = arena_array(&t->arena, f.cap, sizeof(*f.told.hops));
	f.told.visited = trace_forward(tracer, node, ns, f.cap, note_step, &f);
	f.told.budget_spent = f.told.hop_count == f.cap;
	render(t, &f.told);
}

static void tell_back(struct tracing *t, struct tracer *tracer, const struct graph *g, uint32_t edge, uint32_t node,
		      int64_t ns)
{
	static struct trace trace; /* large; one at a time */
	struct told told;

	if (edge != GRAPH_NONE)
		trace_edge(tracer, edge, &trace);
	else
		trace_node(tracer, node, ns, &trace);
	trace_tell(g, &trace, &t->arena, &told);
	across_continue(&t->graphs, t->baseline, t->alert.host, &t->arena, &told);
	render(t, &told);
}

static bool trace_alert(struct tracing *t, struct err *err)
{
	struct graph *g = graphs_take(&t->graphs, t->alert.host, err);
	struct told none = { .origin = { .kind = ORIGIN_GAP, .gap = "the alert's record names no process, file or hash" } };
	struct walk w;
	uint32_t edge;

	if (!g)
		return false;
	t->alert.at.source = store_source(t->s, t->file, t->inner);
	edge = graph_at(g, t->alert.at.source, t->alert.at.record, t->alert.at.offset);
	w = walk_begin(t->s, t->alert.host, g, t->baseline, t->o->budget);
	if (edge == GRAPH_NONE) {
		render(t, &none);
	} else if (t->o->forward) {
		uint32_t from = g->edges[edge].subject != GRAPH_NONE ? g->edges[edge].subject : g->edges[edge].object;

		tell_forward(t, w.tracer, g, from, g->edges[edge].time_ns);
	} else {
		tell_back(t, w.tracer, g, edge, GRAPH_NONE, 0);
	}
	walk_end(&w);
	graphs_give(&t->graphs, t->alert.host, g);
	return true;
}

/* ---- entities ---- */

static void trace_one(struct tracing *t, struct graph *g, uint32_t node)
{
	struct walk w = walk_begin(t->s, t->alert.host, g, t->baseline, t->o->budget);
	const struct graph_node *n = &g->nodes[node];
	struct naming_start start = naming_start(g, node);

	t->alert.entity = arena_keep(&t->arena, trace_name(g, node));
	if (t->o->forward)
		tell_forward(t, w.tracer, g, node, n->start_ns == GRAPH_EVER ? INT64_MIN + 1 : n->start_ns);
	else
		tell_back(t, w.tracer, g, start.edge, node, start.ns);
	walk_end(&w);
}

static void entities_of(struct tracing *t, struct graph *g)
{
	uint32_t found[ENTITIES_MAX];
	size_t n = naming_find(g, t->wanted, found, ENTITIES_MAX);

	for (size_t i = 0; i < n && t->told < ENTITIES_MAX; i++)
		trace_one(t, g, found[i]);
}

static bool host_wanted(const struct tracing *t, struct slice host)
{
	struct timeline_options wanted = { .hosts = t->o->hosts, .host_count = t->o->host_count };

	return timeline_wants_host(&wanted, host);
}

/* Is this the host that was named, with or without its domain? */
static bool is_named(const struct tracing *t, struct slice host)
{
	struct timeline_options named = { .hosts = &t->wanted, .host_count = 1 };

	return timeline_wants_host(&named, host);
}

static bool not_found(const struct tracing *t, struct err *err)
{
	if (t->o->host_count)
		return err_set(err, ERR_USAGE, 0, "nothing called %.*s on the hosts that --host names (upriver show lists the "
			       "case's hosts)", (int)t->wanted.n, (const char *)t->wanted.p);
	for (size_t i = 0; i < t->host_count; i++)
		if (is_named(t, t->hosts[i]))
			return err_set(err, ERR_USAGE, 0, "no alert on %.*s was traced: name a file, a process, a hash, a domain "
				       "or an address there (--start NAME --host %.*s)", (int)t->hosts[i].n,
				       (const char *)t->hosts[i].p, (int)t->wanted.n, (const char *)t->wanted.p);
	return err_set(err, ERR_USAGE, 0, "%.*s is no alert, host or product of this case and no file, process, hash, domain "
		       "or address in it (upriver show --json lists alerts; a file's whole path or its name alone will do)",
		       (int)t->wanted.n, (const char *)t->wanted.p);
}

static bool trace_entities(struct tracing *t, struct err *err)
{
	if (!store_ask(t->s, STORE_GRAPH_HOSTS, note_host, t, err))
		return false;
	for (size_t i = 0; i < t->host_count && t->told < ENTITIES_MAX; i++) {
		struct graph *g;

		if (!host_wanted(t, t->hosts[i]))
			continue;
		g = graphs_take(&t->graphs, t->hosts[i], err);
		if (!g)
			return false;
		t->alert = (struct report_alert){ .host = t->hosts[i] };
		entities_of(t, g);
		graphs_give(&t->graphs, t->hosts[i], g);
	}
	return t->told > 0 || not_found(t, err);
}

/* The alerts of a host, one for each origin that they have. */
struct of_host {
	struct tracing *t;
	struct slice ids[ENTITIES_MAX];
	size_t n;
};

static void note_host_alert(void *ctx, const struct slice *c, size_t n)
{
	struct of_host *h = ctx;

	(void)n;
	if (is_named(h->t, c[0]) && h->n < ENTITIES_MAX)
		h->ids[h->n++] = arena_keep(&h->t->arena, c[1]);
}

static bool trace_by_id(struct tracing *t, struct slice id, struct err *err)
{
	t->wanted = id;
	t->alerts = 0;
	t->alert = (struct report_alert){ 0 };
	return store_ask(t->s, STORE_ALERTS, note_alert, t, err) && (!t->alerts || trace_alert(t, err));
}

static bool trace_host(struct tracing *t, bool *ret_any, struct err *err)
{
	struct of_host h = { .t = t };
	bool ok = store_ask(t->s, STORE_HOST_TRACES, note_host_alert, &h, err);

	for (size_t i = 0; i < h.n && ok; i++)
		ok = trace_by_id(t, h.ids[i], err);
	*ret_any = h.n > 0;
	return ok;
}

static void note_first(void *ctx, const struct slice *c, size_t n)
{
	struct tracing *t = ctx;

	(void)n;
	if (!t->wanted.n)
		t->wanted = arena_keep(&t->arena, c[1]);
}

/* Nothing was named: the example of the first origin. */
static bool trace_first(struct tracing *t, struct err *err)
{
	if (!store_ask(t->s, STORE_TRACED, note_first, t, err))
		return false;
	if (!t->wanted.n)
		return err_set(err, ERR_USAGE, 0, "the case has no alert that was traced: name a file, a process, a hash, "
			       "a domain, an address, a host or a product (--start NAME)");
	return trace_by_id(t, t->wanted, err);
}

static bool trace_named(struct tracing *t, struct err *err)
{
	struct slice wanted = t->wanted;
	bool any = false;

	if (slice_is_hex(t->wanted) && t->wanted.n >= ID_DIGITS_MIN && t->wanted.n <= ID_DIGITS &&
	    !store_ask(t->s, STORE_ALERTS, note_alert, t, err))
		return false;
	if (t->alerts > 1 && t->wanted.n < ID_DIGITS)
		return err_set(err, ERR_USAGE, 0, "%zu alerts begin with %.*s: give more of the id", t->alerts,
			       (int)t->wanted.n, (const char *)t->wanted.p);
	if (t->alerts)
		return trace_alert(t, err);
	if (!trace_host(t, &any, err) || any)
		return any;
	t->wanted = wanted;
	return trace_entities(t, err);
}

static bool trace_wanted(struct tracing *t, struct err *err)
{
	struct buf bytes = { 0 };
	struct err ignored = { 0 };

	if (store_baseline(t->s, &bytes))
		t->baseline = baseline_decode(buf_slice(&bytes), &ignored);
	buf_done(&bytes);
	return t->wanted.n ? trace_named(t, err) : trace_first(t, err);
}

int verb_trace(const struct cli_options *o)
{
	struct err err = { 0 };
	const char *wanted = o->start ? o->start : o->operands.n > 1 ? o->operands.items[1] : "";
	struct tracing t = { .o = o, .wanted = slice_str(wanted) };
	struct output out;
	bool ok;

	arena_init(&t.arena, 0);
	t.s = store_open(o->operands.items[0], &err);
	graphs_init(&t.graphs, t.s, o);
	ok = t.s && trace_wanted(&t, &err) && output_open(&out, o->output, &err);
	if (ok) {
		output_put(&out, buf_slice(&t.text));
		ok = output_close(&out, &err);
	}
	if (!ok)
		say_error("%s", err.why);
	baseline_free(t.baseline);
	graphs_done(&t.graphs);
	store_close(t.s, &err);
	buf_done(&t.text);
	free(t.hosts);
	arena_done(&t.arena);
	return ok ? EXIT_DONE : EXIT_USAGE;
}
