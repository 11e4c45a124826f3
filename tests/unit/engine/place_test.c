/* SPDX-License-Identifier: Apache-2.0 */
/* What paths and names tell of collections. */
#include "test.h"

#include "engine/place.h"

struct sample {
	const char *path, *root; /* root NULL: none */
	bool shadow;
	enum identity identity;
};

static void every_layout_has_its_root(void **state)
{
	static const struct sample samples[] = {
		{ "kape/C/Windows/System32/config/SYSTEM", "kape", false, IDENTITY_HIVE },
		{ "kape/C/Windows/System32/config/RegBack/SYSTEM", "kape", false, IDENTITY_NONE },
		{ "C/$Extend/$J", "", false, IDENTITY_NONE },
		{ "kape/2023-03-28_ConsoleLog.txt", NULL, false, IDENTITY_COLLECTOR },
		{ "kape/VSS1/C/Windows/System32/config/SYSTEM", "kape/VSS1", true, IDENTITY_HIVE },
		{ "kape/VSS1/Windows/System32/config/SYSTEM", "kape/VSS1", true, IDENTITY_HIVE },
		{ "uploads/auto/C%3A/Windows/System32/config/SOFTWARE", "", false, IDENTITY_HIVE },
		{ "h/uploads/ntfs/%5C%5C.%5CC%3A/Windows/System32/config/system", "h", false, IDENTITY_HIVE },
		{ "h/uploads/auto/etc/hostname", "h", false, IDENTITY_MACHINE },
		{ "h/uploads/ntfs/%5C%5C%3F%5CGLOBALROOT%5CDevice%5CHarddiskVolumeShadowCopy2/Windows/x",
		  "h/uploads/ntfs/%5C%5C%3F%5CGLOBALROOT%5CDevice%5CHarddiskVolumeShadowCopy2", true, IDENTITY_NONE },
		{ "h/client_info.json", "h", false, IDENTITY_COLLECTOR },
		{ "[root]/etc/machine-id", "", false, IDENTITY_MACHINE },
		{ "u/[root]/var/log/syslog", "u", false, IDENTITY_LOG },
		{ "u/live_response/network/hostname.txt", "u", false, IDENTITY_COLLECTOR },
		{ "Windows/System32/winevt/Logs/x.evtx", "", false, IDENTITY_NONE },
		{ "C/Windows/System32/winevt/logs/System.evtx", "", false, IDENTITY_LOG },
		{ "h/var/log/messages", NULL, false, IDENTITY_LOG },
		{ "Windows\\System32\\config\\SYSTEM", "", false, IDENTITY_HIVE },
		{ "m/System/Library/CoreServices/SystemVersion.plist", "m", false, IDENTITY_MACHINE },
		{ "m/Library/Preferences/SystemConfiguration/preferences.plist", "m", false, IDENTITY_MACHINE },
		{ "/etc/hostname", "", false, IDENTITY_MACHINE },
		{ "var/log/syslog", NULL, false, IDENTITY_LOG },
		{ "src/etc/conf.json", NULL, false, IDENTITY_NONE },
		{ "c/main.c", NULL, false, IDENTITY_NONE },
		{ "uploads/picture.png", NULL, false, IDENTITY_NONE },
		{ "vss/C", NULL, false, IDENTITY_NONE },
		{ "", NULL, false, IDENTITY_NONE },
		{ "///", NULL, false, IDENTITY_NONE },
		{ "%", NULL, false, IDENTITY_NONE },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(samples) / sizeof(*samples); i++) {
		struct slice path = slice_str(samples[i].path);
		struct place p;

		place_of(path, &p);
		if (p.is_root != (samples[i].root != NULL) || p.identity != samples[i].identity)
			fail_msg("%s: root %d, identity %d", samples[i].path, p.is_root, p.identity);
		if (!p.is_root)
			continue;
		assert_int_equal(p.shadow, samples[i].shadow);
		assert_slice(slice_head(path, p.root_bytes), samples[i].root);
	}
}

static void paths_without_end_are_let_be(void **state)
{
	static char room[9000];
	struct place p;

	(void)state;
	for (size_t i = 0; i < sizeof(room); i++)
		room[i] = i % 2 ? '/' : 'c';
	for (size_t n = 0; n < sizeof(room); n += n < 300 ? 1 : 500) {
		place_of(slice_of(room, n), &p);
		assert_false(p.is_root);
	}
	memset(room, '%', sizeof(room));
	place_of(slice_of(room, 4096), &p);
	assert_false(p.is_root);
}

static void names_of_collectors_hold_the_host(void **state)
{
	static const struct {
		const char *name, *host;
		enum identity rank;
	} samples[] = {
		{ "Collection-WS-7.corp.example-2023-03-28T10_15_00Z.zip", "WS-7.corp.example", IDENTITY_FILE_NAME },
		{ "uac-web-01-linux-20230328101500.tar.gz", "web-01", IDENTITY_FILE_NAME },
		{ "DFIR-ORC_WorkStation_DESKTOP-1_General.7z", "DESKTOP-1", IDENTITY_FILE_NAME },
		{ "ORC_Server_SRV_A_Main.7z", "SRV_A", IDENTITY_FILE_NAME },
		{ "SRV01.zip", "SRV01", IDENTITY_FOLDER },
		{ "WS-0412", "WS-0412", IDENTITY_FOLDER },
		{ "2023-03-28T101500_WS-0412.zip", "WS-0412", IDENTITY_FOLDER },
		{ "evidence", NULL, IDENTITY_FOLDER },
		{ "2023-03-28T10_15_00Z.zip", NULL, IDENTITY_FOLDER },
		{ "my files", NULL, IDENTITY_FOLDER },
		{ "", NULL, IDENTITY_FOLDER },
		{ "uac--", "uac--", IDENTITY_FOLDER },
		{ "Collection-", "Collection-", IDENTITY_FOLDER },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(samples) / sizeof(*samples); i++) {
		enum identity rank;
		struct slice host = place_host_of_name(slice_str(samples[i].name), &rank);

		if ((host.p != NULL) != (samples[i].host != NULL))
			fail_msg("%s", samples[i].name);
		if (host.p) {
			assert_slice(host, samples[i].host);
			assert_int_equal(rank, samples[i].rank);
		}
	}
}

static void what_is_inside_a_machine(void **state)
{
	(void)state;
	assert_true(place_is_inside_machine(slice_str("/var/lib/docker/overlay2/x/diff")));
	assert_true(place_is_inside_machine(slice_str("/C/Users/a/backup")));
	assert_true(place_is_inside_machine(slice_str("uploads/auto/home/u/image")));
	assert_false(place_is_inside_machine(slice_str("/host2")));
	assert_false(place_is_inside_machine(slice_str("")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_layout_has_its_root),
		cmocka_unit_test(paths_without_end_are_let_be),
		cmocka_unit_test(names_of_collectors_hold_the_host),
		cmocka_unit_test(what_is_inside_a_machine),
	};

	return RUN(tests);
}
