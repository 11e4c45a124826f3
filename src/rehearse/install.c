/* SPDX-License-Identifier: Apache-2.0 */
#include "rehearse/install.h"

#include "rehearse/desk.h"

/* One installation: what it needs at hand. */
struct job {
	struct host *h;
	const struct session *s;
	const struct product *p;
	unsigned release;
	const char *version, *before; /* before NULL: it is new */
	int64_t at;
};

const char *update_url(struct exercise *x, enum os os, const struct product *p, unsigned release)
{
	static const char *const systems[] = { "win", "mac", "linux" };

	return exercise_text(x, "https://%s/%s/%s", p->update_host, systems[os],
			     p->versions[release]);
}

void install_before(struct host *h, const struct product *p, unsigned release)
{
	if (h->owned_count < HOST_OWNED)
		h->owned[h->owned_count++] = (struct owned){ p, release, h->x->start, 0 };
}

void install_later(struct host *h, int64_t at, const struct product *p, unsigned release,
		   enum way way)
{
	if (h->change_count < HOST_OWNED)
		h->changes[h->change_count++] = (struct change){ at, p, release, way, true };
}

static struct owned *owned_now(struct host *h, const struct product *p)
{
	for (size_t n = h->owned_count; n-- > 0;)
		if (h->owned[n].product == p && !h->owned[n].until)
			return &h->owned[n];
	return NULL;
}

bool install_has(const struct host *h, const struct product *p, unsigned *ret_release)
{
	for (size_t n = h->owned_count; n-- > 0;)
		if (h->owned[n].product == p && !h->owned[n].until) {
			*ret_release = h->owned[n].release;
			return true;
		}
	return false;
}

static const struct image *package_at(const struct job *j, const char *path)
{
	return image_new(j->h, (struct image){ .path = path,
					       .product = j->p->name,
					       .company = j->p->vendor,
					       .version = j->version,
					       .signer = j->p->vendor,
					       .content = host_text(j->h, "package %s %s",
								    j->p->name, j->version) });
}

/* The files lie there 30 s after it was offered. */
static void files(const struct job *j, const struct proc *writer)
{
	act_write(j->h, j->at + 22 * SECOND, writer,
		  image_part(j->h, j->p, j->release, PART_PROGRAM));
	act_write(j->h, j->at + 30 * SECOND, writer,
		  image_part(j->h, j->p, j->release, PART_LIBRARY));
}

static const struct proc *updater(const struct job *j)
{
	const struct proc *app = desk_process(j->h, j->p, j->at);
	unsigned now = j->release;
	const struct image *image;
	const struct proc *run;

	install_has(j->h, j->p, &now);
	image = image_part(j->h, j->p, now, PART_UPDATER);
	run = act_start(j->h, j->at, image,
			host_text(j->h, "\"%s\" --update %s", image->path,
				  update_url(j->h->x, j->h->os, j->p, j->release)),
			app			       ? app
			: j->p->place == PLACE_SERVICE ? j->s->services
						       : j->s->shell);
	act_talk(j->h, j->at + 2 * SECOND, run, j->p->update_host);
	return run;
}

/* ---- Windows ---- */

static void msi(const struct job *j, const char *path, const struct proc *parent, const char *how)
{
	const char *command =
		host_text(j->h, "\"C:\\Windows\\System32\\msiexec.exe\" /i \"%s\"%s", path, how);
	const struct proc *client = act_start(j->h, j->at + 12 * SECOND,
					      image_system(j->h, "msiexec.exe"), command, parent);

	files(j, j->s->installer);
	act_package(j->h, j->at + 31 * SECOND, client, j->p, j->release, j->before, path, command);
}

static void by_updater(const struct job *j)
{
	const struct proc *run = updater(j);
	const char *path;

	if (j->p->place != PLACE_USER) {
		path = host_text(j->h, "C:\\ProgramData\\%s\\Updates\\%s-%s.msi", j->p->slug,
				 j->p->slug, j->version);
		act_write(j->h, j->at + 8 * SECOND, run, package_at(j, path));
		msi(j, path, run, " /qn");
		return;
	}
	path = host_text(j->h, "~\\AppData\\Local\\Programs\\%s\\packages\\%s-%s-full.nupkg",
			 j->p->slug, j->p->slug, j->version);
	act_write(j->h, j->at + 8 * SECOND, run, package_at(j, path));
	files(j, run);
	act_registry(j->h, j->at + 31 * SECOND, run,
		     host_text(j->h,
			       "HKU\\S-1-5-21-1111111111-2222222222-3333333333-%"
			       "u\\Software\\Microsoft\\Windows\\"
			       "CurrentVersion\\Uninstall\\%s\\DisplayVersion",
			       1101 + (unsigned)j->h->index, j->p->slug),
		     j->version);
}

static void by_download(const struct job *j)
{
	const char *ending = j->h->os == OS_MACOS ? "pkg" : "msi";
	const char *path = host_text(
		j->h, j->h->os == OS_MACOS ? "~/Downloads/%s-%s.%s" : "~\\Downloads\\%s-%s.%s",
		j->p->slug, j->version, ending);

	act_talk(j->h, j->at, j->s->browser, host_text(j->h, "www.%s", j->p->domain));
	act_write(j->h, j->at + 8 * SECOND, j->s->browser, package_at(j, path));
	act_mark(j->h, j->at + 9 * SECOND, j->s->browser, path,
		 host_text(j->h, "https://www.%s/download/%s", j->p->domain, file_tail(path)),
		 host_text(j->h, "https://www.%s/download", j->p->domain));
	msi(j, path, j->s->shell, "");
}

static void by_agent(const struct job *j)
{
	const char *path = host_text(j->h, "C:\\Windows\\ccmcache\\%c\\%s-%s.msi",
				     "abcdefgh"[j->h->index % 8], j -> p -> slug, j -> version);

	act_talk(j->h, j->at, j->s->agent, "mgmt.corp.example");
	act_write(j->h, j->at + 8 * SECOND, j->s->agent, package_at(j, path));
	msi(j, path, j->s->agent, " /qn /norestart");
}

static void removed(const struct job *j)
{
	struct host *h = j->h;
	const struct proc *run = j->s->installer;

	if (h->os == OS_WINDOWS && j->p->place == PLACE_USER) {
		const struct image *image = image_part(h, j->p, j->release, PART_UPDATER);

		run = act_start(h, j->at, image, host_text(h, "\"%s\" --uninstall", image->path),
				j->s->shell);
	} else if (h->os == OS_WINDOWS) {
		act_start(h, j->at, image_system(h, "msiexec.exe"), "msiexec.exe /x /qb",
			  j->s->shell);
	}
	act_delete(h, j->at + 5 * SECOND, run, image_part(h, j->p, j->release, PART_PROGRAM)->path);
	act_delete(h, j->at + 6 * SECOND, run, image_part(h, j->p, j->release, PART_LIBRARY)->path);
}

/* ---- the others ---- */

static void on_macos(const struct job *j, enum way way)
{
	struct host *h = j->h;
	const struct proc *client = j->s->browser, *installd;
	const char *path = host_text(
		h, way == BY_UPDATER ? "~/Library/Caches/%s/%s-%s.pkg" : "~/Downloads/%s%s-%s.pkg",
		way == BY_UPDATER ? j->p->slug : "", j->p->slug, j->version);

	if (way == BY_UPDATER)
		client = updater(j);
	else
		act_talk(h, j->at, client, host_text(h, "www.%s", j->p->domain));
	act_write(h, j->at + 8 * SECOND, client, package_at(j, path));
	act_start(h, j->at + 12 * SECOND, image_system(h, "/usr/sbin/installer"),
		  host_text(h, "/usr/sbin/installer -pkg %s -target /", path), client);
	installd = act_start(h, j->at + 13 * SECOND,
			     image_system(h, "/System/Library/PrivateFrameworks/"
					     "PackageKit.framework/Resources/installd"),
			     "installd", j->s->root);
	files(j, installd);
	act_package(h, j->at + 31 * SECOND, installd, j->p, j->release, j->before, path,
		    "installer");
}

static void on_linux(const struct job *j)
{
	struct host *h = j->h;
	const char *slug = file_tail(image_part(h, j->p, j->release, PART_PROGRAM)->path);
	const char *deb = host_text(h, "/var/cache/apt/archives/%s_%s_amd64.deb", slug, j->version);
	const char *command = host_text(h, "apt-get install -y %s", slug);
	const struct proc *apt =
		act_start(h, j->at, image_system(h, "/usr/bin/apt-get"), command, j->s->svchost);
	const struct proc *dpkg;

	act_talk(h, j->at + 2 * SECOND, apt, host_text(h, "deb.%s", j->p->domain));
	act_write(h, j->at + 8 * SECOND, apt, package_at(j, deb));
	dpkg = act_start(h, j->at + 14 * SECOND, image_system(h, "/usr/bin/dpkg"),
			 host_text(h, "/usr/bin/dpkg --unpack %s", deb), apt);
	files(j, dpkg);
	act_package(h, j->at + 31 * SECOND, dpkg, j->p, j->release, j->before, deb, command);
	act_start(h, j->at + 33 * SECOND, image_system(h, "/usr/bin/dash"),
		  host_text(h, "/bin/sh /var/lib/dpkg/info/%s.postinst configure %s", slug,
			    j->version),
		  dpkg);
}

static void come(const struct job *j, enum way way)
{
	if (j->h->os == OS_MACOS)
		on_macos(j, way);
	else if (j->h->os == OS_LINUX)
		on_linux(j);
	else if (way == BY_UPDATER)
		by_updater(j);
	else if (way == BY_AGENT && j->s->agent)
		by_agent(j);
	else
		by_download(j);
}

void install(struct host *h, const struct change *c)
{
	struct owned *now = owned_now(h, c->product);
	struct job j = { h,
			 desk_at(h, c->at),
			 c->product,
			 c->release,
			 c->product->versions[c->release],
			 now ? now->product->versions[now->release] : NULL,
			 c->at };

	if (c->way == BY_REMOVAL)
		removed(&j);
	else
		come(&j, c->way);
	if (now)
		now->until = c->at;
	if (c->way == BY_REMOVAL || h->owned_count >= HOST_OWNED)
		return;
	/* What a scanner puts away at once does not run later either. */
	h->owned[h->owned_count++] =
		(struct owned){ c->product, c->release, c->at, c->runs ? 0 : c->at };
	if (c->runs)
		desk_run(h, c->at + 44 * SECOND, c->product, c->release,
			 c->product->place == PLACE_SERVICE ? j.s->services : j.s->shell);
}
