/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * One test against one text: the meaning of Sigma's values, once for everybody.
 *
 *  - without `cased`, text compares by simple case folding of code points (utf_fold); ASCII
 *    letters only equal ASCII letters;
 *  - `windash`: a dash in the pattern that starts an option (at the pattern's start or behind white
 *    space) equals each of - / U+2013 U+2014 U+2015 in the text; so all permutations hold;
 *  - `*` is any text, `?` one character (code point);
 *  - numbers compare as numbers, time parts in UTC.
 */
#include "rules/rule.h"

/* TEXT, WILDCARD, CIDR, NUMBER, TIMEPART; others give false. scratch is for folding. */
bool test_text(const struct test *t, struct slice text, struct arena *scratch);
/* "10.0.0.0/8", "fe80::/10", or a bare address. */
bool cidr_parse(struct slice text, struct cidr *ret);
