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

/* `\\+` as often as asked for, with `.*` between. */
static void a_chain_of_signs_is_linear_and_exact(void **state)
{
	const char *five = "\\+.*\\+.*\\+.*\\+.*\\+", *fourteen =
		"\\+.*\\+.*\\+.*\\+.*\\+.*\\+.*\\+.*\\+.*\\+.*\\+.*\\+.*\\+.*\\+.*\\+";
	char text[8000];

	(void)state;
	assert_true(search(five, false, "+a++b+c+"));
	assert_false(search(five, false, "+a+b+c+"));
	/* A dot ends at a newline, unless it is told not to. */
	assert_false(search(five, false, "++++\n++++"));
	assert_true(search(five, false, "+++\n+++++"));
	assert_true(search("(?s)\\+.*\\+.*\\+.*\\+.*\\+", false, "++++\n++++"));
	assert_true(search("ab.*c\\.d", false, "xab--c.d"));
	assert_false(search("ab.*c\\.d", false, "xab--cxd"));
	assert_false(search("ab.*ba", false, "aba"));
	assert_false(search("ab.*cd", false, "AB CD"));
	assert_true(search("ab.*cd", true, "AB CD"));
	assert_true(search("ab.*cd$", false, "ab cd"));
	/* Long enough for backtracking to give up. */
	for (size_t i = 0; i < sizeof(text) - 1; i++)
		text[i] = i % 70 == 69 ? '+' : 'A';
	text[sizeof(text) - 1] = 0;
	assert_true(search(fourteen, false, text));
	for (size_t i = 0; i < sizeof(text) - 1; i++)
		text[i] = i % 600 == 599 ? '+' : 'A';
	assert_false(search(fourteen, false, text));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_literal_is_one_no_match_can_do_without),
		cmocka_unit_test(ascii_and_other_text_are_searched_alike),
		cmocka_unit_test(what_is_no_expression_is_refused_with_the_place),
		cmocka_unit_test(a_chain_of_signs_is_linear_and_exact),
	};
	int failed = RUN(tests);

	arena_done(&arena);
	return failed;
}
