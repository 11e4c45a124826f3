/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"

#include "guard.h"
#include "rules/rule.h"

#include <stdlib.h>

static void values_are_one_or_many(void **state)
{
	struct err err = { 0 };
	struct placeholders *p = placeholders_read(slice_str("a: x\nb: [y, 'z']\nc: []\n"), &err);

	(void)state;
	assert_non_null(p);
	placeholders_free(p);
	p = placeholders_read(slice_str(""), &err);
	assert_non_null(p);
	placeholders_free(p);
	assert_null(placeholders_read(slice_str("- a\n"), NULL));
}

static void what_is_no_list_of_values_is_refused(void **state)
{
	static const char *const bad[] = { "a: {b: c}\n", "a: [[b]]\n", "[a, b]\n", "a: [b\n" };
	struct err err = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		err = (struct err){ 0 };
		assert_null(placeholders_read(slice_str(bad[i]), &err));
		assert_int_equal(err.code, ERR_FORMAT);
		assert_memory_equal(err.why, "line ", 5);
	}
}

static void every_prefix_is_read_or_refused(void **state)
{
	static const char text[] = "servers: [a, 'b?', \"c\\n\"]\nx: &a y\nz: *a\n";
	struct err err;

	(void)state;
	for (size_t n = 0; n < sizeof(text); n++) {
		struct guard g = guard_copy(slice_of(text, n), 0);

		placeholders_free(placeholders_read(g.bytes, &err));
		guard_done(&g);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(values_are_one_or_many),
		cmocka_unit_test(what_is_no_list_of_values_is_refused),
		cmocka_unit_test(every_prefix_is_read_or_refused),
	};

	return RUN(tests);
}
