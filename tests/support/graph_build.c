/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"

#include "graph_build.h"

#include "base/err.h"
#include "base/heap.h"

#include <stdlib.h>

/* What stands before `mark`; the rest behind it, p NULL where it does not come. */
static struct slice until(struct slice s, const char *mark, struct slice *rest)
{
	const uint8_t *at = slice_search(s, slice_str(mark));

	*rest = slice_of(NULL, 0);
	if (!at)
		return s;
	*rest = slice_from(s, (size_t)(at - s.p) + strlen(mark));
	return slice_head(s, (size_t)(at - s.p));
}

static struct act_entity entity_of(struct slice s, enum entity_kind kind)
{
	struct act_entity e = { .kind = kind };
	uint64_t pid;

	s = slice_trim(s);
	if (!s.n || slice_is(s, "-"))
		return (struct act_entity){ 0 };
	if (s.p[0] == '{') {
		size_t end = slice_find(s, '}') + 1;

		e.key = slice_head(s, end);
		s = slice_from(s, end);
	}
	for (size_t i = s.n; i-- > 0;)
		if (s.p[i] == '#' && slice_to_u64(slice_from(s, i + 1), &pid)) {
			e.pid = (uint32_t)pid;
			s = slice_head(s, i);
			break;
		}
	e.name = s;
	return e;
}

static void put_attribute(struct act *a, struct slice s)
{
	struct slice value, name = slice_cut(slice_trim(s), '=', &value);

	for (size_t i = 0; i < ATTRIBUTE_COUNT; i++)
		if (slice_is(name, attribute_text((enum attribute)i))) {
			a->attributes[i] = value;
			return;
		}
	fail_msg("no attribute: %.*s", (int)s.n, (const char *)s.p);
}

struct act told_act(const char *line, size_t i)
{
	struct act a = { .host = slice_str("H"), .record = i + 1, .offset = 100 * i };
	struct slice rest, object, attributes, word;
	struct slice time = slice_cut(slice_str(line), ' ', &rest);

	a.time.set = !slice_is(time, "-");
	if (a.time.set)
		a.time.ns = TOLD_SECONDS(strtod(line, NULL));
	word = slice_cut(slice_trim(rest), ' ', &rest);
	a.kept = word.n && word.p[0] == '!';
	word = slice_from(word, a.kept);
	if (!activity_find(word, &a.op))
		fail_msg("no operation: %s", line);
	rest = until(rest, " | ", &attributes);
	a.subject = entity_of(until(rest, " > ", &object), ENTITY_PROCESS);
	a.object = entity_of(object, entity_kind_of(a.op));
	while (attributes.p)
		put_attribute(&a, until(attributes, " | ", &attributes));
	return a;
}

struct adding {
	struct graph *g;
	struct slice kept[256];
	size_t n;
};

static void keep_block(void *ctx, struct slice block)
{
	struct adding *x = ctx;
	uint8_t *copy = heap_new(block.n);

	assert_true(x->n < 256);
	memcpy(copy, block.p, block.n);
	x->kept[x->n++] = slice_of(copy, block.n);
}

static void add_block(struct graph *g, struct slice bytes)
{
	struct arena arena;
	struct block b;
	struct err err = { 0 };

	arena_init(&arena, 0);
	if (!block_read(bytes, &arena, &b, &err))
		fail_msg("%s", err.why);
	assert_true(graph_add(g, &b, 1, 0, &err));
	arena_done(&arena);
	free((void *)(uintptr_t)bytes.p);
}

struct graph *told_in_blocks(const char *const *lines, size_t n, size_t each, bool backwards, bool fold)
{
	struct adding x = { .g = graph_new() };
	struct blocks *blocks = blocks_new();

	for (size_t i = 0; i < n; i++) {
		struct act a = told_act(lines[i], i);

		a.kept |= !fold;
		blocks_add(blocks, &a);
		if ((i + 1) % each == 0)
			blocks_give(blocks, keep_block, &x);
	}
	blocks_give(blocks, keep_block, &x);
	blocks_free(blocks);
	for (size_t i = 0; i < x.n; i++)
		add_block(x.g, x.kept[backwards ? x.n - 1 - i : i]);
	graph_finish(x.g);
	return x.g;
}

struct graph *told_graph(const char *const *lines, size_t n)
{
	return told_in_blocks(lines, n, n + 1, false, true);
}

uint32_t told_node(const struct graph *g, enum entity_kind kind, const char *name)
{
	uint32_t at = graph_find(g, kind, slice_str(name));

	if (at == GRAPH_NONE)
		fail_msg("no node: %s", name);
	return at;
}

size_t told_processes(const struct graph *g, const char *image)
{
	size_t n = 0;

	for (size_t i = 0; i < g->node_count; i++)
		n += g->nodes[i].kind == ENTITY_PROCESS && slice_is(g->nodes[i].name, image);
	return n;
}

uint32_t told_process(const struct graph *g, const char *image)
{
	if (told_processes(g, image) != 1)
		fail_msg("%zu processes are %s", told_processes(g, image), image);
	for (uint32_t i = 0; i < g->node_count; i++)
		if (g->nodes[i].kind == ENTITY_PROCESS && slice_is(g->nodes[i].name, image))
			return i;
	return GRAPH_NONE;
}
