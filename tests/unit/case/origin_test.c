/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"

#include "case/origin.h"

#include <stdlib.h>

static struct told told_of(enum origin_kind kind, const char *name, const char *version, const char *path, const char *sha256)
{
	return (struct told){ .origin = { .kind = kind,
					  .name = slice_str(name),
					  .version = slice_str(version),
					  .path = slice_str(path),
					  .sha256 = slice_str(sha256),
					  .os = "windows",
					  .cost = 2 } };
}

static size_t add(struct origins *o, const struct told *t, const char *host, const char *level, int64_t ns)
{
	struct origin_alert a = { .id = slice_str("id"),
				  .host = slice_str(host),
				  .weight = origin_weight(slice_str(level)),
				  .time = { .ns = ns, .set = ns != 0 } };

	return origins_add(o, &a, t);
}

static void a_release_is_one_group_wherever_its_files_lie(void **state)
{
	struct told a = told_of(ORIGIN_RELEASE, "App", "1.2", "C:\\a\\app.exe", "aa");
	struct told b = told_of(ORIGIN_RELEASE, "App", "1.2", "D:\\b\\lib.dll", "bb");
	struct told c = told_of(ORIGIN_RELEASE, "App", "1.3", "C:\\a\\app.exe", "cc");
	struct origins o;

	(void)state;
	origins_init(&o);
	assert_int_equal(add(&o, &a, "PC1", "high", 20), 0);
	assert_int_equal(add(&o, &b, "pc1", "high", 10), 0);
	assert_int_equal(add(&o, &a, "PC2", "low", 30), 0);
	assert_int_equal(add(&o, &c, "PC2", "low", 30), 1);
	assert_int_equal(o.list[0].alerts, 3);
	assert_int_equal(o.list[0].hosts.n, 2);
	assert_int_equal(o.list[0].first.ns, 10);
	assert_int_equal(o.list[0].hash_count, 2);
	assert_false(o.list[0].two_contents);
	origins_done(&o);
}

static void one_version_with_two_contents_is_told(void **state)
{
	struct told a = told_of(ORIGIN_RELEASE, "App", "1.2", "C:\\a\\app.exe", "aa");
	struct told b = told_of(ORIGIN_RELEASE, "App", "1.2", "C:\\b\\App.exe", "bb");
	struct origins o;

	(void)state;
	origins_init(&o);
	add(&o, &a, "PC1", "high", 1);
	add(&o, &a, "PC1", "high", 1);
	assert_false(o.list[0].two_contents);
	add(&o, &b, "PC2", "high", 1);
	assert_true(o.list[0].two_contents);
	origins_done(&o);
}

static void gaps_of_two_hosts_are_two_groups(void **state)
{
	struct told a = told_of(ORIGIN_GAP, NULL, NULL, "C:\\x.exe", NULL);
	struct origins o;

	(void)state;
	a.origin.gap = "who wrote the file is in no record";
	origins_init(&o);
	assert_int_equal(add(&o, &a, "PC1", "high", 1), 0);
	assert_int_equal(add(&o, &a, "PC2", "high", 1), 1);
	origins_done(&o);
}

static void the_example_is_the_cheapest_trace_and_is_kept(void **state)
{
	char name[] = "C:\\scratch";
	struct told_hop hop = { .to = { .kind = ENTITY_FILE, .name = slice_str(name) } };
	struct told a = told_of(ORIGIN_DOWNLOAD, NULL, NULL, "C:\\x.exe", NULL), b;
	struct origins o;

	(void)state;
	a.origin.url = slice_str("http://bad.test/x");
	b = a;
	b.origin.cost = 1;
	b.hops = &hop;
	b.hop_count = 1;
	origins_init(&o);
	add(&o, &a, "PC1", "high", 1);
	add(&o, &b, "PC2", "high", 1);
	add(&o, &a, "PC3", "high", 1);
	memset(name, 'z', sizeof(name) - 1);
	assert_slice(o.list[0].host, "PC2");
	assert_int_equal(o.list[0].hop_count, 1);
	assert_slice(o.list[0].hops[0].to.name, "C:\\scratch");
	origins_done(&o);
}

static void named_origins_come_before_gaps_and_weight_before_count(void **state)
{
	struct told gap = told_of(ORIGIN_GAP, NULL, NULL, "C:\\x.exe", NULL), light = told_of(ORIGIN_RELEASE, "Light", "1", "C:\\l", NULL);
	struct told heavy = told_of(ORIGIN_RELEASE, "Heavy", "1", "C:\\h", NULL), logon = told_of(ORIGIN_LOGON, NULL, NULL, NULL, NULL);
	struct origins o;
	int64_t ranks[4];

	(void)state;
	origins_init(&o);
	for (int i = 0; i < 50; i++)
		add(&o, &gap, "PC1", "critical", 1);
	add(&o, &logon, "PC1", "critical", 1);
	for (int i = 0; i < 3; i++)
		add(&o, &light, "PC1", "low", 1);
	add(&o, &heavy, "PC1", "critical", 1);
	origins_rank(&o, 0, ranks);
	assert_int_equal(ranks[0], 4);
	assert_int_equal(ranks[1], 3);
	assert_int_equal(ranks[2], 2);
	assert_int_equal(ranks[3], 1);
	assert_slice(o.list[0].origin.name, "Heavy");
	origins_done(&o);
}

static void equals_share_a_rank_whatever_came_first(void **state)
{
	struct told a = told_of(ORIGIN_RELEASE, "A", "1", "C:\\a", NULL), b = told_of(ORIGIN_RELEASE, "B", "1", "C:\\b", NULL);
	struct told c = told_of(ORIGIN_RELEASE, "C", "1", "C:\\c", NULL);
	struct origins o;
	int64_t ranks[3];

	(void)state;
	origins_init(&o);
	add(&o, &c, "PC1", "low", 1);
	add(&o, &a, "PC1", "high", 1);
	add(&o, &b, "PC1", "high", 1);
	origins_rank(&o, 0, ranks);
	assert_int_equal(ranks[0], 3);
	assert_int_equal(ranks[1], 1);
	assert_int_equal(ranks[2], 1);
	origins_done(&o);
}

static void ranking_nothing_is_fine(void **state)
{
	struct origins o;

	(void)state;
	origins_init(&o);
	origins_rank(&o, 0, NULL);
	assert_int_equal(o.n, 0);
	origins_done(&o);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_release_is_one_group_wherever_its_files_lie),
		cmocka_unit_test(one_version_with_two_contents_is_told),
		cmocka_unit_test(gaps_of_two_hosts_are_two_groups),
		cmocka_unit_test(the_example_is_the_cheapest_trace_and_is_kept),
		cmocka_unit_test(named_origins_come_before_gaps_and_weight_before_count),
		cmocka_unit_test(equals_share_a_rank_whatever_came_first),
		cmocka_unit_test(ranking_nothing_is_fine),
	};

	return RUN(tests);
}
