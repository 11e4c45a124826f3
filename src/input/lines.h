/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Lines out of windows, for the readers of text logs. What is longer than LIMIT_LINE_BYTES is told
 * and skipped. Owned by the reader; one thread. */
#include "input/input.h"

struct lines {
	struct input_window w;
	size_t at;
	bool skipping; /* in the rest of a line that is too long */
};

enum lines_step { LINES_LINE, LINES_MORE, LINES_END };

static inline void lines_window(struct lines *l, const struct input_window *w)
{
	l->w = *w;
	l->at = 0;
}

/* The next line without its end (a \r before \n is part of that), and its offset in the file. */
enum lines_step lines_next(struct lines *l, const struct input_env *env, struct slice *ret,
			   uint64_t *ret_offset);
