/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"

#include "base/buf.h"
#include "base/cursor.h"

static void json_strings_are_escaped_and_repaired(void **state)
{
	struct buf b = { 0 };

	(void)state;
	buf_put_json(&b, slice_str("a\"\\\n\x01 \xc3\xbc \xff \x7f"));
	assert_slice(buf_slice(&b), "\"a\\\"\\\\\\n\\u0001 \xc3\xbc \xef\xbf\xbd \\u007f\"");
	buf_done(&b);
}

static void keys_get_commas_where_they_belong(void **state)
{
	struct buf b = { 0 };

	(void)state;
	buf_put_byte(&b, '{');
	buf_json_text(&b, "a", slice_str("x"));
	buf_json_text(&b, "b", slice_of(NULL, 0));
	buf_json_u64(&b, "c", UINT64_MAX);
	buf_put_byte(&b, '}');
	assert_slice(buf_slice(&b), "{\"a\":\"x\",\"b\":null,\"c\":18446744073709551615}");
	buf_done(&b);
}

static void a_terminal_gets_no_control_characters(void **state)
{
	struct buf b = { 0 };

	(void)state;
	buf_put_terminal(&b, slice_str("a\x1b[31m\xc2\x9b \xff\xc3\xa4"), 0);
	assert_slice(buf_slice(&b), "a\\x1b[31m\\xc2\\x9b \\xff\xc3\xa4");
	buf_clear(&b);
	buf_put_terminal(&b, slice_str("\xe2\x80\xae" "fdp.exe"), 0);
	assert_slice(buf_slice(&b), "\\xe2\\x80\\xaefdp.exe");
	buf_clear(&b);
	buf_put_terminal(&b, slice_str("\x1b\x1b\x1b"), 7);
	assert_slice(buf_slice(&b), "\\x1b\xe2\x80\xa6");
	buf_clear(&b);
	buf_put_terminal(&b, slice_str("abcdefgh"), 4);
	assert_slice(buf_slice(&b), "abc\xe2\x80\xa6");
	buf_done(&b);
}

static void what_is_packed_can_be_read_back(void **state)
{
	struct buf b = { 0 };

	(void)state;
	buf_put_u8(&b, 7);
	buf_put_le64(&b, UINT64_MAX - 1);
	buf_put_sized(&b, slice_str("text"));
	struct cursor c = cursor_of(buf_slice(&b));

	assert_int_equal(cursor_u8(&c), 7);
	assert_true(cursor_u64(&c) == UINT64_MAX - 1);
	assert_slice(cursor_take(&c, cursor_u32(&c)), "text");
	assert_true(c.ok && cursor_left(&c) == 0);
	buf_done(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(json_strings_are_escaped_and_repaired),
		cmocka_unit_test(keys_get_commas_where_they_belong),
		cmocka_unit_test(a_terminal_gets_no_control_characters),
		cmocka_unit_test(what_is_packed_can_be_read_back),
	};

	return RUN(tests);
}
