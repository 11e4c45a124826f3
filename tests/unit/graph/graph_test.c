/* SPDX-License-Identifier: Apache-2.0 */
/* The graph's tables against plain lists of what was put in. */
#include "test.h"

#include "base/err.h"
#include "base/rng.h"
#include "graph/graph.h"

#include <stdio.h>
#include <stdlib.h>

#define BLOCKS 7u
#define EACH 700u
#define PLACES 97u

struct put {
	int64_t ns, last_ns;
	uint64_t record, offset;
	uint32_t source, place, count;
};

static void add(void *ctx, struct slice bytes)
{
	struct buf *b = ctx;

	buf_put(b, bytes);
}

/* Moments, records and offsets in no order, far apart and near; some without a time. */
static struct put some_put(struct rng *r, uint32_t source)
{
	bool far = rng_below(r, 20) == 0;
	struct put p = { .ns = rng_below(r, 9) ? 1 + (int64_t)rng_below(r, 500) : 0,
			 .record = far ? rng_next(r) >> 8 : rng_below(r, 1 << 20),
			 .offset = far ? rng_next(r) : rng_below(r, 1 << 20),
			 .source = source,
			 .place = (uint32_t)rng_below(r, PLACES),
			 .count = 1 };

	p.last_ns = p.ns;
	return p;
}

static struct act act_of(const struct put *p, char name[64])
{
	struct act a = { .op = ACTIVITY_FILE_WRITE,
			 .time = { .ns = p->ns, .set = p->ns != 0, .digits = 9 },
			 .host = slice_str("h"),
			 .record = p->record,
			 .offset = p->offset,
			 .kept = true };
	int n = snprintf(name, 64, "C:\\Folder\\file %u.bin", p->place);

	a.object = (struct act_entity){ .kind = ENTITY_FILE, .name = slice_of(name, (size_t)n) };
	a.subject = (struct act_entity){ .kind = ENTITY_PROCESS, .key = slice_of(name, 11), .name = slice_str("x.exe") };
	a.attributes[ATTRIBUTE_DETAILS] = a.object.name;
	return a;
}

static void add_block(struct graph *g, const struct buf *bytes, uint32_t source)
{
	struct arena arena;
	struct block b;
	struct err err = { 0 };

	arena_init(&arena, 0);
	assert_true(block_read(buf_slice(bytes), &arena, &b, &err));
	assert_true(graph_add(g, &b, source, 0, &err));
	arena_done(&arena);
}

static int in_order(const void *a, const void *b)
{
	const struct put *x = a, *y = b;

	if (x->ns != y->ns)
		return x->ns < y->ns ? -1 : 1;
	if (x->source != y->source)
		return x->source < y->source ? -1 : 1;
	if (x->offset != y->offset)
		return x->offset < y->offset ? -1 : 1;
	return x->record < y->record ? -1 : x->record > y->record;
}

static void edges_stand_by_time_with_their_records(void **state)
{
	static struct put all[BLOCKS * EACH];
	struct rng r = { 3 };
	struct graph *g = graph_new();
	char name[64];

	(void)state;
	for (uint32_t i = 0; i < BLOCKS; i++) {
		struct blocks *blocks = blocks_new();
		struct buf bytes = { 0 };

		for (size_t k = 0; k < EACH; k++) {
			struct put p = all[i * EACH + k] = some_put(&r, BLOCKS - i);
			struct act a = act_of(&p, name);

			blocks_add(blocks, &a);
		}
		blocks_give(blocks, add, &bytes);
		add_block(g, &bytes, BLOCKS - i);
		buf_done(&bytes);
		blocks_free(blocks);
	}
	graph_finish(g);
	qsort(all, BLOCKS * EACH, sizeof(*all), in_order);
	assert_int_equal(g->edge_count, BLOCKS * EACH);
	for (uint32_t i = 0; i < BLOCKS * EACH; i++) {
		const struct graph_edge *e = &g->edges[i];
		struct graph_place p = graph_place(g, i);

		assert_true(e->timed == (all[i].ns != 0) && e->time_ns == all[i].ns && graph_last(g, e) == all[i].ns);
		assert_int_equal(p.source, all[i].source);
		assert_true(p.record == all[i].record && p.offset == all[i].offset);
		snprintf(name, sizeof(name), "C:\\Folder\\file %u.bin", all[i].place);
		assert_slice(g->nodes[e->object].name, name);
		assert_slice(graph_attribute(g, e, ATTRIBUTE_DETAILS), name);
		assert_int_equal(graph_find(g, ENTITY_FILE, slice_str(name)), e->object);
	}
	graph_free(g);
}

/* Each edge once in the list of its subject and of its object, by time. */
static void lists_of_nodes_hold_all_edges(void **state)
{
	struct graph *g = graph_new();
	struct blocks *blocks = blocks_new();
	struct buf bytes = { 0 };
	struct rng r = { 5 };
	size_t in = 0, out = 0;
	char name[64];

	(void)state;
	for (size_t k = 0; k < EACH; k++) {
		struct put p = some_put(&r, 1);
		struct act a = act_of(&p, name);

		blocks_add(blocks, &a);
	}
	blocks_give(blocks, add, &bytes);
	add_block(g, &bytes, 1);
	graph_finish(g);
	for (uint32_t i = 0; i < g->node_count; i++) {
		const struct graph_node *n = &g->nodes[i];

		for (uint32_t k = 0; k < n->in_count; k++) {
			assert_int_equal(graph_in(g, n, k)->object, i);
			assert_true(!k || g->in[n->in + k - 1] < g->in[n->in + k]);
		}
		for (uint32_t k = 0; k < n->out_count; k++) {
			assert_int_equal(graph_out(g, n, k)->subject, i);
			assert_true(!k || g->out[n->out + k - 1] < g->out[n->out + k]);
		}
		in += n->in_count;
		out += n->out_count;
	}
	assert_int_equal(in, EACH);
	assert_int_equal(out, EACH);
	graph_free(g);
	buf_done(&bytes);
	blocks_free(blocks);
}

/* What was folded keeps the last of its moments. */
static void several_alike_have_a_last_moment(void **state)
{
	struct graph *g = graph_new();
	struct blocks *blocks = blocks_new();
	struct buf bytes = { 0 };

	(void)state;
	for (int64_t ns = 1000; ns < 6000; ns += 1000) {
		struct act a = { .op = ACTIVITY_DNS_QUERY,
				 .time = { .ns = ns, .set = true, .digits = 9 },
				 .host = slice_str("h"),
				 .record = (uint64_t)ns / 1000,
				 .subject = { .kind = ENTITY_PROCESS, .key = slice_str("k"), .name = slice_str("x.exe") },
				 .object = { .kind = ENTITY_DOMAIN, .name = slice_str("a.example") } };

		blocks_add(blocks, &a);
	}
	blocks_give(blocks, add, &bytes);
	add_block(g, &bytes, 1);
	graph_finish(g);
	assert_int_equal(g->edge_count, 1);
	assert_int_equal(g->edges[0].time_ns, 1000);
	assert_int_equal(graph_last(g, &g->edges[0]), 5000);
	assert_int_equal(g->spans[g->edges[0].span - 1].count, 5);
	assert_int_equal(graph_place(g, 0).record, 1);
	graph_free(g);
	buf_done(&bytes);
	blocks_free(blocks);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(edges_stand_by_time_with_their_records),
		cmocka_unit_test(lists_of_nodes_hold_all_edges),
		cmocka_unit_test(several_alike_have_a_last_moment),
	};

	return RUN(tests);
}
