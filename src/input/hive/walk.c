/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The walk over a hive's tree, breadth first, with the array of keys as its queue: key i gives its
 * subkeys, which are put behind all that are there. So nothing is nested, subkeys lie together, and a
 * parent's index is smaller than its child's.
 */
#include "base/cursor.h"
#include "base/heap.h"
#include "input/hive/walk.h"

#include <stdlib.h>

#define BIN_HEADER_BYTES 32
#define NO_CELL UINT32_MAX

static void damage(struct regf *r, enum regf_damage d, uint64_t bins_offset)
{
	if (!r->damage[d].count++)
		r->damage[d].first = REGF_BASE_BYTES + bins_offset;
}

/*
 * Takes the cell at `at` for good, of whose bytes `needed` say what it is. Honest cells do not
 * overlap, so that all that are taken need no more than the bins have.
 */
static bool take(struct regf *r, uint32_t at, uint64_t needed)
{
	if (regf_is_seen(r, at)) {
		damage(r, REGF_DAMAGE_TWICE, at);
		return false;
	}
	if (needed + 4 > r->bins.n - r->claimed) {
		damage(r, REGF_DAMAGE_OVERLAP, at);
		return false;
	}
	r->seen[at / 512] |= (uint64_t)1 << (at / 8 % 64);
	r->claimed += needed + 4;
	return true;
}

/* The cell that something refers to; `who`: the cell that does. */
static bool referred(struct regf *r, uint32_t at, uint32_t who, struct regf_cell *ret)
{
	if (!regf_cell_at(r, at, ret)) {
		damage(r, REGF_DAMAGE_OUTSIDE, who);
		return false;
	}
	if (ret->odd)
		damage(r, REGF_DAMAGE_SIZE, at);
	else if (!ret->used) {
		damage(r, REGF_DAMAGE_FREE, at);
		return false;
	}
	return true;
}

/* ---- keys ---- */

static void key_add(struct regf *r, uint32_t cell, uint32_t parent)
{
	r->keys = heap_room(r->keys, r->key_count, &r->key_cap, sizeof(*r->keys));
	r->keys[r->key_count++] =
		(struct regf_key){ .cell = cell, .parent = parent };
}

static bool take_key(struct regf *r, uint32_t at, uint32_t who, uint32_t parent)
{
	struct regf_cell cell;
	struct regf_name name;

	if (!referred(r, at, who, &cell))
		return false;
	if (!regf_named(cell.bytes, "nk", &name)) {
		damage(r, REGF_DAMAGE_KEY, at);
		return false;
	}
	if (!take(r, at, 76 + name.raw.n))
		return false;
	key_add(r, at, parent);
	return true;
}

/* Bytes of an item in a list of this signature; 0 for none. */
static uint32_t item_bytes(const uint8_t *list)
{
	if (list[0] == 'l' && (list[1] == 'f' || list[1] == 'h'))
		return 8;
	return (list[0] == 'l' || list[0] == 'r') && list[1] == 'i' ? 4 : 0;
}

/* The list at `at`: its items; `lists` allows one of lists, and says whether it is. */
static uint32_t open_list(struct regf *r, uint32_t at, uint32_t who, bool *lists, struct slice *ret)
{
	struct regf_cell cell;
	uint32_t bytes;

	if (!referred(r, at, who, &cell))
		return 0;
	bytes = cell.bytes.n < 4 ? 0 : item_bytes(cell.bytes.p);
	if (!bytes || (cell.bytes.p[0] == 'r' && !*lists)) {
		damage(r, REGF_DAMAGE_LIST, at);
		return 0;
	}
	*lists = cell.bytes.p[0] == 'r';
	uint64_t want = (uint64_t)load_u16(cell.bytes.p + 2) * bytes;

	*ret = slice_head(slice_from(cell.bytes, 4), (size_t)want);
	if (ret->n < want)
		damage(r, REGF_DAMAGE_LIST, at);
	return take(r, at, 4 + ret->n) ? bytes : 0;
}

static void take_subkeys(struct regf *r, uint32_t key, uint32_t at, uint32_t who)
{
	bool lists = false;
	struct slice items;
	uint32_t bytes = open_list(r, at, who, &lists, &items);

	for (size_t i = 0; bytes && i + bytes <= items.n; i += bytes)
		take_key(r, load_u32(items.p + i), at, key);
}

static void subkeys(struct regf *r, uint32_t key)
{
	uint32_t cell = r->keys[key].cell, bytes;
	const uint8_t *nk = r->bins.p + cell + 4;
	uint32_t count = load_u32(nk + 20), list = load_u32(nk + 28);
	bool lists = true;
	struct slice items;

	r->keys[key].child = (uint32_t)r->key_count;
	if (!count)
		return;
	bytes = open_list(r, list, cell, &lists, &items);
	for (size_t i = 0; bytes && i + bytes <= items.n; i += bytes) {
		if (lists)
			take_subkeys(r, key, load_u32(items.p + i), list);
		else
			take_key(r, load_u32(items.p + i), list, key);
	}
	r->keys[key].children = (uint32_t)r->key_count - r->keys[key].child;
	if (r->keys[key].children != count)
		damage(r, REGF_DAMAGE_NUMBER, cell);
}

/* ---- values ---- */

/* Data in segments: how much is there and nobody else's. */
static uint32_t check_segments(struct regf *r, uint32_t at, struct slice db, uint32_t size)
{
	uint32_t list_at = load_u32(db.p + 4), left = size;
	struct regf_cell list, part;
	size_t count = load_u16(db.p + 2);

	if (!referred(r, list_at, at, &list) || !take(r, list_at, count * 4))
		return WALK_NO_DATA;
	for (size_t i = 0; i < count && left && i * 4 + 4 <= list.bytes.n; i++) {
		uint32_t segment = load_u32(list.bytes.p + i * 4);
		uint32_t want = left < WALK_SEGMENT_BYTES ? left : WALK_SEGMENT_BYTES;

		if (!referred(r, segment, list_at, &part) || part.bytes.n < want)
			break;
		if (!take(r, segment, want))
			return WALK_NO_DATA;
		left -= want;
	}
	if (left)
		damage(r, REGF_DAMAGE_DATA, at);
	return left == size ? WALK_NO_DATA : left ? WALK_CUT : 0;
}

static uint32_t check_data(struct regf *r, uint32_t vk_at, const uint8_t *vk)
{
	uint32_t size = load_u32(vk + 4), at = load_u32(vk + 8);
	struct regf_cell cell;

	if (size & WALK_INLINE || !size)
		return 0;
	if (!referred(r, at, vk_at, &cell)) {
		damage(r, REGF_DAMAGE_DATA, vk_at);
		return WALK_NO_DATA;
	}
	if (walk_is_big(r, cell.bytes, size)) {
		uint32_t bad = take(r, at, 8) ? check_segments(r, at, cell.bytes, size) : WALK_NO_DATA;

		/* What is cut is not assembled: a segment that is not there may be another's. */
		return bad ? WALK_NO_DATA : 0;
	}
	if (!take(r, at, size < cell.bytes.n ? size : cell.bytes.n))
		return WALK_NO_DATA;
	if (size > cell.bytes.n) {
		damage(r, REGF_DAMAGE_DATA, vk_at);
		return WALK_CUT;
	}
	return 0;
}

static void take_value(struct regf *r, uint32_t at, uint32_t who)
{
	struct regf_cell cell;
	struct regf_name name;

	if (!referred(r, at, who, &cell))
		return;
	if (!regf_named(cell.bytes, "vk", &name)) {
		damage(r, REGF_DAMAGE_VALUE, at);
		return;
	}
	if (!take(r, at, 20 + name.raw.n))
		return;
	r->values = heap_room(r->values, r->value_count, &r->value_cap, sizeof(*r->values));
	r->values[r->value_count++] = at | check_data(r, at, cell.bytes.p);
}

static void values(struct regf *r, uint32_t key)
{
	uint32_t cell = r->keys[key].cell;
	const uint8_t *nk = r->bins.p + cell + 4;
	uint32_t count = load_u32(nk + 36), list_at = load_u32(nk + 40);
	struct regf_cell list;

	r->keys[key].value = (uint32_t)r->value_count;
	if (!count || !referred(r, list_at, cell, &list))
		return;
	struct slice items = slice_head(list.bytes, (size_t)count * 4);

	if (items.n < (size_t)count * 4)
		damage(r, REGF_DAMAGE_VALUES, list_at);
	if (!take(r, list_at, items.n))
		return;
	for (size_t i = 0; i + 4 <= items.n; i += 4)
		take_value(r, load_u32(items.p + i), list_at);
	r->keys[key].values = (uint32_t)r->value_count - r->keys[key].value;
}

/* ---- the whole ---- */

/* A bin's header says where it lies and how long it is. Only looked at: cells are found by references. */
static void check_bins(struct regf *r, uint64_t bins_bytes)
{
	struct slice magic = SLICE("hbin"), head;
	uint64_t at = 0;

	while (at < bins_bytes && slice_sub(r->bins, at, BIN_HEADER_BYTES, &head)) {
		uint32_t size = load_u32(head.p + 8);

		if (!slice_starts(head, magic) || load_u32(head.p + 4) != at || !size || size % 4096) {
			damage(r, REGF_DAMAGE_BIN, at);
			size = 4096;
		}
		at += size;
	}
	if (bins_bytes > r->bins.n)
		damage(r, REGF_DAMAGE_BINS_CUT, r->bins.n);
}

/* The first key that says to be a root, where the base block's is none. */
static bool find_root(struct regf *r, uint32_t *ret)
{
	struct regf_cell cell;
	struct regf_name name;

	damage(r, REGF_DAMAGE_ROOT, 0);
	for (uint64_t at = BIN_HEADER_BYTES; at + 8 <= r->bins.n && at < NO_CELL; at += 8) {
		const uint8_t *nk = r->bins.p + at + 4;

		if (nk[0] == 'n' && nk[1] == 'k' && regf_cell_at(r, (uint32_t)at, &cell) && cell.used &&
		    regf_named(cell.bytes, "nk", &name) && load_u16(nk + 2) & 4) {
			*ret = (uint32_t)at;
			return true;
		}
	}
	return false;
}

static bool is_key(const struct regf *r, uint32_t at)
{
	struct regf_cell cell;
	struct regf_name name;

	return regf_cell_at(r, at, &cell) && regf_named(cell.bytes, "nk", &name);
}

void regf_open(struct regf *r, struct slice file)
{
	struct regf_base base;
	uint32_t root;

	*r = (struct regf){ .file = file, .bins = slice_from(file, REGF_BASE_BYTES) };
	if (!regf_base_read(file, &base))
		return;
	/* Offsets of cells have 32 bits. */
	r->bins = slice_head(r->bins, INT32_MAX);
	r->minor = base.minor;
	r->bins_bytes = base.bins_bytes;
	r->seen = heap_array(r->bins.n / 512 + 1, sizeof(*r->seen));
	check_bins(r, base.bins_bytes);
	root = base.root;
	if (!is_key(r, root) && !find_root(r, &root))
		return;
	take_key(r, root, 0, 0);
	for (uint32_t i = 0; i < r->key_count; i++) {
		subkeys(r, i);
		values(r, i);
	}
}

void regf_done(struct regf *r)
{
	free(r->keys);
	free(r->values);
	free(r->seen);
	*r = (struct regf){ 0 };
}
