/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* The clocks of programs that are not Windows' own, as moments and as values of fields. 0 is no
 * time, and so is what no calendar holds. */
#include "base/when.h"
#include "event/value.h"

/* Microseconds since 1601: Chromium. */
struct when epoch_webkit(int64_t us);
/* Microseconds since 1970: Firefox (PRTime). */
struct when epoch_micro(int64_t us);
struct when epoch_seconds(int64_t s);
/* Seconds since 2001 with a fraction, rounded to the microsecond: macOS (Cocoa). */
struct when epoch_cocoa(double s);
/* For a field: VALUE_FILETIME, or VALUE_NULL where t is unset. */
struct value epoch_value(struct when t);
