/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"

#include "rules/cache.h"

#include <stdio.h>

#define BUDGET ((size_t)1 << 20)

static struct value text(const char *s)
{
	return value_text_of(slice_str(s));
}

/* Remembers one predicate and two rules for the value. */
static void put(struct cache *c, uint32_t place, struct value v, uint32_t number)
{
	uint32_t predicates[] = { number << 1 | 1 }, rules[] = { number, number + 1 };
	struct found found = { predicates, rules, 1, 2 };

	assert_null(cache_get(c, place, &v));
	cache_put(c, &v, &found);
}

static uint32_t get(struct cache *c, uint32_t place, struct value v)
{
	const struct found *f = cache_get(c, place, &v);

	if (!f)
		return UINT32_MAX;
	assert_int_equal(f->predicate_count, 1);
	assert_int_equal(f->rule_count, 2);
	assert_int_equal(f->rules[1], f->rules[0] + 1);
	assert_int_equal(f->predicates[0], f->rules[0] << 1 | 1);
	return f->rules[0];
}

static void values_are_told_apart_by_place_type_and_bytes(void **state)
{
	struct cache *c = cache_new(BUDGET);
	uint32_t a = cache_place(c), b = cache_place(c);
	struct value wide = { .type = VALUE_UTF16, .s = slice_str("same") };
	struct value number = { .type = VALUE_UINT, .u = 7 }, other = { .type = VALUE_INT, .i = 7 };

	(void)state;
	put(c, a, text("same"), 1);
	put(c, b, text("same"), 2);
	put(c, a, wide, 3);
	put(c, a, number, 4);
	put(c, a, text(""), 5);
	assert_int_equal(get(c, a, text("same")), 1);
	assert_int_equal(get(c, b, text("same")), 2);
	assert_int_equal(get(c, a, wide), 3);
	assert_int_equal(get(c, a, number), 4);
	assert_int_equal(get(c, a, text("")), 5);
	assert_null(cache_get(c, a, &other));
	assert_null(cache_get(c, a, &(struct value){ .type = VALUE_TEXT, .s = slice_str("sam") }));
	cache_free(c);
}

/* Far more values than there is room for: what is still there is right, and some of it is. */
static void a_spent_budget_forgets_and_never_lies(void **state)
{
	struct cache *c = cache_new((size_t)1 << 16);
	uint32_t place = cache_place(c), kept = 0;
	char s[40];

	(void)state;
	for (uint32_t i = 0; i < 20000; i++) {
		uint32_t predicates[] = { i << 1 | 1 }, rules[] = { i, i + 1 };
		struct found found = { predicates, rules, 1, 2 };

		snprintf(s, sizeof(s), "value %u", i / 2 % 5000);
		struct value v = text(s);
		const struct found *known = cache_get(c, place, &v);

		if (known) {
			kept++;
			assert_int_equal(known->rules[0] / 2 % 5000, i / 2 % 5000);
		} else {
			cache_put(c, &v, &found);
		}
	}
	assert_true(kept > 1000);
	cache_free(c);
}

static void a_place_whose_values_never_repeat_sleeps(void **state)
{
	struct cache *c = cache_new(BUDGET);
	uint32_t novel = cache_place(c), steady = cache_place(c);
	char s[40];

	(void)state;
	put(c, steady, text("steady"), 9);
	for (uint32_t i = 0; i < 1000; i++) {
		struct value v;

		snprintf(s, sizeof(s), "novel %u", i);
		v = text(s);
		assert_null(cache_get(c, novel, &v));
		cache_put(c, &v, &(struct found){ NULL, NULL, 0, 0 });
	}
	/* It sleeps by now: even what was just put is not looked for. */
	snprintf(s, sizeof(s), "novel %u", 999);
	struct value last = text(s);

	assert_null(cache_get(c, novel, &last));
	assert_int_equal(get(c, steady, text("steady")), 9);
	cache_free(c);
}

static void without_a_budget_nothing_is_remembered(void **state)
{
	struct cache *c = cache_new(0);
	uint32_t place = cache_place(c);

	(void)state;
	put(c, place, text("x"), 1);
	put(c, place, text("x"), 1);
	cache_free(c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(values_are_told_apart_by_place_type_and_bytes),
		cmocka_unit_test(a_spent_budget_forgets_and_never_lies),
		cmocka_unit_test(a_place_whose_values_never_repeat_sleeps),
		cmocka_unit_test(without_a_budget_nothing_is_remembered),
	};

	return RUN(tests);
}
