/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/filter.h"

#include "base/heap.h"
#include "rules/condition.h"
#include "rules/document.h"

#include <stdlib.h>

struct filter {
	struct rule rule;
	const struct yaml_node *targets;
};

struct filters {
	struct filter *list;
	size_t n, cap;
};

void filter_add(struct ruleset *set, const struct rule *filter, const struct yaml_node *targets)
{
	if (!set->filters)
		set->filters = heap_new(sizeof(*set->filters));
	struct filters *f = set->filters;

	f->list = heap_room(f->list, f->n, &f->cap, sizeof(*f->list));
	f->list[f->n++] = (struct filter){ *filter, targets };
}

void filters_free(struct filters *f)
{
	if (f)
		free(f->list);
	free(f);
}

static bool part_fits(struct slice filter, struct slice rule)
{
	return !filter.n || slice_eq(filter, rule);
}

static bool names_rule(const struct yaml_node *targets, const struct rule *rule)
{
	const struct yaml_node *n = targets;

	if (!targets)
		return true;
	if (targets->kind == YAML_LIST)
		n = targets->first;
	for (; n; n = targets->kind == YAML_LIST ? n->next : NULL)
		if (n->kind == YAML_SCALAR && (slice_is(n->text, "any") || slice_eq(n->text, rule->id) ||
					       (rule->name.n && slice_eq(n->text, rule->name))))
			return true;
	return false;
}

static bool fits(const struct filter *f, const struct rule *rule)
{
	const struct logsource *a = &f->rule.logsource, *b = &rule->logsource;

	return part_fits(a->product, b->product) && part_fits(a->category, b->category) &&
	       part_fits(a->service, b->service) && names_rule(f->targets, rule);
}

/* The filter's expression with its selections renumbered behind the rule's own. */
static struct expr *shifted(struct arena *a, const struct expr *e, uint32_t by)
{
	struct expr *copy = arena_array(a, 1, sizeof(*copy));

	*copy = *e;
	copy->selection += by;
	copy->args = arena_array(a, e->arg_count, sizeof(struct expr *));
	for (size_t i = 0; i < e->arg_count; i++)
		copy->args[i] = shifted(a, e->args[i], by);
	return copy;
}

static void join(struct ruleset *set, struct rule *rule, const struct filter *f)
{
	size_t n = rule->selection_count + f->rule.selection_count;
	struct selection *all = arena_array(&set->arena, n, sizeof(*all));

	memcpy(all, rule->selections, rule->selection_count * sizeof(*all));
	memcpy(all + rule->selection_count, f->rule.selections,
	       f->rule.selection_count * sizeof(*all));
	rule->condition = condition_join(&set->arena, EXPR_AND, rule->condition,
					 shifted(&set->arena, f->rule.condition,
						 (uint32_t)rule->selection_count));
	rule->selections = all;
	rule->selection_count = n;
}

void filters_apply(struct ruleset *set)
{
	if (!set->filters)
		return;
	for (size_t i = 0; i < set->filters->n; i++)
		for (size_t r = 0; r < set->n; r++)
			if (fits(&set->filters->list[i], &set->rules[r]))
				join(set, &set->rules[r], &set->filters->list[i]);
	set->filters->n = 0;
}
