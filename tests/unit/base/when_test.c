/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"

#include "base/when.h"

static void check(const char *in, const char *want)
{
	char text[32];
	struct when t = when_parse(slice_str(in));

	assert_true(t.set);
	when_format(t, text);
	assert_string_equal(text, want);
}

static void offsets_are_honoured_and_precision_kept(void **state)
{
	(void)state;
	check("2023-03-28T10:00:00.1234567Z", "2023-03-28T10:00:00.1234567Z");
	check("2023-03-28T10:00:00+02:00", "2023-03-28T08:00:00Z");
	check("2023-03-28 10:00:00.5 -0330", "2023-03-28T13:30:00.5Z");
	check("1969-12-31T23:59:59.25Z", "1969-12-31T23:59:59.25Z");
	check("2024-02-29T23:59Z", "2024-02-29T23:59:00Z");
	assert_true(when_parse(slice_str("2023-03-28 10:00:00")).zone_assumed);
	assert_false(when_parse(slice_str("2023-03-28 10:00:00Z")).zone_assumed);
}

static void rubbish_is_no_time(void **state)
{
	static const char *const bad[] = { "", "2023", "2023-13-01T00:00:00Z", "2023-03-28T25:00:00Z",
					   "2023-03-28T10:00:00.Z", "2023-03-28T10:00:00Zx",
					   "0001-01-01T00:00:00Z" };

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		assert_false(when_parse(slice_str(bad[i])).set);
}

static void filetime_has_seven_digits_and_zero_is_none(void **state)
{
	char text[32];

	(void)state;
	assert_false(when_filetime(0).set);
	assert_false(when_filetime(UINT64_MAX).set);
	char any[40];

	when_filetime_text(0, any);
	assert_string_equal(any, "1601-01-01T00:00:00.0000000Z");
	when_filetime_text(2650467743999999999, any);
	assert_string_equal(any, "9999-12-31T23:59:59.9999999Z");
	when_filetime_text(2650467744000000000, any);
	assert_string_equal(any, "10000-01-01T00:00:00.0000000Z");
	when_filetime_text(UINT64_MAX, any);
	assert_string_equal(any, "60056-05-28T05:36:10.9551615Z");
	when_format(when_filetime(133244712001234567), text);
	assert_string_equal(text, "2023-03-28T10:00:00.1234567Z");
}

static void weeks_follow_iso_8601(void **state)
{
	(void)state;
	assert_int_equal(when_parts(when_parse(slice_str("2021-01-03T00:00:00Z"))).week, 53);
	assert_int_equal(when_parts(when_parse(slice_str("2021-01-04T00:00:00Z"))).week, 1);
	assert_int_equal(when_parts(when_parse(slice_str("2024-12-30T00:00:00Z"))).week, 1);
	assert_int_equal(when_parts(when_parse(slice_str("1969-12-31T23:00:00Z"))).hour, 23);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(offsets_are_honoured_and_precision_kept),
		cmocka_unit_test(rubbish_is_no_time),
		cmocka_unit_test(filetime_has_seven_digits_and_zero_is_none),
		cmocka_unit_test(weeks_follow_iso_8601),
	};

	return RUN(tests);
}
