/* SPDX-License-Identifier: Apache-2.0 */
#include "base/buf.h"
#include "report/trace.h"

static void optional(struct buf *out, const char *key, struct slice s)
{
	buf_json_text(out, key, s.n ? s : slice_of(NULL, 0));
}

static void put_time(struct buf *out, const char *key, struct when t)
{
	buf_json_key(out, key);
	buf_put_when(out, t);
}

void report_pointer(struct buf *out, const char *key, const struct told_pointer *at, report_file_fn *file, void *ctx)
{
	struct slice path = { NULL, 0 }, inner = { NULL, 0 };

	buf_json_key(out, key);
	if (!at->set || !file(ctx, at->source, &path, &inner)) {
		buf_put_str(out, "null");
		return;
	}
	buf_put_byte(out, '{');
	buf_json_text(out, "file", path);
	buf_json_text(out, "inner", inner);
	buf_json_u64(out, "record", at->record);
	buf_json_u64(out, "offset", at->offset);
	buf_put_byte(out, '}');
}

static void put_bool(struct buf *out, const char *key, bool v)
{
	buf_json_key(out, key);
	buf_put_str(out, v ? "true" : "false");
}

static void put_entity(struct buf *out, const char *name, const char *kind, const char *pid, const struct told_entity *e)
{
	buf_json_text(out, name, e->name);
	buf_json_text(out, kind, slice_str(entity_kind_text(e->kind)));
	if (e->pid)
		buf_json_u64(out, pid, e->pid);
}

static void put_surprise(struct buf *out, const struct surprise *s)
{
	buf_json_key(out, "score");
	if (!s->known) {
		buf_put_str(out, "null");
		return;
	}
	buf_printf(out, "%.2f", s->bits);
	buf_json_key(out, "novelty");
	buf_put_byte(out, '{');
	put_bool(out, "never_by_earlier_versions", s->never_earlier);
	put_bool(out, "never_on_peers", s->never_peers);
	put_bool(out, "first_on_host", s->first_here);
	buf_json_u64(out, "earlier_versions", s->versions);
	buf_json_u64(out, "peers", s->peers);
	buf_json_u64(out, "peers_doing", s->doing);
	buf_put_byte(out, '}');
}

void report_hops(struct buf *out, const struct told_hop *hops, size_t n, report_file_fn *file, void *ctx)
{
	buf_put_byte(out, '[');
	for (size_t i = 0; i < n; i++) {
		const struct told_hop *h = &hops[i];

		buf_put_str(out, i ? ",{" : "{");
		put_entity(out, "from", "from_kind", "from_pid", &h->from);
		buf_json_text(out, "op", slice_str(h->op));
		put_entity(out, "to", "to_kind", "to_pid", &h->to);
		if (h->host.n)
			buf_json_text(out, "host", h->host);
		put_time(out, "time", h->time);
		report_pointer(out, "pointer", &h->at, file, ctx);
		put_surprise(out, &h->surprise);
		optional(out, "why", slice_str(h->why));
		buf_put_byte(out, '}');
	}
	buf_put_byte(out, ']');
}

/* The SHA-256 among "hash file" lines; n 0 where it is another hash. */
static struct slice sha256_of(struct slice content)
{
	struct slice rest, hash = slice_cut(content, ' ', &rest);

	return hash.n == 64 ? hash : slice_of(NULL, 0);
}

static void put_contents(struct buf *out, const struct report_origin *r)
{
	const struct told_origin *o = r->origin;

	buf_json_key(out, "sha256");
	buf_put_byte(out, '[');
	if (o->sha256.n)
		buf_put_json(out, o->sha256);
	for (size_t i = 0; i < r->content_count; i++) {
		struct slice hash = sha256_of(r->contents[i]);

		if (!hash.n || slice_eq(hash, o->sha256))
			continue;
		buf_json_comma(out);
		buf_put_json(out, hash);
	}
	buf_put_byte(out, ']');
}

static void put_release(struct buf *out, const struct report_origin *r)
{
	const struct told_origin *o = r->origin;

	buf_json_key(out, "release");
	buf_put_byte(out, '{');
	optional(out, "product", o->name);
	optional(out, "version", o->version);
	optional(out, "os", slice_str(o->os));
	optional(out, "signer", o->signer);
	put_contents(out, r);
	if (o->ecosystem.n)
		buf_json_text(out, "ecosystem", o->ecosystem);
	buf_put_byte(out, '}');
}

static void put_download(struct buf *out, const struct report_origin *r)
{
	const struct told_origin *o = r->origin;

	buf_json_key(out, "download");
	buf_put_byte(out, '{');
	optional(out, "url", o->url);
	optional(out, "referrer", o->referrer);
	optional(out, "path", o->downloaded.n ? o->downloaded : o->path);
	/* What was installed is another file than what was fetched. */
	optional(out, "sha256", o->downloaded.n ? o->downloaded_sha256 : o->sha256);
	optional(out, "host", r->host);
	put_time(out, "time", o->downloaded_time.set ? o->downloaded_time : o->time);
	report_pointer(out, "pointer", &o->mark, r->file, r->ctx);
	buf_put_byte(out, '}');
}

void report_origin(struct buf *out, const struct report_origin *r)
{
	const struct told_origin *o = r->origin;

	buf_json_text(out, "kind", slice_str(origin_kind_text(o->kind)));
	if (o->kind == ORIGIN_RELEASE || o->kind == ORIGIN_PACKAGE)
		put_release(out, r);
	if (o->url.n || o->kind == ORIGIN_DOWNLOAD)
		put_download(out, r);
	optional(out, r->path ? r->path : "path", o->path);
	optional(out, "sha256", o->sha256);
	if (o->remote.n)
		buf_json_text(out, "remote", o->remote);
	optional(out, "delivered_by", o->delivered_by);
	optional(out, "host", r->host);
	put_time(out, "time", o->time);
	if (o->gap)
		buf_json_text(out, "gap", slice_str(o->gap));
}

/* An object of its own. */
static void put_origin(struct buf *out, const struct report_trace *r, const struct told_origin *o, struct slice host)
{
	buf_put_byte(out, '{');
	report_origin(out, &(struct report_origin){ .origin = o, .host = host, .file = r->file, .ctx = r->ctx });
	buf_put_byte(out, '}');
}

static void put_alert(struct buf *out, const struct report_trace *r)
{
	const struct report_alert *a = r->alert;

	buf_json_key(out, "alert");
	buf_put_byte(out, '{');
	optional(out, "id", a->id);
	optional(out, "title", a->title);
	optional(out, "level", a->level);
	optional(out, "detector", a->detector);
	optional(out, "host", a->host);
	optional(out, "time", a->time);
	if (a->entity.n)
		buf_json_text(out, "entity", a->entity);
	report_pointer(out, "pointer", &a->at, r->file, r->ctx);
	buf_put_byte(out, '}');
}

void report_trace_json(struct buf *out, const struct report_trace *r)
{
	const struct told *t = r->told;

	buf_put_byte(out, '{');
	buf_json_text(out, "schema", slice_str("upriver.trace/1"));
	buf_json_text(out, "direction", slice_str(r->forward ? "forward" : "back"));
	put_alert(out, r);
	buf_json_key(out, "hops");
	report_hops(out, t->hops, t->hop_count, r->file, r->ctx);
	buf_json_key(out, "origin");
	if (r->forward)
		buf_put_str(out, "null");
	else
		put_origin(out, r, &t->origin, t->origin.host.n ? t->origin.host : r->alert->host);
	buf_json_key(out, "others");
	buf_put_byte(out, '[');
	for (size_t i = 0; i < t->other_count; i++) {
		buf_json_comma(out);
		put_origin(out, r, &t->others[i], r->alert->host);
	}
	buf_put_byte(out, ']');
	buf_json_u64(out, "visited", t->visited);
	put_bool(out, "budget_spent", t->budget_spent);
	buf_put_str(out, "}\n");
}
