/* SPDX-License-Identifier: Apache-2.0 */
/* The $MFT: names, paths, times, streams, and what damage does to them. */
#include "test.h"

#include "input/mft/tree.h"
#include "rehearse/artifact/ntfs_build.h"
#include "whole.h"

#define ROOT MFT_REFERENCE(5, 5)
#define IN_USE 1
#define FOLDER 2

static const uint64_t si[4] = { 133000000000000000, 133000000010000000, 133000000020000000, 0 };
static const uint64_t fn[4] = { 133000000050000000, 133000000060000000, 133000000070000000,
				133000000080000000 };

static struct mft_build b;
static struct buf out;
static struct whole_notes notes;

static int start(void **state)
{
	(void)state;
	mft_build_init(&b, 1024);
	return 0;
}

static int stop(void **state)
{
	(void)state;
	buf_done(&b.out);
	buf_done(&out);
	out = (struct buf){ 0 };
	return 0;
}

static size_t read_it(void)
{
	buf_clear(&out);
	return whole_read(&input_mft, buf_slice(&b.out), &out, &notes);
}

static bool says(const char *part)
{
	bool found = slice_search(buf_slice(&out), slice_str(part)) != NULL;

	if (!found)
		fprintf(stderr, "%.*s\nwanted: %s\n", (int)out.n, (const char *)out.p, part);
	return found;
}

/* Is there an event of this entry with this path? */
static bool has_path(unsigned entry, const char *path)
{
	char part[512];

	snprintf(part, sizeof(part), " path=\"%s\" entry=%u ", path, entry);
	return says(part);
}

static void a_file_is_told_with_both_sets_of_times(void **state)
{
	(void)state;
	mft_file(&b, 30, 2, IN_USE | FOLDER, ROOT, "App");
	mft_record_begin(&b, 31, 4, IN_USE, 0);
	mft_times(&b, si);
	mft_name(&b, MFT_REFERENCE(30, 2), fn, 1, "phone.exe");
	mft_runs(&b, NULL, 123456, true);
	mft_data(&b, "notes", slice_str("a\nb"));
	mft_record_end(&b);
	mft_build_finish(&b);
	assert_ptr_equal(input_detect(slice_head(buf_slice(&b.out), 4096), b.out.n), &input_mft);
	assert_int_equal(read_it(), 4);
	assert_int_equal(notes.lost + notes.told, 0);
	assert_true(says("mft 2022-06-18T04:26:40.0000000Z file_present S1 #31@31744 "
			 "path=\"App\\\\phone.exe\" entry=31 sequence=4 "
			 "allocated=true directory=false size=123456 "
			 "si={\"created\":\"2022-06-18T04:26:40.0000000Z\",\"modified\":\"2022-06-"
			 "18T04:26:41.0000000Z\","
			 "\"changed\":\"2022-06-18T04:26:42.0000000Z\",\"accessed\":null} "
			 "fn={\"created\":\"2022-06-18T04:26:45.0000000Z\",\"modified\":\"2022-06-"
			 "18T04:26:46.0000000Z\","
			 "\"changed\":\"2022-06-18T04:26:47.0000000Z\",\"accessed\":\"2022-06-"
			 "18T04:26:48.0000000Z\"} "
			 "streams=[{\"name\":\"notes\",\"size\":3,\"content\":\"a\\nb\"}] "
			 "+TargetFilename=\"\\\\App\\\\phone.exe\"\n"));
	assert_true(says("none #30@30720 path=\"App\" entry=30 sequence=2 allocated=true "
			 "directory=true size=0 "));
	assert_true(has_path(5, "."));
	assert_true(has_path(0, "$MFT"));
}

static void a_mark_of_the_web_makes_a_download(void **state)
{
	(void)state;
	mft_record_begin(&b, 31, 4, IN_USE, 0);
	mft_times(&b, si);
	mft_name(&b, ROOT, fn, 1, "setup.msi");
	mft_data(&b, "Zone.Identifier",
		 slice_str("[ZoneTransfer]\r\nZoneId=3\r\nReferrerUrl=https://a.example/"
			   "\r\nHostUrl=https://b.example/s.msi\r\n"));
	mft_record_end(&b);
	mft_build_finish(&b);
	read_it();
	assert_true(says(" download S1 #31@"));
	assert_true(says(" ZoneId=\"3\" ReferrerUrl=\"https://a.example/\" "
			 "HostUrl=\"https://b.example/s.msi\" +TargetFilename="));
	assert_true(says("\"content\":\"[ZoneTransfer]\\r\\nZoneId=3\\r\\n"));
}

static void what_the_intranet_gave_is_no_download(void **state)
{
	(void)state;
	mft_record_begin(&b, 31, 4, IN_USE, 0);
	mft_name(&b, ROOT, fn, 1, "setup.msi");
	mft_data(&b, "Zone.Identifier",
		 slice_str("[ZoneTransfer]\r\nZoneId=1\r\nHostUrl=about:internet\r\n"));
	mft_record_end(&b);
	mft_build_finish(&b);
	read_it();
	assert_true(says("mft - file_present S1 #31@"));
}

static void large_streams_are_told_without_content(void **state)
{
	uint8_t large[700] = { 1, 0, 2 };
	static uint8_t larger[1025] = { 'x' };

	(void)state;
	mft_build_init(&b, 4096);
	mft_record_begin(&b, 31, 4, IN_USE, 0);
	mft_name(&b, ROOT, fn, 1, "a");
	mft_data(&b, "bytes", slice_of(large, sizeof(large)));
	mft_data(&b, "text", slice_of(larger, sizeof(larger)));
	mft_runs(&b, "far", 99999, true);
	mft_runs(&b, "far", 0, false);
	mft_record_end(&b);
	mft_build_finish(&b);
	read_it();
	assert_int_equal(notes.lost, 0);
	assert_true(says("streams=[{\"name\":\"bytes\",\"size\":700,\"content\":\"01000200"));
	assert_true(says("{\"name\":\"text\",\"size\":1025},{\"name\":\"far\",\"size\":99999}]"));
	assert_true(says("#31@126976 "));
}

static void every_name_but_the_short_one_is_an_event(void **state)
{
	(void)state;
	mft_file(&b, 30, 2, IN_USE | FOLDER, ROOT, "App");
	mft_record_begin(&b, 31, 4, IN_USE, 0);
	mft_times(&b, si);
	mft_name(&b, MFT_REFERENCE(30, 2), fn, 2, "PHONE~1.EXE");
	mft_name(&b, MFT_REFERENCE(30, 2), fn, 1, "phone & more.exe");
	mft_name(&b, ROOT, fn, 0, "n\xc3\xa4me \xf0\x9f\x93\x9e");
	mft_record_end(&b);
	mft_build_finish(&b);
	assert_int_equal(read_it(), 5);
	assert_true(has_path(31, "App\\\\phone & more.exe"));
	assert_true(has_path(31, "n\xc3\xa4me \xf0\x9f\x93\x9e"));
}

static void extensions_belong_to_their_base(void **state)
{
	(void)state;
	mft_record_begin(&b, 31, 4, IN_USE, 0);
	mft_times(&b, si);
	mft_record_end(&b);
	mft_record_begin(&b, 40, 1, IN_USE, MFT_REFERENCE(31, 4));
	mft_name(&b, ROOT, fn, 1, "one");
	mft_runs(&b, NULL, 77, true);
	mft_record_end(&b);
	mft_record_begin(&b, 41, 1, IN_USE, MFT_REFERENCE(31, 4));
	mft_name(&b, ROOT, fn, 1, "two");
	mft_runs(&b, NULL, 0, false);
	mft_record_end(&b);
	mft_file(&b, 42, 1, IN_USE, MFT_REFERENCE(31, 4),
		 "below"); /* its parent's name is in an extension */
	mft_record_begin(&b, 43, 1, IN_USE,
			 MFT_REFERENCE(31, 3)); /* of the file that was 31 before */
	mft_name(&b, ROOT, fn, 1, "stray");
	mft_record_end(&b);
	mft_record_begin(&b, 44, 2, 0, MFT_REFERENCE(31, 4)); /* given back */
	mft_name(&b, ROOT, fn, 1, "old");
	mft_record_end(&b);
	mft_build_finish(&b);
	assert_int_equal(read_it(), 5);
	assert_true(
		says("path=\"one\" entry=31 sequence=4 allocated=true directory=false size=77 "));
	assert_true(
		says("path=\"two\" entry=31 sequence=4 allocated=true directory=false size=77 "));
	assert_true(has_path(42, "one\\\\below"));
	assert_string_equal(notes.first,
			    "$MFT: 2 extension records of entries that are another file's by now");
}

static void a_parent_counts_while_it_is_the_one_meant(void **state)
{
	(void)state;
	mft_file(&b, 30, 7, 0 | FOLDER, ROOT, "gone");
	mft_file(&b, 31, 8, IN_USE | FOLDER, ROOT, "reused");
	mft_file(&b, 32, 1, 0, MFT_REFERENCE(30, 6), "one-before");
	mft_file(&b, 33, 1, 0, MFT_REFERENCE(30, 5), "two-before");
	mft_file(&b, 34, 1, 0, MFT_REFERENCE(31, 7), "of-the-old");
	mft_file(&b, 35, 1, IN_USE, MFT_REFERENCE(31, 8), "of-the-new");
	mft_file(&b, 36, 1, IN_USE, MFT_REFERENCE(4000, 8), "nowhere");
	mft_file(&b, 37, 1, 0 | FOLDER, MFT_REFERENCE(31, 7), "old");
	mft_file(&b, 38, 1, 0, MFT_REFERENCE(37, 1), "below");
	mft_build_finish(&b);
	read_it();
	assert_true(has_path(32, "gone\\\\one-before"));
	assert_true(has_path(33, "$Orphan\\\\two-before"));
	assert_true(has_path(34, "$Orphan\\\\of-the-old"));
	assert_true(has_path(35, "reused\\\\of-the-new"));
	assert_true(has_path(36, "$Orphan\\\\nowhere"));
	assert_true(has_path(38, "$Orphan\\\\old\\\\below"));
}

static void rings_of_folders_end(void **state)
{
	(void)state;
	mft_file(&b, 30, 1, IN_USE | FOLDER, MFT_REFERENCE(31, 1), "a");
	mft_file(&b, 31, 1, IN_USE | FOLDER, MFT_REFERENCE(32, 1), "b");
	mft_file(&b, 32, 1, IN_USE | FOLDER, MFT_REFERENCE(30, 1), "c");
	mft_file(&b, 33, 1, IN_USE | FOLDER, MFT_REFERENCE(33, 1), "self");
	mft_file(&b, 34, 1, IN_USE, MFT_REFERENCE(30, 1), "x");
	mft_build_finish(&b);
	assert_int_equal(read_it(), 7);
	assert_true(has_path(33, "$Orphan\\\\self\\\\self"));
	assert_true(says("\\\\x\" entry=34 "));
}

/* A chain as long as the file: paths are cut off where NTFS would not allow them, and the whole
 * costs no more than its output. */
static void chains_of_any_depth_are_judged_once(void **state)
{
	enum { DEEP = 40000 };
	static struct mft_tree t;
	struct buf path = { 0 };
	size_t longest = 0;

	(void)state;
	for (uint32_t i = DEEP; i >= 6; i--)
		mft_file(&b, i, 1, IN_USE | FOLDER, i == 6 ? ROOT : MFT_REFERENCE(i - 1, 1), "d");
	mft_build_finish(&b);
	mft_tree_init(&t, buf_slice(&b.out), 1024);
	mft_tree_path(&t, MFT_REFERENCE(16000, 1), slice_of("x", 2), &path);
	assert_int_equal(path.n, (16000 - 5) * 2 + 1); /* "d\" for each, and the name */
	for (uint32_t i = 6; i <= DEEP; i += 997) {
		buf_clear(&path);
		mft_tree_path(&t, MFT_REFERENCE(i, 1), slice_of("x", 2), &path);
		longest = path.n > longest ? path.n : longest;
	}
	assert_true(longest <= MFT_PATH_UNITS + 16);
	assert_true(longest > MFT_PATH_UNITS / 2);
	mft_tree_done(&t);
	buf_done(&path);
}

static void the_volume_is_told_by_its_place_or_by_windows(void **state)
{
	(void)state;
	mft_file(&b, 30, 1, IN_USE, ROOT, "x.txt");
	mft_build_finish(&b);
	whole_read_at(&input_mft, buf_slice(&b.out), "host/D/$MFT", &out, &notes);
	assert_true(says("+TargetFilename=\"D:\\\\x.txt\""));
	buf_clear(&out);
	whole_read_at(&input_mft, buf_slice(&b.out), "uploads/ntfs/%5C%5C.%5Ce%3A/$MFT", &out,
		      &notes);
	assert_true(says("+TargetFilename=\"E:\\\\x.txt\""));
	mft_file(&b, 29, 1, IN_USE | FOLDER, ROOT, "WINDOWS");
	mft_build_finish(&b);
	buf_clear(&out);
	whole_read_at(&input_mft, buf_slice(&b.out), "host/$MFT", &out, &notes);
	assert_true(says(" path=\"x.txt\" "));
	assert_true(says("+TargetFilename=\"C:\\\\x.txt\""));
	assert_int_equal(notes.told, 1);
}

/* ---- damage ---- */

/* A record of nearly 1 KiB: names and streams lie over the sectors' ends. */
static void make_full(void)
{
	mft_file(&b, 30, 2, IN_USE | FOLDER, ROOT, "App");
	mft_record_begin(&b, 31, 4, IN_USE, 0);
	mft_times(&b, si);
	for (int i = 0; i < 4; i++)
		mft_name(&b, MFT_REFERENCE(30, 2), fn, 1,
			 "a name that is long enough to pass a sector's end");
	mft_record_end(&b);
	mft_build_finish(&b);
}

static void ends_of_sectors_are_put_back(void **state)
{
	size_t found = 0;
	struct slice rest;
	const uint8_t *at;

	(void)state;
	make_full();
	assert_int_equal(read_it(), 7);
	rest = buf_slice(&out);
	while ((at = slice_search(rest, slice_str("path=\"App\\\\a name that is long enough to "
						  "pass a sector's end\"")))) {
		found++;
		rest = slice_from(rest, (size_t)(at - rest.p) + 1);
	}
	assert_int_equal(found, 4);
	assert_int_equal(notes.lost + notes.told, 0);
}

static void torn_records_are_told_and_read(void **state)
{
	(void)state;
	make_full();
	b.out.p[31 * 1024 + 510] ^= 1;
	assert_int_equal(read_it(), 7);
	assert_string_equal(notes.first, "$MFT entry 31: sectors of different writes");
	b.out.p[31 * 1024 + 510] ^= 1;
	memcpy(b.out.p + 31 * 1024, "BAAD", 4);
	assert_int_equal(read_it(), 7);
	assert_int_equal(notes.told, 1);
	memcpy(b.out.p + 31 * 1024, "XXXX", 4);
	assert_int_equal(read_it(), 3);
	assert_string_equal(notes.first, "$MFT entry 31: no record");
	assert_int_equal(notes.lost, 1);
}

static void a_cut_file_is_told(void **state)
{
	(void)state;
	make_full();
	b.out.n = 31 * 1024 + 100;
	assert_int_equal(read_it(), 3);
	assert_int_equal(notes.lost, 2);
	assert_string_equal(notes.first, "$MFT: 100 bytes behind the last whole record");
}

static void a_damaged_first_record_costs_no_other(void **state)
{
	(void)state;
	make_full();
	mft_file(&b, 1, 1, IN_USE, ROOT, "$MFTMirr");
	b.out.p[0] = 'x';
	assert_ptr_equal(input_detect(slice_head(buf_slice(&b.out), 4096), b.out.n), &input_mft);
	assert_int_equal(read_it(), 7);
}

static void prefixes_and_flipped_bits_are_survived(void **state)
{
	struct slice tail;

	(void)state;
	make_full();
	/* Few records, so that each is hit: the file from its 30th record on, and the root before.
	 */
	tail = slice_from(buf_slice(&b.out), 30 * 1024);
	whole_survives(&input_mft, tail, 2048);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, start, stop)
	const struct CMUnitTest tests[] = {
		TEST(a_file_is_told_with_both_sets_of_times),
		TEST(a_mark_of_the_web_makes_a_download),
		TEST(what_the_intranet_gave_is_no_download),
		TEST(large_streams_are_told_without_content),
		TEST(every_name_but_the_short_one_is_an_event),
		TEST(extensions_belong_to_their_base),
		TEST(a_parent_counts_while_it_is_the_one_meant),
		TEST(rings_of_folders_end),
		TEST(chains_of_any_depth_are_judged_once),
		TEST(the_volume_is_told_by_its_place_or_by_windows),
		TEST(ends_of_sectors_are_put_back),
		TEST(torn_records_are_told_and_read),
		TEST(a_cut_file_is_told),
		TEST(a_damaged_first_record_costs_no_other),
		TEST(prefixes_and_flipped_bits_are_survived),
	};
	int failed = 1;

	if (reading_init())
		failed = RUN(tests);
	reading_done();
	return failed;
}
