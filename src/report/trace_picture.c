/* SPDX-License-Identifier: Apache-2.0 */
/* The trace as a picture: DOT for Graphviz, and SVG by itself (one column of boxes, the origin on top). */
#include "base/buf.h"
#include "base/map.h"
#include "base/utf.h"
#include "graph/path.h"
#include "report/trace.h"

#define BOX_WIDTH 560u
#define BOX_HEIGHT 46u
#define STEP 96u
#define LEFT 20u

static void put_quoted(struct buf *out, struct slice s)
{
	buf_put_byte(out, '"');
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '"' || s.p[i] == '\\')
			buf_put_byte(out, '\\');
		buf_put_byte(out, s.p[i] < ' ' ? ' ' : s.p[i]);
	}
	buf_put_byte(out, '"');
}

static struct slice origin_text(const struct told_origin *o, struct buf *room)
{
	buf_clear(room);
	origin_line(room, o);
	return buf_slice(room);
}

static void put_node(struct buf *out, const char *id, size_t number, struct slice label, const char *style)
{
	buf_printf(out, "  %s%zu [%slabel=", id, number, style);
	put_quoted(out, label);
	buf_put_str(out, "];\n");
}

static void put_arc(struct buf *out, size_t from, size_t to, const char *op)
{
	buf_printf(out, "  n%zu -> n%zu [label=", from, to);
	put_quoted(out, slice_str(op));
	buf_put_str(out, "];\n");
}

/* Back: one chain, each hop's cause its own node. */
static void dot_back(struct buf *out, const struct told *t)
{
	struct buf room = { 0 };

	put_node(out, "origin", 0, origin_text(&t->origin, &room), "style=bold, ");
	if (t->hop_count)
		put_node(out, "n", 0, t->hops[0].to.name, "");
	for (size_t i = 0; i < t->hop_count; i++)
		put_node(out, "n", i + 1, t->hops[i].from.name, "");
	for (size_t i = 0; i < t->hop_count; i++)
		put_arc(out, i + 1, i, t->hops[i].op);
	if (t->hop_count)
		buf_printf(out, "  origin0 -> n%zu [style=dashed];\n", t->hop_count);
	buf_done(&room);
}

/* Forward: an entity is one node, by its kind, name and pid. */
static size_t node_of(struct buf *out, struct map *nodes, const struct told_entity *e)
{
	struct buf key = { 0 };
	size_t before = nodes->n;
	uint32_t at;

	buf_printf(&key, "%s %u ", entity_kind_text(e->kind), e->pid);
	buf_put(&key, e->name);
	at = map_intern(nodes, buf_slice(&key));
	buf_done(&key);
	if (nodes->n > before)
		put_node(out, "n", at, e->name, "");
	return at;
}

static void dot_forward(struct buf *out, const struct told *t)
{
	struct map nodes;

	map_init(&nodes);
	for (size_t i = 0; i < t->hop_count; i++) {
		size_t from = node_of(out, &nodes, &t->hops[i].from), to = node_of(out, &nodes, &t->hops[i].to);

		put_arc(out, from, to, t->hops[i].op);
	}
	map_done(&nodes);
}

void report_trace_dot(struct buf *out, const struct report_trace *r)
{
	buf_put_str(out, "digraph trace {\n  rankdir=TB;\n  node [shape=box, fontname=\"sans-serif\"];\n");
	r->forward ? dot_forward(out, r->told) : dot_back(out, r->told);
	buf_put_str(out, "}\n");
}

/* XML text: what is not allowed in it becomes a space. */
static void put_xml(struct buf *out, struct slice s, size_t most)
{
	size_t at = 0, n = 0;

	while (at < s.n && n++ < most) {
		size_t from = at;
		uint32_t c = utf8_next(s, &at);

		if (c == '<')
			buf_put_str(out, "&lt;");
		else if (c == '&')
			buf_put_str(out, "&amp;");
		else if (c == '"')
			buf_put_str(out, "&quot;");
		else if (c < ' ' || c == 0xfffd || c == 0xfffe || c == 0xffff)
			buf_put_byte(out, ' ');
		else
			buf_put(out, slice_of(s.p + from, at - from));
	}
	if (at < s.n)
		buf_put_str(out, "\xe2\x80\xa6");
}

static void put_box(struct buf *out, unsigned y, const char *style, struct slice first, struct slice second)
{
	buf_printf(out, "<rect x=\"%u\" y=\"%u\" width=\"%u\" height=\"%u\" rx=\"6\" class=\"%s\"/>\n", LEFT, y,
		   BOX_WIDTH, BOX_HEIGHT, style);
	buf_printf(out, "<text x=\"%u\" y=\"%u\" class=\"n\">", LEFT + 12, y + 19);
	put_xml(out, first, 62);
	buf_printf(out, "</text>\n<text x=\"%u\" y=\"%u\" class=\"s\">", LEFT + 12, y + 36);
	put_xml(out, second, 84);
	buf_put_str(out, "</text>\n");
}

static void put_arrow(struct buf *out, unsigned y, const char *op, const char *why, struct when t)
{
	char time[32];
	size_t n = t.set ? when_format(t, time) : 0;
	unsigned x = LEFT + 40;

	buf_printf(out, "<path d=\"M%u %u V%u\" class=\"a\" marker-end=\"url(#h)\"/>\n", x, y, y + STEP - BOX_HEIGHT - 3);
	buf_printf(out, "<text x=\"%u\" y=\"%u\" class=\"o\">", x + 12, y + 20);
	put_xml(out, slice_str(op), 40);
	buf_printf(out, "</text>\n<text x=\"%u\" y=\"%u\" class=\"s\">", x + 12, y + 36);
	put_xml(out, slice_of(time, n < 19 ? n : 19), 40);
	buf_put_str(out, n && why ? " \xc2\xb7 " : "");
	put_xml(out, slice_str(why), 72);
	buf_put_str(out, "</text>\n");
}

/* Entities from the origin down to what the alert saw. */
void report_trace_svg(struct buf *out, const struct report_trace *r)
{
	const struct told *t = r->told;
	struct buf room = { 0 };
	size_t n = t->hop_count;
	unsigned y = 16, height = (unsigned)(r->forward ? 2 * n + 1 : n + 1) * STEP + 16;

	buf_printf(out,
		   "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%u\" height=\"%u\" viewBox=\"0 0 %u %u\" role=\"img\">\n"
		   "<style>text{font-family:system-ui,sans-serif;fill:#1b2733}.n{font-size:14px;font-weight:600}"
		   ".s{font-size:11px;fill:#55626e}.o{font-size:12px;font-weight:600;fill:#1f5f8b}"
		   ".b{fill:#f3f6f9;stroke:#9aa9b7}.g{fill:#fff4f4;stroke:#b5443c;stroke-width:2}"
		   ".r{fill:#eef7ee;stroke:#39763e;stroke-width:2}.a{stroke:#7d8b98;stroke-width:2;fill:none}</style>\n"
		   "<defs><marker id=\"h\" viewBox=\"0 0 8 8\" refX=\"7\" refY=\"4\" markerWidth=\"8\" markerHeight=\"8\" "
		   "orient=\"auto\"><path d=\"M0 0L8 4L0 8z\" fill=\"#7d8b98\"/></marker></defs>\n",
		   BOX_WIDTH + 2 * LEFT, height, BOX_WIDTH + 2 * LEFT, height);
	/* Forward: what each record says, from the first on. */
	for (size_t i = 0; i < n && r->forward; i++, y += STEP) {
		const struct told_hop *h = &t->hops[i];

		put_box(out, y, "b", path_tail(h->from.name), h->from.name);
		put_arrow(out, y + BOX_HEIGHT, h->op, (const char *)NULL, h->time);
		if (i + 1 == n || !slice_eq(t->hops[i + 1].from.name, h->to.name))
			put_box(out, y += STEP, "b", path_tail(h->to.name), h->to.name);
	}
	for (size_t i = n; i-- > 0 && !r->forward;) {
		const struct told_hop *h = &t->hops[i];
		struct slice first = i + 1 == n ? origin_text(&t->origin, &room) : path_tail(h->from.name);

		put_box(out, y, i + 1 == n ? (t->origin.kind == ORIGIN_GAP ? "g" : "r") : "b", first, h->from.name);
		put_arrow(out, y + BOX_HEIGHT, h->op, h->why, h->time);
		y += STEP;
		if (i == 0)
			put_box(out, y, "b", path_tail(h->to.name), h->to.name);
	}
	buf_put_str(out, "</svg>\n");
	buf_done(&room);
}
