/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"

#include "base/buf.h"
#include "base/heap.h"
#include "base/rng.h"
#include "guard.h"
#include "input/xpress/huffman.h"
#include "rehearse/artifact/ntfs_build.h"

#include <stdlib.h>

static struct xpress_table table;

/* Decodes in, whose last byte is the last before a guard page, to n bytes before another one. */
static size_t decode(struct slice in, size_t n, struct buf *out, const char **why)
{
	struct guard from = guard_copy(in, 0);
	uint8_t *zero = heap_new(n + 1);
	struct guard to = guard_copy(slice_of(zero, n), 0);
	size_t got = xpress_huffman(&table, from.bytes, (uint8_t *)(uintptr_t)to.bytes.p, n, why);

	buf_clear(out);
	buf_put(out, slice_head(to.bytes, got));
	guard_done(&from);
	guard_done(&to);
	free(zero);
	return got;
}

static void comes_back(struct slice plain)
{
	struct buf packed = { 0 }, out = { 0 };
	const char *why = "";

	xpress_pack(&packed, plain);
	assert_int_equal(decode(buf_slice(&packed), plain.n, &out, &why), plain.n);
	assert_true(slice_eq(buf_slice(&out), plain));
	buf_done(&packed);
	buf_done(&out);
}

/* MS-XCA's own example: the alphabet, each letter once. */
static void the_alphabet_of_the_specification_is_read(void **state)
{
	uint8_t stream[276] = { 0 };
	static const uint8_t lengths[] = { 0x50, 0x55, 0x55, 0x55, 0x55, 0x55, 0x55,
					   0x55, 0x55, 0x55, 0x55, 0x45, 0x44, 0x04 };
	static const uint8_t words[] = {
		0xd8, 0x52, 0x3e, 0xd7, 0x94, 0x11, 0x5b, 0xe9, 0x19, 0x5f,
		0xf9, 0xd6, 0x7c, 0xdf, 0x8d, 0x04, 0x00, 0x00, 0x00, 0x00
	};
	struct buf out = { 0 };
	const char *why = "";

	(void)state;
	memcpy(stream + 48, lengths, sizeof(lengths));
	stream[128] = 0x04;
	memcpy(stream + 256, words, sizeof(words));
	assert_int_equal(decode(slice_of(stream, sizeof(stream)), 26, &out, &why), 26);
	assert_slice(buf_slice(&out), "abcdefghijklmnopqrstuvwxyz");
	buf_done(&out);
}

static void what_was_packed_comes_back(void **state)
{
	struct buf text = { 0 };
	struct rng rng = { 11 };

	(void)state;
	comes_back(slice_str("a"));
	comes_back(slice_str("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"));
	comes_back(slice_str("abcabcabcabcabcabcabcabcabc"));
	for (size_t i = 0; i < 300000; i++) /* several chunks of repeats, near and far */
		buf_put_byte(&text, (uint8_t)(i % 7 ? rng_below(&rng, 3) : i / 1000));
	comes_back(buf_slice(&text));
	buf_clear(&text);
	for (size_t i = 0; i < 70000; i++) /* a match longer than a byte says */
		buf_put_byte(&text, 'x');
	comes_back(buf_slice(&text));
	buf_clear(&text);
	for (size_t i = 0; i < 66000; i++)
		buf_put_byte(&text, (uint8_t)rng_next(&rng));
	comes_back(buf_slice(&text));
	buf_done(&text);
}

static struct slice sample(struct buf *packed, struct buf *plain)
{
	for (size_t i = 0; i < 2000; i++)
		buf_printf(plain, "line %zu of %zu;", i % 37, i % 5);
	xpress_pack(packed, buf_slice(plain));
	return buf_slice(packed);
}

static void a_cut_stream_gives_what_was_before(void **state)
{
	struct buf packed = { 0 }, plain = { 0 }, out = { 0 };
	struct slice s = sample(&packed, &plain);
	size_t last = 0;

	(void)state;
	for (size_t n = 0; n < s.n; n++) {
		const char *why = NULL;
		size_t got = decode(slice_head(s, n), plain.n, &out, &why);

		/* The last word may hold nothing but padding. */
		assert_true(got < plain.n ? why != NULL : n + 4 >= s.n);
		assert_true(got >= last || got + 4 > last);
		assert_memory_equal(out.p ? out.p : (const uint8_t *)"", plain.p,
				    got > 300 ? got - 300 : 0);
		last = got;
	}
	assert_true(last + 8 > plain.n);
	buf_done(&packed);
	buf_done(&plain);
	buf_done(&out);
}

static void every_flipped_bit_is_survived(void **state)
{
	struct buf packed = { 0 }, plain = { 0 }, out = { 0 };
	struct slice s = sample(&packed, &plain);
	const char *why;

	(void)state;
	for (size_t bit = 0; bit < s.n * 8; bit++) {
		packed.p[bit / 8] ^= (uint8_t)(1u << bit % 8);
		assert_true(decode(s, plain.n, &out, &why) <= plain.n);
		packed.p[bit / 8] ^= (uint8_t)(1u << bit % 8);
	}
	buf_done(&packed);
	buf_done(&plain);
	buf_done(&out);
}

static void a_match_before_the_start_is_none(void **state)
{
	uint8_t stream[264] = { 0 };
	struct buf out = { 0 };
	const char *why = NULL;

	(void)state;
	stream[128] =
		0x11; /* symbols 256 and 257, one bit each: matches of three and four, one back */
	assert_int_equal(decode(slice_of(stream, sizeof(stream)), 9, &out, &why), 0);
	assert_string_equal(why, "a match that points before the start");
	buf_done(&out);
}

static void more_codes_than_fit_are_no_table(void **state)
{
	uint8_t stream[264];
	struct buf out = { 0 };
	const char *why = NULL;

	(void)state;
	memset(stream, 0x11, sizeof(stream));
	assert_int_equal(decode(slice_of(stream, sizeof(stream)), 9, &out, &why), 0);
	assert_string_equal(why, "a table with too many codes");
	buf_done(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_alphabet_of_the_specification_is_read),
		cmocka_unit_test(what_was_packed_comes_back),
		cmocka_unit_test(a_cut_stream_gives_what_was_before),
		cmocka_unit_test(every_flipped_bit_is_survived),
		cmocka_unit_test(a_match_before_the_start_is_none),
		cmocka_unit_test(more_codes_than_fit_are_no_table),
	};

	return RUN(tests);
}
