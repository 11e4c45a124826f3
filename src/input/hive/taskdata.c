/* SPDX-License-Identifier: Apache-2.0 */
#include "base/cursor.h"
#include "input/hive/tasks.h"

enum { ACTION_EXEC = 0x6666, ACTION_COM = 0x7777 };

static bool action_read(struct cursor *c, unsigned version, struct task_action *ret)
{
	unsigned kind = cursor_u16(c);

	(void)cursor_sized(c); /* its id */
	*ret = (struct task_action){ 0 };
	if (kind == ACTION_EXEC) {
		ret->command = cursor_sized(c);
		ret->arguments = cursor_sized(c);
		ret->directory = cursor_sized(c);
		if (version == 3)
			cursor_skip(c, 2);
	} else if (kind == ACTION_COM) {
		ret->clsid = cursor_take(c, 16);
		ret->arguments = cursor_sized(c);
	} else {
		c->ok = false;
	}
	return c->ok;
}

void task_actions_read(struct slice data, struct task_actions *ret)
{
	struct cursor c = cursor_of(data);
	unsigned version = cursor_u16(&c);

	*ret = (struct task_actions){ 0 };
	if (version == 3)
		ret->context = cursor_sized(&c);
	while (cursor_left(&c) && ret->count < TASK_ACTIONS_MAX)
		if (action_read(&c, version, &ret->all[ret->count]))
			ret->count++;
	ret->damaged = !c.ok || cursor_left(&c);
}

bool task_times_read(struct slice data, struct task_times *ret)
{
	struct cursor c = cursor_of(data);

	cursor_skip(&c, 4);
	*ret = (struct task_times){ .created = cursor_u64(&c), .last_run = cursor_u64(&c) };
	cursor_skip(&c, 4);
	ret->last_error = cursor_u32(&c);
	if (!c.ok)
		return false;
	if (cursor_left(&c) >= 8)
		ret->last_success = cursor_u64(&c);
	return true;
}

/* A number of one byte or four in a unit of 8. */
static uint32_t unit(struct cursor *c, bool byte)
{
	struct slice s = cursor_take(c, 8);

	return !s.n ? 0 : byte ? s.p[0] : load_u32(s.p);
}

static struct slice padded(struct cursor *c)
{
	uint32_t n = unit(c, false);
	struct slice s = cursor_take(c, n);

	cursor_skip(c, (8 - n % 8) % 8);
	return s;
}

struct task_user task_user_read(struct slice triggers)
{
	struct cursor c = cursor_of(triggers);
	struct task_user user = { 0 };
	uint32_t version = unit(&c, true);

	cursor_skip(&c, 32 + 16);
	if (version >= 0x16)
		(void)padded(&c);
	if (version >= 0x17)
		(void)padded(&c);
	if (unit(&c, true) || !c.ok)
		return user;
	if (!unit(&c, true)) {
		cursor_skip(&c, 8);
		user.sid = padded(&c);
	}
	user.name = padded(&c);
	return c.ok ? user : (struct task_user){ 0 };
}
