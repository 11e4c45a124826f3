/* SPDX-License-Identifier: Apache-2.0 */
/* fseventsd: records of all three versions, and what a page that is cut off costs. */
#include "test.h"

#include "base/heap.h"
#include "whole_lines.h"

#include <stdlib.h>

static size_t page_start(struct buf *b, char version)
{
	size_t at = b->n;

	buf_printf(b, "%cSLD", version);
	buf_put_le32(b, 0);
	buf_put_le32(b, 0);
	return at;
}

static void put_record(struct buf *b, char version, const char *path, uint64_t id, uint32_t flags)
{
	buf_put(b, slice_of(path, strlen(path) + 1));
	buf_put_le64(b, id);
	buf_put_le32(b, flags);
	if (version > '1')
		buf_put_le64(b, 77);
	if (version > '2')
		buf_put_le32(b, 0);
}

static void page_end(struct buf *b, size_t at)
{
	uint32_t size = (uint32_t)(b->n - at);

	for (size_t i = 0; i < 4; i++)
		b->p[at + 8 + i] = (uint8_t)(size >> 8 * i);
}

static void build(struct buf *b, const char *versions)
{
	for (; *versions; versions++) {
		size_t at = page_start(b, *versions);

		put_record(b, *versions, "Applications/A.app", 5000000001, 0x01000001);
		put_record(b, *versions, "tmp/\xff", 5000000002, 0x00808012);
		page_end(b, at);
	}
}

static void records_have_paths_flags_and_an_order(void **state)
{
	struct buf b = { 0 }, out = { 0 };

	(void)state;
	build(&b, "123");
	assert_ptr_equal(input_detect(buf_slice(&b), b.n), &input_fsevents);
	assert_int_equal(whole_read(&input_fsevents, buf_slice(&b), NULL, "", &out), 6);
	assert_slice(
		buf_slice(&out),
		"fsevents - - #1 -;path=Applications/A.app;flags=Created, "
		"IsDirectory;id=5000000001;window={\"until\":\"2026-11-04T00:00:00.0000000Z\"}\n"
		"fsevents - - #2 -;path=tmp/\xef\xbf\xbd;flags=Removed, Modified, 0x8000, "
		"IsFile;id=5000000002;window={\"until\":\"2026-11-04T00:00:00.0000000Z\"}\n"
		"fsevents - - #3 -;path=Applications/A.app;flags=Created, "
		"IsDirectory;id=5000000001;node=77;window={\"until\":\"2026-11-04T00:00:00."
		"0000000Z\"}\n"
		"fsevents - - #4 -;path=tmp/\xef\xbf\xbd;flags=Removed, Modified, 0x8000, "
		"IsFile;id=5000000002;node=77;window={\"until\":\"2026-11-04T00:00:00.0000000Z\"}\n"
		"fsevents - - #5 -;path=Applications/A.app;flags=Created, "
		"IsDirectory;id=5000000001;node=77;window={\"until\":\"2026-11-04T00:00:00."
		"0000000Z\"}\n"
		"fsevents - - #6 -;path=tmp/\xef\xbf\xbd;flags=Removed, Modified, 0x8000, "
		"IsFile;id=5000000002;node=77;window={\"until\":\"2026-11-04T00:00:00.0000000Z\"}"
		"\n");
	assert_int_equal(whole_notes.n, 0);
	buf_done(&b);
	buf_done(&out);
}

static void what_is_cut_off_is_said_and_costs_nothing_else(void **state)
{
	struct buf b = { 0 };
	size_t at;

	(void)state;
	build(&b, "2");
	assert_int_equal(
		whole_read(&input_fsevents, slice_head(buf_slice(&b), b.n - 3), NULL, "", NULL), 1);
	assert_true(whole_noted("0: a page of"));
	assert_true(whole_noted("behind the last record of a page"));
	buf_put_str(&b, "rubbish");
	at = b.n;
	build(&b, "1");
	assert_int_equal(whole_read(&input_fsevents, buf_slice(&b), NULL, "", NULL), 4);
	assert_int_equal(whole_lost, 1);
	assert_true(whole_noted("7 bytes that are no page"));
	memset(b.p + at + 8, 0, 4); /* a page that says it is empty */
	assert_int_equal(whole_read(&input_fsevents, buf_slice(&b), NULL, "", NULL), 2);
	buf_done(&b);
}

static void damage_stays_inside(void **state)
{
	struct buf b = { 0 };

	(void)state;
	build(&b, "123");
	for (size_t bit = 0; bit < b.n * 8; bit++) {
		b.p[bit / 8] ^= (uint8_t)(1u << bit % 8);
		whole_read(&input_fsevents, buf_slice(&b), NULL, "", NULL);
		b.p[bit / 8] ^= (uint8_t)(1u << bit % 8);
	}
	for (size_t n = 0; n < b.n; n++)
		whole_read(&input_fsevents, slice_head(buf_slice(&b), n), NULL, "", NULL);
	buf_done(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(records_have_paths_flags_and_an_order),
		cmocka_unit_test(what_is_cut_off_is_said_and_costs_nothing_else),
		cmocka_unit_test(damage_stays_inside),
	};

	if (!reading_init())
		return 1;
	int failed = RUN(tests);

	reading_done();
	buf_done(&whole_notes);
	return failed;
}
