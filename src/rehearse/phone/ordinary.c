/* SPDX-License-Identifier: Apache-2.0 */
/* Ordinary days: office programs, browsers, services, updates of the operating system, logons. */
#include "rehearse/phone/fleet.h"

#include <inttypes.h>
#include <stdio.h>

#define MS "Microsoft Corporation"
#define WINDOWS "Microsoft Windows Operating System"
#define WINDOWS_VERSION "10.0.19041.3636"
#define SYSTEM32 "C:\\Windows\\System32\\"
#define OFFICE "C:\\Program Files\\Microsoft Office\\root\\Office16\\"
#define OS_PROGRAM(file, system)                                                                   \
	{                                                                                          \
		SYSTEM32 file, WINDOWS, MS, WINDOWS_VERSION, system                                \
	}

static const struct program services = OS_PROGRAM("services.exe", true),
			    wininit = OS_PROGRAM("wininit.exe", true),
			    svchost = OS_PROGRAM("svchost.exe", true),
			    msiexec = OS_PROGRAM("msiexec.exe", true),
			    lsass = OS_PROGRAM("lsass.exe", true),
			    taskhost = OS_PROGRAM("taskhostw.exe", true),
			    winlogon = OS_PROGRAM("winlogon.exe", true),
			    userinit = OS_PROGRAM("userinit.exe", false),
			    notepad = OS_PROGRAM("notepad.exe", false),
			    calculator = OS_PROGRAM("calc.exe", false),
			    printing = OS_PROGRAM("splwow64.exe", false);
static const struct program explorer = { "C:\\Windows\\explorer.exe", WINDOWS, MS, WINDOWS_VERSION,
					 false };
static const struct program worker = { "C:\\Windows\\WinSxS\\TiWorker.exe", WINDOWS, MS,
				       WINDOWS_VERSION, true };
static const struct program chrome = { "C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe",
				       "Google Chrome", "Google LLC", "133.0.6943.142", false };
static const struct program firefox = { "C:\\Program Files\\Mozilla Firefox\\firefox.exe", "Firefox",
					"Mozilla Corporation", "135.0.1", false };
static const struct program outlook = { OFFICE "OUTLOOK.EXE", "Microsoft Outlook", MS,
					"16.0.18429.20158", false };
static const struct program excel = { OFFICE "EXCEL.EXE", "Microsoft Excel", MS, "16.0.18429.20158",
				      false };
static const struct program defender = {
	"C:\\ProgramData\\Microsoft\\Windows Defender\\Platform\\4.18.25010.11-0\\MsMpEng.exe",
	"Microsoft Defender Antivirus", MS, "4.18.25010.11", true
};

static void desk_start(struct machine *m, struct fleet_processes *f, unsigned day)
{
	struct desk *d = &f->desks[day];
	int64_t t = m->story.start + day * DAY + HOUR + (int64_t)rng_below(&m->rng, 3600) * SECOND;
	struct process logon, init;

	d->from = t + MINUTE;
	d->to = t + 8 * HOUR + (int64_t)rng_below(&m->rng, 5400) * SECOND;
	write_logon(m, t, true, "2");
	logon = process_start(m, t + SECOND, &winlogon, "winlogon.exe", NULL);
	init = process_start(m, t + 2 * SECOND, &userinit, SYSTEM32 "userinit.exe", &logon);
	d->explorer = process_start(m, t + 3 * SECOND, &explorer, "C:\\Windows\\Explorer.EXE", &init);
	d->chrome = process_start(m, t + 20 * SECOND, &chrome, "\"C:\\Program Files\\Google\\Chrome\\"
				  "Application\\chrome.exe\"", &d->explorer);
	d->firefox = process_start(m, t + 31 * SECOND, &firefox,
				   "\"C:\\Program Files\\Mozilla Firefox\\firefox.exe\"", &d->explorer);
	d->outlook = process_start(m, t + 40 * SECOND, &outlook, "\"" OFFICE "OUTLOOK.EXE\"", &d->explorer);
	d->excel = process_start(m, t + 55 * SECOND, &excel, "\"" OFFICE "EXCEL.EXE\"", &d->explorer);
}

void fleet_start(struct machine *m, struct fleet_processes *f)
{
	int64_t t = m->story.start + (int64_t)rng_below(&m->rng, 600) * SECOND;
	struct process init = process_start(m, t, &wininit, "wininit.exe", NULL);

	f->services = process_start(m, t + SECOND, &services, SYSTEM32 "services.exe", &init);
	f->lsass = process_start(m, t + 2 * SECOND, &lsass, SYSTEM32 "lsass.exe", &init);
	f->svchost = process_start(m, t + 3 * SECOND, &svchost, SYSTEM32 "svchost.exe -k netsvcs -p",
				   &f->services);
	f->msiexec = process_start(m, t + 5 * SECOND, &msiexec, SYSTEM32 "msiexec.exe /V", &f->services);
	f->defender = process_start(m, t + 4 * SECOND, &defender, "\"MsMpEng.exe\"", &f->services);
	for (unsigned day = 0; day < STORY_DAYS; day++)
		desk_start(m, f, day);
}

/* ---- small talk of programs ---- */

struct site {
	const char *name;
	char address[16];
};

/* Some 70 names; a machine asks the first ones far more often. */
static struct site site_of(struct machine *m)
{
	static const char *const before[] = { "www", "mail", "files", "cdn", "static", "login",
					      "news",  "api",  "img",	"search", "maps", "video" };
	static const char *const after[] = { "example.com", "corp.example", "example.net", "example.org",
					     "paper.example", "travel.example" };
	uint64_t b = rng_below(&m->rng, 12), a = rng_below(&m->rng, 1 + rng_below(&m->rng, 6));
	struct site s = { .name = text(m, "%s.%s", before[b], after[a]) };

	snprintf(s.address, sizeof(s.address), "192.0.2.%u", (unsigned)(a * 12 + b + 1));
	return s;
}

static void load_of_system(struct machine *m, int64_t ns, const struct process *p)
{
	static const char *const modules[] = { "winhttp.dll", "crypt32.dll", "ole32.dll", "shell32.dll",
					       "dxgi.dll",    "uxtheme.dll", "netapi32.dll", "sechost.dll" };
	const char *path = text(m, SYSTEM32 "%s", modules[rng_below(&m->rng, 8)]);
	struct module module = { path, "Microsoft Windows", path, WINDOWS_VERSION };

	write_module(m, ns, p, &module);
}

static void start_something(struct machine *m, int64_t ns, const struct desk *d)
{
	switch (rng_below(&m->rng, 5)) {
	case 0:
		process_start(m, ns, &notepad, "\"" SYSTEM32 "notepad.exe\" ~\\Documents\\notes.txt",
			      &d->explorer);
		break;
	case 1:
		process_start(m, ns, &calculator, "\"" SYSTEM32 "calc.exe\"", &d->explorer);
		break;
	case 2:
		process_start(m, ns, &printing, SYSTEM32 "splwow64.exe 8192", &d->excel);
		break;
	default:
		process_start(m, ns, &chrome, "\"C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe\" "
			      "--type=renderer", &d->chrome);
	}
}

static void download(struct machine *m, int64_t ns, const struct desk *d)
{
	const char *path = text(m, "~\\Downloads\\minutes-%04" PRIx64 ".pdf", rng_below(&m->rng, 65536));

	write_file(m, ns, &d->chrome, path);
	write_zone(m, ns + SECOND / 10, &d->chrome, path, "https://files.example.com/");
}

static void by_user(struct machine *m, int64_t ns, const struct fleet_processes *f, const struct desk *d)
{
	const struct process *const who[] = { &d->chrome, &d->chrome, &d->firefox,
					      &d->outlook, &d->excel, &d->explorer };
	const struct process *p = who[rng_below(&m->rng, 6)];
	struct site site = site_of(m);
	uint64_t what = rng_below(&m->rng, 100);

	if (what < 27)
		write_dns(m, ns, p, site.name, site.address);
	else if (what < 52) /* office programs stay at home */
		write_connection(m, ns, what & 1 ? &d->chrome : &d->firefox, site.name, site.address);
	else if (what < 67)
		write_file(m, ns, p, text(m, "~\\AppData\\Local\\Temp\\%08" PRIx64 ".tmp",
					  rng_next(&m->rng) & 0xffffffff));
	else if (what < 77)
		load_of_system(m, ns, p);
	else if (what < 86)
		write_value(m, ns, p, text(m, "HKU\\S-1-5-21-1111111111-2222222222-3333333333-%" PRIu64
					   "\\Software\\Settings\\Window%u", 1101 + m->index,
					   (unsigned)rng_below(&m->rng, 9)), "DWORD (0x00000001)");
	else if (what < 90)
		write_key(m, ns, p, "HKU\\.DEFAULT\\Software\\Settings\\Recent");
	else if (what < 96)
		start_something(m, ns, d);
	else if (what < 97)
		download(m, ns, d);
	else if (what < 98)
		write_logon(m, ns, true, "7");
	else
		write_access(m, ns, &f->defender, p, "0x1000");
}

static void windows_update(struct machine *m, int64_t ns, const struct fleet_processes *f)
{
	write_dns(m, ns, &f->svchost, "update.os.example", "198.51.100.250");
	write_file(m, ns + 5 * SECOND, &f->svchost,
		   "C:\\Windows\\SoftwareDistribution\\Download\\definitions.cab");
	process_start(m, ns + 9 * SECOND, &worker, "C:\\Windows\\WinSxS\\TiWorker.exe -Embedding",
		      &f->svchost);
	record_open(m, ns + 40 * SECOND, "System", "Microsoft-Windows-WindowsUpdateClient", 19);
	record_field(m, "updateTitle", "Security Intelligence Update for Microsoft Defender Antivirus");
	record_close(m);
}

static void by_system(struct machine *m, int64_t ns, const struct fleet_processes *f)
{
	const struct process *p = rng_below(&m->rng, 4) ? &f->svchost : &f->defender;
	uint64_t what = rng_below(&m->rng, 100);

	if (what < 25)
		write_dns(m, ns, p, "time.os.example", "198.51.100.251");
	else if (what < 40)
		write_connection(m, ns, p, "telemetry.os.example", "198.51.100.252");
	else if (what < 55)
		write_value(m, ns, p, "HKLM\\System\\CurrentControlSet\\Services\\W32Time\\Config\\LastGood",
			    "QWORD (0x00000000-0x00000001)");
	else if (what < 70)
		load_of_system(m, ns, p);
	else if (what < 80)
		write_file(m, ns, p, text(m, "C:\\Windows\\Temp\\%08" PRIx64 ".log",
					  rng_next(&m->rng) & 0xffffffff));
	else if (what < 90)
		write_logon(m, ns, false, "5");
	else if (what < 98)
		process_start(m, ns, &taskhost, "taskhostw.exe", &f->svchost);
	else
		windows_update(m, ns, f);
}

void fleet_ordinary(struct machine *m, const struct fleet_processes *f)
{
	const struct desk *d = &f->desks[rng_below(&m->rng, STORY_DAYS)];
	uint64_t at;

	if (rng_below(&m->rng, 100) < 85) {
		at = rng_below(&m->rng, (uint64_t)(d->to - d->from) / 1000000);
		by_user(m, d->from + (int64_t)at * 1000000, f, d);
	} else {
		/* Not before everything has started, not behind the end. */
		at = rng_below(&m->rng, (uint64_t)(STORY_DAYS * DAY - HOUR) / 1000000);
		by_system(m, m->story.start + 30 * MINUTE + (int64_t)at * 1000000, f);
	}
}
