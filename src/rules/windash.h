/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * What the modifier `windash` means here (specification 2.1, appendix "modifiers", String
 * Modifiers): Windows programs take `-x`, `/x` and, pasted from documents, `–x`, `—x` and `―x` as
 * the same option. A dash of the rule's *value* that starts an option (the first character of the
 * value, or one behind white space) stands for any of the five; the record may have any of them
 * there, at any place. All other dashes of the value compare as they are, so that `-no-proxy`
 * does not find `/no/proxy`.
 *
 * Folding every dash of both sides to '-' is therefore a sound prefilter, and test_text() the
 * verdict. No state.
 */
#include "base/slice.h"

static inline bool windash_is_dash(uint32_t c)
{
	return c == '-' || c == '/' || (c >= 0x2013 && c <= 0x2015);
}

/* White space that can stand before an option. */
static inline bool windash_is_space(uint8_t c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

/* Whether a dash at byte `at` of the value starts an option. */
static inline bool windash_starts(struct slice value, size_t at)
{
	return at == 0 || windash_is_space(value.p[at - 1]);
}
