/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"

#include "base/heap.h"
#include "event/taxonomy.h"
#include "plain.h"
#include "rules/match.h"
#include "triple.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

/* Every triple of tests/rules/ through every evaluator. */

static size_t read_file(const char *path, uint8_t *bytes, size_t room)
{
	FILE *f = fopen(path, "rb");
	size_t n = f ? fread(bytes, 1, room, f) : 0;

	if (f)
		fclose(f);
	return n;
}

static void names_of_rules(const struct ruleset *set, struct names *names)
{
	for (size_t i = 0; i < set->n; i++)
		for (size_t s = 0; s < set->rules[i].selection_count; s++) {
			const struct selection *sel = &set->rules[i].selections[s];

			for (size_t m = 0; m < sel->map_count; m++)
				for (size_t k = 0; k < sel->maps[m].count; k++)
					names_add(names, sel->maps[m].items[k].field);
		}
}

/* "LINE:COLUMN reason" of a fault has the words. */
static bool has_fault(const struct ruleset *set, struct slice words)
{
	for (size_t i = 0; i < set->fault_count; i++) {
		const struct rule_fault *f = &set->faults[i];
		char text[600];
		int n = snprintf(text, sizeof(text), "%u:%u %.*s", f->line, f->column,
				 (int)f->reason.n, f->reason.p);

		if (n > 0 && slice_search(slice_of(text, (size_t)n), words))
			return true;
	}
	return false;
}

static bool any_rule_matches(const struct ruleset *set, struct event *ev)
{
	for (size_t i = 0; i < set->n; i++)
		if (plain_evaluate(&set->rules[i], ev))
			return true;
	return false;
}

/* The compiled matcher over the same rules: what is asked of an event without a channel may be of
 * any log source, so only the detections decide. Twice, the second time from what is remembered. */
static bool matcher_matches(struct ruleset *set, struct names *names, struct slice event, bool want)
{
	struct matcher_options options = { .cache_bytes = 1 << 20 };
	struct taxonomy tax;
	struct err err = { 0 };
	bool ok = true;

	assert_true(taxonomy_init(&tax, names, &err));
	struct matcher *m = matcher_new(set, &tax, names, &options, &err);
	struct match_scratch *s = match_scratch_new(m);
	struct match_why why[8];
	struct event ev;

	event_init(&ev, names);
	for (int round = 0; round < 2; round++) {
		event_clear(&ev);
		ok &= triple_event(event, &ev, &err);
		ev.channel = slice_of(NULL, 0);
		struct match_list list = match_event(s, &ev);

		ok &= (list.n > 0) == want;
		if (list.n)
			match_explain(s, &ev, list.rules[0], why, 8);
	}
	event_done(&ev);
	match_scratch_free(s);
	matcher_free(m);
	taxonomy_done(&tax);
	return ok;
}

static bool run_verdict(const struct triple *t, struct ruleset *set, struct names *names)
{
	struct slice fault = slice_str("fault");
	struct event ev;
	struct err err = { 0 };

	if (slice_starts(t->verdict, fault))
		return has_fault(set, slice_trim(slice_from(t->verdict, fault.n)));
	if (set->n == 0)
		return false;
	triple_names(t->event, names);
	names_of_rules(set, names);
	event_init(&ev, names);
	bool ok = triple_event(t->event, &ev, &err);
	bool matched = any_rule_matches(set, &ev);

	event_done(&ev);
	if (!slice_is(t->verdict, "match") && !slice_is(t->verdict, "no match"))
		return false;
	ok = ok && matched == slice_is(t->verdict, "match");
	if (ok && !matcher_matches(set, names, t->event, matched)) {
		fprintf(stderr, "the matcher disagrees with the plain evaluator\n");
		return false;
	}
	return ok;
}

/* "rule: PATH" stands for the text of a rule of the project. */
static struct slice rule_text(struct slice rule, uint8_t *bytes, size_t room)
{
	struct slice word = slice_str("rule: ");
	char path[4096];

	if (!slice_starts(rule, word))
		return rule;
	struct slice name = slice_trim(slice_from(rule, word.n));

	snprintf(path, sizeof(path), "%s/%.*s", getenv("UPRIVER_ROOT"), (int)name.n, name.p);
	return slice_of(bytes, read_file(path, bytes, room));
}

static bool run_triple(const char *file, const struct triple *t)
{
	static const char values[] = "servers: ['srv-*', 'db?01']\nname: adm_ann\ntwo: [one, two]\n"
				     "nets: [10.0.0.0/8, 192.168.0.0/16]\n";
	struct err err = { 0 };
	struct placeholders *placeholders = placeholders_read(slice_str(values), &err);
	struct ruleset set;
	struct names names;

	assert_non_null(placeholders);
	ruleset_init(&set);
	names_init(&names);
	uint8_t *bytes = heap_new(1 << 16);

	ruleset_read(&set, slice_str(file), rule_text(t->rule, bytes, 1 << 16), placeholders);
	ruleset_finish(&set);
	bool ok = run_verdict(t, &set, &names);

	if (!ok) {
		fprintf(stderr, "%s:%u: not %.*s\n", file, t->line, (int)t->verdict.n,
			t->verdict.p);
		for (size_t i = 0; i < set.fault_count; i++)
			fprintf(stderr, "  rule line %u:%u: %.*s\n", set.faults[i].line,
				set.faults[i].column, (int)set.faults[i].reason.n,
				set.faults[i].reason.p);
	}
	names_done(&names);
	ruleset_done(&set);
	placeholders_free(placeholders);
	free(bytes);
	return ok;
}

static size_t run_file(const char *path, const char *name, size_t *failed)
{
	size_t room = (size_t)1 << 20;
	uint8_t *bytes = heap_new(room);
	struct triple_reader reader;
	struct triple t;
	struct err err = { 0 };
	size_t n = 0;

	triple_open(&reader, slice_of(bytes, read_file(path, bytes, room)));
	for (; triple_next(&reader, &t, &err); n++)
		*failed += !run_triple(name, &t);
	if (err.code) {
		fprintf(stderr, "%s: %s\n", name, err.why);
		(*failed)++;
	}
	free(bytes);
	return n;
}

static void every_triple_has_its_verdict(void **state)
{
	const char *root = getenv("UPRIVER_ROOT");
	char folder[4096], path[8192];
	size_t n = 0, failed = 0;
	struct dirent *entry;
	DIR *dir;

	(void)state;
	if (!root)
		skip(); /* UPRIVER_ROOT, the project's folder, is not set */
	snprintf(folder, sizeof(folder), "%s/tests/rules", root);
	dir = opendir(folder);
	assert_non_null(dir);
	while ((entry = readdir(dir))) {
		if (!slice_ends(slice_str(entry->d_name), slice_str(".test")))
			continue;
		snprintf(path, sizeof(path), "%s/%s", folder, entry->d_name);
		n += run_file(path, entry->d_name, &failed);
	}
	closedir(dir);
	print_message("%zu triples\n", n);
	assert_int_equal(failed, 0);
	assert_true(n > 100);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_triple_has_its_verdict),
	};

	return RUN(tests);
}
