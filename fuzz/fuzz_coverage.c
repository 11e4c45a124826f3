/* SPDX-License-Identifier: Apache-2.0 */
/* Coverage messages as the parent gets them from a worker: rows are sound, and what was taken
 * makes the round again. */
#include "base/buf.h"
#include "case/coverage.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static bool check_row(void *ctx, const struct coverage_row *row)
{
	uint64_t *rows = ctx;

	if (row->events == 0 || row->first_ns > row->last_ns || row->host.n > LIMIT_NAME_BYTES)
		abort();
	(*rows)++;
	return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct coverage c;
	struct buf out = { 0 };
	uint64_t given = 0, again = 0;

	coverage_init(&c);
	if (coverage_merge(&c, slice_of(data, n), check_row, &given, NULL)) {
		coverage_encode(&c, &out);
		if (!coverage_decode(buf_slice(&out), check_row, &again, NULL) || again != c.n)
			abort();
	}
	buf_done(&out);
	coverage_done(&c);
	return 0;
}
