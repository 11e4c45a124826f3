/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * A moment: nanoseconds since 1970-01-01T00:00:00Z and how many digits of the second the record
 * itself kept. Years 1678 to 2261; what lies outside is "no time". All output is RFC 3339 UTC.
 */
#include "base/slice.h"

struct when {
	int64_t ns;
	uint8_t digits; /* of the fraction, 0 to 9 */
	bool set;
	bool zone_assumed; /* the text had no zone: UTC was assumed, and the reader says so */
};

struct buf;

/* FILETIME: 100 ns since 1601. 0 and values outside the range give an unset moment. */
struct when when_filetime(uint64_t t);
/* A FILETIME as text whatever its year, as event logs show it: 0 is 1601-01-01T00:00:00.0000000Z.
 * n is at most 39. */
size_t when_filetime_text(uint64_t t, char out[40]);
struct when when_unix(int64_t seconds);
/* RFC 3339 and its kin: date, 'T' or space, time, fraction of any length, zone Z, +hh:mm, +hhmm
 * or none (zone_assumed). Unset when the text is no time. */
struct when when_parse(struct slice s);
/* when_parse, and the other ways in which exports write times: a number since 1970 (in seconds,
 * with or without a fraction, milli-, micro- or nanoseconds, told by its size), "Mar 28, 2023 @
 * 10:00:00.000" and "Mar 28, 2023 1:00:00.000 PM", "3/28/2023, 1:00:00 PM" (month first, unless
 * that cannot be), "28/Mar/2023:10:00:00 +0000", a zone written twice ("+0000 UTC"). */
struct when when_guess(struct slice s);
/* 2023-03-28T10:00:00.1234567Z; n is at most 31. */
size_t when_format(struct when t, char out[32]);
void buf_put_when(struct buf *b, struct when t); /* a JSON string, or null when unset */
/* Civil date parts of a moment, for Sigma's time modifiers: ISO 8601 week. */
struct when_parts {
	int year;
	unsigned month, day, hour, minute, second, week;
};
struct when_parts when_parts(struct when t);
/* Inverse: seconds since 1970 of a civil UTC date. */
int64_t when_civil(int year, unsigned month, unsigned day, unsigned hour, unsigned minute,
		   unsigned second);
/* a - b in nanoseconds, at the bounds where it does not fit: records may tell any two years. */
static inline int64_t when_apart(int64_t a, int64_t b)
{
	int64_t d;

	return __builtin_sub_overflow(a, b, &d) ? (a < b ? INT64_MIN : INT64_MAX) : d;
}
