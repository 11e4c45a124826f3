/* SPDX-License-Identifier: Apache-2.0 */
#include "graph/address.h"

static bool starts_with_one(struct slice s, const char *const *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (slice_starts(s, slice_str(list[i])))
			return true;
	return false;
}

/* Four numbers up to 255. */
static bool is_four(struct slice s)
{
	unsigned parts = 0;

	while (s.p && parts < 5) {
		struct slice part = slice_cut(s, '.', &s);
		uint64_t v;

		if (part.n > 3 || !slice_to_u64(part, &v) || v > 255)
			return false;
		parts++;
	}
	return parts == 4;
}

/* Hexadecimal digits and two colons or more; what is mapped from the four numbers may end in them, a scope in a name. */
static bool is_six(struct slice s)
{
	unsigned colons = 0;
	size_t i = 0;

	for (; i < s.n && s.p[i] != '.' && s.p[i] != '%'; i++) {
		bool hex = (s.p[i] >= '0' && s.p[i] <= '9') || ((s.p[i] | 0x20) >= 'a' && (s.p[i] | 0x20) <= 'f');

		colons += s.p[i] == ':';
		if (!hex && s.p[i] != ':')
			return false;
	}
	return colons >= 2;
}

bool address_is(struct slice s)
{
	return is_four(s) || is_six(s);
}

bool address_is_inner(struct slice s)
{
	static const char *const inner[] = { "10.", "127.", "169.254.", "192.168.", "0.", "224.", "239.", "255.", "fe80:",
					     "fc", "fd", "::1", "ff" };
	struct slice dot = slice_str("172."), rest;
	uint64_t second;

	if (slice_is(s, "::") || starts_with_one(s, inner, sizeof(inner) / sizeof(*inner)))
		return true;
	return slice_starts(s, dot) && slice_to_u64(slice_cut(slice_from(s, dot.n), '.', &rest), &second) && second >= 16 &&
	       second <= 31;
}

bool address_is_host(struct slice s)
{
	static const char *const none[] = { "127.", "0.", "169.254.", "fe80:", "ff", "::" };
	struct slice rest;
	uint64_t first;

	if (!address_is(s) || starts_with_one(s, none, sizeof(none) / sizeof(*none)))
		return false;
	/* From 224 on: multicast, and what is kept for later. */
	return !slice_to_u64(slice_cut(s, '.', &rest), &first) || (rest.n && first < 224);
}
