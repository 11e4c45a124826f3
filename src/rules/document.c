/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/document.h"

#include "base/heap.h"
#include "base/limits.h"

#include <stdlib.h>
#include <yaml.h>

struct yaml_reader {
	yaml_parser_t parser;
	struct arena *arena;
	bool over;
};

struct yaml_reader *yaml_reader_new(struct slice text, struct arena *arena)
{
	struct yaml_reader *r = heap_new(sizeof(*r));

	if (!yaml_parser_initialize(&r->parser))
		abort();
	yaml_parser_set_input_string(&r->parser, text.n ? text.p : (const uint8_t *)"", text.n);
	r->arena = arena;
	return r;
}

void yaml_reader_free(struct yaml_reader *r)
{
	if (!r)
		return;
	yaml_parser_delete(&r->parser);
	free(r);
}

static bool fail(struct yaml_reader *r, struct err *err, uint32_t *column)
{
	const yaml_parser_t *p = &r->parser;

	r->over = true;
	*column = (uint32_t)p->problem_mark.column + 1;
	return err_set(err, ERR_FORMAT, p->problem_mark.line + 1, "YAML: %s",
		       p->problem ? p->problem : "cannot be read");
}

static bool refuse(struct yaml_reader *r, const yaml_event_t *e, struct err *err, uint32_t *column,
		   const char *why)
{
	r->over = true;
	*column = (uint32_t)e->start_mark.column + 1;
	return err_set(err, ERR_FORMAT, e->start_mark.line + 1, "YAML: %s", why);
}

static struct yaml_node *node_new(struct yaml_reader *r, const yaml_event_t *e)
{
	struct yaml_node *n = arena_array(r->arena, 1, sizeof(*n));

	n->line = (uint32_t)e->start_mark.line + 1;
	n->column = (uint32_t)e->start_mark.column + 1;
	switch (e->type) {
	case YAML_SCALAR_EVENT:
		n->kind = YAML_SCALAR;
		n->quoted = e->data.scalar.style != YAML_PLAIN_SCALAR_STYLE;
		n->text = arena_keep(r->arena, slice_of(e->data.scalar.value, e->data.scalar.length));
		break;
	case YAML_SEQUENCE_START_EVENT:
		n->kind = YAML_LIST;
		break;
	default:
		n->kind = YAML_MAP;
		break;
	}
	return n;
}

static void append(struct yaml_node *parent, struct yaml_node *n)
{
	if (parent->last)
		parent->last->next = n;
	else
		parent->first = n;
	parent->last = n;
	parent->count++;
}

/* The nodes being filled, outermost first. */
struct stack {
	struct yaml_node *open[LIMIT_DEPTH];
	size_t depth;
	struct yaml_node *root;
};

/* One event into the tree: false with err when it does not fit; *done at the document's end. */
static bool take(struct yaml_reader *r, struct stack *s, const yaml_event_t *e, struct err *err,
		 uint32_t *column, bool *done)
{
	switch (e->type) {
	case YAML_SCALAR_EVENT:
	case YAML_SEQUENCE_START_EVENT:
	case YAML_MAPPING_START_EVENT: {
		struct yaml_node *n = node_new(r, e);

		if (s->depth)
			append(s->open[s->depth - 1], n);
		else
			s->root = n;
		if (n->kind == YAML_SCALAR)
			return true;
		if (s->depth == LIMIT_DEPTH)
			return refuse(r, e, err, column, "nested too deep");
		s->open[s->depth++] = n;
		return true;
	}
	case YAML_SEQUENCE_END_EVENT:
	case YAML_MAPPING_END_EVENT:
		s->depth--;
		return true;
	case YAML_ALIAS_EVENT:
		return refuse(r, e, err, column, "aliases (*name) are not allowed in rules");
	case YAML_STREAM_END_EVENT:
		r->over = *done = true;
		return true;
	case YAML_DOCUMENT_END_EVENT:
		*done = true;
		return true;
	default:
		return true;
	}
}

struct yaml_node *yaml_next(struct yaml_reader *r, struct err *err, uint32_t *column)
{
	struct stack s = { 0 };
	bool done = false;

	*err = (struct err){ 0 };
	while (!done && !r->over) {
		yaml_event_t e;

		if (!yaml_parser_parse(&r->parser, &e)) {
			fail(r, err, column);
			return NULL;
		}
		bool ok = take(r, &s, &e, err, column, &done);

		yaml_event_delete(&e);
		if (!ok)
			return NULL;
	}
	return s.root;
}

struct yaml_node *yaml_get(const struct yaml_node *map, const char *key)
{
	if (!map || map->kind != YAML_MAP)
		return NULL;
	for (struct yaml_node *k = map->first; k && k->next; k = k->next->next)
		if (k->kind == YAML_SCALAR && slice_is(k->text, key))
			return k->next;
	return NULL;
}

bool yaml_is_null(const struct yaml_node *n)
{
	return n->kind == YAML_SCALAR && !n->quoted &&
	       (n->text.n == 0 || slice_is(n->text, "~") || slice_is(n->text, "null") ||
		slice_is(n->text, "Null") || slice_is(n->text, "NULL"));
}
