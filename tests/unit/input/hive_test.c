/* SPDX-License-Identifier: Apache-2.0 */
/* Events of registry hives: each artifact's records by the names, times and proofs that they must have, from
 * hives that the test builds; logs beside them; damage anywhere. */
#include "test.h"

#include "base/cursor.h"
#include "base/heap.h"
#include "guard.h"
#include "hive_logs.h"
#include "rehearse/artifact/hive_builder.h"
#include "input/formats.h"
#include "input/hive/regf.h"

#include <stdlib.h>

#define TIME UINT64_C(133000000000000000) /* 2022-06-18T04:26:40Z */
#define AT "2022-06-18T04:26:40.0000000Z"
#define CV "Microsoft\\Windows\\CurrentVersion\\"
#define NT "Microsoft\\Windows NT\\CurrentVersion\\"

static struct names names;
static struct hive_builder hive;
static struct buf out;
static bool carve;
static unsigned lost;

static void on_note(void *ctx, uint64_t offset, bool is_lost, const char *why)
{
	(void)ctx;
	lost += is_lost;
	buf_printf(&out, "note %llu %s\n", (unsigned long long)offset, why);
}

/* kind|time|time kind|op|proves|host; fields; those made behind a slash */
static void put_event(struct event *ev)
{
	char time[32] = "-";

	if (ev->time.set)
		time[when_format(ev->time, time)] = 0;
	buf_printf(&out, "%s|%s|%s|%s|", ev->kind, time, ev->time_kind ? ev->time_kind : "-",
		   activity_text(ev->op));
	for (int s = 0; s < STAGE_COUNT; s++)
		if (ev->proves & STAGE_BIT(s))
			buf_put_str(&out, stage_text((enum stage)s));
	buf_put_byte(&out, '|');
	buf_put(&out, ev->host);
	for (uint32_t i = 0; i < ev->n; i++) {
		buf_put_str(&out, ev->fields[i].made ? "/" : ";");
		buf_put(&out, ev->fields[i].name);
		buf_put_byte(&out, '=');
		buf_put(&out, event_text(ev, &ev->fields[i]));
	}
	buf_put_byte(&out, '\n');
}

static void read_with(const struct input_format *f, struct slice file, struct slice log, const char *path)
{
	struct input_env env = { .names = &names, .note = on_note, .path = slice_str(path), .carve = carve };
	struct input *in = f->open(&env);
	struct guard g = guard_copy(file, 64);
	struct input_window w = { .bytes = g.bytes, .file_bytes = file.n, .final = true, .beside = { log } };
	struct event ev;

	buf_clear(&out);
	lost = 0;
	event_init(&ev, &names);
	f->window(in, &w);
	while (f->next(in, &ev) == INPUT_EVENT)
		put_event(&ev);
	assert_int_equal(f->consumed(in), file.n);
	event_done(&ev);
	f->close(in);
	guard_done(&g);
	buf_put_byte(&out, 0);
	out.n--;
}

static void read_finished(const char *path)
{
	read_with(&input_hive, hive_finish(&hive), slice_of(NULL, 0), path);
}

static bool says(const char *part)
{
	bool found = strstr((const char *)out.p, part) != NULL;

	if (!found)
		fprintf(stderr, "%s", (const char *)out.p);
	return found;
}

static size_t count_of(const char *part)
{
	size_t n = 0;

	for (const char *at = (const char *)out.p; (at = strstr(at, part)); at++)
		n++;
	return n;
}

static int begin(void **state)
{
	(void)state;
	carve = false;
	hive_start(&hive);
	return 0;
}

static int end(void **state)
{
	(void)state;
	hive_done(&hive);
	return 0;
}

static void put_u64(uint8_t *to, uint64_t v)
{
	for (int i = 0; i < 8; i++)
		to[i] = (uint8_t)(v >> i * 8);
}

static void put_u32(uint8_t *to, uint32_t v)
{
	for (int i = 0; i < 4; i++)
		to[i] = (uint8_t)(v >> i * 8);
}

static void filetime(uint32_t key, const char *name, uint64_t t, size_t n)
{
	uint8_t data[32] = { 0 };

	put_u64(data, t);
	hive_binary(&hive, key, name, slice_of(data, n));
}

/* ---- SYSTEM ---- */

static void build_system(void)
{
	uint32_t k = hive_key(&hive, "Select", TIME);

	hive_dword(&hive, k, "Current", 2);
	hive_key(&hive, "ControlSet001\\Control", TIME);
	hive_sz(&hive, hive_key(&hive, "ControlSet001\\Control\\ComputerName\\ComputerName", TIME), "ComputerName",
		"OLD-NAME");
	hive_sz(&hive, hive_key(&hive, "ControlSet002\\Control\\ComputerName\\ComputerName", TIME), "ComputerName",
		"WORKSTATION-OF-");
	k = hive_key(&hive, "ControlSet002\\Services\\Tcpip\\Parameters", TIME);
	hive_sz(&hive, k, "Hostname", "workstation-of-seventeen");
	hive_sz(&hive, k, "Domain", "corp.example");
	k = hive_key(&hive, "ControlSet002\\Control\\TimeZoneInformation", TIME);
	hive_sz(&hive, k, "TimeZoneKeyName", "W. Europe Standard Time");
	hive_dword(&hive, k, "ActiveTimeBias", (uint32_t)-120);
	filetime(hive_key(&hive, "ControlSet002\\Control\\Windows", TIME), "ShutdownTime", TIME, 8);
}

static void the_control_set_in_use_names_the_machine(void **state)
{
	(void)state;
	build_system();
	read_finished("");
	assert_true(says("machine|-|-|none||workstation-of-seventeen;name=workstation-of-seventeen;domain=corp.example;"
			 "time_zone=W. Europe Standard Time;bias_minutes=-120;last_shutdown=" AT ";control_set=2\n"));
}

static void services_of_every_control_set(void **state)
{
	uint32_t k;

	(void)state;
	build_system();
	k = hive_key(&hive, "ControlSet002\\Services\\Phone", TIME);
	hive_sz(&hive, k, "ImagePath", "C:\\Phone\\svc.exe -k");
	hive_dword(&hive, k, "Start", 2);
	hive_dword(&hive, k, "Type", 16);
	hive_sz(&hive, k, "ServiceDll", "wrong.dll");
	hive_sz(&hive, hive_key(&hive, "ControlSet002\\Services\\Phone\\Parameters", TIME), "ServiceDll", "right.dll");
	k = hive_key(&hive, "ControlSet001\\Services\\Phone", TIME);
	hive_sz(&hive, k, "ImagePath", "C:\\Phone\\old.exe");
	read_finished("");
	assert_true(says("service|" AT "|key|service_create|S2|workstation-of-seventeen;name=Phone;"
			 "image=C:\\Phone\\svc.exe -k;start=2;type=16;dll=right.dll;control_set=2"
			 "/ServiceName=Phone/ImagePath=C:\\Phone\\svc.exe -k/ServiceFileName=C:\\Phone\\svc.exe -k\n"));
	/* Seen, but what is not in use creates nothing. */
	assert_true(says("service|" AT "|key|none|S2|workstation-of-seventeen;name=Phone;image=C:\\Phone\\old.exe;"
			 "control_set=1\n"));
}

static void bam_and_dam_with_and_without_state(void **state)
{
	uint32_t k;

	(void)state;
	build_system();
	k = hive_key(&hive, "ControlSet002\\Services\\bam\\State\\UserSettings\\S-1-5-21-1", TIME);
	hive_dword(&hive, k, "Version", 1);
	filetime(k, "\\Device\\HarddiskVolume2\\Windows\\x.exe", TIME, 24);
	filetime(k, "Microsoft.Phone_8wekyb3d8bbwe", TIME, 24);
	filetime(k, "\\Device\\HarddiskVolume2\\never.exe", 0, 24);
	filetime(hive_key(&hive, "ControlSet002\\Services\\dam\\UserSettings\\S-1-5-18", TIME), "\\Device\\y.exe", TIME, 8);
	filetime(hive_key(&hive, "ControlSet002\\Services\\dam\\UserSettings\\S-1-5-18", TIME), "short", TIME, 7);
	read_finished("");
	assert_int_equal(count_of("bam|"), 4);
	assert_true(says("bam|" AT "|run|process_start|S3|workstation-of-seventeen;path=\\Device\\HarddiskVolume2\\Windows\\x.exe;"
			 "user_sid=S-1-5-21-1/Image=\\Device\\HarddiskVolume2\\Windows\\x.exe/User=S-1-5-21-1\n"));
	assert_true(says("bam|" AT "|run|none|S3|workstation-of-seventeen;path=Microsoft.Phone_8wekyb3d8bbwe;"));
	assert_true(says("bam|-|run|none||workstation-of-seventeen;path=\\Device\\HarddiskVolume2\\never.exe;"));
	assert_true(says(";path=\\Device\\y.exe;user_sid=S-1-5-18"));
}

/* ---- the application compatibility cache ---- */

static void wide(struct buf *b, const char *text)
{
	hive_put_utf16(b, text);
	b->n -= 2;
}

static void put_le16(struct buf *b, size_t v)
{
	buf_put_byte(b, (uint8_t)v);
	buf_put_byte(b, (uint8_t)(v >> 8));
}

/* Entries of 8.0 ("00ts"), 8.1 and 10 ("10ts"). */
static void sized_entry(struct buf *b, const char *sign, bool eight, const char *path, uint32_t flags)
{
	struct buf text = { 0 };

	wide(&text, path);
	buf_put_str(b, sign);
	buf_put_le32(b, 0);
	buf_put_le32(b, (uint32_t)(2 + text.n + (eight ? 2 + 8 : 0) + 8 + 4 + 4));
	put_le16(b, text.n);
	buf_put(b, buf_slice(&text));
	if (eight) {
		put_le16(b, 0);
		buf_put_le32(b, flags);
		buf_put_le32(b, 0);
	}
	buf_put_le64(b, TIME);
	buf_put_le32(b, 4);
	buf_put_le32(b, eight ? 0 : flags);
	buf_done(&text);
}

static void pad(struct buf *b, size_t n)
{
	while (b->n < n)
		buf_put_byte(b, 0);
}

static void cache_of_10(struct buf *b)
{
	buf_put_le32(b, 0x34);
	pad(b, 0x34);
	sized_entry(b, "10ts", false, "C:\\a.exe", 1);
	sized_entry(b, "10ts", false, "0\t1\tpackage", 0);
}

static void read_cache(struct buf *b)
{
	const struct input_format *f = input_detect(slice_head(buf_slice(b), 4096), b->n);

	assert_ptr_equal(f, &input_shimcache);
	read_with(f, buf_slice(b), slice_of(NULL, 0), "");
	assert_int_equal(lost, 0);
}

#define SHIM "shimcache|" AT "|modified|file_present|S1|;path="
#define SHIM_PLACE(n) ";position=" n ";control_set=;executed="

static void caches_of_8_and_10(void **state)
{
	struct buf b = { 0 };

	(void)state;
	cache_of_10(&b);
	read_cache(&b);
	assert_true(says(SHIM "C:\\a.exe" SHIM_PLACE("0") ";last_dword=1/TargetFilename=C:\\a.exe\n"));
	assert_true(says("shimcache|" AT "|modified|none||;path=0\t1\tpackage" SHIM_PLACE("1") ";last_dword=0\n"));
	buf_clear(&b);
	pad(&b, 128);
	sized_entry(&b, "00ts", true, "C:\\a.exe", 2);
	sized_entry(&b, "10ts", true, "C:\\b.exe", 0);
	pad(&b, b.n + 40);
	read_cache(&b);
	assert_true(says(SHIM "C:\\a.exe" SHIM_PLACE("0") "true/"));
	assert_true(says(SHIM "C:\\b.exe" SHIM_PLACE("1") "false/"));
	assert_int_equal(count_of("shimcache|"), 2);
	buf_done(&b);
}

static void caches_of_7_with_32_and_64_bits(void **state)
{
	(void)state;
	for (int is_64 = 0; is_64 < 2; is_64++) {
		struct buf b = { 0 }, text = { 0 };
		size_t entry = is_64 ? 48 : 32;

		wide(&text, "C:\\seven.exe");
		buf_put_le32(&b, 0xbadc0fee);
		buf_put_le32(&b, 1);
		pad(&b, 128 + entry);
		buf_put(&b, buf_slice(&text));
		b.p[128] = (uint8_t)text.n;
		put_u32(b.p + 128 + (is_64 ? 8 : 4), (uint32_t)(128 + entry));
		put_u64(b.p + 128 + (is_64 ? 16 : 8), TIME);
		put_u32(b.p + 128 + (is_64 ? 24 : 16), 2);
		read_cache(&b);
		assert_true(says(SHIM "C:\\seven.exe" SHIM_PLACE("0") "true/"));
		buf_done(&b);
		buf_done(&text);
	}
}

static void a_cache_of_xp_has_empty_slots(void **state)
{
	struct buf b = { 0 }, text = { 0 };

	(void)state;
	wide(&text, "C:\\xp.exe");
	buf_put_le32(&b, 0xdeadbeef);
	buf_put_le32(&b, 2);
	pad(&b, 400 + 552);
	buf_put(&b, buf_slice(&text));
	pad(&b, 400 + 2 * 552);
	put_u64(b.p + 400 + 552 + 528, TIME);
	read_cache(&b);
	assert_true(says(SHIM "C:\\xp.exe" SHIM_PLACE("0") "/"));
	assert_int_equal(count_of("shimcache|"), 1);
	buf_done(&b);
	buf_done(&text);
}

static void a_cache_in_a_hive_has_its_control_set_and_time(void **state)
{
	struct buf b = { 0 };

	(void)state;
	build_system();
	cache_of_10(&b);
	hive_binary(&hive, hive_key(&hive, "ControlSet001\\Control\\Session Manager\\AppCompatCache", TIME + 10000000),
		    "AppCompatCache", buf_slice(&b));
	read_finished("");
	assert_true(says("path=C:\\a.exe;position=0;control_set=1;executed=;last_dword=1;"
			 "written=2022-06-18T04:26:41.0000000Z/TargetFilename=C:\\a.exe\n"));
	buf_done(&b);
}

static void a_cut_cache_gives_what_is_there(void **state)
{
	struct buf b = { 0 };

	(void)state;
	cache_of_10(&b);
	for (size_t n = 0; n <= b.n; n++) {
		read_with(&input_shimcache, slice_head(buf_slice(&b), n), slice_of(NULL, 0), "");
		assert_true(n == b.n ? !lost : count_of("shimcache|") < 2);
	}
	for (size_t bit = 0; bit < b.n * 8; bit++) {
		b.p[bit / 8] ^= (uint8_t)(1u << bit % 8);
		read_with(&input_shimcache, buf_slice(&b), slice_of(NULL, 0), "");
		assert_true(count_of("shimcache|") <= 2);
		b.p[bit / 8] ^= (uint8_t)(1u << bit % 8);
	}
	buf_done(&b);
}

/* ---- users' hives ---- */

static void userassist_row(uint32_t key, const char *name, uint32_t runs, uint32_t focus, uint64_t t)
{
	uint8_t data[72] = { 0 };

	put_u32(data + 4, runs);
	put_u32(data + 8, 3);
	put_u32(data + 12, focus);
	put_u64(data + 60, t);
	hive_binary(&hive, key, name, slice_of(data, sizeof(data)));
}

#define USERASSIST "Software\\" CV "Explorer\\UserAssist\\{CEBFF5CD-ACE2-4F4F-9178-9926F41749EA}\\Count"

static void userassist_names_are_decoded(void **state)
{
	uint32_t k = hive_key(&hive, USERASSIST, TIME);
	uint8_t old[16] = { 0 };

	(void)state;
	userassist_row(k, "{1NP14R77-02R7-4R5Q-O744-2RO1NR5198O7}\\pzq.rkr", 2, 1500, TIME);
	userassist_row(k, "P:\\Hfref\\n\\frghc.rkr", 0, 0, 0);
	hive_binary(&hive, k, "HRZR_PGYFRFFVBA", slice_of(old, 8));
	put_u32(old + 4, 7);
	put_u64(old + 8, TIME);
	hive_binary(&hive, k, "HRZR_EHACNGU:P:\\k.rkr", slice_of(old, 16));
	read_finished("C/Users/anna/NTUSER.DAT");
	assert_int_equal(count_of("userassist|"), 3);
	assert_true(says("userassist|" AT "|run|process_start|S3|;name={1AC14E77-02E7-4E5D-B744-2EB1AE5198B7}\\cmd.exe;"
			 "run_count=2;focus_count=3;focus_ms=1500;user=anna/Image=C:\\Windows\\System32\\cmd.exe/User=anna\n"));
	assert_true(says("userassist|-|run|none||;name=C:\\Users\\a\\setup.exe;run_count=0;"));
	assert_true(says("userassist|" AT "|run|process_start|S3|;name=UEME_RUNPATH:C:\\x.exe;run_count=2;user=anna/Image=C:\\x.exe/"));
}

static void rows_of_a_new_profile_prove_nothing(void **state)
{
	uint32_t k = hive_key(&hive, USERASSIST, TIME);

	(void)state;
	userassist_row(k, "n.rkr", 14, 420000, TIME);
	userassist_row(k, "o.rkr", 13, 380000, TIME);
	userassist_row(k, "p.rkr", 12, 340000, TIME);
	userassist_row(k, "q.rkr", 12, 1, TIME + 1);
	read_finished("");
	assert_int_equal(count_of("seeded=true"), 3);
	assert_true(says("userassist|2022-06-18T04:26:40.0000001Z|run|none|S3|;name=d.exe"));
	assert_int_equal(count_of("|S3|"), 1);
}

static void run_keys_and_their_kin(void **state)
{
	uint32_t k;

	(void)state;
	k = hive_key(&hive, "Software\\" CV "Run", TIME);
	hive_sz(&hive, k, "Phone", "C:\\phone.exe /min");
	hive_sz(&hive, k, "", "C:\\unnamed.exe");
	hive_dword(&hive, k, "No text", 1);
	hive_sz(&hive, hive_key(&hive, "Software\\" CV "Policies\\Explorer\\Run", TIME), "1", "p.exe");
	k = hive_key(&hive, "Software\\" NT "Winlogon", TIME);
	hive_sz(&hive, k, "Shell", "explorer.exe, x.exe");
	hive_sz(&hive, k, "Other", "no");
	hive_sz(&hive, hive_key(&hive, "Software\\" NT "Windows", TIME), "Load", "");
	read_finished("a/b/Documents and Settings/otto/NTUSER.DAT");
	assert_int_equal(count_of("run_key|"), 4);
	assert_true(says("run_key|" AT "|key|registry_set|S2|;name=Phone;command=C:\\phone.exe /min;key=Software\\" CV "Run;"
			 "user=otto/TargetObject=HKU\\otto\\Software\\" CV "Run\\Phone/Details=C:\\phone.exe /min\n"));
	assert_true(says(";name=;command=C:\\unnamed.exe;"));
	assert_true(says("key=Software\\" CV "Policies\\Explorer\\Run;"));
	assert_true(says(";name=Shell;command=explorer.exe, x.exe;key=Software\\" NT "Winlogon;"));
}

/* ---- SOFTWARE ---- */

static void build_software(void)
{
	uint32_t k = hive_key(&hive, NT "x", TIME);

	k = hive.keys[k].parent;
	hive_sz(&hive, k, "SystemRoot", "C:\\Windows");
	hive_sz(&hive, k, "ProductName", "Windows 10 Pro");
	hive_sz(&hive, k, "CurrentBuildNumber", "22621");
	hive_dword(&hive, k, "UBR", 1992);
	hive_sz(&hive, k, "ProductId", "00330-80000");
	hive_dword(&hive, k, "InstallDate", 1655526400);
	hive_sz(&hive, hive_key(&hive, "Microsoft\\Cryptography", TIME), "MachineGuid", "aa-bb");
}

static void the_system_by_its_build_and_profiles(void **state)
{
	(void)state;
	build_software();
	hive_sz(&hive, hive_key(&hive, NT "ProfileList\\S-1-5-21-7", TIME), "ProfileImagePath", "C:\\Users\\anna");
	read_finished("");
	assert_true(says("machine|2022-06-18T04:26:40Z|install|none||;os=Windows 11 Pro;build=22621.1992;"
			 "product_id=00330-80000;machine_guid=aa-bb;install_date=2022-06-18T04:26:40Z\n"));
	assert_true(says("profile|" AT "|key|none||;sid=S-1-5-21-7;path=C:\\Users\\anna;name=anna\n"));
}

static void software_that_is_listed(void **state)
{
	uint32_t k;

	(void)state;
	build_software();
	k = hive_key(&hive, "Wow6432Node\\" CV "Uninstall\\{Phone}", TIME);
	hive_sz(&hive, k, "DisplayName", "Phone");
	hive_sz(&hive, k, "DisplayVersion", "18.12.416");
	hive_sz(&hive, k, "Publisher", "Phone Ltd");
	hive_sz(&hive, k, "InstallLocation", "C:\\Phone\\");
	hive_sz(&hive, k, "InstallDate", "20230328");
	hive_key(&hive, CV "Uninstall\\Nameless", TIME);
	hive_key(&hive, "Wow6432Node\\Microsoft", TIME);
	k = hive_key(&hive, CV "Installer\\UserData\\S-1-5-18\\Products\\78563412BC9AF0DE0123456789ABCDEF\\InstallProperties", TIME);
	hive_sz(&hive, k, "DisplayName", "Phone");
	hive_sz(&hive, k, "LocalPackage", "C:\\Windows\\Installer\\1.msi");
	read_finished("");
	assert_true(says("uninstall|" AT "|key|inventory|S2|;name=Phone;version=18.12.416;publisher=Phone Ltd;"
			 "location=C:\\Phone\\;install_date=2023-03-28;key=Wow6432Node\\" CV "Uninstall\\{Phone}"
			 "/Product=Phone/Version=18.12.416/Company=Phone Ltd/InstallLocation=C:\\Phone\\\n"));
	assert_true(says("uninstall|" AT "|key|none||;key=" CV "Uninstall\\Nameless\n"));
	assert_true(says("msi_product|" AT "|key|inventory|S2|;name=Phone;local_package=C:\\Windows\\Installer\\1.msi;"
			 "product_code={21436587-A9CB-ED0F-1032-547698BADCFE};user_sid=S-1-5-18/Product=Phone\n"));
}

/* ---- tasks ---- */

static void text(struct buf *b, const char *s)
{
	size_t at = b->n;

	buf_put_le32(b, 0);
	wide(b, s);
	put_u32(b->p + at, (uint32_t)(b->n - at - 4));
}

static void actions(struct buf *b, const char *command, const char *arguments)
{
	put_le16(b, 3);
	text(b, "Author");
	put_le16(b, 0x6666);
	text(b, "");
	text(b, command);
	text(b, arguments);
	text(b, "C:\\");
	put_le16(b, 0);
}

static void unit(struct buf *b, uint32_t v)
{
	buf_put_le64(b, v);
}

static void padded(struct buf *b, const char *s)
{
	struct buf w = { 0 };

	wide(&w, s);
	unit(b, (uint32_t)w.n);
	buf_put(b, buf_slice(&w));
	pad(b, (b->n + 7) / 8 * 8);
	buf_done(&w);
}

static void triggers(struct buf *b)
{
	unit(b, 0x17);
	pad(b, 8 + 32 + 16);
	padded(b, "Author");
	padded(b, "");
	unit(b, 0); /* a user */
	unit(b, 1); /* without SID */
	padded(b, "CORP\\anna");
}

static void tasks_with_their_times_and_users(void **state)
{
	uint32_t k;
	uint8_t times[36] = { 3 };
	struct buf b = { 0 };

	(void)state;
	build_software();
	k = hive_key(&hive, NT "Schedule\\TaskCache\\Tree\\Vendor\\Update", TIME);
	hive_sz(&hive, k, "Id", "{0000000A-0000-0000-0000-000000000000}");
	hive_binary(&hive, k, "SD", slice_str("12345678"));
	k = hive_key(&hive, NT "Schedule\\TaskCache\\Tasks\\{0000000a-0000-0000-0000-000000000000}", TIME);
	put_u64(times + 4, TIME);
	put_u64(times + 12, TIME + 10000000);
	hive_binary(&hive, k, "DynamicInfo", slice_of(times, sizeof(times)));
	actions(&b, "C:\\up.exe", "/s");
	hive_binary(&hive, k, "Actions", buf_slice(&b));
	buf_clear(&b);
	triggers(&b);
	hive_binary(&hive, k, "Triggers", buf_slice(&b));
	buf_clear(&b);
	k = hive_key(&hive, NT "Schedule\\TaskCache\\Tasks\\{0000000B-0000-0000-0000-000000000000}", TIME);
	hive_sz(&hive, k, "Path", "\\Hidden");
	actions(&b, "a.exe", "");
	b.p[b.n - 1] = 1;
	put_le16(&b, 0x7777);
	text(&b, "");
	buf_put(&b, slice_str("0123456789abcdef"));
	text(&b, "data");
	hive_binary(&hive, k, "Actions", buf_slice(&b));
	buf_done(&b);
	read_finished("");
	assert_true(says("task|" AT "|created|task_create|S2|;path=\\Vendor\\Update;command=C:\\up.exe;arguments=/s;user=CORP\\anna;"
			 "directory=C:\\;id={0000000a-0000-0000-0000-000000000000};hidden=false;created=" AT
			 ";last_run=2022-06-18T04:26:41.0000000Z;last_error=0/TaskName=\\Vendor\\Update/CommandLine=C:\\up.exe /s\n"));
	assert_true(says("task|2022-06-18T04:26:41.0000000Z|last_run|process_start|S3|;path=\\Vendor\\Update;"));
	assert_true(says("task|-|created|task_create|S2|;path=\\Hidden;command=a.exe;user=Author;directory=C:\\;actions="
			 "{\"command\":\"a.exe\",\"arguments\":\"\"}, {\"clsid\":\"{33323130-3534-3736-3839-616263646566}\","
			 "\"arguments\":\"data\"};id={0000000B-0000-0000-0000-000000000000};hidden=true;last_error=0/"));
}

/* ---- Amcache ---- */

#define SHA "0123456789abcdef0123456789abcdef01234567"

static void files_of_both_schemas(void **state)
{
	uint32_t k;

	(void)state;
	k = hive_key(&hive, "Root\\InventoryApplicationFile\\x.exe|1", TIME);
	hive_sz(&hive, k, "LowerCaseLongPath", "c:\\x.exe");
	hive_sz(&hive, k, "FileId", "0000" SHA);
	hive_sz(&hive, k, "Size", "0x7fac0");
	hive_sz(&hive, k, "Version", "1.2");
	hive_sz(&hive, k, "LinkDate", "06/18/2022 04:26:40");
	k = hive_key(&hive, "Root\\InventoryApplicationFile\\large", TIME);
	hive_sz(&hive, k, "LowerCaseLongPath", "c:\\large.exe");
	hive_sz(&hive, k, "FileId", "0000" SHA);
	hive_dword(&hive, k, "Size", 31457281);
	k = hive_key(&hive, "Root\\File\\{volume}\\a0000b", TIME);
	hive_sz(&hive, k, "15", "C:\\old.exe");
	hive_sz(&hive, k, "101", "");
	hive_dword(&hive, k, "6", 77);
	hive_dword(&hive, k, "f", 1655526400);
	read_finished("");
	assert_true(says("amcache_file|" AT "|key|file_present|S1S2|;path=c:\\x.exe;sha1=" SHA ";size=522944;version=1.2;"
			 "link_time=2022-06-18T04:26:40Z/TargetFilename=c:\\x.exe/Hashes=SHA1=" SHA "/FileVersion=1.2\n"));
	/* The digest is of its first bytes, and no file's. */
	assert_true(says(";path=c:\\large.exe;sha1=" SHA ";size=31457281/TargetFilename=c:\\large.exe\n"));
	assert_true(says("amcache_file|" AT "|key|file_present|S1S2|;path=C:\\old.exe;size=77;"
			 "link_time=2022-06-18T04:26:40Z/TargetFilename=C:\\old.exe\n"));
}

static void programs_and_drivers(void **state)
{
	uint32_t k;

	(void)state;
	k = hive_key(&hive, "Root\\InventoryApplication\\00ab", TIME);
	hive_sz(&hive, k, "Name", "Phone");
	hive_sz(&hive, k, "InstallDate", "06/18/2022 04:26:40");
	k = hive_key(&hive, "Root\\Programs\\00cd", TIME);
	hive_sz(&hive, k, "0", "Old");
	k = hive_key(&hive, "Root\\InventoryDriverBinary\\c:/d/x.sys", TIME);
	hive_sz(&hive, k, "DriverId", "0000" SHA);
	hive_dword(&hive, k, "DriverSigned", 1);
	k = hive_key(&hive, "Root\\InventoryDriverBinary\\0000" SHA, TIME);
	hive_sz(&hive, k, "DriverName", "y.sys");
	hive_sz(&hive, k, "DriverVersion", "3");
	read_finished("");
	assert_true(says("amcache_program|2022-06-18T04:26:40Z|install|inventory|S2|;name=Phone;program_id=00ab/Product=Phone\n"));
	assert_true(says("amcache_program|" AT "|key|inventory|S2|;name=Old;program_id=00cd/"));
	assert_true(says("amcache_driver|" AT "|key|file_present|S1S2|;path=c:/d/x.sys;sha1=" SHA ";signed=true/TargetFilename=c:\\d\\x.sys/"));
	assert_true(says("amcache_driver|" AT "|key|none|S1S2|;path=y.sys;sha1=" SHA ";version=3;name=y.sys/"));
}

/* ---- the whole ---- */

static void deleted_ones_are_asked_for_and_of_their_own_kind(void **state)
{
	uint32_t k;

	(void)state;
	hive_key(&hive, "Software\\" CV "Run", TIME);
	k = hive_key(&hive, "Software\\" CV "Gone", TIME);
	hive_sz(&hive, k, "Was", "here for a while");
	hive_delete(&hive, k);
	read_finished("");
	assert_int_equal(out.n, 0);
	carve = true;
	read_finished("");
	assert_true(says("registry_deleted|" AT "|key|none||;path=Software\\" CV "Gone;deleted=true;path_certain=false\n"));
	assert_true(says("registry_deleted|" AT "|key|none||;path=Software\\" CV "Gone;name=Was;type=1;data=here for a while;"
			 "deleted=true;path_certain=false\n"));
}

static void logs_beside_a_hive_are_replayed(void **state)
{
	struct buf before = { 0 }, log = { 0 };

	(void)state;
	build_system();
	hive.seq1 = 8;
	buf_put(&before, hive_finish(&hive));
	hive_sz(&hive, hive_key(&hive, "ControlSet002\\Services\\New", TIME), "ImagePath", "new.exe");
	hive_log(&log, buf_slice(&before), hive_finish(&hive), 8);
	read_with(&input_hive, buf_slice(&before), slice_of(NULL, 0), "");
	assert_int_equal(count_of("name=New;"), 0);
	assert_true(says("note 4 the hive was not closed (sequence numbers 8 and 7) and no log lies beside it"));
	read_with(&input_hive, buf_slice(&before), buf_slice(&log), "");
	assert_true(says("service|" AT "|key|service_create|S2|workstation-of-seventeen;name=New;image=new.exe;"));
	assert_int_equal(lost, 0);
	/* Whatever becomes of the log, what the hive says alone stays. */
	for (size_t bit = 0; bit < 2048 * 8; bit += 5) {
		log.p[bit / 8] ^= (uint8_t)(1u << bit % 8);
		read_with(&input_hive, buf_slice(&before), buf_slice(&log), "");
		assert_int_equal(count_of("service|"), 1 + count_of("name=New;"));
		assert_int_equal(count_of("machine|"), 1);
		log.p[bit / 8] ^= (uint8_t)(1u << bit % 8);
	}
	read_with(&input_hive, buf_slice(&log), slice_of(NULL, 0), ""); /* alone */
	assert_int_equal(out.n, 0);
	buf_done(&before);
	buf_done(&log);
}

static void damage_is_told_with_its_place(void **state)
{
	struct buf file = { 0 };

	(void)state;
	build_system();
	buf_put(&file, hive_finish(&hive));
	size_t at = hive_key_at(&hive, hive_key(&hive, "ControlSet002\\Services", TIME));

	put_u32(file.p + at, 0 - load_u32(file.p + at));
	read_with(&input_hive, buf_slice(&file), slice_of(NULL, 0), "");
	buf_done(&file);
	char want[80];

	snprintf(want, sizeof(want), "note %zu a free cell that is still referred to\n", at);
	assert_true(says(want));
	assert_int_equal(lost, 1);
	assert_int_equal(count_of("machine|"), 1);
}

/* Every artifact at once, in a hive that is none Windows would have. */
static void build_everything(void)
{
	struct buf b = { 0 };

	build_system();
	build_software();
	hive_sz(&hive, hive_key(&hive, CV "Uninstall\\a", TIME), "DisplayName", "a");
	hive_sz(&hive, hive_key(&hive, CV "Run", TIME), "a", "b");
	userassist_row(hive_key(&hive, USERASSIST, TIME), "a", 1, 2, TIME);
	filetime(hive_key(&hive, "ControlSet002\\Services\\bam\\UserSettings\\S", TIME), "\\x", TIME, 24);
	cache_of_10(&b);
	hive_binary(&hive, hive_key(&hive, "ControlSet002\\Control\\Session Manager\\AppCompatCache", TIME),
		    "AppCompatCache", buf_slice(&b));
	buf_clear(&b);
	actions(&b, "c", "d");
	hive_binary(&hive, hive_key(&hive, NT "Schedule\\TaskCache\\Tasks\\{x}", TIME), "Actions", buf_slice(&b));
	hive_sz(&hive, hive_key(&hive, "Root\\InventoryApplicationFile\\y", TIME), "LowerCaseLongPath", "z");
	hive_delete(&hive, hive_key(&hive, "Software\\Gone", TIME));
	buf_done(&b);
}

static void every_prefix_and_flipped_bit_ends_well(void **state)
{
	struct buf file = { 0 };

	(void)state;
	carve = true;
	build_everything();
	buf_put(&file, hive_finish(&hive));
	read_with(&input_hive, buf_slice(&file), slice_of(NULL, 0), "");
	assert_int_equal(count_of("\n"), 13);
	for (size_t n = 0; n < file.n; n += 29)
		read_with(&input_hive, slice_head(buf_slice(&file), n), slice_of(NULL, 0), "");
	/* Keys that are cut off are still found in the slack; none is found twice. */
	for (size_t bit = 0; bit < file.n * 8; bit += 3) {
		file.p[bit / 8] ^= (uint8_t)(1u << bit % 8);
		read_with(&input_hive, buf_slice(&file), slice_of(NULL, 0), "");
		assert_true(count_of("\n") <= hive.key_count + hive.value_count + REGF_DAMAGE_COUNT + 4);
		file.p[bit / 8] ^= (uint8_t)(1u << bit % 8);
	}
	buf_done(&file);
}

/* fuzz/corpus/hive: rewritten with HIVE_SEEDS=fuzz/corpus/hive in the environment. */
static void seed(const char *name, struct slice bytes)
{
	char path[4096];
	const char *folder = getenv("HIVE_SEEDS");
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", folder ? folder : ".", name);
	if (!folder || !(f = fopen(path, "wb")))
		return;
	fwrite(bytes.p, 1, bytes.n, f);
	fclose(f);
}

static void seeds_are_read(void **state)
{
	struct buf file = { 0 }, log = { 0 };

	(void)state;
	cache_of_10(&log);
	seed("cache", buf_slice(&log));
	build_everything();
	hive.seq1 = 8;
	buf_put(&file, hive_finish(&hive));
	seed("everything", buf_slice(&file));
	hive_key(&hive, "ControlSet002\\Services\\New", TIME);
	hive_log(&log, buf_slice(&file), hive_finish(&hive), 8);
	read_with(&input_hive, buf_slice(&file), buf_slice(&log), "");
	assert_true(says("name=New;"));
	buf_put(&file, buf_slice(&log));
	seed("hive-and-log", buf_slice(&file));
	file.n -= log.n;
	hive_log_old(&log, buf_slice(&file), buf_slice(&hive.file));
	read_with(&input_hive, buf_slice(&file), buf_slice(&log), "");
	assert_true(says("name=New;"));
	buf_put(&file, buf_slice(&log));
	seed("hive-and-old-log", buf_slice(&file));
	buf_done(&file);
	buf_done(&log);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_control_set_in_use_names_the_machine),
		TEST(services_of_every_control_set),
		TEST(bam_and_dam_with_and_without_state),
		TEST(caches_of_8_and_10),
		TEST(caches_of_7_with_32_and_64_bits),
		TEST(a_cache_of_xp_has_empty_slots),
		TEST(a_cache_in_a_hive_has_its_control_set_and_time),
		TEST(a_cut_cache_gives_what_is_there),
		TEST(userassist_names_are_decoded),
		TEST(rows_of_a_new_profile_prove_nothing),
		TEST(run_keys_and_their_kin),
		TEST(the_system_by_its_build_and_profiles),
		TEST(software_that_is_listed),
		TEST(tasks_with_their_times_and_users),
		TEST(files_of_both_schemas),
		TEST(programs_and_drivers),
		TEST(deleted_ones_are_asked_for_and_of_their_own_kind),
		TEST(logs_beside_a_hive_are_replayed),
		TEST(damage_is_told_with_its_place),
		TEST(every_prefix_and_flipped_bit_ends_well),
		TEST(seeds_are_read),
	};

	names_init(&names);
	int failed = RUN(tests);

	names_done(&names);
	buf_done(&out);
	return failed;
}
