/* SPDX-License-Identifier: Apache-2.0 */
#include "input/hive/shim.h"

#include "base/cursor.h"

#define XP_SLOT_BYTES 552u
#define XP_PATH_BYTES 528u

static struct slice until_nul(struct slice s)
{
	size_t n = 0;

	while (n + 2 <= s.n && (s.p[n] || s.p[n + 1]))
		n += 2;
	return slice_head(s, n);
}

static bool is_entry(struct slice data, size_t at)
{
	struct slice e = slice_from(data, at), eight = SLICE("00ts"), later = SLICE("10ts");

	return slice_starts(e, eight) || slice_starts(e, later);
}

/* Entries behind a header of a size of its own, each with its size. */
static bool open_sized(struct shim *s)
{
	uint32_t first = load_u32(s->data.p);

	if (is_entry(s->data, 128)) {
		s->layout = SHIM_8;
		s->at = 128;
	} else if ((first == 0x30 || first == 0x34) && is_entry(s->data, first)) {
		s->layout = SHIM_10;
		s->at = first;
	} else {
		return false;
	}
	s->capacity = 1024;
	return true;
}

bool shim_open(struct shim *s, struct slice data)
{
	*s = (struct shim){ .data = data };
	if (data.n < 8)
		return false;
	s->left = load_u32(data.p + 4);
	switch (load_u32(data.p)) {
	case 0xdeadbeef:
		s->layout = SHIM_XP;
		s->at = 400;
		s->capacity = 96;
		return true;
	case 0xbadc0ffe:
		s->layout = SHIM_2003;
		s->at = 8;
		s->capacity = 512;
		break;
	case 0xbadc0fee:
		s->layout = SHIM_7;
		s->at = 128;
		s->capacity = 1024;
		break;
	default:
		return open_sized(s);
	}
	/* The upper half of nothing, where a path's place would stand in a 32-bit entry. */
	s->wide = s->at + 8 <= data.n && load_u32(data.p + s->at + 4) == 0;
	return true;
}

static size_t step_of(const struct shim *s)
{
	switch (s->layout) {
	case SHIM_XP:
		return XP_SLOT_BYTES;
	case SHIM_2003:
		return s->wide ? 32 : 24;
	case SHIM_7:
		return s->wide ? 48 : 32;
	default:
		return 0;
	}
}

static bool read_slot(const struct shim *s, size_t at, struct shim_entry *ret)
{
	struct slice e;

	if (!slice_sub(s->data, at, XP_SLOT_BYTES, &e))
		return false;
	*ret = (struct shim_entry){ .at = at, .path = until_nul(slice_head(e, XP_PATH_BYTES)),
				    .modified = load_u64(e.p + XP_PATH_BYTES) };
	return true;
}

static bool read_fixed(const struct shim *s, size_t at, struct shim_entry *ret)
{
	struct slice e, path;

	if (!slice_sub(s->data, at, step_of(s), &e))
		return false;
	uint64_t place = s->wide ? load_u64(e.p + 8) : load_u32(e.p + 4);
	size_t time = s->wide ? 16 : 8;

	if (!slice_sub(s->data, place, load_u16(e.p), &path))
		return false;
	*ret = (struct shim_entry){ .at = at, .path = until_nul(path), .modified = load_u64(e.p + time) };
	if (s->layout == SHIM_7)
		ret->executed = load_u32(e.p + time + 8) & 2 ? SHIM_YES : SHIM_NO;
	return true;
}

static bool read_sized(const struct shim *s, size_t at, struct shim_entry *ret)
{
	struct cursor c = cursor_of(slice_from(s->data, at));

	cursor_skip(&c, 8);
	struct cursor body = cursor_of(cursor_sized(&c));

	*ret = (struct shim_entry){ .at = at };
	ret->path = until_nul(cursor_take(&body, cursor_u16(&body)));
	if (s->layout == SHIM_8) {
		ret->package = until_nul(cursor_take(&body, cursor_u16(&body)));
		ret->executed = cursor_u32(&body) & 2 ? SHIM_YES : SHIM_NO;
		cursor_skip(&body, 4);
	}
	ret->modified = cursor_u64(&body);
	bool whole = c.ok && body.ok;
	struct slice more = cursor_sized(&body);

	if (s->layout == SHIM_10 && body.ok && more.n >= 4) {
		ret->has_dword = true;
		ret->dword = load_u32(more.p + more.n - 4);
	}
	return whole;
}

bool shim_read(const struct shim *s, size_t at, struct shim_entry *ret)
{
	switch (s->layout) {
	case SHIM_XP:
		return read_slot(s, at, ret);
	case SHIM_2003:
	case SHIM_7:
		return read_fixed(s, at, ret);
	default:
		return is_entry(s->data, at) && read_sized(s, at, ret);
	}
}

static bool next_sized(struct shim *s, struct shim_entry *ret)
{
	if (s->at >= s->data.n)
		return false;
	if (!is_entry(s->data, s->at)) {
		/* What follows the last one is zeros. */
		for (size_t i = s->at; i < s->data.n && !s->why; i++)
			s->why = s->data.p[i] ? "bytes that are no entry" : NULL;
		return false;
	}
	if (!read_sized(s, s->at, ret)) {
		s->why = "an entry that is cut off";
		return false;
	}
	s->at += 12 + (size_t)load_u32(s->data.p + s->at + 8);
	return true;
}

bool shim_next(struct shim *s, struct shim_entry *ret)
{
	size_t step = step_of(s);

	if (s->why)
		return false;
	if (!step)
		return next_sized(s, ret);
	for (; s->left > 0; s->at += step, s->left--) {
		if (!shim_read(s, s->at, ret)) {
			s->why = "an entry that is cut off, or whose path is";
			return false;
		}
		if (s->layout == SHIM_XP && !ret->path.n)
			continue; /* an empty slot */
		s->claimed += ret->path.n;
		if (s->claimed > s->data.n) {
			s->why = "paths that overlap";
			return false;
		}
		s->at += step;
		s->left--;
		return true;
	}
	return false;
}
