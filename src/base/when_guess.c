/* SPDX-License-Identifier: Apache-2.0 */
/* Times as exports for people write them. RFC 3339 and its kin are when_parse()'s. */
#include "base/when.h"

#define NS_PER_SECOND INT64_C(1000000000)

struct reading {
	struct slice s;
	size_t at;
};

static bool is_digit(const struct reading *r)
{
	return r->at < r->s.n && r->s.p[r->at] >= '0' && r->s.p[r->at] <= '9';
}

static bool number(struct reading *r, size_t most, unsigned *ret)
{
	size_t n = 0;

	*ret = 0;
	for (; n < most && is_digit(r); n++)
		*ret = *ret * 10 + (unsigned)(r->s.p[r->at++] - '0');
	return n > 0;
}

static bool any_of(struct reading *r, const char *set)
{
	size_t before = r->at;

	while (r->at < r->s.n && r->s.p[r->at] && strchr(set, r->s.p[r->at]))
		r->at++;
	return r->at > before;
}

static bool month_name(struct reading *r, unsigned *ret)
{
	static const char *const names[] = { "jan", "feb", "mar", "apr", "may", "jun",
					     "jul", "aug", "sep", "oct", "nov", "dec" };
	struct slice head = slice_head(slice_from(r->s, r->at), 3);

	for (unsigned i = 0; i < 12; i++)
		if (slice_eq_nocase(head, slice_str(names[i]))) {
			while (r->at < r->s.n && ascii_lower(r->s.p[r->at]) >= 'a' &&
			       ascii_lower(r->s.p[r->at]) <= 'z')
				r->at++;
			*ret = i + 1;
			return true;
		}
	return false;
}

/* "1679997600", "1679997600.123", and thousandths, millionths, billionths of a second. */
static struct when since_1970(struct slice s)
{
	struct slice fraction, whole = slice_cut(s, '.', &fraction);
	int64_t n, unit = 1, part = 0, scale = NS_PER_SECOND;
	struct when t = { 0 };

	if (whole.n < 9 || whole.n > 19 || !slice_to_i64(whole, &n) || (s.n > whole.n && !fraction.n))
		return t;
	for (size_t limit = 11; limit < whole.n && unit < NS_PER_SECOND; limit += 3) {
		unit *= 1000;
		t.digits = (uint8_t)(t.digits + 3);
	}
	for (size_t i = 0; i < fraction.n; i++) {
		if (fraction.p[i] < '0' || fraction.p[i] > '9')
			return (struct when){ 0 };
		if (unit == 1 && scale > 1) {
			scale /= 10;
			part += (fraction.p[i] - '0') * scale;
			t.digits++;
		}
	}
	struct when seconds = when_unix(n / unit);

	if (!seconds.set)
		return (struct when){ 0 };
	t.ns = seconds.ns + n % unit * (NS_PER_SECOND / unit) + part;
	t.set = true;
	return t;
}

/* h:mm[:ss[.fff]] [AM|PM] [zone] */
static bool time_of_day(struct reading *r, struct when *t, int64_t *seconds)
{
	unsigned h, m, s = 0;
	int64_t scale = NS_PER_SECOND;

	if (!number(r, 2, &h) || !any_of(r, ":") || !number(r, 2, &m))
		return false;
	if (r->at < r->s.n && r->s.p[r->at] == ':' && (!any_of(r, ":") || !number(r, 2, &s)))
		return false;
	if (any_of(r, ".,"))
		for (; is_digit(r); r->at++) {
			if (scale == 1)
				continue;
			scale /= 10;
			t->ns += (r->s.p[r->at] - '0') * scale;
			t->digits++;
		}
	any_of(r, " ");
	struct slice rest = slice_head(slice_from(r->s, r->at), 2), pm = SLICE("pm"), am = SLICE("am");

	if (slice_eq_nocase(rest, pm) || slice_eq_nocase(rest, am)) {
		if (h < 1 || h > 12)
			return false;
		h = h % 12 + (slice_eq_nocase(rest, pm) ? 12 : 0);
		r->at += 2;
	}
	*seconds = (int64_t)h * 3600 + m * 60 + s;
	return h < 24 && m < 60 && s < 61;
}

/* Z, UTC, GMT, +hhmm, +hh:mm; nothing is an assumption. */
static bool zone(struct reading *r, struct when *t, int64_t *seconds)
{
	static const struct slice names[] = { SLICE("z"), SLICE("utc"), SLICE("gmt") };
	unsigned h, m = 0;
	struct slice rest;

	any_of(r, " ");
	rest = slice_trim(slice_from(r->s, r->at));
	*seconds = 0;
	t->zone_assumed = !rest.n;
	for (size_t i = 0; i < 3 && rest.n; i++)
		if (slice_eq_nocase(rest, names[i]))
			return true;
	if (!rest.n)
		return true;
	int sign = rest.p[0] == '-' ? -1 : 1;

	if (!any_of(r, "+-") || !number(r, 2, &h) || (any_of(r, ":") && !is_digit(r)))
		return false;
	number(r, 2, &m);
	*seconds = sign * ((int64_t)h * 3600 + m * 60);
	rest = slice_trim(slice_from(r->s, r->at));
	return !rest.n || slice_eq_nocase(rest, names[1]);
}

static bool date(struct reading *r, unsigned *y, unsigned *m, unsigned *d)
{
	if (month_name(r, m))
		return any_of(r, " ") && number(r, 2, d) && any_of(r, ", ") && number(r, 4, y);
	if (!number(r, 4, m) || !any_of(r, "/-. "))
		return false;
	if (*m > 31) { /* the year first, months of one digit */
		*y = *m;
		return number(r, 2, m) && any_of(r, "/-.") && number(r, 2, d);
	}
	*d = *m;
	if (month_name(r, m))
		return any_of(r, "/- ") && number(r, 4, y);
	*m = *d;
	if (!number(r, 2, d) || !any_of(r, "/-.") || !number(r, 4, y))
		return false;
	if (*m > 12) {
		unsigned day = *m;

		*m = *d;
		*d = day;
	}
	return true;
}

struct when when_guess(struct slice s)
{
	struct reading r = { slice_trim(s), 0 };
	struct when t = when_parse(r.s);
	unsigned y = 0, m = 0, d = 0;
	int64_t seconds, shift;

	if (t.set)
		return t;
	t = since_1970(r.s);
	if (t.set)
		return t;
	if (!date(&r, &y, &m, &d) || m < 1 || m > 12 || d < 1 || d > 31 || y < 1678 || y > 2261 ||
	    !any_of(&r, " ,@T:") || !time_of_day(&r, &t, &seconds) || !zone(&r, &t, &shift))
		return (struct when){ 0 };
	t.ns += (when_civil((int)y, m, d, 0, 0, 0) + seconds - shift) * NS_PER_SECOND;
	t.set = true;
	return t;
}
