/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"

#include "graph/lookup.h"
#include "graph_build.h"

#define X "C:\\u\\x.exe"
#define Y "C:\\u\\y.exe"

static struct file_version version(const struct graph *g, const char *file, double s)
{
	struct file_version v;

	file_version_at(g, told_node(g, ENTITY_FILE, file), TOLD_SECONDS(s), &v);
	return v;
}

static struct content content(const struct graph *g, const char *file, double s)
{
	struct content c;

	file_content_at(g, told_node(g, ENTITY_FILE, file), TOLD_SECONDS(s), &c);
	return c;
}

static uint64_t record(const struct graph *g, uint32_t edge)
{
	return edge == GRAPH_NONE ? 0 : graph_place(g, edge).record;
}

static void a_version_is_the_last_writers(void **state)
{
	struct graph *g = TOLD("1 file_create C:\\p.exe#1 > " X, "2 file_create C:\\q.exe#2 > " X, "3 file_rename C:\\q.exe#2 > " X "",
			       "9 file_write C:\\r.exe#3 > " X);
	struct file_version v = version(g, X, 5);

	(void)state;
	assert_int_equal(v.write_count, 2);
	assert_int_equal(record(g, v.writes[0]), 3);
	assert_int_equal(record(g, v.writes[1]), 2);
	assert_int_equal(v.from_ns, TOLD_SECONDS(2));
	assert_int_equal(version(g, X, 0.5).write_count, 0);
	assert_int_equal(record(g, version(g, X, 1).writes[0]), 1);
	assert_int_equal(record(g, version(g, X, 100).writes[0]), 4);
	graph_free(g);
}

static void what_was_deleted_before_is_another_version(void **state)
{
	struct graph *g = TOLD("1 file_create C:\\p.exe#1 > " X, "2 file_delete C:\\p.exe#1 > " X);
	struct file_version v = version(g, X, 5);

	(void)state;
	assert_int_equal(v.write_count, 0);
	assert_int_equal(record(g, v.deleted), 2);
	assert_int_equal(version(g, X, 1.5).write_count, 1);
	graph_free(g);
}

static void no_version_reaches_over_a_new_installation_of_the_machine(void **state)
{
	struct graph *g = TOLD("1 process_start - > {11111111-0000-0000-0000-000000000001}C:\\p.exe#9",
			       "2 file_create {11111111-0000-0000-0000-000000000001}C:\\p.exe#9 > " X,
			       "30 process_start - > {22222222-0000-0000-0000-000000000001}C:\\p.exe#9");

	(void)state;
	assert_int_equal(version(g, X, 20).write_count, 1);
	assert_int_equal(version(g, X, 40).write_count, 0);
	graph_free(g);
}

static void a_hash_is_the_files_only_between_two_writes(void **state)
{
	struct graph *g = TOLD("1 file_create C:\\p.exe#1 > " X, "3 image_load C:\\z.exe#7 > " X " | sha256=aa",
			       "10 file_create C:\\q.exe#2 > " X, "13 image_load C:\\z.exe#7 > " X " | sha256=bb | product=P");

	(void)state;
	assert_slice(content(g, X, 5).sha256, "aa");
	assert_slice(content(g, X, 11).sha256, "bb");
	assert_slice(content(g, X, 11).product, "P");
	assert_int_equal(content(g, X, 0.5).sha256.n, 0);
	graph_free(g);
}

static void a_process_that_it_started_is_a_record_of_the_content(void **state)
{
	struct graph *g = TOLD("1 file_create C:\\p.exe#1 > " X, "2 process_start C:\\p.exe#1 > " X "#9 | sha256=cc | product=P | version=1.2 | company=V");
	struct content c = content(g, X, 5);

	(void)state;
	assert_slice(c.sha256, "cc");
	assert_slice(c.version, "1.2");
	assert_slice(c.company, "V");
	assert_int_equal(record(g, c.edge), 2);
	graph_free(g);
}

static void a_mark_is_the_versions(void **state)
{
	struct graph *g = TOLD("1 file_create C:\\p.exe#1 > " X, "2 stream C:\\p.exe#1 > " X " | host_url=http://one/",
			       "60 file_create C:\\q.exe#2 > " X, "70 file_delete C:\\q.exe#2 > " Y,
			       "71 stream C:\\q.exe#2 > " Y " | host_url=http://two/");
	uint32_t x = told_node(g, ENTITY_FILE, X), y = told_node(g, ENTITY_FILE, Y);

	(void)state;
	assert_int_equal(record(g, file_mark_at(g, x, TOLD_SECONDS(30))), 2);
	assert_int_equal(record(g, file_mark_at(g, x, TOLD_SECONDS(1.5))), 0);
	assert_int_equal(record(g, file_mark_at(g, x, TOLD_SECONDS(65))), 0);
	assert_int_equal(record(g, file_mark_at(g, y, TOLD_SECONDS(80))), 5);
	graph_free(g);
}

static void contents_are_compared_by_the_strongest_hash_that_both_have(void **state)
{
	struct content a = { .sha256 = SLICE("aa"), .md5 = SLICE("11") }, b = { .sha256 = SLICE("bb"), .md5 = SLICE("11") };
	struct content c = { .md5 = SLICE("11") }, none = { .edge = 0 };

	(void)state;
	assert_false(content_same(&a, &b));
	assert_true(content_same(&a, &c));
	assert_false(content_same(&a, &none));
	assert_false(content_same(&none, &none));
}

static void files_are_found_over_a_record_that_has_both_hashes(void **state)
{
	struct graph *g = TOLD("1 image_load C:\\z.exe#7 > " X " | sha1=a1 | sha256=a2", "2 image_load C:\\z.exe#7 > " Y " | sha256=a2",
			       "3 process_start - > C:\\w.exe#8 | sha256=a2", "4 image_load C:\\z.exe#7 > C:\\other.dll | sha256=ff",
			       "50 image_load C:\\z.exe#7 > C:\\late.dll | sha256=a2");
	struct content c = { .sha1 = SLICE("a1") };
	uint32_t found[8];

	(void)state;
	graph_index(g);
	assert_int_equal(files_with(g, &c, GRAPH_NONE, TOLD_SECONDS(10), found, 8), 3);
	assert_int_equal(found[0], told_node(g, ENTITY_FILE, X));
	assert_int_equal(found[1], told_node(g, ENTITY_FILE, Y));
	assert_int_equal(found[2], told_node(g, ENTITY_FILE, "C:\\w.exe"));
	assert_int_equal(files_with(g, &c, found[0], TOLD_SECONDS(10), found, 1), 1);
	assert_int_equal(found[0], told_node(g, ENTITY_FILE, Y));
	c = (struct content){ .md5 = SLICE("none") };
	assert_int_equal(files_with(g, &c, GRAPH_NONE, TOLD_SECONDS(10), found, 8), 0);
	graph_free(g);
}

static void spellings_are_one_file(void **state)
{
	struct graph *g = TOLD("1 file_create C:\\p.exe#1 > C:\\Windows\\System32\\x.dll",
			       "2 file_write C:\\p.exe#1 > \\Device\\HarddiskVolume2\\Windows\\System32\\X.DLL");

	(void)state;
	assert_int_equal(told_node(g, ENTITY_FILE, "\\SystemRoot\\system32\\x.dll"), told_node(g, ENTITY_FILE, "c:\\windows\\system32\\x.dll"));
	assert_int_equal(version(g, "c:\\windows\\system32\\x.dll", 3).write_count, 2);
	graph_free(g);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_version_is_the_last_writers),
		cmocka_unit_test(what_was_deleted_before_is_another_version),
		cmocka_unit_test(no_version_reaches_over_a_new_installation_of_the_machine),
		cmocka_unit_test(a_hash_is_the_files_only_between_two_writes),
		cmocka_unit_test(a_process_that_it_started_is_a_record_of_the_content),
		cmocka_unit_test(a_mark_is_the_versions),
		cmocka_unit_test(contents_are_compared_by_the_strongest_hash_that_both_have),
		cmocka_unit_test(files_are_found_over_a_record_that_has_both_hashes),
		cmocka_unit_test(spellings_are_one_file),
	};

	return RUN(tests);
}
