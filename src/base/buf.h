/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * A growable run of bytes that we write: output lines, JSON, messages between processes.
 * Owned by the struct; buf_clear() keeps the memory for reuse. The JSON writers escape for
 * JSON; what goes to a terminal is escaped by buf_put_terminal().
 */
#include "base/slice.h"

struct buf {
	uint8_t *p;
	size_t n, cap;
};

void buf_done(struct buf *b);
static inline void buf_clear(struct buf *b)
{
	b->n = 0;
}
static inline struct slice buf_slice(const struct buf *b)
{
	return slice_of(b->p, b->n);
}

/* Room for n more bytes behind the end. */
void buf_reserve(struct buf *b, size_t n);
void buf_put(struct buf *b, struct slice s);
void buf_put_str(struct buf *b, const char *s);
void buf_put_byte(struct buf *b, uint8_t c);
void buf_printf(struct buf *b, const char *format, ...) __attribute__((format(printf, 2, 3)));
void buf_put_u64(struct buf *b, uint64_t v); /* decimal */
void buf_put_i64(struct buf *b, int64_t v);

/* A JSON string with its quotes. Bytes that are not valid UTF-8 become U+FFFD. */
void buf_put_json(struct buf *b, struct slice s);
/* "name": with a comma before it unless the last byte is { or [. name needs no escaping. */
void buf_json_key(struct buf *b, const char *name);
/* buf_json_key + string; a slice with p NULL gives null. */
void buf_json_text(struct buf *b, const char *name, struct slice s);
void buf_json_u64(struct buf *b, const char *name, uint64_t v);
/* A comma unless the last byte is { [ or nothing: for array elements. */
void buf_json_comma(struct buf *b);

/* Text for a terminal: control characters (C0, DEL, C1, marks of direction) and bytes that are not UTF-8
 * become \xNN; with width > 0 cut to that many characters, the last one an ellipsis. */
void buf_put_terminal(struct buf *b, struct slice s, size_t width);

/* Fixed little-endian numbers and length-prefixed slices: what cursor.h reads back. */
void buf_put_u8(struct buf *b, uint8_t v);
void buf_put_le32(struct buf *b, uint32_t v);
void buf_put_le64(struct buf *b, uint64_t v);
void buf_put_sized(struct buf *b, struct slice s); /* u32 length, then the bytes */
/* Seven bits a byte, the lowest first (LEB128); signed ones zigzag, so that small stays short. */
void buf_put_varint(struct buf *b, uint64_t v);
static inline void buf_put_zigzag(struct buf *b, int64_t v)
{
	buf_put_varint(b, (uint64_t)v << 1 ^ (v < 0 ? UINT64_MAX : 0));
}
