/* SPDX-License-Identifier: Apache-2.0 */
#include "case/cohort.h"

#include "base/heap.h"
#include "base/when.h"

#include <assert.h>
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
	for (size_t i = 0; i < c->alert_count; i++)
		free(c->alerts[i].times);
	free(c->by_class);
	free(c->by_group);
	free(c->class_from);
	free(c->hosts);
	free(c->classes);
	free(c->lives);
	free(c->alerts);
	free(c->exclusions);
	free(c->offs);
	free(c->updates);
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
								  .last_ns = INT64_MIN,
								  .exclusion = MAP_NONE,
								  .off = MAP_NONE,
								  .update = MAP_NONE };
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

/* The number of its times that are before ns. */
static size_t times_before(const struct cohort_alert *a, int64_t ns)
{
	size_t low = 0, high = a->time_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (a->times[middle] < ns)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* They come in the order of time, nearly: what has no time stands at the end of its host's records. */
static void note_time(struct cohort_alert *a, int64_t ns)
{
	size_t at = a->time_count && a->times[a->time_count - 1] < ns ? a->time_count : times_before(a, ns);

	if (at < a->time_count && a->times[at] == ns)
		return;
	a->times = heap_room(a->times, a->time_count, &a->time_cap, sizeof(*a->times));
	memmove(&a->times[at + 1], &a->times[at], (a->time_count - at) * sizeof(*a->times));
	a->times[at] = ns;
	a->time_count++;
}

void cohort_alert(struct cohort *c, uint32_t class, uint32_t host, uint32_t group, int64_t ns)
{
	const uint32_t key[3] = { class, host, group };
	uint32_t at = map_intern(&c->alerts_by_key, slice_of(key, sizeof(key)));

	assert(!c->ready);
	if (at == c->alert_count) {
		c->alerts = heap_room(c->alerts, c->alert_count, &c->alert_cap, sizeof(*c->alerts));
		c->alerts[c->alert_count++] = (struct cohort_alert){ .class = class, .host = host, .group = group };
	}
	c->alerts[at].count++;
	note_time(&c->alerts[at], ns);
}

int64_t cohort_last_before(const struct cohort_alert *a, int64_t ns)
{
	size_t n = times_before(a, ns);

	return n ? a->times[n - 1] : INT64_MIN;
}

int64_t cohort_first_from(const struct cohort_alert *a, int64_t ns)
{
	size_t n = times_before(a, ns);

	return n < a->time_count ? a->times[n] : INT64_MAX;
}

/* ---- indexes ---- */

static int by_group(const void *a, const void *b, void *alerts)
{
	const struct cohort_alert *all = alerts;
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	if (all[x].group != all[y].group)
		return all[x].group < all[y].group ? -1 : 1;
	return x < y ? -1 : x > y;
}

static void index_classes(struct cohort *c)
{
	size_t *fill = heap_array(c->class_count + 1, sizeof(*fill));

	c->class_from = heap_array(c->class_count + 1, sizeof(*c->class_from));
	for (size_t i = 0; i < c->alert_count; i++)
		c->class_from[c->alerts[i].class + 1]++;
	for (size_t k = 0; k < c->class_count; k++) {
		c->class_from[k + 1] += c->class_from[k];
		fill[k] = c->class_from[k];
	}
	for (size_t i = 0; i < c->alert_count; i++)
		c->by_class[fill[c->alerts[i].class]++] = (uint32_t)i;
	free(fill);
}

/* Images, not hosts and not alerts. */
static void count_images(struct cohort *c)
{
	struct map any, named, unnamed;

	map_init(&any);
	map_init(&named);
	map_init(&unnamed);
	for (size_t i = 0; i < c->alert_count; i++) {
		const struct cohort_alert *a = &c->alerts[i];
		const uint32_t key[2] = { a->class, c->hosts[a->host].image };
		struct slice k = slice_of(key, sizeof(key));
		size_t n = any.n;

		c->classes[a->class].images += map_intern(&any, k) == n;
		n = named.n;
		if (a->group != COHORT_UNNAMED)
			c->classes[a->class].images_named += map_intern(&named, k) == n;
		n = unnamed.n;
		if (a->group == COHORT_UNNAMED)
			c->classes[a->class].images_unnamed += map_intern(&unnamed, k) == n;
	}
	map_done(&any);
	map_done(&named);
	map_done(&unnamed);
}

void cohort_ready(struct cohort *c)
{
	assert(!c->ready);
	c->by_class = heap_array(c->alert_count + 1, sizeof(*c->by_class));
	c->by_group = heap_array(c->alert_count + 1, sizeof(*c->by_group));
	for (uint32_t i = 0; i < c->alert_count; i++)
		c->by_group[i] = i;
	qsort_r(c->by_group, c->alert_count, sizeof(*c->by_group), by_group, c->alerts);
	index_classes(c);
	count_images(c);
	c->ready = true;
}

const uint32_t *cohort_of_class(const struct cohort *c, uint32_t class, size_t *ret_n)
{
	*ret_n = c->class_from[class + 1] - c->class_from[class];
	return *ret_n ? &c->by_class[c->class_from[class]] : NULL;
}

/* The place of the first alert in by_group whose group is not below. */
static size_t group_from(const struct cohort *c, uint32_t group)
{
	size_t low = 0, high = c->alert_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (c->alerts[c->by_group[middle]].group < group)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

const uint32_t *cohort_of_group(const struct cohort *c, uint32_t group, size_t *ret_n)
{
	size_t from = group_from(c, group);

	*ret_n = (group == UINT32_MAX ? c->alert_count : group_from(c, group + 1)) - from;
	return *ret_n ? &c->by_group[from] : NULL;
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
	c->exclusions[c->exclusion_count] = (struct cohort_exclusion){ c->hosts[host].exclusion, arena_lower(&c->arena, path) };
	c->hosts[host].exclusion = (uint32_t)c->exclusion_count++;
}

void cohort_switched_off(struct cohort *c, uint32_t host, int64_t from_ns, int64_t to_ns)
{
	c->offs = heap_room(c->offs, c->off_count, &c->off_cap, sizeof(*c->offs));
	c->offs[c->off_count] = (struct cohort_off){ c->hosts[host].off, from_ns, to_ns };
	c->hosts[host].off = (uint32_t)c->off_count++;
}

double cohort_off_share(const struct cohort *c, uint32_t host, int64_t from_ns, int64_t to_ns)
{
	int64_t off = 0, all = when_apart(to_ns, from_ns);

	for (uint32_t at = c->hosts[host].off; at != MAP_NONE; at = c->offs[at].next) {
		int64_t from = c->offs[at].from_ns > from_ns ? c->offs[at].from_ns : from_ns;
		int64_t to = c->offs[at].to_ns < to_ns ? c->offs[at].to_ns : to_ns;

		off += from < to ? when_apart(to, from) : 0;
	}
	return all > 0 ? (double)off / (double)all : 0;
}

void cohort_updated(struct cohort *c, uint32_t host, int64_t ns)
{
	c->updates = heap_room(c->updates, c->update_count, &c->update_cap, sizeof(*c->updates));
	c->updates[c->update_count] = (struct cohort_update){ c->hosts[host].update, ns };
	c->hosts[host].update = (uint32_t)c->update_count++;
}

int64_t cohort_updated_before(const struct cohort *c, uint32_t host, int64_t ns)
{
	int64_t last = INT64_MIN;

	for (uint32_t at = c->hosts[host].update; at != MAP_NONE; at = c->updates[at].next)
		if (c->updates[at].ns <= ns && c->updates[at].ns > last)
			last = c->updates[at].ns;
	return last;
}

bool cohort_excluded(const struct cohort *c, uint32_t host, struct slice path)
{
	uint32_t at = path.n ? c->hosts[host].exclusion : MAP_NONE;
	struct arena scratch;
	bool found = false;

	arena_init(&scratch, 0);
	if (at != MAP_NONE)
		path = arena_lower(&scratch, path);
	for (; at != MAP_NONE && !found; at = c->exclusions[at].next) {
		struct slice x = c->exclusions[at].path;

		found = x.n && slice_starts(path, x) &&
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
