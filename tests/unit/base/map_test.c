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

/* Each key at its first and at a later place, also twice among those that are looked up together. */
static void many_keys_get_the_numbers_of_one_by_one(void **state)
{
	static char text[30000][16];
	static struct slice keys[30000];
	static uint32_t numbers[30000];
	struct map one, many;

	(void)state;
	map_init(&one);
	map_init(&many);
	for (size_t i = 0; i < 30000; i++) {
		size_t which = i % 7 == 3 ? i - 1 : i * 7919 % 20011;

		keys[i] = slice_of(text[i], (size_t)snprintf(text[i], 16, "%zu", which));
	}
	for (size_t i = 0; i < 30000; i += 37)
		map_intern_many(&many, keys + i, 30000 - i < 37 ? 30000 - i : 37, numbers + i);
	for (size_t i = 0; i < 30000; i++)
		assert_int_equal(numbers[i], map_intern(&one, keys[i]));
	assert_int_equal(one.n, many.n);
	for (uint32_t i = 0; i < one.n; i++) {
		assert_true(slice_eq(map_key(&one, i), map_key(&many, i)));
		assert_int_equal(map_get(&many, map_key(&one, i)), i);
	}
	map_intern_many(&many, keys, 0, numbers);
	assert_int_equal(one.n, many.n);
	map_done(&one);
	map_done(&many);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(interning_counts_from_zero_and_finds_again),
		cmocka_unit_test(many_keys_get_the_numbers_of_one_by_one),
	};

	return RUN(tests);
}
