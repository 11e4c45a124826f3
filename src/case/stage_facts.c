/* SPDX-License-Identifier: Apache-2.0 */
#include "case/stage_facts.h"

#include "base/heap.h"
#include "case/stage_deeds.h"
#include "case/stage_package.h"
#include "case/stage_sources.h"
#include "graph/path.h"

#include <stdlib.h>

#define TEXT_BYTES 240u
/* Sysmon's keys begin with the machine's number, which an image's clones share; an EDR numbers each machine anew. */
#define MACHINE_DIGITS 8u
#define EVER_NS (INT64_C(50) * 366 * 86400 * 1000000000)
#define MINUTE_NS (INT64_C(60) * 1000000000)
/* Repeated contact: three moments at least a minute apart, over ten minutes. */
#define BEACON_MOMENTS 3u
#define BEACON_SPAN_NS (10 * MINUTE_NS)
/* Files outside its own folders that are gone or renamed, and the folders they lay in: no tidying up. */
#define MANY_FILES 200u
#define MANY_FOLDERS 5u

/* Contacts of one destination in one life, questions and connections apart. */
struct calls {
	uint32_t epoch;
	uint64_t moments;
	int64_t first_ns, last_ns;
	struct stage_sighting third;
};

struct gathering {
	const struct stage_known *k;
	const struct graph *g;
	struct stage_marks marks;
	struct arena *arena;
	struct arena scratch;
	struct stage_facts *lives; /* of this host */
	size_t life_count;
	struct map called; /* life, op, destination -> calls */
	struct calls *calls;
	size_t call_count, call_cap;
	struct map *seen;    /* each life's discovery commands, and files that it lost */
	struct map *folders; /* of these files */
};

static size_t life_at(const struct gathering *x, const struct graph_edge *e)
{
	size_t i = x->life_count - 1;

	/* What has no time is of what is there now. */
	while (e->timed && i > 0 && e->time_ns < x->g->epochs[i].from_ns)
		i--;
	return i;
}

static struct told_pointer pointer_of(const struct gathering *x, const struct graph_edge *e)
{
	struct graph_place p = graph_place(x->g, (uint32_t)(e - x->g->edges));

	return (struct told_pointer){ true, p.source, p.record, p.offset };
}

/* How many records an edge is of. */
static uint64_t alike(const struct gathering *x, const struct graph_edge *e)
{
	return e->span ? x->g->spans[e->span - 1].count : 1;
}

static struct stage_sighting sighting(struct gathering *x, const struct graph_edge *e, struct slice text)
{
	return (struct stage_sighting){ .ns = e->time_ns,
					.timed = e->timed,
					.at = pointer_of(x, e),
					.text = arena_keep(x->arena, slice_head(text, TEXT_BYTES)) };
}

/* Makes the text only where it will be shown. */
static void prove(struct gathering *x, struct stage_proof *p, const struct graph_edge *e, const char *says, struct slice what)
{
	struct stage_sighting s = { .ns = e->time_ns, .timed = e->timed, .at = pointer_of(x, e) };

	if (p->n < STAGE_SHOWN || (s.timed && s.ns < p->shown[STAGE_SHOWN - 1].ns))
		s.text = arena_printf(x->arena, "%s: %.*s", says, (int)(what.n < TEXT_BYTES ? what.n : TEXT_BYTES),
				      (const char *)what.p);
	stage_prove_span(p, &s, graph_last(x->g, e), alike(x, e));
}

static struct stage_facts *facts_at(struct gathering *x, const struct graph_edge *e)
{
	return &x->lives[life_at(x, e)];
}

static struct slice name_of(const struct gathering *x, const struct graph_edge *e)
{
	return x->g->nodes[e->object].name;
}

static const struct stage_path *path_of(const struct gathering *x, struct slice path)
{
	return stage_marks_path(&x->marks, path);
}

/* ---- S0 to S3: offered, delivered, installed, executed ---- */

static bool own_url(struct gathering *x, struct slice url)
{
	return stage_url_kin(x->k, url) == KIN_OWN;
}

static void see_offer(struct gathering *x, const struct graph_edge *e)
{
	struct slice url = e->op == ACTIVITY_HTTP_REQUEST    ? name_of(x, e)
			   : e->op == ACTIVITY_PROCESS_START ? url_in(graph_attribute(x->g, e, ATTRIBUTE_COMMAND_LINE))
							     : graph_attribute(x->g, e, ATTRIBUTE_HOST_URL);

	bool asked = e->op == ACTIVITY_PROCESS_START && stage_in_place(x->k, path_of(x, name_of(x, e)));

	/* One address may serve two systems. */
	if ((asked ? stage_ask_kin(x->k, url) == KIN_OWN : own_url(x, url)) && stage_for_system(x->k, facts_at(x, e)->os))
		prove(x, &facts_at(x, e)->proofs[STAGE_S0], e, "asked for where it is fetched from", url);
	if (e->op == ACTIVITY_PROCESS_START && stage_package_asked(x->k, graph_attribute(x->g, e, ATTRIBUTE_COMMAND_LINE)))
		prove(x, &facts_at(x, e)->proofs[STAGE_S0], e, "asked for by its name",
		      graph_attribute(x->g, e, ATTRIBUTE_COMMAND_LINE));
}

/* The package that an installer was given, from the record of the installation back. */
static void see_package_file(struct gathering *x, const struct graph_edge *e)
{
	uint32_t client = e->subject == GRAPH_NONE ? GRAPH_NONE : installer_client(x->g, e->subject, e->time_ns), file;
	struct slice path = graph_attribute(x->g, e, ATTRIBUTE_SOURCE_FILE), command;
	struct file_version v;
	size_t at = 0;

	/* The record may name no process: then the last installer that was started with a package. */
	for (size_t i = 0; client == GRAPH_NONE && !path.n && i < x->g->node_count; i++) {
		const struct graph_node *n = &x->g->nodes[i];

		if (n->kind == ENTITY_PROCESS && n->started != GRAPH_NONE && n->start_ns <= e->time_ns &&
		    n->start_ns > e->time_ns - INSTALL_WINDOW_NS &&
		    slice_search(graph_attribute(x->g, &x->g->edges[n->started], ATTRIBUTE_COMMAND_LINE), slice_str(".msi")))
			client = (uint32_t)i;
	}
	command = client == GRAPH_NONE ? slice_of(NULL, 0)
				       : graph_attribute(x->g, &x->g->edges[x->g->nodes[client].started], ATTRIBUTE_COMMAND_LINE);
	while (!path.n && (path = path_in_command(command, &at)).p)
		if (!path_is_package(path))
			path.n = 0;
	file = path.n ? graph_find(x->g, ENTITY_FILE, path) : GRAPH_NONE;
	if (file == GRAPH_NONE)
		return;
	file_version_at(x->g, file, e->time_ns, &v);
	for (size_t i = 0; i < v.write_count; i++)
		prove(x, &facts_at(x, e)->proofs[STAGE_S1], &x->g->edges[v.writes[i]], "its installer was written", path);
}

static void see_install(struct gathering *x, const struct stage_install *i)
{
	const struct graph_edge *e = &x->g->edges[i->edge];
	struct stage_facts *f = facts_at(x, e);

	if (!i->own || i->asked || i->listed)
		return;
	prove(x, &f->proofs[STAGE_S2], e, "installed, by the installer's record",
	      arena_printf(&x->scratch, "%.*s %.*s", (int)name_of(x, e).n, (const char *)name_of(x, e).p,
			   (int)graph_attribute(x->g, e, ATTRIBUTE_VERSION).n,
			   (const char *)graph_attribute(x->g, e, ATTRIBUTE_VERSION).p));
	if (!f->installed || i->from_ns - INSTALL_WINDOW_NS < f->installed_ns)
		f->installed_ns = i->from_ns - INSTALL_WINDOW_NS;
	f->installed = true;
	see_package_file(x, e);
	if (i->ended_by == GRAPH_NONE)
		return;
	e = &x->g->edges[i->ended_by];
	prove(x, &facts_at(x, e)->removed, e, i->removed ? "uninstalled" : "replaced by another version", name_of(x, e));
}

/* Is its installer at work? By a package's record; or its own address was asked for a short while ago. */
static bool arriving(const struct gathering *x, const struct graph_edge *e, int64_t behind_ns)
{
	const struct stage_install *i = e->timed ? stage_install_at(&x->marks, e->time_ns) : NULL;
	const struct stage_proof *offered = &x->lives[life_at(x, e)].proofs[STAGE_S0];

	if (i && i->own && e->time_ns - behind_ns <= i->from_ns)
		return true;
	return e->timed && offered->timed && e->time_ns >= offered->last_ns && e->time_ns - offered->last_ns <= INSTALL_WINDOW_NS;
}

static bool is_write(const struct graph_edge *e)
{
	return e->op == ACTIVITY_FILE_CREATE || e->op == ACTIVITY_FILE_WRITE || e->op == ACTIVITY_FILE_RENAME ||
	       e->op == ACTIVITY_DOWNLOAD || e->op == ACTIVITY_STREAM;
}

/* A language's package of which no version is told, as it is unpacked. */
static bool unpacked(const struct gathering *x, struct slice path)
{
	const struct stage_wanted *w = path_of(x, path)->package;

	return w && !w->version.n;
}

/* Files of it as they are written or found: by content; by address; where a package's record says that its
 * installer was at work, by place. */
static void see_file(struct gathering *x, const struct graph_edge *e)
{
	bool conflict, write = is_write(e);
	struct slice path = name_of(x, e);
	const struct stage_path *where = path_of(x, path);
	struct slice place = where->place;
	enum stage_kin kin = stage_kin_by_hash(x->k, x->g, e, path, &conflict);
	struct stage_facts *f = facts_at(x, e);
	bool ours = kin == KIN_OWN || (write && own_url(x, graph_attribute(x->g, e, ATTRIBUTE_HOST_URL)));

	if (!ours && kin == KIN_NONE && !conflict)
		ours = stage_kin_of(x->k, graph_attribute(x->g, e, ATTRIBUTE_PRODUCT),
				    graph_attribute(x->g, e, ATTRIBUTE_VERSION), graph_attribute(x->g, e, ATTRIBUTE_COMPANY),
				    where->os) == KIN_OWN;
	if (!ours && kin == KIN_NONE && !conflict && !x->k->wanted[0].version.n)
		ours = stage_known_place(&x->marks, place);
	/* What a package manager puts into the package's own folder. */
	if (!ours && kin == KIN_NONE && !conflict && write)
		ours = unpacked(x, path);
	if (!ours && kin == KIN_NONE && !conflict && write && arriving(x, e, MINUTE_NS))
		ours = map_get(&x->k->places, place) != MAP_NONE;
	if (ours && write)
		prove(x, &f->proofs[STAGE_S1], e, "a file of it was written", path);
	else if (ours)
		prove(x, &f->proofs[STAGE_S2], e, "a file of it was there", path);
	else if (kin == KIN_NONE && stage_at_its_place(x->k, where) && !graph_attribute(x->g, e, ATTRIBUTE_VERSION).n)
		prove(x, &f->lies, e, "lies there, and no record tells of which version", path);
}

static void see_inventory(struct gathering *x, const struct graph_edge *e)
{
	struct stage_facts *f = facts_at(x, e);

	if (stage_kin_of(x->k, name_of(x, e), graph_attribute(x->g, e, ATTRIBUTE_VERSION),
			 graph_attribute(x->g, e, ATTRIBUTE_COMPANY), f->os) == KIN_OWN)
		prove(x, &f->proofs[STAGE_S2], e, "listed as installed", name_of(x, e));
}

static void note_user(struct stage_facts *f, struct slice user, struct arena *arena)
{
	/* Security's records name the account, Sysmon's its domain too. */
	for (size_t i = 0; i < f->user_count; i++)
		if (slice_eq_nocase(path_tail(f->users[i]), path_tail(user))) {
			if (user.n > f->users[i].n)
				f->users[i] = arena_keep(arena, user);
			return;
		}
	if (user.n && f->user_count < STAGE_USERS)
		f->users[f->user_count++] = arena_keep(arena, user);
}

static void see_run(struct gathering *x, const struct graph_edge *e)
{
	enum stage_mark mark = stage_mark_of(&x->marks, e->object);
	struct stage_facts *f = facts_at(x, e);

	if (mark == MARK_OWN) {
		prove(x, &f->proofs[STAGE_S3], e,
		      x->marks.traced[e->object]    ? "it ran at its place, and did what only it does"
		      : x->marks.guessed[e->object] ? "it ran at its place, behind its installation"
						    : "it ran",
		      name_of(x, e));
		note_user(f, graph_attribute(x->g, e, ATTRIBUTE_USER), x->arena);
	} else if (mark == MARK_UNCLEAR) {
		prove(x, &f->unclear, e, "ran, and no record tells which version", name_of(x, e));
	}
}

static bool has_hash(const struct gathering *x, const struct graph_edge *e)
{
	return graph_attribute(x->g, e, ATTRIBUTE_SHA256).n || graph_attribute(x->g, e, ATTRIBUTE_SHA1).n ||
	       graph_attribute(x->g, e, ATTRIBUTE_MD5).n;
}

/* By content; where a record has none (the list of a prefetch file), by the place of a module of the product, as long
 * as its own version is the one that was installed. */
static void see_load(struct gathering *x, const struct graph_edge *e)
{
	const struct stage_install *i = e->timed ? stage_install_at(&x->marks, e->time_ns) : NULL;
	struct slice place = path_of(x, name_of(x, e))->place;
	bool conflict;

	if (stage_kin_by_hash(x->k, x->g, e, name_of(x, e), &conflict) == KIN_OWN)
		prove(x, &facts_at(x, e)->proofs[STAGE_S3], e, "a module of it was loaded", name_of(x, e));
	else if (i && i->own && e->time_ns >= i->from_ns && !has_hash(x, e) && map_get(&x->k->places, place) != MAP_NONE)
		prove(x, &facts_at(x, e)->proofs[STAGE_S3], e, "a module of it was loaded, by its place", name_of(x, e));
}

/* ---- S4, S5: contacts ---- */

static void count_call(struct gathering *x, const struct graph_edge *e, struct slice destination)
{
	size_t life = life_at(x, e);
	struct slice key = arena_printf(&x->scratch, "%zu|%u|%.*s", life, e->op, (int)destination.n, (const char *)destination.p);
	uint32_t at = map_intern(&x->called, key);
	struct calls *c;
	bool far;

	if (at == x->call_count) {
		x->calls = heap_room(x->calls, x->call_count, &x->call_cap, sizeof(*x->calls));
		x->calls[x->call_count++] = (struct calls){ .epoch = (uint32_t)life, .first_ns = e->time_ns, .last_ns = GRAPH_EVER };
	}
	c = &x->calls[at];
	far = c->last_ns == GRAPH_EVER || e->time_ns - c->last_ns >= MINUTE_NS;
	c->moments += far;
	if (alike(x, e) > 1 && graph_last(x->g, e) > e->time_ns) {
		/* Of those that are folded into one the times between are not kept. */
		uint64_t room = (uint64_t)((graph_last(x->g, e) - e->time_ns) / MINUTE_NS);

		c->moments += room < alike(x, e) - 1 ? room : alike(x, e) - 1;
	}
	if (graph_last(x->g, e) > c->last_ns)
		c->last_ns = graph_last(x->g, e);
	if (c->moments >= BEACON_MOMENTS && !c->third.text.n)
		c->third = sighting(x, e, arena_printf(&x->scratch, "called again and again: %.*s", (int)destination.n,
						       (const char *)destination.p));
}

/* A program of it calls whom nobody else does. */
static void see_call(struct gathering *x, const struct graph_edge *e)
{
	static const char *const says[] = {
		[DESTINATION_ALONE] = "called whom other versions and hosts without it do not",
		[DESTINATION_APART] = "called whom nobody else calls, as hosts do whose alerts lead to it (no other version to compare)",
		[DESTINATION_MACHINES] = "called whom hardly any machine calls without it",
	};
	bool start = e->op == ACTIVITY_PROCESS_START, told = false;
	enum stage_mark mark = stage_mark_of(&x->marks, start ? e->object : e->subject);
	struct slice names[2];
	size_t n;

	if (!stage_acts(mark) || (start && mark == MARK_OWN))
		return;
	n = start ? stage_asked(x->g, e, &x->scratch, names) : stage_destinations(x->g, e, &x->scratch, names);
	for (size_t i = 0; i < n; i++) {
		uint32_t kind = map_get(&x->k->destinations, names[i]);

		if (kind == MAP_NONE)
			continue;
		if (!told)
			prove(x, &facts_at(x, e)->proofs[STAGE_S4], e, says[kind], names[i]);
		told = true;
		if (e->timed)
			count_call(x, e, names[i]);
	}
}

/* ---- contacts of the machine, of which no record tells the program ---- */

static void earlier(const struct stage_proof *p, bool *ret_any, int64_t *ret_ns)
{
	*ret_any |= p->n > 0;
	if (p->timed && p->first_ns < *ret_ns)
		*ret_ns = p->first_ns;
}

/* Since when it may have been on the host, as far as records of this life say: it was, or the product was in a version that
 * no record tells, which whom only this version calls tells. GRAPH_EVER: a list says so, and not since when. False where
 * nothing does. */
static bool may_have_it(const struct stage_facts *f, int64_t *ret_ns)
{
	bool any = false;
	int64_t ns = INT64_MAX;

	for (int s = STAGE_S1; s <= STAGE_S3; s++)
		earlier(&f->proofs[s], &any, &ns);
	earlier(&f->unclear, &any, &ns);
	earlier(&f->lies, &any, &ns);
	*ret_ns = ns == INT64_MAX ? GRAPH_EVER : ns;
	return any;
}

/* Several alike may lie before and behind its coming: the first is dated only where it is behind. */
static void see_machine_call(struct gathering *x, const struct graph_edge *e)
{
	static const char *const says[] = {
		[DESTINATION_ALONE] = "called from the machine, by which program is in no record; no program of another version or "
				      "of a host without it calls",
		[DESTINATION_APART] = "called from the machine, by which program is in no record; nobody calls but hosts whose alerts "
				      "lead to it",
		[DESTINATION_MACHINES] = "called from the machine, by which program is in no record; hardly any machine calls without "
					 "it or before it came",
	};
	struct stage_facts *f = facts_at(x, e);
	struct slice names[2];
	size_t n = stage_destinations(x->g, e, &x->scratch, names);
	int64_t last = graph_last(x->g, e), since;

	for (size_t i = 0; i < n; i++) {
		uint32_t kind = map_get(&x->k->destinations, names[i]);
		struct stage_sighting s;

		if (kind == MAP_NONE || !may_have_it(f, &since) || last < since ||
		    (f->removed.timed && f->removed.first_ns <= e->time_ns))
			continue;
		s = sighting(x, e, arena_printf(&x->scratch, "%s: %.*s", says[kind], (int)names[i].n, (const char *)names[i].p));
		s.ns = e->time_ns < since ? last : e->time_ns;
		stage_prove_span(&f->proofs[STAGE_S4], &s, last, alike(x, e));
		count_call(x, e, names[i]);
	}
}

static bool is_of_machine(const struct graph_edge *e)
{
	return e->subject == GRAPH_NONE && e->object != GRAPH_NONE && e->timed && stage_is_contact(e);
}

/* When all else is known of its lives. */
static void see_machine_calls(struct gathering *x)
{
	for (size_t i = 0; i < x->g->edge_count; i++) {
		arena_reset(&x->scratch);
		if (is_of_machine(&x->g->edges[i]))
			see_machine_call(x, &x->g->edges[i]);
	}
}

static void see_beacons(struct gathering *x)
{
	char text[32];

	for (size_t i = 0; i < x->call_count; i++) {
		struct calls *c = &x->calls[i];
		struct stage_proof *p = &x->lives[c->epoch].proofs[STAGE_S5];

		if (c->moments < BEACON_MOMENTS || c->last_ns - c->first_ns < BEACON_SPAN_NS)
			continue;
		size_t n = when_format((struct when){ .ns = c->last_ns, .set = true }, text);

		c->third.text = arena_printf(x->arena, "%.*s, %llu times up to %.*s", (int)c->third.text.n,
					     (const char *)c->third.text.p, (unsigned long long)c->moments, (int)n, text);
		stage_prove(p, &c->third);
	}
}

/* ---- S6 to S8 ---- */

static void see_deed(struct gathering *x, const struct graph_edge *e)
{
	struct stage_deed d;
	size_t life;

	if (!stage_acts(stage_mark_of(&x->marks, e->subject)) || !stage_deed_of(&x->marks, e, &x->scratch, &d) ||
	    map_get(&x->k->other_deeds, d.key) != MAP_NONE)
		return;
	life = life_at(x, e);
	/* One question of what the machine is called is asked by many programs; several are asked by somebody. */
	if (d.discovery) {
		map_intern(&x->seen[life], d.key);
		if (x->seen[life].n < 2)
			return;
	}
	struct stage_sighting s = sighting(x, e, d.text);

	stage_prove_span(&x->lives[life].proofs[d.stage], &s, graph_last(x->g, e), alike(x, e));
}

/* Files of users that are deleted or renamed by the hundred. */
static void see_loss(struct gathering *x, const struct graph_edge *e)
{
	struct slice path = name_of(x, e);
	const struct stage_path *where = path_of(x, path);
	struct slice place = where->place;
	size_t life = life_at(x, e);
	struct map *files = &x->folders[2 * life], *folders = &x->folders[2 * life + 1];

	if (!stage_acts(stage_mark_of(&x->marks, e->subject)) || stage_in_place(x->k, where) ||
	    slice_holds_nocase(place, slice_str("\\appdata\\")) || slice_holds_nocase(place, slice_str("\\temp\\")) ||
	    slice_holds_nocase(place, slice_str("/tmp/")) || slice_holds_nocase(place, slice_str("/caches/")) ||
	    slice_holds_nocase(place, slice_str("/.cache/")) || files->n > MANY_FILES)
		return;
	map_intern(files, place);
	map_intern(folders, path_folder(place));
	if (files->n >= MANY_FILES && folders->n >= MANY_FOLDERS)
		prove(x, &x->lives[life].proofs[STAGE_S8], e, "many files deleted or renamed, the last of 200", path);
}

/* ---- blocked, and timers ---- */

static bool stopped(struct slice action)
{
	static const char *const words[] = { "quarantin", "remove", "block", "prevent", "clean", "delete", "kill", "terminat",
					     "mitigated", "remediated" };
	static const char *const no[] = { "not ", "not_", "no action", "allow", "fail", "would", "audit", "unremed", "partial" };

	for (size_t i = 0; i < sizeof(no) / sizeof(*no); i++)
		if (slice_holds_nocase(action, slice_str(no[i])))
			return false;
	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (slice_holds_nocase(action, slice_str(words[i])))
			return true;
	return false;
}

/* Since it exists at all, and where no record says that another version was there then. */
static bool may_be_there(const struct gathering *x, const struct graph_edge *e)
{
	const struct stage_install *i = e->timed ? stage_install_at(&x->marks, e->time_ns) : NULL;

	return e->timed && e->time_ns >= x->k->first_ns && (!i || i->own);
}

static void see_block(struct gathering *x, const struct graph_edge *e)
{
	bool conflict;
	/* A verdict on a program names its file, or the program. */
	uint32_t what = e->object == GRAPH_NONE ? e->subject : e->object;
	struct slice path = what == GRAPH_NONE ? slice_of(NULL, 0) : x->g->nodes[what].name;
	struct slice action = graph_attribute(x->g, e, ATTRIBUTE_ACTION);
	enum stage_kin kin = stage_kin_by_hash(x->k, x->g, e, path, &conflict);
	struct stage_facts *f = facts_at(x, e);
	const struct stage_path *where = path_of(x, path);
	bool placed = stage_in_place(x->k, where);

	if (!stopped(action) || kin == KIN_OTHER || conflict)
		return;
	if (kin == KIN_NONE) {
		if (!(placed && (arriving(x, e, EVER_NS) || may_be_there(x, e))) &&
		    !(!x->k->wanted[0].version.n && stage_known_place(&x->marks, where->place)))
			return;
	}
	/* What was stopped where it is run from had been installed. */
	if (placed)
		prove(x, &f->proofs[STAGE_S2], e, "a file of it was in its place when a detector stopped it", path);
	prove(x, &f->blocked, e, "a detector stopped a file of it",
	      arena_printf(&x->scratch, "%.*s (%.*s)", (int)path.n, (const char *)path.p, (int)action.n, (const char *)action.p));
}

/* "QWORD (0x01d95f3a-0x2c4b8000)", "DWORD (0x641b2a00)", a date. */
static struct when moment_in(struct slice details)
{
	struct slice open, rest, hex = { 0 };
	char digits[20] = "0x";
	size_t n = 2;

	if (slice_starts(details, slice_str("DWORD (")) || slice_starts(details, slice_str("QWORD ("))) {
		slice_cut(details, '(', &open);
		hex = slice_cut(open, ')', &rest);
		for (size_t i = 0; i < hex.n && n < sizeof(digits) - 1; i++)
			if ((hex.p[i] == '0' && i + 1 < hex.n && hex.p[i + 1] == 'x') || hex.p[i] == 'x' || hex.p[i] == '-')
				continue;
			else
				digits[n++] = (char)hex.p[i];
		int64_t v;

		if (!value_i64(value_text_of(slice_of(digits, n)), &v) || v <= 0)
			return (struct when){ 0 };
		return v > INT64_C(100000000000000000) ? when_filetime((uint64_t)v)
		       : v > INT64_C(1000000000000)    ? (struct when){ .ns = v * 1000000, .set = v < INT64_C(9000000000000) }
						      : when_unix(v);
	}
	return when_parse(details);
}

/* A value of its own that holds a moment ahead: when it will wake. */
static void see_timer(struct gathering *x, const struct graph_edge *e)
{
	struct when t;
	struct stage_facts *f = facts_at(x, e);
	char text[32];

	if (!stage_acts(stage_mark_of(&x->marks, e->subject)) || !e->timed)
		return;
	t = moment_in(graph_attribute(x->g, e, ATTRIBUTE_DETAILS));
	if (!t.set || t.ns <= e->time_ns || t.ns - e->time_ns > INT64_C(366) * 86400 * 1000000000)
		return;
	f->timer.n = 0; /* the last that it wrote counts */
	f->timer_ns = t.ns;
	t.zone_assumed = false;
	prove(x, &f->timer, e, "a moment that it wrote down", slice_of(text, when_format(t, text)));
}

/* ---- all ---- */

static void see(struct gathering *x, const struct graph_edge *e)
{
	see_offer(x, e);
	switch (e->op) {
	case ACTIVITY_PROCESS_START:
		see_run(x, e);
		see_call(x, e);
		break;
	case ACTIVITY_IMAGE_LOAD:
	case ACTIVITY_DRIVER_LOAD:
		see_load(x, e);
		break;
	case ACTIVITY_INVENTORY:
		see_inventory(x, e);
		break;
	case ACTIVITY_REGISTRY_SET:
		see_timer(x, e);
		break;
	case ACTIVITY_FILE_PRESENT:
		see_file(x, e);
		break;
	case ACTIVITY_FILE_DELETE:
		see_loss(x, e);
		break;
	default:
		if (stage_is_contact(e) && e->subject != GRAPH_NONE)
			see_call(x, e);
		else if (is_write(e))
			see_file(x, e);
		if (e->op == ACTIVITY_FILE_RENAME)
			see_loss(x, e);
	}
	see_deed(x, e);
}

/* The sources of one life: those that reach into it, cut to it. */
static void cut_sources(struct stage_facts *f, const struct stage_source *sources, size_t n, int64_t from, int64_t to,
			struct arena *arena)
{
	struct stage_source *list = arena_array(arena, n + 1, sizeof(*list));

	for (size_t i = 0; i < n; i++) {
		struct stage_source s = sources[i];

		if (s.last_ns < from || s.first_ns > to)
			continue;
		s.first_ns = s.first_ns < from ? from : s.first_ns;
		s.last_ns = s.last_ns > to ? to : s.last_ns;
		list[f->source_count++] = s;
	}
	f->sources = list;
}

static void start_lives(struct gathering *x, struct slice host, const struct stage_source *sources, size_t source_count,
			int64_t first_ns, int64_t last_ns)
{
	const char *os = stage_os_of_graph(x->g);
	struct slice name = arena_keep(x->arena, host);

	x->life_count = x->g->epoch_count && !x->g->machines_overlap ? x->g->epoch_count : 1;
	x->lives = heap_array(x->life_count, sizeof(*x->lives));
	x->seen = heap_array(x->life_count, sizeof(*x->seen));
	x->folders = heap_array(2 * x->life_count, sizeof(*x->folders));
	for (size_t i = 0; i < x->life_count; i++) {
		struct stage_facts *f = &x->lives[i];

		map_init(&x->seen[i]);
		map_init(&x->folders[2 * i]);
		map_init(&x->folders[2 * i + 1]);
		f->host = name;
		f->epoch = (unsigned)i + 1;
		f->os = os;
		if (i < x->g->epoch_count && x->g->epochs[i].machine.n == MACHINE_DIGITS)
			f->clone_group = arena_keep(x->arena, x->g->epochs[i].machine);
		f->from_ns = i ? x->g->epochs[i].from_ns : first_ns;
		f->to_ns = i + 1 < x->life_count ? x->g->epochs[i + 1].from_ns - 1 : last_ns;
		cut_sources(f, sources, source_count, f->from_ns, f->to_ns, x->arena);
	}
}

/* Which system's programs were started in each life: a file may bear any path. */
static void count_starts(struct gathering *x)
{
	for (uint32_t i = 0; i < x->g->node_count; i++) {
		const struct graph_node *n = &x->g->nodes[i];
		struct stage_facts *f;

		if (n->kind != ENTITY_PROCESS || n->started == GRAPH_NONE)
			continue;
		f = facts_at(x, &x->g->edges[n->started]);
		f->windows_starts += slice_find(n->name, '\\') < n->name.n;
		f->unix_starts += n->name.n && n->name.p[0] == '/';
	}
}

static void end_lives(struct gathering *x, struct stage_gathered *ret)
{
	for (size_t i = 0; i < x->life_count; i++) {
		ret->list = heap_room(ret->list, ret->n, &ret->cap, sizeof(*ret->list));
		ret->list[ret->n++] = x->lives[i];
		map_done(&x->seen[i]);
		map_done(&x->folders[2 * i]);
		map_done(&x->folders[2 * i + 1]);
	}
	free(x->lives);
	free(x->seen);
	free(x->folders);
	free(x->calls);
	map_done(&x->called);
}

void stage_gather(const struct stage_known *k, struct graph *g, struct slice host, const struct stage_source *sources,
		  size_t source_count, int64_t first_ns, int64_t last_ns, struct arena *arena, struct stage_gathered *ret)
{
	struct gathering x = { .k = k, .g = g, .arena = arena };

	arena_init(&x.scratch, 0);
	map_init(&x.called);
	stage_marks_init(&x.marks, k, g, host);
	sources = stage_sources_of(g, sources, &source_count, arena);
	start_lives(&x, host, sources, source_count, first_ns, last_ns);
	for (size_t i = 0; i < x.marks.install_count; i++)
		see_install(&x, &x.marks.installs[i]);
	for (size_t i = 0; i < g->edge_count; i++) {
		const struct graph_edge *e = &g->edges[i];

		arena_reset(&x.scratch);
		if (e->op == ACTIVITY_ALERT)
			see_block(&x, e);
		else if (e->object != GRAPH_NONE)
			see(&x, e);
	}
	see_machine_calls(&x);
	see_beacons(&x);
	count_starts(&x);
	end_lives(&x, ret);
	stage_marks_done(&x.marks);
	arena_done(&x.scratch);
}
