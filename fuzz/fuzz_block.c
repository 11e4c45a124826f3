/* SPDX-License-Identifier: Apache-2.0 */
/* A block of activities as the parent gets it from a worker or from a case that was handed on: read, built
 * into a graph, traced back and forward from its first activity. */
#include "base/err.h"
#include "base/heap.h"
#include "graph/tell.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static bool go_on(void *ctx, uint32_t edge, unsigned depth)
{
	(void)ctx;
	(void)edge;
	return depth < 1000;
}

static void trace(struct graph *g, const struct baseline *base)
{
	struct tracer *tracer = tracer_new(g, base);
	struct trace *t = heap_new(sizeof(*t));
	struct arena arena;
	struct told told;

	arena_init(&arena, 0);
	tracer_budget(tracer, 200);
	for (uint32_t edge = 0; edge < g->edge_count && edge < 4; edge++) {
		trace_edge(tracer, edge, t);
		trace_tell(g, t, &arena, &told);
		for (size_t i = 1; i + 1 < t->hop_count; i++)
			if (t->hops[i].ns > t->hops[i - 1].ns && t->origin.url.n == 0)
				abort();
	}
	for (uint32_t node = 0; node < g->node_count && node < 4; node++)
		trace_forward(tracer, node, INT64_MIN + 1, 100, go_on, NULL);
	arena_done(&arena);
	free(t);
	tracer_free(tracer);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct arena arena;
	struct block b;

	arena_init(&arena, (size_t)64 << 20);
	if (block_read(slice_of(data, n), &arena, &b, NULL)) {
		struct graph *g = graph_new();
		struct baseline *base = baseline_new();

		if (graph_add(g, &b, 1, 1, NULL) && graph_add(g, &b, 2, UINT64_MAX, NULL)) {
			graph_finish(g);
			baseline_add(base, g);
			trace(g, base);
		}
		baseline_free(base);
		graph_free(g);
	}
	arena_done(&arena);
	return 0;
}
