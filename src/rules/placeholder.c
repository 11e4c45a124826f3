/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/read.h"

#include "base/heap.h"
#include "base/limits.h"

#include <stdlib.h>

struct placeholders {
	struct map names; /* name -> index */
	struct arena arena;
	struct placeholder {
		struct slice *values;
		size_t count;
	} * list;
	size_t n, cap;
};

static bool add(struct placeholders *p, const struct node *key, const struct node *value,
		struct err *err)
{
	struct placeholder entry = { 0 };
	size_t count = value->kind == NODE_LIST ? value->count : 1;

	if (key->kind != NODE_SCALAR || value->kind == NODE_MAP)
		return err_set(err, ERR_FORMAT, key->line,
			       "line %u: expected NAME: VALUE or NAME: [VALUE, ...]", key->line);
	entry.values = arena_array(&p->arena, count, sizeof(*entry.values));
	for (const struct node *v = value->kind == NODE_LIST ? value->child : value; v;
	     v = value->kind == NODE_LIST ? v->next : NULL) {
		if (v->kind != NODE_SCALAR)
			return err_set(err, ERR_FORMAT, v->line,
				       "line %u: the values of a placeholder must be plain texts",
				       v->line);
		entry.values[entry.count++] = v->text;
	}
	p->list = heap_room(p->list, p->n, &p->cap, sizeof(*p->list));
	p->list[p->n] = entry;
	map_set(&p->names, key->text, (uint32_t)p->n++);
	return true;
}

static bool read_all(struct placeholders *p, struct slice yaml, struct arena *scratch,
		     struct err *err)
{
	struct node_reader reader;
	struct node *root = NULL;
	bool ok = false;

	node_reader_init(&reader, yaml, scratch, &p->arena);
	switch (node_read(&reader, &root)) {
	case NODE_FAULT:
		err_set(err, ERR_FORMAT, reader.fault.line, "line %u, column %u: %s",
			reader.fault.line, reader.fault.column, reader.fault.why);
		break;
	case NODE_END:
		ok = true;
		break;
	case NODE_DOCUMENT:
		if (root->kind != NODE_MAP && !node_is_null(root)) {
			err_set(err, ERR_FORMAT, root->line,
				"line %u: expected NAME: [VALUE, ...] for each placeholder",
				root->line);
			break;
		}
		ok = true;
		for (struct node *k = root->child; k && ok; k = k->next->next)
			ok = add(p, k, k->next, err);
	}
	node_reader_done(&reader);
	return ok;
}

struct placeholders *placeholders_read(struct slice yaml, struct err *err)
{
	struct placeholders *p;
	struct arena scratch;

	if (yaml.n > LIMIT_RULE_BYTES) {
		err_set(err, ERR_LIMIT, 0, "larger than %zu bytes", LIMIT_RULE_BYTES);
		return NULL;
	}
	p = heap_new(sizeof(*p));
	map_init(&p->names);
	arena_init(&p->arena, 0);
	arena_init(&scratch, 0);
	bool ok = read_all(p, yaml, &scratch, err);

	arena_done(&scratch);
	if (ok)
		return p;
	placeholders_free(p);
	return NULL;
}

void placeholders_free(struct placeholders *p)
{
	if (!p)
		return;
	map_done(&p->names);
	arena_done(&p->arena);
	free(p->list);
	free(p);
}

bool placeholders_get(const struct placeholders *p, struct slice name, const struct slice **ret,
		      size_t *ret_count)
{
	uint32_t i = p ? map_get(&p->names, name) : MAP_NONE;

	if (i == MAP_NONE || p->list[i].count == 0)
		return false;
	*ret = p->list[i].values;
	*ret_count = p->list[i].count;
	return true;
}
