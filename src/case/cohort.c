/* SPDX-License-Identifier: Apache-2.0 */
#include "case/cohort.h"

#include "base/heap.h"

#include <stdlib.h>

void cohort_init(struct cohort *c)
{
	*c = (struct cohort){ 0 };
	arena_init(&c->arena, 0);
	map_init(&c->hosts_by_name);
	map_init(&c->classes_by_key);
	map_init(&c->kinds);
	map_init(&c->lives_by_key);
	map_init(&c->alerts_by_key);
}

void cohort_done(struct cohort *c)
{
	free(c->hosts);
	free(c->classes);
	free(c->lives);
	free(c->alerts);
	free(c->exclusions);
	map_done(&c->hosts_by_name);
	map_done(&c->classes_by_key);
	map_done(&c->kinds);
	map_done(&c->lives_by_key);
	map_done(&c->alerts_by_key);
	arena_done(&c->arena);
}

uint32_t cohort_host(struct cohort *c, struct slice name)
{
	struct arena scratch;
	uint32_t at;

	arena_init(&scratch, 0);
	at = map_intern(&c->hosts_by_name, arena_lower(&scratch, name));
	arena_done(&scratch);
	if (at == c->host_count) {
		c->hosts = heap_room(c->hosts, c->host_count, &c->host_cap, sizeof(*c->hosts));
		c->hosts[c->host_count++] = (struct cohort_host){ .name = arena_keep(&c->arena, name),
								  .image = at,
								  .first_ns = INT64_MAX,
								  .last_ns = INT64_MIN };
	}
	return at;
}

void cohort_clones(struct cohort *c, uint32_t a, uint32_t b)
{
	uint32_t from = c->hosts[a].image, to = c->hosts[b].image;

	if (from == to)
		return;
	for (size_t i = 0; i < c->host_count; i++)
		if (c->hosts[i].image == from)
			c->hosts[i].image = to;
}

uint32_t cohort_kind(struct cohort *c, struct slice kind)
{
	return map_intern(&c->kinds, kind);
}

void cohort_live(struct cohort *c, uint32_t host, uint32_t kind, int64_t first_ns, int64_t last_ns)
{
	const uint32_t key[2] = { host, kind };
	struct cohort_host *h = &c->hosts[host];
	uint32_t at = map_intern(&c->lives_by_key, slice_of(key, sizeof(key)));

	if (at == c->live_count) {
		c->lives = heap_room(c->lives, c->live_count, &c->live_cap, sizeof(*c->lives));
		c->lives[c->live_count++] = (struct cohort_live){ first_ns, last_ns };
	}
	struct cohort_live *l = &c->lives[at];

	l->first_ns = first_ns < l->first_ns ? first_ns : l->first_ns;
	l->last_ns = last_ns > l->last_ns ? last_ns : l->last_ns;
	h->first_ns = first_ns < h->first_ns ? first_ns : h->first_ns;
	h->last_ns = last_ns > h->last_ns ? last_ns : h->last_ns;
}

uint32_t cohort_class(struct cohort *c, struct slice key, const struct cohort_class *what)
{
	uint32_t at = map_intern(&c->classes_by_key, key);

	if (at == c->class_count) {
		struct cohort_class kept = *what;

		kept.title = arena_keep(&c->arena, what->title);
		kept.level = arena_keep(&c->arena, what->level);
		kept.detector = arena_keep(&c->arena, what->detector);
		c->classes = heap_room(c->classes, c->class_count, &c->class_cap, sizeof(*c->classes));
		c->classes[c->class_count++] = kept;
	}
	return at;
}

void cohort_alert(struct cohort *c, uint32_t class, uint32_t host, uint32_t group, int64_t ns)
{
	const uint32_t key[3] = { class, host, group };
	uint32_t at = map_intern(&c->alerts_by_key, slice_of(key, sizeof(key)));

	if (at == c->alert_count) {
		c->alerts = heap_room(c->alerts, c->alert_count, &c->alert_cap, sizeof(*c->alerts));
		c->alerts[c->alert_count++] = (struct cohort_alert){ class, host, group, ns, ns, 0 };
	}
	struct cohort_alert *a = &c->alerts[at];

	a->count++;
	a->first_ns = ns < a->first_ns ? ns : a->first_ns;
	a->last_ns = ns > a->last_ns ? ns : a->last_ns;
}

const struct cohort_live *cohort_lives(const struct cohort *c, uint32_t host, uint32_t kind)
{
	const uint32_t key[2] = { host, kind };
	uint32_t at = map_get(&c->lives_by_key, slice_of(key, sizeof(key)));

	return at == MAP_NONE ? NULL : &c->lives[at];
}

void cohort_exclude(struct cohort *c, uint32_t host, struct slice path)
{
	c->exclusions = heap_room(c->exclusions, c->exclusion_count, &c->exclusion_cap, sizeof(*c->exclusions));
	c->exclusions[c->exclusion_count++] = (struct cohort_exclusion){ host, arena_lower(&c->arena, path) };
}

bool cohort_excluded(const struct cohort *c, uint32_t host, struct slice path)
{
	struct arena scratch;
	bool found = false;

	arena_init(&scratch, 0);
	path = arena_lower(&scratch, path);
	for (size_t i = 0; i < c->exclusion_count && path.n && !found; i++) {
		struct slice x = c->exclusions[i].path;

		found = c->exclusions[i].host == host && x.n && slice_starts(path, x) &&
			(path.n == x.n || x.p[x.n - 1] == '\\' || path.p[x.n] == '\\');
	}
	arena_done(&scratch);
	return found;
}

bool cohort_of_scanner(const struct cohort *c, uint32_t class)
{
	return !slice_is(c->classes[class].detector, "rule") ||
	       slice_holds_nocase(map_key(&c->kinds, c->classes[class].kind), slice_str("defender"));
}
