/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"

#include "case/cohort.h"

static uint32_t class_of(struct cohort *c, const char *title, const char *detector, uint32_t kind)
{
	return cohort_class(c, slice_str(title),
			    &(struct cohort_class){ .title = slice_str(title), .level = slice_str("high"),
						    .detector = slice_str(detector), .weight = 8, .kind = kind });
}

static void a_host_is_one_whatever_the_case_of_its_name(void **state)
{
	struct cohort c;

	(void)state;
	cohort_init(&c);
	assert_int_equal(cohort_host(&c, slice_str("PC1")), 0);
	assert_int_equal(cohort_host(&c, slice_str("PC2")), 1);
	assert_int_equal(cohort_host(&c, slice_str("pc1")), 0);
	assert_slice(c.hosts[0].name, "PC1");
	cohort_done(&c);
}

static void records_of_a_kind_widen_their_span_and_the_hosts(void **state)
{
	struct cohort c;

	(void)state;
	cohort_init(&c);
	uint32_t h = cohort_host(&c, slice_str("PC1")), dns = cohort_kind(&c, slice_str("dns"));
	uint32_t process = cohort_kind(&c, slice_str("process"));

	cohort_live(&c, h, dns, 10, 20);
	cohort_live(&c, h, dns, 5, 15);
	cohort_live(&c, h, process, 1, 2);
	assert_int_equal(cohort_lives(&c, h, dns)->first_ns, 5);
	assert_int_equal(cohort_lives(&c, h, dns)->last_ns, 20);
	assert_int_equal(c.hosts[h].first_ns, 1);
	assert_int_equal(c.hosts[h].last_ns, 20);
	assert_null(cohort_lives(&c, h, cohort_kind(&c, slice_str("file"))));
	cohort_done(&c);
}

/* Pairs in any order make one image of three. */
static void clones_of_clones_are_one_image(void **state)
{
	static const uint32_t pairs[][2][2] = { { { 0, 1 }, { 1, 2 } }, { { 1, 2 }, { 0, 1 } }, { { 2, 0 }, { 2, 1 } } };

	(void)state;
	for (size_t i = 0; i < sizeof(pairs) / sizeof(*pairs); i++) {
		struct cohort c;

		cohort_init(&c);
		for (uint32_t h = 0; h < 4; h++)
			cohort_host(&c, slice_of(&h, sizeof(h)));
		cohort_clones(&c, pairs[i][0][0], pairs[i][0][1]);
		cohort_clones(&c, pairs[i][1][0], pairs[i][1][1]);
		assert_int_equal(c.hosts[0].image, c.hosts[1].image);
		assert_int_equal(c.hosts[0].image, c.hosts[2].image);
		/* It is the number of one of them, which keeps it. */
		assert_int_equal(c.hosts[c.hosts[0].image].image, c.hosts[0].image);
		assert_int_equal(c.hosts[3].image, 3);
		cohort_done(&c);
	}
}

static void times_are_told_before_and_from_a_moment(void **state)
{
	static const int64_t times[] = { 50, 10, 30, 30, INT64_MAX, 20, INT64_MIN };
	struct cohort c;

	(void)state;
	cohort_init(&c);
	uint32_t h = cohort_host(&c, slice_str("PC1")), k = class_of(&c, "a", "rule", 0);

	for (size_t i = 0; i < sizeof(times) / sizeof(*times); i++)
		cohort_alert(&c, k, h, 1, times[i]);
	const struct cohort_alert *a = &c.alerts[0];

	assert_int_equal(c.alert_count, 1);
	assert_int_equal(a->count, 7);
	assert_int_equal(a->time_count, 6);
	assert_int_equal(cohort_last_before(a, 30), 20);
	assert_int_equal(cohort_first_from(a, 30), 30);
	assert_int_equal(cohort_first_from(a, 31), 50);
	assert_int_equal(cohort_last_before(a, 10), INT64_MIN);
	assert_int_equal(cohort_first_from(a, 51), INT64_MAX);
	cohort_done(&c);
}

static void classes_and_groups_are_read_apart(void **state)
{
	struct cohort c;
	size_t n;

	(void)state;
	cohort_init(&c);
	uint32_t a = class_of(&c, "a", "rule", 0), b = class_of(&c, "b", "rule", 0), none = class_of(&c, "c", "rule", 0);
	uint32_t pc1 = cohort_host(&c, slice_str("PC1")), pc2 = cohort_host(&c, slice_str("PC2"));

	cohort_alert(&c, b, pc1, 9, 1);
	cohort_alert(&c, a, pc1, 3, 1);
	cohort_alert(&c, b, pc2, 3, 1);
	cohort_alert(&c, b, pc2, COHORT_UNNAMED, 1);
	cohort_ready(&c);
	assert_int_equal(cohort_of_class(&c, a, &n)[0], 1);
	assert_int_equal(n, 1);
	assert_int_equal(cohort_of_class(&c, b, &n)[0], 0);
	assert_int_equal(n, 3);
	assert_null(cohort_of_class(&c, none, &n));
	assert_int_equal(n, 0);
	assert_int_equal(cohort_of_group(&c, 3, &n)[1], 2);
	assert_int_equal(n, 2);
	assert_int_equal(cohort_of_group(&c, COHORT_UNNAMED, &n)[0], 3);
	assert_int_equal(n, 1);
	assert_null(cohort_of_group(&c, 4, &n));
	assert_null(cohort_of_group(&c, MAP_NONE, &n));
	cohort_done(&c);
}

static void images_are_counted_with_and_without_what_ends_in_nothing(void **state)
{
	struct cohort c;

	(void)state;
	cohort_init(&c);
	uint32_t k = class_of(&c, "a", "rule", 0);

	for (uint32_t h = 0; h < 5; h++)
		cohort_host(&c, slice_of(&h, sizeof(h)));
	cohort_clones(&c, 0, 1);
	for (uint32_t h = 0; h < 3; h++)
		cohort_alert(&c, k, h, h, 1);
	cohort_alert(&c, k, 2, COHORT_UNNAMED, 1);
	cohort_alert(&c, k, 3, COHORT_UNNAMED, 1);
	cohort_ready(&c);
	assert_int_equal(c.classes[k].images, 3);
	assert_int_equal(c.classes[k].images_named, 2);
	assert_int_equal(c.classes[k].images_unnamed, 2);
	cohort_done(&c);
}

static void an_exclusion_is_its_hosts_and_holds_below_it(void **state)
{
	struct cohort c;

	(void)state;
	cohort_init(&c);
	uint32_t pc1 = cohort_host(&c, slice_str("PC1")), pc2 = cohort_host(&c, slice_str("PC2"));

	cohort_exclude(&c, pc1, slice_str("C:\\Phone"));
	cohort_exclude(&c, pc1, slice_str("D:\\"));
	cohort_exclude(&c, pc1, slice_str(""));
	assert_true(cohort_excluded(&c, pc1, slice_str("c:\\phone\\call.exe")));
	assert_true(cohort_excluded(&c, pc1, slice_str("C:\\PHONE")));
	assert_true(cohort_excluded(&c, pc1, slice_str("d:\\x.exe")));
	assert_false(cohort_excluded(&c, pc1, slice_str("C:\\Phones\\call.exe")));
	assert_false(cohort_excluded(&c, pc1, slice_of(NULL, 0)));
	assert_false(cohort_excluded(&c, pc2, slice_str("C:\\Phone\\call.exe")));
	cohort_done(&c);
}

static void the_share_of_time_that_a_scanner_was_off(void **state)
{
	struct cohort c;

	(void)state;
	cohort_init(&c);
	uint32_t pc1 = cohort_host(&c, slice_str("PC1")), pc2 = cohort_host(&c, slice_str("PC2"));

	cohort_switched_off(&c, pc1, 100, 200);
	cohort_switched_off(&c, pc1, 300, INT64_MAX);
	assert_true(cohort_off_share(&c, pc1, 0, 100) == 0);
	assert_true(cohort_off_share(&c, pc1, 100, 200) == 1);
	assert_true(cohort_off_share(&c, pc1, 0, 400) == 0.5);
	assert_true(cohort_off_share(&c, pc1, 150, 150) == 0);
	assert_true(cohort_off_share(&c, pc2, 0, 400) == 0);
	cohort_done(&c);
}

static void scanners_are_told_from_rules_over_other_logs(void **state)
{
	struct cohort c;

	(void)state;
	cohort_init(&c);
	uint32_t process = cohort_kind(&c, slice_str("process_creation"));
	uint32_t defender = cohort_kind(&c, slice_str("Microsoft-Windows-Windows Defender/Operational"));

	assert_false(cohort_of_scanner(&c, class_of(&c, "a", "rule", process)));
	assert_true(cohort_of_scanner(&c, class_of(&c, "b", "rule", defender)));
	assert_true(cohort_of_scanner(&c, class_of(&c, "c", "Some EDR", process)));
	cohort_done(&c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_host_is_one_whatever_the_case_of_its_name),
		cmocka_unit_test(records_of_a_kind_widen_their_span_and_the_hosts),
		cmocka_unit_test(clones_of_clones_are_one_image),
		cmocka_unit_test(times_are_told_before_and_from_a_moment),
		cmocka_unit_test(classes_and_groups_are_read_apart),
		cmocka_unit_test(images_are_counted_with_and_without_what_ends_in_nothing),
		cmocka_unit_test(an_exclusion_is_its_hosts_and_holds_below_it),
		cmocka_unit_test(scanners_are_told_from_rules_over_other_logs),
		cmocka_unit_test(the_share_of_time_that_a_scanner_was_off),
	};

	return RUN(tests);
}
