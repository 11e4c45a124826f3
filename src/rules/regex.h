/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Regular expressions of rules (Sigma's `re`, a PCRE subset). Checked by PCRE2 when the rules are
 * read; ASCII text is then searched by Vectorscan, which is linear in the text, compiled at first
 * use; text that is not ASCII, and what Vectorscan refuses, by PCRE2 with match limits.
 *
 * struct regex is immutable and shared; struct regex_scratch belongs to one worker.
 */
#include "base/err.h"
#include "base/slice.h"

struct arena;
struct regex;
struct regex_scratch;
struct test;

/* From a TEST_REGEX. NULL with err when it is no regular expression. */
struct regex *regex_new(const struct test *t, struct err *err);
void regex_free(struct regex *re);
struct regex_scratch *regex_scratch_new(void);
void regex_scratch_free(struct regex_scratch *s);
/* Is it found in text? number is the predicate's (the scratch remembers what it compiled).
 * A match limit that is reached counts as not found. */
bool regex_search(const struct regex *re, struct regex_scratch *s, uint32_t number,
		  struct slice text);

/*
 * The longest literal that every match must contain, or an empty slice when none is certain.
 * Works on the pattern's text: literal runs of the outermost concatenation that nothing makes
 * optional. In the arena.
 */
struct slice regex_literal(struct arena *a, struct slice pattern);
