/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Fast hashes for tables (xxh3; not for evidence: that is SHA-256, in trust and store). */
#include "base/slice.h"

uint64_t hash64(struct slice s);
uint64_t hash64_seed(struct slice s, uint64_t seed);
/* Combines two hashes, order matters. */
static inline uint64_t hash_mix(uint64_t a, uint64_t b)
{
	a ^= b + UINT64_C(0x9e3779b97f4a7c15) + (a << 6) + (a >> 2);
	return a;
}
