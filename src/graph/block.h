/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * One host's activities out of one piece of evidence, packed: what a worker sends, what the case
 * keeps (compressed) and what the graph is built from. Self-contained: its own table of texts.
 *
 *   u8 version (1), u8 log10 of the time unit in ns, u8 reserved, u8 reserved
 *   sized host
 *   u32 texts, entities, attribute sets, activities
 *   texts        varint length, bytes
 *   entities     u8 kind, varint key+1, name+1 (0: none), pid
 *   sets         varint n, n x (u8 attribute, varint text)
 *   then column by column, one item an activity:
 *   u8 op (bit 7: no time, bit 6: its record number counts from the piece's start)
 *   varint subject+1, object+1, set+1; zigzag time (from the one before); varint last - time,
 *   count - 1; zigzag record, offset (from the one before)
 *
 * About 12 bytes an activity uncompressed besides its texts.
 *
 * Activities that repeat are one with a count and the last time. Accesses, loads, reads, connections, names
 * asked for and pipes change nothing in what they are done to: they fold wherever they stand while nothing
 * else is done to their object. Others fold only while nothing came between that may explain anything: what
 * a program writes is put down to what had come into it by then. What an alert stands on is kept alone.
 * So a trace finds the same as without it (a test compares), as far as one file tells it in the order of
 * its records.
 * Owner: the struct. Thread rule: one thread.
 */
#include "base/buf.h"
#include "base/map.h"
#include "graph/act.h"

struct err;

#define BLOCK_NONE UINT32_MAX
#define LIMIT_BLOCK_ACTIVITIES ((size_t)1 << 16) /* of all hosts, before they are given away */
#define LIMIT_BLOCK_TEXT ((size_t)8 << 20)
/* Moments within 146 years of 1970, so that no sum or difference of two overflows; what lies outside is
 * written as no time, and refused when it is read. */
#define BLOCK_TIME_MAX (INT64_C(1) << 62)

struct block_entity {
	enum entity_kind kind;
	uint32_t key, name; /* texts, or BLOCK_NONE */
	uint32_t pid;
};

struct block_attribute {
	uint8_t which;
	uint32_t text;
};

struct block_set {
	uint32_t first, n; /* of attributes */
};

struct block_activity {
	int64_t time_ns, last_ns;
	uint64_t record, offset;
	uint32_t subject, object, set; /* or BLOCK_NONE */
	uint32_t count;
	uint8_t op;
	bool timed, record_counted;
};

/* ---- writing ---- */

struct blocks;

struct blocks *blocks_new(void);
void blocks_free(struct blocks *b);
/* True when it is time to give them away. */
bool blocks_add(struct blocks *b, const struct act *a);
/* Calls with each host's block, in the order in which hosts were first seen, and forgets them. */
void blocks_give(struct blocks *b, void (*call)(void *ctx, struct slice block), void *ctx);

/* ---- reading ---- */

struct block {
	struct slice host;
	struct slice *texts;
	struct block_entity *entities;
	struct block_set *sets;
	struct block_attribute *attributes;
	struct block_activity *activities;
	size_t text_count, entity_count, set_count, attribute_count, activity_count;
};

/* All of it, checked: every index is in its table. Texts stay in `bytes`, tables in the arena. False
 * with ERR_FORMAT (at: where) for what no honest worker wrote, ERR_LIMIT when the arena is spent. */
bool block_read(struct slice bytes, struct arena *arena, struct block *ret, struct err *err);
/* Activity i as a record told it (its first, where it was folded); texts are the block's. */
struct act block_act(const struct block *b, size_t i);
/* Only the head: whose it is and how many activities. */
bool block_head(struct slice bytes, struct slice *ret_host, size_t *ret_activities);
