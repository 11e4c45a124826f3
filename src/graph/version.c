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

static bool digit_at(struct slice s, size_t at)
{
	return at < s.n && is_digit(s.p[at]);
}

bool version_in(struct slice text, struct slice version)
{
	if (version.n < 3 || slice_find(version, '.') == version.n)
		return false;
	for (size_t from = 0; from < text.n;) {
		const uint8_t *found = slice_search(slice_from(text, from), version);
		size_t at, end;

		if (!found)
			return false;
		at = (size_t)(found - text.p);
		end = at + version.n;
		if (!(at && is_digit(text.p[at - 1])) && !(at > 1 && text.p[at - 1] == '.' && is_digit(text.p[at - 2])) &&
		    !digit_at(text, end) && !(end < text.n && text.p[end] == '.' && digit_at(text, end + 1)))
			return true;
		from = at + 1;
	}
	return false;
}
