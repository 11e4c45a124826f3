/* SPDX-License-Identifier: Apache-2.0 */
#include "hive_logs.h"

#include "base/cursor.h"
#include "input/hive/log.h"
#include "rehearse/artifact/hive_builder.h"

#include <string.h>

#define PAGE 4096u

static void put_u32(uint8_t *to, uint32_t v)
{
	for (unsigned i = 0; i < 4; i++)
		to[i] = (uint8_t)(v >> 8 * i);
}

static void put_u64(uint8_t *to, uint64_t v)
{
	put_u32(to, (uint32_t)v);
	put_u32(to + 4, (uint32_t)(v >> 32));
}

static void zeros(struct buf *b, size_t n)
{
	buf_reserve(b, n);
	memset(b->p + b->n, 0, n);
	b->n += n;
}

static void log_base(struct buf *out, struct slice after, uint32_t type, uint32_t seq)
{
	buf_clear(out);
	buf_put(out, slice_head(after, 512));
	put_u32(out->p + 4, seq);
	put_u32(out->p + 8, seq);
	put_u32(out->p + 28, type);
	hive_sum(out->p);
}

static bool differs(struct slice before, struct slice after, size_t at, size_t n)
{
	return !slice_eq(slice_head(slice_from(before, at), n), slice_head(slice_from(after, at), n));
}

void hive_log(struct buf *out, struct slice before, struct slice after, uint32_t seq)
{
	log_base(out, after, 6, seq);
	for (size_t at = PAGE; at < after.n; at += PAGE) {
		size_t entry = out->n, bytes = (40 + 8 + PAGE + 511) / 512 * 512;

		if (!differs(before, after, at, PAGE))
			continue;
		zeros(out, bytes);
		uint8_t *e = out->p + entry;

		memcpy(e, "HvLE", 4);
		put_u32(e + 4, (uint32_t)bytes);
		put_u32(e + 12, seq++);
		put_u32(e + 16, (uint32_t)after.n - PAGE);
		put_u32(e + 20, 1);
		put_u32(e + 40, (uint32_t)at - PAGE);
		put_u32(e + 44, PAGE);
		memcpy(e + 48, after.p + at, PAGE);
		put_u64(e + 24, log_hash(slice_of(e + 40, bytes - 40)));
		put_u64(e + 32, log_hash(slice_of(e, 32)));
	}
}

void hive_log_old(struct buf *out, struct slice before, struct slice after)
{
	size_t sectors = (after.n - PAGE) / 512, map = 512 + 4;

	log_base(out, after, 1, load_u32(after.p + 4));
	zeros(out, (4 + sectors / 8 + 511) / 512 * 512);
	memcpy(out->p + 512, "DIRT", 4);
	for (size_t i = 0; i < sectors; i++) {
		if (!differs(before, after, PAGE + i * 512, 512))
			continue;
		out->p[map + i / 8] |= (uint8_t)(1u << i % 8);
		buf_put(out, slice_of(after.p + PAGE + i * 512, 512));
	}
}
