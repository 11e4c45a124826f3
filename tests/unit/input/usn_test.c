/* SPDX-License-Identifier: Apache-2.0 */
/* The change journal: both versions, holes, pages, paths out of the journal itself, damage. */
#include "test.h"

#include "rehearse/artifact/ntfs_build.h"
#include "shared.h"
#include "whole.h"

#define ROOT MFT_REFERENCE(5, 5)
#define TIME 133000000000000000u
#define FOLDER 0x10u
#define CREATE 0x100u
#define DELETE 0x200u
#define OLD 0x1000u
#define NEW 0x2000u
#define CLOSE 0x80000000u

static struct buf j, out;
static struct whole_notes notes;

static int stop(void **state)
{
	(void)state;
	buf_done(&j);
	buf_done(&out);
	j = out = (struct buf){ 0 };
	return 0;
}

static void put(unsigned version, uint32_t entry, uint64_t parent, uint32_t reason,
		uint32_t attributes, const char *name)
{
	usn_build(&j, &(struct usn_spec){ version, MFT_REFERENCE(entry, 2), parent, TIME, reason,
					  attributes, name });
}

static size_t read_it(void)
{
	buf_clear(&out);
	return whole_read(&input_usn, buf_slice(&j), &out, &notes);
}

static bool says(const char *part)
{
	bool found = slice_search(buf_slice(&out), slice_str(part)) != NULL;

	if (!found)
		fprintf(stderr, "%.*s\nwanted: %s\n", (int)out.n, (const char *)out.p, part);
	return found;
}

static void both_versions_give_the_same(void **state)
{
	(void)state;
	for (unsigned version = 2; version <= 3; version++) {
		buf_clear(&j);
		put(version, 40, ROOT, CREATE, 0x20, "a.exe");
		assert_ptr_equal(input_detect(buf_slice(&j), j.n), &input_usn);
		assert_int_equal(read_it(), 1);
		assert_slice(buf_slice(&out),
			     "usn 2022-06-18T04:26:40.0000000Z file_create S1 #1@0 name=\"a.exe\" "
			     "path=\"a.exe\" entry=40 sequence=2 "
			     "parent_entry=5 parent_sequence=5 reason=[\"FILE_CREATE\"] usn=0 "
			     "directory=false "
			     "+TargetFilename=\"\\\\a.exe\"\n");
	}
}

static void holes_and_fillers_are_passed(void **state)
{
	(void)state;
	for (size_t i = 0; i < 3 * 4096; i++)
		buf_put_byte(&j, 0);
	for (unsigned i = 0; i < 100; i++) /* over several pages, none of which a record crosses */
		put(2 + i % 2, 100 + i, ROOT, CREATE | CLOSE, 0, "some name.dll");
	assert_ptr_equal(input_detect(slice_head(buf_slice(&j), 4096), j.n), &input_usn);
	assert_int_equal(read_it(), 100);
	assert_int_equal(notes.lost + notes.told, 0);
	assert_true(says("#1@12288 "));
	assert_true(says("reason=[\"FILE_CREATE\",\"CLOSE\"]"));
}

static void paths_come_from_the_journal_itself(void **state)
{
	(void)state;
	put(2, 30, ROOT, CREATE, FOLDER, "App");
	put(2, 31, MFT_REFERENCE(30, 2), CREATE, FOLDER, "sub");
	put(2, 40, MFT_REFERENCE(31, 2), CREATE, 0, "a.exe");
	put(2, 41, MFT_REFERENCE(99, 1), CREATE, 0, "b.exe");
	put(2, 31, MFT_REFERENCE(30, 2), OLD, FOLDER, "sub");
	put(2, 31, MFT_REFERENCE(30, 2), NEW, FOLDER, "bin");
	put(2, 40, MFT_REFERENCE(31, 2), DELETE | CLOSE, 0, "a.exe");
	assert_int_equal(read_it(), 7);
	assert_true(says("name=\"a.exe\" path=\"App\\\\sub\\\\a.exe\" entry=40"));
	assert_true(says("name=\"b.exe\" entry=41"));
	assert_true(says("+TargetFilename=\"b.exe\""));
	assert_true(says("file_delete #7@"));
	assert_true(says("name=\"a.exe\" path=\"App\\\\bin\\\\a.exe\" entry=40"));
}

static void a_folder_is_known_before_it_is_named(void **state)
{
	(void)state;
	put(2, 40, MFT_REFERENCE(31, 2), CREATE, 0, "a.exe");
	put(2, 31, ROOT, OLD, FOLDER, "before");
	put(2, 31, ROOT, NEW, FOLDER, "after");
	put(2, 41, MFT_REFERENCE(31, 2), CREATE, 0, "b.exe");
	read_it();
	assert_true(says("path=\"before\\\\a.exe\""));
	assert_true(says("path=\"after\\\\b.exe\""));
}

static void a_new_name_tells_the_old_one(void **state)
{
	(void)state;
	put(3, 40, ROOT, OLD, 0, "x.crdownload");
	put(3, 40, ROOT, NEW, 0, "x.msi");
	put(3, 41, ROOT, NEW, 0, "y.msi");
	whole_read_at(&input_usn, buf_slice(&j), "C/$Extend/$J", &out, &notes);
	assert_true(says("file_rename S1 #2@"));
	assert_true(
		says("+TargetFilename=\"C:\\\\x.msi\" +SourceFilename=\"C:\\\\x.crdownload\"\n"));
	assert_true(says("+TargetFilename=\"C:\\\\y.msi\"\n"));
}

static void rings_of_folders_end(void **state)
{
	(void)state;
	put(2, 30, MFT_REFERENCE(31, 2), CREATE, FOLDER, "a");
	put(2, 31, MFT_REFERENCE(30, 2), CREATE, FOLDER, "b");
	put(2, 40, MFT_REFERENCE(31, 2), CREATE, 0, "c");
	assert_int_equal(read_it(), 3);
	assert_true(says("#3@"));
}

static void ranges_are_passed_and_said(void **state)
{
	(void)state;
	put(2, 40, ROOT, CREATE, 0, "a");
	put(3, 41, ROOT, CREATE, 0, "b");
	put(2, 42, ROOT, CREATE, 0, "c");
	j.p[72 + 4] = 4; /* the first record has 64 bytes and a name of 2 */
	assert_int_equal(j.p[64 + 4], 3);
	j.p[72 + 4] = 0;
	j.p[64 + 4] = 4;
	assert_int_equal(read_it(), 2);
	assert_int_equal(notes.lost, 0);
	assert_int_equal(notes.told, 1);
}

static void behind_damage_the_next_record_is_found(void **state)
{
	size_t second;

	(void)state;
	put(2, 40, ROOT, CREATE, 0, "a");
	second = j.n;
	put(2, 41, ROOT, CREATE, 0, "b");
	put(2, 42, ROOT, CREATE, 0, "c");
	j.p[second] ^= 0x55;
	assert_int_equal(read_it(), 2);
	assert_int_equal(notes.lost, 1);
	assert_string_equal(notes.first, "$J: no record before 128");
}

static void zeros_alone_are_no_journal(void **state)
{
	static uint8_t zeros[65536];

	(void)state;
	assert_int_equal(whole_read(&input_usn, slice_of(zeros, sizeof(zeros)), &out, &notes), 0);
	assert_int_equal(notes.lost, 1);
}

static void prefixes_and_flipped_bits_are_survived(void **state)
{
	(void)state;
	put(2, 30, ROOT, CREATE, FOLDER, "App");
	put(3, 31, MFT_REFERENCE(30, 2), OLD, 0, "a.exe");
	put(3, 31, MFT_REFERENCE(30, 2), NEW, 0, "b.exe");
	put(2, 30, ROOT, OLD, FOLDER, "App");
	whole_survives(&input_usn, buf_slice(&j), 1024);
}

static void the_real_one_has_its_records(void **state)
{
	char path[4096];
	FILE *file;

	(void)state;
	shared_path(path, sizeof(path), "host/plaso/UsnJrnl.raw");
	file = fopen(path, "rb");
	if (!file) {
		print_message("skipped: %s is not there\n", path);
		skip();
	}
	buf_reserve(&j, 8192);
	j.n = fread(j.p, 1, 8192, file);
	fclose(file);
	assert_int_equal(read_it(), 19);
	assert_int_equal(notes.lost + notes.told, 0);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_teardown(f, stop)
	const struct CMUnitTest tests[] = {
		TEST(both_versions_give_the_same),
		TEST(holes_and_fillers_are_passed),
		TEST(paths_come_from_the_journal_itself),
		TEST(a_folder_is_known_before_it_is_named),
		TEST(a_new_name_tells_the_old_one),
		TEST(rings_of_folders_end),
		TEST(ranges_are_passed_and_said),
		TEST(behind_damage_the_next_record_is_found),
		TEST(zeros_alone_are_no_journal),
		TEST(prefixes_and_flipped_bits_are_survived),
		TEST(the_real_one_has_its_records),
	};
	int failed = 1;

	if (reading_init())
		failed = RUN(tests);
	reading_done();
	return failed;
}
