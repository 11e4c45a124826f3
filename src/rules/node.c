/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/node.h"

#include "base/limits.h"

#include <stdio.h>

#define ANCHORS_MAX 64

struct level {
	struct node *node;
	struct node **tail; /* where the next child goes */
	uint32_t count;	    /* children so far, keys and values */
	bool skip;	    /* the next value is of no interest */
};

struct builder {
	struct node_reader *r;
	struct level stack[LIMIT_RULE_DEPTH];
	size_t depth;
	struct node *root;
	struct {
		struct slice name;
		struct node *node;
	} anchors[ANCHORS_MAX];
	size_t anchor_count;
};

void node_reader_init(struct node_reader *r, struct slice text, struct arena *scratch,
		      struct arena *keep)
{
	*r = (struct node_reader){ .scratch = scratch, .keep = keep, .text = text };
	if (!yaml_parser_initialize(&r->parser))
		abort();
	yaml_parser_set_input_string(&r->parser, text.n ? text.p : (const uint8_t *)"", text.n);
}

void node_reader_done(struct node_reader *r)
{
	yaml_parser_delete(&r->parser);
}

static bool fail(struct node_reader *r, yaml_mark_t mark, const char *why)
{
	r->fault.line = (uint32_t)mark.line + 1;
	r->fault.column = (uint32_t)mark.column + 1;
	snprintf(r->fault.why, sizeof(r->fault.why), "%s", why);
	return false;
}

/* libyaml gives a byte offset instead of a place where the text is not UTF-8. */
static bool fail_parser(struct node_reader *r)
{
	const yaml_parser_t *p = &r->parser;
	yaml_mark_t mark = p->problem_mark;

	if (p->error == YAML_READER_ERROR) {
		size_t end = p->problem_offset < r->text.n ? p->problem_offset : r->text.n,
		       start = 0;

		mark.line = 0;
		for (size_t i = 0; i < end; i++)
			if (r->text.p[i] == '\n') {
				mark.line++;
				start = i + 1;
			}
		mark.column = end - start;
	}
	(void)fail(r, mark, "");
	snprintf(r->fault.why, sizeof(r->fault.why), "not valid YAML: %s%s%s",
		 p->problem ? p->problem : "no memory", p->context ? " " : "",
		 p->context ? p->context : "");
	return false;
}

/* The keys of a rule whose values are for people only. */
static bool nobody_reads(struct slice key)
{
	static const char *const keys[] = { "references", "falsepositives", "related",
					    "fields",	  "date",	    "modified",
					    "license",	  "scope",	    "regression_tests_path",
					    "simulation" };

	for (size_t i = 0; i < sizeof(keys) / sizeof(*keys); i++)
		if (slice_is(key, keys[i]))
			return true;
	return false;
}

static struct node *new_node(struct node_reader *r, enum node_kind kind, const yaml_event_t *e)
{
	struct node *n = arena_array(r->scratch, 1, sizeof(*n));

	if (!n)
		abort();
	n->kind = (uint8_t)kind;
	n->line = (uint32_t)e->start_mark.line + 1;
	n->column = (uint32_t)e->start_mark.column + 1;
	return n;
}

static struct node *scalar(struct node_reader *r, const yaml_event_t *e)
{
	struct node *n = new_node(r, NODE_SCALAR, e);
	yaml_scalar_style_t style = e->data.scalar.style;

	n->text = arena_keep(r->keep, slice_of(e->data.scalar.value, e->data.scalar.length));
	n->plain = style == YAML_PLAIN_SCALAR_STYLE && e->data.scalar.plain_implicit;
	n->quoted = style == YAML_SINGLE_QUOTED_SCALAR_STYLE ||
		    style == YAML_DOUBLE_QUOTED_SCALAR_STYLE;
	n->spread = e->start_mark.line != e->end_mark.line;
	return n;
}

static bool remember(struct builder *b, const yaml_event_t *e, const yaml_char_t *anchor,
		     struct node *n)
{
	if (!anchor)
		return true;
	if (b->anchor_count == ANCHORS_MAX)
		return fail(b->r, e->start_mark, "too many YAML anchors in one rule");
	b->anchors[b->anchor_count].name =
		arena_keep(b->r->scratch, slice_str((const char *)anchor));
	b->anchors[b->anchor_count++].node = n;
	return true;
}

/* A copy with the same children, so that it can stand in another list. An anchor that is still
 * open is its own descendant. */
static struct node *alias(struct builder *b, const yaml_event_t *e)
{
	struct slice name = slice_str((const char *)e->data.alias.anchor);

	for (size_t i = b->anchor_count; i-- > 0;) {
		if (!slice_eq(b->anchors[i].name, name))
			continue;
		for (size_t k = 0; k < b->depth; k++)
			if (b->stack[k].node == b->anchors[i].node) {
				fail(b->r, e->start_mark, "a YAML alias contains itself");
				return NULL;
			}
		struct node *n = new_node(b->r, NODE_SCALAR, e), *target = b->anchors[i].node;

		n->child = target->child;
		n->text = target->text;
		n->count = target->count;
		n->kind = target->kind;
		n->plain = target->plain;
		n->spread = true;
		return n;
	}
	fail(b->r, e->start_mark, "a YAML alias names an anchor that is not there");
	return NULL;
}

static void append(struct builder *b, struct node *n)
{
	if (b->depth == 0) {
		b->root = n;
		return;
	}
	struct level *l = &b->stack[b->depth - 1];
	bool map = l->node->kind == NODE_MAP, key = map && l->count % 2 == 0;

	*l->tail = n;
	l->tail = &n->next;
	l->count++;
	l->node->count += !map || key;
	l->skip = b->depth == 1 && key && n->kind == NODE_SCALAR && nobody_reads(n->text);
}

static bool open_level(struct builder *b, const yaml_event_t *e, struct node *n)
{
	if (b->depth == LIMIT_RULE_DEPTH)
		return fail(b->r, e->start_mark, "nested too deep");
	append(b, n);
	b->stack[b->depth++] = (struct level){ .node = n, .tail = &n->child };
	return true;
}

static bool take(struct builder *b, const yaml_event_t *e)
{
	struct node *n;

	switch (e->type) {
	case YAML_SCALAR_EVENT:
		n = scalar(b->r, e);
		append(b, n);
		return remember(b, e, e->data.scalar.anchor, n);
	case YAML_SEQUENCE_START_EVENT:
		n = new_node(b->r, NODE_LIST, e);
		return remember(b, e, e->data.sequence_start.anchor, n) && open_level(b, e, n);
	case YAML_MAPPING_START_EVENT:
		n = new_node(b->r, NODE_MAP, e);
		return remember(b, e, e->data.mapping_start.anchor, n) && open_level(b, e, n);
	case YAML_ALIAS_EVENT:
		n = alias(b, e);
		if (n)
			append(b, n);
		return n != NULL;
	case YAML_SEQUENCE_END_EVENT:
	case YAML_MAPPING_END_EVENT:
		b->depth--;
		return true;
	default:
		return fail(b->r, e->start_mark, "unexpected YAML");
	}
}

static int opens(yaml_event_type_t type)
{
	if (type == YAML_SEQUENCE_START_EVENT || type == YAML_MAPPING_START_EVENT)
		return 1;
	return type == YAML_SEQUENCE_END_EVENT || type == YAML_MAPPING_END_EVENT ? -1 : 0;
}

/* Events up to the root node's end. What is skipped leaves an empty scalar behind its key. */
static bool build(struct builder *b)
{
	int skipping = 0;

	do {
		yaml_event_t e;
		bool ok = true;

		if (!yaml_parser_parse(&b->r->parser, &e))
			return fail_parser(b->r);
		if (skipping) {
			skipping += opens(e.type);
		} else if (b->depth && b->stack[b->depth - 1].skip && opens(e.type) >= 0) {
			append(b, new_node(b->r, NODE_SCALAR, &e));
			skipping = opens(e.type);
		} else {
			ok = take(b, &e);
		}
		yaml_event_delete(&e);
		if (!ok)
			return false;
	} while (b->depth || skipping);
	return true;
}

/* Skips to the start of the next document's content. */
static enum node_step next_document(struct node_reader *r)
{
	for (;;) {
		yaml_event_t e;

		if (!yaml_parser_parse(&r->parser, &e)) {
			fail_parser(r);
			return NODE_FAULT;
		}
		yaml_event_type_t type = e.type;

		yaml_event_delete(&e);
		if (type == YAML_DOCUMENT_START_EVENT)
			return NODE_DOCUMENT;
		if (type == YAML_STREAM_END_EVENT || type == YAML_NO_EVENT)
			return NODE_END;
	}
}

enum node_step node_read(struct node_reader *r, struct node **ret)
{
	struct builder b = { .r = r };
	enum node_step step = next_document(r);

	if (step != NODE_DOCUMENT)
		return step;
	if (!build(&b))
		return NODE_FAULT;
	*ret = b.root;
	return NODE_DOCUMENT;
}

struct node *node_get(const struct node *map, const char *key, struct node **ret_key)
{
	if (map->kind != NODE_MAP)
		return NULL;
	for (struct node *k = map->child; k; k = k->next->next)
		if (k->kind == NODE_SCALAR && slice_is(k->text, key)) {
			if (ret_key)
				*ret_key = k;
			return k->next;
		}
	return NULL;
}

bool node_is_null(const struct node *n)
{
	return n->kind == NODE_SCALAR && n->plain &&
	       (n->text.n == 0 || slice_is(n->text, "~") || slice_is(n->text, "null") ||
		slice_is(n->text, "Null") || slice_is(n->text, "NULL"));
}

struct node *node_twice(const struct node *map)
{
	for (struct node *k = map->child; k; k = k->next->next)
		for (struct node *before = map->child; before != k; before = before->next->next)
			if (k->kind == NODE_SCALAR && before->kind == NODE_SCALAR &&
			    slice_eq(k->text, before->text))
				return k;
	return NULL;
}
