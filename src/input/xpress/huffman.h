/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Decodes Xpress Huffman, LZ77 with Huffman codes (MS-XCA, section 2.2), as Windows packs prefetch
 * files and others. A stream is chunks of 64 KiB of output; each has its own table.
 *
 *   256 bytes   512 lengths of codes, 4 bits each, the lower nibble first (0: not used)
 *   then        16-bit words, little-endian, read from the highest bit; between them the bytes of
 *               long matches, at the place that the reader of words has reached
 *   code < 256  that byte
 *   others      16 * bits of the distance + length - 3 (15: more bytes), then the distance's bits
 *
 * The stream does not say how long its output is: whoever carries it does. Output never passes
 * out_n, whatever the stream says; time is linear in both. About 3 ns a byte of output.
 */
#include "base/slice.h"

#define XPRESS_TABLE 32768u

/* Working memory, 64 KiB; needs no preparation. */
struct xpress_table {
	uint16_t codes[XPRESS_TABLE]; /* by the next 15 bits: length << 9 | symbol; 0: no such code
				       */
};

/* Bytes put into out: out_n, or fewer where the stream ends too early or is broken; then *ret_why
 * says which. */
size_t xpress_huffman(struct xpress_table *t, struct slice in, uint8_t *out, size_t out_n,
		      const char **ret_why);
