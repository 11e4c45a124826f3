/* SPDX-License-Identifier: Apache-2.0 */
#include "input/mft/entry.h"

#include "base/heap.h"
#include "base/utf.h"

#include <stdlib.h>

void mft_entry_init(struct mft_entry *e)
{
	*e = (struct mft_entry){ 0 };
	/* At most MFT_EXTENSIONS_MAX records and MFT_STREAMS_MAX contents. */
	arena_init(&e->arena, 0);
}

void mft_entry_done(struct mft_entry *e)
{
	arena_done(&e->arena);
	free(e->names);
	free(e->streams);
}

/* Text where it is some, else bytes. */
static struct value content_of(struct slice s)
{
	if (s.n >= 2 && s.p[0] == 0xff && s.p[1] == 0xfe)
		return (struct value){ .type = VALUE_UTF16, .s = slice_from(s, 2) };
	if (utf8_valid(s) && !memchr(s.n ? s.p : (const uint8_t *)"", 0, s.n))
		return value_text_of(s);
	return (struct value){ .type = VALUE_BYTES, .s = s };
}

static bool is_zone_identifier(struct slice name)
{
	static const char text[] = "Zone.Identifier";

	if (name.n != 2 * (sizeof(text) - 1))
		return false;
	for (size_t i = 0; i < name.n; i += 2)
		if (ascii_lower(name.p[i]) != ascii_lower((uint8_t)text[i / 2]) || name.p[i + 1])
			return false;
	return true;
}

static void take_stream(struct mft_entry *e, const struct mft_attribute *a)
{
	struct value_member *m;
	bool shown = a->resident && a->value.n <= MFT_CONTENT_MAX;

	if (e->stream_count == MFT_STREAMS_MAX) {
		e->cut = true;
		return;
	}
	m = arena_array(&e->arena, 3, sizeof(*m));
	m[0] = (struct value_member){ "name", { .type = VALUE_UTF16, .s = a->name } };
	m[1] = (struct value_member){ "size", { .type = VALUE_UINT, .u = a->size } };
	if (shown)
		m[2] = (struct value_member){ "content", content_of(a->value) };
	e->streams = heap_room(e->streams, e->stream_count, &e->stream_cap, sizeof(*e->streams));
	e->streams[e->stream_count++] =
		(struct value){ .type = VALUE_OBJECT, .members = m, .count = shown ? 3 : 2 };
	if (a->resident && is_zone_identifier(a->name))
		e->zone = zone_read(value_text(content_of(a->value), &e->arena));
}

static void take_name(struct mft_entry *e, struct slice value)
{
	struct mft_file_name f;

	if (!mft_file_name_read(value, &f)) {
		e->damaged = true;
		return;
	}
	if (f.space == MFT_DOS)
		return;
	if (e->name_count == MFT_NAMES_MAX) {
		e->cut = true;
		return;
	}
	e->names = heap_room(e->names, e->name_count, &e->name_cap, sizeof(*e->names));
	e->names[e->name_count++] = f;
}

static void take_record(struct mft_entry *e, const struct mft_record *r)
{
	struct mft_attribute a;
	size_t at = r->first;

	while (mft_attribute_next(r, &at, &a, &e->damaged)) {
		if (a.type == MFT_STANDARD_INFORMATION && a.value.n >= 32)
			e->times = a.value.p;
		else if (a.type == MFT_FILE_NAME && a.resident)
			take_name(e, a.value);
		else if (a.type == MFT_DATA && !a.continued && a.name.n)
			take_stream(e, &a);
		else if (a.type == MFT_DATA && !a.continued)
			e->size = a.size;
	}
}

void mft_entry_read(struct mft_entry *e, const struct mft_tree *t, uint32_t number)
{
	uint32_t i = number;

	arena_reset(&e->arena);
	e->name_count = e->stream_count = 0;
	e->torn = e->damaged = e->cut = false;
	e->times = NULL;
	e->size = 0;
	e->zone = (struct zone){ .id = { NULL, 0 } };
	e->number = number;
	for (uint32_t n = 0;; n++) {
		struct mft_record r;
		uint8_t *room = arena_alloc(&e->arena, t->record_bytes);

		if (mft_record_open(mft_tree_raw(t, i), room, &r) == MFT_GOOD) {
			if (i == number) {
				e->sequence = r.sequence;
				e->flags = r.flags;
			}
			e->torn |= mft_record_torn(mft_tree_raw(t, i));
			take_record(e, &r);
		}
		i = t->nodes[i].next;
		if (i == 0)
			return;
		if (n == MFT_EXTENSIONS_MAX) {
			e->cut = true;
			return;
		}
	}
}
