/* SPDX-License-Identifier: Apache-2.0 */
/* What Windows keeps of programs in small files: PCA's lists, RecentFileCache.bcf, Report.wer. */
#include "test.h"

#include "shared.h"
#include "whole.h"

static struct buf out;
static struct whole_notes notes;

static int stop(void **state)
{
	(void)state;
	buf_done(&out);
	out = (struct buf){ 0 };
	return 0;
}

static void reads_as(const struct input_format *f, struct slice file, const char *want)
{
	assert_ptr_equal(input_detect(slice_head(file, 4096), file.n), f);
	whole_read(f, file, &out, &notes);
	assert_slice(buf_slice(&out), want);
}

/* ---- PCA ---- */

#define LAUNCH "C:\\a\\b.exe|2022-11-15 00:02:08.476\r\nD:\\c d.exe|2022-11-16 00:02:08.000"
#define GENERAL                                                                                    \
	"2022-05-12 20:18:55.236|2|%programfiles%\\a\\b.exe|B|Corp|1.2.3|0006ab|exit code 0x2\r\n" \
	"2022-05-12 20:18:56.236|1|c:\\d.sys|||||\r\n"

static void a_line_of_launches_is_the_last_start(void **state)
{
	(void)state;
	reads_as(&input_pca, slice_str(LAUNCH),
		 "pca 2022-11-15T00:02:08.476Z process_start S3 #1@0 path=\"C:\\\\a\\\\b.exe\" "
		 "+Image=\"C:\\\\a\\\\b.exe\"\n"
		 "pca 2022-11-16T00:02:08.000Z process_start S3 #2@36 path=\"D:\\\\c d.exe\" "
		 "+Image=\"D:\\\\c d.exe\"\n");
	assert_int_equal(notes.lost + notes.told, 0);
}

static void a_line_of_the_general_list_has_more(void **state)
{
	(void)state;
	reads_as(&input_pca, slice_str(GENERAL),
		 "pca 2022-05-12T20:18:55.236Z process_start S3 #1@0 "
		 "path=\"%programfiles%\\\\a\\\\b.exe\" status=2 product=\"B\" "
		 "company=\"Corp\" version=\"1.2.3\" program_id=\"0006ab\" exit_code=\"exit code "
		 "0x2\" "
		 "+Image=\"%programfiles%\\\\a\\\\b.exe\"\n"
		 "pca 2022-05-12T20:18:56.236Z none #2@84 path=\"c:\\\\d.sys\" status=1\n"); /* blocked:
												it
												did
												not
												run
											      */
}

static void letters_of_the_code_page_are_told_as_assumed(void **state)
{
	(void)state;
	reads_as(&input_pca, slice_str("C:\\caf\xe9\x80.exe|2022-11-15 00:02:08.476\n"),
		 "pca 2022-11-15T00:02:08.476Z process_start S3 #1@0 "
		 "path=\"C:\\\\caf\xc3\xa9\xe2\x82\xac.exe\" "
		 "+Image=\"C:\\\\caf\xc3\xa9\xe2\x82\xac.exe\"\n");
	assert_int_equal(notes.told, 1);
}

static void a_line_of_something_else_costs_no_other(void **state)
{
	(void)state;
	assert_int_equal(whole_read(&input_pca,
				    slice_str("C:\\a.exe|2022-11-15 "
					      "00:02:08.476\nC:\\b.exe|2022-13-15\n\n" LAUNCH),
				    &out, &notes),
			 3);
	assert_int_equal(notes.lost, 1);
	assert_string_equal(notes.first, "line 2 is none of PCA's (further ones are not told)");
}

static void tables_with_bars_are_not_pca(void **state)
{
	static const char zypper[] =
		"2026-11-03 08:12:02|install|curl|8.0-1|x86_64|user@host|repo|checksum|\n";

	(void)state;
	assert_ptr_equal(input_detect(slice_str(zypper), sizeof(zypper) - 1), &input_packagelog);
}

/* ---- RecentFileCache ---- */

static void put_path(struct buf *b, const char *text, bool counted)
{
	size_t n = strlen(text);

	buf_put_le32(b, (uint32_t)(n + counted));
	for (size_t i = 0; i <= n; i++) {
		buf_put_byte(b, (uint8_t)text[i]);
		buf_put_byte(b, 0);
	}
}

static void put_header(struct buf *b)
{
	buf_put(b, slice_of("\xfe\xff\xee\xff\x11\x22\0\0\3\0\0\0\1\0\0\0\1\2\3\4", 20));
}

static void a_path_s_end_is_counted_or_not(void **state)
{
	(void)state;
	for (int counted = 0; counted < 2; counted++) {
		struct buf b = { 0 };

		put_header(&b);
		put_path(&b, "c:\\a\\b.exe", counted);
		put_path(&b, "c:\\c.exe", counted);
		buf_clear(&out);
		reads_as(&input_recentfilecache, buf_slice(&b),
			 "recent_file_cache - file_present S1 #1@20 path=\"c:\\\\a\\\\b.exe\" "
			 "+TargetFilename=\"c:\\\\a\\\\b.exe\"\n"
			 "recent_file_cache - file_present S1 #2@46 path=\"c:\\\\c.exe\" "
			 "+TargetFilename=\"c:\\\\c.exe\"\n");
		assert_int_equal(notes.lost, 0);
		buf_done(&b);
	}
}

static void an_impossible_length_is_told(void **state)
{
	struct buf b = { 0 };

	(void)state;
	put_header(&b);
	put_path(&b, "c:\\a.exe", true);
	buf_put_le32(&b, 0xfffffff);
	assert_int_equal(whole_read(&input_recentfilecache, buf_slice(&b), &out, &notes), 1);
	assert_int_equal(notes.lost, 1);
	buf_done(&b);
}

/* ---- Report.wer ---- */

#define REPORT                                                                                   \
	"Version=1\r\nEventType=APPCRASH\r\nEventTime=133000000000000000\r\nReportIdentifier=x-" \
	"1\r\n"                                                                                  \
	"TargetAppId=W:0006d60e4d727c5556b492c242c0fa567c630000ffff!"                            \
	"00000140AE80d8abddbb12582ce734016833b2871e36!x.exe\r\n"                                 \
	"Sig[0].Name=Application Name\r\nSig[0].Value=x.exe\r\nSig[3].Name=Fault Module "        \
	"Name\r\nSig[3].Value=y.dll\r\n"                                                         \
	"LoadedModule[0]=C:\\x.exe\r\nLoadedModule[1]=C:\\y.dll\r\nAppName=X "                   \
	"Y\r\nAppPath=C:\\x.exe\r\n"

static void a_report_is_the_end_of_a_program(void **state)
{
	(void)state;
	reads_as(&input_wer, slice_str(REPORT),
		 "wer 2022-06-18T04:26:40.0000000Z process_end S3 #1@0 path=\"C:\\\\x.exe\" "
		 "name=\"X Y\" event_type=\"APPCRASH\" "
		 "report_id=\"x-1\" modules=[\"C:\\\\x.exe\",\"C:\\\\y.dll\"] "
		 "signature=[\"Application Name: x.exe\",\"Fault Module Name: y.dll\"] "
		 "program_id=\"0006d60e4d727c5556b492c242c0fa567c630000ffff\" "
		 "sha1=\"0140ae80d8abddbb12582ce734016833b2871e36\" "
		 "+Hashes=\"SHA1=0140ae80d8abddbb12582ce734016833b2871e36\" "
		 "+Image=\"C:\\\\x.exe\"\n");
}

static void the_hash_of_nothing_is_none(void **state)
{
	(void)state;
	whole_read(&input_wer,
		   slice_str("Version=1\nEventType=P\nEventTime=0\nTargetAppId=W:"
			     "0000da39a3ee5e6b4b0d3255bfef95601890afd80709!"
			     "0000da39a3ee5e6b4b0d3255bfef95601890afd80709!p.exe\n"),
		   &out, &notes);
	assert_slice(buf_slice(&out),
		     "wer - none #1@0 event_type=\"P\" modules=[] "
		     "program_id=\"0000da39a3ee5e6b4b0d3255bfef95601890afd80709\"\n");
}

/* ---- damage ---- */

static void prefixes_and_flipped_bits_are_survived(void **state)
{
	struct buf b = { 0 };

	(void)state;
	whole_survives(&input_pca, slice_str(LAUNCH "\n" GENERAL), 1024);
	whole_survives(&input_wer, slice_str(REPORT), 1024);
	put_header(&b);
	put_path(&b, "c:\\a\\b.exe", true);
	put_path(&b, "c:\\c.exe", false);
	whole_survives(&input_recentfilecache, buf_slice(&b), 1024);
	buf_done(&b);
}

static void small_windows_give_the_same(void **state)
{
	static const char *const texts[] = { LAUNCH, GENERAL, REPORT };

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct buf whole = { 0 }, cut = { 0 };
		struct slice text = slice_str(texts[i]);
		const struct input_format *f = input_detect(text, text.n);

		read_all(f, text, text.n, &whole);
		read_all(f, text, 7, &cut);
		assert_true(whole.n > 0);
		assert_true(slice_eq(buf_slice(&whole), buf_slice(&cut)));
		buf_done(&whole);
		buf_done(&cut);
	}
}

static void the_real_list_has_four_lines(void **state)
{
	char path[4096], text[1024];
	FILE *file;

	(void)state;
	shared_path(path, sizeof(path), "host/plaso/PcaAppLaunchDic.txt");
	file = fopen(path, "rb");
	if (!file) {
		print_message("skipped: %s is not there\n", path);
		skip();
	}
	struct slice bytes = slice_of(text, fread(text, 1, sizeof(text), file));

	fclose(file);
	assert_ptr_equal(input_detect(bytes, bytes.n), &input_pca);
	assert_int_equal(whole_read(&input_pca, bytes, &out, &notes), 4);
	assert_int_equal(notes.lost, 0);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_teardown(f, stop)
	const struct CMUnitTest tests[] = {
		TEST(a_line_of_launches_is_the_last_start),
		TEST(a_line_of_the_general_list_has_more),
		TEST(letters_of_the_code_page_are_told_as_assumed),
		TEST(a_line_of_something_else_costs_no_other),
		TEST(tables_with_bars_are_not_pca),
		TEST(a_path_s_end_is_counted_or_not),
		TEST(an_impossible_length_is_told),
		TEST(a_report_is_the_end_of_a_program),
		TEST(the_hash_of_nothing_is_none),
		TEST(prefixes_and_flipped_bits_are_survived),
		TEST(small_windows_give_the_same),
		TEST(the_real_list_has_four_lines),
	};
	int failed = 1;

	if (reading_init())
		failed = RUN(tests);
	reading_done();
	return failed;
}
