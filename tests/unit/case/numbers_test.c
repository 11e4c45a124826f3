/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"

#include "base/buf.h"
#include "base/limits.h"
#include "case/numbers.h"
#include "guard.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#define SECOND INT64_C(1000000000)

static struct names names;
static struct event ev;

static bool add(struct numbers *n, const char *host, const char *channel, uint64_t number, int64_t ns)
{
	event_clear(&ev);
	ev.host = slice_str(host);
	ev.channel = slice_str(channel);
	ev.time = (struct when){ .ns = ns, .set = ns != INT64_MIN };
	event_add(&ev, slice_str("EventRecordID"), NAME_RECORD_ID,
		  (struct value){ .type = VALUE_UINT, .u = number });
	return numbers_add(n, &ev, false);
}

static struct numbers_run at(uint64_t low, uint64_t high, int64_t low_s, int64_t high_s)
{
	return (struct numbers_run){ 0, true, low, high, low_s * SECOND, high_s * SECOND };
}

static struct numbers_verdict judge(const struct numbers_run *runs, size_t n)
{
	struct numbers_verdict v;
	struct numbers_run *copy = malloc(n * sizeof(*copy) + 1);

	memcpy(copy, runs, n * sizeof(*copy));
	numbers_judge(copy, n, &v);
	free(copy);
	return v;
}

static void logs_in_any_straight_order_are_one_run(void **state)
{
	struct numbers n;

	(void)state;
	numbers_init(&n);
	for (uint64_t i = 1; i <= 100; i++) {
		add(&n, "A", "Security", i, (int64_t)i * SECOND);
		add(&n, "a", "SECURITY", 1000 - i, (int64_t)(1000 - i) * SECOND);
		add(&n, "B", "Security", 1000 - i, (int64_t)(1000 - i) * SECOND);
	}
	struct buf out = { 0 };
	struct numbers all;

	numbers_encode(&n, &out);
	numbers_init(&all);
	assert_true(numbers_merge(&all, buf_slice(&out)));
	numbers_sort(&all);
	struct numbers_run *runs;
	bool given_up;

	assert_int_equal(numbers_of_log(&all, slice_str("b"), slice_str("security"), &runs, &given_up), 1);
	assert_int_equal(runs->low, 900);
	assert_int_equal(runs->high, 999);
	assert_int_equal(runs->low_ns, 900 * SECOND);
	/* Two that alternate are many, and the same when judged. */
	size_t count = numbers_of_log(&all, slice_str("A"), slice_str("Security"), &runs, &given_up);
	struct numbers_verdict v = judge(runs, count);

	assert_int_equal(v.n, 1);
	assert_int_equal(v.missing, 799);
	numbers_verdict_done(&v);
	assert_int_equal(numbers_of_log(&all, slice_str("C"), slice_str("Security"), &runs, &given_up), 0);
	numbers_done(&n);
	numbers_done(&all);
	buf_done(&out);
}

static void a_gap_has_the_times_of_its_sides(void **state)
{
	const struct numbers_run runs[] = { at(21, 30, 500, 600), at(1, 10, 0, 100), at(5, 12, 50, 120) };
	struct numbers_verdict v = judge(runs, 3);

	(void)state;
	assert_int_equal(v.n, 1);
	assert_int_equal(v.gaps[0].from_ns, 120 * SECOND);
	assert_int_equal(v.gaps[0].to_ns, 500 * SECOND);
	assert_int_equal(v.gaps[0].before, 12);
	assert_int_equal(v.gaps[0].after, 21);
	assert_int_equal(v.missing, 8);
	assert_int_equal(v.lowest, 1);
	assert_int_equal(v.highest, 30);
	numbers_verdict_done(&v);
}

static void numbers_that_start_again_are_another_life(void **state)
{
	const struct numbers_run twice[] = { at(1, 100, 0, 1000), at(1, 50, 2000, 3000), at(52, 60, 3100, 3200) };
	const struct numbers_run apart[] = { at(5000, 6000, 0, 1000), at(1, 50, 2000, 3000) };
	struct numbers_verdict v = judge(twice, 3);

	(void)state;
	assert_int_equal(v.n, 2);
	assert_true(v.gaps[0].restart && v.gaps[0].from_ns == 1000 * SECOND && v.gaps[0].to_ns == 2000 * SECOND);
	assert_false(v.gaps[1].restart);
	assert_int_equal(v.missing, 1);
	numbers_verdict_done(&v);
	v = judge(apart, 2);
	assert_int_equal(v.n, 1);
	assert_true(v.gaps[0].restart);
	assert_int_equal(v.lowest, 5000);
	assert_int_equal(v.highest, 50);
	numbers_verdict_done(&v);
}

static void a_clock_set_back_is_one_life(void **state)
{
	const struct numbers_run back[] = { at(1, 100, 5000, 6000), at(101, 200, 1000, 2000) };
	struct numbers_run between[400];
	struct numbers_verdict v = judge(back, 2);

	(void)state;
	assert_int_equal(v.n, 0);
	assert_int_equal(v.lowest, 1);
	numbers_verdict_done(&v);
	/* Two days lie over each other: the records of both alternate. */
	for (int i = 0; i < 400; i++)
		between[i] = i < 200 ? at((uint64_t)i + 1, (uint64_t)i + 1, i * 60, i * 60)
				     : at((uint64_t)i + 1, (uint64_t)i + 1, (i - 150) * 60 + 30, (i - 150) * 60 + 30);
	v = judge(between, 400);
	assert_int_equal(v.n, 0);
	assert_false(v.disordered);
	numbers_verdict_done(&v);
}

static void late_records_and_those_without_a_time_make_no_gap(void **state)
{
	struct numbers_run late[] = { at(1, 99, 0, 1000), at(101, 101, 300, 300), at(100, 100, 1010, 1010),
				      at(102, 200, 1020, 2000) };
	struct numbers_verdict v = judge(late, 4);

	(void)state;
	assert_int_equal(v.n, 0);
	numbers_verdict_done(&v);
	late[1].timed = false;
	late[1].low_ns = late[1].high_ns = 0;
	v = judge(late, 4);
	assert_int_equal(v.n, 0);
	numbers_verdict_done(&v);
	v = judge(&late[1], 1);
	assert_int_equal(v.lowest, 101);
	numbers_verdict_done(&v);
}

static void contradictions_are_said_and_make_no_gaps(void **state)
{
	struct numbers_run runs[1000];

	(void)state;
	srand(1);
	for (int i = 0; i < 1000; i++) {
		uint64_t number = (uint64_t)(rand() % 500) + 1;

		runs[i] = at(number, number, i * 3600, i * 3600);
	}
	struct numbers_verdict v = judge(runs, 1000);

	assert_true(v.disordered);
	assert_int_equal(v.n, 0);
	numbers_verdict_done(&v);
}

static void the_longest_gaps_are_kept(void **state)
{
	const size_t n = 50000;
	struct numbers_run *runs = malloc(n * sizeof(*runs));

	(void)state;
	for (size_t i = 0; i < n; i++)
		runs[i] = at(i * 2 + 1, i * 2 + 1, (int64_t)(i * i / 100), (int64_t)(i * i / 100));
	struct numbers_verdict v = judge(runs, n);

	assert_int_equal(v.n, LIMIT_SPANS);
	assert_int_equal(v.left_out, n - 1 - LIMIT_SPANS);
	assert_int_equal(v.missing, n - 1);
	assert_true(v.gaps[0].before > (n - 2 * LIMIT_SPANS) * 2);
	numbers_verdict_done(&v);
	free(runs);
}

static void bounds_of_numbers_and_times_are_borne(void **state)
{
	const struct numbers_run runs[] = { { 0, true, 1, 1, INT64_MIN, INT64_MIN },
					    { 0, true, INT64_MAX, INT64_MAX, INT64_MAX, INT64_MAX },
					    { 0, true, 7, 7, INT64_MAX, INT64_MIN } };
	struct numbers_verdict v = judge(runs, 3);

	(void)state;
	assert_true(v.n <= 3);
	numbers_verdict_done(&v);
	v = judge(runs, 0);
	assert_int_equal(v.n, 0);
}

static void every_truncation_is_refused_and_no_flipped_bit_gives_nonsense(void **state)
{
	struct numbers n, all;
	struct buf out = { 0 };

	(void)state;
	numbers_init(&n);
	numbers_init(&all);
	for (uint64_t i = 1; i < 40; i += i % 7 ? 1 : 3)
		add(&n, i % 2 ? "A" : "B", "Security", i, i % 5 ? (int64_t)i * SECOND : INT64_MIN);
	numbers_encode(&n, &out);
	for (size_t i = 0; i < out.n; i++) {
		struct guard g = guard_copy(slice_of(out.p, i), 0);

		assert_false(numbers_merge(&all, g.bytes));
		guard_done(&g);
	}
	assert_int_equal(all.n, 0);
	for (size_t bit = 0; bit < out.n * 8; bit++) {
		out.p[bit / 8] ^= (uint8_t)(1u << bit % 8);
		numbers_merge(&all, buf_slice(&out));
		out.p[bit / 8] ^= (uint8_t)(1u << bit % 8);
	}
	for (size_t i = 0; i < all.n; i++)
		assert_true(all.runs[i].low > 0 && all.runs[i].low <= all.runs[i].high);
	numbers_done(&n);
	numbers_done(&all);
	buf_done(&out);
}

/* Shuffled records of a whole log, more than there is room for, fit again when joined; a log that
 * is scattered beyond that is given up, and the others are kept. */
static void there_is_a_bound(void **state)
{
	struct numbers n, all;
	struct buf out = { 0 };
	struct numbers_run *runs;
	bool given_up;

	(void)state;
	numbers_init(&n);
	numbers_init(&all);
	add(&n, "A", "small", 1, 0);
	for (uint64_t i = 0; i < LIMIT_NUMBER_RUNS * 3; i++) {
		uint64_t number = i * 5 % (LIMIT_NUMBER_RUNS * 3) + 1; /* five passes: no two beside */

		if (!add(&n, "A", "whole", number, (int64_t)(number * 1000)) && i + 1 < LIMIT_NUMBER_RUNS * 3)
			continue;
		buf_clear(&out);
		numbers_encode(&n, &out);
		assert_true(numbers_merge(&all, buf_slice(&out)));
		numbers_clear(&n);
	}
	for (uint64_t i = 0; i < LIMIT_NUMBER_RUNS * 2; i++)
		if (add(&n, "A", "scattered", i * 2 + 1, (int64_t)i)) {
			buf_clear(&out);
			numbers_encode(&n, &out);
			assert_true(numbers_merge(&all, buf_slice(&out)));
			numbers_clear(&n);
		}
	assert_true(all.n < LIMIT_NUMBER_RUNS);
	numbers_sort(&all);
	assert_int_equal(numbers_of_log(&all, slice_str("A"), slice_str("small"), &runs, &given_up), 1);
	assert_false(given_up);
	numbers_of_log(&all, slice_str("A"), slice_str("scattered"), &runs, &given_up);
	assert_true(given_up);
	numbers_done(&n);
	numbers_done(&all);
	buf_done(&out);
}

static void following_numbers_costs_little(void **state)
{
	struct timespec a, z;
	struct numbers n;
	const int count = 2000000;

	(void)state;
	numbers_init(&n);
	add(&n, "WS-001.corp.example", "Microsoft-Windows-Sysmon/Operational", 1, 0);
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &a);
	for (int i = 2; i < count; i++) {
		event_find(&ev, NAME_RECORD_ID)->value.u = (uint64_t)i;
		ev.time.ns = i;
		numbers_add(&n, &ev, false);
	}
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &z);
	assert_int_equal(n.n, 0);
	print_message("%.1f ns a record\n",
		      ((double)(z.tv_sec - a.tv_sec) * 1e9 + (double)(z.tv_nsec - a.tv_nsec)) / count);
	numbers_done(&n);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(logs_in_any_straight_order_are_one_run),
		cmocka_unit_test(a_gap_has_the_times_of_its_sides),
		cmocka_unit_test(numbers_that_start_again_are_another_life),
		cmocka_unit_test(a_clock_set_back_is_one_life),
		cmocka_unit_test(late_records_and_those_without_a_time_make_no_gap),
		cmocka_unit_test(contradictions_are_said_and_make_no_gaps),
		cmocka_unit_test(the_longest_gaps_are_kept),
		cmocka_unit_test(bounds_of_numbers_and_times_are_borne),
		cmocka_unit_test(every_truncation_is_refused_and_no_flipped_bit_gives_nonsense),
		cmocka_unit_test(there_is_a_bound),
		cmocka_unit_test(following_numbers_costs_little),
	};

	names_init(&names);
	event_init(&ev, &names);
	int failed = RUN(tests);

	event_done(&ev);
	names_done(&names);
	return failed;
}
