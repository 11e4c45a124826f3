/* SPDX-License-Identifier: Apache-2.0 */
#include "input/hive/regf.h"

#include "base/arena.h"
#include "base/cursor.h"
#include "base/utf.h"
#include "input/hive/walk.h"

#include <assert.h>

#define PAGE 4096u

uint32_t regf_base_sum(const uint8_t *base)
{
	uint32_t sum = 0;

	for (size_t i = 0; i < 508; i += 4)
		sum ^= load_u32(base + i);
	return sum == UINT32_MAX ? UINT32_MAX - 1 : sum == 0 ? 1 : sum;
}

bool regf_base_read(struct slice file, struct regf_base *ret)
{
	struct slice magic = SLICE("regf");

	if (file.n < 512 || !slice_starts(file, magic))
		return false;
	*ret = (struct regf_base){
		.seq1 = load_u32(file.p + 4),
		.seq2 = load_u32(file.p + 8),
		.time = load_u64(file.p + 12),
		.minor = load_u32(file.p + 24),
		.type = load_u32(file.p + 28),
		.root = load_u32(file.p + 36),
		.bins_bytes = load_u32(file.p + 40),
		.cluster = load_u32(file.p + 44),
		.sum_fits = regf_base_sum(file.p) == load_u32(file.p + 508),
	};
	return true;
}

const char *regf_damage_text(enum regf_damage d, bool *ret_lost)
{
	static const struct {
		const char *text;
		bool lost;
	} all[] = {
#define X(id, text, lost) { text, lost },
		REGF_DAMAGES(X)
#undef X
	};

	*ret_lost = all[d].lost;
	return all[d].text;
}

uint64_t regf_damages(const struct regf *r, bool lost)
{
	uint64_t n = 0;
	bool loses;

	for (int d = 0; d < REGF_DAMAGE_COUNT; d++) {
		(void)regf_damage_text((enum regf_damage)d, &loses);
		n += loses || !lost ? r->damage[d].count : 0;
	}
	return n;
}

/* ---- cells ---- */

bool regf_cell_at(const struct regf *r, uint32_t at, struct regf_cell *ret)
{
	struct slice head;

	if (at % 8 || !slice_sub(r->bins, at, 8, &head))
		return false;
	int32_t size = (int32_t)load_u32(head.p);
	uint64_t n = size < 0 ? 0 - (uint64_t)(int64_t)size : (uint64_t)size;

	ret->used = size < 0;
	ret->odd = n < 8 || n % 8 || n > r->bins.n - at;
	if (ret->odd) {
		n = PAGE - at % PAGE;
		n = n < r->bins.n - at ? n : r->bins.n - at;
	}
	return slice_sub(r->bins, (uint64_t)at + 4, n - 4, &ret->bytes);
}

bool regf_is_seen(const struct regf *r, uint32_t at)
{
	return at / 8 < r->bins.n / 8 && r->seen[at / 512] >> (at / 8 % 64) & 1;
}

bool regf_named(struct slice cell, const char *signature, struct regf_name *ret)
{
	bool key = signature[0] == 'n';
	size_t fixed = key ? 76 : 20;

	if (cell.n < fixed || memcmp(cell.p, signature, 2) != 0)
		return false;
	ret->wide = !(key ? load_u16(cell.p + 2) & 0x20 : load_u16(cell.p + 16) & 1);
	return slice_sub(cell, fixed, load_u16(cell.p + (key ? 72 : 2)), &ret->raw);
}

/* ---- names ---- */

bool regf_name_is(struct regf_name name, const char *word)
{
	size_t step = name.wide ? 2 : 1, n = strlen(word);

	if (name.raw.n != n * step)
		return false;
	for (size_t i = 0; i < n; i++) {
		const uint8_t *c = name.raw.p + i * step;

		if (ascii_lower(*c) != ascii_lower((uint8_t)word[i]) || (name.wide && c[1]))
			return false;
	}
	return true;
}

struct slice regf_name_text(struct regf_name name, struct arena *a)
{
	if (!name.raw.n)
		return slice_str("");
	if (name.wide)
		return utf16le_to_utf8(a, name.raw);
	if (slice_is_ascii(name.raw))
		return name.raw;
	uint8_t *out = arena_alloc(a, name.raw.n * 2);
	size_t n = 0;

	if (!out)
		return slice_of(NULL, 0);
	for (size_t i = 0; i < name.raw.n; i++) {
		uint8_t c = name.raw.p[i];

		if (c >= 0x80)
			out[n++] = (uint8_t)(0xc0 | c >> 6);
		out[n++] = c >= 0x80 ? (uint8_t)(0x80 | (c & 0x3f)) : c;
	}
	return slice_of(out, n);
}

/* ---- keys ---- */

static const uint8_t *key_bytes(const struct regf *r, uint32_t key)
{
	assert(key < r->key_count);
	return r->bins.p + r->keys[key].cell + 4;
}

struct regf_name regf_key_name(const struct regf *r, uint32_t key)
{
	const uint8_t *nk = key_bytes(r, key);

	return (struct regf_name){ slice_of(nk + 76, load_u16(nk + 72)), !(load_u16(nk + 2) & 0x20) };
}

uint64_t regf_key_time(const struct regf *r, uint32_t key)
{
	return load_u64(key_bytes(r, key) + 4);
}

uint64_t regf_key_offset(const struct regf *r, uint32_t key)
{
	assert(key < r->key_count);
	return (uint64_t)REGF_BASE_BYTES + r->keys[key].cell;
}

uint32_t regf_child(const struct regf *r, uint32_t key, const char *word)
{
	if (key >= r->key_count)
		return REGF_NONE;
	const struct regf_key *k = &r->keys[key];

	for (uint32_t i = k->child; i < k->child + k->children; i++)
		if (regf_name_is(regf_key_name(r, i), word))
			return i;
	return REGF_NONE;
}

uint32_t regf_find(const struct regf *r, uint32_t key, const char *path)
{
	char word[128];

	while (*path && key != REGF_NONE) {
		size_t n = strcspn(path, "\\");

		assert(n < sizeof(word));
		memcpy(word, path, n);
		word[n] = 0;
		key = regf_child(r, key, word);
		path += n + (path[n] == '\\');
	}
	return key < r->key_count ? key : REGF_NONE;
}

struct slice regf_key_path(const struct regf *r, uint32_t key, struct arena *a)
{
	struct slice parts[REGF_DEPTH_MAX];
	size_t n = 0, bytes = 0;

	for (; key && n < REGF_DEPTH_MAX; key = r->keys[key].parent) {
		parts[n] = regf_name_text(regf_key_name(r, key), a);
		bytes += parts[n++].n + 1;
	}
	uint8_t *out = arena_alloc(a, bytes + 1);
	size_t at = 0;

	if (!out)
		return slice_of(NULL, 0);
	while (n-- > 0) {
		if (at)
			out[at++] = '\\';
		if (parts[n].n)
			memcpy(out + at, parts[n].p, parts[n].n);
		at += parts[n].n;
	}
	return slice_of(out, at);
}

/* ---- values ---- */

static const uint8_t *value_bytes_of(const struct regf *r, uint32_t value)
{
	assert(value < r->value_count);
	return r->bins.p + (r->values[value] & ~WALK_BITS) + 4;
}

struct regf_value regf_value_at(const struct regf *r, uint32_t value)
{
	const uint8_t *vk = value_bytes_of(r, value);
	uint32_t size = load_u32(vk + 4);

	return (struct regf_value){
		.offset = (uint64_t)REGF_BASE_BYTES + (r->values[value] & ~WALK_BITS),
		.name = { slice_of(vk + 20, load_u16(vk + 2)), !(load_u16(vk + 16) & 1) },
		.type = load_u32(vk + 12),
		.size = size & ~WALK_INLINE,
		.damaged = (r->values[value] & WALK_BITS) != 0,
	};
}

uint32_t regf_value_find(const struct regf *r, uint32_t key, const char *word)
{
	if (key >= r->key_count)
		return REGF_NONE;
	const struct regf_key *k = &r->keys[key];

	for (uint32_t i = k->value; i < k->value + k->values; i++)
		if (regf_name_is(regf_value_at(r, i).name, word))
			return i;
	return REGF_NONE;
}

/* Segment i of big data, whose list the walk has found whole up to there; p NULL where it ends. */
static struct slice segment(const struct regf *r, struct slice list, uint32_t i)
{
	struct slice item;
	struct regf_cell cell;

	if (!slice_sub(list, (uint64_t)i * 4, 4, &item) || !regf_cell_at(r, load_u32(item.p), &cell))
		return slice_of(NULL, 0);
	return slice_head(cell.bytes, WALK_SEGMENT_BYTES);
}

static struct slice segments(const struct regf *r, struct slice db, uint32_t size, struct arena *a)
{
	struct regf_cell list;
	uint8_t *out;
	size_t n = 0;

	if (!regf_cell_at(r, load_u32(db.p + 4), &list))
		return slice_of(NULL, 0);
	list.bytes = slice_head(list.bytes, (size_t)load_u16(db.p + 2) * 4);
	/* The claim may be more than there is; what is taken is not. */
	uint64_t most = (uint64_t)(list.bytes.n / 4) * WALK_SEGMENT_BYTES;

	out = arena_alloc(a, (size_t)(size < most ? size : most) + 1);
	for (uint32_t i = 0; out && n < size; i++) {
		struct slice s = slice_head(segment(r, list.bytes, i), size - n);

		if (!s.n)
			break;
		memcpy(out + n, s.p, s.n);
		n += s.n;
	}
	return slice_of(out, out ? n : 0);
}

struct slice regf_value_data(const struct regf *r, uint32_t value, struct arena *a)
{
	const uint8_t *vk = value_bytes_of(r, value);
	uint32_t size = load_u32(vk + 4);
	struct regf_cell cell;

	if (size & WALK_INLINE) {
		size &= ~WALK_INLINE;
		return slice_of(vk + 8, size < 4 ? size : 4);
	}
	if (!size || r->values[value] & WALK_NO_DATA || !regf_cell_at(r, load_u32(vk + 8), &cell))
		return slice_of(NULL, 0);
	if (walk_is_big(r, cell.bytes, size))
		return segments(r, cell.bytes, size, a);
	return slice_head(cell.bytes, size);
}

uint64_t regf_data_offset(const struct regf *r, uint32_t value, uint64_t at)
{
	const uint8_t *vk = value_bytes_of(r, value);
	uint32_t size = load_u32(vk + 4), cell_at = load_u32(vk + 8);
	struct regf_cell cell, list;
	struct slice item;

	if (size & WALK_INLINE)
		return (uint64_t)(vk + 8 - r->file.p) + at;
	if (regf_cell_at(r, cell_at, &cell) && walk_is_big(r, cell.bytes, size) &&
	    regf_cell_at(r, load_u32(cell.bytes.p + 4), &list) &&
	    slice_sub(list.bytes, at / WALK_SEGMENT_BYTES * 4, 4, &item)) {
		cell_at = load_u32(item.p);
		at %= WALK_SEGMENT_BYTES;
	}
	return (uint64_t)REGF_BASE_BYTES + cell_at + 4 + at;
}
