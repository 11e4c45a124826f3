/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Histories of shells: what was typed, as the shell wrote it down. A lead, not proof: anyone may write
 * there, and nothing says that a command ran.
 *
 *   #1380630977            bash with HISTTIMEFORMAT set: the line before a command is when it was
 *   ls -l                  typed. Where the file begins with one, a command goes on to the next.
 *   : 1457771210:0;ls -l   zsh with EXTENDED_HISTORY: start and seconds it took; a newline inside a
 *                          command has a backslash before it, and bytes above 0x7f that mean something
 *                          to zsh are 0x83 and the byte with bit 0x20 turned
 *   - cmd: ls -l           fish: \n and \\ are escapes
 *     when: 1457771210
 *   ls -l                  all others: a line a command, without a time
 *
 * The last form has no sign of its own: it is taken for a history only where the file is called one.
 */
#include "base/limits.h"
#include "input/formats.h"
#include "input/frame.h"
#include "input/put.h"

#define NAMED_BID 58 /* above tables, which text with commas may look like; below all with a sign */

enum word { WORD_SHELL, WORD_COMMAND, WORD_USER, WORD_DURATION, WORD_COUNT };
static const char *const words[WORD_COUNT] = { "shell", "command", "user", "duration" };

enum form { FORM_PLAIN, FORM_BASH, FORM_ZSH, FORM_FISH };

struct input {
	struct frame frame;
	struct put_name names[WORD_COUNT];
	const char *named;  /* the shell that the file's name tells, or NULL */
	struct slice user;  /* whose folder it is in, in the environment's path */
	bool begun, stamped; /* the first line was seen, and was a time: commands may have many lines */
	enum form form;	     /* of the entries with a sign so far */
};

struct entry {
	enum form form;
	struct slice text; /* as in the file */
	uint64_t epoch, duration;
};

/* ---- lines ---- */

static const struct slice fish_command = SLICE("- cmd: "), fish_when = SLICE("  when: ");

static struct slice line_of(struct slice s)
{
	return slice_head(s, slice_find(s, '\n'));
}

/* #1380630977 */
static bool read_epoch(struct slice line, uint64_t *ret)
{
	line = slice_trim(line);
	return line.n > 1 && line.n <= 12 && line.p[0] == '#' && slice_to_u64(slice_from(line, 1), ret);
}

/* ": 1457771210:0;" off the front. */
static bool read_zsh(struct slice *line, struct entry *e)
{
	struct slice rest, start, took;
	uint64_t epoch, duration;

	if (line->n < 6 || line->p[0] != ':' || line->p[1] != ' ')
		return false;
	start = slice_trim(slice_cut(slice_from(*line, 2), ':', &rest));
	took = slice_cut(rest, ';', &rest);
	if (!rest.p || start.n > 12 || took.n > 12 || !slice_to_u64(start, &epoch) ||
	    !slice_to_u64(took, &duration))
		return false;
	e->epoch = epoch;
	e->duration = duration;
	*line = rest;
	return true;
}

static bool goes_on(struct slice line)
{
	return line.n && line.p[line.n - 1] == '\\';
}

/* ---- recognition ---- */

/* Text that a terminal could have taken: no NUL, and few control characters. */
static bool is_typed(struct slice s)
{
	size_t control = 0;

	for (size_t i = 0; i < s.n; i++) {
		if (!s.p[i])
			return false;
		control += s.p[i] < 0x20 && s.p[i] != '\n' && s.p[i] != '\t';
	}
	return s.n > 0 && control * 16 <= s.n;
}

static unsigned probe(struct slice head, uint64_t bytes)
{
	unsigned stamps = 0;
	uint64_t n;
	struct slice s = head, line = line_of(head);
	struct entry e;

	(void)bytes;
	if (read_zsh(&line, &e) || (slice_starts(line, fish_command) &&
				    slice_starts(slice_from(s, line.n + 1), fish_when)))
		return 75;
	for (bool before = false; s.n;) {
		line = slice_cut(s, '\n', &s);
		bool stamp = line.n >= 10 && read_epoch(line, &n);

		stamps += before && !stamp && line.n;
		before = stamp;
	}
	line = line_of(head);
	if (!stamps || !is_typed(head))
		return 0;
	return read_epoch(line, &n) && line.n >= 10 ? 65 : stamps > 1 ? 50 : 0;
}

/* The shell whose history is so called; "" for one that many use, NULL for no history. */
static const char *shell_of(struct slice name)
{
	static const char *const files[][2] = {
		{ "bash_history", "bash" }, { "zsh_history", "zsh" },   { "zhistory", "zsh" },
		{ "sh_history", "sh" },	    { "ash_history", "ash" },   { "dash_history", "dash" },
		{ "ksh_history", "ksh" },   { "mksh_history", "mksh" }, { "histfile", "" },
		{ "tcsh_history", "tcsh" }, { "csh_history", "csh" },   { "history", "" },
		{ "fish_history", "fish" },
	};
	static const struct slice text = SLICE(".txt");

	if (name.n && name.p[0] == '.')
		name = slice_from(name, 1);
	if (slice_ends(name, text))
		name = slice_head(name, name.n - text.n);
	for (size_t i = 0; i < sizeof(files) / sizeof(*files); i++)
		if (slice_is(name, files[i][0]))
			return files[i][1];
	return NULL;
}

static unsigned probe_named(struct slice name, struct slice head, uint64_t bytes)
{
	bool hidden = name.n && name.p[0] == '.';
	const char *shell = shell_of(name);

	(void)bytes;
	return shell && (*shell || hidden) && is_typed(head) ? NAMED_BID : 0;
}

/* ---- the reader ---- */

/* The last part of a path off its end. */
static struct slice take_part(struct slice *path)
{
	struct slice part = input_last_part(*path);

	*path = slice_head(*path, path->n > part.n ? path->n - part.n - 1 : 0);
	return part;
}

/* Whose home the file lies in: home/NAME/FILE, Users/NAME/FILE or root/FILE (fish's lies deeper). */
static struct slice user_in(struct slice path)
{
	static const struct slice fish = SLICE("/.local/share/fish");
	struct slice name, above;

	take_part(&path);
	if (slice_ends(path, fish))
		path = slice_head(path, path.n - fish.n);
	name = take_part(&path);
	above = take_part(&path);
	return slice_is(name, "root") || slice_is(above, "home") || slice_is(above, "Users")
		       ? name
		       : slice_of(NULL, 0);
}

static struct input *history_open(const struct input_env *env)
{
	struct input *in = frame_open(sizeof(*in), env);

	put_names(in->names, words, WORD_COUNT, env->names);
	in->named = shell_of(input_last_part(env->path));
	in->user = user_in(env->path);
	return in;
}

/* Length of the entry at the start of s, with its line end, and what it is; 0: its end is not in s. */
static size_t extent(const struct input *in, struct slice s, struct entry *ret)
{
	struct slice line = line_of(s), next = slice_from(s, line.n + 1), more = line;
	uint64_t other;

	*ret = (struct entry){ .text = line };
	if (read_zsh(&ret->text, ret) || (in->named && slice_is(slice_str(in->named), "zsh"))) {
		ret->form = FORM_ZSH;
		while (next.n && goes_on(more)) {
			more = line_of(next);
			next = slice_from(next, more.n + 1);
		}
	} else if (slice_starts(line, fish_command)) {
		ret->form = FORM_FISH;
		ret->text = slice_from(line, fish_command.n);
		while (next.n && next.p[0] == ' ') {
			more = line_of(next);
			if (slice_starts(more, fish_when))
				slice_to_u64(slice_trim(slice_from(more, fish_when.n)), &ret->epoch);
			next = slice_from(next, more.n + 1);
		}
	} else if (read_epoch(line, &ret->epoch)) {
		ret->form = FORM_BASH;
		ret->text = slice_head(next, 0);
		while (next.n) {
			more = line_of(next);
			if (more.n == next.n && !in->frame.w.final)
				return 0;
			if (read_epoch(more, &other))
				break;
			ret->text.n = (size_t)(more.p - ret->text.p) + more.n;
			next = slice_from(next, more.n + 1);
			if (!in->stamped)
				break;
		}
	}
	if (ret->form == FORM_ZSH)
		ret->text = slice_of(ret->text.p, (size_t)(more.p - ret->text.p) + more.n);
	return next.n ? s.n - next.n : 0;
}

/* zsh's escapes off: a backslash before a newline, and 0x83 with the byte behind it. */
static struct slice plain_zsh(struct arena *a, struct slice s)
{
	uint8_t *room = arena_alloc(a, s.n + 1);
	size_t n = 0;

	if (!room)
		return s;
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '\\' && i + 1 < s.n && s.p[i + 1] == '\n')
			continue;
		if (s.p[i] == 0x83 && i + 1 < s.n)
			room[n++] = s.p[++i] ^ 0x20;
		else
			room[n++] = s.p[i];
	}
	return slice_of(room, n);
}

/* What the name says, else the form: a file that was known by its content has some with a sign. */
static const char *shell_name(const struct input *in)
{
	static const char *const by_form[] = { "bash", "bash", "zsh", "fish" };

	if (in->named && (*in->named || !in->form))
		return in->named;
	return by_form[in->form];
}

static void take(struct input *in, const struct entry *e, uint64_t offset, struct event *ev)
{
	struct slice text = e->text;

	in->frame.record++;
	in->form = e->form ? e->form : in->form;
	event_clear(ev);
	put_text(ev, &in->names[WORD_SHELL], slice_str(shell_name(in)));
	if (e->form == FORM_ZSH)
		text = plain_zsh(&ev->arena, text);
	else if (e->form == FORM_FISH)
		text = put_unescaped(&ev->arena, text);
	put_text(ev, &in->names[WORD_COMMAND], text);
	put_text(ev, &in->names[WORD_USER], in->user);
	if (e->form == FORM_ZSH && e->epoch)
		put_u64(ev, &in->names[WORD_DURATION], e->duration);
	if (e->epoch && e->epoch <= INT64_MAX)
		ev->time = when_unix((int64_t)e->epoch);
	frame_give(&in->frame, "shell_history", "command", offset, ev);
}

static enum input_step next(struct input *in, struct event *ev)
{
	for (;;) {
		struct slice rest = frame_rest(&in->frame);
		uint64_t offset = frame_offset(&in->frame), epoch;
		struct entry e;
		size_t n;

		if (!rest.n)
			return frame_end(&in->frame);
		if (!in->begun && slice_find(rest, '\n') == rest.n && !in->frame.w.final)
			return INPUT_MORE;
		if (!in->begun)
			in->stamped = read_epoch(line_of(rest), &epoch);
		in->begun = true;
		n = extent(in, rest, &e);
		if (n == 0 && !in->frame.w.final && rest.n < LIMIT_LINE_BYTES)
			return INPUT_MORE;
		in->frame.at += n ? n : rest.n;
		if (slice_trim(e.text).n) {
			take(in, &e, offset, ev);
			return INPUT_EVENT;
		}
	}
}

const struct input_format input_shellhistory = {
	.name = "shell_history",
	.cut = INPUT_CUT_NONE,
	.probe = probe,
	.probe_named = probe_named,
	.open = history_open,
	.window = frame_window,
	.next = next,
	.consumed = frame_consumed,
	.records = frame_records,
	.close = frame_close,
};
