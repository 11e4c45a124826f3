/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Does one test of a rule hold for one value? The meaning of TEST_TEXT, TEST_WILDCARD, TEST_CIDR,
 * TEST_NUMBER and TEST_TIMEPART in one place. Not here: TEST_REGEX (a library's), TEST_NULL and
 * TEST_EXISTS (about the field, not a value), and which values a field has (rule.h says how they
 * combine).
 *
 * Text compares by code point through utf_fold unless `cased`; an invalid byte is U+FFFD. No
 * state; wildcards take text length x longest literal run at most, never exponential time. ASCII
 * runs byte by byte.
 */
#include "rules/rule.h"

/* The five above, against a value's text (value_text or event_text; for a list, one element's);
 * others give false. Numbers are decimal, 0x or floating-point text; time parts are in UTC, of
 * text that when_parse takes, which is what FILETIME and SYSTEMTIME are rendered as. scratch is
 * for conversions. */
bool test_text(const struct test *t, struct slice text, struct arena *scratch);
/* How a TEST_FIELDREF compares: value against the other field's text, with t's anchors. */
bool test_fieldref(const struct test *t, struct slice text, struct slice other);
/* "10.0.0.0/8", "fe80::/10" or a bare address; host bits are cleared. */
bool cidr_parse(struct slice text, struct cidr *ret);
/* a.b.c.d or IPv6 text. ::ffff:a.b.c.d counts as a.b.c.d, a zone (fe80::1%eth0) is not looked
 * at. False when it is no address. */
bool test_address(struct slice text, uint8_t bytes[16], bool *v6);
