/* SPDX-License-Identifier: Apache-2.0 */
/* The product of the story, and the two that have nothing to do with it. */
#include "rehearse/phone/fleet.h"

#define MS "Microsoft Corporation"
#define WINDOWS "Microsoft Windows Operating System"
#define WINDOWS_VERSION "10.0.19041.3636"
#define SYSTEM32 "C:\\Windows\\System32\\"
#define TOOL(file)                                                                                 \
	{                                                                                          \
		SYSTEM32 file, WINDOWS, MS, WINDOWS_VERSION, false                                 \
	}
#define WARDEN_FOLDER "C:\\Program Files\\Fleet Warden\\"
#define UPDATE_ADDRESS "198.51.100.20"

const struct program program_cmd = TOOL("cmd.exe"), program_whoami = TOOL("whoami.exe"),
		     program_net = TOOL("net.exe"), program_nltest = TOOL("nltest.exe"),
		     program_ipconfig = TOOL("ipconfig.exe"),
		     program_systeminfo = TOOL("systeminfo.exe"),
		     program_powershell = { SYSTEM32 "WindowsPowerShell\\v1.0\\powershell.exe", WINDOWS, MS,
					    WINDOWS_VERSION, false };
static const struct program installer = TOOL("msiexec.exe");
static const struct program warden = { WARDEN_FOLDER "wardend.exe", "Fleet Warden", "Fleet Warden Inc",
				       "11.2.0", true };

struct command {
	const struct program *program;
	const char *line;
};

static void commands(struct machine *m, int64_t ns, const struct process *shell,
		     const struct command *list, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		ns += (9 + (int64_t)rng_below(&m->rng, 40)) * SECOND;
		process_start(m, ns, list[i].program, list[i].line, shell);
	}
}

/* ---- the administrator ---- */

void fleet_administrator(struct machine *m, const struct fleet_processes *f)
{
	static const struct command inventory[] = { { &program_whoami, "whoami.exe /all" },
						    { &program_systeminfo, "systeminfo.exe" },
						    { &program_ipconfig, "ipconfig.exe /all" },
						    { &program_nltest, "nltest.exe /domain_trusts" } };
	int64_t t = m->story.start + HOUR / 2 + (int64_t)rng_below(&m->rng, 1800) * SECOND;
	struct process agent, script;

	write_service(m, t, "Fleet Warden", "\"" WARDEN_FOLDER "wardend.exe\" --service");
	agent = process_start(m, t + SECOND, &warden, "\"" WARDEN_FOLDER "wardend.exe\" --service",
			      &f->services);
	for (int day = 0; day < STORY_DAYS; day++) {
		int64_t at = t + day * DAY + 2 * HOUR + (int64_t)rng_below(&m->rng, 3600) * SECOND;

		script = process_start(m, at, &program_powershell,
				       "powershell.exe -NoProfile -ExecutionPolicy Bypass "
				       "-File C:\\Admin\\inventory.ps1", &agent);
		commands(m, at, &script, inventory, sizeof(inventory) / sizeof(*inventory));
		write_access(m, at + 4 * MINUTE, &agent, &f->lsass, "0x1410");
	}
}

/* ---- another product's clean update on the same day ---- */

void fleet_neighbour(struct machine *m, const struct fleet_processes *f)
{
	int64_t t = m->story.start + DAY + 2 * HOUR + (int64_t)rng_below(&m->rng, 4 * 3600) * SECOND;
	static const struct module notes = { "C:\\Program Files\\Brightleaf Notes\\notes-core.dll",
					     "Brightleaf Software GmbH", "notes-core.dll 2.8.0", "2.8.0" };
	static const struct program program = { "C:\\Program Files\\Brightleaf Notes\\notes.exe",
						"Brightleaf Notes", "Brightleaf Software GmbH", "2.8.0",
						false };
	struct process p;

	if (!m->story.neighbour)
		return;
	write_file(m, t, &f->msiexec, program.image);
	write_file(m, t + SECOND, &f->msiexec, notes.path);
	write_msi(m, t + 4 * SECOND, "Brightleaf Notes", "2.8.0", "Brightleaf Software GmbH");
	p = process_start(m, t + 30 * SECOND, &program, "\"C:\\Program Files\\Brightleaf Notes\\notes.exe\"",
			  &f->desks[1].explorer);
	write_module(m, t + 31 * SECOND, &p, &notes);
	write_dns(m, t + 40 * SECOND, &p, "sync.brightleaf.example", "198.51.100.30");
	write_connection(m, t + 41 * SECOND, &p, "sync.brightleaf.example", "198.51.100.30");
}

/* ---- the product ---- */

struct release {
	const char *version;
	struct program app, updater;
	const char *module_content;
	const char *package, *update_line, *install_line;
};

#define RELEASE(v, content)                                                                        \
	{                                                                                          \
		v, { PRODUCT_FOLDER "LumenCall.exe", PRODUCT, VENDOR, v, false },                  \
			{ PRODUCT_FOLDER "Update.exe", PRODUCT " Updater", VENDOR, v, false },     \
			content, "~\\AppData\\Local\\Temp\\LumenCall-" v ".msi",                   \
			"\"" PRODUCT_FOLDER "Update.exe\" --update https://" UPDATE_HOST "/" v,    \
			"msiexec.exe /i \"~\\AppData\\Local\\Temp\\LumenCall-" v ".msi\" /qn"      \
	}

static const struct release clean = RELEASE(CLEAN_VERSION, MODULE_CLEAN),
			    bad = RELEASE(BAD_VERSION, MODULE_BAD);

static void files_of(struct machine *m, int64_t ns, const struct fleet_processes *f,
		     const struct release *r)
{
	write_file(m, ns, &f->msiexec, PRODUCT_FOLDER "LumenCall.exe");
	write_file(m, ns + SECOND, &f->msiexec, PRODUCT_FOLDER "Update.exe");
	write_file(m, ns + 2 * SECOND, &f->msiexec, PRODUCT_FOLDER "lumenmedia.dll");
	write_msi(m, ns + 9 * SECOND, PRODUCT, r->version, VENDOR);
}

static struct process run(struct machine *m, int64_t ns, const struct release *r,
			  const struct process *parent)
{
	struct module module = { PRODUCT_FOLDER "lumenmedia.dll", VENDOR, r->module_content, r->version };
	struct process p = process_start(m, ns - SECOND, &r->app, "\"" PRODUCT_FOLDER "LumenCall.exe\"",
					 parent);

	write_module(m, ns, &p, &module);
	write_dns(m, ns + 5 * SECOND, &p, "sip.lumen-call.example", "198.51.100.21");
	write_connection(m, ns + 6 * SECOND, &p, "sip.lumen-call.example", "198.51.100.21");
	return p;
}

/* The first release comes as a download, by hand. */
static struct process install(struct machine *m, const struct fleet_processes *f)
{
	static const char path[] = "~\\Downloads\\LumenCall-" CLEAN_VERSION ".msi";
	int64_t t = m->story.first_install;
	const struct desk *d = &f->desks[0];

	write_dns(m, t, &d->chrome, "www.lumen-call.example", UPDATE_ADDRESS);
	write_file(m, t + 4 * SECOND, &d->chrome, path);
	write_zone(m, t + 5 * SECOND, &d->chrome, path, "https://www.lumen-call.example/download");
	process_start(m, t + 20 * SECOND, &installer,
		      "\"" SYSTEM32 "msiexec.exe\" /i \"~\\Downloads\\LumenCall-" CLEAN_VERSION ".msi\"",
		      &d->explorer);
	files_of(m, t + 25 * SECOND, f, &clean);
	return run(m, t + 50 * SECOND, &clean, &d->explorer);
}

/* An updater's ordinary question each few hours, until it is told of a release. */
static struct process ask_for_updates(struct machine *m, const struct process *app,
				      const struct release *r, int64_t ns)
{
	struct process updater = process_start(m, ns, &clean.updater, r->update_line, app);

	write_dns(m, ns + SECOND, &updater, UPDATE_HOST, UPDATE_ADDRESS);
	write_connection(m, ns + 2 * SECOND, &updater, UPDATE_HOST, UPDATE_ADDRESS);
	return updater;
}

static void blocked(struct machine *m, int64_t ns)
{
	static const int ids[] = { 1116, 1117 };

	for (size_t i = 0; i < 2; i++) {
		record_open(m, ns + (int64_t)i * 2 * SECOND, "Microsoft-Windows-Windows Defender/Operational",
			    "Microsoft-Windows-Windows Defender", ids[i]);
		record_field(m, "Product Name", "Microsoft Defender Antivirus");
		record_field(m, "Threat Name", "Trojan:Win64/Exercise.A");
		record_field(m, "Severity Name", "Severe");
		record_field(m, "Category Name", "Trojan");
		record_field(m, "Path", "file:_" PRODUCT_FOLDER "lumenmedia.dll");
		record_field(m, "Detection User", text(m, "CORP\\%s", m->user));
		record_field(m, "Process Name", SYSTEM32 "msiexec.exe");
		record_field(m, "Action Name", i ? "Quarantine" : "Not Applicable");
		record_field(m, "Error Code", "0x00000000");
		record_close(m);
	}
}

static void beacons(struct machine *m, const struct process *app)
{
	int64_t step = SECOND_CONTACT_AFTER;

	for (int64_t t = m->story.first_contact; t < m->story.end - MINUTE; t += step) {
		write_dns(m, t, app, BAD_DOMAIN, BAD_ADDRESS);
		write_connection(m, t + SECOND, app, BAD_DOMAIN, BAD_ADDRESS);
		if (t > m->story.first_contact)
			step = HOUR + (int64_t)rng_below(&m->rng, 600) * SECOND;
	}
}

static void second_stage(struct machine *m, const struct fleet_processes *f, const struct process *app)
{
	static const struct command discovery[] = {
		{ &program_whoami, "whoami /all" },
		{ &program_net, "net group \"Domain Admins\" /domain" },
		{ &program_nltest, "nltest /domain_trusts" },
		{ &program_ipconfig, "ipconfig /all" },
		{ &program_systeminfo, "systeminfo" },
	};
	static const struct module module = { PRODUCT_FOLDER "d3d12core.dll", NULL, MODULE_SECOND,
					      "10.0.19041.1" };
	int64_t t = m->story.second_module;
	struct process updater, shell;

	write_file(m, t - 2 * SECOND, app, module.path);
	write_module(m, t, app, &module);
	write_object_read(m, t + 10 * SECOND, app,
			  "~\\AppData\\Local\\Google\\Chrome\\User Data\\Default\\Login Data");
	write_object_read(m, t + 11 * SECOND, app,
			  "~\\AppData\\Roaming\\Mozilla\\Firefox\\Profiles\\x1.default\\logins.json");
	updater = process_start(m, t + 30 * SECOND, &bad.updater,
				"\"" PRODUCT_FOLDER "Update.exe\" --register", app);
	write_value(m, t + 31 * SECOND, &updater,
		    text(m, "HKU\\S-1-5-21-1111111111-2222222222-3333333333-%u\\Software\\Microsoft\\Windows\\"
			    "CurrentVersion\\Run\\LumenHelper", 1101 + (unsigned)m->index),
		    "\"" PRODUCT_FOLDER "LumenCall.exe\" --background");
	t = m->story.commands;
	shell = process_start(m, t, &program_cmd, "cmd.exe /Q", app);
	commands(m, t, &shell, discovery, sizeof(discovery) / sizeof(*discovery));
	process_start(m, t + 5 * MINUTE, &program_whoami, "whoami /groups", app);
	write_access(m, t + 6 * MINUTE, app, &f->lsass, "0x1010");
}

void fleet_product(struct machine *m, const struct fleet_processes *f)
{
	const struct story *s = &m->story;
	struct process app, updater;

	if (s->fate == FATE_ABSENT)
		return;
	app = install(m, f);
	ask_for_updates(m, &app, &clean, s->first_install + 6 * HOUR);
	if (s->fate == FATE_NOT_UPDATED)
		return;
	updater = ask_for_updates(m, &app, &bad, s->update);
	write_file(m, s->update + DELIVERED_AFTER, &updater, bad.package);
	process_start(m, s->update + 12 * SECOND, &installer, bad.install_line, &updater);
	files_of(m, s->update + INSTALLED_AFTER - 9 * SECOND, f, &bad);
	if (s->fate == FATE_BLOCKED) {
		blocked(m, s->update + INSTALLED_AFTER - 5 * SECOND);
		return;
	}
	app = run(m, s->ran, &bad, &updater);
	if (s->first_contact)
		beacons(m, &app);
	if (s->second_module)
		second_stage(m, f, &app);
}
