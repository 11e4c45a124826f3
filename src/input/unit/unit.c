/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Unit files of systemd (systemd.unit(5), systemd.syntax(7)): what is started, as whom and when. An
 * event a file; a drop-in (NAME.service.d/x.conf) is one of its own, which overrides the unit's.
 *
 *   [Unit]
 *   Description=Phone
 *   [Service]
 *   ExecStart=/opt/phone/agent \
 *       --quiet
 *   User=phone
 *   [Timer]
 *   OnCalendar=daily
 *
 * A line that ends in a backslash goes on in the next; # and ; begin comments. The unit's name is its
 * file's. A file has no time, and none says that the unit ever ran.
 */
#include "base/limits.h"
#include "input/formats.h"
#include "input/frame.h"
#include "input/put.h"

#define UNIT_BYTES ((size_t)1 << 20) /* a larger file is read up to here, and that is told */
#define VALUES_MAX 64u		     /* of one name */

enum word {
	WORD_NAME,
	WORD_DROP_IN,
	WORD_COMMAND,
	WORD_BEFORE,
	WORD_AFTER,
	WORD_STOP,
	WORD_USER,
	WORD_SCHEDULE,
	WORD_TRIGGER,
	WORD_STARTS,
	WORD_DESCRIPTION,
	WORD_WANTED_BY,
	WORD_COUNT
};
static const char *const words[WORD_COUNT] = {
	"name",	    "drop_in",	"command", "command_before", "command_after", "command_stop", "user",
	"schedule", "trigger", "starts",  "description",    "wanted_by",
};

static const struct {
	const char *key;
	enum word word;
	bool named; /* its key belongs to the value: OnBootSec=5min */
} keys[] = {
	{ "ExecStart", WORD_COMMAND, false },
	{ "ExecCondition", WORD_BEFORE, false },
	{ "ExecStartPre", WORD_BEFORE, false },
	{ "ExecStartPost", WORD_AFTER, false },
	{ "ExecReload", WORD_AFTER, false },
	{ "ExecStop", WORD_STOP, false },
	{ "ExecStopPost", WORD_STOP, false },
	{ "User", WORD_USER, false },
	{ "OnCalendar", WORD_SCHEDULE, false },
	{ "OnActiveSec", WORD_SCHEDULE, true },
	{ "OnBootSec", WORD_SCHEDULE, true },
	{ "OnStartupSec", WORD_SCHEDULE, true },
	{ "OnUnitActiveSec", WORD_SCHEDULE, true },
	{ "OnUnitInactiveSec", WORD_SCHEDULE, true },
	{ "ListenStream", WORD_TRIGGER, true },
	{ "ListenDatagram", WORD_TRIGGER, true },
	{ "PathExists", WORD_TRIGGER, true },
	{ "PathChanged", WORD_TRIGGER, true },
	{ "PathModified", WORD_TRIGGER, true },
	{ "Unit", WORD_STARTS, false },
	{ "Service", WORD_STARTS, false },
	{ "Description", WORD_DESCRIPTION, false },
	{ "WantedBy", WORD_WANTED_BY, false },
	{ "RequiredBy", WORD_WANTED_BY, false },
};
#define KEY_COUNT (sizeof(keys) / sizeof(*keys))

struct input {
	struct frame frame;
	struct put_name names[WORD_COUNT];
	struct slice name, drop_in; /* in the environment's path */
};

/* ---- lines ---- */

static bool is_section(struct slice line)
{
	static const char *const sections[] = { "[Unit]", "[Service]",	 "[Timer]", "[Socket]",
						"[Path]", "[Install]",	 "[Mount]", "[Automount]",
						"[Swap]", "[Slice]", "[Scope]" };

	for (size_t i = 0; i < sizeof(sections) / sizeof(*sections); i++)
		if (slice_is(line, sections[i]))
			return true;
	return false;
}

static bool is_comment(struct slice line)
{
	return !line.n || line.p[0] == '#' || line.p[0] == ';';
}

/* Its first line that is no comment is a section of units, and a key of theirs follows. */
static unsigned probe(struct slice head, uint64_t bytes)
{
	static const struct slice assign = SLICE("=");
	bool section = false;

	(void)bytes;
	while (head.n) {
		struct slice line = slice_trim(slice_cut(head, '\n', &head));

		if (is_comment(line))
			continue;
		if (section && !is_section(line))
			return slice_search(line, assign) ? 70 : 0;
		if (!is_section(line))
			return 0;
		section = true;
	}
	return 0;
}

/* Each line whole: one that goes on is joined with a blank, as systemd does, comments between left out. */
static struct slice unfolded(struct slice text, struct arena *a)
{
	uint8_t *room = arena_alloc(a, text.n + 1);
	bool open = false;
	size_t n = 0;

	while (room && text.n) {
		struct slice line = slice_trim(slice_cut(text, '\n', &text));

		if (is_comment(line) && (line.n || !open))
			continue;
		open = line.n && line.p[line.n - 1] == '\\';
		if (line.n)
			memcpy(room + n, line.p, line.n);
		n += line.n;
		if (open)
			room[n - 1] = ' ';
		else
			room[n++] = '\n';
	}
	return slice_of(room, n);
}

/* ---- the reader ---- */

/* "x.service.d/y.conf" is a drop-in of x.service. */
static struct input *unit_open(const struct input_env *env)
{
	static const struct slice folder = SLICE(".d");
	struct input *in = frame_open(sizeof(*in), env);
	struct slice path = env->path, file = input_last_part(path), above;

	put_names(in->names, words, WORD_COUNT, env->names);
	above = input_last_part(
		slice_head(path, path.n > file.n ? path.n - file.n - 1 : 0));
	in->name = file;
	if (slice_ends(file, slice_str(".conf")) && slice_ends(above, folder)) {
		in->name = slice_head(above, above.n - folder.n);
		in->drop_in = file;
	}
	return in;
}

struct values {
	struct value list[WORD_COUNT][VALUES_MAX];
	uint32_t count[WORD_COUNT];
};

/* An empty value takes back those before it. */
static void keep(struct values *v, enum word word, struct slice value)
{
	if (!value.n)
		v->count[word] = 0;
	else if (v->count[word] < VALUES_MAX)
		v->list[word][v->count[word]++] = value_text_of(value);
}

static void read_line(struct values *v, struct slice line, struct arena *a)
{
	struct slice value, key = slice_trim(slice_cut(line, '=', &value));

	value = slice_trim(value);
	for (size_t i = 0; i < KEY_COUNT; i++) {
		if (!slice_is(key, keys[i].key))
			continue;
		if (keys[i].named && value.n)
			value = arena_printf(a, "%.*s=%.*s", (int)key.n, (const char *)key.p,
					     (int)value.n, (const char *)value.p);
		keep(v, keys[i].word, utf8_repair(a, value));
		return;
	}
}

static void take(struct input *in, struct slice text, struct event *ev)
{
	struct values *v;

	event_clear(ev);
	v = arena_alloc(&ev->arena, sizeof(*v));
	if (!v)
		return;
	memset(v->count, 0, sizeof(v->count));
	text = unfolded(text, &ev->arena);
	while (text.n)
		read_line(v, slice_cut(text, '\n', &text), &ev->arena);
	if (v->count[WORD_COMMAND])
		ev->proves = STAGE_BIT(STAGE_S2);
	put_text(ev, &in->names[WORD_NAME], in->name);
	put_text(ev, &in->names[WORD_DROP_IN], in->drop_in);
	for (size_t i = WORD_COMMAND; i < WORD_COUNT; i++) {
		struct value one = { .type = VALUE_LIST, .count = v->count[i], .items = v->list[i] };

		if (one.count)
			event_add(ev, in->names[i].name, in->names[i].id,
				  one.count == 1 ? v->list[i][0] : one);
	}
}

static enum input_step next(struct input *in, struct event *ev)
{
	struct slice rest = frame_rest(&in->frame);
	uint64_t offset = frame_offset(&in->frame);

	if (!in->frame.w.final && rest.n < UNIT_BYTES && !in->frame.record)
		return INPUT_MORE;
	in->frame.at = in->frame.w.bytes.n;
	if (in->frame.record || !rest.n)
		return frame_end(&in->frame);
	if (rest.n > UNIT_BYTES || !in->frame.w.final)
		input_note(&in->frame.env, offset + UNIT_BYTES, true,
			   "a unit file longer than %zu MiB: the rest is not read", UNIT_BYTES >> 20);
	in->frame.record = 1;
	take(in, slice_head(rest, UNIT_BYTES), ev);
	frame_give(&in->frame, "systemd_unit", NULL, offset, ev);
	return INPUT_EVENT;
}

const struct input_format input_unit = {
	.name = "systemd_unit",
	.cut = INPUT_CUT_NONE,
	.probe = probe,
	.open = unit_open,
	.window = frame_window,
	.next = next,
	.consumed = frame_consumed,
	.records = frame_records,
	.close = frame_close,
};
