/* SPDX-License-Identifier: Apache-2.0 */
#include "case/origin.h"

#include "base/buf.h"
#include "base/heap.h"
#include "graph/path.h"

#include <math.h>
#include <stdlib.h>

/* Fewer hosts than this say nothing of what "every" host has. */
#define EVERY_HOST_FROM 5u

void origins_init(struct origins *o)
{
	*o = (struct origins){ 0 };
	arena_init(&o->arena, 0);
	map_init(&o->by_key);
}

void origins_done(struct origins *o)
{
	for (size_t i = 0; i < o->n; i++) {
		map_done(&o->list[i].hosts);
		free(o->list[i].came_ns);
	}
	free(o->list);
	map_done(&o->by_key);
	arena_done(&o->arena);
}

double origin_weight(struct slice level)
{
	static const struct {
		const char *level;
		double weight;
	} weights[] = { { "critical", 16 }, { "high", 8 }, { "medium", 3 }, { "low", 1 } };

	for (size_t i = 0; i < sizeof(weights) / sizeof(*weights); i++)
		if (slice_eq_nocase(level, slice_str(weights[i].level)))
			return weights[i].weight;
	return 0.1;
}

/* What makes two origins one. A release is product, version and system, not the file that was met (records of one
 * release name its signer or do not); a gap is the file at which the records end, on its host. */
static void put_key(struct buf *key, const struct told_origin *o, struct slice host)
{
	buf_printf(key, "%u|", (unsigned)o->kind);
	switch (o->kind) {
	case ORIGIN_RELEASE:
	case ORIGIN_PACKAGE:
		/* With their lengths: a name that holds a separator must not run into the next. */
		buf_put_sized(key, o->name);
		buf_put_sized(key, o->version);
		buf_put_sized(key, o->ecosystem);
		buf_put_str(key, o->os ? o->os : "");
		break;
	case ORIGIN_DOWNLOAD:
		if (o->url.n)
			buf_put(key, o->url);
		else
			buf_put(key, path_tail(o->downloaded));
		break;
	case ORIGIN_REMOTE_HOST:
		buf_put(key, o->remote);
		break;
	case ORIGIN_DEPLOYMENT:
		buf_put(key, path_tail(o->delivered_by));
		/* What an agent installs is one thing each; what it was made to drop may bear any name. */
		if (path_is_package(o->path))
			buf_put(key, path_tail(o->path));
		break;
	default:
		buf_put(key, o->path);
		buf_put_byte(key, '|');
		buf_put(key, host);
		buf_put_str(key, o->gap ? o->gap : "");
	}
}

static struct slice kept(struct origins *o, struct slice s)
{
	return s.n ? arena_keep(&o->arena, s) : slice_of(NULL, 0);
}

static void keep_entity(struct origins *o, struct told_entity *e)
{
	e->name = kept(o, e->name);
}

static void keep_example(struct origins *o, struct origin_group *g, const struct origin_alert *alert,
			 const struct told *t)
{
	struct told_origin *x = &g->origin;
	struct slice *texts[] = { &x->name, &x->version, &x->signer, &x->product, &x->ecosystem, &x->sha256,
				  &x->sha1, &x->md5, &x->path, &x->url, &x->referrer, &x->downloaded,
				  &x->downloaded_sha256, &x->remote, &x->delivered_by };

	*x = t->origin;
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		*texts[i] = kept(o, *texts[i]);
	g->hops = arena_array(&o->arena, t->hop_count + 1, sizeof(*g->hops));
	g->hop_count = t->hop_count;
	for (size_t i = 0; i < t->hop_count; i++) {
		g->hops[i] = t->hops[i];
		keep_entity(o, &g->hops[i].from);
		keep_entity(o, &g->hops[i].to);
	}
	g->host = kept(o, alert->host);
	g->alert = kept(o, alert->id);
	g->cost = t->origin.cost;
}

/* Two contents of one name in one version are two releases under one number. */
static void note_hash(struct origins *o, struct origin_group *g, const struct told_origin *x)
{
	struct slice tail = path_tail(x->path), hash = x->sha256.n ? x->sha256 : x->sha1.n ? x->sha1 : x->md5;
	struct slice line;

	if (!hash.n || !tail.n)
		return;
	line = arena_printf(&o->arena, "%.*s %.*s", (int)hash.n, (const char *)hash.p, (int)tail.n,
			    (const char *)tail.p);
	for (size_t i = 0; i < g->hash_count; i++) {
		struct slice rest, other = slice_cut(g->hashes[i], ' ', &rest);

		if (slice_eq(g->hashes[i], line))
			return;
		if (other.n == hash.n && slice_eq_nocase(rest, tail))
			g->two_contents |= x->kind == ORIGIN_RELEASE;
	}
	if (g->hash_count < ORIGIN_HASHES)
		g->hashes[g->hash_count++] = line;
}

static struct origin_group *group_of(struct origins *o, struct slice key)
{
	uint32_t at = map_intern(&o->by_key, key);

	if (at == o->n) {
		o->list = heap_room(o->list, o->n, &o->cap, sizeof(*o->list));
		o->list[o->n] = (struct origin_group){ .cost = 1e18 };
		map_init(&o->list[o->n].hosts);
		o->n++;
	}
	return &o->list[at];
}

void origin_host(struct origin_group *g, struct slice host, int64_t came_ns)
{
	struct arena scratch;
	size_t before = g->hosts.n;
	uint32_t at;

	arena_init(&scratch, 0);
	at = map_intern(&g->hosts, arena_lower(&scratch, host));
	arena_done(&scratch);
	if (g->hosts.n > before) {
		g->came_ns = heap_room(g->came_ns, at, &g->came_cap, sizeof(*g->came_ns));
		g->came_ns[at] = came_ns;
	} else if (came_ns != INT64_MIN && (g->came_ns[at] == INT64_MIN || came_ns < g->came_ns[at])) {
		g->came_ns[at] = came_ns;
	}
}

void origins_again(struct origins *o, size_t group, const struct origin_alert *alert)
{
	struct origin_group *g = &o->list[group];

	origin_host(g, alert->host, INT64_MIN);
	g->alerts += !alert->asked;
	g->asked |= alert->asked;
	g->weight += alert->weight;
	if (alert->time.set && (!g->first.set || alert->time.ns < g->first.ns))
		g->first = alert->time;
}

struct origin_group *origins_associate(struct origins *o, struct slice product, struct slice version, const char *os,
				       struct slice company)
{
	struct told_origin x = { .kind = ORIGIN_RELEASE,
				 .name = product,
				 .product = product,
				 .version = version,
				 .signer = company,
				 .os = os,
				 .gap = "no record leads from the alerts to it: comparing hosts names it",
				 .cost = 20 };
	const struct told t = { .origin = x };
	struct buf key = { 0 };
	struct origin_group *g;

	put_key(&key, &x, slice_of(NULL, 0));
	g = group_of(o, buf_slice(&key));
	buf_done(&key);
	if (g->alerts == 0)
		keep_example(o, g, &(struct origin_alert){ 0 }, &t);
	return g;
}

/* What was downloaded or written is there from then on. */
static void note_coming(struct origin_group *g, struct slice host, const struct told_origin *x)
{
	struct when t = x->downloaded_time.set ? x->downloaded_time : x->time;

	if (t.set && !x->gap)
		origin_host(g, host, t.ns);
}

size_t origins_add(struct origins *o, const struct origin_alert *alert, const struct told *t)
{
	struct buf key = { 0 };
	struct origin_group *g;

	put_key(&key, &t->origin, alert->host);
	g = group_of(o, buf_slice(&key));
	buf_done(&key);
	if (t->origin.cost < g->cost)
		keep_example(o, g, alert, t);
	origins_again(o, (size_t)(g - o->list), alert);
	note_coming(g, alert->host, &t->origin);
	note_hash(o, g, &t->origin);
	return (size_t)(g - o->list);
}

bool origin_named(enum origin_kind k)
{
	return k == ORIGIN_RELEASE || k == ORIGIN_PACKAGE || k == ORIGIN_DOWNLOAD || k == ORIGIN_DEPLOYMENT ||
	       k == ORIGIN_REMOTE_HOST;
}

/* What is supported, what is a lead with a name, names that explain little, what a session or another drive is, what the
 * comparison speaks against, then where the evidence ends. */
static int class_of(const struct origin_group *g)
{
	if (g->into)
		return 9;
	if (!origin_named(g->origin.kind))
		return g->origin.kind == ORIGIN_GAP ? 5 : 3;
	if (!g->is_weighed)
		return 1;
	switch (g->weighed.verdict) {
	case WEIGH_SUPPORTED:
		return 0;
	case WEIGH_LEAD:
		return 1;
	case WEIGH_UNEXPLAINED:
		return 2;
	default:
		return 4;
	}
}

/* Where no comparison of hosts was made. A product whose installation nobody recorded is a weaker name than a
 * download that is marked. */
static double strength(const struct origin_group *g, uint64_t all_hosts)
{
	double hosts = (double)g->hosts.n, share = all_hosts ? hosts / (double)all_hosts : 0;
	double spread = log2(1 + hosts);

	if (g->is_weighed)
		return g->weighed.score;
	/* What every host has does not stand out by being on every host. */
	if (all_hosts >= EVERY_HOST_FROM && share > 0.5)
		spread *= 1 - 1.9 * (share - 0.5);
	return g->weight / (hosts > 1 ? hosts : 1) * spread / (1 + 0.15 * g->cost) * (g->origin.gap ? 0.4 : 1);
}

static int compare(const struct origin_group *a, const struct origin_group *b)
{
	double p = a->strength, q = b->strength;

	if (a->standing != b->standing)
		return a->standing - b->standing;
	return p > q ? -1 : p < q;
}

struct ordered {
	size_t index;
	struct origin_group group;
};

static int by_strength(const void *a, const void *b)
{
	const struct ordered *x = a, *y = b;
	int c = compare(&x->group, &y->group);

	return c ? c : x->index < y->index ? -1 : 1;
}

/* What is one with another goes; its number leads there. */
static void drop_joined(struct origins *o, size_t kept, const struct ordered *all, int64_t *order)
{
	for (size_t i = kept; i < o->n; i++) {
		if (order)
			order[all[i].index] = order[all[i].group.into - 1];
		map_done(&o->list[i].hosts);
		free(o->list[i].came_ns);
	}
	o->n = kept;
}

/* What nothing tells apart stands where the best of them does. */
static void level_ties(struct origins *o)
{
	for (size_t i = 0; i < o->n; i++)
		for (size_t k = 0; o->list[i].tie && k < o->n; k++) {
			const struct origin_group *x = &o->list[k];

			if (x->tie != o->list[i].tie)
				continue;
			o->list[i].strength = x->strength > o->list[i].strength ? x->strength : o->list[i].strength;
			o->list[i].standing = x->standing < o->list[i].standing ? x->standing : o->list[i].standing;
		}
}

void origins_rank(struct origins *o, uint64_t all_hosts, int64_t *order)
{
	struct ordered *all = heap_array(o->n + 1, sizeof(*all));
	size_t kept = 0;

	for (size_t i = 0; i < o->n; i++) {
		o->list[i].strength = strength(&o->list[i], all_hosts);
		o->list[i].standing = class_of(&o->list[i]);
	}
	level_ties(o);
	for (size_t i = 0; i < o->n; i++) {
		all[i] = (struct ordered){ i, o->list[i] };
		kept += !o->list[i].into;
	}
	qsort(all, o->n, sizeof(*all), by_strength);
	for (size_t i = 0; i < o->n; i++)
		o->list[i] = all[i].group;
	for (size_t i = 0; i < kept; i++) {
		bool tie = i && compare(&o->list[i - 1], &o->list[i]) == 0;

		o->list[i].rank = tie ? o->list[i - 1].rank : (int64_t)i + 1;
		if (order)
			order[all[i].index] = o->list[i].rank;
	}
	drop_joined(o, kept, all, order);
	free(all);
}
