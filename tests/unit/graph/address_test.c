/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"

#include "graph/address.h"

static void addresses_are_known_by_their_ranges(void **state)
{
	static const struct {
		const char *text;
		bool is, inner, host;
	} table[] = {
		{ "10.1.2.3", true, true, true },	 { "192.168.0.9", true, true, true },
		{ "172.16.0.1", true, true, true },	 { "172.31.255.9", true, true, true },
		{ "172.32.0.1", true, false, true },	 { "203.0.113.7", true, false, true },
		{ "22.1.2.3", true, false, true },	 { "223.1.2.3", true, false, true },
		{ "224.0.0.251", true, true, false },	 { "230.1.1.1", true, false, false },
		{ "255.255.255.255", true, true, false }, { "127.0.0.1", true, true, false },
		{ "0.0.0.0", true, true, false },	 { "169.254.3.4", true, true, false },
		{ "::1", true, true, false },		 { "::", true, true, false },
		{ "fe80::1", true, true, false },	 { "fd12::9", true, true, true },
		{ "2001:db8::7", true, false, true },	 { "ff02::fb", true, true, false },
		{ "pc1.corp.example", false, false, false }, { "", false, false, false },
		{ "10", false, false, false },	       { "100234", false, false, false },
		{ "1.2.3", false, false, false },      { "1.2.3.4.5", false, false, false },
		{ "300.1.2.3", false, false, false },  { "PC:1", false, false, false },
		{ "::ffff:10.0.0.5", true, false, false }, { "fe80::1%eth0", true, true, false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++) {
		struct slice s = slice_str(table[i].text);

		if (address_is(s) != table[i].is || address_is_inner(s) != table[i].inner || address_is_host(s) != table[i].host)
			fail_msg("%s: %d %d %d", table[i].text, address_is(s), address_is_inner(s), address_is_host(s));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(addresses_are_known_by_their_ranges),
	};

	return RUN(tests);
}
