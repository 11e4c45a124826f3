/* SPDX-License-Identifier: Apache-2.0 */
#include "rehearse/desk.h"

#include "rehearse/install.h"

#include <inttypes.h>
#include <stdlib.h>

#define CHROME "C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe"
#define OUTLOOK "C:\\Program Files\\Microsoft Office\\root\\Office16\\OUTLOOK.EXE"

static const struct image *known(struct host *h, const char *path, const char *product,
				 const char *company, const char *version)
{
	return image_new(h, (struct image){ .path = path,
					    .product = product,
					    .company = company,
					    .version = version,
					    .signer = company });
}

/* ---- starting up ---- */

static void boot_windows(struct host *h, int64_t t, struct session *s)
{
	const struct proc *init =
		act_start(h, t, image_system(h, "wininit.exe"), "wininit.exe", NULL);

	s->root = init;
	s->services = act_start(h, t + SECOND, image_system(h, "services.exe"),
				"C:\\Windows\\System32\\services.exe", init);
	s->lsass = act_start(h, t + 2 * SECOND, image_system(h, "lsass.exe"),
			     "C:\\Windows\\System32\\lsass.exe", init);
	s->svchost = act_start(h, t + 3 * SECOND, image_system(h, "svchost.exe"),
			       "C:\\Windows\\System32\\svchost.exe -k netsvcs -p", s->services);
	s->defender = act_start(h, t + 4 * SECOND,
				known(h, image_system(h, "MsMpEng.exe")->path,
				      "Microsoft Defender Antivirus", "Microsoft Corporation",
				      "4.18.25010.11"),
				"\"MsMpEng.exe\"", s->services);
	s->installer = act_start(h, t + 5 * SECOND, image_system(h, "msiexec.exe"),
				 "C:\\Windows\\System32\\msiexec.exe /V", s->services);
}

static void boot_agent(struct host *h, int64_t t, struct session *s)
{
	const char *path = h->x->agent;
	const struct image *image;

	if (!path || h->os != OS_WINDOWS)
		return;
	image = h->x->agent_vendor
			? known(h, path, h->x->agent_name, h->x->agent_vendor, h->x->agent_version)
			: image_system(h, path);
	s->agent = act_start(h, t + 9 * SECOND, image, image->path, s->services);
}

static void boot(struct host *h, int64_t t, struct session *s)
{
	const char *root = h->os == OS_MACOS ? "/sbin/launchd" : "/usr/lib/systemd/systemd";

	act_boot(h, t - 2 * SECOND);
	if (h->os == OS_WINDOWS) {
		boot_windows(h, t, s);
		boot_agent(h, t, s);
		return;
	}
	s->root = act_start(h, t, image_system(h, root), root, NULL);
	s->services = s->root;
	s->svchost = act_start(
		h, t + SECOND,
		image_system(h, h->os == OS_MACOS ? "/usr/libexec/trustd" : "/usr/sbin/cron"),
		h->os == OS_MACOS ? "/usr/libexec/trustd" : "/usr/sbin/cron -f", s->root);
	s->lsass = s->defender = NULL;
	s->installer = s->root;
}

static void log_on_windows(struct host *h, struct session *s)
{
	const struct proc *logon = act_start(h, s->from - SECOND, image_system(h, "winlogon.exe"),
					     "winlogon.exe", NULL);
	const struct proc *init =
		act_start_user(h, s->from + SECOND, image_system(h, "userinit.exe"),
			       "C:\\Windows\\System32\\userinit.exe", logon);

	act_logon(h, s->from, true, "2");
	s->shell = act_start(h, s->from + 2 * SECOND, image_system(h, "explorer.exe"),
			     "C:\\Windows\\Explorer.EXE", init);
	s->browser = act_start(h, s->from + 20 * SECOND,
			       known(h, CHROME, "Google Chrome", "Google LLC", "133.0.6943.142"),
			       "\"" CHROME "\"", s->shell);
	s->mail = act_start(
		h, s->from + 40 * SECOND,
		known(h, OUTLOOK, "Microsoft Outlook", "Microsoft Corporation", "16.0.18429.20158"),
		"\"" OUTLOOK "\"", s->shell);
}

static void log_on(struct host *h, struct session *s)
{
	const char *shell =
		h->os == OS_MACOS ? "/System/Library/CoreServices/Finder.app/Contents/MacOS/Finder"
				  : "/usr/bin/bash";
	const char *browser =
		h->os == OS_MACOS ? "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"
				  : "/usr/lib/firefox/firefox";
	const struct proc *parent = s->root;

	if (h->os == OS_WINDOWS) {
		log_on_windows(h, s);
		return;
	}
	if (h->os == OS_LINUX)
		parent = act_start(h, s->from, image_system(h, "/usr/sbin/sshd"),
				   "sshd: [accepted]", s->root);
	s->shell = act_start_user(h, s->from + SECOND, image_system(h, shell), shell, parent);
	s->browser = act_start(h, s->from + 20 * SECOND,
			       known(h, browser, h->os == OS_MACOS ? "Google Chrome" : "Firefox",
				     h->os == OS_MACOS ? "Google LLC" : "Mozilla", "133.0"),
			       browser, s->shell);
	s->mail = s->browser;
}

/* Days are laid out evenly; the machine starts on the first and after it was installed anew. */
void desk_start(struct host *h)
{
	struct exercise *x = h->x;
	unsigned n = x->days < HOST_SESSIONS ? x->days : HOST_SESSIONS;
	int64_t step = (x->end - x->start) / n;
	struct session s = { 0 };
	bool anew = false;

	boot(h, x->start + MINUTE + (int64_t)rng_below(&h->rng, 600) * SECOND, &s);
	for (unsigned i = 0; i < n; i++) {
		int64_t day = x->start + step * i;

		s.from = day - day % DAY + 7 * HOUR + (int64_t)rng_below(&h->rng, 5400) * SECOND;
		if (s.from < x->start)
			s.from = x->start + HOUR;
		s.to = s.from + 8 * HOUR + (int64_t)rng_below(&h->rng, 3600) * SECOND;
		if (h->reimaged && s.from > h->reimaged && !anew) {
			boot(h, h->reimaged + MINUTE, &s);
			anew = true;
		}
		log_on(h, &s);
		h->sessions[h->session_count++] = s;
	}
}

const struct session *desk_at(const struct host *h, int64_t ns)
{
	size_t i = 0;

	while (i + 1 < h->session_count && h->sessions[i + 1].from <= ns)
		i++;
	return &h->sessions[i];
}

/* ---- programs ---- */

const struct proc *desk_run(struct host *h, int64_t ns, const struct product *p, unsigned release,
			    const struct proc *parent)
{
	const struct image *program = image_part(h, p, release, PART_PROGRAM);
	const struct proc *run = act_start(
		h, ns, program,
		h->os == OS_WINDOWS ? host_text(h, "\"%s\"", program->path) : program->path,
		parent);

	act_load(h, ns + SECOND, run, image_part(h, p, release, PART_LIBRARY));
	act_talk(h, ns + 6 * SECOND, run, host_text(h, "api.%s", p->domain));
	if (h->run_count < HOST_RUNS)
		h->runs[h->run_count++] = (struct run){ p, run };
	return run;
}

static void run_owned(struct host *h, const struct session *s, unsigned n)
{
	const struct owned *o = &h->owned[n];
	int64_t t = s->from + (60 + (int64_t)n * 17 + (int64_t)rng_below(&h->rng, 12)) * SECOND;

	if (!o->until)
		desk_run(h, t, o->product, o->release,
			 o->product->place == PLACE_SERVICE ? s->services : s->shell);
}

/* What was installed before is gone when a machine is set up anew; what stands in every image comes back. */
static bool not_in_image(const struct host *h, const struct product *p)
{
	return p == &h->x->product || p == &h->x->other;
}

static void lose(struct host *h)
{
	for (size_t n = 0; n < h->owned_count; n++)
		if (!h->owned[n].until && not_in_image(h, h->owned[n].product))
			h->owned[n].until = h->reimaged;
}

/* An update of what a new image does not hold finds nothing to update. */
static bool comes_too_late(const struct host *h, const struct change *c)
{
	return h->reimaged && c->at >= h->reimaged && not_in_image(h, c->product);
}

static int by_moment(const void *a, const void *b)
{
	const struct change *x = a, *y = b;

	return x->at < y->at ? -1 : x->at > y->at;
}

void desk_live(struct host *h)
{
	size_t next = 0;

	if (h->change_count)
		qsort(h->changes, h->change_count, sizeof(*h->changes), by_moment);
	for (size_t i = 0; i < h->session_count; i++) {
		const struct session *s = &h->sessions[i];
		int64_t end = i + 1 < h->session_count ? s[1].from : h->x->end;

		for (unsigned n = 0; n < h->owned_count; n++)
			run_owned(h, s, n);
		for (; next < h->change_count && h->changes[next].at < end; next++)
			if (!comes_too_late(h, &h->changes[next]))
				install(h, &h->changes[next]);
		if (h->reimaged && end > h->reimaged)
			lose(h);
	}
}

const struct proc *desk_process(const struct host *h, const struct product *p, int64_t ns)
{
	const struct proc *found = NULL;

	for (size_t i = 0; i < h->run_count; i++)
		if (h->runs[i].product == p && h->runs[i].proc->start <= ns &&
		    (!found || h->runs[i].proc->start > found->start))
			found = h->runs[i].proc;
	return found;
}

void desk_programs(struct host *h)
{
	struct exercise *x = h->x;
	/* Clones came with the same programs, out of one image. */
	struct rng r = exercise_stream(x, h->group ? 1000000 + h->group : h->index, 31);

	for (unsigned i = 0; i < NOISE_PRODUCTS; i++) {
		int64_t t = x->noise_update[i] + (int64_t)rng_below(&h->rng, 36 * 3600) * SECOND;

		if (rng_below(&r, 100) >= 35)
			continue;
		install_before(h, &x->noise[i], 0);
		if (x->noise_update[i] && rng_below(&r, 100) < 80)
			install_later(h, t, &x->noise[i], 1, BY_UPDATER);
	}
}

/* ---- small things ---- */

static const char *site(struct host *h)
{
	static const char *const before[] = {
		"www",	"mail", "files", "cdn",	   "static", "login",
		"news", "api",	"img",	 "search", "maps",   "video"
	};
	static const char *const after[] = { "example.com", "corp.example",  "example.net",
					     "example.org", "paper.example", "travel.example" };

	return host_text(h, "%s.%s", before[rng_below(&h->rng, 12)],
			 after[rng_below(&h->rng, 1 + rng_below(&h->rng, 6))]);
}

static void start_small(struct host *h, int64_t ns, const struct session *s)
{
	static const char *const names[3][4] = {
		{ "notepad.exe", "calc.exe", "taskhostw.exe", "splwow64.exe" },
		{ "/System/Applications/Notes.app/Contents/MacOS/Notes", "/usr/bin/mdls",
		  "/usr/bin/top", "/usr/sbin/softwareupdate" },
		{ "/usr/bin/ls", "/usr/bin/git", "/usr/bin/make", "/usr/bin/vim" },
	};
	uint64_t which = rng_below(&h->rng, 4);
	const struct image *image = image_system(h, names[h->os][which]);

	act_start(h, ns, image, file_tail(image->path),
		  h->os == OS_WINDOWS && which == 2 ? s->svchost : s->shell);
}

static void load_small(struct host *h, int64_t ns, const struct session *s)
{
	static const char *const windows[] = { "winhttp.dll", "crypt32.dll", "ole32.dll",
					       "netapi32.dll" };
	static const char *const mac[] = { "/usr/lib/libobjc.A.dylib", "/usr/lib/libnetwork.dylib",
					   "/usr/lib/libsqlite3.dylib", "/usr/lib/libz.1.dylib" };

	if (h->os != OS_LINUX)
		act_load(h, ns, rng_below(&h->rng, 2) ? s->browser : s->svchost,
			 image_system(h,
				      (h->os == OS_MACOS ? mac : windows)[rng_below(&h->rng, 4)]));
}

static const char *temporary(struct host *h)
{
	uint64_t n = rng_next(&h->rng) & 0xffffffff;

	if (h->os == OS_WINDOWS)
		return host_text(h, "~\\AppData\\Local\\Temp\\%08" PRIx64 ".tmp", n);
	return host_text(h,
			 h->os == OS_MACOS ? "~/Library/Caches/%08" PRIx64 ".db"
					   : "/tmp/%08" PRIx64 ".tmp",
			 n);
}

static void one_small(struct host *h)
{
	const struct session *s = &h->sessions[rng_below(&h->rng, h->session_count)];
	int64_t t =
		s->from + 3 * MINUTE +
		(int64_t)rng_below(&h->rng, (uint64_t)(s->to - s->from - 5 * MINUTE) / 1000000) *
			1000000;
	const struct run *run = h->run_count ? &h->runs[rng_below(&h->rng, h->run_count)] : NULL;
	uint64_t what = rng_below(&h->rng, 100);

	if (what < 28)
		act_talk(h, t, rng_below(&h->rng, 4) ? s->browser : s->mail, site(h));
	else if (what < 40 && run &&
		 !(h->reimaged && t > h->reimaged && run->proc->start < h->reimaged))
		act_talk(h, run->proc->start + (int64_t)rng_below(&h->rng, 6 * 3600) * SECOND,
			 run->proc, host_text(h, "api.%s", run->product->domain));
	else if (what < 50)
		act_write_other(h, t, rng_below(&h->rng, 2) ? s->browser : s->mail, temporary(h));
	else if (what < 60)
		load_small(h, t, s);
	else if (what < 66 && h->os == OS_WINDOWS)
		act_registry(h, t, s->shell, "HKU\\.DEFAULT\\Software\\Settings\\Window",
			     "DWORD (0x00000001)");
	else if (what < 90)
		start_small(h, t, s);
	else if (what < 96)
		act_talk(h, t, s->svchost, "time.os.example");
	else
		act_logon(h, t, what & 1, what & 1 ? "7" : "5");
}

void desk_fill(struct host *h, uint64_t n)
{
	/* Some small things are none on some systems: bounded. */
	for (uint64_t i = 0; h->act_count < n && i < 4 * n; i++)
		one_small(h);
}
