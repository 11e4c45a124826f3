/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/read.h"

#include "base/heap.h"
#include "base/limits.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

/* Tests of one file: one for each byte of it is more than can be written out, the rest is for
 * aliases, placeholders and base64offset. */
#define TESTS_EXTRA ((size_t)200000)
#define MERGED_KEYS_MAX 512u	   /* of a map that is merged into another (action: global) */
#define MERGED_DOCUMENTS_MAX 1000u /* of a file */

static void add_fault(struct reading *r, bool fatal, uint32_t line, uint32_t column,
		      const char *format, va_list args) __attribute__((format(printf, 5, 0)));

static void add_fault(struct reading *r, bool fatal, uint32_t line, uint32_t column,
		      const char *format, va_list args)
{
	struct ruleset *set = r->set;
	char text[400];
	int n = vsnprintf(text, sizeof(text), format, args);

	if (n < 0)
		n = 0;
	set->faults =
		heap_room(set->faults, set->fault_count, &set->fault_cap, sizeof(*set->faults));
	set->faults[set->fault_count++] = (struct rule_fault){
		.file = r->file,
		.line = line ? line : r->line,
		.column = column,
		.reason = arena_keep(
			&set->arena,
			slice_of(text, (size_t)n < sizeof(text) ? (size_t)n : sizeof(text) - 1)),
		.fatal = fatal,
	};
}

bool reading_fault(struct reading *r, uint32_t line, uint32_t column, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	add_fault(r, true, line, column, format, args);
	va_end(args);
	return false;
}

bool reading_fault_at(struct reading *r, const struct node *n, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	add_fault(r, true, n->line, n->column, format, args);
	va_end(args);
	return false;
}

void reading_note_at(struct reading *r, const struct node *n, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	add_fault(r, false, n->line, n->column, format, args);
	va_end(args);
}

/* A scalar's text under a key of the root; p NULL where there is none. */
static struct slice text_of(const struct node *root, const char *key)
{
	const struct node *n = node_get(root, key, NULL);

	return n && n->kind == NODE_SCALAR && !node_is_null(n) ? n->text : slice_of(NULL, 0);
}

static bool logsource_key(struct reading *r, const struct node *section, const char *key,
			  struct slice *ret)
{
	const struct node *n = node_get(section, key, NULL);

	if (!n || node_is_null(n))
		return true;
	if (n->kind != NODE_SCALAR)
		return reading_fault_at(r, n, "logsource: %s must be a text", key);
	if (n->text.n)
		*ret = arena_lower(&r->set->arena, n->text);
	return true;
}

bool logsource_read(struct reading *r, const struct node *root, struct logsource *ret)
{
	struct node *key = NULL;
	const struct node *section = node_get(root, "logsource", &key);

	if (!section)
		return reading_fault(r, 0, 0, "no logsource: give product, category or service");
	if (section->kind != NODE_MAP)
		return reading_fault_at(r, section, "logsource needs product, category or service");
	if (!logsource_key(r, section, "product", &ret->product) ||
	    !logsource_key(r, section, "category", &ret->category) ||
	    !logsource_key(r, section, "service", &ret->service))
		return false;
	if (!ret->product.p && !ret->category.p && !ret->service.p)
		return reading_fault_at(r, key, "logsource needs product, category or service");
	return true;
}

static void read_tags(struct reading *r, const struct node *root, struct rule *rule)
{
	const struct node *tags = node_get(root, "tags", NULL);

	if (!tags || tags->kind != NODE_LIST)
		return;
	rule->tags = arena_array(&r->set->arena, tags->count, sizeof(*rule->tags));
	for (const struct node *n = tags->child; n; n = n->next)
		if (n->kind == NODE_SCALAR)
			rule->tags[rule->tag_count++] = n->text;
}

static void read_level(struct reading *r, const struct node *root, struct rule *rule)
{
	const struct node *n = node_get(root, "level", NULL);

	if (n && !node_is_null(n) &&
	    (n->kind != NODE_SCALAR || !rule_level_parse(n->text, &rule->level)))
		reading_note_at(r, n,
				"unknown level: informational is assumed (informational, low, "
				"medium, high, critical)");
}

static bool read_detection(struct reading *r, const struct node *root, struct rule *rule)
{
	static const char *const others[] = { "condition", "timeframe", NULL };
	struct node *key = NULL;
	const struct node *section = node_get(root, "detection", &key), *condition;

	if (!section)
		return reading_fault(r, 0, 0, "no detection: give selections and a condition");
	condition = node_get(section, "condition", NULL);
	if (!condition)
		return reading_fault_at(r, key, "detection has no condition");
	if (!selections_read(r, section, others, &rule->selections, &rule->selection_count))
		return false;
	if (rule->selection_count == 0)
		return reading_fault_at(r, key, "detection has no selection");
	return condition_read(r, condition, rule->selections, rule->selection_count,
			      &rule->condition);
}

void rule_head_read(struct reading *r, const struct node *root, struct rule *rule)
{
	*rule = (struct rule){ .file = r->file, .line = r->line };
	rule->id = text_of(root, "id");
	rule->title = text_of(root, "title");
	rule->name = text_of(root, "name");
	rule->status = text_of(root, "status");
	rule->description = text_of(root, "description");
	rule->author = text_of(root, "author");
	rule->taxonomy = text_of(root, "taxonomy");
	read_tags(r, root, rule);
	read_level(r, root, rule);
}

static bool read_rule(struct reading *r, const struct node *root, bool may_repeat)
{
	struct ruleset *set = r->set;
	struct rule rule = { 0 };

	rule_head_read(r, root, &rule);
	if (rule.id.n && !may_repeat) {
		uint32_t other = map_get(&set->by_id, rule.id);

		if (other != MAP_NONE)
			return reading_fault(
				r, 0, 0, "its id is that of %.*s, line %u: this one is left out",
				(int)set->rules[other].file.n, set->rules[other].file.p,
				set->rules[other].line);
	}
	if (!logsource_read(r, root, &rule.logsource) || !read_detection(r, root, &rule))
		return false;
	if (rule.id.n && map_get(&set->by_id, rule.id) == MAP_NONE)
		map_set(&set->by_id, rule.id, (uint32_t)set->n);
	set->rules = heap_room(set->rules, set->n, &set->cap, sizeof(*set->rules));
	set->rules[set->n++] = rule;
	return true;
}

static void add_pair(struct arena *a, struct node *map, struct node ***tail, const struct node *key,
		     const struct node *value)
{
	struct node *pair = arena_array(a, 2, sizeof(*pair));

	if (!pair)
		abort();
	pair[0] = *key;
	pair[1] = *value;
	pair[0].next = &pair[1];
	pair[1].next = NULL;
	**tail = pair;
	*tail = &pair[1].next;
	map->count++;
}

/* A new map of both, maps merged into maps; elsewhere what `over` says wins. Shares children with
 * both. Depth is that of the YAML, which is bounded. */
static struct node *merge(struct arena *a, const struct node *base, const struct node *over)
{
	struct node *map = arena_array(a, 1, sizeof(*map)), **tail;

	if (!map)
		abort();
	*map = *over;
	if (base->count > MERGED_KEYS_MAX || over->count > MERGED_KEYS_MAX)
		return map;
	map->child = map->next = NULL;
	map->count = 0;
	tail = &map->child;
	for (const struct node *k = base->child; k; k = k->next->next) {
		const struct node *value = k->next, *other;

		if (k->kind != NODE_SCALAR)
			continue;
		other = node_get(over, (const char *)k->text.p, NULL);
		if (other && other->kind == NODE_MAP && value->kind == NODE_MAP)
			value = merge(a, value, other);
		else if (other)
			value = other;
		add_pair(a, map, &tail, k, value);
	}
	for (const struct node *k = over->child; k; k = k->next->next)
		if (k->kind == NODE_SCALAR && !node_get(base, (const char *)k->text.p, NULL))
			add_pair(a, map, &tail, k, k->next);
	return map;
}

/* What `action` documents of older rule collections carry from one document to the next. */
struct collection {
	const struct node *global, *previous;
	uint32_t merged;
};

/* The document with what came before it; NULL when it is no rule itself. */
static const struct node *apply_action(struct reading *r, struct collection *c,
				       const struct node *root, bool *ret_repeat)
{
	const struct node *node = node_get(root, "action", NULL);
	struct slice action = text_of(root, "action");
	bool repeat = slice_is(action, "repeat");
	const struct node *base = repeat ? c->previous : c->global;

	*ret_repeat = base != NULL;
	if (slice_is(action, "reset")) {
		c->global = NULL;
		return NULL;
	}
	if (node && !repeat && !slice_is(action, "global")) {
		reading_fault_at(r, node, "unknown action: global, reset or repeat");
		return NULL;
	}
	if (base && c->merged++ == MERGED_DOCUMENTS_MAX) {
		reading_fault_at(r, root, "more than %u documents are built on others",
				 MERGED_DOCUMENTS_MAX);
		return NULL;
	}
	if (base)
		root = merge(&r->scratch, base, root);
	if (node && !repeat)
		c->global = root;
	else
		c->previous = root;
	return node && !repeat ? NULL : root;
}

static void read_document(struct reading *r, struct collection *c, const struct node *root)
{
	struct node *key = NULL;
	const struct node *filter;
	bool repeat;

	r->line = root->line;
	if (node_is_null(root))
		return;
	if (root->kind != NODE_MAP) {
		reading_fault_at(r, root, "no Sigma rule: expected title, logsource and detection");
		return;
	}
	root = apply_action(r, c, root, &repeat);
	if (!root)
		return;
	const struct node *correlation = node_get(root, "correlation", &key);

	if (correlation) {
		(void)correlation_read(r, root, correlation);
		return;
	}
	filter = node_get(root, "filter", NULL);
	if (filter && !node_get(root, "detection", NULL))
		(void)filter_read(r, root, filter);
	else
		(void)read_rule(r, root, repeat);
}

static void read_documents(struct reading *r, struct slice text)
{
	struct collection c = { 0 };
	struct node_reader reader;
	struct node *root = NULL;
	enum node_step step;

	node_reader_init(&reader, text, &r->scratch, &r->set->arena);
	while ((step = node_read(&reader, &root)) == NODE_DOCUMENT)
		read_document(r, &c, root);
	if (step == NODE_FAULT)
		(void)reading_fault(r, reader.fault.line, reader.fault.column, "%s",
				    reader.fault.why);
	node_reader_done(&reader);
}

void ruleset_read(struct ruleset *set, struct slice file, struct slice text,
		  const struct placeholders *placeholders)
{
	struct reading r = { .set = set,
			     .placeholders = placeholders,
			     .tests_left = text.n + TESTS_EXTRA };

	r.file = arena_keep(&set->arena, file);
	arena_init(&r.scratch, 0);
	if (text.n > LIMIT_RULE_BYTES)
		(void)reading_fault(&r, 0, 0, "larger than %zu bytes", LIMIT_RULE_BYTES);
	else
		read_documents(&r, text);
	arena_done(&r.scratch);
	free(r.tests);
	free(r.value_end);
}
