/* SPDX-License-Identifier: Apache-2.0 */
/* The two JSON formats: one object a line (`jsonl`), and objects one after the other or in arrays
 * (`json`). Every line that is not blank, and every object, counts as a record. */
#include "base/limits.h"
#include "base/utf.h"
#include "base/heap.h"
#include "input/dialect.h"
#include "input/formats.h"
#include "input/json/parse.h"

#include <stdlib.h>

struct input {
	struct input_env env;
	struct json json;
	struct input_window w;
	size_t at;
	uint64_t record;
	struct json_scan scan; /* json: how far the object at `at` was looked through */
	bool skipping;	       /* jsonl: in the rest of a line that is too long */
};

static struct slice bom_off(struct slice s)
{
	struct slice bom = SLICE("\xef\xbb\xbf");

	return slice_starts(s, bom) ? slice_from(s, bom.n) : s;
}

/* How the first object goes on: 0 no object; 1 over several lines, or a list; 2 on one line. */
static int shape(struct slice head)
{
	struct slice s = slice_trim(bom_off(head));
	struct json_scan scan = { 0 };

	if (!s.n || (s.p[0] != '{' && s.p[0] != '['))
		return 0;
	/* "{" must be followed by a name or the end, "[" by a value. */
	struct slice inner = slice_trim(slice_from(s, 1));

	if (s.p[0] == '{' && inner.n && inner.p[0] != '"' && inner.p[0] != '}')
		return 0;
	if (s.p[0] == '[')
		return inner.n && strchr("{[\"]", inner.p[0]) ? 1 : 0;
	size_t end = json_extent(&scan, s), line = slice_find(s, '\n');

	if (end == 0)
		return line == s.n ? 2 : 1;
	return line < end ? 1 : 2;
}

static unsigned probe_lines(struct slice head, uint64_t bytes)
{
	(void)bytes;
	return shape(head) == 2 ? 60 : 0;
}

static unsigned probe_objects(struct slice head, uint64_t bytes)
{
	(void)bytes;
	return shape(head) == 1 ? 60 : 0;
}

static struct input *json_open(const struct input_env *env)
{
	struct input *in = heap_new(sizeof(*in));

	in->env = *env;
	json_init(&in->json, env->names, env->dialects);
	return in;
}

static void json_close(struct input *in)
{
	if (!in)
		return;
	json_done(&in->json);
	free(in);
}

static void json_window(struct input *in, const struct input_window *w)
{
	in->w = *w;
	in->at = w->offset == 0 ? w->bytes.n - bom_off(w->bytes).n : 0;
}

static size_t json_consumed(const struct input *in)
{
	return in->at;
}

/* One record's text into the event; false when nothing of it was read. */
static bool take(struct input *in, struct slice text, struct event *ev)
{
	uint64_t offset = in->w.offset + (uint64_t)(text.p - in->w.bytes.p);
	struct json_result r;

	event_clear(ev);
	r = json_read(&in->json, text, ev);
	in->record++;
	if (r.complete && slice_trim(slice_from(text, r.at)).n) {
		r.complete = false;
		r.why = "something stands behind the object";
	}
	if (!r.complete)
		input_note(&in->env, offset + r.at, true, "record %llu: %s",
			   (unsigned long long)in->record, r.why);
	else if (r.repaired)
		input_note(&in->env, offset, false,
			   "record %llu: bytes that are not UTF-8 were replaced",
			   (unsigned long long)in->record);
	if (r.limited && r.complete)
		input_note(&in->env, offset, true, "record %llu: more than %u fields",
			   (unsigned long long)in->record, LIMIT_EVENT_FIELDS);
	if (!r.object || ev->n == 0)
		return false;
	ev->kind = "json";
	ev->damaged = !r.complete;
	ev->ptr.offset = offset;
	ev->ptr.record = in->record;
	ev->ptr.record_counted = true;
	if (in->env.dialects)
		dialects_apply(in->env.dialects, ev);
	event_seal(ev);
	return true;
}

static uint64_t json_records(const struct input *in)
{
	return in->record;
}

static enum input_step end_step(const struct input *in)
{
	return in->w.final ? INPUT_END : INPUT_MORE;
}

/* The rest of a line that is longer than any window may be: dropped as it comes. */
static bool skip_rest(struct input *in)
{
	struct slice rest = slice_from(in->w.bytes, in->at);
	size_t line = slice_find(rest, '\n');

	in->at += line < rest.n ? line + 1 : line;
	in->skipping = line == rest.n;
	return !in->skipping;
}

static enum input_step next_line(struct input *in, struct event *ev)
{
	for (;;) {
		struct slice rest = slice_from(in->w.bytes, in->at);

		if (!rest.n || (in->skipping && !skip_rest(in)))
			return end_step(in);
		rest = slice_from(in->w.bytes, in->at);
		size_t line = slice_find(rest, '\n');

		if (line == rest.n && !in->w.final) {
			if (rest.n < LIMIT_LINE_BYTES)
				return INPUT_MORE;
			in->record++;
			input_note(&in->env, in->w.offset + in->at, true,
				   "record %llu: a line longer than %zu MiB was skipped",
				   (unsigned long long)in->record, LIMIT_LINE_BYTES >> 20);
			in->skipping = true;
			continue;
		}
		in->at += line < rest.n ? line + 1 : line;
		struct slice text = slice_trim(slice_head(rest, line));

		if (text.n && take(in, text, ev))
			return INPUT_EVENT;
	}
}

/* Past what may stand between objects. */
static void skip_between(struct input *in)
{
	while (in->at < in->w.bytes.n && in->w.bytes.p[in->at] &&
	       strchr(" \t\r\n,[]", in->w.bytes.p[in->at]))
		in->at++;
}

static enum input_step next_object(struct input *in, struct event *ev)
{
	for (;;) {
		if (in->scan.at == 0)
			skip_between(in);
		struct slice rest = slice_from(in->w.bytes, in->at);

		if (!rest.n)
			return end_step(in);
		if (rest.p[0] != '{') {
			size_t to = slice_find(rest, '{');

			input_note(&in->env, in->w.offset + in->at, true,
				   "%zu bytes that are no JSON object", to);
			in->at += to;
			continue;
		}
		size_t n = json_extent(&in->scan, rest);

		if (n == 0 && !in->w.final && rest.n < LIMIT_LINE_BYTES)
			return INPUT_MORE;
		in->scan = (struct json_scan){ 0 };
		if (n == 0 && !in->w.final)
			input_note(&in->env, in->w.offset + in->at, true,
				   "an object longer than %zu MiB: the rest is skipped",
				   LIMIT_LINE_BYTES >> 20);
		in->at += n ? n : rest.n;
		if (take(in, slice_head(rest, n ? n : rest.n), ev))
			return INPUT_EVENT;
	}
}

const struct input_format input_jsonl = {
	.name = "jsonl",
	.cut = INPUT_CUT_LINES,
	.probe = probe_lines,
	.open = json_open,
	.window = json_window,
	.next = next_line,
	.consumed = json_consumed,
	.records = json_records,
	.close = json_close,
};

const struct input_format input_json = {
	.name = "json",
	.cut = INPUT_CUT_NONE,
	.probe = probe_objects,
	.open = json_open,
	.window = json_window,
	.next = next_object,
	.consumed = json_consumed,
	.records = json_records,
	.close = json_close,
};
