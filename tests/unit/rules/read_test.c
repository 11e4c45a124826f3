/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"

#include "base/buf.h"
#include "base/heap.h"
#include "guard.h"
#include "rules/rule.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

static const char sample[] = "title: Sample\n"
			     "id: 11111111-2222-3333-4444-555555555555\n"
			     "name: sample\n"
			     "status: test\n"
			     "description: |\n"
			     "  Two\n"
			     "  lines\n"
			     "references: [nobody, {reads: this}]\n"
			     "tags:\n"
			     "  - attack.execution\n"
			     "  - attack.t1059\n"
			     "logsource:\n"
			     "  Product: ignored\n"
			     "  product: Windows\n"
			     "  category: process_creation\n"
			     "detection:\n"
			     "  sel:\n"
			     "    Image|endswith: ['\\a.exe', '\\b*.exe']\n"
			     "    Command Line|base64offset|contains: secret\n"
			     "  _kw:\n"
			     "    - one\n"
			     "    - two\n"
			     "  condition: sel and not 1 of _*\n"
			     "level: high\n";

static void read_text(struct ruleset *set, const char *text)
{
	ruleset_init(set);
	ruleset_read(set, slice_str("a.yml"), slice_str(text), NULL);
	ruleset_finish(set);
}

static void a_rule_becomes_a_tree(void **state)
{
	struct ruleset set;

	(void)state;
	read_text(&set, sample);
	assert_int_equal(set.n, 1);
	assert_int_equal(set.fault_count, 0);
	const struct rule *r = &set.rules[0];

	assert_slice(r->title, "Sample");
	assert_slice(r->name, "sample");
	assert_slice(r->description, "Two\nlines\n");
	assert_slice(r->file, "a.yml");
	assert_int_equal(r->level, LEVEL_HIGH);
	assert_int_equal(r->tag_count, 2);
	assert_slice(r->tags[1], "attack.t1059");
	assert_slice(r->logsource.product, "windows");
	assert_slice(r->logsource.category, "process_creation");
	assert_null(r->logsource.service.p);
	assert_int_equal(map_get(&set.by_id, r->id), 0);
	assert_int_equal(r->selection_count, 2);
	assert_int_equal(r->condition->op, EXPR_AND);
	assert_int_equal(r->condition->args[1]->op, EXPR_NOT);
	const struct item *items = r->selections[0].maps[0].items;

	assert_int_equal(r->selections[0].maps[0].count, 2);
	assert_slice(items[0].field, "Image");
	assert_int_equal(items[0].line, 18);
	assert_int_equal(items[0].column, 5);
	assert_int_equal(items[0].tests[0].op, TEST_TEXT);
	assert_int_equal(items[0].tests[1].op, TEST_WILDCARD);
	assert_int_equal(items[0].tests[1].part_count, 2);
	assert_slice(items[0].tests[1].pattern, "\\b*.exe");
	assert_slice(items[1].field, "CommandLine");
	assert_int_equal(items[1].value_count, 1);
	assert_int_equal(items[1].test_count, 3);
	assert_int_equal(items[1].value_end[0], 3);
	assert_int_equal(r->selections[1].maps[0].items[0].field.n, 0);
	ruleset_done(&set);
}

static void the_first_of_two_rules_with_one_id_wins(void **state)
{
	struct ruleset set;

	(void)state;
	read_text(&set, sample);
	ruleset_read(&set, slice_str("b.yml"), slice_str(sample), NULL);
	assert_int_equal(set.n, 1);
	assert_int_equal(set.fault_count, 1);
	assert_true(set.faults[0].fatal);
	assert_slice(set.faults[0].file, "b.yml");
	assert_non_null(slice_search(set.faults[0].reason, slice_str("a.yml, line 1")));
	ruleset_done(&set);
}

static void what_stands_before_a_fault_is_read(void **state)
{
	struct ruleset set;
	char text[4096];

	(void)state;
	snprintf(text, sizeof(text), "%s---\ntitle: [broken\n---\n%s", sample, sample);
	read_text(&set, text);
	assert_int_equal(set.n, 1);
	assert_int_equal(set.fault_count, 1);
	assert_true(set.faults[0].line >= 26);
	ruleset_done(&set);
}

static void bytes_that_are_no_utf8_have_a_place(void **state)
{
	struct ruleset set;

	(void)state;
	read_text(&set, "title: x\nid: \xff\n");
	assert_int_equal(set.n, 0);
	assert_int_equal(set.fault_count, 1);
	assert_int_equal(set.faults[0].line, 2);
	assert_int_equal(set.faults[0].column, 5);
	ruleset_done(&set);
}

static void nothing_is_no_fault(void **state)
{
	struct ruleset set;

	(void)state;
	read_text(&set, "");
	assert_int_equal(set.fault_count, 0);
	ruleset_read(&set, slice_str("b"), slice_str("# only a comment\n---\n---\n"), NULL);
	assert_int_equal(set.fault_count, 0);
	assert_int_equal(set.n, 0);
	ruleset_done(&set);
}

/* head, then `unit` n times, then tail: one fault with these words. */
static void assert_refused(const char *head, const char *unit, size_t n, const char *tail,
			   const char *words)
{
	struct buf b = { 0 };
	struct ruleset set;

	buf_put_str(&b, head);
	for (size_t i = 0; i < n; i++)
		buf_put_str(&b, unit);
	buf_put_str(&b, tail);
	ruleset_init(&set);
	ruleset_read(&set, slice_str("x"), buf_slice(&b), NULL);
	assert_int_equal(set.n, 0);
	assert_int_equal(set.fault_count, 1);
	assert_non_null(slice_search(set.faults[0].reason, slice_str(words)));
	ruleset_done(&set);
	buf_done(&b);
}

#define HEAD "logsource: {product: x}\ndetection:\n  a: {A: 1}\n  condition: "

static void budgets_hold(void **state)
{
	(void)state;
	assert_refused("", "[", 100, "", "nested too deep");
	assert_refused("a: ", "{a: ", 100, "", "nested too deep");
	assert_refused(HEAD, "(", 10000, "a", "nested too deep");
	assert_refused(HEAD, "not ", 10000, "a", "nested too deep");
	assert_refused(HEAD, "a and ", 10000, "a", "too long");
	assert_refused("logsource: {product: x}\ndetection:\n  condition: a\n  a:\n    A|", "all|",
		       50, "all: x", "too many modifiers");
	assert_refused("a: &a [x]\nb: &b [", "*a,", 10, "*b]", "contains itself");
}

/* 500 selections of ten maps of 500 fields of ten values, in a few kilobytes. */
static void aliases_cannot_multiply_without_end(void **state)
{
	struct buf b = { 0 };
	struct ruleset set;

	(void)state;
	buf_put_str(&b,
		    "description: &v [1,1,1,1,1,1,1,1,1,1]\nlogsource: {product: x}\ndetection:\n"
		    "  condition: s0\n  m: &m\n");
	for (int i = 0; i < 500; i++)
		buf_printf(&b, "    F%d: *v\n", i);
	for (int s = 0; s < 500; s++)
		buf_printf(&b, "  s%d: [*m,*m,*m,*m,*m,*m,*m,*m,*m,*m]\n", s);
	ruleset_init(&set);
	ruleset_read(&set, slice_str("x"), buf_slice(&b), NULL);
	assert_int_equal(set.n, 0);
	assert_non_null(slice_search(set.faults[0].reason, slice_str("too many values")));
	ruleset_done(&set);
	buf_done(&b);
}

static void every_prefix_is_read_or_refused(void **state)
{
	(void)state;
	for (size_t n = 0; n <= sizeof(sample) - 1; n++) {
		struct guard g = guard_copy(slice_of(sample, n), 0);
		struct ruleset set;

		ruleset_init(&set);
		ruleset_read(&set, slice_str("x"), g.bytes, NULL);
		ruleset_finish(&set);
		assert_true(n == 0 || set.n + set.fault_count > 0);
		ruleset_done(&set);
		guard_done(&g);
	}
}

static void every_flipped_bit_is_read_or_refused(void **state)
{
	(void)state;
	for (size_t bit = 0; bit < (sizeof(sample) - 1) * 8; bit++) {
		char text[sizeof(sample)];
		struct ruleset set;

		memcpy(text, sample, sizeof(sample));
		text[bit / 8] = (char)(text[bit / 8] ^ 1 << bit % 8);
		struct guard g = guard_copy(slice_of(text, sizeof(sample) - 1), 0);

		ruleset_init(&set);
		ruleset_read(&set, slice_str("x"), g.bytes, NULL);
		ruleset_finish(&set);
		assert_true(set.n + set.fault_count > 0);
		ruleset_done(&set);
		guard_done(&g);
	}
}

static void levels_have_names(void **state)
{
	enum rule_level level;

	(void)state;
	for (int i = LEVEL_INFORMATIONAL; i <= LEVEL_CRITICAL; i++) {
		assert_true(
			rule_level_parse(slice_str(rule_level_text((enum rule_level)i)), &level));
		assert_int_equal(level, i);
	}
	assert_true(rule_level_parse(slice_str("HIGH"), &level));
	assert_false(rule_level_parse(slice_str("huge"), &level));
}

struct corpus {
	struct ruleset set;
	size_t files;
};

static void read_file(struct corpus *c, const char *path, size_t size)
{
	uint8_t *bytes = heap_new(size);
	FILE *f = fopen(path, "rb");
	size_t n = f ? fread(bytes, 1, size, f) : 0;

	if (f)
		fclose(f);
	ruleset_read(&c->set, slice_str(path), slice_of(bytes, n), NULL);
	c->files++;
	free(bytes);
}

static void read_folder(struct corpus *c, const char *path)
{
	DIR *dir = opendir(path);
	struct dirent *entry;
	char inner[4096];
	struct stat st;

	while (dir && (entry = readdir(dir))) {
		int n = snprintf(inner, sizeof(inner), "%s/%s", path, entry->d_name);

		if (entry->d_name[0] == '.' || n < 0 || (size_t)n >= sizeof(inner) ||
		    stat(inner, &st) != 0)
			continue;
		if (S_ISDIR(st.st_mode))
			read_folder(c, inner);
		else if (slice_ends(slice_str(inner), slice_str(".yml")))
			read_file(c, inner, (size_t)st.st_size);
	}
	if (dir)
		closedir(dir);
}

static void every_published_rule_loads_but_for_placeholders(void **state)
{
	static const char *const folders[] = { "rules",
					       "rules-compliance",
					       "rules-dfir",
					       "rules-emerging-threats",
					       "rules-placeholder",
					       "rules-threat-hunting" };
	const char *shared = getenv("UPRIVER_SHARED"), *root = getenv("UPRIVER_ROOT");
	char path[4096];
	struct corpus c = { 0 };

	(void)state;
	ruleset_init(&c.set);
	for (size_t i = 0; i < sizeof(folders) / sizeof(*folders); i++) {
		snprintf(path, sizeof(path), "%s%s/data/sigma/%s",
			 shared ? shared
			 : root ? root
				: "",
			 shared ? "" : "/../shared", folders[i]);
		read_folder(&c, path);
	}
	if (c.files == 0) {
		ruleset_done(&c.set);
		print_message("no rules under UPRIVER_SHARED or ../shared\n");
		skip();
	}
	ruleset_finish(&c.set);
	for (size_t i = 0; i < c.set.fault_count; i++) {
		const struct rule_fault *f = &c.set.faults[i];

		if (!slice_starts(f->reason, slice_str("placeholder ")))
			print_message("%s:%u:%u: %s\n", (const char *)f->file.p, f->line, f->column,
				      (const char *)f->reason.p);
		assert_true(slice_starts(f->reason, slice_str("placeholder ")));
	}
	assert_int_equal(c.set.n + c.set.fault_count, c.files);
	ruleset_done(&c.set);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_rule_becomes_a_tree),
		cmocka_unit_test(the_first_of_two_rules_with_one_id_wins),
		cmocka_unit_test(what_stands_before_a_fault_is_read),
		cmocka_unit_test(bytes_that_are_no_utf8_have_a_place),
		cmocka_unit_test(nothing_is_no_fault),
		cmocka_unit_test(budgets_hold),
		cmocka_unit_test(aliases_cannot_multiply_without_end),
		cmocka_unit_test(every_prefix_is_read_or_refused),
		cmocka_unit_test(every_flipped_bit_is_read_or_refused),
		cmocka_unit_test(levels_have_names),
		cmocka_unit_test(every_published_rule_loads_but_for_placeholders),
	};

	return RUN(tests);
}
