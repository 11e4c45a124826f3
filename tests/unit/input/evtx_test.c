/* SPDX-License-Identifier: Apache-2.0 */
/* The event log reader over logs made here: every form of record, every kind of damage. */
#include "test.h"

#include "base/arena.h"
#include "base/cursor.h"
#include "base/rng.h"
#include "event/event.h"
#include "evtx_build.h"
#include "guard.h"
#include "input/formats.h"

#include <stdlib.h>

#define RECORDS_MAX 16

/* What a reader gave: each record's fields as "Name=text" lines, and what it noted. */
struct reading {
	size_t records, lost, notes, damaged;
	struct slice fields[RECORDS_MAX];
	uint64_t number[RECORDS_MAX], offset[RECORDS_MAX];
	struct buf why;
	struct arena arena;
};

static struct names names;
static struct evtx_build b;

static void on_note(void *ctx, uint64_t offset, bool lost, const char *why)
{
	struct reading *r = ctx;

	(void)offset;
	r->notes++;
	r->lost += lost;
	buf_printf(&r->why, "%s\n", why);
}

static void keep(struct reading *r, struct event *ev)
{
	struct buf text = { 0 };

	for (uint32_t i = 0; i < ev->n; i++) {
		buf_put(&text, ev->fields[i].name);
		buf_put_byte(&text, '=');
		buf_put(&text, event_text(ev, &ev->fields[i]));
		buf_put_byte(&text, '\n');
	}
	if (r->records < RECORDS_MAX) {
		r->fields[r->records] = arena_keep(&r->arena, buf_slice(&text));
		r->number[r->records] = ev->ptr.record;
		r->offset[r->records] = ev->ptr.offset;
	}
	r->records++;
	r->damaged += ev->damaged;
	buf_done(&text);
}

static struct reading read_log(struct slice file, bool carve)
{
	struct reading r = { 0 };
	struct input_env env = { .names = &names, .note = on_note, .note_ctx = &r, .carve = carve };
	struct input *in = input_evtx.open(&env);
	struct guard g = guard_copy(file, 64);
	struct input_window w = { .bytes = g.bytes, .offset = 0, .file_bytes = file.n, .final = true };
	struct event ev;

	arena_init(&r.arena, 0);
	event_init(&ev, &names);
	input_evtx.window(in, &w);
	while (input_evtx.next(in, &ev) == INPUT_EVENT)
		keep(&r, &ev);
	event_done(&ev);
	guard_done(&g);
	input_evtx.close(in);
	return r;
}

static void reading_done(struct reading *r)
{
	buf_done(&r->why);
	arena_done(&r->arena);
}

static bool said(struct reading *r, const char *what)
{
	return slice_search(buf_slice(&r->why), slice_str(what)) != NULL;
}

/* <Event><System><Channel>c</Channel>...</System> with everything written out. */
static void put_system(const char *channel, bool dependency)
{
	evtx_fragment(&b);
	evtx_open(&b, "Event", false, dependency);
	evtx_content(&b);
	evtx_open(&b, "System", false, dependency);
	evtx_content(&b);
	evtx_open(&b, "Provider", true, dependency);
	evtx_attribute(&b, "Name");
	evtx_text(&b, "Maker");
	evtx_empty(&b);
	evtx_element(&b, "EventID", "4711", dependency);
	evtx_element(&b, "Channel", channel, dependency);
	evtx_element(&b, "Computer", "PC-07", dependency);
	evtx_close(&b);
}

static void put_plain_record(const char *value)
{
	evtx_record(&b);
	put_system("Application", false);
	evtx_open(&b, "EventData", false, false);
	evtx_content(&b);
	evtx_element(&b, "Value", value, false);
	evtx_close(&b);
	evtx_close(&b);
	evtx_end(&b);
	evtx_record_end(&b);
}

/* A record by a new template, with its System; the definition's offset. */
static size_t begin_template_record(const char *channel)
{
	evtx_record(&b);
	evtx_fragment(&b);
	size_t at = evtx_template(&b);

	put_system(channel, true);
	return at;
}

/* Closes Event, then template, values and record. */
static void end_template_record(size_t at, const struct evtx_value *values, size_t n)
{
	evtx_close(&b);
	evtx_end(&b);
	evtx_template_end(&b, at, values, n);
	evtx_end(&b);
	evtx_record_end(&b);
}

/* <EventData> of two <Data>, by a new template; gives it. */
static size_t put_data_record(const char *channel, const char *first, const char *second,
			      const struct evtx_value values[2])
{
	size_t at = begin_template_record(channel);

	evtx_open(&b, "EventData", false, true);
	evtx_content(&b);
	evtx_data(&b, first, 0, values[0].type);
	evtx_data(&b, second, 1, values[1].type);
	evtx_close(&b);
	end_template_record(at, values, 2);
	return at;
}

static size_t put_template_record(const struct evtx_value values[2])
{
	return put_data_record("Security", "First", "Second", values);
}

/* Another record by the template at `at`. */
static void put_instance_record(size_t at, const struct evtx_value values[2])
{
	evtx_record(&b);
	evtx_fragment(&b);
	evtx_instance(&b, at, values, 2);
	evtx_end(&b);
	evtx_record_end(&b);
}

#define SYSTEM(channel) "Provider_Name=Maker\nEventID=4711\nChannel=" channel "\nComputer=PC-07\n"

static void records_without_a_template_are_read(void **state)
{
	(void)state;
	evtx_start(&b);
	put_plain_record("one");
	put_plain_record("two");
	struct reading r = read_log(evtx_finish(&b, 0), false);

	assert_int_equal(r.records, 2);
	assert_int_equal(r.notes, 0);
	assert_slice(r.fields[0], SYSTEM("Application") "Value=one\n");
	assert_slice(r.fields[1], SYSTEM("Application") "Value=two\n");
	assert_int_equal(r.number[1], 2);
	assert_int_equal(r.offset[0], EVTX_FILE_HEADER + EVTX_FIRST_RECORD);
	reading_done(&r);
	evtx_done(&b);
}

static void a_template_serves_many_records(void **state)
{
	const struct evtx_value one[] = { { 0x01, evtx_wide("anna") }, { 0x08, { (const uint8_t *)"\1\0\0\0", 4 } } };
	const struct evtx_value two[] = { { 0x01, evtx_wide("bert") }, { 0x00, { NULL, 0 } } };

	(void)state;
	evtx_start(&b);
	put_instance_record(put_template_record(one), two);
	struct reading r = read_log(evtx_finish(&b, 0), false);

	assert_int_equal(r.records, 2);
	assert_int_equal(r.notes, 0);
	assert_slice(r.fields[0], SYSTEM("Security") "First=anna\nSecond=1\n");
	assert_slice(r.fields[1], SYSTEM("Security") "First=bert\nSecond=\n");
	reading_done(&r);
	evtx_done(&b);
}

/* One value of a type, as the second field. */
static void check_value(uint8_t type, const char *bytes, size_t n, const char *want)
{
	const struct evtx_value values[] = { { 0x01, evtx_wide("x") }, { type, slice_of(bytes, n) } };
	struct buf text = { 0 };

	evtx_start(&b);
	put_template_record(values);
	struct reading r = read_log(evtx_finish(&b, 0), false);

	buf_printf(&text, SYSTEM("Security") "First=x\nSecond=%s\n", want);
	buf_put_byte(&text, 0);
	assert_int_equal(r.records, 1);
	assert_slice(r.fields[0], (const char *)text.p);
	buf_done(&text);
	reading_done(&r);
	evtx_done(&b);
}

static void every_type_of_value_has_its_text(void **state)
{
	(void)state;
	check_value(0x01, "a\0b\0\0\0", 6, "ab");
	/* Half a surrogate pair. */
	check_value(0x01, "\x3d\xd8" "a\0", 4, "\xef\xbf\xbd" "a");
	check_value(0x02, "caf\xe9\0", 5, "caf\xc3\xa9");
	check_value(0x03, "\xff", 1, "-1");
	check_value(0x04, "\xff", 1, "255");
	check_value(0x05, "\x00\x80", 2, "-32768");
	check_value(0x06, "\x00\x80", 2, "32768");
	check_value(0x07, "\xfe\xff\xff\xff", 4, "-2");
	check_value(0x08, "\xfe\xff\xff\xff", 4, "4294967294");
	check_value(0x09, "\xff\xff\xff\xff\xff\xff\xff\xff", 8, "-1");
	check_value(0x0a, "\xff\xff\xff\xff\xff\xff\xff\xff", 8, "18446744073709551615");
	check_value(0x0b, "\x00\x00\xc0\x3f", 4, "1.5");
	check_value(0x0c, "\x00\x00\x00\x00\x00\x00\xf8\xbf", 8, "-1.5");
	check_value(0x0d, "\1\0\0\0", 4, "true");
	check_value(0x0d, "\0\0\0\0", 4, "false");
	check_value(0x0e, "\x01\xab", 2, "01AB");
	check_value(0x0f, "\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b\x0c\x0d\x0e\x0f\x10", 16,
		    "{04030201-0605-0807-090a-0b0c0d0e0f10}");
	check_value(0x11, "\x00\x80\x3e\xd5\xde\xb1\x9d\x01", 8, "1970-01-01T00:00:00.0000000Z");
	check_value(0x12, "\xe8\x07\x01\x00\x01\x00\x02\x00\x03\x00\x04\x00\x05\x00\x06\x00", 16,
		    "2024-01-02T03:04:05.0060000Z");
	check_value(0x13, "\x01\x02\x00\x00\x00\x00\x00\x05\x20\x00\x00\x00\x20\x02\x00\x00", 16, "S-1-5-32-544");
	check_value(0x14, "\x1f\x00\x00\x00", 4, "0x1f");
	check_value(0x15, "\x00\x00\x00\x80\x00\x00\x00\x80", 8, "0x8000000080000000");
	check_value(0x81, "a\0\0\0b\0\0\0", 8, "a, b");
	check_value(0x88, "\1\0\0\0\2\0\0\0", 8, "1, 2");
	/* A size that its type cannot have is shown as bytes. */
	check_value(0x08, "\x01\x02", 2, "0102");
}

static void unnamed_data_is_a_list(void **state)
{
	const struct evtx_value values[] = { { 0x01, evtx_wide("one") }, { 0x01, evtx_wide("two") } };

	(void)state;
	evtx_start(&b);
	put_data_record("Application", NULL, NULL, values);
	struct reading r = read_log(evtx_finish(&b, 0), false);

	assert_int_equal(r.records, 1);
	assert_slice(r.fields[0], SYSTEM("Application") "Data=one, two\n");
	reading_done(&r);
	evtx_done(&b);
}

/* UserData, ProcessingErrorData: elements below their wrapper are fields, attributes too. */
static void put_wrapped_record(const char *wrapper)
{
	evtx_record(&b);
	put_system("Application", false);
	evtx_open(&b, wrapper, false, false);
	evtx_content(&b);
	evtx_open(&b, "Cleared", true, false);
	evtx_attribute(&b, "xmlns");
	evtx_text(&b, "http://example/ns");
	evtx_content(&b);
	evtx_element(&b, "Subject", "anna", false);
	evtx_open(&b, "Store", true, false);
	evtx_attribute(&b, "kind");
	evtx_text(&b, "log");
	evtx_empty(&b);
	evtx_close(&b);
	evtx_close(&b);
	evtx_close(&b);
	evtx_end(&b);
	evtx_record_end(&b);
}

static void what_stands_below_user_data_is_fields(void **state)
{
	(void)state;
	evtx_start(&b);
	put_wrapped_record("UserData");
	put_wrapped_record("ProcessingErrorData");
	struct reading r = read_log(evtx_finish(&b, 0), false);

	assert_int_equal(r.records, 2);
	assert_int_equal(r.lost, 0);
	for (size_t i = 0; i < 2; i++) {
		assert_true(slice_search(r.fields[i], slice_str("Subject=anna\n")) != NULL);
		assert_true(slice_search(r.fields[i], slice_str("Store_kind=log\n")) != NULL);
		assert_true(slice_search(r.fields[i], slice_str("xmlns")) == NULL);
	}
	reading_done(&r);
	evtx_done(&b);
}

/* A value that is itself binary XML (type 0x21): <EventData><Data Name='Inner'>...</EventData>. */
static void nested_binary_xml_is_read_where_it_stands(void **state)
{
	(void)state;
	evtx_start(&b);
	size_t at = begin_template_record("Application");

	evtx_substitution(&b, 0, 0x21);
	evtx_close(&b);
	evtx_end(&b);
	/* The value's bytes are written behind their descriptor: its size is known afterwards. */
	const struct evtx_value nothing = { 0x21, { NULL, 0 } };

	evtx_template_end(&b, at, &nothing, 1);
	size_t from = b.chunk.n;

	evtx_fragment(&b);
	evtx_open(&b, "EventData", false, false);
	evtx_content(&b);
	evtx_open(&b, "Data", true, false);
	evtx_attribute(&b, "Name");
	evtx_text(&b, "Inner");
	evtx_content(&b);
	evtx_text(&b, "deep");
	evtx_close(&b);
	evtx_close(&b);
	evtx_end(&b);
	b.chunk.p[from - 4] = (uint8_t)(b.chunk.n - from);
	b.chunk.p[from - 3] = (uint8_t)((b.chunk.n - from) >> 8);
	evtx_end(&b);
	evtx_record_end(&b);
	struct reading r = read_log(evtx_finish(&b, 0), false);

	assert_int_equal(r.records, 1);
	assert_int_equal(r.notes, 0);
	assert_slice(r.fields[0], SYSTEM("Application") "Inner=deep\n");
	reading_done(&r);
	evtx_done(&b);
}

/* ---- damage ---- */

/* Three plain records; the file's bytes may be changed. */
static uint8_t *three(size_t *n, unsigned slack)
{
	evtx_start(&b);
	put_plain_record("one");
	put_plain_record("two");
	put_plain_record("three");
	struct slice file = evtx_finish(&b, slack);

	*n = file.n;
	return b.file.p;
}

#define CHUNK EVTX_FILE_HEADER
#define RECORD (EVTX_FILE_HEADER + EVTX_FIRST_RECORD)

static void check_damage(size_t n, size_t records, size_t lost, const char *why)
{
	struct reading r = read_log(slice_of(b.file.p, n), false);

	assert_int_equal(r.records, records);
	assert_int_equal(r.lost, lost);
	assert_true(why ? said(&r, why) : r.notes == 0);
	reading_done(&r);
	evtx_done(&b);
}

static void damage_is_told_and_read_past(void **state)
{
	size_t n;
	uint8_t *p = three(&n, 0);
	uint32_t size = load_u32(p + RECORD + 4);

	(void)state;
	check_damage(n, 3, 0, NULL);

	p = three(&n, 0); /* dirty, and a count of chunks that is long past */
	p[120] = 1;
	p[42] = 9;
	check_damage(n, 3, 0, "dirty");

	p = three(&n, 0);
	p[CHUNK + 48] = 1; /* free space before the first record */
	p[CHUNK + 49] = p[CHUNK + 50] = 0;
	check_damage(n, 3, 0, "free space");

	p = three(&n, 0);
	p[CHUNK + 52] ^= 1;
	check_damage(n, 3, 0, "checksum of a chunk's records");

	p = three(&n, 0);
	p[CHUNK + 124] ^= 1;
	check_damage(n, 3, 0, "header's checksum");

	p = three(&n, 0); /* no size at all: on to the next record */
	memset(p + RECORD + size + 4, 0, 4);
	check_damage(n, 2, 1, "no record");

	p = three(&n, 0); /* torn: the size is not at its end again */
	memset(p + RECORD + size + size - 4, 0, 4);
	check_damage(n, 3, 1, "its end is missing");

	p = three(&n, 0);
	memset(p + CHUNK, 0, 8);
	check_damage(n, 3, 0, "magic");

	p = three(&n, 0);
	check_damage(n - 100, 3, 1, "cut off");
}

static void slack_is_carved_on_request(void **state)
{
	size_t n;

	(void)state;
	three(&n, 1);
	struct reading without = read_log(slice_of(b.file.p, n), false);
	struct reading with = read_log(slice_of(b.file.p, n), true);

	assert_int_equal(without.records, 2);
	assert_int_equal(without.notes, 0);
	assert_int_equal(with.records, 3);
	assert_slice(with.fields[2], SYSTEM("Application") "Value=three\n");
	reading_done(&without);
	reading_done(&with);
	evtx_done(&b);
}

/* ---- everything else ---- */

static void put_everything(void)
{
	const struct evtx_value one[] = { { 0x01, evtx_wide("anna") }, { 0x81, slice_of("a\0\0\0b\0\0\0", 8) } };
	const struct evtx_value two[] = { { 0x13, slice_of("\x01\x01\0\0\0\0\0\x05\x12\0\0\0", 12) },
					  { 0x88, slice_of("\1\0\0\0\2\0\0\0", 8) } };

	evtx_start(&b);
	put_instance_record(put_template_record(one), two);
	put_plain_record("three");
	put_wrapped_record("UserData");
}

static void every_prefix_is_survived(void **state)
{
	(void)state;
	put_everything();
	struct slice file = evtx_finish(&b, 0);

	for (size_t n = 0; n <= file.n; n += n < CHUNK + 4096 && n > 4000 ? 1 : 509) {
		struct reading r = read_log(slice_head(file, n), n & 1);

		assert_true(r.records <= 4);
		reading_done(&r);
	}
	evtx_done(&b);
}

static void flipped_bits_are_survived(void **state)
{
	struct rng rng = { 12 };

	(void)state;
	put_everything();
	struct slice file = evtx_finish(&b, 1);
	uint8_t *copy = malloc(file.n);

	assert_non_null(copy);
	for (int round = 0; round < 4000; round++) {
		memcpy(copy, file.p, file.n);
		for (uint64_t k = 0; k <= rng_below(&rng, 10); k++)
			copy[CHUNK + rng_below(&rng, 2600)] ^= (uint8_t)(1u << rng_below(&rng, 8));
		struct reading r = read_log(slice_of(copy, file.n), round & 1);

		assert_true(r.records <= RECORDS_MAX);
		reading_done(&r);
	}
	free(copy);
	evtx_done(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(records_without_a_template_are_read),
		cmocka_unit_test(a_template_serves_many_records),
		cmocka_unit_test(every_type_of_value_has_its_text),
		cmocka_unit_test(unnamed_data_is_a_list),
		cmocka_unit_test(what_stands_below_user_data_is_fields),
		cmocka_unit_test(nested_binary_xml_is_read_where_it_stands),
		cmocka_unit_test(damage_is_told_and_read_past),
		cmocka_unit_test(slack_is_carved_on_request),
		cmocka_unit_test(every_prefix_is_survived),
		cmocka_unit_test(flipped_bits_are_survived),
	};

	names_init(&names);
	int failed = RUN(tests);

	names_done(&names);
	return failed;
}
