/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"

#include "base/buf.h"
#include "guard.h"
#include "plain.h"
#include "rules/test.h"

#include <stdlib.h>

static uint32_t seed = 7;

static uint32_t below(uint32_t n)
{
	seed = seed * 1664525u + 1013904223u;
	return (seed >> 8) % n;
}

static void put_random(struct buf *b, const char *const *alphabet, uint32_t n, uint32_t longest)
{
	for (uint32_t i = below(longest + 1); i > 0; i--)
		buf_put_str(b, alphabet[below(n)]);
}

static const char *const value_alphabet[] = { "a",	  "b",	     "A", " ", "-",
					      "/",	  "\\",	     "*", "?", "\xe2\x80\x93",
					      "\xc3\xa4", "\xc3\x84" };
static const char *const text_alphabet[] = {
	"a", "B", "A", " ", "-", "/", "\\", "*", "\xe2\x80\x93", "\xc3\xa4", "\xff"
};

/* The rule's one test against a text, asked both ways. */
static void assert_agrees(const struct ruleset *set, struct slice text)
{
	const struct item *item = &set->rules[0].selections[0].maps[0].items[0];
	struct names names;
	struct event ev;

	names_init(&names);
	event_init(&ev, &names);
	event_add(&ev, slice_str("F"), NAME_OTHER, value_text_of(text));
	assert_int_equal(item->test_count, 1);
	struct guard g = guard_copy(text, 0);
	bool got = test_text(&item->tests[0], g.bytes, &ev.arena);
	bool want = plain_evaluate(&set->rules[0], &ev);

	if (got != want)
		print_message("value '%s' text '%.*s': %d, plainly %d\n",
			      (const char *)item->tests[0].pattern.p, (int)text.n, text.p, got,
			      want);
	assert_int_equal(got, want);
	guard_done(&g);
	event_done(&ev);
	names_done(&names);
}

static void random_values_agree_with_the_plain_evaluator(void **state)
{
	static const char *const keys[] = { "F",
					    "F|contains",
					    "F|startswith",
					    "F|endswith",
					    "F|windash|contains",
					    "F|windash",
					    "F|windash|endswith",
					    "F|cased|contains",
					    "F|cased" };

	(void)state;
	for (int round = 0; round < 4000; round++) {
		struct buf yaml = { 0 }, text = { 0 };
		struct ruleset set;

		buf_printf(&yaml, "logsource: {product: x}\ndetection:\n  s: {%s: '",
			   keys[below(sizeof(keys) / sizeof(*keys))]);
		put_random(&yaml, value_alphabet, 12, 6);
		buf_put_str(&yaml, "'}\n  condition: s\n");
		ruleset_init(&set);
		ruleset_read(&set, slice_str("x"), buf_slice(&yaml), NULL);
		assert_int_equal(set.n, 1);
		for (int k = 0; k < 20; k++) {
			buf_clear(&text);
			put_random(&text, text_alphabet, 11, 9);
			assert_agrees(&set, text.n ? buf_slice(&text) : slice_str(""));
		}
		ruleset_done(&set);
		buf_done(&yaml);
		buf_done(&text);
	}
}

static void addresses_are_whole(void **state)
{
	static const char *const good[] = { "0.0.0.0",	    " 10.1.2.3 ",  "::",
					    "fe80::1%eth0", "2001:db8::1", "::ffff:1.2.3.4" };
	static const char *const bad[] = { "",	      "1.2.3",	   "1.2.3.4.5",	 "1.2.3.256",
					   "a.b.c.d", "1..2.3",	   "1.2.3.4:80", ":",
					   ":::",     "1.2.3.4/8", "0001.2.3.4" };
	uint8_t bytes[16];
	bool v6;

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++)
		assert_true(test_address(slice_str(good[i]), bytes, &v6));
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		assert_false(test_address(slice_str(bad[i]), bytes, &v6));
}

static void networks_end_at_any_bit(void **state)
{
	struct test t = { .op = TEST_CIDR };
	char text[32];

	(void)state;
	for (uint32_t bits = 0; bits <= 32; bits++) {
		snprintf(text, sizeof(text), "170.170.170.170/%u", bits);
		assert_true(cidr_parse(slice_str(text), &t.cidr));
		for (uint32_t flip = 0; flip < 32; flip++) {
			uint32_t address = 0xaaaaaaaau ^ 1u << (31 - flip);

			snprintf(text, sizeof(text), "%u.%u.%u.%u", address >> 24,
				 address >> 16 & 255, address >> 8 & 255, address & 255);
			assert_int_equal(test_text(&t, slice_str(text), NULL), flip >= bits);
		}
	}
	assert_false(cidr_parse(slice_str("1.2.3.4/"), &t.cidr));
	assert_false(cidr_parse(slice_str("1.2.3.4/33"), &t.cidr));
	assert_false(cidr_parse(slice_str("::/129"), &t.cidr));
}

/* Stars are tried from the left only, so that this ends today. */
static void stars_take_no_exponential_time(void **state)
{
	struct ruleset set;
	struct buf text = { 0 };

	(void)state;
	for (int i = 0; i < 100000; i++)
		buf_put_byte(&text, 'a');
	ruleset_init(&set);
	ruleset_read(&set, slice_str("x"),
		     slice_str("logsource: {product: x}\ndetection:\n  s: {F: "
			       "'*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*b'}\n  condition: s\n"),
		     NULL);
	assert_int_equal(set.n, 1);
	assert_false(test_text(&set.rules[0].selections[0].maps[0].items[0].tests[0],
			       buf_slice(&text), NULL));
	ruleset_done(&set);
	buf_done(&text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(random_values_agree_with_the_plain_evaluator),
		cmocka_unit_test(addresses_are_whole),
		cmocka_unit_test(networks_end_at_any_bit),
		cmocka_unit_test(stars_take_no_exponential_time),
	};

	return RUN(tests);
}
