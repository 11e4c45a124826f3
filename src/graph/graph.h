/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * One host's graph: entities as nodes, activities as edges in the order of time, each node with the
 * edges into and out of it. Built from blocks, then only read.
 *
 *   struct graph *g = graph_new();
 *   graph_add(g, &block, source, base, &err)   // once a block; source: the caller's number for its file
 *   graph_finish(g);
 *
 * Who is who is settled by graph_finish (process.c): a process is its product's key, else its pid
 * between its start and its end, and never across a start of the machine; records of one process from
 * two sources (Sysmon and 4688) are one node. A file is its path; what it held when is told by the
 * writes to it (lookup.h). A machine that was installed anew under its name shows by the product's
 * machine number in the keys: epochs.
 *
 * Memory: 48 bytes an edge (32, where its record stands 8, its place in `in` and `out` 8) and 4 with
 * graph_index; about 120 a node and its names. Owner: the pointer. One thread.
 */
#include "graph/block.h"

#define GRAPH_NONE UINT32_MAX
#define GRAPH_EVER INT64_MIN /* a start that no record tells */
#define GRAPH_OPEN INT64_MAX /* an end that no record tells */
#define GRAPH_LATEST (BLOCK_TIME_MAX + 1) /* after every record: where to look back from without a time */

struct graph_node {
	struct slice name; /* as first spelled; of a process its image, p NULL when no record says it */
	struct slice key;  /* folded name; of a process the product's key, n 0 when it has none */
	int64_t start_ns, end_ns; /* of processes */
	uint32_t pid;
	uint32_t started;	/* the edge of its start, or GRAPH_NONE */
	uint32_t in, in_count;	/* in graph.in: edges whose object it is */
	uint32_t out, out_count; /* in graph.out: edges whose subject it is */
	enum entity_kind kind;
	bool alike; /* one of several processes of this image, which the record cannot tell apart */
};

/* What a walk reads of an edge, two in a line of the processor's cache. */
struct graph_edge {
	int64_t time_ns;
	uint32_t subject, object; /* nodes, or GRAPH_NONE */
	uint32_t set;		  /* of attributes, or GRAPH_NONE */
	uint32_t span;		  /* index + 1 in graph.spans where it is several alike; 0: it is one */
	uint32_t piece;		  /* in graph.pieces: where its record stands, with graph.at */
	uint8_t op;
	bool timed;
};

/* The last of several alike. */
struct graph_span {
	int64_t last_ns;
	uint32_t count;
};

/* Records of one block have their numbers and offsets near above the block's lowest. */
struct graph_piece {
	uint64_t record, offset;
	uint32_t source;
};

struct graph_at {
	uint32_t record, offset; /* from the piece's */
};

/* Where an edge's record stands. */
struct graph_place {
	uint64_t record, offset;
	uint32_t source;
};

struct graph_attribute {
	uint32_t text; /* in graph.texts */
	uint8_t which;
};

struct graph_set {
	uint32_t first, n;
};

/* Edges of rare kinds, by time. */
struct graph_list {
	uint32_t *edges;
	size_t n, cap;
};

/* One life of a machine: from when on, and its number in the product's keys. */
struct graph_epoch {
	int64_t from_ns, to_ns;
	struct slice machine;
};

struct graph {
	struct graph_node *nodes;
	size_t node_count, node_cap;
	struct graph_edge *edges; /* by time; those without come first */
	struct graph_at *at;	  /* by edge */
	size_t edge_count, edge_cap;
	struct graph_span *spans;
	size_t span_count, span_cap;
	struct graph_piece *pieces;
	size_t piece_count, piece_cap;
	uint32_t *in, *out; /* edge numbers, each node's by time */
	/* Of `in` those that a version of a file depends on: writes, deletions, and what says an address. A library
	 * that was loaded a million times has few. change_first: by node, and one more. */
	uint32_t *changes, *change_first;
	struct graph_set *sets;
	size_t set_count, set_cap;
	struct graph_attribute *attributes;
	size_t attribute_count, attribute_cap;
	struct graph_epoch *epochs; /* by time; one where nothing tells more */
	size_t epoch_count, epoch_cap;
	bool machines_overlap; /* two machines bear this name at one time */
	/* What a walk looks for without knowing its node: logons, installed packages, files over shares, and what
	 * makes the system start programs (services, tasks, their registry values and Run keys). */
	struct graph_list logons, packages, shares, starters;
	/* By content: a hash's text -> index + 1 of its first entry; each set's edges. Made by graph_index. */
	struct map by_hash;
	struct graph_hash *hashes;
	size_t hash_count, hash_cap;
	uint32_t *set_edges, *set_first; /* set_first has set_count + 1 */
	struct map texts;	/* of all blocks */
	struct map by_name;	/* kind and key -> index in named (not processes) */
	struct map by_key;	/* of processes -> index in keyed */
	uint32_t *named, *keyed; /* nodes */
	size_t named_count, named_cap, keyed_count, keyed_cap;
	struct map by_image;	/* folded image -> index + 1 into image_next's chain */
	struct arena arena;
	/* While it is built: what the edges' ends say of processes without a key. */
	struct graph_reference *references;
	size_t reference_count, reference_cap;
	struct map by_reference;
	uint32_t *image_next; /* by node: the next process of the same image, + 1 */
	int64_t *boots;
	size_t boot_count, boot_cap;
};

/* A set of attributes that holds this hash. */
struct graph_hash {
	uint32_t set, next; /* next: index + 1 */
};

/* A process of which a record says pid or image and no key. Ends of edges name it as REFERENCE + its
 * number until graph_finish. */
struct graph_reference {
	uint32_t pid;
	struct slice name; /* n 0: not said */
};
#define GRAPH_REFERENCE (UINT32_C(1) << 31)

struct graph *graph_new(void);
void graph_free(struct graph *g);
/* record_base: what to add where a record's number counts from its piece's start. False with ERR_LIMIT
 * past 2^31 nodes or edges. The block's texts are copied. */
bool graph_add(struct graph *g, const struct block *b, uint32_t source, uint64_t record_base, struct err *err);
void graph_finish(struct graph *g);
/* About how much memory it takes. */
size_t graph_bytes(const struct graph *g);
/* What lookups by content need; before the first of them. Does nothing the second time. */
void graph_index(struct graph *g);

/* Operations that give a file its content. */
static inline bool graph_writes(const struct graph_edge *e)
{
	return e->op == ACTIVITY_FILE_CREATE || e->op == ACTIVITY_FILE_WRITE || e->op == ACTIVITY_FILE_RENAME ||
	       e->op == ACTIVITY_FILE_LINK || e->op == ACTIVITY_DOWNLOAD;
}

/* process.c: references to nodes. Called by graph_finish. */
void graph_resolve(struct graph *g);
uint32_t graph_node_new(struct graph *g, enum entity_kind kind, struct slice key, struct slice name);

/* An attribute of an edge; p NULL where its record says none. */
struct slice graph_attribute(const struct graph *g, const struct graph_edge *e, enum attribute which);
static inline struct slice graph_text(const struct graph *g, const struct graph_attribute *a)
{
	return map_key(&g->texts, a->text);
}
/* The last moment of an edge that is several alike; else its moment. */
static inline int64_t graph_last(const struct graph *g, const struct graph_edge *e)
{
	return e->span ? g->spans[e->span - 1].last_ns : e->time_ns;
}
/* How many alike it is. */
static inline uint32_t graph_count(const struct graph *g, const struct graph_edge *e)
{
	return e->span ? g->spans[e->span - 1].count : 1;
}
struct graph_place graph_place(const struct graph *g, uint32_t edge);
/* The node of a file (or anything but a process) of this name, or GRAPH_NONE. */
uint32_t graph_find(const struct graph *g, enum entity_kind kind, struct slice name);
/* The edge of this record, or GRAPH_NONE. */
uint32_t graph_at(const struct graph *g, uint32_t source, uint64_t record, uint64_t offset);
/* When the machine's life that holds this moment began; GRAPH_EVER in its first. */
int64_t graph_epoch_start(const struct graph *g, int64_t ns);
static inline const struct graph_edge *graph_in(const struct graph *g, const struct graph_node *n,
						uint32_t i)
{
	return &g->edges[g->in[n->in + i]];
}
static inline const struct graph_edge *graph_out(const struct graph *g, const struct graph_node *n,
						 uint32_t i)
{
	return &g->edges[g->out[n->out + i]];
}
