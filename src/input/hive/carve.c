/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One pass over the bins, cell by cell. A free cell may hold several former ones: each multiple of 8 in it
 * is tried. What is found must look like a key or a value in every field, for random bytes do not; its path
 * follows the keys that it and its parents name, which may have become others since. What lies behind the
 * bins' end is left over from a longer hive.
 */
#include "input/hive/carve.h"

#include "base/cursor.h"
#include "base/heap.h"

#include <stdlib.h>

#define BIN_HEADER_BYTES 32u
#define KEY_NAME_MAX 512u
#define VALUE_NAME_MAX 1024u
#define VALUES_MAX 1024u   /* of one key that are looked for */
#define DATA_SHOWN 1024u   /* bytes */
#define PATH_BYTES 1024u
#define DEPTH_MAX 32u
#define YEAR_1990 UINT64_C(0x01b3a7a000000000)
#define YEAR_2100 UINT64_C(0x023b6d0000000000)

struct cell_key {
	uint32_t cell, key;
};

struct hive_carve {
	struct cell_key *live; /* by cell */
	size_t live_count;
};

/* A cell that was found: in the low bit, that it was still in use. */
struct found {
	uint32_t *all;
	size_t n, cap;
};

static void found_add(struct found *f, uint32_t cell, bool used)
{
	f->all = heap_room(f->all, f->n, &f->cap, sizeof(*f->all));
	f->all[f->n++] = cell | used;
}

/* ---- what looks like one ---- */

static bool is_plain(struct regf_name name, size_t max)
{
	if (name.raw.n > max || (name.wide && name.raw.n % 2))
		return false;
	for (size_t i = 0; i < name.raw.n; i += name.wide ? 2 : 1)
		if (name.raw.p[i] < 0x20 && !(name.wide && name.raw.p[i + 1]))
			return false;
	return true;
}

static bool looks_like_key(struct slice cell, struct regf_name *name)
{
	if (!regf_named(cell, "nk", name) || !name->raw.n || !is_plain(*name, KEY_NAME_MAX))
		return false;
	uint64_t time = load_u64(cell.p + 4);

	return time > YEAR_1990 && time < YEAR_2100 && load_u32(cell.p + 16) % 8 == 0 &&
	       load_u32(cell.p + 36) < UINT16_MAX * 16u;
}

static bool looks_like_value(struct slice cell, struct regf_name *name)
{
	if (!regf_named(cell, "vk", name) || !is_plain(*name, VALUE_NAME_MAX))
		return false;
	uint32_t size = load_u32(cell.p + 4), type = load_u32(cell.p + 12);

	return type <= 16 && load_u16(cell.p + 16) <= 3 &&
	       (size & 0x80000000u ? (size & 0x7fffffffu) <= 4 : load_u32(cell.p + 8) % 8 == 0);
}

/* Contents of a former cell: up to the end of the one that it became part of, or of the bins. */
static struct slice former(const struct regf *r, uint32_t at)
{
	return slice_from(r->bins, (size_t)at + 4);
}

/* ---- the pass ---- */

/* Tries what begins at `at`; gives the bytes it takes, 0 for nothing. */
static size_t try_at(struct regf *r, uint32_t at, struct slice cell, bool used, struct found *keys,
		     struct found *values)
{
	struct regf_name name;

	if (regf_is_seen(r, at))
		return 0;
	if (looks_like_key(cell, &name)) {
		found_add(keys, at, used);
		return 4 + 76 + name.raw.n;
	}
	if (looks_like_value(cell, &name)) {
		found_add(values, at, used);
		return 4 + 20 + name.raw.n;
	}
	return 0;
}

static void scan_free(struct regf *r, uint32_t at, size_t bytes, struct found *keys, struct found *values)
{
	struct slice all;

	if (!slice_sub(r->bins, at, bytes, &all))
		return;
	for (size_t i = 0; i + 24 <= all.n;) {
		uint8_t c = all.p[i + 4];
		size_t taken = 0;

		if ((c == 'n' || c == 'v') && all.p[i + 5] == 'k')
			taken = try_at(r, at + (uint32_t)i, slice_from(all, i + 4), false, keys, values);
		i += taken ? (taken + 7) / 8 * 8 : 8;
	}
}

static void scan(struct regf *r, struct found *keys, struct found *values)
{
	struct slice magic = SLICE("hbin");
	struct regf_cell cell;

	for (size_t at = 0; at + 8 <= r->bins.n;) {
		if (at % 4096 == 0 && slice_starts(slice_from(r->bins, at), magic)) {
			at += BIN_HEADER_BYTES;
			continue;
		}
		if (!regf_cell_at(r, (uint32_t)at, &cell) || cell.odd) {
			at += 8;
			continue;
		}
		if (!cell.used)
			scan_free(r, (uint32_t)at, cell.bytes.n + 4, keys, values);
		else
			(void)try_at(r, (uint32_t)at, cell.bytes, at < r->bins_bytes, keys, values);
		at += cell.bytes.n + 4;
	}
}

/* ---- whose value it was ---- */

static int by_number(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return x < y ? -1 : x > y;
}

/* owners[i]: the key that lists value i, which it did when it was deleted. */
static void find_owners(const struct regf *r, const struct found *keys, const struct found *values,
			uint32_t *owners)
{
	size_t left = r->bins.n / 4; /* entries of lists, for those of former keys may overlap */

	for (size_t k = 0; k < keys->n; k++) {
		struct slice nk = former(r, keys->all[k] & ~7u), list;
		uint32_t count = load_u32(nk.p + 36), at = load_u32(nk.p + 40);

		count = count < VALUES_MAX ? count : VALUES_MAX;
		if (count > left || !slice_sub(r->bins, (uint64_t)at + 4, (uint64_t)count * 4, &list))
			continue;
		left -= count;
		for (size_t i = 0; i < list.n; i += 4) {
			/* Both spellings of the low bit. */
			uint32_t free_one = load_u32(list.p + i), used_one = free_one | 1;
			const uint32_t *hit = bsearch(&free_one, values->all, values->n, 4, by_number);

			if (!hit)
				hit = bsearch(&used_one, values->all, values->n, 4, by_number);
			if (hit)
				owners[hit - values->all] = keys->all[k] & ~7u;
		}
	}
}

static int by_cell(const void *a, const void *b)
{
	return by_number(&((const struct cell_key *)a)->cell, &((const struct cell_key *)b)->cell);
}

static bool index_live(struct hive *h)
{
	struct hive_carve *c = arena_array(&h->keep, 1, sizeof(*c));

	if (!c || !(c->live = arena_array(&h->keep, h->regf.key_count + 1, sizeof(*c->live))))
		return false;
	c->live_count = h->regf.key_count;
	for (uint32_t i = 0; i < h->regf.key_count; i++)
		c->live[i] = (struct cell_key){ h->regf.keys[i].cell, i };
	qsort(c->live, c->live_count, sizeof(*c->live), by_cell);
	h->carve = c;
	return true;
}

static const struct hive_artifact registry_deleted;

void carve_find(struct hive *h)
{
	struct found keys = { 0 }, values = { 0 };

	if (!h->regf.key_count || !index_live(h))
		return;
	scan(&h->regf, &keys, &values);
	uint32_t *owners = heap_array(values.n + 1, sizeof(*owners));

	memset(owners, 0xff, values.n * sizeof(*owners));
	if (values.n)
		find_owners(&h->regf, &keys, &values, owners);
	for (size_t i = 0; i < keys.n; i++)
		hive_item(h, &registry_deleted, REGF_NONE, keys.all[i], REGF_NONE);
	for (size_t i = 0; i < values.n; i++)
		/* A value without name and key says nothing. */
		if (owners[i] != REGF_NONE || load_u16(former(&h->regf, values.all[i] & ~7u).p + 2))
			hive_item(h, &registry_deleted, REGF_NONE, values.all[i], owners[i]);
	free(owners);
	free(keys.all);
	free(values.all);
}

/* ---- an event ---- */

static uint32_t live_key(const struct hive *h, uint32_t cell)
{
	const struct hive_carve *c = h->carve;
	struct cell_key wanted = { .cell = cell };
	const struct cell_key *hit = bsearch(&wanted, c->live, c->live_count, sizeof(wanted), by_cell);

	return hit ? hit->key : REGF_NONE;
}

/* From the first living key above it on, else from "?"; the nearest names where it is too long. */
static struct slice path_of(const struct hive *h, uint32_t cell, struct arena *a)
{
	struct slice path = { NULL, 0 };

	for (unsigned depth = 0; depth < DEPTH_MAX && path.n < PATH_BYTES; depth++) {
		struct regf_name name;
		uint32_t live = live_key(h, cell);
		struct slice front = slice_str("?");

		if (live == 0)
			return path;
		if (live != REGF_NONE)
			front = regf_key_path(&h->regf, live, a);
		else if (looks_like_key(former(&h->regf, cell), &name))
			front = regf_name_text(name, a);
		path = path.n ? arena_printf(a, "%.*s\\%.*s", (int)front.n, (const char *)front.p, (int)path.n,
					     (const char *)path.p)
			      : front;
		if (live != REGF_NONE || front.n == 1)
			return path;
		cell = load_u32(former(&h->regf, cell).p + 16);
	}
	return path;
}

static void put_data(const struct hive *h, struct event *ev, struct slice vk)
{
	uint32_t size = load_u32(vk.p + 4), type = load_u32(vk.p + 12), at = load_u32(vk.p + 8);
	struct slice data = slice_head(slice_from(vk, 8), size & 0x7fffffffu);

	if (!(size & 0x80000000u)) {
		/* What a living value has now is not what this one had. */
		if (at >= h->regf.bins.n || regf_is_seen(&h->regf, at))
			return;
		data = slice_head(former(&h->regf, at), size < DATA_SHOWN ? size : DATA_SHOWN);
	}
	hive_put(h, ev, HIVE_DATA, hive_data(type, data));
}

static void put(struct hive *h, const struct hive_item *it, struct event *ev)
{
	uint32_t cell = it->value & ~7u, owner = it->extra;
	struct slice bytes = former(&h->regf, cell);
	struct regf_name name;

	ev->ptr.offset = (uint64_t)REGF_BASE_BYTES + cell;
	if (regf_named(bytes, "vk", &name)) {
		if (owner != REGF_NONE)
			hive_put_text(h, ev, HIVE_PATH, path_of(h, owner, &ev->arena));
		hive_put_text(h, ev, HIVE_NAME, regf_name_text(name, &ev->arena));
		hive_put_u64(h, ev, HIVE_TYPE, load_u32(bytes.p + 12));
		put_data(h, ev, bytes);
	} else {
		owner = cell;
		hive_put_text(h, ev, HIVE_PATH, path_of(h, cell, &ev->arena));
	}
	hive_put_bool(h, ev, HIVE_DELETED, !(it->value & 1));
	hive_put_bool(h, ev, HIVE_PATH_CERTAIN, false);
	if (owner != REGF_NONE) {
		ev->time = when_filetime(load_u64(former(&h->regf, owner).p + 4));
		ev->time_kind = "key";
	}
}

static const struct hive_artifact registry_deleted = { "registry_deleted", NULL, put };
