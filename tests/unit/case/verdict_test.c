/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"

#include "case/verdict.h"

#include <string.h>

#define SECOND INT64_C(1000000000)
#define HOUR (3600 * SECOND)

static const struct verdict_hour hours[] = { { 0, HOUR - 1 }, { HOUR, 2 * HOUR - 1 }, { 9 * HOUR, 10 * HOUR - 1 } };

static struct break_record at(enum break_kind kind, enum break_covers covers, const char *source, int64_t ns)
{
	return (struct break_record){ .kind = kind,
				      .covers = covers,
				      .source = slice_str(source),
				      .time = { .ns = ns, .set = true } };
}

static struct verdict_input input(void)
{
	return (struct verdict_input){ .source = slice_str("Security"),
				       .reader = slice_str("evtx"),
				       .event_log = true,
				       .hours = hours,
				       .hour_count = 3 };
}

static void counts_alone_make_nothing_complete(void **state)
{
	struct verdict_input in = input();
	struct coverage_verdict v;

	(void)state;
	verdict_judge(&in, &v);
	assert_int_equal(v.completeness, COMPLETENESS_UNKNOWN);
	assert_int_equal(v.span_count, 0); /* seven hours of silence */
	assert_int_equal(v.last_ns, 10 * HOUR - 1);
	in.asserted = true;
	verdict_judge(&in, &v);
	assert_int_equal(v.completeness, COMPLETENESS_COMPLETE);
	in.asserted = false;
	in.declared = COMPLETENESS_COMPLETE;
	verdict_judge(&in, &v);
	assert_int_equal(v.completeness, COMPLETENESS_COMPLETE);
	in.declared = COMPLETENESS_FILTERED;
	verdict_judge(&in, &v);
	assert_int_equal(v.completeness, COMPLETENESS_FILTERED);
	verdict_done(&v);
}

static void its_own_records_refute_it(void **state)
{
	static const struct {
		enum break_kind kind;
		enum completeness want;
	} cases[] = {
		{ BREAK_CLEARED, COMPLETENESS_TRUNCATED }, { BREAK_LOST, COMPLETENESS_TRUNCATED },
		{ BREAK_FULL, COMPLETENESS_TRUNCATED },	   { BREAK_CAPPED, COMPLETENESS_TRUNCATED },
		{ BREAK_STOPPED, COMPLETENESS_TRUNCATED }, { BREAK_POLICY, COMPLETENESS_FILTERED },
		{ BREAK_CONFIG, COMPLETENESS_FILTERED },   { BREAK_CLOCK, COMPLETENESS_FILTERED },
		{ BREAK_STARTED, COMPLETENESS_COMPLETE },  { BREAK_BOOT, COMPLETENESS_COMPLETE },
		{ BREAK_ARCHIVED, COMPLETENESS_COMPLETE },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct break_record b = at(cases[i].kind, COVERS_SOURCE, "security", HOUR);
		struct verdict_input in = input();
		struct coverage_verdict v;

		in.asserted = true;
		in.breaks = &b;
		in.break_count = 1;
		verdict_judge(&in, &v);
		assert_int_equal(v.completeness, cases[i].want);
		assert_int_equal(v.refuted_by[0] != 0, cases[i].want != COMPLETENESS_COMPLETE);
		assert_int_equal(v.end_count, 1);
		verdict_done(&v);
		/* Not those of another log, nor of another time. */
		b.source = slice_str("Application");
		verdict_judge(&in, &v);
		assert_int_equal(v.completeness, COMPLETENESS_COMPLETE);
		verdict_done(&v);
		b.source = in.source;
		b.time.ns = -2 * HOUR;
		verdict_judge(&in, &v);
		assert_int_equal(v.end_count, 0);
		verdict_done(&v);
	}
}

static void a_clearing_that_lost_nothing_does_not_refute(void **state)
{
	struct numbers_run runs[] = { { 0, true, 1, 50, 0, HOUR }, { 0, true, 51, 51, HOUR, HOUR },
				      { 0, true, 52, 90, HOUR + 5, 9 * HOUR } };
	struct break_record b = at(BREAK_CLEARED, COVERS_SOURCE, "Security", HOUR);
	struct verdict_input in = input();
	struct coverage_verdict v;

	(void)state;
	in.asserted = true;
	in.breaks = &b;
	in.break_count = 1;
	in.runs = runs;
	in.run_count = 3;
	verdict_judge(&in, &v);
	assert_int_equal(v.completeness, COMPLETENESS_COMPLETE);
	verdict_done(&v);
	in.runs = runs + 1;
	in.run_count = 2;
	verdict_judge(&in, &v);
	assert_int_equal(v.completeness, COMPLETENESS_TRUNCATED);
	assert_true(v.truncated_start);
	assert_string_equal(v.refuted_by, "the log was cleared where it starts");
	verdict_done(&v);
}

static void a_stop_lasts_until_the_start(void **state)
{
	struct break_record b[] = { at(BREAK_STOPPED, COVERS_EVENT_LOGS, "", HOUR),
				    at(BREAK_SHUTDOWN, COVERS_EVENT_LOGS, "", HOUR + SECOND),
				    at(BREAK_BOOT, COVERS_EVENT_LOGS, "", 8 * HOUR),
				    at(BREAK_STARTED, COVERS_EVENT_LOGS, "", 8 * HOUR + SECOND) };
	struct verdict_input in = input();
	struct coverage_verdict v;

	(void)state;
	in.breaks = b;
	in.break_count = 4;
	verdict_judge(&in, &v);
	assert_int_equal(v.span_count, 1);
	assert_int_equal(v.spans[0].kind, SPAN_OFF);
	assert_int_equal(v.spans[0].from_ns, HOUR);
	assert_int_equal(v.spans[0].to_ns, 8 * HOUR);
	assert_int_equal(v.completeness, COMPLETENESS_UNKNOWN);
	verdict_done(&v);
	b[1] = b[2] = b[3];
	in.break_count = 2;
	verdict_judge(&in, &v);
	assert_int_equal(v.span_count, 1);
	assert_int_equal(v.spans[0].kind, SPAN_HOLE);
	assert_int_equal(v.spans[0].to_ns, 8 * HOUR + SECOND);
	verdict_done(&v);
	in.event_log = false; /* not what the service writes */
	verdict_judge(&in, &v);
	assert_int_equal(v.span_count, 0);
	verdict_done(&v);
}

static void a_stop_without_a_start_lasts_until_the_next_record_or_stays_open(void **state)
{
	struct break_record b = at(BREAK_STOPPED, COVERS_EVENT_LOGS, "", 2 * HOUR - 1);
	struct verdict_input in = input();
	struct coverage_verdict v;

	(void)state;
	in.breaks = &b;
	in.break_count = 1;
	verdict_judge(&in, &v);
	assert_int_equal(v.span_count, 1);
	assert_false(v.spans[0].open);
	assert_int_equal(v.spans[0].to_ns, 9 * HOUR);
	verdict_done(&v);
	b.time.ns = 10 * HOUR;
	verdict_judge(&in, &v);
	assert_int_equal(v.span_count, 1);
	assert_true(v.spans[0].open);
	verdict_done(&v);
	/* Its own number tells to the record. */
	struct numbers_run runs[] = { { 0, true, 1, 7, 0, 600 * SECOND },
				      { 0, true, 8, 20, 900 * SECOND, 10 * HOUR - 1 } };

	b.time.ns = 600 * SECOND;
	b.number = 7;
	b.log = in.source;
	in.runs = runs;
	in.run_count = 2;
	verdict_judge(&in, &v);
	assert_int_equal(v.span_count, 1);
	assert_int_equal(v.spans[0].to_ns, 900 * SECOND);
	verdict_done(&v);
}

static void heartbeats_are_the_only_silence_that_counts(void **state)
{
	struct verdict_input in = input();
	struct coverage_verdict v;

	(void)state;
	in.heartbeat = true;
	verdict_judge(&in, &v);
	assert_int_equal(v.span_count, 1);
	assert_int_equal(v.spans[0].from_ns, 2 * HOUR - 1);
	assert_int_equal(v.spans[0].to_ns, 9 * HOUR);
	assert_int_equal(v.completeness, COMPLETENESS_TRUNCATED);
	verdict_done(&v);
}

static void bounds_of_time_are_borne(void **state)
{
	const struct verdict_hour far[] = { { INT64_MIN, INT64_MIN }, { INT64_MAX, INT64_MAX } };
	struct break_record b[] = { at(BREAK_STOPPED, COVERS_HOST, "", INT64_MIN),
				    at(BREAK_CLEARED, COVERS_HOST, "", 0),
				    at(BREAK_STOPPED, COVERS_HOST, "", INT64_MAX) };
	struct verdict_input in = input();
	struct coverage_verdict v;

	(void)state;
	in.hours = far;
	in.hour_count = 2;
	in.heartbeat = true;
	in.breaks = b;
	in.break_count = 3;
	verdict_judge(&in, &v);
	assert_true(v.span_count >= 1);
	verdict_done(&v);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(counts_alone_make_nothing_complete),
		cmocka_unit_test(its_own_records_refute_it),
		cmocka_unit_test(a_clearing_that_lost_nothing_does_not_refute),
		cmocka_unit_test(a_stop_lasts_until_the_start),
		cmocka_unit_test(a_stop_without_a_start_lasts_until_the_next_record_or_stays_open),
		cmocka_unit_test(heartbeats_are_the_only_silence_that_counts),
		cmocka_unit_test(bounds_of_time_are_borne),
	};

	return RUN(tests);
}
