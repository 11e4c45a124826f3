/* SPDX-License-Identifier: Apache-2.0 */
#include "rehearse/artifact/hive_builder.h"

#include "base/heap.h"
#include "base/utf.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define NONE UINT32_MAX
#define PAGE 4096u
#define SEGMENT 16344u

static void put_u16(uint8_t *to, unsigned v)
{
	to[0] = (uint8_t)v;
	to[1] = (uint8_t)(v >> 8);
}

static void put_u32(uint8_t *to, uint32_t v)
{
	put_u16(to, v & 0xffff);
	put_u16(to + 2, v >> 16);
}

static void put_u64(uint8_t *to, uint64_t v)
{
	put_u32(to, (uint32_t)v);
	put_u32(to + 4, (uint32_t)(v >> 32));
}

void hive_put_utf16(struct buf *out, const char *text)
{
	struct slice s = slice_str(text);

	for (size_t at = 0; at < s.n;) {
		uint32_t c = utf8_next(s, &at);
		uint8_t unit[2];

		put_u16(unit, c);
		buf_put(out, slice_of(unit, 2));
	}
	buf_put(out, slice_of("\0", 2));
}

/* ---- telling ---- */

void hive_start(struct hive_builder *b)
{
	*b = (struct hive_builder){ .minor = 5, .seq1 = 7, .seq2 = 7, .time = 130000000000000000, .list = "lh" };
	b->keys = heap_array(HIVE_BUILD_KEYS, sizeof(*b->keys));
	b->values = heap_array(HIVE_BUILD_VALUES, sizeof(*b->values));
	b->keys[0] = (struct hive_build_key){ .name = "ROOT", .time = b->time, .parent = NONE };
	b->key_count = 1;
}

void hive_done(struct hive_builder *b)
{
	for (uint32_t i = 0; i < b->value_count; i++)
		free((void *)(uintptr_t)b->values[i].data.p);
	free(b->keys);
	free(b->values);
	buf_done(&b->bins);
	buf_done(&b->file);
}

static uint32_t child(struct hive_builder *b, uint32_t parent, struct slice name, uint64_t time)
{
	for (uint32_t i = 1; i < b->key_count; i++)
		if (b->keys[i].parent == parent && !b->keys[i].deleted && slice_is(name, b->keys[i].name))
			return i;
	assert(b->key_count < HIVE_BUILD_KEYS && name.n < sizeof(b->keys[0].name));
	struct hive_build_key *k = &b->keys[b->key_count];

	*k = (struct hive_build_key){ .time = time, .parent = parent };
	memcpy(k->name, name.p, name.n);
	return b->key_count++;
}

uint32_t hive_key(struct hive_builder *b, const char *path, uint64_t time)
{
	struct slice rest = slice_str(path);
	uint32_t key = 0;

	while (rest.p && rest.n)
		key = child(b, key, slice_cut(rest, '\\', &rest), time);
	return key;
}

void hive_value_add(struct hive_builder *b, uint32_t key, const char *name, uint32_t type, struct slice data)
{
	assert(b->value_count < HIVE_BUILD_VALUES && strlen(name) < sizeof(b->values[0].name));
	struct hive_build_value *v = &b->values[b->value_count++];
	uint8_t *copy = heap_new(data.n + 1);

	*v = (struct hive_build_value){ .key = key, .type = type, .data = slice_of(copy, data.n) };
	memcpy(v->name, name, strlen(name));
	if (data.n)
		memcpy(copy, data.p, data.n);
}

void hive_sz(struct hive_builder *b, uint32_t key, const char *name, const char *text)
{
	struct buf wide = { 0 };

	hive_put_utf16(&wide, text);
	hive_value_add(b, key, name, HIVE_SZ, buf_slice(&wide));
	buf_done(&wide);
}

void hive_dword(struct hive_builder *b, uint32_t key, const char *name, uint32_t v)
{
	uint8_t data[4];

	put_u32(data, v);
	hive_value_add(b, key, name, HIVE_DWORD, slice_of(data, 4));
}

void hive_qword(struct hive_builder *b, uint32_t key, const char *name, uint64_t v)
{
	uint8_t data[8];

	put_u64(data, v);
	hive_value_add(b, key, name, HIVE_QWORD, slice_of(data, 8));
}

void hive_binary(struct hive_builder *b, uint32_t key, const char *name, struct slice data)
{
	hive_value_add(b, key, name, HIVE_BINARY, data);
}

void hive_delete(struct hive_builder *b, uint32_t key)
{
	b->keys[key].deleted = true;
	for (uint32_t i = 0; i < b->value_count; i++)
		if (b->values[i].key == key)
			b->values[i].deleted = true;
}

/* ---- laying out ---- */

static void zeros(struct buf *b, size_t n)
{
	buf_reserve(b, n);
	memset(b->p + b->n, 0, n);
	b->n += n;
}

/* What is left of the open bin is one free cell. */
static void bin_close(struct hive_builder *b)
{
	if (b->bin_end > b->cell_at)
		put_u32(b->bins.p + b->cell_at, (uint32_t)(b->bin_end - b->cell_at));
	b->cell_at = b->bin_end;
}

static void bin_open(struct hive_builder *b, size_t need)
{
	size_t at = b->bins.n, bytes = (32 + need + PAGE - 1) / PAGE * PAGE;

	bin_close(b);
	zeros(&b->bins, bytes);
	memcpy(b->bins.p + at, "hbin", 4);
	put_u32(b->bins.p + at + 4, (uint32_t)at);
	put_u32(b->bins.p + at + 8, (uint32_t)bytes);
	b->cell_at = at + 32;
	b->bin_end = at + bytes;
}

/* A cell with room for n bytes: its offset in the bins. */
static uint32_t cell_new(struct hive_builder *b, size_t n, bool is_free)
{
	size_t bytes = (n + 4 + 7) / 8 * 8;

	if (b->cell_at + bytes > b->bin_end)
		bin_open(b, bytes);
	uint32_t at = (uint32_t)b->cell_at;

	put_u32(b->bins.p + at, (uint32_t)(is_free ? bytes : 0 - bytes));
	b->cell_at += bytes;
	return at;
}

static uint8_t *cell(struct hive_builder *b, uint32_t at)
{
	return b->bins.p + at + 4;
}

/* The name's bytes; gives whether they are one a letter. */
static bool name_bytes(const char *name, struct buf *out)
{
	struct slice s = slice_str(name);
	bool narrow = true;

	for (size_t at = 0; at < s.n;)
		narrow = utf8_next(s, &at) < 0x100 && narrow;
	if (!narrow) {
		hive_put_utf16(out, name);
		out->n -= 2;
	}
	for (size_t at = 0; narrow && at < s.n;)
		buf_put_byte(out, (uint8_t)utf8_next(s, &at));
	return narrow;
}

static uint32_t place_data(struct hive_builder *b, struct slice data, bool deleted)
{
	if (data.n <= SEGMENT || b->minor < 4) {
		uint32_t at = cell_new(b, data.n, deleted);

		memcpy(cell(b, at), data.p, data.n);
		return at;
	}
	size_t count = (data.n + SEGMENT - 1) / SEGMENT;
	uint32_t db = cell_new(b, 8, deleted), list = cell_new(b, count * 4, deleted);

	memcpy(cell(b, db), "db", 2);
	put_u16(cell(b, db) + 2, (unsigned)count);
	put_u32(cell(b, db) + 4, list);
	for (size_t i = 0; i < count; i++) {
		struct slice part = slice_head(slice_from(data, i * SEGMENT), SEGMENT);
		/* Each but the last one has 4 bytes more that are not the data's. */
		uint32_t at = cell_new(b, SEGMENT + 4, deleted);

		memcpy(cell(b, at), part.p, part.n);
		put_u32(cell(b, list) + i * 4, at);
	}
	return db;
}

static void place_value(struct hive_builder *b, struct hive_build_value *v)
{
	struct buf name = { 0 };
	bool narrow = name_bytes(v->name, &name), in_field = v->data.n <= 4;
	uint32_t data = in_field ? 0 : place_data(b, v->data, v->deleted);

	v->cell = cell_new(b, 20 + name.n, v->deleted);
	uint8_t *vk = cell(b, v->cell);

	memcpy(vk, "vk", 2);
	put_u16(vk + 2, (unsigned)name.n);
	put_u32(vk + 4, (uint32_t)v->data.n | (in_field ? 0x80000000u : 0));
	put_u32(vk + 8, data);
	if (in_field && v->data.n)
		memcpy(vk + 8, v->data.p, v->data.n);
	put_u32(vk + 12, v->type);
	put_u16(vk + 16, narrow);
	if (name.n)
		memcpy(vk + 20, name.p, name.n);
	buf_done(&name);
}

static void place_values(struct hive_builder *b, uint32_t key)
{
	uint32_t count = 0, list, n = 0;
	bool deleted = b->keys[key].deleted;

	for (uint32_t i = 0; i < b->value_count; i++)
		count += b->values[i].key == key;
	if (!count)
		return;
	list = cell_new(b, count * (size_t)4, deleted);
	for (uint32_t i = 0; i < b->value_count; i++) {
		if (b->values[i].key != key)
			continue;
		place_value(b, &b->values[i]);
		put_u32(cell(b, list) + n++ * 4, b->values[i].cell);
	}
	put_u32(cell(b, b->keys[key].cell) + 36, count);
	put_u32(cell(b, b->keys[key].cell) + 40, list);
}

static void place_key(struct hive_builder *b, uint32_t key)
{
	struct hive_build_key *k = &b->keys[key];
	struct buf name = { 0 };
	bool narrow = name_bytes(k->name, &name);

	k->cell = cell_new(b, 76 + name.n, k->deleted);
	uint8_t *nk = cell(b, k->cell);

	memcpy(nk, "nk", 2);
	put_u16(nk + 2, (narrow ? 0x20u : 0) | (key ? 0 : 0xcu));
	put_u64(nk + 4, k->time);
	put_u32(nk + 16, key ? b->keys[k->parent].cell : 0);
	put_u32(nk + 28, NONE);
	put_u32(nk + 32, NONE);
	put_u32(nk + 40, NONE);
	put_u16(nk + 72, (unsigned)name.n);
	memcpy(nk + 76, name.p, name.n);
	buf_done(&name);
	place_values(b, key);
}

/* One list; of "ri" two lists of li behind it. */
static uint32_t place_list(struct hive_builder *b, const char *kind, const uint32_t *cells, uint32_t count)
{
	uint32_t item = kind[1] == 'i' ? 4 : 8;

	if (kind[0] == 'r') {
		uint32_t half = (count + 1) / 2, parts[2] = { place_list(b, "li", cells, half), 0 };
		uint32_t n = count > half ? 2 : 1;

		if (n == 2)
			parts[1] = place_list(b, "li", cells + half, count - half);
		cells = parts;
		count = n;
		uint32_t at = cell_new(b, 4 + n * (size_t)4, false);

		memcpy(cell(b, at), "ri", 2);
		put_u16(cell(b, at) + 2, n);
		for (uint32_t i = 0; i < n; i++)
			put_u32(cell(b, at) + 4 + i * 4, parts[i]);
		return at;
	}
	uint32_t at = cell_new(b, 4 + (size_t)count * item, false);

	memcpy(cell(b, at), kind, 2);
	put_u16(cell(b, at) + 2, count);
	for (uint32_t i = 0; i < count; i++)
		put_u32(cell(b, at) + 4 + i * item, cells[i]);
	return at;
}

static void place_subkeys(struct hive_builder *b, uint32_t key)
{
	uint32_t *cells = heap_array(b->key_count, sizeof(*cells)), count = 0;

	for (uint32_t i = 1; i < b->key_count; i++)
		if (b->keys[i].parent == key && !b->keys[i].deleted)
			cells[count++] = b->keys[i].cell;
	if (count) {
		uint32_t list = place_list(b, b->list, cells, count);

		put_u32(cell(b, b->keys[key].cell) + 20, count);
		put_u32(cell(b, b->keys[key].cell) + 28, list);
	}
	free(cells);
}

/* The XOR of what stands before it; 0 and -1 are never written. */
void hive_sum(uint8_t *base)
{
	uint8_t sum[4] = { 0 };
	bool zero, ones;

	for (size_t i = 0; i < 508; i++)
		sum[i % 4] ^= base[i];
	zero = !(sum[0] | sum[1] | sum[2] | sum[3]);
	ones = (sum[0] & sum[1] & sum[2] & sum[3]) == 0xff;
	memcpy(base + 508, sum, 4);
	if (zero || ones)
		put_u32(base + 508, zero ? 1 : UINT32_MAX - 1);
}

struct slice hive_finish(struct hive_builder *b)
{
	uint8_t *base;

	buf_clear(&b->bins);
	buf_clear(&b->file);
	b->cell_at = b->bin_end = 0;
	for (uint32_t i = 0; i < b->key_count; i++)
		place_key(b, i);
	for (uint32_t i = 0; i < b->key_count; i++)
		if (!b->keys[i].deleted)
			place_subkeys(b, i);
	bin_close(b);
	zeros(&b->file, PAGE);
	base = b->file.p;
	memcpy(base, "regf", 4);
	put_u32(base + 4, b->seq1);
	put_u32(base + 8, b->seq2);
	put_u64(base + 12, b->time);
	put_u32(base + 20, 1);
	put_u32(base + 24, b->minor);
	put_u32(base + 32, 1);
	put_u32(base + 36, b->keys[0].cell);
	put_u32(base + 40, (uint32_t)b->bins.n);
	put_u32(base + 44, 1);
	hive_sum(base);
	buf_put(&b->file, buf_slice(&b->bins));
	return buf_slice(&b->file);
}

size_t hive_key_at(const struct hive_builder *b, uint32_t key)
{
	return PAGE + b->keys[key].cell;
}

size_t hive_value_cell_at(const struct hive_builder *b, uint32_t value)
{
	return PAGE + b->values[value].cell;
}
