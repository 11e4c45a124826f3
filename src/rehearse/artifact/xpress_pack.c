/* SPDX-License-Identifier: Apache-2.0 */
/* An encoder after MS-XCA 2.1: matches by a hash of three bytes, codes by repeated joining of the
 * two rarest, flattened until none is longer than 15. Made to be plain, not fast. */
#include "rehearse/artifact/ntfs_build.h"

#include "base/heap.h"

#include <stdlib.h>
#include <string.h>

#define SYMBOLS 512u
#define CHUNK 65536u
#define HASHES 4096u

struct token {
	uint16_t symbol;
	uint32_t length, distance; /* 0: a literal */
};

static unsigned top_bit(uint32_t v)
{
	unsigned n = 0;

	while (v >>= 1)
		n++;
	return n;
}

static size_t find_tokens(struct slice s, size_t from, size_t end, int64_t *last,
			  struct token *tokens)
{
	size_t n = 0;

	for (size_t i = from; i < end;) {
		size_t h = i + 3 <= end ? (s.p[i] * 961u + s.p[i + 1] * 31u + s.p[i + 2]) % HASHES
					: 0,
		       length = 0;
		int64_t at = i + 3 <= end ? last[h] : -1;

		if (at >= 0 && i - (size_t)at < CHUNK)
			while (i + length < end && s.p[(size_t)at + length] == s.p[i + length])
				length++;
		if (i + 3 <= end)
			last[h] = (int64_t)i;
		if (length < 3) {
			tokens[n++] = (struct token){ .symbol = s.p[i++] };
			continue;
		}
		uint32_t distance = (uint32_t)(i - (size_t)at),
			 code = length - 3 < 15 ? (uint32_t)length - 3 : 15;

		tokens[n++] = (struct token){ (uint16_t)(256 + (top_bit(distance) << 4) + code),
					      (uint32_t)length, distance };
		i += length;
	}
	return n;
}

/* Lengths of codes for these counts; false where one is longer than 15. */
static bool code_lengths(const uint32_t *counts, uint8_t *lengths)
{
	static uint32_t weight[SYMBOLS * 2], parent[SYMBOLS * 2];
	static bool gone[SYMBOLS * 2];
	size_t nodes = SYMBOLS;

	memset(gone, 0, sizeof(gone));
	for (size_t i = 0; i < SYMBOLS; i++) {
		weight[i] = counts[i];
		gone[i] = counts[i] == 0;
	}
	for (;; nodes++) {
		size_t low[2] = { SIZE_MAX, SIZE_MAX };

		for (size_t i = 0; i < nodes; i++) {
			if (gone[i])
				continue;
			if (low[0] == SIZE_MAX || weight[i] < weight[low[0]]) {
				low[1] = low[0];
				low[0] = i;
			} else if (low[1] == SIZE_MAX || weight[i] < weight[low[1]]) {
				low[1] = i;
			}
		}
		if (low[1] == SIZE_MAX)
			break;
		weight[nodes] = weight[low[0]] + weight[low[1]];
		gone[nodes] = false;
		gone[low[0]] = gone[low[1]] = true;
		parent[low[0]] = parent[low[1]] = (uint32_t)nodes;
	}
	for (size_t i = 0; i < SYMBOLS; i++) {
		lengths[i] = 0;
		for (size_t k = i; counts[i] && k != nodes - 1; k = parent[k])
			if (++lengths[i] > 15)
				return false;
	}
	return true;
}

/* Two words are always open: the decoder reads that far ahead. */
struct writer {
	struct buf *out;
	size_t slots[2];
	uint32_t bits;
	unsigned free;
};

static size_t open_word(struct writer *w)
{
	buf_put(w->out, slice_of("\0\0", 2));
	return w->out->n - 2;
}

static void close_word(struct writer *w, uint32_t word)
{
	w->out->p[w->slots[0]] = (uint8_t)word;
	w->out->p[w->slots[0] + 1] = (uint8_t)(word >> 8);
}

static void put_bits(struct writer *w, unsigned n, uint32_t v)
{
	if (n <= w->free) {
		w->bits = w->bits << n | v;
		w->free -= n;
		return;
	}
	unsigned rest = n - w->free;

	close_word(w, w->bits << w->free | v >> rest);
	w->slots[0] = w->slots[1];
	w->slots[1] = open_word(w);
	w->bits = v & ((1u << rest) - 1);
	w->free = 16 - rest;
}

static void put_token(struct writer *w, const struct token *t, const uint8_t *lengths,
		      const uint16_t *codes)
{
	put_bits(w, lengths[t->symbol], codes[t->symbol]);
	if (!t->distance)
		return;
	if (t->length - 3 >= 15) {
		uint32_t more = t->length - 3 - 15;

		buf_put_byte(w->out, (uint8_t)(more < 255 ? more : 255));
		if (more >= 255) {
			buf_put_byte(w->out, (uint8_t)(t->length - 3));
			buf_put_byte(w->out, (uint8_t)((t->length - 3) >> 8));
		}
	}
	put_bits(w, top_bit(t->distance), t->distance - (1u << top_bit(t->distance)));
}

static void put_chunk(struct buf *out, const struct token *tokens, size_t n)
{
	uint32_t counts[SYMBOLS] = { 0 };
	uint8_t lengths[SYMBOLS];
	uint16_t codes[SYMBOLS] = { 0 }, code = 0;
	struct writer w = { .out = out, .free = 16 };

	counts[256] = 1; /* the end's, and a second code where there is but one */
	counts[0] += n == 0;
	for (size_t i = 0; i < n; i++)
		counts[tokens[i].symbol]++;
	while (!code_lengths(counts, lengths))
		for (size_t i = 0; i < SYMBOLS; i++)
			counts[i] = counts[i] ? counts[i] / 2 + 1 : 0;
	for (unsigned length = 1; length <= 15; length++, code = (uint16_t)(code << 1))
		for (size_t i = 0; i < SYMBOLS; i++)
			if (lengths[i] == length)
				codes[i] = code++;
	for (size_t i = 0; i < SYMBOLS; i += 2)
		buf_put_byte(out, (uint8_t)(lengths[i] | lengths[i + 1] << 4));
	w.slots[0] = open_word(&w);
	w.slots[1] = open_word(&w);
	for (size_t i = 0; i < n; i++)
		put_token(&w, &tokens[i], lengths, codes);
	close_word(&w, w.bits << w.free);
}

void xpress_pack(struct buf *out, struct slice plain)
{
	struct token *tokens = heap_array(CHUNK, sizeof(*tokens));
	int64_t last[HASHES];

	for (size_t i = 0; i < HASHES; i++)
		last[i] = -1;
	for (size_t at = 0; at < plain.n; at += CHUNK) {
		size_t end = plain.n - at < CHUNK ? plain.n : at + CHUNK;

		put_chunk(out, tokens, find_tokens(plain, at, end, last, tokens));
	}
	free(tokens);
}
