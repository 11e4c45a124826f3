/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Fast hashes for tables (xxh3; not for evidence: that is SHA-256, in trust and store). */
#include "base/slice.h"

uint64_t hash64(struct slice s);
uint64_t hash64_seed(struct slice s, uint64_t seed);
