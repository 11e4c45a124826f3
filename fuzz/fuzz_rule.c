/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rules from bytes: reading never fails as a whole, and what it lets through has no inner
 * contradiction. Every test of what was read is then tried on a few texts.
 */
#include "rules/rule.h"
#include "rules/test.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_expr(const struct rule *r, const struct expr *e)
{
	if (e->op == EXPR_SELECTION) {
		assert(e->selection < r->selection_count);
		return;
	}
	assert(e->arg_count > 0 && (e->op != EXPR_NOT || e->arg_count == 1));
	for (size_t i = 0; i < e->arg_count; i++)
		check_expr(r, e->args[i]);
}

static void check_item(const struct item *item, struct slice whole)
{
	uint32_t end = 0;

	assert(item->value_count > 0);
	for (size_t i = 0; i < item->value_count; i++) {
		assert(item->value_end[i] > end);
		end = item->value_end[i];
	}
	assert(end == item->test_count);
	for (size_t i = 0; i < item->test_count && i < 64; i++) {
		(void)test_text(&item->tests[i], slice_str("C:\\Windows\\cmd.exe -x \xe2\x80\x93y"),
				NULL);
		(void)test_text(&item->tests[i], slice_head(whole, 256), NULL);
	}
}

static void check_rule(const struct rule *r, struct slice whole)
{
	check_expr(r, r->condition);
	for (size_t s = 0; s < r->selection_count; s++)
		for (size_t m = 0; m < r->selections[s].map_count; m++)
			for (size_t i = 0; i < r->selections[s].maps[m].count; i++)
				check_item(&r->selections[s].maps[m].items[i], whole);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct placeholders *p =
		placeholders_read(slice_str("name: [one, 't*o']\nother: \"x\"\n"), NULL);
	struct ruleset set;

	ruleset_init(&set);
	ruleset_read(&set, slice_str("fuzz.yml"), slice_of(data, size), p);
	ruleset_finish(&set);
	for (size_t i = 0; i < set.n; i++)
		check_rule(&set.rules[i], slice_of(data, size));
	ruleset_done(&set);
	placeholders_free(p);
	return 0;
}
