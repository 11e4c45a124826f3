/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Bytes kept in order until somebody reads them back: in memory up to a bound, then in an unlinked
 * temporary file. One writer, then one reader, in one process. */
#include "base/buf.h"
#include "base/err.h"

struct spool {
	struct buf memory; /* the end of what was written */
	int fd;		   /* -1 until memory was too small */
	uint64_t file_bytes;
};

/* A file without a name in folder (or the system's own temporary folder when NULL). -1 with err. */
int tempfile_open(const char *folder, struct err *err);
/* The same, with a second descriptor that can only read it. Wants no /proc. */
bool tempfile_pair(const char *folder, int *ret_write, int *ret_read, struct err *err);

void spool_init(struct spool *s);
void spool_done(struct spool *s);
/* False with err when the disk is full; what was written before stays. */
bool spool_write(struct spool *s, struct slice bytes, size_t memory_max, const char *folder,
		 struct err *err);
static inline uint64_t spool_bytes(const struct spool *s)
{
	return s->file_bytes + s->memory.n;
}
/* Bytes [at, at + n) into room; false when they are not there or cannot be read. */
bool spool_read(const struct spool *s, uint64_t at, void *room, size_t n);
