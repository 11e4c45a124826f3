/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"

#include "base/buf.h"
#include "base/limits.h"
#include "case/breaks.h"
#include "guard.h"

#include <time.h>

static struct names names;

struct made {
	const char *name, *value;
};

/* An event of these fields; `ev` is set up by the caller. */
static void make(struct event *ev, const char *channel, int64_t id, const struct made *fields)
{
	event_clear(ev);
	ev->kind = "evtx";
	ev->channel = slice_str(channel);
	ev->host = slice_str("PC");
	ev->event_id = id;
	ev->time = (struct when){ .ns = 5, .digits = 3, .set = true };
	for (; fields && fields->name; fields++) {
		struct slice name = slice_str(fields->name);

		event_add(ev, name, names_find(&names, name), value_text_of(slice_str(fields->value)));
	}
}

static void records_about_logging_are_known_by_channel_and_number(void **state)
{
	static const struct {
		const char *channel;
		int64_t id;
		int kind; /* -1: no break */
	} cases[] = {
		{ "Security", 1102, BREAK_CLEARED },	{ "System", 104, BREAK_CLEARED },
		{ "security", 1100, BREAK_STOPPED },	{ "System", 6006, BREAK_STOPPED },
		{ "System", 6005, BREAK_STARTED },	{ "System", 13, BREAK_SHUTDOWN },
		{ "System", 12, BREAK_BOOT },		{ "Security", 4608, BREAK_BOOT },
		{ "System", 6008, BREAK_UNEXPECTED },	{ "Security", 4719, BREAK_POLICY },
		{ "Security", 4616, BREAK_CLOCK },	{ "Security", 1101, BREAK_LOST },
		{ "Security", 1104, BREAK_FULL },	{ "Security", 1105, BREAK_ARCHIVED },
		{ "Microsoft-Windows-Sysmon/Operational", 16, BREAK_CONFIG },
		{ "Microsoft-Windows-Sysmon/Operational", 255, BREAK_LOST },
		{ "Microsoft-Windows-Sysmon/Operational", 1, -1 },
		{ "Microsoft-Windows-Sysmon/Operational", 12, -1 },
		{ "Application", 1102, -1 },		{ "Application", 104, -1 },
		{ "System", 1, -1 },			{ "Security", 4688, -1 },
		{ "", 1102, -1 },
	};
	struct event ev;

	(void)state;
	event_init(&ev, &names);
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct break_record b;

		make(&ev, cases[i].channel, cases[i].id, NULL);
		assert_int_equal(break_of(&ev, &b), cases[i].kind >= 0);
		if (cases[i].kind >= 0)
			assert_int_equal(b.kind, cases[i].kind);
	}
	event_done(&ev);
}

static void another_program_with_the_same_number_is_none(void **state)
{
	const struct made other[] = { { "x", "y" }, { NULL, NULL } };
	struct event ev;
	struct break_record b;

	(void)state;
	event_init(&ev, &names);
	make(&ev, "System", 12, other);
	ev.provider = slice_str("Microsoft-Windows-UserModePowerService");
	assert_false(break_of(&ev, &b));
	make(&ev, "System", 6005, other);
	ev.provider = slice_str("Somebody");
	assert_false(break_of(&ev, &b));
	event_done(&ev);
}

static void a_clearing_names_the_log_that_was_cleared(void **state)
{
	const struct made second[] = { { "Channel", "System" }, { "Channel", "Application" }, { NULL, NULL } };
	const struct made flat[] = { { "Channel", "System" }, { "UserData.Channel", "Setup" }, { NULL, NULL } };
	const struct made text[] = { { "Message", "The Windows PowerShell log file was cleared." },
				     { NULL, NULL } };
	const struct made bare[] = { { "Channel", "System" }, { NULL, NULL } };
	const struct made odd[] = { { "Message", " log file was cleared" }, { NULL, NULL } };
	struct event ev;
	struct break_record b;

	(void)state;
	event_init(&ev, &names);
	make(&ev, "System", 104, second);
	assert_true(break_of(&ev, &b));
	assert_slice(b.source, "Application");
	make(&ev, "System", 104, flat);
	assert_true(break_of(&ev, &b));
	assert_slice(b.source, "Setup");
	make(&ev, "System", 104, text);
	assert_true(break_of(&ev, &b));
	assert_slice(b.source, "Windows PowerShell");
	make(&ev, "System", 104, bare);
	assert_true(break_of(&ev, &b));
	assert_slice(b.source, "System");
	make(&ev, "System", 104, odd);
	assert_true(break_of(&ev, &b));
	assert_slice(b.source, "System");
	event_done(&ev);
}

static void a_clock_that_moves_less_than_a_minute_is_no_break(void **state)
{
	const struct made little[] = { { "PreviousTime", "2024-01-01T00:00:00.0000000Z" },
				       { "NewTime", "2024-01-01T00:00:59.9000000Z" },
				       { NULL, NULL } };
	const struct made much[] = { { "PreviousTime", "2024-01-02T00:00:00Z" },
				     { "NewTime", "2024-01-01T00:00:00Z" },
				     { NULL, NULL } };
	const struct made far[] = { { "PreviousTime", "1678-01-01T00:00:00Z" },
				    { "NewTime", "2261-01-01T00:00:00Z" },
				    { NULL, NULL } };
	struct event ev;
	struct break_record b;

	(void)state;
	event_init(&ev, &names);
	make(&ev, "Security", 4616, little);
	assert_false(break_of(&ev, &b));
	make(&ev, "Security", 4616, much);
	assert_true(break_of(&ev, &b));
	assert_slice(b.detail, "it was 2024-01-02T00:00:00Z");
	make(&ev, "Security", 4616, far);
	assert_true(break_of(&ev, &b));
	event_done(&ev);
}

static void a_changed_policy_says_what_and_which_way(void **state)
{
	const struct made off[] = { { "SubcategoryGuid", "{0CCE922B-69AE-11D9-BED3-505054503030}" },
				    { "AuditPolicyChanges", "%%8448, %%8450" },
				    { NULL, NULL } };
	const struct made on[] = { { "SubcategoryGuid", "{0cce9215-69ae-11d9-bed3-505054503030}" },
				   { "AuditPolicyChanges", "Success Added" },
				   { NULL, NULL } };
	struct event ev;
	struct break_record b;

	(void)state;
	event_init(&ev, &names);
	make(&ev, "Security", 4719, off);
	assert_true(break_of(&ev, &b));
	assert_slice(b.detail, "Process Creation: success no longer recorded");
	make(&ev, "Security", 4719, on);
	assert_true(break_of(&ev, &b));
	assert_slice(b.detail, "Logon: success recorded from here on");
	event_done(&ev);
}

static struct break_record sample(void)
{
	return (struct break_record){ .kind = BREAK_CLEARED,
				      .covers = COVERS_SOURCE,
				      .host = slice_str("PC"),
				      .source = slice_str("Security"),
				      .detail = slice_str("mallory"),
				      .log = slice_str("Security"),
				      .time = { .ns = -7, .digits = 7, .set = true },
				      .number = 9,
				      .record = 3,
				      .offset = 77,
				      .record_counted = true };
}

static void a_message_gives_the_same_break_back(void **state)
{
	struct break_record b = sample(), back;
	struct buf out = { 0 };

	(void)state;
	break_encode(&b, &out);
	assert_true(break_decode(buf_slice(&out), &back));
	assert_int_equal(back.time.ns, -7);
	assert_int_equal(back.number, 9);
	assert_int_equal(back.offset, 77);
	assert_slice(back.detail, "mallory");
	assert_slice(back.log, "Security");
	buf_done(&out);
}

static void every_truncation_is_refused_and_no_flipped_bit_gives_nonsense(void **state)
{
	struct break_record b = sample(), back;
	struct buf out = { 0 };

	(void)state;
	break_encode(&b, &out);
	for (size_t n = 0; n < out.n; n++) {
		struct guard g = guard_copy(slice_of(out.p, n), 0);

		assert_false(break_decode(g.bytes, &back));
		guard_done(&g);
	}
	for (size_t bit = 0; bit < out.n * 8; bit++) {
		out.p[bit / 8] ^= (uint8_t)(1u << bit % 8);
		if (break_decode(buf_slice(&out), &back)) {
			assert_true(back.kind < BREAK_KIND_COUNT && back.covers < COVERS_COUNT);
			assert_true(back.time.digits <= 9 && back.detail.n <= BREAK_DETAIL_BYTES);
		}
		out.p[bit / 8] ^= (uint8_t)(1u << bit % 8);
	}
	buf_put_u8(&out, 0);
	assert_false(break_decode(buf_slice(&out), &back));
	buf_done(&out);
}

static void hosts_find_theirs_in_the_order_of_time_once(void **state)
{
	struct breaks all;
	const struct break_record *found;
	struct break_record b = sample();
	const char *hosts[] = { "pc2", "PC", "pc", "Pc10", "a" };

	(void)state;
	breaks_init(&all);
	breaks_sort(&all);
	assert_int_equal(breaks_of_host(&all, slice_str("PC"), &found), 0);
	for (int i = 0; i < 20; i++) {
		b.host = slice_str(hosts[i % 5]);
		b.time.ns = 100 - i;
		b.file = slice_str("one");
		breaks_add(&all, &b);
		b.file = slice_str("two"); /* the same record in another file */
		breaks_add(&all, &b);
	}
	breaks_sort(&all);
	assert_int_equal(breaks_of_host(&all, slice_str("pC"), &found), 8);
	for (int i = 1; i < 8; i++)
		assert_true(found[i - 1].time.ns < found[i].time.ns);
	assert_slice(found[0].file, "one");
	assert_int_equal(breaks_of_host(&all, slice_str("b"), &found), 0);
	breaks_done(&all);
}

static void there_is_a_bound(void **state)
{
	struct breaks all;
	struct break_record b = sample();

	(void)state;
	breaks_init(&all);
	for (size_t i = 0; i < LIMIT_BREAKS + 10; i++)
		breaks_add(&all, &b);
	assert_int_equal(all.n, LIMIT_BREAKS);
	assert_int_equal(all.left_out, 10);
	breaks_done(&all);
}

static void an_event_that_is_none_costs_little(void **state)
{
	struct timespec a, z;
	struct event ev;
	struct break_record b;
	const int n = 5000000;
	int found = 0;

	(void)state;
	event_init(&ev, &names);
	make(&ev, "Microsoft-Windows-Sysmon/Operational", 1, NULL);
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &a);
	for (int i = 0; i < n; i++) {
		ev.event_id = i % 3 + (i % 3 ? 0 : 4688);
		found += break_of(&ev, &b);
	}
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &z);
	print_message("%.1f ns an event (%d breaks)\n",
		      ((double)(z.tv_sec - a.tv_sec) * 1e9 + (double)(z.tv_nsec - a.tv_nsec)) / n, found);
	event_done(&ev);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(records_about_logging_are_known_by_channel_and_number),
		cmocka_unit_test(another_program_with_the_same_number_is_none),
		cmocka_unit_test(a_clearing_names_the_log_that_was_cleared),
		cmocka_unit_test(a_clock_that_moves_less_than_a_minute_is_no_break),
		cmocka_unit_test(a_changed_policy_says_what_and_which_way),
		cmocka_unit_test(a_message_gives_the_same_break_back),
		cmocka_unit_test(every_truncation_is_refused_and_no_flipped_bit_gives_nonsense),
		cmocka_unit_test(hosts_find_theirs_in_the_order_of_time_once),
		cmocka_unit_test(there_is_a_bound),
		cmocka_unit_test(an_event_that_is_none_costs_little),
	};

	names_init(&names);
	int failed = RUN(tests);

	names_done(&names);
	return failed;
}
