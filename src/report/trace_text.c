/* SPDX-License-Identifier: Apache-2.0 */
/* The trace as a tree: each line is the cause of the one above it, and below stands the record. */
#include "base/buf.h"
#include "report/trace.h"

#define WIDTH 78u
#define DEPTH_SHOWN 8u /* what is deeper stands below each other */

static size_t inset(size_t depth)
{
	return 2 * (depth < DEPTH_SHOWN ? depth : DEPTH_SHOWN);
}

static void spaces(struct buf *out, size_t n)
{
	while (n--)
		buf_put_byte(out, ' ');
}

static size_t room(size_t depth, size_t taken)
{
	size_t used = inset(depth) + taken;

	return used + 2 < WIDTH ? WIDTH - used : 2;
}

static size_t digits(uint64_t n)
{
	size_t d = 1;

	while (n /= 10)
		d++;
	return d;
}

/* Escaped, in width characters: the end of a path says more than its beginning. */
static void put_name(struct buf *out, struct slice s, size_t width)
{
	struct buf shown = { 0 };
	size_t n = 0, at;

	buf_put_terminal(&shown, s, 0);
	for (at = shown.n; at && n < width;)
		n += (shown.p[--at] & 0xc0) != 0x80;
	if (at) { /* one less, for the ellipsis */
		do
			at++;
		while (at < shown.n && (shown.p[at] & 0xc0) == 0x80);
		buf_put_str(out, "\xe2\x80\xa6");
	}
	buf_put(out, slice_from(buf_slice(&shown), at));
	buf_done(&shown);
}

static void put_entity(struct buf *out, const struct told_entity *e, size_t width)
{
	size_t taken = e->pid ? 7 + digits(e->pid) : 0;

	put_name(out, e->name, width > taken + 2 ? width - taken : 2);
	if (e->pid)
		buf_printf(out, " (pid %u)", e->pid);
}

/* Words in lines of their own below a hop. */
static void put_words(struct buf *out, struct slice s, size_t depth)
{
	size_t width = room(depth, 4), column = 0;

	spaces(out, inset(depth) + 4);
	while (s.p) {
		struct slice word = slice_cut(s, ' ', &s);

		if (column && column + 1 + word.n > width) {
			buf_put_byte(out, '\n');
			spaces(out, inset(depth) + 4);
			column = 0;
		} else if (column) {
			buf_put_byte(out, ' ');
			column++;
		}
		buf_put_terminal(out, word, width);
		column += word.n;
	}
	buf_put_byte(out, '\n');
}

static void put_pointer(struct buf *out, const struct told_pointer *at, const struct report_trace *r, size_t width)
{
	struct slice file, inner;
	size_t taken = strlen("record  of ") + digits(at->record);

	if (!at->set || !r->file(r->ctx, at->source, &file, &inner))
		return;
	buf_put_str(out, "record ");
	buf_put_u64(out, at->record);
	buf_put_str(out, " of ");
	put_name(out, inner.n ? inner : file, width > taken + 2 ? width - taken : 2);
}

static void put_surprise(struct buf *out, const struct surprise *s, size_t depth)
{
	struct buf words = { 0 };

	if (!s->known)
		return;
	buf_printf(&words, "surprise %.1f bits", s->bits);
	if (s->never_earlier)
		buf_printf(&words, "; never by %u earlier version%s", s->versions, s->versions == 1 ? "" : "s");
	if (s->peers > 1)
		buf_printf(&words, "; on %u of %u hosts with this program", s->doing, s->peers);
	if (s->first_here)
		buf_put_str(&words, "; first time on this host");
	put_words(out, buf_slice(&words), depth);
	buf_done(&words);
}

/* Forward: who did what to whom, a record each. */
static void put_step(struct buf *out, const struct report_trace *r, const struct told_hop *h)
{
	char time[32];
	size_t n = h->time.set ? when_format(h->time, time) : 0;

	put_entity(out, &h->from, WIDTH);
	buf_printf(out, "\n  -> %s ", h->op);
	put_entity(out, &h->to, room(0, strlen(h->op) + 6));
	buf_put_str(out, "\n     ");
	buf_put(out, slice_of(time, n));
	if (h->at.set) {
		buf_put_str(out, n ? "  " : "");
		put_pointer(out, &h->at, r, room(0, 7 + n));
	}
	buf_put_byte(out, '\n');
}

static void put_hop(struct buf *out, const struct report_trace *r, const struct told_hop *h, size_t depth)
{
	char time[32];
	size_t n = h->time.set ? when_format(h->time, time) : 0;

	spaces(out, inset(depth));
	buf_printf(out, "<- %s: ", h->op);
	put_entity(out, &h->from, room(depth, strlen(h->op) + 5 + (h->host.n ? h->host.n + 4 : 0)));
	if (h->host.n) {
		buf_put_str(out, " on ");
		buf_put_terminal(out, h->host, 40);
	}
	buf_put_byte(out, '\n');
	if (h->why)
		put_words(out, slice_str(h->why), depth);
	if (n || h->at.set) {
		spaces(out, inset(depth) + 4);
		buf_put(out, slice_of(time, n));
		if (h->at.set) {
			buf_put_str(out, n ? "  " : "");
			put_pointer(out, &h->at, r, room(depth, 4 + n + (n ? 2 : 0)));
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
		put_name(out, a->entity, WIDTH - 14);
	} else {
		buf_put_str(out, "Alert: ");
		buf_put_terminal(out, a->title, 48);
		buf_put_str(out, " (");
		buf_put_terminal(out, a->level, 20);
		buf_put_byte(out, ')');
	}
	buf_put_str(out, "\n  on ");
	buf_put_terminal(out, a->host.n ? a->host : slice_str("(no host named)"), 36);
	if (a->time.n) {
		buf_put_str(out, " at ");
		buf_put_terminal(out, a->time, 32);
	}
	if (a->detector.n && !slice_is(a->detector, "rule")) {
		buf_put_str(out, "\n  said by ");
		buf_put_terminal(out, a->detector, 60);
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
		r->forward ? put_step(out, r, &t->hops[i]) : put_hop(out, r, &t->hops[i], i);
	if (!r->forward)
		put_origin(out, r);
}
