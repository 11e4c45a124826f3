/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/read.h"

#include "base/heap.h"

#include <stdlib.h>

/*
 * Filter meta rules (specification 2.1, "Sigma Filters"): they take hits away from rules. Two
 * ways of writing them are in use, and both mean that: the specification's example selects what
 * is to be left out (`condition: selection`), while the common converter joins the condition by
 * AND, so that people write `condition: not selection`. So: a condition whose every operand is
 * negated says what to keep and is joined as it is, any other says what to leave out and is
 * joined as AND NOT.
 */

static bool says_what_to_keep(const struct expr *e)
{
	if (e->op == EXPR_NOT)
		return true;
	if (e->op == EXPR_SELECTION)
		return false;
	for (size_t i = 0; i < e->arg_count; i++)
		if (!says_what_to_keep(e->args[i]))
			return false;
	return true;
}

static bool read_rules(struct reading *r, const struct node *filter, struct rule_filter *f)
{
	const struct node *rules = node_get(filter, "rules", NULL);
	bool list = rules && rules->kind == NODE_LIST;

	if (!rules || rules->kind == NODE_MAP || node_is_null(rules) || (list && !rules->count))
		return reading_fault_at(r, rules ? rules : filter,
					"a filter needs rules: ids or names, or any");
	if (!list && slice_eq_nocase(rules->text, slice_str("any")))
		return true;
	f->rules = arena_array(&r->set->arena, list ? rules->count : 1, sizeof(*f->rules));
	for (const struct node *n = list ? rules->child : rules; n; n = list ? n->next : NULL) {
		if (n->kind != NODE_SCALAR)
			return reading_fault_at(r, n, "expected the id or name of a rule");
		f->rules[f->rule_count++] = n->text;
	}
	return true;
}

bool filter_read(struct reading *r, const struct node *root, const struct node *filter)
{
	static const char *const others[] = { "rules", "condition", "timeframe", NULL };
	struct rule_filter f = { .file = r->file, .line = r->line };
	struct ruleset *set = r->set;
	const struct node *title = node_get(root, "title", NULL), *condition;
	struct expr *e;

	if (filter->kind != NODE_MAP)
		return reading_fault_at(r, filter,
					"a filter needs rules, a selection and a condition");
	if (!logsource_read(r, root, &f.logsource) || !read_rules(r, filter, &f) ||
	    !selections_read(r, filter, others, &f.selections, &f.selection_count))
		return false;
	condition = node_get(filter, "condition", NULL);
	if (!condition)
		return reading_fault_at(r, filter, "a filter needs a condition");
	if (!condition_read(r, condition, f.selections, f.selection_count, &e))
		return false;
	f.keep = e;
	if (!says_what_to_keep(e)) {
		f.keep = expr_new(&set->arena, EXPR_NOT, 1);
		f.keep->args[f.keep->arg_count++] = e;
	}
	if (title && title->kind == NODE_SCALAR)
		f.name = title->text;
	set->filters =
		heap_room(set->filters, set->filter_count, &set->filter_cap, sizeof(*set->filters));
	set->filters[set->filter_count++] = f;
	return true;
}

/* The filter's log source is the rule's or wider. */
static bool covers(const struct logsource *filter, const struct logsource *rule)
{
	return (!filter->product.p || slice_eq(filter->product, rule->product)) &&
	       (!filter->category.p || slice_eq(filter->category, rule->category)) &&
	       (!filter->service.p || slice_eq(filter->service, rule->service));
}

/* A copy whose selections are counted from `base`. */
static struct expr *shifted(struct arena *a, const struct expr *e, uint32_t base)
{
	struct expr *copy = expr_new(a, e->op, e->arg_count);

	copy->selection = e->op == EXPR_SELECTION ? e->selection + base : 0;
	for (; copy->arg_count < e->arg_count; copy->arg_count++)
		copy->args[copy->arg_count] = shifted(a, e->args[copy->arg_count], base);
	return copy;
}

static void join(struct arena *a, const struct rule_filter *f, struct rule *rule)
{
	size_t n = rule->selection_count, total = n + f->selection_count;
	struct selection *all = arena_array(a, total, sizeof(*all));
	struct expr *both = expr_new(a, EXPR_AND, 2);

	memcpy(all, rule->selections, n * sizeof(*all));
	if (f->selection_count)
		memcpy(all + n, f->selections, f->selection_count * sizeof(*all));
	both->args[0] = rule->condition;
	both->args[1] = shifted(a, f->keep, (uint32_t)n);
	both->arg_count = 2;
	rule->selections = all;
	rule->selection_count = total;
	rule->condition = both;
}

static void note(struct ruleset *set, const struct rule_filter *f, struct slice reason)
{
	set->faults =
		heap_room(set->faults, set->fault_count, &set->fault_cap, sizeof(*set->faults));
	set->faults[set->fault_count++] =
		(struct rule_fault){ .file = f->file, .line = f->line, .reason = reason };
}

/* Joins f to the rules with this id or name; says so when there is none it fits. */
static void join_named(struct ruleset *set, const struct rule_filter *f, struct slice ref)
{
	bool found = false, joined = false;

	for (size_t i = 0; i < set->n; i++) {
		struct rule *rule = &set->rules[i];

		if (!slice_eq(rule->id, ref) && !(rule->name.n && slice_eq(rule->name, ref)))
			continue;
		found = true;
		if (!covers(&f->logsource, &rule->logsource))
			continue;
		join(&set->arena, f, rule);
		joined = true;
	}
	if (!joined)
		note(set, f,
		     arena_printf(&set->arena,
				  found ? "filter: rule %.*s has another log source"
					: "filter: there is no rule %.*s",
				  (int)(ref.n < 200 ? ref.n : 200), ref.p));
}

void ruleset_finish(struct ruleset *set)
{
	for (size_t k = 0; k < set->filter_count; k++) {
		const struct rule_filter *f = &set->filters[k];

		for (size_t i = 0; i < f->rule_count; i++)
			join_named(set, f, f->rules[i]);
		for (size_t i = 0; i < set->n && f->rule_count == 0; i++)
			if (covers(&f->logsource, &set->rules[i].logsource))
				join(&set->arena, f, &set->rules[i]);
	}
	set->filter_count = 0;
	correlations_finish(set);
}
