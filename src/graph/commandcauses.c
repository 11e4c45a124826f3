/* SPDX-License-Identifier: Apache-2.0 */
/* Causes that a command line names: scripts, libraries and packages to run, and addresses to fetch code from. */
#include "graph/causes.h"
#include "graph/path.h"

#define ANCESTORS_MAX 6u
#define WORDS_MAX 12u

static bool is_code(struct slice path, unsigned roles)
{
	static const char *const endings[] = { ".ps1", ".bat", ".cmd", ".vbs", ".vbe", ".js",	".jse", ".mjs",
					       ".cjs", ".hta", ".py",  ".sh",  ".pl",  ".rb",	".jar", ".dll",
					       ".ocx", ".cpl", ".msi", ".msp", ".mst", ".scpt", ".wsf", ".deb",
					       ".rpm", ".pkg", ".zip", ".7z",  ".rar", ".cab",	".iso", ".dat",
					       ".doc", ".docx", ".docm", ".xls", ".xlsx", ".xlsm", ".xlsb", ".ppt",
					       ".pptx", ".pptm", ".rtf", ".one", ".pdf" };

	for (size_t i = 0; i < sizeof(endings) / sizeof(*endings); i++) {
		struct slice e = slice_str(endings[i]);

		if (path.n > e.n && slice_eq_nocase(slice_from(path, path.n - e.n), e))
			return true;
	}
	/* rundll32 and regsvr32 take any name; a copier copies anything. */
	return (roles & ROLE_HOST && !(roles & ROLE_PARENT)) || roles & ROLE_COPIER;
}

/* Files are found by whole path; where the command gives a part, below the process's directory. A path
 * with ~ is of short names: by its last part. */
static uint32_t named_file(struct causes *c, struct slice path, struct slice directory)
{
	uint32_t file = graph_find(c->g, ENTITY_FILE, path);
	bool whole = path.n > 2 && (path.p[1] == ':' || path.p[0] == '/' || path.p[0] == '\\');

	if (file != GRAPH_NONE)
		return file;
	if (!whole && directory.n) {
		bool closed = directory.p[directory.n - 1] == '\\' || directory.p[directory.n - 1] == '/';
		const char *separator = closed ? "" : directory.p[0] == '/' ? "/" : "\\";

		return graph_find(c->g, ENTITY_FILE,
				  arena_printf(&c->arena, "%.*s%s%.*s", (int)directory.n,
					       (const char *)directory.p, separator, (int)path.n,
					       (const char *)path.p));
	}
	if (slice_find(path, '~') == path.n)
		return GRAPH_NONE;
	return noted_tail(&c->noted, path_tail(path));
}

static void language_package(struct causes *c, struct slice path, int64_t ns, uint32_t edge)
{
	struct trace_origin o = origin_of(ORIGIN_PACKAGE, GRAPH_NONE, ns);

	o.name = role_language_package(path, &o.ecosystem);
	if (!o.name.n)
		return;
	o.name = arena_keep(&c->arena, o.name);
	cause_end(c, &o, 0.6, "package", edge, "it ran what a language package brought");
}

/* Its version: of the nearest record of the package within an installation's time. */
static void maintainer_script(struct causes *c, struct slice path, int64_t ns, uint32_t edge)
{
	struct trace_origin o = origin_of(ORIGIN_PACKAGE, GRAPH_NONE, ns);
	const struct graph *g = c->g;

	o.name = role_maintainer_package(path);
	if (!o.name.n)
		return;
	for (size_t i = list_until(g, &g->packages, ns + INSTALL_WINDOW_NS); i-- > 0;) {
		const struct graph_edge *e = &g->edges[g->packages.edges[i]];

		if (!e->timed || e->time_ns < ns - INSTALL_WINDOW_NS)
			break;
		if (!slice_eq_nocase(g->nodes[e->object].name, o.name) || !graph_attribute(g, e, ATTRIBUTE_VERSION).n)
			continue;
		o.version = graph_attribute(g, e, ATTRIBUTE_VERSION);
		o.url = graph_attribute(g, e, ATTRIBUTE_HOST_URL);
		break;
	}
	o.name = arena_keep(&c->arena, o.name);
	cause_end(c, &o, 0.6, "package", edge, "it ran a script of this package");
}

bool package_asked(struct causes *c, int64_t ns)
{
	const struct graph *g = c->g;

	for (size_t i = list_until(g, &g->packages, ns); i-- > 0;) {
		uint32_t edge = g->packages.edges[i], file;
		const struct graph_edge *e = &g->edges[edge];

		if (!e->timed || e->time_ns < ns - INSTALL_WINDOW_NS)
			return false;
		if (!slice_is(graph_attribute(g, e, ATTRIBUTE_ACTION), "begin"))
			continue;
		file = graph_find(g, ENTITY_FILE, graph_attribute(g, e, ATTRIBUTE_SOURCE_FILE));
		cause_step(c, file, e->time_ns, edge, 0.5, "package", "the package that it was asked to install");
		cause_step(c, e->subject, e->time_ns, edge, 1.0, "package", "asked it to install");
		return file != GRAPH_NONE;
	}
	return false;
}

/* A package file that an installer was given and nobody recorded: at least its name. name_version_arch.deb
 * says the version too. */
static void package_named(struct causes *c, struct slice path, int64_t ns, uint32_t edge)
{
	struct trace_origin o = origin_of(ORIGIN_PACKAGE, GRAPH_NONE, ns);
	struct slice tail = path_tail(path), rest;

	if (!path_is_package(path))
		return;
	o.name = tail;
	if (slice_ends(tail, slice_str(".deb")) && slice_find(tail, '_') < tail.n) {
		o.name = slice_cut(tail, '_', &rest);
		o.version = slice_cut(rest, '_', &rest);
	}
	o.gap = "where the package was brought from is in no record";
	cause_end(c, &o, 3, "package", edge, "the package that its command line names");
}

bool command_causes(struct causes *c, uint32_t process, unsigned roles, int64_t ns)
{
	const struct graph *g = c->g;
	const struct graph_node *p = &g->nodes[process];
	struct slice command = process_attribute(g, process, ATTRIBUTE_COMMAND_LINE), path;
	struct slice directory = process_attribute(g, process, ATTRIBUTE_DIRECTORY);
	bool found = false;
	size_t at = 0;

	if (!(roles & (ROLE_INTERPRETER | ROLE_HOST | ROLE_COPIER | ROLE_INSTALLER)))
		return false;
	language_package(c, arena_printf(&c->arena, "%.*s/", (int)directory.n, (const char *)directory.p),
			 start_or(p, ns), p->started);
	for (unsigned n = 0; n < WORDS_MAX && (path = path_in_command(command, &at)).p; n++) {
		uint32_t file;

		maintainer_script(c, path, start_or(p, ns), p->started);
		if (slice_eq_nocase(path_tail(path), path_tail(p->name)) || !is_code(path, roles))
			continue;
		file = named_file(c, path, directory);
		language_package(c, file == GRAPH_NONE ? path : g->nodes[file].name, start_or(p, ns), p->started);
		if (file == GRAPH_NONE && roles & ROLE_INSTALLER)
			package_named(c, path, start_or(p, ns), p->started);
		if (file == GRAPH_NONE)
			continue;
		found = true;
		cause_step(c, file, start_or(p, ns), p->started, 0.5, "script",
			   "what it was told to run by its command line");
	}
	return found;
}

/* Did an installer, or a script that a package brought, start it? Then it fetched on behalf of that package. */
static bool under_package(struct causes *c, uint32_t process)
{
	const struct graph *g = c->g;
	const char *ecosystem;

	for (unsigned depth = 0; depth < ANCESTORS_MAX; depth++) {
		struct slice command, path;
		size_t at = 0;

		if (g->nodes[process].started == GRAPH_NONE)
			return false;
		process = g->edges[g->nodes[process].started].subject;
		if (process == GRAPH_NONE)
			return false;
		if (process_roles(c, process) & ROLE_INSTALLER)
			return true;
		command = process_attribute(g, process, ATTRIBUTE_COMMAND_LINE);
		for (unsigned n = 0; n < WORDS_MAX && (path = path_in_command(command, &at)).p; n++)
			if (role_maintainer_package(path).n || role_language_package(path, &ecosystem).n)
				return true;
	}
	return false;
}

bool fetch_end(struct causes *c, uint32_t process, struct slice text, int64_t ns, uint32_t edge,
		      const char *why)
{
	struct trace_origin o = origin_of(ORIGIN_DOWNLOAD, GRAPH_NONE, ns);

	o.url = url_in(text);
	if (!o.url.n)
		return false;
	o.mark = edge;
	o.channel = process;
	cause_end(c, &o, under_package(c, process) ? 8.0 : 2.0, "script_download", edge, why);
	return true;
}
