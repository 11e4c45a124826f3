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

static void a_text_names_a_version_and_not_a_part_of_a_longer_one(void **state)
{
	static const struct {
		const char *text, *version;
		bool named;
	} table[] = {
		{ "https://get.example/win/5.4.2", "5.4.2", true },   { "app-5.4.2.msi", "5.4.2", true },
		{ "app5.4.2", "5.4.2", true },			       { "v.5.4.2", "5.4.2", true },
		{ "app-15.4.2.msi", "5.4.2", false },		       { "app-5.4.21.msi", "5.4.2", false },
		{ "app-5.4.2.1.msi", "5.4.2", false },		       { "app-1.5.4.2.msi", "5.4.2", false },
		{ "app-15.4.2 and 5.4.2", "5.4.2", true },	       { "notes of 2023", "2023", false },
		{ "app-5", "5", false },			       { "", "5.4.2", false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++)
		if (version_in(slice_str(table[i].text), slice_str(table[i].version)) != table[i].named)
			fail_msg("%s in %s", table[i].version, table[i].text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(versions_are_in_the_order_of_their_numbers),
		cmocka_unit_test(leading_zeroes_and_long_numbers_are_numbers),
		cmocka_unit_test(a_text_names_a_version_and_not_a_part_of_a_longer_one),
	};

	return RUN(tests);
}
