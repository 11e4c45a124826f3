/* SPDX-License-Identifier: Apache-2.0 */
#include "event/event.h"

#include "base/heap.h"
#include "base/limits.h"

#include <stdlib.h>

void event_init(struct event *ev, const struct names *names)
{
	*ev = (struct event){ .names = names, .generation = 1, .event_id = EVENT_NO_ID };
	ev->cap = 64;
	ev->fields = heap_array(ev->cap, sizeof(*ev->fields));
	ev->heads = heap_array(names_count(names), sizeof(*ev->heads));
	arena_init(&ev->arena, LIMIT_EVENT_BYTES);
}

void event_done(struct event *ev)
{
	free(ev->fields);
	free(ev->heads);
	arena_done(&ev->arena);
}

void event_clear(struct event *ev)
{
	struct event fresh = { .fields = ev->fields,
			       .cap = ev->cap,
			       .names = ev->names,
			       .heads = ev->heads,
			       .generation = ev->generation + 1,
			       .arena = ev->arena,
			       .event_id = EVENT_NO_ID };

	if (fresh.generation == 0) {
		memset(ev->heads, 0, names_count(ev->names) * sizeof(*ev->heads));
		fresh.generation = 1;
	}
	arena_reset(&fresh.arena);
	*ev = fresh;
}

/* Puts field number `at` (index + 1) at the end of its name's chain. */
static void chain(struct event *ev, uint32_t id, uint32_t at)
{
	struct field_head *h = &ev->heads[id];

	if (h->stamp != ev->generation) {
		*h = (struct field_head){ at, ev->generation };
		return;
	}
	struct field *f = &ev->fields[h->first - 1];

	while (f->next)
		f = &ev->fields[f->next - 1];
	f->next = at;
}

/* Room for one more field; NULL when the limit is reached. */
static struct field *field_room(struct event *ev)
{
	if (ev->n == ev->cap) {
		if (ev->n >= LIMIT_EVENT_FIELDS)
			return NULL;
		ev->cap *= 2;
		ev->fields = heap_grow(ev->fields, ev->cap * sizeof(*ev->fields));
	}
	return &ev->fields[ev->n++];
}

struct value *event_slot(struct event *ev, struct slice name, uint32_t id)
{
	struct field *f = field_room(ev);

	if (!f)
		return NULL;
	*f = (struct field){ .name = name, .id = id };
	if (id != NAME_OTHER)
		chain(ev, id, ev->n);
	return &f->value;
}

bool event_add(struct event *ev, struct slice name, uint32_t id, struct value v)
{
	struct field *f = field_room(ev);

	if (!f)
		return false;
	*f = (struct field){ .name = name, .value = v, .id = id };
	if (id != NAME_OTHER)
		chain(ev, id, ev->n);
	return true;
}

void event_alias(struct event *ev, uint32_t id, uint32_t from)
{
	if (ev->heads[from].stamp == ev->generation)
		ev->heads[id] = ev->heads[from];
}

bool event_make(struct event *ev, struct slice name, uint32_t id, struct value v)
{
	struct field *f = field_room(ev);

	if (!f)
		return false;
	*f = (struct field){ .name = name, .value = v, .id = id, .made = true };
	ev->heads[id] = (struct field_head){ ev->n, ev->generation };
	return true;
}

const char *completeness_text(enum completeness c)
{
	static const char *const texts[COMPLETENESS_COUNT] = { "unknown", "complete", "filtered",
							       "sampled", "capped",   "truncated" };

	return texts[c < COMPLETENESS_COUNT ? c : COMPLETENESS_UNKNOWN];
}

bool completeness_find(struct slice text, enum completeness *ret)
{
	for (enum completeness c = COMPLETENESS_COMPLETE; c < COMPLETENESS_COUNT; c++)
		if (slice_is(text, completeness_text(c))) {
			*ret = c;
			return true;
		}
	return false;
}

struct slice event_text(struct event *ev, struct field *f)
{
	if (!f->text.p) {
		f->text = f->value.type == VALUE_TEXT ? f->value.s : value_text(f->value, &ev->arena);
		if (!f->text.p)
			f->text = slice_str("");
	}
	return f->text;
}

struct slice event_text_of(struct event *ev, uint32_t id)
{
	struct field *f = event_find(ev, id);

	return f && f->value.type != VALUE_NULL ? event_text(ev, f) : slice_of(NULL, 0);
}

void event_seal(struct event *ev)
{
	struct field *f;

	if (!ev->channel.p)
		ev->channel = event_text_of(ev, NAME_CHANNEL);
	if (!ev->provider.p)
		ev->provider = event_text_of(ev, NAME_PROVIDER_NAME);
	if (!ev->host.p)
		ev->host = event_text_of(ev, NAME_COMPUTER);
	if (ev->event_id == EVENT_NO_ID && (f = event_find(ev, NAME_EVENT_ID)) &&
	    !value_i64(f->value, &ev->event_id))
		ev->event_id = EVENT_NO_ID;
	if (!ev->time.set && (f = event_find(ev, NAME_SYSTEM_TIME)))
		ev->time = f->value.type == VALUE_FILETIME ? when_filetime(f->value.u)
							   : when_parse(event_text(ev, f));
	if (!ev->time_kind)
		ev->time_kind = "event";
}
