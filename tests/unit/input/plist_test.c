/* SPDX-License-Identifier: Apache-2.0 */
/* Property lists by what they hold, binary and XML; what damage and circles do to them. */
#include "test.h"

#include "base/heap.h"
#include "plist_build.h"
#include "shared.h"
#include "whole_lines.h"

#include <stdlib.h>

#define HEAD                                                                                  \
	"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!DOCTYPE plist PUBLIC \"-//Apple//DTD " \
	"PLIST 1.0//EN\" "                                                                    \
	"\"http://www.apple.com/DTDs/PropertyList-1.0.dtd\">\n<plist version=\"1.0\">"
#define TAIL "</plist>\n"
#define KV(k, v) "<key>" k "</key>" v
#define STRING(s) "<string>" s "</string>"

static void gives(struct slice bytes, const char *path, const char *want)
{
	struct buf out = { 0 };

	assert_ptr_equal(input_detect(slice_head(bytes, 4096), bytes.n), &input_plist);
	whole_read(&input_plist, bytes, NULL, path, &out);
	assert_slice(buf_slice(&out), want);
	buf_done(&out);
}

static void text_gives(const char *text, const char *path, const char *want)
{
	gives(slice_str(text), path, want);
	assert_int_equal(whole_notes.n, 0);
}

/* ---- what installers keep ---- */

#define ENTRY(name, date)                                                                          \
	"<dict>" KV("date", "<date>" date "</date>") KV("displayName", STRING(name))               \
		KV("displayVersion", STRING("1.2"))                                                \
			KV("packageIdentifiers", "<array>" STRING("p.a") STRING("p.b") "</array>") \
				KV("processName", STRING("Installer")) "</dict>"

static void each_installation_is_an_entry(void **state)
{
	(void)state;
	text_gives(HEAD "<array>" ENTRY("A &amp; B", "2024-02-29T23:59:59Z") "<dict/>" ENTRY(
			   "C", "2024-03-01T00:00:00Z") "</array>" TAIL,
		   "",
		   "install_history 2024-02-29T23:59:59.000000Z install #1 inventory S2;name=A & "
		   "B;version=1.2;packages=p.a, p.b;"
		   "process=Installer;>Product=A & B;>Version=1.2\n"
		   "install_history 2024-03-01T00:00:00.000000Z install #3 inventory "
		   "S2;name=C;version=1.2;packages=p.a, p.b;"
		   "process=Installer;>Product=C;>Version=1.2\n");
}

static void a_list_that_breaks_off_gives_what_came_before(void **state)
{
	(void)state;
	gives(slice_str(HEAD
			"<array>" ENTRY("A", "2024-02-29T23:59:59Z") "<dict><key>date</key><da"),
	      "",
	      "install_history 2024-02-29T23:59:59.000000Z install #1 inventory "
	      "S2;name=A;version=1.2;packages=p.a, p.b;"
	      "process=Installer;>Product=A;>Version=1.2\n");
	assert_int_equal(whole_lost, 1);
	assert_true(whole_noted("unclosed token"));
}

static void a_receipt_is_one_installation(void **state)
{
	struct plist_build b;
	unsigned k[5], v[5];

	(void)state;
	plist_start(&b);
	k[0] = plist_add_text(&b, "PackageIdentifier");
	k[1] = plist_add_text(&b, "InstallDate");
	k[2] = plist_add_text(&b, "PackageVersion");
	k[3] = plist_add_text(&b, "InstallProcessName");
	k[4] = plist_add_text(&b, "InstallPrefixPath");
	v[0] = plist_add_wide(&b, "com.example.phone");
	v[1] = plist_add_date(&b, 600000000.5);
	v[2] = plist_add_text(&b, "18.12.416");
	v[3] = plist_add_text(&b, "installer");
	v[4] = plist_add_text(&b, "Applications/Phone.app/Contents and more");
	unsigned root =
		plist_add_dict(&b, k[0], k[1], k[2], k[3], k[4], v[0], v[1], v[2], v[3], v[4], -1);

	gives(plist_finish(&b, root), "/private/var/db/receipts/com.example.phone.plist",
	      "install_history 2020-01-06T10:40:00.500000Z install #1 inventory "
	      "S2;name=com.example.phone;version=18.12.416;"
	      "packages=com.example.phone;process=installer;location=Applications/Phone.app/"
	      "Contents and more;"
	      ">Product=com.example.phone;>Version=18.12.416;>InstallLocation=Applications/"
	      "Phone.app/Contents and more\n");
	plist_done(&b);
}

/* ---- launchd ---- */

static void a_job_of_launchd_says_what_it_runs(void **state)
{
	(void)state;
	text_gives(
		HEAD "<dict>" KV("Label", STRING("com.x")) KV(
			"ProgramArguments", "<array>" STRING("/bin/sh") STRING("-c") STRING(
						    "a b") "</array>") KV("RunAtLoad", "<true/>")
			KV("KeepAlive", "<dict><key>Crashed</key><true/></dict>") KV(
				"StartInterval",
				"<integer>0x10</integer>") KV("WatchPaths",
							      "<array>" STRING("/etc") "</array>")
				KV("EnvironmentVariables",
				   "<dict>" KV("DYLD_INSERT_LIBRARIES",
					       STRING("/tmp/x.dylib")) "</dict>") "</dict>" TAIL,
		"/Users/ann/Library/LaunchAgents/com.x.plist",
		"launchd - - #1 service_create;label=com.x;program=/bin/sh;arguments=/bin/sh, -c, "
		"a b;command=/bin/sh -c a b;run_at_load=true;keep_alive=true;"
		"start_interval=16;watch_paths=/etc;environment=DYLD_INSERT_LIBRARIES=/tmp/"
		"x.dylib;user=ann;"
		">ServiceName=com.x;>ImagePath=/bin/sh -c a b;>ServiceFileName=/bin/sh\n");
	text_gives("<plist><dict>" KV("Label", STRING("y")) KV("Program", STRING("/y"))
			   KV("ProgramArguments", "<array>" STRING("z") "</array>")
				   KV("RunAtLoad", "<false/>")
					   KV("UserName", STRING("_w")) "</dict></plist>",
		   "y.plist",
		   "launchd - - #1 "
		   "service_create;label=y;program=/y;arguments=z;command=/"
		   "y;run_at_load=false;user=_w;"
		   ">ServiceName=y;>ImagePath=/y;>ServiceFileName=/y\n");
}

/* ---- Safari ---- */

static void history_of_safari_has_its_address_under_no_name(void **state)
{
	(void)state;
	text_gives(HEAD "<dict><key>WebHistoryDates</key><array><dict>" KV("", STRING("http://a/"))
			   KV("lastVisitedDate", STRING("395010381.4")) KV("title", STRING("A"))
				   KV("visitCount",
				      "<integer>3</integer>") "</dict></array></dict>" TAIL,
		   "/Users/ann/Library/Safari/History.plist",
		   "browser_visit 2013-07-08T21:06:21.400000Z visit #1 - "
		   "S0;browser=safari;user=ann;url=http://a/;title=A;visit_count=3\n");
}

static void downloads_of_safari_have_sizes_and_paths(void **state)
{
	(void)state;
	text_gives(
		HEAD "<dict><key>DownloadHistory</key><array><dict>" KV(
			"DownloadEntryURL", STRING("https://d/")) KV("DownloadEntryPath",
								     STRING("/x"))
			KV("DownloadEntryDateAddedKey", "<date>2024-01-01T00:00:00Z</date>") KV(
				"DownloadEntryDateFinishedKey", "<date>2024-01-01T00:00:01Z</date>")
				KV("DownloadEntryProgressTotalToLoad", "<integer>9</integer>") KV(
					"DownloadEntryProgressBytesSoFar", "<integer>9</integer>")
					KV("DownloadEntryIdentifier",
					   STRING("I")) "</dict></array></dict>" TAIL,
		"",
		"browser_download 2024-01-01T00:00:00.000000Z start #1 download S0 "
		"S1;browser=safari;url=https://d/;path=/x;size=9;state=complete;"
		"ended=2024-01-01T00:00:01.0000000Z;id=I;>TargetFilename=/x;>Url=https://d/\n");
}

/* ---- background items ---- */

static void put_item(struct buf *b, uint32_t type, struct slice s)
{
	buf_put_le32(b, (uint32_t)s.n);
	buf_put_le32(b, type);
	buf_put(b, s);
	while (b->n % 4)
		buf_put_byte(b, 0);
}

/* /Applications/A.app, shown as "A". */
static void put_bookmark(struct buf *b)
{
	struct buf data = { 0 }, list = { 0 };
	uint32_t parts[2], shown, path;

	buf_put_le32(&data, 0);
	parts[0] = (uint32_t)data.n;
	put_item(&data, 0x101, slice_str("Applications"));
	parts[1] = (uint32_t)data.n;
	put_item(&data, 0x101, slice_str("A.app"));
	shown = (uint32_t)data.n;
	put_item(&data, 0x101, slice_str("A"));
	path = (uint32_t)data.n;
	buf_put_le32(&list, parts[0]);
	buf_put_le32(&list, parts[1]);
	put_item(&data, 0x601, buf_slice(&list));
	uint32_t table = (uint32_t)data.n;
	const uint32_t words[] = { 40, 0xfffffffe, 1, 0, 2, 0x1004, path, 0, 0xf017, shown, 0 };

	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		buf_put_le32(&data, words[i]);
	memcpy(data.p, &table, 4);
	buf_put_str(b, "book");
	buf_put_le32(b, (uint32_t)(48 + data.n));
	buf_put_le32(b, 0x10040000);
	buf_put_le32(b, 48);
	while (b->n < 48)
		buf_put_byte(b, 0);
	buf_put(b, buf_slice(&data));
	buf_done(&data);
	buf_done(&list);
}

/* An archive of these objects. */
static struct slice archive(struct plist_build *b, unsigned objects)
{
	unsigned k1 = plist_add_text(b, "$archiver"), k2 = plist_add_text(b, "$objects");
	unsigned v1 = plist_add_text(b, "NSKeyedArchiver");

	return plist_finish(b, plist_add_dict(b, k1, k2, v1, objects, -1));
}

static struct slice old_items(struct plist_build *b)
{
	struct buf mark = { 0 };

	put_bookmark(&mark);
	plist_start(b);
	unsigned null = plist_add_text(b, "$null"), kmark = plist_add_text(b, "bookmark"),
		 kdata = plist_add_text(b, "data");
	unsigned ktype = plist_add_text(b, "loginItemType"),
		 kname = plist_add_text(b, "$classname");
	unsigned uid0 = plist_add_uid(b, 0), uid4 = plist_add_uid(b, 4), uid5 = plist_add_uid(b, 5),
		 one = plist_add_int(b, 1);
	unsigned data = plist_add_data(b, buf_slice(&mark));
	unsigned container = plist_add_dict(b, kmark, uid0, -1); /* its bookmark is $null */
	unsigned item = plist_add_dict(b, kmark, ktype, uid4, one, -1);
	unsigned class_name = plist_add_text(b, "BackgroundLoginItem");
	unsigned is_class = plist_add_dict(b, kname, class_name, -1),
		 holder = plist_add_dict(b, kdata, uid5, -1);
	unsigned objects = plist_add_array(b, null, container, item, is_class, holder, data, -1);

	buf_done(&mark);
	return archive(b, objects);
}

static void a_bookmark_of_a_login_item_holds_its_path(void **state)
{
	struct plist_build b;

	(void)state;
	gives(old_items(&b),
	      "/Users/ann/Library/Application "
	      "Support/com.apple.backgroundtaskmanagementagent/backgrounditems.btm",
	      "btm - - #3 -;name=A;path=/Applications/A.app;type=login item;user=ann\n");
	assert_int_equal(whole_notes.n, 0);
	plist_done(&b);
}

static void records_of_thirteen_and_later_name_their_program(void **state)
{
	struct plist_build b;

	(void)state;
	plist_start(&b);
	unsigned null = plist_add_text(&b, "$null"), kname = plist_add_text(&b, "name"),
		 kurl = plist_add_text(&b, "url");
	unsigned ktype = plist_add_text(&b, "type"),
		 kdisposition = plist_add_text(&b, "disposition"),
		 kid = plist_add_text(&b, "identifier");
	unsigned kbundle = plist_add_text(&b, "bundleIdentifier"),
		 krelative = plist_add_text(&b, "NS.relative");
	unsigned kclass = plist_add_text(&b, "$classname"),
		 class_name = plist_add_text(&b, "ItemRecord");
	unsigned uid0 = plist_add_uid(&b, 0), uid3 = plist_add_uid(&b, 3),
		 uid4 = plist_add_uid(&b, 4), uid5 = plist_add_uid(&b, 5);
	unsigned type = plist_add_int(&b, 0x10010), disposition = plist_add_int(&b, 11);
	unsigned is_class = plist_add_dict(&b, kclass, class_name, -1);
	unsigned record = plist_add_dict(&b, kname, kurl, ktype, kdisposition, kid, kbundle, uid3,
					 uid4, type, disposition, uid5, uid0, -1);
	unsigned name = plist_add_text(&b, "Phone"), id = plist_add_text(&b, "16.com.x"),
		 uid6 = plist_add_uid(&b, 6);
	unsigned url = plist_add_dict(&b, krelative, uid6, -1),
		 address = plist_add_text(&b, "file:///Library/A%20B.app/");
	unsigned objects = plist_add_array(&b, null, is_class, record, name, url, id, address, -1);

	gives(archive(&b, objects), "BackgroundItems-v16.btm",
	      "btm - - #3 -;name=Phone;path=/Library/A B.app;type=legacy daemon;enabled=true;"
	      "url=file:///Library/A%20B.app/;id=16.com.x\n");
	plist_done(&b);
}

/* ---- the reader ---- */

static void a_list_of_no_known_kind_is_said(void **state)
{
	(void)state;
	gives(slice_str(HEAD "<dict><key>CFBundleName</key><string>x</string></dict>" TAIL), "",
	      "");
	assert_true(whole_noted("0: a property list of no known kind"));
	assert_int_equal(whole_lost, 0);
}

static void entities_and_depth_are_refused(void **state)
{
	struct buf b = { 0 };

	(void)state;
	gives(slice_str("<!DOCTYPE plist [<!ENTITY a \"aaaa\"><!ENTITY b "
			"\"&a;&a;&a;\">]><plist><array>" ENTRY(
				"&b;", "2024-02-29T23:59:59Z") "</array></plist>"),
	      "", "");
	assert_true(whole_noted("it declares entities of its own"));
	buf_put_str(&b, "<plist>");
	for (size_t i = 0; i < 100000; i++)
		buf_put_str(&b, "<array>");
	gives(buf_slice(&b), "", "");
	assert_true(whole_noted("nested deeper than the limit"));
	buf_done(&b);
}

static void objects_in_a_circle_come_to_an_end(void **state)
{
	struct plist_build b;

	(void)state;
	plist_start(&b);
	plist_finish(&b, plist_add_array(&b, 0, 0, 0, -1)); /* itself */
	gives(buf_slice(&b.bytes), "", "");
	plist_done(&b);
	/* Many entries that are one dictionary with many keys. */
	struct buf big = { 0 };

	buf_put_str(&big, "bplist00");
	buf_put_byte(&big, 0xaf);
	buf_put_byte(&big, 0x12);
	buf_put(&big, slice_of("\0\1\x86\xa0", 4));
	for (size_t i = 0; i < 100000; i++)
		buf_put_byte(&big, 1);
	size_t dict = big.n;

	buf_put_byte(&big, 0xdf);
	buf_put_byte(&big, 0x12);
	buf_put(&big, slice_of("\0\1\x86\xa0", 4));
	for (size_t i = 0; i < 200000; i++)
		buf_put_byte(&big, i == 99998 ? 2 : i == 99999 ? 3 : 0);
	size_t name = big.n;

	buf_put(&big, slice_of("\x5b"
			       "displayName\x54"
			       "date",
			       17));
	size_t table = big.n;
	const size_t offsets[] = { 8, dict, name, name + 12 };

	for (size_t i = 0; i < 4; i++)
		buf_put(&big, slice_of((const uint8_t[]){ (uint8_t)(offsets[i] >> 16),
							  (uint8_t)(offsets[i] >> 8),
							  (uint8_t)offsets[i] },
				       3));
	buf_put(&big, slice_of("\0\0\0\0\0\0\3\1\0\0\0\0\0\0\0\4\0\0\0\0\0\0\0\0\0\0\0\0\0", 29));
	buf_put(&big, slice_of((const uint8_t[]){ (uint8_t)(table >> 16), (uint8_t)(table >> 8),
						  (uint8_t)table },
			       3));
	assert_true(whole_read(&input_plist, buf_slice(&big), NULL, "", NULL) < 1000);
	assert_true(whole_noted("more work than its size allows"));
	buf_done(&big);
}

/* Entries that all share one long name: gigabytes out of 200 KB. */
static void a_text_that_all_share_is_not_repeated_without_end(void **state)
{
	struct buf big = { 0 }, out = { 0 };

	(void)state;
	buf_put(&big, slice_of("bplist00\xaf\x12\0\1\x86\xa0", 14));
	for (size_t i = 0; i < 100000; i++)
		buf_put_byte(&big, 1);
	size_t dict = big.n;

	buf_put(&big, slice_of("\xd2\2\3\4\4\x5b"
			       "displayName\x54"
			       "date\x5f\x12\0\1\x86\xa0",
			       28));
	for (size_t i = 0; i < 100000; i++)
		buf_put_byte(&big, 'x');
	size_t table = big.n;
	const size_t offsets[] = { 8, dict, dict + 5, dict + 17, dict + 22 };

	for (size_t i = 0; i < 5; i++)
		buf_put(&big, slice_of((const uint8_t[]){ (uint8_t)(offsets[i] >> 16),
							  (uint8_t)(offsets[i] >> 8),
							  (uint8_t)offsets[i] },
				       3));
	buf_put(&big, slice_of("\0\0\0\0\0\0\3\1\0\0\0\0\0\0\0\5\0\0\0\0\0\0\0\0\0\0\0\0\0", 29));
	buf_put(&big, slice_of((const uint8_t[]){ (uint8_t)(table >> 16), (uint8_t)(table >> 8),
						  (uint8_t)table },
			       3));
	size_t n = whole_read(&input_plist, buf_slice(&big), NULL, "", &out);

	assert_true(n > 0 && n < 1000);
	assert_true(whole_noted("more work than its size allows"));
	assert_true(out.n < (size_t)100 << 20);
	buf_done(&big);
	buf_done(&out);
}

static void flip(struct slice bytes)
{
	uint8_t *copy = heap_new(bytes.n);

	memcpy(copy, bytes.p, bytes.n);
	for (size_t bit = 0; bit < bytes.n * 8 && bit < 16384; bit++) {
		copy[bit / 8] ^= (uint8_t)(1u << bit % 8);
		whole_read(&input_plist, slice_of(copy, bytes.n), NULL, "", NULL);
		copy[bit / 8] ^= (uint8_t)(1u << bit % 8);
	}
	for (size_t n = 0; n < bytes.n; n++)
		whole_read(&input_plist, slice_head(bytes, n), NULL, "", NULL);
	free(copy);
}

static void damage_stays_inside(void **state)
{
	struct plist_build b;

	(void)state;
	flip(old_items(&b));
	plist_done(&b);
	flip(slice_str(HEAD "<array>" ENTRY(
		"A", "2024-02-29T23:59:59Z") "<data>AAEC\nAw==</data><real>1e5</real><set/></"
					     "array>" TAIL));
}

static void samples_from_elsewhere_give_what_other_readers_give(void **state)
{
	static const struct {
		const char *name;
		size_t events;
	} samples[] = { { "host/plaso/plist/History.plist", 18 },
			{ "host/plaso/plist/InstallHistory.plist", 7 },
			{ "host/plaso/backgrounditems.btm", 1 } };
	uint8_t room[8192];

	(void)state;
	for (size_t i = 0; i < sizeof(samples) / sizeof(*samples); i++) {
		char path[4096];

		shared_path(path, sizeof(path), samples[i].name);
		FILE *file = fopen(path, "rb");

		if (!file)
			skip();
		size_t n = fread(room, 1, sizeof(room), file);

		fclose(file);
		assert_int_equal(whole_read(&input_plist, slice_of(room, n), NULL, path, NULL),
				 samples[i].events);
		assert_int_equal(whole_notes.n, 0);
		if (i == 2)
			flip(slice_of(room, n));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_installation_is_an_entry),
		cmocka_unit_test(a_list_that_breaks_off_gives_what_came_before),
		cmocka_unit_test(a_receipt_is_one_installation),
		cmocka_unit_test(a_job_of_launchd_says_what_it_runs),
		cmocka_unit_test(history_of_safari_has_its_address_under_no_name),
		cmocka_unit_test(downloads_of_safari_have_sizes_and_paths),
		cmocka_unit_test(a_bookmark_of_a_login_item_holds_its_path),
		cmocka_unit_test(records_of_thirteen_and_later_name_their_program),
		cmocka_unit_test(a_list_of_no_known_kind_is_said),
		cmocka_unit_test(entities_and_depth_are_refused),
		cmocka_unit_test(objects_in_a_circle_come_to_an_end),
		cmocka_unit_test(a_text_that_all_share_is_not_repeated_without_end),
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
