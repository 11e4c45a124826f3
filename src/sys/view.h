/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * A part of a file as read-only memory, with bytes behind it that may be read. Nothing is copied and
 * RLIMIT_DATA does not count it. A file that shrinks, or a disk that fails, ends the process (SIGBUS)
 * when the lost part is touched: only for processes that may die. Owner: the struct.
 */
#include "base/err.h"
#include "base/slice.h"

#define VIEW_PADDING ((size_t)64) /* readable behind the end: zeroes, or what follows in the file */

struct view {
	struct slice bytes; /* p NULL: nothing is mapped */
	void *map;
	size_t map_bytes;
};

/* [base, base + bytes) of the file; base need not be aligned. False with err: nothing is mapped. */
bool view_map(struct view *v, int fd, uint64_t base, uint64_t bytes, struct err *err);
/* Fine on one that is not mapped. */
void view_unmap(struct view *v);
