/* SPDX-License-Identifier: Apache-2.0 */
/*
 * CMTrace logs, which SCCM's client and Intune's agent write, in both of their forms:
 *
 *   <![LOG[text]LOG]!><time="19:33:19.766-330" date="11-28-2014" component="AppEnforce" context=""
 *                      type="1" thread="2084" file="appprovider.cpp:1">      (one line; text may be
 * more) text  $$<AppEnforce><11-28-2014 19:33:19.766-330><thread=2084 (0x824)>
 *
 * The signed number behind the time is in minutes, and UTC is local time *plus* it: -330 is India.
 * Without it the time is local, and that UTC was assumed is told.
 */
#include "base/limits.h"
#include "input/cmtrace/deploy.h"
#include "input/dialect.h"
#include "input/formats.h"
#include "input/frame.h"
#include "input/put.h"

enum word {
	WORD_MESSAGE,
	WORD_COMPONENT,
	WORD_CONTEXT,
	WORD_TYPE,
	WORD_THREAD,
	WORD_FILE,
	WORD_COUNT
};
static const char *const words[WORD_COUNT] = { "message", "component", "context",
					       "type",	  "thread",    "file" };

struct input {
	struct frame frame;
	struct deploy deploy;
	struct put_name names[WORD_COUNT];
};

static const struct slice lead = SLICE("<![LOG["), tail = SLICE("]LOG]!><"),
			  old_mark = SLICE("$$<");

struct record {
	struct slice text, date, time, part[WORD_COUNT];
};

/* ---- one record ---- */

/* "19:33:19.7661234-330" and "11-28-2014". */
static struct when clock_of(struct slice date, struct slice time)
{
	char text[64];
	size_t n = 0;
	int64_t bias = 0;
	bool known = false, minus;

	for (size_t i = 1; i < time.n && !known; i++)
		if (time.p[i] == '-' || time.p[i] == '+') {
			minus = time.p[i] == '-';
			known = slice_to_i64(slice_from(time, i + 1), &bias) && bias >= 0 &&
				bias < 1440;
			bias = minus ? -bias : bias;
			time = slice_head(time, i);
		}
	if (!date.n || date.n > 10 || !time.n || time.n > 24)
		return (struct when){ 0 };
	memcpy(text, date.p, date.n);
	text[date.n] = ' ';
	memcpy(text + date.n + 1, time.p, time.n);
	n = date.n + 1 + time.n;
	struct when t = when_guess(slice_of(text, n));

	if (t.set && known) {
		t.ns += bias * 60 * INT64_C(1000000000);
		t.zone_assumed = false;
	}
	return t;
}

static struct slice attribute(struct slice s, const char *name)
{
	const uint8_t *hit = slice_search(s, slice_str(name));

	if (!hit)
		return slice_of(NULL, 0);
	s = slice_from(s, (size_t)(hit - s.p) + strlen(name));
	return slice_head(s, slice_find(s, '"'));
}

/* Attributes as the newer form has them, from behind ]LOG]!>. */
static void read_attributes(struct slice s, struct record *r)
{
	r->time = attribute(s, "<time=\"");
	r->date = attribute(s, " date=\"");
	r->part[WORD_COMPONENT] = attribute(s, " component=\"");
	r->part[WORD_CONTEXT] = attribute(s, " context=\"");
	r->part[WORD_TYPE] = attribute(s, " type=\"");
	r->part[WORD_THREAD] = attribute(s, " thread=\"");
	r->part[WORD_FILE] = attribute(s, " file=\"");
}

/* Component><date time><thread=...> from behind $$<. */
static bool read_old(struct slice s, struct record *r)
{
	struct slice rest, stamp, thread, component = slice_cut(s, '>', &rest);

	if (!rest.n || rest.p[0] != '<')
		return false;
	stamp = slice_trim(slice_cut(slice_from(rest, 1), '>', &rest));
	r->date = slice_cut(stamp, ' ', &r->time);
	thread = slice_cut(rest, '>', &rest);
	if (slice_starts(thread, slice_str("<thread=")))
		thread = slice_from(thread, 8);
	r->part[WORD_COMPONENT] = component;
	r->part[WORD_THREAD] = slice_cut(thread, ' ', &rest);
	return r->time.n > 0;
}

/* ---- where records are ---- */

static unsigned probe(struct slice head, uint64_t bytes)
{
	static const struct slice bom = SLICE("\xef\xbb\xbf"), time = SLICE("<time=\"");
	static const struct slice thread = SLICE("><thread=");

	(void)bytes;
	head = slice_trim(slice_starts(head, bom) ? slice_from(head, bom.n) : head);
	if (slice_starts(head, lead))
		return 80;
	if (slice_search(head, lead) && slice_search(head, time))
		return 70;
	return slice_search(head, old_mark) && slice_search(head, thread) ? 70 : 0;
}

/* Length of the newer form at the start of s, with its line end; 0: its end is not in s. One that
 * has no end stops before the next. */
static size_t extent_new(struct slice s, struct record *r)
{
	struct slice inner = slice_from(s, lead.n);
	const uint8_t *other = slice_search(inner, lead), *end;
	struct slice own = other ? slice_of(inner.p, (size_t)(other - inner.p)) : inner;

	end = slice_search(own, tail);
	r->text = end ? slice_of(inner.p, (size_t)(end - inner.p)) : own;
	if (!end)
		return other ? (size_t)(other - s.p) : 0;
	struct slice attributes = slice_from(own, (size_t)(end - own.p) + tail.n - 1);
	size_t line = slice_find(attributes, '\n');

	read_attributes(slice_head(attributes, line), r);
	if (line < attributes.n)
		return (size_t)(attributes.p - s.p) + line + 1;
	return other ? (size_t)(other - s.p) : 0; /* only the end of the file ends the last line */
}

/* Length of the older form, or of lines without a record before the next record; 0: not in s. */
static size_t extent_old(struct slice s, struct record *r)
{
	struct slice rest = s;

	while (rest.n) {
		struct slice line = slice_head(rest, slice_find(rest, '\n'));
		const uint8_t *mark = slice_search(line, old_mark);
		bool whole = line.n < rest.n;

		if (slice_starts(line, lead)) {
			r->text = slice_of(s.p, (size_t)(line.p - s.p));
			return r->text.n;
		}
		if (mark) {
			r->text = slice_of(s.p, (size_t)(mark - s.p));
			read_old(slice_trim(slice_from(line, (size_t)(mark - line.p) + old_mark.n)),
				 r);
			return whole ? (size_t)(line.p - s.p) + line.n + 1 : 0;
		}
		rest = slice_from(rest, line.n + 1);
	}
	return 0;
}

/* ---- the reader ---- */

static struct input *cmtrace_open(const struct input_env *env)
{
	struct input *in = frame_open(sizeof(*in), env);

	deploy_init(&in->deploy, env->names);
	put_names(in->names, words, WORD_COUNT, env->names);
	return in;
}

static void window(struct input *in, const struct input_window *w)
{
	static const struct slice bom = SLICE("\xef\xbb\xbf");

	frame_window(in, w);
	if (w->offset == 0 && slice_starts(w->bytes, bom))
		in->frame.at = bom.n;
}

static void take(struct input *in, struct record *r, uint64_t offset, struct event *ev)
{
	struct when time = clock_of(r->date, r->time);

	in->frame.record++;
	event_clear(ev);
	r->part[WORD_MESSAGE] = slice_trim(r->text);
	for (size_t i = 0; i < WORD_COUNT; i++)
		put_text(ev, &in->names[i], r->part[i]);
	if (!r->time.p) {
		frame_tell(&in->frame, offset, "record", "has no time and component");
		ev->damaged = true;
	}
	put_place(ev, "cmtrace", in->frame.record, offset);
	deploy_read(&in->deploy, r->part[WORD_COMPONENT], r->part[WORD_THREAD],
		    r->part[WORD_MESSAGE], ev);
	ev->host = in->frame.env.host;
	ev->channel = event_text_of(ev, in->names[WORD_COMPONENT].id);
	translator_apply(in->frame.translator, ev);
	if (!ev->time.set)
		ev->time = time;
	event_seal(ev);
}

static enum input_step next(struct input *in, struct event *ev)
{
	for (;;) {
		struct slice rest = frame_rest(&in->frame);
		uint64_t offset;
		struct record r = { 0 };
		size_t blank = 0, n;

		while (blank < rest.n && rest.p[blank] && strchr(" \t\r\n", rest.p[blank]))
			blank++;
		rest = slice_from(rest, blank);
		in->frame.at += blank;
		offset = frame_offset(&in->frame);
		if (!rest.n)
			return frame_end(&in->frame);
		if (rest.n < lead.n && !in->frame.w.final)
			return INPUT_MORE;
		n = slice_starts(rest, lead) ? extent_new(rest, &r) : extent_old(rest, &r);
		if (n == 0 && !in->frame.w.final && rest.n < LIMIT_LINE_BYTES)
			return INPUT_MORE;
		if (n == 0) {
			n = rest.n;
			r.text = r.text.p ? r.text : rest;
		}
		in->frame.at += n;
		take(in, &r, offset, ev);
		return INPUT_EVENT;
	}
}

const struct input_format input_cmtrace = {
	.name = "cmtrace",
	.cut = INPUT_CUT_NONE,
	.probe = probe,
	.open = cmtrace_open,
	.window = window,
	.next = next,
	.consumed = frame_consumed,
	.records = frame_records,
	.close = frame_close,
};
