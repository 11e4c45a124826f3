/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* What to do next with a case: the commands that have an answer in it. */
#include "base/buf.h"
#include "store/store.h"

enum { NEXT_MAX = 4 };

struct next_step {
	const char *what;	  /* in words, 33 columns at most */
	const char *verb, *option; /* upriver VERB CASE OPTION; option with its space, or "" */
};

/* Fills list, and *ret_n of it. False with err when the case cannot be read. */
bool next_steps(struct store *s, struct next_step list[NEXT_MAX], size_t *ret_n, struct err *err);
/* One line: in words, and the command. */
void next_line(struct buf *out, const struct next_step *step, const char *path);
