/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/source.h"

#include "base/heap.h"

#include <stdlib.h>

#define NO_WITNESS UINT64_MAX

bool source_fits(const struct source *s, const struct taxonomy_class *c)
{
	const struct logsource *l = &s->logsource;

	if (l->product.n && !slice_eq(l->product, c->product))
		return false;
	if (l->category.n)
		return slice_eq(l->category, c->category) &&
		       (!l->service.n || slice_eq(l->service, c->service));
	return !l->service.n || (!c->category.n && slice_eq(l->service, c->service));
}

bool source_fits_unlisted(const struct source *s)
{
	const struct logsource *l = &s->logsource;

	return !l->category.n && !l->service.n &&
	       (!l->product.n || slice_is(l->product, "windows"));
}

struct pair {
	uint32_t predicate, rule;
};

/* What source_build() works with; gone when it returns. */
struct builder {
	struct source *s;
	const struct program *program;
	const uint8_t *indexed; /* by predicate */
	uint8_t *added;		/* by predicate: its link is there */
	struct arena arena;
	struct pair *pairs;
	size_t pair_count, pair_cap;
};

/*
 * How often a predicate will be found, guessed: short text and text that many rules ask for is
 * common in events (`\powershell.exe`, `EventID: 1`); a number is nearly always there.
 */
static uint64_t predicate_cost(struct builder *b, uint32_t number)
{
	const struct predicate *p = &b->program->predicates[number];
	size_t n = 0;
	uint64_t cost;

	if (!b->indexed[number])
		return NO_WITNESS;
	for (size_t i = 0; i < p->test->part_count; i++)
		n = p->test->parts[i].text.n > n ? p->test->parts[i].text.n : n;
	if (p->test->text.n > n)
		n = p->test->text.n;
	cost = (1 + (uint64_t)p->uses) * (n <= 4 ? 8 : n <= 6 ? 4 : n <= 8 ? 2 : 1);
	return p->field == NAME_EVENT_ID || p->field == NAME_CHANNEL ? cost + 1000 : cost;
}

static uint64_t node_cost(struct builder *b, uint32_t n);

static uint64_t sum_cost(struct builder *b, const struct node *n)
{
	uint64_t sum = 0;

	for (uint32_t i = 0; i < n->count; i++) {
		uint32_t child = b->program->children[n->first + i];
		uint64_t c = n->op == NODE_ANY_PREDICATE ? predicate_cost(b, child)
							 : node_cost(b, child);

		if (c == NO_WITNESS)
			return NO_WITNESS;
		sum += c;
	}
	return n->count ? sum : NO_WITNESS;
}

static uint64_t least_cost(struct builder *b, const struct node *n, uint32_t *ret_child)
{
	uint64_t least = NO_WITNESS;

	for (uint32_t i = 0; i < n->count; i++) {
		uint32_t child = b->program->children[n->first + i];
		uint64_t c = n->op == NODE_ALL_PREDICATE ? predicate_cost(b, child)
							 : node_cost(b, child);

		if (c < least) {
			least = c;
			*ret_child = child;
		}
	}
	return least;
}

static uint64_t node_cost(struct builder *b, uint32_t number)
{
	const struct node *n = &b->program->nodes[number];
	uint32_t child;

	switch ((enum node_op)n->op) {
	case NODE_PREDICATE:
		return predicate_cost(b, n->first);
	case NODE_ANY:
	case NODE_ANY_PREDICATE:
		return sum_cost(b, n);
	case NODE_ALL:
	case NODE_ALL_PREDICATE:
		return least_cost(b, n, &child);
	default:
		return NO_WITNESS;
	}
}

static void witness_predicate(struct builder *b, uint32_t predicate, uint32_t rule)
{
	b->pairs = heap_room(b->pairs, b->pair_count, &b->pair_cap, sizeof(*b->pairs));
	b->pairs[b->pair_count++] = (struct pair){ predicate, rule };
}

/* Records the cheapest witness of a node that has one. */
static void witness_take(struct builder *b, uint32_t number, uint32_t rule)
{
	const struct node *n = &b->program->nodes[number];
	uint32_t child = 0;

	switch ((enum node_op)n->op) {
	case NODE_PREDICATE:
		witness_predicate(b, n->first, rule);
		return;
	case NODE_ANY_PREDICATE:
		for (uint32_t i = 0; i < n->count; i++)
			witness_predicate(b, b->program->children[n->first + i], rule);
		return;
	case NODE_ALL_PREDICATE:
		least_cost(b, n, &child);
		witness_predicate(b, child, rule);
		return;
	case NODE_ANY:
		for (uint32_t i = 0; i < n->count; i++)
			witness_take(b, b->program->children[n->first + i], rule);
		return;
	case NODE_ALL:
		least_cost(b, n, &child);
		witness_take(b, child, rule);
		return;
	default:
		return;
	}
}

static int by_predicate(const void *x, const void *y)
{
	const struct pair *a = x, *b = y;

	if (a->predicate != b->predicate)
		return a->predicate < b->predicate ? -1 : 1;
	return a->rule < b->rule ? -1 : a->rule > b->rule;
}

static struct probe *probe_of(struct source *s, uint32_t field, const struct program *program)
{
	for (size_t i = 0; i < s->probe_count; i++)
		if (s->probes[i].field == field)
			return &s->probes[i];
	s->probes = heap_room(s->probes, s->probe_count, &s->probe_cap, sizeof(*s->probes));
	probe_init(&s->probes[s->probe_count], field, program);
	return &s->probes[s->probe_count++];
}

/* Where predicate's pairs begin (pairs are sorted). */
static size_t pairs_from(const struct builder *b, uint32_t predicate)
{
	size_t lo = 0, hi = b->pair_count;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (b->pairs[mid].predicate < predicate)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

static void add_predicate(struct builder *b, uint32_t number)
{
	const struct predicate *p = &b->program->predicates[number];
	struct source *s = b->s;

	if (!b->indexed[number] || b->added[number])
		return;
	b->added[number] = 1;
	struct probe_link *link = probe_add(probe_of(s, p->field, b->program), p->test, number, &b->arena);

	arena_reset(&b->arena);
	link->rule_first = (uint32_t)s->witness_count;
	for (size_t i = pairs_from(b, number); i < b->pair_count && b->pairs[i].predicate == number; i++) {
		if (i && b->pairs[i - 1].predicate == number && b->pairs[i - 1].rule == b->pairs[i].rule)
			continue;
		s->witness_rules = heap_room(s->witness_rules, s->witness_count, &s->witness_cap,
					     sizeof(*s->witness_rules));
		s->witness_rules[s->witness_count++] = b->pairs[i].rule;
		link->rule_count++;
	}
}

static void add_node(struct builder *b, uint32_t number)
{
	const struct node *n = &b->program->nodes[number];

	if (n->op == NODE_PREDICATE) {
		add_predicate(b, n->first);
		return;
	}
	for (uint32_t i = 0; i < n->count; i++) {
		uint32_t child = b->program->children[n->first + i];

		if (n->op == NODE_ANY_PREDICATE || n->op == NODE_ALL_PREDICATE)
			add_predicate(b, child);
		else
			add_node(b, child);
	}
}

static void mark_node(const struct program *p, uint32_t number, uint8_t *direct)
{
	const struct node *n = &p->nodes[number];

	if (n->op == NODE_PREDICATE)
		direct[n->first] |= probe_can_try(p->predicates[n->first].test);
	/* What stands under a `not` is no witness. */
	if (n->op == NODE_PREDICATE || n->op == NODE_NOT)
		return;
	for (uint32_t i = 0; i < n->count; i++) {
		uint32_t child = p->children[n->first + i];

		if (n->op == NODE_ANY_PREDICATE || n->op == NODE_ALL_PREDICATE)
			direct[child] |= probe_can_try(p->predicates[child].test);
		else
			mark_node(p, child, direct);
	}
}

void source_mark_indexed(const struct program *program, uint8_t *indexed)
{
	struct builder b = { .program = program, .indexed = indexed };
	uint8_t *direct = heap_array(program->predicate_count, 1);

	arena_init(&b.arena, 0);
	for (size_t i = 0; i < program->predicate_count; i++) {
		indexed[i] = probe_can_hold(program->predicates[i].test, &b.arena);
		arena_reset(&b.arena);
	}
	for (size_t r = 0; r < program->root_count; r++)
		if (program->roots[r] != PROGRAM_NO_ROOT && node_cost(&b, program->roots[r]) == NO_WITNESS)
			mark_node(program, program->roots[r], direct);
	/* Only now: a rule's marks must not decide whether the next one has a witness. */
	for (size_t i = 0; i < program->predicate_count; i++)
		indexed[i] |= direct[i];
	free(direct);
	arena_done(&b.arena);
}

bool source_build(struct source *s, const struct program *program, const uint8_t *indexed,
		  struct err *err)
{
	struct builder b = { .s = s, .program = program, .indexed = indexed };
	bool ok = true;

	arena_init(&b.arena, 0);
	b.added = heap_array(program->predicate_count, 1);
	for (size_t i = 0; i < s->rule_count; i++) {
		uint32_t root = program->roots[s->rules[i]];

		if (node_cost(&b, root) != NO_WITNESS) {
			witness_take(&b, root, s->rules[i]);
			continue;
		}
		s->always = heap_room(s->always, s->always_count, &s->always_cap, sizeof(*s->always));
		s->always[s->always_count++] = s->rules[i];
	}
	qsort(b.pairs, b.pair_count, sizeof(*b.pairs), by_predicate);
	for (size_t i = 0; i < s->rule_count; i++)
		add_node(&b, program->roots[s->rules[i]]);
	for (size_t i = 0; i < s->probe_count && ok; i++)
		ok = probe_finish(&s->probes[i], err);
	free(b.added);
	free(b.pairs);
	arena_done(&b.arena);
	return ok;
}

void source_done(struct source *s)
{
	for (size_t i = 0; i < s->probe_count; i++)
		probe_done(&s->probes[i]);
	free(s->probes);
	free(s->rules);
	free(s->always);
	free(s->witness_rules);
	*s = (struct source){ 0 };
}
