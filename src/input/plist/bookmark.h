/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * The path inside a macOS bookmark (what URL bookmarkData gives; described by mac_alias's
 * bookmark_fmt.rst). Little-endian:
 *
 *   "book" | size | version | offset of the data (48) | ...      header
 *   offset of the first table of contents | items...              data; offsets count from here
 *   item: length, type, bytes        table: size, 0xfffffffe, id, next, count, (key, offset,
 * flags)...
 */
#include "base/arena.h"

struct bookmark {
	struct slice path; /* "/Applications/A.app": in the arena */
	struct slice name; /* as it was shown; part of the blob, p NULL: none */
};

/* False where blob is no bookmark with a path. */
bool bookmark_read(struct bookmark *ret, struct slice blob, struct arena *a);
