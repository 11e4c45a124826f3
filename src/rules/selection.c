/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/read.h"

#include <stdlib.h>

/*
 * The detection section (specification 2.1, "Detection"): named selections, each a map (AND of
 * its fields), a list of maps (OR), or keywords.
 */

#define KEYS_MAX 512u

static void *array(struct reading *r, size_t n, size_t size)
{
	void *p = arena_array(&r->set->arena, n, size);

	if (!p)
		abort();
	return p;
}

/* Moves the tests gathered in r into the item. */
static void finish_item(struct reading *r, const struct plan *plan, const struct node *at,
			struct item *item)
{
	item->tests = array(r, r->test_count, sizeof(*item->tests));
	memcpy(item->tests, r->tests, r->test_count * sizeof(*item->tests));
	item->test_count = r->test_count;
	item->value_end = array(r, r->value_count, sizeof(*item->value_end));
	memcpy(item->value_end, r->value_end, r->value_count * sizeof(*item->value_end));
	item->value_count = r->value_count;
	item->all = plan->all;
	item->negated = plan->negated;
	item->line = at->line;
	item->column = at->column;
}

static bool read_values(struct reading *r, const struct plan *plan, const struct node *first,
			bool list, const struct node *at, struct item *item)
{
	r->test_count = 0;
	r->value_count = 0;
	for (const struct node *v = first; v; v = list ? v->next : NULL)
		if (!value_read(r, plan, v))
			return false;
	if (r->value_count == 0)
		return reading_fault_at(r, at, "an empty list: give at least one value");
	if (plan->all && r->value_count == 1)
		reading_note_at(r, at, "'all' on a single value does nothing");
	finish_item(r, plan, at, item);
	return true;
}

static bool read_item(struct reading *r, const struct node *key, struct item *item)
{
	const struct node *value = key->next;
	bool list = value->kind == NODE_LIST;
	struct plan plan;

	if (key->kind != NODE_SCALAR)
		return reading_fault_at(r, key, "a field's name must be a plain text");
	if (key->plain && slice_is(key->text, "<<"))
		return reading_fault_at(r, key, "YAML merge keys are not taken: write them out");
	if (!modifiers_read(r, key, &item->field, &plan))
		return false;
	if (value->kind == NODE_MAP)
		return reading_fault_at(r, value, "a field needs a value or a list of values");
	return read_values(r, &plan, list ? value->child : value, list, key, item);
}

static bool read_map(struct reading *r, const struct node *map, struct item_map *ret)
{
	const struct node *twice;

	if (map->count == 0)
		return reading_fault_at(r, map, "an empty selection");
	if (map->count > KEYS_MAX)
		return reading_fault_at(r, map, "more than %u fields in one selection", KEYS_MAX);
	twice = node_twice(map);
	if (twice)
		return reading_fault_at(r, twice,
					"'%s' stands twice in one selection, and only one would "
					"count: put one into another selection",
					(const char *)twice->text.p);
	ret->items = array(r, map->count, sizeof(*ret->items));
	for (const struct node *k = map->child; k; k = k->next->next)
		if (!read_item(r, k, &ret->items[ret->count++]))
			return false;
	return true;
}

/* One keyword, or (list) a run of them up to the end or the next map. */
static bool read_keywords(struct reading *r, const struct node *first, bool list,
			  struct item_map *ret)
{
	struct plan plan = { .op = TEST_TEXT, .keyword = true, .front = true, .back = true };

	ret->items = array(r, 1, sizeof(*ret->items));
	ret->count = 1;
	return read_values(r, &plan, first, list, first, ret->items);
}

/* Texts of a list that also has maps are keywords on their own. */
static bool read_list(struct reading *r, const struct node *list, struct selection *s)
{
	size_t maps = 0;

	for (const struct node *n = list->child; n; n = n->next) {
		maps += n->kind == NODE_MAP;
		if (n->kind == NODE_LIST)
			return reading_fault_at(r, n,
						"a list inside a list: make one list of them");
	}
	if (list->count == 0)
		return reading_fault_at(r, list, "an empty selection");
	s->maps = array(r, maps ? list->count : 1, sizeof(*s->maps));
	if (!maps) {
		s->map_count = 1;
		return read_keywords(r, list->child, true, s->maps);
	}
	for (const struct node *n = list->child; n; n = n->next) {
		struct item_map *m = &s->maps[s->map_count++];

		if (n->kind == NODE_MAP ? !read_map(r, n, m) : !read_keywords(r, n, false, m))
			return false;
	}
	return true;
}

static bool read_selection(struct reading *r, const struct node *key, struct selection *s)
{
	const struct node *value = key->next;

	s->name = key->text;
	s->line = key->line;
	s->column = key->column;
	if (key->kind != NODE_SCALAR || key->text.n == 0)
		return reading_fault_at(r, key, "a selection needs a name");
	if (value->kind == NODE_LIST)
		return read_list(r, value, s);
	s->maps = array(r, 1, sizeof(*s->maps));
	s->map_count = 1;
	if (value->kind == NODE_MAP)
		return read_map(r, value, s->maps);
	if (node_is_null(value))
		return reading_fault_at(r, key, "selection '%s' is empty",
					(const char *)key->text.p);
	return read_keywords(r, value, false, s->maps);
}

static bool is_one_of(const struct node *key, const char *const *names)
{
	for (; *names; names++)
		if (key->kind == NODE_SCALAR && slice_is(key->text, *names))
			return true;
	return false;
}

bool selections_read(struct reading *r, const struct node *section, const char *const *not_these,
		     struct selection **ret, size_t *ret_count)
{
	const struct node *twice;
	struct selection *list;
	size_t n = 0;

	if (section->kind != NODE_MAP)
		return reading_fault_at(r, section, "expected selections and a condition");
	if (section->count > KEYS_MAX)
		return reading_fault_at(r, section, "more than %u selections", KEYS_MAX);
	twice = node_twice(section);
	if (twice)
		return reading_fault_at(r, twice, "'%s' stands twice", (const char *)twice->text.p);
	list = array(r, section->count, sizeof(*list));
	for (const struct node *k = section->child; k; k = k->next->next)
		if (!is_one_of(k, not_these) && !read_selection(r, k, &list[n++]))
			return false;
	*ret = list;
	*ret_count = n;
	return true;
}
