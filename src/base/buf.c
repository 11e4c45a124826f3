/* SPDX-License-Identifier: Apache-2.0 */
#include "base/buf.h"

#include "base/heap.h"
#include "base/utf.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

void buf_done(struct buf *b)
{
	free(b->p);
	*b = (struct buf){ 0 };
}

void buf_reserve(struct buf *b, size_t n)
{
	size_t want;

	if (b->cap - b->n >= n)
		return;
	if (__builtin_add_overflow(b->n, n, &want) || want > SIZE_MAX / 2)
		abort();
	b->cap = want < 256 ? 256 : want + want / 2;
	b->p = heap_grow(b->p, b->cap);
}

void buf_put(struct buf *b, struct slice s)
{
	if (s.n == 0)
		return;
	buf_reserve(b, s.n);
	memcpy(b->p + b->n, s.p, s.n);
	b->n += s.n;
}

void buf_put_str(struct buf *b, const char *s)
{
	buf_put(b, slice_str(s));
}

void buf_put_byte(struct buf *b, uint8_t c)
{
	buf_reserve(b, 1);
	b->p[b->n++] = c;
}

void buf_printf(struct buf *b, const char *format, ...)
{
	va_list args;
	int n;

	buf_reserve(b, 128);
	va_start(args, format);
	n = vsnprintf((char *)b->p + b->n, b->cap - b->n, format, args);
	va_end(args);
	if (n < 0)
		return;
	if ((size_t)n >= b->cap - b->n) {
		buf_reserve(b, (size_t)n + 1);
		va_start(args, format);
		vsnprintf((char *)b->p + b->n, b->cap - b->n, format, args);
		va_end(args);
	}
	b->n += (size_t)n;
}

void buf_put_u64(struct buf *b, uint64_t v)
{
	char text[20];
	size_t at = sizeof(text);

	do {
		text[--at] = (char)('0' + v % 10);
		v /= 10;
	} while (v);
	buf_put(b, slice_of(text + at, sizeof(text) - at));
}

void buf_put_i64(struct buf *b, int64_t v)
{
	if (v < 0)
		buf_put_byte(b, '-');
	buf_put_u64(b, v < 0 ? 0 - (uint64_t)v : (uint64_t)v);
}

static void put_json_control(struct buf *b, uint8_t c)
{
	static const char hex[] = "0123456789abcdef";

	switch (c) {
	case '"':
		buf_put_str(b, "\\\"");
		break;
	case '\\':
		buf_put_str(b, "\\\\");
		break;
	case '\n':
		buf_put_str(b, "\\n");
		break;
	case '\r':
		buf_put_str(b, "\\r");
		break;
	case '\t':
		buf_put_str(b, "\\t");
		break;
	default:
		buf_put_str(b, "\\u00");
		buf_put_byte(b, (uint8_t)hex[c >> 4]);
		buf_put_byte(b, (uint8_t)hex[c & 15]);
	}
}

/* Plain ASCII that JSON takes as it is. */
static bool json_plain(uint8_t c)
{
	return c >= 0x20 && c < 0x7f && c != '"' && c != '\\';
}

void buf_put_json(struct buf *b, struct slice s)
{
	size_t at = 0;

	buf_reserve(b, s.n + 2);
	buf_put_byte(b, '"');
	while (at < s.n) {
		size_t start = at;
		uint8_t utf[4];

		while (at < s.n && json_plain(s.p[at]))
			at++;
		buf_put(b, slice_of(s.p + start, at - start));
		if (at == s.n)
			break;
		if (s.p[at] < 0x80) {
			put_json_control(b, s.p[at++]);
			continue;
		}
		size_t n = utf8_put(utf, utf8_next(s, &at));

		buf_put(b, slice_of(utf, n));
	}
	buf_put_byte(b, '"');
}

void buf_json_comma(struct buf *b)
{
	if (b->n == 0)
		return;
	uint8_t last = b->p[b->n - 1];

	if (last != '{' && last != '[' && last != '\n')
		buf_put_byte(b, ',');
}

void buf_json_key(struct buf *b, const char *name)
{
	buf_json_comma(b);
	buf_put_byte(b, '"');
	buf_put_str(b, name);
	buf_put_str(b, "\":");
}

void buf_json_text(struct buf *b, const char *name, struct slice s)
{
	buf_json_key(b, name);
	if (s.p)
		buf_put_json(b, s);
	else
		buf_put_str(b, "null");
}

void buf_json_u64(struct buf *b, const char *name, uint64_t v)
{
	buf_json_key(b, name);
	buf_put_u64(b, v);
}

/* Marks that turn the direction of what follows: "exe.fdp" would be read as "pdf.exe". */
static bool turns_text(uint32_t c)
{
	return c == 0x61c || c == 0x200e || c == 0x200f || (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069);
}

void buf_put_terminal(struct buf *b, struct slice s, size_t width)
{
	size_t at = 0, shown = 0;

	while (at < s.n) {
		size_t start = at;
		uint32_t c = utf8_next(s, &at);
		/* U+FFFD from three bytes was in the text itself; from anything else it is a repair. */
		bool bad = c == 0xfffd && !(at - start == 3 && s.p[start] == 0xef);

		bool escaped = c < 0x20 || (c >= 0x7f && c < 0xa0) || bad || turns_text(c);
		size_t takes = escaped ? 4 * (at - start) : 1;

		if (width && shown + takes + (at < s.n) > width) {
			buf_put_str(b, "\xe2\x80\xa6");
			return;
		}
		for (size_t i = start; i < at && escaped; i++)
			buf_printf(b, "\\x%02x", s.p[i]);
		if (!escaped)
			buf_put(b, slice_of(s.p + start, at - start));
		shown += takes;
	}
}

void buf_put_u8(struct buf *b, uint8_t v)
{
	buf_put_byte(b, v);
}

void buf_put_le32(struct buf *b, uint32_t v)
{
	uint8_t le[4] = { (uint8_t)v, (uint8_t)(v >> 8), (uint8_t)(v >> 16), (uint8_t)(v >> 24) };

	buf_put(b, slice_of(le, sizeof(le)));
}

void buf_put_le64(struct buf *b, uint64_t v)
{
	buf_put_le32(b, (uint32_t)v);
	buf_put_le32(b, (uint32_t)(v >> 32));
}

void buf_put_sized(struct buf *b, struct slice s)
{
	if (s.n > UINT32_MAX)
		abort();
	buf_put_le32(b, (uint32_t)s.n);
	buf_put(b, s);
}

void buf_put_varint(struct buf *b, uint64_t v)
{
	buf_reserve(b, 10);
	for (; v >= 0x80; v >>= 7)
		b->p[b->n++] = (uint8_t)(v | 0x80);
	b->p[b->n++] = (uint8_t)v;
}
