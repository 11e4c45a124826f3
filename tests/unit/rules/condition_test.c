/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"

#include "base/buf.h"
#include "rules/condition.h"

static struct arena arena;
static struct selection selections[] = {
	{ .name = SLICE("a") }, { .name = SLICE("b") }, { .name = SLICE("sel_x") },
	{ .name = SLICE("sel_y") }, { .name = SLICE("_hidden") },
};

static void print(struct buf *b, const struct expr *e)
{
	static const char *const words[] = { "", "and", "or", "not" };

	if (e->op == EXPR_SELECTION) {
		buf_put(b, selections[e->selection].name);
		return;
	}
	buf_printf(b, "(%s", words[e->op]);
	for (size_t i = 0; i < e->arg_count; i++) {
		buf_put_byte(b, ' ');
		print(b, e->args[i]);
	}
	buf_put_byte(b, ')');
}

static void check(const char *text, const char *want)
{
	struct err err = { 0 };
	struct buf b = { 0 };
	struct expr *e = condition_parse(slice_str(text), selections, 5, &arena, &err);

	if (!e) {
		buf_put_str(&b, "error");
		assert_int_equal(err.code, ERR_FORMAT);
	} else {
		print(&b, e);
	}
	assert_slice(buf_slice(&b), want);
	buf_done(&b);
}

static void not_binds_tighter_than_and_than_or(void **state)
{
	(void)state;
	check("a or b and not a", "(or a (and b (not a)))");
	check("(a or b) and a", "(and (or a b) a)");
	check("not not a", "(not (not a))");
	check("A or b", "error");
	check("a AND b OR a", "(or (and a b) a)");
}

static void of_takes_names_patterns_and_them(void **state)
{
	(void)state;
	check("1 of sel_*", "(or sel_x sel_y)");
	check("all of sel*", "(and sel_x sel_y)");
	check("any of *_y", "(or sel_y)");
	check("all of them", "(and a b sel_x sel_y)");
	check("1 of _*", "(or _hidden)");
	check("a and not 1 of sel_*", "(and a (not (or sel_x sel_y)))");
	check("1 of nothing*", "error");
}

static void what_is_no_condition_is_refused(void **state)
{
	static const char *const bad[] = { "", "a and", "and a", "(a", "a)", "a b", "a | count() > 3",
					   "1 of", "2 of sel_*", "not" };
	char deep[400];

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		check(bad[i], "error");
	memset(deep, '(', sizeof(deep) - 1);
	deep[sizeof(deep) - 1] = 0;
	check(deep, "error");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(not_binds_tighter_than_and_than_or),
		cmocka_unit_test(of_takes_names_patterns_and_them),
		cmocka_unit_test(what_is_no_condition_is_refused),
	};
	int failed = RUN(tests);

	arena_done(&arena);
	return failed;
}
