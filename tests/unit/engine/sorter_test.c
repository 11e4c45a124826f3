/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"

#include "base/rng.h"
#include "engine/sorter.h"

struct checking {
	int64_t last;
	size_t n, no_time;
	bool ordered;
};

static bool emit(void *ctx, struct slice text)
{
	struct checking *c = ctx;
	int64_t ns;

	c->n++;
	if (slice_starts(text, slice_str("none"))) {
		c->no_time++;
		return true;
	}
	c->ordered &= slice_to_i64(text, &ns) && ns >= c->last && c->no_time == 0;
	c->last = ns;
	return true;
}

static void sort(size_t budget)
{
	struct sorter *s = sorter_new("/tmp", budget);
	struct checking c = { .last = INT64_MIN, .ordered = true };
	struct rng rng = { 3 };
	struct err err = { 0 };
	char text[32];

	for (int i = 0; i < 20000; i++) {
		int64_t ns = (int64_t)rng_below(&rng, 100000) - 50000;
		int n = snprintf(text, sizeof(text), i % 100 ? "%lld" : "none", (long long)ns);

		assert_true(sorter_add(s, i % 100 != 0, ns, 0, slice_of(text, (size_t)n), &err));
	}
	assert_true(sorter_finish(s, emit, &c, &err));
	assert_int_equal(c.n, 20000);
	assert_int_equal(c.no_time, 200);
	assert_true(c.ordered);
	sorter_free(s);
}

static void lines_come_in_order_of_time_in_memory_and_from_disk(void **state)
{
	(void)state;
	sort((size_t)1 << 30);
	sort(5000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_come_in_order_of_time_in_memory_and_from_disk),
	};

	return RUN(tests);
}
