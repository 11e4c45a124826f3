/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"

#include "cli/output.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct place {
	char folder[64], file[80];
};

static int make_place(void **state)
{
	struct place *p = calloc(1, sizeof(*p));

	snprintf(p->folder, sizeof(p->folder), "/tmp/output_test.XXXXXX");
	if (!mkdtemp(p->folder))
		return -1;
	snprintf(p->file, sizeof(p->file), "%s/result", p->folder);
	*state = p;
	return 0;
}

static int remove_place(void **state)
{
	struct place *p = *state;

	unlink(p->file);
	rmdir(p->folder);
	free(p);
	return 0;
}

static size_t files_in(const char *folder)
{
	DIR *d = opendir(folder);
	size_t n = 0;

	assert_non_null(d);
	for (struct dirent *e = readdir(d); e; e = readdir(d))
		n += e->d_name[0] != '.';
	closedir(d);
	return n;
}

static void put_old(const struct place *p)
{
	FILE *f = fopen(p->file, "w");

	assert_non_null(f);
	fputs("old", f);
	fclose(f);
}

static void assert_holds(const struct place *p, const char *want)
{
	char got[64] = "";
	FILE *f = fopen(p->file, "r");

	assert_non_null(f);
	got[fread(got, 1, sizeof(got) - 1, f)] = 0;
	fclose(f);
	assert_string_equal(got, want);
}

static void a_file_appears_only_when_it_is_whole(void **state)
{
	struct place *p = *state;
	struct output o;
	struct err err = { 0 };

	put_old(p);
	assert_true(output_open(&o, p->file, &err));
	assert_true(output_put(&o, slice_str("new")));
	assert_holds(p, "old");
	assert_true(output_close(&o, &err));
	assert_holds(p, "new");
	assert_int_equal(files_in(p->folder), 1);
}

static void what_was_given_up_leaves_nothing(void **state)
{
	struct place *p = *state;
	struct output o;
	struct err err = { 0 };

	put_old(p);
	assert_true(output_open(&o, p->file, &err));
	assert_true(output_put(&o, slice_str("new")));
	output_abort(&o);
	assert_holds(p, "old");
	assert_int_equal(files_in(p->folder), 1);
}

static void a_folder_or_a_missing_folder_is_refused_at_once(void **state)
{
	struct place *p = *state;
	struct output o;
	struct err err = { 0 };
	char path[100];

	assert_false(output_open(&o, p->folder, &err));
	assert_int_equal(err.code, ERR_SYSTEM);
	output_abort(&o);
	snprintf(path, sizeof(path), "%s/none/file", p->folder);
	assert_false(output_open(&o, path, &err));
	assert_non_null(strstr(err.why, "No such file"));
	output_abort(&o);
	assert_int_equal(files_in(p->folder), 0);
}

static void a_device_stays_a_device(void **state)
{
	struct place *p = *state;
	struct output o;
	struct err err = { 0 };
	struct stat st;

	/* A pipe in our own folder stands for it: a fault must not cost the machine its /dev/null. */
	assert_int_equal(mkfifo(p->file, 0600), 0);
	/* Not blocking: when nothing arrives the test fails, and does not wait for ever. */
	int reader = open(p->file, O_RDWR | O_NONBLOCK | O_CLOEXEC);

	assert_true(reader >= 0);
	assert_true(output_open(&o, p->file, &err));
	assert_true(output_put(&o, slice_str("line\n")));
	assert_true(output_close(&o, &err));
	char line[16] = "";

	assert_int_equal(read(reader, line, sizeof(line) - 1), 5);
	assert_string_equal(line, "line\n");
	close(reader);
	assert_int_equal(stat(p->file, &st), 0);
	assert_true(S_ISFIFO(st.st_mode));
}

static void a_full_disk_is_told(void **state)
{
	struct place *p = *state;
	struct output o;
	struct err err = { 0 };
	struct stat st;

	if (stat("/dev/full", &st) != 0 || !S_ISCHR(st.st_mode))
		skip();
	/* By a link in our own folder: a fault that renames over it takes the link, not the device. */
	assert_int_equal(symlink("/dev/full", p->file), 0);
	assert_true(output_open(&o, p->file, &err));
	output_put(&o, slice_str("x"));
	assert_false(output_close(&o, &err));
	assert_non_null(strstr(err.why, "No space"));
}

static void a_reader_that_left_is_no_fault(void **state)
{
	struct output o;
	struct err err = { 0 };
	int ends[2], saved = dup(STDOUT_FILENO);
	bool ok;

	(void)state;
	signal(SIGPIPE, SIG_IGN);
	assert_int_equal(pipe(ends), 0);
	fflush(stdout);
	dup2(ends[1], STDOUT_FILENO);
	close(ends[0]);
	close(ends[1]);
	ok = output_open(&o, NULL, &err) && output_put(&o, slice_str("x")) && output_close(&o, &err);
	dup2(saved, STDOUT_FILENO);
	close(saved);
	assert_true(ok);
}

static void much_more_than_the_buffer_arrives_whole(void **state)
{
	struct place *p = *state;
	struct output o;
	struct err err = { 0 };
	char line[1000];
	struct stat st;

	memset(line, 'x', sizeof(line));
	assert_true(output_open(&o, p->file, &err));
	for (size_t i = 0; i < 2000; i++)
		assert_true(output_put(&o, slice_of(line, sizeof(line))));
	assert_true(output_close(&o, &err));
	assert_int_equal(stat(p->file, &st), 0);
	assert_int_equal(st.st_size, 2000000);
}

#define IN_A_PLACE(test) cmocka_unit_test_setup_teardown(test, make_place, remove_place)

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_A_PLACE(a_file_appears_only_when_it_is_whole),
		IN_A_PLACE(what_was_given_up_leaves_nothing),
		IN_A_PLACE(a_folder_or_a_missing_folder_is_refused_at_once),
		IN_A_PLACE(a_device_stays_a_device),
		IN_A_PLACE(a_full_disk_is_told),
		cmocka_unit_test(a_reader_that_left_is_no_fault),
		IN_A_PLACE(much_more_than_the_buffer_arrives_whole),
	};

	return RUN(tests);
}
