/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/tracing.h"

#include "base/heap.h"
#include "case/candidates.h"
#include "case/merge.h"
#include "cli/across.h"
#include "cli/asking.h"
#include "cli/output.h"
#include "cli/walk.h"
#include "cli/weighing.h"
#include "graph/address.h"
#include "report/origin.h"

#include <stdlib.h>

bool tracing_file(void *store, uint32_t source, struct slice *ret_file, struct slice *ret_inner)
{
	return store_source_name(store, source, ret_file, ret_inner);
}

/* ---- all alerts ---- */

/* Origins up to this rank are followed to the host that wrote their content first. */
#define ACROSS_RANK 3
/* Costs of two ends that no record tells apart. */
#define TWIN_COST 0.01

struct alert {
	struct slice id, host, level, rule, title, detector, channel, event_id;
	struct when time;
	uint32_t source;
	uint64_t record, offset;
	size_t group; /* in origins */
	size_t twin;  /* another that it may as well end at, + 1; 0: none */
	size_t hops;
	double cost;
	bool traced;
};

struct host {
	struct slice name;
	size_t first, n; /* of alerts */
};

struct all {
	struct store *s;
	struct graphs *graphs;
	struct arena arena;
	struct map texts;
	struct host *hosts;
	size_t host_count, host_cap;
	struct alert *alerts;
	size_t alert_count, alert_cap;
	struct slice last_file, last_inner; /* alerts of one file stand together */
	uint32_t last_source;
	struct origins origins;
	struct releases releases;
	struct baseline *baseline;
	struct asking *asking;
	struct across_contents contents;
	struct exclusion {
		uint32_t host;
		struct slice path;
	} *exclusions; /* that scanners were given */
	size_t exclusion_count, exclusion_cap;
	struct switched_off {
		uint32_t host;
		int64_t from_ns, to_ns;
	} *offs; /* scanners */
	size_t off_count, off_cap;
	struct updated {
		uint32_t host;
		int64_t ns;
	} *updates; /* of scanners' signatures */
	size_t update_count, update_cap;
	struct map machines;   /* the products' numbers for machines -> the first host with it */
	uint32_t (*clones)[2]; /* hosts that share one: of one image */
	size_t clone_count, clone_cap;
};

static void note_host(void *ctx, const struct slice *c, size_t n)
{
	struct all *a = ctx;

	(void)n;
	a->hosts = heap_room(a->hosts, a->host_count, &a->host_cap, sizeof(*a->hosts));
	a->hosts[a->host_count++] = (struct host){ .name = arena_keep(&a->arena, c[0]) };
}

static uint32_t source_of(struct all *a, struct slice file, struct slice inner)
{
	if (!a->last_file.p || !slice_eq(file, a->last_file) || !slice_eq(inner, a->last_inner)) {
		a->last_file = arena_keep(&a->arena, file);
		a->last_inner = arena_keep(&a->arena, inner);
		a->last_source = store_source(a->s, file, inner);
	}
	return a->last_source;
}

/* Alerts repeat all but their ids. */
static struct slice text_once(struct all *a, struct slice s)
{
	return s.n ? map_key(&a->texts, map_intern(&a->texts, s)) : slice_of(NULL, 0);
}

static void note_alert(void *ctx, const struct slice *c, size_t n)
{
	struct all *a = ctx;
	struct alert x = { .id = arena_keep(&a->arena, c[0]),
			   .host = text_once(a, c[1]),
			   .level = text_once(a, c[2]),
			   .title = text_once(a, c[3]),
			   .detector = text_once(a, c[4]),
			   .rule = text_once(a, c[10]),
			   .channel = text_once(a, c[11]),
			   .event_id = text_once(a, c[12]) };

	(void)n;
	if (c[5].p)
		x.time = when_parse(c[5]);
	x.source = source_of(a, c[6], c[7]);
	slice_to_u64(c[8], &x.record);
	slice_to_u64(c[9], &x.offset);
	a->alerts = heap_room(a->alerts, a->alert_count, &a->alert_cap, sizeof(*a->alerts));
	a->alerts[a->alert_count++] = x;
}

/* Alerts come by host: each host's stand together. */
static void share_alerts(struct all *a)
{
	struct map by_name;

	map_init(&by_name);
	for (size_t h = 0; h < a->host_count; h++)
		map_set(&by_name, arena_lower(&a->arena, a->hosts[h].name), (uint32_t)h);
	for (size_t i = 0; i < a->alert_count; i++) {
		uint32_t h = map_get(&by_name, arena_lower(&a->arena, a->alerts[i].host));

		if (h == MAP_NONE)
			continue;
		if (!a->hosts[h].n)
			a->hosts[h].first = i;
		a->hosts[h].n++;
	}
	map_done(&by_name);
}

static struct slice place_key(const uint64_t key[3])
{
	return slice_of(key, 3 * sizeof(*key));
}

static void find_places(const struct graph *g, const struct all *a, const struct host *h, struct map *wanted,
			uint32_t *edges)
{
	for (size_t i = 0; i < h->n; i++) {
		const struct alert *x = &a->alerts[h->first + i];
		uint64_t key[3] = { x->source, x->record, x->offset };

		edges[i] = GRAPH_NONE;
		map_set(wanted, place_key(key), (uint32_t)i);
	}
	for (uint32_t e = 0; e < g->edge_count; e++) {
		struct graph_place p = graph_place(g, e);
		uint64_t key[3] = { p.source, p.record, p.offset };
		uint32_t at = map_get(wanted, place_key(key));

		if (at != MAP_NONE)
			edges[at] = e;
	}
	/* Several rules may have matched one record. */
	for (size_t i = 0; i < h->n; i++) {
		const struct alert *x = &a->alerts[h->first + i];
		uint64_t key[3] = { x->source, x->record, x->offset };

		edges[i] = edges[map_get(wanted, place_key(key))];
	}
}

static void told_without(struct told *t, const char *gap)
{
	*t = (struct told){ .origin = { .kind = ORIGIN_GAP, .gap = gap, .cost = 8 } };
}

/* ---- alerts of one actor ---- */

/* A trace of an actor holds for its later alerts until something else comes into it: an edge to it, a library that
 * it loads, a script that it runs. Alerts come in order of time, so that each edge is passed once. */
struct remembered {
	uint32_t actor, in, out; /* edges passed */
	uint32_t explaining;	 /* of them, those that may change a trace */
	uint32_t traced_at;	 /* explaining, when it was traced */
	size_t group, twin, hops;
	double cost;
};

struct memory {
	struct map by_actor;
	struct remembered *list;
	size_t n, cap;
};

static struct remembered *recall(struct memory *m, uint32_t actor)
{
	uint32_t at = map_intern(&m->by_actor, slice_of(&actor, sizeof(actor)));

	if (at == m->n) {
		m->list = heap_room(m->list, m->n, &m->cap, sizeof(*m->list));
		m->list[m->n++] = (struct remembered){ .actor = actor, .traced_at = UINT32_MAX };
	}
	return &m->list[at];
}

static void pass_edges(struct remembered *r, const struct graph *g, int64_t ns)
{
	const struct graph_node *n = &g->nodes[r->actor];

	for (; r->in < n->in_count && graph_in(g, n, r->in)->time_ns <= ns; r->in++)
		r->explaining++;
	for (; r->out < n->out_count && graph_out(g, n, r->out)->time_ns <= ns; r->out++) {
		uint8_t op = graph_out(g, n, r->out)->op;

		r->explaining += op == ACTIVITY_IMAGE_LOAD || op == ACTIVITY_SCRIPT;
	}
}

/* An end that is as near as the one that was taken: which of the two releases it was no record says. */
static size_t add_twin(struct all *a, const struct origin_alert *seen, const struct told *told)
{
	const struct told_origin *x = told->other_count ? &told->others[0] : NULL;
	struct told other = *told;

	if (!x || x->kind != ORIGIN_RELEASE || told->origin.kind != ORIGIN_RELEASE ||
	    x->cost > told->origin.cost + TWIN_COST)
		return 0;
	other.origin = *x;
	/* The way to it is the same up to the record that names the release. */
	for (size_t i = 0; i < other.hop_count; i++)
		if (slice_eq(slice_str(other.hops[i].op), slice_str("installed")))
			other.hop_count = i;
	return origins_add(&a->origins, seen, &other) + 1;
}

static void trace_alert(struct all *a, struct tracer *tracer, const struct graph *g, struct alert *x, uint32_t edge,
			struct remembered *known)
{
	struct origin_alert seen = { .id = x->id,
				     .host = x->host,
				     .rule = x->rule,
				     .weight = origin_weight(x->level),
				     .time = x->time };
	static struct trace t; /* large; one at a time */
	struct arena scratch;
	struct told told;

	x->traced = true;
	if (known && known->traced_at == known->explaining) {
		origins_again(&a->origins, x->group = known->group, &seen);
		x->twin = known->twin;
		if (x->twin)
			origins_again(&a->origins, x->twin - 1, &seen);
		x->hops = known->hops;
		x->cost = known->cost;
		return;
	}
	arena_init(&scratch, 0);
	if (edge == GRAPH_NONE) {
		told_without(&told, "the alert's record names no process, file or hash");
	} else {
		trace_edge(tracer, edge, &t);
		trace_tell(g, &t, &scratch, &told);
	}
	x->group = origins_add(&a->origins, &seen, &told);
	x->twin = add_twin(a, &seen, &told);
	x->hops = told.hop_count;
	x->cost = told.origin.cost;
	if (known) {
		known->traced_at = known->explaining;
		known->group = x->group;
		known->twin = x->twin;
		known->hops = x->hops;
		known->cost = x->cost;
	}
	arena_done(&scratch);
}

/* What is remembered of the alert's actor, brought up to its moment; NULL where each is traced by itself. */
static struct remembered *known_of(struct memory *m, const struct graph *g, uint32_t edge)
{
	uint32_t actor = edge == GRAPH_NONE ? GRAPH_NONE : trace_actor(g, edge);
	struct remembered *r;

	if (actor == GRAPH_NONE || g->edges[edge].op == ACTIVITY_ALERT || !g->edges[edge].timed)
		return NULL;
	r = recall(m, actor);
	pass_edges(r, g, g->edges[edge].time_ns);
	return r;
}

static void trace_host(struct all *a, const struct host *h, struct graph *g)
{
	uint32_t *edges = heap_array(h->n + 1, sizeof(*edges));
	struct walk w = walk_begin(a->s, h->name, g, a->baseline, 0);
	struct memory memory = { 0 };
	struct map wanted;

	map_init(&wanted);
	map_init(&memory.by_actor);
	find_places(g, a, h, &wanted, edges);
	for (size_t i = 0; i < h->n; i++)
		trace_alert(a, w.tracer, g, &a->alerts[h->first + i], edges[i], known_of(&memory, g, edges[i]));
	asking_host(a->asking, g, h->name, w.tracer, a->baseline, &a->origins);
	map_done(&memory.by_actor);
	free(memory.list);
	map_done(&wanted);
	walk_end(&w);
	free(edges);
}

/* Machines that were copied keep the number that products gave the first of them. */
static void note_machines(struct all *a, const struct graph *g, uint32_t host)
{
	for (size_t i = 0; i < g->epoch_count; i++) {
		struct slice machine = g->epochs[i].machine;
		uint32_t first = machine.n ? map_get(&a->machines, machine) : host;

		if (first == MAP_NONE) {
			map_set(&a->machines, machine, host);
		} else if (first != host) {
			a->clones = heap_room(a->clones, a->clone_count, &a->clone_cap, sizeof(*a->clones));
			a->clones[a->clone_count][0] = first;
			a->clones[a->clone_count++][1] = host;
		}
	}
}

/* Where a scanner keeps what it was told to leave alone: the key, then the path. Defender's own record (5007) has
 * " = 0x0" behind it. */
#define EXCLUSIONS "\\windows defender\\exclusions\\paths\\"

static void note_exclusions(struct all *a, const struct graph *g, uint32_t host)
{
	for (size_t i = 0; i < g->node_count; i++) {
		const struct graph_node *n = &g->nodes[i];
		const uint8_t *at = n->kind == ENTITY_REGISTRY ? slice_search(n->key, slice_str(EXCLUSIONS)) : NULL;
		const uint8_t *end;
		struct slice path;

		if (!at)
			continue;
		path = slice_from(n->key, (size_t)(at - n->key.p) + strlen(EXCLUSIONS));
		end = slice_search(path, slice_str(" = "));
		path = end ? slice_head(path, (size_t)(end - path.p)) : path;
		a->exclusions = heap_room(a->exclusions, a->exclusion_count, &a->exclusion_cap, sizeof(*a->exclusions));
		a->exclusions[a->exclusion_count++] = (struct exclusion){ host, arena_keep(&a->arena, path) };
	}
}

static void add_off(struct all *a, uint32_t host, int64_t from_ns, int64_t to_ns)
{
	a->offs = heap_room(a->offs, a->off_count, &a->off_cap, sizeof(*a->offs));
	a->offs[a->off_count++] = (struct switched_off){ host, from_ns, to_ns };
}

/* The scanner's own values, as records of the registry or Defender's own (2000, 5000, 5001) tell them. */
#define REALTIME "\\real-time protection\\disablerealtimemonitoring"
#define SIGNATURES "\\signature updates\\avsignatureversion"

static bool is_set(struct slice details)
{
	return slice_search(details, slice_str("0x00000001")) || slice_is(details, "1");
}

static void note_updated(struct all *a, uint32_t host, int64_t ns)
{
	a->updates = heap_room(a->updates, a->update_count, &a->update_cap, sizeof(*a->updates));
	a->updates[a->update_count++] = (struct updated){ host, ns };
}

static void note_scanner(struct all *a, const struct graph *g, uint32_t host)
{
	int64_t off_ns = INT64_MIN;

	for (size_t i = 0; i < g->edge_count; i++) {
		const struct graph_edge *e = &g->edges[i];
		struct slice key = e->op == ACTIVITY_REGISTRY_SET && e->object != GRAPH_NONE && e->timed
					   ? g->nodes[e->object].key
					   : slice_of(NULL, 0);

		if (slice_ends(key, slice_str(SIGNATURES))) {
			note_updated(a, host, e->time_ns);
		} else if (!slice_ends(key, slice_str(REALTIME))) {
			continue;
		} else if (is_set(graph_attribute(g, e, ATTRIBUTE_DETAILS))) {
			off_ns = off_ns == INT64_MIN ? e->time_ns : off_ns;
		} else if (off_ns != INT64_MIN) {
			add_off(a, host, off_ns, e->time_ns);
			off_ns = INT64_MIN;
		}
	}
	if (off_ns != INT64_MIN)
		add_off(a, host, off_ns, INT64_MAX);
}

static void put_contents_of_several(struct all *a)
{
	for (uint32_t i = 0; i < a->contents.n; i++)
		if (a->contents.list[i].several)
			store_add_content(a->s, map_key(&a->contents.by_hash, i),
					  a->hosts[a->contents.list[i].host].name, a->contents.list[i].ns);
}

/* ---- releases ---- */

static struct when moment(int64_t ns)
{
	return (struct when){ .ns = ns, .set = ns != 0, .digits = 3 };
}

static void put_contents(struct buf *out, const struct release *r)
{
	buf_clear(out);
	buf_put_byte(out, '[');
	for (size_t i = 0; i < r->content_count; i++) {
		buf_put_str(out, i ? ",{" : "{");
		buf_json_text(out, "file", r->contents[i].file);
		buf_json_text(out, "hash", r->contents[i].hash);
		buf_put_byte(out, '}');
	}
	buf_put_byte(out, ']');
}

static void put_place(struct all *a, const struct release *r, const struct release_place *p, int64_t id)
{
	const struct store_came came = { .product = r->product,
					 .version = r->version,
					 .os = slice_str(r->os),
					 .host = map_key(&a->releases.hosts, p->host),
					 .arrived_ns = p->arrived && !p->follows ? p->arrived_ns : INT64_MAX,
					 .ran_ns = p->ran ? p->ran_ns : INT64_MAX };

	store_add_release_host(a->s, id, came.host, moment(p->first_ns), moment(p->last_ns));
	if (came.arrived_ns != INT64_MAX || came.ran_ns != INT64_MAX)
		store_add_came(a->s, &came);
}

static void put_release(struct all *a, const struct release *r, struct buf *contents)
{
	struct store_release row = { .product = r->product,
				     .version = r->version,
				     .os = slice_str(r->os),
				     .company = r->company,
				     .hosts = r->place_count,
				     .recorded = r->recorded,
				     .two_contents = r->two_contents };
	int64_t first = INT64_MAX, last = INT64_MIN, id;

	for (size_t i = 0; i < r->place_count; i++) {
		first = r->places[i].first_ns < first ? r->places[i].first_ns : first;
		last = r->places[i].last_ns > last ? r->places[i].last_ns : last;
	}
	row.first = moment(first);
	row.last = moment(last);
	put_contents(contents, r);
	row.contents = buf_slice(contents);
	id = store_add_release(a->s, &row);
	for (size_t i = 0; i < r->place_count; i++)
		put_place(a, r, &r->places[i], id);
}

static void put_releases(struct all *a)
{
	struct releases *r = &a->releases;
	struct buf contents = { 0 };

	for (size_t i = 0; i < r->n; i++)
		put_release(a, &r->list[i], &contents);
	for (size_t i = 0; i < r->update_count; i++) {
		const struct release_update *u = &r->updates[i];

		store_add_update(a->s, &(struct store_update){ .product = r->list[u->to].product,
							       .host = map_key(&r->hosts, u->host),
							       .from = r->list[u->from].version,
							       .to = r->list[u->to].version,
							       .by = u->by,
							       .url = u->url,
							       .channel = u->channel,
							       .time = moment(u->ns) });
	}
	buf_done(&contents);
}

/* ---- both passes ---- */

static bool learn_host(struct all *a, uint32_t host, struct err *err)
{
	struct slice name = a->hosts[host].name;
	struct graph *g = graphs_take(a->graphs, name, err);

	if (!g)
		return false;
	baseline_add(a->baseline, g);
	releases_add(&a->releases, g, name);
	across_note(a->s, g, name);
	across_contents_note(&a->contents, g, host);
	note_machines(a, g, host);
	note_exclusions(a, g, host);
	note_scanner(a, g, host);
	graphs_give(a->graphs, name, g);
	return true;
}

/* First what is usual on all hosts, then the traces. */
static bool trace_hosts(struct all *a, struct err *err)
{
	struct buf bytes = { 0 };

	/* What a sensor saw of an address that is no known host's teaches nothing of programs. */
	for (uint32_t i = 0; i < a->host_count; i++)
		if ((a->hosts[i].n || !address_is(a->hosts[i].name)) && !learn_host(a, i, err))
			return false;
	put_contents_of_several(a);
	put_releases(a);
	baseline_encode(a->baseline, &bytes);
	store_set_baseline(a->s, buf_slice(&bytes));
	buf_done(&bytes);
	for (size_t i = 0; i < a->host_count; i++) {
		struct graph *g;

		if (!a->hosts[i].n && !asking_starts(a->asking))
			continue;
		g = graphs_take(a->graphs, a->hosts[i].name, err);
		if (!g)
			return false;
		trace_host(a, &a->hosts[i], g);
		graphs_give(a->graphs, a->hosts[i].name, g);
	}
	return true;
}

/* ---- into the case ---- */

static void put_hops(struct store *s, const struct origin_group *g)
{
	for (size_t i = 0; i < g->hop_count; i++) {
		const struct told_hop *h = &g->hops[i];
		struct store_hop row = { .origin_rank = g->rank,
					 .seq = i + 1,
					 .op = slice_str(h->op),
					 .from_kind = slice_str(entity_kind_text(h->from.kind)),
					 .from = h->from.name,
					 .to_kind = slice_str(entity_kind_text(h->to.kind)),
					 .to = h->to.name,
					 .host = h->host.n ? h->host : g->host,
					 .why = slice_str(h->why),
					 .time = h->time,
					 .record = h->at.record,
					 .offset = h->at.offset,
					 .score = h->surprise.bits };

		if (h->at.set)
			store_source_name(s, h->at.source, &row.file, &row.inner);
		store_add_hop(s, &row);
	}
}

/* The example of a group that ends at another host goes on there. */
static void go_across(struct all *a, struct origin_group *g)
{
	struct told told = { .hops = g->hops, .hop_count = g->hop_count, .origin = g->origin };

	/* By content only for the first: each may load another host's graph. */
	if (g->origin.kind != ORIGIN_REMOTE_HOST && g->rank > ACROSS_RANK)
		return;
	across_continue(a->graphs, a->baseline, g->host, &a->arena, &told);
	g->hops = told.hops;
	g->hop_count = told.hop_count;
	if (told.origin.host.n) {
		g->beyond = true;
		g->beyond_origin = told.origin;
	}
}

static void put_weighed(struct store_origin *row, const struct weighed *w)
{
	row->confidence = slice_str(w->confidence);
	row->exposed_alerting = w->table.exposed_alerting;
	row->exposed_quiet = w->table.exposed_quiet;
	row->unexposed_alerting = w->table.unexposed_alerting;
	row->unexposed_quiet = w->table.unexposed_quiet;
	row->after_only = w->after_only;
	row->before_only = w->before_only;
	row->p = w->p;
	row->answer = slice_str(report_answer(w));
}

static void put_group(struct all *a, size_t which)
{
	const struct origin_group *g = &a->origins.list[which];
	struct buf detail = { 0 }, line = { 0 };

	report_case_origin(&detail, &a->origins, which, tracing_file, a->s);
	origin_line(&line, &g->origin);
	struct store_origin row = { .rank = g->rank,
				    .kind = slice_str(origin_kind_text(g->origin.kind)),
				    .name = buf_slice(&line),
				    .version = g->origin.version,
				    .verdict = slice_str(report_verdict(g)),
				    .reason = slice_str(report_verdict_why(g)),
				    .detail = buf_slice(&detail),
				    .hosts = g->hosts.n,
				    .alerts = g->alerts };

	if (g->is_weighed)
		put_weighed(&row, &g->weighed);
	store_add_origin(a->s, &row);
	/* Of a tie the first one's. */
	if (!which || a->origins.list[which - 1].rank != g->rank)
		put_hops(a->s, g);
	buf_done(&detail);
	buf_done(&line);
}

/* For the cohort. */
static uint32_t group_of(const struct all *a, const struct alert *x, size_t at)
{
	if (x->traced && a->origins.list[at].into)
		at = a->origins.list[at].into - 1;
	return x->traced && origin_named(a->origins.list[at].origin.kind) ? (uint32_t)at : COHORT_UNNAMED;
}

/* All alerts of all hosts against who has what. */
static bool weigh_all(struct all *a, struct err *err)
{
	struct weighing_kinds kinds;
	struct cohort cohort;
	bool ok;

	cohort_init(&cohort);
	ok = weighing_live(&kinds, a->s, &cohort, err);
	origins_merge(&a->origins, &a->releases);
	for (size_t i = 0; ok && i < a->alert_count; i++) {
		const struct alert *x = &a->alerts[i];
		const struct weighing_alert w = { x->rule,    x->title,	 x->level, x->detector, x->channel,
						  x->event_id, x->host, origin_weight(x->level), x->time };

		weighing_note(&kinds, &w, group_of(a, x, x->group));
		if (x->twin)
			weighing_note(&kinds, &w, group_of(a, x, x->twin - 1));
	}
	for (size_t i = 0; i < a->clone_count; i++)
		cohort_clones(&cohort, cohort_host(&cohort, a->hosts[a->clones[i][0]].name),
			      cohort_host(&cohort, a->hosts[a->clones[i][1]].name));
	for (size_t i = 0; i < a->exclusion_count; i++)
		cohort_exclude(&cohort, cohort_host(&cohort, a->hosts[a->exclusions[i].host].name), a->exclusions[i].path);
	for (size_t i = 0; i < a->off_count; i++)
		cohort_switched_off(&cohort, cohort_host(&cohort, a->hosts[a->offs[i].host].name), a->offs[i].from_ns,
				    a->offs[i].to_ns);
	for (size_t i = 0; i < a->update_count; i++)
		cohort_updated(&cohort, cohort_host(&cohort, a->hosts[a->updates[i].host].name), a->updates[i].ns);
	asking_releases(a->asking, &a->releases, &a->origins);
	if (ok)
		candidates_weigh(&a->origins, &a->releases, &cohort);
	weighing_done(&kinds);
	cohort_done(&cohort);
	return ok;
}

static void put_all(struct all *a)
{
	int64_t *ranks = heap_array(a->origins.n + 1, sizeof(*ranks));

	store_forget_traces(a->s);
	origins_rank(&a->origins, a->host_count, ranks);
	for (size_t i = 0; i < a->origins.n; i++)
		go_across(a, &a->origins.list[i]);
	for (size_t i = 0; i < a->origins.n; i++)
		put_group(a, i);
	for (size_t i = 0; i < a->alert_count; i++)
		if (a->alerts[i].traced)
			store_add_trace(a->s, a->alerts[i].id, ranks[a->alerts[i].group], a->alerts[i].hops,
					a->alerts[i].cost);
	free(ranks);
}

bool tracing_all(struct graphs *graphs, struct err *err)
{
	struct store *s = graphs->s;
	struct all a = { .s = s, .graphs = graphs, .baseline = baseline_new(), .asking = asking_new(graphs->o) };
	bool ok;

	arena_init(&a.arena, 0);
	map_init(&a.texts);
	map_init(&a.machines);
	across_contents_init(&a.contents);
	origins_init(&a.origins);
	releases_init(&a.releases);
	ok = store_ask(s, STORE_GRAPH_HOSTS, note_host, &a, err) && store_ask(s, STORE_ALERTS, note_alert, &a, err);
	share_alerts(&a);
	ok = ok && trace_hosts(&a, err) && weigh_all(&a, err);
	if (ok) {
		put_all(&a);
		asking_put(a.asking, s, &a.releases, &a.origins, a.baseline);
	}
	origins_done(&a.origins);
	releases_done(&a.releases);
	baseline_free(a.baseline);
	asking_free(a.asking);
	arena_done(&a.arena);
	map_done(&a.machines);
	map_done(&a.texts);
	across_contents_done(&a.contents);
	free(a.clones);
	free(a.exclusions);
	free(a.offs);
	free(a.updates);
	free(a.hosts);
	free(a.alerts);
	return ok;
}
