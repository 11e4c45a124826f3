/* SPDX-License-Identifier: Apache-2.0 */
/* Linux: auditd's records of execve, openat, unlink and connect, dpkg.log and apt's history. */
#include "base/when.h"
#include "rehearse/act.h"
#include "rehearse/forms/forms.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

struct audit {
	struct host *h;
	struct buf out, dpkg, apt;
	uint64_t serial;
};

static void head(struct audit *l, const struct act *a, const char *type)
{
	int64_t ns = form_time(l->h, a->ns);

	buf_printf(&l->out, "node=%s type=%s msg=audit(%" PRId64 ".%03d:%" PRIu64 "): ", l->h->full,
		   type, ns / SECOND, (int)(ns % SECOND / 1000000), l->serial);
}

static void call(struct audit *l, const struct act *a, unsigned number, const char *name)
{
	const struct proc *p = a->who;
	const char *tail = file_tail(p->image->path);

	l->serial++;
	head(l, a, "SYSCALL");
	buf_printf(&l->out,
		   "arch=c000003e syscall=%u success=yes exit=0 a0=3 a1=7ffd items=2 ppid=%u "
		   "pid=%u auid=%s uid=%s "
		   "gid=%s euid=%s tty=(none) ses=3 comm=\"%.15s\" exe=\"%s\" subj=unconfined "
		   "key=\"%s\"\n",
		   number, p->parent ? (unsigned)p->parent->pid : 1u, (unsigned)p->pid,
		   p->system ? "4294967295" : "1000", p->system ? "0" : "1000",
		   p->system ? "0" : "1000", p->system ? "0" : "1000", tail,
		   form_path(l->h, p->image->path), name);
}

static void tail(struct audit *l, const struct act *a, const char *path, const char *kind)
{
	const struct proc *p = a->who;

	head(l, a, "CWD");
	buf_printf(&l->out, "cwd=\"%s\"\n",
		   p->folder   ? form_path(l->h, p->folder)
		   : p->system ? "/"
			       : form_path(l->h, "~"));
	if (path) {
		head(l, a, "PATH");
		buf_printf(&l->out,
			   "item=0 name=\"%s\" inode=%u dev=fd:00 mode=0100755 ouid=0 ogid=0 "
			   "rdev=00:00 nametype=%s\n",
			   form_path(l->h, path), 400 + (unsigned)a->order, kind);
	}
	head(l, a, "EOE");
	buf_put_byte(&l->out, '\n');
}

/* Words that hold blanks or quotes are written in hexadecimal, as the kernel does. */
static void word(struct buf *b, struct slice w, bool plain)
{
	if (plain) {
		buf_put_byte(b, '"');
		buf_put(b, w);
		buf_put_byte(b, '"');
		return;
	}
	for (size_t i = 0; i < w.n; i++)
		buf_printf(b, "%02X", w.p[i]);
}

/* "sh -c REST" and "osascript -e REST" take one word behind the switch. */
static unsigned words_of(const char *command, struct slice list[16])
{
	struct slice rest = slice_str(command);
	unsigned n = 0;

	while (rest.p && n < 15) {
		list[n++] = slice_cut(rest, ' ', &rest);
		if (rest.p && n == 2 && slice_is(list[1], "-c")) {
			list[n++] = rest;
			return n;
		}
	}
	if (rest.p)
		list[n++] = rest;
	return n;
}

static void on_start(struct audit *l, const struct act *a)
{
	struct slice list[16];
	unsigned n = words_of(form_path(l->h, a->who->command), list);

	call(l, a, 59, "exec");
	head(l, a, "EXECVE");
	buf_printf(&l->out, "argc=%u", n);
	for (unsigned i = 0; i < n; i++) {
		bool plain = slice_find(list[i], ' ') == list[i].n &&
			     slice_find(list[i], '"') == list[i].n;

		buf_printf(&l->out, " a%u=", i);
		word(&l->out, list[i], plain);
	}
	buf_put_byte(&l->out, '\n');
	tail(l, a, a->who->image->path, "NORMAL");
}

static void on_file(struct audit *l, const struct act *a)
{
	bool gone = a->kind == ACT_DELETE;

	call(l, a, gone ? 263 : 257, gone ? "unlink" : "write");
	tail(l, a, a->name, gone ? "DELETE" : a->kind == ACT_READ ? "NORMAL" : "CREATE");
}

static void on_connect(struct audit *l, const struct act *a)
{
	unsigned part[4] = { 0 };

	if (sscanf(a->value, "%u.%u.%u.%u", &part[0], &part[1], &part[2], &part[3]) != 4)
		return;
	call(l, a, 42, "net");
	head(l, a, "SOCKADDR");
	buf_printf(&l->out, "saddr=020001BB%02X%02X%02X%02X0000000000000000\n", part[0], part[1],
		   part[2], part[3]);
	tail(l, a, NULL, NULL);
}

/* Both logs are in local time without a zone; the machine's is UTC. */
void form_dpkg(struct host *h, const struct act *a, struct buf *dpkg, struct buf *apt)
{
	char t[32];
	const char *before = a->value ? a->value : "<none>", *version = a->file->version;
	const char *name = file_tail(a->file->path);

	when_format((struct when){ .ns = form_time(h, a->ns), .set = true }, t);
	t[10] = ' ';
	t[19] = 0;
	buf_printf(dpkg,
		   "%s startup archives unpack\n%s %s %s:amd64 %s %s\n%s status half-installed "
		   "%s:amd64 %s\n"
		   "%s status installed %s:amd64 %s\n",
		   t, t, a->value ? "upgrade" : "install", name, before, version, t, name, version,
		   t, name, version);
	buf_printf(apt,
		   "\nStart-Date: %.10s  %s\nCommandline: %s\n%s: %s:amd64 (%s%s%s)\nEnd-Date: "
		   "%.10s  %s\n",
		   t, t + 11, a->extra, a->value ? "Upgrade" : "Install", name,
		   a->value ? before : "", a->value ? ", " : "", version, t, t + 11);
}

static void on_package(struct audit *l, const struct act *a)
{
	form_dpkg(l->h, a, &l->dpkg, &l->apt);
}

bool form_audit(struct host *h, const struct rehearse_sink *sink)
{
	static void (*const say[ACT_KINDS])(struct audit *, const struct act *) = {
		[ACT_START] = on_start,	    [ACT_WRITE] = on_file,	[ACT_DELETE] = on_file,
		[ACT_CONNECT] = on_connect, [ACT_PACKAGE] = on_package, [ACT_READ] = on_file,
	};
	struct audit l = { .h = h, .serial = 1000 };
	struct buf name = { 0 };
	bool ok;

	for (size_t n = 0; n < h->act_count; n++)
		if (say[h->acts[n].kind] && form_sees(h, &h->acts[n]))
			say[h->acts[n].kind](&l, &h->acts[n]);
	/* The package manager's logs name no machine. */
	buf_printf(&name, "%s\n", h->full);
	ok = form_put(h, sink, host_text(h, "%s/etc/hostname", h->full), &name) &&
	     form_put(h, sink, host_text(h, "%s/var/log/audit/audit.log", h->full), &l.out) &&
	     form_put(h, sink, host_text(h, "%s/var/log/dpkg.log", h->full), &l.dpkg) &&
	     form_put(h, sink, host_text(h, "%s/var/log/apt/history.log", h->full), &l.apt);
	buf_done(&name);
	buf_done(&l.out);
	buf_done(&l.dpkg);
	buf_done(&l.apt);
	return ok;
}
