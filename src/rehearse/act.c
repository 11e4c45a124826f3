/* SPDX-License-Identifier: Apache-2.0 */
#include "rehearse/act.h"

#include "base/heap.h"
#include "rehearse/names.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

static void put(struct host *h, struct act a)
{
	if (a.ns >= h->x->end || a.ns < h->x->start)
		return;
	a.order = (uint32_t)h->act_count;
	h->acts = heap_room(h->acts, h->act_count, &h->act_cap, sizeof(*h->acts));
	h->acts[h->act_count++] = a;
}

const char *file_tail(const char *path)
{
	const char *tail = path;

	for (const char *c = path; *c; c++)
		if (*c == '\\' || *c == '/')
			tail = c + 1;
	return tail;
}

/* ---- images ---- */

const struct image *image_new(struct host *h, struct image i)
{
	struct image *p = arena_alloc(h->arena, sizeof(*p));

	*p = i;
	if (!p->content)
		p->content = host_text(h, "%s %s", i.path, i.version);
	return p;
}

static const char *windows_path(struct host *h, const char *name)
{
	static const char *const elsewhere[][2] = {
		{ "explorer.exe", "C:\\Windows\\explorer.exe" },
		{ "powershell.exe",
		  "C:\\Windows\\System32\\WindowsPowerShell\\v1.0\\powershell.exe" },
		{ "MsMpEng.exe",
		  "C:\\ProgramData\\Microsoft\\Windows Defender\\Platform\\4.18.25010.11-0\\"
		  "MsMpEng.exe" },
		{ "TiWorker.exe", "C:\\Windows\\WinSxS\\TiWorker.exe" },
		{ "CcmExec.exe", "C:\\Windows\\CCM\\CcmExec.exe" },
	};

	for (size_t i = 0; i < sizeof(elsewhere) / sizeof(*elsewhere); i++)
		if (strcmp(name, elsewhere[i][0]) == 0)
			return elsewhere[i][1];
	return name[1] == ':' ? name : host_text(h, "C:\\Windows\\System32\\%s", name);
}

const struct image *image_system(struct host *h, const char *name)
{
	struct image i = { .path = name };

	if (h->os == OS_WINDOWS) {
		i.path = windows_path(h, name);
		i.product = "Microsoft Windows Operating System";
		i.company = "Microsoft Corporation";
		i.version = "10.0.19041.3636";
		i.signer = "Microsoft Windows";
	} else {
		i.product = file_tail(name);
		i.company = h->os == OS_MACOS ? "Apple" : "Debian";
		i.version = h->os == OS_MACOS ? "14.4" : "12.5";
		i.signer = h->os == OS_MACOS ? host_text(h, "com.apple.%s", file_tail(name)) : NULL;
	}
	return image_new(h, i);
}

static const char *small(struct host *h, const char *text)
{
	char copy[64];
	size_t n = 0;

	for (; text[n] && n < sizeof(copy) - 1; n++)
		copy[n] = (char)tolower((unsigned char)text[n]);
	copy[n] = 0;
	return host_text(h, "%s", copy);
}

static const char *part_path(struct host *h, const struct product *p, enum part part)
{
	const char *folder;

	if (h->os == OS_MACOS)
		return part == PART_PROGRAM ? host_text(h, "/Applications/%s.app/Contents/MacOS/%s",
							p->name, p->name)
		       : part == PART_UPDATER
			       ? host_text(h, "/Applications/%s.app/Contents/MacOS/%sUpdater",
					   p->name, p->slug)
			       : host_text(h,
					   "/Applications/%s.app/Contents/Frameworks/lib%s.dylib",
					   p->name, p->library);
	if (h->os == OS_LINUX)
		return part == PART_LIBRARY
			       ? host_text(h, "/opt/%s/lib/lib%s.so", small(h, p->slug), p->library)
			       : host_text(h, "/opt/%s/bin/%s%s", small(h, p->slug),
					   small(h, p->slug),
					   part == PART_UPDATER ? "-updater" : "");
	folder = p->place == PLACE_USER ? host_text(h, "~\\AppData\\Local\\Programs\\%s", p->slug)
					: host_text(h, "C:\\Program Files\\%s", p->name);
	if (part == PART_LIBRARY)
		return host_text(h, "%s\\%s.dll", folder, p->library);
	if (part == PART_UPDATER)
		return p->place == PLACE_USER ? host_text(h, "%s\\Update.exe", folder)
					      : host_text(h, "%s\\%sUpdater.exe", folder, p->slug);
	return host_text(h, "%s\\%s%s.exe", folder, p->slug,
			 p->place == PLACE_SERVICE ? "Service" : "");
}

const struct image *image_part(struct host *h, const struct product *p, unsigned release,
			       enum part part)
{
	static const char *const systems[] = { "windows", "macos", "linux" };
	const char *path = part_path(h, p, part);

	return image_new(
		h, (struct image){ .path = path,
				   .product = p->name,
				   .company = p->vendor,
				   .version = p->versions[release],
				   .signer = p->vendor,
				   .content = host_text(h, "%s %s %s %s", file_tail(path), p->name,
							p->versions[release], systems[h->os]) });
}

/* ---- acts ---- */

static const struct proc *start(struct host *h, int64_t ns, struct proc what)
{
	static const uint32_t pid_steps[] = { 4, 1, 1 };
	struct proc *p = arena_alloc(h->arena, sizeof(*p));

	*p = what;
	p->start = ns;
	p->serial = ++h->serial;
	/* Numbers rise and come again, as they do. */
	p->pid = 600 +
		 pid_steps[h->os] * (uint32_t)((h->serial * 37 + rng_below(&h->rng, 30)) % 7000);
	put(h, (struct act){ .ns = ns, .kind = ACT_START, .who = p });
	return p;
}

const struct proc *act_start_in(struct host *h, int64_t ns, const struct image *image,
				const char *command, const char *folder, const struct proc *parent)
{
	return start(h, ns,
		     (struct proc){ .image = image,
				    .command = command,
				    .folder = folder,
				    .parent = parent,
				    .system = !parent || parent->system });
}

const struct proc *act_start(struct host *h, int64_t ns, const struct image *image,
			     const char *command, const struct proc *parent)
{
	return act_start_in(h, ns, image, command, NULL, parent);
}

const struct proc *act_start_user(struct host *h, int64_t ns, const struct image *image,
				  const char *command, const struct proc *parent)
{
	return start(h, ns, (struct proc){ .image = image, .command = command, .parent = parent });
}

void act_load(struct host *h, int64_t ns, const struct proc *who, const struct image *file)
{
	put(h, (struct act){ .ns = ns, .kind = ACT_LOAD, .who = who, .file = file });
}

void act_write(struct host *h, int64_t ns, const struct proc *who, const struct image *file)
{
	put(h, (struct act){
		       .ns = ns, .kind = ACT_WRITE, .who = who, .name = file->path, .file = file });
}

void act_write_other(struct host *h, int64_t ns, const struct proc *who, const char *path)
{
	put(h, (struct act){ .ns = ns, .kind = ACT_WRITE, .who = who, .name = path });
}

void act_mark(struct host *h, int64_t ns, const struct proc *who, const char *path, const char *url,
	      const char *referrer)
{
	put(h, (struct act){ .ns = ns,
			     .kind = ACT_MARK,
			     .who = who,
			     .name = path,
			     .value = url,
			     .extra = referrer });
}

void act_delete(struct host *h, int64_t ns, const struct proc *who, const char *path)
{
	put(h, (struct act){ .ns = ns, .kind = ACT_DELETE, .who = who, .name = path });
}

void act_talk(struct host *h, int64_t ns, const struct proc *who, const char *domain)
{
	const char *address = name_address(h, domain);

	put(h, (struct act){
		       .ns = ns, .kind = ACT_DNS, .who = who, .name = domain, .value = address });
	put(h, (struct act){ .ns = ns + SECOND,
			     .kind = ACT_CONNECT,
			     .who = who,
			     .name = domain,
			     .value = address });
}

void act_registry(struct host *h, int64_t ns, const struct proc *who, const char *key,
		  const char *value)
{
	put(h, (struct act){
		       .ns = ns, .kind = ACT_REGISTRY, .who = who, .name = key, .value = value });
}

void act_service(struct host *h, int64_t ns, const struct proc *who, const char *name,
		 const char *command)
{
	put(h, (struct act){
		       .ns = ns, .kind = ACT_SERVICE, .who = who, .name = name, .value = command });
}

void act_agent(struct host *h, int64_t ns, const struct proc *who, const char *item,
	       const char *program)
{
	put(h, (struct act){
		       .ns = ns, .kind = ACT_AGENT, .who = who, .name = item, .value = program });
}

void act_read(struct host *h, int64_t ns, const struct proc *who, const char *path)
{
	put(h, (struct act){ .ns = ns, .kind = ACT_READ, .who = who, .name = path });
}

void act_access(struct host *h, int64_t ns, const struct proc *who, const struct proc *other,
		const char *rights)
{
	put(h, (struct act){
		       .ns = ns, .kind = ACT_ACCESS, .who = who, .other = other, .value = rights });
}

void act_logon(struct host *h, int64_t ns, bool user, const char *type)
{
	put(h,
	    (struct act){
		    .ns = ns, .kind = ACT_LOGON, .name = user ? NULL : "SYSTEM", .value = type });
}

void act_package(struct host *h, int64_t ns, const struct proc *who, const struct product *p,
		 unsigned release, const char *before, const char *file, const char *command)
{
	put(h, (struct act){ .ns = ns,
			     .kind = ACT_PACKAGE,
			     .who = who,
			     .name = file,
			     .value = before,
			     .extra = command,
			     .file = image_part(h, p, release, PART_PROGRAM) });
}

void act_detect(struct host *h, int64_t ns, const struct proc *who, const struct image *file,
		const char *threat, const char *action)
{
	put(h, (struct act){ .ns = ns,
			     .kind = ACT_DETECT,
			     .who = who,
			     .name = file->path,
			     .value = threat,
			     .extra = action,
			     .file = file });
}

void act_boot(struct host *h, int64_t ns)
{
	put(h, (struct act){ .ns = ns, .kind = ACT_BOOT });
}

void act_signatures(struct host *h, int64_t ns, const char *version)
{
	put(h,
	    (struct act){ .ns = ns, .kind = ACT_LOGGING, .name = "signatures", .value = version });
}
