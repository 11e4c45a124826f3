/* SPDX-License-Identifier: Apache-2.0 */
/* What each host teaches of the origin: contents, places, whom it and others call, what other versions do. */
#include "case/stage_deeds.h"

#include "base/heap.h"
#include "base/when.h"
#include "graph/path.h"

#include <stdlib.h>

/* Repeated contact, as stages count it. */
#define AGAIN_MIN 3u
/* Newer versions of the product that are looked at: who writes records may make up any number. */
#define NEWER_MAX 256u
/* Of one machine. */
#define MACHINE_NAMES 100000u
#define WAITED_NS (INT64_C(6) * 3600 * 1000000000)
#define AGAIN_NS (INT64_C(600) * 1000000000)

/* Folders of everybody: what lies there is not the product's. */
static bool shared_folder(struct slice folder)
{
	static const char *const parts[] = { "\\temp", "\\tmp", "\\downloads", "/downloads", "\\desktop", "/tmp", "\\programdata" };
	static const char *const whole[] = { "/usr/bin", "/bin", "/usr/sbin", "/sbin", "/usr/lib", "/usr/local/bin", "/lib", "/opt",
					     "/applications", "c:\\program files", "c:\\program files (x86)", "c:\\users\\*" };

	if (!folder.n || role_system_path(folder))
		return true;
	for (size_t i = 0; i < sizeof(parts) / sizeof(*parts); i++)
		if (slice_holds_nocase(folder, slice_str(parts[i])) && (i < 6 || slice_ends(folder, slice_str(parts[i]))))
			return true;
	for (size_t i = 0; i < sizeof(whole) / sizeof(*whole); i++)
		if (slice_eq_nocase(folder, slice_str(whole[i])))
			return true;
	return false;
}

/* Contacts of the machine with one name. */
struct machine_call {
	uint64_t count;
	int64_t first_ns, last_ns;
};

struct learning {
	struct stage_known *k;
	const struct graph *g;
	const struct map *alerts; /* or NULL */
	struct stage_marks marks;
	int64_t own_from; /* from when on it was on this host */
	bool came;	  /* by a record of its installation */
	bool sure;	  /* that it was not here before is more than a list's word */
	bool unclear;	  /* it may be here: in a version that no record tells, or since when no list says */
	bool machine_calls, machine_without; /* contacts of the machine behind its coming are recorded; without it or before */
	bool calls;	    /* a contact of it is recorded */
	struct map counted; /* names that this host was counted for */
	struct map by_name; /* whom the machine calls -> calls_made */
	struct machine_call *calls_made;
	size_t call_count, call_cap;
	struct arena scratch;
};

void stage_learn_place(struct stage_known *k, struct slice path, bool own)
{
	struct arena scratch;
	struct slice place;

	if (!path.n || role_system_path(path))
		return;
	arena_init(&scratch, 0);
	place = path_place(path, &scratch);
	map_set(&k->places, place, 1);
	if (own)
		map_set(&k->own_places, place, 1);
	if (!shared_folder(path_folder(place)))
		map_set(&k->folders, path_folder(place), 1);
	arena_done(&scratch);
}

static void learn_hashes(struct learning *x, const struct graph_edge *e, bool own)
{
	static const enum attribute which[] = { ATTRIBUTE_SHA256, ATTRIBUTE_SHA1, ATTRIBUTE_MD5 };

	for (size_t i = 0; i < sizeof(which) / sizeof(*which); i++) {
		struct slice hash = graph_attribute(x->g, e, which[i]);

		if (hash.n)
			map_set(own ? &x->k->hashes : &x->k->other_hashes, hash, 1);
	}
}

/* A program of the product; what only runs on its behalf (an interpreter) is not. */
static void learn_program(struct learning *x, const struct graph_edge *e)
{
	enum stage_mark mark = stage_mark_of(&x->marks, e->object);
	struct slice image = x->g->nodes[e->object].name;

	if ((mark != MARK_OWN && mark != MARK_OTHER) || stage_marks_path(&x->marks, image)->roles & (ROLE_INTERPRETER | ROLE_HOST | ROLE_STOCK))
		return;
	stage_learn_place(x->k, image, mark == MARK_OWN);
	if (!x->marks.guessed[e->object])
		learn_hashes(x, e, mark == MARK_OWN);
}

/* A module beside the product's programs that came with it: not one that it wrote itself. */
static void learn_module(struct learning *x, const struct graph_edge *e)
{
	enum stage_mark mark = stage_mark_of(&x->marks, e->subject);
	struct slice path = x->g->nodes[e->object].name;

	if ((mark != MARK_OWN && mark != MARK_OTHER) || x->marks.wrote[e->object] || role_system_path(path) ||
	    !stage_in_place(x->k, stage_marks_path(&x->marks, path)))
		return;
	stage_learn_place(x->k, path, mark == MARK_OWN);
	if (!x->marks.guessed[e->subject])
		learn_hashes(x, e, mark == MARK_OWN);
}

static void add_bits(struct map *m, struct slice key, uint32_t bits)
{
	uint32_t was = map_get(m, key);

	map_set(m, key, was == MAP_NONE ? bits : was | bits);
}

/* An address that an updater was given shortly before the installer's record of a version. */
static void learn_url(struct learning *x, const struct graph_edge *e)
{
	struct slice url = url_in(graph_attribute(x->g, e, ATTRIBUTE_COMMAND_LINE));

	if (!url.n || !e->timed || !stage_in_place(x->k, stage_marks_path(&x->marks, x->g->nodes[e->object].name)))
		return;
	for (size_t i = 0; i < x->marks.install_count; i++) {
		const struct stage_install *s = &x->marks.installs[i];

		if (!s->asked && e->time_ns <= s->from_ns && e->time_ns >= s->from_ns - INSTALL_WINDOW_NS)
			stage_wanted_url(x->k, url, !s->own);
	}
}

static void note_machine_call(struct learning *x, struct slice name, const struct graph_edge *e)
{
	uint32_t at = map_intern(&x->by_name, name);
	struct machine_call *c;

	if (at == x->call_count) {
		x->calls_made = heap_room(x->calls_made, x->call_count, &x->call_cap, sizeof(*x->calls_made));
		x->calls_made[x->call_count++] = (struct machine_call){ 0, e->time_ns, e->time_ns };
	}
	c = &x->calls_made[at];
	c->count += graph_count(x->g, e);
	c->first_ns = e->time_ns < c->first_ns ? e->time_ns : c->first_ns;
	c->last_ns = graph_last(x->g, e) > c->last_ns ? graph_last(x->g, e) : c->last_ns;
}

/* Each name once for this host. */
static void count_host(struct learning *x, struct map *m, struct slice name, char kind)
{
	struct slice key = arena_printf(&x->scratch, "%c%.*s", kind, (int)name.n, (const char *)name.p);
	uint32_t was = map_get(m, name);

	if (map_get(&x->counted, key) == MAP_NONE) {
		map_set(&x->counted, key, 1);
		map_set(m, name, was == MAP_NONE ? 1 : was + 1);
	}
}

static void note_own_call(struct learning *x, struct slice name)
{
	uint32_t was = map_get(&x->k->called, name);

	map_set(&x->k->called, name, x->marks.alerting || was == 3 ? 3 : 1);
	count_host(x, &x->k->callers, name, 'c');
	if (x->marks.alerting)
		count_host(x, &x->k->alert_callers, name, 'a');
	x->calls = true;
}

/* Which version a program of another version is, by its own record or by the installation at its time. */
static struct slice version_of(const struct learning *x, uint32_t node)
{
	const struct graph_node *n = &x->g->nodes[node];
	struct slice v = n->started == GRAPH_NONE ? slice_of(NULL, 0)
						  : graph_attribute(x->g, &x->g->edges[n->started], ATTRIBUTE_VERSION);
	const struct stage_install *i = v.n ? NULL : stage_install_at(&x->marks, n->start_ns);

	return i && !i->asked ? graph_attribute(x->g, &x->g->edges[i->edge], ATTRIBUTE_VERSION) : v;
}

static uint32_t caller_of(const struct learning *x, uint32_t node, enum stage_mark mark)
{
	if (!stage_acts_other(mark))
		return CALLER_ELSEWHERE;
	return mark == MARK_OTHER && stage_is_newer(x->k, version_of(x, node)) ? CALLER_NEWER : CALLER_OLDER;
}

/* Of programs where it is not, or of other versions. Of those that came later, which. */
static void note_other_call(struct learning *x, uint32_t node, enum stage_mark mark, struct slice name)
{
	uint32_t caller = caller_of(x, node, mark);
	struct slice version = caller == CALLER_NEWER ? version_of(x, node) : slice_of(NULL, 0);

	add_bits(&x->k->other_called, name, caller);
	if (version.n && (x->k->newer.n < NEWER_MAX || map_get(&x->k->newer, version) != MAP_NONE))
		count_host(x, &x->k->newer_calls, stage_newer_key(map_intern(&x->k->newer, version), name, &x->scratch), 'v');
}

/* A contact of the machine: which program made it is in no record. Those of one name are put together: how many of them
 * are one edge depends on how the evidence was cut. */
static void gather_machine_call(struct learning *x, const struct graph_edge *e)
{
	struct slice names[2];
	size_t n = e->timed ? stage_destinations(x->g, e, &x->scratch, names) : 0;

	for (size_t i = 0; i < n && x->by_name.n < MACHINE_NAMES; i++)
		note_machine_call(x, names[i], e);
}

/* What all contacts of the machine with one name say of whom the origin calls. */
static void learn_machine_call(struct learning *x, struct slice name, const struct machine_call *c)
{
	bool has = x->own_from != INT64_MAX, behind = has && c->last_ns >= x->own_from;
	bool without = has ? x->sure && c->first_ns < x->own_from : !x->unclear;

	x->machine_calls |= behind;
	x->machine_without |= without;
	if (behind)
		count_host(x, &x->k->machine_callers, name, 'm');
	if (behind && c->first_ns >= x->own_from && when_apart(c->first_ns, x->own_from) >= WAITED_NS)
		count_host(x, &x->k->machine_waited, name, 'w');
	if (behind && c->count >= AGAIN_MIN && when_apart(c->last_ns, c->first_ns) >= AGAIN_NS)
		count_host(x, &x->k->machine_again, name, 'g');
	if (behind && x->marks.alerting)
		count_host(x, &x->k->machine_alert_callers, name, 'n');
	if (without)
		count_host(x, &x->k->machine_others, name, 'o');
}

/* A contact, or a program that was started with an address. */
static void learn_call(struct learning *x, const struct graph_edge *e)
{
	struct slice names[2];
	bool start = e->op == ACTIVITY_PROCESS_START;
	uint32_t node = start ? e->object : e->subject;
	enum stage_mark mark = stage_mark_of(&x->marks, node);
	size_t n = start ? stage_asked(x->g, e, &x->scratch, names) : stage_destinations(x->g, e, &x->scratch, names);
	/* What may be of any version says nothing of the others, but before this one came it was another. */
	bool before = e->timed && e->time_ns < x->own_from, older = stage_may_act(mark) && before && x->came;
	bool other = stage_acts_other(mark) || older || (!stage_acts(mark) && !stage_may_act(mark) && before);

	x->k->older_contacts += n && (older || (stage_acts_other(mark) && caller_of(x, node, mark) == CALLER_OLDER));
	x->k->other_contacts += n && (older || stage_acts_other(mark));
	for (size_t i = 0; i < n; i++) {
		if (older)
			count_host(x, &x->k->doubtful, names[i], 'd');
		else if (other)
			note_other_call(x, node, mark, names[i]);
		else if (stage_acts(mark))
			note_own_call(x, names[i]);
		if (stage_acts(mark) && stage_in_alerts(x->alerts, x->g, e))
			map_set(&x->k->accused, names[i], 1);
	}
}

static void learn_deed(struct learning *x, const struct graph_edge *e)
{
	struct stage_deed d;

	if (stage_acts_other(stage_mark_of(&x->marks, e->subject)) && stage_deed_of(&x->marks, e, &x->scratch, &d))
		map_set(&x->k->other_deeds, d.key, 1);
}

/* A list names it. */
static bool is_listed(const struct learning *x)
{
	for (uint32_t i = 0; i < x->g->edge_count; i++) {
		const struct graph_edge *e = &x->g->edges[i];
		bool file = e->op == ACTIVITY_FILE_PRESENT, conflict;
		struct slice name;

		if ((!file && e->op != ACTIVITY_INVENTORY) || e->object == GRAPH_NONE)
			continue;
		name = x->g->nodes[e->object].name;
		if ((file && stage_kin_by_hash(x->k, x->g, e, name, &conflict) == KIN_OWN) ||
		    stage_kin_of(x->k, file ? graph_attribute(x->g, e, ATTRIBUTE_PRODUCT) : name,
				 graph_attribute(x->g, e, ATTRIBUTE_VERSION), graph_attribute(x->g, e, ATTRIBUTE_COMPANY),
				 NULL) == KIN_OWN)
			return true;
	}
	return false;
}

/* From when on it was here, and since when it is anywhere: that what is told by its deeds alone does not move. */
static void own_from(struct learning *x)
{
	x->own_from = INT64_MAX;
	for (size_t i = 0; i < x->marks.install_count; i++) {
		const struct stage_install *s = &x->marks.installs[i];

		if (s->own && s->from_ns - INSTALL_WINDOW_NS < x->own_from)
			x->own_from = s->from_ns - INSTALL_WINDOW_NS;
		x->sure |= s->own && !s->listed;
	}
	x->came = x->own_from != INT64_MAX;
	if (x->own_from < x->k->first_ns)
		x->k->first_ns = x->own_from;
	for (uint32_t i = 0; i < x->g->node_count; i++) {
		int64_t ns = x->g->nodes[i].start_ns;

		x->unclear |= stage_mark_of(&x->marks, i) == MARK_UNCLEAR;
		if (stage_mark_of(&x->marks, i) != MARK_OWN)
			continue;
		x->sure |= !x->marks.guessed[i];
		if (ns < x->own_from)
			x->own_from = ns;
		if (ns != GRAPH_EVER && !x->marks.traced[i] && ns < x->k->first_ns)
			x->k->first_ns = ns;
	}
}

void stage_learn(struct stage_known *k, struct graph *g, struct slice host, const struct map *alerts)
{
	struct learning x = { .k = k, .g = g, .alerts = alerts };

	arena_init(&x.scratch, 0);
	stage_marks_init(&x.marks, k, g, host);
	map_init(&x.counted);
	map_init(&x.by_name);
	own_from(&x);
	x.unclear |= is_listed(&x);
	for (size_t i = 0; i < g->edge_count; i++) {
		const struct graph_edge *e = &g->edges[i];

		if (e->object == GRAPH_NONE)
			continue;
		arena_reset(&x.scratch);
		if (e->op == ACTIVITY_PROCESS_START) {
			learn_program(&x, e);
			learn_url(&x, e);
			if (stage_mark_of(&x.marks, e->object) != MARK_OWN)
				learn_call(&x, e);
		} else if (e->op == ACTIVITY_IMAGE_LOAD && e->subject != GRAPH_NONE)
			learn_module(&x, e);
		else if (stage_is_contact(e) && e->subject == GRAPH_NONE)
			gather_machine_call(&x, e);
		else if (stage_is_contact(e))
			learn_call(&x, e);
		if (e->subject != GRAPH_NONE)
			learn_deed(&x, e);
	}
	for (uint32_t i = 0; i < x.by_name.n; i++) {
		arena_reset(&x.scratch);
		learn_machine_call(&x, map_key(&x.by_name, i), &x.calls_made[i]);
	}
	k->calling += x.calls;
	k->alert_calling += x.calls && x.marks.alerting;
	k->machine_having += x.machine_calls;
	k->machine_without += x.machine_without;
	stage_marks_done(&x.marks);
	map_done(&x.counted);
	map_done(&x.by_name);
	free(x.calls_made);
	arena_done(&x.scratch);
}
