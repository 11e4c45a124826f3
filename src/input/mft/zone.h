/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* The stream Zone.Identifier, which browsers and others put on what they fetch:
 *
 *   [ZoneTransfer]
 *   ZoneId=3                  3: internet, 4: restricted
 *   ReferrerUrl=https://...
 *   HostUrl=https://...       about:internet where the program does not tell
 */
#include "base/slice.h"

struct zone {
	struct slice id, referrer_url, host_url; /* p NULL where absent */
};

static inline struct slice zone_value(struct slice line, const char *key)
{
	struct slice value, name = slice_trim(slice_cut(line, '=', &value));

	return value.p && slice_eq_nocase(name, slice_str(key)) ? slice_trim(value)
								: slice_of(NULL, 0);
}

static inline struct zone zone_read(struct slice text)
{
	struct zone z = { .id = { NULL, 0 } };

	while (text.p) {
		struct slice line = slice_cut(text, '\n', &text), v;

		if ((v = zone_value(line, "ZoneId")).n)
			z.id = v;
		if ((v = zone_value(line, "ReferrerUrl")).n)
			z.referrer_url = v;
		if ((v = zone_value(line, "HostUrl")).n && !slice_is(v, "about:internet"))
			z.host_url = v;
	}
	return z;
}

/* Did it come from elsewhere? */
static inline bool zone_is_foreign(const struct zone *z)
{
	return z->host_url.n || z->referrer_url.n || slice_is(z->id, "3") || slice_is(z->id, "4");
}
