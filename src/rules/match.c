/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The hot loop. Per event: its route; every probe of the route's sources over the field's value
 * (remembered, mostly); the rules whose witness was found; their nodes, over predicates that are
 * known from the probes or computed once.
 */
#include "rules/matcher.h"

#include "base/heap.h"
#include "rules/test.h"

#include <stdlib.h>

#define GENERATION_MAX (UINT32_MAX >> 2)

struct match_scratch *match_scratch_new(const struct matcher *m)
{
	struct match_scratch *s = heap_new(sizeof(*s));

	s->m = m;
	s->predicates = heap_array(m->program.predicate_count, sizeof(*s->predicates));
	s->rules = heap_array(m->set->n, sizeof(*s->rules));
	s->candidates = heap_array(m->set->n, sizeof(*s->candidates));
	s->matches = heap_array(m->set->n, sizeof(*s->matches));
	s->source_events = heap_array(m->source_count, sizeof(*s->source_events));
	map_init(&s->route_of);
	arena_init(&s->arena, 0);
	s->cache = cache_new(m->options.cache_bytes);
	s->gathered.seen = heap_array(m->set->n, sizeof(*s->gathered.seen));
	s->probe = probe_scratch_new();
	for (size_t i = 0; i < m->source_count; i++)
		for (size_t k = 0; k < m->sources[i].probe_count; k++)
			probe_scratch_add(s->probe, &m->sources[i].probes[k]);
	s->regex = regex_scratch_new();
	return s;
}

void match_scratch_free(struct match_scratch *s)
{
	if (!s)
		return;
	routes_free(s);
	free(s->gathered.finds.list);
	free(s->gathered.predicates);
	free(s->gathered.rules);
	free(s->gathered.seen);
	map_done(&s->route_of);
	free(s->predicates);
	free(s->rules);
	free(s->candidates);
	free(s->matches);
	free(s->source_events);
	cache_free(s->cache);
	probe_scratch_free(s->probe);
	regex_scratch_free(s->regex);
	arena_done(&s->arena);
	free(s);
}

/* One value against one test. */
static bool test_value(struct match_scratch *s, uint32_t number, struct slice text)
{
	const struct predicate *p = &s->m->program.predicates[number];

	if (p->test->op == TEST_REGEX)
		return regex_search(p->regex, s->regex, text);
	return test_text(p->test, text, &s->arena);
}

static bool test_field(struct match_scratch *s, struct event *ev, uint32_t number, struct field *f)
{
	const struct value *v = &f->value;

	if (v->type == VALUE_NULL)
		return false;
	if (v->type != VALUE_LIST)
		return test_value(s, number, event_text(ev, f));
	for (uint32_t i = 0; i < v->count; i++)
		if (v->items[i].type != VALUE_NULL &&
		    test_value(s, number, value_text(v->items[i], &ev->arena)))
			return true;
	return false;
}

static bool has_value(const struct value *v)
{
	if (v->type != VALUE_LIST)
		return v->type != VALUE_NULL;
	for (uint32_t i = 0; i < v->count; i++)
		if (v->items[i].type != VALUE_NULL)
			return true;
	return false;
}

static bool present(const struct event *ev, uint32_t field)
{
	for (const struct field *f = event_find(ev, field); f; f = field_next(ev, f))
		if (has_value(&f->value))
			return true;
	return false;
}

/* Any value of the one field against any of the other. */
static bool test_reference(struct event *ev, const struct predicate *p)
{
	for (struct field *f = event_find(ev, p->field); f; f = field_next(ev, f))
		for (struct field *o = event_find(ev, p->other); o; o = field_next(ev, o))
			if (f->value.type != VALUE_NULL && o->value.type != VALUE_NULL &&
			    test_fieldref(p->test, event_text(ev, f), event_text(ev, o)))
				return true;
	return false;
}

static bool compute(struct match_scratch *s, struct event *ev, uint32_t number)
{
	const struct predicate *p = &s->m->program.predicates[number];

	switch (p->test->op) {
	case TEST_NULL:
		return !present(ev, p->field);
	case TEST_EXISTS:
		return (event_find(ev, p->field) != NULL) == p->test->expected;
	case TEST_FIELDREF:
		return test_reference(ev, p);
	default:
		break;
	}
	if (p->field == FIELD_ANY) {
		for (uint32_t i = 0; i < ev->n; i++)
			if (test_field(s, ev, number, &ev->fields[i]))
				return true;
		return false;
	}
	for (struct field *f = event_find(ev, p->field); f; f = field_next(ev, f))
		if (test_field(s, ev, number, f))
			return true;
	return false;
}

bool match_predicate(struct match_scratch *s, struct event *ev, uint32_t number)
{
	uint32_t state = s->predicates[number];
	bool holds;

	if (state >> 2 == s->generation && (state & 3) != STATE_MAYBE)
		return (state & 3) == STATE_TRUE;
	if (state >> 2 != s->generation && s->m->indexed[number])
		return false;
	holds = compute(s, ev, number);
	s->predicates[number] = s->generation << 2 | (holds ? STATE_TRUE : STATE_FALSE);
	return holds;
}

/* Depth is that of a rule's condition: LIMIT_RULE_DEPTH and the four levels below a selection. */
bool match_node(struct match_scratch *s, struct event *ev, uint32_t number)
{
	const struct node *n = &s->m->program.nodes[number];
	const uint32_t *children = s->m->program.children + n->first;

	switch ((enum node_op)n->op) {
	case NODE_PREDICATE:
		return match_predicate(s, ev, n->first);
	case NODE_NOT:
		return !match_node(s, ev, children[0]);
	case NODE_ANY:
		for (uint32_t i = 0; i < n->count; i++)
			if (match_node(s, ev, children[i]))
				return true;
		return false;
	case NODE_ALL:
		for (uint32_t i = 0; i < n->count; i++)
			if (!match_node(s, ev, children[i]))
				return false;
		return true;
	case NODE_ANY_PREDICATE:
		for (uint32_t i = 0; i < n->count; i++)
			if (match_predicate(s, ev, children[i]))
				return true;
		return false;
	case NODE_ALL_PREDICATE:
		for (uint32_t i = 0; i < n->count; i++)
			if (!match_predicate(s, ev, children[i]))
				return false;
		return true;
	}
	return false;
}

static void candidate(struct match_scratch *s, uint32_t rule)
{
	if (s->rules[rule] == s->generation)
		return;
	s->rules[rule] = s->generation;
	s->candidates[s->candidate_count++] = rule;
}

static void gather_link(struct gathered *g, const struct source *source,
			const struct probe_link *l)
{
	g->predicates = heap_room(g->predicates, g->predicate_count, &g->predicate_cap,
				  sizeof(*g->predicates));
	g->predicates[g->predicate_count++] = l->predicate << 1 | l->sure;
	for (uint32_t i = 0; i < l->rule_count; i++) {
		uint32_t rule = source->witness_rules[l->rule_first + i];

		if (g->seen[rule] == g->round)
			continue;
		g->seen[rule] = g->round;
		g->rules = heap_room(g->rules, g->rule_count, &g->rule_cap, sizeof(*g->rules));
		g->rules[g->rule_count++] = rule;
	}
}

/* What all probes of a field find in a value. */
static struct found gather(struct match_scratch *s, const struct route_field *f, struct slice text)
{
	struct gathered *g = &s->gathered;

	g->predicate_count = g->rule_count = 0;
	if (++g->round == 0) {
		memset(g->seen, 0, s->m->set->n * sizeof(*g->seen));
		g->round = 1;
	}
	for (size_t i = 0; i < f->count; i++) {
		g->finds.n = 0;
		probe_scan(f->probes[i], s->probe, text, &g->finds);
		for (size_t k = 0; k < g->finds.n; k++)
			gather_link(g, f->sources[i], &f->probes[i]->links[g->finds.list[k]]);
	}
	return (struct found){ g->predicates, g->rules, (uint32_t)g->predicate_count,
			       (uint32_t)g->rule_count };
}

static void apply(struct match_scratch *s, const struct found *found)
{
	for (uint32_t i = 0; i < found->predicate_count; i++) {
		uint32_t sure = found->predicates[i] & 1;
		uint32_t *state = &s->predicates[found->predicates[i] >> 1];

		if (sure || *state >> 2 != s->generation)
			*state = s->generation << 2 | (sure ? STATE_TRUE : STATE_MAYBE);
	}
	for (uint32_t i = 0; i < found->rule_count; i++)
		candidate(s, found->rules[i]);
}

/* One value of a field: the field's own, or an item of its list. */
static void scan_value(struct match_scratch *s, struct event *ev, const struct route_field *rf,
		       struct field *f, const struct value *v)
{
	if (v->type == VALUE_NULL)
		return;
	const struct found *known = cache_get(s->cache, rf->place, v);

	if (known) {
		apply(s, known);
		return;
	}
	struct slice text = v == &f->value ? event_text(ev, f) : value_text(*v, &ev->arena);
	struct found found = gather(s, rf, text);

	apply(s, &found);
	/* A value that lost its text may only have found no room for it in this event. */
	if (text.n || !value_bytes(v).n)
		cache_put(s->cache, v, &found);
}

static void scan_field(struct match_scratch *s, struct event *ev, const struct route_field *rf,
		       struct field *f)
{
	if (f->value.type != VALUE_LIST) {
		scan_value(s, ev, rf, f, &f->value);
		return;
	}
	for (uint32_t i = 0; i < f->value.count; i++)
		scan_value(s, ev, rf, f, &f->value.items[i]);
}

static void scan_route(struct match_scratch *s, struct event *ev, const struct route *route)
{
	memset(s->scanned, 0, ev->n / 8 + 1);
	for (size_t i = 0; i < route->field_count; i++) {
		const struct route_field *rf = &route->fields[i];

		for (struct field *f = event_find(ev, rf->field); f; f = field_next(ev, f)) {
			size_t at = (size_t)(f - ev->fields);

			s->scanned[at / 8] |= (uint8_t)(1u << at % 8);
			scan_field(s, ev, rf, f);
		}
	}
	for (uint32_t k = 0; k < ev->n && route->any.count; k++)
		if (!(s->scanned[k / 8] >> k % 8 & 1))
			scan_field(s, ev, &route->any, &ev->fields[k]);
}

static void take_always(struct match_scratch *s, const struct source *source)
{
	for (size_t i = 0; i < source->always_count; i++)
		candidate(s, source->always[i]);
}

static int by_number(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return x < y ? -1 : x > y;
}

static void next_generation(struct match_scratch *s)
{
	s->candidate_count = s->match_count = 0;
	arena_reset(&s->arena);
	if (++s->generation < GENERATION_MAX)
		return;
	memset(s->predicates, 0, s->m->program.predicate_count * sizeof(*s->predicates));
	memset(s->rules, 0, s->m->set->n * sizeof(*s->rules));
	s->generation = 1;
}

struct match_list match_event(struct match_scratch *s, struct event *ev)
{
	const struct route *route = match_route(s, ev);

	next_generation(s);
	for (size_t i = 0; i < route->class_count; i++) {
		const struct taxonomy_class *c = &s->m->tax->classes[route->classes[i]];

		for (size_t k = 0; k < c->alias_count; k++)
			event_alias(ev, c->aliases[k].id, c->aliases[k].from);
	}
	for (size_t i = 0; i < route->source_count; i++) {
		s->source_events[route->sources[i]]++;
		take_always(s, &s->m->sources[route->sources[i]]);
	}
	scan_route(s, ev, route);
	for (size_t i = 0; i < s->candidate_count; i++)
		if (match_node(s, ev, s->m->program.roots[s->candidates[i]]))
			s->matches[s->match_count++] = s->candidates[i];
	if (s->match_count > 1)
		qsort(s->matches, s->match_count, sizeof(*s->matches), by_number);
	return (struct match_list){ s->matches, s->match_count };
}
