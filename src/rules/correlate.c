/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/correlate.h"

#include "base/buf.h"
#include "base/hash.h"
#include "base/heap.h"
#include "event/value.h"

#include <math.h>
#include <stdlib.h>

#define CHAIN_DEPTH_MAX 16 /* correlations of correlations */

/* One base hit in a group's window. */
struct entry {
	int64_t ns;
	uint64_t hash; /* value_count: of the value; temporal: the ref's number */
	union {
		double number; /* sums and percentiles; else 0 */
		int64_t start; /* temporal_ordered: when the chain that ends here began */
	};
	struct correlate_place place;
};

struct group {
	uint32_t correlation;
	int64_t last, fired;
	bool holding, live;
	struct entry *entries; /* from head on, in order of time */
	size_t head, n, cap;
	double sum;
	struct buf shown; /* its group-by values as spelled first, sized */
};

/* One reference of a correlation to a rule, with where its fields are among the captured ones. */
struct use {
	uint32_t correlation, ref;
	uint32_t group[CORRELATION_FIELDS], value[CORRELATION_FIELDS];
};

struct uses {
	struct use *list;
	size_t n, cap;
};

struct correlate {
	const struct ruleset *set;
	struct uses *by_target;
	void (*emit)(void *ctx, const struct correlated *c);
	void *ctx;
	struct group *groups;
	size_t group_count, group_cap, sweep_at;
	struct map by_key;
	size_t entries, entries_sweep_at; /* in all groups */
	uint64_t lost;
	int64_t now;
	struct buf key;
	double *sorted;
	size_t sorted_cap;
};

/* ---- set-up ---- */

static uint32_t place_of(const struct capture *c, struct slice field)
{
	for (uint32_t i = 0; i < c->count; i++)
		if (slice_eq(c->fields[i], field))
			return i;
	return 0; /* captures hold every field of every use */
}

static void add_use(struct correlate *k, uint32_t correlation, uint32_t ref)
{
	const struct correlation *c = &k->set->correlations[correlation];
	uint32_t target = c->refs[ref].target;
	struct uses *u = &k->by_target[target];
	struct use *new;

	u->list = heap_room(u->list, u->n, &u->cap, sizeof(*u->list));
	new = &u->list[u->n++];
	*new = (struct use){ .correlation = correlation, .ref = ref };
	for (size_t i = 0; i < c->group_count; i++)
		new->group[i] = place_of(&k->set->captures[target], c->group[i].per_ref[ref]);
	for (size_t i = 0; i < c->value_count; i++)
		new->value[i] = place_of(&k->set->captures[target], c->value[i].per_ref[ref]);
}

struct correlate *correlate_new(const struct ruleset *set,
				void (*emit)(void *ctx, const struct correlated *c), void *ctx)
{
	struct correlate *k = heap_new(sizeof(*k));

	k->set = set;
	k->emit = emit;
	k->ctx = ctx;
	k->sweep_at = 4096;
	k->entries_sweep_at = CORRELATE_ENTRIES / 2;
	k->now = INT64_MIN;
	map_init(&k->by_key);
	k->by_target = heap_array(set->n + set->correlation_count, sizeof(*k->by_target));
	/* Later refs first: one hit must not be two steps of an order. */
	for (uint32_t i = 0; i < set->correlation_count; i++)
		for (uint32_t r = (uint32_t)set->correlations[i].ref_count; r-- > 0;)
			add_use(k, i, r);
	return k;
}

static void group_done(struct correlate *k, struct group *g)
{
	k->entries -= g->n;
	free(g->entries);
	buf_done(&g->shown);
}

void correlate_free(struct correlate *k)
{
	if (!k)
		return;
	for (size_t i = 0; i < k->group_count; i++)
		group_done(k, &k->groups[i]);
	for (size_t i = 0; i < k->set->n + k->set->correlation_count; i++)
		free(k->by_target[i].list);
	free(k->by_target);
	free(k->groups);
	free(k->sorted);
	map_done(&k->by_key);
	buf_done(&k->key);
	free(k);
}

uint64_t correlate_lost(const struct correlate *k)
{
	return k->lost;
}

/* ---- groups ---- */

static const struct correlation *of(const struct correlate *k, const struct group *g)
{
	return &k->set->correlations[g->correlation];
}

static int64_t window_start(const struct correlate *k, const struct correlation *c)
{
	int64_t start;

	return __builtin_sub_overflow(k->now, c->span_ns, &start) ? INT64_MIN : start;
}

/* Forgets groups whose window has passed. Keys are those of the map: it is built anew. */
static void sweep(struct correlate *k)
{
	struct map kept;
	size_t n = 0;

	map_init(&kept);
	for (size_t i = 0; i < k->group_count; i++) {
		struct group *g = &k->groups[i];
		int64_t start = window_start(k, of(k, g));

		if (g->last < start && g->fired < start) {
			group_done(k, g);
			continue;
		}
		map_set(&kept, map_key(&k->by_key, (uint32_t)i), (uint32_t)n);
		k->groups[n++] = *g;
	}
	map_done(&k->by_key);
	k->by_key = kept;
	k->group_count = n;
	k->sweep_at = n * 2 < 4096 ? 4096 : n * 2;
	/* Full all the same: looking again at every hit would not make room. */
	k->entries_sweep_at = k->entries + (CORRELATE_ENTRIES - k->entries) / 2 + 4096;
}

/* The group of a hit; NULL when a field is missing or there is no room. */
static struct group *group_of(struct correlate *k, const struct use *u, const struct slice *values)
{
	const struct correlation *c = &k->set->correlations[u->correlation];
	uint32_t at;

	buf_clear(&k->key);
	buf_put_le32(&k->key, u->correlation);
	for (size_t i = 0; i < c->group_count; i++) {
		if (!values[u->group[i]].p)
			return NULL;
		buf_put_sized(&k->key, values[u->group[i]]);
	}
	for (size_t i = 0; i < k->key.n; i++)
		k->key.p[i] = i < 4 ? k->key.p[i] : ascii_lower(k->key.p[i]);
	at = map_get(&k->by_key, buf_slice(&k->key));
	if (at != MAP_NONE)
		return &k->groups[at];
	if (k->group_count >= CORRELATE_GROUPS) {
		k->lost++;
		return NULL;
	}
	k->groups = heap_room(k->groups, k->group_count, &k->group_cap, sizeof(*k->groups));
	struct group *g = &k->groups[k->group_count];

	*g = (struct group){ .correlation = u->correlation, .fired = INT64_MIN, .last = k->now };
	for (size_t i = 0; i < c->group_count; i++)
		buf_put_sized(&g->shown, values[u->group[i]]);
	map_set(&k->by_key, buf_slice(&k->key), (uint32_t)k->group_count++);
	return g;
}

/* ---- windows ---- */

static void drop_first(struct correlate *k, struct group *g)
{
	g->sum -= of(k, g)->type >= CORRELATION_VALUE_SUM ? g->entries[g->head].number : 0;
	g->head++;
	g->n--;
	k->entries--;
	if (!g->n)
		g->sum = 0;
}

static void drop_at(struct correlate *k, struct group *g, size_t i)
{
	struct entry *e = g->entries + g->head;

	memmove(e + i, e + i + 1, (g->n - i - 1) * sizeof(*e));
	g->n--;
	k->entries--;
}

static bool push(struct correlate *k, struct group *g, const struct entry *e)
{
	if (k->entries >= CORRELATE_ENTRIES) {
		k->lost++;
		return false;
	}
	if (g->head + g->n == g->cap) {
		if (g->head && g->head >= g->cap / 2) {
			memmove(g->entries, g->entries + g->head, g->n * sizeof(*e));
			g->head = 0;
		} else {
			g->cap = g->cap ? g->cap * 2 : 1;
			g->entries = heap_grow(g->entries, g->cap * sizeof(*e));
		}
	}
	g->entries[g->head + g->n++] = *e;
	g->sum += of(k, g)->type >= CORRELATION_VALUE_SUM ? e->number : 0;
	k->entries++;
	return true;
}

static void expire(struct correlate *k, struct group *g)
{
	int64_t start = window_start(k, of(k, g));

	/* In order of time but for temporal_ordered, whose entries are steps, not times. */
	if (of(k, g)->type == CORRELATION_TEMPORAL_ORDERED) {
		for (size_t i = g->n; i-- > 0;)
			if (g->entries[g->head + i].start < start)
				drop_at(k, g, i);
		return;
	}
	while (g->n && g->entries[g->head].ns < start)
		drop_first(k, g);
}

/* How many entries tell all bounds apart: one more than the largest number compared with. */
static size_t enough(const struct correlation *c)
{
	double most = 0;

	for (size_t i = 0; i < c->bound_count; i++)
		most = c->bounds[i].number > most ? c->bounds[i].number : most;
	return most > 1e9 ? (size_t)1000000000 : (size_t)most + 2;
}

/* Replaces the entry of the same hash (a value, a rule): what counts is when it was last seen. */
static void renew(struct correlate *k, struct group *g, const struct entry *e)
{
	for (size_t i = 0; i < g->n; i++)
		if (g->entries[g->head + i].hash == e->hash) {
			drop_at(k, g, i);
			break;
		}
	push(k, g, e);
}

/* Step `ref` of an order: goes on from the latest chain that reached the step before. */
static void step(struct correlate *k, struct group *g, struct entry *e)
{
	if (e->hash > 0) {
		const struct entry *before = NULL;

		for (size_t i = 0; i < g->n; i++)
			if (g->entries[g->head + i].hash == e->hash - 1)
				before = &g->entries[g->head + i];
		if (!before)
			return;
		e->start = before->start;
	}
	renew(k, g, e);
}

/* ---- conditions ---- */

static bool bound_holds(const struct bound *b, double value)
{
	switch (b->op) {
	case BOUND_GT:
		return value > b->number;
	case BOUND_GTE:
		return value >= b->number;
	case BOUND_LT:
		return value < b->number;
	case BOUND_LTE:
		return value <= b->number;
	case BOUND_EQ:
		return value >= b->number && value <= b->number;
	default:
		return value < b->number || value > b->number;
	}
}

static int by_number(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

static double percentile(struct correlate *k, const struct group *g, double p)
{
	if (g->n > k->sorted_cap) {
		k->sorted_cap = g->n * 2;
		k->sorted = heap_grow(k->sorted, k->sorted_cap * sizeof(*k->sorted));
	}
	for (size_t i = 0; i < g->n; i++)
		k->sorted[i] = g->entries[g->head + i].number;
	qsort(k->sorted, g->n, sizeof(*k->sorted), by_number);
	double rank = p / 100 * (double)(g->n - 1), low = floor(rank);
	size_t i = (size_t)low;
	double at = k->sorted[i];

	return i + 1 < g->n ? at + (k->sorted[i + 1] - at) * (rank - low) : at;
}

static double value_of(struct correlate *k, const struct group *g)
{
	const struct correlation *c = of(k, g);

	switch (c->type) {
	case CORRELATION_VALUE_SUM:
		return g->sum;
	case CORRELATION_VALUE_AVG:
		return g->n ? g->sum / (double)g->n : 0;
	case CORRELATION_VALUE_PERCENTILE:
		return g->n ? percentile(k, g, c->percentile) : 0;
	case CORRELATION_VALUE_MEDIAN:
		return g->n ? percentile(k, g, 50) : 0;
	default:
		return (double)g->n;
	}
}

static bool condition_holds(struct correlate *k, const struct group *g, double value)
{
	const struct correlation *c = of(k, g);

	if (c->type == CORRELATION_TEMPORAL_ORDERED) {
		for (size_t i = 0; i < g->n; i++)
			if (g->entries[g->head + i].hash == c->ref_count - 1)
				return true;
		return false;
	}
	if (!c->bound_count)
		return g->n == c->ref_count;
	for (size_t i = 0; i < c->bound_count; i++)
		if (!bound_holds(&c->bounds[i], value))
			return false;
	return g->n > 0;
}

/* ---- hits ---- */

static void take(struct correlate *k, const struct correlate_hit *hit, unsigned depth);

static void give(struct correlate *k, const struct group *g, double value, unsigned depth)
{
	const struct correlation *c = of(k, g);
	const struct capture *capture = &k->set->captures[k->set->n + g->correlation];
	struct slice group[CORRELATION_FIELDS], values[CORRELATION_FIELDS * 8];
	struct correlated out = { .correlation = c, .index = g->correlation, .ns = k->now,
				  .from_ns = k->now, .group = group, .value = value };
	size_t at = 0, first = g->n > CORRELATE_BASE ? g->n - CORRELATE_BASE : 0;

	for (size_t i = 0; i < c->group_count; i++) {
		uint32_t n;

		memcpy(&n, g->shown.p + at, 4); /* what buf_put_sized wrote */
		group[i] = slice_of(g->shown.p + at + 4, n);
		at += 4 + n;
	}
	for (size_t i = 0; i < g->n; i++) {
		const struct entry *e = &g->entries[g->head + i];
		int64_t from = c->type == CORRELATION_TEMPORAL_ORDERED ? e->start : e->ns;

		out.from_ns = from < out.from_ns ? from : out.from_ns;
		if (i >= first)
			out.base[out.base_count++] = e->place;
	}
	k->emit(k->ctx, &out);
	for (size_t i = 0; i < capture->count && i < CORRELATION_FIELDS * 8; i++) {
		values[i] = slice_of(NULL, 0);
		for (size_t f = 0; f < c->group_count; f++)
			if (slice_eq(c->group[f].name, capture->fields[i]))
				values[i] = group[f];
	}
	struct correlate_hit chained = { .ns = k->now, .values = values };

	if (capture->count > CORRELATION_FIELDS * 8)
		return;
	if (out.base_count)
		chained.place = out.base[out.base_count - 1];
	chained.place.rule = (uint32_t)(k->set->n + g->correlation);
	take(k, &chained, depth + 1);
}

/* The hit as an entry; false when it lacks the condition's field. */
static bool make_entry(struct correlate *k, const struct use *u, const struct correlate_hit *hit,
		       struct entry *e)
{
	const struct correlation *c = &k->set->correlations[u->correlation];

	*e = (struct entry){ .ns = hit->ns, .place = hit->place };
	if (c->type == CORRELATION_TEMPORAL_ORDERED)
		e->start = hit->ns;
	if (c->type == CORRELATION_TEMPORAL || c->type == CORRELATION_TEMPORAL_ORDERED)
		e->hash = u->ref;
	if (c->type == CORRELATION_VALUE_COUNT) {
		buf_clear(&k->key);
		for (size_t i = 0; i < c->value_count; i++) {
			if (!hit->values[u->value[i]].p)
				return false;
			buf_put_sized(&k->key, hit->values[u->value[i]]);
		}
		for (size_t i = 0; i < k->key.n; i++)
			k->key.p[i] = ascii_lower(k->key.p[i]);
		e->hash = hash64_seed(buf_slice(&k->key), 7);
	}
	if (c->type >= CORRELATION_VALUE_SUM) {
		struct slice text = hit->values[u->value[0]];

		return text.p && value_double(value_text_of(text), &e->number) && isfinite(e->number);
	}
	return true;
}

static void put(struct correlate *k, struct group *g, struct entry *e)
{
	const struct correlation *c = of(k, g);

	switch (c->type) {
	case CORRELATION_TEMPORAL_ORDERED:
		step(k, g, e);
		return;
	case CORRELATION_VALUE_COUNT:
	case CORRELATION_TEMPORAL:
		renew(k, g, e);
		break;
	default:
		push(k, g, e);
	}
	if (c->type == CORRELATION_EVENT_COUNT || c->type == CORRELATION_VALUE_COUNT)
		while (g->n > enough(c))
			drop_first(k, g);
}

static void use_hit(struct correlate *k, const struct use *u, const struct correlate_hit *hit,
		    unsigned depth)
{
	struct entry e;
	struct group *g;

	if (!make_entry(k, u, hit, &e))
		return;
	g = group_of(k, u, hit->values);
	if (!g)
		return;
	const struct correlation *c = of(k, g);
	size_t at = (size_t)(g - k->groups);

	g->last = k->now;
	expire(k, g);
	put(k, g, &e);
	g = &k->groups[at];
	double value = value_of(k, g);
	bool holds = condition_holds(k, g, value);
	bool again = g->fired == INT64_MIN || k->now - g->fired > c->span_ns;
	bool fire = holds && (!g->holding || again);

	g->holding = holds;
	if (!fire)
		return;
	g->fired = k->now;
	struct group copy = *g; /* chained hits may move the groups */

	give(k, &copy, value, depth);
	/* An order that came about is used up: its steps do not make the next one. */
	if (c->type == CORRELATION_TEMPORAL_ORDERED) {
		g = &k->groups[at];
		k->entries -= g->n;
		g->n = g->head = 0;
		g->holding = false;
	}
}

static void take(struct correlate *k, const struct correlate_hit *hit, unsigned depth)
{
	const struct uses *u = &k->by_target[hit->place.rule];

	if (depth > CHAIN_DEPTH_MAX)
		return;
	for (size_t i = 0; i < u->n; i++)
		use_hit(k, &u->list[i], hit, depth);
}

void correlate_add(struct correlate *k, const struct correlate_hit *hit)
{
	k->now = hit->ns;
	/* Only here: groups move, and further down they are in use. */
	if (k->group_count >= k->sweep_at || k->entries >= k->entries_sweep_at)
		sweep(k);
	take(k, hit, 0);
}
