/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"

#include "base/rng.h"

static void the_numbers_are_those_of_splitmix64(void **state)
{
	/* The reference sequence of seed 1234567. */
	static const uint64_t want[] = { UINT64_C(6457827717110365317), UINT64_C(3203168211198807973),
					 UINT64_C(9817491932198370423), UINT64_C(4593380528125082431),
					 UINT64_C(16408922859458223821) };
	struct rng r = { 1234567 };

	(void)state;
	for (size_t i = 0; i < 5; i++)
		assert_true(rng_next(&r) == want[i]);
}

static void a_bounded_number_is_below_its_bound_and_reaches_all_values(void **state)
{
	struct rng r = { 7 };
	size_t seen[6] = { 0 };

	(void)state;
	for (size_t i = 0; i < 6000; i++) {
		uint64_t n = rng_below(&r, 6);

		assert_true(n < 6);
		seen[n]++;
	}
	for (size_t i = 0; i < 6; i++)
		assert_in_range(seen[i], 850, 1150);
	assert_int_equal(rng_below(&r, 1), 0);
}

static void a_deal_gives_each_place_once(void **state)
{
	(void)state;
	for (uint64_t n = 1; n <= 60; n++) {
		uint64_t seen = 0;

		for (uint64_t i = 0; i < n; i++) {
			struct rng r = { n };
			uint64_t at = rng_dealt(&r, i, n);

			assert_true(at < n && !(seen >> at & 1));
			seen |= UINT64_C(1) << at;
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_numbers_are_those_of_splitmix64),
		cmocka_unit_test(a_bounded_number_is_below_its_bound_and_reaches_all_values),
		cmocka_unit_test(a_deal_gives_each_place_once),
	};

	return RUN(tests);
}
