/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"

#include "case/merge.h"
#include "release_build.h"

struct both {
	struct origins o;
	struct releases r;
};

static void begin(struct both *b)
{
	origins_init(&b->o);
	releases_init(&b->r);
}

static void end(struct both *b)
{
	origins_done(&b->o);
	releases_done(&b->r);
}

static size_t add(struct both *b, const struct told_origin *x, const char *host)
{
	const struct origin_alert a = { .id = slice_str("id"), .host = slice_str(host), .weight = 8, .time = { .ns = 100, .set = true } };
	const struct told t = { .origin = *x };

	return origins_add(&b->o, &a, &t);
}

static struct told_origin release(const char *name, const char *version)
{
	return (struct told_origin){ .kind = ORIGIN_RELEASE, .name = slice_str(name), .version = slice_str(version),
				     .os = "windows", .cost = 2 };
}

static struct told_origin download(const char *url, const char *file)
{
	return (struct told_origin){ .kind = ORIGIN_DOWNLOAD, .url = slice_str(url), .downloaded = slice_str(file), .cost = 2 };
}

static struct told_origin gap(const char *path)
{
	return (struct told_origin){ .kind = ORIGIN_GAP, .path = slice_str(path), .gap = "not recorded", .cost = 8 };
}

/* Is the second one with the first now? */
static bool joined(struct both *b, size_t release, size_t other)
{
	origins_merge(&b->o, &b->r);
	assert_true(b->o.list[other].into == 0 || b->o.list[other].into == release + 1);
	return b->o.list[other].into != 0;
}

static void an_address_is_the_release_that_came_from_it(void **state)
{
	struct both b;
	struct told_origin x = release("Lumen Call", "5.4.2");

	(void)state;
	begin(&b);
	x.url = slice_str("https://dl.test/get?a=1");
	size_t at = add(&b, &x, "PC1"), from = add(&b, &(struct told_origin){ .kind = ORIGIN_DOWNLOAD, .url = x.url }, "PC2");

	assert_true(joined(&b, at, from));
	assert_int_equal(b.o.list[at].alerts, 2);
	assert_int_equal(b.o.list[at].hosts.n, 2);
	assert_int_equal(b.o.list[at].assumed, 0);
	end(&b);
}

static void an_updates_address_is_the_release_it_brought(void **state)
{
	struct both b;
	struct told_origin x = release("Lumen Call", "5.4.2"), y = download("https://dl.test/new", "");

	(void)state;
	begin(&b);
	build_release(&b.r, "Lumen Call", "5.4.1");
	build_release(&b.r, "Lumen Call", "5.4.2");
	build_update(&b.r, 0, 1, "https://dl.test/new");
	size_t at = add(&b, &x, "PC1"), from = add(&b, &y, "PC2");

	assert_true(joined(&b, at, from));
	end(&b);
}

static void an_address_of_two_releases_is_neithers(void **state)
{
	struct both b;
	struct told_origin x = release("Lumen Call", "5.4.2"), y = release("Other", "1.0"), z = download("https://dl.test/get", "");

	(void)state;
	begin(&b);
	x.url = y.url = z.url;
	add(&b, &x, "PC1");
	add(&b, &y, "PC1");
	size_t from = add(&b, &z, "PC2");

	assert_false(joined(&b, 0, from));
	end(&b);
}

static void a_packages_name_must_hold_the_version_whole(void **state)
{
	static const struct {
		const char *file;
		bool same;
	} files[] = {
		{ "LumenCall-5.4.2.msi", true },      { "lumen_call_5.4.2_x64.msi", true }, { "LumenCallv5.4.2", true },
		{ "LumenCall-5.4.21.msi", false },    { "LumenCall-15.4.2.msi", false },    { "LumenCall-5.4.2.1.msi", false },
		{ "LumenCall-2.5.4.2.msi", false },   { "LumenCall.msi", false },	    { "Lumen-5.4.2.msi", false },
		{ "LumenCall-5.4.21-5.4.2.msi", true },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(files) / sizeof(*files); i++) {
		struct both b;
		struct told_origin x = release("Lumen Call", "5.4.2"), y = download("", files[i].file);
		struct told_origin z = { .kind = ORIGIN_DEPLOYMENT, .path = slice_str(files[i].file),
					 .delivered_by = slice_str("C:\\agent.exe") };

		begin(&b);
		size_t at = add(&b, &x, "PC1"), from = add(&b, &y, "PC2"), agent = add(&b, &z, "PC3");

		assert_int_equal(joined(&b, at, from), files[i].same);
		/* What an agent drops may bear any name; what it installs, its own. */
		if (slice_search(slice_str(files[i].file), slice_str(".msi")))
			assert_int_equal(b.o.list[agent].into != 0, files[i].same);
		end(&b);
	}
}

static void an_updater_in_the_releases_folder_fetched_it(void **state)
{
	struct both b;
	struct told_origin x = release("Lumen Call", "5.4.2"), y = download("https://dl.test/5.4.2/pkg", "");
	struct told_origin z = download("https://dl.test/5.4.20/pkg", "");

	(void)state;
	begin(&b);
	x.path = slice_str("C:\\Users\\ann\\AppData\\Lumen\\call.exe");
	y.delivered_by = z.delivered_by = slice_str("C:\\Users\\bob\\AppData\\Lumen\\Update.exe");
	size_t at = add(&b, &x, "PC1"), from = add(&b, &y, "PC2"), other = add(&b, &z, "PC2");

	assert_true(joined(&b, at, from));
	assert_int_equal(b.o.list[other].into, 0);
	end(&b);
}

/* The only version that alerts anywhere, at the same place in another home. */
static void a_program_without_a_version_is_that_of_its_place(void **state)
{
	struct both b;
	struct told_origin x = release("Lumen Call", "5.4.2"), y = gap("C:\\Users\\bob\\Lumen\\call.exe");

	(void)state;
	begin(&b);
	x.path = slice_str("c:\\users\\ann\\lumen\\call.exe");
	size_t at = add(&b, &x, "PC1"), from = add(&b, &y, "PC2");

	assert_true(joined(&b, at, from));
	assert_int_equal(b.o.list[at].assumed, 1);
	end(&b);
}

static void of_several_versions_it_is_the_one_that_the_host_had(void **state)
{
	struct both b;
	struct told_origin x = release("Lumen Call", "5.4.10"), y = release("Lumen Call", "5.4.9"), z = gap("C:\\Lumen\\call.exe");

	(void)state;
	for (int i = 0; i < 2; i++) {
		begin(&b);
		x.path = y.path = z.path;
		size_t at = add(&b, &x, "PC1"), old = add(&b, &y, "PC1"), from = add(&b, &z, "PC2"), nowhere = add(&b, &z, "PC3");

		/* Both seen at one moment: the later version, in whatever order they were read. */
		build_release(&b.r, "Lumen Call", i ? "5.4.10" : "5.4.9");
		build_release(&b.r, "Lumen Call", i ? "5.4.9" : "5.4.10");
		build_place(&b.r, 0, "PC2", 50, 90, false);
		build_place(&b.r, 1, "PC2", 50, 90, false);
		assert_true(joined(&b, at, from));
		assert_int_equal(b.o.list[old].into, 0);
		assert_int_equal(b.o.list[nowhere].into, 0);
		end(&b);
	}
}

static void what_came_after_the_alert_is_not_what_the_host_had(void **state)
{
	struct both b;
	struct told_origin x = release("Lumen Call", "2.0"), y = release("Lumen Call", "1.0"), z = gap("C:\\Lumen\\call.exe");

	(void)state;
	begin(&b);
	x.path = y.path = z.path;
	add(&b, &x, "PC1");
	size_t at = add(&b, &y, "PC1"), from = add(&b, &z, "pc2");

	build_release(&b.r, "Lumen Call", "1.0");
	build_release(&b.r, "Lumen Call", "2.0");
	build_place(&b.r, 0, "PC2", 50, 90, false);
	build_place(&b.r, 1, "PC2", 101, 200, true);
	assert_true(joined(&b, at, from));
	end(&b);
}

/* The alert lies at 100: days before the version was anywhere its place says nothing, a weekend before it does. */
static void an_alert_long_before_it_was_anywhere_is_of_another(void **state)
{
	const int64_t came[] = { 100 + RELEASE_EARLIER_NS, 101 + RELEASE_EARLIER_NS };
	struct told_origin x = release("Lumen Call", "2.0"), y = gap("C:\\Lumen\\call.exe");

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct both b;

		begin(&b);
		x.path = y.path;
		size_t at = add(&b, &x, "PC1"), from = add(&b, &y, "PC2");

		build_release(&b.r, "Lumen Call", "2.0");
		build_place(&b.r, 0, "PC1", came[i], INT64_MAX, true);
		assert_int_equal(joined(&b, at, from), i == 0);
		assert_int_equal(b.o.list[at].assumed, i == 0);
		end(&b);
	}
}

static void nothing_merges_with_nothing(void **state)
{
	struct both b;

	(void)state;
	begin(&b);
	origins_merge(&b.o, &b.r);
	add(&b, &(struct told_origin){ .kind = ORIGIN_DOWNLOAD }, "PC1");
	add(&b, &(struct told_origin){ .kind = ORIGIN_GAP }, "PC1");
	origins_merge(&b.o, &b.r);
	assert_int_equal(b.o.list[0].into, 0);
	assert_int_equal(b.o.list[1].into, 0);
	end(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_address_is_the_release_that_came_from_it),
		cmocka_unit_test(an_updates_address_is_the_release_it_brought),
		cmocka_unit_test(an_address_of_two_releases_is_neithers),
		cmocka_unit_test(a_packages_name_must_hold_the_version_whole),
		cmocka_unit_test(an_updater_in_the_releases_folder_fetched_it),
		cmocka_unit_test(a_program_without_a_version_is_that_of_its_place),
		cmocka_unit_test(of_several_versions_it_is_the_one_that_the_host_had),
		cmocka_unit_test(what_came_after_the_alert_is_not_what_the_host_had),
		cmocka_unit_test(an_alert_long_before_it_was_anywhere_is_of_another),
		cmocka_unit_test(nothing_merges_with_nothing),
	};

	return RUN(tests);
}
