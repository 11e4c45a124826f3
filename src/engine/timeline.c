/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/timeline.h"

#include "base/cursor.h"
#include "base/heap.h"

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

void timeline_worker_free(void *worker)
{
	struct worker *w = worker;

	buf_done(&w->message);
	buf_done(&w->head);
	free(w);
}

static bool wanted_time(const struct timeline_options *o, struct when t)
{
	if (!o->from.set && !o->to.set)
		return true;
	if (!t.set)
		return false;
	return (!o->from.set || t.ns >= o->from.ns) && (!o->to.set || t.ns <= o->to.ns);
}

/* PC-07 is also PC-07.corp.example, and the other way round only when spelt out. */
static bool is_host(struct slice asked, struct slice host)
{
	if (slice_find(asked, '.') == asked.n)
		host = slice_head(host, slice_find(host, '.'));
	return slice_eq_nocase(asked, host);
}

static bool wanted(const struct timeline_options *o, const struct event *ev)
{
	bool host = o->host_count == 0, kind = o->kind_count == 0;

	for (size_t i = 0; i < o->host_count && !host; i++)
		host = is_host(o->hosts[i], ev->host);
	for (size_t i = 0; i < o->kind_count && !kind; i++)
		kind = slice_is(o->kinds[i], ev->kind);
	return host && kind && wanted_time(o, ev->time);
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
	buf_json_key(b, "proves");
	buf_put_str(b, "[]");
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

void timeline_worker_event(void *worker, struct event *ev, struct buf *out)
{
	struct worker *w = worker;

	if (!wanted(w->options, ev))
		return;
	buf_clear(&w->head);
	if (w->options->json)
		json_line(w, ev);
	else
		text_line(w, ev);
	buf_clear(&w->message);
	buf_put_u8(&w->message, ev->time.set);
	buf_put_le64(&w->message, (uint64_t)ev->time.ns);
	buf_put_u8(&w->message, ev->ptr.record_counted);
	buf_put_le64(&w->message, ev->ptr.record);
	buf_put_le64(&w->message, ev->ptr.offset);
	buf_put(&w->message, buf_slice(&w->head));
	engine_message(out, MESSAGE_LINE, buf_slice(&w->message));
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
	if (t->options->json) {
		buf_json_key(b, "pointer");
		buf_put_byte(b, '{');
		buf_json_text(b, "file", file->path);
		buf_json_text(b, "inner", file->inner);
		buf_json_u64(b, "record", record + (counted ? record_base : 0));
		buf_json_u64(b, "offset", offset);
		buf_put_str(b, "}}");
	}
	line.text = buf_slice(b);
	t->on_line(t->ctx, &line);
	return true;
}

void timeline_done(struct timeline *t)
{
	buf_done(&t->line);
}
