/* SPDX-License-Identifier: Apache-2.0 */
/* YAML to struct rule. One document that cannot be read is one fault; the others are read. */
#include "base/heap.h"
#include "base/limits.h"
#include "rules/condition.h"
#include "rules/filter.h"
#include "rules/modifier.h"
#include "rules/placeholder.h"
#include "rules/rule.h"
#include "rules/document.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>


struct reader {
	struct ruleset *set;
	struct slice file;
	const struct placeholders *placeholders;
	bool failed; /* a fatal fault was said for this document */
};

static void fault(struct reader *r, uint32_t line, uint32_t column, bool fatal, const char *format,
		  ...) __attribute__((format(printf, 5, 6)));

static void fault(struct reader *r, uint32_t line, uint32_t column, bool fatal, const char *format,
		  ...)
{
	struct ruleset *set = r->set;
	char why[300];
	va_list args;

	va_start(args, format);
	vsnprintf(why, sizeof(why), format, args);
	va_end(args);
	/* One reason a rule is enough: the first. */
	if (fatal && r->failed)
		return;
	r->failed |= fatal;
	set->faults = heap_room(set->faults, set->fault_count, &set->fault_cap, sizeof(*set->faults));
	set->faults[set->fault_count++] =
		(struct rule_fault){ r->file, line, column,
				     arena_keep(&set->arena, slice_str(why)), fatal };
}

static void fault_at(struct reader *r, const struct yaml_node *n, bool fatal, const char *why)
{
	fault(r, n->line, n->column, fatal, "%s", why);
}

static struct slice lower(struct arena *a, struct slice s)
{
	uint8_t *p = arena_alloc(a, s.n + 1);

	for (size_t i = 0; i < s.n; i++)
		p[i] = s.p[i] >= 'A' && s.p[i] <= 'Z' ? (uint8_t)(s.p[i] | 0x20) : s.p[i];
	return slice_of(p, s.n);
}

static struct slice scalar(const struct yaml_node *map, const char *key)
{
	const struct yaml_node *n = yaml_get(map, key);

	return n && n->kind == YAML_SCALAR && !yaml_is_null(n) ? n->text : slice_of(NULL, 0);
}

static size_t expanded_count(struct reader *r, const struct key *k, const struct yaml_node *v)
{
	return key_has(k, MODIFIER_EXPAND) ? placeholder_count(r->placeholders, v->text) : 1;
}

/* A value with its placeholder replaced by the i-th of its values. */
static struct yaml_node expanded(struct reader *r, const struct key *k, const struct yaml_node *v,
				 size_t i)
{
	struct yaml_node copy = *v;

	if (key_has(k, MODIFIER_EXPAND))
		copy.text = placeholder_value(r->placeholders, v->text, i, &r->set->arena);
	return copy;
}

static bool item_value(struct reader *r, const struct key *k, const struct yaml_node *v,
		       struct item *it)
{
	struct test tests[VALUE_TESTS_MAX];
	struct err err = { 0 };
	size_t n, count = expanded_count(r, k, v);
	struct slice missing;

	if (v->kind != YAML_SCALAR) {
		fault_at(r, v, true, "a value must be text, a number or null");
		return false;
	}
	if (key_has(k, MODIFIER_EXPAND) && placeholder_missing(r->placeholders, v->text, &missing)) {
		fault(r, v->line, v->column, true,
		      "placeholder %%%.*s%% has no value: give it with --expand FILE",
		      (int)(missing.n < 60 ? missing.n : 60), (const char *)missing.p);
		return false;
	}
	for (size_t i = 0; i < count; i++) {
		struct yaml_node one = expanded(r, k, v, i);

		if (!value_tests(k, &one, &r->set->arena, tests, &n, &err)) {
			fault_at(r, v, true, err.why);
			return false;
		}
		memcpy(it->tests + it->test_count, tests, n * sizeof(*tests));
		it->test_count += n;
	}
	it->value_end[it->value_count++] = (uint32_t)it->test_count;
	return true;
}

static bool read_item(struct reader *r, const struct key *k, const struct yaml_node *at,
		      const struct yaml_node *values, struct item *it)
{
	bool list = values->kind == YAML_LIST;
	const struct yaml_node *v = list ? values->first : values;
	size_t count = list ? values->count : 1, tests = 0;

	*it = (struct item){ .field = k->field, .line = at->line, .column = at->column };
	it->all = key_has(k, MODIFIER_ALL);
	it->negated = key_has(k, MODIFIER_NEQ);
	if (count == 0) {
		fault_at(r, values, true, "an empty list of values");
		return false;
	}
	if (it->all && count == 1)
		fault_at(r, values, false, "\"all\" on a single value does nothing");
	for (const struct yaml_node *x = v; x; x = list ? x->next : NULL)
		tests += expanded_count(r, k, x) * VALUE_TESTS_MAX;
	it->tests = arena_array(&r->set->arena, tests, sizeof(*it->tests));
	it->value_end = arena_array(&r->set->arena, count, sizeof(*it->value_end));
	for (; v; v = list ? v->next : NULL)
		if (!item_value(r, k, v, it))
			return false;
	return true;
}

static bool read_map(struct reader *r, const struct yaml_node *map, struct item_map *ret)
{
	ret->items = arena_array(&r->set->arena, map->count / 2, sizeof(*ret->items));
	for (const struct yaml_node *k = map->first; k && k->next; k = k->next->next) {
		struct key key;
		struct err err = { 0 };

		if (k->kind != YAML_SCALAR || !key_parse(k->text, &r->set->arena, &key, &err)) {
			fault_at(r, k, true, k->kind == YAML_SCALAR ? err.why : "a field name must be text");
			return false;
		}
		if (!read_item(r, &key, k, k->next, &ret->items[ret->count++]))
			return false;
	}
	return ret->count > 0;
}

/* A list of plain values: keywords, any of them. */
static bool read_keywords(struct reader *r, const struct yaml_node *values, struct item_map *ret)
{
	struct key key = { 0 };

	ret->items = arena_array(&r->set->arena, 1, sizeof(*ret->items));
	ret->count = 1;
	return read_item(r, &key, values, values, &ret->items[0]);
}

static bool list_of_maps(struct reader *r, const struct yaml_node *list, struct selection *s)
{
	for (const struct yaml_node *n = list->first; n; n = n->next) {
		struct item_map *m = &s->maps[s->map_count++];

		if (n->kind == YAML_MAP ? !read_map(r, n, m) : !read_keywords(r, n, m))
			return false;
	}
	return true;
}

static bool has_map(const struct yaml_node *list)
{
	for (const struct yaml_node *n = list->first; n; n = n->next)
		if (n->kind == YAML_MAP)
			return true;
	return false;
}

static bool read_selection(struct reader *r, const struct yaml_node *name,
			   const struct yaml_node *body, struct selection *s)
{
	*s = (struct selection){ .name = name->text, .line = name->line, .column = name->column };
	if (body->kind == YAML_LIST && body->count && has_map(body)) {
		s->maps = arena_array(&r->set->arena, body->count, sizeof(*s->maps));
		return list_of_maps(r, body, s);
	}
	s->maps = arena_array(&r->set->arena, 1, sizeof(*s->maps));
	s->map_count = 1;
	if (body->kind == YAML_MAP && body->count)
		return read_map(r, body, &s->maps[0]);
	if (body->kind == YAML_MAP || yaml_is_null(body)) {
		fault_at(r, name, true, "an empty selection");
		return false;
	}
	return read_keywords(r, body, &s->maps[0]);
}

static bool read_condition(struct reader *r, const struct yaml_node *n, struct rule *rule)
{
	const struct yaml_node *one = n->kind == YAML_LIST ? n->first : n;

	for (; one; one = n->kind == YAML_LIST ? one->next : NULL) {
		struct err err = { 0 };
		struct expr *e;

		if (one->kind != YAML_SCALAR) {
			fault_at(r, one, true, "a condition must be text");
			return false;
		}
		e = condition_parse(one->text, rule->selections, rule->selection_count,
				    &r->set->arena, &err);
		if (!e) {
			fault(r, one->line, one->column + (uint32_t)err.at, true, "%s", err.why);
			return false;
		}
		rule->condition = rule->condition ? condition_join(&r->set->arena, EXPR_OR,
								   rule->condition, e)
						  : e;
	}
	if (!rule->condition)
		fault_at(r, n, true, "an empty condition");
	return rule->condition != NULL;
}

/* The parts of `detection`, or of a filter's `filter`, that are not selections. */
static bool is_selection_key(const struct yaml_node *k)
{
	return !slice_is(k->text, "condition") && !slice_is(k->text, "timeframe") &&
	       !slice_is(k->text, "rules");
}

static bool read_detection(struct reader *r, const struct yaml_node *d, struct rule *rule)
{
	const struct yaml_node *condition = yaml_get(d, "condition");

	if (d->kind != YAML_MAP || !condition) {
		fault_at(r, d, true, "detection needs selections and a condition");
		return false;
	}
	rule->selections = arena_array(&r->set->arena, d->count / 2, sizeof(*rule->selections));
	for (const struct yaml_node *k = d->first; k && k->next; k = k->next->next)
		if (is_selection_key(k) &&
		    !read_selection(r, k, k->next, &rule->selections[rule->selection_count++]))
			return false;
	return read_condition(r, condition, rule);
}

static void read_tags(struct reader *r, const struct yaml_node *doc, struct rule *rule)
{
	const struct yaml_node *tags = yaml_get(doc, "tags");

	if (!tags || tags->kind != YAML_LIST)
		return;
	rule->tags = arena_array(&r->set->arena, tags->count, sizeof(*rule->tags));
	for (const struct yaml_node *t = tags->first; t; t = t->next)
		if (t->kind == YAML_SCALAR)
			rule->tags[rule->tag_count++] = t->text;
}

static void read_header(struct reader *r, const struct yaml_node *doc, struct rule *rule)
{
	const struct yaml_node *source = yaml_get(doc, "logsource"), *level = yaml_get(doc, "level");
	struct arena *a = &r->set->arena;

	rule->id = scalar(doc, "id");
	rule->title = scalar(doc, "title");
	rule->name = scalar(doc, "name");
	rule->status = scalar(doc, "status");
	rule->description = scalar(doc, "description");
	rule->author = scalar(doc, "author");
	rule->taxonomy = scalar(doc, "taxonomy");
	rule->file = r->file;
	rule->line = doc->line;
	rule->logsource.product = lower(a, scalar(source, "product"));
	rule->logsource.category = lower(a, scalar(source, "category"));
	rule->logsource.service = lower(a, scalar(source, "service"));
	if (level && !rule_level_parse(level->text, &rule->level))
		fault_at(r, level, false, "unknown level: taken as informational");
	read_tags(r, doc, rule);
}

static void add_rule(struct reader *r, const struct yaml_node *doc, const struct rule *rule)
{
	struct ruleset *set = r->set;

	if (rule->id.n) {
		if (map_get(&set->by_id, rule->id) != MAP_NONE) {
			fault_at(r, doc, true, "a rule with this id is already loaded");
			return;
		}
		map_set(&set->by_id, rule->id, (uint32_t)set->n);
	}
	set->rules = heap_room(set->rules, set->n, &set->cap, sizeof(*set->rules));
	set->rules[set->n++] = *rule;
}

static void read_document(struct reader *r, const struct yaml_node *doc)
{
	const struct yaml_node *detection = yaml_get(doc, "detection");
	const struct yaml_node *filter = yaml_get(doc, "filter"), *n;
	struct rule rule = { 0 };

	r->failed = false;
	if (doc->kind != YAML_MAP) {
		fault_at(r, doc, true, "not a rule: a map with title, logsource and detection");
		return;
	}
	if ((n = yaml_get(doc, "correlation"))) {
		r->set->correlations++;
		fault_at(r, n, true, "correlation rules are not evaluated yet");
		return;
	}
	if ((n = yaml_get(doc, "action"))) {
		fault_at(r, n, true, "\"action\" (rule collections) left Sigma: write whole rules");
		return;
	}
	read_header(r, doc, &rule);
	if (filter) {
		if (read_detection(r, filter, &rule))
			filter_add(r->set, &rule, yaml_get(filter, "rules"));
		return;
	}
	if (!detection) {
		fault_at(r, doc, true, "not a rule: it has no detection");
		return;
	}
	if (read_detection(r, detection, &rule))
		add_rule(r, doc, &rule);
}

void ruleset_init(struct ruleset *set)
{
	*set = (struct ruleset){ 0 };
	arena_init(&set->arena, 0);
	map_init(&set->by_id);
}

void ruleset_done(struct ruleset *set)
{
	filters_free(set->filters);
	free(set->rules);
	free(set->faults);
	map_done(&set->by_id);
	arena_done(&set->arena);
	*set = (struct ruleset){ 0 };
}

void ruleset_read(struct ruleset *set, struct slice file, struct slice text,
		  const struct placeholders *placeholders)
{
	struct reader r = { .set = set, .placeholders = placeholders };
	struct yaml_reader *yaml;
	struct yaml_node *doc;
	struct err err;
	uint32_t column = 0;

	r.file = arena_keep(&set->arena, file);
	if (text.n > LIMIT_RULE_BYTES) {
		fault(&r, 0, 0, true, "larger than %zu bytes: not a rule", LIMIT_RULE_BYTES);
		return;
	}
	yaml = yaml_reader_new(text, &set->arena);
	while ((doc = yaml_next(yaml, &err, &column)))
		if (!(doc->kind == YAML_SCALAR && yaml_is_null(doc)))
			read_document(&r, doc);
	if (err.code != ERR_NONE) {
		r.failed = false;
		fault(&r, (uint32_t)err.at, column, true, "%s", err.why);
	}
	yaml_reader_free(yaml);
}

void ruleset_finish(struct ruleset *set)
{
	filters_apply(set);
}

static const char *const level_names[] = { "informational", "low", "medium", "high", "critical" };

const char *rule_level_text(enum rule_level level)
{
	return level_names[level];
}

bool rule_level_parse(struct slice text, enum rule_level *ret)
{
	for (size_t i = 0; i < sizeof(level_names) / sizeof(*level_names); i++)
		if (slice_eq_nocase(text, slice_str(level_names[i]))) {
			*ret = (enum rule_level)i;
			return true;
		}
	return false;
}
