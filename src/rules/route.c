/* SPDX-License-Identifier: Apache-2.0 */
/* Log source dispatch: from an event's channel, id and condition fields to the sources whose rules
 * may match it. Routes are worked out when their first event comes and remembered. */
#include "rules/matcher.h"

#include "base/hash.h"
#include "base/heap.h"

#include <stdlib.h>

static bool route_takes(const struct match_scratch *s, const struct source *source,
			const uint32_t *classes, size_t n, bool has_channel)
{
	if (!has_channel)
		return true;
	if (n == 0)
		return source_fits_unlisted(source);
	for (size_t i = 0; i < n; i++)
		if (source_fits(source, &s->m->tax->classes[classes[i]]))
			return true;
	return false;
}

/* A source has at most two probes for a field: the field's own and that of any field. */
static void field_init(struct match_scratch *s, struct route *r, struct route_field *f,
		       uint32_t field)
{
	*f = (struct route_field){ .field = field, .place = cache_place(s->cache) };
	f->probes = arena_array(&r->arena, r->source_count * 2, sizeof(*f->probes));
	f->sources = arena_array(&r->arena, r->source_count * 2, sizeof(*f->sources));
}

static struct route_field *field_of(struct match_scratch *s, struct route *r, uint32_t field)
{
	for (size_t i = 0; i < r->field_count; i++)
		if (r->fields[i].field == field)
			return &r->fields[i];
	r->fields = heap_room(r->fields, r->field_count, &r->field_cap, sizeof(*r->fields));
	struct route_field *new = &r->fields[r->field_count++];

	field_init(s, r, new, field);
	return new;
}

static void add_probe(struct route_field *f, const struct source *source, const struct probe *p)
{
	f->probes[f->count] = p;
	f->sources[f->count++] = source;
}

static void add_probes(struct match_scratch *s, struct route *r, const struct source *source)
{
	for (size_t i = 0; i < source->probe_count; i++) {
		const struct probe *p = &source->probes[i];

		add_probe(p->field == FIELD_ANY ? &r->any : field_of(s, r, p->field), source, p);
	}
}

/* The probes of any field are asked with each field's own. */
static void spread_any(struct route *r)
{
	for (size_t i = 0; i < r->field_count; i++)
		for (size_t k = 0; k < r->any.count; k++)
			add_probe(&r->fields[i], r->any.sources[k], r->any.probes[k]);
}

void routes_free(struct match_scratch *s)
{
	for (size_t i = 0; i < s->route_count; i++) {
		free(s->routes[i].sources);
		free(s->routes[i].classes);
		free(s->routes[i].fields);
		arena_done(&s->routes[i].arena);
	}
	free(s->routes);
}

static uint32_t route_new(struct match_scratch *s, const uint32_t *classes, size_t n,
			  bool has_channel)
{
	struct route r = { .class_count = n };

	r.sources = heap_array(s->m->source_count, sizeof(*r.sources));
	r.classes = heap_array(n, sizeof(*r.classes));
	if (n)
		memcpy(r.classes, classes, n * sizeof(*classes));
	for (size_t i = 0; i < s->m->source_count; i++)
		if (route_takes(s, &s->m->sources[i], classes, n, has_channel))
			r.sources[r.source_count++] = (uint32_t)i;
	arena_init(&r.arena, 0);
	field_init(s, &r, &r.any, FIELD_ANY);
	for (size_t i = 0; i < r.source_count; i++)
		add_probes(s, &r, &s->m->sources[r.sources[i]]);
	spread_any(&r);
	s->routes = heap_room(s->routes, s->route_count, &s->route_cap, sizeof(*s->routes));
	s->routes[s->route_count] = r;
	return (uint32_t)s->route_count++;
}

/* Whether a field decides, besides channel and id: then the answer is not remembered by those. */
static bool conditional(const struct match_scratch *s, const struct event *ev)
{
	for (size_t i = 0; i < s->m->tax->condition_count; i++)
		if (event_find(ev, s->m->tax->condition_fields[i]))
			return true;
	return false;
}

static uint32_t route_find(struct match_scratch *s, struct event *ev)
{
	uint32_t classes[ROUTE_CLASSES_MAX + 1];
	size_t n = taxonomy_classify(s->m->tax, ev, classes, ROUTE_CLASSES_MAX);
	bool has_channel = ev->channel.n > 0 || ev->source_count > 0;

	/* The key: the classes, and whether there was a channel at all. */
	classes[n] = has_channel;
	struct slice key = slice_of(classes, (n + 1) * sizeof(*classes));
	uint32_t known = map_get(&s->route_of, key);

	if (known != MAP_NONE)
		return known;
	known = route_new(s, classes, n, has_channel);
	map_set(&s->route_of, key, known);
	return known;
}

const struct route *match_route(struct match_scratch *s, struct event *ev)
{
	uint32_t found;

	if (conditional(s, ev) || ev->channel.n > ROUTE_CHANNEL_MAX) {
		found = route_find(s, ev); /* may move s->routes */
		return &s->routes[found];
	}
	uint64_t hash = hash64_seed(ev->channel, (uint64_t)ev->event_id + (uintptr_t)ev->sources);
	struct route_memo *memo = &s->memo[hash % ROUTE_MEMO];

	if (memo->route && memo->event_id == ev->event_id && memo->sources == ev->sources &&
	    slice_eq(slice_of(memo->channel, memo->channel_bytes), ev->channel))
		return &s->routes[memo->route - 1];
	found = route_find(s, ev);
	memo->route = found + 1;
	memo->event_id = ev->event_id;
	memo->sources = ev->sources;
	memo->channel_bytes = (uint32_t)ev->channel.n;
	if (ev->channel.n)
		memcpy(memo->channel, ev->channel.p, ev->channel.n);
	return &s->routes[found];
}
