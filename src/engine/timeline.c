/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/timeline.h"

#include "base/cursor.h"
#include "base/heap.h"
#include "graph/line.h"

#include <stdlib.h>

enum { MESSAGE_LINE = ENGINE_MESSAGE_FIRST + 8 };

#define TEXT_VALUE_CHARACTERS 120

struct worker {
	const struct timeline_options *options;
	struct buf message, head;
};

void *timeline_worker_new(void *shared)
{
	struct worker *w = heap_new(sizeof(*w));

	w->options = shared;
	return w;
}

bool timeline_wants_time(const struct timeline_options *o, struct when first, int64_t last_ns)
{
	if (!o->from.set && !o->to.set)
		return true;
	if (!first.set)
		return false;
	return (!o->from.set || last_ns >= o->from.ns) && (!o->to.set || first.ns <= o->to.ns);
}

/* PC-07 is also PC-07.corp.example, and the other way round only when spelt out. */
static bool is_host(struct slice asked, struct slice host)
{
	if (slice_find(asked, '.') == asked.n)
		host = slice_head(host, slice_find(host, '.'));
	return slice_eq_nocase(asked, host);
}

bool timeline_wants_host(const struct timeline_options *o, struct slice host)
{
	for (size_t i = 0; i < o->host_count; i++)
		if (is_host(o->hosts[i], host))
			return true;
	return o->host_count == 0;
}

bool timeline_wants_kind(const struct timeline_options *o, struct slice kind)
{
	for (size_t i = 0; i < o->kind_count; i++)
		if (slice_eq(o->kinds[i], kind))
			return true;
	return o->kind_count == 0;
}

/* How many fields before number i have its name. */
static unsigned namesakes(const struct event *ev, uint32_t i)
{
	const struct field *f = &ev->fields[i];
	unsigned n = 0;

	if (f->id != NAME_OTHER && event_find(ev, f->id) == f)
		return 0;
	for (uint32_t k = 0; k < i; k++)
		n += slice_eq(ev->fields[k].name, f->name);
	return n;
}

/* A name that comes again is Name_1, Name_2, as evtx_dump has it. `made`: those of the dialect, not
 * of the record. */
static void json_fields(struct buf *b, struct event *ev, const char *key, bool made)
{
	buf_json_key(b, key);
	buf_put_byte(b, '{');
	for (uint32_t i = 0; i < ev->n; i++) {
		struct field *f = &ev->fields[i];

		if (f->made != made)
			continue;
		unsigned again = made ? 0 : namesakes(ev, i);

		buf_json_comma(b);
		buf_put_json(b, f->name);
		if (again) {
			b->n--; /* the closing quote */
			buf_printf(b, "_%u\"", again);
		}
		buf_put_byte(b, ':');
		value_json(b, f->value, &ev->arena);
	}
	buf_put_byte(b, '}');
}

static void json_proves(struct buf *b, stage_set proves)
{
	buf_json_key(b, "proves");
	buf_put_byte(b, '[');
	for (int s = 0; s < STAGE_COUNT; s++) {
		if (!(proves & STAGE_BIT(s)))
			continue;
		buf_json_comma(b);
		buf_put_json(b, slice_str(stage_text((enum stage)s)));
	}
	buf_put_byte(b, ']');
}

static void json_line(struct worker *w, struct event *ev)
{
	struct buf *b = &w->head;

	buf_put_byte(b, '{');
	buf_json_text(b, "schema", slice_str("upriver.event/1"));
	buf_json_key(b, "time");
	buf_put_when(b, ev->time);
	buf_json_text(b, "time_kind", slice_str(ev->time_kind));
	buf_json_text(b, "host", ev->host);
	buf_json_text(b, "kind", slice_str(ev->kind));
	buf_json_text(b, "channel", ev->channel);
	buf_json_key(b, "event_id");
	if (ev->event_id == EVENT_NO_ID)
		buf_put_str(b, "null");
	else
		buf_put_i64(b, ev->event_id);
	json_fields(b, ev, "fields", false);
	if (ev->fields && ev->n && ev->fields[ev->n - 1].made)
		json_fields(b, ev, "mapped", true);
	if (ev->dialect)
		buf_json_text(b, "dialect", slice_str(ev->dialect));
	if (ev->op != ACTIVITY_NONE)
		buf_json_text(b, "op", slice_str(activity_text(ev->op)));
	if (ev->verdict.detector) {
		buf_json_key(b, "alert");
		buf_put_byte(b, '{');
		buf_json_text(b, "detector", slice_str(ev->verdict.detector));
		buf_json_text(b, "title", ev->verdict.title);
		buf_json_text(b, "level", ev->verdict.level);
		buf_put_byte(b, '}');
	}
	json_proves(b, ev->proves);
}

/* Time, host, channel and id, then the fields that are not already said. */
static void text_line(struct worker *w, struct event *ev)
{
	struct buf *b = &w->head;
	char time[32] = "(no time)";

	if (ev->time.set)
		when_format(ev->time, time);
	buf_printf(b, "%-28s ", time);
	buf_put_terminal(b, ev->host.n ? ev->host : slice_str("-"), 24);
	buf_put_byte(b, ' ');
	buf_put_terminal(b, ev->channel.n ? ev->channel : slice_str(ev->kind), 48);
	if (ev->event_id != EVENT_NO_ID)
		buf_printf(b, " %lld", (long long)ev->event_id);
	for (uint32_t i = 0; i < ev->n; i++) {
		struct field *f = &ev->fields[i];

		if (f->made || f->value.type == VALUE_NULL || f->id == NAME_CHANNEL || f->id == NAME_COMPUTER ||
		    f->id == NAME_EVENT_ID || f->id == NAME_SYSTEM_TIME)
			continue;
		buf_put_byte(b, ' ');
		buf_put_terminal(b, f->name, 40);
		buf_put_byte(b, '=');
		buf_put_terminal(b, event_text(ev, f), TEXT_VALUE_CHARACTERS);
	}
}

static void send_line(struct worker *w, const struct event *ev, struct buf *out)
{
	buf_clear(&w->message);
	buf_put_u8(&w->message, ev->time.set);
	buf_put_le64(&w->message, (uint64_t)ev->time.ns);
	buf_put_u8(&w->message, ev->ptr.record_counted);
	buf_put_le64(&w->message, ev->ptr.record);
	buf_put_le64(&w->message, ev->ptr.offset);
	buf_put(&w->message, buf_slice(&w->head));
	engine_message(out, MESSAGE_LINE, buf_slice(&w->message));
}

static void send_act(struct worker *w, const struct event *ev, const struct act *act, struct buf *out)
{
	const struct act_repeats once = { .count = 1 };

	buf_clear(&w->head);
	if (w->options->json)
		act_json(&w->head, act, &once);
	else
		act_text(&w->head, act, &once);
	send_line(w, ev, out);
}

void timeline_worker_event(void *worker, struct event *ev, struct buf *out)
{
	struct worker *w = worker;
	struct act act, more;

	if (!timeline_wants_host(w->options, ev->host) || !timeline_wants_time(w->options, ev->time, ev->time.ns))
		return;
	if (timeline_wants_kind(w->options, slice_str(ev->kind))) {
		buf_clear(&w->head);
		if (w->options->json)
			json_line(w, ev);
		else
			text_line(w, ev);
		send_line(w, ev, out);
	}
	if (!w->options->extract || !extract_act(w->options->extract, ev, ev->verdict.detector != NULL, &act))
		return;
	send_act(w, ev, &act, out);
	for (uint32_t at = 0; extract_more(w->options->extract, ev, &act, &at, &more);)
		send_act(w, ev, &more, out);
}

void timeline_put_pointer(struct buf *out, struct slice file, struct slice inner, uint64_t record, uint64_t offset)
{
	buf_json_key(out, "pointer");
	buf_put_byte(out, '{');
	buf_json_text(out, "file", file);
	buf_json_text(out, "inner", inner);
	buf_json_u64(out, "record", record);
	buf_json_u64(out, "offset", offset);
	buf_put_str(out, "}}");
}

bool timeline_result(struct timeline *t, const struct engine_file *file, uint64_t record_base,
		     uint8_t type, struct slice payload)
{
	struct cursor c = cursor_of(payload);
	struct timeline_line line = { 0 };
	struct buf *b = &t->line;

	if (type != MESSAGE_LINE)
		return false;
	line.has_time = cursor_u8(&c) != 0;
	line.ns = (int64_t)cursor_u64(&c);
	bool counted = cursor_u8(&c) != 0;
	uint64_t record = cursor_u64(&c), offset = cursor_u64(&c);

	if (!c.ok) {
		t->dropped++;
		return true;
	}
	buf_clear(b);
	buf_put(b, cursor_take(&c, cursor_left(&c)));
	if (t->options->json)
		timeline_put_pointer(b, file->path, file->inner, record + (counted ? record_base : 0), offset);
	line.text = buf_slice(b);
	t->on_line(t->ctx, &line);
	return true;
}

void timeline_done(struct timeline *t)
{
	buf_done(&t->line);
}
