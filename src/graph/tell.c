/* SPDX-License-Identifier: Apache-2.0 */
#include "graph/tell.h"

#include "graph/path.h"

#define NAME_MAX_BYTES 512u

static struct slice keep(struct arena *a, struct slice s)
{
	return s.n ? arena_keep(a, slice_head(s, NAME_MAX_BYTES)) : slice_of(NULL, 0);
}

static struct when moment(int64_t ns)
{
	return (struct when){ .ns = ns, .set = ns >= -BLOCK_TIME_MAX && ns <= BLOCK_TIME_MAX && ns != 0, .digits = 3 };
}

static struct told_pointer pointer_of(const struct graph *g, uint32_t edge)
{
	if (edge == GRAPH_NONE)
		return (struct told_pointer){ 0 };
	struct graph_place p = graph_place(g, edge);

	return (struct told_pointer){ true, p.source, p.record, p.offset };
}

static struct told_entity entity(const struct graph *g, uint32_t node, struct slice text, struct arena *a)
{
	if (node == GRAPH_NONE)
		return (struct told_entity){ ENTITY_NONE, text.n ? keep(a, text) : slice_str("(not recorded)"), 0 };
	return (struct told_entity){ g->nodes[node].kind, keep(a, trace_name(g, node)), g->nodes[node].pid };
}

static void tell_origin(const struct graph *g, const struct trace_origin *o, struct arena *a,
			struct told_origin *ret)
{
	struct slice path = o->file == GRAPH_NONE ? slice_of(NULL, 0) : g->nodes[o->file].name;

	*ret = (struct told_origin){
		.kind = o->kind,
		.name = keep(a, o->name.n ? o->name : o->content.product),
		.version = keep(a, o->version.n ? o->version : o->content.version),
		.signer = keep(a, o->content.signer.n ? o->content.signer : o->content.company),
		.product = keep(a, o->content.product),
		.ecosystem = slice_str(o->ecosystem),
		.os = path_os(path),
		.sha256 = keep(a, o->content.sha256),
		.sha1 = keep(a, o->content.sha1),
		.md5 = keep(a, o->content.md5),
		.path = keep(a, path),
		.url = keep(a, o->url),
		.referrer = keep(a, o->referrer),
		.time = moment(o->ns),
		.mark = pointer_of(g, o->mark),
		.remote = keep(a, o->remote),
		.gap = o->gap,
		.not_yet = o->not_yet,
		.cost = o->cost,
	};
	if (o->channel != GRAPH_NONE)
		ret->delivered_by = keep(a, trace_name(g, o->channel));
	if (o->mark != GRAPH_NONE)
		ret->downloaded_time = moment(g->edges[o->mark].time_ns);
	if (o->downloaded != GRAPH_NONE) {
		struct content c;

		file_content_at(g, o->downloaded, o->mark == GRAPH_NONE ? o->ns : g->edges[o->mark].time_ns, &c);
		ret->downloaded = keep(a, g->nodes[o->downloaded].name);
		ret->downloaded_sha256 = keep(a, c.sha256);
	}
}

void edge_tell(const struct graph *g, uint32_t edge, struct arena *arena, struct told_hop *ret)
{
	const struct graph_edge *e = &g->edges[edge];

	*ret = (struct told_hop){ .from = entity(g, e->subject, slice_of(NULL, 0), arena),
				  .to = entity(g, e->object, slice_of(NULL, 0), arena),
				  .op = activity_text((enum activity_op)e->op),
				  .time = moment(e->time_ns),
				  .at = pointer_of(g, edge) };
}

void trace_tell(const struct graph *g, const struct trace *t, struct arena *arena, struct told *ret)
{
	*ret = (struct told){ .visited = t->visited, .budget_spent = t->budget_spent };
	ret->hops = arena_array(arena, t->hop_count + 1, sizeof(*ret->hops));
	for (size_t i = 0; i < t->hop_count; i++) {
		const struct trace_hop *h = &t->hops[i];

		ret->hops[ret->hop_count++] =
			(struct told_hop){ .from = entity(g, h->from, h->from_text, arena),
					   .to = entity(g, h->to, slice_of(NULL, 0), arena),
					   .op = h->op,
					   .why = h->why,
					   .time = moment(h->ns),
					   .at = pointer_of(g, h->edge),
					   .surprise = h->surprise };
	}
	tell_origin(g, &t->origin, arena, &ret->origin);
	for (size_t i = 0; i < t->other_count; i++)
		tell_origin(g, &t->others[i], arena, &ret->others[ret->other_count++]);
}

void origin_line(struct buf *out, const struct told_origin *o)
{
	struct slice what = o->kind == ORIGIN_DOWNLOAD ? o->url : o->kind == ORIGIN_REMOTE_HOST ? o->remote : o->name;

	buf_put_str(out, o->kind == ORIGIN_GAP	       ? "evidence ends here"
			 : o->kind == ORIGIN_REMOTE_HOST ? "another host"
			 : o->kind == ORIGIN_LOGON       ? "a session on the machine itself"
			 : o->kind == ORIGIN_REMOVABLE   ? "another drive"
							 : origin_kind_text(o->kind));
	if (o->kind == ORIGIN_DOWNLOAD && !what.n)
		what = o->downloaded;
	if (what.n) {
		buf_put_byte(out, ' ');
		buf_put_terminal(out, what, 200);
	}
	if (o->version.n && (o->kind == ORIGIN_RELEASE || o->kind == ORIGIN_PACKAGE)) {
		buf_put_byte(out, ' ');
		buf_put_terminal(out, o->version, 60);
	}
	if (o->kind == ORIGIN_GAP && o->path.n) {
		buf_put_str(out, ": ");
		buf_put_terminal(out, o->path, 200);
	}
}
