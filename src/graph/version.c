/* SPDX-License-Identifier: Apache-2.0 */
#include "graph/version.h"

static bool is_digit(uint8_t c)
{
	return c >= '0' && c <= '9';
}

/* The run of digits at the front without leading zeroes; *s moves behind it. */
static struct slice number(struct slice *s)
{
	size_t n = 0, from = 0;

	while (n < s->n && is_digit(s->p[n]))
		n++;
	while (from + 1 < n && s->p[from] == '0')
		from++;
	struct slice run = slice_of(s->p + from, n - from);

	*s = slice_from(*s, n);
	return run;
}

int version_compare(struct slice a, struct slice b)
{
	while (a.n && b.n) {
		if (is_digit(a.p[0]) && is_digit(b.p[0])) {
			struct slice x = number(&a), y = number(&b);
			int c = x.n != y.n ? (x.n < y.n ? -1 : 1) : slice_cmp(x, y);

			if (c)
				return c;
			continue;
		}
		if (a.p[0] != b.p[0])
			return a.p[0] < b.p[0] ? -1 : 1;
		a = slice_from(a, 1);
		b = slice_from(b, 1);
	}
	return a.n ? 1 : b.n ? -1 : 0;
}
