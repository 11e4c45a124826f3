/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A Linux machine as UAC brings it: uac-HOST-linux-TIME/[root]/.. with the package manager's logs and list
 * (dpkg.log(5), deb-control(5)), wtmp (utmp(5)), the shell's history with its times, and what the machine
 * calls itself.
 */
#include "base/when.h"
#include "rehearse/act.h"
#include "rehearse/forms/collected.h"

#include <inttypes.h>
#include <string.h>

struct tree {
	struct collected c;
	const struct rehearse_sink *sink;
	const char *root;
	bool ok;
};

static void put(struct tree *t, const char *path, struct buf *b)
{
	t->ok = t->ok && form_put(t->c.h, t->sink, host_text(t->c.h, "%s/%s", t->root, path), b);
	buf_done(b);
}

static void put_names(struct tree *t)
{
	struct host *h = t->c.h;
	struct buf name = { 0 }, release = { 0 }, id = { 0 };
	char sha[65];

	buf_printf(&name, "%s\n", h->full);
	buf_put_str(&release, "PRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\nNAME=\"Debian GNU/Linux\"\n"
			      "VERSION_ID=\"12\"\nVERSION=\"12 (bookworm)\"\nVERSION_CODENAME=bookworm\nID=debian\n");
	content_sha256(h->x, host_text(h, "machine %u", (unsigned)form_machine(h, h->x->end)), sha);
	buf_printf(&id, "%.32s\n", sha);
	put(t, "etc/hostname", &name);
	put(t, "etc/os-release", &release);
	put(t, "etc/machine-id", &id);
}

static void status_of(struct buf *b, const char *name, const char *version, const char *maintainer)
{
	buf_printf(b,
		   "Package: %s\nStatus: install ok installed\nPriority: optional\nSection: misc\n"
		   "Installed-Size: 20480\nMaintainer: %s\nArchitecture: amd64\nVersion: %s\n"
		   "Description: %s\n\n",
		   name, maintainer, version, name);
}

static void put_packages(struct tree *t)
{
	static const char *const base[][2] = { { "bash", "5.2.15-2+b2" },	{ "coreutils", "9.1-1" },
					       { "dpkg", "1.21.22" },		{ "libc6", "2.36-9+deb12u4" },
					       { "openssh-server", "1:9.2p1-2+deb12u2" }, { "vim", "2:9.0.1378-2" } };
	struct host *h = t->c.h;
	struct buf status = { 0 }, dpkg = { 0 }, apt = { 0 };

	for (size_t i = 0; i < sizeof(base) / sizeof(*base); i++)
		status_of(&status, base[i][0], base[i][1], "Debian <packages@debian.example>");
	for (size_t i = 0; i < t->c.release_count; i++) {
		const struct collected_release *r = &t->c.releases[i];

		status_of(&status, file_tail(r->parts[PART_PROGRAM]->path), r->product->versions[r->release],
			  host_text(h, "%s <packages@%s>", r->product->vendor, r->product->domain));
	}
	for (size_t n = 0; n < h->act_count; n++)
		if (h->acts[n].kind == ACT_PACKAGE && h->acts[n].ns >= t->c.from)
			form_dpkg(h, &h->acts[n], &dpkg, &apt);
	put(t, "var/lib/dpkg/status", &status);
	put(t, "var/log/dpkg.log", &dpkg);
	put(t, "var/log/apt/history.log", &apt);
}

/* One record of struct utmp, 384 bytes. */
static void login(struct buf *b, unsigned type, uint32_t pid, const char *line, const char *user, const char *from,
		  int64_t ns)
{
	size_t at = b->n;

	buf_reserve(b, 384);
	memset(b->p + at, 0, 384);
	b->n += 4;
	b->p[at] = (uint8_t)type;
	buf_put_le32(b, pid);
	memcpy(b->p + at + 8, line, strlen(line));
	memcpy(b->p + at + 44, user, strlen(user));
	memcpy(b->p + at + 76, from, strlen(from));
	b->n = at + 340;
	buf_put_le32(b, (uint32_t)(ns / SECOND));
	buf_put_le32(b, (uint32_t)(ns % SECOND / 1000));
	b->n = at + 384;
}

static void put_logins(struct tree *t)
{
	struct host *h = t->c.h;
	struct buf b = { 0 };

	for (size_t n = 0; n < h->act_count; n++)
		if (h->acts[n].kind == ACT_BOOT && h->acts[n].ns >= t->c.from)
			login(&b, 2, 0, "~", "reboot", "6.1.0-18-amd64", form_time(h, h->acts[n].ns));
	for (size_t i = 0; i < h->session_count; i++) {
		const struct session *s = &h->sessions[i];
		uint32_t pid = s->shell->pid;

		if (s->from < t->c.from || s->to >= h->x->end)
			continue;
		login(&b, 7, pid, "pts/0", h->user, h->address, form_time(h, s->from));
		login(&b, 8, pid, "pts/0", "", "", form_time(h, s->to));
	}
	put(t, "var/log/wtmp", &b);
}

/* What was typed: programs that a user's shell started. */
static void put_history(struct tree *t)
{
	struct host *h = t->c.h;
	struct buf b = { 0 };

	for (size_t n = 0; n < h->act_count; n++) {
		const struct act *a = &h->acts[n];

		if (a->kind != ACT_START || a->ns < t->c.from || a->who->system)
			continue;
		for (size_t i = 0; i < h->session_count; i++)
			if (h->sessions[i].shell == a->who->parent) {
				buf_printf(&b, "#%" PRId64 "\n%s\n", form_time(h, a->ns) / SECOND,
					   form_path(h, a->who->command));
				break;
			}
	}
	put(t, host_text(h, "home/%s/.bash_history", h->user), &b);
}

bool form_uac(struct host *h, const struct rehearse_sink *sink)
{
	struct tree t = { .sink = sink, .ok = true };
	char time[32];

	collected_init(&t.c, h);
	when_format((struct when){ .ns = t.c.end, .set = true }, time);
	t.root = host_text(h, "uac-%s-linux-%.4s%.2s%.2s%.2s%.2s%.2s/[root]", h->name, time, time + 5, time + 8,
			   time + 11, time + 14, time + 17);
	put_names(&t);
	put_packages(&t);
	put_logins(&t);
	put_history(&t);
	collected_done(&t.c);
	return t.ok;
}
