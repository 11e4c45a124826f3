/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/wide.h"

#include "base/heap.h"
#include "base/utf.h"

#include <stdlib.h>

static bool is_plain(uint8_t c)
{
	return (c >= 0x20 && c < 0x7f) || c == '\t' || c == '\r' || c == '\n';
}

enum wide_kind wide_detect(struct slice head, size_t *ret_mark)
{
	*ret_mark = 0;
	if (head.n < 4)
		return WIDE_NO;
	if (head.p[0] == 0xff && head.p[1] == 0xfe && (head.p[2] || head.p[3])) {
		*ret_mark = 2;
		return WIDE_LITTLE;
	}
	if (head.p[0] == 0xfe && head.p[1] == 0xff) {
		*ret_mark = 2;
		return WIDE_BIG;
	}
	if (is_plain(head.p[0]) && !head.p[1] && is_plain(head.p[2]) && !head.p[3])
		return WIDE_LITTLE;
	return WIDE_NO;
}

static void swap(uint8_t *p, size_t n)
{
	for (size_t i = 0; i + 1 < n; i += 2) {
		uint8_t c = p[i];

		p[i] = p[i + 1];
		p[i + 1] = c;
	}
}

size_t wide_head(enum wide_kind kind, struct slice head, uint8_t *room, size_t room_bytes)
{
	uint8_t units[2048];
	struct arena a;
	struct slice text = slice_head(head, sizeof(units));

	text.n &= ~(size_t)1;
	if (text.n)
		memcpy(units, text.p, text.n);
	if (kind == WIDE_BIG)
		swap(units, text.n);
	arena_init(&a, 0);
	text = slice_head(utf16le_to_utf8(&a, slice_of(units, text.n)), room_bytes);
	if (text.n)
		memcpy(room, text.p, text.n);
	arena_done(&a);
	return text.n;
}

void wide_init(struct wide *w, enum wide_kind kind, size_t mark)
{
	*w = (struct wide){ .kind = kind, .file_at = mark };
	arena_init(&w->arena, 0);
}

void wide_done(struct wide *w)
{
	arena_done(&w->arena);
	free(w->raw);
}

uint8_t *wide_room(struct wide *w, size_t n)
{
	if (w->raw_kept + n > w->raw_cap) {
		w->raw_cap = w->raw_kept + n;
		w->raw = heap_grow(w->raw, w->raw_cap);
	}
	return w->raw + w->raw_kept;
}

/* How much of n bytes can be converted before more come. */
static size_t whole_characters(const uint8_t *p, size_t n)
{
	n &= ~(size_t)1;
	if (n >= 2 && (p[n - 1] & 0xfc) == 0xd8)
		n -= 2;
	return n;
}

struct slice wide_convert(struct wide *w, size_t n, bool last)
{
	size_t have = w->raw_kept + n, use;

	/* What was kept is in the file's order still: half a unit cannot be swapped. */
	if (w->kind == WIDE_BIG)
		swap(w->raw, have);
	use = last ? have : whole_characters(w->raw, have);
	arena_reset(&w->arena);
	struct slice text = utf16le_to_utf8(&w->arena, slice_of(w->raw, use));

	w->raw_kept = have - use;
	if (w->kind == WIDE_BIG && w->raw_kept > 1)
		swap(w->raw + use, w->raw_kept);
	memmove(w->raw, w->raw + use, w->raw_kept);
	w->utf8_total += text.n;
	return text;
}

uint64_t wide_place(struct wide *w, struct slice window, uint64_t from, uint64_t place)
{
	if (place <= w->utf8_at || w->utf8_at < from)
		return w->file_at;
	size_t begin = (size_t)(w->utf8_at - from), end = (size_t)(place - from);

	for (size_t i = begin; i < end && i < window.n; i++) {
		uint8_t c = window.p[i];

		w->file_at += (c & 0xc0) == 0x80 ? 0 : c >= 0xf0 ? 4 : 2;
	}
	w->utf8_at = place;
	return w->file_at;
}
