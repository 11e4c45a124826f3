/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Scheduled tasks: Schedule\TaskCache\Tasks\{id} says what and when, Tree\<path> which id has which path. A
 * task whose key in Tree has no security descriptor (SD), or that is in Tasks alone, is shown by no tool of
 * Windows. One event for its creation and one for its last run, as far as it has them.
 */
#include "input/hive/tasks.h"

#include "base/heap.h"
#include "base/map.h"
#include "base/utf.h"
#include "input/hive/artifacts.h"

#include <stdlib.h>

enum { AT_CREATION, AT_LAST_RUN };

/* Ids in lower case -> number; keys[number]: their key in Tree. */
struct tree {
	struct map ids;
	uint32_t *keys;
	size_t cap;
	struct arena scratch;
};

static void tree_add(struct hive *h, struct tree *t, uint32_t key)
{
	struct slice id = hive_text(h, regf_value_find(&h->regf, key, "Id"), &t->scratch);

	if (!id.n)
		return;
	uint32_t before = (uint32_t)t->ids.n, n = map_intern(&t->ids, arena_lower(&t->scratch, id));

	if (n < before)
		return;
	t->keys = heap_room(t->keys, n, &t->cap, sizeof(*t->keys));
	t->keys[n] = key;
}

/* All keys below `top`: children come behind their parents. */
static void tree_fill(struct hive *h, struct tree *t, uint32_t top)
{
	size_t count = h->regf.key_count - top;
	uint8_t *inside = heap_new(count);

	inside[0] = 1;
	for (uint32_t i = top + 1; i < h->regf.key_count; i++) {
		uint32_t parent = h->regf.keys[i].parent;

		if (parent < top || !inside[parent - top])
			continue;
		inside[i - top] = 1;
		tree_add(h, t, i);
		arena_reset(&t->scratch);
	}
	free(inside);
}

static uint32_t tree_find(struct hive *h, struct tree *t, uint32_t task)
{
	struct slice id = arena_lower(&t->scratch, hive_name(h, task, &t->scratch));
	uint32_t n = map_get(&t->ids, id);

	arena_reset(&t->scratch);
	return n == MAP_NONE ? REGF_NONE : t->keys[n];
}

static struct task_times times_of(struct hive *h, uint32_t task, struct arena *a)
{
	uint32_t value = regf_value_find(&h->regf, task, "DynamicInfo");
	struct task_times times = { 0 };

	if (value == REGF_NONE || !task_times_read(regf_value_data(&h->regf, value, a), &times))
		return (struct task_times){ 0 };
	return times;
}

static void find_in(struct hive *h, uint32_t cache)
{
	uint32_t top = regf_child(&h->regf, cache, "Tree"), tasks = regf_child(&h->regf, cache, "Tasks");
	struct tree t = { 0 };

	map_init(&t.ids);
	arena_init(&t.scratch, (size_t)8 << 20);
	if (top != REGF_NONE)
		tree_fill(h, &t, top);
	HIVE_EACH_CHILD(h, tasks, i) {
		struct task_times times = times_of(h, i, &t.scratch);
		uint32_t in_tree = tree_find(h, &t, i);

		if (when_filetime(times.created).set || !when_filetime(times.last_run).set)
			hive_item(h, &hive_task, i, in_tree, AT_CREATION);
		if (when_filetime(times.last_run).set)
			hive_item(h, &hive_task, i, in_tree, AT_LAST_RUN);
	}
	arena_done(&t.scratch);
	map_done(&t.ids);
	free(t.keys);
}

static void find(struct hive *h)
{
	for (size_t b = 0; b < HIVE_BASES; b += 2) {
		uint32_t cache = regf_find(&h->regf, h->bases[b],
					   "Microsoft\\Windows NT\\CurrentVersion\\Schedule\\TaskCache");

		if (cache != REGF_NONE)
			find_in(h, cache);
	}
}

/* ---- an event ---- */

static struct value wide(struct slice s)
{
	return (struct value){ .type = VALUE_UTF16, .s = hive_wide(s) };
}

/* \Microsoft\Windows\..., below Tree. */
static struct slice tree_path(struct hive *h, uint32_t key, struct arena *a)
{
	struct slice path = regf_key_path(&h->regf, key, a), mark = SLICE("\\Tree\\");
	const uint8_t *hit = slice_search(path, mark);

	return hit ? slice_from(path, (size_t)(hit - path.p) + mark.n - 1) : path;
}

static void put_user(struct hive *h, struct event *ev, uint32_t task, struct slice context)
{
	uint32_t value = regf_value_find(&h->regf, task, "Triggers");
	struct task_user user = { 0 };

	if (value != REGF_NONE)
		user = task_user_read(regf_value_data(&h->regf, value, &ev->arena));
	if (user.name.n)
		hive_put(h, ev, HIVE_USER, wide(user.name));
	else if (user.sid.n)
		hive_put(h, ev, HIVE_USER, (struct value){ .type = VALUE_SID, .s = user.sid });
	else
		hive_put(h, ev, HIVE_USER, wide(context));
}

/* What else it does, where it does more than one thing. */
static void put_others(struct hive *h, struct event *ev, const struct task_actions *t)
{
	struct value *items = arena_array(&ev->arena, t->count, sizeof(*items));

	for (unsigned i = 0; items && i < t->count; i++) {
		const struct task_action *a = &t->all[i];
		struct value_member *m = arena_array(&ev->arena, 2, sizeof(*m));

		if (!m)
			return;
		m[0] = a->clsid.n ? (struct value_member){ "clsid", { .type = VALUE_GUID, .s = a->clsid } }
				  : (struct value_member){ "command", wide(a->command) };
		m[1] = (struct value_member){ "arguments", wide(a->arguments) };
		items[i] = (struct value){ .type = VALUE_OBJECT, .count = 2, .members = m };
	}
	if (items && t->count > 1)
		hive_put(h, ev, HIVE_ACTIONS, (struct value){ .type = VALUE_LIST, .count = t->count, .items = items });
}

static void make(struct hive *h, struct event *ev, const struct hive_item *it, struct slice path,
		 const struct task_action *first)
{
	struct arena *a = &ev->arena;
	struct slice command = utf16le_to_utf8(a, hive_wide(first->command));
	struct slice arguments = utf16le_to_utf8(a, hive_wide(first->arguments)), line = command;

	ev->proves = STAGE_BIT(it->extra == AT_LAST_RUN ? STAGE_S3 : STAGE_S2);
	ev->op = ACTIVITY_TASK_CREATE;
	if (command.n && arguments.n)
		line = arena_printf(a, "%.*s %.*s", (int)command.n, (const char *)command.p, (int)arguments.n,
				    (const char *)arguments.p);
	if (it->extra == AT_LAST_RUN) {
		ev->op = command.n ? ACTIVITY_PROCESS_START : ACTIVITY_NONE;
		hive_make_text(h, ev, HIVE_S_IMAGE, command);
	}
	hive_make_text(h, ev, HIVE_S_TASK, path);
	hive_make_text(h, ev, HIVE_S_COMMAND_LINE, line);
}

static void put(struct hive *h, const struct hive_item *it, struct event *ev)
{
	struct arena *a = &ev->arena;
	uint32_t actions = regf_value_find(&h->regf, it->key, "Actions");
	struct task_times times = times_of(h, it->key, a);
	struct slice path = hive_text(h, regf_value_find(&h->regf, it->key, "Path"), a);
	struct task_actions t;

	if (!path.n && it->value != REGF_NONE)
		path = tree_path(h, it->value, a);
	task_actions_read(actions == REGF_NONE ? slice_of(NULL, 0) : regf_value_data(&h->regf, actions, a), &t);
	ev->damaged = actions != REGF_NONE && t.damaged;
	hive_put_text(h, ev, HIVE_PATH, path);
	hive_put(h, ev, HIVE_COMMAND, wide(t.all[0].command));
	hive_put(h, ev, HIVE_ARGUMENTS, wide(t.all[0].arguments));
	put_user(h, ev, it->key, t.context);
	hive_put(h, ev, HIVE_DIRECTORY, wide(t.all[0].directory));
	if (t.all[0].clsid.n)
		hive_put(h, ev, HIVE_CLSID, (struct value){ .type = VALUE_GUID, .s = t.all[0].clsid });
	put_others(h, ev, &t);
	hive_put_text(h, ev, HIVE_TASK_ID, hive_name(h, it->key, a));
	hive_put_bool(h, ev, HIVE_HIDDEN, regf_value_find(&h->regf, it->value, "SD") == REGF_NONE);
	hive_put_filetime(h, ev, HIVE_CREATED, times.created);
	hive_put_filetime(h, ev, HIVE_LAST_RUN, times.last_run);
	hive_put_filetime(h, ev, HIVE_LAST_SUCCESS, times.last_success);
	hive_put_u64(h, ev, HIVE_LAST_ERROR, times.last_error);
	ev->time = when_filetime(it->extra == AT_LAST_RUN ? times.last_run : times.created);
	ev->time_kind = it->extra == AT_LAST_RUN ? "last_run" : "created";
	ev->completeness = h->whole ? COMPLETENESS_COMPLETE : COMPLETENESS_UNKNOWN;
	make(h, ev, it, path, &t.all[0]);
}

const struct hive_artifact hive_task = { "task", find, put };
