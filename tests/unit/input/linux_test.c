/* SPDX-License-Identifier: Apache-2.0 */
/* Readers of what a Linux machine keeps: logins, histories, installed packages, units, crontabs. */
#include "test.h"

#include "base/heap.h"
#include "reading.h"
#include "shared.h"

#include <stdlib.h>

#define HEX32 "9785001b0dcf755eddb8af294a373c0b"

/* What the file of this path reads as; its notes behind. */
static void reads_by(const struct input_format *f, const char *path, struct slice bytes, const char *want)
{
	struct buf out = { 0 }, notes = { 0 };

	assert_non_null(f);
	reading_path = slice_str(path);
	reading_notes = &notes;
	read_all(f, bytes, bytes.n ? bytes.n : 1, &out);
	buf_put(&out, buf_slice(&notes));
	assert_slice(buf_slice(&out), want);
	reading_path = slice_of(NULL, 0);
	reading_notes = NULL;
	buf_done(&out);
	buf_done(&notes);
}

static void reads_as(const char *path, struct slice bytes, const char *want)
{
	reads_by(input_detect_named(slice_str(path), bytes, bytes.n), path, bytes, want);
}

/* The operations of its events, a word each. */
static void does(const char *path, struct slice bytes, const char *want)
{
	const struct input_format *f = input_detect_named(slice_str(path), bytes, bytes.n);
	struct input_window w = { .bytes = bytes, .file_bytes = bytes.n, .final = true };
	struct buf out = { 0 };
	struct event ev;

	assert_non_null(f);
	event_init(&ev, &names);
	reading_path = slice_str(path);
	struct input *in = f->open(environment());

	f->window(in, &w);
	while (f->next(in, &ev) == INPUT_EVENT)
		buf_printf(&out, "%s%s ", activity_text(ev.op), ev.proves ? "+" : "");
	f->close(in);
	event_done(&ev);
	reading_path = slice_of(NULL, 0);
	assert_slice(buf_slice(&out), want);
	buf_done(&out);
}

/* ---- logins ---- */

static void put_le(uint8_t *p, uint64_t n, size_t bytes)
{
	for (size_t i = 0; i < bytes; i++)
		p[i] = (uint8_t)(n >> 8 * i);
}

/* One record of `bytes` (384 or 400) behind what buf holds. */
static void put_login(struct buf *b, size_t bytes, unsigned type, const char *user, const char *from,
		      int64_t seconds)
{
	uint8_t r[400] = { 0 };
	size_t time = bytes == 400 ? 344 : 340;

	put_le(r, type, 2);
	put_le(r + 4, 77, 4);
	memcpy(r + 8, "pts/0", 5);
	memcpy(r + 44, user, strlen(user));
	memcpy(r + 76, from, strlen(from));
	put_le(r + 336, 5, 4);
	put_le(r + time, (uint64_t)seconds, bytes == 400 ? 8 : 4);
	put_le(r + time + (bytes == 400 ? 8 : 4), 250, 4);
	if (*from)
		memcpy(r + time + (bytes == 400 ? 16 : 8), "\x0a\0\0\x05", 4);
	buf_put(b, slice_of(r, bytes));
}

static void the_size_of_records_is_told_by_what_is_in_them(void **state)
{
	static const size_t sizes[] = { 384, 400 };
	static const char *const want[] = {
		"login utmp 1700000000000250000 #1@0;user=reboot;line=pts/0;type=2;pid=77;session=5;"
		"TargetUserName=reboot\n"
		"login utmp 1700000001000250000 #2@384;user=ann;line=pts/0;from=h;type=7;pid=77;session=5;"
		"address=10.0.0.5;TargetUserName=ann;IpAddress=10.0.0.5;WorkstationName=h\n",
		"login utmp 1700000000000250000 #1@0;user=reboot;line=pts/0;type=2;pid=77;session=5;"
		"TargetUserName=reboot\n"
		"login utmp 1700000001000250000 #2@400;user=ann;line=pts/0;from=h;type=7;pid=77;session=5;"
		"address=10.0.0.5;TargetUserName=ann;IpAddress=10.0.0.5;WorkstationName=h\n",
	};

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct buf b = { 0 };

		put_login(&b, sizes[i], 2, "reboot", "", 1700000000);
		put_login(&b, sizes[i], 7, "ann", "h", 1700000001);
		reads_as("wtmp", buf_slice(&b), want[i]);
		buf_done(&b);
	}
}

static void records_that_are_none_are_told_and_cost_no_other(void **state)
{
	struct buf b = { 0 };

	(void)state;
	put_login(&b, 384, 8, "", "", 1700000000);
	put_login(&b, 384, 0, "wiped", "", 1700000000);
	put_login(&b, 384, 99, "x", "", 1700000000);
	put_login(&b, 384, 65535, "x", "", 1700000000);
	put_login(&b, 384, 7, "a\xff", "", 0);
	put_login(&b, 384, 1, "b", "", -5);
	buf_put(&b, slice_str("rest"));
	reads_by(&input_utmp, "u", buf_slice(&b),
		 "login utmp 1700000000000250000 #1@0;line=pts/0;type=8;pid=77;session=5\n"
		 "login utmp 250000 #5@1536;user=a\xef\xbf\xbd;line=pts/0;type=7;pid=77;session=5;"
		 "TargetUserName=a\xef\xbf\xbd\n"
		 "login utmp -4999750000 #6@1920;user=b;line=pts/0;type=1;pid=77;session=5;TargetUserName=b\n"
		 "384 record 2 is empty: unused, or wiped (further ones are not told)\n"
		 "768 lost: record 3 has type 99, which does not exist (further ones are not told)\n"
		 "2304 lost: 4 bytes behind the last whole record\n");
	buf_done(&b);
}

static void who_failed_to_log_in_did_not_log_in(void **state)
{
	struct buf b = { 0 };

	(void)state;
	put_login(&b, 384, 2, "reboot", "", 1700000000);
	put_login(&b, 384, 7, "ann", "", 1700000001);
	put_login(&b, 384, 6, "LOGIN", "", 1700000001);
	does("var/log/wtmp", buf_slice(&b), "boot logon none ");
	does("var/log/btmp.1", buf_slice(&b), "boot none none ");
	buf_done(&b);
}

static void other_bytes_are_no_logins(void **state)
{
	uint8_t zero[4096] = { 0 };
	struct buf b = { 0 };

	(void)state;
	assert_null(input_detect(slice_of(zero, sizeof(zero)), sizeof(zero)));
	put_login(&b, 384, 7, "ann", "", 1700000001);
	assert_ptr_equal(input_detect(buf_slice(&b), b.n), &input_utmp);
	assert_null(input_detect(slice_head(buf_slice(&b), 383), 383));
	buf_done(&b);
	put_login(&b, 384, 7, "an\n", "", 1700000001);
	assert_null(input_detect(buf_slice(&b), b.n));
	buf_done(&b);
}

static void damaged_logins_are_survived(void **state)
{
	struct buf b = { 0 };

	(void)state;
	for (unsigned i = 0; i < 12; i++)
		put_login(&b, 400, i % 10, "ann", "host", 1700000000 + i);
	flip_each_bit(&input_utmp, buf_slice(&b));
	for (size_t n = 0; n <= b.n; n += n < 1300 ? 1 : 97) {
		struct buf whole = { 0 }, cut = { 0 };

		(void)input_detect(slice_head(buf_slice(&b), n), n);
		read_all(&input_utmp, slice_head(buf_slice(&b), n), n ? n : 1, &whole);
		read_all(&input_utmp, slice_head(buf_slice(&b), n), 333, &cut);
		assert_true(slice_eq(buf_slice(&whole), buf_slice(&cut)));
		buf_done(&whole);
		buf_done(&cut);
	}
	buf_done(&b);
}

/* ---- known files ---- */

static size_t count_events(const struct input_format *f, struct slice bytes)
{
	struct input_window w = { .bytes = bytes, .file_bytes = bytes.n, .final = true };
	struct input *in = f->open(environment());
	struct event ev;
	size_t n = 0;

	event_init(&ev, &names);
	f->window(in, &w);
	while (f->next(in, &ev) == INPUT_EVENT)
		n++;
	f->close(in);
	event_done(&ev);
	return n;
}

/* Of the shared samples: how many events, and how many notes. */
static void events_of_known_files_are_counted(void **state)
{
	static const struct {
		const char *name, *format;
		size_t events, notes;
	} files[] = {
		{ "utmp/utmp", "utmp", 14, 0 },
		{ "utmp/utmp_aarch64", "utmp", 5, 1 },
		{ "utmp/utmp_corrupted", "utmp", 2, 2 },
		{ "utmp/wtmp.1", "utmp", 2, 2 },
		{ "bash_history", "shell_history", 4, 0 },
		{ "zsh_extended_history.txt", "shell_history", 4, 0 },
		{ "apt_history.log", "apt", 797, 0 },
	};
	const size_t most = (size_t)1 << 20;
	uint8_t *room = heap_new(most + 64);
	char path[4096], name[128];

	(void)state;
	for (size_t i = 0; i < sizeof(files) / sizeof(*files); i++) {
		struct buf notes = { 0 };
		size_t lines = 0;

		snprintf(name, sizeof(name), "host/plaso/%s", files[i].name);
		shared_path(path, sizeof(path), name);
		FILE *file = fopen(path, "rb");

		if (!file) {
			free(room);
			print_message("%s is not there\n", path);
			skip();
		}
		struct slice bytes = slice_of(room, fread(room, 1, most, file));
		const struct input_format *f = input_detect(slice_head(bytes, 4096), bytes.n);

		fclose(file);
		assert_non_null(f);
		assert_string_equal(f->name, files[i].format);
		reading_notes = &notes;
		assert_int_equal(count_events(f, bytes), files[i].events);
		reading_notes = NULL;
		for (size_t k = 0; k < notes.n; k++)
			lines += notes.p[k] == '\n';
		assert_int_equal(lines, files[i].notes);
		buf_done(&notes);
	}
	free(room);
}

/* ---- histories ---- */

static void a_history_without_times_is_known_by_its_name_alone(void **state)
{
	static const struct slice text = SLICE("ls a,b,c,d\ncat e,f,g,h\n\necho \xff\n");

	(void)state;
	assert_ptr_not_equal(input_detect(text, text.n), &input_shellhistory);
	assert_ptr_not_equal(input_detect_named(slice_str("a/notes"), text, text.n), &input_shellhistory);
	assert_ptr_equal(input_detect_named(slice_str(".bash_history"), slice_str("{\"a\":1}\n"), 8), &input_jsonl);
	reads_as("x/home/ann/.bash_history", text,
		 "shell_history shell-history -1 #1@0;shell=bash;command=ls a,b,c,d;user=ann\n"
		 "shell_history shell-history -1 #2@11;shell=bash;command=cat e,f,g,h;user=ann\n"
		 "shell_history shell-history -1 #3@24;shell=bash;command=echo \xef\xbf\xbd;user=ann\n");
	reads_as("root/.history", slice_str("ls\n"),
		 "shell_history shell-history -1 #1@0;command=ls;user=root\n");
	reads_as("home/x/case/.zsh_history", slice_str("a\\\nb\n"),
		 "shell_history shell-history -1 #1@0;shell=zsh;command=a\nb\n");
	assert_null(input_detect_named(slice_str(".bash_history"), slice_of("a\0b", 3), 3));
}

static void lines_are_one_command_only_where_the_file_begins_with_a_time(void **state)
{
	(void)state;
	reads_as(".bash_history", slice_str("#1380630977\na\nb\n\n#1380630978\n#1380630979\nc"),
		 "shell_history shell-history 1380630977000000000 #1@0;shell=bash;command=a\nb\n\n"
		 "shell_history shell-history 1380630979000000000 #2@29;shell=bash;command=c\n");
	reads_as(".bash_history", slice_str("z\n#1380630977\na\nb\n#0\nc\n"),
		 "shell_history shell-history -1 #1@0;shell=bash;command=z\n"
		 "shell_history shell-history 1380630977000000000 #2@2;shell=bash;command=a\n"
		 "shell_history shell-history -1 #3@16;shell=bash;command=b\n"
		 "shell_history shell-history -1 #4@18;shell=bash;command=c\n");
}

static void bytes_that_zsh_hides_are_as_they_were_typed(void **state)
{
	(void)state;
	reads_as("h", slice_str(": 1457771210:7;a\\\\\nb\\\n\xc3\x83\xbc\n: x\n: 1457771210:99999999999999;c\n"),
		 "shell_history shell-history 1457771210000000000 #1@0;shell=zsh;command=a\\\nb\n\xc3\x9c;duration=7\n"
		 "shell_history shell-history -1 #2@26;shell=zsh;command=: x\n"
		 "shell_history shell-history -1 #3@30;shell=zsh;command=: 1457771210:99999999999999;c\n");
}

/* ---- packages ---- */

static void a_paragraph_is_a_package(void **state)
{
	(void)state;
	reads_as("status",
		 slice_str("Package: a\nStatus: install ok installed\nVersion: 1\n Version: 2\n\n\nFoo: bar\n\n"
			   "Package: b\nStatus: deinstall ok config-files\nVersion: 3"),
		 "inventory package-list -1 #1@0;Package=a;Version=1;manager=dpkg;ecosystem=deb;state=installed;"
		 "Product=a;FileVersion=1\n"
		 "inventory package-list -1 #3@75;Package=b;Version=3;manager=dpkg;ecosystem=deb;state=config-files;"
		 "Product=b;FileVersion=3\n"
		 "65 lost: paragraph 2 names no package (further ones are not told)\n");
	does("status",
	     slice_str("Package: a\nStatus: install ok installed\n\nPackage: b\nStatus: deinstall ok config-files\n\n"
		       "Package: c\nStatus: install ok triggers-pending\n"),
	     "inventory+ none inventory+ ");
	assert_null(input_detect(slice_str("Package: a\nVersion: 1\n"), 22));
}

static void dpkgs_lists_are_from_the_root(void **state)
{
	static const struct slice text = SLICE(HEX32 "  usr/bin/x\n");

	(void)state;
	reads_as("[root]/var/lib/dpkg/info/libx:amd64.md5sums", text,
		 "inventory file-list -1 #1@0;path=/usr/bin/x;md5=" HEX32 ";Package=libx;TargetFilename=/usr/bin/x;"
		 "Hashes=MD5=" HEX32 "\n");
	does("var/lib/dpkg/info/libx.md5sums", text, "file_present+ ");
	reads_as("info/libx.md5sums", text,
		 "inventory file-list -1 #1@0;path=usr/bin/x;md5=" HEX32 ";TargetFilename=usr/bin/x;Hashes=MD5=" HEX32
		 "\n");
}

/* ---- what is started ---- */

static void a_drop_in_names_the_unit_it_changes(void **state)
{
	static const struct slice text = SLICE("[Service]\nExecStart=/a\nExecStart=\nExecStart=/b c\nExecStart=/d\n");

	(void)state;
	reads_as("etc/systemd/system/x.service.d/over.conf", text,
		 "systemd_unit systemd-unit -1 #1@0;name=x.service;drop_in=over.conf;command=/b c, /d;"
		 "ServiceName=x.service;ImagePath=/b c, /d\n");
	does("x.service", text, "service_create+ ");
	reads_as("x.timer", slice_str("; c\n\n[Timer]\nOnBootSec=5min\nOnCalendar=daily\nUnit=y.service\n"),
		 "systemd_unit systemd-unit -1 #1@0;name=x.timer;schedule=OnBootSec=5min, daily;starts=y.service;"
		 "ServiceName=x.timer;TaskName=x.timer;CommandLine=y.service\n");
	does("x.timer", slice_str("[Timer]\nOnCalendar=daily\n"), "task_create ");
	does("x.socket", slice_str("[Socket]\nListenStream=80\n"), "none ");
	assert_null(input_detect(slice_str("[Desktop Entry]\nExec=x\n"), 23));
	assert_null(input_detect(slice_str("[Service]\nnothing\n"), 18));
}

static void a_unit_is_as_long_as_a_mebibyte(void **state)
{
	struct buf b = { 0 }, out = { 0 }, notes = { 0 };

	(void)state;
	buf_put(&b, slice_str("[Service]\nExecStart=/a \\\n"));
	while (b.n < (size_t)3 << 20)
		buf_put(&b, slice_str("\\\n"));
	reading_notes = &notes;
	read_all(&input_unit, buf_slice(&b), (size_t)1 << 19, &out);
	reading_notes = NULL;
	assert_slice(buf_slice(&notes), "1048576 lost: a unit file longer than 1 MiB: the rest is not read\n");
	assert_true(slice_starts(buf_slice(&out), slice_str("systemd_unit systemd-unit -1 #1@0;command=/a")));
	buf_done(&b);
	buf_done(&out);
	buf_done(&notes);
}

static void the_place_of_a_crontab_says_whose_it_is(void **state)
{
	static const struct slice text = SLICE("A=b\n0 5 * * 1-5 root run x\n*/5 * * * * x\nrubbish here\n");

	(void)state;
	assert_null(input_detect(text, text.n));
	reads_as("var/spool/cron/crontabs/ann", slice_str("0 5 * * 1-5 root run x\n"),
		 "cron crontab -1 #1@0;name=ann;command=root run x;user=ann;schedule=0 5 * * 1-5;"
		 "TaskName=ann;CommandLine=root run x;User=ann\n");
	reads_as("etc/cron.d/job", slice_str("@daily bob run  x\n"),
		 "cron crontab -1 #1@0;name=job;command=run  x;user=bob;schedule=@daily;"
		 "TaskName=job;CommandLine=run  x;User=bob\n");
	reads_as("copy", slice_str("0 5 * * * root run\n1 1 1 1 1 run\n"),
		 "cron crontab -1 #1@0;name=copy;command=run;user=root;schedule=0 5 * * *;"
		 "TaskName=copy;CommandLine=run;User=root\n"
		 "cron crontab -1 #2@19;name=copy;command=run;schedule=1 1 1 1 1;TaskName=copy;CommandLine=run\n");
	reads_as("copy", slice_str("#m h dom mon dow  USER command\n0 5 * * * eve run\n"),
		 "cron crontab -1 #2@31;name=copy;command=run;user=eve;schedule=0 5 * * *;"
		 "TaskName=copy;CommandLine=run;User=eve\n");
}

static void rows_of_numbers_are_no_crontab(void **state)
{
	static const char *const texts[] = { "1 2 3 4 5 x\n", "60 * * * * x\n", "* * * * *\n", "* * * *, * x\n",
					     "* * 0-32 * * x\n", "@never x\n", "@daily\n", "1-*/2 * * * * x\n" };

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		if (input_detect(slice_str(texts[i]), strlen(texts[i])) == &input_cron)
			fail_msg("%s", texts[i]);
	assert_ptr_equal(input_detect(slice_str("* * * feb-APR,12 sun x"), 22), &input_cron);
}

/* ---- damage ---- */

static void every_flipped_bit_and_prefix_of_texts_is_survived(void **state)
{
	static const char *const samples[] = { "bash-history", "zsh-history",  "fish-history",	"dpkg-status",
					       "apk-installed", "pacman-desc", "fleet.service", "crontab" };
	const char *root = getenv("UPRIVER_ROOT");
	uint8_t *room = heap_new(65536);
	char path[4096];

	(void)state;
	for (size_t i = 0; i < sizeof(samples) / sizeof(*samples); i++) {
		snprintf(path, sizeof(path), "%s/tests/dialects/samples/%s", root ? root : ".", samples[i]);
		FILE *file = fopen(path, "rb");

		assert_non_null(file);
		struct slice text = slice_of(room, fread(room, 1, 65536, file));
		const struct input_format *f = input_detect(text, text.n);

		fclose(file);
		flip_each_bit(f, text);
		for (size_t n = 0; n <= text.n; n++) {
			struct buf whole = { 0 }, cut = { 0 };

			read_all(f, slice_head(text, n), n ? n : 1, &whole);
			read_all(f, slice_head(text, n), 11, &cut);
			if (!slice_eq(buf_slice(&whole), buf_slice(&cut)))
				fail_msg("%s: %zu bytes of it", samples[i], n);
			buf_done(&whole);
			buf_done(&cut);
		}
	}
	free(room);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_size_of_records_is_told_by_what_is_in_them),
		cmocka_unit_test(records_that_are_none_are_told_and_cost_no_other),
		cmocka_unit_test(who_failed_to_log_in_did_not_log_in),
		cmocka_unit_test(other_bytes_are_no_logins),
		cmocka_unit_test(damaged_logins_are_survived),
		cmocka_unit_test(events_of_known_files_are_counted),
		cmocka_unit_test(a_history_without_times_is_known_by_its_name_alone),
		cmocka_unit_test(lines_are_one_command_only_where_the_file_begins_with_a_time),
		cmocka_unit_test(bytes_that_zsh_hides_are_as_they_were_typed),
		cmocka_unit_test(a_paragraph_is_a_package),
		cmocka_unit_test(dpkgs_lists_are_from_the_root),
		cmocka_unit_test(a_drop_in_names_the_unit_it_changes),
		cmocka_unit_test(a_unit_is_as_long_as_a_mebibyte),
		cmocka_unit_test(the_place_of_a_crontab_says_whose_it_is),
		cmocka_unit_test(rows_of_numbers_are_no_crontab),
		cmocka_unit_test(every_flipped_bit_and_prefix_of_texts_is_survived),
	};

	if (!reading_init())
		return 1;
	int failed = RUN(tests);

	reading_done();
	return failed;
}
