/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/wire.h"

#include "engine/engine.h"

#include <string.h>

void engine_message(struct buf *out, uint8_t type, struct slice payload)
{
	buf_put_u8(out, type);
	buf_put_sized(out, payload);
}

void wire_put_optional(struct buf *b, struct slice s)
{
	buf_put_u8(b, s.p != NULL);
	buf_put_sized(b, s);
}

struct slice wire_take_optional(struct cursor *c)
{
	bool there = cursor_u8(c) != 0;
	struct slice s = cursor_sized(c);

	if (!there)
		return slice_of(NULL, 0);
	return s.p ? s : slice_str("");
}

void wire_note(struct buf *out, uint64_t offset, bool lost, const char *why)
{
	struct buf b = { 0 };

	buf_put_le64(&b, offset);
	buf_put_u8(&b, lost);
	buf_put_sized(&b, slice_str(why));
	engine_message(out, WIRE_NOTE, buf_slice(&b));
	buf_done(&b);
}

void wire_done(struct buf *out, uint64_t records, uint64_t events, uint64_t bytes)
{
	struct buf b = { 0 };

	buf_put_le64(&b, records);
	buf_put_le64(&b, events);
	buf_put_le64(&b, bytes);
	engine_message(out, WIRE_DONE, buf_slice(&b));
	buf_done(&b);
}

/* The text of the first of the fields that the record has. */
static struct slice text_of(struct event *ev, const char *name, const char *otherwise)
{
	for (uint32_t i = 0; i < ev->n; i++)
		if (!ev->fields[i].made && (slice_is(ev->fields[i].name, name) || slice_is(ev->fields[i].name, otherwise)))
			return event_text(ev, &ev->fields[i]);
	return slice_of(NULL, 0);
}

static void put_machine(struct buf *out, struct slice host, struct slice number, struct slice os, struct slice zone)
{
	const struct slice texts[] = { host, number, os, zone };
	struct buf b = { 0 };

	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		buf_put_sized(&b, slice_head(texts[i], WIRE_TEXT_BYTES));
	engine_message(out, WIRE_MACHINE, buf_slice(&b));
	buf_done(&b);
}

void wire_machine_name(struct buf *out, struct slice host)
{
	struct slice none = { NULL, 0 };

	put_machine(out, host, none, none, none);
}

bool wire_machine(struct buf *out, struct event *ev)
{
	if (!ev->kind || strcmp(ev->kind, "machine") != 0)
		return false;
	put_machine(out, ev->host.n ? ev->host : text_of(ev, "name", "name"), text_of(ev, "machine_guid", "machine_id"),
		    text_of(ev, "os", "os"), text_of(ev, "time_zone", "time_zone"));
	return true;
}

void wire_command_put(struct buf *b, const struct wire_command *c)
{
	size_t cut = c->path.n > WIRE_TEXT_BYTES ? c->path.n - WIRE_TEXT_BYTES : 0;

	buf_put_u8(b, c->job);
	buf_put_le32(b, c->format);
	buf_put_le64(b, c->base);
	buf_put_le64(b, c->file_bytes);
	buf_put_le64(b, c->begin);
	buf_put_le64(b, c->end);
	buf_put_le64(b, (uint64_t)c->modified);
	buf_put_sized(b, slice_from(c->path, cut));
	buf_put_sized(b, slice_head(c->host, WIRE_TEXT_BYTES));
	for (size_t i = 0; i < INPUT_BESIDE; i++) {
		buf_put_u8(b, c->beside[i].there);
		buf_put_le64(b, c->beside[i].base);
		buf_put_le64(b, c->beside[i].bytes);
	}
}

bool wire_command_get(struct slice s, struct wire_command *c)
{
	struct cursor in = cursor_of(s);

	c->job = cursor_u8(&in);
	c->format = cursor_u32(&in);
	c->base = cursor_u64(&in);
	c->file_bytes = cursor_u64(&in);
	c->begin = cursor_u64(&in);
	c->end = cursor_u64(&in);
	c->modified = (int64_t)cursor_u64(&in);
	c->path = cursor_sized(&in);
	c->host = cursor_sized(&in);
	for (size_t i = 0; i < INPUT_BESIDE; i++) {
		c->beside[i].there = cursor_u8(&in) != 0;
		c->beside[i].base = cursor_u64(&in);
		c->beside[i].bytes = cursor_u64(&in);
	}
	return in.ok && cursor_left(&in) == 0;
}
