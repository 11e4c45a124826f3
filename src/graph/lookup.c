/* SPDX-License-Identifier: Apache-2.0 */
#include "graph/lookup.h"

#include "graph/path.h"

#include <stdlib.h>

/* A mark is set, or a hash taken, a moment after the file is whole. */
#define MOMENT_NS INT64_C(5000000000)
/* Writes by one process with less than this between them give one version. */
#define ONE_WRITING_NS INT64_C(60000000000)
/* Records of one hash that are looked through. */
#define HASH_STEPS 100000u

/* The number of the node's edges in, before or at ns (edges without a time come first). */
static uint32_t until(const struct graph *g, const uint32_t *edges, uint32_t n, int64_t ns)
{
	uint32_t low = 0, high = n;

	while (low < high) {
		uint32_t mid = low + (high - low) / 2;
		const struct graph_edge *e = &g->edges[edges[mid]];

		if (!e->timed || e->time_ns <= ns)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

/* The file's edges in that versions depend on. */
static const uint32_t *changes_of(const struct graph *g, uint32_t file, uint32_t *ret_n)
{
	*ret_n = g->change_first[file + 1] - g->change_first[file];
	return g->changes + g->change_first[file];
}

void file_version_at(const struct graph *g, uint32_t file, int64_t ns, struct file_version *ret)
{
	uint32_t n;
	const uint32_t *changes = changes_of(g, file, &n);
	int64_t epoch = graph_epoch_start(g, ns);

	*ret = (struct file_version){ .deleted = GRAPH_NONE, .from_ns = GRAPH_EVER };
	for (uint32_t i = until(g, changes, n, ns); i-- > 0;) {
		const struct graph_edge *e = &g->edges[changes[i]];

		if (!e->timed || e->time_ns < epoch)
			break;
		if (e->op == ACTIVITY_FILE_DELETE) {
			if (!ret->write_count)
				ret->deleted = changes[i];
			break;
		}
		if (!graph_writes(e))
			continue;
		/* Another's write, or one long before: the version before this. */
		if (ret->write_count && (e->subject != g->edges[ret->writes[0]].subject ||
					 ret->from_ns - graph_last(g, e) > ONE_WRITING_NS))
			break;
		if (ret->write_count == LOOKUP_WRITERS)
			break;
		ret->writes[ret->write_count++] = changes[i];
		ret->from_ns = e->time_ns;
	}
}

uint32_t file_mark_at(const struct graph *g, uint32_t file, int64_t ns)
{
	uint32_t n;
	const uint32_t *changes = changes_of(g, file, &n);
	int64_t epoch = graph_epoch_start(g, ns);
	struct file_version v;

	file_version_at(g, file, ns, &v);
	/* A version is written first and marked then; browsers mark some seconds later. */
	for (uint32_t i = until(g, changes, n, ns); i-- > 0;) {
		const struct graph_edge *e = &g->edges[changes[i]];

		if (e->timed && v.write_count && graph_last(g, e) + MOMENT_NS < v.from_ns)
			break;
		if (e->op == ACTIVITY_FILE_DELETE || (e->timed && e->time_ns < epoch))
			break;
		if (graph_attribute(g, e, ATTRIBUTE_HOST_URL).n && e->op != ACTIVITY_PACKAGE)
			return changes[i];
	}
	return GRAPH_NONE;
}

/* Starts of one image that are looked through for the nearest. */
#define NEAREST_STEPS 1024u

static void take(struct slice *to, struct slice from)
{
	if (!to->n && from.n)
		*to = from;
}

static void take_edge(const struct graph *g, uint32_t edge, struct content *c)
{
	const struct graph_edge *e = &g->edges[edge];
	bool more = graph_attribute(g, e, ATTRIBUTE_PRODUCT).n != 0;

	if (e->set == GRAPH_NONE)
		return;
	take(&c->sha256, graph_attribute(g, e, ATTRIBUTE_SHA256));
	take(&c->sha1, graph_attribute(g, e, ATTRIBUTE_SHA1));
	take(&c->md5, graph_attribute(g, e, ATTRIBUTE_MD5));
	take(&c->product, graph_attribute(g, e, ATTRIBUTE_PRODUCT));
	take(&c->version, graph_attribute(g, e, ATTRIBUTE_VERSION));
	take(&c->company, graph_attribute(g, e, ATTRIBUTE_COMPANY));
	take(&c->signer, graph_attribute(g, e, ATTRIBUTE_SIGNER));
	take(&c->signature, graph_attribute(g, e, ATTRIBUTE_SIGNATURE));
	take(&c->original_name, graph_attribute(g, e, ATTRIBUTE_ORIGINAL_NAME));
	if (more || c->edge == GRAPH_NONE)
		c->edge = edge;
}

/* The next write behind ns, where this version ends. */
static int64_t version_end(const struct graph *g, uint32_t file, int64_t ns)
{
	uint32_t n;
	const uint32_t *changes = changes_of(g, file, &n);

	for (uint32_t i = until(g, changes, n, ns); i < n; i++)
		if (graph_writes(&g->edges[changes[i]]))
			return g->edges[changes[i]].time_ns;
	return GRAPH_OPEN;
}

static bool speaks_of_content(const struct graph_edge *e)
{
	return graph_writes(e) || e->op == ACTIVITY_IMAGE_LOAD || e->op == ACTIVITY_DRIVER_LOAD ||
	       e->op == ACTIVITY_ALERT || e->op == ACTIVITY_STREAM || e->op == ACTIVITY_FILE_PRESENT;
}

/* A list without a time speaks of the file's content then only where no write tells it into two. */
static bool speaks_then(const struct graph *g, const struct graph_edge *e, int64_t from_ns, int64_t end)
{
	if (!e->timed)
		return e->op == ACTIVITY_FILE_PRESENT && from_ns == GRAPH_EVER && end == GRAPH_OPEN;
	return graph_last(g, e) >= from_ns && e->time_ns < end;
}

/* Where records speak of a file's version: processes that it started in it are records of it too. */
struct speaking {
	const struct graph *g;
	const struct graph_node *file;
	int64_t from_ns, end; /* of the version */
};

static bool started_then(const struct speaking *s, const struct graph_node *p)
{
	return p->started != GRAPH_NONE && p->start_ns >= s->from_ns && p->start_ns < s->end;
}

static bool says_which(const struct graph *g, const struct graph_edge *e)
{
	return e->set != GRAPH_NONE &&
	       (graph_attribute(g, e, ATTRIBUTE_VERSION).n || graph_attribute(g, e, ATTRIBUTE_SHA256).n ||
		graph_attribute(g, e, ATTRIBUTE_SHA1).n || graph_attribute(g, e, ATTRIBUTE_MD5).n);
}

/* Nearer to the moment than the other: the last at or before it, else the first behind it. */
static bool nearer(const struct graph *g, uint32_t edge, uint32_t other, int64_t ns)
{
	int64_t a = g->edges[edge].time_ns, b;

	if (other == GRAPH_NONE)
		return true;
	b = g->edges[other].time_ns;
	if ((a <= ns) != (b <= ns))
		return a <= ns;
	return a <= ns ? a > b : a < b;
}

/* The record that says best what the file held at the moment: where writes are not recorded, it may have been another
 * thing before and after. */
static uint32_t nearest(const struct speaking *s, uint32_t at, int64_t ns)
{
	uint32_t best = GRAPH_NONE;

	for (unsigned steps = 0; at != MAP_NONE && at && steps < NEAREST_STEPS; at = s->g->image_next[at - 1], steps++) {
		const struct graph_node *p = &s->g->nodes[at - 1];

		if (started_then(s, p) && nearer(s->g, p->started, best, ns) && says_which(s->g, &s->g->edges[p->started]))
			best = p->started;
	}
	for (uint32_t i = until(s->g, s->g->in + s->file->in, s->file->in_count, ns), steps = 0; i-- > 0 && steps < 256; steps++) {
		const struct graph_edge *e = graph_in(s->g, s->file, i);

		if (!e->timed || graph_last(s->g, e) < s->from_ns)
			break;
		if (!speaks_of_content(e) || !says_which(s->g, e))
			continue;
		if (nearer(s->g, s->g->in[s->file->in + i], best, ns))
			best = s->g->in[s->file->in + i];
		break;
	}
	return best;
}

/* Nothing in it speaks against c: no other hash of a kind, no other version. */
static bool agrees(const struct graph *g, uint32_t edge, const struct content *c)
{
	const struct graph_edge *e = &g->edges[edge];
	const struct {
		enum attribute which;
		struct slice known;
	} tests[] = { { ATTRIBUTE_SHA256, c->sha256 }, { ATTRIBUTE_SHA1, c->sha1 }, { ATTRIBUTE_MD5, c->md5 },
		      { ATTRIBUTE_VERSION, c->version } };

	for (size_t i = 0; i < sizeof(tests) / sizeof(*tests) && e->set != GRAPH_NONE; i++) {
		struct slice said = tests[i].known.n ? graph_attribute(g, e, tests[i].which) : tests[i].known;

		if (said.n && !slice_eq(said, tests[i].known))
			return false;
	}
	return true;
}

void file_content_at(const struct graph *g, uint32_t file, int64_t ns, struct content *ret)
{
	const struct graph_node *n = &g->nodes[file];
	struct speaking s = { g, n, 0, version_end(g, file, ns) };
	struct file_version v;
	uint32_t first = map_get(&g->by_image, n->key), best;

	*ret = (struct content){ .edge = GRAPH_NONE };
	file_version_at(g, file, ns, &v);
	s.from_ns = v.from_ns;
	best = nearest(&s, first, ns);
	if (best != GRAPH_NONE)
		take_edge(g, best, ret);
	for (uint32_t at = first, steps = 0; at != MAP_NONE && at && steps < 256; at = g->image_next[at - 1], steps++)
		if (started_then(&s, &g->nodes[at - 1]) && agrees(g, g->nodes[at - 1].started, ret))
			take_edge(g, g->nodes[at - 1].started, ret);
	for (uint32_t i = 0, behind = until(g, g->in + n->in, n->in_count, s.end == GRAPH_OPEN ? s.end : s.end - 1);
	     i < behind; i++) {
		const struct graph_edge *e = graph_in(g, n, i);

		if (!speaks_of_content(e) || !speaks_then(g, e, v.from_ns, s.end) || !agrees(g, g->in[n->in + i], ret))
			continue;
		take_edge(g, g->in[n->in + i], ret);
		if (ret->sha256.n && ret->product.n && ret->signer.n)
			break;
	}
}

bool content_same(const struct content *a, const struct content *b)
{
	if (a->sha256.n && b->sha256.n)
		return slice_eq(a->sha256, b->sha256);
	if (a->sha1.n && b->sha1.n)
		return slice_eq(a->sha1, b->sha1);
	return a->md5.n && b->md5.n && slice_eq(a->md5, b->md5);
}

static struct content hashes_of(const struct graph *g, uint32_t set)
{
	struct content s = { .edge = GRAPH_NONE };

	for (uint32_t k = 0; k < g->sets[set].n; k++) {
		const struct graph_attribute *a = &g->attributes[g->sets[set].first + k];

		if (a->which == ATTRIBUTE_SHA256)
			s.sha256 = graph_text(g, a);
		else if (a->which == ATTRIBUTE_SHA1)
			s.sha1 = graph_text(g, a);
		else if (a->which == ATTRIBUTE_MD5)
			s.md5 = graph_text(g, a);
	}
	return s;
}

/* Hashes that one record gives together are of one content: the others of c by them. */
static void bridge(const struct graph *g, struct slice hash, struct content *c)
{
	uint32_t at = hash.n ? map_get(&g->by_hash, hash) : MAP_NONE;

	for (unsigned steps = 0; at != MAP_NONE && at && steps < HASH_STEPS; at = g->hashes[at - 1].next, steps++) {
		struct content s = hashes_of(g, g->hashes[at - 1].set);

		take(&c->sha256, s.sha256);
		take(&c->sha1, s.sha1);
		take(&c->md5, s.md5);
		if (c->sha256.n && c->sha1.n && c->md5.n)
			break;
	}
}

/* A file and the first edge that gives it the content. */
struct holder {
	uint32_t file, edge;
};

#define HOLDERS 64u

static size_t note_holder(struct holder *list, size_t n, uint32_t file, uint32_t edge)
{
	for (size_t i = 0; i < n; i++)
		if (list[i].file == file) {
			list[i].edge = edge < list[i].edge ? edge : list[i].edge;
			return n;
		}
	if (n < HOLDERS)
		list[n++] = (struct holder){ file, edge };
	return n;
}

/* The files of the edges of one set. */
static size_t holders_of_set(const struct graph *g, uint32_t set, uint32_t file, int64_t ns, struct holder *list,
			     size_t n)
{
	for (uint32_t i = g->set_first[set]; i < g->set_first[set + 1]; i++) {
		uint32_t edge = g->set_edges[i], it = g->edges[edge].object;
		const struct graph_edge *e = &g->edges[edge];

		if (it == GRAPH_NONE || (e->timed && e->time_ns > ns) || e->op == ACTIVITY_PACKAGE)
			continue;
		if (g->nodes[it].kind == ENTITY_PROCESS)
			it = image_file(g, it);
		if (it != GRAPH_NONE && g->nodes[it].kind == ENTITY_FILE && it != file)
			n = note_holder(list, n, it, edge);
	}
	return n;
}

static int by_edge(const void *a, const void *b)
{
	const struct holder *x = a, *y = b;

	return x->edge < y->edge ? -1 : x->edge > y->edge;
}

size_t files_with(const struct graph *g, const struct content *wanted, uint32_t file, int64_t ns, uint32_t *ret,
		  size_t cap)
{
	struct content c = *wanted;
	struct slice known[] = { wanted->sha256, wanted->sha1, wanted->md5 };
	struct holder list[HOLDERS];
	size_t n = 0;

	for (size_t i = 0; i < 3; i++)
		bridge(g, known[i], &c);
	struct slice hashes[] = { c.sha256, c.sha1, c.md5 };

	for (size_t i = 0; i < 3; i++) {
		uint32_t at = hashes[i].n ? map_get(&g->by_hash, hashes[i]) : MAP_NONE;

		for (unsigned steps = 0; at != MAP_NONE && at && n < HOLDERS && steps < HASH_STEPS;
		     at = g->hashes[at - 1].next, steps++)
			n = holders_of_set(g, g->hashes[at - 1].set, file, ns, list, n);
	}
	qsort(list, n, sizeof(*list), by_edge);
	n = n < cap ? n : cap;
	for (size_t i = 0; i < n; i++)
		ret[i] = list[i].file;
	return n;
}

uint32_t image_file(const struct graph *g, uint32_t process)
{
	const struct graph_node *p = &g->nodes[process];

	return p->name.n ? graph_find(g, ENTITY_FILE, p->name) : GRAPH_NONE;
}

uint32_t installer_client(const struct graph *g, uint32_t process, int64_t ns)
{
	struct arena scratch;
	uint32_t best = GRAPH_NONE, at;

	arena_init(&scratch, 0);
	at = map_get(&g->by_image, path_key(g->nodes[process].name, &scratch));
	for (unsigned n = 0; at != MAP_NONE && at && n < 4096; at = g->image_next[at - 1], n++) {
		const struct graph_node *p = &g->nodes[at - 1];

		if (at - 1 == process || p->start_ns == GRAPH_EVER || p->start_ns > ns || p->start_ns < ns - INSTALL_WINDOW_NS ||
		    (best != GRAPH_NONE && p->start_ns < g->nodes[best].start_ns) || p->started == GRAPH_NONE ||
		    !slice_search(graph_attribute(g, &g->edges[p->started], ATTRIBUTE_COMMAND_LINE), slice_str(".ms")))
			continue;
		best = at - 1;
	}
	arena_done(&scratch);
	return best;
}
