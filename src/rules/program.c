/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/program.h"

#include "base/buf.h"
#include "base/heap.h"
#include "rules/regex.h"

#include <stdlib.h>

struct builder {
	struct program *p;
	const struct rule *rule;
	uint32_t rule_index;
	struct names *names;
	struct buf key;
	struct err *err;
	bool failed;
};

void program_init(struct program *p, size_t rules)
{
	*p = (struct program){ .root_count = rules };
	map_init(&p->interned);
	p->roots = heap_array(rules, sizeof(*p->roots));
	p->selection_first = heap_array(rules, sizeof(*p->selection_first));
}

void program_done(struct program *p)
{
	for (size_t i = 0; i < p->predicate_count; i++)
		regex_free(p->predicates[i].regex);
	free(p->predicates);
	map_done(&p->interned);
	free(p->nodes);
	free(p->children);
	free(p->roots);
	free(p->selection_nodes);
	free(p->selection_first);
	*p = (struct program){ 0 };
}

/* Everything that makes two tests on one field give the same result, as bytes. */
static void predicate_key(struct buf *key, const struct test *t, uint32_t field)
{
	const uint8_t flags[] = { (uint8_t)t->op, t->cased, t->dash, t->anchor_start, t->anchor_end,
				  t->expected, t->regex_i, t->regex_m, t->regex_s, t->tail_star,
				  (uint8_t)t->compare, (uint8_t)t->part, t->cidr.bits, t->cidr.v6 };
	uint64_t number;

	memcpy(&number, &t->number, sizeof(number));
	buf_clear(key);
	buf_put_le32(key, field);
	buf_put(key, slice_of(flags, sizeof(flags)));
	buf_put(key, slice_of(t->cidr.bytes, sizeof(t->cidr.bytes)));
	buf_put_le64(key, number);
	buf_put_le32(key, t->tail_skip);
	buf_put_sized(key, t->text);
	for (size_t i = 0; i < t->part_count; i++) {
		buf_put_le32(key, t->parts[i].skip);
		buf_put_u8(key, t->parts[i].star);
		buf_put_sized(key, t->parts[i].text);
	}
}

static uint32_t predicate_of(struct builder *b, const struct test *t, uint32_t field)
{
	struct program *p = b->p;
	struct predicate new = { .test = t, .field = field };

	predicate_key(&b->key, t, field);
	uint32_t known = map_get(&p->interned, buf_slice(&b->key));

	if (known != MAP_NONE) {
		p->predicates[known].uses++;
		return known;
	}
	if (t->op == TEST_FIELDREF)
		new.other = names_add(b->names, t->text);
	if (t->op == TEST_REGEX && !(new.regex = regex_new(t, b->err))) {
		b->failed = true;
		return 0;
	}
	new.uses = 1;
	p->predicates = heap_room(p->predicates, p->predicate_count, &p->predicate_cap,
				  sizeof(*p->predicates));
	p->predicates[p->predicate_count] = new;
	map_set(&p->interned, buf_slice(&b->key), (uint32_t)p->predicate_count);
	return (uint32_t)p->predicate_count++;
}

static uint32_t node_add(struct program *p, struct node n)
{
	p->nodes = heap_room(p->nodes, p->node_count, &p->node_cap, sizeof(*p->nodes));
	p->nodes[p->node_count] = n;
	return (uint32_t)p->node_count++;
}

/* Children of one node must stand together: they are gathered first, then appended. */
static uint32_t group(struct program *p, enum node_op op, const uint32_t *children, size_t n)
{
	struct node node = { op, (uint32_t)p->child_count, (uint32_t)n };

	for (size_t i = 0; i < n; i++) {
		p->children = heap_room(p->children, p->child_count, &p->child_cap, sizeof(*p->children));
		p->children[p->child_count++] = children[i];
	}
	return node_add(p, node);
}

static uint32_t group_or_only(struct program *p, enum node_op op, const uint32_t *children, size_t n)
{
	return n == 1 ? children[0] : group(p, op, children, n);
}

static uint32_t value_node(struct builder *b, const uint32_t *predicates, size_t n)
{
	if (n == 1)
		return node_add(b->p, (struct node){ NODE_PREDICATE, predicates[0], 0 });
	return group(b->p, NODE_ANY_PREDICATE, predicates, n);
}

/* "all" over values of which some have several tests (base64offset): AND of ORs. */
static uint32_t item_all(struct builder *b, const struct item *it, const uint32_t *predicates)
{
	uint32_t *values = heap_array(it->value_count, sizeof(*values));
	uint32_t start = 0, node;

	if (it->value_count == it->test_count) {
		free(values);
		return group(b->p, NODE_ALL_PREDICATE, predicates, it->test_count);
	}
	for (size_t i = 0; i < it->value_count; i++) {
		values[i] = value_node(b, predicates + start, it->value_end[i] - start);
		start = it->value_end[i];
	}
	node = group(b->p, NODE_ALL, values, it->value_count);
	free(values);
	return node;
}

static uint32_t item_node(struct builder *b, const struct item *it)
{
	uint32_t field = it->field.n ? names_add(b->names, it->field) : FIELD_ANY;
	uint32_t *predicates = heap_array(it->test_count, sizeof(*predicates)), node;

	for (size_t i = 0; i < it->test_count; i++)
		predicates[i] = predicate_of(b, &it->tests[i], field);
	node = it->all ? item_all(b, it, predicates) : value_node(b, predicates, it->test_count);
	free(predicates);
	if (!it->negated)
		return node;
	return group(b->p, NODE_NOT, &node, 1);
}

static uint32_t selection_node(struct builder *b, const struct selection *s)
{
	uint32_t *maps = heap_array(s->map_count, sizeof(*maps)), node;

	for (size_t m = 0; m < s->map_count; m++) {
		const struct item_map *map = &s->maps[m];
		uint32_t *items = heap_array(map->count, sizeof(*items));

		for (size_t i = 0; i < map->count; i++)
			items[i] = item_node(b, &map->items[i]);
		maps[m] = group_or_only(b->p, NODE_ALL, items, map->count);
		free(items);
	}
	node = group_or_only(b->p, NODE_ANY, maps, s->map_count);
	free(maps);
	return node;
}

static uint32_t expr_node(struct builder *b, const struct expr *e, const uint32_t *selections)
{
	static const enum node_op ops[] = { [EXPR_AND] = NODE_ALL, [EXPR_OR] = NODE_ANY,
					    [EXPR_NOT] = NODE_NOT };
	uint32_t *args, node;

	if (e->op == EXPR_SELECTION)
		return selections[e->selection];
	args = heap_array(e->arg_count, sizeof(*args));
	for (size_t i = 0; i < e->arg_count; i++)
		args[i] = expr_node(b, e->args[i], selections);
	node = e->op == EXPR_NOT ? group(b->p, NODE_NOT, args, 1)
				 : group_or_only(b->p, ops[e->op], args, e->arg_count);
	free(args);
	return node;
}

bool program_add(struct program *p, const struct rule *rule, uint32_t r, struct names *names,
		 struct err *err)
{
	struct builder b = { .p = p, .rule = rule, .rule_index = r, .names = names, .err = err };

	p->roots[r] = PROGRAM_NO_ROOT;
	p->selection_first[r] = (uint32_t)p->selection_count;
	for (size_t i = 0; i < rule->selection_count; i++) {
		uint32_t node = selection_node(&b, &rule->selections[i]);

		p->selection_nodes = heap_room(p->selection_nodes, p->selection_count,
					       &p->selection_cap, sizeof(*p->selection_nodes));
		p->selection_nodes[p->selection_count++] = node;
	}
	if (!b.failed)
		p->roots[r] = expr_node(&b, rule->condition,
					p->selection_nodes + p->selection_first[r]);
	buf_done(&b.key);
	return !b.failed;
}
