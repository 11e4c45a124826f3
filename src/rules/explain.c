/* SPDX-License-Identifier: Apache-2.0 */
/* Why a rule matched: the values that held, in the selections that the condition wanted to hold
 * (not those under a `not`). Walks the tree with the predicates the match has already computed. */
#include "rules/matcher.h"

#include "rules/test.h"

struct explainer {
	struct match_scratch *s;
	struct event *ev;
	uint32_t rule;
	struct match_why *why;
	size_t n, max;
};

/* The text that made a predicate hold: the first element of the field that does. */
static struct slice holding_text(struct explainer *x, const struct item *it, const struct test *t)
{
	uint32_t id = it->field.n ? names_find(x->ev->names, it->field) : NAME_OTHER;
	struct field *f = it->field.n ? event_find(x->ev, id) : x->ev->fields;
	size_t left = it->field.n ? SIZE_MAX : x->ev->n;

	for (; f && left; left--, f = it->field.n ? field_next(x->ev, f) : f + 1) {
		struct slice text = event_text(x->ev, f);

		if (t->op == TEST_REGEX || t->op == TEST_FIELDREF || t->op == TEST_EXISTS)
			return text;
		if (f->value.type == VALUE_LIST || test_text(t, text, &x->s->arena))
			return text;
	}
	return slice_of(NULL, 0);
}

static void explain_predicate(struct explainer *x, const struct selection *sel,
			      const struct item *it, const struct test *t, uint32_t number)
{
	if (x->n == x->max || !match_predicate(x->s, x->ev, number))
		return;
	x->why[x->n++] = (struct match_why){ .selection = sel->name,
					     .field = it->field,
					     .value = holding_text(x, it, t),
					     .pattern = t->pattern };
}

/* Predicate numbers hang below an item's node in the order of its tests. */
static void explain_item(struct explainer *x, const struct selection *sel, const struct item *it,
			 uint32_t node, uint32_t *next)
{
	const struct program *p = &x->s->m->program;
	const struct node *n = &p->nodes[node];

	if (n->op == NODE_PREDICATE) {
		explain_predicate(x, sel, it, &it->tests[(*next)++], n->first);
		return;
	}
	for (uint32_t i = 0; i < n->count && *next < it->test_count; i++) {
		uint32_t child = p->children[n->first + i];

		if (n->op == NODE_ANY_PREDICATE || n->op == NODE_ALL_PREDICATE)
			explain_predicate(x, sel, it, &it->tests[(*next)++], child);
		else
			explain_item(x, sel, it, child, next);
	}
}

static void explain_map(struct explainer *x, const struct selection *sel,
			const struct item_map *map, uint32_t node)
{
	const struct program *p = &x->s->m->program;

	if (!match_node(x->s, x->ev, node))
		return;
	for (size_t i = 0; i < map->count; i++) {
		uint32_t next = 0;
		uint32_t item = map->count == 1 ? node : p->children[p->nodes[node].first + i];

		if (!map->items[i].negated)
			explain_item(x, sel, &map->items[i], item, &next);
	}
}

static void explain_selection(struct explainer *x, const struct rule *rule, uint32_t index)
{
	const struct program *p = &x->s->m->program;
	const struct selection *sel = &rule->selections[index];
	uint32_t node = p->selection_nodes[p->selection_first[x->rule] + index];

	if (!match_node(x->s, x->ev, node))
		return;
	for (size_t i = 0; i < sel->map_count; i++)
		explain_map(x, sel, &sel->maps[i],
			    sel->map_count == 1 ? node : p->children[p->nodes[node].first + i]);
}

static void explain_expr(struct explainer *x, const struct rule *rule, const struct expr *e)
{
	if (e->op == EXPR_NOT)
		return;
	if (e->op == EXPR_SELECTION) {
		explain_selection(x, rule, e->selection);
		return;
	}
	for (size_t i = 0; i < e->arg_count; i++)
		explain_expr(x, rule, e->args[i]);
}

size_t match_explain(struct match_scratch *s, struct event *ev, uint32_t r, struct match_why *why,
		     size_t max)
{
	struct explainer x = { .s = s, .ev = ev, .rule = r, .why = why, .max = max };
	const struct rule *rule = &s->m->set->rules[r];

	explain_expr(&x, rule, rule->condition);
	return x.n;
}
