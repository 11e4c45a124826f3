/* SPDX-License-Identifier: Apache-2.0 */
#include "input/mft/record.h"

#include "base/cursor.h"

#define SECTOR 512u
#define HEADER_BYTES 48u

/* The list of fixups; p NULL where it is not inside. */
static struct slice fixups(struct slice raw)
{
	struct slice list = { NULL, 0 };

	(void)slice_sub(raw, load_u16(raw.p + 4), (uint64_t)load_u16(raw.p + 6) * 2, &list);
	return list;
}

/* Puts back in room what the ends of the sectors hid, as far as the record is used. */
static void put_fixups(struct slice list, uint8_t *room, size_t used)
{
	for (size_t i = 1; i * SECTOR - 2 < used && i * 2 + 2 <= list.n; i++) {
		size_t at = i * SECTOR - 2;

		if (memcmp(room + at, list.p, at + 1 < used ? 2 : 1) != 0)
			continue;
		room[at] = list.p[i * 2];
		if (at + 1 < used)
			room[at + 1] = list.p[i * 2 + 1];
	}
}

bool mft_record_torn(struct slice raw)
{
	struct slice list = fixups(raw);

	if (memcmp(raw.p, "BAAD", 4) == 0 || load_u32(raw.p + 24) > raw.n)
		return true;
	for (size_t i = 1; i * SECTOR <= raw.n; i++)
		if (i * 2 + 2 > list.n || memcmp(raw.p + i * SECTOR - 2, list.p, 2) != 0)
			return true;
	return false;
}

static bool is_zero(struct slice s)
{
	return s.p[0] == 0 && memcmp(s.p, s.p + 1, s.n - 1) == 0;
}

enum mft_state mft_record_open(struct slice raw, uint8_t *room, struct mft_record *ret)
{
	const uint8_t *p = raw.p;
	size_t used;

	if (raw.n < HEADER_BYTES)
		return MFT_BAD;
	if (memcmp(p, "FILE", 4) != 0 && memcmp(p, "BAAD", 4) != 0)
		return is_zero(raw) ? MFT_EMPTY : MFT_BAD;
	used = load_u32(p + 24);
	if (used < HEADER_BYTES || used > raw.n)
		used = raw.n;
	*ret = (struct mft_record){ .bytes = slice_head(raw, used),
				    .first = load_u16(p + 20),
				    .base = load_u64(p + 32),
				    .sequence = load_u16(p + 16),
				    .flags = load_u16(p + 22) };
	if (used > SECTOR - 2) {
		memcpy(room, raw.p, used);
		put_fixups(fixups(raw), room, used);
		ret->bytes.p = room;
	}
	return ret->first < HEADER_BYTES - 8 ? MFT_BAD : MFT_GOOD;
}

static bool read_resident(struct slice a, struct mft_attribute *ret)
{
	ret->resident = true;
	ret->size = load_u32(a.p + 16);
	return slice_sub(a, load_u16(a.p + 20), ret->size, &ret->value);
}

static bool read_runs(struct slice a, struct mft_attribute *ret)
{
	if (a.n < 64)
		return false;
	ret->continued = load_u64(a.p + 16) != 0;
	ret->size = ret->continued ? 0 : load_u64(a.p + 48);
	return true;
}

bool mft_attribute_next(const struct mft_record *r, size_t *at, struct mft_attribute *ret,
			bool *ret_damaged)
{
	struct slice head, a;
	uint32_t length;

	if (!slice_sub(r->bytes, *at, 4, &head)) {
		*ret_damaged = true;
		return false;
	}
	*ret = (struct mft_attribute){ .type = load_u32(head.p) };
	if (ret->type == UINT32_MAX)
		return false;
	if (!slice_sub(r->bytes, *at, 24, &head)) {
		*ret_damaged = true;
		return false;
	}
	length = load_u32(head.p + 4);
	if (length < 24 || !slice_sub(r->bytes, *at, length, &a) ||
	    !slice_sub(a, load_u16(a.p + 10), (uint64_t)a.p[9] * 2, &ret->name) ||
	    !(a.p[8] ? read_runs(a, ret) : read_resident(a, ret))) {
		*ret_damaged = true;
		return false;
	}
	*at += length;
	return true;
}

bool mft_file_name_read(struct slice value, struct mft_file_name *ret)
{
	if (value.n < 66)
		return false;
	*ret = (struct mft_file_name){ .parent = load_u64(value.p),
				       .times = value.p + 8,
				       .space = value.p[65] };
	return slice_sub(value, 66, (uint64_t)value.p[64] * 2, &ret->name) && ret->name.n;
}
