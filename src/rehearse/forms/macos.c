/* SPDX-License-Identifier: Apache-2.0 */
/* macOS: Endpoint Security events as eslogger prints them (with the machine's name, as whoever
 * ships them adds it), and the installer's log. Neither sees names asked for or connections. */
#include "base/when.h"
#include "rehearse/act.h"
#include "rehearse/forms/forms.h"

#include <inttypes.h>
#include <stdio.h>

struct events {
	struct host *h;
	struct buf out, install;
	uint64_t number;
};

static void executable(struct events *l, const char *key, const char *path)
{
	buf_json_key(&l->out, key);
	buf_put_byte(&l->out, '{');
	form_json(&l->out, "path", form_path(l->h, path));
	buf_put_byte(&l->out, '}');
}

static void token(struct events *l, const char *key, const struct proc *p)
{
	buf_json_key(&l->out, key);
	buf_printf(&l->out, "{\"pid\":%u,\"pidversion\":%u,\"euid\":%u}", p ? (unsigned)p->pid : 1u,
		   p ? 1000 + (unsigned)p->serial : 1u, p && !p->system ? 501u : 0u);
}

static void process(struct events *l, const char *key, const struct proc *p)
{
	struct digests d;

	form_digests(l->h, p->image, &d);
	buf_json_key(&l->out, key);
	buf_put_byte(&l->out, '{');
	executable(l, "executable", p->image->path);
	token(l, "audit_token", p);
	token(l, "parent_audit_token", p->parent);
	buf_json_u64(&l->out, "ppid", p->parent ? p->parent->pid : 1);
	form_json(&l->out, "signing_id", p->image->signer ? p->image->signer : "");
	form_json(&l->out, "team_id", p->image->signer ? p->image->company : "");
	form_json(&l->out, "cdhash", d.sha1);
	buf_put_byte(&l->out, '}');
}

static void event(struct events *l, const struct act *a, const struct proc *who, int type)
{
	struct buf *b = &l->out;

	buf_put_str(b, "{\"schema_version\":1");
	form_json(b, "Computer", l->h->full);
	buf_json_key(b, "time");
	buf_put_when(b, (struct when){ .ns = form_time(l->h, a->ns), .digits = 9, .set = true });
	buf_printf(b, ",\"event_type\":%d,\"global_seq_num\":%" PRIu64, type, ++l->number);
	process(l, "process", who);
	buf_json_key(b, "event");
	buf_put_byte(b, '{');
}

static void on_start(struct events *l, const struct act *a)
{
	struct slice rest = slice_str(form_path(l->h, a->who->command));

	event(l, a, a->who->parent ? a->who->parent : a->who, 9);
	buf_json_key(&l->out, "exec");
	buf_put_byte(&l->out, '{');
	process(l, "target", a->who);
	buf_json_key(&l->out, "args");
	buf_put_byte(&l->out, '[');
	while (rest.p) {
		buf_json_comma(&l->out);
		buf_put_json(&l->out, slice_cut(rest, ' ', &rest));
	}
	buf_put_str(&l->out, "],\"cwd\":{\"path\":\"/\"}}}}\n");
}

static void on_write(struct events *l, const struct act *a)
{
	const char *path = form_path(l->h, a->name), *tail = file_tail(path);

	event(l, a, a->who, 13);
	buf_put_str(&l->out,
		    "\"create\":{\"destination_type\":1,\"destination\":{\"new_path\":{\"dir\":{");
	form_json(&l->out, "path", host_text(l->h, "%.*s", (int)(tail - path - 1), path));
	buf_put_str(&l->out, "}");
	form_json(&l->out, "filename", tail);
	buf_put_str(&l->out, "}}}}}\n");
}

static void one_path(struct events *l, const struct act *a, int type, const char *name,
		     const char *key, const char *path)
{
	event(l, a, a->who, type);
	buf_json_key(&l->out, name);
	buf_put_byte(&l->out, '{');
	executable(l, key, path);
	buf_put_str(&l->out, "}}}\n");
}

static void on_load(struct events *l, const struct act *a)
{
	one_path(l, a, 19, "mmap", "source", a->file->path);
}

static void on_read(struct events *l, const struct act *a)
{
	one_path(l, a, 10, "open", "file", a->name);
}

static void on_delete(struct events *l, const struct act *a)
{
	one_path(l, a, 32, "unlink", "target", a->name);
}

static void on_agent(struct events *l, const struct act *a)
{
	event(l, a, a->who, 124);
	buf_put_str(&l->out, "\"btm_launch_item_add\":{");
	process(l, "instigator", a->who);
	buf_put_str(&l->out, ",\"item\":{\"item_type\":3");
	form_json(&l->out, "item_url", form_path(l->h, a->name));
	buf_put_byte(&l->out, '}');
	form_json(&l->out, "executable_path", form_path(l->h, a->value));
	buf_put_str(&l->out, "}}}\n");
}

static void on_package(struct events *l, const struct act *a)
{
	char t[32];

	when_format((struct when){ .ns = form_time(l->h, a->ns), .set = true }, t);
	t[10] = ' ';
	t[19] = 0;
	buf_printf(&l->install, "%s+00 %s installd[%u]: PackageKit: ----- Begin install -----\n", t,
		   l->h->name, (unsigned)a->who->pid);
	buf_printf(&l->install, "%s+00 %s installd[%u]: PackageKit: Installed \"%s\" (%s)\n", t,
		   l->h->name, (unsigned)a->who->pid, a->file->product, a->file->version);
}

bool form_macos(struct host *h, const struct rehearse_sink *sink)
{
	static void (*const say[ACT_KINDS])(struct events *, const struct act *) = {
		[ACT_START] = on_start,	    [ACT_LOAD] = on_load, [ACT_WRITE] = on_write,
		[ACT_DELETE] = on_delete,   [ACT_READ] = on_read, [ACT_AGENT] = on_agent,
		[ACT_PACKAGE] = on_package,
	};
	struct events l = { .h = h };
	bool ok;

	for (size_t n = 0; n < h->act_count; n++)
		if (say[h->acts[n].kind] && form_sees(h, &h->acts[n]))
			say[h->acts[n].kind](&l, &h->acts[n]);
	ok = form_put(h, sink, host_text(h, "%s/eslogger.jsonl", h->full), &l.out) &&
	     form_put(h, sink, host_text(h, "%s/private/var/log/install.log", h->full), &l.install);
	buf_done(&l.out);
	buf_done(&l.install);
	return ok;
}
