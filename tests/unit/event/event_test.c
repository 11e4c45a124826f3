/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"

#include "event/event.h"

static struct names names;

static void fields_are_found_by_number_and_chained(void **state)
{
	struct event ev;
	uint32_t id = names_add(&names, slice_str("Threat Name"));

	(void)state;
	assert_int_equal(names_find(&names, slice_str("ThreatName")), id);
	event_init(&ev, &names);
	for (int round = 0; round < 2; round++) {
		event_clear(&ev);
		event_add(&ev, slice_str("Threat Name"), id, value_text_of(slice_str("one")));
		event_add(&ev, slice_str("x"), NAME_OTHER, value_text_of(slice_str("two")));
		event_add(&ev, slice_str("Threat Name"), id, value_text_of(slice_str("three")));
		struct field *f = event_find(&ev, id);

		assert_slice(event_text(&ev, f), "one");
		assert_slice(event_text(&ev, field_next(&ev, f)), "three");
		assert_null(field_next(&ev, field_next(&ev, f)));
		assert_null(event_find(&ev, NAME_CHANNEL));
	}
	event_done(&ev);
}

static void an_alias_wins_and_leaves_the_value(void **state)
{
	struct event ev;

	(void)state;
	event_init(&ev, &names);
	event_add(&ev, slice_str("NewProcessName"), NAME_NEW_PROCESS_NAME,
		  value_text_of(slice_str("C:\\a.exe")));
	event_alias(&ev, NAME_IMAGE, NAME_NEW_PROCESS_NAME);
	assert_slice(event_text_of(&ev, NAME_IMAGE), "C:\\a.exe");
	event_alias(&ev, NAME_PARENT_IMAGE, NAME_USER);
	assert_null(event_find(&ev, NAME_PARENT_IMAGE));
	event_done(&ev);
}

static void sealing_reads_the_common_fields(void **state)
{
	struct event ev;

	(void)state;
	event_init(&ev, &names);
	event_add(&ev, slice_str("EventID"), NAME_EVENT_ID, value_text_of(slice_str("4688")));
	event_add(&ev, slice_str("Channel"), NAME_CHANNEL,
		  (struct value){ .type = VALUE_UTF16, .s = slice_of("S\0e\0c\0", 6) });
	event_add(&ev, slice_str("TimeCreated_SystemTime"), NAME_SYSTEM_TIME,
		  (struct value){ .type = VALUE_FILETIME, .u = 133244712001234567 });
	event_seal(&ev);
	assert_int_equal(ev.event_id, 4688);
	assert_slice(ev.channel, "Sec");
	assert_null(ev.host.p);
	assert_int_equal(ev.time.digits, 7);
	event_done(&ev);
}

static void escaped_text_is_read_when_it_is_asked_for(void **state)
{
	struct event ev;
	int64_t number;
	struct value v = { .type = VALUE_ESCAPED, .s = slice_str("C:\\\\a \\u0031") };

	(void)state;
	event_init(&ev, &names);
	event_add(&ev, slice_str("Image"), NAME_IMAGE, v);
	assert_slice(event_text_of(&ev, NAME_IMAGE), "C:\\a 1");
	assert_slice(value_bytes(&v), "C:\\\\a \\u0031");
	v.s = slice_str("\\u0034\\u0032");
	assert_true(value_i64(v, &number));
	assert_int_equal(number, 42);
	event_done(&ev);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fields_are_found_by_number_and_chained),
		cmocka_unit_test(an_alias_wins_and_leaves_the_value),
		cmocka_unit_test(sealing_reads_the_common_fields),
		cmocka_unit_test(escaped_text_is_read_when_it_is_asked_for),
	};

	names_init(&names);
	int failed = RUN(tests);

	names_done(&names);
	return failed;
}
