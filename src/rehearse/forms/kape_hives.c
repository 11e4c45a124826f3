/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The hives of a Windows 10 machine, with what the common tools read of them: SYSTEM (name, time zone,
 * services, what ran last by the moderator of background activity), SOFTWARE (system, profiles, lists of
 * what is installed), the user's NTUSER.DAT (his list, what he started, what starts with him) and Amcache.hve.
 */
#include "base/when.h"
#include "rehearse/act.h"
#include "rehearse/artifact/hive_builder.h"
#include "rehearse/forms/kape.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define VALUE_NAME_MAX 127u
#define CURRENT_VERSION "Microsoft\\Windows\\CurrentVersion"

static void put_hive(struct kape *k, const char *path, struct hive_builder *b)
{
	struct buf copy = { 0 };

	buf_put(&copy, hive_finish(b));
	kape_put(k, path, &copy);
	hive_done(b);
}

static uint64_t installed_time(const struct kape *k)
{
	const struct host *h = k->c.h;

	return collected_filetime(h->reimaged ? form_time(h, h->reimaged) : h->x->start - 400 * DAY);
}

static bool ends(const char *text, const char *end)
{
	size_t n = strlen(text), m = strlen(end);

	return n >= m && strcmp(text + n - m, end) == 0;
}

/* ---- SYSTEM ---- */

static void put_service(struct kape *k, struct hive_builder *b, const char *name, const char *command, uint64_t time)
{
	uint32_t key = hive_key(b, host_text(k->c.h, "ControlSet001\\Services\\%s", name), time);

	hive_dword(b, key, "Type", 0x10);
	hive_dword(b, key, "Start", 2);
	hive_dword(b, key, "ErrorControl", 1);
	hive_sz(b, key, "ImagePath", command);
	hive_sz(b, key, "DisplayName", name);
	hive_sz(b, key, "ObjectName", "LocalSystem");
}

static void put_services(struct kape *k, struct hive_builder *b)
{
	const struct host *h = k->c.h;

	for (size_t i = 0; i < k->c.release_count; i++) {
		const struct collected_release *r = &k->c.releases[i];

		if (r->product->place == PLACE_SERVICE)
			put_service(k, b, host_text(k->c.h, "%sService", r->product->slug),
				    host_text(k->c.h, "\"%s\"", r->parts[PART_PROGRAM]->path),
				    collected_filetime(r->came));
	}
	for (size_t n = 0; n < h->act_count; n++)
		if (h->acts[n].kind == ACT_SERVICE && h->acts[n].ns >= k->c.from)
			put_service(k, b, h->acts[n].name, form_path(k->c.h, h->acts[n].value),
				    collected_filetime(form_time(h, h->acts[n].ns)));
}

/* The last run of each program, by who ran it. */
static void put_bam(struct kape *k, struct hive_builder *b)
{
	struct host *h = k->c.h;
	uint8_t data[24] = { 0 };

	for (size_t i = 0; i < k->c.program_count && !kape_is_server(k); i++) {
		const struct collected_program *p = &k->c.programs[i];
		const char *rest = kape_behind_drive(form_path(h, p->image->path)), *name;
		uint64_t time = collected_filetime(p->runs[0]);

		if (!p->count || !rest)
			continue;
		name = host_text(h, "\\Device\\HarddiskVolume3%s", rest);
		if (strlen(name) > VALUE_NAME_MAX)
			continue;
		for (unsigned byte = 0; byte < 8; byte++)
			data[byte] = (uint8_t)(time >> 8 * byte);
		data[20] = 2;
		hive_binary(b,
			    hive_key(b,
				     host_text(h, "ControlSet001\\Services\\bam\\State\\UserSettings\\%s",
					       p->by_user ? kape_sid(k) : "S-1-5-18"),
				     time),
			    name, slice_of(data, sizeof(data)));
	}
}

static void put_system(struct kape *k)
{
	struct host *h = k->c.h;
	uint64_t time = installed_time(k);
	struct hive_builder b;
	uint32_t key;

	hive_start(&b);
	key = hive_key(&b, "Select", time);
	hive_dword(&b, key, "Current", 1);
	hive_dword(&b, key, "Default", 1);
	hive_dword(&b, key, "Failed", 0);
	hive_dword(&b, key, "LastKnownGood", 1);
	key = hive_key(&b, "ControlSet001\\Control\\ComputerName\\ComputerName", time);
	hive_sz(&b, key, "ComputerName", kape_capitals(k, h->name));
	key = hive_key(&b, "ControlSet001\\Control\\TimeZoneInformation", time);
	hive_sz(&b, key, "TimeZoneKeyName", "UTC");
	hive_dword(&b, key, "ActiveTimeBias", 0);
	key = hive_key(&b, "ControlSet001\\Services\\Tcpip\\Parameters", time);
	hive_sz(&b, key, "Hostname", h->name);
	hive_sz(&b, key, "Domain", "corp.example");
	put_service(k, &b, "EventLog", "%SystemRoot%\\System32\\svchost.exe -k LocalServiceNetworkRestricted -p", time);
	put_services(k, &b);
	put_bam(k, &b);
	put_hive(k, "Windows/System32/config/SYSTEM", &b);
}

/* ---- what is installed ---- */

static const char *digits(struct kape *k, const char *of)
{
	char sha[65];

	content_sha256(k->c.h->x, of, sha);
	return host_text(k->c.h, "%s", sha);
}

static const char *program_id(struct kape *k, const char *product, const char *version)
{
	return host_text(k->c.h, "0006%.32s00000904", digits(k, host_text(k->c.h, "program %s %s", product, version)));
}

/* "2025-03-04T08:53:01Z" in another order. */
static const char *date_text(struct kape *k, int64_t ns, bool with_time)
{
	char t[32];

	when_format((struct when){ .ns = ns, .set = true }, t);
	return with_time ? host_text(k->c.h, "%.2s/%.2s/%.4s %.8s", t + 5, t + 8, t, t + 11)
			 : host_text(k->c.h, "%.4s%.2s%.2s", t, t + 5, t + 8);
}

static const char *folder_of(struct kape *k, const struct image *i)
{
	const char *path = form_path(k->c.h, i->path);

	return host_text(k->c.h, "%.*s", (int)(file_tail(path) - path), path);
}

/* Of packages the key is the product's number, of others their name. */
static void put_listed(struct kape *k, struct hive_builder *b, const char *list, bool users)
{
	struct host *h = k->c.h;

	for (size_t i = 0; i < k->c.release_count; i++) {
		const struct collected_release *r = &k->c.releases[i];
		const struct product *p = r->product;
		const char *id = digits(k, host_text(h, "package %s %s", p->name, p->versions[r->release]));
		uint32_t key;

		if ((p->place == PLACE_USER) != users)
			continue;
		key = hive_key(b,
			       users ? host_text(h, "%s\\%s", list, p->slug)
				     : host_text(h, "%s\\{%.8s-%.4s-%.4s-%.4s-%.12s}", list, id, id + 8, id + 12, id + 16,
						 id + 20),
			       collected_filetime(r->came));
		hive_sz(b, key, "DisplayName", p->name);
		hive_sz(b, key, "DisplayVersion", p->versions[r->release]);
		hive_sz(b, key, "Publisher", p->vendor);
		hive_sz(b, key, "InstallDate", date_text(k, r->came, false));
		hive_sz(b, key, "InstallLocation", folder_of(k, r->parts[PART_PROGRAM]));
		hive_sz(b, key, "UninstallString",
			users ? host_text(h, "\"%s\" --uninstall", form_path(h, r->parts[PART_UPDATER]->path))
			      : host_text(h, "MsiExec.exe /X{%.8s-%.4s-%.4s-%.4s-%.12s}", id, id + 8, id + 12, id + 16,
					  id + 20));
	}
}

static void put_software(struct kape *k)
{
	struct host *h = k->c.h;
	uint64_t time = installed_time(k);
	const char *id = digits(k, host_text(h, "machine %u", (unsigned)form_machine(h, h->x->end)));
	struct hive_builder b;
	uint32_t key;

	hive_start(&b);
	key = hive_key(&b, "Microsoft\\Windows NT\\CurrentVersion", time);
	hive_sz(&b, key, "ProductName", h->server ? "Windows Server 2019 Standard" : "Windows 10 Enterprise");
	hive_sz(&b, key, "CurrentBuildNumber", "19041");
	hive_dword(&b, key, "UBR", 3636);
	hive_sz(&b, key, "DisplayVersion", "20H2");
	hive_dword(&b, key, "InstallDate", (uint32_t)((int64_t)(time / 10000000) - INT64_C(11644473600)));
	key = hive_key(&b, "Microsoft\\Cryptography", time);
	hive_sz(&b, key, "MachineGuid",
		host_text(h, "%.8s-%.4s-%.4s-%.4s-%.12s", id, id + 8, id + 12, id + 16, id + 20));
	key = hive_key(&b, host_text(h, "Microsoft\\Windows NT\\CurrentVersion\\ProfileList\\%s", kape_sid(k)), time);
	hive_sz(&b, key, "ProfileImagePath", host_text(h, "C:\\Users\\%s", h->user));
	put_listed(k, &b, CURRENT_VERSION "\\Uninstall", false);
	put_hive(k, "Windows/System32/config/SOFTWARE", &b);
}

/* ---- NTUSER.DAT ---- */

static const char *rot13(struct kape *k, const char *text)
{
	char copy[300];
	size_t n = 0;

	for (; text[n] && n < sizeof(copy) - 1; n++) {
		char low = (char)tolower((unsigned char)text[n]);

		copy[n] = low < 'a' || low > 'z' ? text[n] : (char)(text[n] + (low < 'n' ? 13 : -13));
	}
	copy[n] = 0;
	return host_text(k->c.h, "%s", copy);
}

/* Known folders by their number, as Explorer writes them. */
static const char *known_folder(struct kape *k, const char *path)
{
	static const char *const folders[][2] = { { "C:\\Program Files", "{6D809377-6AF0-444B-8957-A3773F02200E}" },
						  { "C:\\Windows\\System32", "{1AC14E77-02E7-4E5D-B744-2EB1AE5198B7}" },
						  { "C:\\Windows", "{F38BF404-1D43-42F2-9305-67DE0B28FC23}" } };

	for (size_t i = 0; i < sizeof(folders) / sizeof(*folders); i++) {
		size_t n = strlen(folders[i][0]);

		if (strncmp(path, folders[i][0], n) == 0 && path[n] == '\\')
			return host_text(k->c.h, "%s%s", folders[i][1], path + n);
	}
	return path;
}

static void put_userassist(struct kape *k, struct hive_builder *b)
{
	for (size_t i = 0; i < k->c.program_count; i++) {
		const struct collected_program *p = &k->c.programs[i];
		const char *name = rot13(k, known_folder(k, form_path(k->c.h, p->image->path)));
		uint64_t time = collected_filetime(p->runs[0]);
		uint8_t data[72] = { 0 };

		if (!p->count || !p->by_shell || strlen(name) > VALUE_NAME_MAX)
			continue;
		data[4] = (uint8_t)(p->count < 255 ? p->count : 255);
		data[8] = data[4];
		data[13] = 0x75; /* half a minute in focus */
		for (unsigned byte = 0; byte < 8; byte++)
			data[60 + byte] = (uint8_t)(time >> 8 * byte);
		hive_binary(b,
			    hive_key(b,
				     "Software\\" CURRENT_VERSION
				     "\\Explorer\\UserAssist\\{CEBFF5CD-ACE2-4F4F-9178-9926F41749EA}\\Count",
				     collected_filetime(k->c.end)),
			    name, slice_of(data, sizeof(data)));
	}
}

/* What programs set so that they start with the user. */
static void put_run_keys(struct kape *k, struct hive_builder *b)
{
	const struct host *h = k->c.h;
	static const char run[] = "\\CurrentVersion\\Run\\";

	for (size_t n = 0; n < h->act_count; n++) {
		const struct act *a = &h->acts[n];
		const char *at = a->kind == ACT_REGISTRY ? strstr(a->name, run) : NULL;

		if (at && a->ns >= k->c.from)
			hive_sz(b,
				hive_key(b, "Software\\" CURRENT_VERSION "\\Run",
					 collected_filetime(form_time(h, a->ns))),
				at + sizeof(run) - 1, form_path(k->c.h, a->value));
	}
}

static void put_user(struct kape *k)
{
	struct host *h = k->c.h;
	struct hive_builder b;

	hive_start(&b);
	hive_sz(&b, hive_key(&b, "Volatile Environment", installed_time(k)), "USERPROFILE",
		host_text(h, "C:\\Users\\%s", h->user));
	put_listed(k, &b, "Software\\" CURRENT_VERSION "\\Uninstall", true);
	put_userassist(k, &b);
	put_run_keys(k, &b);
	put_hive(k, host_text(h, "Users/%s/NTUSER.DAT", h->user), &b);
}

/* ---- Amcache.hve ---- */

static void put_application(struct kape *k, struct hive_builder *b, const struct collected_release *r)
{
	const struct product *p = r->product;
	const char *version = p->versions[r->release], *id = program_id(k, p->name, version);
	int64_t seen = collected_inventory(&k->c, r->came);
	uint32_t key;

	if (!seen)
		return;
	key = hive_key(b, host_text(k->c.h, "Root\\InventoryApplication\\%s", id), collected_filetime(seen));
	hive_sz(b, key, "ProgramId", id);
	hive_sz(b, key, "Name", p->name);
	hive_sz(b, key, "Version", version);
	hive_sz(b, key, "Publisher", p->vendor);
	hive_sz(b, key, "Type", "Application");
	hive_sz(b, key, "Source", p->place == PLACE_USER ? "AddRemoveProgramPerUser" : "Msi");
	hive_sz(b, key, "RootDirPath", folder_of(k, r->parts[PART_PROGRAM]));
	hive_sz(b, key, "InstallDate", date_text(k, r->came, true));
}

/* Programs outside the system's own folders, as they were when the inventory ran. */
static void put_file(struct kape *k, struct hive_builder *b, const struct collected_file *f)
{
	struct host *h = k->c.h;
	int64_t seen = f->gone || !f->image ? 0 : collected_inventory(&k->c, f->changed);
	const char *path = f->path, *low;
	struct digests d;
	char small[300];
	uint32_t key;

	if (!seen || !ends(path, ".exe") || strncmp(path, "C:\\Windows\\", 11) == 0)
		return;
	form_digests(h, f->image, &d);
	snprintf(small, sizeof(small), "%s", path);
	for (char *c = small; *c; c++)
		*c = (char)tolower((unsigned char)*c);
	low = host_text(h, "%s", small);
	key = hive_key(b, host_text(h, "Root\\InventoryApplicationFile\\%.40s|%.16s", file_tail(low), digits(k, low)),
		       collected_filetime(seen));
	hive_sz(b, key, "ProgramId", program_id(k, f->image->product, f->image->version));
	hive_sz(b, key, "FileId", host_text(h, "0000%s", d.sha1));
	hive_sz(b, key, "LowerCaseLongPath", low);
	hive_sz(b, key, "Name", file_tail(path));
	hive_sz(b, key, "Publisher", f->image->company);
	hive_sz(b, key, "Version", f->image->version);
	hive_sz(b, key, "BinFileVersion", f->image->version);
	hive_sz(b, key, "BinaryType", "pe64_amd64");
	hive_sz(b, key, "ProductName", f->image->product);
	hive_sz(b, key, "ProductVersion", f->image->version);
	hive_sz(b, key, "LinkDate", date_text(k, h->x->start - (int64_t)(collected_size(&k->c, f->image, path) % 300) * DAY,
					      true));
	hive_qword(b, key, "Size", collected_size(&k->c, f->image, path));
	hive_dword(b, key, "Language", 1033);
}

static void put_amcache(struct kape *k)
{
	struct hive_builder b;

	hive_start(&b);
	hive_key(&b, "Root\\InventoryApplication", installed_time(k));
	hive_key(&b, "Root\\InventoryApplicationFile", installed_time(k));
	for (size_t i = 0; i < k->c.release_count; i++)
		put_application(k, &b, &k->c.releases[i]);
	for (size_t i = 0; i < k->c.file_count; i++)
		put_file(k, &b, &k->c.files[i]);
	put_hive(k, "Windows/AppCompat/Programs/Amcache.hve", &b);
}

void kape_put_hives(struct kape *k)
{
	put_system(k);
	put_software(k);
	put_user(k);
	put_amcache(k);
}
