/* SPDX-License-Identifier: Apache-2.0 */
#include "case/release.h"

#include "base/heap.h"
#include "graph/path.h"
#include "graph/roles.h"
#include "graph/version.h"

#include <stdlib.h>

#define IMAGES_LOOKED_AT 4096u
/* Folders above a file in which its updater may lie. */
#define HOMES_MAX 4u
/* Versions in one folder that are looked at. */
#define VERSIONS_MAX 256u

/* Versions of one product on the host that is being read, by when they were first seen. */
struct seen {
	uint32_t release;
	int64_t first_ns;
	uint32_t file; /* of a program of it, or GRAPH_NONE */
	int64_t file_ns;
	uint32_t written_by; /* the write that brought this file, or GRAPH_NONE */
	int64_t written_ns;
};

struct reading {
	struct releases *r;
	const struct graph *g;
	uint32_t host;
	const char *os;	       /* NULL: not told */
	int64_t last_ns;       /* of the host's records */
	struct map by_release; /* release -> index in list */
	struct seen *list;
	size_t n, cap;
};

void releases_init(struct releases *r)
{
	*r = (struct releases){ 0 };
	arena_init(&r->arena, 0);
	map_init(&r->by_key);
	map_init(&r->hosts);
}

void releases_done(struct releases *r)
{
	for (size_t i = 0; i < r->n; i++)
		free(r->list[i].places);
	free(r->list);
	free(r->updates);
	map_done(&r->by_key);
	map_done(&r->hosts);
	arena_done(&r->arena);
}

static struct slice kept(struct releases *r, struct slice s)
{
	return s.n ? arena_keep(&r->arena, slice_head(s, 512)) : slice_of(NULL, 0);
}

static const char *os_of(struct slice path)
{
	return path.n ? path_os(path) : "unknown";
}

/* What the host runs, by its programs' paths: a list of software does not say. */
static const char *os_of_host(const struct graph *g)
{
	for (size_t i = 0; i < g->edge_count; i++) {
		const struct graph_edge *e = &g->edges[i];
		uint32_t at = e->op == ACTIVITY_PROCESS_START || e->op == ACTIVITY_FILE_PRESENT ? e->object : e->subject;
		struct slice name = at == GRAPH_NONE ? slice_of(NULL, 0) : g->nodes[at].name;

		if (name.n > 3 && (name.p[0] == '/' || (name.p[1] == ':' && name.p[2] == '\\')))
			return os_of(name);
	}
	return NULL;
}

/* GRAPH_NONE when there are too many. */
static uint32_t release_number(struct reading *x, struct slice product, struct slice version, struct slice company,
			       const char *os)
{
	struct releases *r = x->r;
	struct arena a;
	uint32_t at;

	if (!product.n || !version.n || slice_is(product, "-") || slice_is(version, "-"))
		return GRAPH_NONE;
	arena_init(&a, 0);
	struct slice key = arena_printf(&a, "%.*s|%.*s|%s", (int)product.n, (const char *)product.p, (int)version.n,
					(const char *)version.p, os);

	at = map_get(&r->by_key, key);
	if (at == MAP_NONE && r->n < LIMIT_RELEASES) {
		at = map_intern(&r->by_key, key);
		r->list = heap_room(r->list, r->n, &r->cap, sizeof(*r->list));
		r->list[r->n++] = (struct release){ .product = kept(r, product), .version = kept(r, version), .os = os };
	}
	arena_done(&a);
	if (at == MAP_NONE)
		return GRAPH_NONE;
	if (!r->list[at].company.n)
		r->list[at].company = kept(r, company);
	return at;
}

/* Of the host that is being read. */
static struct release_place *last_place(struct releases *r, uint32_t release)
{
	return &r->list[release].places[r->list[release].place_count - 1];
}

/* When it came is told: by an installer's record, or by the write of its program. */
static void arrive(struct release_place *p, int64_t ns)
{
	p->arrived_ns = p->arrived && p->arrived_ns < ns ? p->arrived_ns : ns;
	p->arrived = true;
}

static void run(struct release_place *p, int64_t ns)
{
	p->ran_ns = p->ran && p->ran_ns < ns ? p->ran_ns : ns;
	p->ran = true;
}

static void see(struct reading *x, uint32_t release, const struct graph_edge *e, uint32_t file)
{
	struct release *r = &x->r->list[release];
	struct release_place *p = r->place_count ? &r->places[r->place_count - 1] : NULL;
	uint32_t at = map_get(&x->by_release, slice_of(&release, sizeof(release)));
	/* A list without a time says that it was there when the evidence ends. */
	int64_t ns = e->timed ? e->time_ns : x->last_ns;

	if (!p || p->host != x->host) {
		r->places = heap_room(r->places, r->place_count, &r->place_cap, sizeof(*r->places));
		p = &r->places[r->place_count++];
		*p = (struct release_place){ .host = x->host, .first_ns = ns, .last_ns = ns };
	}
	p->first_ns = ns < p->first_ns ? ns : p->first_ns;
	p->last_ns = ns > p->last_ns ? ns : p->last_ns;
	if (at == MAP_NONE) {
		map_set(&x->by_release, slice_of(&release, sizeof(release)), (uint32_t)x->n);
		x->list = heap_room(x->list, x->n, &x->cap, sizeof(*x->list));
		x->list[x->n++] = (struct seen){ release, ns, file, ns, GRAPH_NONE, 0 };
		return;
	}
	if (x->list[at].file == GRAPH_NONE && file != GRAPH_NONE) {
		x->list[at].file = file;
		x->list[at].file_ns = ns;
	}
}

/* Two contents of one name in one release are two releases under one number. */
static void note_content(struct reading *x, uint32_t release, const struct graph_edge *e, struct slice path)
{
	struct release *r = &x->r->list[release];
	struct slice hash = graph_attribute(x->g, e, ATTRIBUTE_SHA256), file = path_tail(path);

	if (!hash.n)
		hash = graph_attribute(x->g, e, ATTRIBUTE_SHA1);
	if (!hash.n)
		hash = graph_attribute(x->g, e, ATTRIBUTE_MD5);
	if (!hash.n || !file.n)
		return;
	for (size_t i = 0; i < r->content_count; i++) {
		struct release_content *c = &r->contents[i];

		if (!slice_eq_nocase(c->file, file) || c->hash.n != hash.n)
			continue;
		if (slice_eq(c->hash, hash))
			return;
		r->two_contents = true;
	}
	if (r->content_count < RELEASE_CONTENTS)
		r->contents[r->content_count++] = (struct release_content){ kept(x->r, file), kept(x->r, hash) };
}

static void read_program(struct reading *x, const struct graph_edge *e)
{
	const struct graph_node *n = &x->g->nodes[e->object];
	struct slice product = graph_attribute(x->g, e, ATTRIBUTE_PRODUCT);
	struct slice version = graph_attribute(x->g, e, ATTRIBUTE_VERSION);
	struct slice company = graph_attribute(x->g, e, ATTRIBUTE_COMPANY);
	uint32_t file = n->kind == ENTITY_PROCESS ? image_file(x->g, e->object) : e->object, release;

	if (!product.n || role_system_path(n->name))
		return;
	release = release_number(x, product, version, company, os_of(n->name));
	if (release == GRAPH_NONE)
		return;
	see(x, release, e, file);
	if (e->op != ACTIVITY_FILE_PRESENT)
		run(last_place(x->r, release), e->timed ? e->time_ns : x->last_ns);
	note_content(x, release, e, n->name);
}

/* Package managers name who maintains a package, as Windows Installer names its manufacturer: the kind of package says
 * which system it is. */
static bool is_linux_package(struct slice ecosystem)
{
	static const char *const words[] = { "deb", "rpm", "apk", "alpm" };

	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (slice_is(ecosystem, words[i]))
			return true;
	return false;
}

static void read_package(struct reading *x, const struct graph_edge *e)
{
	struct slice action = graph_attribute(x->g, e, ATTRIBUTE_ACTION);
	struct slice command = graph_attribute(x->g, e, ATTRIBUTE_COMMAND_LINE);
	struct slice company = graph_attribute(x->g, e, ATTRIBUTE_COMPANY);
	/* Windows Installer names the manufacturer, package managers of Linux the command. */
	const char *os = is_linux_package(graph_attribute(x->g, e, ATTRIBUTE_ECOSYSTEM)) ? "linux"
			 : x->os ? x->os : company.n ? "windows" : command.n ? "linux" : "unknown";
	uint32_t release;

	if (slice_is(action, "remove") || slice_is(action, "purge") || slice_is(action, "begin") ||
	    slice_is(action, "end") || slice_is(action, "failed"))
		return;
	release = release_number(x, x->g->nodes[e->object].name, graph_attribute(x->g, e, ATTRIBUTE_VERSION),
				 company, os);
	if (release == GRAPH_NONE)
		return;
	see(x, release, e, GRAPH_NONE);
	if (e->op == ACTIVITY_PACKAGE) {
		x->r->list[release].recorded = true;
		arrive(last_place(x->r, release), e->time_ns);
	}
}

/* ---- which followed which ---- */

static int by_product(const void *a, const void *b, void *ctx)
{
	const struct seen *x = a, *y = b;
	const struct release *p = &((struct releases *)ctx)->list[x->release];
	const struct release *q = &((struct releases *)ctx)->list[y->release];
	int c = slice_cmp(p->product, q->product);

	if (c)
		return c;
	if (x->first_ns != y->first_ns)
		return x->first_ns < y->first_ns ? -1 : 1;
	return x->release < y->release ? -1 : x->release > y->release;
}

static struct slice command_of(const struct graph *g, uint32_t process)
{
	return process == GRAPH_NONE || g->nodes[process].started == GRAPH_NONE
		       ? slice_of(NULL, 0)
		       : graph_attribute(g, &g->edges[g->nodes[process].started], ATTRIBUTE_COMMAND_LINE);
}

/* The processes between the write and the system's own: whose command line names an address. */
static void who_wrote(struct reading *x, const struct seen *s, struct release_update *u)
{
	const struct graph *g = x->g;
	uint32_t process;

	if (s->written_by == GRAPH_NONE)
		return;
	u->ns = s->written_ns;
	process = g->edges[s->written_by].subject;
	if (process != GRAPH_NONE && !url_in(command_of(g, process)).n && installer_client(g, process, u->ns) != GRAPH_NONE)
		process = installer_client(g, process, u->ns);
	for (unsigned depth = 0; process != GRAPH_NONE && depth < 8; depth++) {
		struct slice url = url_in(command_of(g, process));

		if (!depth)
			u->by = kept(x->r, g->nodes[process].name);
		if (url.n) {
			u->url = kept(x->r, url);
			u->channel = kept(x->r, g->nodes[process].name);
			return;
		}
		process = g->nodes[process].started == GRAPH_NONE ? GRAPH_NONE
								  : g->edges[g->nodes[process].started].subject;
	}
}

static void find_writes(struct reading *x)
{
	struct file_version v;

	for (size_t i = 0; i < x->n; i++) {
		struct seen *s = &x->list[i];

		if (s->file == GRAPH_NONE)
			continue;
		file_version_at(x->g, s->file, s->file_ns, &v);
		if (!v.write_count)
			continue;
		s->written_by = v.writes[v.write_count - 1];
		s->written_ns = v.from_ns;
		arrive(last_place(x->r, s->release), v.from_ns);
	}
}

/* ---- asked for by its address ---- */

/* Its first start from then on: what a later list names ran. */
static void note_start(struct reading *x, const struct seen *s, int64_t ns)
{
	uint32_t at = map_get(&x->g->by_image, x->g->nodes[s->file].key);
	int64_t first = INT64_MAX;

	for (unsigned n = 0; at != MAP_NONE && at && n < IMAGES_LOOKED_AT; at = x->g->image_next[at - 1], n++) {
		int64_t start = x->g->nodes[at - 1].start_ns;

		if (x->g->nodes[at - 1].started != GRAPH_NONE && start > ns && start < first)
			first = start;
	}
	if (first != INT64_MAX)
		run(last_place(x->r, s->release), first);
}

/* A program in the product's own folder was given an address that names the version. */
static void note_asked(struct reading *x, const struct seen *s, struct slice url, int64_t ns)
{
	struct release_place *p = last_place(x->r, s->release);

	if (p->arrived || !version_in(url, x->r->list[s->release].version))
		return;
	arrive(p, ns);
	if (!p->ran)
		note_start(x, s, ns);
}

/* Versions of which nothing tells when they came, by the folders above their files: those of one folder are a chain. */
struct homes {
	struct map by_folder; /* -> index + 1 in links */
	struct home {
		uint32_t seen, next;
	} *links;
	size_t n, cap;
};

static void put_home(struct homes *h, struct slice folder, uint32_t seen)
{
	uint32_t first = map_get(&h->by_folder, folder);

	h->links = heap_room(h->links, h->n, &h->cap, sizeof(*h->links));
	h->links[h->n++] = (struct home){ seen, first == MAP_NONE ? 0 : first };
	map_set(&h->by_folder, folder, (uint32_t)h->n);
}

/* Its own folder and those above it, but for the first two (a drive, Program Files), which are everybody's. */
static void find_homes(const struct reading *x, struct homes *h)
{
	for (uint32_t i = 0; i < x->n; i++) {
		struct slice folder;

		if (x->list[i].file == GRAPH_NONE || last_place(x->r, x->list[i].release)->arrived)
			continue;
		folder = path_folder(x->g->nodes[x->list[i].file].key);
		for (unsigned n = 0; n < HOMES_MAX && path_folder(path_folder(folder)).n; n++, folder = path_folder(folder))
			put_home(h, folder, i);
	}
}

static void ask_homes(struct reading *x, const struct homes *h, const struct graph_edge *e, struct arena *scratch)
{
	struct slice url = url_in(graph_attribute(x->g, e, ATTRIBUTE_COMMAND_LINE)), folder;
	uint32_t at;

	if (!url.n)
		return;
	folder = path_folder(path_key(x->g->nodes[e->object].name, scratch));
	at = folder.n ? map_get(&h->by_folder, folder) : MAP_NONE;
	for (unsigned n = 0; at != MAP_NONE && at && n < VERSIONS_MAX; at = h->links[at - 1].next, n++)
		note_asked(x, &x->list[h->links[at - 1].seen], url, e->time_ns);
}

/* Where only lists name a version, its updater's command line tells when it came. */
static void find_asked(struct reading *x)
{
	struct homes h = { 0 };
	struct arena scratch;

	map_init(&h.by_folder);
	arena_init(&scratch, 0);
	find_homes(x, &h);
	for (uint32_t i = 0; i < x->g->edge_count && h.n; i++) {
		const struct graph_edge *e = &x->g->edges[i];

		arena_reset(&scratch);
		if (e->op == ACTIVITY_PROCESS_START && e->object != GRAPH_NONE && e->timed)
			ask_homes(x, &h, e, &scratch);
	}
	arena_done(&scratch);
	map_done(&h.by_folder);
	free(h.links);
}

/* A version that follows another one has come, though no record tells how. */
static void find_updates(struct reading *x)
{
	struct releases *r = x->r;

	if (x->n > 1)
		qsort_r(x->list, x->n, sizeof(*x->list), by_product, r);
	for (size_t i = 1; i < x->n; i++) {
		const struct seen *a = &x->list[i - 1], *b = &x->list[i];
		struct release_update u = { .from = a->release, .to = b->release, .host = x->host, .ns = b->first_ns };

		if (!slice_eq(r->list[a->release].product, r->list[b->release].product) || r->update_count >= LIMIT_RELEASES)
			continue;
		who_wrote(x, b, &u);
		last_place(r, b->release)->follows = !last_place(r, b->release)->arrived;
		arrive(last_place(r, b->release), u.ns);
		r->updates = heap_room(r->updates, r->update_count, &r->update_cap, sizeof(*r->updates));
		r->updates[r->update_count++] = u;
	}
}

void releases_add(struct releases *r, const struct graph *g, struct slice host)
{
	struct reading x = { .r = r, .g = g, .host = map_intern(&r->hosts, host), .os = os_of_host(g) };

	for (size_t i = g->edge_count; i-- > 0 && !x.last_ns;)
		x.last_ns = g->edges[i].timed ? graph_last(g, &g->edges[i]) : 0;
	map_init(&x.by_release);
	for (size_t i = 0; i < g->edge_count; i++) {
		const struct graph_edge *e = &g->edges[i];

		if (e->object == GRAPH_NONE || e->set == GRAPH_NONE)
			continue;
		if (e->op == ACTIVITY_PROCESS_START || e->op == ACTIVITY_IMAGE_LOAD ||
		    e->op == ACTIVITY_DRIVER_LOAD || e->op == ACTIVITY_FILE_PRESENT)
			read_program(&x, e);
		else if (e->op == ACTIVITY_PACKAGE || e->op == ACTIVITY_INVENTORY)
			read_package(&x, e);
	}
	find_writes(&x);
	find_asked(&x);
	find_updates(&x);
	map_done(&x.by_release);
	free(x.list);
}
