/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Regular expressions of rules (Sigma's `re`, a PCRE subset): PCRE2 with its machine code, made when
 * the rules are read, and with match limits. Not Vectorscan: 5.4.9 can miss what ends in the last
 * block of a text (see probe.c), and a text cannot be padded where $ means its end. Few values ever
 * come here: a rule's expression is tried when its literal, or another witness, was seen.
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
/* Is it found in text? A match limit that is reached counts as not found. */
bool regex_search(const struct regex *re, struct regex_scratch *s, struct slice text);

/*
 * The longest literal that every match must contain, or an empty slice when none is certain.
 * Works on the pattern's text: literal runs of the outermost concatenation that nothing makes
 * optional. In the arena. Where `bytes` is not NULL, bytes[c] becomes true for every byte of all
 * such runs; in which case a letter stands is not said.
 */
struct slice regex_literal(struct arena *a, struct slice pattern, bool bytes[256]);
