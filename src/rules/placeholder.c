/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/placeholder.h"

#include "base/heap.h"
#include "rules/document.h"

#include <stdlib.h>

struct placeholders {
	struct arena arena;
	struct yaml_node *root;
};

struct placeholders *placeholders_read(struct slice yaml, struct err *err)
{
	struct placeholders *p = heap_new(sizeof(*p));
	uint32_t column;

	arena_init(&p->arena, 0);
	struct yaml_reader *r = yaml_reader_new(yaml, &p->arena);

	p->root = yaml_next(r, err, &column);
	yaml_reader_free(r);
	if (p->root && p->root->kind == YAML_MAP)
		return p;
	if (err->code == ERR_NONE)
		err_set(err, ERR_FORMAT, 1, "placeholders must be a map of names to values");
	placeholders_free(p);
	return NULL;
}

void placeholders_free(struct placeholders *p)
{
	if (!p)
		return;
	arena_done(&p->arena);
	free(p);
}

/* The first %name% in text: its name, and where it stands. */
static bool find(struct slice text, struct slice *ret_name, size_t *ret_at)
{
	for (size_t at = 0; at < text.n; at++) {
		size_t end = at + 1;

		if (text.p[at] != '%')
			continue;
		while (end < text.n && text.p[end] != '%' && text.p[end] != ' ')
			end++;
		if (end < text.n && text.p[end] == '%' && end > at + 1) {
			*ret_name = slice_of(text.p + at + 1, end - at - 1);
			*ret_at = at;
			return true;
		}
	}
	return false;
}

static const struct yaml_node *values_of(const struct placeholders *p, struct slice name)
{
	if (!p)
		return NULL;
	for (const struct yaml_node *k = p->root->first; k && k->next; k = k->next->next)
		if (slice_eq(k->text, name))
			return k->next->kind == YAML_MAP ? NULL : k->next;
	return NULL;
}

size_t placeholder_count(const struct placeholders *p, struct slice text)
{
	const struct yaml_node *values;
	struct slice name;
	size_t at;

	if (!find(text, &name, &at) || !(values = values_of(p, name)))
		return 1;
	return values->kind == YAML_LIST ? values->count : 1;
}

struct slice placeholder_value(const struct placeholders *p, struct slice text, size_t i,
			       struct arena *arena)
{
	const struct yaml_node *v;
	struct slice name;
	size_t at;

	if (!find(text, &name, &at) || !(v = values_of(p, name)))
		return text;
	if (v->kind == YAML_LIST)
		for (v = v->first; i && v->next; i--)
			v = v->next;
	struct slice tail = slice_from(text, at + name.n + 2);

	return arena_printf(arena, "%.*s%.*s%.*s", (int)at, (const char *)text.p, (int)v->text.n,
			    (const char *)v->text.p, (int)tail.n, tail.n ? (const char *)tail.p : "");
}

bool placeholder_missing(const struct placeholders *p, struct slice text, struct slice *ret_name)
{
	size_t at;

	return find(text, ret_name, &at) && !values_of(p, *ret_name);
}
