/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Causes of what a file holds. The costs, side by side:
 *   0   the mark says where it was fetched from
 *   0.2 it was this other file before (a rename, a link)
 *   0.5 a program wrote it whose command line names the address
 *   0.5 an installer or package manager wrote it, and who it belongs to is known
 *   0.7 its vendor's own program wrote it
 *   1.0 a process wrote it
 *   1.3 another file has the same content
 *   2.5 a browser wrote it, and the address is in no record
 *   4   it belongs to a product whose installation is in no record
 *   6   no record says who wrote it; 6.5 the system's own program did, from where is in no record
 */
#include "graph/causes.h"

#include "graph/path.h"

#define SAME_MAX 6u

/* Does the product's name stand in the file's path, or in what the file says of itself? */
/* Installations that end within this of each other may be one; so many more are told. */
#define TOGETHER_NS (INT64_C(60) * 1000000000)
/* Two sources tell one start. */
#define SAME_MOMENT_NS INT64_C(5000000000)
#define RIVALS_MAX 3u

static bool names_product(struct slice name, struct slice key, const struct content *content)
{
	return name.n > 2 && (slice_holds_nocase(key, name) || slice_holds_nocase(content->product, name) ||
			      (content->product.n > 2 && slice_holds_nocase(name, content->product)));
}

/* A record with a version says more; of those the last, of the others the first. */
struct best {
	uint32_t first, versioned; /* edges, or GRAPH_NONE */
};

static uint32_t best_of(const struct best *b)
{
	return b->versioned != GRAPH_NONE ? b->versioned : b->first;
}

static void better(struct best *b, uint32_t edge, bool versioned)
{
	if (b->first == GRAPH_NONE || edge < b->first)
		b->first = edge;
	if (versioned && (b->versioned == GRAPH_NONE || edge > b->versioned))
		b->versioned = edge;
}

/* The file whose package is looked for. */
struct wanted {
	const struct graph *g;
	const struct graph_list *packages;
	const struct sketch *names; /* the packages' */
	struct slice key;
	struct sketch in_key, in_product;
	const struct content *content;
	int64_t ns, epoch;
	struct best named;
};

static bool counts(const struct wanted *w, const struct graph_edge *e)
{
	return e->op == ACTIVITY_PACKAGE && e->object != GRAPH_NONE &&
	       (!e->timed || (e->time_ns <= w->ns + INSTALL_WINDOW_NS && e->time_ns >= w->epoch)) &&
	       !graph_attribute(w->g, e, ATTRIBUTE_SOURCE_FILE).n; /* names the package's file only */
}

static bool has_version(const struct graph *g, const struct graph_edge *e)
{
	return graph_attribute(g, e, ATTRIBUTE_VERSION).n != 0;
}

/* What records say of a package that the file may name: its last with a version, its first. */
static void consider_package(void *ctx, size_t i)
{
	struct wanted *w = ctx;
	const struct graph *g = w->g;
	const struct graph_node *n = &g->nodes[w->packages->edges[i]];
	const struct sketch *name = &w->names[i];

	if (!sketch_within(name, &w->in_key) && !sketch_within(name, &w->in_product) && !sketch_within(&w->in_product, name))
		return;
	if (!names_product(n->name, w->key, w->content))
		return;
	for (uint32_t k = n->in_count; k-- > 0;)
		if (has_version(g, graph_in(g, n, k)) && counts(w, graph_in(g, n, k))) {
			better(&w->named, g->in[n->in + k], true);
			break;
		}
	for (uint32_t k = 0; k < n->in_count; k++)
		if (counts(w, graph_in(g, n, k))) {
			better(&w->named, g->in[n->in + k], false);
			break;
		}
}

static void all_named(struct causes *c, struct wanted *w)
{
	struct parts *names;
	struct slice product = w->content->product;

	w->packages = noted_packages(&c->noted, &names);
	w->names = c->noted.package_sketches;
	w->in_key = sketch_of(w->key);
	w->in_product = sketch_of(product);
	parts_within(names, w->key, consider_package, w);
	parts_within(names, product, consider_package, w);
	if (product.n <= 2)
		return;
	parts_clear(names);
	parts_holding(names, product);
	for (size_t i = w->packages->n; (i = parts_before(names, i)); i--)
		consider_package(w, i - 1);
}

/* The install record that covers the file. written: when an installer wrote it, or GRAPH_EVER. First a record
 * around that moment that names it; of the system's own installer then any around it, or an earlier
 * one that names it. What merely calls itself an installer may write into another product's folder; but
 * where it wrote a package, the record around it is of that. */
static uint32_t package_of(struct causes *c, uint32_t file, const struct content *content, int64_t ns,
			   int64_t written, bool systems)
{
	const struct graph *g = c->g;
	const struct best none = { GRAPH_NONE, GRAPH_NONE };
	struct wanted w = { .g = g,
			    .key = g->nodes[file].key,
			    .content = content,
			    .ns = ns,
			    .epoch = graph_epoch_start(g, ns),
			    .named = none };
	/* Those around the moment of the write. */
	size_t first = written == GRAPH_EVER ? 0 : list_until(g, &g->packages, written - INSTALL_WINDOW_NS - 1);
	size_t behind = written == GRAPH_EVER ? 0 : list_until(g, &g->packages, written + INSTALL_WINDOW_NS);
	struct best near = none, both = none;

	for (size_t i = first; i < behind; i++) {
		uint32_t edge = g->packages.edges[i];
		const struct graph_edge *e = &g->edges[edge];

		if (!counts(&w, e) || slice_is(graph_attribute(g, e, ATTRIBUTE_ACTION), "remove"))
			continue;
		better(&near, edge, has_version(g, e));
		if (names_product(g->nodes[e->object].name, w.key, content))
			better(&both, edge, has_version(g, e));
	}
	if (both.first != GRAPH_NONE)
		return best_of(&both);
	all_named(c, &w);
	if (!systems && !path_is_package(w.key))
		return written == GRAPH_EVER || content->product.n ? best_of(&w.named) : GRAPH_NONE;
	return near.first != GRAPH_NONE && written != GRAPH_EVER ? best_of(&near) : best_of(&w.named);
}

static bool is_mac(struct slice key)
{
	return slice_starts(key, slice_str("/Applications/")) || slice_starts(key, slice_str("/Users/")) ||
	       slice_starts(key, slice_str("/Library/"));
}

static struct trace_origin release_of(const struct graph *g, uint32_t file, const struct content *content,
				      int64_t ns, uint32_t package)
{
	struct trace_origin o = origin_of(ORIGIN_RELEASE, file, ns);

	o.content = *content;
	o.name = content->product;
	o.version = content->version;
	if (package != GRAPH_NONE) {
		const struct graph_edge *e = &g->edges[package];
		struct slice version = graph_attribute(g, e, ATTRIBUTE_VERSION);
		struct slice command = graph_attribute(g, e, ATTRIBUTE_COMMAND_LINE);

		if (!o.name.n || version.n) {
			o.name = g->nodes[e->object].name;
			o.version = version.n ? version : o.version;
		}
		/* A package manager's, and not what a vendor's installer brought to a Mac. */
		if (command.n || (slice_starts(g->nodes[file].key, slice_str("/")) && !is_mac(g->nodes[file].key)))
			o.kind = ORIGIN_PACKAGE;
		o.url = graph_attribute(g, e, ATTRIBUTE_HOST_URL);
	}
	return o;
}

/* Squirrel keeps each version in a folder app-VERSION. */
static struct slice version_in_path(struct slice key)
{
	const uint8_t *at = slice_search(key, slice_str("\\app-"));
	struct slice rest;

	if (!at)
		return slice_of(NULL, 0);
	rest = slice_from(key, (size_t)(at - key.p) + 5);
	return slice_head(rest, slice_find(rest, '\\'));
}

/* LumenCall-5.4.2.msi: what a package's name says, where nothing says more. */
static struct slice version_in_name(struct slice key)
{
	struct slice tail = path_tail(key);

	for (size_t i = 0; i < tail.n; i++) {
		size_t n = 0, dots = 0;

		while (i + n < tail.n && ((tail.p[i + n] >= '0' && tail.p[i + n] <= '9') || tail.p[i + n] == '.'))
			dots += tail.p[i + n++] == '.';
		while (n && tail.p[i + n - 1] == '.') {
			n--;
			dots--;
		}
		if (dots)
			return slice_of(tail.p + i, n);
		i += n;
	}
	return slice_of(NULL, 0);
}

static void installed_end(struct causes *c, uint32_t file, const struct content *content,
			  const struct graph_edge *w, uint32_t edge, uint32_t package, double cost)
{
	struct trace_origin o = release_of(c->g, file, content, w->time_ns, package);

	o.channel = w->subject;
	if (!o.version.n)
		o.version = version_in_path(c->g->nodes[file].key);
	if (!o.version.n)
		o.version = version_in_name(c->g->nodes[file].key);
	if (!o.url.n && (o.url = url_in(process_attribute(c->g, w->subject, ATTRIBUTE_COMMAND_LINE))).n)
		o.downloaded = file;
	cause_end(c, &o, cost, "installed", edge, "written by the installer of this release");
}

/* Asked for to write: data, at the end, or anything (winnt.h). */
static bool asks_to_write(struct slice access)
{
	int64_t mask;

	return !access.n || !value_i64(value_text_of(access), &mask) || mask & 0x40000006;
}

/* The System process writes what comes over a share. */
static bool share_end(struct causes *c, uint32_t file, int64_t written)
{
	const struct graph *g = c->g;
	struct slice tail = path_tail(g->nodes[file].key);

	for (size_t i = g->shares.n; i-- > 0;) {
		const struct graph_edge *e = &g->edges[g->shares.edges[i]];
		struct trace_origin o = origin_of(ORIGIN_REMOTE_HOST, file, e->time_ns);
		struct slice name;

		if (e->time_ns > written + INSTALL_WINDOW_NS ||
		    graph_last(g, e) < written - INSTALL_WINDOW_NS ||
		    !asks_to_write(graph_attribute(g, e, ATTRIBUTE_ACCESS)))
			continue;
		name = path_tail(graph_attribute(g, e, ATTRIBUTE_SOURCE_FILE));
		if (!slice_eq_nocase(name, tail))
			continue;
		o.remote = graph_attribute(g, e, ATTRIBUTE_REMOTE_ADDRESS);
		cause_end(c, &o, 1.0, "share_access", g->shares.edges[i], "another host wrote it over a share");
		return true;
	}
	return false;
}

static bool other_drive(struct slice key)
{
	return key.n > 2 && key.p[1] == ':' && key.p[0] >= 'd' && key.p[0] <= 'z';
}

static void same_content(struct causes *c, uint32_t file, const struct content *content, int64_t ns, double cost)
{
	uint32_t others[SAME_MAX];
	size_t n = files_with(c->g, content, file, ns, others, SAME_MAX);

	for (size_t i = 0; i < n; i++) {
		struct file_version v;

		/* Only one that says more: written or marked in the records, or brought on a drive. */
		file_version_at(c->g, others[i], ns, &v);
		if (v.write_count || other_drive(c->g->nodes[others[i]].key) || file_mark_at(c->g, others[i], ns) != GRAPH_NONE)
			cause_step(c, others[i], ns, GRAPH_NONE, cost, "same_content",
				   "a file with the same hash was there before");
	}
}

static bool same_vendor(struct causes *c, uint32_t process, const struct content *content)
{
	struct slice theirs = process_attribute(c->g, process, ATTRIBUTE_COMPANY);

	return content->company.n && slice_eq_nocase(theirs, content->company) &&
	       !slice_is(theirs, "Microsoft Corporation");
}

/* A browser keeps the address to itself; a client like curl was told it. */
static void fetched_end(struct causes *c, uint32_t file, uint32_t edge, const struct content *content,
			unsigned roles)
{
	const struct graph_edge *w = &c->g->edges[edge];
	struct trace_origin o = origin_of(ORIGIN_DOWNLOAD, file, w->time_ns);
	bool mail = roles & ROLE_MAIL;

	o.content = *content;
	o.downloaded = file;
	o.channel = w->subject;
	if (!mail && (roles & ROLE_STOCK || c->delivery))
		o.url = url_in(process_attribute(c->g, w->subject, ATTRIBUTE_COMMAND_LINE));
	if (o.url.n)
		o.mark = c->g->nodes[w->subject].started;
	else
		o.gap = mail ? "it came with a message; which one is in no record"
			     : "it was fetched; the address is in no record";
	cause_end(c, &o, o.url.n ? 0.5 : 2.5, "download", edge,
		  mail ? "written by a mail program"
		  : o.url.n ? "written by a program that was told the address"
			    : "written by a browser");
}

static void deployed_end(struct causes *c, uint32_t file, const struct graph_edge *w, uint32_t edge,
			 const struct content *content)
{
	struct trace_origin o = origin_of(content->product.n ? ORIGIN_RELEASE : ORIGIN_DEPLOYMENT, file, w->time_ns);

	o.content = *content;
	o.name = content->product;
	o.version = content->version;
	o.channel = w->subject;
	cause_end(c, &o, 1.0, "deployed", edge, "delivered by the agent of a management server");
}

/* Two packages went in together, and neither names the file: either may have brought it. */
static void rival_ends(struct causes *c, uint32_t file, const struct content *content, const struct graph_edge *w,
		       uint32_t package, double cost)
{
	const struct graph *g = c->g;
	const struct graph_edge *chosen = &g->edges[package];
	int64_t ns = chosen->time_ns;
	unsigned n = 0;

	if (content->product.n || names_product(g->nodes[chosen->object].name, g->nodes[file].key, content))
		return;
	for (size_t i = list_until(g, &g->packages, ns - TOGETHER_NS - 1); i < g->packages.n && n < RIVALS_MAX; i++) {
		uint32_t edge = g->packages.edges[i];
		const struct graph_edge *e = &g->edges[edge];

		if (!e->timed || e->object == GRAPH_NONE)
			continue;
		if (e->time_ns > ns + TOGETHER_NS)
			break;
		if (e->object == chosen->object || !graph_attribute(g, e, ATTRIBUTE_VERSION).n ||
		    slice_is(graph_attribute(g, e, ATTRIBUTE_ACTION), "remove"))
			continue;
		installed_end(c, file, content, w, edge, edge, cost);
		n++;
	}
}

/* What one write says of where the content came from. */
static void writer_causes(struct causes *c, uint32_t file, uint32_t edge, const struct content *content,
			  bool marked)
{
	const struct graph *g = c->g;
	const struct graph_edge *w = &g->edges[edge];
	struct slice source = graph_attribute(g, w, ATTRIBUTE_SOURCE_FILE);
	uint32_t before = source.n ? graph_find(g, ENTITY_FILE, source) : GRAPH_NONE;
	unsigned roles;

	if (before != GRAPH_NONE && before != file) {
		cause_step(c, before, w->time_ns, edge, 0.2, activity_text((enum activity_op)w->op),
			   "it was this file before");
		return;
	}
	if (w->subject == GRAPH_NONE) {
		cause_gap(c, file, w->time_ns, 5, edge, "the record of the write names no process");
		return;
	}
	roles = process_roles(c, w->subject);
	if (roles & (ROLE_BROWSER | ROLE_MAIL)) {
		if (!marked)
			fetched_end(c, file, edge, content, roles);
		if (!(roles & ROLE_STOCK))
			return;
	} else if (roles & ROLE_DEPLOYMENT) {
		deployed_end(c, file, w, edge, content);
		return;
	} else if (roles & ROLE_INSTALLER || same_vendor(c, w->subject, content)) {
		uint32_t package = package_of(c, file, content, w->time_ns,
					      roles & ROLE_INSTALLER ? w->time_ns : GRAPH_EVER,
					      roles & ROLE_STOCK);

		if (content->product.n || package != GRAPH_NONE || version_in_path(g->nodes[file].key).n)
			installed_end(c, file, content, w, edge, package, roles & ROLE_INSTALLER ? 0.5 : 0.7);
		if (package != GRAPH_NONE && roles & ROLE_INSTALLER)
			rival_ends(c, file, content, w, package, 0.5);
	}
	if (c->delivery && url_in(process_attribute(g, w->subject, ATTRIBUTE_COMMAND_LINE)).n)
		fetched_end(c, file, edge, content, roles);
	if ((roles & ROLE_REMOTE) && share_end(c, file, w->time_ns))
		return;
	if (roles & (ROLE_COPIER | ROLE_PARENT))
		same_content(c, file, content, w->time_ns, 0.8);
	if (roles & ROLE_PARENT)
		cause_gap(c, file, w->time_ns, 6.5, edge,
			  "copied by the operating system's own program; where from is in no record");
	else
		cause_step(c, w->subject, w->time_ns, edge, 1.0, activity_text((enum activity_op)w->op), "wrote the file");
}

static void marked_end(struct causes *c, uint32_t file, uint32_t mark, const struct content *content)
{
	const struct graph_edge *e = &c->g->edges[mark];
	struct trace_origin o = origin_of(ORIGIN_DOWNLOAD, file, e->time_ns);

	o.content = *content;
	o.url = graph_attribute(c->g, e, ATTRIBUTE_HOST_URL);
	o.referrer = graph_attribute(c->g, e, ATTRIBUTE_REFERRER_URL);
	o.mark = mark;
	o.downloaded = file;
	o.channel = e->subject;
	cause_end(c, &o, 0, "marked", mark, "the file's own mark says where it was fetched from");
}

/* What it held then, as its version information says. A list says what lay there when it was made, and a record of a
 * later run what ran then: another version may have stood there before. */
static void version_end(struct causes *c, uint32_t file, const struct content *content, int64_t ns)
{
	const struct graph *g = c->g;
	const struct graph_edge *e = content->edge == GRAPH_NONE ? NULL : &g->edges[content->edge];
	bool listed = e && e->op == ACTIVITY_FILE_PRESENT, later = e && (!e->timed || e->time_ns > ns + SAME_MOMENT_NS);
	struct trace_origin o;

	if (later && c->elsewhere.by_then && content->version.n &&
	    !c->elsewhere.by_then(c->elsewhere.ctx, content->product, content->version, path_os(g->nodes[file].name), ns)) {
		o = origin_of(ORIGIN_GAP, file, ns);
		o.gap = "which version ran then is in no record; the one that later records name is in none by then";
		o.not_yet = true;
		cause_end(c, &o, 4, "gap", content->edge, o.gap);
		return;
	}
	o = release_of(g, file, content, ns, GRAPH_NONE);
	o.gap = listed || later ? "neither its installation nor which version ran then is in a record"
				: "its installation is in no record";
	cause_end(c, &o, 4, "belongs_to", content->edge,
		  listed  ? "a list of files names this product at this place"
		  : later ? "a later record names this product at this place"
			  : "the file's version information names this product");
}

/* Nobody is seen writing it: what else tells where it is from. */
static void unwritten_ends(struct causes *c, uint32_t file, const struct content *content, int64_t ns,
			   const struct file_version *v)
{
	const struct graph *g = c->g;
	uint32_t package = package_of(c, file, content, ns, GRAPH_EVER, false);
	struct slice key = g->nodes[file].key;

	same_content(c, file, content, ns, 1.3);
	if (package != GRAPH_NONE) {
		struct trace_origin o = release_of(g, file, content, g->edges[package].time_ns, package);

		cause_end(c, &o, 1.2, "installed", package, "a record says that this product was installed");
	} else if (content->product.n && !role_system_path(key)) {
		version_end(c, file, content, ns);
	}
	if (other_drive(key)) {
		struct trace_origin o = origin_of(ORIGIN_REMOVABLE, file, ns);

		o.gap = "a drive other than the system's: whether it is removable is in no record";
		cause_end(c, &o, 5.5, "drive", GRAPH_NONE, "it lies on another drive, and no record tells of a write to it");
	}
	cause_gap(c, file, ns, role_system_path(key) ? 6.5 : 6, v->deleted,
		  v->deleted != GRAPH_NONE
			  ? "the file was deleted before; who wrote it anew is in no record"
			  : "who wrote the file is in no record: it is older than they are, or writes were not recorded");
}

void file_causes(struct causes *c, uint32_t file, int64_t ns)
{
	const struct graph *g = c->g;
	struct file_version v;
	struct content content;
	const char *ecosystem;
	struct slice package = role_language_package(g->nodes[file].key, &ecosystem);
	uint32_t mark = file_mark_at(g, file, ns);

	file_version_at(g, file, ns, &v);
	file_content_at(g, file, ns, &content);
	if (mark != GRAPH_NONE)
		marked_end(c, file, mark, &content);
	if (package.n) {
		struct trace_origin o = origin_of(ORIGIN_PACKAGE, file, v.from_ns == GRAPH_EVER ? ns : v.from_ns);

		o.name = package;
		o.ecosystem = ecosystem;
		o.content = content;
		cause_end(c, &o, 0.5, "package", v.write_count ? v.writes[0] : GRAPH_NONE,
			  "the file lies in the folder of this language package");
	}
	for (size_t i = 0; i < v.write_count; i++)
		writer_causes(c, file, v.writes[i], &content, mark != GRAPH_NONE);
	if (!v.write_count && mark == GRAPH_NONE)
		unwritten_ends(c, file, &content, ns, &v);
}
