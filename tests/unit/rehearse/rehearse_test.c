/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"

#include "rehearse/phone/story.h"

#include <stdio.h>
#include <string.h>

#include "base/when.h"

static const struct rehearse_options fleet = { .hosts = 20, .seed = 11, .events_per_host = 800 };

/* One machine's records as text that ends in NUL. */
static struct buf records_of(const struct rehearse_options *o, uint64_t i)
{
	struct buf b = { 0 };

	rehearse_host(o, i, &b);
	buf_put_byte(&b, 0);
	return b;
}

static struct buf truth_of(const struct rehearse_options *o)
{
	struct buf b = { 0 };

	rehearse_truth(o, &b);
	buf_put_byte(&b, 0);
	return b;
}

static const char *chars(const struct buf *b)
{
	return (const char *)b->p;
}

/* The value of a text field in the line at `line`, cut at the line's end. */
static bool value_of(const char *line, const char *name, char ret[200])
{
	const char *end = strchr(line, '\n'), *at;
	char key[80];
	size_t n;

	snprintf(key, sizeof(key), "\"%s\":\"", name);
	at = strstr(line, key);
	if (!at || (end && at > end))
		return false;
	at += strlen(key);
	n = strcspn(at, "\"");
	assert_true(n < 200);
	memcpy(ret, at, n);
	ret[n] = 0;
	return true;
}

/* The line of truth.json that tells of a machine. */
static const char *truth_line(const struct buf *truth, uint64_t i)
{
	char name[16], key[64];

	rehearse_host_name(i, name);
	snprintf(key, sizeof(key), "{\"host\":\"%s.corp.example\"", name);
	return strstr(chars(truth), key);
}

static const char *line_start(const char *text, const char *at)
{
	while (at > text && at[-1] != '\n')
		at--;
	return at;
}

static void the_same_options_are_the_same_bytes(void **state)
{
	(void)state;
	for (uint64_t i = 0; i < fleet.hosts; i += 3) {
		struct buf a = records_of(&fleet, i), b = records_of(&fleet, i);

		assert_string_equal(chars(&a), chars(&b));
		buf_done(&a);
		buf_done(&b);
	}
}

static void another_seed_is_another_exercise(void **state)
{
	struct rehearse_options other = fleet;
	struct buf a = records_of(&fleet, 0), b;

	(void)state;
	other.seed++;
	b = records_of(&other, 0);
	assert_string_not_equal(chars(&a), chars(&b));
	buf_done(&a);
	buf_done(&b);
}

static void records_stand_in_the_order_of_time_within_the_span(void **state)
{
	(void)state;
	for (uint64_t i = 0; i < fleet.hosts; i++) {
		struct story s = story_of(&fleet, i);
		struct buf b = records_of(&fleet, i);
		int64_t last = s.start;

		for (const char *line = chars(&b); *line; line = strchr(line, '\n') + 1) {
			char time[200];
			struct when t;

			assert_int_equal(*line, '{');
			assert_true(value_of(line, "TimeCreated", time));
			t = when_parse(slice_str(time));
			assert_true(t.set && t.ns >= last && t.ns < s.end);
			last = t.ns;
		}
		buf_done(&b);
	}
}

static void there_are_about_as_many_records_as_asked_for(void **state)
{
	(void)state;
	for (uint64_t want = 1000; want <= 10000; want += 3000) {
		struct rehearse_options o = { .hosts = 6, .seed = 4, .events_per_host = want };

		for (uint64_t i = 0; i < o.hosts; i++) {
			struct buf b = records_of(&o, i);
			size_t n = 0;

			for (const char *c = chars(&b); *c; c++)
				n += *c == '\n';
			assert_in_range(n, want, want + 5);
			buf_done(&b);
		}
	}
}

static void every_parent_was_started_before_its_child(void **state)
{
	struct buf b = records_of(&fleet, 2);
	size_t children = 0;

	(void)state;
	for (const char *line = chars(&b); *line; line = strchr(line, '\n') + 1) {
		char parent[200], key[256];
		const char *first;

		if (!value_of(line, "ParentProcessGuid", parent))
			continue;
		children++;
		snprintf(key, sizeof(key), "\"ProcessGuid\":\"%s\"", parent);
		first = strstr(chars(&b), key);
		assert_non_null(first);
		assert_true(first < line);
		/* Its first record is the one of its start. */
		assert_non_null(strstr(line_start(chars(&b), first), "{\"EventID\":1,"));
		assert_ptr_equal(strstr(line_start(chars(&b), first), "{\"EventID\":1,"),
				 line_start(chars(&b), first));
	}
	assert_true(children > 50);
	buf_done(&b);
}

static void truth_and_records_agree(const struct buf *records, const char *truth, enum rehearse_fate fate)
{
	char module[65], contact[200], time[200];
	const char *text = chars(records), *at;
	bool updated = fate != FATE_ABSENT && fate != FATE_NOT_UPDATED;
	bool woke = fate == FATE_BEACONED || fate == FATE_SECOND_STAGE;

	story_sha256(&fleet, MODULE_BAD, module);
	assert_int_equal(strstr(text, "Product Version: 5.4.1") != NULL, fate != FATE_ABSENT);
	assert_int_equal(strstr(text, "Product Version: 5.4.2") != NULL, updated);
	assert_int_equal(strstr(text, module) != NULL, updated && fate != FATE_BLOCKED);
	assert_int_equal(strstr(text, "\"EventID\":1116") != NULL, fate == FATE_BLOCKED);
	assert_int_equal(strstr(text, "\"EventID\":1117") != NULL, fate == FATE_BLOCKED);
	assert_int_equal(strstr(text, "d3d12core.dll") != NULL, fate == FATE_SECOND_STAGE);
	assert_int_equal(strstr(text, "Login Data") != NULL, fate == FATE_SECOND_STAGE);
	assert_int_equal(strstr(text, "Domain Admins") != NULL, fate == FATE_SECOND_STAGE);
	assert_int_equal(strstr(text, "\"GrantedAccess\":\"0x1010\"") != NULL, fate == FATE_SECOND_STAGE);
	/* The confounder is everywhere. */
	assert_non_null(strstr(text, "inventory.ps1"));
	assert_non_null(strstr(text, "\"GrantedAccess\":\"0x1410\""));

	at = strstr(text, BAD_DOMAIN);
	assert_int_equal(value_of(truth, "first_contact", contact), woke);
	assert_int_equal(at != NULL, woke);
	if (!at)
		return;
	assert_true(value_of(line_start(text, at), "TimeCreated", time));
	assert_true(when_parse(slice_str(time)).ns == when_parse(slice_str(contact)).ns);
	assert_non_null(strstr(strchr(at, '\n') + 1, BAD_DOMAIN));
}

static void the_truth_is_what_the_records_say(void **state)
{
	struct buf truth = truth_of(&fleet);

	(void)state;
	for (uint64_t i = 0; i < fleet.hosts; i++) {
		struct buf b = records_of(&fleet, i);
		const char *line = truth_line(&truth, i);
		char stage[200];

		assert_non_null(line);
		assert_true(value_of(line, "stage", stage));
		truth_and_records_agree(&b, line, rehearse_fate(&fleet, i));
		buf_done(&b);
	}
	buf_done(&truth);
}

/* Nothing in an exercise may point at a real name or a real machine. */
static bool made_up(const char *name)
{
	static const char *const ends[] = { ".example", "example.com", "example.net", "example.org" };

	for (size_t i = 0; i < sizeof(ends) / sizeof(*ends); i++)
		if (slice_ends(slice_str(name), slice_str(ends[i])))
			return true;
	return false;
}

static void names_and_addresses_are_made_up(void **state)
{
	struct buf b = records_of(&fleet, 1);
	size_t names = 0, addresses = 0;

	(void)state;
	for (const char *line = chars(&b); *line; line = strchr(line, '\n') + 1) {
		char value[200];

		if (value_of(line, "QueryName", value) || value_of(line, "DestinationHostname", value)) {
			assert_true(made_up(value));
			names++;
		}
		if (value_of(line, "DestinationIp", value)) {
			assert_true(strncmp(value, "192.0.2.", 8) == 0 ||
				    strncmp(value, "198.51.100.", 11) == 0 ||
				    strncmp(value, "203.0.113.", 10) == 0);
			addresses++;
		}
	}
	assert_true(names > 100 && addresses > 50);
	buf_done(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_same_options_are_the_same_bytes),
		cmocka_unit_test(another_seed_is_another_exercise),
		cmocka_unit_test(records_stand_in_the_order_of_time_within_the_span),
		cmocka_unit_test(there_are_about_as_many_records_as_asked_for),
		cmocka_unit_test(every_parent_was_started_before_its_child),
		cmocka_unit_test(the_truth_is_what_the_records_say),
		cmocka_unit_test(names_and_addresses_are_made_up),
	};

	return RUN(tests);
}
