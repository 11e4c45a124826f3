/* SPDX-License-Identifier: Apache-2.0 */
#include "base/when.h"

#include "base/buf.h"

#include <stdio.h>

#define NS_PER_SECOND INT64_C(1000000000)
/* Seconds from 1601-01-01 to 1970-01-01. */
#define FILETIME_EPOCH_SECONDS INT64_C(11644473600)

struct when when_filetime(uint64_t t)
{
	int64_t seconds = (int64_t)(t / 10000000) - FILETIME_EPOCH_SECONDS;

	if (t == 0 || seconds > INT64_C(9223372035) || seconds < -INT64_C(9223372035))
		return (struct when){ 0 };
	return (struct when){ .ns = seconds * NS_PER_SECOND + (int64_t)(t % 10000000) * 100,
			      .digits = 7,
			      .set = true };
}

struct when when_unix(int64_t seconds)
{
	if (seconds > INT64_C(9223372035) || seconds < -INT64_C(9223372035))
		return (struct when){ 0 };
	return (struct when){ .ns = seconds * NS_PER_SECOND, .set = true };
}

/* Days from civil, proleptic Gregorian (H. Hinnant, chrono-compatible low-level date algorithms). */
static int64_t days_from_civil(int64_t y, unsigned m, unsigned d)
{
	y -= m <= 2;
	int64_t era = (y >= 0 ? y : y - 399) / 400;
	int64_t yoe = y - era * 400;
	int64_t doy = (153 * (int64_t)(m + (m > 2 ? -3u : 9u)) + 2) / 5 + d - 1;

	return era * 146097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719468;
}

static void civil_from_days(int64_t z, int *year, unsigned *month, unsigned *day)
{
	z += 719468;
	int64_t era = (z >= 0 ? z : z - 146096) / 146097;
	int64_t doe = z - era * 146097;
	int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
	int64_t mp = (5 * doy + 2) / 153;

	*day = (unsigned)(doy - (153 * mp + 2) / 5 + 1);
	*month = (unsigned)(mp < 10 ? mp + 3 : mp - 9);
	*year = (int)(yoe + era * 400 + (*month <= 2));
}

int64_t when_civil(int year, unsigned month, unsigned day, unsigned hour, unsigned minute,
		   unsigned second)
{
	return days_from_civil(year, month, day) * 86400 + (int64_t)hour * 3600 +
	       (int64_t)minute * 60 + second;
}

/* n decimal digits at *at, moving past them. */
static bool digits(struct slice s, size_t *at, size_t n, unsigned *ret)
{
	unsigned v = 0;

	if (s.n - *at < n)
		return false;
	for (size_t i = 0; i < n; i++) {
		uint8_t c = s.p[*at + i];

		if (c < '0' || c > '9')
			return false;
		v = v * 10 + (unsigned)(c - '0');
	}
	*at += n;
	*ret = v;
	return true;
}

static bool one_of(struct slice s, size_t *at, const char *set)
{
	if (*at >= s.n)
		return false;
	while (*set && (uint8_t)*set != s.p[*at])
		set++;
	*at += *set != 0;
	return *set != 0;
}

static bool parse_date(struct slice s, size_t *at, unsigned *y, unsigned *m, unsigned *d)
{
	return digits(s, at, 4, y) && one_of(s, at, "-/") && digits(s, at, 2, m) &&
	       one_of(s, at, "-/") && digits(s, at, 2, d) && *m >= 1 && *m <= 12 && *d >= 1 &&
	       *d <= 31;
}

static bool parse_fraction(struct slice s, size_t *at, int64_t *ns, uint8_t *count)
{
	int64_t scale = NS_PER_SECOND;

	if (!one_of(s, at, ".,"))
		return true;
	while (*at < s.n && s.p[*at] >= '0' && s.p[*at] <= '9') {
		if (scale > 1) {
			scale /= 10;
			*ns += (s.p[*at] - '0') * scale;
			(*count)++;
		}
		(*at)++;
	}
	return *count > 0;
}

static bool parse_zone(struct slice s, size_t *at, int64_t *seconds, bool *assumed)
{
	unsigned h, m = 0;

	while (*at < s.n && s.p[*at] == ' ')
		(*at)++;
	if (*at == s.n) {
		*assumed = true;
		return true;
	}
	if (one_of(s, at, "Zz"))
		return true;
	if (s.n - *at >= 3 && memcmp(s.p + *at, "UTC", 3) == 0) {
		*at += 3;
		return true;
	}
	int sign = s.p[*at] == '-' ? -1 : 1;

	if (!one_of(s, at, "+-") || !digits(s, at, 2, &h) || h > 23)
		return false;
	one_of(s, at, ":");
	if (*at < s.n && (!digits(s, at, 2, &m) || m > 59))
		return false;
	*seconds = sign * ((int64_t)h * 3600 + (int64_t)m * 60);
	return true;
}

struct when when_parse(struct slice s)
{
	unsigned y, mo, d, h, mi, sec = 0;
	struct when t = { 0 };
	int64_t zone = 0, ns = 0;
	size_t at = 0;

	s = slice_trim(s);
	if (!parse_date(s, &at, &y, &mo, &d) || !one_of(s, &at, "Tt ") || !digits(s, &at, 2, &h) ||
	    !one_of(s, &at, ":") || !digits(s, &at, 2, &mi))
		return (struct when){ 0 };
	if (one_of(s, &at, ":") && (!digits(s, &at, 2, &sec) || !parse_fraction(s, &at, &ns, &t.digits)))
		return (struct when){ 0 };
	if (h > 23 || mi > 59 || sec > 60 || !parse_zone(s, &at, &zone, &t.zone_assumed) || at != s.n)
		return (struct when){ 0 };
	if (y < 1678 || y > 2261)
		return (struct when){ 0 };
	t.ns = (when_civil((int)y, mo, d, h, mi, sec) - zone) * NS_PER_SECOND + ns;
	t.set = true;
	return t;
}

static int64_t floor_div(int64_t a, int64_t b)
{
	return a / b - (a % b < 0);
}

static unsigned iso_week(int64_t days, int year)
{
	/* Thursday decides the week's year (ISO 8601). 1970-01-01 was a Thursday. */
	int64_t weekday = ((days % 7) + 7 + 3) % 7; /* Monday 0 */
	int64_t thursday = days - weekday + 3;
	int y = year;
	unsigned m, d;

	civil_from_days(thursday, &y, &m, &d);
	return (unsigned)((thursday - days_from_civil(y, 1, 1)) / 7 + 1);
}

struct when_parts when_parts(struct when t)
{
	int64_t seconds = floor_div(t.ns, NS_PER_SECOND), days = floor_div(seconds, 86400);
	int64_t of_day = seconds - days * 86400;
	struct when_parts p = { .hour = (unsigned)(of_day / 3600),
				.minute = (unsigned)(of_day / 60 % 60),
				.second = (unsigned)(of_day % 60) };

	civil_from_days(days, &p.year, &p.month, &p.day);
	p.week = iso_week(days, p.year);
	return p;
}

static void put2(char *out, unsigned v)
{
	out[0] = (char)('0' + v / 10 % 10);
	out[1] = (char)('0' + v % 10);
}

/* 2023-03-28T10:00:00 in 19 characters; years of four digits. */
static void put_seconds(char *out, const struct when_parts *p)
{
	put2(out, (unsigned)p->year / 100);
	put2(out + 2, (unsigned)p->year % 100);
	out[4] = out[7] = '-';
	put2(out + 5, p->month);
	put2(out + 8, p->day);
	out[10] = 'T';
	put2(out + 11, p->hour);
	out[13] = out[16] = ':';
	put2(out + 14, p->minute);
	put2(out + 17, p->second);
}

size_t when_format(struct when t, char out[32])
{
	struct when_parts p = when_parts(t);
	int64_t frac = t.ns - floor_div(t.ns, NS_PER_SECOND) * NS_PER_SECOND;
	size_t n = 19;

	put_seconds(out, &p);
	if (t.digits)
		out[n++] = '.';
	int64_t scale = NS_PER_SECOND / 10;

	for (uint8_t i = 0; i < t.digits && i < 9; i++, scale /= 10)
		out[n++] = (char)('0' + frac / scale % 10);
	out[n++] = 'Z';
	out[n] = 0;
	return n;
}

void buf_put_when(struct buf *b, struct when t)
{
	char text[32];

	if (!t.set) {
		buf_put_str(b, "null");
		return;
	}
	buf_put_byte(b, '"');
	buf_put(b, slice_of(text, when_format(t, text)));
	buf_put_byte(b, '"');
}

size_t when_filetime_text(uint64_t t, char out[40])
{
	int64_t seconds = (int64_t)(t / 10000000) - FILETIME_EPOCH_SECONDS;
	int64_t days = floor_div(seconds, 86400), of_day = seconds - days * 86400;
	unsigned month, day;
	int year, n;

	civil_from_days(days, &year, &month, &day);
	if (year <= 9999) {
		/* At a quarter of printf's cost: file systems are full of times. */
		struct when_parts p = { .year = year, .month = month, .day = day };

		p.hour = (unsigned)(of_day / 3600);
		p.minute = (unsigned)(of_day / 60 % 60);
		p.second = (unsigned)(of_day % 60);
		put_seconds(out, &p);
		out[19] = '.';
		for (uint64_t i = 26, frac = t % 10000000; i > 19; i--, frac /= 10)
			out[i] = (char)('0' + frac % 10);
		out[27] = 'Z';
		out[28] = 0;
		return 28;
	}
	n = snprintf(out, 40, "%04d-%02u-%02uT%02d:%02d:%02d.%07uZ", year, month, day,
		     (int)(of_day / 3600), (int)(of_day / 60 % 60), (int)(of_day % 60),
		     (unsigned)(t % 10000000));
	return n > 0 ? (size_t)n : 0;
}
