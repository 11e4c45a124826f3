/* SPDX-License-Identifier: Apache-2.0 */
/* What the program prints about itself: every verb and option in all three forms, none besides. */
#include "test.h"

#include "base/buf.h"
#include "cli/options.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

/* Output of a shell command that ends with 0; the text ends in NUL. */
static struct buf output_of(const char *command)
{
	struct buf b = { 0 };
	char part[4096];
	FILE *f = popen(command, "r");
	size_t n;

	assert_non_null(f);
	while ((n = fread(part, 1, sizeof(part), f)) > 0)
		buf_put(&b, slice_of(part, n));
	buf_put_byte(&b, 0);
	assert_int_equal(pclose(f), 0);
	return b;
}

static bool has(const struct buf *b, const char *word)
{
	return strstr((const char *)b->p, word) != NULL;
}

static int built_program_is_there(void **state)
{
	(void)state;
	return getenv("UPRIVER") ? 0 : -1;
}

static void help_lists_every_verb(void **state)
{
	struct buf b = output_of("\"$UPRIVER\" --help");

	(void)state;
	for (const struct verb *v = verbs; v->name; v++)
		assert_true(has(&b, v->name) && has(&b, v->summary));
	assert_false(has(&b, "overlap")); /* planned is not shown */
	buf_done(&b);
}

static void help_of_a_verb_lists_its_options_only(void **state)
{
	(void)state;
	for (const struct verb *v = verbs; v->name; v++) {
		char command[100];
		struct buf a, b;

		snprintf(command, sizeof(command), "\"$UPRIVER\" %s --help", v->name);
		a = output_of(command);
		snprintf(command, sizeof(command), "\"$UPRIVER\" help %s", v->name);
		b = output_of(command);
		if (strcmp(v->name, "help") != 0)
			assert_string_equal((const char *)a.p, (const char *)b.p);
		for (size_t i = 0; i < OPTION_COUNT; i++)
			assert_int_equal(has(&b, option_table[i].help), v->options >> i & 1);
		buf_done(&a);
		buf_done(&b);
	}
}

static void the_manual_page_has_no_fault(void **state)
{
	struct buf b;

	(void)state;
	if (system("command -v mandoc >/dev/null 2>&1") != 0) {
		print_message("skipped: mandoc is not here\n");
		skip();
	}
	/* No date: the same source gives the same page on any day. */
	b = output_of("\"$UPRIVER\" help --man | mandoc -T lint -W warning | grep -v 'missing date' || true");
	assert_string_equal((const char *)b.p, "");
	buf_done(&b);
}

static void the_manual_page_has_every_verb_and_option(void **state)
{
	struct buf b = output_of("\"$UPRIVER\" help --man | sed 's/\\\\-/-/g'");

	(void)state;
	for (const struct verb *v = verbs; v->name; v++)
		assert_true(has(&b, v->name));
	for (size_t i = 0; i < OPTION_COUNT; i++)
		assert_true(i == OPTION_HELP || has(&b, option_table[i].name));
	buf_done(&b);
}

static void the_completion_offers_verbs_and_options(void **state)
{
	struct buf b;

	(void)state;
	if (system("command -v bash >/dev/null 2>&1") != 0) {
		print_message("skipped: bash is not here\n");
		skip();
	}
	b = output_of("bash -c 'eval \"$(\"$UPRIVER\" help --completion bash)\"; COMP_WORDS=(upriver in); "
		      "COMP_CWORD=1; _upriver; echo \"${COMPREPLY[*]}\"; COMP_WORDS=(upriver hunt --su); "
		      "COMP_CWORD=2; _upriver; echo \"${COMPREPLY[*]}\"'");
	assert_string_equal((const char *)b.p, "investigate\n--summary\n");
	buf_done(&b);
}

static void the_version_is_one_line(void **state)
{
	struct buf b = output_of("\"$UPRIVER\" --version");

	(void)state;
	assert_memory_equal(b.p, "upriver ", 8);
	assert_int_equal(strcspn((const char *)b.p, "\n") + 2, b.n);
	buf_done(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(help_lists_every_verb),
		cmocka_unit_test(help_of_a_verb_lists_its_options_only),
		cmocka_unit_test(the_manual_page_has_no_fault),
		cmocka_unit_test(the_manual_page_has_every_verb_and_option),
		cmocka_unit_test(the_completion_offers_verbs_and_options),
		cmocka_unit_test(the_version_is_one_line),
	};

	return cmocka_run_group_tests(tests, built_program_is_there, NULL);
}
