/* SPDX-License-Identifier: Apache-2.0 */
/* Jobs of launchd (launchd.plist(5)): known by a label and something to run, wherever they lie.
 * They hold no times. */
#include "base/buf.h"
#include "input/plist/kind.h"

#define ENVIRONMENT_MAX 256u

static bool fits(struct plist *p, const struct plist_value *root, struct plist_value *ret)
{
	static const char *const runs[] = { "Program", "ProgramArguments", "BundleProgram" };
	struct plist_value label = plist_find(p, root, "Label");

	*ret = *root;
	for (size_t i = 0; label.type != PLIST_NONE && i < 3; i++)
		if (plist_find(p, root, runs[i]).type != PLIST_NONE)
			return true;
	return false;
}

static void put_bool(struct plist_reader *r, struct event *ev, enum plist_word w,
		     const struct plist_value *v)
{
	/* KeepAlive may be conditions: kept alive at times. */
	bool on =
		v->type == PLIST_DICT || ((v->type == PLIST_BOOL || v->type == PLIST_INT) && v->i);

	if (v->type != PLIST_NONE)
		plist_put_value(r, ev, w, (struct value){ .type = VALUE_BOOL, .u = on });
}

/* NAME=value: DYLD_INSERT_LIBRARIES and its kin stand there. */
static void put_environment(struct plist_reader *r, struct event *ev,
			    const struct plist_value *dict)
{
	uint32_t count = dict->type == PLIST_DICT ? dict->count : 0, n = 0;
	struct value *items;

	count = count < ENVIRONMENT_MAX ? count : ENVIRONMENT_MAX;
	items = count ? arena_array(&ev->arena, count, sizeof(*items)) : NULL;
	for (uint32_t i = 0; items && i < count; i++) {
		struct plist_value key = plist_key(&r->plist, dict, i),
				   value = plist_item(&r->plist, dict, i);
		struct slice k = plist_text(&r->plist, &key, &ev->arena),
			     v = plist_text(&r->plist, &value, &ev->arena);

		if (k.n)
			items[n++] = value_text_of(arena_printf(&ev->arena, "%.*s=%.*s", (int)k.n,
								(const char *)k.p, (int)v.n,
								v.n ? (const char *)v.p : ""));
	}
	if (n)
		plist_put_value(r, ev, PLIST_WORD_ENVIRONMENT,
				(struct value){ .type = VALUE_LIST, .count = n, .items = items });
}

static struct slice command_of(struct event *ev, struct slice program, struct value arguments)
{
	struct buf b = { 0 };
	struct slice s;

	buf_put(&b, program);
	for (uint32_t i = 1; i < arguments.count; i++) {
		buf_put_byte(&b, ' ');
		buf_put(&b, arguments.items[i].s);
	}
	s = arena_keep(&ev->arena, buf_slice(&b));
	buf_done(&b);
	return s;
}

static bool entry(struct plist_reader *r, const struct plist_value *v, struct event *ev)
{
	struct plist *p = &r->plist;
	struct slice label = plist_text_of(p, v, "Label", &ev->arena);
	struct slice program = plist_text_of(p, v, "Program", &ev->arena);
	struct slice user = plist_text_of(p, v, "UserName", &ev->arena);
	struct plist_value arguments = plist_find(p, v, "ProgramArguments"),
			   watch = plist_find(p, v, "WatchPaths");
	struct plist_value environment = plist_find(p, v, "EnvironmentVariables");
	struct plist_value at_load = plist_find(p, v, "RunAtLoad"),
			   alive = plist_find(p, v, "KeepAlive");
	struct plist_value disabled = plist_find(p, v, "Disabled"),
			   every = plist_find(p, v, "StartInterval");
	struct plist_value first = plist_item(p, &arguments, 0);

	if (!program.n)
		program = plist_text(&r->plist, &first, &ev->arena);
	if (!program.n)
		program = plist_text_of(p, v, "BundleProgram", &ev->arena);
	plist_put(r, ev, PLIST_WORD_LABEL, label);
	plist_put(r, ev, PLIST_WORD_PROGRAM, program);
	struct value list = plist_put_list(r, ev, PLIST_WORD_ARGUMENTS, &arguments);

	plist_put(r, ev, PLIST_WORD_COMMAND, command_of(ev, program, list));
	put_bool(r, ev, PLIST_WORD_RUN_AT_LOAD, &at_load);
	put_bool(r, ev, PLIST_WORD_KEEP_ALIVE, &alive);
	put_bool(r, ev, PLIST_WORD_DISABLED, &disabled);
	if (every.type == PLIST_INT)
		plist_put_value(r, ev, PLIST_WORD_INTERVAL,
				(struct value){ .type = VALUE_INT, .i = every.i });
	plist_put_list(r, ev, PLIST_WORD_WATCH, &watch);
	put_environment(r, ev, &environment);
	plist_put(r, ev, PLIST_WORD_USER, user.n ? user : r->profile.user);
	ev->kind = "launchd";
	return true;
}

const struct plist_kind plist_launchd = { .fits = fits, .single = true, .entry = entry };
