/* SPDX-License-Identifier: Apache-2.0 */
#include "graph/line.h"

#define VALUE_CHARACTERS 120u

static void json_entity(struct buf *out, const char *key, const struct act_entity *e)
{
	buf_json_key(out, key);
	if (e->kind == ENTITY_NONE) {
		buf_put_str(out, "null");
		return;
	}
	buf_put_byte(out, '{');
	buf_json_text(out, "kind", slice_str(entity_kind_text(e->kind)));
	buf_json_text(out, "name", e->name.n ? e->name : slice_of(NULL, 0));
	if (e->key.n)
		buf_json_text(out, "key", e->key);
	if (e->pid)
		buf_json_u64(out, "pid", e->pid);
	buf_put_byte(out, '}');
}

void act_json(struct buf *out, const struct act *a, const struct act_repeats *r)
{
	buf_put_byte(out, '{');
	buf_json_text(out, "schema", slice_str("upriver.event/1"));
	buf_json_key(out, "time");
	buf_put_when(out, a->time);
	buf_json_text(out, "time_kind", slice_str("event"));
	buf_json_text(out, "host", a->host);
	buf_put_str(out, ",\"kind\":\"activity\",\"channel\":null,\"event_id\":null");
	buf_json_text(out, "op", slice_str(activity_text(a->op)));
	json_entity(out, "subject", &a->subject);
	json_entity(out, "object", &a->object);
	buf_json_key(out, "attributes");
	buf_put_byte(out, '{');
	for (size_t i = 0; i < ATTRIBUTE_COUNT; i++)
		if (a->attributes[i].n)
			buf_json_text(out, attribute_text((enum attribute)i), a->attributes[i]);
	buf_put_byte(out, '}');
	buf_json_u64(out, "count", r->count);
	if (r->count > 1) {
		buf_json_key(out, "last");
		buf_put_when(out, r->last);
	}
	buf_put_str(out, ",\"fields\":{},\"proves\":[]");
}

static void text_entity(struct buf *out, const struct act_entity *e)
{
	if (e->kind == ENTITY_NONE) {
		buf_put_byte(out, '-');
		return;
	}
	buf_put_terminal(out, e->name.n ? e->name : e->key, VALUE_CHARACTERS);
	if (e->pid)
		buf_printf(out, "#%u", e->pid);
}

void act_text(struct buf *out, const struct act *a, const struct act_repeats *r)
{
	char time[32] = "(no time)";

	if (a->time.set)
		when_format(a->time, time);
	buf_printf(out, "%-28s ", time);
	buf_put_terminal(out, a->host.n ? a->host : slice_str("-"), 24);
	buf_printf(out, " %s ", activity_text(a->op));
	text_entity(out, &a->subject);
	buf_put_str(out, " > ");
	text_entity(out, &a->object);
	if (r->count > 1)
		buf_printf(out, " (%u times)", r->count);
	for (size_t i = 0; i < ATTRIBUTE_COUNT; i++) {
		if (!a->attributes[i].n)
			continue;
		buf_printf(out, " %s=", attribute_text((enum attribute)i));
		buf_put_terminal(out, a->attributes[i], VALUE_CHARACTERS);
	}
}
