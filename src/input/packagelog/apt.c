/* SPDX-License-Identifier: Apache-2.0 */
/*
 * apt's history.log: a paragraph a transaction, an event for each package in it.
 *
 *   Start-Date: 2026-11-03  08:12:02
 *   Commandline: apt-get install curl
 *   Requested-By: deploy (1000)
 *   Install: libcurl4:amd64 (7.88.1-10, automatic), curl:amd64 (7.88.1-10)
 *   Upgrade: tar:amd64 (1.34-1, 1.34-2)
 *   End-Date: 2026-11-03  08:12:09
 *
 * Times are local, taken as UTC. The record is the paragraph's number, the offset the package's.
 */
#include "input/formats.h"
#include "input/frame.h"
#include "input/packagelog/change.h"

struct input {
	struct frame frame;
	struct change_names names;
	struct slice lines,
		packages; /* left of the paragraph, and of the line that is gone through */
	struct change change;
};

static const struct slice start_date = SLICE("Start-Date: ");

static unsigned probe(struct slice head, uint64_t bytes)
{
	static const struct slice command = SLICE("\nCommandline: "),
				  by = SLICE("\nRequested-By: "), end = SLICE("\nEnd-Date: "),
				  install = SLICE("\nInstall: "), upgrade = SLICE("\nUpgrade: ");

	(void)bytes;
	head = slice_trim(head);
	if (!slice_starts(head, start_date))
		return 0;
	return slice_search(head, command) || slice_search(head, by) || slice_search(head, end) ||
			       slice_search(head, install) || slice_search(head, upgrade)
		       ? 75
		       : 0;
}

static struct input *apt_open(const struct input_env *env)
{
	struct input *in = frame_open(sizeof(*in), env);

	change_names_init(&in->names, env->names);
	return in;
}

static const char *action_of(struct slice key)
{
	static const char *const actions[][2] = {
		{ "Install", "install" },     { "Upgrade", "upgrade" },
		{ "Remove", "remove" },	      { "Purge", "purge" },
		{ "Reinstall", "reinstall" }, { "Downgrade", "downgrade" },
	};

	for (size_t i = 0; i < 6; i++)
		if (slice_is(key, actions[i][0]))
			return actions[i][1];
	return NULL;
}

/* "2026-11-03  08:12:02" */
static struct when time_of(struct slice s)
{
	char text[20];

	s = slice_trim(s);
	if (s.n != 20 || s.p[10] != ' ' || s.p[11] != ' ')
		return when_parse(s);
	memcpy(text, s.p, 11);
	memcpy(text + 11, s.p + 12, 8);
	return when_parse(slice_of(text, 19));
}

/* What holds for all packages of the paragraph. */
static void read_head(struct input *in, struct slice text)
{
	in->change = (struct change){ .manager = "apt", .ecosystem = "deb" };
	while (text.n) {
		struct slice value, line = slice_cut(text, '\n', &text),
				    key = slice_cut(line, ':', &value);

		value = slice_trim(value);
		if (slice_is(key, "Start-Date"))
			in->change.time = time_of(value);
		else if (slice_is(key, "Commandline"))
			in->change.command = value;
		else if (slice_is(key, "Requested-By"))
			in->change.user = value;
		else if (slice_is(key, "Error"))
			in->change.error = value;
	}
}

/* One of "NAME:ARCH (OLD, NEW), ..." off the front. */
static bool take_package(struct input *in, struct change *c)
{
	struct slice s = slice_trim(in->packages), name, versions, second;
	size_t end;

	while (s.n && (s.p[0] == ',' || s.p[0] == ' '))
		s = slice_from(s, 1);
	end = slice_find(s, ')');
	name = slice_head(s, end);
	in->packages = slice_from(s, end + 1);
	name = slice_cut(name, '(', &versions);
	*c = in->change;
	c->name = slice_cut(slice_trim(name), ':', &c->architecture);
	c->version = slice_trim(slice_cut(versions, ',', &second));
	second = slice_trim(second);
	if (slice_is(c->action, "upgrade") || slice_is(c->action, "downgrade")) {
		c->old_version = c->version;
		c->version = slice_cut(second, ',', &second);
	} else if (slice_is(c->action, "remove") || slice_is(c->action, "purge")) {
		c->old_version = c->version;
		c->version = slice_of(NULL, 0);
	}
	return c->name.n > 0;
}

static bool next_package(struct input *in, struct event *ev)
{
	struct change c;

	for (;;) {
		while (!in->packages.n && in->lines.n) {
			struct slice value, line = slice_cut(in->lines, '\n', &in->lines);
			const char *action = action_of(slice_cut(line, ':', &value));

			if (!action)
				continue;
			in->change.action = slice_str(action);
			in->packages = slice_trim(value);
		}
		if (!in->packages.n)
			return false;
		uint64_t offset = in->frame.w.offset + (uint64_t)(in->packages.p - in->frame.w.bytes.p);

		if (!take_package(in, &c))
			continue;
		offset = frame_place(&in->frame, c.name.p);
		event_clear(ev);
		change_put(&in->names, &c, ev);
		frame_give(&in->frame, "package", "transaction", offset, ev);
		return true;
	}
}

static enum input_step next(struct input *in, struct event *ev)
{
	for (;;) {
		if (next_package(in, ev))
			return INPUT_EVENT;
		if (!frame_paragraph(&in->frame, start_date, &in->lines))
			return frame_end(&in->frame);
		in->packages = slice_of(NULL, 0);
		in->frame.record++;
		read_head(in, in->lines);
		if (!in->change.time.set)
			frame_tell(&in->frame, frame_place(&in->frame, in->lines.p), "paragraph",
				   "has no Start-Date");
	}
}

const struct input_format input_apt = {
	.name = "apt",
	.cut = INPUT_CUT_NONE,
	.probe = probe,
	.open = apt_open,
	.window = frame_window,
	.next = next,
	.consumed = frame_consumed,
	.records = frame_records,
	.close = frame_close,
};
