/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * A file that is bytes in memory: what is written to it stays in blocks of its own, the evidence
 * below is never changed. A database's hot journal is rolled back into such blocks. Owned by its
 * struct; one thread.
 */
#include "base/slice.h"

struct memfile {
	struct slice base;
	bool there;
	uint64_t size;	/* as its reader sees it; zeros where neither base nor a block has bytes */
	uint64_t limit; /* nothing is written at or past this */
	uint64_t writes;
	uint8_t **blocks; /* MEMFILE_BLOCK bytes each, NULL where nothing was written */
	size_t block_count;
};

#define MEMFILE_BLOCK ((size_t)4096)

/* base p NULL: a file that is not there. */
void memfile_init(struct memfile *f, struct slice base, uint64_t limit);
void memfile_done(struct memfile *f);
/* Fills out; gives how many of the n bytes lie before the end (the rest is zeros). */
size_t memfile_read(const struct memfile *f, uint64_t at, uint8_t *out, size_t n);
/* False, and nothing written, past the limit. */
bool memfile_write(struct memfile *f, uint64_t at, const uint8_t *p, size_t n);
void memfile_truncate(struct memfile *f, uint64_t size);
