/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The walk over all keys and values of a hive by itself: hive_bench HIVE [LOG...] prints
 *
 *   keys values damages milliseconds pages
 *
 * CPU time of the fastest of ten walks; pages: those that its logs gave, 0 where none was needed or there.
 */
#include "base/heap.h"
#include "input/hive/log.h"
#include "input/hive/regf.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define RUNS 10

/* The caller frees its bytes. */
static struct slice whole(const char *path)
{
	FILE *f = fopen(path, "rb");
	size_t n = 0, cap = (size_t)1 << 20, k;
	uint8_t *p = heap_new(cap);

	if (!f) {
		perror(path);
		exit(2);
	}
	while ((k = fread(p + n, 1, cap - n, f)) > 0) {
		n += k;
		if (n == cap)
			p = heap_grow(p, cap *= 2);
	}
	fclose(f);
	return slice_of(p, n);
}

static double now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

int main(int argc, char **argv)
{
	struct slice given, file, logs[LOG_FILES] = { { NULL, 0 } };
	struct log_replay replay;
	struct regf r;
	double best = 1e9;

	if (argc < 2 || argc > 2 + (int)LOG_FILES)
		return 2;
	file = given = whole(argv[1]);
	for (int i = 2; i < argc; i++)
		logs[i - 2] = whole(argv[i]);
	log_replay(&replay, file, logs);
	if (replay.state == LOG_REPLAYED)
		file = slice_of(replay.copy, replay.n);
	for (int i = 0; i < RUNS; i++) {
		double start = now_ms();

		regf_open(&r, file);
		best = now_ms() - start < best ? now_ms() - start : best;
		if (i + 1 < RUNS)
			regf_done(&r);
	}
	printf("%zu %zu %llu %.2f %u\n", r.key_count, r.value_count,
	       (unsigned long long)regf_damages(&r, false), best, replay.pages);
	regf_done(&r);
	log_replay_done(&replay);
	free((void *)(uintptr_t)given.p);
	for (size_t i = 0; i < LOG_FILES; i++)
		free((void *)(uintptr_t)logs[i].p);
	return 0;
}
