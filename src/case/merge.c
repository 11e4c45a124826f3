/* SPDX-License-Identifier: Apache-2.0 */
#include "case/merge.h"

#include "base/buf.h"
#include "base/heap.h"
#include "graph/path.h"
#include "graph/version.h"

#include <stdlib.h>

#define SEVERAL (UINT32_MAX - 1)

/* A group that is a release, and the place of its program. */
struct named {
	uint32_t group;
	struct slice place;
};

struct merging {
	struct origins *o;
	struct arena arena;
	struct named *named;
	size_t named_count, named_cap;
	struct map by_program;	    /* place -> the first group in named, and */
	struct map several_program; /* places of more than one */
	struct map by_place; /* an address, or a package file's name -> group of the release that came by it */
	struct map by_name;  /* product and version -> group */
	const struct releases *r;
	struct map by_product; /* -> the last release of it */
	uint32_t *next;	       /* by release: another of its product, or MAP_NONE */
};

static void put_place(struct merging *m, struct slice place, uint32_t group)
{
	uint32_t known;

	if (!place.n)
		return;
	known = map_get(&m->by_place, place);
	map_set(&m->by_place, place, known == MAP_NONE || known == group ? group : SEVERAL);
}

static bool is_release(const struct told_origin *x)
{
	return (x->kind == ORIGIN_RELEASE || x->kind == ORIGIN_PACKAGE) && x->version.n;
}

static void put_name(struct buf *key, struct slice product, struct slice version)
{
	buf_clear(key);
	buf_put_sized(key, product);
	buf_put(key, version);
}

static void note_named(struct merging *m, uint32_t group, struct slice place)
{
	m->named = heap_room(m->named, m->named_count, &m->named_cap, sizeof(*m->named));
	m->named[m->named_count++] = (struct named){ group, place };
	if (!place.n)
		return;
	if (map_get(&m->by_program, place) == MAP_NONE)
		map_set(&m->by_program, place, group);
	else
		map_set(&m->several_program, place, group);
}

static void note_products(struct merging *m)
{
	m->next = heap_array(m->r->n + 1, sizeof(*m->next));
	for (uint32_t i = 0; i < m->r->n; i++) {
		m->next[i] = map_get(&m->by_product, m->r->list[i].product);
		map_set(&m->by_product, m->r->list[i].product, i);
	}
}

static void note_releases(struct merging *m)
{
	struct buf key = { 0 };

	for (uint32_t i = 0; i < m->o->n; i++) {
		const struct told_origin *x = &m->o->list[i].origin;

		if (!is_release(x))
			continue;
		note_named(m, i, path_place(x->path, &m->arena));
		put_name(&key, x->name, x->version);
		map_set(&m->by_name, buf_slice(&key), i);
		put_place(m, x->url, i);
		if (x->downloaded.n)
			put_place(m, path_tail(x->downloaded), i);
	}
	buf_done(&key);
}

static void note_updates(struct merging *m, const struct releases *r)
{
	struct buf key = { 0 };

	for (size_t i = 0; i < r->update_count; i++) {
		const struct release *to = &r->list[r->updates[i].to];
		uint32_t group;

		put_name(&key, to->product, to->version);
		group = map_get(&m->by_name, buf_slice(&key));
		if (group != MAP_NONE)
			put_place(m, r->updates[i].url, group);
	}
	buf_done(&key);
}

static bool is_digit(struct slice s, size_t at)
{
	return at < s.n && s.p[at] >= '0' && s.p[at] <= '9';
}

/* "LumenCall-5.4.2.msi" is "Lumen Call" 5.4.2: letters and digits of the product at the front, the version behind. */
static bool file_names(struct slice file, const struct told_origin *x)
{
	size_t at = 0;

	for (size_t i = 0; i < x->name.n; i++) {
		uint8_t c = x->name.p[i] | 0x20;

		if (!(c >= 'a' && c <= 'z') && !is_digit(x->name, i))
			continue;
		while (at < file.n && (file.p[at] == '-' || file.p[at] == '_' || file.p[at] == ' ' || file.p[at] == '.'))
			at++;
		if (at == file.n || (file.p[at] | 0x20) != c)
			return false;
		at++;
	}
	return at > 3 && version_in(slice_from(file, at), x->version);
}

static uint32_t named_by(const struct merging *m, struct slice file)
{
	uint32_t found = MAP_NONE;

	for (size_t i = 0; i < m->named_count; i++) {
		uint32_t group = m->named[i].group;

		if (!file_names(file, &m->o->list[group].origin))
			continue;
		if (found != MAP_NONE)
			return MAP_NONE;
		found = group;
	}
	return found;
}

/* The updater that was told the address stands in the release's own folder, and the address names the version. */
static uint32_t updated_by(const struct merging *m, const struct told_origin *x)
{
	uint32_t found = MAP_NONE;
	struct slice folder;
	struct arena a;

	if (!x->url.n || !x->delivered_by.n)
		return MAP_NONE;
	arena_init(&a, 0);
	folder = path_place(path_folder(x->delivered_by), &a);
	for (size_t i = 0; i < m->named_count && folder.n > 3 && found != SEVERAL; i++) {
		uint32_t group = m->named[i].group;

		if (slice_starts(m->named[i].place, folder) && version_in(x->url, m->o->list[group].origin.version))
			found = found == MAP_NONE ? group : SEVERAL;
	}
	arena_done(&a);
	return found == SEVERAL ? MAP_NONE : found;
}

/* The release by whose address or package file this group is named, or MAP_NONE. */
static uint32_t release_of(const struct merging *m, const struct told_origin *x)
{
	uint32_t at = MAP_NONE;

	if (x->kind == ORIGIN_DOWNLOAD) {
		at = map_get(&m->by_place, x->url);
		if (at == MAP_NONE && x->downloaded.n)
			at = map_get(&m->by_place, path_tail(x->downloaded));
		if (at == MAP_NONE)
			at = named_by(m, path_tail(x->downloaded.n ? x->downloaded : x->url));
		if (at == MAP_NONE)
			at = updated_by(m, x);
	} else if (x->kind == ORIGIN_DEPLOYMENT && path_is_package(x->path)) {
		/* The agent carried it. */
		at = named_by(m, path_tail(x->path));
	} else if (x->kind == ORIGIN_PACKAGE && !x->version.n) {
		at = map_get(&m->by_place, x->name);
		if (at == MAP_NONE)
			at = named_by(m, x->name);
	}
	return at == SEVERAL ? MAP_NONE : at;
}

/* The version of this product that the host had at the moment, as far as records say: the last that came. MAP_NONE
 * where none is known there. */
static uint32_t version_on(const struct merging *m, const struct told_origin *like, struct slice host, int64_t ns)
{
	const struct release *best = NULL;
	int64_t best_ns = INT64_MIN;
	struct buf key = { 0 };
	uint32_t group;

	for (uint32_t i = map_get(&m->by_product, like->name); i != MAP_NONE; i = m->next[i]) {
		const struct release *r = &m->r->list[i];

		if (like->os && !slice_eq(slice_str(r->os), slice_str(like->os)))
			continue;
		for (size_t k = 0; k < r->place_count; k++) {
			const struct release_place *p = &r->places[k];

			if (p->first_ns > ns || p->first_ns < best_ns || !slice_eq_nocase(map_key(&m->r->hosts, p->host), host))
				continue;
			/* Of two that were first seen in one moment the later version came last. */
			if (best && p->first_ns == best_ns && version_compare(r->version, best->version) <= 0)
				continue;
			best = r;
			best_ns = p->first_ns;
		}
	}
	if (!best)
		return MAP_NONE;
	put_name(&key, best->product, best->version);
	group = map_get(&m->by_name, buf_slice(&key));
	buf_done(&key);
	return group;
}

/* A program whose version its own records do not tell, at the place that a product has on other hosts: of the version
 * that this host had; where none is known there, of the only one that alerts anywhere. */
static uint32_t release_at(const struct merging *m, const struct origin_group *g)
{
	uint32_t like, here;
	struct slice place;
	struct arena a;
	bool several;

	if (g->origin.kind != ORIGIN_GAP || !g->origin.path.n || g->origin.not_yet)
		return MAP_NONE;
	arena_init(&a, 0);
	place = path_place(g->origin.path, &a);
	like = map_get(&m->by_program, place);
	several = map_get(&m->several_program, place) != MAP_NONE;
	arena_done(&a);
	if (like == MAP_NONE)
		return MAP_NONE;
	here = version_on(m, &m->o->list[like].origin, g->host, g->first.set ? g->first.ns : INT64_MAX);
	return here != MAP_NONE ? here : several ? MAP_NONE : like;
}

/* Since when the version is anywhere, as records show that do not only list it; INT64_MIN: none does. */
static int64_t came(const struct merging *m, const struct told_origin *x)
{
	int64_t first = INT64_MAX;

	for (uint32_t i = map_get(&m->by_product, x->name); i != MAP_NONE; i = m->next[i]) {
		const struct release *r = &m->r->list[i];

		if (!slice_eq(r->version, x->version) || (x->os && !slice_eq(slice_str(r->os), slice_str(x->os))))
			continue;
		for (size_t k = 0; k < r->place_count; k++) {
			const struct release_place *p = &r->places[k];

			first = p->arrived && !p->follows && p->arrived_ns < first ? p->arrived_ns : first;
			first = p->ran && p->ran_ns < first ? p->ran_ns : first;
		}
	}
	return first == INT64_MAX ? INT64_MIN : first;
}

/* The program alerted on that host long before the version was anywhere: under another. */
static bool alerted_before(const struct origin_group *g, int64_t since)
{
	return since != INT64_MIN && g->first.set && g->first.ns < since - RELEASE_EARLIER_NS;
}

/* since: alerts before that do not say when the release's own began. */
static void join(struct origin_group *to, struct origin_group *from, size_t at, int64_t since)
{
	from->into = at + 1;
	to->alerts += from->alerts;
	to->weight += from->weight;
	to->asked |= from->asked;
	if (from->first.set && from->first.ns >= since && (!to->first.set || from->first.ns < to->first.ns))
		to->first = from->first;
	for (uint32_t i = 0; i < from->hosts.n; i++)
		origin_host(to, map_key(&from->hosts, i), from->came_ns[i]);
}

static void merging_init(struct merging *m, struct origins *o, const struct releases *r)
{
	*m = (struct merging){ .o = o, .r = r };
	arena_init(&m->arena, 0);
	map_init(&m->by_program);
	map_init(&m->several_program);
	map_init(&m->by_place);
	map_init(&m->by_name);
	map_init(&m->by_product);
}

static void merging_done(struct merging *m)
{
	free(m->named);
	free(m->next);
	arena_done(&m->arena);
	map_done(&m->by_program);
	map_done(&m->several_program);
	map_done(&m->by_place);
	map_done(&m->by_name);
	map_done(&m->by_product);
}

void origins_merge(struct origins *o, const struct releases *r)
{
	struct merging m;

	merging_init(&m, o, r);
	note_products(&m);
	note_releases(&m);
	note_updates(&m, r);
	for (size_t i = 0; i < o->n; i++) {
		uint32_t at = release_of(&m, &o->list[i].origin), assumed = release_at(&m, &o->list[i]);
		int64_t since = INT64_MIN;

		if (at == MAP_NONE && assumed != MAP_NONE) {
			since = came(&m, &o->list[assumed].origin);
			if (alerted_before(&o->list[i], since))
				continue;
			at = assumed;
			o->list[at].assumed += o->list[i].hosts.n;
		}
		/* A release is never another's: no chains. */
		if (at != MAP_NONE && at != i)
			join(&o->list[at], &o->list[i], at, since);
	}
	merging_done(&m);
}
