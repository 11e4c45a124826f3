/* SPDX-License-Identifier: Apache-2.0 */
#include "input/epoch.h"

#define TO_1970_US INT64_C(11644473600000000)
#define TO_1970_TICKS INT64_C(116444736000000000)
#define COCOA_SECONDS 978307200
#define RANGE_US INT64_C(9000000000000000) /* what 64 bits of nanoseconds hold, and a year less */

struct when epoch_micro(int64_t us)
{
	if (us == 0 || us > RANGE_US || us < -RANGE_US)
		return (struct when){ 0 };
	return (struct when){ .ns = us * 1000, .digits = 6, .set = true };
}

struct when epoch_webkit(int64_t us)
{
	if (us == 0 || us > RANGE_US + TO_1970_US || us < TO_1970_US - RANGE_US)
		return (struct when){ 0 };
	return epoch_micro(us - TO_1970_US);
}

struct when epoch_seconds(int64_t s)
{
	return s ? when_unix(s) : (struct when){ 0 };
}

struct when epoch_cocoa(double s)
{
	if (!(s > -9e9 && s < 9e9) || s == 0)
		return (struct when){ 0 };
	double us = s * 1e6;

	return epoch_micro((int64_t)(us < 0 ? us - 0.5 : us + 0.5) +
			   COCOA_SECONDS * INT64_C(1000000));
}

struct value epoch_value(struct when t)
{
	struct value none = { 0 };
	int64_t ticks = t.ns / 100 + TO_1970_TICKS;

	if (!t.set || ticks <= 0)
		return none;
	return (struct value){ .type = VALUE_FILETIME, .u = (uint64_t)ticks };
}
