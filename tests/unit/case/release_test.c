/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"

#include "case/release.h"
#include "graph_build.h"

#define APP "C:\\Users\\ann\\AppData\\Local\\App\\app.exe"
#define UPDATE "C:\\Users\\ann\\AppData\\Local\\App\\update.exe"
#define V1 " | product=App | version=1.0.4 | company=Maker | sha256=aa"
#define V2 " | product=App | version=2.0.1 | company=Maker | sha256=bb"
#define ASK " | command_line=update.exe --from https://get.example/win/2.0.1"

/* The place of a version on the host, which must be there. */
static const struct release_place *place(const struct releases *r, const char *version)
{
	for (size_t i = 0; i < r->n; i++)
		if (slice_is(r->list[i].version, version) && r->list[i].place_count)
			return &r->list[i].places[0];
	fail_msg("no %s", version);
	return NULL;
}

static void read_lines(struct releases *r, const char *const *lines, size_t n)
{
	struct graph *g = told_graph(lines, n);

	releases_init(r);
	releases_add(r, g, slice_str("A"));
	graph_free(g);
}
#define READ(r, ...)                                                                               \
	read_lines(r, (const char *const[]){ __VA_ARGS__ },                                        \
		   sizeof((const char *const[]){ __VA_ARGS__ }) / sizeof(char *))

static void what_ran_is_there_since_then_and_arrived_only_if_a_record_says(void **state)
{
	struct releases r;

	(void)state;
	READ(&r, "20 process_start explorer.exe#1 > {a}" APP "#2" V1, "50 process_start explorer.exe#1 > {b}" APP "#3" V1);
	assert_int_equal(place(&r, "1.0.4")->first_ns, TOLD_SECONDS(20));
	assert_int_equal(place(&r, "1.0.4")->last_ns, TOLD_SECONDS(50));
	assert_true(place(&r, "1.0.4")->ran);
	assert_int_equal(place(&r, "1.0.4")->ran_ns, TOLD_SECONDS(20));
	assert_false(place(&r, "1.0.4")->arrived);
	releases_done(&r);
}

static void a_write_of_its_program_is_its_arrival(void **state)
{
	struct releases r;

	(void)state;
	READ(&r, "10 file_create {m}C:\\Windows\\System32\\msiexec.exe#9 > " APP,
	     "20 process_start explorer.exe#1 > {a}" APP "#2" V1);
	assert_true(place(&r, "1.0.4")->arrived);
	assert_int_equal(place(&r, "1.0.4")->arrived_ns, TOLD_SECONDS(10));
	releases_done(&r);
}

static void a_version_behind_another_came_though_no_record_tells_how(void **state)
{
	struct releases r;

	(void)state;
	READ(&r, "20 process_start explorer.exe#1 > {a}" APP "#2" V1, "50 process_start explorer.exe#1 > {b}" APP "#3" V2);
	assert_true(place(&r, "2.0.1")->arrived && place(&r, "2.0.1")->follows);
	assert_int_equal(place(&r, "2.0.1")->arrived_ns, TOLD_SECONDS(50));
	assert_int_equal(r.update_count, 1);
	releases_done(&r);
}

static void what_only_a_list_names_did_not_run_as_far_as_records_say(void **state)
{
	struct releases r;

	(void)state;
	READ(&r, "20 process_start explorer.exe#1 > {a}" APP "#2", "90 file_present - > " APP V2);
	assert_false(place(&r, "2.0.1")->ran);
	assert_false(place(&r, "2.0.1")->arrived);
	releases_done(&r);
}

static void the_address_that_its_updater_was_given_tells_when_a_listed_version_came(void **state)
{
	struct releases r;

	(void)state;
	READ(&r, "20 process_start explorer.exe#1 > {a}" APP "#2", "40 process_start {a}" APP "#2 > {u}" UPDATE "#3" ASK,
	     "60 process_start {a}" APP "#2 > {v}" UPDATE "#4" ASK, "70 process_start explorer.exe#1 > {b}" APP "#5",
	     "90 file_present - > " APP V2);
	assert_true(place(&r, "2.0.1")->arrived);
	assert_false(place(&r, "2.0.1")->follows);
	assert_int_equal(place(&r, "2.0.1")->arrived_ns, TOLD_SECONDS(40));
	/* And it was started behind that. */
	assert_true(place(&r, "2.0.1")->ran);
	assert_int_equal(place(&r, "2.0.1")->ran_ns, TOLD_SECONDS(70));
	releases_done(&r);
}

static void an_address_in_another_programs_words_tells_nothing(void **state)
{
	struct releases r;

	(void)state;
	READ(&r, "20 process_start explorer.exe#1 > {a}" APP "#2",
	     "40 process_start explorer.exe#1 > {c}C:\\Program Files\\Browser\\browser.exe#3" ASK,
	     "41 process_start explorer.exe#1 > {d}" UPDATE "#4 | command_line=update.exe https://get.example/win/12.0.1",
	     "90 file_present - > " APP V2);
	assert_false(place(&r, "2.0.1")->arrived);
	releases_done(&r);
}

static void what_lies_at_a_drives_root_is_no_products_updater(void **state)
{
	struct releases r;

	(void)state;
	READ(&r, "40 process_start explorer.exe#1 > {c}C:\\x.exe#3 | command_line=x.exe https://get.example/2.0.1",
	     "41 process_start explorer.exe#1 > {d}C:\\Users\\x.exe#4 | command_line=x.exe https://get.example/2.0.1",
	     "90 file_present - > " APP V2);
	assert_false(place(&r, "2.0.1")->arrived);
	releases_done(&r);
}

static void one_name_with_two_contents_under_one_version_is_two(void **state)
{
	struct releases r;

	(void)state;
	READ(&r, "20 process_start explorer.exe#1 > {a}" APP "#2" V1,
	     "50 process_start explorer.exe#1 > {b}" APP "#3 | product=App | version=1.0.4 | company=Maker | sha256=cc");
	assert_int_equal(r.n, 1);
	assert_true(r.list[0].two_contents);
	releases_done(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_ran_is_there_since_then_and_arrived_only_if_a_record_says),
		cmocka_unit_test(a_write_of_its_program_is_its_arrival),
		cmocka_unit_test(a_version_behind_another_came_though_no_record_tells_how),
		cmocka_unit_test(what_only_a_list_names_did_not_run_as_far_as_records_say),
		cmocka_unit_test(the_address_that_its_updater_was_given_tells_when_a_listed_version_came),
		cmocka_unit_test(an_address_in_another_programs_words_tells_nothing),
		cmocka_unit_test(what_lies_at_a_drives_root_is_no_products_updater),
		cmocka_unit_test(one_name_with_two_contents_under_one_version_is_two),
	};

	return RUN(tests);
}
