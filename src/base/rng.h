/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* A small generator of the same numbers from the same seed (splitmix64), for exercises and tests.
 * Not for secrets. */
#include <stdint.h>

struct rng {
	uint64_t state;
};

static inline uint64_t rng_next(struct rng *r)
{
	uint64_t z = (r->state += UINT64_C(0x9e3779b97f4a7c15));

	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return z ^ z >> 31;
}

/* 0 to n - 1; n is not 0. */
static inline uint64_t rng_below(struct rng *r, uint64_t n)
{
	return rng_next(r) % n;
}

static inline uint64_t rng_common_divisor(uint64_t a, uint64_t b)
{
	while (b) {
		uint64_t rest = a % b;

		a = b;
		b = rest;
	}
	return a;
}

/* The place of i in a shuffled deal of n, 1 and more: for one state of r a permutation of 0 to n - 1. */
static inline uint64_t rng_dealt(struct rng *r, uint64_t i, uint64_t n)
{
	uint64_t step = 1 + rng_below(r, n), offset = rng_below(r, n);

	while (rng_common_divisor(step, n) != 1)
		step++;
	return (i * step + offset) % n;
}
