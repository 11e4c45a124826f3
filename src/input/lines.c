/* SPDX-License-Identifier: Apache-2.0 */
#include "input/lines.h"

#include "base/limits.h"

enum lines_step lines_next(struct lines *l, const struct input_env *env, struct slice *ret,
			   uint64_t *ret_offset)
{
	for (;;) {
		struct slice rest = slice_from(l->w.bytes, l->at);
		size_t n = slice_find(rest, '\n');

		if (!rest.n)
			return l->w.final ? LINES_END : LINES_MORE;
		if (l->skipping || (n == rest.n && !l->w.final && rest.n >= LIMIT_LINE_BYTES)) {
			if (!l->skipping)
				input_note(env, l->w.offset + l->at, true,
					   "a line longer than %zu MiB was skipped", LIMIT_LINE_BYTES >> 20);
			l->skipping = n == rest.n;
			l->at += n < rest.n ? n + 1 : n;
			continue;
		}
		if (n == rest.n && !l->w.final)
			return LINES_MORE;
		*ret_offset = l->w.offset + l->at;
		l->at += n < rest.n ? n + 1 : n;
		*ret = slice_head(rest, n && n <= rest.n && rest.p[n - 1] == '\r' ? n - 1 : n);
		return LINES_LINE;
	}
}
