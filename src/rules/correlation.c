/* SPDX-License-Identifier: Apache-2.0 */
/* Correlation rules: reading, and joining to the rules they name. */
#include "rules/correlation.h"

#include "base/heap.h"
#include "event/names.h"
#include "event/value.h"
#include "rules/read.h"

#include <stdlib.h>

static const char *const type_words[CORRELATION_TYPES] = {
	"event_count", "value_count", "temporal",	  "temporal_ordered",
	"value_sum",   "value_avg",   "value_percentile", "value_median",
};

const char *correlation_type_text(enum correlation_type t)
{
	return type_words[t];
}

/* ---- reading ---- */

static bool is_text(const struct node *n)
{
	return n && n->kind == NODE_SCALAR && !node_is_null(n) && n->text.n;
}

static bool read_type(struct reading *r, const struct node *section, struct correlation *c)
{
	const struct node *n = node_get(section, "type", NULL);

	for (enum correlation_type t = 0; is_text(n) && t < CORRELATION_TYPES; t++)
		if (slice_is(n->text, type_words[t])) {
			c->type = t;
			return true;
		}
	return reading_fault_at(r, n ? n : section,
				"type must be event_count, value_count, temporal, temporal_ordered, "
				"value_sum, value_avg, value_percentile or value_median");
}

static bool read_refs(struct reading *r, const struct node *section, struct correlation *c)
{
	const struct node *n = node_get(section, "rules", NULL);
	bool list = n && n->kind == NODE_LIST;

	if (!n || n->kind == NODE_MAP || node_is_null(n) || (list && !n->count))
		return reading_fault_at(r, n ? n : section, "a correlation needs rules: ids or names");
	c->refs = arena_array(&r->set->arena, list ? n->count : 1, sizeof(*c->refs));
	for (const struct node *k = list ? n->child : n; k; k = list ? k->next : NULL) {
		if (!is_text(k))
			return reading_fault_at(r, k, "expected the id or name of a rule");
		c->refs[c->ref_count++].text = k->text;
	}
	return true;
}

static bool read_fields(struct reading *r, const struct node *n, const char *what,
			struct correlation_field *fields, size_t *count)
{
	bool list = n && n->kind == NODE_LIST;

	if (!n || node_is_null(n))
		return true;
	if (n->kind == NODE_MAP)
		return reading_fault_at(r, n, "%s must be a field or a list of fields", what);
	for (const struct node *k = list ? n->child : n; k; k = list ? k->next : NULL) {
		if (!is_text(k))
			return reading_fault_at(r, k, "%s: expected a field's name", what);
		if (*count == CORRELATION_FIELDS)
			return reading_fault_at(r, k, "%s: more than %u fields", what, CORRELATION_FIELDS);
		fields[(*count)++].name = k->text;
	}
	return true;
}

static bool read_span(struct reading *r, const struct node *section, struct correlation *c)
{
	static const struct {
		char unit;
		int64_t seconds;
	} units[] = { { 's', 1 },	{ 'm', 60 },	  { 'h', 3600 },      { 'd', 86400 },
		      { 'w', 604800 }, { 'M', 2592000 }, { 'y', 31536000 } };
	const struct node *n = node_get(section, "timespan", NULL);
	uint64_t count = 0;

	if (!n)
		n = node_get(section, "timeframe", NULL);
	if (!is_text(n) || n->text.n < 2 || !slice_to_u64(slice_head(n->text, n->text.n - 1), &count))
		count = 0;
	for (size_t i = 0; count && i < sizeof(units) / sizeof(*units); i++)
		if (units[i].unit == (char)n->text.p[n->text.n - 1] && count < 10000) {
			c->span_ns = (int64_t)count * units[i].seconds * 1000000000;
			if (c->span_ns / 1000000000 == (int64_t)count * units[i].seconds)
				return true;
		}
	return reading_fault_at(r, n ? n : section,
				"a correlation needs a timespan: a number and s, m, h, d, w, M or y");
}

static bool read_bound(struct reading *r, const struct node *key, const struct node *value,
		       struct correlation *c)
{
	static const char *const words[] = { "gt", "gte", "lt", "lte", "eq", "neq" };
	double number;

	for (size_t i = 0; i < 6; i++) {
		if (!slice_is(key->text, words[i]))
			continue;
		if (!is_text(value) || !value_double(value_text_of(value->text), &number))
			return reading_fault_at(r, value, "condition: %s needs a number", words[i]);
		if (c->bound_count == CORRELATION_BOUNDS)
			return reading_fault_at(r, key, "condition: more than %u bounds", CORRELATION_BOUNDS);
		c->bounds[c->bound_count++] = (struct bound){ (enum bound_op)i, number };
		return true;
	}
	if (slice_is(key->text, "percentile")) {
		if (!is_text(value) || !value_double(value_text_of(value->text), &c->percentile) ||
		    !(c->percentile >= 0 && c->percentile <= 100))
			return reading_fault_at(r, value, "condition: percentile must be 0 to 100");
		return true;
	}
	return reading_fault_at(r, key,
				"condition: expected gt, gte, lt, lte, eq, neq, field or percentile");
}

static bool counts_values(enum correlation_type t)
{
	return t == CORRELATION_VALUE_COUNT || t >= CORRELATION_VALUE_SUM;
}

static bool read_condition(struct reading *r, const struct node *section, struct correlation *c)
{
	const struct node *n = node_get(section, "condition", NULL);
	bool temporal = c->type == CORRELATION_TEMPORAL || c->type == CORRELATION_TEMPORAL_ORDERED;

	c->percentile = 50;
	if (!n && temporal)
		return true;
	if (!n || n->kind != NODE_MAP)
		return reading_fault_at(r, n ? n : section, "this correlation needs a condition such as gte: 10");
	for (const struct node *k = n->child; k; k = k->next->next) {
		if (k->kind == NODE_SCALAR && slice_is(k->text, "field")) {
			if (!read_fields(r, k->next, "field", c->value, &c->value_count))
				return false;
		} else if (!read_bound(r, k, k->next, c)) {
			return false;
		}
	}
	if (counts_values(c->type) && !c->value_count)
		return reading_fault_at(r, n, "%s needs condition: field", type_words[c->type]);
	if (c->type >= CORRELATION_VALUE_SUM && c->value_count > 1)
		return reading_fault_at(r, n, "%s takes one field", type_words[c->type]);
	if (!c->bound_count && !temporal)
		return reading_fault_at(r, n, "the condition compares with nothing: give gte, gt, lt, lte, eq or neq");
	return true;
}

/* The field's name in the hits of each rule. */
static bool resolve_field(struct reading *r, const struct node *aliases, const struct correlation *c,
			  struct correlation_field *f)
{
	const struct node *alias = NULL;

	for (const struct node *k = aliases ? aliases->child : NULL; k && !alias; k = k->next->next)
		if (k->kind == NODE_SCALAR && slice_eq(k->text, f->name))
			alias = k->next;
	if (alias && alias->kind != NODE_MAP)
		return reading_fault_at(r, alias, "aliases: expected rules and their fields");
	f->per_ref = arena_array(&r->set->arena, c->ref_count, sizeof(*f->per_ref));
	for (size_t i = 0; i < c->ref_count; i++) {
		f->per_ref[i] = f->name;
		for (const struct node *k = alias ? alias->child : NULL; k; k = k->next->next)
			if (k->kind == NODE_SCALAR && slice_eq(k->text, c->refs[i].text) &&
			    is_text(k->next))
				f->per_ref[i] = k->next->text;
	}
	return true;
}

static bool resolve_fields(struct reading *r, const struct node *section, struct correlation *c)
{
	const struct node *aliases = node_get(section, "aliases", NULL);

	if (aliases && (aliases->kind != NODE_MAP || node_is_null(aliases)))
		return reading_fault_at(r, aliases, "aliases must name fields");
	for (size_t i = 0; i < c->group_count; i++)
		if (!resolve_field(r, aliases, c, &c->group[i]))
			return false;
	for (size_t i = 0; i < c->value_count; i++)
		if (!resolve_field(r, aliases, c, &c->value[i]))
			return false;
	return true;
}

/* `generate` stands at the top in the specification, in the section in some rules. */
static bool says_generate(const struct node *root, const struct node *section)
{
	const struct node *n = node_get(root, "generate", NULL);

	if (!n)
		n = node_get(section, "generate", NULL);
	return is_text(n) && slice_eq_nocase(n->text, slice_str("true"));
}

bool correlation_read(struct reading *r, const struct node *root, const struct node *section)
{
	struct ruleset *set = r->set;
	struct correlation c = { 0 };

	rule_head_read(r, root, &c.rule);
	if (section->kind != NODE_MAP)
		return reading_fault_at(r, section, "correlation needs type, rules and timespan");
	if (!read_type(r, section, &c) || !read_refs(r, section, &c) ||
	    !read_fields(r, node_get(section, "group-by", NULL), "group-by", c.group, &c.group_count) ||
	    !read_span(r, section, &c) || !read_condition(r, section, &c) ||
	    !resolve_fields(r, section, &c))
		return false;
	c.generate = says_generate(root, section);
	set->correlations = heap_room(set->correlations, set->correlation_count, &set->correlation_cap,
				      sizeof(*set->correlations));
	set->correlations[set->correlation_count++] = c;
	return true;
}

/* ---- joining ---- */

static void fault(struct ruleset *set, struct correlation *c, const char *format, struct slice name)
{
	set->faults = heap_room(set->faults, set->fault_count, &set->fault_cap, sizeof(*set->faults));
	set->faults[set->fault_count++] = (struct rule_fault){
		.file = c->rule.file,
		.line = c->rule.line,
		.column = 1,
		.reason = arena_printf(&set->arena, "%s %.*s", format, (int)(name.n < 200 ? name.n : 200),
				       (const char *)name.p),
		.fatal = true,
	};
	c->broken = true;
}

static bool is_called(const struct rule *rule, struct slice ref)
{
	return (rule->id.n && slice_eq(rule->id, ref)) || (rule->name.n && slice_eq(rule->name, ref));
}

/* The number of what ref names; UINT32_MAX when nothing does. */
static uint32_t target_of(const struct ruleset *set, struct slice ref)
{
	uint32_t known = map_get(&set->by_id, ref);

	if (known != MAP_NONE)
		return known;
	for (size_t i = 0; i < set->n; i++)
		if (is_called(&set->rules[i], ref))
			return (uint32_t)i;
	for (size_t i = 0; i < set->correlation_count; i++)
		if (is_called(&set->correlations[i].rule, ref))
			return (uint32_t)(set->n + i);
	return UINT32_MAX;
}

static void resolve(struct ruleset *set, struct correlation *c)
{
	for (size_t i = 0; i < c->ref_count && !c->broken; i++) {
		c->refs[i].target = target_of(set, c->refs[i].text);
		if (c->refs[i].target == UINT32_MAX)
			fault(set, c, "correlation: there is no rule", c->refs[i].text);
		else if (c->refs[i].target >= set->n &&
			 &set->correlations[c->refs[i].target - set->n] == c)
			fault(set, c, "correlation: it refers to itself by", c->refs[i].text);
	}
}

/* Are all correlations that c refers to among those that are placed? */
static bool ready(const struct ruleset *set, const struct correlation *c, const uint32_t *place)
{
	for (size_t i = 0; i < c->ref_count; i++)
		if (c->refs[i].target >= set->n && place[c->refs[i].target - set->n] == UINT32_MAX)
			return false;
	return true;
}

/* Puts correlations behind those they refer to; what is left over goes round in a circle, or
 * refers to a broken one. */
static void order(struct ruleset *set)
{
	size_t count = set->correlation_count, n = 0, before;
	struct correlation *sorted = heap_array(count, sizeof(*sorted));
	uint32_t *place = heap_array(count, sizeof(*place));

	memset(place, 0xff, count * sizeof(*place));
	do {
		before = n;
		for (size_t i = 0; i < count; i++) {
			struct correlation *c = &set->correlations[i];

			if (place[i] != UINT32_MAX || c->broken || !ready(set, c, place))
				continue;
			place[i] = (uint32_t)n;
			sorted[n++] = *c;
		}
	} while (n > before);
	for (size_t i = 0; i < count; i++)
		if (place[i] == UINT32_MAX && !set->correlations[i].broken)
			fault(set, &set->correlations[i],
			      "correlation: it refers to itself, or to one that cannot be loaded:",
			      set->correlations[i].rule.title);
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < sorted[i].ref_count; k++)
			if (sorted[i].refs[k].target >= set->n)
				sorted[i].refs[k].target =
					(uint32_t)set->n + place[sorted[i].refs[k].target - set->n];
	memcpy(set->correlations, sorted, n * sizeof(*sorted));
	set->correlation_count = n;
	free(sorted);
	free(place);
}

static void capture_field(struct ruleset *set, struct capture *c, struct slice field)
{
	for (size_t i = 0; i < c->count; i++)
		if (slice_eq(c->fields[i], field))
			return;
	/* At most all fields of all correlations: grown one by one, in the arena, seldom. */
	struct slice *more = arena_array(&set->arena, c->count + 1, sizeof(*more));

	if (c->count)
		memcpy(more, c->fields, c->count * sizeof(*more));
	more[c->count++] = field;
	c->fields = more;
}

static void capture(struct ruleset *set)
{
	set->captures = arena_array(&set->arena, set->n + set->correlation_count, sizeof(*set->captures));
	for (size_t i = 0; i < set->correlation_count; i++) {
		const struct correlation *c = &set->correlations[i];

		for (size_t k = 0; k < c->ref_count; k++) {
			struct capture *to = &set->captures[c->refs[k].target];

			to->silent = to->used ? to->silent && !c->generate : !c->generate;
			to->used = true;
			for (size_t f = 0; f < c->group_count; f++)
				capture_field(set, to, c->group[f].per_ref[k]);
			for (size_t f = 0; f < c->value_count; f++)
				capture_field(set, to, c->value[f].per_ref[k]);
		}
	}
}

void correlations_finish(struct ruleset *set)
{
	if (!set->correlation_count || set->captures)
		return;
	for (size_t i = 0; i < set->correlation_count; i++)
		resolve(set, &set->correlations[i]);
	order(set);
	capture(set);
}

void captures_intern(struct ruleset *set, struct names *names)
{
	for (size_t i = 0; set->captures && i < set->n; i++) {
		struct capture *c = &set->captures[i];

		c->ids = arena_array(&set->arena, c->count, sizeof(*c->ids));
		for (size_t k = 0; k < c->count; k++)
			c->ids[k] = names_add(names, c->fields[k]);
	}
}
