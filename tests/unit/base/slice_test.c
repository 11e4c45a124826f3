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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sub_refuses_what_is_not_wholly_inside),
		cmocka_unit_test(cut_gives_the_part_before_and_leaves_the_rest),
		cmocka_unit_test(numbers_stop_at_overflow_and_rubbish),
		cmocka_unit_test(a_cursor_stays_failed_and_gives_zeroes),
		cmocka_unit_test(trim_and_compare),
	};

	return RUN(tests);
}
