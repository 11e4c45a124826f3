/* SPDX-License-Identifier: Apache-2.0 */
/* A database with a log or a journal: the first byte says how many blocks of 512 the database has,
 * and with its highest bit that a journal follows and not a log. */
#include "fuzz_input.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice rest = slice_of(size ? data + 1 : NULL, size ? size - 1 : 0);
	struct slice main = slice_head(rest, size ? (size_t)(data[0] & 0x7f) * 512 : 0);
	struct slice beside = slice_from(rest, main.n);
	bool journal = size && data[0] & 0x80;
	struct slice none = { 0 };

	(void)input_detect(slice_head(main, 4096), main.n);
	fuzz_read_beside(&input_sqlite, main,
			 (struct slice[]){ journal ? none : beside, journal ? beside : none });
	return 0;
}
