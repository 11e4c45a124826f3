/* SPDX-License-Identifier: Apache-2.0 */
#include "input/plist/bookmark.h"

#include "base/cursor.h"
#include "base/utf.h"

#define TYPE_TEXT 0x0101u
#define TYPE_LIST 0x0601u
#define KEY_PATH 0x1004u
#define KEY_SHOWN 0xf017u
#define TABLES_MAX 8u
#define ENTRIES_MAX 1024u
#define PARTS_MAX 512u
#define PATH_BYTES ((size_t)64 << 10)

/* The item at an offset of the data, if it is of that type; p NULL otherwise. */
static struct slice item(struct slice data, uint32_t offset, uint32_t type)
{
	struct slice rest;
	struct cursor c;

	if (offset >= data.n)
		return slice_of(NULL, 0);
	rest = slice_from(data, offset);
	c = cursor_of(rest);
	uint32_t n = cursor_u32(&c), is = cursor_u32(&c);
	struct slice s = cursor_take(&c, n);

	return c.ok && is == type ? s : slice_of(NULL, 0);
}

static struct slice join(struct slice data, struct slice parts, struct arena *a)
{
	uint8_t *room = arena_alloc(a, PATH_BYTES);
	struct cursor c = cursor_of(parts);
	size_t n = 0;

	for (unsigned i = 0; room && i < PARTS_MAX && cursor_left(&c) >= 4; i++) {
		struct slice part = item(data, cursor_u32(&c), TYPE_TEXT);

		if (!part.n || n + 1 + part.n > PATH_BYTES)
			break;
		room[n++] = '/';
		memcpy(room + n, part.p, part.n);
		n += part.n;
	}
	return n ? utf8_repair(a, slice_of(room, n)) : slice_of(NULL, 0);
}

bool bookmark_read(struct bookmark *ret, struct slice blob, struct arena *a)
{
	static const struct slice magic = SLICE("book");
	struct bookmark b = { 0 };
	struct slice data;
	uint32_t table;

	if (!slice_starts(blob, magic) || blob.n < 20 || load_u32(blob.p + 12) < 16 ||
	    load_u32(blob.p + 12) > blob.n - 4)
		return false;
	data = slice_from(blob, load_u32(blob.p + 12));
	table = load_u32(data.p);
	for (unsigned t = 0; t < TABLES_MAX && table && table < data.n; t++) {
		struct cursor c = cursor_of(slice_from(data, table));

		cursor_skip(&c, 12); /* size, mark, id */
		table = cursor_u32(&c);
		uint32_t count = cursor_u32(&c);

		for (uint32_t i = 0; i < count && i < ENTRIES_MAX && cursor_left(&c) >= 12; i++) {
			uint32_t key = cursor_u32(&c), offset = cursor_u32(&c);

			cursor_skip(&c, 4);
			if (key == KEY_PATH && !b.path.n)
				b.path = join(data, item(data, offset, TYPE_LIST), a);
			else if (key == KEY_SHOWN && !b.name.n)
				b.name = item(data, offset, TYPE_TEXT);
		}
	}
	if (!b.path.n)
		return false;
	*ret = b;
	return true;
}
