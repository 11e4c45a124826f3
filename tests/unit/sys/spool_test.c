/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"

#include "sys/spool.h"

#include <stdlib.h>
#include <unistd.h>

/* Names are random: enough of them that every last character comes up. */
#define FILES 400

static void what_two_descriptors_share_leaves_no_name_behind(void **state)
{
	char folder[] = "/tmp/upriver-spool-XXXXXX";
	struct err err = { 0 };

	(void)state;
	assert_non_null(mkdtemp(folder));
	for (int i = 0; i < FILES; i++) {
		int out = -1, in = -1;
		char c = 0;

		assert_true(tempfile_pair(folder, &out, &in, &err));
		assert_int_equal(write(out, "x", 1), 1);
		assert_int_equal(read(in, &c, 1), 1);
		assert_int_equal(c, 'x');
		assert_true(write(in, "y", 1) < 0);
		close(out);
		close(in);
	}
	/* Only an empty folder can be removed. */
	assert_int_equal(rmdir(folder), 0);
}

static void a_folder_that_is_not_there_is_said(void **state)
{
	struct err err = { 0 };
	int out, in;

	(void)state;
	assert_false(tempfile_pair("/nowhere/at all", &out, &in, &err));
	assert_non_null(strstr(err.why, "/nowhere/at all"));
	assert_int_equal(tempfile_open("/nowhere/at all", &err), -1);
}

static void what_went_to_the_file_and_what_is_in_memory_are_read_as_one(void **state)
{
	struct spool s;
	struct err err = { 0 };
	uint8_t back[64];
	uint8_t text[32];

	(void)state;
	spool_init(&s);
	for (uint8_t i = 0; i < 8; i++) {
		for (size_t k = 0; k < sizeof(text); k++)
			text[k] = i;
		assert_true(spool_write(&s, slice_of(text, sizeof(text)), 100, NULL, &err));
	}
	assert_int_equal(spool_bytes(&s), 256);
	assert_true(s.file_bytes > 0);
	for (uint64_t at = 0; at + sizeof(back) <= 256; at++) {
		assert_true(spool_read(&s, at, back, sizeof(back)));
		for (size_t k = 0; k < sizeof(back); k++)
			assert_int_equal(back[k], (at + k) / 32);
	}
	assert_false(spool_read(&s, 200, back, sizeof(back)));
	spool_done(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_two_descriptors_share_leaves_no_name_behind),
		cmocka_unit_test(a_folder_that_is_not_there_is_said),
		cmocka_unit_test(what_went_to_the_file_and_what_is_in_memory_are_read_as_one),
	};

	return RUN(tests);
}
