/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * A prefetch file, unpacked: versions 17 (XP, 2003), 23 (Vista, 7), 26 (8.x), 30 (10, in two
 * layouts) and 31 (11). Layout after libyal's libscca documentation:
 *
 *     0 u32 version   4 "SCCA"   12 u32 size of the file   16 name, 30 units with their NUL
 *    76 u32 hash
 *    84 u32 metrics offset  88 count          100 u32 names offset  104 bytes
 *   108 u32 volumes offset 112 count  116 bytes
 *                        17     23     26, 30        30, 31 with metrics at 296
 *   runs (FILETIME)      120    128    128, eight    128, eight
 *   count of runs        144    152    208           200
 *   bytes of a volume    40     104    104, 96       96
 *
 * Texts are UTF-16LE and borrow from the file, as all slices here do.
 */
#include "input/input.h"

#define SCCA_RUNS 8u

struct scca {
	uint32_t version, hash, run_count;
	bool counted;		  /* run_count is there */
	struct slice name;	  /* at most 29 units: longer names are cut */
	uint64_t runs[SCCA_RUNS]; /* FILETIME, as they stand; 0: none */
	struct slice names;	  /* for scca_next_name */
	struct slice volumes;	  /* for scca_next_volume */
	uint32_t volume_count;
	size_t volume_bytes;
	bool damaged; /* parts were not there: a note says which */
};

struct scca_volume {
	struct slice device;
	uint64_t created; /* FILETIME */
	uint32_t serial;
};

/* Is it one, by the first 8 bytes? */
bool scca_starts(struct slice file);
/* False where there is no header, or a version that is not known: told with env's note. */
bool scca_read(struct slice file, const struct input_env *env, struct scca *ret);
/* The next path in *rest, which starts as scca.names; false at the end. Empty ones are passed. */
bool scca_next_name(struct slice *rest, struct slice *ret);
/* Volume i; false where it is not wholly there. */
bool scca_volume(const struct scca *s, uint32_t i, struct scca_volume *ret);
/* The only path among the names whose last part is the program's name; p NULL where there is none,
 * or several. */
struct slice scca_image(const struct scca *s);
