/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"

#include "base/arena.h"
#include "rules/regex.h"
#include "rules/rule.h"

static struct arena arena;

static void check(const char *pattern, const char *want)
{
	assert_slice(regex_literal(&arena, slice_str(pattern), NULL), want);
}

static void the_literal_is_one_no_match_can_do_without(void **state)
{
	(void)state;
	check("foo.*barbaz", "barbaz");
	check("\\\\Temp\\\\[a-z]+\\.exe", "\\Temp\\");
	check("abcd?ef", "abc");
	check("ab(cde)?fgh", "fgh");
	check("abc|def", "");
	check("(abc|def)ghij", "ghij");
	check("a{3}bcd", "bcd");
	check("(?i)power.{0,5}shell", "power");
	check("x(?i)yz", "");
	check("[abc]]def", "]def");
	check("\\x41bcd", "");
	check("abc+d", "abc");
}

static bool search(const char *pattern, bool caseless, const char *text)
{
	struct test t = { .op = TEST_REGEX, .text = slice_str(pattern), .regex_i = caseless };
	struct err err = { 0 };
	struct regex *re = regex_new(&t, &err);
	struct regex_scratch *s = regex_scratch_new();
	bool found;

	assert_non_null(re);
	found = regex_search(re, s, slice_str(text));
	assert_int_equal(found, regex_search(re, s, slice_str(text)));
	regex_scratch_free(s);
	regex_free(re);
	return found;
}

static void ascii_and_other_text_are_searched_alike(void **state)
{
	(void)state;
	assert_true(search("a.c", false, "xabcx"));
	assert_false(search("a.c", false, "xABCx"));
	assert_true(search("a.c", true, "xABCx"));
	assert_true(search("^a.c$", false, "a\xc3\xbc"
						"c"));
	assert_true(search("(a)\\1", false, "aa")); /* a back reference: only PCRE2 takes it */
	assert_false(search("(a)\\1", false, "ab"));
	assert_true(search("", false, ""));
}

static void what_is_no_expression_is_refused_with_the_place(void **state)
{
	struct test t = { .op = TEST_REGEX, .text = slice_str("ab(c") };
	struct err err = { 0 };

	(void)state;
	assert_null(regex_new(&t, &err));
	assert_int_equal(err.at, 4);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_literal_is_one_no_match_can_do_without),
		cmocka_unit_test(ascii_and_other_text_are_searched_alike),
		cmocka_unit_test(what_is_no_expression_is_refused_with_the_place),
	};
	int failed = RUN(tests);

	arena_done(&arena);
	return failed;
}
