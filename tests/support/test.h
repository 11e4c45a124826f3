/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * What every unit test includes: cmocka behind one header (it wants four others before it), and
 * slices. Test functions are named as sentences and listed in main().
 *
 *   static void an_empty_slice_has_no_bytes(void **state) { ... }
 *   int main(void) { const struct CMUnitTest tests[] = { cmocka_unit_test(...) }; return RUN(tests); }
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>

#include "base/slice.h"

#define RUN(tests) cmocka_run_group_tests(tests, NULL, NULL)

#define assert_slice(s, text)                                                                      \
	do {                                                                                       \
		struct slice got_ = (s);                                                           \
		struct slice want_ = slice_str(text);                                              \
		assert_int_equal(got_.n, want_.n);                                                 \
		assert_memory_equal(got_.n ? (const void *)got_.p : "", want_.p, want_.n);         \
	} while (0)
