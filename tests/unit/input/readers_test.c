/* SPDX-License-Identifier: Apache-2.0 */
/* What holds for every reader of text: on the samples of tests/dialects, the cutting of windows does
 * not matter, and damaged bytes are never read past. */
#include "test.h"

#include "base/buf.h"
#include "base/heap.h"
#include "base/rng.h"
#include "reading.h"

#include <dirent.h>
#include <stdlib.h>

#define SAMPLE_MAX ((size_t)64 << 10)

static void each_sample(void (*call)(const struct input_format *f, struct slice text, const char *name))
{
	const char *root = getenv("UPRIVER_ROOT");
	char path[4096];
	uint8_t *room = heap_new(SAMPLE_MAX);
	struct dirent *entry;
	size_t count = 0;

	snprintf(path, sizeof(path), "%s/tests/dialects/samples", root ? root : ".");
	DIR *dir = opendir(path);

	assert_non_null(dir);
	while ((entry = readdir(dir))) {
		snprintf(path, sizeof(path), "%s/tests/dialects/samples/%s", root ? root : ".",
			 entry->d_name);
		FILE *file = entry->d_name[0] == '.' ? NULL : fopen(path, "rb");

		if (!file)
			continue;
		struct slice text = slice_of(room, fread(room, 1, SAMPLE_MAX, file));
		const struct input_format *f = input_detect(slice_head(text, 4096), text.n);

		fclose(file);
		assert_non_null(f);
		call(f, text, entry->d_name);
		count++;
	}
	closedir(dir);
	free(room);
	assert_true(count > 30);
}

static void windows_agree(const struct input_format *f, struct slice text, const char *name)
{
	static const size_t steps[] = { 13, 97, 1021 };
	struct buf whole = { 0 };

	read_all(f, text, text.n, &whole);
	assert_true(whole.n > 0);
	for (size_t i = 0; i < 3; i++) {
		struct buf cut = { 0 };

		read_all(f, text, steps[i], &cut);
		if (!slice_eq(buf_slice(&whole), buf_slice(&cut)))
			fail_msg("%s in windows of %zu bytes", name, steps[i]);
		buf_done(&cut);
	}
	buf_done(&whole);
}

static void the_cutting_of_windows_does_not_matter(void **state)
{
	(void)state;
	each_sample(windows_agree);
}

static void prefixes(const struct input_format *f, struct slice text, const char *name)
{
	(void)name;
	for (size_t n = 0; n < text.n; n += 1 + n / 16) {
		struct buf out = { 0 };

		read_all(f, slice_head(text, n), n ? n : 1, &out);
		buf_done(&out);
	}
}

static void every_prefix_is_read_within_its_bounds(void **state)
{
	(void)state;
	each_sample(prefixes);
}

static void flips(const struct input_format *f, struct slice text, const char *name)
{
	struct rng rng = { 11 };
	uint8_t *copy = heap_new(text.n + 1);

	(void)name;
	for (unsigned round = 0; round < 40; round++) {
		struct buf out = { 0 };

		memcpy(copy, text.p, text.n);
		for (unsigned k = 0; k < 8 && text.n; k++)
			copy[rng_next(&rng) % text.n] ^= (uint8_t)(1u << rng_next(&rng) % 8);
		read_all(f, slice_of(copy, text.n), text.n, &out);
		buf_done(&out);
	}
	free(copy);
}

static void flipped_bits_are_survived(void **state)
{
	(void)state;
	each_sample(flips);
}

static void tables_keep_what_their_rows_have(void **state)
{
	struct buf out = { 0 };

	(void)state;
	events_of("sep=;\r\nName;Path x;Size\r\na;\"b;\"\"c\"\"\r\nd\";1\r\ne;f\r\n"
		  "Name;Size;New\r\ng;2;h;more\r\n\r\ni;\"j",
		  &out);
	assert_slice(buf_slice(&out),
		     "csv - -1 #1@25;Name=a;Path x=b;\"c\"\r\nd;Size=1\n"
		     "csv - -1 #2@43;Name=e;Path x=f\n"
		     "csv - -1 #3@63;Name=g;Size=2;New=h;column_4=more\n"
		     "csv - -1 #4@77;Name=i;Size=j\n");
	buf_done(&out);
}

static void records_of_one_serial_are_one_event(void **state)
{
	struct buf out = { 0 };

	(void)state;
	events_of("type=A msg=audit(10.5:1): a=1\ntype=A msg=audit(10.5:2): a=2\n"
		  "type=B msg=audit(10.5:1): b=\"x y\"\nrubbish\ntype=PROCTITLE msg=audit(10.5:2): proctitle=6100\n",
		  &out);
	assert_slice(buf_slice(&out),
		     "auditd auditd 10500000000 #2@30;type=A;a=2;type=PROCTITLE;proctitle=a\n"
		     "auditd auditd 10500000000 #1@0;type=A;a=1;type=B;b=x y\n");
	buf_done(&out);
}

static void a_list_in_an_object_is_records_only_where_it_is_one(void **state)
{
	struct buf out = { 0 };

	(void)state;
	events_of("{\"a\":1,\"Records\":[{\"b\":2},{\"b\":3}],\"c\":{\"d\":4}}\n{\"resources\":[{\"x\":1}],\"y\":2}\n",
		  &out);
	assert_slice(buf_slice(&out), "json - -1 #1@18;b=2;a=1\njson - -1 #2@26;b=3;a=1\n"
				      "json - -1 #3@48;resources.x=1;y=2\n");
	buf_done(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_cutting_of_windows_does_not_matter),
		cmocka_unit_test(every_prefix_is_read_within_its_bounds),
		cmocka_unit_test(flipped_bits_are_survived),
		cmocka_unit_test(tables_keep_what_their_rows_have),
		cmocka_unit_test(records_of_one_serial_are_one_event),
		cmocka_unit_test(a_list_in_an_object_is_records_only_where_it_is_one),
	};
	if (!reading_init())
		return 1;
	int failed = RUN(tests);

	reading_done();
	return failed;
}
