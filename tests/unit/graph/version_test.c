/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"

#include "graph/version.h"

static void versions_are_in_the_order_of_their_numbers(void **state)
{
	static const char *const ascending[] = { "1.2", "1.2.0", "1.2.1", "1.9", "1.10", "1.10a", "1.10b", "2", "18.11.1213",
						 "18.12.407", "18.12.416" };

	(void)state;
	for (size_t i = 0; i < sizeof(ascending) / sizeof(*ascending); i++)
		for (size_t k = 0; k < sizeof(ascending) / sizeof(*ascending); k++) {
			int c = version_compare(slice_str(ascending[i]), slice_str(ascending[k]));

			assert_int_equal((c > 0) - (c < 0), (i > k) - (i < k));
		}
}

static void leading_zeroes_and_long_numbers_are_numbers(void **state)
{
	(void)state;
	assert_int_equal(version_compare(slice_str("1.007"), slice_str("1.7")), 0);
	assert_true(version_compare(slice_str("99999999999999999999998"), slice_str("99999999999999999999999")) < 0);
	assert_int_equal(version_compare(slice_str(""), slice_str("")), 0);
	assert_true(version_compare(slice_str(""), slice_str("0")) < 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(versions_are_in_the_order_of_their_numbers),
		cmocka_unit_test(leading_zeroes_and_long_numbers_are_numbers),
	};

	return RUN(tests);
}
