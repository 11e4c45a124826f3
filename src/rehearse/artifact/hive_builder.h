/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Registry hives, for exercises and tests: keys and values are told, then laid out as a whole file with sums and bins. What
 * a test wants damaged it damages in the finished bytes.
 *
 *   struct hive_builder b;
 *   hive_start(&b);
 *   uint32_t key = hive_key(&b, "ControlSet001\\Services\\x", TIME);
 *   hive_sz(&b, key, "ImagePath", "C:\\x.exe");
 *   struct slice file = hive_finish(&b);     // owned by b, until the next hive_finish
 *
 * After hive_finish more may be told and hive_finish called again: what was there keeps its place where
 * nothing before it has grown, so that the two files are a hive before and after a change, for its logs.
 */
#include "base/buf.h"

#define HIVE_SZ 1u
#define HIVE_BINARY 3u
#define HIVE_DWORD 4u
#define HIVE_QWORD 11u
#define HIVE_BUILD_KEYS 2048u
#define HIVE_BUILD_VALUES 4096u

struct hive_build_key {
	char name[128];
	uint64_t time;
	uint32_t parent, cell;
	bool deleted;
};

struct hive_build_value {
	uint32_t key, type, cell;
	char name[128];
	struct slice data; /* owned */
	bool deleted;
};

struct hive_builder {
	struct hive_build_key *keys; /* the first is the root */
	struct hive_build_value *values;
	uint32_t key_count, value_count;
	uint32_t minor;	   /* 5; 3 has no big data */
	uint32_t seq1, seq2;
	uint64_t time;	   /* of the base block */
	char list[3];	   /* kind of the lists of subkeys: "lh", "lf", "li" or "ri" (of li) */
	struct buf bins, file;
	size_t cell_at, bin_end; /* while laying out */
};

void hive_start(struct hive_builder *b);
void hive_done(struct hive_builder *b);
/* The key of this path below the root, made with those above it that lack; time only for new ones.
 * Names with letters beyond Latin-1 (UTF-8) are stored as UTF-16. */
uint32_t hive_key(struct hive_builder *b, const char *path, uint64_t time);
void hive_value_add(struct hive_builder *b, uint32_t key, const char *name, uint32_t type, struct slice data);
void hive_sz(struct hive_builder *b, uint32_t key, const char *name, const char *text);
void hive_dword(struct hive_builder *b, uint32_t key, const char *name, uint32_t v);
void hive_qword(struct hive_builder *b, uint32_t key, const char *name, uint64_t v);
void hive_binary(struct hive_builder *b, uint32_t key, const char *name, struct slice data);
/* The key and its values stay where they are, in cells that are free, and no list names them. */
void hive_delete(struct hive_builder *b, uint32_t key);

struct slice hive_finish(struct hive_builder *b);
/* Offsets in the file, once it is finished. */
size_t hive_key_at(const struct hive_builder *b, uint32_t key);
size_t hive_value_cell_at(const struct hive_builder *b, uint32_t value);

/* UTF-16LE with its NUL, appended. */
void hive_put_utf16(struct buf *out, const char *text);
/* The base block's checksum again, after a change. */
void hive_sum(uint8_t *base);
