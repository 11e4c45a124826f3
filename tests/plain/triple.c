/* SPDX-License-Identifier: Apache-2.0 */
#include "triple.h"

/* Up to a line that is `mark`, or the end; *line counts on. */
static struct slice block(struct slice *text, const char *mark, unsigned *line)
{
	struct slice whole = *text, rest = *text;

	while (rest.n) {
		struct slice before = rest;
		struct slice one = slice_cut(rest, '\n', &rest);

		(*line)++;
		if (slice_is(slice_trim(one), mark)) {
			*text = rest;
			return slice_of(whole.p, (size_t)(before.p - whole.p));
		}
	}
	*text = slice_of(NULL, 0);
	return whole;
}

static struct slice without_comments(struct slice s)
{
	while (s.n) {
		struct slice rest, line = slice_cut(s, '\n', &rest);

		if (slice_trim(line).n && slice_trim(line).p[0] != '#')
			break;
		s = rest;
	}
	return s;
}

bool triple_next(struct slice *text, unsigned *line, struct triple *ret)
{
	while (text->n) {
		unsigned inner = 0;

		ret->line = *line + 1;
		struct slice whole = block(text, "===", line);

		if (!slice_trim(without_comments(whole)).n)
			continue;
		ret->rule = without_comments(block(&whole, "---", &inner));
		ret->event = without_comments(block(&whole, "---", &inner));
		ret->verdict = slice_trim(without_comments(whole));
		return true;
	}
	return false;
}
