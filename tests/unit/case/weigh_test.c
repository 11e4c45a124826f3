/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"

#include "case/weigh.h"

#include <stdio.h>

#define DAY (INT64_C(86400) * 1000000000)
#define UPDATE (10 * DAY)
#define END (20 * DAY)

/* A fleet whose records run from day 0 to day 20; what came, came on day 10. */
struct fleet {
	struct cohort c;
	uint32_t process, class[3];
	struct weigh_place places[64], older[64];
	size_t n, older_n;
};

static void begin(struct fleet *f, uint32_t hosts)
{
	static const struct {
		const char *title, *level;
		double weight;
	} classes[] = { { "shell", "high", 8 }, { "store", "high", 8 }, { "name", "low", 1 } };
	char name[16];

	*f = (struct fleet){ 0 };
	cohort_init(&f->c);
	f->process = cohort_kind(&f->c, slice_str("process_creation"));
	for (size_t i = 0; i < 3; i++)
		f->class[i] = cohort_class(&f->c, slice_str(classes[i].title),
					   &(struct cohort_class){ .title = slice_str(classes[i].title),
								   .level = slice_str(classes[i].level),
								   .detector = slice_str("rule"),
								   .weight = classes[i].weight,
								   .kind = f->process });
	for (uint32_t i = 0; i < hosts; i++) {
		snprintf(name, sizeof(name), "PC%u", i);
		assert_int_equal(cohort_host(&f->c, slice_str(name)), i);
		cohort_live(&f->c, i, f->process, 0, END);
	}
}

static void has_it(struct fleet *f, uint32_t from, uint32_t to)
{
	for (uint32_t h = from; h < to; h++)
		f->places[f->n++] = (struct weigh_place){ h, UPDATE, END, true, true };
}

static void had_the_one_before(struct fleet *f, uint32_t from, uint32_t to)
{
	for (uint32_t h = from; h < to; h++)
		f->older[f->older_n++] = (struct weigh_place){ h, DAY, UPDATE, true, true };
}

/* Of the first `classes` classes, tracing to group. */
static void alert(struct fleet *f, uint32_t host, int64_t ns, uint32_t group, uint32_t classes)
{
	for (uint32_t i = 0; i < classes; i++)
		cohort_alert(&f->c, f->class[i], host, group, ns);
}

static struct weighed judge(struct fleet *f, uint32_t group)
{
	const struct weigh_version version = { f->older, f->older_n, true, 7 };
	const struct weigh_candidate x = { .group = group, .named = true, .cost = 2, .places = f->places,
					   .place_count = f->n, .versions = &version,
					   .version_count = f->older_n ? 1 : 0 };
	struct weighed w;

	cohort_ready(&f->c);
	weigh(&f->c, &x, &w);
	cohort_done(&f->c);
	return w;
}

static void an_update_that_alerts_on_its_hosts_alone_is_supported(void **state)
{
	struct fleet f;

	(void)state;
	begin(&f, 20);
	has_it(&f, 0, 8);
	had_the_one_before(&f, 0, 8);
	for (uint32_t h = 0; h < 5; h++)
		alert(&f, h, UPDATE + 3 * DAY, 1, 2);
	struct weighed w = judge(&f, 1);

	assert_int_equal(w.verdict, WEIGH_SUPPORTED);
	assert_int_equal(w.answer, ANSWER_TREAT_AS_TRUE);
	assert_int_equal(w.control, CONTROL_QUIET);
	assert_int_equal(w.table.exposed_alerting, 5);
	assert_int_equal(w.table.exposed_quiet, 3);
	assert_int_equal(w.table.unexposed_alerting, 0);
	assert_int_equal(w.table.unexposed_quiet, 12);
	assert_int_equal(w.after_only, 5);
	assert_int_equal(w.before_only, 0);
	assert_true(w.p < 0.01);
}

static void one_host_is_a_lead(void **state)
{
	struct fleet f;

	(void)state;
	begin(&f, 20);
	has_it(&f, 0, 8);
	alert(&f, 0, UPDATE + DAY, 1, 2);
	struct weighed w = judge(&f, 1);

	assert_int_equal(w.verdict, WEIGH_LEAD);
	assert_string_equal(w.why, "one host: a lead, not a finding");
}

static void clones_count_once(void **state)
{
	struct fleet f;

	(void)state;
	begin(&f, 20);
	for (uint32_t h = 1; h < 8; h++)
		cohort_clones(&f.c, 0, h);
	has_it(&f, 0, 8);
	for (uint32_t h = 0; h < 5; h++)
		alert(&f, h, UPDATE + DAY, 1, 2);
	struct weighed w = judge(&f, 1);

	assert_int_equal(w.images, 1);
	assert_int_equal(w.table.exposed_alerting, 1);
	assert_int_equal(w.table.unexposed_quiet, 12);
	assert_int_equal(w.verdict, WEIGH_LEAD);
}

static void what_comes_without_it_is_not_its_doing(void **state)
{
	struct fleet f;

	(void)state;
	begin(&f, 20);
	has_it(&f, 0, 8);
	for (uint32_t h = 0; h < 5; h++)
		alert(&f, h, UPDATE + DAY, 1, 2);
	for (uint32_t h = 8; h < 18; h++)
		alert(&f, h, UPDATE + DAY, 3, 2);
	struct weighed w = judge(&f, 1);

	assert_int_equal(w.verdict, WEIGH_NOT_SUPPORTED);
	assert_int_equal(w.answer, ANSWER_INDEPENDENT);
}

static void earlier_versions_that_alert_too_are_no_control(void **state)
{
	struct fleet f;

	(void)state;
	begin(&f, 20);
	has_it(&f, 0, 8);
	had_the_one_before(&f, 0, 8);
	for (uint32_t h = 0; h < 6; h++) {
		alert(&f, h, UPDATE + DAY, 1, 2);
		alert(&f, h, 5 * DAY, 7, 2);
	}
	struct weighed w = judge(&f, 1);

	assert_int_equal(w.control, CONTROL_ALERTING);
	assert_int_equal(w.answer, ANSWER_INDEPENDENT);
	assert_int_not_equal(w.verdict, WEIGH_SUPPORTED);
}

static void what_was_there_before_the_records_has_no_before(void **state)
{
	struct fleet f;

	(void)state;
	begin(&f, 20);
	has_it(&f, 0, 20);
	for (size_t i = 0; i < f.n; i++)
		f.places[i].arrived = false;
	for (uint32_t h = 0; h < 20; h++)
		alert(&f, h, DAY, 1, 2);
	struct weighed w = judge(&f, 1);

	assert_true(w.everywhere);
	assert_int_equal(w.verdict, WEIGH_UNEXPLAINED);
	assert_int_equal(w.pairs, 0);
}

static void light_alerts_support_nothing(void **state)
{
	struct fleet f;

	(void)state;
	begin(&f, 20);
	has_it(&f, 0, 8);
	had_the_one_before(&f, 0, 8);
	for (uint32_t h = 0; h < 8; h++)
		alert(&f, h, UPDATE + DAY, 1, 1);
	struct weighed w = judge(&f, 1);

	assert_int_equal(w.verdict, WEIGH_LEAD);
	assert_int_equal(w.answer, ANSWER_TREAT_AS_TRUE);
}

/* No detector of the kind there: neither alerting nor quiet. */
static void a_host_that_nobody_watched_is_not_quiet(void **state)
{
	struct fleet f;

	(void)state;
	begin(&f, 10);
	cohort_live(&f.c, cohort_host(&f.c, slice_str("dark")), cohort_kind(&f.c, slice_str("dns")), 0, END);
	has_it(&f, 0, 4);
	f.places[3].ran = false;
	for (uint32_t h = 0; h < 3; h++)
		alert(&f, h, UPDATE + DAY, 1, 2);
	struct weighed w = judge(&f, 1);

	assert_int_equal(w.table.exposed_quiet, 0);
	assert_int_equal(w.table.unexposed_quiet, 6);
	assert_int_equal(w.unknown, 2);
}

static void an_alert_before_it_came_is_one_without_it(void **state)
{
	struct fleet f;

	(void)state;
	begin(&f, 20);
	has_it(&f, 0, 8);
	for (uint32_t h = 0; h < 3; h++)
		alert(&f, h, UPDATE + DAY, 1, 2);
	alert(&f, 5, 2 * DAY, 3, 2);
	struct weighed w = judge(&f, 1);

	assert_int_equal(w.table.unexposed_alerting, 1);
	assert_int_equal(w.table.exposed_alerting, 3);
}

/* One that alerts every day alerts before and after, however far back its alerts began. */
static void alerts_just_before_it_came_are_before_it(void **state)
{
	struct fleet f;

	(void)state;
	begin(&f, 20);
	for (uint32_t h = 0; h < 4; h++)
		f.places[f.n++] = (struct weigh_place){ h, 15 * DAY, END, true, true };
	for (uint32_t h = 0; h < 4; h++) {
		alert(&f, h, DAY, 3, 2);
		alert(&f, h, 14 * DAY, 3, 2);
		alert(&f, h, 16 * DAY, 1, 2);
	}
	struct weighed w = judge(&f, 1);

	assert_int_equal(w.pairs, 4);
	assert_int_equal(w.after_only, 0);
	assert_int_equal(w.arrivals, 0);
}

/* Classes of which most trace elsewhere are none of it; leaving one out that an earlier version raises takes nothing
 * from what was not counted. */
static void what_was_not_counted_is_not_taken_away(void **state)
{
	struct fleet f;

	(void)state;
	begin(&f, 20);
	has_it(&f, 0, 1);
	had_the_one_before(&f, 1, 2);
	alert(&f, 0, UPDATE + DAY, 1, 2);
	alert(&f, 1, 5 * DAY, 7, 1);
	for (uint32_t h = 2; h < 19; h++)
		alert(&f, h, UPDATE, 3, 2);
	struct weighed w = judge(&f, 1);

	assert_int_equal(w.old_classes, 1);
	assert_int_equal(w.classes, 0);
	assert_true(w.gravity >= 0 && w.gravity < 0.001);
}

/* Only among the classes that are compared. */
static void the_only_detector_is_that_of_what_is_compared(void **state)
{
	struct fleet f;

	(void)state;
	begin(&f, 20);
	has_it(&f, 0, 8);
	had_the_one_before(&f, 0, 8);
	uint32_t old = cohort_class(&f.c, slice_str("old"), &(struct cohort_class){ .title = slice_str("old"), .level = slice_str("high"),
										    .detector = slice_str("Some EDR"), .weight = 8,
										    .kind = f.process });

	for (uint32_t h = 0; h < 5; h++) {
		alert(&f, h, UPDATE + DAY, 1, 2);
		cohort_alert(&f.c, old, h, 1, UPDATE + DAY);
		cohort_alert(&f.c, old, h, 7, 5 * DAY);
	}
	const struct weigh_version version = { f.older, f.older_n, true, 7 };
	const struct weigh_candidate x = { .group = 1, .named = true, .places = f.places, .place_count = f.n,
					   .versions = &version, .version_count = 1 };
	struct weighed w;

	cohort_ready(&f.c);
	weigh(&f.c, &x, &w);
	assert_int_equal(w.old_classes, 1);
	assert_slice(w.detector, "rule");
	cohort_done(&f.c);
}

/* Ten hosts with a scanner at work all the time; the first five have the release. Gives the class of its verdicts. */
static uint32_t begin_scanned(struct fleet *f, const char *detector, double weight)
{
	uint32_t kind;

	begin(f, 10);
	has_it(f, 0, 5);
	kind = cohort_kind(&f->c, slice_str("Microsoft-Windows-Windows Defender/Operational"));
	for (uint32_t h = 0; h < 10; h++)
		cohort_live(&f->c, h, kind, 0, END);
	return cohort_class(&f->c, slice_str("trojan"),
			    &(struct cohort_class){ .title = slice_str("trojan"), .level = slice_str("high"),
						   .detector = slice_str(detector), .weight = weight, .kind = kind });
}

static struct weighed judge_scanned(struct fleet *f, const char *program)
{
	const struct weigh_candidate x = { .group = 1, .named = true, .path = slice_str(program), .places = f->places,
					   .place_count = f->n };
	struct weighed w;

	cohort_ready(&f->c);
	weigh(&f->c, &x, &w);
	cohort_done(&f->c);
	return w;
}

/* The scanner of a host that was told to leave the program alone says nothing by its silence. */
static void a_scanner_that_looks_away_is_not_quiet(void **state)
{
	struct fleet f;
	uint32_t class = begin_scanned(&f, "Defender", 8);
	struct weighed w;

	(void)state;
	cohort_alert(&f.c, class, 0, 1, UPDATE + DAY);
	cohort_exclude(&f.c, 1, slice_str("C:\\Program Files\\Phone"));
	cohort_exclude(&f.c, 2, slice_str("C:\\Program Files\\Pho"));
	w = judge_scanned(&f, "C:\\Program Files\\Phone\\phone.exe");
	assert_int_equal(w.table.exposed_alerting, 1);
	assert_int_equal(w.table.exposed_quiet, 3);
	assert_int_equal(w.unknown, 1);
}

static void a_scanner_that_was_switched_off_is_not_quiet(void **state)
{
	struct fleet f;
	uint32_t class = begin_scanned(&f, "Defender", 8);
	struct weighed w;

	(void)state;
	cohort_alert(&f.c, class, 0, 1, UPDATE + DAY);
	cohort_switched_off(&f.c, 1, UPDATE + DAY, INT64_MAX); /* most of the time since it came */
	cohort_switched_off(&f.c, 2, UPDATE + DAY, UPDATE + DAY + DAY / 24); /* an hour */
	cohort_switched_off(&f.c, 3, 0, UPDATE); /* before it came */
	w = judge_scanned(&f, "");
	assert_int_equal(w.table.exposed_quiet, 3);
	assert_int_equal(w.unknown, 1);
}

/* hours: of each host's first verdict, from five days behind the update on. */
static struct weighed scanned(const int64_t *hours, const char *detector)
{
	struct fleet f;
	uint32_t class = begin_scanned(&f, detector, 16);

	for (uint32_t h = 0; h < 5; h++)
		cohort_alert(&f.c, class, h, 1, UPDATE + 5 * DAY + hours[h] * DAY / 24);
	return judge_scanned(&f, "");
}

static void what_one_detector_raises_everywhere_at_once_may_be_its_own_update(void **state)
{
	static const int64_t at_once[] = { 0, 1, 2, 2, 3 }, one_by_one[] = { 0, 20, 40, 60, 80 },
			     as_it_came[] = { -119, -118, -119, -117, -119 };
	struct weighed w = scanned(at_once, "Microsoft Defender");

	(void)state;
	assert_true(w.detector_rival);
	assert_int_equal(w.verdict, WEIGH_LEAD);
	assert_int_equal(w.answer, ANSWER_UNEXPLAINED);
	assert_non_null(strstr(w.why, "none is recorded"));
	/* One host after the other: what sleeps, wakes by itself. */
	w = scanned(one_by_one, "Microsoft Defender");
	assert_false(w.detector_rival);
	assert_int_equal(w.verdict, WEIGH_SUPPORTED);
	/* As the release came: nothing was calm before. */
	assert_false(scanned(as_it_came, "Microsoft Defender").detector_rival);
	/* Our own rule that reads the scanner's log. */
	assert_true(scanned(at_once, "rule").detector_rival);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_one_detector_raises_everywhere_at_once_may_be_its_own_update),
		cmocka_unit_test(a_scanner_that_was_switched_off_is_not_quiet),
		cmocka_unit_test(an_update_that_alerts_on_its_hosts_alone_is_supported),
		cmocka_unit_test(one_host_is_a_lead),
		cmocka_unit_test(clones_count_once),
		cmocka_unit_test(what_comes_without_it_is_not_its_doing),
		cmocka_unit_test(earlier_versions_that_alert_too_are_no_control),
		cmocka_unit_test(what_was_there_before_the_records_has_no_before),
		cmocka_unit_test(light_alerts_support_nothing),
		cmocka_unit_test(a_host_that_nobody_watched_is_not_quiet),
		cmocka_unit_test(an_alert_before_it_came_is_one_without_it),
		cmocka_unit_test(alerts_just_before_it_came_are_before_it),
		cmocka_unit_test(what_was_not_counted_is_not_taken_away),
		cmocka_unit_test(the_only_detector_is_that_of_what_is_compared),
		cmocka_unit_test(a_scanner_that_looks_away_is_not_quiet),
	};

	return RUN(tests);
}
