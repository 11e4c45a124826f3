/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"

#include "base/arena.h"
#include "base/utf.h"

#include <stdlib.h>

static struct arena arena;

static void ill_formed_bytes_become_one_replacement_each(void **state)
{
	(void)state;
	/* Unicode 15, table 3-8: maximal subparts. */
	assert_slice(utf8_repair(&arena, slice_str("a\xf1\x80\x80\xe1\x80\xc2"
						   "b")),
		     "a\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"
		     "b");
	assert_slice(utf8_repair(&arena, slice_str("\xed\xa0\x80")),
		     "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd");
	assert_slice(utf8_repair(&arena, slice_str("\xc0\xaf")), "\xef\xbf\xbd\xef\xbf\xbd");
	assert_slice(utf8_repair(&arena, slice_str("\xef\xbf\xbd ok")), "\xef\xbf\xbd ok");
}

static void valid_text_is_given_back_as_it_is(void **state)
{
	struct slice s = slice_str("gr\xc3\xbc\xc3\x9f \xf0\x9f\x98\x80 and plain ascii behind it");

	(void)state;
	assert_true(utf8_valid(s));
	assert_ptr_equal(utf8_repair(&arena, s).p, s.p);
	assert_int_equal(utf8_valid_prefix(slice_str("abcdefghij\xff")), 10);
}

static void utf16_converts_and_repairs_surrogates(void **state)
{
	static const uint8_t units[] = "a\0\xfc\0\x3d\xd8\x00\xde\x00\xd8"
				       "b\0\0\xdc";

	(void)state;
	assert_slice(utf16le_to_utf8(&arena, slice_of(units, 14)),
		     "a\xc3\xbc\xf0\x9f\x98\x80\xef\xbf\xbd"
		     "b\xef\xbf\xbd");
}

static void every_length_of_ascii_converts(void **state)
{
	uint8_t wide[200], narrow[100];

	(void)state;
	for (size_t i = 0; i < 100; i++) {
		narrow[i] = wide[i * 2] = (uint8_t)('a' + i % 26);
		wide[i * 2 + 1] = 0;
	}
	for (size_t n = 0; n <= 100; n++) {
		struct slice got = utf16le_to_utf8(&arena, slice_of(wide, n * 2));

		assert_int_equal(got.n, n);
		assert_memory_equal(got.p, narrow, n);
	}
}

static void folding_keeps_ascii_and_the_rest_apart(void **state)
{
	(void)state;
	assert_slice(utf8_fold(&arena, slice_str("CMD \xc3\x84\xd0\x9f")), "cmd \xc3\xa4\xd0\xbf");
	/* KELVIN SIGN stays: folded it would become an ASCII k. */
	assert_slice(utf8_fold(&arena, slice_str("\xe2\x84\xaa")), "\xe2\x84\xaa");
}

/* Unescapes into exactly the room that is promised: one byte more and ASan stops the test. */
static void check_unescaped(const char *escaped, const char *want)
{
	struct slice s = slice_str(escaped);
	uint8_t *out = malloc(UTF8_UNESCAPED_MAX(s.n));

	assert_non_null(out);
	assert_slice(slice_of(out, utf8_unescape(out, s)), want);
	free(out);
}

static void escapes_of_json_become_characters(void **state)
{
	(void)state;
	check_unescaped("", "");
	check_unescaped("plain", "plain");
	check_unescaped("C:\\\\a\\\\b", "C:\\a\\b");
	check_unescaped("\\\"\\/\\b\\f\\n\\r\\t", "\"/\b\f\n\r\t");
	check_unescaped("\\u0041\\u00fc\\u20ac", "A\xc3\xbc\xe2\x82\xac");
	check_unescaped("\\ud83d\\ude00", "\xf0\x9f\x98\x80");
	/* Half a pair, a broken one, an unknown escape, a backslash at the end. */
	check_unescaped("\\ud83dx", "\xef\xbf\xbdx");
	check_unescaped("\\ud83d\\u0041", "\xef\xbf\xbd" "A");
	check_unescaped("\\u12", "\xef\xbf\xbd" "12");
	check_unescaped("\\u\\u\\u\\u", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd");
	check_unescaped("\\q\\", "q");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ill_formed_bytes_become_one_replacement_each),
		cmocka_unit_test(valid_text_is_given_back_as_it_is),
		cmocka_unit_test(utf16_converts_and_repairs_surrogates),
		cmocka_unit_test(every_length_of_ascii_converts),
		cmocka_unit_test(folding_keeps_ascii_and_the_rest_apart),
		cmocka_unit_test(escapes_of_json_become_characters),
	};
	int failed = RUN(tests);

	arena_done(&arena);
	return failed;
}
