/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Causes of what a process does. The costs, side by side:
 *   0.5 the script, library or package that it was told to run; the library of its service;
 *     the document that it opened
 *   0.9 a library that somebody else put beside a signed program, or that nobody signed
 *   1.0 its own file;  who started it, where the program is the system's own
 *   1.0 who wrote down that it was to be started (a service, a task, a value of Run); 2.0 where the
 *     words name only an interpreter
 *   1.2 a thread that another process made in it;  2.5 memory opened for writing
 *   1.8 who started it, where the program is not the system's own
 *   2.0 an address that its command line or its script names; 3 a package file that nobody recorded
 *   5 and more: the record that would say is missing; 7.6 somebody at the machine started it; 12
 *     where it is not the system's own program: its file says more, even if no record says who wrote that
 * A stronger reason makes the weaker dearer: a program through which somebody acts is not the cause.
 */
#include "graph/causes.h"

#include "base/heap.h"
#include "graph/path.h"

#include <stdlib.h>

#define MODULES_MAX 64u
/* Other processes that reached into one, the last before the moment. */
#define REACHED_MAX 256u
/* Words of a command line that are looked for in what makes the system start programs. */
#define SAID_MAX 64u
#define LOGON_WINDOW_NS (INT64_C(60) * 1000000000)

void causes_init(struct causes *c, const struct graph *g)
{
	*c = (struct causes){ .g = g };
	noted_init(&c->noted, g);
	map_init(&c->noted_processes);
	map_init(&c->roles);
	map_init(&c->folders);
	arena_init(&c->arena, 0);
}

void causes_done(struct causes *c)
{
	noted_done(&c->noted);
	map_done(&c->noted_processes);
	free(c->processes);
	free(c->notes);
	map_done(&c->roles);
	map_done(&c->folders);
	arena_done(&c->arena);
	free(c->folder_next);
}

struct slice process_attribute(const struct graph *g, uint32_t process, enum attribute which)
{
	const struct graph_node *p = &g->nodes[process];

	return p->started == GRAPH_NONE ? slice_of(NULL, 0)
					: graph_attribute(g, &g->edges[p->started], which);
}

unsigned process_roles(struct causes *c, uint32_t process)
{
	const struct graph_node *p = &c->g->nodes[process];
	uint32_t known = map_get(&c->roles, slice_of(&process, sizeof(process)));
	struct content content = { .edge = GRAPH_NONE };

	if (known != MAP_NONE)
		return known;
	content.company = process_attribute(c->g, process, ATTRIBUTE_COMPANY);
	content.signer = process_attribute(c->g, process, ATTRIBUTE_SIGNER);
	content.signature = process_attribute(c->g, process, ATTRIBUTE_SIGNATURE);
	known = role_of(p->name, &content);
	map_set(&c->roles, slice_of(&process, sizeof(process)), known);
	return known;
}

/* ---- modules ---- */

static bool is_valid(struct slice signature)
{
	return slice_eq_nocase(signature, slice_str("valid")) || slice_eq_nocase(signature, slice_str("true"));
}

/* Who wrote the file last before ns; GRAPH_NONE when no record tells. */
static uint32_t writer_of(const struct graph *g, uint32_t file, int64_t ns)
{
	struct file_version v;

	file_version_at(g, file, ns, &v);
	return v.write_count ? g->edges[v.writes[0]].subject : GRAPH_NONE;
}

static int64_t written_at(const struct graph *g, uint32_t file, int64_t ns)
{
	struct file_version v;

	file_version_at(g, file, ns, &v);
	return v.write_count ? g->edges[v.writes[0]].time_ns : GRAPH_EVER;
}

static bool holds(struct slice s, const char *part)
{
	return slice_search(s, slice_str(part)) != NULL;
}

/* Both came out of one run of an installer, or out of two of one name at one time: the library is the
 * program's own. One that a later run brought is of a later release. */
static bool installed_alike(struct causes *c, uint32_t writer, int64_t written, uint32_t other, int64_t then)
{
	const struct graph_node *nodes = c->g->nodes;

	if (writer == GRAPH_NONE || other == GRAPH_NONE || !(process_roles(c, writer) & ROLE_INSTALLER) ||
	    written > then + INSTALL_WINDOW_NS || then > written + INSTALL_WINDOW_NS)
		return false;
	return writer == other || slice_eq_nocase(nodes[writer].name, nodes[other].name);
}

/* An updater that lives in the program's tree, or is of its vendor. */
static bool own_updater(struct causes *c, uint32_t writer, uint32_t process)
{
	const struct graph_node *nodes = c->g->nodes;
	struct slice home = path_folder(nodes[writer].name);
	struct slice theirs = process_attribute(c->g, writer, ATTRIBUTE_COMPANY);
	struct slice ours = process_attribute(c->g, process, ATTRIBUTE_COMPANY);

	if (theirs.n && slice_eq_nocase(theirs, ours))
		return true;
	return home.n && nodes[process].name.n > home.n &&
	       slice_eq_nocase(slice_head(nodes[process].name, home.n), home);
}

/* Is the library's writer another than the program's (GRAPH_NONE: not recorded)? Not so for the system's
 * installers; for what only calls itself one, unless it is the program's own. */
static bool foreign_writer(struct causes *c, uint32_t process, uint32_t writer, uint32_t images)
{
	unsigned roles;

	if (writer == GRAPH_NONE || writer == process || writer == images)
		return false;
	roles = process_roles(c, writer);
	if (!(roles & (ROLE_INSTALLER | ROLE_PARENT)))
		return true;
	return !(roles & (ROLE_STOCK | ROLE_PARENT)) && images != GRAPH_NONE &&
	       !slice_eq_nocase(c->g->nodes[writer].name, c->g->nodes[images].name) &&
	       !own_updater(c, writer, process);
}

/* How much speaks for the module and not for the program; 0: nothing. */
static double module_cost(struct causes *c, uint32_t process, const struct graph_edge *e, const char **why)
{
	const struct graph *g = c->g;
	uint32_t file = e->object, image = image_file(g, process);
	struct slice key = g->nodes[file].key, signature = graph_attribute(g, e, ATTRIBUTE_SIGNATURE);
	struct slice ours = process_attribute(g, process, ATTRIBUTE_SIGNER);
	uint32_t writer = writer_of(g, file, e->time_ns);
	uint32_t images = image == GRAPH_NONE
				  ? GRAPH_NONE
				  : writer_of(g, image, start_or(&g->nodes[process], e->time_ns));
	bool beside = image != GRAPH_NONE &&
		      slice_eq(path_folder(key), path_folder(g->nodes[image].key));
	bool own = images != GRAPH_NONE &&
		   installed_alike(c, writer, written_at(g, file, e->time_ns), images,
				   written_at(g, image, start_or(&g->nodes[process], e->time_ns)));
	bool unsigned_one = signature.n && !is_valid(signature);

	if (file == image || holds(key, "\\nativeimages_") || holds(key, "\\assembly\\"))
		return 0;
	if ((role_system_path(key) && writer == GRAPH_NONE) || own)
		return 0;
	if (image != GRAPH_NONE && foreign_writer(c, process, writer, images)) {
		*why = "a library that another process wrote than the program it is loaded into";
		return 0.9;
	}
	if (unsigned_one && (beside || writer != GRAPH_NONE)) {
		*why = "a library that nobody signed, loaded by this program";
		return beside ? 0.9 : 1.4;
	}
	struct slice theirs = graph_attribute(g, e, ATTRIBUTE_SIGNER);

	if (beside && ours.n && theirs.n && !slice_eq_nocase(ours, theirs)) {
		*why = "a library beside the program, signed by somebody else";
		return 1.3;
	}
	return 0;
}

static void note(struct causes *c, uint32_t edge, double cost, const char *why)
{
	c->notes = heap_room(c->notes, c->note_count, &c->note_cap, sizeof(*c->notes));
	c->notes[c->note_count++] = (struct process_note){ edge, cost, why };
}

/* No walk looks at more than the first MODULES_MAX. */
static void note_modules(struct causes *c, uint32_t process)
{
	const struct graph_node *p = &c->g->nodes[process];
	size_t before = c->note_count;

	for (uint32_t i = 0; i < p->out_count && c->note_count - before < MODULES_MAX; i++) {
		const struct graph_edge *e = graph_out(c->g, p, i);
		const char *why = NULL;
		double cost;

		if (e->op != ACTIVITY_IMAGE_LOAD || e->object == GRAPH_NONE)
			continue;
		cost = module_cost(c, process, e, &why);
		if (cost > 0)
			note(c, c->g->out[p->out + i], cost, why);
	}
}

static const struct process_noted *noted_of(struct causes *c, uint32_t process);

/* True when a module speaks strongly: the program's own file is then an unlikely cause. */
static bool module_causes(struct causes *c, uint32_t process, int64_t ns)
{
	const struct process_noted *x = noted_of(c, process);
	bool strong = false;

	for (size_t i = 0; i < x->n[NOTES_MODULE]; i++) {
		const struct process_note *m = &c->notes[x->first[NOTES_MODULE] + i];
		const struct graph_edge *e = &c->g->edges[m->edge];

		if (e->time_ns > ns)
			continue;
		strong |= m->cost < 1.3;
		cause_step(c, e->object, e->time_ns, m->edge, m->cost, "module", m->why);
	}
	return strong;
}

/* ---- beside the program: side-loading without records of loads ---- */

static void index_folders(struct causes *c)
{
	const struct graph *g = c->g;

	c->folder_next = heap_array(g->node_count + 1, sizeof(*c->folder_next));
	for (size_t i = 0; i < g->node_count; i++) {
		struct slice folder = path_folder(g->nodes[i].key);
		uint32_t before;

		if (g->nodes[i].kind != ENTITY_FILE || !folder.n || !g->nodes[i].in_count)
			continue;
		before = map_get(&c->folders, folder);
		c->folder_next[i] = before == MAP_NONE ? 0 : before;
		map_set(&c->folders, folder, (uint32_t)i + 1);
	}
}

static bool is_library(struct slice key)
{
	return slice_ends(key, slice_str(".dll")) || slice_ends(key, slice_str(".dylib")) ||
	       slice_ends(key, slice_str(".so"));
}

static bool has_loads(const struct graph *g, const struct graph_node *p)
{
	for (uint32_t i = 0; i < p->out_count && i < 256; i++)
		if (graph_out(g, p, i)->op == ACTIVITY_IMAGE_LOAD)
			return true;
	return false;
}

static bool neighbour_causes(struct causes *c, uint32_t process, uint32_t image, int64_t ns)
{
	const struct graph *g = c->g;
	uint32_t at, ours = writer_of(g, image, ns);
	bool found = false;

	if (has_loads(g, &g->nodes[process]) || role_system_path(g->nodes[image].key))
		return false;
	if (!c->folder_next)
		index_folders(c);
	at = map_get(&c->folders, path_folder(g->nodes[image].key));
	for (unsigned n = 0; at != MAP_NONE && at && n < 256; at = c->folder_next[at - 1], n++) {
		uint32_t file = at - 1, writer = writer_of(g, file, ns);

		if (!is_library(g->nodes[file].key) || !foreign_writer(c, process, writer, ours))
			continue;
		found = true;
		cause_step(c, file, ns, GRAPH_NONE, 1.2, "side_load",
			   "a library that another process wrote beside the program; loads are not recorded");
	}
	return found;
}

/* ---- code that was fetched ---- */

/* How many of the notes have no time or are not behind ns. */
static size_t notes_until(const struct causes *c, const struct process_noted *x, enum process_notes kind, int64_t ns)
{
	size_t low = 0, high = x->n[kind];

	while (low < high) {
		size_t mid = low + (high - low) / 2;
		const struct graph_edge *e = &c->g->edges[c->notes[x->first[kind] + mid].edge];

		if (!e->timed || e->time_ns <= ns)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

/* Code that was fetched: its command line or its script names an address. */
static void script_causes(struct causes *c, uint32_t process, int64_t ns)
{
	const struct graph_node *p = &c->g->nodes[process];
	const struct process_noted *x;
	uint32_t edge;
	size_t n;

	if (fetch_end(c, process, process_attribute(c->g, process, ATTRIBUTE_COMMAND_LINE), start_or(p, ns),
		      p->started, "its command line names the address it takes code from"))
		return;
	x = noted_of(c, process);
	n = notes_until(c, x, NOTES_SCRIPT, ns);
	if (!n)
		return;
	edge = c->notes[x->first[NOTES_SCRIPT] + n - 1].edge;
	fetch_end(c, process, c->g->nodes[c->g->edges[edge].object].name, c->g->edges[edge].time_ns, edge,
		  "its script names the address it takes code from");
}

static void note_scripts(struct causes *c, uint32_t process)
{
	const struct graph_node *p = &c->g->nodes[process];

	for (uint32_t i = 0; i < p->out_count; i++) {
		const struct graph_edge *e = graph_out(c->g, p, i);

		if (e->op == ACTIVITY_SCRIPT && e->object != GRAPH_NONE && url_in(c->g->nodes[e->object].name).n)
			note(c, c->g->out[p->out + i], 2.0, NULL);
	}
}

/* ---- threads and memory ---- */

/* PROCESS_VM_WRITE with PROCESS_VM_OPERATION, or PROCESS_CREATE_THREAD (winnt.h). */
static bool may_write(struct slice access)
{
	int64_t mask;

	return value_i64(value_text_of(access), &mask) && ((mask & 0x28) == 0x28 || mask & 0x2);
}

/* Each other process once, when it first did so. */
static void note_reached(struct causes *c, uint32_t process, bool threads)
{
	const struct graph *g = c->g;
	const struct graph_node *p = &g->nodes[process];
	uint32_t parent = p->started == GRAPH_NONE ? GRAPH_NONE : g->edges[p->started].subject;
	struct map seen;

	map_init(&seen);
	for (uint32_t i = 0; i < p->in_count; i++) {
		const struct graph_edge *e = graph_in(g, p, i);
		uint32_t who = e->subject;

		if (e->op != (threads ? ACTIVITY_REMOTE_THREAD : ACTIVITY_PROCESS_ACCESS))
			continue;
		if (who == GRAPH_NONE ? !threads
				      : who == process || who == parent ||
						process_roles(c, who) & (ROLE_PARENT | ROLE_STOCK))
			continue;
		if ((!threads && !may_write(graph_attribute(g, e, ATTRIBUTE_ACCESS))) ||
		    map_get(&seen, slice_of(&who, sizeof(who))) != MAP_NONE)
			continue;
		map_set(&seen, slice_of(&who, sizeof(who)), 0);
		if (threads)
			note(c, g->in[p->in + i], who == GRAPH_NONE ? 2.2 : 1.2, "another process made a thread in it");
		else
			note(c, g->in[p->in + i], 2.5, "another process opened it for writing");
	}
	map_done(&seen);
}

static const struct process_noted *noted_of(struct causes *c, uint32_t process)
{
	uint32_t at = map_get(&c->noted_processes, slice_of(&process, sizeof(process)));
	struct process_noted x = { { 0 }, { 0 } };

	if (at != MAP_NONE)
		return &c->processes[at];
	for (unsigned kind = 0; kind < NOTES_COUNT; kind++) {
		x.first[kind] = c->note_count;
		if (kind == NOTES_MODULE)
			note_modules(c, process);
		else if (kind == NOTES_SCRIPT)
			note_scripts(c, process);
		else
			note_reached(c, process, kind == NOTES_THREAD);
		x.n[kind] = c->note_count - x.first[kind];
	}
	map_set(&c->noted_processes, slice_of(&process, sizeof(process)), (uint32_t)c->process_count);
	c->processes = heap_room(c->processes, c->process_count, &c->process_cap, sizeof(*c->processes));
	c->processes[c->process_count] = x;
	return &c->processes[c->process_count++];
}

static bool injection_causes(struct causes *c, uint32_t process, int64_t ns)
{
	const struct process_noted *x = noted_of(c, process);
	size_t threads = notes_until(c, x, NOTES_THREAD, ns), accesses = notes_until(c, x, NOTES_ACCESS, ns);

	for (size_t i = threads > REACHED_MAX ? threads - REACHED_MAX : 0; i < threads; i++) {
		const struct process_note *r = &c->notes[x->first[NOTES_THREAD] + i];
		const struct graph_edge *e = &c->g->edges[r->edge];

		if (e->subject == GRAPH_NONE)
			cause_gap(c, GRAPH_NONE, e->time_ns, r->cost, r->edge,
				  "possible injection: its memory was changed, by whom is in no record");
		else
			cause_step(c, e->subject, e->time_ns, r->edge, r->cost, "remote_thread", r->why);
	}
	for (size_t i = accesses > REACHED_MAX ? accesses - REACHED_MAX : 0; i < accesses; i++) {
		const struct process_note *r = &c->notes[x->first[NOTES_ACCESS] + i];
		const struct graph_edge *e = &c->g->edges[r->edge];

		cause_step(c, e->subject, e->time_ns, r->edge, r->cost, "process_access", r->why);
	}
	return threads > 0;
}

/* ---- who started it ---- */

/* What an installer's service does is done for the one that was given the package. */
static void client_causes(struct causes *c, uint32_t process, int64_t ns)
{
	uint32_t client = installer_client(c->g, process, ns);

	if (client != GRAPH_NONE)
		cause_step(c, client, c->g->nodes[client].start_ns, c->g->nodes[client].started, 0.6, "on_behalf",
			   "the installer that was given the package");
}

/* The command line behind its first word. */
static struct slice arguments_of(struct slice command)
{
	bool quoted = command.n && command.p[0] == '"';
	size_t n = quoted ? 1 + slice_find(slice_from(command, 1), '"') : slice_find(command, ' ');

	return slice_trim(slice_from(command, n < command.n ? n + quoted : command.n));
}

enum speaks { SPEAKS_NOT, SPEAKS_NAME, SPEAKS_COMMAND };

/* What a service, a task or a value would say of a program: its name, or what it was told to do. */
struct said {
	struct {
		struct slice text;
		struct sketch sketch;
	} parts[SAID_MAX];
	size_t n; /* the last is the program's name */
};

static void said_part(struct said *s, struct slice text)
{
	s->parts[s->n].text = text;
	s->parts[s->n++].sketch = sketch_of(text);
}

static void said_of(struct slice image, struct slice command, struct said *ret)
{
	struct slice tail = path_tail(image), arguments = arguments_of(command), path;
	size_t at = 0;

	ret->n = 0;
	if (!tail.n)
		return;
	if (command.n > 8)
		said_part(ret, slice_head(command, 512));
	if (arguments.n > 3)
		said_part(ret, slice_head(arguments, 512));
	/* rundll32 runs many: what it was told to run counts, in the lines after its own name. */
	while (ret->n < SAID_MAX - 1 && (path = path_in_command(command, &at)).p)
		if (!slice_eq_nocase(path_tail(path), tail) && path_tail(path).n)
			said_part(ret, path_tail(path));
	said_part(ret, tail);
}

static enum speaks speaks_of(const struct graph *g, const struct graph_edge *e, const struct sketch *sketch,
			     const struct said *s)
{
	for (size_t i = 0; i < s->n; i++)
		if (sketch_within(&s->parts[i].sketch, sketch) &&
		    slice_holds_nocase(graph_attribute(g, e, ATTRIBUTE_DETAILS), s->parts[i].text))
			return i + 1 < s->n ? SPEAKS_COMMAND : SPEAKS_NAME;
	return SPEAKS_NOT;
}

static const char *starts_by(const struct graph *g, const struct graph_edge *e)
{
	if (e->op == ACTIVITY_SERVICE_CREATE)
		return "service";
	if (e->op == ACTIVITY_TASK_CREATE)
		return "task";
	if (e->op == ACTIVITY_WMI)
		return "wmi";
	if (e->op != ACTIVITY_REGISTRY_SET || e->object == GRAPH_NONE)
		return NULL;
	if (holds(g->nodes[e->object].key, "\\services\\"))
		return "service";
	return holds(g->nodes[e->object].key, "\\currentversion\\run") ? "run_key" : NULL;
}

/* The remote logon of this session, or the last one before it from elsewhere within a minute. */
static uint32_t remote_logon(struct causes *c, struct slice session, int64_t ns)
{
	return noted_logon(&c->noted, session, ns, ns - LOGON_WINDOW_NS);
}

static bool logon_end(struct causes *c, struct slice session, int64_t ns, double cost)
{
	uint32_t edge = remote_logon(c, session, ns);
	struct trace_origin o = origin_of(ORIGIN_REMOTE_HOST, GRAPH_NONE, ns);

	if (edge == GRAPH_NONE)
		return false;
	o.remote = graph_attribute(c->g, &c->g->edges[edge], ATTRIBUTE_REMOTE_ADDRESS);
	o.ns = c->g->edges[edge].time_ns;
	cause_end(c, &o, cost, "logon", edge, "in a session that came from another host");
	return true;
}

/* The record of the service (System 7045) or consumer (5861) names no process and no session: a logon from
 * elsewhere just before it, else a gap. */
static void nobody_scheduled(struct causes *c, uint32_t edge)
{
	const struct graph_edge *e = &c->g->edges[edge];
	bool session = graph_attribute(c->g, e, ATTRIBUTE_LOGON_ID).n != 0;

	if (session || !logon_end(c, slice_of(NULL, 0), e->time_ns, 2.5))
		cause_gap(c, GRAPH_NONE, e->time_ns, 6.5, edge,
			  "a service, task or consumer started it; the record of its making names no process");
}

/* Who wrote down that this was to be started. An interpreter's name alone says little: many tasks
 * run one. */
static bool scheduled_causes(struct causes *c, uint32_t process, unsigned roles, int64_t ns)
{
	const struct graph *g = c->g;
	const struct graph_node *p = &g->nodes[process];
	struct slice command = process_attribute(g, process, ATTRIBUTE_COMMAND_LINE);
	struct parts *details;
	const struct sketch *sketches = noted_starters(&c->noted, &details);
	bool found = false, many = roles & (ROLE_INTERPRETER | ROLE_HOST);
	struct said words;
	unsigned n = 0;

	said_of(p->name, command, &words);
	parts_clear(details);
	for (size_t i = 0; i < words.n; i++)
		parts_holding(details, words.parts[i].text);
	for (size_t i = list_until(g, &g->starters, ns); n < 8 && (i = parts_before(details, i)); i--) {
		uint32_t edge = g->starters.edges[i - 1];
		const struct graph_edge *e = &g->edges[edge];
		enum speaks said = speaks_of(g, e, &sketches[i - 1], &words);
		const char *op = said == SPEAKS_NOT ? NULL : starts_by(g, e);

		if (!op || (said == SPEAKS_NAME && many && op[0] == 'r'))
			continue;
		n++;
		if (logon_end(c, graph_attribute(g, e, ATTRIBUTE_LOGON_ID), e->time_ns, 2.0))
			found = true;
		if (e->subject == GRAPH_NONE && said == SPEAKS_COMMAND) {
			found = true;
			nobody_scheduled(c, edge);
		}
		if (e->subject == GRAPH_NONE || process_roles(c, e->subject) & ROLE_PARENT)
			continue;
		found = true;
		cause_step(c, e->subject, e->time_ns, edge,
			   said == SPEAKS_NAME && many ? 2.0 : 1.0, op,
			   "made the service, task or value that started it");
	}
	return found;
}

/* svchost -s NAME: the library that the registry names for this service, and who wrote its name there. */
static bool service_causes(struct causes *c, uint32_t process, int64_t ns)
{
	const struct graph *g = c->g;
	struct slice command = process_attribute(g, process, ATTRIBUTE_COMMAND_LINE);
	const uint8_t *at = slice_search(command, slice_str(" -s "));
	struct slice name, key;
	const struct graph_list *services;
	struct parts *keys;
	bool found = false;

	if (!at)
		return false;
	name = slice_trim(slice_from(command, (size_t)(at - command.p) + 4));
	name = slice_head(name, slice_find(name, ' '));
	key = arena_printf(&c->arena, "\\services\\%.*s\\", (int)name.n, (const char *)name.p);
	services = noted_services(&c->noted, &keys);
	parts_clear(keys);
	parts_holding(keys, key);
	for (size_t i = list_until(g, services, ns); !found && (i = parts_before(keys, i)); i--) {
		uint32_t edge = services->edges[i - 1];
		const struct graph_edge *e = &g->edges[edge];
		uint32_t file;

		if (e->time_ns > ns || !slice_holds_nocase(g->nodes[e->object].key, key))
			continue;
		found = true;
		file = graph_find(g, ENTITY_FILE, graph_attribute(g, e, ATTRIBUTE_DETAILS));
		cause_step(c, file, start_or(&g->nodes[process], ns), edge, 0.5,
			   "service", "the library of the service that it runs");
		if (e->subject != GRAPH_NONE && !(process_roles(c, e->subject) & ROLE_PARENT))
			cause_step(c, e->subject, e->time_ns, edge, 1.0, "service",
				   "named the library of the service that it runs");
	}
	return found;
}

static void parent_causes(struct causes *c, uint32_t process, unsigned roles, int64_t ns, double extra)
{
	const struct graph *g = c->g;
	const struct graph_node *p = &g->nodes[process];
	const struct graph_edge *s = p->started == GRAPH_NONE ? NULL : &g->edges[p->started];
	struct slice session = process_attribute(g, process, ATTRIBUTE_LOGON_ID);
	bool own = roles & (ROLE_STOCK | ROLE_INTERPRETER | ROLE_HOST);
	unsigned theirs;

	if (!s || s->subject == GRAPH_NONE) {
		cause_gap(c, GRAPH_NONE, ns, 7 + extra, p->started,
			  s ? "the record of its start names no parent"
			    : "its start is in no record: it ran before they begin, or starts were not recorded");
		return;
	}
	theirs = process_roles(c, s->subject);
	if (!(theirs & ROLE_PARENT)) {
		cause_step(c, s->subject, s->time_ns, p->started, (own ? 1.0 : 1.8) + extra, "process_start",
			   "started it");
		return;
	}
	if (scheduled_causes(c, process, roles, ns))
		return;
	if ((theirs & ROLE_REMOTE) && (logon_end(c, session, ns, 2.0 + extra) ||
				       logon_end(c, slice_of(NULL, 0), ns, 2.5 + extra)))
		return;
	if (logon_end(c, session, ns, 4 + extra))
		return;
	if (theirs & ROLE_SCHEDULER) {
		cause_gap(c, GRAPH_NONE, s->time_ns, 6.5 + extra, p->started,
			  "started by the operating system; who made the service or task is in no record");
		return;
	}
	struct trace_origin o = origin_of(ORIGIN_LOGON, GRAPH_NONE, s->time_ns);

	o.remote = process_attribute(g, process, ATTRIBUTE_USER);
	o.gap = "who or what asked for it in that session is in no record";
	cause_end(c, &o, (own ? 7.6 : 12) + extra, "process_start", p->started, "started in a user's session on the machine itself");
}

/* ---- its own file ---- */

static bool written_by_others(struct causes *c, uint32_t file, int64_t ns)
{
	uint32_t writer = writer_of(c->g, file, ns);

	return writer != GRAPH_NONE && !(process_roles(c, writer) & (ROLE_INSTALLER | ROLE_PARENT));
}

static void image_cause(struct causes *c, uint32_t process, unsigned roles, int64_t ns, double extra)
{
	const struct graph_node *p = &c->g->nodes[process];
	uint32_t file = image_file(c->g, process);
	int64_t start = start_or(p, ns);

	if (file == GRAPH_NONE) {
		cause_gap(c, GRAPH_NONE, ns, 7.5, GRAPH_NONE, "no record says which program this process ran");
		return;
	}
	if (neighbour_causes(c, process, file, start))
		extra += 3;
	if (roles & (ROLE_BROWSER | ROLE_MAIL | ROLE_DEPLOYMENT) && !(roles & ROLE_STOCK)) {
		cause_gap(c, file, ns, 5 + extra, GRAPH_NONE,
			  "a program that carries what others send; what made it do this is in no record");
		return;
	}
	if (roles & (ROLE_INTERPRETER | ROLE_STOCK | ROLE_PARENT) && !written_by_others(c, file, start))
		return;
	if (roles & ROLE_HOST)
		extra += 2;
	cause_step(c, file, start, p->started, 1.0 + extra, "image", "the program that it ran");
}

void causes_begin(struct causes *c)
{
	arena_reset(&c->arena);
}

void process_causes(struct causes *c, uint32_t process, int64_t ns)
{
	unsigned roles = process_roles(c, process);
	double extra = 0;

	if (module_causes(c, process, ns))
		extra += 4;
	if (injection_causes(c, process, ns))
		extra += 3;
	if (command_causes(c, process, roles, ns) || (roles & ROLE_HOST && service_causes(c, process, ns)) ||
	    (roles & ROLE_INSTALLER && roles & ROLE_STOCK && package_asked(c, ns)))
		extra += 0.5;
	else if (roles & ROLE_INSTALLER)
		client_causes(c, process, ns);
	if (roles & (ROLE_INTERPRETER | ROLE_HOST | ROLE_COPIER | ROLE_INSTALLER))
		script_causes(c, process, ns);
	image_cause(c, process, roles, ns, extra);
	parent_causes(c, process, roles, ns, extra);
}
