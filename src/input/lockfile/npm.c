/* SPDX-License-Identifier: Apache-2.0 */
/*
 * package-lock.json, npm-shrinkwrap.json and node_modules/.package-lock.json, versions 1 to 3. Gone
 * through entry by entry, so that only one entry has to be in the window:
 *
 *   {"lockfileVersion": 3, "packages": {"": {...}, "node_modules/a": {"version": "1.0", ...}}}
 *   {"lockfileVersion": 1, "dependencies": {"a": {"version": "1.0", "dependencies": {"b": {...}}}}}
 *
 * Version 2 has both: `dependencies` is then left out. The hidden lockfile in node_modules lists
 * what npm put there and has no entry "" for the project: its events are of kind inventory.
 */
#include "base/limits.h"
#include "input/formats.h"
#include "input/frame.h"
#include "input/json/parse.h"
#include "input/lockfile/package.h"

enum level {
	LEVEL_TOP,	    /* members of the file's object */
	LEVEL_PACKAGES,	    /* of `packages`: entries by path */
	LEVEL_DEPENDENCIES, /* entries by name */
	LEVEL_ENTRY,	    /* rest of an entry of the former, whose own dependencies are nested */
};

struct input {
	struct frame frame;
	struct package_names names;
	struct json json;
	struct event entry; /* an entry's own members */
	enum level levels[LIMIT_DEPTH];
	unsigned depth; /* 0: before the file's object */
	bool has_packages, first_seen, inventory, broken;
};

static unsigned probe(struct slice head, uint64_t bytes)
{
	static const struct slice version = SLICE("\"lockfileVersion\"");

	(void)bytes;
	head = slice_trim(head);
	return head.n && head.p[0] == '{' && slice_search(head, version) ? 85 : 0;
}

static struct input *npm_open(const struct input_env *env)
{
	struct input *in = frame_open(sizeof(*in), env);

	package_names_init(&in->names, env->names);
	json_init(&in->json, env->names, NULL);
	event_init(&in->entry, env->names);
	return in;
}

static void npm_close(struct input *in)
{
	if (!in)
		return;
	json_done(&in->json);
	event_done(&in->entry);
	frame_close(in);
}

/* ---- an entry ---- */

static struct slice member(struct event *entry, const char *name)
{
	for (uint32_t i = 0; i < entry->n; i++)
		if (slice_is(entry->fields[i].name, name))
			return event_text(entry, &entry->fields[i]);
	return slice_of(NULL, 0);
}

/* node_modules/a/node_modules/@s/b is @s/b. */
static struct slice name_in(struct slice path)
{
	static const struct slice folder = SLICE("node_modules/");
	const uint8_t *hit;

	while ((hit = slice_search(path, folder)))
		path = slice_from(path, (size_t)(hit - path.p) + folder.n);
	return path;
}

static void put_entry(struct input *in, enum level level, struct slice key, struct slice text,
		      struct event *ev)
{
	uint64_t offset = frame_place(&in->frame, text.p);
	struct json_result r;
	struct package p = { .ecosystem = "npm" };

	event_clear(&in->entry);
	r = json_read(&in->json, text, &in->entry);
	in->frame.record++;
	if (!r.complete)
		input_note(&in->frame.env, offset + r.at, true, "package %llu: %s",
			   (unsigned long long)in->frame.record, r.why);
	p.path = level == LEVEL_PACKAGES ? key : slice_of(NULL, 0);
	p.name = member(&in->entry, "name");
	if (!p.name.n)
		p.name = name_in(key);
	p.version = member(&in->entry, "version");
	p.resolved = member(&in->entry, "resolved");
	p.integrity = member(&in->entry, "integrity");
	p.install_script = slice_is(member(&in->entry, "hasInstallScript"), "true");
	event_clear(ev);
	package_put(&in->names, &p, ev);
	ev->damaged = !r.complete;
	frame_give(&in->frame, in->inventory ? "inventory" : "lockfile", NULL, offset, ev);
}

/* ---- going through ---- */

static size_t blanks(struct slice s, const char *set)
{
	size_t n = 0;

	while (n < s.n && s.p[n] && strchr(set, s.p[n]))
		n++;
	return n;
}

/* "key": at the start of s; gives its length with the colon and blanks, 0 when it is not whole. */
static size_t key_at(struct slice s, struct slice *ret)
{
	size_t i = 1, end;

	while (i < s.n && s.p[i] != '"')
		i += s.p[i] == '\\' ? 2 : 1;
	if (i >= s.n)
		return 0;
	*ret = slice_of(s.p + 1, i - 1);
	end = i + 1 + blanks(slice_from(s, i + 1), " \t\r\n");
	if (end >= s.n || s.p[end] != ':')
		return 0;
	end++;
	end += blanks(slice_from(s, end), " \t\r\n");
	return end < s.n ? end : 0;
}

/* Length of the value at the start of s; 0 when its end is not there. */
static size_t value_at(struct slice s)
{
	struct json_scan scan = { 0 };
	size_t n = 0;

	if (s.p[0] == '{' || s.p[0] == '[')
		return json_extent(&scan, s);
	if (s.p[0] == '"') {
		for (n = 1; n < s.n && s.p[n] != '"'; n++)
			n += s.p[n] == '\\';
		return n < s.n ? n + 1 : 0;
	}
	while (n < s.n && s.p[n] && !strchr(",}] \t\r\n", s.p[n]))
		n++;
	return n < s.n ? n : 0;
}

static void push(struct input *in, enum level level)
{
	if (in->depth < LIMIT_DEPTH) {
		in->levels[in->depth++] = level;
		return;
	}
	input_note(&in->frame.env, frame_offset(&in->frame), true,
		   "nested deeper than the limit: the rest is not read");
	in->broken = true;
}

enum went { WENT_ON, WENT_EVENT, WENT_MORE, WENT_WRONG };

/* Into the value's object, which is gone through as one of this level. */
static enum went enter(struct input *in, size_t key_n, enum level level)
{
	in->frame.at += key_n + 1;
	push(in, level);
	return WENT_ON;
}

/* A member of the current object. */
static enum went go_member(struct input *in, struct slice rest, struct event *ev)
{
	enum level level = in->levels[in->depth - 1];
	struct slice key, value;
	size_t key_n = key_at(rest, &key), n;

	if (!key_n)
		return WENT_MORE;
	value = slice_from(rest, key_n);
	if (level == LEVEL_TOP && slice_is(key, "packages") && value.p[0] == '{') {
		in->has_packages = true;
		return enter(in, key_n, LEVEL_PACKAGES);
	}
	if ((level == LEVEL_ENTRY || (level == LEVEL_TOP && !in->has_packages)) &&
	    slice_is(key, "dependencies") && value.p[0] == '{')
		return enter(in, key_n, LEVEL_DEPENDENCIES);
	n = value_at(value);
	if (!n)
		return WENT_MORE;
	if (level == LEVEL_TOP || level == LEVEL_ENTRY || value.p[0] != '{') {
		in->frame.at += key_n + n;
		return WENT_ON;
	}
	if (level == LEVEL_PACKAGES && !in->first_seen) {
		in->first_seen = true;
		in->inventory = key.n > 0;
	}
	put_entry(in, level, key, slice_head(value, n), ev);
	if (level == LEVEL_DEPENDENCIES)
		enter(in, key_n, LEVEL_ENTRY);
	else
		in->frame.at += key_n + n;
	return WENT_EVENT;
}

static enum went go(struct input *in, struct event *ev)
{
	in->frame.at += blanks(frame_rest(&in->frame), " \t\r\n,");
	struct slice rest = frame_rest(&in->frame);

	if (!rest.n)
		return WENT_MORE;
	if (!in->depth) {
		static const struct slice bom = SLICE("\xef\xbb\xbf");

		if (slice_starts(rest, bom) || rest.p[0] == '{') {
			in->frame.at += rest.p[0] == '{' ? 1 : bom.n;
			if (rest.p[0] == '{')
				push(in, LEVEL_TOP);
			return WENT_ON;
		}
		return in->frame.w.final || rest.n > 3 ? WENT_WRONG : WENT_MORE;
	}
	if (rest.p[0] == '}') {
		in->frame.at++;
		in->depth--;
		return WENT_ON;
	}
	return rest.p[0] == '"' ? go_member(in, rest, ev) : WENT_WRONG;
}

/* What is no such file any more: told, and the rest is not read. */
static enum input_step give_up(struct input *in, const char *why)
{
	if (!in->broken)
		input_note(&in->frame.env, frame_offset(&in->frame), true, "%s: the rest is not read", why);
	in->broken = true;
	in->frame.at = in->frame.w.bytes.n;
	return frame_end(&in->frame);
}

static enum input_step next(struct input *in, struct event *ev)
{
	for (;;) {
		if (in->broken)
			return give_up(in, "");
		enum went went = go(in, ev);
		size_t left = in->frame.w.bytes.n - in->frame.at;

		if (went == WENT_EVENT)
			return INPUT_EVENT;
		if (went == WENT_WRONG)
			return give_up(in, "something that is no member of a lockfile");
		if (went != WENT_MORE)
			continue;
		if (!in->frame.w.final && left < LIMIT_LINE_BYTES)
			return INPUT_MORE;
		if (!left && !in->depth)
			return INPUT_END;
		return give_up(in, "the lockfile ends in the middle");
	}
}

const struct input_format input_npm = {
	.name = "npm",
	.cut = INPUT_CUT_NONE,
	.probe = probe,
	.open = npm_open,
	.window = frame_window,
	.next = next,
	.consumed = frame_consumed,
	.records = frame_records,
	.close = npm_close,
};
