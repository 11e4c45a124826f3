/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * The value AppCompatCache: files that Windows looked at before they were started, with the time they were
 * last modified. By signature, numbers little-endian:
 *
 *   0xdeadbeef  XP       slots of 552 bytes from 400 on: path 528, modified, size, updated; count @4
 *   0xbadc0ffe  2003, Vista   entries of 24 or 32 bytes (64 bit) from 8 on: path's length and place, modified
 *   0xbadc0fee  7        entries of 32 or 48 bytes from 128 on: the same, flags (2: started)
 *   "00ts"      8.0      from 128 on, and "10ts" 8.1: sizes, path, package, flags, flags, modified, data
 *   "10ts"      10, 11   behind a header whose size is its first word: path, modified, data
 *
 * The count of entries in later headers is wrong: they are read to the end.
 */
#include "base/slice.h"

enum shim_layout {
	SHIM_XP,
	SHIM_2003,
	SHIM_7,
	SHIM_8,
	SHIM_10,
};

enum shim_executed {
	SHIM_UNKNOWN, /* the layout does not say */
	SHIM_NO,
	SHIM_YES,
};

struct shim {
	struct slice data;
	enum shim_layout layout;
	bool wide; /* entries of 64-bit systems */
	size_t at; /* of the next entry */
	uint32_t left;	  /* entries, where the header's count holds */
	uint64_t claimed; /* bytes of paths that were taken */
	const char *why;  /* damage that ended the walk, at `at`; NULL */
	uint32_t capacity; /* how many the system keeps */
};

struct shim_entry {
	size_t at; /* of its first byte */
	struct slice path, package; /* UTF-16LE, up to the first NUL */
	uint64_t modified;
	enum shim_executed executed;
	bool has_dword;
	uint32_t dword; /* 10, 11: the last of its data; thought to say that it was started */
};

/* False where it is no such value. */
bool shim_open(struct shim *s, struct slice data);
/* False at the end: look at why. */
bool shim_next(struct shim *s, struct shim_entry *ret);
/* The entry at a place that shim_next gave. */
bool shim_read(const struct shim *s, size_t at, struct shim_entry *ret);
