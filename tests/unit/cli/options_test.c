/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"

#include "cli/options.h"

#include <string.h>

/* The words of one command line, "upriver" before them. */
static bool parse(struct cli_options *o, struct err *err, size_t n, const char *const *words)
{
	char *argv[40];

	assert_true(n + 1 < 40);
	argv[0] = (char *)(uintptr_t)"upriver";
	for (size_t i = 0; i < n; i++)
		argv[i + 1] = (char *)(uintptr_t)words[i];
	*err = (struct err){ 0 };
	return options_parse((int)n + 1, argv, o, err);
}

#define PARSE(o, ...)                                                                              \
	struct err err = { 0 };                                                                    \
	const char *const words_[] = { __VA_ARGS__ };                                              \
	bool ok = parse(o, &err, sizeof(words_) / sizeof(*words_), words_)

#define ACCEPTED(...)                                                                              \
	struct cli_options o;                                                                      \
	PARSE(&o, __VA_ARGS__);                                                                    \
	if (!ok)                                                                                   \
		fail_msg("%s", err.why)

/* Refused with one line that holds `word`. */
#define REFUSED(word, ...)                                                                         \
	do {                                                                                       \
		struct cli_options o;                                                              \
		PARSE(&o, __VA_ARGS__);                                                            \
		assert_false(ok);                                                                  \
		assert_null(strchr(err.why, '\n'));                                                \
		if (!strstr(err.why, word))                                                        \
			fail_msg("\"%s\" does not say %s", err.why, word);                         \
		options_done(&o);                                                                  \
	} while (0)

static void every_option_of_hunt_is_read(void **state)
{
	(void)state;
	ACCEPTED("hunt", "a.evtx", "--rules", "r1", "--rules=r2", "--level", "medium", "--expand", "e.yml",
		 "--json", "-o", "out", "--summary", "s.json", "--threads", "3", "--memory", "512M",
		 "--temp", "/var/tmp", "--progress=never", "-q", "--carve", "--fail-on", "high",
		 "--check-rules", "c", "b.jsonl");
	assert_string_equal(o.verb->name, "hunt");
	assert_int_equal(o.operands.n, 2);
	assert_string_equal(o.operands.items[0], "a.evtx");
	assert_string_equal(o.operands.items[1], "b.jsonl");
	assert_int_equal(o.rules.n, 2);
	assert_string_equal(o.rules.items[1], "r2");
	assert_true(o.level_set && o.level == LEVEL_MEDIUM);
	assert_string_equal(o.expand, "e.yml");
	assert_string_equal(o.output, "out");
	assert_string_equal(o.summary, "s.json");
	assert_string_equal(o.temp, "/var/tmp");
	assert_int_equal(o.threads, 3);
	assert_true(o.memory == UINT64_C(512) << 20);
	assert_int_equal(o.progress, PROGRESS_NEVER);
	assert_true(o.json && o.quiet && o.carve);
	assert_true(o.fail_on_set && o.fail_on == LEVEL_HIGH);
	assert_int_equal(o.check_rules.n, 1);
	options_done(&o);
}

static void every_option_of_timeline_is_read(void **state)
{
	(void)state;
	ACCEPTED("timeline", "--from", "2023-03-22", "--to=2023-03-29T10:00:00+02:00", "--host", "A",
		 "--host", "B", "--kind", "evtx,json", "--kind=mft", "--unsorted", "x");
	assert_true(o.from.set && o.from.ns == when_civil(2023, 3, 22, 0, 0, 0) * 1000000000);
	assert_true(o.to.ns == when_civil(2023, 3, 29, 8, 0, 0) * 1000000000);
	assert_int_equal(o.host_count, 2);
	assert_slice(o.hosts[1], "B");
	assert_int_equal(o.kind_count, 3);
	assert_slice(o.kinds[0], "evtx");
	assert_slice(o.kinds[1], "json");
	assert_slice(o.kinds[2], "mft");
	assert_true(o.unsorted);
	options_done(&o);
}

static void every_option_of_rehearse_and_help_is_read(void **state)
{
	(void)state;
	{
		ACCEPTED("rehearse", "-oex", "--hosts", "7", "--seed", "0", "--events-per-host", "9", "--json");
		assert_string_equal(o.output, "ex");
		assert_true(o.fleet_hosts == 7 && o.seed == 0 && o.events_per_host == 9 && o.json);
		options_done(&o);
	}
	{
		ACCEPTED("help", "--man", "--completion", "bash", "hunt", "-h");
		assert_true(o.man && o.help);
		assert_string_equal(o.completion, "bash");
		options_done(&o);
	}
}

static void options_not_given_have_their_defaults(void **state)
{
	(void)state;
	ACCEPTED("rehearse");
	assert_true(o.fleet_hosts == 20 && o.seed == 1 && o.events_per_host == 0);
	assert_false(o.json || o.quiet || o.level_set || o.fail_on_set || o.from.set);
	assert_int_equal(o.progress, PROGRESS_AUTO);
	assert_null(o.output);
	options_done(&o);
}

static void short_options_may_stand_together(void **state)
{
	(void)state;
	{
		ACCEPTED("hunt", "-qo", "out", "x");
		assert_true(o.quiet);
		assert_string_equal(o.output, "out");
		options_done(&o);
	}
	{
		ACCEPTED("hunt", "-qoout", "x");
		assert_string_equal(o.output, "out");
		assert_int_equal(o.operands.n, 1);
		options_done(&o);
	}
}

static void behind_two_dashes_all_are_operands(void **state)
{
	(void)state;
	ACCEPTED("hunt", "-q", "--", "--json", "-o");
	assert_true(o.quiet && !o.json && !o.output);
	assert_int_equal(o.operands.n, 2);
	assert_string_equal(o.operands.items[0], "--json");
	options_done(&o);
}

static void one_dash_is_an_operand(void **state)
{
	(void)state;
	ACCEPTED("hunt", "-", "--json");
	assert_int_equal(o.operands.n, 1);
	assert_string_equal(o.operands.items[0], "-");
	options_done(&o);
}

static void sizes_have_units(void **state)
{
	static const struct {
		const char *text;
		uint64_t want;
	} t[] = { { "4096", 4096 },
		  { "1k", 1 << 10 },
		  { "512M", 512u << 20 },
		  { "512MB", 512u << 20 },
		  { "1GiB", 1u << 30 },
		  { "2g", UINT64_C(2) << 30 },
		  { "1TiB", UINT64_C(1) << 40 } };

	(void)state;
	for (size_t i = 0; i < sizeof(t) / sizeof(*t); i++) {
		ACCEPTED("hunt", "x", "--memory", t[i].text);
		assert_true(o.memory == t[i].want);
		options_done(&o);
	}
}

static void all_levels_are_known(void **state)
{
	static const char *const levels[] = { "informational", "low", "medium", "high", "critical" };

	(void)state;
	for (size_t i = 0; i < 5; i++) {
		ACCEPTED("hunt", "x", "--level", levels[i], "--fail-on", levels[i]);
		assert_int_equal(o.level, LEVEL_INFORMATIONAL + (int)i);
		assert_int_equal(o.fail_on, o.level);
		options_done(&o);
	}
}

static void wrong_values_are_told_with_their_option(void **state)
{
	(void)state;
	REFUSED("--level", "hunt", "x", "--level", "loud");
	REFUSED("--fail-on", "hunt", "x", "--fail-on", "");
	REFUSED("--threads", "hunt", "x", "--threads", "0");
	REFUSED("--threads", "hunt", "x", "--threads", "-3");
	REFUSED("--threads", "hunt", "x", "--threads", "2000");
	REFUSED("--memory", "hunt", "x", "--memory", "much");
	REFUSED("--memory", "hunt", "x", "--memory", "0");
	REFUSED("--memory", "hunt", "x", "--memory", "G");
	REFUSED("--memory", "hunt", "x", "--memory", "");
	REFUSED("--memory", "hunt", "x", "--memory", "99999999999999999T");
	REFUSED("--progress", "hunt", "x", "--progress", "maybe");
	REFUSED("--from", "timeline", "x", "--from", "yesterday");
	REFUSED("--to", "timeline", "x", "--to", "2023-13-01");
	REFUSED("--hosts", "rehearse", "--hosts", "0");
	REFUSED("--hosts", "rehearse", "--hosts", "5001");
	REFUSED("--seed", "rehearse", "--seed", "x");
	REFUSED("--collections", "rehearse", "--collections", "101");
	REFUSED("--events-per-host", "rehearse", "--events-per-host", "99999999");
	REFUSED("takes no value", "hunt", "x", "--json=yes");
	REFUSED("needs a value", "hunt", "x", "--rules");
	REFUSED("needs a value", "hunt", "x", "-o");
}

static void the_nearest_word_is_suggested(void **state)
{
	(void)state;
	REFUSED("\"hunt\"", "hnut");
	REFUSED("\"timeline\"", "timelin", "x");
	REFUSED("\"investigate\"", "investigat");
	REFUSED("upriver help", "zzzzzzzzzz");
	REFUSED("--rules?", "hunt", "x", "--rule", "r");
	REFUSED("--summary?", "hunt", "x", "--sumary=s");
	REFUSED("--from?", "timeline", "x", "--form", "2023-01-01");
	/* Known, but not to this verb. */
	REFUSED("timeline has no option --summary", "timeline", "x", "--summary", "s");
	REFUSED("-Z", "hunt", "x", "-qZ");
}

static void long_and_odd_words_are_refused_whole(void **state)
{
	char word[2000];

	(void)state;
	memset(word, 'x', sizeof(word));
	word[sizeof(word) - 1] = 0;
	REFUSED("no verb", word);
	word[0] = word[1] = '-';
	REFUSED("no option", "hunt", "x", word);
	REFUSED("no option", "hunt", "x", "--=");
	REFUSED("no verb", "");
	REFUSED("no verb", "--json", "hunt");
}

static void verbs_take_as_many_operands_as_they_say(void **state)
{
	(void)state;
	REFUSED("EVIDENCE", "timeline");
	REFUSED("EVIDENCE", "investigate", "--json");
	REFUSED("CASE", "show");
	REFUSED("\"b.db\"", "show", "a.db", "b.db");
	REFUSED("\"x\"", "rehearse", "x");
	{
		struct cli_options o;
		struct err err;

		assert_false(parse(&o, &err, 0, NULL));
		assert_non_null(strstr(err.why, "no verb given"));
	}
	{
		ACCEPTED("timeline", "--help");
		assert_true(o.help);
		options_done(&o);
	}
}

static void the_table_is_in_the_order_of_its_numbers(void **state)
{
	(void)state;
	for (size_t i = 0; i < OPTION_COUNT; i++) {
		assert_int_equal(option_table[i].option, i);
		assert_true(strlen(option_table[i].name) < 60 && option_table[i].help[0]);
	}
	for (const struct verb *v = verbs; v->name; v++) {
		assert_ptr_equal(verb_find(v->name), v);
		assert_true(v->options >> OPTION_HELP & 1);
		assert_true(v->operands_min <= v->operands_max && v->run);
		assert_non_null(strstr(v->examples, v->name));
	}
	assert_null(verb_find("overlap")); /* planned is not there */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_option_of_hunt_is_read),
		cmocka_unit_test(every_option_of_timeline_is_read),
		cmocka_unit_test(every_option_of_rehearse_and_help_is_read),
		cmocka_unit_test(options_not_given_have_their_defaults),
		cmocka_unit_test(short_options_may_stand_together),
		cmocka_unit_test(behind_two_dashes_all_are_operands),
		cmocka_unit_test(one_dash_is_an_operand),
		cmocka_unit_test(sizes_have_units),
		cmocka_unit_test(all_levels_are_known),
		cmocka_unit_test(wrong_values_are_told_with_their_option),
		cmocka_unit_test(the_nearest_word_is_suggested),
		cmocka_unit_test(long_and_odd_words_are_refused_whole),
		cmocka_unit_test(verbs_take_as_many_operands_as_they_say),
		cmocka_unit_test(the_table_is_in_the_order_of_its_numbers),
	};

	return RUN(tests);
}
