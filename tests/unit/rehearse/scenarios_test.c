/* SPDX-License-Identifier: Apache-2.0 */
/* Every scenario over a small fleet: what is written, and that the truth agrees with it. */
#include "test.h"

#include "base/heap.h"
#include "base/when.h"
#include "rehearse/rehearse.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HOSTS 14u

struct file {
	char *path, *text; /* NUL-terminated */
};

struct folder {
	struct file *list;
	size_t n, cap, stop_after;
};

static bool put(void *of, const char *path, struct slice text)
{
	struct folder *f = of;
	struct file *to;

	if (f->stop_after && f->n == f->stop_after)
		return false;
	f->list = heap_room(f->list, f->n, &f->cap, sizeof(*f->list));
	to = &f->list[f->n++];
	to->path = strdup(path);
	to->text = heap_new(text.n + 1);
	memcpy(to->text, text.p, text.n);
	return true;
}

static void folder_done(struct folder *f)
{
	for (size_t i = 0; i < f->n; i++) {
		free(f->list[i].path);
		free(f->list[i].text);
	}
	free(f->list);
}

static struct rehearse_options options(const char *scenario, uint64_t seed)
{
	return (struct rehearse_options){
		.hosts = HOSTS, .seed = seed, .events_per_host = 1, .scenario = slice_str(scenario)
	};
}

static struct folder written(const char *scenario, uint64_t seed)
{
	struct rehearse_options o = options(scenario, seed);
	struct folder f = { 0 };
	struct rehearse_sink sink = { put, &f };

	assert_true(rehearse_write(&o, &sink));
	return f;
}

static const char *text_of(const struct folder *f, const char *path)
{
	for (size_t i = 0; i < f->n; i++)
		if (strcmp(f->list[i].path, path) == 0)
			return f->list[i].text;
	return NULL;
}

/* Does a machine's own evidence hold this text? Lists of the fleet do not count. */
static bool host_says(const struct folder *f, const char *name, const char *text)
{
	for (size_t i = 0; i < f->n; i++)
		if (strstr(f->list[i].path, name) && strstr(f->list[i].text, text))
			return true;
	return false;
}

/* A member's text, or "" where it is null; the first in the object that begins at `at`. */
static void member(const char *at, const char *name, char ret[100])
{
	char key[60];
	const char *found;

	snprintf(key, sizeof(key), "\"%s\":", name);
	found = strstr(at, key);
	assert_non_null(found);
	found += strlen(key);
	ret[0] = 0;
	if (*found == '"')
		snprintf(ret, 100, "%.*s", (int)strcspn(found + 1, "\""), found + 1);
}

static const char *next_host(const char *at)
{
	return strstr(at, "\n{\"host\":");
}

static void each_scenario(void (*check)(const char *name, uint64_t seed))
{
	const char *line, *name;

	for (size_t i = 0; (name = rehearse_scenario(i, &line)); i++)
		for (uint64_t seed = 1; seed <= 3; seed++)
			check(name, seed);
}

/* ---- */

static void same_twice(const char *name, uint64_t seed)
{
	struct folder a = written(name, seed), b = written(name, seed);

	assert_int_equal(a.n, b.n);
	for (size_t i = 0; i < a.n; i++) {
		assert_string_equal(a.list[i].path, b.list[i].path);
		assert_string_equal(a.list[i].text, b.list[i].text);
	}
	folder_done(&a);
	folder_done(&b);
}

static void the_same_options_are_the_same_bytes(void **state)
{
	(void)state;
	each_scenario(same_twice);
}

static void every_machine_has_records(const char *name, uint64_t seed)
{
	struct folder f = written(name, seed);
	const char *truth = text_of(&f, "truth.json");
	size_t hosts = 0;
	char alias[100], epoch[100];

	for (const char *at = next_host(truth); at; at = next_host(at + 1)) {
		member(at, "host", alias);
		member(at, "fate", epoch);
		*strchr(alias, '.') = 0;
		assert_true(host_says(&f, alias, alias));
		hosts += strstr(at, "\"epoch\":1") && strstr(at, "\"epoch\":1") < at + 200;
	}
	assert_int_equal(hosts, HOSTS);
	folder_done(&f);
}

static void every_machine_of_the_truth_has_records(void **state)
{
	(void)state;
	each_scenario(every_machine_has_records);
}

/* ---- truth and records ---- */

static int64_t moment_of(const char *at, const char *name)
{
	char text[100];

	member(at, name, text);
	return text[0] ? when_parse(slice_str(text)).ns : 0;
}

static void steps_are_in_order(const char *at)
{
	static const char *const ids[] = { "S0", "S1", "S2", "S3", "S4", "S5", "S6", "S7" };
	const char *stages = strstr(at, "\"stages\":");
	int64_t last = 0;

	for (size_t i = 0; i < 8; i++) {
		int64_t t = moment_of(stages, ids[i]);

		assert_true(!t || t >= last);
		last = t ? t : last;
	}
	assert_true(moment_of(at, "installed") == moment_of(stages, "S2"));
	assert_true(moment_of(at, "first_contact") == moment_of(stages, "S4"));
}

/* Names asked for are seen by Sysmon and the EDR, where they were not switched off or have rolled
 * over. */
static bool dns_is_seen(const char *at)
{
	const char *end = strchr(at + 1, '\n'), *kinds = strstr(at, "\"kinds\":[");
	const char *dns = strstr(at, "\"dns\"");

	return kinds && dns && (!end || dns < end);
}

static void contacts_agree(const char *name, uint64_t seed)
{
	struct folder f = written(name, seed);
	const char *truth = text_of(&f, "truth.json");
	char contact[100], host[100], stage[100];
	size_t called = 0;

	member(truth, "contact", contact);
	for (const char *at = next_host(truth); at; at = next_host(at + 1)) {
		int64_t first = moment_of(at, "first_contact"),
			from = moment_of(strstr(at, "\"coverage\""), "from");
		bool reimaged = moment_of(at, "reimaged_at");

		member(at, "host", host);
		member(at, "stage", stage);
		*strchr(host, '.') = 0;
		steps_are_in_order(at);
		if (strcmp(name, "phishing-browser") == 0)
			continue; /* the file came from a name below that domain */
		if (!first && !reimaged && contact[0])
			assert_false(host_says(&f, host, contact));
		if (!first || !from || first < from || !dns_is_seen(at))
			continue;
		assert_true(host_says(&f, host, contact));
		called++;
	}
	assert_int_equal(contact[0] != 0, strstr(truth, "\"origin\":null") == NULL);
	if (contact[0] && strcmp(name, "4688-only") && strcmp(name, "macos-dylib") &&
	    strcmp(name, "phishing-browser") && strcmp(name, "linux-package-script"))
		assert_true(called >= 3);
	folder_done(&f);
}

static bool sees_modules(const char *at)
{
	const char *end = strchr(at + 1, '\n'), *sysmon = strstr(at, "\"telemetry\":\"sysmon");
	const char *module = strstr(at, "\"module\"");

	return sysmon && module && (!end || (sysmon < end && module < end));
}

/* The bad library's hash stands where it was loaded and is still recorded, and nowhere else. */
static void loads_agree(const char *name, uint64_t seed)
{
	struct folder f = written(name, seed);
	const char *truth = text_of(&f, "truth.json"), *hashes = strstr(truth, "\"sha256\":[\"");
	char hash[65] = "", host[100];
	size_t loaded = 0;

	if (hashes)
		snprintf(hash, sizeof(hash), "%.64s", hashes + 11);
	for (const char *at = next_host(truth); hashes && at; at = next_host(at + 1)) {
		int64_t ran = moment_of(at, "first_executed");
		int64_t from = moment_of(strstr(at, "\"coverage\""), "from");

		member(at, "host", host);
		*strchr(host, '.') = 0;
		if (!sees_modules(at) || !from || moment_of(at, "reimaged_at"))
			continue;
		assert_true(ran || !host_says(&f, host, hash));
		/* Of two bad releases a machine may have had the other one. */
		if (ran > from && strcmp(name, "two-bad-releases") != 0) {
			assert_true(host_says(&f, host, hash));
			loaded++;
		}
	}
	if (strstr(truth, "\"thin\""))
		assert_int_equal(loaded, 0);
	else
		assert_int_equal(hashes && strcmp(name, "4688-only") && strcmp(name, "edr-only") &&
					 strcmp(name, "two-bad-releases") &&
					 strcmp(name, "macos-dylib") &&
					 strcmp(name, "linux-package-script"),
				 loaded != 0);
	folder_done(&f);
}

static void the_bad_library_is_loaded_where_the_truth_says_so(void **state)
{
	(void)state;
	each_scenario(loads_agree);
}

static void who_called_out_has_records_of_it_and_nobody_else(void **state)
{
	(void)state;
	each_scenario(contacts_agree);
}

static void far_enough(const char *name, uint64_t seed)
{
	struct folder f = written(name, seed);
	const char *truth = text_of(&f, "truth.json");
	size_t further = 0;

	for (const char *at = next_host(truth); at; at = next_host(at + 1))
		further += moment_of(strstr(at, "\"stages\":"), "S7") != 0;
	if (strstr(truth, "\"origin\":null"))
		assert_int_equal(further, 0);
	else
		assert_true(further >= 3);
	folder_done(&f);
}

static void three_machines_go_so_far_that_rules_fire(void **state)
{
	(void)state;
	each_scenario(far_enough);
}

static void the_truth_names(const char *name, uint64_t seed)
{
	struct folder f = written(name, seed);
	const char *truth = text_of(&f, "truth.json"), *origin = strstr(truth, "\"origin\":{");
	char product[100], version[100], pair[260];

	if (origin) {
		member(origin, "product", product);
		member(origin, "version", version);
		snprintf(pair, sizeof(pair), "{\"product\":\"%s\",\"version\":\"%s\"}", product,
			 version);
		/* What is blamed is not among what must not be. */
		const char *not_blamed = strstr(truth, "\"must_not_blame\":["),
			   *tie = strstr(truth, "\"tie\":[");
		const char *found = strstr(not_blamed, pair);

		assert_true(!found || found > tie);
	}
	assert_non_null(strstr(truth, "\"must_not_blame\":[{"));
	assert_int_equal(strcmp(name, "two-updates-one-day") == 0,
			 strstr(truth, "\"tie\":[{") != NULL);
	folder_done(&f);
}

static void the_truth_names_what_may_be_blamed_and_what_not(void **state)
{
	(void)state;
	each_scenario(the_truth_names);
}

/* ---- */

static void another_seed_has_other_names(void **state)
{
	char first[3][100];

	(void)state;
	for (uint64_t seed = 1; seed <= 3; seed++) {
		struct folder f = written("sideload", seed);

		member(strstr(text_of(&f, "truth.json"), "\"origin\":{"), "product",
		       first[seed - 1]);
		folder_done(&f);
	}
	assert_string_not_equal(first[0], first[1]);
	assert_string_not_equal(first[1], first[2]);
}

/* Nothing may point at a real name: every domain is RFC 2606's. */
static void names_are_made_up(const char *name, uint64_t seed)
{
	static const char *const keys[] = { "\"QueryName\":\"", "\"DestinationHostname\":\"",
					    "\"RemoteUrl\":\"" };
	struct folder f = written(name, seed);

	for (size_t i = 0; i < f.n; i++)
		for (size_t k = 0; k < 3; k++)
			for (const char *at = f.list[i].text; (at = strstr(at, keys[k]));) {
				struct slice value;

				at += strlen(keys[k]);
				value = slice_of(at, strcspn(at, "\""));
				assert_true(slice_ends(value, slice_str(".example")) ||
					    slice_ends(value, slice_str("example.com")) ||
					    slice_ends(value, slice_str("example.net")) ||
					    slice_ends(value, slice_str("example.org")));
			}
	folder_done(&f);
}

static void domains_are_made_up(void **state)
{
	(void)state;
	each_scenario(names_are_made_up);
}

static void a_sink_that_stops_ends_it(void **state)
{
	struct rehearse_options o = options("sideload", 1);
	struct folder f = { .stop_after = 3 };
	struct rehearse_sink sink = { put, &f };

	(void)state;
	assert_false(rehearse_write(&o, &sink));
	assert_int_equal(f.n, 3);
	folder_done(&f);
	o.scenario = slice_str("no such");
	assert_false(rehearse_has(o.scenario));
	assert_false(rehearse_write(&o, &sink));
}

/* Any number of days and machines can be asked for. */
static void odd_sizes_are_written_too(void **state)
{
	static const uint64_t sizes[][2] = { { 1, 3 }, { 2, 5 }, { 3, 4 }, { 7, 90 }, { 61, 3 } };
	const char *line, *name;

	(void)state;
	for (size_t i = 0; (name = rehearse_scenario(i, &line)); i++)
		for (size_t n = 0; n < 5; n++) {
			struct rehearse_options o = options(name, 5 + n);
			struct folder f = { 0 };
			struct rehearse_sink sink = { put, &f };

			o.hosts = sizes[n][0];
			o.days = sizes[n][1];
			o.events_per_host = n ? 0 : 1;
			assert_true(rehearse_write(&o, &sink));
			for (const char *at = next_host(text_of(&f, "truth.json")); at;
			     at = next_host(at + 1))
				steps_are_in_order(at);
			folder_done(&f);
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_same_options_are_the_same_bytes),
		cmocka_unit_test(every_machine_of_the_truth_has_records),
		cmocka_unit_test(the_bad_library_is_loaded_where_the_truth_says_so),
		cmocka_unit_test(who_called_out_has_records_of_it_and_nobody_else),
		cmocka_unit_test(three_machines_go_so_far_that_rules_fire),
		cmocka_unit_test(the_truth_names_what_may_be_blamed_and_what_not),
		cmocka_unit_test(another_seed_has_other_names),
		cmocka_unit_test(domains_are_made_up),
		cmocka_unit_test(a_sink_that_stops_ends_it),
		cmocka_unit_test(odd_sizes_are_written_too),
	};

	return RUN(tests);
}
