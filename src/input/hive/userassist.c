/* SPDX-License-Identifier: Apache-2.0 */
/*
 * UserAssist: what a user started through Explorer. Explorer\UserAssist\{guid}\Count, names in ROT13.
 *
 *   72 bytes (7 and later)  session 4, runs 4, times in focus 4, ms in focus 4, ... @60 last run FILETIME
 *   16 bytes (XP)           session 4, runs 4 (from 5 on), last run FILETIME
 *
 * A new profile is seeded with rows that nobody ran: they share one time to the tick, and have runs from
 * 14 downwards. Three of one time below one key are taken as such, and with them all of that time.
 */
#include "base/cursor.h"
#include "base/heap.h"
#include "input/hive/artifacts.h"

#include <stdlib.h>

#define NEW_BYTES 72u
#define OLD_BYTES 16u
#define SEEDED_ROWS_MIN 3u
#define SEEDED_RUNS_MAX 14u
#define SEEDED_TIMES_MAX 16u
#define IS_SEEDED 1u

struct row {
	uint32_t runs, focus_count, focus_ms;
	uint64_t last;
	bool is_new;
};

static bool row_read(const struct hive *h, uint32_t value, struct row *ret)
{
	struct arena none = { .budget = 1 };
	uint32_t size = regf_value_at(&h->regf, value).size;
	struct slice d = size == NEW_BYTES || size == OLD_BYTES ? regf_value_data(&h->regf, value, &none)
								: slice_of(NULL, 0);

	arena_done(&none);
	if (d.n == NEW_BYTES) {
		*ret = (struct row){ load_u32(d.p + 4), load_u32(d.p + 8), load_u32(d.p + 12),
				     load_u64(d.p + 60), true };
		return true;
	}
	if (d.n != OLD_BYTES)
		return false;
	uint32_t runs = load_u32(d.p + 4);

	*ret = (struct row){ .runs = runs > 5 ? runs - 5 : 0, .last = load_u64(d.p + 8) };
	return true;
}

struct times {
	uint64_t all[SEEDED_TIMES_MAX];
	size_t n;
};

static bool is_seeded(const struct times *t, const struct row *r)
{
	for (size_t i = 0; i < t->n; i++)
		if (t->all[i] == r->last)
			return r->is_new && r->runs <= SEEDED_RUNS_MAX;
	return false;
}

static int by_time(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

/* Times that enough rows of one key share. */
static void seeded_times(const struct hive *h, uint32_t key, struct times *t)
{
	uint64_t *times = heap_array(hive_values(h, key) + 1u, sizeof(*times));
	size_t n = 0;
	struct row r;

	HIVE_EACH_VALUE(h, key, i) {
		if (row_read(h, i, &r) && r.is_new && r.last && r.runs && r.runs <= SEEDED_RUNS_MAX)
			times[n++] = r.last;
	}
	qsort(times, n, sizeof(*times), by_time);
	for (size_t i = 0, same = 1; i < n; i++, same++) {
		if (i && times[i] != times[i - 1])
			same = 1;
		if (same == SEEDED_ROWS_MIN && t->n < SEEDED_TIMES_MAX)
			t->all[t->n++] = times[i];
	}
	free(times);
}

static void find_in(struct hive *h, uint32_t count, const struct times *seeded)
{
	struct row r;

	HIVE_EACH_VALUE(h, count, i) {
		if (row_read(h, i, &r))
			hive_item(h, &hive_userassist, count, i, is_seeded(seeded, &r) ? IS_SEEDED : 0);
	}
}

static void find(struct hive *h)
{
	for (size_t b = 0; b < HIVE_BASES; b++) {
		uint32_t top = regf_find(&h->regf, h->bases[b],
					 "Microsoft\\Windows\\CurrentVersion\\Explorer\\UserAssist");
		struct times seeded = { 0 };

		HIVE_EACH_CHILD(h, top, guid) {
			seeded_times(h, regf_child(&h->regf, guid, "Count"), &seeded);
		}
		HIVE_EACH_CHILD(h, top, guid) {
			find_in(h, regf_child(&h->regf, guid, "Count"), &seeded);
		}
	}
}

static struct slice rot13(struct slice s, struct arena *a)
{
	uint8_t *out = arena_alloc(a, s.n + 1);

	if (!out)
		return slice_of(NULL, 0);
	for (size_t i = 0; i < s.n; i++) {
		uint8_t c = s.p[i], low = ascii_lower(c);

		out[i] = low < 'a' || low > 'z' ? c : (uint8_t)(low < 'n' ? c + 13 : c - 13);
	}
	return slice_of(out, s.n);
}

/* Known folders that programs start from, where they lie unless somebody moved them. */
static const struct {
	const char *guid, *path;
} folders[] = {
	{ "{6D809377-6AF0-444B-8957-A3773F02200E}", "C:\\Program Files" },
	{ "{905E63B6-C1BF-494E-B29C-65B732D3D21A}", "C:\\Program Files" },
	{ "{7C5A40EF-A0FB-4BFC-874A-C0F2E0B9FA8E}", "C:\\Program Files (x86)" },
	{ "{1AC14E77-02E7-4E5D-B744-2EB1AE5198B7}", "C:\\Windows\\System32" },
	{ "{D65231B0-B2F1-4857-A4CE-A8E7C6EA7D27}", "C:\\Windows\\SysWOW64" },
	{ "{F38BF404-1D43-42F2-9305-67DE0B28FC23}", "C:\\Windows" },
};

/* The program's file, where the name says it; p NULL for shortcuts, control panels, packages. */
static struct slice image_of(struct slice name, struct arena *a)
{
	struct slice exe = SLICE(".exe"), run = SLICE("UEME_RUNPATH:"), guid;

	if (slice_starts(name, run)) /* XP */
		name = slice_from(name, run.n);
	if (name.n <= exe.n || !slice_eq_nocase(slice_from(name, name.n - exe.n), exe))
		return slice_of(NULL, 0);
	guid = slice_head(name, slice_find(name, '\\'));
	for (size_t i = 0; i < sizeof(folders) / sizeof(*folders); i++) {
		if (!slice_eq_nocase(guid, slice_str(folders[i].guid)))
			continue;
		name = slice_from(name, guid.n);
		return arena_printf(a, "%s%.*s", folders[i].path, (int)name.n, (const char *)name.p);
	}
	return slice_find(name, '\\') < name.n ? name : slice_of(NULL, 0);
}

static void put(struct hive *h, const struct hive_item *it, struct event *ev)
{
	struct slice name = rot13(hive_value_name(h, it->value, &ev->arena), &ev->arena), image;
	struct slice control = SLICE("UEME_CTL");
	struct row r = { 0 };

	(void)row_read(h, it->value, &r);
	ev->ptr.offset = regf_value_at(&h->regf, it->value).offset;
	hive_put_text(h, ev, HIVE_NAME, name);
	hive_put_u64(h, ev, HIVE_RUN_COUNT, r.runs);
	if (r.is_new) {
		hive_put_u64(h, ev, HIVE_FOCUS_COUNT, r.focus_count);
		hive_put_u64(h, ev, HIVE_FOCUS_MS, r.focus_ms);
	}
	if (it->extra == IS_SEEDED)
		hive_put_bool(h, ev, HIVE_SEEDED, true);
	hive_put_text(h, ev, HIVE_USER, h->user);
	ev->time = when_filetime(r.last);
	ev->time_kind = "run";
	ev->completeness = COMPLETENESS_FILTERED;
	if (!r.runs || !ev->time.set || it->extra == IS_SEEDED || slice_starts(name, control))
		return;
	ev->proves = STAGE_BIT(STAGE_S3);
	image = image_of(name, &ev->arena);
	if (!image.n)
		return;
	ev->op = ACTIVITY_PROCESS_START;
	hive_make_text(h, ev, HIVE_S_IMAGE, image);
	hive_make_text(h, ev, HIVE_S_USER, h->user);
}

const struct hive_artifact hive_userassist = { "userassist", find, put };
