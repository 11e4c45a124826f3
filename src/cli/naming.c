/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/naming.h"

#include "graph/path.h"

static bool names(const struct graph *g, uint32_t node, struct slice wanted)
{
	const struct graph_node *n = &g->nodes[node];

	/* A product's programs say more than the record of its installation. */
	if (n->kind == ENTITY_SCRIPT || n->kind == ENTITY_PACKAGE)
		return false;
	/* A file and the processes that ran it are one answer: the file's. */
	if (n->kind == ENTITY_PROCESS)
		return slice_eq(n->key, wanted);
	return slice_eq_nocase(n->key, wanted) || slice_eq_nocase(n->name, wanted) ||
	       (n->kind == ENTITY_FILE && slice_eq_nocase(path_tail(n->name), wanted));
}

/* As the story spells it: the kind before it, a space between. */
static bool is_spelled_out(struct slice wanted, struct slice product, struct slice version)
{
	static const char *const kinds[] = { "release ", "package " };

	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
		if (slice_starts(wanted, slice_str(kinds[i])))
			wanted = slice_from(wanted, strlen(kinds[i]));
	return product.n && version.n && wanted.n == product.n + 1 + version.n && wanted.p[product.n] == ' ' &&
	       slice_eq_nocase(slice_head(wanted, product.n), product) && slice_eq(slice_from(wanted, product.n + 1), version);
}

bool naming_is_release(struct slice wanted, struct slice product, struct slice version)
{
	struct slice wanted_version, name = slice_cut(wanted, '=', &wanted_version);

	return (name.n && slice_eq_nocase(product, name) && (!wanted_version.p || slice_eq(version, wanted_version))) ||
	       is_spelled_out(wanted, product, version);
}

/* Records that name the product of a program that was started, or of a file. */
static bool tells_product(const struct graph_edge *e, bool started)
{
	if (e->object == GRAPH_NONE)
		return false;
	return started ? e->op == ACTIVITY_PROCESS_START
		       : e->op == ACTIVITY_IMAGE_LOAD || e->op == ACTIVITY_DRIVER_LOAD || e->op == ACTIVITY_FILE_PRESENT;
}

/* The programs of a release that were started, or its other files; each file once. */
static size_t release_files(const struct graph *g, struct slice wanted, bool started, uint32_t *found, size_t cap)
{
	size_t n = 0;

	for (size_t i = 0; i < g->edge_count && n < cap; i++) {
		const struct graph_edge *e = &g->edges[i];
		uint32_t file;
		bool there = false;

		if (!tells_product(e, started) ||
		    !naming_is_release(wanted, graph_attribute(g, e, ATTRIBUTE_PRODUCT),
				       graph_attribute(g, e, ATTRIBUTE_VERSION)))
			continue;
		file = started ? image_file(g, e->object) : e->object;
		for (size_t k = 0; k < n; k++)
			there |= found[k] == file;
		if (!there && file != GRAPH_NONE)
			found[n++] = file;
	}
	return n;
}

static size_t files_of_hash(struct graph *g, struct slice wanted, uint32_t *found, size_t cap)
{
	struct content c = { .edge = GRAPH_NONE };
	uint8_t room[64];
	struct slice lower = slice_lower(slice_head(wanted, sizeof(room)), room);

	if (!slice_is_hex(wanted))
		return 0;
	c.sha256 = wanted.n == 64 ? lower : c.sha256;
	c.sha1 = wanted.n == 40 ? lower : c.sha1;
	c.md5 = wanted.n == 32 ? lower : c.md5;
	return files_with(g, &c, GRAPH_NONE, INT64_MAX, found, cap);
}

size_t naming_find(struct graph *g, struct slice wanted, uint32_t *found, size_t cap)
{
	size_t n;

	graph_index(g);
	n = files_of_hash(g, wanted, found, cap);
	for (uint32_t i = 0; i < g->node_count && n < cap; i++)
		if (names(g, i, wanted))
			found[n++] = i;
	n = n ? n : release_files(g, wanted, true, found, cap);
	return n ? n : release_files(g, wanted, false, found, cap);
}

struct naming_start naming_start(const struct graph *g, uint32_t node)
{
	const struct graph_node *n = &g->nodes[node];
	struct naming_start s = { GRAPH_NONE, n->start_ns == GRAPH_EVER ? 0 : n->start_ns };

	if (n->in_count && graph_last(g, graph_in(g, n, n->in_count - 1)) > s.ns)
		s.ns = graph_last(g, graph_in(g, n, n->in_count - 1));
	if (n->out_count && graph_last(g, graph_out(g, n, n->out_count - 1)) > s.ns)
		s.ns = graph_last(g, graph_out(g, n, n->out_count - 1));
	s.ns = s.ns ? s.ns : GRAPH_LATEST;
	if (n->kind != ENTITY_FILE && n->kind != ENTITY_PROCESS && n->in_count)
		s.edge = g->in[n->in];
	return s;
}
