/* SPDX-License-Identifier: Apache-2.0 */
/* Real records against all corpus rules: the compiled matcher must agree with the plain evaluator on
 * each of them. Skipped where the corpora are not beside the project. */
#define _XOPEN_SOURCE 700
#include "test.h"

#include "event/taxonomy.h"
#include "input/formats.h"
#include "plain.h"
#include "rules/match.h"
#include "shared.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FILE_BYTES_MAX ((size_t)4 << 20)
/* Every so many records: the plain evaluator takes a millisecond for one. */
#define STRIDE 17

static struct ruleset set;
static struct names names;
static struct taxonomy tax;
static struct matcher *matcher;
static struct match_scratch *scratch;
static size_t records, asked, matched, wrong;

static uint8_t *read_file(const char *path, size_t *ret)
{
	uint8_t *bytes = calloc(1, FILE_BYTES_MAX + 64);
	FILE *f = fopen(path, "rb");

	assert_non_null(bytes);
	assert_non_null(f);
	*ret = fread(bytes, 1, FILE_BYTES_MAX, f);
	fclose(f);
	return bytes;
}

static bool has_end(const char *path, const char *end)
{
	return slice_ends(slice_str(path), slice_str(end));
}

static int add_rule(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	size_t n;

	(void)st, (void)ftw;
	if (type != FTW_F || !has_end(path, ".yml"))
		return 0;
	uint8_t *bytes = read_file(path, &n);

	ruleset_read(&set, slice_str(path), slice_of(bytes, n), NULL);
	free(bytes);
	return 0;
}

static void compare(struct event *ev)
{
	struct match_list list = match_event(scratch, ev);
	size_t at = 0;

	asked++;
	matched += list.n;
	for (uint32_t r = 0; r < set.n; r++) {
		bool fast = at < list.n && list.rules[at] == r;

		at += fast;
		if (!match_rule_loaded(matcher, r) || plain_match(&set.rules[r], ev, &tax) == fast)
			continue;
		wrong++;
		fprintf(stderr, "record %zu: %.*s: the matcher says %d\n", records,
			(int)set.rules[r].title.n, (const char *)set.rules[r].title.p, fast);
	}
}

static void no_note(void *ctx, uint64_t offset, bool lost, const char *why)
{
	(void)ctx, (void)offset, (void)lost, (void)why;
}

static int ask_log(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	struct input_env env = { .names = &names, .note = no_note };
	struct event ev;
	size_t n;

	(void)st, (void)ftw;
	if (type != FTW_F || !has_end(path, ".evtx"))
		return 0;
	uint8_t *bytes = read_file(path, &n);
	struct input *in = input_evtx.open(&env);
	struct input_window w = { .bytes = slice_of(bytes, n), .offset = 0, .file_bytes = n, .final = true };

	event_init(&ev, &names);
	input_evtx.window(in, &w);
	while (input_evtx.next(in, &ev) == INPUT_EVENT)
		if (records++ % STRIDE == 0)
			compare(&ev);
	event_done(&ev);
	input_evtx.close(in);
	free(bytes);
	return 0;
}

static bool each_file(const char *folder, __nftw_func_t fn)
{
	char path[4096];

	shared_path(path, sizeof(path), folder);
	return nftw(path, fn, 16, FTW_PHYS) == 0;
}

static void the_matcher_agrees_with_the_plain_evaluator_on_real_records(void **state)
{
	struct matcher_options options = { .cache_bytes = (size_t)1 << 20 };
	struct err err = { 0 };

	(void)state;
	if (!each_file("sigma/rules/windows", add_rule))
		skip(); /* the corpora are not beside the project */
	each_file("sigma/rules-emerging-threats", add_rule);
	each_file("sigma/rules-threat-hunting", add_rule);
	ruleset_finish(&set);
	assert_true(taxonomy_init(&tax, &names, &err));
	matcher = matcher_new(&set, &tax, &names, &options, &err);
	assert_non_null(matcher);
	scratch = match_scratch_new(matcher);
	each_file("sigma/regression_data", ask_log);
	each_file("evtx/attack-samples", ask_log);
	print_message("%zu records asked, %zu hits\n", asked, matched);
	assert_int_equal(wrong, 0);
	assert_true(asked > 100 && matched > 100);
	match_scratch_free(scratch);
	matcher_free(matcher);
	taxonomy_done(&tax);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_matcher_agrees_with_the_plain_evaluator_on_real_records),
	};

	names_init(&names);
	ruleset_init(&set);
	int failed = RUN(tests);

	ruleset_done(&set);
	names_done(&names);
	return failed;
}
