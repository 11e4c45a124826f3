/* SPDX-License-Identifier: Apache-2.0 */
#include "base/hash.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

uint64_t hash64(struct slice s)
{
	return XXH3_64bits(s.p, s.n);
}

uint64_t hash64_seed(struct slice s, uint64_t seed)
{
	return XXH3_64bits_withSeed(s.p, s.n, seed);
}
