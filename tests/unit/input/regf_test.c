/* SPDX-License-Identifier: Apache-2.0 */
/* The walk over a hive and its logs: what was told comes back whatever the layout, damage costs what it
 * touches, and nothing is read twice or past the end. */
#include "test.h"

#include "base/arena.h"
#include "base/cursor.h"
#include "guard.h"
#include "rehearse/artifact/hive_builder.h"
#include "input/hive/log.h"
#include "input/hive/regf.h"

#include <stdlib.h>

#define TIME UINT64_C(132000000000000000)

static struct arena arena;

static uint32_t find(const struct regf *r, const char *path)
{
	return r->key_count ? regf_find(r, 0, path) : REGF_NONE;
}

static struct slice data_of(const struct regf *r, const char *path, const char *value)
{
	uint32_t v = regf_value_find(r, find(r, path), value);

	return v == REGF_NONE ? slice_of(NULL, 0) : regf_value_data(r, v, &arena);
}

/* Everything once, so that damage anywhere is met. */
static size_t touch(const struct regf *r)
{
	size_t bytes = 0;

	for (uint32_t k = 0; k < r->key_count; k++) {
		bytes += regf_key_path(r, k, &arena).n;
		for (uint32_t v = r->keys[k].value; v < r->keys[k].value + r->keys[k].values; v++) {
			struct slice d = regf_value_data(r, v, &arena);

			for (size_t i = 0; i < d.n; i++)
				bytes += d.p[i] & 1;
			bytes += regf_name_text(regf_value_at(r, v).name, &arena).n;
			(void)regf_data_offset(r, v, d.n);
		}
		arena_reset(&arena);
	}
	return bytes;
}

static void build(struct hive_builder *b, const char *list, uint32_t minor)
{
	uint8_t big[40000];

	hive_start(b);
	memcpy(b->list, list, 2);
	b->minor = minor;
	for (size_t i = 0; i < sizeof(big); i++)
		big[i] = (uint8_t)(i * 7 + i / 256);
	uint32_t k = hive_key(b, "Software\\Some\\Deep\\Key", TIME);

	hive_sz(b, k, "Text", "a\xc3\xa4\xe4\xb8\x96z");
	hive_dword(b, k, "Number", 0x01020304);
	hive_sz(b, k, "", "the unnamed one");
	hive_binary(b, k, "Big", slice_of(big, sizeof(big)));
	hive_key(b, "Software\\Gr\xc3\xbc\xc3\x9f" "e", TIME);
	hive_key(b, "Software\\\xe5\x90\x8d", TIME + 1);
	for (char name[] = "Sibling 00"; name[9] < '9'; name[9]++)
		hive_key(b, name, TIME);
}

static void what_was_told_comes_back(void **state)
{
	static const char *const lists[] = { "lh", "lf", "li", "ri" };

	(void)state;
	for (size_t i = 0; i < 8; i++) {
		struct hive_builder b;
		struct regf r;

		build(&b, lists[i % 4], i < 4 ? 5 : 3);
		struct slice file = hive_finish(&b);
		struct guard g = guard_copy(file, 64);

		regf_open(&r, g.bytes);
		assert_int_equal(regf_damages(&r, false), 0);
		assert_int_equal(r.key_count, b.key_count);
		assert_int_equal(r.value_count, b.value_count);
		uint32_t key = find(&r, "SOFTWARE\\some\\Deep\\KEY");

		assert_slice(regf_key_path(&r, key, &arena), "Software\\Some\\Deep\\Key");
		assert_true(regf_key_time(&r, key) == TIME);
		assert_int_equal(data_of(&r, "Software\\Some\\Deep\\Key", "Big").n, 40000);
		assert_true(slice_eq(data_of(&r, "Software\\Some\\Deep\\Key", "Big"), b.values[3].data));
		assert_true(slice_eq(data_of(&r, "Software\\Some\\Deep\\Key", "Number"), slice_of("\4\3\2\1", 4)));
		assert_int_equal(data_of(&r, "Software\\Some\\Deep\\Key", "").n, 32);
		uint32_t software = find(&r, "Software");

		assert_slice(regf_name_text(regf_key_name(&r, r.keys[software].child + 1), &arena),
			     "Gr\xc3\xbc\xc3\x9f" "e");
		assert_slice(regf_name_text(regf_key_name(&r, r.keys[software].child + 2), &arena), "\xe5\x90\x8d");
		assert_int_equal(find(&r, "Software\\None"), REGF_NONE);
		regf_done(&r);
		guard_done(&g);
		hive_done(&b);
	}
}

static void places_in_segments_are_those_of_the_file(void **state)
{
	struct hive_builder b;
	struct regf r;

	(void)state;
	build(&b, "lh", 5);
	struct slice file = hive_finish(&b);

	regf_open(&r, file);
	uint32_t v = regf_value_find(&r, find(&r, "Software\\Some\\Deep\\Key"), "Big");
	struct slice big = regf_value_data(&r, v, &arena);

	for (size_t at = 0; at < big.n; at += 1000)
		assert_int_equal(file.p[regf_data_offset(&r, v, at)], big.p[at]);
	regf_done(&r);
	hive_done(&b);
}

/* ---- damage ---- */

static struct regf opened(struct guard *g)
{
	struct regf r;

	regf_open(&r, g->bytes);
	(void)touch(&r);
	return r;
}

static void every_prefix_is_read_as_far_as_it_goes(void **state)
{
	struct hive_builder b;
	size_t keys = 0;

	(void)state;
	build(&b, "ri", 5);
	struct slice file = hive_finish(&b);

	for (size_t n = 0; n <= file.n; n += n < 9000 ? 1 : 97) {
		struct guard g = guard_copy(slice_head(file, n), 0);
		struct regf r = opened(&g);

		assert_true(n == 0 || r.key_count <= b.key_count);
		keys = r.key_count > keys ? r.key_count : keys;
		regf_done(&r);
		guard_done(&g);
	}
	assert_true(keys > b.key_count / 2);
	hive_done(&b);
}

static void every_flipped_bit_costs_what_it_touches(void **state)
{
	struct hive_builder b;

	(void)state;
	build(&b, "lf", 5);
	struct slice file = hive_finish(&b);
	struct guard g = guard_copy(file, 0);
	uint8_t *bytes = (uint8_t *)(uintptr_t)g.bytes.p;

	for (size_t bit = 0; bit < 1024 * 8 + 4096 * 8; bit++) {
		size_t at = bit / 8 < 1024 ? bit / 8 : 4096 + bit / 8 - 1024;

		bytes[at] ^= (uint8_t)(1u << bit % 8);
		struct regf r = opened(&g);

		assert_true(r.key_count <= b.key_count && r.value_count <= b.value_count);
		regf_done(&r);
		bytes[at] ^= (uint8_t)(1u << bit % 8);
	}
	guard_done(&g);
	hive_done(&b);
}

static struct hive_builder damaged;
static uint8_t *bytes_of;

/* A fresh hive whose bytes may be written. */
static struct guard to_damage(void)
{
	build(&damaged, "lh", 5);
	struct guard g = guard_copy(hive_finish(&damaged), 0);

	bytes_of = (uint8_t *)(uintptr_t)g.bytes.p;
	return g;
}

static void put_u32(size_t at, uint32_t v)
{
	for (int i = 0; i < 4; i++)
		bytes_of[at + (size_t)i] = (uint8_t)(v >> i * 8);
}

static size_t key_at(const char *path)
{
	return hive_key_at(&damaged, hive_key(&damaged, path, 0)) + 4;
}

/* Damaged in this way, with its first place, and so many keys left. */
static void is_damage(struct guard *g, enum regf_damage d, size_t first, size_t keys)
{
	struct regf r = opened(g);

	assert_int_equal(r.damage[d].count, 1);
	assert_int_equal(r.damage[d].first, first);
	assert_int_equal(r.key_count, keys);
	regf_done(&r);
	guard_done(g);
	hive_done(&damaged);
}

static void a_key_below_itself_is_a_cell_used_twice(void **state)
{
	struct guard g = to_damage();
	size_t some = key_at("Software\\Some"), deep = key_at("Software\\Some\\Deep");

	(void)state;
	/* Deep's list of subkeys becomes Some's, in which Deep stands. */
	put_u32(deep + 28, load_u32(bytes_of + some + 28));
	is_damage(&g, REGF_DAMAGE_TWICE, 4096 + load_u32(bytes_of + some + 28), damaged.key_count - 1);
}

static void a_free_cell_is_not_read(void **state)
{
	struct guard g = to_damage();
	size_t at = key_at("Software\\Some\\Deep\\Key") - 4;

	(void)state;
	put_u32(at, 0 - load_u32(bytes_of + at));
	is_damage(&g, REGF_DAMAGE_FREE, at, damaged.key_count - 1);
}

static void a_list_outside_the_bins_costs_its_subkeys(void **state)
{
	struct guard g = to_damage();
	size_t at = key_at("Software\\Some");

	(void)state;
	put_u32(at + 28, 0x7ffffff8);
	is_damage(&g, REGF_DAMAGE_OUTSIDE, at - 4, damaged.key_count - 2);
}

static void a_root_in_the_wrong_place_is_looked_for(void **state)
{
	struct guard g = to_damage();

	(void)state;
	put_u32(36, 0x100);
	is_damage(&g, REGF_DAMAGE_ROOT, 4096, damaged.key_count);
}

static void a_cell_of_an_impossible_size_is_still_a_key(void **state)
{
	struct guard g = to_damage();
	size_t at = key_at("Software\\Some") - 4;

	(void)state;
	put_u32(at, 0x80000001);
	is_damage(&g, REGF_DAMAGE_SIZE, at, damaged.key_count);
}

static void data_of_two_values_is_neither_ones(void **state)
{
	struct guard g = to_damage();
	size_t text = hive_value_cell_at(&damaged, 0) + 4, unnamed = hive_value_cell_at(&damaged, 2) + 4;
	struct regf r;

	(void)state;
	put_u32(unnamed + 8, load_u32(bytes_of + text + 8));
	regf_open(&r, g.bytes);
	assert_int_equal(r.damage[REGF_DAMAGE_TWICE].count, 1);
	assert_int_equal(data_of(&r, "Software\\Some\\Deep\\Key", "Text").n, 10);
	assert_int_equal(data_of(&r, "Software\\Some\\Deep\\Key", "").n, 0);
	regf_done(&r);
	guard_done(&g);
	hive_done(&damaged);
}

static void data_that_is_longer_than_its_cell_is_cut(void **state)
{
	struct guard g = to_damage();
	size_t text = hive_value_cell_at(&damaged, 0) + 4;
	struct regf r;

	(void)state;
	put_u32(text + 4, 4000);
	regf_open(&r, g.bytes);
	assert_int_equal(r.damage[REGF_DAMAGE_DATA].count, 1);
	assert_int_equal(r.damage[REGF_DAMAGE_DATA].first, text - 4);
	assert_int_equal(data_of(&r, "Software\\Some\\Deep\\Key", "Text").n, 12);
	regf_done(&r);
	guard_done(&g);
	hive_done(&damaged);
}

/* One value's data is said to be all the rest of the file: nothing else can have its bytes. */
static void cells_cannot_claim_more_than_there_is(void **state)
{
	struct guard g = to_damage();
	size_t text = hive_value_cell_at(&damaged, 0) + 4, data = 4096 + load_u32(bytes_of + text + 8);
	struct regf r;

	(void)state;
	put_u32(text + 4, 0x7fffffff);
	put_u32(data, (uint32_t)(0 - (g.bytes.n - data)));
	regf_open(&r, g.bytes);
	assert_true(r.damage[REGF_DAMAGE_OVERLAP].count > 0);
	assert_true(r.claimed <= r.bins.n);
	assert_true(r.key_count <= damaged.key_count && touch(&r) > 0);
	regf_done(&r);
	guard_done(&g);
	hive_done(&damaged);
}

/* Keys a thousand deep: found, and the path is cut at the top. */
static void depth_has_no_stack(void **state)
{
	struct hive_builder b;
	struct regf r;
	struct buf path = { 0 };

	(void)state;
	hive_start(&b);
	for (int i = 0; i < 1000; i++)
		buf_put_str(&path, i ? "\\k" : "k");
	buf_put_byte(&path, 0);
	hive_key(&b, (const char *)path.p, TIME);
	regf_open(&r, hive_finish(&b));
	assert_int_equal(r.key_count, 1001);
	assert_int_equal(regf_damages(&r, false), 0);
	assert_int_equal(regf_key_path(&r, 1000, &arena).n, REGF_DEPTH_MAX * 2 - 1);
	regf_done(&r);
	hive_done(&b);
	buf_done(&path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_told_comes_back),
		cmocka_unit_test(places_in_segments_are_those_of_the_file),
		cmocka_unit_test(every_prefix_is_read_as_far_as_it_goes),
		cmocka_unit_test(every_flipped_bit_costs_what_it_touches),
		cmocka_unit_test(a_key_below_itself_is_a_cell_used_twice),
		cmocka_unit_test(a_free_cell_is_not_read),
		cmocka_unit_test(a_list_outside_the_bins_costs_its_subkeys),
		cmocka_unit_test(a_root_in_the_wrong_place_is_looked_for),
		cmocka_unit_test(a_cell_of_an_impossible_size_is_still_a_key),
		cmocka_unit_test(data_of_two_values_is_neither_ones),
		cmocka_unit_test(data_that_is_longer_than_its_cell_is_cut),
		cmocka_unit_test(cells_cannot_claim_more_than_there_is),
		cmocka_unit_test(depth_has_no_stack),
	};

	arena_init(&arena, (size_t)64 << 20);
	int failed = RUN(tests);

	arena_done(&arena);
	return failed;
}
