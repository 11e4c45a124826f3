/* SPDX-License-Identifier: Apache-2.0 */
/* Prefetch files of all versions, packed and not; the real ones beside the project by their counts.
 */
#include "test.h"

#include "rehearse/artifact/ntfs_build.h"
#include "shared.h"
#include "whole.h"

#include <dirent.h>

#define RUN_1 132000000000000000u /* 2019-04-17T18:40:00Z */
#define RUN_2 132000000010000000u

static const char *const files[] = { "\\VOLUME{01}\\WINDOWS\\SYSTEM32\\NTDLL.DLL",
				     "\\VOLUME{01}\\APP\\PHONE.EXE",
				     "\\VOLUME{01}\\APP\\FFMPEG.DLL" };

static struct prefetch_spec spec(uint32_t version)
{
	return (struct prefetch_spec){ .version = version,
				       .name = "PHONE.EXE",
				       .hash = 0x0badc0de,
				       .run_count = 7,
				       .runs = { RUN_1, 0, RUN_2 },
				       .files = files,
				       .file_count = 3,
				       .device = "\\VOLUME{01}" };
}

#define FIELDS(version)                                                                   \
	" name=\"PHONE.EXE\" hash=\"0badc0de\" run_count=7 format=" version               \
	" files=[\"\\\\VOLUME{01}\\\\WINDOWS\\\\SYSTEM32\\\\NTDLL.DLL\",\"\\\\VOLUME{01}" \
	"\\\\APP\\\\PHONE.EXE\","                                                         \
	"\"\\\\VOLUME{01}\\\\APP\\\\FFMPEG.DLL\"] "                                       \
	"volumes=[{\"device\":\"\\\\VOLUME{01}\",\"serial\":\"cafe0123\","                \
	"\"created\":\"2019-04-17T18:40:00.0000000Z\"}] "                                 \
	"+Image=\"\\\\VOLUME{01}\\\\APP\\\\PHONE.EXE\"\n"
#define FIRST(version) "prefetch 2019-04-17T18:40:00.0000000Z process_start S3 #1@0" FIELDS(version)
#define SECOND(version) \
	"prefetch 2019-04-17T18:40:01.0000000Z process_start S3 #2@0" FIELDS(version)

static void reads_as(struct slice file, const char *want)
{
	struct buf out = { 0 };
	struct whole_notes notes;

	assert_ptr_equal(input_detect(slice_head(file, 4096), file.n), &input_prefetch);
	whole_read(&input_prefetch, file, &out, &notes);
	assert_slice(buf_slice(&out), want);
	assert_int_equal(notes.lost, 0);
	buf_done(&out);
}

static void each_version_gives_an_event_for_each_run(void **state)
{
	static const struct {
		uint32_t version;
		bool is_short;
		const char *want;
	} versions[] = {
		{ 17, false, FIRST("17") },
		{ 23, false, FIRST("23") },
		{ 26, false, FIRST("26") SECOND("26") },
		{ 30, false, FIRST("30") SECOND("30") },
		{ 30, true, FIRST("30") SECOND("30") },
		{ 31, true, FIRST("31") SECOND("31") },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(versions) / sizeof(*versions); i++) {
		struct prefetch_spec s = spec(versions[i].version);
		struct buf plain = { 0 }, packed = { 0 };

		s.short_layout = versions[i].is_short;
		prefetch_build(&plain, &s);
		reads_as(buf_slice(&plain), versions[i].want);
		prefetch_build_packed(&packed, &s);
		reads_as(buf_slice(&packed), versions[i].want);
		buf_done(&plain);
		buf_done(&packed);
	}
}

static void a_file_without_runs_gives_one_event_without_time(void **state)
{
	struct prefetch_spec s = spec(26);
	struct buf file = { 0 };

	(void)state;
	memset(s.runs, 0, sizeof(s.runs));
	prefetch_build(&file, &s);
	reads_as(buf_slice(&file), "prefetch - process_start S3 #1@0" FIELDS("26"));
	buf_done(&file);
}

static void two_places_of_a_program_name_none(void **state)
{
	static const char *const two[] = { "\\A\\PHONE.EXE", "\\B\\PHONE.EXE" };
	struct prefetch_spec s = spec(23);
	struct buf file = { 0 };

	(void)state;
	s.files = two;
	s.file_count = 2;
	s.device = NULL;
	prefetch_build(&file, &s);
	reads_as(buf_slice(&file),
		 "prefetch 2019-04-17T18:40:00.0000000Z process_start S3 #1@0 name=\"PHONE.EXE\" "
		 "hash=\"0badc0de\" run_count=7 "
		 "format=23 files=[\"\\\\A\\\\PHONE.EXE\",\"\\\\B\\\\PHONE.EXE\"] volumes=[] "
		 "+Image=\"PHONE.EXE\"\n");
	buf_done(&file);
}

static void a_long_name_is_found_by_what_is_kept_of_it(void **state)
{
	static const char *const one[] = { "\\A\\A VERY LONG NAME OF A PROGRAM.EXE" };
	struct prefetch_spec s = spec(30);
	struct buf file = { 0 }, out = { 0 };
	struct whole_notes notes;

	(void)state;
	s.name = "A VERY LONG NAME OF A PROGRAM";
	s.files = one;
	s.file_count = 1;
	prefetch_build(&file, &s);
	whole_read(&input_prefetch, buf_slice(&file), &out, &notes);
	assert_non_null(
		slice_search(buf_slice(&out),
			     slice_str("+Image=\"\\\\A\\\\A VERY LONG NAME OF A PROGRAM.EXE\"")));
	buf_done(&file);
	buf_done(&out);
}

static void a_cut_stream_still_tells_that_it_ran(void **state)
{
	struct prefetch_spec s = spec(31);
	struct buf file = { 0 }, out = { 0 };
	struct whole_notes notes;

	(void)state;
	prefetch_build_packed(&file, &s);
	assert_int_equal(whole_read(&input_prefetch, slice_head(buf_slice(&file), file.n - 24),
				    &out, &notes),
			 2);
	assert_true(notes.lost > 0);
	assert_non_null(strstr(notes.first, "could be unpacked"));
	buf_done(&file);
	buf_done(&out);
}

static void other_packed_files_are_not_prefetch(void **state)
{
	struct buf file = { 0 };

	(void)state;
	buf_put(&file, slice_of("MAM\x04", 4));
	buf_put_le32(&file, 100);
	xpress_pack(&file, slice_str("Superfetch keeps other databases in the same packing: these "
				     "are not for us, though."));
	assert_null(input_detect(buf_slice(&file), file.n));
	buf_done(&file);
}

static void an_unknown_version_is_told(void **state)
{
	struct prefetch_spec s = spec(31);
	struct buf file = { 0 }, out = { 0 };
	struct whole_notes notes;

	(void)state;
	prefetch_build(&file, &s);
	file.p[0] = 99;
	assert_int_equal(whole_read(&input_prefetch, buf_slice(&file), &out, &notes), 0);
	assert_string_equal(notes.first, "prefetch: version 99 is not known");
	buf_done(&file);
	buf_done(&out);
}

static void prefixes_and_flipped_bits_are_survived(void **state)
{
	static const uint32_t versions[] = { 17, 23, 26, 30, 31 };

	(void)state;
	for (size_t i = 0; i < 5; i++) {
		struct prefetch_spec s = spec(versions[i]);
		struct buf file = { 0 };

		prefetch_build(&file, &s);
		whole_survives(&input_prefetch, buf_slice(&file), 1024);
		buf_done(&file);
	}
	struct prefetch_spec s = spec(31);
	struct buf file = { 0 };

	prefetch_build_packed(&file, &s);
	whole_survives(&input_prefetch, buf_slice(&file), 1024);
	buf_done(&file);
}

/* ---- the real ones ---- */

struct found {
	unsigned files, events, good, versions[32];
};

static void read_one(const char *path, struct found *f)
{
	struct buf bytes = { 0 }, out = { 0 };
	struct whole_notes notes;
	FILE *file = fopen(path, "rb");
	size_t n, events;

	assert_non_null(file);
	do {
		buf_reserve(&bytes, 1 << 16);
		n = fread(bytes.p + bytes.n, 1, 1 << 16, file);
		bytes.n += n;
	} while (n);
	fclose(file);
	f->files++;
	if (input_detect(slice_head(buf_slice(&bytes), 4096), bytes.n) == &input_prefetch) {
		events = whole_read(&input_prefetch, buf_slice(&bytes), &out, &notes);
		f->events += (unsigned)events;
		f->good += events > 0 && notes.lost == 0;
		for (unsigned v = 17; v < 32; v++) {
			char text[16];

			snprintf(text, sizeof(text), " format=%u ", v);
			f->versions[v] += events && slice_search(buf_slice(&out), slice_str(text));
		}
	}
	buf_done(&bytes);
	buf_done(&out);
}

static bool read_folder(const char *path, struct found *f)
{
	char name[8192];
	DIR *d = opendir(path);
	struct dirent *e;

	while (d && (e = readdir(d))) {
		if (e->d_name[0] == '.')
			continue;
		snprintf(name, sizeof(name), "%s/%s", path, e->d_name);
		if (!read_folder(name, f))
			read_one(name, f);
	}
	if (d)
		closedir(d);
	return d != NULL;
}

static void real_files_give_what_libscca_reads(void **state)
{
	struct found f = { 0 };
	char path[4096];

	(void)state;
	shared_path(path, sizeof(path), "host/prefetch");
	if (!read_folder(path, &f)) {
		print_message("skipped: %s is not there\n", path);
		skip();
	}
	shared_path(path, sizeof(path), "host/plaso/winprefetch");
	read_folder(path, &f);
	assert_int_equal(f.files, 47);
	assert_int_equal(f.good, 46);
	assert_int_equal(f.events, 91);
	assert_int_equal(f.versions[17], 9);
	assert_int_equal(f.versions[23], 10);
	assert_int_equal(f.versions[26], 20);
	assert_int_equal(f.versions[30], 6);
	assert_int_equal(f.versions[31], 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_version_gives_an_event_for_each_run),
		cmocka_unit_test(a_file_without_runs_gives_one_event_without_time),
		cmocka_unit_test(two_places_of_a_program_name_none),
		cmocka_unit_test(a_long_name_is_found_by_what_is_kept_of_it),
		cmocka_unit_test(a_cut_stream_still_tells_that_it_ran),
		cmocka_unit_test(other_packed_files_are_not_prefetch),
		cmocka_unit_test(an_unknown_version_is_told),
		cmocka_unit_test(prefixes_and_flipped_bits_are_survived),
		cmocka_unit_test(real_files_give_what_libscca_reads),
	};
	int failed = 1;

	if (reading_init())
		failed = RUN(tests);
	reading_done();
	return failed;
}
