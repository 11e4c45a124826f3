/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Files of Windows events as text, one behind the other (message.h says how one looks). A record
 * begins with its time line and the LogName= line behind it, or with LogName= behind an empty line;
 * what stands before the first one is told. Times have no zone: taken as UTC, and that is told, but
 * for Sysmon's, whose UtcTime is the better clock.
 */
#include "base/limits.h"
#include "input/dialect.h"
#include "input/formats.h"
#include "input/frame.h"
#include "input/put.h"
#include "input/wintext/message.h"

struct input {
	struct frame frame;
	size_t at, scanned; /* scanned: how far behind `at` no next record begins */
	bool inside; /* a record's beginning is at `at` */
};

static const struct slice mark = SLICE("LogName=");

static unsigned probe(struct slice head, uint64_t bytes)
{
	static const struct slice bom = SLICE("\xef\xbb\xbf"), code = SLICE("\nEventCode=");

	(void)bytes;
	head = slice_trim(slice_starts(head, bom) ? slice_from(head, bom.n) : head);
	return wintext_starts(head) && slice_search(head, code) ? 75 : 0;
}

/* Start of the line that ends before `at` (at is the first byte of a line, not 0). */
static size_t line_before(struct slice s, size_t at)
{
	size_t i = at - 1;

	while (i > 0 && s.p[i - 1] != '\n')
		i--;
	return i;
}

/* Where the next record begins in s, searched from `from` on; s.n where none does. */
static size_t find_start(struct slice s, size_t from)
{
	const uint8_t *hit;

	while ((hit = slice_search(slice_from(s, from), mark))) {
		size_t at = (size_t)(hit - s.p);

		from = at + mark.n;
		if (at > 0 && s.p[at - 1] != '\n')
			continue;
		if (at == 0)
			return 0;
		size_t before = line_before(s, at);

		struct slice line = slice_from(s, before);

		/* Two such lines in a row are one record's. */
		if (!slice_starts(line, mark) && wintext_starts(line))
			return before;
		if (!slice_trim(slice_of(s.p + before, at - before)).n)
			return at;
	}
	return s.n;
}

static struct input *wintext_open(const struct input_env *env)
{
	struct input *in = frame_open(sizeof(*in), env);

	return in;
}

static void take(struct input *in, struct slice text, struct event *ev)
{
	in->frame.record++;
	event_clear(ev);
	wintext_read(text, in->frame.env.names, ev);
	put_place(ev, "wineventlog", in->frame.record, frame_offset(&in->frame));
	translator_apply(in->frame.translator, ev);
	event_seal(ev);
}

/* To the first record; false when more must come. */
static bool find_first(struct input *in)
{
	struct slice rest = frame_rest(&in->frame);
	size_t start = find_start(rest, 0);

	if (start == rest.n && !in->frame.w.final && rest.n < LIMIT_LINE_BYTES)
		return false;
	if (slice_trim(slice_head(rest, start)).n > 3) /* more than a byte order mark */
		input_note(&in->frame.env, frame_offset(&in->frame), true,
			   "%zu bytes before the first record", start);
	in->frame.at += start;
	in->inside = start < rest.n;
	in->scanned = 0;
	return true;
}

static enum input_step next(struct input *in, struct event *ev)
{
	if (!in->inside && !find_first(in))
		return INPUT_MORE;
	struct slice rest = frame_rest(&in->frame);

	if (!rest.n)
		return frame_end(&in->frame);
	/* The record's own mark is on its first or second line. */
	const uint8_t *own = slice_search(rest, mark);
	size_t from = own ? (size_t)(own - rest.p) + mark.n : rest.n;
	size_t n = find_start(rest, from > in->scanned ? from : in->scanned);

	if (n == rest.n && !in->frame.w.final && rest.n < LIMIT_LINE_BYTES) {
		/* A time line and half a mark may stand at the end. */
		in->scanned = rest.n > 64 ? rest.n - 64 : 0;
		return INPUT_MORE;
	}
	if (n == rest.n && !in->frame.w.final)
		input_note(&in->frame.env, frame_offset(&in->frame), true,
			   "a record longer than %zu MiB is cut", LIMIT_LINE_BYTES >> 20);
	take(in, slice_head(rest, n), ev);
	in->frame.at += n;
	in->scanned = 0;
	in->inside = n < rest.n;
	return INPUT_EVENT;
}

const struct input_format input_wintext = {
	.name = "wineventlog",
	.cut = INPUT_CUT_NONE,
	.probe = probe,
	.open = wintext_open,
	.window = frame_window,
	.next = next,
	.consumed = frame_consumed,
	.records = frame_records,
	.close = frame_close,
};
