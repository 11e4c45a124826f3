/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* What the walk (walk.c) and those who read what it found (regf.c) must agree on. */
#include "input/hive/regf.h"

#define WALK_BITS 7u	  /* of an entry of regf.values: vk are at multiples of 8 */
#define WALK_CUT 1u	  /* its data ends early */
#define WALK_NO_DATA 2u	  /* it has none that is its own */
#define WALK_INLINE 0x80000000u /* of a vk's size: the data lies in the field for its place */
#define WALK_SEGMENT_BYTES 16344u

/* Does a value of so many bytes lie in segments behind this cell? */
static inline bool walk_is_big(const struct regf *r, struct slice cell, uint32_t size)
{
	return size > WALK_SEGMENT_BYTES && r->minor > 3 && cell.n >= 8 && cell.p[0] == 'd' &&
	       cell.p[1] == 'b';
}
