/* SPDX-License-Identifier: Apache-2.0 */
#include "input/xpress/huffman.h"

#include "base/cursor.h"

#define SYMBOLS 512u
#define CODE_BITS 15u
#define CHUNK_BYTES 65536u
#define LENGTHS_BYTES (SYMBOLS / 2)

/* The next bits stand at the top of `next`; `extra` + 16 of them are valid, or made up: `lacking`.
 */
struct bits {
	struct cursor in;
	uint32_t next;
	int extra;
	unsigned lacking; /* zero bits put behind the end of the stream */
};

static uint32_t word(struct bits *b)
{
	if (cursor_left(&b->in) >= 2)
		return cursor_u16(&b->in);
	b->in.at = b->in.s.n; /* half a word is none */
	b->lacking += 16;
	return 0;
}

static void bits_start(struct bits *b)
{
	b->next = word(b) << 16;
	b->next |= word(b);
	b->extra = 16;
}

/* Takes n <= 15 bits off. */
static inline void bits_drop(struct bits *b, unsigned n)
{
	b->next <<= n;
	b->extra -= (int)n;
	if (b->extra < 0) {
		b->next |= word(b) << -b->extra;
		b->extra += 16;
	}
}

static inline bool bits_over(const struct bits *b)
{
	return b->lacking && (int)b->lacking > 16 + b->extra;
}

/* Codes are given in the order of their lengths, then of the symbols (canonical). False where there
 * are more of them than fit. A table with gaps is taken: a gap that is met is the error. */
static bool read_table(struct xpress_table *t, const uint8_t *lengths)
{
	unsigned counts[CODE_BITS + 1] = { 0 }, starts[CODE_BITS + 1], at = 0;

	for (unsigned s = 0; s < SYMBOLS; s++)
		counts[lengths[s / 2] >> s % 2 * 4 & 15]++;
	for (unsigned n = 1; n <= CODE_BITS; n++) {
		starts[n] = at;
		at += counts[n] << (CODE_BITS - n);
	}
	if (at > XPRESS_TABLE)
		return false;
	memset(t->codes + at, 0, (XPRESS_TABLE - at) * sizeof(*t->codes));
	for (unsigned s = 0; s < SYMBOLS; s++) {
		unsigned n = lengths[s / 2] >> s % 2 * 4 & 15, span = 1u << (CODE_BITS - n);

		if (!n)
			continue;
		for (unsigned i = 0; i < span; i++)
			t->codes[starts[n] + i] = (uint16_t)(n << 9 | s);
		starts[n] += span;
	}
	return true;
}

/* What stands behind the code of a match of 15 or more. */
static bool long_match(struct bits *b, size_t *length)
{
	size_t n = cursor_u8(&b->in);

	if (n == 255) {
		n = cursor_u16(&b->in);
		if (n == 0)
			n = cursor_u32(&b->in);
		if (n < 15)
			return false;
		n -= 15;
	}
	*length = n + 15;
	return b->in.ok;
}

/* A match from its code on; false where it points before the output or its bytes are not there. */
static bool copy_match(struct bits *b, unsigned code, uint8_t *out, size_t *at, size_t out_n)
{
	unsigned distance_bits = code >> 4;
	size_t length = code & 15, distance = (size_t)1 << distance_bits;

	if (length == 15 && !long_match(b, &length))
		return false;
	length += 3;
	if (distance_bits) {
		distance += b->next >> (32 - distance_bits);
		bits_drop(b, distance_bits);
	}
	if (distance > *at)
		return false;
	if (length > out_n - *at)
		length = out_n - *at;
	uint8_t *to = out + *at;
	const uint8_t *from = to - distance;

	if (distance >= length)
		memcpy(to, from, length);
	else
		for (size_t i = 0; i < length; i++) /* it may repeat what it has just written */
			to[i] = from[i];
	*at += length;
	return true;
}

/* One chunk's codes, until `end` bytes of output are there. NULL, or what is wrong. */
static const char *read_chunk(const struct xpress_table *t, struct bits *b, uint8_t *out,
			      size_t *at, size_t end, size_t out_n)
{
	while (*at < end) {
		unsigned entry = t->codes[b->next >> (32 - CODE_BITS)],
			 symbol = entry & (SYMBOLS - 1);

		if (!entry)
			return "a code that its table does not have";
		bits_drop(b, entry >> 9);
		if (bits_over(b))
			return "the stream ends early";
		if (symbol < 256)
			out[(*at)++] = (uint8_t)symbol;
		else if (!copy_match(b, symbol - 256, out, at, out_n))
			return b->in.ok ? "a match that points before the start"
					: "the stream ends early";
	}
	return bits_over(b) ? "the stream ends early" : NULL;
}

size_t xpress_huffman(struct xpress_table *t, struct slice in, uint8_t *out, size_t out_n,
		      const char **ret_why)
{
	struct bits b = { .in = cursor_of(in) };
	size_t at = 0;

	while (at < out_n) {
		struct slice lengths = cursor_take(&b.in, LENGTHS_BYTES);
		size_t end = out_n - at < CHUNK_BYTES ? out_n : at + CHUNK_BYTES;
		const char *why;

		if (!lengths.n) {
			*ret_why = "the stream ends early";
			return at;
		}
		if (!read_table(t, lengths.p)) {
			*ret_why = "a table with too many codes";
			return at;
		}
		bits_start(&b);
		why = read_chunk(t, &b, out, &at, end, out_n);
		if (why) {
			*ret_why = why;
			return at;
		}
	}
	return at;
}
