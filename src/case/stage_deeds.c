/* SPDX-License-Identifier: Apache-2.0 */
#include "case/stage_deeds.h"

#include "event/value.h"
#include "graph/path.h"

/* Rights to change another process: create a thread, operate on and write memory; and to read it (winnt.h). */
#define RIGHTS_TO_CHANGE (0x2 | 0x8 | 0x20)
#define RIGHT_TO_READ 0x10

static bool one_of(struct slice s, const char *const *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (slice_eq_nocase(s, slice_str(list[i])))
			return true;
	return false;
}
#define ONE_OF(s, list) one_of(s, list, sizeof(list) / sizeof(*(list)))

static bool holds_one(struct slice s, const char *const *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (slice_holds_nocase(s, slice_str(list[i])))
			return true;
	return false;
}
#define HOLDS(s, list) holds_one(s, list, sizeof(list) / sizeof(*(list)))

static struct slice lowered(struct arena *arena, const char *kind, struct slice what)
{
	struct slice low = arena_lower(arena, what);

	return arena_printf(arena, "%s %.*s", kind, (int)low.n, (const char *)low.p);
}

static bool deed(struct stage_deed *ret, struct arena *arena, enum stage s, const char *kind, struct slice what,
		 const char *says)
{
	*ret = (struct stage_deed){ .stage = s,
				    .key = lowered(arena, kind, what),
				    .text = arena_printf(arena, "%s: %.*s", says, (int)(what.n < 160 ? what.n : 160),
							 (const char *)what.p) };
	return true;
}

/* ---- S7: commands ---- */

/* A shell that was given nothing to do waits for what it is told. */
static bool waits_for_input(struct slice tail, struct slice command)
{
	static const char *const shells[] = { "cmd.exe", "powershell.exe", "pwsh.exe", "sh", "bash", "zsh", "dash", "pwsh" };
	static const char *const told[] = { " /c", " -c", " /k ", " -file", " -f ", " -enc", " -e ", " -ec ", "-command", ".ps1",
					    ".bat", ".cmd", ".sh", "encodedcommand", "/s /c" };

	return ONE_OF(tail, shells) && command.n && !HOLDS(command, told);
}

static bool discovers(struct slice tail, struct slice command)
{
	static const char *const tools[] = { "whoami.exe", "whoami", "nltest.exe", "systeminfo.exe", "ipconfig.exe", "quser.exe",
					     "qwinsta.exe", "query.exe", "arp.exe", "netstat.exe", "dsquery.exe", "hostname.exe",
					     "tasklist.exe", "adfind.exe", "sharphound.exe", "id", "uname", "hostname", "ifconfig",
					     "sw_vers", "system_profiler", "dscl", "w", "last", "netstat", "arp" };
	static const char *const net[] = { "net.exe", "net1.exe" };
	static const char *const asked[] = { " group", " user", " localgroup", " view", " accounts", " share", " session",
					     " config", " time" };

	return ONE_OF(tail, tools) || (ONE_OF(tail, net) && HOLDS(command, asked));
}

static bool moves_on(struct slice tail, struct slice command)
{
	static const char *const tools[] = { "psexec.exe", "psexec64.exe", "paexec.exe", "winrs.exe", "mstsc.exe", "wmiexec.exe" };
	static const char *const others[] = { "/node:", "\\\\", "invoke-command", "enter-pssession", "new-pssession" };
	static const char *const carriers[] = { "wmic.exe", "sc.exe", "schtasks.exe", "net.exe", "powershell.exe", "cmd.exe" };

	return ONE_OF(tail, tools) || (ONE_OF(tail, carriers) && HOLDS(command, others));
}

static bool destroys(struct slice command)
{
	static const char *const first[] = { "delete shadows", "shadowcopy delete", "shadowcopy", "delete catalog",
					     "delete systemstatebackup", "recoveryenabled no", "resize shadowstorage" };
	static const char *const with[] = { "vssadmin", "wmic", "wbadmin", "bcdedit", "win32_shadowcopy" };

	return HOLDS(command, with) && HOLDS(command, first) &&
	       (!slice_holds_nocase(command, slice_str("shadowcopy")) || slice_holds_nocase(command, slice_str("delete")));
}

static bool start_deed(const struct stage_marks *m, const struct graph_edge *e, struct arena *arena, struct stage_deed *ret)
{
	struct slice image = m->g->nodes[e->object].name, tail = path_tail(image);
	struct slice command = graph_attribute(m->g, e, ATTRIBUTE_COMMAND_LINE), said = command.n ? command : image;

	if (destroys(command))
		return deed(ret, arena, STAGE_S8, "restore", tail, "restore points or backups removed") &&
		       (ret->text = arena_printf(arena, "restore points or backups removed: %.*s", (int)said.n,
						 (const char *)said.p), true);
	if (waits_for_input(tail, command))
		deed(ret, arena, STAGE_S7, "shell", tail, "");
	else if (moves_on(tail, command))
		deed(ret, arena, STAGE_S7, "remote", tail, "");
	else if (discovers(tail, command))
		deed(ret, arena, STAGE_S7, "discovery", tail, "");
	else
		return false;
	ret->discovery = slice_starts(ret->key, slice_str("discovery"));
	ret->text = arena_printf(arena, "interactive-style commands (operator unproved): %.*s", (int)(said.n < 160 ? said.n : 160),
				 (const char *)said.p);
	return true;
}

/* ---- S6 ---- */

static bool is_store(struct slice path)
{
	static const char *const stores[] = { "\\login data", "/login data", "\\logins.json", "/logins.json", "\\key4.db",
					      "/key4.db", "\\web data", "/web data", "\\cookies", "/cookies", "cookies.sqlite",
					      "places.sqlite", "\\local state", "/local state", "\\history", "/history",
					      "login.keychain", "formhistory.sqlite" };
	static const char *const browsers[] = { "chrome", "firefox", "mozilla", "edge", "brave", "opera", "vivaldi", "chromium",
						"safari", "keychain" };

	return HOLDS(path, stores) && HOLDS(path, browsers);
}

static bool access_deed(const struct stage_marks *m, const struct graph_edge *e, struct arena *arena, struct stage_deed *ret)
{
	const struct graph_node *n = &m->g->nodes[e->object];
	static const char *const secrets[] = { "lsass.exe", "chrome.exe", "msedge.exe", "firefox.exe" };
	struct slice access = graph_attribute(m->g, e, ATTRIBUTE_ACCESS);
	int64_t rights = 0;

	if (e->op == ACTIVITY_REMOTE_THREAD)
		return deed(ret, arena, STAGE_S6, "thread", path_tail(n->name), "a thread started in another program");
	/* Many programs look at others; few at the memory of those that hold secrets, or into it. */
	if (!value_i64(value_text_of(access), &rights) ||
	    !(rights & RIGHTS_TO_CHANGE || (rights & RIGHT_TO_READ && ONE_OF(path_tail(n->name), secrets))))
		return false;
	return deed(ret, arena, STAGE_S6, "access", path_tail(n->name), "another program's memory opened");
}

/* ---- S7: other machines ---- */

static bool remote_deed(const struct stage_marks *m, const struct graph_edge *e, struct arena *arena, struct stage_deed *ret)
{
	static const char *const ports[] = { "445", "135", "139", "3389", "5985", "5986", "22" };
	struct slice port = graph_attribute(m->g, e, ATTRIBUTE_PORT), names[2];

	/* To a machine of the house: of others stage_destinations gives names. */
	if (!ONE_OF(port, ports) || stage_destinations(m->g, e, arena, names))
		return false;
	return deed(ret, arena, STAGE_S7, "port", port, "a connection to another machine of the house for remote use, port");
}

/* The place of a file without the digits in its name: what an updater brings has another number each time. */
static struct slice without_digits(struct slice path, struct arena *arena)
{
	struct slice place = path_place(path, arena);
	uint8_t *room = arena_alloc(arena, place.n + 1);
	size_t n = 0;

	for (size_t i = 0; i < place.n; i++)
		if (place.p[i] < '0' || place.p[i] > '9')
			room[n++] = place.p[i];
	return slice_of(room, n);
}

static bool second_deed(const struct graph_node *n, const char *key, const char *says, struct arena *arena,
			struct stage_deed *ret)
{
	deed(ret, arena, STAGE_S6, key, without_digits(n->name, arena), says);
	ret->text = arena_printf(arena, "%s: %.*s", says, (int)(n->name.n < 200 ? n->name.n : 200), (const char *)n->name.p);
	return true;
}

bool stage_deed_of(const struct stage_marks *m, const struct graph_edge *e, struct arena *arena, struct stage_deed *ret)
{
	const struct graph_node *n;

	if (e->object == GRAPH_NONE)
		return false;
	n = &m->g->nodes[e->object];
	switch (e->op) {
	case ACTIVITY_PROCESS_START:
		return stage_second(m, e) ? second_deed(n, "run", "a file that it wrote was run", arena, ret)
					  : start_deed(m, e, arena, ret);
	case ACTIVITY_IMAGE_LOAD:
		return stage_second(m, e) && second_deed(n, "load", "a module that it wrote was loaded", arena, ret);
	case ACTIVITY_REMOTE_THREAD:
	case ACTIVITY_PROCESS_ACCESS:
		return n->kind == ENTITY_PROCESS && !stage_in_place(m->k, stage_marks_path(m, n->name)) && e->object != e->subject &&
		       access_deed(m, e, arena, ret);
	case ACTIVITY_FILE_READ:
		return is_store(n->name) && deed(ret, arena, STAGE_S6, "store", path_tail(n->name), "store opened (content unknown)");
	case ACTIVITY_NETWORK_CONNECT:
		return remote_deed(m, e, arena, ret);
	default:
		return false;
	}
}
