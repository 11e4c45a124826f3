/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"

#include "base/cursor.h"

static void sub_refuses_what_is_not_wholly_inside(void **state)
{
	struct slice s = slice_str("abcdef"), r = slice_str("x");

	(void)state;
	assert_true(slice_sub(s, 6, 0, &r));
	assert_int_equal(r.n, 0);
	r = slice_str("x");
	assert_false(slice_sub(s, 5, 2, &r));
	assert_false(slice_sub(s, UINT64_MAX, 2, &r));
	assert_false(slice_sub(s, 2, UINT64_MAX, &r));
	assert_slice(r, "x");
	assert_true(slice_sub(s, 2, 3, &r));
	assert_slice(r, "cde");
}

static void cut_gives_the_part_before_and_leaves_the_rest(void **state)
{
	struct slice rest;

	(void)state;
	assert_slice(slice_cut(slice_str("a=b=c"), '=', &rest), "a");
	assert_slice(rest, "b=c");
	assert_slice(slice_cut(slice_str("abc"), '=', &rest), "abc");
	assert_null(rest.p);
}

static void numbers_stop_at_overflow_and_rubbish(void **state)
{
	uint64_t u;
	int64_t i;

	(void)state;
	assert_true(slice_to_u64(slice_str("18446744073709551615"), &u));
	assert_true(u == UINT64_MAX);
	assert_false(slice_to_u64(slice_str("18446744073709551616"), &u));
	assert_false(slice_to_u64(slice_str(""), &u));
	assert_false(slice_to_u64(slice_str("1x"), &u));
	assert_true(slice_to_i64(slice_str("-9223372036854775808"), &i));
	assert_true(i == INT64_MIN);
	assert_false(slice_to_i64(slice_str("9223372036854775808"), &i));
}

static void a_cursor_stays_failed_and_gives_zeroes(void **state)
{
	struct cursor c = cursor_of(slice_of("\x01\x02\x03\x04\x05", 5));

	(void)state;
	assert_int_equal(cursor_u32(&c), 0x04030201);
	assert_int_equal(cursor_u16(&c), 0);
	assert_false(c.ok);
	assert_int_equal(cursor_u8(&c), 0);
	assert_int_equal(cursor_left(&c), 0);
}

static void trim_and_compare(void **state)
{
	(void)state;
	assert_slice(slice_trim(slice_str(" \t a b\r\n")), "a b");
	assert_true(slice_eq_nocase(slice_str("SysMon"), slice_str("sYSmON")));
	assert_false(slice_eq_nocase(slice_str("[a"), slice_str("{a")));
	assert_true(slice_cmp(slice_str("ab"), slice_str("abc")) < 0);
	assert_true(slice_search(slice_str("hello"), slice_str("lo")) != NULL);
	assert_null(slice_search(slice_str("he"), slice_str("hel")));
}

static void percent_encoded_bytes(void **state)
{
	static const struct {
		const char *text;
		int byte; /* -1: none stands there */
	} cases[] = { { "%41", 'A' }, { "%fF", 0xff }, { "%00", 0 }, { "%4", -1 }, { "%", -1 }, { "", -1 }, { "%4g", -1 }, { "%g4", -1 }, { "x41", -1 } };

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct slice s = slice_str(cases[i].text);
		uint8_t c = 7;

		assert_int_equal(slice_percent(s, 0, &c), cases[i].byte >= 0);
		assert_int_equal(c, cases[i].byte >= 0 ? cases[i].byte : 7);
	}
	for (int c = 0; c < 256; c++) {
		const char *digits = "0123456789abcdef", *at = c ? strchr(digits, ascii_lower((uint8_t)c)) : NULL;

		assert_int_equal(ascii_hex((uint8_t)c), at ? (int)(at - digits) : -1);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(percent_encoded_bytes),
		cmocka_unit_test(sub_refuses_what_is_not_wholly_inside),
		cmocka_unit_test(cut_gives_the_part_before_and_leaves_the_rest),
		cmocka_unit_test(numbers_stop_at_overflow_and_rubbish),
		cmocka_unit_test(a_cursor_stays_failed_and_gives_zeroes),
		cmocka_unit_test(trim_and_compare),
	};

	return RUN(tests);
}
