/* SPDX-License-Identifier: Apache-2.0 */
#include "case/candidates.h"

#include "base/heap.h"
#include "base/when.h"
#include "graph/version.h"

#include <math.h>
#include <stdlib.h>

#define HOUR_NS (INT64_C(3600) * 1000000000)
#define DAY_NS (24 * HOUR_NS)
/* By comparison alone: over all releases that are tried (Bonferroni). */
#define ASSOCIATION_P 0.01
#define ASSOCIATIONS 5u
/* Hosts to which it came first. */
#define ARRIVALS_MIN 2u
/* Alerts of this weight on one host make one of two versions of a product bad as well. */
#define BAD_ALONE 16.0
/* Two scores that are no more apart are the same. */
#define TIE_RATIO 0.8

struct weighing {
	struct origins *o;
	const struct releases *r;
	struct cohort *c;
	uint32_t *group_of; /* by release: the group of its traces, or MAP_NONE */
	uint32_t *next;	    /* by release: another one of its product and system, or MAP_NONE */
	struct map by_product;
	uint32_t *host;	    /* by number in releases: number in the cohort */
};

/* ---- who has a release ---- */

static struct weigh_place place_of(const struct weighing *z, const struct release_place *p)
{
	struct weigh_place w = { .host = z->host[p->host],
				 .first_ns = p->arrived && p->arrived_ns < p->first_ns ? p->arrived_ns : p->first_ns,
				 .last_ns = p->last_ns,
				 .ran = p->ran };
	const struct cohort_host *h = &z->c->hosts[w.host];

	w.arrived = p->arrived && when_apart(w.first_ns, h->first_ns) >= HOUR_NS;
	return w;
}

static struct weigh_place *places_of(const struct weighing *z, const struct release *r)
{
	struct weigh_place *list = heap_array(r->place_count + 1, sizeof(*list));

	for (size_t i = 0; i < r->place_count; i++)
		list[i] = place_of(z, &r->places[i]);
	return list;
}

/* Of what is no release in the table: where traces met it. */
static struct weigh_place *places_of_group(const struct weighing *z, const struct origin_group *g)
{
	struct weigh_place *list = heap_array(g->hosts.n + 1, sizeof(*list));

	for (uint32_t i = 0; i < g->hosts.n; i++) {
		uint32_t host = cohort_host(z->c, map_key(&g->hosts, i));
		const struct cohort_host *h = &z->c->hosts[host];
		int64_t came = g->came_ns[i];
		bool told = came != INT64_MIN;

		list[i] = (struct weigh_place){ host, told ? came : h->first_ns, h->last_ns, true,
						told && when_apart(came, h->first_ns) >= HOUR_NS };
	}
	return list;
}

/* ---- releases and their kin ---- */

static void put_product(struct buf *key, const struct release *r)
{
	buf_clear(key);
	buf_put_sized(key, r->product);
	buf_put_str(key, r->os);
}

static void index_releases(struct weighing *z)
{
	const struct releases *r = z->r;
	struct buf key = { 0 };

	z->group_of = heap_array(r->n + 1, sizeof(*z->group_of));
	z->next = heap_array(r->n + 1, sizeof(*z->next));
	z->host = heap_array(r->hosts.n + 1, sizeof(*z->host));
	map_init(&z->by_product);
	for (uint32_t i = 0; i < r->hosts.n; i++)
		z->host[i] = cohort_host(z->c, map_key(&r->hosts, i));
	for (uint32_t i = 0; i < r->n; i++) {
		put_product(&key, &r->list[i]);
		z->group_of[i] = MAP_NONE;
		z->next[i] = map_get(&z->by_product, buf_slice(&key));
		map_set(&z->by_product, buf_slice(&key), i);
	}
	buf_done(&key);
}

/* Of an origin whose system no record says (a package's script): the release of most hosts. */
static uint32_t release_anywhere(const struct weighing *z, const struct told_origin *x)
{
	uint32_t best = MAP_NONE;

	for (uint32_t i = 0; i < z->r->n; i++)
		if (slice_eq(z->r->list[i].product, x->name) && slice_eq(z->r->list[i].version, x->version) &&
		    (best == MAP_NONE || z->r->list[i].place_count > z->r->list[best].place_count))
			best = i;
	return best;
}

/* The release that an origin names, or MAP_NONE. Records may not say the system. */
static uint32_t release_of(const struct weighing *z, const struct told_origin *x)
{
	const struct release wanted = { .product = x->name, .os = x->os ? x->os : "unknown" };
	struct buf key = { 0 };
	uint32_t at;

	if (!x->os && x->version.n)
		return release_anywhere(z, x);
	put_product(&key, &wanted);
	at = map_get(&z->by_product, buf_slice(&key));
	buf_done(&key);
	while (at != MAP_NONE && !slice_eq(z->r->list[at].version, x->version))
		at = z->next[at];
	return at;
}

/* All others of its product; the list is the caller's. */
static struct weigh_version *versions_of(const struct weighing *z, uint32_t release, size_t *ret_n)
{
	const struct release *own = &z->r->list[release];
	struct weigh_version *list = NULL;
	struct buf key = { 0 };
	size_t n = 0, cap = 0;

	put_product(&key, own);
	for (uint32_t at = map_get(&z->by_product, buf_slice(&key)); at != MAP_NONE; at = z->next[at]) {
		const struct release *r = &z->r->list[at];

		if (at == release)
			continue;
		list = heap_room(list, n, &cap, sizeof(*list));
		list[n++] = (struct weigh_version){ .places = places_of(z, r),
						    .n = r->place_count,
						    .older = version_compare(r->version, own->version) < 0,
						    .group = z->group_of[at] };
	}
	buf_done(&key);
	*ret_n = n;
	return list;
}

/* ---- weighing ---- */

static void weigh_release(const struct weighing *z, uint32_t release, struct weigh_candidate *x, struct weighed *ret)
{
	struct weigh_place *places = places_of(z, &z->r->list[release]);
	struct weigh_version *versions = versions_of(z, release, &x->version_count);

	x->places = places;
	x->place_count = z->r->list[release].place_count;
	x->versions = versions;
	weigh(z->c, x, ret);
	for (size_t i = 0; i < x->version_count; i++)
		free((void *)(uintptr_t)versions[i].places);
	free(versions);
	free(places);
}

static void weigh_group(const struct weighing *z, size_t group)
{
	struct origin_group *g = &z->o->list[group];
	struct weigh_candidate x = { .group = (uint32_t)group,
				     .named = true,
				     .associated = g->alerts == 0 && !g->hosts.n,
				     .incomplete = g->origin.gap != NULL,
				     .path = g->origin.path,
				     .cost = g->cost };
	uint32_t release = release_of(z, &g->origin);

	if (x.associated)
		x.group = COHORT_UNNAMED;
	g->is_weighed = true;
	if (release != MAP_NONE) {
		weigh_release(z, release, &x, &g->weighed);
		return;
	}
	struct weigh_place *places = places_of_group(z, g);

	x.places = places;
	x.place_count = g->hosts.n;
	weigh(z->c, &x, &g->weighed);
	free(places);
}

/* ---- by comparison alone ---- */

/* Hosts with alerts whose trace ends in nothing, by number; NULL where there are none. */
static bool *unexplained_hosts(const struct cohort *c)
{
	size_t n;
	const uint32_t *list = cohort_of_group(c, COHORT_UNNAMED, &n);
	bool *hosts = n ? heap_array(c->host_count, sizeof(*hosts)) : NULL;

	for (size_t i = 0; i < n; i++)
		hosts[c->alerts[list[i]].host] = true;
	return hosts;
}

struct association {
	uint32_t release;
	struct weighed weighed;
};

static int by_score(const void *a, const void *b)
{
	const struct association *x = a, *y = b;

	if (x->weighed.score != y->weighed.score)
		return x->weighed.score > y->weighed.score ? -1 : 1;
	return x->release < y->release ? -1 : x->release > y->release;
}

/* Most releases were there from the start or are where nothing alerts: they need no weighing to be no answer. */
static bool may_tell(const struct weighing *z, uint32_t release, const bool *unexplained)
{
	const struct release *r = &z->r->list[release];
	size_t n = 0;

	if (z->group_of[release] != MAP_NONE)
		return false;
	for (size_t i = 0; i < r->place_count && n < ARRIVALS_MIN; i++)
		n += unexplained[z->host[r->places[i].host]] && place_of(z, &r->places[i]).arrived;
	return n >= ARRIVALS_MIN;
}

/* A release whose coming to hosts goes before their unexplained alerts, and without which there are none. */
static bool tells(const struct weighed *w, size_t tried)
{
	double p = w->p < w->paired_p ? w->p : w->paired_p;

	return w->arrivals >= ARRIVALS_MIN && p * (double)tried <= ASSOCIATION_P && w->answer != ANSWER_INDEPENDENT;
}

static void associate(struct weighing *z)
{
	struct association best[ASSOCIATIONS + 1];
	bool *unexplained = unexplained_hosts(z->c);
	size_t n = 0;

	for (uint32_t i = 0; unexplained && i < z->r->n; i++) {
		struct weigh_candidate x = { .group = COHORT_UNNAMED, .associated = true, .named = true,
					     .incomplete = true, .cost = 20 };

		if (!may_tell(z, i, unexplained))
			continue;
		best[n].release = i;
		weigh_release(z, i, &x, &best[n].weighed);
		n += tells(&best[n].weighed, z->r->n);
		qsort(best, n, sizeof(*best), by_score);
		n = n > ASSOCIATIONS ? ASSOCIATIONS : n;
	}
	free(unexplained);
	for (size_t i = 0; i < n; i++) {
		const struct release *r = &z->r->list[best[i].release];
		struct origin_group *g = origins_associate(z->o, r->product, r->version, r->os, r->company);

		g->weighed = best[i].weighed;
		g->is_weighed = true;
		z->group_of[best[i].release] = (uint32_t)(g - z->o->list);
	}
}

/* ---- ties ---- */

/* On the same hosts, and there came within a day of each other. */
static bool same_places(const struct weighing *z, uint32_t a, uint32_t b)
{
	const struct release *x = &z->r->list[a], *y = &z->r->list[b];

	if (x->place_count != y->place_count)
		return false;
	/* Both lists are by host: each host is read once, after the one before. */
	for (size_t i = 0; i < x->place_count; i++) {
		struct weigh_place p = place_of(z, &x->places[i]), q = place_of(z, &y->places[i]);

		if (p.host != q.host || when_apart(p.first_ns, q.first_ns) > DAY_NS ||
		    when_apart(q.first_ns, p.first_ns) > DAY_NS)
			return false;
	}
	return true;
}

static bool alike(const struct weighed *a, const struct weighed *b)
{
	double low = fmin(a->score, b->score), high = fmax(a->score, b->score);

	return a->verdict != WEIGH_NOT_SUPPORTED && b->verdict != WEIGH_NOT_SUPPORTED && high > 0 &&
	       low >= TIE_RATIO * high;
}

/* It came and alerts, on several hosts or weightily. */
static bool seems_bad(const struct weighed *w)
{
	return w->arrivals && w->verdict <= WEIGH_LEAD && (w->images >= 2 || w->gravity >= BAD_ALONE);
}

/* Two versions of one product that both came and both alert: bad in a row, and neither is the other's control. */
static bool both_bad(const struct weighing *z, uint32_t a, uint32_t b, const struct weighed *x, const struct weighed *y)
{
	const struct release *p = &z->r->list[a], *q = &z->r->list[b];

	return slice_eq(p->product, q->product) && slice_eq(slice_str(p->os), slice_str(q->os)) && seems_bad(x) && seems_bad(y) &&
	       x->images + y->images >= 3;
}

/* Ties are transitive: what was tied to either is tied to both. */
static void tie(struct origins *o, struct origin_group *x, struct origin_group *y, int32_t *ties)
{
	int32_t old = y->tie;

	if (!x->tie)
		x->tie = old ? old : ++*ties;
	y->tie = x->tie;
	for (size_t i = 0; old && old != x->tie && i < o->n; i++)
		if (o->list[i].tie == old)
			o->list[i].tie = x->tie;
}

/* The releases that origins name, in their order. */
static uint32_t *weighed_releases(const struct weighing *z, size_t *ret_n)
{
	uint32_t *list = heap_array(z->r->n + 1, sizeof(*list));
	size_t n = 0;

	for (uint32_t i = 0; i < z->r->n; i++)
		if (z->group_of[i] != MAP_NONE)
			list[n++] = i;
	*ret_n = n;
	return list;
}

/* Ties two releases if they are to be; rivals: by group, told apart from another by nothing. */
static void compare(const struct weighing *z, uint32_t a, uint32_t b, bool *rivals, int32_t *ties)
{
	struct origin_group *x = &z->o->list[z->group_of[a]], *y = &z->o->list[z->group_of[b]];

	if (x == y)
		return;
	if (both_bad(z, a, b, &x->weighed, &y->weighed)) {
		tie(z->o, x, y, ties);
		x->line = y->line = true;
	} else if (alike(&x->weighed, &y->weighed) && same_places(z, a, b)) {
		tie(z->o, x, y, ties);
		rivals[z->group_of[a]] = rivals[z->group_of[b]] = true;
	}
}

static void find_ties(struct weighing *z)
{
	bool *rivals = heap_array(z->o->n + 1, sizeof(*rivals));
	size_t n;
	uint32_t *list = weighed_releases(z, &n);
	int32_t ties = 0;

	for (size_t i = 0; i < n; i++)
		for (size_t k = i + 1; k < n; k++)
			compare(z, list[i], list[k], rivals, &ties);
	/* Of candidates that nothing tells apart none is supported; of versions of one product the line is. */
	for (size_t i = 0; i < z->o->n; i++) {
		struct weighed *w = &z->o->list[i].weighed;

		if (rivals[i] && w->verdict == WEIGH_SUPPORTED) {
			w->verdict = WEIGH_LEAD;
			w->why = "not told apart from what came to the same hosts on the same day";
			w->confidence = "low";
		} else if (z->o->list[i].line) {
			w->why = "more than one version of this product raises them: no clean control, the line is the answer";
		}
	}
	free(list);
	free(rivals);
}

static void name_groups(struct weighing *z)
{
	for (size_t i = 0; i < z->o->n; i++) {
		const struct origin_group *g = &z->o->list[i];
		uint32_t release;

		if (!origin_named(g->origin.kind) || g->into)
			continue;
		release = release_of(z, &g->origin);
		if (release != MAP_NONE)
			z->group_of[release] = (uint32_t)i;
		/* All hosts are known before the first is weighed: each counts for all. */
		for (uint32_t h = 0; h < g->hosts.n; h++)
			cohort_host(z->c, map_key(&g->hosts, h));
	}
}

void candidates_weigh(struct origins *o, const struct releases *r, struct cohort *c)
{
	struct weighing z = { .o = o, .r = r, .c = c };

	index_releases(&z);
	name_groups(&z);
	cohort_ready(c);
	for (size_t i = 0; i < o->n; i++)
		if (origin_named(o->list[i].origin.kind) && !o->list[i].into)
			weigh_group(&z, i);
	associate(&z);
	find_ties(&z);
	/* The cohort may go before the origins do. */
	for (size_t i = 0; i < o->n; i++) {
		struct weighed *w = &o->list[i].weighed;

		w->detector = arena_keep(&o->arena, w->detector);
		w->rival = arena_keep(&o->arena, w->rival);
	}
	free(z.group_of);
	free(z.next);
	free(z.host);
	map_done(&z.by_product);
}
