/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/path.h"

#include "base/buf.h"
#include "base/utf.h"

/* The byte that stands at s[at], and how many bytes of s say it. %00 stays as it is written. */
static uint8_t decoded(struct slice s, size_t at, size_t *used)
{
	uint8_t c;

	*used = slice_percent(s, at, &c) && c ? 3 : 1;
	return *used == 3 ? c : s.p[at];
}

static void put(struct buf *b, struct slice s)
{
	size_t used;

	for (size_t i = 0; i < s.n; i += used) {
		uint8_t c = decoded(s, i, &used);

		buf_put_byte(b, c == '\\' ? '/' : c ? c : '?');
	}
}

struct slice path_as_found(struct arena *a, struct slice path, struct slice inner)
{
	struct buf b = { 0 };
	struct slice all;

	put(&b, path);
	if (inner.p) {
		buf_put_byte(&b, '/');
		put(&b, inner);
	}
	all = utf8_repair(a, buf_slice(&b));
	if (all.n > PATH_BYTES_MAX) {
		size_t slash;

		all = slice_from(all, all.n - PATH_BYTES_MAX);
		slash = slice_find(all, '/');
		all = slice_from(all, slash < all.n ? slash : 0);
		while (all.n && (all.p[0] & 0xc0) == 0x80)
			all = slice_from(all, 1);
	}
	all = arena_keep(a, all);
	buf_done(&b);
	return all;
}

struct slice path_name(struct slice path)
{
	size_t at = path.n;

	while (at && path.p[at - 1] != '/' && path.p[at - 1] != '\\')
		at--;
	return slice_from(path, at);
}

size_t path_decode_lower(struct slice part, uint8_t *room)
{
	size_t n = 0, used;

	for (size_t i = 0; i < part.n; i += used)
		room[n++] = ascii_lower(decoded(part, i, &used));
	return n;
}
