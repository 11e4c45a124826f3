/* SPDX-License-Identifier: Apache-2.0 */
#include "rehearse/artifact/ntfs_build.h"

#include "base/utf.h"

#include <string.h>

static void put16(struct buf *b, uint16_t v)
{
	buf_put_byte(b, (uint8_t)v);
	buf_put_byte(b, (uint8_t)(v >> 8));
}

static void set16(struct buf *b, size_t at, uint64_t v)
{
	b->p[at] = (uint8_t)v;
	b->p[at + 1] = (uint8_t)(v >> 8);
}

static void set32(struct buf *b, size_t at, uint64_t v)
{
	set16(b, at, v);
	set16(b, at + 2, v >> 16);
}

static void set64(struct buf *b, size_t at, uint64_t v)
{
	set32(b, at, v);
	set32(b, at + 4, v >> 32);
}

static void zeros_to(struct buf *b, size_t at)
{
	while (b->n < at)
		buf_put_byte(b, 0);
}

/* Gives the units written. */
static size_t put_wide(struct buf *b, const char *text)
{
	struct slice s = slice_str(text);
	size_t at = 0, before = b->n;

	while (at < s.n) {
		uint32_t c = utf8_next(s, &at);

		if (c >= 0x10000) {
			put16(b, (uint16_t)(0xd800 + ((c - 0x10000) >> 10)));
			c = 0xdc00 + ((c - 0x10000) & 0x3ff);
		}
		put16(b, (uint16_t)c);
	}
	return (b->n - before) / 2;
}

/* ---- prefetch ---- */

void prefetch_build(struct buf *out, const struct prefetch_spec *s)
{
	size_t metrics, names, volumes, count_at;
	bool is_short = s->version == 31 || (s->version == 30 && s->short_layout);
	struct buf b = { 0 };

	metrics = s->version == 17 ? 152 : s->version == 23 ? 240 : is_short ? 296 : 304;
	zeros_to(&b, metrics);
	set32(&b, 0, s->version);
	memcpy(b.p + 4, "SCCA", 4);
	b.n = 16;
	put_wide(&b, s->name);
	b.n = metrics;
	set32(&b, 76, s->hash);
	for (size_t i = 0; i < (s->version < 26 ? 1 : 8); i++)
		set64(&b, (s->version == 17 ? 120 : 128) + i * 8, s->runs[i]);
	count_at = s->version == 17 ? 144 : s->version == 23 ? 152 : is_short ? 200 : 208;
	set32(&b, count_at, s->run_count);
	names = b.n;
	for (size_t i = 0; i < s->file_count; i++) {
		put_wide(&b, s->files[i]);
		put16(&b, 0);
	}
	zeros_to(&b, (b.n + 7) & ~(size_t)7);
	volumes = b.n;
	if (s->device) {
		size_t bytes = s->version == 17 ? 40 : s->version < 30 ? 104 : 96;

		zeros_to(&b, volumes + bytes);
		set32(&b, volumes, bytes);
		set64(&b, volumes + 8, 132000000000000000);
		set32(&b, volumes + 16, 0xcafe0123);
		set32(&b, volumes + 4, put_wide(&b, s->device));
		put16(&b, 0);
	}
	set32(&b, 84, metrics);
	set32(&b, 100, names);
	set32(&b, 104, volumes - names);
	set32(&b, 108, volumes);
	set32(&b, 112, s->device != NULL);
	set32(&b, 116, b.n - volumes);
	set32(&b, 12, b.n);
	buf_put(out, buf_slice(&b));
	buf_done(&b);
}

void prefetch_build_packed(struct buf *out, const struct prefetch_spec *s)
{
	struct buf plain = { 0 };

	prefetch_build(&plain, s);
	buf_put(out, slice_of("MAM\x04", 4));
	buf_put_le32(out, (uint32_t)plain.n);
	xpress_pack(out, buf_slice(&plain));
	buf_done(&plain);
}

/* ---- $MFT ---- */

#define FIRST 56u

void mft_build_init(struct mft_build *b, size_t record_bytes)
{
	*b = (struct mft_build){ .record_bytes = record_bytes };
}

void mft_record_begin(struct mft_build *b, uint32_t entry, uint16_t sequence, uint16_t flags,
		      uint64_t base)
{
	b->at = entry * b->record_bytes;
	zeros_to(&b->out, b->at + b->record_bytes);
	b->end = b->out.n;
	b->out.n = b->at;
	zeros_to(&b->out, b->at + (b->record_bytes == 1024 ? FIRST : FIRST + 16));
	memcpy(b->out.p + b->at, "FILE", 4);
	set16(&b->out, b->at + 4, 48);
	set16(&b->out, b->at + 6, b->record_bytes / 512 + 1);
	set16(&b->out, b->at + 16, sequence);
	set16(&b->out, b->at + 18, 1);
	set16(&b->out, b->at + 20, b->out.n - b->at);
	set16(&b->out, b->at + 22, flags);
	set32(&b->out, b->at + 28, b->record_bytes);
	set64(&b->out, b->at + 32, base);
	set32(&b->out, b->at + 44, entry);
}

/* Its header, up to the value; gives its place. */
static size_t attribute(struct mft_build *b, uint32_t type, const char *name, bool runs)
{
	struct buf *o = &b->out;
	size_t at = o->n, head = runs ? 64 : 24;

	zeros_to(o, at + head);
	set32(o, at, type);
	o->p[at + 8] = runs;
	set16(o, at + 10, head);
	if (name)
		o->p[at + 9] = (uint8_t)put_wide(o, name);
	zeros_to(o, (o->n + 7) & ~(size_t)7);
	return at;
}

static void attribute_end(struct mft_build *b, size_t at, size_t value_at, size_t value_end)
{
	struct buf *o = &b->out;

	zeros_to(o, (o->n + 7) & ~(size_t)7);
	set32(o, at + 4, o->n - at);
	if (o->p[at + 8])
		return;
	set32(o, at + 16, value_end - value_at);
	set16(o, at + 20, value_at - at);
}

void mft_times(struct mft_build *b, const uint64_t times[4])
{
	size_t at = attribute(b, 0x10, NULL, false), value = b->out.n;

	for (size_t i = 0; i < 4; i++)
		buf_put_le64(&b->out, times[i]);
	zeros_to(&b->out, value + 72);
	attribute_end(b, at, value, b->out.n);
}

void mft_name(struct mft_build *b, uint64_t parent, const uint64_t times[4], uint8_t space,
	      const char *name)
{
	size_t at = attribute(b, 0x30, NULL, false), value = b->out.n, end;

	buf_put_le64(&b->out, parent);
	for (size_t i = 0; i < 4; i++)
		buf_put_le64(&b->out, times[i]);
	zeros_to(&b->out, value + 66);
	size_t units = put_wide(&b->out, name);

	b->out.p[value + 64] = (uint8_t)units;
	b->out.p[value + 65] = space;
	end = b->out.n;
	attribute_end(b, at, value, end);
}

void mft_data(struct mft_build *b, const char *name, struct slice content)
{
	size_t at = attribute(b, 0x80, name, false), value = b->out.n;

	buf_put(&b->out, content);
	attribute_end(b, at, value, value + content.n);
}

void mft_runs(struct mft_build *b, const char *name, uint64_t bytes, bool first)
{
	size_t at = attribute(b, 0x80, name, true);

	set64(&b->out, at + 16, first ? 0 : 7);
	set16(&b->out, at + 32, b->out.n - at);
	set64(&b->out, at + 40, (bytes + 4095) & ~(uint64_t)4095);
	set64(&b->out, at + 48, bytes);
	set64(&b->out, at + 56, bytes);
	buf_put_le64(&b->out, 0); /* no clusters */
	attribute_end(b, at, 0, 0);
}

/* The end's mark, the size, and the fixups: the sectors' last bytes go to the list. */
void mft_record_end(struct mft_build *b)
{
	struct buf *o = &b->out;
	size_t used;

	buf_put_le32(o, UINT32_MAX);
	zeros_to(o, (o->n + 7) & ~(size_t)7);
	used = o->n - b->at;
	if (used > b->record_bytes)
		__builtin_trap();
	set32(o, b->at + 24, used);
	zeros_to(o, b->at + b->record_bytes);
	set16(o, b->at + 48, 0x0107);
	for (size_t i = 1; i <= b->record_bytes / 512; i++) {
		memcpy(o->p + b->at + 48 + i * 2, o->p + b->at + i * 512 - 2, 2);
		set16(o, b->at + i * 512 - 2, 0x0107);
	}
	o->n = b->end;
}

static const uint64_t some_times[4] = { 133000000000000000, 133000000010000000, 133000000020000000,
					133000000030000000 };

void mft_file(struct mft_build *b, uint32_t entry, uint16_t sequence, uint16_t flags,
	      uint64_t parent, const char *name)
{
	mft_record_begin(b, entry, sequence, flags, 0);
	mft_times(b, some_times);
	mft_name(b, parent, some_times, 1, name);
	if (!(flags & 2))
		mft_runs(b, NULL, entry * 10u, true);
	mft_record_end(b);
}

void mft_build_finish(struct mft_build *b)
{
	mft_file(b, 5, 5, 3, MFT_REFERENCE(5, 5), ".");
	mft_record_begin(b, 0, 1, 1, 0);
	mft_times(b, some_times);
	mft_name(b, MFT_REFERENCE(5, 5), some_times, 3, "$MFT");
	mft_runs(b, NULL, b->end, true);
	mft_record_end(b);
}

/* ---- $J ---- */

void usn_build(struct buf *out, const struct usn_spec *s)
{
	size_t wide = s->version == 3 ? 8 : 0, name_at = 60 + wide * 2, at, bytes;
	struct buf name = { 0 };

	put_wide(&name, s->name);
	bytes = (name_at + name.n + 7) & ~(size_t)7;
	at = (out->n + 7) & ~(size_t)7;
	if (at / 4096 != (at + bytes - 1) / 4096)
		at = (at / 4096 + 1) * 4096;
	zeros_to(out, at + name_at);
	set32(out, at, bytes);
	set16(out, at + 4, s->version);
	set64(out, at + 8, s->reference);
	set64(out, at + 16 + wide, s->parent);
	set64(out, at + 24 + wide * 2, at);
	set64(out, at + 32 + wide * 2, s->time);
	set32(out, at + 40 + wide * 2, s->reason);
	set32(out, at + 52 + wide * 2, s->attributes);
	set16(out, at + 56 + wide * 2, name.n);
	set16(out, at + 58 + wide * 2, name_at);
	buf_put(out, buf_slice(&name));
	zeros_to(out, at + bytes);
	buf_done(&name);
}
