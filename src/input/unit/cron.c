/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Crontabs (crontab(5)): an event for each line that starts something.
 *
 *   SHELL=/bin/sh
 *   # m h dom mon dow user command            /etc/crontab and /etc/cron.d: the sixth word is the user
 *   17 *  * * *  root  cd / && run-parts x
 *   @reboot            /usr/local/bin/sync    a user's own: it is called like the user
 *
 * Which of both a file is its place says; where that is not known, the comment with the columns' names,
 * or that the sixth word is root, which no command is called.
 * A crontab has no time, and none of its lines says that it ever ran.
 */
#include "input/formats.h"
#include "input/frame.h"
#include "input/put.h"

enum word { WORD_NAME, WORD_COMMAND, WORD_USER, WORD_SCHEDULE, WORD_COUNT };
static const char *const words[WORD_COUNT] = { "name", "command", "user", "schedule" };

struct input {
	struct frame frame;
	struct put_name names[WORD_COUNT];
	struct slice name, owner; /* in the environment's path; owner of a user's own crontab */
	bool has_user;
};

struct job {
	struct slice schedule, command;
};

/* ---- a line ---- */

static bool is_blank(uint8_t c)
{
	return c == ' ' || c == '\t';
}

/* The next word of *s, and *s behind it and the blanks. */
static struct slice word(struct slice *s)
{
	struct slice w;
	size_t n = 0;

	while (n < s->n && !is_blank(s->p[n]))
		n++;
	w = slice_head(*s, n);
	while (n < s->n && is_blank(s->p[n]))
		n++;
	*s = slice_from(*s, n);
	return w;
}

/* Up to two digits that are in the range, off the front. */
static bool take_number(struct slice *s, unsigned most)
{
	unsigned n = 0;
	size_t at = 0;

	while (at < s->n && at < 3 && s->p[at] >= '0' && s->p[at] <= '9')
		n = n * 10 + (unsigned)(s->p[at++] - '0');
	*s = slice_from(*s, at);
	return at && n <= most;
}

/* A name of a month or a day, off the front. */
static bool take_name(struct slice *s, unsigned most)
{
	static const char months[] = "janfebmaraprmayjunjulaugsepoctnovdec", days[] = "sunmontuewedthufrisat";
	const char *names = most == 12 ? months : most == 7 ? days : "";

	for (; *names && s->n >= 3; names += 3)
		if (slice_eq_nocase(slice_head(*s, 3), slice_of(names, 3))) {
			*s = slice_from(*s, 3);
			return true;
		}
	return false;
}

/* One of the five: *, numbers and names, ranges, steps, lists of these. */
static bool is_field(struct slice s, unsigned most)
{
	while (s.n) {
		struct slice one = slice_cut(s, ',', &s);

		if (one.n && one.p[0] == '*') {
			one = slice_from(one, 1);
		} else {
			if (!take_number(&one, most) && !take_name(&one, most))
				return false;
			if (one.n && one.p[0] == '-') {
				one = slice_from(one, 1);
				if (!take_number(&one, most) && !take_name(&one, most))
					return false;
			}
		}
		if (one.n && one.p[0] == '/') {
			one = slice_from(one, 1);
			if (!take_number(&one, 999))
				return false;
		}
		if (one.n || (s.p && !s.n))
			return false;
	}
	return true;
}

static bool is_nick(struct slice s)
{
	static const char *const nicks[] = { "@reboot", "@yearly", "@annually", "@monthly",
					     "@weekly", "@daily",  "@midnight", "@hourly" };

	for (size_t i = 0; i < sizeof(nicks) / sizeof(*nicks); i++)
		if (slice_is(s, nicks[i]))
			return true;
	return false;
}

/* Schedule and what is behind it; `line` is trimmed. */
static bool read_job(struct slice line, struct job *ret)
{
	static const unsigned most[] = { 59, 23, 31, 12, 7 };
	struct slice rest = line, first = word(&rest), field = first;

	if (is_nick(first)) {
		*ret = (struct job){ first, rest };
		return rest.n > 0;
	}
	for (size_t i = 0; i < 5; i++) {
		if (!field.n || !is_field(field, most[i]) || !rest.n)
			return false;
		ret->schedule = slice_of(line.p, (size_t)(field.p + field.n - line.p));
		ret->command = rest;
		if (i < 4)
			field = word(&rest);
	}
	return true;
}

/* NAME=value or NAME = value. */
static bool is_setting(struct slice line)
{
	size_t n = 0;

	while (n < line.n && (line.p[n] == '_' || line.p[n] == '"' || line.p[n] == '\'' ||
			      (line.p[n] >= '0' && line.p[n] <= '9') ||
			      (ascii_lower(line.p[n]) >= 'a' && ascii_lower(line.p[n]) <= 'z')))
		n++;
	line = n ? slice_trim(slice_from(line, n)) : slice_of(NULL, 0);
	return line.n && line.p[0] == '=';
}

static bool is_comment(struct slice line)
{
	return !line.n || line.p[0] == '#';
}

/* All lines are such as crontabs have; one is a job with a * or a name, which rows of numbers lack. */
static unsigned probe(struct slice head, uint64_t bytes)
{
	bool cut = head.n < bytes;
	unsigned sure = 0;

	while (head.n) {
		struct slice line = slice_trim(slice_cut(head, '\n', &head));
		struct job job;

		if ((cut && !head.p) || is_comment(line) || is_setting(line))
			continue;
		if (!read_job(line, &job))
			return 0;
		sure += job.schedule.p[0] == '@' ||
			slice_find(job.schedule, '*') < job.schedule.n;
	}
	return sure ? 60 : 0;
}

/* ---- the reader ---- */

/* What the place says of the sixth word: /var/spool/cron/NAME, .../crontabs/NAME, .../tabs/NAME are
 * users' own. */
static struct input *cron_open(const struct input_env *env)
{
	static const char *const own[] = { "crontabs", "tabs", "cron" };
	struct input *in = frame_open(sizeof(*in), env);
	struct slice path = env->path, folder;

	put_names(in->names, words, WORD_COUNT, env->names);
	in->name = input_last_part(path);
	folder = input_last_part(
		slice_head(path, path.n > in->name.n ? path.n - in->name.n - 1 : 0));
	in->has_user = slice_is(folder, "cron.d") || slice_is(in->name, "crontab");
	for (size_t i = 0; i < 3; i++)
		if (slice_is(folder, own[i]))
			in->owner = in->name;
	return in;
}

/* "# m h dom mon dow user command" */
static bool names_user_column(struct slice line)
{
	static const struct slice user = SLICE("dow user");
	char text[128];
	size_t n = 0;

	if (!line.n || line.p[0] != '#')
		return false;
	for (size_t i = 0; i < line.n && n < sizeof(text); i++)
		if (!is_blank(line.p[i]) || (n && text[n - 1] != ' '))
			text[n++] = is_blank(line.p[i]) ? ' ' : (char)ascii_lower(line.p[i]);
	return slice_search(slice_of(text, n), user) != NULL;
}

static void take(struct input *in, struct job job, uint64_t offset, struct event *ev)
{
	struct slice user = in->owner, rest = job.command, sixth = word(&rest);

	if (in->has_user || (!in->owner.p && slice_is(sixth, "root") && rest.n)) {
		user = sixth;
		job.command = rest;
	}
	event_clear(ev);
	put_text(ev, &in->names[WORD_NAME], in->name);
	put_text(ev, &in->names[WORD_COMMAND], job.command);
	put_text(ev, &in->names[WORD_USER], user);
	put_text(ev, &in->names[WORD_SCHEDULE], job.schedule);
	ev->proves = STAGE_BIT(STAGE_S2);
	frame_give(&in->frame, "cron", NULL, offset, ev);
}

static enum input_step next(struct input *in, struct event *ev)
{
	struct slice line;
	uint64_t offset;
	struct job job;

	for (;;) {
		if (!frame_line(&in->frame, &line, &offset))
			return frame_end(&in->frame);
		in->frame.record++;
		line = slice_trim(line);
		if (!in->owner.p && names_user_column(line))
			in->has_user = true;
		if (is_comment(line) || is_setting(line))
			continue;
		if (read_job(line, &job)) {
			take(in, job, offset, ev);
			return INPUT_EVENT;
		}
		frame_tell(&in->frame, offset, "line", "is none of a crontab");
	}
}

const struct input_format input_cron = {
	.name = "cron",
	.cut = INPUT_CUT_NONE,
	.probe = probe,
	.open = cron_open,
	.window = frame_window,
	.next = next,
	.consumed = frame_consumed,
	.records = frame_records,
	.close = frame_close,
};
