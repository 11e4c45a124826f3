/* SPDX-License-Identifier: Apache-2.0 */
/* Zeek's tab-separated logs: every line of the header, escapes, lists, headers that come again, rows
 * that are none, and files that are cut anywhere. */
#include "test.h"

#include "base/heap.h"
#include "reading.h"

#include <stdlib.h>

#define HEAD "#separator \\x09\n#set_separator\t,\n#empty_field\t(empty)\n#unset_field\t-\n"
#define CONN                                                                                       \
	HEAD "#path\tconn\n#open\t2026-11-03-08-00-00\n#fields\tts\tid.orig_h\tid.resp_p\tlocal\ttags\n" \
	     "#types\ttime\taddr\tport\tbool\tset[string]\n"
#define ROW "1793693522.123456\t192.0.2.7\t443\tT\ta,b\n"
#define CLOSE "#close\t2026-11-03-09-00-00\n"

/* Events without what a dialect adds, and the notes below them. */
static void reads_as(const char *text, const char *want)
{
	struct dialects *kept = dialects;
	struct buf out = { 0 }, told = { 0 };

	dialects = NULL;
	reading_notes = &told;
	events_of(text, &out);
	reading_notes = NULL;
	dialects = kept;
	buf_put(&out, buf_slice(&told));
	assert_slice(buf_slice(&out), want);
	buf_done(&out);
	buf_done(&told);
}

static void a_row_is_as_its_header_says(void **state)
{
	(void)state;
	reads_as(CONN ROW CLOSE, "zeek - 1793693522123456000 #1@187;#path=conn;ts=1793693522.123456;id.orig_h=192.0.2.7;"
				 "id.resp_p=443;local=true;tags=a, b\n");
}

static void unset_is_no_field_and_empty_is_an_empty_one(void **state)
{
	(void)state;
	reads_as(HEAD "#path\tx\n#fields\ta\tb\tc\td\n#types\tstring\tstring\tset[string]\tvector[count]\n"
		      "-\t(empty)\t(empty)\t-\nx\ty\t-,(empty),z\t1,2\n",
		 "zeek - -1 #1@140;#path=x;b=;c=\n"
		 "zeek - -1 #2@160;#path=x;a=x;b=y;c=, , z;d=1, 2\n");
}

static void every_line_of_the_header_is_honoured(void **state)
{
	(void)state;
	reads_as("#separator \\x7c\n#set_separator|;\n#empty_field|none\n#unset_field|?\n#path|p\n"
		 "#fields|a|b|c|d\n#types|string|string|set[string]|string\n?|none|x;y,z|-\n",
		 "zeek - -1 #1@130;#path=p;b=;c=x, y,z;d=-\n");
	/* Nothing but the separator: the others are as Zeek has them when nobody says otherwise. */
	reads_as("#separator \\x09\n#fields\ta\tb\tc\n-\t(empty)\t1,2\n", "zeek - -1 #1@30;b=;c=1,2\n");
}

static void escapes_are_undone_where_they_are_text(void **state)
{
	(void)state;
	reads_as(HEAD "#fields\ta\tb\tc\n#types\tstring\tset[string]\tstring\n"
		      "x\\x09y\\x20\tp\\x2cq,r\tcaf\\xc3\\xa9\n"
		      "\\x2d\t\\x28empty)\t\\\\\\\\srv\\\\x41\n"
		      "\\x00\\xff\\xc3\t\\x1b[0m\t\\x4\n"
		      "\xc3\xa9\t\xff\xe9z\t\\xed\\xa0\\x80\n",
		 "zeek - -1 #1@116;a=x\ty ;b=p,q, r;c=caf\xc3\xa9\n"
		 "zeek - -1 #2@148;a=-;b=(empty);c=\\\\srv\\x41\n"
		 "zeek - -1 #3@177;a=\\x00\\xff\\xc3;b=\\x1b[0m;c=\\x4\n"
		 "zeek - -1 #4@202;a=\xc3\xa9;b=\\xff\\xe9z;c=\\xed\\xa0\\x80\n");
}

static void numbers_that_are_none_are_text(void **state)
{
	struct event ev;
	struct input *in;
	static const char text[] = HEAD "#fields\ta\tb\tc\td\te\tf\n#types\tcount\tint\tdouble\tbool\tport\tinterval\n"
					"1\t-5\t0.25\tF\t007\t1.\n";
	static const uint8_t want[] = { VALUE_NUMBER, VALUE_NUMBER, VALUE_NUMBER, VALUE_BOOL, VALUE_TEXT, VALUE_TEXT };
	struct guard g = guard_copy(slice_str(text), 64);

	(void)state;
	event_init(&ev, &names);
	in = input_zeek.open(environment());
	input_zeek.window(in, &(struct input_window){ .bytes = g.bytes, .final = true });
	assert_int_equal(input_zeek.next(in, &ev), INPUT_EVENT);
	assert_int_equal(ev.n, 6);
	for (size_t i = 0; i < 6; i++)
		assert_int_equal(ev.fields[i].value.type, want[i]);
	/* Borrowed: the cell where it lies. */
	assert_ptr_equal(ev.fields[2].value.s.p, slice_search(g.bytes, slice_str("0.25")));
	input_zeek.close(in);
	event_done(&ev);
	guard_done(&g);
}

static void times_are_seconds_however_few(void **state)
{
	(void)state;
	reads_as(HEAD "#fields\tts\n#types\ttime\n0.000001\n12\n1793693522.1234567891\n-1.5\n99999999999.0\n",
		 "zeek - 1000 #1@92;ts=0.000001\nzeek - 12000000000 #2@101;ts=12\n"
		 "zeek - 1793693522123456789 #3@104;ts=1793693522.1234567891\n"
		 "zeek - -1 #4@126;ts=-1.5\nzeek - -1 #5@131;ts=99999999999.0\n");
}

static void rotated_logs_that_were_put_together_are_one(void **state)
{
	(void)state;
	reads_as(HEAD "#path\ta\n#fields\tx\ty\n#types\tstring\tset[string]\n1\t2,3\n" CLOSE HEAD
		      "#path\tb\n#fields\tz\n#types\tcount\n4\n" CLOSE "5\n",
		 "zeek - -1 #1@115;#path=a;x=1;y=2, 3\nzeek - -1 #2@248;#path=b;z=4\n"
		 "zeek - -1 #3@277;#path=b;z=5\n");
}

static void rows_of_another_length_cost_no_other(void **state)
{
	(void)state;
	reads_as(HEAD "#fields\ta\tb\n#types\tstring\tstring\n1\t2\n3\n4\t5\t6\n\n7\t8\n",
		 "zeek - -1 #1@102;a=1;b=2\nzeek - -1 #4@115;a=7;b=8\n"
		 "106 lost: row 2 has 1 columns, #fields 2\n108 lost: row 3 has 3 columns, #fields 2\n");
	reads_as(HEAD "1\t2\n#fields\ta\n3\n", "zeek - -1 #2@83;a=3\n69 lost: row 1 has no #fields above it\n");
	reads_as(HEAD "#separator ab\n#fields\ta\n3\n",
		 "zeek - -1 #1@93;a=3\n69 lost: a #separator that is not one byte: the one before is kept\n");
}

static void bad_rows_without_end_are_told_so_far(void **state)
{
	struct buf text = { 0 }, out = { 0 }, told = { 0 };

	(void)state;
	buf_put(&text, slice_str(HEAD "#fields\ta\n"));
	for (unsigned i = 0; i < 1000; i++)
		buf_put(&text, slice_str("1\t2\n"));
	buf_put(&text, slice_str("3\n"));
	reading_notes = &told;
	read_all(&input_zeek, buf_slice(&text), text.n, &out);
	reading_notes = NULL;
	size_t lines = 0;

	for (size_t i = 0; i < told.n; i++)
		lines += told.p[i] == '\n';
	assert_int_equal(lines, 17);
	assert_non_null(slice_search(buf_slice(&out), slice_str("#1001@")));
	buf_done(&text);
	buf_done(&out);
	buf_done(&told);
}

static void too_many_columns_are_refused_and_told(void **state)
{
	struct buf text = { 0 }, out = { 0 }, told = { 0 };

	(void)state;
	buf_put(&text, slice_str(HEAD "#fields"));
	for (unsigned i = 0; i < 1025; i++)
		buf_put(&text, slice_str("\ta"));
	buf_put(&text, slice_str("\n1\n#fields\tb\n2\n"));
	reading_notes = &told;
	read_all(&input_zeek, buf_slice(&text), text.n, &out);
	reading_notes = NULL;
	assert_non_null(slice_search(buf_slice(&told), slice_str("more than 1024 #fields")));
	assert_non_null(slice_search(buf_slice(&out), slice_str(";b=2")));
	buf_done(&text);
	buf_done(&out);
	buf_done(&told);
}

/* A file that is cut anywhere gives what is before the cut, and the last row only where no more than
 * the end of its last cell is gone. */
static void a_file_cut_anywhere_gives_what_is_before(void **state)
{
	static const char text[] = CONN ROW "1793693523.5\t192.0.2.8\t80\tF\t-\n" CLOSE CONN ROW CLOSE;
	struct slice all = slice_str(text);

	(void)state;
	for (size_t n = 1; n < all.n; n++) {
		struct buf out = { 0 }, told = { 0 };
		struct slice part = slice_head(all, n), rest = part;
		size_t rows = 0, events = 0, cells = 1;
		struct slice line = part;

		while (rest.p) {
			line = slice_cut(rest, '\n', &rest);
			rows += rest.p && line.n && line.p[0] != '#';
		}
		reading_notes = &told;
		read_all(&input_zeek, part, n, &out);
		reading_notes = NULL;
		for (size_t i = 0; i < out.n; i++)
			events += out.p[i] == '\n';
		for (size_t i = 0; i < line.n; i++)
			cells += line.p[i] == '\t';
		bool row = line.n && line.p[0] != '#', whole = row && cells == 5;

		assert_int_equal(events, rows + whole);
		/* Half a line of the header is told only where nothing can be read without it. */
		if (row || !slice_starts(line, slice_str("#separator ")))
			assert_int_equal(told.n > 0, row);
		if (row)
			assert_non_null(slice_search(buf_slice(&told),
						     slice_str(whole ? "has no end" : "the file ends in it")));
		buf_done(&out);
		buf_done(&told);
	}
}

static void windows_of_any_size_give_the_same(void **state)
{
	static const char text[] = "\xef\xbb\xbf" CONN ROW ROW CLOSE HEAD "#path\tb\n#fields\tz\n4\\x20\n" CLOSE "x\ty\n" CONN ROW;
	struct slice all = slice_str(text);
	struct buf whole = { 0 };

	(void)state;
	read_all(&input_zeek, all, all.n, &whole);
	assert_true(whole.n > 0);
	for (size_t step = 1; step < all.n; step++) {
		struct buf cut = { 0 };

		read_all(&input_zeek, all, step, &cut);
		assert_true(slice_eq(buf_slice(&whole), buf_slice(&cut)));
		buf_done(&cut);
	}
	buf_done(&whole);
}

static void it_is_known_by_its_first_line(void **state)
{
	static const char *const no[] = { "#separator\n", "#separator ab\n", "#separator \\x0\n", "#fields\ta\n", "ts\tuid\n" };

	(void)state;
	assert_ptr_equal(input_detect(slice_str(CONN ROW), 300), &input_zeek);
	assert_ptr_equal(input_detect(slice_str("\xef\xbb\xbf" CONN ROW), 300), &input_zeek);
	assert_ptr_equal(input_detect(slice_str("#separator \\x7c\n#fields|a|b\n"), 30), &input_zeek);
	for (size_t i = 0; i < sizeof(no) / sizeof(*no); i++)
		assert_ptr_not_equal(input_detect(slice_str(no[i]), strlen(no[i])), &input_zeek);
}

static void every_flipped_bit_is_survived(void **state)
{
	(void)state;
	flip_each_bit(&input_zeek, slice_str(CONN ROW ROW CLOSE HEAD "#path\tb\n#fields\tz\n\\xc3\\xa9\\\\\n" CLOSE));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_row_is_as_its_header_says),
		cmocka_unit_test(unset_is_no_field_and_empty_is_an_empty_one),
		cmocka_unit_test(every_line_of_the_header_is_honoured),
		cmocka_unit_test(escapes_are_undone_where_they_are_text),
		cmocka_unit_test(numbers_that_are_none_are_text),
		cmocka_unit_test(times_are_seconds_however_few),
		cmocka_unit_test(rotated_logs_that_were_put_together_are_one),
		cmocka_unit_test(rows_of_another_length_cost_no_other),
		cmocka_unit_test(bad_rows_without_end_are_told_so_far),
		cmocka_unit_test(too_many_columns_are_refused_and_told),
		cmocka_unit_test(a_file_cut_anywhere_gives_what_is_before),
		cmocka_unit_test(windows_of_any_size_give_the_same),
		cmocka_unit_test(it_is_known_by_its_first_line),
		cmocka_unit_test(every_flipped_bit_is_survived),
	};
	if (!reading_init())
		return 1;
	int failed = RUN(tests);

	reading_done();
	return failed;
}
