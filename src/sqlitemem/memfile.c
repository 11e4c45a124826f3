/* SPDX-License-Identifier: Apache-2.0 */
#include "sqlitemem/memfile.h"

#include "base/heap.h"

#include <stdlib.h>

void memfile_init(struct memfile *f, struct slice base, uint64_t limit)
{
	*f = (struct memfile){
		.base = base, .there = base.p != NULL, .size = base.n, .limit = limit
	};
}

void memfile_done(struct memfile *f)
{
	for (size_t i = 0; i < f->block_count; i++)
		free(f->blocks[i]);
	free(f->blocks);
	*f = (struct memfile){ 0 };
}

/* n bytes of one block, from base or from what was written there. */
static void read_block(const struct memfile *f, uint64_t at, uint8_t *out, size_t n)
{
	uint64_t block = at / MEMFILE_BLOCK;
	struct slice s;

	if (block < f->block_count && f->blocks[block]) {
		memcpy(out, f->blocks[block] + at % MEMFILE_BLOCK, n);
		return;
	}
	s = at < f->base.n ? slice_head(slice_from(f->base, (size_t)at), n) : slice_of(NULL, 0);
	if (s.n)
		memcpy(out, s.p, s.n);
	memset(out + s.n, 0, n - s.n);
}

static size_t in_block(uint64_t at, size_t n)
{
	size_t left = MEMFILE_BLOCK - (size_t)(at % MEMFILE_BLOCK);

	return n < left ? n : left;
}

size_t memfile_read(const struct memfile *f, uint64_t at, uint8_t *out, size_t n)
{
	size_t have = at >= f->size ? 0 : f->size - at < n ? (size_t)(f->size - at) : n;

	for (size_t done = 0; done < have;) {
		size_t k = in_block(at + done, have - done);

		read_block(f, at + done, out + done, k);
		done += k;
	}
	memset(out + have, 0, n - have);
	return have;
}

static uint8_t *own_block(struct memfile *f, uint64_t at)
{
	size_t block = (size_t)(at / MEMFILE_BLOCK);

	if (!f->blocks) {
		f->block_count = (size_t)(f->limit / MEMFILE_BLOCK) + 1;
		f->blocks = heap_array(f->block_count, sizeof(*f->blocks));
	}
	if (!f->blocks[block]) {
		uint8_t *p = heap_new(MEMFILE_BLOCK);

		read_block(f, at - at % MEMFILE_BLOCK, p, MEMFILE_BLOCK);
		f->blocks[block] = p;
	}
	return f->blocks[block];
}

bool memfile_write(struct memfile *f, uint64_t at, const uint8_t *p, size_t n)
{
	if (at > f->limit || n > f->limit - at)
		return false;
	for (size_t done = 0; done < n;) {
		size_t k = in_block(at + done, n - done);

		memcpy(own_block(f, at + done) + (at + done) % MEMFILE_BLOCK, p + done, k);
		done += k;
	}
	f->size = at + n > f->size ? at + n : f->size;
	f->writes++;
	return true;
}

/* What is cut off must not come back when the file grows again. */
void memfile_truncate(struct memfile *f, uint64_t size)
{
	if (size >= f->size)
		return;
	f->base = slice_head(f->base, size < f->base.n ? (size_t)size : f->base.n);
	for (size_t i = (size_t)(size / MEMFILE_BLOCK); i < f->block_count; i++) {
		size_t keep = size > i * MEMFILE_BLOCK ? (size_t)(size - i * MEMFILE_BLOCK) : 0;

		if (f->blocks[i])
			memset(f->blocks[i] + keep, 0, MEMFILE_BLOCK - keep);
	}
	f->size = size;
}
