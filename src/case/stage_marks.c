/* SPDX-License-Identifier: Apache-2.0 */
#include "case/stage_marks.h"

#include "base/heap.h"
#include "case/release.h"
#include "case/stage_package.h"
#include "graph/path.h"

#include <stdlib.h>
#include <string.h>

/* Two sources write one start's record within this. */
#define MOMENT_NS INT64_C(2000000000)
/* Of one file: its processes, and its own records. */
#define IMAGES_LOOKED_AT 256u
/* From an alert up. */
#define ANCESTORS_MAX 16u

struct marking {
	struct stage_marks *m;
	const struct graph *g;
	const struct stage_known *k;
	const char *os;
	bool started; /* it is known when the process that is being marked started */
	bool guessed; /* the last mark was told by time */
	struct arena scratch;
};

const struct stage_path *stage_marks_path(const struct stage_marks *m, struct slice path)
{
	return stage_path_of(m->paths, path);
}

static const struct stage_path *path_of(const struct marking *x, struct slice path)
{
	return stage_path_of(x->m->paths, path);
}

/* ---- installations ---- */

static bool action_is(const struct graph *g, const struct graph_edge *e, const char *const *words, size_t n)
{
	struct slice action = graph_attribute(g, e, ATTRIBUTE_ACTION);

	for (size_t i = 0; i < n; i++)
		if (slice_eq_nocase(action, slice_str(words[i])))
			return true;
	return false;
}

/* One more version that came, or was removed. Those of one version that follow each other are one. */
static void put_install(struct marking *x, const struct stage_install *i, bool gone)
{
	struct stage_marks *m = x->m;
	struct stage_install *last = m->install_count ? &m->installs[m->install_count - 1] : NULL;

	if (last && last->to_ns == GRAPH_OPEN && (gone || i->own != last->own)) {
		last->to_ns = i->from_ns;
		last->removed = gone;
		last->ended_by = i->edge;
	}
	if (!gone && last && last->to_ns == GRAPH_OPEN && last->asked && !i->asked)
		*last = *i; /* the record tells more */
	if (gone || (last && last->to_ns == GRAPH_OPEN))
		return;
	m->installs = heap_room(m->installs, m->install_count, &m->install_cap, sizeof(*m->installs));
	m->installs[m->install_count++] = *i;
}

static void add_install(struct marking *x, uint32_t edge)
{
	static const char *const ends[] = { "remove", "purge", "erase", "uninstall", "removed", "deleted", "erased" };
	static const char *const nothing[] = { "begin", "end", "failed" };
	const struct graph_edge *e = &x->g->edges[edge];
	struct slice version = graph_attribute(x->g, e, ATTRIBUTE_VERSION);
	bool gone = action_is(x->g, e, ends, sizeof(ends) / sizeof(*ends));
	enum stage_kin kin;

	if (e->object == GRAPH_NONE || !e->timed || action_is(x->g, e, nothing, sizeof(nothing) / sizeof(*nothing)))
		return;
	kin = stage_kin_of(x->k, x->g->nodes[e->object].name, version, graph_attribute(x->g, e, ATTRIBUTE_COMPANY), x->os);
	if (kin == KIN_NONE)
		return;
	put_install(x,
		    &(struct stage_install){ .from_ns = e->time_ns,
					     .to_ns = GRAPH_OPEN,
					     .edge = edge,
					     .own = kin == KIN_OWN,
					     .ended_by = GRAPH_NONE },
		    gone);
}

/* A program of the product that was given the address of a version: its updater. Behind it that version is there, where
 * no record of an installation says otherwise. */
static void add_asked(struct marking *x, uint32_t edge)
{
	const struct graph_edge *e = &x->g->edges[edge];
	enum stage_kin kin;

	if (e->op != ACTIVITY_PROCESS_START || e->object == GRAPH_NONE || !e->timed ||
	    !stage_in_place(x->k, path_of(x, x->g->nodes[e->object].name)) || !stage_for_system(x->k, x->os))
		return;
	kin = stage_ask_kin(x->k, url_in(graph_attribute(x->g, e, ATTRIBUTE_COMMAND_LINE)));
	if (kin == KIN_NONE)
		return;
	put_install(x,
		    &(struct stage_install){ .from_ns = e->time_ns + 1,
					     .to_ns = GRAPH_OPEN,
					     .edge = edge,
					     .own = kin == KIN_OWN,
					     .asked = true,
					     .ended_by = GRAPH_NONE },
		    false);
}

/* Both in the order of time. */
static void add_installs(struct marking *x)
{
	size_t next = 0;

	for (uint32_t i = 0; i < x->g->edge_count; i++) {
		while (next < x->g->packages.n && x->g->edges[x->g->packages.edges[next]].time_ns <= x->g->edges[i].time_ns)
			add_install(x, x->g->packages.edges[next++]);
		add_asked(x, i);
	}
	while (next < x->g->packages.n)
		add_install(x, x->g->packages.edges[next++]);
}

/* Where no installer's record tells of the product, a list of software does: an uninstall entry's time is that of
 * its installation or later. Only where no other version is listed: lists that were made one after the other do not
 * say when it changed. */
static void add_listed(struct marking *x)
{
	struct stage_marks *m = x->m;
	uint32_t first = GRAPH_NONE;

	for (uint32_t i = 0; i < x->g->edge_count && !m->install_count; i++) {
		const struct graph_edge *e = &x->g->edges[i];
		enum stage_kin kin;

		if (e->op != ACTIVITY_INVENTORY || e->object == GRAPH_NONE)
			continue;
		kin = stage_kin_of(x->k, x->g->nodes[e->object].name, graph_attribute(x->g, e, ATTRIBUTE_VERSION),
				   graph_attribute(x->g, e, ATTRIBUTE_COMPANY), x->os);
		if (kin == KIN_OTHER)
			return;
		if (kin == KIN_OWN && e->timed && first == GRAPH_NONE)
			first = i;
	}
	if (first == GRAPH_NONE)
		return;
	m->installs = heap_room(m->installs, m->install_count, &m->install_cap, sizeof(*m->installs));
	m->installs[m->install_count++] = (struct stage_install){ .from_ns = x->g->edges[first].time_ns,
								  .to_ns = GRAPH_OPEN,
								  .edge = first,
								  .own = true,
								  .listed = true,
								  .ended_by = GRAPH_NONE };
}

const struct stage_install *stage_install_at(const struct stage_marks *m, int64_t ns)
{
	/* The last whose files may have been written by then. */
	for (size_t i = m->install_count; i-- > 0;)
		if (ns >= m->installs[i].from_ns - (m->installs[i].asked ? 0 : INSTALL_WINDOW_NS))
			return m->installs[i].to_ns == GRAPH_OPEN || ns < m->installs[i].to_ns ? &m->installs[i] : NULL;
	return NULL;
}

/* ---- who is who ---- */

/* file: of the program, or GRAPH_NONE. Before the installer's record only what it had written by then is of its
 * version: its files come before its record. */
static enum stage_mark by_time(struct marking *x, uint32_t file, int64_t ns)
{
	const struct stage_install *i = stage_install_at(x->m, ns);
	struct file_version v;

	x->guessed = true;
	/* What was running already may be of any version before. */
	if (!x->started)
		return MARK_UNCLEAR;
	if (i && ns < i->from_ns) {
		if (file != GRAPH_NONE)
			file_version_at(x->g, file, ns, &v);
		if (file == GRAPH_NONE || !v.write_count || v.from_ns < i->from_ns - INSTALL_WINDOW_NS)
			i = i > x->m->installs && ns < i[-1].to_ns ? i - 1 : NULL;
	}
	return !i ? MARK_UNCLEAR : i->own ? MARK_OWN : MARK_OTHER;
}

static enum stage_mark of_kin(enum stage_kin kin, bool conflict)
{
	return kin == KIN_OTHER ? MARK_OTHER : kin == KIN_OWN ? (conflict ? MARK_UNCLEAR : MARK_OWN) : MARK_NONE;
}

/* Programs beside the product's own, of the same company: its updater, its helper. */
static enum stage_mark of_sibling(const struct marking *x, const struct content *c, bool conflict)
{
	for (size_t i = 0; i < x->k->n; i++) {
		const struct stage_wanted *w = &x->k->wanted[i];

		if (w->product.n && stage_kin_of(x->k, w->product, c->version, c->company, x->os) != KIN_NONE && c->company.n)
			return of_kin(stage_kin_of(x->k, w->product, c->version, c->company, x->os), conflict);
	}
	return MARK_NONE;
}

static struct content content_of_edge(const struct graph *g, const struct graph_edge *e)
{
	return (struct content){ .product = graph_attribute(g, e, ATTRIBUTE_PRODUCT),
				 .version = graph_attribute(g, e, ATTRIBUTE_VERSION),
				 .company = graph_attribute(g, e, ATTRIBUTE_COMPANY),
				 .edge = GRAPH_NONE };
}

static void take_newer(const struct graph *g, uint32_t edge, int64_t from, int64_t to, struct content *c)
{
	const struct graph_edge *e = &g->edges[edge];

	if (!e->timed || e->time_ns < from || e->time_ns > to || !graph_attribute(g, e, ATTRIBUTE_PRODUCT).n ||
	    (c->edge != GRAPH_NONE && e->time_ns < g->edges[c->edge].time_ns))
		return;
	*c = content_of_edge(g, e);
	c->edge = edge;
}

/* What a record told of the file last, before that moment and behind a known write: what comes later may be of another
 * version, whose writing is in no record. */
static void read_before(const struct graph *g, uint32_t file, int64_t ns, struct content *c)
{
	const struct graph_node *n = &g->nodes[file];
	struct file_version v;
	uint32_t at = map_get(&g->by_image, n->key);

	file_version_at(g, file, ns, &v);
	if (!v.write_count)
		return;
	for (unsigned steps = 0; at != MAP_NONE && at && steps < IMAGES_LOOKED_AT; at = g->image_next[at - 1], steps++)
		if (g->nodes[at - 1].started != GRAPH_NONE)
			take_newer(g, g->nodes[at - 1].started, v.from_ns, ns + MOMENT_NS, c);
	for (uint32_t i = 0; i < n->in_count && i < IMAGES_LOOKED_AT; i++)
		take_newer(g, g->in[n->in + i], v.from_ns, ns + MOMENT_NS, c);
}

/* The release or package that a program belongs to. e: the record of its start or load, or NULL. */
static enum stage_mark of_program(struct marking *x, const struct graph_edge *e, struct slice path, int64_t ns)
{
	bool conflict = false;
	struct content c = { .edge = GRAPH_NONE };
	enum stage_kin kin = e ? stage_kin_by_hash(x->k, x->g, e, path, &conflict) : KIN_NONE;
	const struct stage_path *where = path_of(x, path);
	enum stage_mark mark;
	uint32_t file;

	if (kin != KIN_NONE)
		return of_kin(kin, false);
	if (e)
		c = content_of_edge(x->g, e);
	mark = of_kin(stage_kin_of(x->k, c.product, c.version, c.company, where->os), conflict);
	if (mark != MARK_NONE || !(stage_in_place(x->k, where) || where->package_place))
		return mark;
	x->guessed = true;
	file = graph_find(x->g, ENTITY_FILE, path);
	/* Beside its files lies what it wrote itself, too. */
	if (file != GRAPH_NONE && stage_acts((enum stage_mark)x->m->wrote[file]) &&
	    !stage_at_its_place(x->k, where))
		return mark;
	if (!c.product.n && file != GRAPH_NONE)
		read_before(x->g, file, ns, &c);
	mark = of_kin(stage_kin_of(x->k, c.product, c.version, c.company, where->os), conflict);
	if (mark == MARK_NONE && c.version.n)
		mark = of_sibling(x, &c, conflict);
	if (mark != MARK_NONE || c.product.n)
		return mark;
	return conflict ? MARK_UNCLEAR : by_time(x, file, ns);
}

bool stage_known_place(const struct stage_marks *m, struct slice place)
{
	bool deployed = false;

	for (size_t i = 0; i < m->k->n; i++)
		deployed |= m->k->wanted[i].kind == ORIGIN_DEPLOYMENT;
	return (m->alerting || deployed) && map_get(&m->k->own_places, place) != MAP_NONE;
}

/* What was brought in by itself: known by content, or as the file that it was on the hosts with alerts. */
static enum stage_mark of_file(struct marking *x, const struct graph_edge *e, struct slice path)
{
	bool conflict = false;
	enum stage_kin kin = e ? stage_kin_by_hash(x->k, x->g, e, path, &conflict) : KIN_NONE;
	struct slice place;

	if (kin == KIN_OWN)
		return MARK_OWN;
	place = path_of(x, path)->place;
	if (conflict || map_get(&x->k->own_places, place) == MAP_NONE)
		return MARK_NONE;
	return stage_known_place(x->m, place) ? MARK_OWN : MARK_UNCLEAR;
}

static bool by_product(const struct stage_known *k)
{
	for (size_t i = 0; i < k->n; i++)
		if (k->wanted[i].product.n && (k->wanted[i].kind == ORIGIN_RELEASE || k->wanted[i].kind == ORIGIN_PACKAGE))
			return true;
	return false;
}

/* A package's own script or file, of the version that was there; what has no version is of any. */
static enum stage_mark of_package(struct marking *x, const struct stage_wanted *w, struct slice path, int64_t ns)
{
	enum stage_mark mark;

	if (!w)
		return MARK_NONE;
	if (!w->version.n)
		return MARK_OWN;
	mark = by_time(x, graph_find(x->g, ENTITY_FILE, path), ns);
	return mark == MARK_UNCLEAR && x->m->alerting ? MARK_OWN : mark;
}

static enum stage_mark of_path(struct marking *x, const struct graph_edge *e, struct slice path, int64_t ns)
{
	enum stage_mark mark = MARK_NONE;

	x->guessed = false;
	arena_reset(&x->scratch);
	if (by_product(x->k)) {
		mark = of_package(x, path_of(x, path)->package, path, ns);
		if (mark == MARK_NONE)
			mark = of_program(x, e, path, ns);
	}
	return mark == MARK_NONE ? of_file(x, e, path) : mark;
}

static struct slice parents_command(const struct marking *x, const struct graph_edge *e)
{
	uint32_t started = e->subject == GRAPH_NONE ? GRAPH_NONE : x->g->nodes[e->subject].started;

	return started == GRAPH_NONE ? slice_of(NULL, 0) : graph_attribute(x->g, &x->g->edges[started], ATTRIBUTE_COMMAND_LINE);
}

/* An interpreter, or a host of others' code, acts for what its command line names. */
static enum stage_mark of_command(struct marking *x, const struct graph_edge *e, struct slice image)
{
	struct slice command = graph_attribute(x->g, e, ATTRIBUTE_COMMAND_LINE), path;
	size_t at = 0;

	if (!(path_of(x, image)->roles & (ROLE_INTERPRETER | ROLE_HOST | (by_product(x->k) ? 0 : ROLE_COPIER))))
		return MARK_NONE;
	for (unsigned i = 0; i < 16 && (path = path_in_command(command, &at)).p; i++) {
		enum stage_mark mark = of_path(x, NULL, path, e->time_ns);

		if (mark != MARK_NONE)
			return mark;
	}
	/* A package manager runs its scripts where the package lies; where no record says where, as its own child. */
	command = graph_attribute(x->g, e, ATTRIBUTE_DIRECTORY);
	if (command.n)
		return of_package(x, stage_package_in(x->k, command), command, e->time_ns);
	return of_package(x, stage_package_asked(x->k, parents_command(x, e)), command, e->time_ns);
}

/* Browsers, installers and parents of the system do what their users ask for, whoever opened them. */
static bool passes_on(const struct marking *x, struct slice image)
{
	static const char *const fetchers[] = { "curl", "curl.exe", "wget", "wget.exe" };

	/* These fetch what their parent says. */
	for (size_t i = 0; i < sizeof(fetchers) / sizeof(*fetchers); i++)
		if (slice_eq_nocase(path_tail(image), slice_str(fetchers[i])))
			return false;
	return path_of(x, image)->roles & (ROLE_BROWSER | ROLE_MAIL | ROLE_PARENT | ROLE_DEPLOYMENT) ||
	       slice_eq_nocase(path_tail(image), slice_str("msiexec.exe"));
}

bool stage_second(const struct stage_marks *m, const struct graph_edge *e)
{
	uint32_t file = e->object;
	bool conflict;

	if (e->op == ACTIVITY_PROCESS_START)
		file = image_file(m->g, e->object);
	if (file == GRAPH_NONE || !m->wrote[file])
		return false;
	if (e->op == ACTIVITY_PROCESS_START)
		return m->of[e->object] == MARK_SECOND;
	/* Its own version, or the next, that its updater brought. */
	if (stage_kin_by_hash(m->k, m->g, e, m->g->nodes[file].name, &conflict) != KIN_NONE)
		return false;
	return stage_kin_of(m->k, graph_attribute(m->g, e, ATTRIBUTE_PRODUCT), graph_attribute(m->g, e, ATTRIBUTE_VERSION),
			    graph_attribute(m->g, e, ATTRIBUTE_COMPANY), NULL) == KIN_NONE;
}

/* Two sources tell of one start, and one of them less. */
static bool says_more(enum stage_mark was, enum stage_mark now)
{
	static const int weight[MARK_COUNT] = { [MARK_CHILD] = 1, [MARK_OTHER_CHILD] = 1,
						[MARK_UNCLEAR_CHILD] = 1, [MARK_UNCLEAR] = 2,
						[MARK_SECOND] = 3, [MARK_OTHER] = 4, [MARK_OWN] = 5 };

	return weight[now] > weight[was];
}

static bool is_program(enum stage_mark m)
{
	return m == MARK_OTHER || m == MARK_OWN;
}

/* What a record says of a program goes before what time alone says of it. */
static bool better(const struct marking *x, uint32_t node, enum stage_mark mark)
{
	enum stage_mark was = stage_mark_of(x->m, node);

	if (is_program(was) && is_program(mark) && x->m->guessed[node] != x->guessed)
		return x->m->guessed[node];
	return says_more(was, mark);
}

static bool is_asking(const struct marking *x, const struct graph_edge *e)
{
	for (size_t i = 0; i < x->m->install_count; i++)
		if (x->m->installs[i].asked && x->g->edges[x->m->installs[i].edge].object == e->object)
			return true;
	return stage_ask_kin(x->k, url_in(graph_attribute(x->g, e, ATTRIBUTE_COMMAND_LINE))) != KIN_NONE;
}

static void mark_start(struct marking *x, const struct graph_edge *e)
{
	const struct graph_node *n = &x->g->nodes[e->object];
	enum stage_mark mark = of_path(x, e, n->name, e->time_ns), parent = stage_mark_of(x->m, e->subject);
	uint32_t file = image_file(x->g, e->object);

	/* Who fetches the version is not yet of it. */
	if (mark == MARK_OWN && x->guessed && is_asking(x, e))
		mark = MARK_UNCLEAR;
	if (mark == MARK_UNCLEAR && x->m->traced[e->object])
		mark = MARK_OWN;
	if (mark == MARK_NONE) {
		mark = of_command(x, e, n->name);
		x->m->brought[e->object] |= mark == MARK_OWN && !by_product(x->k);
	}
	if (mark == MARK_NONE && file != GRAPH_NONE && stage_acts((enum stage_mark)x->m->wrote[file]))
		mark = x->m->brought[file] ? MARK_OWN : MARK_SECOND;
	if (mark == MARK_NONE && !passes_on(x, n->name))
		mark = stage_acts(parent)	  ? MARK_CHILD
		       : stage_acts_other(parent) ? MARK_OTHER_CHILD
		       : stage_may_act(parent)	  ? MARK_UNCLEAR_CHILD
						  : MARK_NONE;
	if (better(x, e->object, mark)) {
		x->m->of[e->object] = (uint8_t)mark;
		x->m->guessed[e->object] = x->guessed;
	} else if (mark == stage_mark_of(x->m, e->object)) {
		x->m->guessed[e->object] &= x->guessed;
	}
}

static void mark_load(struct marking *x, const struct graph_edge *e)
{
	bool conflict;
	enum stage_mark mark = stage_mark_of(x->m, e->subject);
	enum stage_kin kin = stage_kin_by_hash(x->k, x->g, e, x->g->nodes[e->object].name, &conflict);

	if (kin == KIN_OWN && !stage_acts(mark))
		x->m->of[e->subject] = MARK_OWN;
	else if (kin == KIN_OTHER && (mark == MARK_UNCLEAR || (mark == MARK_OWN && x->m->guessed[e->subject])))
		x->m->of[e->subject] = MARK_OTHER;
	else if (mark == MARK_NONE && stage_acts((enum stage_mark)x->m->wrote[e->object]) && stage_second(x->m, e))
		x->m->of[e->subject] = MARK_SECOND;
}

/* An updater that writes into its own folder brings the product's files: no second stage. */
static bool installs_beside(struct marking *x, const struct graph_edge *e)
{
	struct slice image = e->subject == GRAPH_NONE ? slice_of(NULL, 0) : x->g->nodes[e->subject].name;
	struct slice path = x->g->nodes[e->object].name, folder = path_folder(image);

	if (!folder.n || !(path_of(x, image)->roles & ROLE_INSTALLER))
		return false;
	return stage_in_place(x->k, path_of(x, path)) ||
	       (path.n > folder.n && slice_eq_nocase(slice_head(path, folder.n), folder));
}

static void mark_edge(struct marking *x, const struct graph_edge *e)
{
	if (e->object == GRAPH_NONE)
		return;
	switch (e->op) {
	case ACTIVITY_PROCESS_START:
		mark_start(x, e);
		break;
	case ACTIVITY_IMAGE_LOAD:
		if (e->subject != GRAPH_NONE)
			mark_load(x, e);
		break;
	case ACTIVITY_FILE_CREATE:
	case ACTIVITY_FILE_WRITE:
	case ACTIVITY_FILE_RENAME:
	case ACTIVITY_DOWNLOAD: {
		enum stage_mark mark = stage_mark_of(x->m, e->subject);

		if (installs_beside(x, e))
			mark = MARK_NONE;
		x->m->brought[e->object] = e->subject != GRAPH_NONE && x->m->brought[e->subject];
		x->m->wrote[e->object] = stage_acts(mark) || stage_acts_other(mark) ? (uint8_t)mark : MARK_NONE;
		break;
	}
	default:
		break;
	}
}

/* Processes whose start is in no record, by image and when they are first met. */
static void mark_unstarted(struct marking *x)
{
	for (uint32_t i = 0; i < x->g->node_count; i++) {
		const struct graph_node *n = &x->g->nodes[i];
		int64_t ns = GRAPH_EVER;

		if (n->kind != ENTITY_PROCESS || n->started != GRAPH_NONE || !n->name.n)
			continue;
		if (n->out_count && graph_out(x->g, n, 0)->timed)
			ns = graph_out(x->g, n, 0)->time_ns;
		x->m->of[i] = (uint8_t)of_path(x, NULL, n->name, ns);
		x->m->guessed[i] = x->guessed;
	}
}

static void mark_all(struct marking *x)
{
	x->started = false;
	mark_unstarted(x);
	x->started = true;
	for (size_t i = 0; i < x->g->edge_count; i++)
		mark_edge(x, &x->g->edges[i]);
}

/* From the process of a deed up to a program of the product of which nothing tells the version: if the deed is the
 * origin's, the program is. */
static bool trace_alert(struct marking *x, uint32_t node, bool start)
{
	for (unsigned steps = 0; node != GRAPH_NONE && steps < ANCESTORS_MAX; steps++) {
		const struct graph_node *n = &x->g->nodes[node];

		if (n->kind != ENTITY_PROCESS || n->started == GRAPH_NONE)
			return false;
		/* Who brings a version is of the one before. */
		if (path_of(x, n->name)->roles & ROLE_INSTALLER || is_asking(x, &x->g->edges[n->started]))
			return false;
		/* What ran long before it was anywhere is another version. */
		if (x->k->first_ns != INT64_MAX && x->g->edges[n->started].timed &&
		    x->g->edges[n->started].time_ns < x->k->first_ns - RELEASE_EARLIER_NS)
			return false;
		/* That it was started is no deed of it. */
		if (stage_mark_of(x->m, node) == MARK_UNCLEAR && (steps || !start)) {
			x->m->traced[node] = 1;
			return true;
		}
		if (is_program(stage_mark_of(x->m, node)))
			return false;
		node = x->g->edges[n->started].subject;
	}
	return false;
}

/* An alert that leads to the origin, or a contact to whom nobody else calls. */
static bool tells(struct marking *x, const struct graph_edge *e)
{
	struct slice names[2];
	size_t n;

	if (x->m->alerting && stage_is_alerted(x->k, x->g, e))
		return true;
	if (!x->k->destinations.n)
		return false;
	arena_reset(&x->scratch);
	n = e->op == ACTIVITY_PROCESS_START ? stage_asked(x->g, e, &x->scratch, names)
					    : stage_destinations(x->g, e, &x->scratch, names);
	for (size_t i = 0; i < n; i++)
		if (map_get(&x->k->destinations, names[i]) != MAP_NONE)
			return true;
	return false;
}

static bool trace_alerts(struct marking *x)
{
	bool some = false;

	for (uint32_t i = 0; i < x->g->edge_count; i++) {
		const struct graph_edge *e = &x->g->edges[i];

		/* A verdict on a file says nothing of what ran. */
		if (e->op != ACTIVITY_ALERT && tells(x, e))
			some |= trace_alert(x, e->op == ACTIVITY_PROCESS_START ? e->object : e->subject,
					    e->op == ACTIVITY_PROCESS_START);
	}
	return some;
}

void stage_marks_init(struct stage_marks *m, const struct stage_known *k, struct graph *g, struct slice host)
{
	struct marking x = { .m = m, .g = g, .k = k, .os = stage_os_of_graph(g) };

	*m = (struct stage_marks){ .g = g, .k = k };
	m->of = heap_array(g->node_count + 1, 1);
	m->wrote = heap_array(g->node_count + 1, 1);
	m->guessed = heap_array(g->node_count + 1, 1);
	m->brought = heap_array(g->node_count + 1, 1);
	m->traced = heap_array(g->node_count + 1, 1);
	m->paths = heap_new(sizeof(*m->paths));
	stage_paths_init(m->paths, k);
	arena_init(&x.scratch, 0);
	m->alerting = map_get(&k->alerting, arena_lower(&x.scratch, host)) != MAP_NONE;
	add_installs(&x);
	add_listed(&x);
	mark_all(&x);
	if (trace_alerts(&x)) {
		memset(m->of, 0, g->node_count);
		memset(m->wrote, 0, g->node_count);
		memset(m->guessed, 0, g->node_count);
		memset(m->brought, 0, g->node_count);
		mark_all(&x);
	}
	arena_done(&x.scratch);
}

void stage_marks_done(struct stage_marks *m)
{
	stage_paths_done(m->paths);
	free(m->paths);
	free(m->of);
	free(m->wrote);
	free(m->guessed);
	free(m->brought);
	free(m->traced);
	free(m->installs);
	*m = (struct stage_marks){ 0 };
}
