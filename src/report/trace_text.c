/* SPDX-License-Identifier: Apache-2.0 */
/* The trace as a tree: each line is the cause of the one above it, and below stands the record. */
#include "base/buf.h"
#include "report/trace.h"

#define WIDTH 78u

static void indent(struct buf *out, size_t depth)
{
	for (size_t i = 0; i < depth && i < 16; i++)
		buf_put_str(out, "  ");
}

static size_t room(size_t depth, size_t taken)
{
	size_t used = 2 * (depth < 16 ? depth : 16) + taken;

	return used + 20 < WIDTH ? WIDTH - used : 20;
}

/* The end of a path says more than its beginning. */
static void put_name(struct buf *out, struct slice s, size_t width)
{
	if (s.n > width) {
		s = slice_from(s, s.n - (width - 1));
		while (s.n && (s.p[0] & 0xc0) == 0x80)
			s = slice_from(s, 1);
		buf_put_str(out, "\xe2\x80\xa6");
	}
	buf_put_terminal(out, s, 0);
}

static void put_entity(struct buf *out, const struct told_entity *e, size_t width)
{
	put_name(out, e->name, e->pid ? width - 12 : width);
	if (e->pid)
		buf_printf(out, " (pid %u)", e->pid);
}

static void put_when_short(struct buf *out, struct when t)
{
	char text[32];
	size_t n;

	if (!t.set)
		return;
	n = when_format(t, text);
	buf_put(out, slice_of(text, n));
}

static void put_pointer(struct buf *out, const struct told_pointer *at, const struct report_trace *r, size_t width)
{
	struct slice file, inner;

	if (!at->set || !r->file(r->ctx, at->source, &file, &inner))
		return;
	buf_put_str(out, "record ");
	buf_put_u64(out, at->record);
	buf_put_str(out, " of ");
	put_name(out, inner.n ? inner : file, width > 24 ? width - 24 : 20);
}

static void put_surprise(struct buf *out, const struct surprise *s, size_t depth)
{
	if (!s->known)
		return;
	indent(out, depth);
	buf_printf(out, "    surprise %.1f bits", s->bits);
	if (s->never_earlier)
		buf_printf(out, "; never by %u earlier version%s", s->versions, s->versions == 1 ? "" : "s");
	if (s->peers > 1)
		buf_printf(out, "; on %u of %u hosts with this program", s->doing, s->peers);
	if (s->first_here)
		buf_put_str(out, "; first time on this host");
	buf_put_byte(out, '\n');
}

static void put_hop(struct buf *out, const struct report_trace *r, const struct told_hop *h, size_t depth)
{
	indent(out, depth);
	buf_printf(out, "<- %s: ", h->op);
	put_entity(out, r->forward ? &h->to : &h->from, room(depth, strlen(h->op) + 5));
	buf_put_byte(out, '\n');
	if (h->why) {
		indent(out, depth);
		buf_put_str(out, "    ");
		buf_put_terminal(out, slice_str(h->why), room(depth, 4));
		buf_put_byte(out, '\n');
	}
	if (h->time.set || h->at.set) {
		indent(out, depth);
		buf_put_str(out, "    ");
		put_when_short(out, h->time);
		if (h->at.set) {
			buf_put_str(out, "  ");
			put_pointer(out, &h->at, r, room(depth, 30));
		}
		buf_put_byte(out, '\n');
	}
	put_surprise(out, &h->surprise, depth);
}

static void line(struct buf *out, const char *what, struct slice s)
{
	if (!s.n)
		return;
	buf_printf(out, "  %-14s", what);
	buf_put_terminal(out, s, 0);
	buf_put_byte(out, '\n');
}

static void put_origin(struct buf *out, const struct report_trace *r)
{
	const struct told_origin *o = &r->told->origin;

	buf_put_str(out, "\nOrigin: ");
	origin_line(out, o);
	buf_put_byte(out, '\n');
	line(out, "file", o->path);
	line(out, "sha256", o->sha256);
	line(out, "signer", o->signer);
	line(out, "fetched from", o->url);
	line(out, "referrer", o->referrer);
	line(out, "fetched as", o->downloaded);
	line(out, "delivered by", o->delivered_by);
	line(out, "not recorded", slice_str(o->gap));
	if (o->mark.set) {
		buf_put_str(out, "  shown by      ");
		put_pointer(out, &o->mark, r, 60);
		buf_put_byte(out, '\n');
	}
	for (size_t i = 0; i < r->told->other_count; i++) {
		buf_put_str(out, i ? "      or: " : "  less likely: ");
		origin_line(out, &r->told->others[i]);
		buf_put_byte(out, '\n');
	}
	if (r->told->budget_spent)
		buf_put_str(out, "  The walk's budget was spent before an end was found (--budget N gives more).\n");
}

static void put_head(struct buf *out, const struct report_trace *r)
{
	const struct report_alert *a = r->alert;

	if (a->entity.n) {
		buf_put_str(out, r->forward ? "What came of: " : "Traced back: ");
		buf_put_terminal(out, a->entity, 0);
	} else {
		buf_put_str(out, "Alert: ");
		buf_put_terminal(out, a->title, 60);
		buf_put_str(out, " (");
		buf_put_terminal(out, a->level, 20);
		buf_put_byte(out, ')');
	}
	buf_put_str(out, "\n  on ");
	buf_put_terminal(out, a->host.n ? a->host : slice_str("(no host named)"), 40);
	if (a->time.n) {
		buf_put_str(out, " at ");
		buf_put(out, a->time);
	}
	if (a->detector.n && !slice_is(a->detector, "rule")) {
		buf_put_str(out, ", said by ");
		buf_put_terminal(out, a->detector, 40);
	}
	buf_put_byte(out, '\n');
	if (a->at.set) {
		buf_put_str(out, "  ");
		put_pointer(out, &a->at, r, 76);
		buf_put_byte(out, '\n');
	}
	buf_put_byte(out, '\n');
}

void report_trace_text(struct buf *out, const struct report_trace *r)
{
	const struct told *t = r->told;

	put_head(out, r);
	if (t->hop_count && !r->forward) {
		put_entity(out, &t->hops[0].to, WIDTH);
		buf_put_byte(out, '\n');
	}
	for (size_t i = 0; i < t->hop_count; i++)
		put_hop(out, r, &t->hops[i], r->forward ? 0 : i);
	if (!r->forward)
		put_origin(out, r);
}
