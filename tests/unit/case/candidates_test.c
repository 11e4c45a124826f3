/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"

#include "case/candidates.h"
#include "release_build.h"

#define DAY (INT64_C(86400) * 1000000000)
#define END (20 * DAY)
#define HOSTS 20u

/* Twenty hosts, PC0 to PC19, with records from day 0 to day 20 and four ways of alerting of level high. */
struct fleet {
	struct origins o;
	struct releases r;
	struct cohort c;
	uint32_t class[4];
	char names[HOSTS][8];
};

static void begin(struct fleet *f)
{
	static const char *const titles[] = { "a", "b", "c", "d" };

	origins_init(&f->o);
	releases_init(&f->r);
	cohort_init(&f->c);
	uint32_t process = cohort_kind(&f->c, slice_str("process_creation"));

	for (size_t i = 0; i < 4; i++)
		f->class[i] = cohort_class(&f->c, slice_str(titles[i]),
					   &(struct cohort_class){ .title = slice_str(titles[i]), .level = slice_str("high"),
								   .detector = slice_str("rule"), .weight = 8, .kind = process });
	for (uint32_t h = 0; h < HOSTS; h++) {
		snprintf(f->names[h], sizeof(f->names[h]), "PC%u", h);
		cohort_live(&f->c, cohort_host(&f->c, slice_str(f->names[h])), process, 0, END);
	}
}

static void end(struct fleet *f)
{
	origins_done(&f->o);
	releases_done(&f->r);
	cohort_done(&f->c);
}

/* Came to hosts from .. to - 1 on that day. */
static uint32_t comes(struct fleet *f, const char *product, const char *version, uint32_t from, uint32_t to, int64_t day)
{
	uint32_t at = build_release(&f->r, product, version);

	for (uint32_t h = from; h < to; h++)
		build_place(&f->r, at, f->names[h], day * DAY, END, day > 0);
	return at;
}

/* Alerts of two classes on each of these hosts trace to it. Gives the group. */
static size_t alerts(struct fleet *f, const char *product, const char *version, double cost, uint32_t from, uint32_t to,
		     int64_t day, size_t first_class)
{
	const struct told t = { .origin = { .kind = ORIGIN_RELEASE, .name = slice_str(product), .version = slice_str(version),
					    .os = "windows", .cost = cost } };
	size_t group = 0;

	for (uint32_t h = from; h < to; h++) {
		const struct origin_alert a = { .id = slice_str("id"), .host = slice_str(f->names[h]), .weight = 8,
						.time = { .ns = day * DAY, .set = true } };

		group = origins_add(&f->o, &a, &t);
		cohort_alert(&f->c, f->class[first_class], h, (uint32_t)group, day * DAY);
		cohort_alert(&f->c, f->class[first_class + 1], h, (uint32_t)group, day * DAY);
	}
	return group;
}

static const struct weighed *weighed(const struct fleet *f, size_t group)
{
	assert_true(f->o.list[group].is_weighed);
	return &f->o.list[group].weighed;
}

static void a_release_alone_on_its_hosts_is_supported(void **state)
{
	struct fleet f;

	(void)state;
	begin(&f);
	comes(&f, "Phone", "1.0", 0, 8, 0);
	comes(&f, "Phone", "1.1", 0, 8, 10);
	size_t at = alerts(&f, "Phone", "1.1", 2, 0, 5, 12, 0);

	candidates_weigh(&f.o, &f.r, &f.c);
	assert_int_equal(weighed(&f, at)->verdict, WEIGH_SUPPORTED);
	assert_int_equal(weighed(&f, at)->table.exposed_alerting, 5);
	assert_int_equal(weighed(&f, at)->table.exposed_quiet, 3);
	assert_int_equal(weighed(&f, at)->table.unexposed_quiet, 12);
	assert_int_equal(f.o.list[at].tie, 0);
	assert_slice(weighed(&f, at)->detector, "rule");
	end(&f);
}

static void what_came_together_is_a_tie_and_not_supported(void **state)
{
	struct fleet f;

	(void)state;
	begin(&f);
	comes(&f, "Phone", "1.1", 0, 8, 10);
	comes(&f, "Clock", "7.0", 0, 8, 10);
	comes(&f, "Later", "1.0", 0, 8, 12);
	size_t a = alerts(&f, "Phone", "1.1", 2, 0, 5, 13, 0), b = alerts(&f, "Clock", "7.0", 2, 0, 5, 13, 0);
	size_t c = alerts(&f, "Later", "1.0", 2, 0, 5, 13, 0);

	candidates_weigh(&f.o, &f.r, &f.c);
	assert_int_not_equal(f.o.list[a].tie, 0);
	assert_int_equal(f.o.list[a].tie, f.o.list[b].tie);
	assert_int_equal(weighed(&f, a)->verdict, WEIGH_LEAD);
	assert_int_equal(weighed(&f, b)->verdict, WEIGH_LEAD);
	assert_string_equal(weighed(&f, a)->confidence, "low");
	/* Two days later it came by itself. */
	assert_int_equal(f.o.list[c].tie, 0);
	end(&f);
}

/* A is told from C, B from D, but D stands between A and C, and C between D and B: all are one tie, though the pairs
 * are found as A-D, B-C and then C-D. */
static void ties_of_ties_are_one(void **state)
{
	struct fleet f;

	(void)state;
	begin(&f);
	comes(&f, "A", "1.0", 0, 8, 10);
	comes(&f, "B", "1.0", 0, 8, 10);
	comes(&f, "C", "1.0", 0, 8, 10);
	comes(&f, "D", "1.0", 0, 8, 10);
	alerts(&f, "A", "1.0", 0, 0, 5, 12, 0);
	alerts(&f, "B", "1.0", 5, 0, 5, 12, 0);
	alerts(&f, "C", "1.0", 2.8, 0, 5, 12, 0);
	alerts(&f, "D", "1.0", 1.2, 0, 5, 12, 0);
	candidates_weigh(&f.o, &f.r, &f.c);
	assert_true(weighed(&f, 1)->score < 0.6 * weighed(&f, 0)->score);
	for (size_t i = 0; i < 4; i++) {
		assert_int_not_equal(f.o.list[i].tie, 0);
		assert_int_equal(f.o.list[i].tie, f.o.list[0].tie);
		assert_int_equal(weighed(&f, i)->verdict, WEIGH_LEAD);
	}
	end(&f);
}

static void versions_that_are_bad_in_a_row_are_one_line(void **state)
{
	struct fleet f;

	(void)state;
	begin(&f);
	comes(&f, "Phone", "1.1", 0, 8, 5);
	comes(&f, "Phone", "1.2", 0, 8, 12);
	size_t a = alerts(&f, "Phone", "1.1", 2, 0, 5, 6, 0), b = alerts(&f, "Phone", "1.2", 2, 0, 5, 14, 2);

	candidates_weigh(&f.o, &f.r, &f.c);
	assert_true(f.o.list[a].line && f.o.list[b].line);
	assert_int_not_equal(f.o.list[a].tie, 0);
	assert_int_equal(f.o.list[a].tie, f.o.list[b].tie);
	assert_non_null(strstr(weighed(&f, a)->why, "the line is the answer"));
	assert_int_equal(weighed(&f, a)->verdict, WEIGH_SUPPORTED);
	end(&f);
}

/* The newer version came with another product: that one may be it, and the version is not supported. */
static void a_line_with_a_rival_is_not_supported(void **state)
{
	struct fleet f;

	(void)state;
	begin(&f);
	comes(&f, "Phone", "1.1", 0, 8, 5);
	comes(&f, "Phone", "1.2", 0, 8, 12);
	comes(&f, "Clock", "7.0", 0, 8, 12);
	alerts(&f, "Phone", "1.1", 2, 0, 5, 6, 0);
	size_t b = alerts(&f, "Phone", "1.2", 2, 0, 5, 14, 2), c = alerts(&f, "Clock", "7.0", 2, 0, 5, 14, 2);

	candidates_weigh(&f.o, &f.r, &f.c);
	assert_int_equal(f.o.list[b].tie, f.o.list[c].tie);
	assert_int_equal(weighed(&f, b)->verdict, WEIGH_LEAD);
	assert_int_equal(weighed(&f, c)->verdict, WEIGH_LEAD);
	end(&f);
}

/* Alerts on these hosts whose trace ends in nothing. */
static void unexplained(struct fleet *f, uint32_t from, uint32_t to, int64_t day)
{
	for (uint32_t h = from; h < to; h++)
		for (size_t k = 0; k < 2; k++)
			cohort_alert(&f->c, f->class[k], h, COHORT_UNNAMED, day * DAY);
}

static void what_no_trace_leads_to_is_a_lead_by_comparison(void **state)
{
	struct fleet f;

	(void)state;
	begin(&f);
	comes(&f, "There", "1.0", 0, HOSTS, 0);
	comes(&f, "Phone", "1.1", 0, 8, 10);
	comes(&f, "Elsewhere", "1.0", 10, 18, 10);
	comes(&f, "After", "1.0", 0, 8, 15);
	unexplained(&f, 0, 8, 12);
	candidates_weigh(&f.o, &f.r, &f.c);
	assert_int_equal(f.o.n, 1);
	assert_slice(f.o.list[0].origin.name, "Phone");
	assert_int_equal(weighed(&f, 0)->verdict, WEIGH_LEAD);
	assert_int_equal(weighed(&f, 0)->arrivals, 8);
	assert_non_null(strstr(weighed(&f, 0)->why, "no record leads"));
	end(&f);
}

static void a_thin_comparison_names_nothing(void **state)
{
	struct fleet f;

	(void)state;
	begin(&f);
	comes(&f, "Phone", "1.1", 0, 8, 10);
	unexplained(&f, 0, 1, 12);
	unexplained(&f, 12, 16, 12);
	candidates_weigh(&f.o, &f.r, &f.c);
	assert_int_equal(f.o.n, 0);
	end(&f);
}

/* Seventy are more than a product had in any exercise: each is a control, whatever its place in the list. */
static void every_earlier_version_is_a_control(void **state)
{
	struct fleet f;
	char version[16];

	(void)state;
	begin(&f);
	for (unsigned i = 0; i < 70; i++) {
		snprintf(version, sizeof(version), "1.%u", i);
		comes(&f, "Phone", version, i % HOSTS, i % HOSTS + 1, 0);
	}
	comes(&f, "Phone", "1.100", 0, 8, 10);
	size_t at = alerts(&f, "Phone", "1.100", 2, 0, 5, 12, 0);

	candidates_weigh(&f.o, &f.r, &f.c);
	assert_int_equal(weighed(&f, at)->control, CONTROL_QUIET);
	assert_int_equal(weighed(&f, at)->control_hosts, 70);
	end(&f);
}

/* 1.9 is older than 1.10. */
static void a_later_version_is_no_control(void **state)
{
	struct fleet f;

	(void)state;
	begin(&f);
	comes(&f, "Phone", "1.10", 8, 16, 0);
	comes(&f, "Phone", "1.9", 0, 8, 10);
	size_t at = alerts(&f, "Phone", "1.9", 2, 0, 5, 12, 0);

	candidates_weigh(&f.o, &f.r, &f.c);
	assert_int_equal(weighed(&f, at)->control, CONTROL_NONE);
	end(&f);
}

/* Where no table has it, its traces say who has it and since when. */
static void a_download_is_where_its_traces_are(void **state)
{
	const struct told t = { .origin = { .kind = ORIGIN_DOWNLOAD, .url = slice_str("https://dl.test/x"), .cost = 2,
					    .downloaded_time = { .ns = 10 * DAY, .set = true } } };
	struct fleet f;
	size_t at = 0;

	(void)state;
	begin(&f);
	for (uint32_t h = 0; h < 4; h++) {
		const struct origin_alert a = { .id = slice_str("id"), .host = slice_str(f.names[h]), .weight = 8 };

		at = origins_add(&f.o, &a, &t);
		cohort_alert(&f.c, f.class[0], h, (uint32_t)at, 11 * DAY);
		cohort_alert(&f.c, f.class[1], h, (uint32_t)at, 11 * DAY);
	}
	candidates_weigh(&f.o, &f.r, &f.c);
	assert_int_equal(weighed(&f, at)->arrivals, 4);
	assert_int_equal(weighed(&f, at)->pairs, 4);
	assert_int_equal(weighed(&f, at)->table.unexposed_quiet, 16);
	end(&f);
}

/* Which was read first changes no number and no tie. */
static void the_order_of_evidence_changes_nothing(void **state)
{
	static const char *const products[2][2] = { { "Phone", "Clock" }, { "Clock", "Phone" } };
	struct weighed seen[2][2] = { 0 };
	bool tied[2];

	(void)state;
	for (int i = 0; i < 2; i++) {
		struct fleet f;
		size_t group[2];

		begin(&f);
		comes(&f, products[i][0], "1.0", 0, 8, 10);
		comes(&f, products[i][1], "1.0", 0, 8, 10);
		for (int k = 0; k < 2; k++) {
			bool phone = (i ^ k) == 0;
			size_t at = alerts(&f, products[i][k], "1.0", 2, phone ? 0 : 2, phone ? 5 : 8, 12 + phone, 0);

			group[phone] = at;
		}
		candidates_weigh(&f.o, &f.r, &f.c);
		tied[i] = f.o.list[group[0]].tie != 0 && f.o.list[group[0]].tie == f.o.list[group[1]].tie;
		for (int k = 0; k < 2; k++)
			seen[i][k] = *weighed(&f, group[k]);
		end(&f);
	}
	for (int k = 0; k < 2; k++) {
		assert_int_equal(seen[0][k].verdict, seen[1][k].verdict);
		assert_true(seen[0][k].score == seen[1][k].score && seen[0][k].p == seen[1][k].p);
		assert_memory_equal(&seen[0][k].table, &seen[1][k].table, sizeof(seen[0][k].table));
	}
	assert_int_equal(tied[0], tied[1]);
}

/* Years that records may tell are farther apart than nanoseconds count. */
static void times_at_both_ends_of_time_do_not_wrap(void **state)
{
	static const int64_t times[] = { INT64_MIN, INT64_MIN + 1, 0, INT64_MAX - 1, INT64_MAX };
	const size_t n = sizeof(times) / sizeof(*times);

	(void)state;
	for (size_t i = 0; i < n * n; i++) {
		struct fleet f;

		begin(&f);
		for (uint32_t h = 0; h < 4; h++)
			cohort_live(&f.c, h, 0, times[i % n], times[i / n]);
		uint32_t a = build_release(&f.r, "A", "1.0"), b = build_release(&f.r, "B", "1.0");

		for (uint32_t h = 0; h < 4; h++) {
			build_place(&f.r, a, f.names[h], times[i % n], times[i / n], true);
			build_place(&f.r, b, f.names[h], times[i / n], times[i % n], true);
		}
		size_t at = alerts(&f, "A", "1.0", 2, 0, 3, 0, 0), other = alerts(&f, "B", "1.0", 2, 0, 3, 0, 0);

		cohort_alert(&f.c, f.class[0], 3, (uint32_t)at, times[i % n]);
		cohort_alert(&f.c, f.class[0], 3, (uint32_t)other, times[i / n]);
		candidates_weigh(&f.o, &f.r, &f.c);
		assert_true(weighed(&f, at)->p > 0 && weighed(&f, at)->p <= 1);
		/* Came within a day of each other: neighbours of this list, but for 0. */
		if (f.o.list[at].tie)
			assert_true(i % n == i / n || (i % n < 2) == (i / n < 2));
		end(&f);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_release_alone_on_its_hosts_is_supported),
		cmocka_unit_test(what_came_together_is_a_tie_and_not_supported),
		cmocka_unit_test(ties_of_ties_are_one),
		cmocka_unit_test(versions_that_are_bad_in_a_row_are_one_line),
		cmocka_unit_test(a_line_with_a_rival_is_not_supported),
		cmocka_unit_test(what_no_trace_leads_to_is_a_lead_by_comparison),
		cmocka_unit_test(a_thin_comparison_names_nothing),
		cmocka_unit_test(every_earlier_version_is_a_control),
		cmocka_unit_test(a_later_version_is_no_control),
		cmocka_unit_test(a_download_is_where_its_traces_are),
		cmocka_unit_test(the_order_of_evidence_changes_nothing),
		cmocka_unit_test(times_at_both_ends_of_time_do_not_wrap),
	};

	return RUN(tests);
}
