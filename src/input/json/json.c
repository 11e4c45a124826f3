/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The two JSON formats: one object a line (`jsonl`), and objects one after the other or in arrays
 * (`json`). Every line that is not blank, and every object, counts as a record.
 *
 * Many exports keep their records in a list inside one object ({"Records":[..]}, {"value":[..]}):
 * then each of them is a record, and gets the plain members around the list as its own
 * ("hostIdentifier" around osquery's rows). Such an object may be larger than any window: it is
 * gone through as it comes. `__children` (Volatility) nest: the object around is a record too.
 */
#include "base/heap.h"
#include "base/limits.h"
#include "base/utf.h"
#include "input/dialect.h"
#include "input/formats.h"
#include "input/json/parse.h"

#include <stdlib.h>

#define STREAM_BYTES ((size_t)1 << 20) /* objects that are larger need not be seen whole */

/* Lists of records that are open: what is left of each. */
struct rows {
	struct slice left[LIMIT_DEPTH];
	unsigned depth;
	bool streaming; /* the list's end is not in the window: its items come from the window */
	struct field *around; /* the plain members around the list, owned by arena */
	size_t around_count;
	unsigned cells; /* depth of the list whose records are lists of values, 0 none; they are... */
	struct slice *columns; /* ...called so, as JSON has them between quotes */
	size_t column_count;
	struct arena arena;
};

struct input {
	struct input_env env;
	struct json json;
	struct translator *translator;
	struct input_window w;
	size_t at;
	uint64_t record;
	struct json_scan scan; /* json: how far the object at `at` was looked through */
	bool lines, skipping;  /* jsonl: in the rest of a line that is too long */
	struct rows rows;
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
	in->translator = translator_new(env->dialects, env->names);
	arena_init(&in->rows.arena, LIMIT_EVENT_BYTES);
	return in;
}

static struct input *json_open_lines(const struct input_env *env)
{
	struct input *in = json_open(env);

	in->lines = true;
	return in;
}

static void json_close(struct input *in)
{
	if (!in)
		return;
	json_done(&in->json);
	translator_free(in->translator);
	arena_done(&in->rows.arena);
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

static uint64_t json_records(const struct input *in)
{
	return in->record;
}

static enum input_step end_step(const struct input *in)
{
	return in->w.final ? INPUT_END : INPUT_MORE;
}

static uint64_t offset_of(const struct input *in, struct slice text)
{
	return in->w.offset + (uint64_t)(text.p - in->w.bytes.p);
}

/* ---- records in lists ---- */

/* Keeps the plain members of the object around a list: the event is used for its items next. */
static void rows_keep_around(struct input *in, const struct event *ev)
{
	struct rows *r = &in->rows;

	arena_reset(&r->arena);
	r->around = arena_array(&r->arena, ev->n, sizeof(*r->around));
	r->around_count = 0;
	for (uint32_t i = 0; i < ev->n && r->around; i++) {
		struct field f = ev->fields[i];
		struct value *v = &f.value;

		if (slice_find(f.name, '.') < f.name.n || v->type == VALUE_LIST)
			continue;
		if (v->type == VALUE_TEXT || v->type == VALUE_ESCAPED || v->type == VALUE_NUMBER)
			v->s = arena_keep(&r->arena, v->s);
		f.name = arena_keep(&r->arena, f.name);
		r->around[r->around_count++] = f;
	}
}

static void rows_push(struct input *in, struct slice list)
{
	if (in->rows.depth == LIMIT_DEPTH)
		input_note(&in->env, offset_of(in, list), true, "nested deeper than the limit");
	else
		in->rows.left[in->rows.depth++] = slice_from(list, 1);
}

/* Past what may stand between objects. */
static size_t between(struct slice s)
{
	size_t at = 0;

	while (at < s.n && s.p[at] && strchr(" \t\r\n,", s.p[at]))
		at++;
	return at;
}

/* ---- records as lists of values ---- */

static void keep_columns(struct input *in, const struct event *ev)
{
	struct rows *r = &in->rows;

	arena_reset(&r->arena);
	r->around_count = r->column_count = 0;
	r->columns = arena_array(&r->arena, ev->n, sizeof(*r->columns));
	for (uint32_t i = 0; i < ev->n && r->columns; i++) {
		const struct value *v = &ev->fields[i].value;

		if (json_is_column(ev->fields[i].name))
			r->columns[r->column_count++] = v->type == VALUE_TEXT || v->type == VALUE_ESCAPED
								? arena_keep(&r->arena, v->s)
								: slice_str("");
	}
}

/* The next value of the list whose rest *s is; n 0 at its end. */
static struct slice next_value(struct slice *s)
{
	struct json_scan scan = { 0 };
	size_t n = 0;

	*s = slice_from(*s, between(*s));
	if (!s->n || s->p[0] == ']')
		return slice_of(NULL, 0);
	if (s->p[0] == '{' || s->p[0] == '[') {
		n = json_extent(&scan, *s);
	} else if (s->p[0] == '"') {
		for (n = 1; n < s->n && s->p[n] != '"'; n++)
			n += s->p[n] == '\\';
		n++;
	} else {
		while (n < s->n && !strchr(" \t\r\n,]", s->p[n]))
			n++;
	}
	struct slice value = slice_head(*s, n ? n : s->n);

	*s = slice_from(*s, value.n);
	return value;
}

static size_t append(uint8_t *to, struct slice s)
{
	if (s.n)
		memcpy(to, s.p, s.n);
	return s.n;
}

/* The list as an object of the columns' names, without what is empty; in the arena. */
static struct slice named_cells(const struct rows *r, struct slice list, struct arena *a)
{
	static const struct slice open = SLICE("\""), colon = SLICE("\":"), comma = SLICE(",");
	struct slice rest = slice_from(list, 1);
	size_t bytes = list.n + 2, n = 0;

	for (size_t i = 0; i < r->column_count; i++)
		bytes += r->columns[i].n + 4;
	uint8_t *to = arena_alloc(a, bytes);

	if (!to)
		return slice_of(NULL, 0);
	to[n++] = '{';
	for (size_t i = 0; i < r->column_count; i++) {
		struct slice v = next_value(&rest);

		if (!v.n)
			break;
		if (slice_is(v, "null") || slice_is(v, "\"\""))
			continue;
		n += append(to + n, n > 1 ? comma : slice_str(""));
		n += append(to + n, open);
		n += append(to + n, r->columns[i]);
		n += append(to + n, colon);
		n += append(to + n, v);
	}
	to[n++] = '}';
	return slice_of(to, n);
}

/* ---- records ---- */

/* What reading an object came to. */
enum taken { TAKEN_NOTHING, TAKEN_EVENT, TAKEN_ROWS };

static void tell(struct input *in, struct slice text, const struct json_result *r)
{
	uint64_t offset = offset_of(in, text);
	unsigned long long record = (unsigned long long)in->record;

	if (!r->complete)
		input_note(&in->env, offset + r->at, true, "record %llu: %s", record, r->why);
	else if (r->repaired)
		input_note(&in->env, offset, false,
			   "record %llu: bytes that are not UTF-8 were replaced", record);
	if (r->limited && r->complete)
		input_note(&in->env, offset, true, "record %llu: more than %u fields", record,
			   LIMIT_EVENT_FIELDS);
}

static bool is_children(struct slice text, struct slice rows)
{
	static const struct slice name = SLICE("\"__children\"");
	struct slice before = slice_head(text, (size_t)(rows.p - text.p));
	size_t n = before.n;

	while (n && strchr(" \t\r\n:", before.p[n - 1]))
		n--;
	return slice_ends(slice_head(before, n), name);
}

static void finish(struct input *in, struct slice text, bool complete, struct event *ev)
{
	ev->kind = "json";
	ev->damaged = !complete;
	ev->ptr.offset = offset_of(in, text);
	ev->ptr.record = in->record;
	ev->ptr.record_counted = true;
	translator_apply(in->translator, ev);
	event_seal(ev);
}

/* Reads an object; a list that is only called as lists of records are is read as part of it. */
static struct json_result read_object(struct input *in, struct slice text, struct event *ev)
{
	struct json_result r;

	event_clear(ev);
	r = json_read(&in->json, text, ev);
	if (!r.rows.p || r.rows_cells || dialects_rows_fit(in->env.dialects, r.rows_number, ev))
		return r;
	in->json.no_rows = true;
	event_clear(ev);
	r = json_read(&in->json, text, ev);
	in->json.no_rows = false;
	return r;
}

/* One object's text into the event. */
static enum taken take(struct input *in, struct slice text, struct event *ev)
{
	struct json_result r;
	bool inside = in->rows.depth > 0 || in->rows.streaming;

	r = read_object(in, text, ev);
	in->record++;
	if (r.complete && slice_trim(slice_from(text, r.at)).n) {
		r.complete = false;
		r.why = "something stands behind the object";
	}
	tell(in, text, &r);
	if (r.rows.p && !is_children(text, r.rows)) {
		in->record--;
		if (r.rows_cells)
			keep_columns(in, ev);
		else
			rows_keep_around(in, ev);
		rows_push(in, r.rows);
		in->rows.cells = r.rows_cells ? in->rows.depth : in->rows.cells;
		return TAKEN_ROWS;
	}
	if (r.rows.p)
		rows_push(in, r.rows);
	if (!r.object || ev->n == 0)
		return TAKEN_NOTHING;
	for (size_t i = 0; inside && i < in->rows.around_count; i++)
		event_add(ev, in->rows.around[i].name, in->rows.around[i].id, in->rows.around[i].value);
	finish(in, text, r.complete, ev);
	return TAKEN_EVENT;
}

static bool take_cells(struct input *in, struct slice list, struct event *ev)
{
	struct json_result r;

	event_clear(ev);
	in->record++;
	r = json_read(&in->json, named_cells(&in->rows, list, &ev->arena), ev);
	if (!r.complete)
		input_note(&in->env, offset_of(in, list), true, "record %llu: %s",
			   (unsigned long long)in->record, r.why);
	if (!r.object || !ev->n)
		return false;
	finish(in, list, r.complete, ev);
	return true;
}

/* The next item of the lists that are open; false when they are through. */
static bool next_row(struct input *in, struct event *ev)
{
	struct rows *r = &in->rows;

	while (r->depth) {
		struct slice *left = &r->left[r->depth - 1];
		struct json_scan scan = { 0 };

		*left = slice_from(*left, between(*left));
		bool cells = r->cells == r->depth;

		if (!left->n || left->p[0] != (cells ? '[' : '{')) {
			if (left->n && left->p[0] != ']')
				input_note(&in->env, offset_of(in, *left), true,
					   "something in a list of records is no record: the rest of it is skipped");
			r->cells = cells ? 0 : r->cells;
			if (--r->depth == 0 && !r->streaming)
				r->around_count = 0;
			continue;
		}
		size_t n = json_extent(&scan, *left);
		struct slice item = slice_head(*left, n ? n : left->n);

		*left = slice_from(*left, item.n);
		if (cells ? take_cells(in, item, ev) : take(in, item, ev) == TAKEN_EVENT)
			return true;
	}
	return false;
}

/* An object that does not end in the window may be a list of records: then its items are read from
 * the window as they come. */
static bool stream(struct input *in, struct slice rest, struct event *ev)
{
	struct json_result r;

	if (in->rows.streaming || rest.n < STREAM_BYTES)
		return false;
	r = read_object(in, rest, ev);
	if (!r.rows.p || !r.rows_open || is_children(rest, r.rows))
		return false;
	rows_keep_around(in, ev);
	in->rows.streaming = true;
	in->scan = (struct json_scan){ 0 };
	in->at += (size_t)(r.rows.p - rest.p) + 1;
	return true;
}

/* Behind the list: the rest of the object around it, which is one level deep. */
static bool stream_end(struct input *in)
{
	struct slice rest = slice_from(in->w.bytes, in->at);

	if (in->scan.depth == 0)
		in->scan = (struct json_scan){ .at = 1, .depth = 1 };
	size_t n = json_extent(&in->scan, rest);

	if (n == 0 && !in->w.final)
		return false;
	in->at += n ? n : rest.n;
	in->scan = (struct json_scan){ 0 };
	in->rows.streaming = false;
	in->rows.around_count = 0;
	return true;
}

/* ---- lines ---- */

/* The rest of a line that is longer than any window may be: dropped as it comes. */
static bool skip_rest(struct input *in)
{
	struct slice rest = slice_from(in->w.bytes, in->at);
	size_t line = slice_find(rest, '\n');

	in->at += line < rest.n ? line + 1 : line;
	in->skipping = line == rest.n;
	return !in->skipping;
}

static enum input_step next_object(struct input *in, struct event *ev);

static enum input_step next_line(struct input *in, struct event *ev)
{
	for (;;) {
		if (next_row(in, ev))
			return INPUT_EVENT;
		if (in->rows.streaming)
			return next_object(in, ev);
		struct slice rest = slice_from(in->w.bytes, in->at);

		if (!rest.n || (in->skipping && !skip_rest(in)))
			return end_step(in);
		rest = slice_from(in->w.bytes, in->at);
		size_t line = slice_find(rest, '\n');

		if (line == rest.n && !in->w.final) {
			if (rest.n < LIMIT_LINE_BYTES)
				return INPUT_MORE;
			if (stream(in, rest, ev))
				continue;
			in->record++;
			input_note(&in->env, in->w.offset + in->at, true,
				   "record %llu: a line longer than %zu MiB was skipped",
				   (unsigned long long)in->record, LIMIT_LINE_BYTES >> 20);
			in->skipping = true;
			continue;
		}
		in->at += line < rest.n ? line + 1 : line;
		struct slice text = slice_trim(slice_head(rest, line));

		if (text.n && take(in, text, ev) == TAKEN_EVENT)
			return INPUT_EVENT;
	}
}

/* ---- objects ---- */

/* Past what may stand between objects. */
static void skip_between(struct input *in)
{
	const char *set = in->rows.streaming ? " \t\r\n," : " \t\r\n,[]";

	while (in->at < in->w.bytes.n && in->w.bytes.p[in->at] &&
	       strchr(set, in->w.bytes.p[in->at]))
		in->at++;
}

static enum input_step next_object(struct input *in, struct event *ev)
{
	for (;;) {
		if (next_row(in, ev))
			return INPUT_EVENT;
		if (in->scan.at == 0)
			skip_between(in);
		struct slice rest = slice_from(in->w.bytes, in->at);

		if (!rest.n)
			return end_step(in);
		if (in->rows.streaming && rest.p[0] == ']') {
			if (!stream_end(in))
				return INPUT_MORE;
			if (in->lines)
				return next_line(in, ev);
			continue;
		}
		if (rest.p[0] != '{') {
			size_t to = slice_find(rest, '{');

			input_note(&in->env, in->w.offset + in->at, true,
				   "%zu bytes that are no JSON object", to);
			in->at += to;
			continue;
		}
		size_t n = json_extent(&in->scan, rest);

		if (n == 0 && !in->w.final && stream(in, rest, ev))
			continue;
		if (n == 0 && !in->w.final && rest.n < LIMIT_LINE_BYTES)
			return INPUT_MORE;
		in->scan = (struct json_scan){ 0 };
		if (n == 0 && !in->w.final)
			input_note(&in->env, in->w.offset + in->at, true,
				   "an object longer than %zu MiB: the rest is skipped",
				   LIMIT_LINE_BYTES >> 20);
		in->at += n ? n : rest.n;
		if (take(in, slice_head(rest, n ? n : rest.n), ev) == TAKEN_EVENT)
			return INPUT_EVENT;
	}
}

const struct input_format input_jsonl = {
	.name = "jsonl",
	.cut = INPUT_CUT_LINES,
	.probe = probe_lines,
	.open = json_open_lines,
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
