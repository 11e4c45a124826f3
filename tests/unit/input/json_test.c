/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"

#include "base/buf.h"
#include "base/err.h"
#include "base/rng.h"
#include "guard.h"
#include "event/taxonomy.h"
#include "input/dialect.h"
#include "input/formats.h"
#include "input/json/parse.h"

static struct names names;
static struct taxonomy tax;
static struct dialects *dialects;
static unsigned notes, lost;

static void on_note(void *ctx, uint64_t offset, bool is_lost, const char *why)
{
	(void)ctx, (void)offset, (void)why;
	notes++;
	lost += is_lost;
}

static const struct input_env env = { .names = &names, .note = on_note };

/* The events of text, as "field=value;..." lines, given in windows of `step` bytes. */
static void read_all(const struct input_format *f, struct slice text, size_t step, struct buf *out)
{
	struct input_env with = env;
	struct event ev;
	size_t from = 0, have = step < text.n ? step : text.n;

	with.dialects = dialects;
	event_init(&ev, &names);
	struct input *in = f->open(&with);

	for (;;) {
		struct guard g = guard_copy(slice_of(text.p + from, have - from), 64);
		struct input_window w = { .bytes = g.bytes, .offset = from, .file_bytes = text.n, .final = have == text.n };
		enum input_step s;

		f->window(in, &w);
		while ((s = f->next(in, &ev)) == INPUT_EVENT) {
			for (uint32_t i = 0; i < ev.n; i++) {
				buf_put(out, ev.fields[i].name);
				buf_put_byte(out, '=');
				buf_put(out, event_text(&ev, &ev.fields[i]));
				buf_put_byte(out, ';');
			}
			buf_printf(out, "@%llu#%llu\n", (unsigned long long)ev.ptr.offset,
				   (unsigned long long)ev.ptr.record);
		}
		from += f->consumed(in);
		guard_done(&g);
		if (s == INPUT_END)
			break;
		have = have + step < text.n ? have + step : text.n;
	}
	f->close(in);
	event_done(&ev);
}

static void check(const struct input_format *f, const char *text, const char *want)
{
	for (size_t step = 1; step < 40; step += 3) {
		struct buf out = { 0 };

		read_all(f, slice_str(text), step, &out);
		assert_slice(buf_slice(&out), want);
		buf_done(&out);
	}
}

static void lines_become_events_whatever_the_windows(void **state)
{
	(void)state;
	check(&input_jsonl, "{\"a\":1,\"b\":{\"c\":\"x\\n\\u00fc\"}}\n\n {\"a\":[1,\"z\"]}\r\n{\"a\":null}",
	      "a=1;b.c=x\n\xc3\xbc;@0#1\na=1, z;@32#2\na=;@47#3\n");
}

static void objects_in_arrays_and_over_lines(void **state)
{
	(void)state;
	check(&input_json, "[{\"a\":1},\n {\"a\":\n2}]{\"b\":{}}", "a=1;@1#1\na=2;@11#2\nb=;@20#3\n");
}

static void a_bad_byte_only_spoils_its_text(void **state)
{
	(void)state;
	notes = lost = 0;
	check(&input_jsonl, "{\"a\":\"x\xff\",\"b\":\"ok\"}\n", "a=x\xef\xbf\xbd;b=ok;@0#1\n");
	assert_true(notes > 0);
	assert_int_equal(lost, 0);
}

static void a_broken_line_gives_what_stands_before_the_break(void **state)
{
	(void)state;
	notes = lost = 0;
	check(&input_jsonl, "{\"a\":1,\"b\":tru}\n{\"c\":2}\nrubbish\n{\"d\":3}\n",
	      "a=1;@0#1\nc=2;@16#2\nd=3;@32#4\n");
	assert_true(lost > 0);
}

static void nested_event_logs_and_ecs_have_the_same_names(void **state)
{
	struct event ev;
	struct json j;
	struct translator *translator = translator_new(dialects, &names);
	static const char *const texts[] = {
		"{\"Event\":{\"System\":{\"Provider\":{\"#attributes\":{\"Name\":\"P\"}},\"EventID\":{\"#text\":7},"
		"\"Channel\":\"C\",\"Computer\":\"H\",\"EventRecordID\":3,\"TimeCreated\":{\"#attributes\":"
		"{\"SystemTime\":\"2024-01-01T00:00:00Z\"}}},\"EventData\":{\"Image\":\"i\"}}}",
		"{\"Event\":{\"System\":{\"Provider_attributes\":{\"Name\":\"P\"},\"EventID\":7,"
		"\"Channel\":\"C\",\"Computer\":\"H\",\"EventRecordID\":3,\"TimeCreated_attributes\":"
		"{\"SystemTime\":\"2024-01-01T00:00:00Z\"}},\"UserData\":{\"X\":{\"Image\":\"i\"}}}}",
		"{\"_source\":{\"@timestamp\":\"2024-01-01T00:00:00Z\",\"winlog\":{\"channel\":\"C\",\"event_id\":7,"
		"\"provider_name\":\"P\",\"event_data\":{\"Image\":\"i\"}},\"host\":{\"name\":\"H\"}}}",
		"{\"@timestamp\":\"2024-01-01T00:00:00Z\",\"winlog.channel\":\"C\",\"event.code\":\"7\","
		"\"winlog.event_data.Image\":\"i\",\"host.name\":\"H\",\"event.provider\":\"P\"}",
		"{\"result\":{\"EventID\":7,\"Channel\":\"C\",\"Hostname\":\"H\",\"SourceName\":\"P\",\"Image\":\"i\","
		"\"TimeCreated\":\"2024-01-01T00:00:00Z\"}}",
	};

	(void)state;
	event_init(&ev, &names);
	json_init(&j, &names, dialects);
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		event_clear(&ev);
		assert_true(json_read(&j, slice_str(texts[i]), &ev).complete);
		translator_apply(translator, &ev);
		event_seal(&ev);
		assert_non_null(ev.dialect);
		assert_int_equal(ev.event_id, 7);
		assert_slice(ev.channel, "C");
		assert_slice(ev.host, "H");
		assert_slice(ev.provider, "P");
		assert_slice(event_text_of(&ev, NAME_IMAGE), "i");
		assert_true(ev.time.set && ev.time.ns == INT64_C(1704067200000000000));
	}
	json_done(&j);
	translator_free(translator);
	event_done(&ev);
}

static void damaged_text_never_reads_past_its_end(void **state)
{
	static const char text[] = "{\"a\":\"x\\\"\\ud83d\\ude00 \xc3\xbc\",\"b\":[1,2,{\"c\":-1.5e3}],\"d\":true}\n";
	struct rng rng = { 7 };

	(void)state;
	for (size_t n = 0; n < sizeof(text); n++) {
		struct buf out = { 0 };

		read_all(&input_jsonl, slice_of(text, n), 1000, &out);
		read_all(&input_json, slice_of(text, n), 1000, &out);
		buf_done(&out);
	}
	for (size_t bit = 0; bit < sizeof(text) * 8 + 2000; bit++) {
		uint8_t copy[sizeof(text)];
		struct buf out = { 0 };

		memcpy(copy, text, sizeof(text));
		if (bit < sizeof(text) * 8)
			copy[bit / 8] ^= (uint8_t)(1u << bit % 8);
		else
			for (int k = 0; k < 4; k++)
				copy[rng_below(&rng, sizeof(text))] = (uint8_t)rng_next(&rng);
		read_all(&input_jsonl, slice_of(copy, sizeof(text) - 1), 1000, &out);
		read_all(&input_json, slice_of(copy, sizeof(text) - 1), 1000, &out);
		buf_done(&out);
	}
}

static void nesting_and_fields_have_limits(void **state)
{
	struct buf deep = { 0 }, out = { 0 };

	(void)state;
	for (int i = 0; i < 5000; i++)
		buf_put_str(&deep, "{\"a\":");
	buf_put_str(&deep, "\n{\"b\":1}\n");
	notes = lost = 0;
	read_all(&input_jsonl, buf_slice(&deep), 1 << 20, &out);
	assert_slice(buf_slice(&out), "b=1;@25001#2\n");
	assert_int_equal(lost, 1);
	buf_done(&deep);
	buf_done(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_become_events_whatever_the_windows),
		cmocka_unit_test(objects_in_arrays_and_over_lines),
		cmocka_unit_test(a_bad_byte_only_spoils_its_text),
		cmocka_unit_test(a_broken_line_gives_what_stands_before_the_break),
		cmocka_unit_test(nested_event_logs_and_ecs_have_the_same_names),
		cmocka_unit_test(damaged_text_never_reads_past_its_end),
		cmocka_unit_test(nesting_and_fields_have_limits),
	};
	struct err err = { 0 };

	names_init(&names);
	taxonomy_init(&tax, &names, &err);
	dialects = dialects_new(&names, &tax, &err);
	if (!dialects)
		return 1;
	int failed = RUN(tests);

	dialects_free(dialects);
	taxonomy_done(&tax);
	names_done(&names);
	return failed;
}
