/* SPDX-License-Identifier: Apache-2.0 */
/* Breaks (B...) and runs of record numbers (N...) as the parent gets them from a worker: what is taken
 * is sound, can be judged, and makes the round again. */
#include "base/buf.h"
#include "base/limits.h"
#include "case/breaks.h"
#include "case/numbers.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void numbers(struct slice message)
{
	struct numbers all;

	numbers_init(&all);
	if (numbers_merge(&all, message) && all.n) {
		struct numbers_verdict v;
		size_t count = 0;

		numbers_sort(&all);
		while (count < all.n && all.runs[count].log == all.runs[0].log)
			count++;
		numbers_judge(all.runs, count, &v);
		if (v.n > LIMIT_SPANS || v.lowest == 0)
			abort();
		for (size_t i = 0; i < v.n; i++)
			if (v.gaps[i].from_ns > v.gaps[i].to_ns)
				abort();
		numbers_verdict_done(&v);
	}
	numbers_done(&all);
}

static void a_break(struct slice message)
{
	struct break_record b, again;
	struct buf out = { 0 };

	if (!break_decode(message, &b))
		return;
	break_encode(&b, &out);
	if (!break_decode(buf_slice(&out), &again) || again.time.ns != b.time.ns)
		abort();
	buf_done(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct slice s = slice_of(data, n);

	if (n && data[0] == 'N')
		numbers(slice_from(s, 1));
	if (n && data[0] == 'B')
		a_break(slice_from(s, 1));
	return 0;
}
