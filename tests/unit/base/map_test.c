/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"

#include "base/map.h"

#include <stdio.h>

static void interning_counts_from_zero_and_finds_again(void **state)
{
	struct map m;
	char key[32];

	(void)state;
	map_init(&m);
	assert_true(map_get(&m, slice_str("x")) == MAP_NONE);
	for (int round = 0; round < 2; round++)
		for (int i = 0; i < 5000; i++) {
			snprintf(key, sizeof(key), "key %d", i);
			assert_int_equal(map_intern(&m, slice_str(key)), i);
		}
	assert_int_equal(m.n, 5000);
	assert_slice(map_key(&m, 4999), "key 4999");
	map_clear(&m);
	assert_true(map_get(&m, slice_str("key 1")) == MAP_NONE);
	assert_int_equal(map_intern(&m, slice_str("")), 0);
	map_set(&m, slice_str(""), 7);
	assert_int_equal(map_get(&m, slice_str("")), 7);
	map_done(&m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(interning_counts_from_zero_and_finds_again),
	};

	return RUN(tests);
}
