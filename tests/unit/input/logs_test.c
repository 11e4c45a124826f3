/* SPDX-License-Identifier: Apache-2.0 */
/* Readers of management and package logs, lockfiles, inventories and Windows events as text: what
 * they make of their records, what damage does, and every bit of the first KiB flipped. */
#include "test.h"

#include "base/heap.h"
#include "reading.h"

#include <stdlib.h>

#define HEX32 "9785001b0dcf755eddb8af294a373c0b"
#define HEX64 HEX32 "87b2498660f724e76c4d53f9c217c7a3"

static void reads_as(const char *text, const char *want)
{
	struct buf out = { 0 };

	events_of(text, &out);
	assert_slice(buf_slice(&out), want);
	buf_done(&out);
}

static bool reads_with(const char *text, const char *part)
{
	struct buf out = { 0 };
	bool found;

	events_of(text, &out);
	found = slice_search(buf_slice(&out), slice_str(part)) != NULL;
	if (!found)
		fprintf(stderr, "%.*s", (int)out.n, (const char *)out.p);
	buf_done(&out);
	return found;
}

/* ---- Windows events as text ---- */

#define SECURITY                                                                                   \
	"11/03/2026 09:14:07 PM\r\nLogName=Security\r\nSourceName=Microsoft Windows security auditing.\r\n" \
	"EventCode=4688\r\nEventType=0\r\nComputerName=PC-1\r\nMessage=A new process has been created.\r\n\r\n" \
	"Creator Subject:\r\n\tSecurity ID:\t\tS-1-5-18\r\n\tAccount Name:\t\tPC-1$\r\n\r\nTarget Subject:\r\n" \
	"\tAccount Name:\t\tb\r\n\r\nProcess Information:\r\n\tNew Process ID:\t\t0x1f\r\n" \
	"\tProcess Command Line:\tcmd /c echo a: b\r\nc d\r\n\r\nToken Elevation Type indicates: much\r\n"

static void labels_of_messages_become_names_of_event_data(void **state)
{
	static const char *const parts[] = { "wineventlog wineventlog 1793740447000000000 #1@0;",
					     ";SubjectUserSid=S-1-5-18;SubjectUserName=PC-1$;TargetUserName=b;",
					     ";NewProcessId=0x1f;CommandLine=cmd /c echo a: b\r\nc d;",
					     ";Provider_Name=Microsoft-Windows-Security-Auditing" };
	(void)state;
	for (size_t i = 0; i < 4; i++)
		assert_true(reads_with(SECURITY, parts[i]));
}

static void text_that_is_not_a_label_belongs_to_the_value_before(void **state)
{
	(void)state;
	assert_true(reads_with("11/03/2026 09:14:07 AM\nLogName=Microsoft-Windows-Sysmon/Operational\nEventCode=13\n"
			       "User=NOT_TRANSLATED\nEventType=4\nMessage=Registry value set:\nEventType: SetValue\n"
			       "UtcTime: 2026-11-03 08:14:07.123\nDetails: one\n  two: three\nfour\nUser: CORP\\a\n",
			       "1793693647123000000 #1@0;LocalTime=11/03/2026 09:14:07 AM;"
			       "LogName=Microsoft-Windows-Sysmon/Operational;EventCode=13;LogUser=NOT_TRANSLATED;LogEventType=4;"));
}

static void a_record_begins_where_its_time_and_log_name_stand(void **state)
{
	(void)state;
	reads_as("LogName=System\nEventCode=1\n\nLogName=System\nEventCode=2\n11/03/2026 09:14:07 AM\nLogName=System\nEventCode=3\n",
		 "wineventlog wineventlog -1 #1@0;LogName=System;EventCode=1;Channel=System;EventID=1\n"
		 "wineventlog wineventlog -1 #2@28;LogName=System;EventCode=2;Channel=System;EventID=2\n"
		 "wineventlog wineventlog 1793697247000000000 #3@55;LocalTime=11/03/2026 09:14:07 AM;LogName=System;"
		 "EventCode=3;Channel=System;EventID=3\n");
}

static void log_names_in_a_row_are_one_record(void **state)
{
	(void)state;
	reads_as("LogName=a\nLogName=b\nEventCode=1\n",
		 "wineventlog wineventlog -1 #1@0;LogName=a;LogName=b;EventCode=1;Channel=a;EventID=1\n");
}

/* ---- CMTrace ---- */

static void minutes_of_bias_are_added(void **state)
{
	(void)state;
	reads_as("<![LOG[a\nb]LOG]!><time=\"19:33:19.766-330\" date=\"11-28-2014\" component=\"c\" thread=\"1\">\n"
		 "text  $$<c><11-28-2014 19:33:19.766+420><thread=2084 (0x824)>\n"
		 "<![LOG[z]LOG]!><time=\"1:02:03.1234567\" date=\"1-2-2026\" component=\"c\">",
		 "cmtrace cmtrace 1417183399766000000 #1@0;message=a\nb;component=c;thread=1\n"
		 "cmtrace cmtrace 1417228399766000000 #2@86;message=text;component=c;thread=2084\n"
		 "cmtrace cmtrace 1767315723123456700 #3@148;message=z;component=c\n");
}

static void half_a_record_costs_no_other(void **state)
{
	(void)state;
	reads_as("<![LOG[a<![LOG[b]LOG]!><time=\"1:2:3.0+0\" date=\"1-2-2026\" component=\"c\">\n<![LOG[c",
		 "cmtrace cmtrace -1 #1@0;message=a\n"
		 "cmtrace cmtrace 1767315723000000000 #2@8;message=b;component=c\n"
		 "cmtrace cmtrace -1 #3@72;message=c\n");
}

#define ENFORCE(text, thread)                                                                      \
	"<![LOG[" text "]LOG]!><time=\"1:2:3.0+0\" date=\"1-2-2026\" component=\"AppEnforce\" thread=\"" thread "\">\n"

static void what_a_deployment_runs_belongs_to_the_package_of_its_thread(void **state)
{
	static const char text[] =
		ENFORCE("+++ Starting Install enforcement for App DT \"A\" ApplicationDeliveryType - a, Revision - 1,", "1")
		ENFORCE("+++ Starting Uninstall enforcement for App DT \"B\" ApplicationDeliveryType - b, Revision - 2,", "2")
		ENFORCE("    Executing Command line: x: y with user context", "1")
		ENFORCE("    Process 12 terminated with exitcode: 3010", "2")
		ENFORCE("    Process 13 terminated with exitcode: 0", "3");

	(void)state;
	assert_true(reads_with(text, "thread=1;CommandLine=x: y;PackageId=a;Package=A\n"));
	assert_true(reads_with(text, "thread=2;PackageId=b;Package=B;Action=uninstall;Revision=2\n"));
	assert_true(reads_with(text, "thread=2;ProcessId=12;ExitCode=3010;PackageId=b;Package=B\n"));
	assert_true(reads_with(text, "thread=3;ProcessId=13;ExitCode=0\n"));
}

/* ---- packages ---- */

static void epochs_and_architectures_are_no_names(void **state)
{
	(void)state;
	reads_as("2026-11-03T08:12:02Z SUBDEBUG Installed: a-b-2:1.0-1.x86_64\n"
		 "Nov 03 08:12:02 Updated: 32:c-1.0-1.el7.noarch\nrubbish\n"
		 "2026-11-03 08:12:02 install d:amd64 <none> 1:2-3\n",
		 "package package-log 1793693522000000000 #1@0;action=install;name=a-b;version=2:1.0-1;architecture=x86_64;"
		 "manager=dnf;ecosystem=rpm;Package=a-b;Version=2:1.0-1\n"
		 "package package-log 1793693522000000000 #2@60;action=upgrade;name=c;version=1.0-1.el7;"
		 "architecture=noarch;manager=yum;ecosystem=rpm;Package=c;Version=1.0-1.el7\n"
		 "package package-log 1793693522000000000 #4@115;action=install;name=d;version=1:2-3;architecture=amd64;"
		 "manager=dpkg;ecosystem=deb;Package=d;Version=1:2-3\n");
}

static void what_dnf_says_over_several_lines_is_no_damage(void **state)
{
	(void)state;
	reads_as("2026-11-03T08:12:00Z INFO --- logging initialized ---\n2026-11-03T08:12:01Z DEBUG Installed:\n  a-1-1.noarch\n"
		 "2026-11-03T08:12:02Z SUBDEBUG Erase: a-1-1.noarch\n",
		 "package package-log 1793693522000000000 #4@107;action=remove;name=a;old_version=1-1;"
		 "architecture=noarch;manager=dnf;ecosystem=rpm;Package=a\n");
}

static void a_paragraph_of_apt_gives_each_package(void **state)
{
	(void)state;
	reads_as("Start-Date: 2026-11-03  08:12:02\nUpgrade: a:amd64 (1, 2), b (3, 4\nStart-Date: 2026-11-03  08:12:03\n"
		 "Purge: c:all (5)\nEnd-Date: x\n",
		 "package package-log 1793693522000000000 #1@42;action=upgrade;name=a;version=2;old_version=1;"
		 "architecture=amd64;manager=apt;ecosystem=deb;Package=a;Version=2\n"
		 "package package-log 1793693522000000000 #1@58;action=upgrade;name=b;version=4;old_version=3;"
		 "manager=apt;ecosystem=deb;Package=b;Version=4\n"
		 "package package-log 1793693523000000000 #2@106;action=purge;name=c;old_version=5;architecture=all;"
		 "manager=apt;ecosystem=deb;Package=c\n");
}

/* ---- lockfiles ---- */

static void a_lockfile_of_version_two_gives_each_package_once(void **state)
{
	(void)state;
	reads_as("{\"lockfileVersion\":2,\"packages\":{\"\":{\"name\":\"p\"},\"node_modules/@s/a\":{\"version\":\"1\","
		 "\"integrity\":\"sha1-AAECAwQFBgcICQoLDA0ODxAREhM= md5-x\",\"dependencies\":{\"q\":\"1\"}}},"
		 "\"dependencies\":{\"@s/a\":{\"version\":\"1\"}}}",
		 "lockfile lockfile -1 #1@36;Package=p;ecosystem=npm\n"
		 "lockfile lockfile -1 #2@69;Package=@s/a;Version=1;ecosystem=npm;purl=pkg:npm/%40s/a@1;"
		 "path=node_modules/@s/a;Integrity=sha1-AAECAwQFBgcICQoLDA0ODxAREhM= md5-x;"
		 "sha1=000102030405060708090a0b0c0d0e0f10111213\n");
}

static void a_broken_lockfile_gives_what_is_before(void **state)
{
	(void)state;
	reads_as("{\"lockfileVersion\":1,\"dependencies\":{\"a\":{\"version\":\"1\",\"dependencies\":{\"b\":{\"version\":\"2\"}}},\"c\":{\"ver",
		 "lockfile lockfile -1 #1@41;Package=a;Version=1;ecosystem=npm;purl=pkg:npm/a@1\n"
		 "lockfile lockfile -1 #2@76;Package=b;Version=2;ecosystem=npm;purl=pkg:npm/b@2\n");
}

static void old_poetry_lists_files_behind_all_packages(void **state)
{
	(void)state;
	reads_as("[[package]]\nname = \"a\"\nversion = \"1\"\n\n[metadata]\nlock-version = \"1.1\"\n\n[metadata.files]\n"
		 "a = [\n    {file = \"a.whl\", hash = \"sha256:" HEX64 "\"},\n]\nb = []\n\"c.d\" = [\n"
		 "    {file = \"c.whl\", hash = \"sha256:" HEX64 "\"},\n]\n",
		 "lockfile lockfile -1 #1@0;Package=a;Version=1;ecosystem=pypi;purl=pkg:pypi/a@1\n"
		 "lockfile lockfile -1 #2@98;Package=a;ecosystem=pypi;file=a.whl;sha256=" HEX64 "\n"
		 "lockfile lockfile -1 #3@221;Package=c.d;ecosystem=pypi;file=c.whl;sha256=" HEX64 "\n");
}

static void a_name_in_a_record_comes_from_its_folder(void **state)
{
	(void)state;
	reads_as("a/b.py,sha256=AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8,12\nP-1.0.dist-info/RECORD,,\n",
		 "inventory file-list -1 #1@0;Package=P;Version=1.0;ecosystem=pypi;purl=pkg:pypi/P@1.0;path=a/b.py;"
		 "Integrity=sha256=AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8;"
		 "sha256=000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f;size=12;"
		 "TargetFilename=a/b.py;"
		 "Hashes=SHA256=000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f\n"
		 "inventory file-list -1 #2@61;Package=P;Version=1.0;ecosystem=pypi;purl=pkg:pypi/P@1.0;"
		 "path=P-1.0.dist-info/RECORD;TargetFilename=P-1.0.dist-info/RECORD\n");
}

/* ---- inventories ---- */

static void checksums_are_told_by_their_length(void **state)
{
	(void)state;
	reads_as(HEX64 "  a b\n" HEX32 " *\xff\nhalf a line\nSHA256 (x) = " HEX64 "\n",
		 "inventory file-list -1 #1@0;path=a b;sha256=" HEX64 ";TargetFilename=a b;Hashes=SHA256=" HEX64 "\n"
		 "inventory file-list -1 #2@70;path=\xef\xbf\xbd;md5=" HEX32 ";TargetFilename=\xef\xbf\xbd;Hashes=MD5=" HEX32
		 "\ninventory file-list -1 #4@118;path=x;sha256=" HEX64 ";TargetFilename=x;Hashes=SHA256=" HEX64 "\n");
}

static void columns_of_inventories_have_many_names(void **state)
{
	(void)state;
	reads_as("hostname,FullPath,MD5\nh,C:\\x," HEX32 "\n",
		 "csv file-inventory -1 #1@22;hostname=h;FullPath=C:\\x;MD5=" HEX32 ";Computer=h;TargetFilename=C:\\x;"
		 "Hashes=MD5=" HEX32 "\n");
}

/* ---- damage ---- */

static void every_flipped_bit_of_the_first_kib_is_survived(void **state)
{
	static const char *const samples[] = {
		"wineventlog.txt", "appenforce.log", "execmgr-old.log", "intune-appworkload.log", "jamf.log",
		"dpkg.log", "apt-history.log", "dnf-rpm.log", "yum.log", "zypper-history.log", "pacman.log",
		"package-lock.json", "package-lock-v1.json", "yarn.lock", "yarn-berry.lock", "poetry.lock",
		"uv.lock", "RECORD", "sha256sum.txt", "inventory-files.csv",
	};
	const char *root = getenv("UPRIVER_ROOT");
	uint8_t *room = heap_new(65536);
	char path[4096];

	(void)state;
	for (size_t i = 0; i < sizeof(samples) / sizeof(*samples); i++) {
		snprintf(path, sizeof(path), "%s/tests/dialects/samples/%s", root ? root : ".", samples[i]);
		FILE *file = fopen(path, "rb");

		assert_non_null(file);
		struct slice text = slice_of(room, fread(room, 1, 65536, file));

		fclose(file);
		flip_each_bit(input_detect(slice_head(text, 4096), text.n), text);
	}
	free(room);
}

static void every_prefix_of_each_is_read(void **state)
{
	static const char *const texts[] = {
		SECURITY,
		"<![LOG[a]LOG]!><time=\"1:2:3.0+0\" date=\"1-2-2026\" component=\"c\">\nb  $$<c><1-2-2026 1:2:3.0+0><thread=1 (0x1)>\n",
		"2026-11-03 08:12:02 upgrade d:amd64 1 2\n[2026-11-03T08:12:02+0000] [ALPM] upgraded c (1 -> 2)\n",
		"Start-Date: 2026-11-03  08:12:02\nUpgrade: a:amd64 (1, 2), b (3, 4)\nEnd-Date: x\n",
		"{\"lockfileVersion\":1,\"dependencies\":{\"a\":{\"version\":\"1\",\"dependencies\":{\"b\":{\"version\":\"2\"}}}}}",
		"[[package]]\nname = \"a\"\nversion = \"1\"\nfiles = [{file = \"f\", hash = \"sha256:" HEX64 "\", size = 1}]\n",
		"# yarn lockfile v1\n\na@^1:\n  version \"1\"\n  resolved \"u#" HEX32 "01234567\"\n",
		"a,sha256=AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8,1\nP-1.dist-info/RECORD,,\n",
		"# host: h\n\\" HEX64 "  a\\nb\nSHA256 (x) = " HEX64 "\n",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		struct slice text = slice_str(texts[i]);
		const struct input_format *f = input_detect(text, text.n);

		assert_non_null(f);
		for (size_t n = 0; n <= text.n; n++) {
			struct buf whole = { 0 }, cut = { 0 };

			(void)input_detect(slice_head(text, n), n);
			read_all(f, slice_head(text, n), n ? n : 1, &whole);
			read_all(f, slice_head(text, n), 7, &cut);
			assert_true(slice_eq(buf_slice(&whole), buf_slice(&cut)));
			buf_done(&whole);
			buf_done(&cut);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(labels_of_messages_become_names_of_event_data),
		cmocka_unit_test(text_that_is_not_a_label_belongs_to_the_value_before),
		cmocka_unit_test(a_record_begins_where_its_time_and_log_name_stand),
		cmocka_unit_test(log_names_in_a_row_are_one_record),
		cmocka_unit_test(minutes_of_bias_are_added),
		cmocka_unit_test(half_a_record_costs_no_other),
		cmocka_unit_test(what_a_deployment_runs_belongs_to_the_package_of_its_thread),
		cmocka_unit_test(epochs_and_architectures_are_no_names),
		cmocka_unit_test(what_dnf_says_over_several_lines_is_no_damage),
		cmocka_unit_test(a_paragraph_of_apt_gives_each_package),
		cmocka_unit_test(a_lockfile_of_version_two_gives_each_package_once),
		cmocka_unit_test(a_broken_lockfile_gives_what_is_before),
		cmocka_unit_test(old_poetry_lists_files_behind_all_packages),
		cmocka_unit_test(a_name_in_a_record_comes_from_its_folder),
		cmocka_unit_test(checksums_are_told_by_their_length),
		cmocka_unit_test(columns_of_inventories_have_many_names),
		cmocka_unit_test(every_flipped_bit_of_the_first_kib_is_survived),
		cmocka_unit_test(every_prefix_of_each_is_read),
	};

	if (!reading_init())
		return 1;
	int failed = RUN(tests);

	reading_done();
	return failed;
}
