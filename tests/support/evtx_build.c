/* SPDX-License-Identifier: Apache-2.0 */
#include "evtx_build.h"

#include "base/cursor.h"

#include <string.h>
#include <zlib.h>

static void put_wide(struct buf *b, const char *text)
{
	for (; *text; text++) {
		buf_put_u8(b, (uint8_t)*text);
		buf_put_u8(b, 0);
	}
}

static void put_u16(struct buf *b, unsigned v)
{
	buf_put_u8(b, (uint8_t)v);
	buf_put_u8(b, (uint8_t)(v >> 8));
}

static void set_u32(struct buf *b, size_t at, uint32_t v)
{
	for (size_t i = 0; i < 4; i++)
		b->p[at + i] = (uint8_t)(v >> (8 * i));
}

static void set_u64(struct buf *b, size_t at, uint64_t v)
{
	set_u32(b, at, (uint32_t)v);
	set_u32(b, at + 4, (uint32_t)(v >> 32));
}

static void put_zeroes(struct buf *b, size_t until)
{
	while (b->n < until)
		buf_put_u8(b, 0);
}

void evtx_start(struct evtx_build *b)
{
	*b = (struct evtx_build){ 0 };
	put_zeroes(&b->chunk, EVTX_FIRST_RECORD);
}

void evtx_done(struct evtx_build *b)
{
	buf_done(&b->chunk);
	buf_done(&b->file);
}

void evtx_record(struct evtx_build *b)
{
	b->record_at = b->chunk.n;
	buf_put(&b->chunk, slice_of("**\0\0", 4));
	buf_put_le32(&b->chunk, 0);
	buf_put_le64(&b->chunk, ++b->records);
	/* 2024-01-01T00:00:00Z and as many seconds as there are records. */
	buf_put_le64(&b->chunk, (UINT64_C(13348540800) + b->records) * 10000000);
}

void evtx_record_end(struct evtx_build *b)
{
	while ((b->chunk.n - b->record_at) % 8 != 4)
		buf_put_u8(&b->chunk, 0);
	uint32_t size = (uint32_t)(b->chunk.n - b->record_at + 4);

	buf_put_le32(&b->chunk, size);
	set_u32(&b->chunk, b->record_at + 4, size);
}

/* Where the last `n` records begin. */
static size_t end_before(const struct evtx_build *b, unsigned n)
{
	size_t at = EVTX_FIRST_RECORD;

	for (uint64_t i = 0; i + n < b->records; i++)
		at += load_u32(b->chunk.p + at + 4);
	return at;
}

static uint32_t sum(const uint8_t *p, size_t n, uint32_t before)
{
	return (uint32_t)crc32(before, p, (uInt)n);
}

static void chunk_header(struct evtx_build *b, unsigned slack)
{
	struct buf *c = &b->chunk;
	size_t free_at = end_before(b, slack);

	memcpy(c->p, "ElfChnk", 8);
	set_u64(c, 8, 1);
	set_u64(c, 16, b->records - slack);
	set_u64(c, 24, 1);
	set_u64(c, 32, b->records - slack);
	set_u32(c, 40, 128);
	set_u32(c, 48, (uint32_t)free_at);
	set_u32(c, 52, sum(c->p + EVTX_FIRST_RECORD, free_at - EVTX_FIRST_RECORD, 0));
	put_zeroes(c, EVTX_CHUNK);
	set_u32(c, 124, sum(c->p + 128, 384, sum(c->p, 120, 0)));
}

struct slice evtx_finish(struct evtx_build *b, unsigned slack)
{
	struct buf *f = &b->file;

	chunk_header(b, slack);
	buf_clear(f);
	buf_put(f, slice_of("ElfFile\0", 8));
	put_zeroes(f, EVTX_FILE_HEADER);
	set_u64(f, 24, b->records + 1);
	set_u32(f, 32, 128);
	set_u32(f, 36, 3u << 16 | 1);
	set_u32(f, 40, 1u << 16 | EVTX_FILE_HEADER);
	set_u32(f, 124, sum(f->p, 120, 0));
	buf_put(f, buf_slice(&b->chunk));
	return buf_slice(f);
}

/* A name reference with the name right behind it. */
static void put_name(struct evtx_build *b, const char *name)
{
	uint32_t h = 0;

	for (const char *c = name; *c; c++)
		h = h * 65599 + (uint8_t)*c;
	buf_put_le32(&b->chunk, (uint32_t)b->chunk.n + 4);
	buf_put_le32(&b->chunk, 0);
	put_u16(&b->chunk, h & 0xffff);
	put_u16(&b->chunk, (unsigned)strlen(name));
	put_wide(&b->chunk, name);
	put_u16(&b->chunk, 0);
}

void evtx_fragment(struct evtx_build *b)
{
	buf_put(&b->chunk, slice_of("\x0f\x01\x01\0", 4));
}

void evtx_open(struct evtx_build *b, const char *name, bool attributes, bool dependency)
{
	buf_put_u8(&b->chunk, attributes ? 0x41 : 0x01);
	if (dependency)
		put_u16(&b->chunk, 0xffff);
	buf_put_le32(&b->chunk, 0); /* the element's size: no reader of ours needs it */
	put_name(b, name);
	if (attributes)
		buf_put_le32(&b->chunk, 0);
}

void evtx_attribute(struct evtx_build *b, const char *name)
{
	buf_put_u8(&b->chunk, 0x06);
	put_name(b, name);
}

void evtx_content(struct evtx_build *b)
{
	buf_put_u8(&b->chunk, 0x02);
}

void evtx_empty(struct evtx_build *b)
{
	buf_put_u8(&b->chunk, 0x03);
}

void evtx_close(struct evtx_build *b)
{
	buf_put_u8(&b->chunk, 0x04);
}

void evtx_end(struct evtx_build *b)
{
	buf_put_u8(&b->chunk, 0x00);
}

void evtx_text(struct evtx_build *b, const char *text)
{
	buf_put(&b->chunk, slice_of("\x05\x01", 2));
	put_u16(&b->chunk, (unsigned)strlen(text));
	put_wide(&b->chunk, text);
}

void evtx_substitution(struct evtx_build *b, uint16_t index, uint8_t type)
{
	buf_put_u8(&b->chunk, 0x0e);
	put_u16(&b->chunk, index);
	buf_put_u8(&b->chunk, type);
}

void evtx_element(struct evtx_build *b, const char *name, const char *text, bool dependency)
{
	evtx_open(b, name, false, dependency);
	evtx_content(b);
	evtx_text(b, text);
	evtx_close(b);
}

void evtx_data(struct evtx_build *b, const char *name, uint16_t index, uint8_t type)
{
	evtx_open(b, "Data", name != NULL, true);
	if (name) {
		evtx_attribute(b, "Name");
		evtx_text(b, name);
	}
	evtx_content(b);
	evtx_substitution(b, index, type);
	evtx_close(b);
}

size_t evtx_template(struct evtx_build *b)
{
	size_t at = b->chunk.n + 10;

	buf_put(&b->chunk, slice_of("\x0c\x01", 2));
	buf_put_le32(&b->chunk, 7);
	buf_put_le32(&b->chunk, (uint32_t)at);
	buf_put_le32(&b->chunk, 0);
	for (int i = 0; i < 16; i++)
		buf_put_u8(&b->chunk, (uint8_t)i);
	buf_put_le32(&b->chunk, 0);
	return at;
}

static void put_values(struct evtx_build *b, const struct evtx_value *values, size_t n)
{
	buf_put_le32(&b->chunk, (uint32_t)n);
	for (size_t i = 0; i < n; i++) {
		put_u16(&b->chunk, (unsigned)values[i].bytes.n);
		buf_put_u8(&b->chunk, values[i].type);
		buf_put_u8(&b->chunk, 0);
	}
	for (size_t i = 0; i < n; i++)
		buf_put(&b->chunk, values[i].bytes);
}

void evtx_template_end(struct evtx_build *b, size_t at, const struct evtx_value *values, size_t n)
{
	set_u32(&b->chunk, at + 20, (uint32_t)(b->chunk.n - at - 24));
	put_values(b, values, n);
}

void evtx_instance(struct evtx_build *b, size_t at, const struct evtx_value *values, size_t n)
{
	buf_put(&b->chunk, slice_of("\x0c\x01", 2));
	buf_put_le32(&b->chunk, 7);
	buf_put_le32(&b->chunk, (uint32_t)at);
	put_values(b, values, n);
}

struct slice evtx_wide(const char *text)
{
	static uint8_t ring[8][128];
	static unsigned next;
	uint8_t *out = ring[next++ % 8];
	size_t n = 0;

	for (; *text && n < 126; text++) {
		out[n++] = (uint8_t)*text;
		out[n++] = 0;
	}
	return slice_of(out, n);
}
