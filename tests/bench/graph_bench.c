/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The graph by itself: graph_bench [ACTIVITIES [TRACES]]. Makes activities of one busy machine out of a
 * seed, in the proportions of Sysmon's (a start in a hundred; loads, accesses and registry values most of it;
 * a node for every eight activities; names as long as real ones), and prints
 * a line each: activities/s into blocks, bytes an activity as the case keeps it, activities/s from blocks
 * to a finished graph, and how long traces of processes, picked by the seed, take.
 */
#include "base/err.h"
#include "base/heap.h"
#include "base/rng.h"
#include "graph/trace.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <zstd.h>

struct bench {
	struct rng rng;
	struct blocks *blocks;
	struct buf *list;
	size_t n, cap;
	size_t raw, packed, activities;
	uint32_t processes;
	int64_t now;
};

static double seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void keep(void *ctx, struct slice block)
{
	struct bench *b = ctx;

	b->list = heap_room(b->list, b->n, &b->cap, sizeof(*b->list));
	b->list[b->n] = (struct buf){ 0 };
	buf_put(&b->list[b->n++], block);
}

static struct act_entity process(uint32_t number, char room[40], char image[96])
{
	int n = snprintf(room, 40, "{81056205-%04x-64dc-%04x-%012x}", number >> 16 & 0xffff, number & 0xffff, number);
	int m = snprintf(image, 96, "C:\\Program Files\\Vendor %u\\Product %u\\bin\\program%u.exe", number % 37,
			 number % 211, number % 601);

	return (struct act_entity){ .kind = ENTITY_PROCESS,
				    .key = slice_of(room, (size_t)n),
				    .name = slice_of(image, (size_t)m),
				    .pid = 4 + number * 4 % 60000 };
}

static enum activity_op pick(uint64_t r)
{
	return r < 1	? ACTIVITY_PROCESS_START
	       : r < 9	? ACTIVITY_FILE_CREATE
	       : r < 39 ? ACTIVITY_IMAGE_LOAD
	       : r < 66 ? ACTIVITY_REGISTRY_SET
	       : r < 94 ? ACTIVITY_PROCESS_ACCESS
	       : r < 97 ? ACTIVITY_NETWORK_CONNECT
			: ACTIVITY_DNS_QUERY;
}

static void one(struct bench *b)
{
	char key[40], image[96], key2[40], image2[96], name[128];
	struct act a = { .host = slice_str("WORKSTATION-01.example.com"), .record = b->activities, .offset = b->activities * 900 };
	uint32_t lately = b->processes < 300 ? b->processes : 300;
	/* Most is done by what runs now, some by services that started long ago. */
	uint32_t subject = rng_below(&b->rng, 10) ? b->processes - 1 - (uint32_t)rng_below(&b->rng, lately)
						  : (uint32_t)rng_below(&b->rng, b->processes);
	int n = 0;

	b->now += 1 + (int64_t)rng_below(&b->rng, 20) * 1000000;
	a.time = (struct when){ .ns = b->now, .set = true, .digits = 3 };
	a.op = pick(rng_below(&b->rng, 100));
	a.subject = process(subject, key, image);
	a.object = (struct act_entity){ .kind = entity_kind_of(a.op) };
	if (a.op == ACTIVITY_PROCESS_START) {
		a.object = process(b->processes++, key2, image2);
		a.attributes[ATTRIBUTE_COMMAND_LINE] = a.object.name;
		a.attributes[ATTRIBUTE_USER] = slice_str("EXAMPLE\\user1");
	} else if (a.op == ACTIVITY_PROCESS_ACCESS) {
		a.object = process(b->processes - 1 - (uint32_t)rng_below(&b->rng, lately), key2, image2);
		a.attributes[ATTRIBUTE_ACCESS] = slice_str(subject % 3 ? "0x1000" : "0x1410");
	} else {
		uint32_t which = (uint32_t)rng_below(&b->rng, a.op == ACTIVITY_IMAGE_LOAD ? 3000 : a.op == ACTIVITY_REGISTRY_SET ? 60000 : b->activities / 12 + 1000);

		n = a.op == ACTIVITY_FILE_CREATE && which % 5 == 0
			    ? snprintf(name, sizeof(name), "C:\\Program Files\\Vendor %u\\Product %u\\bin\\program%u.exe",
				       which % 37, which % 211, which % 601)
		    : a.op == ACTIVITY_NETWORK_CONNECT
			    ? snprintf(name, sizeof(name), "10.%u.%u.%u", which & 3, which >> 2 & 255, which >> 10 & 255)
		    : a.op == ACTIVITY_DNS_QUERY ? snprintf(name, sizeof(name), "host%u.zone%u.example", which % 900, which % 77)
		    : a.op == ACTIVITY_REGISTRY_SET
			    ? snprintf(name, sizeof(name), "HKLM\\SOFTWARE\\Vendor %u\\Product %u\\Settings\\Value%u",
				       which % 37, which % 211, which)
			    : snprintf(name, sizeof(name), "C:\\Users\\user1\\AppData\\Local\\Product %u\\cache\\item%06u.bin",
				       which % 211, which);
		a.object.name = slice_of(name, (size_t)n);
	}
	b->activities++;
	if (blocks_add(b->blocks, &a))
		blocks_give(b->blocks, keep, b);
}

static int by_size(const void *a, const void *b)
{
	const double *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

static void pack(struct bench *b)
{
	struct buf out = { 0 };

	for (size_t i = 0; i < b->n; i++) {
		buf_clear(&out);
		buf_reserve(&out, ZSTD_compressBound(b->list[i].n));
		b->raw += b->list[i].n;
		b->packed += ZSTD_compress(out.p, ZSTD_compressBound(b->list[i].n), b->list[i].p, b->list[i].n, 1);
	}
	buf_done(&out);
}

static struct graph *build(struct bench *b)
{
	struct graph *g = graph_new();
	struct arena arena;

	arena_init(&arena, 0);
	for (size_t i = 0; i < b->n; i++) {
		struct block block;
		struct err err = { 0 };

		arena_reset(&arena);
		if (!block_read(buf_slice(&b->list[i]), &arena, &block, &err) || !graph_add(g, &block, 1, 0, &err))
			abort();
	}
	graph_finish(g);
	arena_done(&arena);
	return g;
}

static void trace(struct bench *b, struct graph *g, size_t traces)
{
	static struct trace t;
	double *took = heap_array(traces + 1, sizeof(*took));
	double start = seconds();
	struct tracer *tracer = tracer_new(g, NULL);
	size_t visited = 0;

	printf("index %.2f s\n", seconds() - start);
	for (size_t i = 0; i < traces; i++) {
		uint32_t edge = (uint32_t)(g->edge_count - 1 - rng_below(&b->rng, g->edge_count / 4));

		start = seconds();
		trace_edge(tracer, edge, &t);
		took[i] = seconds() - start;
		visited += t.visited;
	}
	qsort(took, traces, sizeof(*took), by_size);
	printf("trace median %.4f s, worst %.4f s, %zu traces, %zu steps each\n", took[traces / 2], took[traces - 1],
	       traces, visited / traces);
	tracer_free(tracer);
	free(took);
}

int main(int argc, char **argv)
{
	size_t n = argc > 1 ? strtoul(argv[1], NULL, 10) : 10000000, traces = argc > 2 ? strtoul(argv[2], NULL, 10) : 200;
	struct bench b = { .processes = 8, .now = INT64_C(1793750400000000000) };
	double start;

	b.rng.state = 1;
	b.blocks = blocks_new();
	start = seconds();
	for (size_t i = 0; i < n; i++)
		one(&b);
	blocks_give(b.blocks, keep, &b);
	printf("into blocks %.2f M activities/s (making them up included)\n", (double)n / (seconds() - start) / 1e6);
	pack(&b);
	printf("kept %.1f bytes an activity (%.1f unpacked)\n", (double)b.packed / (double)n, (double)b.raw / (double)n);
	start = seconds();
	struct graph *g = build(&b);

	printf("graph %.2f M activities/s, %zu nodes, %zu edges\n", (double)n / (seconds() - start) / 1e6, g->node_count,
	       g->edge_count);
	trace(&b, g, traces);
	graph_free(g);
	blocks_free(b.blocks);
	for (size_t i = 0; i < b.n; i++)
		buf_done(&b.list[i]);
	free(b.list);
	return 0;
}
