/* SPDX-License-Identifier: Apache-2.0 */
#include "input/hive/log.h"

#include "base/cursor.h"
#include "base/heap.h"
#include "input/hive/regf.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#define SECTOR 512u
#define ENTRY_HEADER_BYTES 40u
#define SEED UINT64_C(0x82ef4d887a4e55c5)

/* ---- Marvin32 ---- */

static uint32_t rotate(uint32_t v, unsigned bits)
{
	return v << bits | v >> (32 - bits);
}

static void mix(uint32_t *low, uint32_t *high)
{
	*high ^= *low;
	*low = rotate(*low, 20) + *high;
	*high = rotate(*high, 9) ^ *low;
	*low = rotate(*low, 27) + *high;
	*high = rotate(*high, 19);
}

uint64_t log_hash(struct slice s)
{
	uint32_t low = (uint32_t)SEED, high = (uint32_t)(SEED >> 32), last = 0x80;
	size_t whole = s.n & ~(size_t)3;

	for (size_t i = 0; i < whole; i += 4) {
		low += load_u32(s.p + i);
		mix(&low, &high);
	}
	for (size_t i = s.n; i > whole; i--)
		last = last << 8 | s.p[i - 1];
	low += last;
	mix(&low, &high);
	mix(&low, &high);
	return (uint64_t)high << 32 | low;
}

static void note(struct log_replay *r, unsigned file, uint64_t offset, const char *format, ...)
	__attribute__((format(printf, 4, 5)));
static void note(struct log_replay *r, unsigned file, uint64_t offset, const char *format, ...)
{
	va_list args;

	if (r->note_count == sizeof(r->notes) / sizeof(*r->notes))
		return;
	struct log_note *n = &r->notes[r->note_count++];

	*n = (struct log_note){ .file = file, .offset = offset };
	va_start(args, format);
	vsnprintf(n->why, sizeof(n->why), format, args);
	va_end(args);
}

/* ---- the new format ---- */

struct entry {
	uint32_t seq, bins_bytes, pages;
	size_t bytes;
	struct slice refs, data;
};

/* Entries of one log that follow each other, from the hive's number on. */
struct run {
	unsigned file;
	struct slice log;
	size_t begin; /* offset of the first; 0: there is none */
	uint32_t first, last;
	const char *end_why; /* what is wrong with the next one; NULL: nothing, it ends there */
	size_t end;
};

/* Sequence numbers wrap around. */
static bool is_before(uint32_t a, uint32_t b)
{
	return (int32_t)(a - b) < 0;
}

/* The entry at `at`: NULL, or what is wrong with it; "" where none begins. */
static const char *entry_read(struct slice log, size_t at, uint64_t bins_max, struct entry *ret)
{
	struct slice magic = SLICE("HvLE"), head, all;

	if (!slice_sub(log, at, ENTRY_HEADER_BYTES, &head) || !slice_starts(head, magic))
		return "";
	uint64_t size = load_u32(head.p + 4), pages = load_u32(head.p + 20);

	if (size < ENTRY_HEADER_BYTES || size % SECTOR || !slice_sub(log, at, size, &all))
		return "is cut off";
	if (log_hash(slice_head(all, 32)) != load_u64(head.p + 32))
		return "has a header with a wrong hash";
	if (log_hash(slice_from(all, ENTRY_HEADER_BYTES)) != load_u64(head.p + 24))
		return "has pages with a wrong hash";
	*ret = (struct entry){ .seq = load_u32(head.p + 12), .bins_bytes = load_u32(head.p + 16),
			       .pages = (uint32_t)pages, .bytes = (size_t)size };
	if (!slice_sub(all, ENTRY_HEADER_BYTES, pages * 8, &ret->refs))
		return "has more pages than bytes";
	if (!ret->bins_bytes || ret->bins_bytes % 4096 || ret->bins_bytes > bins_max)
		return "has an impossible size of the hive's bins";
	ret->data = slice_from(all, ENTRY_HEADER_BYTES + ret->refs.n);
	uint64_t left = ret->data.n;

	for (size_t i = 0; i < ret->refs.n; i += 8) {
		uint64_t to = load_u32(ret->refs.p + i), n = load_u32(ret->refs.p + i + 4);

		if (to + n > ret->bins_bytes || n > left)
			return "has a page outside the bins";
		left -= n;
	}
	return NULL;
}

/* Where a log's own contents begin: behind the base block, which is as long as the disk's sectors. */
static size_t contents_at(struct slice log, const char *magic)
{
	struct slice m = slice_str(magic);
	struct regf_base base;
	size_t cluster = regf_base_read(log, &base) && base.cluster > 1 && base.cluster <= 8
				 ? base.cluster * (size_t)SECTOR
				 : SECTOR;

	return slice_starts(slice_from(log, SECTOR), m) || !slice_starts(slice_from(log, cluster), m)
		       ? SECTOR
		       : cluster;
}

/* Behind the run lie entries that were applied long ago, whose numbers are lower: its end. */
static void run_find(struct run *ret, struct slice log, unsigned file, uint32_t from, bool any,
		     uint64_t bins_max)
{
	size_t at = contents_at(log, "HvLE");
	uint32_t seen = 0;
	struct entry e;

	*ret = (struct run){ .file = file, .log = log };
	for (bool begun = false;; begun = true, seen = e.seq, at += e.bytes) {
		const char *why = entry_read(log, at, bins_max, &e);

		if (why) {
			ret->end_why = *why ? why : NULL;
			break;
		}
		if (begun && e.seq != seen + 1)
			break;
		if (!any && is_before(e.seq, from))
			continue;
		if (!ret->begin) {
			ret->begin = at;
			ret->first = e.seq;
		}
		ret->last = e.seq;
	}
	ret->end = at;
}

static void run_apply(struct log_replay *r, const struct run *run, uint64_t bins_max)
{
	struct entry e;

	for (size_t at = run->begin; at < run->end; at += e.bytes) {
		if (entry_read(run->log, at, bins_max, &e))
			return;
		const uint8_t *from = e.data.p;

		for (size_t i = 0; i < e.refs.n; i += 8) {
			uint32_t n = load_u32(e.refs.p + i + 4);

			memcpy(r->copy + REGF_BASE_BYTES + load_u32(e.refs.p + i), from, n);
			from += n;
			r->pages++;
		}
		if (REGF_BASE_BYTES + (size_t)e.bins_bytes > r->n)
			r->n = REGF_BASE_BYTES + (size_t)e.bins_bytes;
		if (!r->entries++)
			r->first = e.seq;
		r->last = e.seq;
		for (int k = 0; k < 4; k++)
			r->copy[40 + k] = (uint8_t)(e.bins_bytes >> k * 8);
	}
}

/* ---- both ---- */

static void put_u32(uint8_t *to, uint32_t v)
{
	for (int k = 0; k < 4; k++)
		to[k] = (uint8_t)(v >> k * 8);
}

/* The hive with room to grow; its base block from the log where its own is wrong. */
static void copy_begin(struct log_replay *r, struct slice hive, struct slice log, size_t room)
{
	size_t n = hive.n > REGF_BASE_BYTES ? hive.n : REGF_BASE_BYTES;
	struct regf_base base;

	r->copy = heap_new(n + room + REGF_BASE_BYTES + 64);
	r->n = n;
	memcpy(r->copy, hive.p, hive.n);
	if (r->sum_wrong && regf_base_read(log, &base) && base.sum_fits)
		memcpy(r->copy, log.p, SECTOR);
	put_u32(r->copy + 28, REGF_TYPE_HIVE);
}

static void copy_end(struct log_replay *r)
{
	put_u32(r->copy + 4, r->last);
	put_u32(r->copy + 8, r->last);
	put_u32(r->copy + 508, regf_base_sum(r->copy));
	r->state = LOG_REPLAYED;
}

static bool replay_new(struct log_replay *r, struct slice hive, const struct slice logs[LOG_FILES])
{
	struct run runs[LOG_FILES], t;
	size_t count = 0, room = 0;

	for (unsigned i = 0; i < LOG_FILES; i++)
		room += logs[i].n;
	uint64_t bins_max = (uint64_t)hive.n + room;

	for (unsigned i = 0; i < LOG_FILES; i++) {
		run_find(&t, logs[i], i, r->seq2, r->sum_wrong, bins_max);
		if (t.end_why) {
			note(r, i, t.end, "an entry of a log %s: it and what comes behind it was not used",
			     t.end_why);
			r->damaged = true;
		}
		if (!t.begin)
			continue;
		/* In the order of their numbers. */
		size_t k = count++;

		for (; k > 0 && is_before(t.first, runs[k - 1].first); k--)
			runs[k] = runs[k - 1];
		runs[k] = t;
	}
	if (!count)
		return false;
	size_t begin = count - 1;

	while (begin > 0 && runs[begin].first == runs[begin - 1].last + 1)
		begin--;
	for (size_t i = 0; i < begin; i++)
		note(r, runs[i].file, runs[i].begin, "entries %u to %u of a log were not used: a newer one begins at %u",
		     runs[i].first, runs[i].last, runs[begin].first);
	copy_begin(r, hive, runs[count - 1].log, room);
	for (size_t i = begin; i < count; i++)
		run_apply(r, &runs[i], bins_max);
	copy_end(r);
	return true;
}

/* ---- the old format ---- */

static unsigned bits_of(uint8_t v)
{
	unsigned n = 0;

	for (; v; v &= (uint8_t)(v - 1))
		n++;
	return n;
}

static bool replay_old(struct log_replay *r, struct slice hive, const struct regf_base *base,
		       struct slice log, unsigned file)
{
	struct slice magic = SLICE("DIRT"), map, pages;
	size_t at = contents_at(log, "DIRT");
	struct regf_base own;
	uint64_t want = 0;

	if (!regf_base_read(log, &own) || !slice_starts(slice_from(log, at), magic))
		return false;
	if (!own.sum_fits || own.seq1 != own.seq2 || (!r->sum_wrong && own.time != base->time)) {
		note(r, file, 0, "a log of another state of this hive was not used");
		return false;
	}
	size_t map_bytes = own.bins_bytes / SECTOR / 8;

	if (own.bins_bytes % 4096 || own.bins_bytes > (uint64_t)hive.n + log.n ||
	    !slice_sub(log, at + 4, map_bytes, &map)) {
		note(r, file, at, "a log's map of pages is cut off: it was not used");
		r->damaged = true;
		return false;
	}
	for (size_t i = 0; i < map.n; i++)
		want += bits_of(map.p[i]);
	at += (4 + map_bytes + SECTOR - 1) / SECTOR * SECTOR;
	if (!want || !slice_sub(log, at, want * SECTOR, &pages)) {
		note(r, file, at, "a log has not all of its pages: it was not used");
		r->damaged = want > 0;
		return false;
	}
	copy_begin(r, hive, log, log.n);
	if (REGF_BASE_BYTES + (size_t)own.bins_bytes > r->n)
		r->n = REGF_BASE_BYTES + (size_t)own.bins_bytes;
	put_u32(r->copy + 40, own.bins_bytes);
	for (size_t i = 0; i < map.n * 8; i++) {
		if (!(map.p[i / 8] >> i % 8 & 1))
			continue;
		memcpy(r->copy + REGF_BASE_BYTES + i * SECTOR, pages.p + r->pages++ * (size_t)SECTOR, SECTOR);
	}
	r->first = r->last = own.seq2;
	r->entries = 1;
	copy_end(r);
	return true;
}

void log_replay(struct log_replay *ret, struct slice hive, const struct slice logs[LOG_FILES])
{
	struct regf_base base;
	bool there = false;

	*ret = (struct log_replay){ 0 };
	if (!regf_base_read(hive, &base))
		return;
	ret->sum_wrong = !base.sum_fits;
	ret->seq1 = base.seq1;
	ret->seq2 = base.seq2;
	if (base.sum_fits && base.seq1 == base.seq2)
		return;
	for (unsigned i = 0; i < LOG_FILES; i++)
		there = there || logs[i].n;
	ret->state = there ? LOG_UNUSABLE : LOG_NONE;
	if (!there || replay_new(ret, hive, logs))
		return;
	for (unsigned i = 0; i < LOG_FILES; i++)
		if (replay_old(ret, hive, &base, logs[i], i))
			return;
}

void log_replay_done(struct log_replay *r)
{
	free(r->copy);
	*r = (struct log_replay){ 0 };
}
