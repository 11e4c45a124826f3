/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Where the entries of an $MFT hang: for each record its name and its parent, found in one pass
 * over the file, and the paths that follow. Names are not copied: a node says where in the file its
 * name stands. 24 bytes a record, and a cache of folders' paths of fixed size.
 *
 * A parent is the one meant while its sequence is that of the reference, or one higher in a record
 * that was freed since. What has no such parent, hangs in a ring or makes a path of more than
 * MFT_PATH_UNITS is an orphan: its path begins with $Orphan\. Each node is judged once, so that all
 * paths together cost no more than they are long.
 */
#include "base/arena.h"
#include "base/buf.h"
#include "input/mft/record.h"

#define MFT_ROOT 5u
#define MFT_PATH_UNITS 32767u /* what NTFS allows */

enum mft_node_flag {
	MFT_NODE_RECORD = 1,	/* a base record stands there */
	MFT_NODE_EXTENSION = 2, /* of the base in `parent`; has no place of its own */
	MFT_NODE_IN_USE = 4,
	MFT_NODE_NAMED = 8,
	MFT_NODE_JUDGED = 16,
	MFT_NODE_VISITED = 32, /* on the way that is being judged */
	MFT_NODE_TOP = 64,     /* an orphan: its parent is not to be followed */
};

struct mft_node {
	uint32_t parent;      /* entry; UINT32_MAX: none that can be */
	uint32_t name_record; /* where the name is: itself or an extension */
	uint32_t next;	      /* a base's first extension, an extension's next one; 0: none */
	uint16_t parent_sequence, sequence;
	uint16_t name_at;    /* in the record */
	uint16_t path_units; /* of the path up to this name, once judged */
	uint8_t name_units;
	uint8_t flags;
};

struct mft_folder; /* slots of the caches */
struct mft_deep;

struct mft_tree {
	struct slice file;
	size_t record_bytes; /* 1024 or 4096 */
	uint32_t count;	     /* whole records */
	uint32_t strays;     /* extensions whose base is another file's by now */
	struct mft_node *nodes;
	struct mft_folder *folders;
	struct mft_deep *deep;
	uint32_t folder_slots;
	uint32_t *way; /* of mft_tree_path, grown */
	size_t way_cap;
	struct arena scratch;
	uint8_t room[MFT_RECORD_MAX];
};

/* `file` must stay. Records beyond 2^32 - 2 are not looked at. */
void mft_tree_init(struct mft_tree *t, struct slice file, size_t record_bytes);
void mft_tree_done(struct mft_tree *t);
/* Record i's bytes as they stand. */
static inline struct slice mft_tree_raw(const struct mft_tree *t, uint32_t i)
{
	return slice_of(t->file.p + (size_t)i * t->record_bytes, t->record_bytes);
}
/* Appends the path of a name below a parent (a reference): from the root, without drive. */
void mft_tree_path(struct mft_tree *t, uint64_t parent, struct slice name, struct buf *out);
