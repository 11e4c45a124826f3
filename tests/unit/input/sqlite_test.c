/* SPDX-License-Identifier: Apache-2.0 */
/* Databases by their tables: what comes of each kind's rows, in old and new schemas. */
#include "test.h"

#include "base/heap.h"
#include "base/rng.h"
#include "db_build.h"
#include "shared.h"
#include "whole_lines.h"

#include <stdlib.h>

#define CHROME "C/Users/ann/AppData/Local/Google/Chrome/User Data/Profile 2/History"

static void gives(const char *sql, const char *path, const char *want)
{
	struct db_files f = db_of(sql);
	struct buf out = { 0 };

	whole_read(&input_sqlite, f.main, NULL, path, &out);
	assert_slice(buf_slice(&out), want);
	assert_int_equal(whole_notes.n, 0);
	buf_done(&out);
	db_files_done(&f);
}

/* ---- Chromium ---- */

#define CHAINS                                                                                     \
	"CREATE TABLE downloads_url_chains(id INTEGER, chain_index INTEGER, url, PRIMARY KEY(id, " \
	"chain_index));"

static void a_download_has_the_last_of_its_chain_and_its_profile(void **state)
{
	(void)state;
	gives("CREATE TABLE downloads(id INTEGER PRIMARY KEY, current_path, target_path, "
	      "start_time, end_time, received_bytes,"
	      "total_bytes, state, danger_type, opened, referrer, tab_url, mime_type, by_ext_name, "
	      "something_new);" CHAINS
	      "INSERT INTO downloads VALUES(7, 'C:\\a.crdownload', 'C:\\a.exe', 13350000000123456, "
	      "13350000001000000, 20, 30, 4, 1, 1,"
	      "'https://r/', 'https://t/', 'application/x', 'helper', 5), (8, 'C:\\b.tmp', '', 0, "
	      "0, 0, 0, 2, 0, 0, '', '', '', '', 5);"
	      "INSERT INTO downloads_url_chains VALUES(7, 1, 'https://last/'), (7, 0, "
	      "'https://first/'), (8, 0, 'https://b/');",
	      CHROME,
	      "browser_download 2024-01-17T21:20:00.123456Z start #7 download S0 "
	      "S1;browser=chrome;profile=Profile 2;user=ann;"
	      "chain=https://first/, "
	      "https://last/;url=https://last/;referrer=https://r/;tab_url=https://t/"
	      ";path=C:\\a.exe;"
	      "size=30;state=interrupted;mime=application/"
	      "x;danger=dangerous_file;ended=2024-01-17T21:20:01.0000000Z;"
	      "opened=true;extension=helper;>TargetFilename=C:\\a.exe;>Url=https://last/"
	      ";>ReferrerUrl=https://r/;>User=ann\n"
	      "browser_download - - #8 download S0;browser=chrome;profile=Profile "
	      "2;user=ann;url=https://b/;path=C:\\b.tmp;"
	      "size=0;state=cancelled;opened=false;>TargetFilename=C:\\b.tmp;>Url=https://b/"
	      ";>User=ann\n");
}

static void downloads_of_2011_count_seconds(void **state)
{
	(void)state;
	gives("CREATE TABLE downloads(id INTEGER PRIMARY KEY, full_path, url, start_time, "
	      "received_bytes, total_bytes, state);"
	      "INSERT INTO downloads VALUES(1, '~bo/x.tgz', 'http://x/', 1302000000, 5, 5, 1)",
	      "c/home/bo/.config/google-chrome/Default/History",
	      "browser_download 2011-04-05T10:40:00Z start #1 download S0 "
	      "S1;browser=chrome;profile=Default;user=bo;url=http://x/;"
	      "path=~bo/x.tgz;size=5;state=complete;>TargetFilename=~bo/x.tgz;>Url=http://x/"
	      ";>User=bo\n");
}

static void a_visit_without_its_address_is_still_a_visit(void **state)
{
	(void)state;
	gives("CREATE TABLE visits(id INTEGER PRIMARY KEY, url INTEGER, visit_time INTEGER, "
	      "transition INTEGER);"
	      "CREATE TABLE urls(id INTEGER PRIMARY KEY, url, title);"
	      "INSERT INTO urls VALUES(3, 'https://u/', 'U');"
	      "INSERT INTO visits VALUES(1, 3, 13350000000000000, 805306369), (2, 9, "
	      "13350000000000001, 0x30)",
	      "Users/ann/AppData/Local/Microsoft/Edge/User Data/Default/History",
	      "browser_visit 2024-01-17T21:20:00.000000Z visit #1 - "
	      "S0;browser=edge;profile=Default;user=ann;url=https://u/;"
	      "title=U;transition=typed\n"
	      "browser_visit 2024-01-17T21:20:00.000001Z visit #2 - "
	      "S0;browser=edge;profile=Default;user=ann\n");
}

/* ---- Firefox ---- */

static void users_are_known_by_where_their_files_lie(void **state)
{
	(void)state;
	gives("CREATE TABLE visits(id INTEGER PRIMARY KEY, url, visit_time); INSERT INTO visits "
	      "VALUES(1, 1, 0)",
	      "host/root/.config/chromium/Default/History",
	      "browser_visit - - #1 - S0;browser=chromium;profile=Default;user=root\n");
	gives("CREATE TABLE visits(id INTEGER PRIMARY KEY, url, visit_time); INSERT INTO visits "
	      "VALUES(1, 1, 0)",
	      "root/Documents and Settings/eve/Opera Software/Opera Stable/History",
	      "browser_visit - - #1 - S0;browser=opera;profile=Opera Stable;user=eve\n");
	gives("CREATE TABLE visits(id INTEGER PRIMARY KEY, url, visit_time); INSERT INTO visits "
	      "VALUES(1, 1, 0)",
	      "History", "browser_visit - - #1 - S0;browser=chromium\n");
}

static void an_annotation_of_firefox_is_a_download(void **state)
{
	(void)state;
	gives("CREATE TABLE moz_places(id INTEGER PRIMARY KEY, url, title);"
	      "CREATE TABLE moz_anno_attributes(id INTEGER PRIMARY KEY, name);"
	      "CREATE TABLE moz_annos(id INTEGER PRIMARY KEY, place_id, anno_attribute_id, "
	      "content, dateAdded);"
	      "INSERT INTO moz_places VALUES(4, 'https://d/a.exe', NULL);"
	      "INSERT INTO moz_anno_attributes VALUES(1, 'downloads/destinationFileURI'), (2, "
	      "'downloads/metaData'), (3, 'other');"
	      "INSERT INTO moz_annos VALUES(1, 4, 1, 'file:///C:/Users/ann/a%20b%zz.exe', "
	      "1600000000000001),"
	      "(2, 4, 2, '{\"state\":1,\"endTime\":1600000002000,\"fileSize\":77}', 1), (3, 4, 3, "
	      "'x', 1)",
	      "Users/ann/AppData/Roaming/Mozilla/Firefox/Profiles/ab12.default-release/"
	      "places.sqlite",
	      "browser_download 2020-09-13T12:26:40.000001Z start #1 download S0 "
	      "S1;browser=firefox;profile=ab12.default-release;"
	      "user=ann;url=https://d/a.exe;path=C:\\Users\\ann\\a b%zz.exe;state=complete;size=77;"
	      "ended=2020-09-13T12:26:42.0000000Z;>TargetFilename=C:\\Users\\ann\\a "
	      "b%zz.exe;>Url=https://d/a.exe;>User=ann\n");
}

static void old_firefox_had_a_file_for_downloads(void **state)
{
	(void)state;
	gives("CREATE TABLE moz_downloads(id INTEGER PRIMARY KEY, source, target, startTime, "
	      "endTime, state, referrer, currBytes,"
	      "maxBytes, mimeType); INSERT INTO moz_downloads VALUES(2, 'http://s/', "
	      "'file:///tmp/s', 1300000000000000, 0, 3, 'http://r/', 9, -1, 'm')",
	      "downloads.sqlite",
	      "browser_download 2011-03-13T07:06:40.000000Z start #2 download S0 "
	      "S1;browser=firefox;url=http://s/;referrer=http://r/;"
	      "path=/tmp/s;size=9;state=cancelled;mime=m;>TargetFilename=/tmp/s;>Url=http://s/"
	      ";>ReferrerUrl=http://r/\n");
}

static void visits_of_firefox_say_how(void **state)
{
	(void)state;
	gives("CREATE TABLE moz_places(id INTEGER PRIMARY KEY, url, title);"
	      "CREATE TABLE moz_historyvisits(id INTEGER PRIMARY KEY, place_id, visit_date, "
	      "visit_type);"
	      "INSERT INTO moz_places VALUES(1, 'https://a/', 'A');"
	      "INSERT INTO moz_historyvisits VALUES(1, 1, 1600000000000000, 7), (2, 1, 0, 99)",
	      "",
	      "browser_visit 2020-09-13T12:26:40.000000Z visit #1 - "
	      "S0;browser=firefox;url=https://a/;title=A;transition=download\n"
	      "browser_visit - - #2 - S0;browser=firefox;url=https://a/;title=A;transition=99\n");
}

/* ---- macOS ---- */

static void visits_of_safari_are_counted_from_2001(void **state)
{
	(void)state;
	gives("CREATE TABLE history_items(id INTEGER PRIMARY KEY, url); CREATE TABLE "
	      "history_visits(id INTEGER PRIMARY KEY,"
	      "history_item, visit_time REAL, title); INSERT INTO history_items VALUES(1, "
	      "'https://a/');"
	      "INSERT INTO history_visits VALUES(1, 1, 600000000.25, 'A')",
	      "/Users/ann/Library/Safari/History.db",
	      "browser_visit 2020-01-06T10:40:00.250000Z visit #1 - "
	      "S0;browser=safari;user=ann;url=https://a/;title=A\n");
}

static void quarantine_says_who_brought_it_from_where(void **state)
{
	(void)state;
	gives("CREATE TABLE LSQuarantineEvent(LSQuarantineEventIdentifier TEXT PRIMARY KEY NOT "
	      "NULL, LSQuarantineTimeStamp REAL,"
	      "LSQuarantineAgentBundleIdentifier, LSQuarantineAgentName, "
	      "LSQuarantineDataURLString, LSQuarantineSenderName,"
	      "LSQuarantineSenderAddress, LSQuarantineTypeNumber, LSQuarantineOriginTitle, "
	      "LSQuarantineOriginURLString, LSQuarantineOriginAlias);"
	      "INSERT INTO LSQuarantineEvent VALUES('U-1', 600000000.1234567, 'com.x', 'X', "
	      "'https://d/', NULL, 'a@b', 2, 'T', 'https://o/', NULL)",
	      "/Users/ann/Library/Preferences/com.apple.LaunchServices.QuarantineEventsV2",
	      "quarantine 2020-01-06T10:40:00.123457Z download #1 download "
	      "S1;agent=X;url=https://d/;origin=https://o/;bundle=com.x;"
	      "origin_title=T;sender=a@b;type=email_attachment;id=U-1;user=ann;>Url=https://d/"
	      ";>ReferrerUrl=https://o/;>User=ann\n");
}

static void consent_was_a_flag_and_is_a_value(void **state)
{
	(void)state;
	gives("CREATE TABLE access(service, client, client_type, allowed, last_modified);"
	      "INSERT INTO access VALUES('kA', 'com.a', 0, 1, 1600000000), ('kB', '/bin/b', 1, 0, "
	      "0)",
	      "TCC.db",
	      "tcc 2020-09-13T12:26:40Z modified #1 "
	      "-;service=kA;client=com.a;allowed=true;client_type=bundle\n"
	      "tcc - - #2 -;service=kB;client=/bin/b;allowed=false;client_type=path\n");
	gives("CREATE TABLE access(service, client, client_type, auth_value, auth_reason, "
	      "last_modified, indirect_object_identifier);"
	      "INSERT INTO access VALUES('kA', 'com.a', 0, 2, 4, 1600000000, 'com.t'), ('kB', 'b', "
	      "0, 1, 4, 1600000000, NULL)",
	      "TCC.db",
	      "tcc 2020-09-13T12:26:40Z modified #1 "
	      "-;service=kA;client=com.a;allowed=true;client_type=bundle;target=com.t;"
	      "auth_value=2;auth_reason=4\n"
	      "tcc 2020-09-13T12:26:40Z modified #2 "
	      "-;service=kB;client=b;allowed=false;client_type=bundle;auth_value=1;auth_reason="
	      "4\n");
}

/* ---- dnf ---- */

static void each_package_of_a_transaction_is_a_change(void **state)
{
	(void)state;
	gives("CREATE TABLE trans(id INTEGER PRIMARY KEY, dt_begin, dt_end, user_id, cmdline, "
	      "state); CREATE TABLE repo(id INTEGER PRIMARY KEY, repoid);"
	      "CREATE TABLE trans_item(id INTEGER PRIMARY KEY, trans_id, item_id, repo_id, action, "
	      "reason, state);"
	      "CREATE TABLE rpm(item_id INTEGER UNIQUE NOT NULL, name, epoch, version, release, "
	      "arch);"
	      "INSERT INTO trans VALUES(1, 1600000000, 1600000009, 1000, 'upgrade phone', 1); "
	      "INSERT INTO repo VALUES(1, 'updates');"
	      "INSERT INTO rpm VALUES(1, 'phone', 0, '1.0', '1.el9', 'x86_64'), (2, 'phone', 1, "
	      "'1.1', '2.el9', 'x86_64'), (3, 'old', 0, '3', '1', 'noarch');"
	      "INSERT INTO trans_item VALUES(1, 1, 2, 1, 6, 1, 1), (2, 1, 1, NULL, 7, 1, 1), (3, "
	      "1, 3, NULL, 8, 1, 2), (4, 1, 99, 1, 1, 1, 1), (5, 1, 3, 1, 11, 1, 1)",
	      "/var/lib/dnf/history.sqlite",
	      "package 2020-09-13T12:26:49Z transaction #1 package "
	      "S2;action=upgrade;name=phone;version=1:1.1-2.el9;command=upgrade phone;"
	      "architecture=x86_64;manager=dnf;ecosystem=rpm;user=1000;repository=updates;>Package="
	      "phone;>Version=1:1.1-2.el9;>CommandLine=upgrade phone\n"
	      "package 2020-09-13T12:26:49Z transaction #2 "
	      "package;action=upgraded;name=phone;old_version=1.0-1.el9;command=upgrade phone;"
	      "architecture=x86_64;manager=dnf;ecosystem=rpm;user=1000;>Package=phone;>CommandLine="
	      "upgrade phone\n"
	      "package 2020-09-13T12:26:49Z transaction #3 "
	      "package;action=remove;name=old;old_version=3-1;command=upgrade phone;"
	      "architecture=noarch;manager=dnf;ecosystem=rpm;user=1000;error=not "
	      "done;>Package=old;>CommandLine=upgrade phone\n");
}

static void names_of_dnf5_are_tables(void **state)
{
	(void)state;
	gives("CREATE TABLE trans(id INTEGER PRIMARY KEY, dt_begin, dt_end, user_id, description, "
	      "state_id); CREATE TABLE repo(id INTEGER PRIMARY KEY, repoid);"
	      "CREATE TABLE trans_item(id INTEGER PRIMARY KEY, trans_id, item_id, repo_id, "
	      "action_id, reason_id, state_id);"
	      "CREATE TABLE rpm(item_id INTEGER NOT NULL UNIQUE, name_id, epoch, version, release, "
	      "arch_id);"
	      "CREATE TABLE pkg_names(id INTEGER PRIMARY KEY, name); CREATE TABLE archs(id INTEGER "
	      "PRIMARY KEY, name);"
	      "INSERT INTO trans VALUES(1, 1600000000, NULL, 0, 'dnf5 install phone', 2); INSERT "
	      "INTO pkg_names VALUES(5, 'phone'); INSERT INTO archs VALUES(6, 'noarch');"
	      "INSERT INTO rpm VALUES(1, 5, 0, '1.0', '1', 6); INSERT INTO trans_item VALUES(1, 1, "
	      "1, NULL, 1, 1, 2), (2, 1, 1, NULL, 6, 1, 3)",
	      "/usr/lib/sysimage/libdnf5/transaction_history.sqlite",
	      "package 2020-09-13T12:26:40Z transaction #1 package "
	      "S2;action=install;name=phone;version=1.0-1;command=dnf5 install phone;"
	      "architecture=noarch;manager=dnf;ecosystem=rpm;user=0;>Package=phone;>Version=1.0-1;>"
	      "CommandLine=dnf5 install phone\n"
	      "package 2020-09-13T12:26:40Z transaction #2 "
	      "package;action=replaced;name=phone;old_version=1.0-1;command=dnf5 install phone;"
	      "architecture=noarch;manager=dnf;ecosystem=rpm;user=0;error=not "
	      "done;>Package=phone;>CommandLine=dnf5 install phone\n");
}

/* ---- the reader ---- */

static void a_database_of_no_known_kind_is_said_with_its_tables(void **state)
{
	struct db_files f = db_of("CREATE TABLE apples(a); CREATE TABLE pears(a)");

	(void)state;
	assert_int_equal(whole_read(&input_sqlite, f.main, NULL, "", NULL), 0);
	assert_true(whole_noted(
		"0: a database of no known kind: nothing is read of it (tables: apples pears)\n"));
	assert_int_equal(whole_lost, 0);
	db_files_done(&f);
}

static void log_and_journal_beside_are_read_and_alone_are_silent(void **state)
{
	struct db_files f = db_on_disk("WAL", "CREATE TABLE access(service, client, allowed)",
				       "INSERT INTO access VALUES('a', 'b', 1)", "");
	struct slice beside[INPUT_BESIDE] = { f.wal };

	(void)state;
	assert_int_equal(whole_read(&input_sqlite, f.main, NULL, "", NULL), 0);
	assert_int_equal(whole_read(&input_sqlite, f.main, beside, "", NULL), 1);
	assert_int_equal(whole_notes.n, 0);
	assert_ptr_equal(input_detect(f.wal, f.wal.n), &input_sqlite);
	assert_int_equal(whole_read(&input_sqlite, f.wal, NULL, "", NULL), 0);
	assert_int_equal(whole_notes.n, 0);
	db_files_done(&f);
}

static void damage_is_lost_and_said(void **state)
{
	struct db_files f = db_of("CREATE TABLE access(service, client, allowed); INSERT INTO "
				  "access VALUES('a', 'b', 1)");
	uint8_t *bytes = (uint8_t *)(uintptr_t)f.main.p;

	(void)state;
	memset(bytes + 4096, 0xee, 100);
	assert_int_equal(whole_read(&input_sqlite, f.main, NULL, "", NULL), 0);
	assert_int_equal(whole_lost, 1);
	assert_true(whole_noted("4096: table access: damage"));
	db_files_done(&f);
}

static void bytes_that_are_not_utf8_are_replaced(void **state)
{
	(void)state;
	gives("CREATE TABLE access(service, client, allowed); INSERT INTO access "
	      "VALUES(CAST(x'61ff62' AS TEXT), x'63fe', 1)",
	      "",
	      "tcc - - #1 -;service=a\xef\xbf\xbd"
	      "b;client=c\xef\xbf\xbd;allowed=true\n");
}

/* Visits that all share one long address: gigabytes out of two megabytes. */
static void an_address_that_all_share_is_not_repeated_without_end(void **state)
{
	struct db_files f = db_of("CREATE TABLE visits(id INTEGER PRIMARY KEY, url, visit_time); "
				  "CREATE TABLE urls(id INTEGER PRIMARY KEY, url);"
				  "INSERT INTO urls VALUES(1, hex(zeroblob(500000)));"
				  "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n "
				  "WHERE i < 50000) INSERT INTO visits SELECT i, 1, i FROM n");
	size_t n = whole_read(&input_sqlite, f.main, NULL, "", NULL);

	(void)state;
	assert_true(n > 100 && n < 1000);
	assert_true(whole_noted("more work than its size allows"));
	db_files_done(&f);
}

/* Prefixes and flipped bits of a database of two kinds. */
static void damage_stays_inside(void **state)
{
	struct db_files f = db_of("PRAGMA page_size=512; CREATE TABLE downloads(id INTEGER PRIMARY "
				  "KEY, target_path, start_time, received_bytes);" CHAINS
				  "CREATE TABLE visits(id INTEGER PRIMARY KEY, url, visit_time); "
				  "CREATE TABLE urls(id INTEGER PRIMARY KEY, url);"
				  "INSERT INTO downloads VALUES(1, 'a', 13350000000000000, 1); "
				  "INSERT INTO downloads_url_chains VALUES(1, 0, 'u');"
				  "INSERT INTO urls VALUES(1, 'u'); INSERT INTO visits VALUES(1, "
				  "1, 13350000000000000)");
	uint8_t *bytes = (uint8_t *)(uintptr_t)f.main.p;
	struct rng rng = { 3 };

	(void)state;
	assert_int_equal(whole_read(&input_sqlite, f.main, NULL, "", NULL), 2);
	for (size_t n = 0; n < f.main.n; n += n < 128 ? 1 : 41)
		whole_read(&input_sqlite, slice_head(f.main, n), NULL, "", NULL);
	for (size_t i = 0; i < 1500; i++) {
		size_t bit = i < 800 ? i : (size_t)rng_below(&rng, f.main.n * 8);

		bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
		whole_read(&input_sqlite, f.main, NULL, "", NULL);
		bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
	}
	db_files_done(&f);
}

static size_t shared_events(const char *name)
{
	char path[4096];
	uint8_t *room = heap_new((size_t)1 << 20);

	shared_path(path, sizeof(path), name);
	FILE *file = fopen(path, "rb");

	if (!file) {
		free(room);
		return SIZE_MAX;
	}
	size_t n = fread(room, 1, (size_t)1 << 20, file), events;

	fclose(file);
	events = whole_read(&input_sqlite, slice_of(room, n), NULL, path, NULL);
	free(room);
	return events;
}

static void samples_from_elsewhere_give_what_other_readers_give(void **state)
{
	static const struct {
		const char *name;
		size_t events;
	} samples[] = { { "host/plaso/chrome/History", 71 },
			{ "host/plaso/chrome/History-58.0.3029.96", 2 },
			{ "host/plaso/chrome/History-59.0.3071.86", 2 },
			{ "host/plaso/chrome/History-59_added-fake-column", 2 },
			{ "host/plaso/firefox/places.sqlite", 1 },
			{ "host/plaso/firefox/downloads.sqlite", 1 },
			{ "host/plaso/sqlite/quarantine.db", 14 },
			{ "host/plaso/macos/TCC-test.db", 21 } };

	(void)state;
	for (size_t i = 0; i < sizeof(samples) / sizeof(*samples); i++) {
		size_t n = shared_events(samples[i].name);

		if (n == SIZE_MAX)
			skip();
		if (n != samples[i].events)
			fail_msg("%s: %zu events", samples[i].name, n);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_download_has_the_last_of_its_chain_and_its_profile),
		cmocka_unit_test(downloads_of_2011_count_seconds),
		cmocka_unit_test(a_visit_without_its_address_is_still_a_visit),
		cmocka_unit_test(users_are_known_by_where_their_files_lie),
		cmocka_unit_test(an_annotation_of_firefox_is_a_download),
		cmocka_unit_test(old_firefox_had_a_file_for_downloads),
		cmocka_unit_test(visits_of_firefox_say_how),
		cmocka_unit_test(visits_of_safari_are_counted_from_2001),
		cmocka_unit_test(quarantine_says_who_brought_it_from_where),
		cmocka_unit_test(consent_was_a_flag_and_is_a_value),
		cmocka_unit_test(each_package_of_a_transaction_is_a_change),
		cmocka_unit_test(names_of_dnf5_are_tables),
		cmocka_unit_test(a_database_of_no_known_kind_is_said_with_its_tables),
		cmocka_unit_test(log_and_journal_beside_are_read_and_alone_are_silent),
		cmocka_unit_test(damage_is_lost_and_said),
		cmocka_unit_test(bytes_that_are_not_utf8_are_replaced),
		cmocka_unit_test(an_address_that_all_share_is_not_repeated_without_end),
		cmocka_unit_test(damage_stays_inside),
		cmocka_unit_test(samples_from_elsewhere_give_what_other_readers_give),
	};

	if (!reading_init())
		return 1;
	int failed = RUN(tests);

	reading_done();
	buf_done(&whole_notes);
	return failed;
}
