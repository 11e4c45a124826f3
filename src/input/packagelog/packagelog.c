/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What package managers log, an event for each package: dpkg.log, dnf.rpm.log, yum.log, zypper's
 * history, pacman.log (lines, here), and apt's history.log (apt.c, paragraphs).
 *
 *   2026-11-03 08:12:02 upgrade curl:amd64 7.88.1-10 7.88.1-11                  dpkg
 *   2026-11-03T08:12:02+0000 SUBDEBUG Installed: curl-7.76.1-29.el9.x86_64      dnf
 *   Nov 03 08:12:02 Installed: 1:curl-7.76.1-29.el7.x86_64                      yum; no year
 *   2026-11-03 08:12:02|install|curl|8.0-1|x86_64|user@host|repo|checksum|      zypper
 *   [2026-11-03T08:12:02+0000] [ALPM] upgraded curl (8.0-1 -> 8.1-1)            pacman
 *
 * Lines that change no package (states, triggers, hooks) give no event. Times without a zone are
 * taken as UTC; the year of yum's from when the file was written, as in system logs.
 */
#include "input/formats.h"
#include "input/frame.h"
#include "input/packagelog/change.h"

struct input {
	struct frame frame;
	struct change_names names;
	bool told_year;
	bool dnf;	   /* whose records may go on in lines without a time */
	char command[512]; /* pacman's last "Running '...'" */
	size_t command_n;
};

/* What a line is. */
enum line_kind {
	LINE_NONE,
	LINE_OTHER /* of such a log, and no change */,
	LINE_CHANGE,
	LINE_COMMAND
};

static struct slice word(struct slice *s)
{
	struct slice w = slice_cut(*s, ' ', s);

	*s = slice_trim(*s);
	return w;
}

static bool is_one_of(struct slice s, const char *const *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (slice_is(s, list[i]))
			return true;
	return false;
}

/* ---- dpkg ---- */

static struct slice unless_none(struct slice s)
{
	return slice_is(s, "<none>") ? slice_of(NULL, 0) : s;
}

static enum line_kind read_dpkg(struct slice line, struct change *c)
{
	static const char *const changes[] = { "install", "upgrade", "remove", "purge" };
	static const char *const others[] = { "status",	 "configure", "trigproc",
					      "startup", "conffile",  "disappear" };
	struct slice s = slice_from(line, 20), action;

	if (line.n < 26 || line.p[4] != '-' || line.p[10] != ' ' || line.p[19] != ' ')
		return LINE_NONE;
	c->time = when_parse(slice_head(line, 19));
	action = word(&s);
	if (!c->time.set)
		return LINE_NONE;
	if (!is_one_of(action, changes, 4))
		return is_one_of(action, others, 6) ? LINE_OTHER : LINE_NONE;
	c->action = action;
	c->name = slice_cut(word(&s), ':', &c->architecture);
	c->old_version = unless_none(word(&s));
	c->version = unless_none(word(&s));
	c->manager = "dpkg";
	c->ecosystem = "deb";
	return c->name.n ? LINE_CHANGE : LINE_NONE;
}

/* ---- rpm: yum and dnf ---- */

/* [EPOCH:]NAME-[EPOCH:]VERSION-RELEASE[.ARCH] */
static void cut_rpm(struct slice s, struct change *c)
{
	static const char *const architectures[] = { "x86_64",	"noarch",  "i686",  "i386",
						     "aarch64", "ppc64le", "s390x", "src" };
	struct slice rest, head = slice_cut(s, ':', &rest);
	size_t at = s.n, dashes = 0;

	if (rest.p && head.n && head.n < 4 && head.p[0] >= '0' && head.p[0] <= '9')
		s = rest;
	at = s.n;
	while (at > 0 && s.p[at - 1] != '.')
		at--;
	if (at > 1 && is_one_of(slice_from(s, at), architectures, 8)) {
		c->architecture = slice_from(s, at);
		s = slice_head(s, at - 1);
	}
	for (at = s.n; at > 0; at--)
		if (s.p[at - 1] == '-' && ++dashes == 2)
			break;
	c->name = dashes == 2 && at > 1 ? slice_head(s, at - 1) : s;
	c->version = dashes == 2 && at > 1 ? slice_from(s, at) : slice_of(NULL, 0);
}

/* The words of both, and whether the version named is the one that goes. */
static bool rpm_action(struct slice word_, struct change *c, bool *ret_old)
{
	static const struct {
		const char *word, *action;
		bool old;
	} actions[] = {
		{ "Installed:", "install", false },	{ "Install:", "install", false },
		{ "Dep-Installed:", "install", false }, { "Upgrade:", "upgrade", false },
		{ "Updated:", "upgrade", false },	{ "Update:", "upgrade", false },
		{ "Upgraded:", "upgraded", true },	{ "Obsoleted:", "obsoleted", true },
		{ "Obsoleting:", "install", false },	{ "Erased:", "remove", true },
		{ "Erase:", "remove", true },		{ "Removed:", "remove", true },
		{ "Reinstall:", "reinstall", false },	{ "Reinstalled:", "reinstall", false },
		{ "Downgrade:", "downgrade", false },	{ "Downgraded:", "downgraded", true },
	};

	for (size_t i = 0; i < sizeof(actions) / sizeof(*actions); i++)
		if (slice_is(word_, actions[i].word)) {
			c->action = slice_str(actions[i].action);
			*ret_old = actions[i].old;
			return true;
		}
	return false;
}

static enum line_kind read_rpm_rest(struct slice s, struct change *c)
{
	bool old = false;

	if (!rpm_action(word(&s), c, &old) || !s.n)
		return LINE_OTHER;
	cut_rpm(word(&s), c);
	if (old) {
		c->old_version = c->version;
		c->version = slice_of(NULL, 0);
	}
	c->ecosystem = "rpm";
	return LINE_CHANGE;
}

static enum line_kind read_dnf(struct slice line, struct change *c)
{
	static const char *const levels[] = { "SUBDEBUG", "INFO",  "DEBUG",   "DDEBUG",
					      "WARNING",  "ERROR", "CRITICAL" };
	struct slice s = line, stamp = word(&s);

	if (stamp.n < 19 || stamp.p[4] != '-' || stamp.p[10] != 'T')
		return LINE_NONE;
	c->time = when_parse(stamp);
	if (!c->time.set)
		return LINE_NONE;
	if (s.n && s.p[0] == '[') /* dnf5: [pid] */
		word(&s);
	if (!is_one_of(word(&s), levels, 7))
		return LINE_NONE;
	c->manager = "dnf";
	return read_rpm_rest(s, c);
}

static enum line_kind read_yum(struct slice line, int64_t modified, struct change *c)
{
	bool old;
	struct slice s = slice_from(line, 16), action = s;

	if (line.n < 24 || line.p[3] != ' ' || line.p[6] != ' ' || line.p[9] != ':' ||
	    line.p[15] != ' ')
		return LINE_NONE;
	if (!rpm_action(word(&action), c, &old))
		return LINE_NONE;
	c->time = change_time_without_year(line, modified, &c->year_assumed);
	c->manager = "yum";
	return c->year_assumed ? read_rpm_rest(s, c) : LINE_NONE;
}

/* ---- zypper, pacman ---- */

static enum line_kind read_zypper(struct slice line, struct change *c)
{
	static const char *const others[] = { "command", "radd",  "rremove", "ralias",
					      "rurl",	 "patch", "rrefresh" };
	struct slice s, stamp = slice_cut(line, '|', &s), action;

	if (line.p[0] == '#')
		return LINE_OTHER;
	if (!s.p || stamp.n != 19)
		return LINE_NONE;
	c->time = when_parse(stamp);
	action = slice_trim(slice_cut(s, '|', &s));
	if (!c->time.set || !action.n)
		return LINE_NONE;
	if (!slice_is(action, "install") && !slice_is(action, "remove"))
		return is_one_of(action, others, 7) ? LINE_OTHER : LINE_NONE;
	c->action = action;
	c->name = slice_cut(s, '|', &s);
	c->version = slice_cut(s, '|', &s);
	c->architecture = slice_cut(s, '|', &s);
	if (slice_is(action, "remove")) {
		c->old_version = c->version;
		c->version = slice_of(NULL, 0);
	}
	c->user = slice_cut(s, '|', &s);
	c->repository = slice_cut(s, '|', &s);
	c->manager = "zypper";
	c->ecosystem = "rpm";
	return c->name.n ? LINE_CHANGE : LINE_NONE;
}

static enum line_kind read_pacman(struct slice line, struct change *c)
{
	static const struct {
		const char *word, *action;
	} actions[] = { { "installed", "install" },
			{ "upgraded", "upgrade" },
			{ "removed", "remove" },
			{ "reinstalled", "reinstall" },
			{ "downgraded", "downgrade" } };
	struct slice s, stamp, who, verb;

	if (line.p[0] != '[')
		return LINE_NONE;
	stamp = slice_cut(slice_from(line, 1), ']', &s);
	c->time = when_parse(stamp);
	s = slice_trim(s);
	who = word(&s);
	if (!c->time.set || !who.n || who.p[0] != '[')
		return LINE_NONE;
	c->manager = "pacman";
	c->ecosystem = "alpm";
	verb = word(&s);
	if (slice_is(who, "[PACMAN]") && slice_is(verb, "Running")) {
		c->command = s.n > 2 && s.p[0] == '\'' ? slice_of(s.p + 1, s.n - 2) : s;
		return LINE_COMMAND;
	}
	for (size_t i = 0; i < 5 && slice_is(who, "[ALPM]"); i++) {
		struct slice versions, new_version;

		if (!slice_is(verb, actions[i].word))
			continue;
		c->action = slice_str(actions[i].action);
		c->name = word(&s);
		versions =
			s.n > 2 && s.p[0] == '(' ? slice_of(s.p + 1, s.n - 2) : slice_of(NULL, 0);
		c->version = word(&versions);
		if (slice_starts(versions, slice_str("-> "))) {
			new_version = slice_from(versions, 3);
			c->old_version = c->version;
			c->version = new_version;
		} else if (i == 2) {
			c->old_version = c->version;
			c->version = slice_of(NULL, 0);
		}
		return c->name.n ? LINE_CHANGE : LINE_NONE;
	}
	return LINE_OTHER;
}

/* ---- the reader ---- */

static enum line_kind read_line(struct slice line, int64_t modified, struct change *c)
{
	enum line_kind kind;

	*c = (struct change){ 0 };
	if (!line.n)
		return LINE_OTHER;
	kind = read_dpkg(line, c);
	if (kind == LINE_NONE)
		kind = read_dnf(line, c);
	if (kind == LINE_NONE)
		kind = read_yum(line, modified, c);
	if (kind == LINE_NONE)
		kind = read_pacman(line, c);
	return kind == LINE_NONE ? read_zypper(line, c) : kind;
}

/* Lines of dnf's own kind that change nothing look like those of many programs. */
static bool is_sure(enum line_kind kind, const struct change *c)
{
	if (kind == LINE_CHANGE || kind == LINE_COMMAND)
		return true;
	return kind == LINE_OTHER && c->time.set && !slice_is(slice_str(c->manager), "dnf");
}

static unsigned probe(struct slice head, uint64_t bytes)
{
	static const struct slice first = SLICE(" --- logging initialized ---");
	unsigned good = 0, lines = 0;
	struct change c;

	(void)bytes;
	for (unsigned seen = 0; seen < 24 && lines < 12 && head.n; seen++) {
		struct slice line = slice_trim(slice_cut(head, '\n', &head));

		if (!line.n || line.p[0] == '#')
			continue;
		good += is_sure(read_line(line, 1, &c), &c) ||
			(lines == 0 && slice_ends(line, first));
		lines++;
	}
	return good && good * 3 >= lines ? 62 : 0;
}

static struct input *packagelog_open(const struct input_env *env)
{
	struct input *in = frame_open(sizeof(*in), env);

	change_names_init(&in->names, env->names);
	return in;
}

static void keep_command(struct input *in, struct slice s)
{
	s = slice_head(s, sizeof(in->command));
	if (s.n)
		memcpy(in->command, s.p, s.n);
	in->command_n = s.n;
}

static void tell(struct input *in, uint64_t offset, enum line_kind kind, const struct change *c)
{
	in->dnf |= slice_is(slice_str(c->manager), "dnf");
	if (kind == LINE_NONE && !in->dnf)
		frame_tell(&in->frame, offset, "line", "is of no package log");
	if (c->year_assumed && !in->told_year) {
		in->told_year = true;
		input_note(&in->frame.env, offset, false, "%s",
			   c->time.set ? "times without a year: taken as the year in which they "
					 "are not younger than the file"
				       : "times without a year, and when the file was written is "
					 "not known: no times");
	}
}

static enum input_step next(struct input *in, struct event *ev)
{
	struct slice line;
	uint64_t offset;
	struct change c;

	for (;;) {
		if (!frame_line(&in->frame, &line, &offset))
			return frame_end(&in->frame);
		in->frame.record++;
		enum line_kind kind = read_line(slice_trim(line), in->frame.env.modified, &c);

		tell(in, offset, kind, &c);
		if (kind == LINE_COMMAND)
			keep_command(in, c.command);
		if (kind != LINE_CHANGE)
			continue;
		if (slice_is(slice_str(c.manager), "pacman"))
			c.command = slice_of(in->command, in->command_n);
		event_clear(ev);
		change_put(&in->names, &c, ev);
		frame_give(&in->frame, "package", "transaction", offset, ev);
		return INPUT_EVENT;
	}
}

const struct input_format input_packagelog = {
	.name = "packagelog",
	.cut = INPUT_CUT_NONE,
	.probe = probe,
	.open = packagelog_open,
	.window = frame_window,
	.next = next,
	.consumed = frame_consumed,
	.records = frame_records,
	.close = frame_close,
};
