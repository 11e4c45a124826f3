/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Input against a guard page: a copy of the bytes whose last one is the last before a page that
 * may not be touched, so that reading one byte too far kills the test. `behind` bytes after the
 * end stay readable (readers are promised 64, input.h).
 */
#include "base/slice.h"

struct guard {
	uint8_t *map;
	size_t size;
	struct slice bytes;
};

struct guard guard_copy(struct slice s, size_t behind);
void guard_done(struct guard *g);
