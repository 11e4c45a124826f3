/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/asking.h"

#include "base/heap.h"
#include "cli/naming.h"
#include "cli/output.h"

#include <stdlib.h>

#define ENTITIES_MAX 20u /* of one name on one host */
#define DEEDS_MAX 12u	 /* unusual ones of one host */
#define SCORED_MAX 200000u
#define AROUND_NS (INT64_C(3600) * 1000000000)
#define NOVEL_MAX 40u
#define AUTOMATIC_RANK 2
/* As an alert of level high: somebody takes it for worth a case. */
#define WEIGHT 8.0

enum asked_kind { ASKED_START, ASKED_RELEASE, ASKED_FALSE_POSITIVE };

static const char *const kind_words[] = { "start", "release", "false_positive" };

struct asked {
	enum asked_kind kind;
	struct slice text; /* without "FP:" */
	bool automatic;	   /* nobody asked: of the first origins */
	const char *os;	   /* then, its system; NULL: any */
	struct when time;  /* of a start that is one */
	uint64_t entities, hosts;
};

struct asking {
	struct asked *list;
	size_t n, cap;
	struct arena arena;
};

static void add(struct asking *a, enum asked_kind kind, const char *text)
{
	struct asked x = { .kind = kind, .text = slice_str(text) };

	if (kind == ASKED_START)
		x.time = when_parse(x.text);
	if (kind == ASKED_FALSE_POSITIVE && slice_starts(x.text, slice_str("FP:")))
		x.text = slice_from(x.text, 3);
	a->list = heap_room(a->list, a->n, &a->cap, sizeof(*a->list));
	a->list[a->n++] = x;
}

struct asking *asking_new(const struct cli_options *o)
{
	struct asking *a = heap_new(sizeof(*a));

	arena_init(&a->arena, 0);
	for (size_t i = 0; i < o->starts.n; i++)
		add(a, ASKED_START, o->starts.items[i]);
	for (size_t i = 0; i < o->releases.n; i++)
		add(a, ASKED_RELEASE, o->releases.items[i]);
	for (size_t i = 0; i < o->questions.n; i++)
		add(a, ASKED_FALSE_POSITIVE, o->questions.items[i]);
	return a;
}

void asking_free(struct asking *a)
{
	free(a->list);
	arena_done(&a->arena);
	free(a);
}

bool asking_starts(const struct asking *a)
{
	for (size_t i = 0; i < a->n; i++)
		if (a->list[i].kind == ASKED_START)
			return true;
	return false;
}

/* ---- starts ---- */

/* What a start is traced with. */
struct place {
	struct asking *a;
	struct graph *g;
	struct slice host;
	struct tracer *tracer;
	const struct baseline *base;
	struct origins *o;
};

static void trace_from(const struct place *p, struct asked *x, uint32_t edge, uint32_t node, int64_t ns)
{
	static struct trace t; /* large; one at a time */
	struct origin_alert seen = { .id = x->text, .host = p->host, .rule = x->text, .weight = WEIGHT, .asked = true };
	struct arena scratch;
	struct told told;

	if (edge != GRAPH_NONE)
		trace_edge(p->tracer, edge, &t);
	else
		trace_node(p->tracer, node, ns, &t);
	arena_init(&scratch, 0);
	trace_tell(p->g, &t, &scratch, &told);
	seen.time = (struct when){ .ns = ns, .set = ns != GRAPH_LATEST, .digits = 3 };
	origins_add(p->o, &seen, &told);
	x->entities++;
	arena_done(&scratch);
}

static void start_at_name(const struct place *p, struct asked *x)
{
	uint32_t found[ENTITIES_MAX];
	size_t n = naming_find(p->g, x->text, found, ENTITIES_MAX);

	for (size_t i = 0; i < n; i++) {
		struct naming_start s = naming_start(p->g, found[i]);

		trace_from(p, x, s.edge, found[i], s.ns);
	}
	x->hosts += n > 0;
}

struct deed {
	uint32_t edge;
	double bits;
};

static int by_bits(const void *a, const void *b)
{
	const struct deed *x = a, *y = b;

	if (x->bits != y->bits)
		return x->bits > y->bits ? -1 : 1;
	return x->edge < y->edge ? -1 : x->edge > y->edge;
}

/* The deeds that no earlier version and no peer did, the most surprising first; of one actor once. */
static void start_at_deeds(const struct place *p, struct asked *x, int64_t from, int64_t to)
{
	struct deed best[DEEDS_MAX + 1];
	size_t n = 0, scored = 0;

	for (uint32_t i = 0; i < p->g->edge_count && scored < SCORED_MAX; i++) {
		const struct graph_edge *e = &p->g->edges[i];
		struct surprise s;
		bool there = false;

		if (!e->timed || e->time_ns < from || e->time_ns > to || e->op == ACTIVITY_PROCESS_END)
			continue;
		scored++;
		baseline_score(p->base, p->g, i, &s);
		if (!s.known || (!s.never_earlier && !s.never_peers))
			continue;
		for (size_t k = 0; k < n; k++)
			there |= p->g->edges[best[k].edge].subject == e->subject;
		if (there)
			continue;
		best[n++] = (struct deed){ i, s.bits };
		qsort(best, n, sizeof(*best), by_bits);
		n = n > DEEDS_MAX ? DEEDS_MAX : n;
	}
	for (size_t i = 0; i < n; i++)
		trace_from(p, x, best[i].edge, GRAPH_NONE, p->g->edges[best[i].edge].time_ns);
	x->hosts += n > 0;
}

/* PC-07 is also PC-07.corp.example. */
static bool is_host(struct slice asked, struct slice host)
{
	return slice_eq_nocase(asked, host) || slice_eq_nocase(asked, slice_head(host, slice_find(host, '.')));
}

void asking_host(struct asking *a, struct graph *g, struct slice host, struct tracer *tracer,
		 const struct baseline *base, struct origins *o)
{
	const struct place p = { a, g, host, tracer, base, o };

	for (size_t i = 0; i < a->n; i++) {
		struct asked *x = &a->list[i];

		if (x->kind != ASKED_START)
			continue;
		if (x->time.set)
			start_at_deeds(&p, x, x->time.ns - AROUND_NS, x->time.ns + AROUND_NS);
		else if (is_host(x->text, host))
			start_at_deeds(&p, x, INT64_MIN, INT64_MAX);
		else
			start_at_name(&p, x);
	}
}

/* ---- releases ---- */

static bool holds(const struct release *r, struct slice hash)
{
	for (size_t i = 0; i < r->content_count; i++)
		if (slice_eq_nocase(r->contents[i].hash, hash))
			return true;
	return false;
}

static bool is_asked(const struct asked *x, const struct release *r)
{
	return x->kind != ASKED_START && (!x->os || slice_eq(slice_str(x->os), slice_str(r->os))) &&
	       (slice_is_hex(x->text) && x->text.n >= 32 ? holds(r, x->text)
							 : naming_is_release(x->text, r->product, r->version));
}

static struct origin_group *group_of(const struct origins *o, const struct release *r)
{
	for (size_t i = 0; i < o->n; i++) {
		struct origin_group *g = &o->list[i];

		if ((g->origin.kind == ORIGIN_RELEASE || g->origin.kind == ORIGIN_PACKAGE) &&
		    slice_eq(g->origin.name, r->product) && slice_eq(g->origin.version, r->version) &&
		    (!g->origin.os || slice_eq(slice_str(g->origin.os), slice_str(r->os))))
			return g;
	}
	return NULL;
}

void asking_releases(struct asking *a, const struct releases *r, struct origins *o)
{
	for (size_t i = 0; i < a->n; i++)
		for (size_t k = 0; k < r->n; k++) {
			const struct release *x = &r->list[k];
			struct origin_group *g;

			if (!is_asked(&a->list[i], x))
				continue;
			g = group_of(o, x);
			if (!g)
				g = origins_associate(o, x->product, x->version, x->os, x->company);
			g->asked = true;
		}
}

/* ---- answers ---- */

static const char *sentence(const struct asked *x, const struct origin_group *g)
{
	if (!g || !g->is_weighed || (!g->alerts && !g->weighed.images))
		return x->kind == ASKED_FALSE_POSITIVE ? "no alert of this evidence traces to it"
						       : "no alert of this evidence traces to it; what it did is listed";
	switch (g->weighed.answer) {
	case ANSWER_TREAT_AS_TRUE:
		return "not independent of the build: treat as true until a comparison of the releases explains it";
	case ANSWER_INDEPENDENT:
		return "independent of the build; cause undetermined";
	default:
		return g->weighed.control == CONTROL_NONE ? "unexplained: no clean control"
							  : "unexplained: the comparison of hosts is too thin";
	}
}

struct novel {
	struct buf *out;
	struct store *s;
	const struct release *r;
	bool keep; /* in the case's table too */
	size_t n;
};

static void put_novelty(void *ctx, const struct novelty *n)
{
	struct novel *x = ctx;

	if (x->n++ >= NOVEL_MAX)
		return;
	if (x->keep)
		store_add_novel(x->s, x->r->product, x->r->version, n->program, n->behaviour, n->hosts);
	buf_json_comma(x->out);
	buf_put_byte(x->out, '{');
	buf_json_text(x->out, "program", n->program);
	buf_json_text(x->out, "does", n->behaviour);
	buf_json_u64(x->out, "hosts", n->hosts);
	buf_put_byte(x->out, '}');
}

static void put_release(struct buf *out, struct store *s, const struct asked *x, const struct release *r,
			const struct origins *o, const struct baseline *base)
{
	const struct origin_group *g = group_of(o, r);
	struct novel novel = { out, s, r, x->automatic, 0 };
	uint64_t ran = 0;

	for (size_t i = 0; i < r->place_count; i++)
		ran += r->places[i].ran;
	buf_json_comma(out);
	buf_put_byte(out, '{');
	buf_json_text(out, "product", r->product);
	buf_json_text(out, "version", r->version);
	buf_json_text(out, "os", slice_str(r->os));
	buf_json_u64(out, "hosts", r->place_count);
	buf_json_u64(out, "ran_on", ran);
	buf_json_key(out, "rank");
	if (g)
		buf_put_u64(out, (uint64_t)g->rank);
	else
		buf_put_str(out, "null");
	buf_json_text(out, "answer", slice_str(sentence(x, g)));
	buf_json_key(out, "never_by_earlier_versions");
	buf_put_byte(out, '[');
	uint32_t earlier = baseline_novel(base, r->product, r->version, put_novelty, &novel);

	buf_put_byte(out, ']');
	buf_json_u64(out, "earlier_versions", earlier);
	buf_put_byte(out, '}');
}

static void put_start(struct buf *out, const struct asked *x)
{
	buf_json_u64(out, "entities", x->entities);
	buf_json_u64(out, "hosts", x->hosts);
	buf_json_text(out, "answer",
		      slice_str(x->entities ? "traced: see the origins" : "not met in the records of this evidence"));
}

static void put_answer(struct asked *x, struct store *s, const struct releases *r, const struct origins *o,
		       const struct baseline *base)
{
	struct buf out = { 0 };
	size_t found = 0;

	buf_put_byte(&out, '{');
	buf_json_text(&out, "kind", slice_str(kind_words[x->kind]));
	buf_json_text(&out, "asked", x->text);
	buf_json_key(&out, "automatic");
	buf_put_str(&out, x->automatic ? "true" : "false");
	if (x->kind == ASKED_START) {
		put_start(&out, x);
	} else {
		buf_json_key(&out, "releases");
		buf_put_byte(&out, '[');
		for (size_t k = 0; k < r->n; k++)
			if (is_asked(x, &r->list[k]) && ++found)
				put_release(&out, s, x, &r->list[k], o, base);
		buf_put_byte(&out, ']');
		buf_json_text(&out, "answer",
			      slice_str(found ? "see each release" : "not met in the records of this evidence"));
	}
	buf_put_byte(&out, '}');
	store_add_question(s, slice_str(kind_words[x->kind]), x->text, buf_slice(&out));
	buf_done(&out);
}

/* The first candidates are asked about in any case: this is what the vendor will say it is. */
static void ask_of_first(struct asking *a, const struct origins *o)
{
	for (size_t i = 0; i < o->n && o->list[i].rank <= AUTOMATIC_RANK; i++) {
		const struct told_origin *x = &o->list[i].origin;

		if (x->kind != ORIGIN_RELEASE && x->kind != ORIGIN_PACKAGE)
			continue;
		a->list = heap_room(a->list, a->n, &a->cap, sizeof(*a->list));
		a->list[a->n++] = (struct asked){
			.kind = ASKED_FALSE_POSITIVE,
			.text = arena_printf(&a->arena, "%.*s=%.*s", (int)x->name.n, (const char *)x->name.p,
					     (int)x->version.n, (const char *)x->version.p),
			.automatic = true,
			.os = x->os,
		};
	}
}

void asking_put(struct asking *a, struct store *s, const struct releases *r, const struct origins *o,
		const struct baseline *base)
{
	ask_of_first(a, o);
	for (size_t i = 0; i < a->n; i++)
		put_answer(&a->list[i], s, r, o, base);
}
