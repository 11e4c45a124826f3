/* SPDX-License-Identifier: Apache-2.0 */
#include "input/packagelog/change.h"

static const char *const words[CHANGE_WORD_COUNT] = {
	"action",  "name",	"version", "old_version", "command", "architecture",
	"manager", "ecosystem", "user",	   "repository",  "error",
};

void change_names_init(struct change_names *n, const struct names *names)
{
	put_names(n->list, words, CHANGE_WORD_COUNT, names);
}

void change_put(const struct change_names *n, const struct change *c, struct event *ev)
{
	const struct slice values[CHANGE_WORD_COUNT] = {
		[CHANGE_ACTION] = c->action,
		[CHANGE_NAME] = c->name,
		[CHANGE_VERSION] = c->version,
		[CHANGE_OLD_VERSION] = c->old_version,
		[CHANGE_COMMAND] = c->command,
		[CHANGE_ARCHITECTURE] = c->architecture,
		[CHANGE_MANAGER] = slice_str(c->manager),
		[CHANGE_ECOSYSTEM] = slice_str(c->ecosystem),
		[CHANGE_USER] = c->user,
		[CHANGE_REPOSITORY] = c->repository,
		[CHANGE_ERROR] = c->error,
	};

	for (size_t i = 0; i < CHANGE_WORD_COUNT; i++)
		put_text(ev, &n->list[i], values[i]);
	ev->time = c->time;
}

struct when change_time_without_year(struct slice line, int64_t modified, bool *ret_is)
{
	struct when t = { 0 };
	int year = modified ? when_parts(when_unix(modified + 86400)).year : 1970;

	*ret_is = false;
	if (line.n < 15)
		return t;
	for (int back = 0; back < 2; back++) {
		char text[24];
		int n = snprintf(text, sizeof(text), "%.6s %04d %.8s", (const char *)line.p,
				 (year - back) % 10000, (const char *)line.p + 7);

		t = when_guess(slice_of(text, n > 0 && n < 24 ? (size_t)n : 0));
		if (!t.set)
			return t;
		if (t.ns / 1000000000 <= modified + 86400)
			break;
	}
	*ret_is = true;
	return modified ? t : (struct when){ 0 };
}
