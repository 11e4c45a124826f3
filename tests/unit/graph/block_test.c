/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"

#include "base/err.h"
#include "base/heap.h"
#include "base/rng.h"
#include "graph/block.h"
#include "graph_build.h"
#include "guard.h"

#include <stdlib.h>

struct taken {
	struct slice blocks[64];
	size_t n;
};

static void take(void *ctx, struct slice block)
{
	struct taken *t = ctx;
	uint8_t *copy = heap_new(block.n);

	assert_true(t->n < 64);
	memcpy(copy, block.p, block.n);
	t->blocks[t->n++] = slice_of(copy, block.n);
}

static void taken_done(struct taken *t)
{
	for (size_t i = 0; i < t->n; i++)
		free((void *)(uintptr_t)t->blocks[i].p);
}

static struct block read_block(struct slice bytes, struct arena *arena)
{
	struct block b = { 0 };
	struct err err = { 0 };

	if (!block_read(bytes, arena, &b, &err))
		fail_msg("%s at %llu", err.why, (unsigned long long)err.at);
	return b;
}

static struct taken block_of(const char *const *lines, size_t n)
{
	struct blocks *blocks = blocks_new();
	struct taken t = { 0 };

	for (size_t i = 0; i < n; i++) {
		struct act a = told_act(lines[i], i);

		blocks_add(blocks, &a);
	}
	blocks_give(blocks, take, &t);
	blocks_free(blocks);
	return t;
}

#define LINES(...) (const char *const[]){ __VA_ARGS__ }, sizeof((const char *const[]){ __VA_ARGS__ }) / sizeof(char *)

/* ---- what was added is there ---- */

static const char *const names[] = { "C:\\a.exe", "C:\\b.dll", "/usr/bin/x", "caf\xc3\xa9", "\x01\xff odd" };

static struct act any_act(struct rng *r)
{
	struct act a = { .op = (enum activity_op)(1 + rng_below(r, ACTIVITY_COUNT - 1)),
			 .host = slice_str(rng_below(r, 3) ? "H1" : "h2"),
			 .record = rng_below(r, 4) ? rng_below(r, 1000) : rng_next(r),
			 .offset = rng_below(r, 4) ? rng_below(r, 1000) : rng_next(r),
			 .record_counted = rng_below(r, 2),
			 .kept = true };

	a.time.set = rng_below(r, 8);
	a.time.ns = rng_below(r, 2) ? (int64_t)rng_below(r, 1000) * 1000000 : (int64_t)(rng_next(r) >> 2) - (INT64_C(1) << 61);
	if (rng_below(r, 8)) {
		a.subject.kind = ENTITY_PROCESS;
		a.subject.name = slice_str(names[rng_below(r, 5)]);
		a.subject.pid = (uint32_t)rng_below(r, 3);
		if (rng_below(r, 2))
			a.subject.key = slice_str("{key}");
	}
	if (rng_below(r, 8)) {
		a.object.kind = (enum entity_kind)(1 + rng_below(r, ENTITY_KIND_COUNT - 1));
		a.object.name = slice_str(names[rng_below(r, 5)]);
		a.object.pid = (uint32_t)rng_next(r);
	}
	for (unsigned i = 0; i < ATTRIBUTE_COUNT; i++)
		if (rng_below(r, 8) == 0)
			a.attributes[i] = slice_str(names[rng_below(r, 5)]);
	return a;
}

static void same_entity(const struct block *b, uint32_t at, const struct act_entity *want)
{
	if (want->kind == ENTITY_NONE) {
		assert_int_equal(at, BLOCK_NONE);
		return;
	}
	assert_true(at < b->entity_count);
	const struct block_entity *e = &b->entities[at];

	assert_int_equal(e->kind, want->kind);
	assert_int_equal(e->pid, want->pid);
	assert_true(slice_eq(e->name == BLOCK_NONE ? slice_of(NULL, 0) : b->texts[e->name], want->name));
	assert_true(slice_eq(e->key == BLOCK_NONE ? slice_of(NULL, 0) : b->texts[e->key], want->key));
}

static void same_act(const struct block *b, const struct block_activity *x, const struct act *a)
{
	struct slice got[ATTRIBUTE_COUNT] = { 0 };

	assert_int_equal(x->op, a->op);
	assert_int_equal(x->timed, a->time.set);
	if (a->time.set) {
		assert_true(x->time_ns == a->time.ns);
		assert_true(x->last_ns == a->time.ns);
	}
	assert_true(x->record == a->record && x->offset == a->offset && x->record_counted == a->record_counted);
	assert_int_equal(x->count, 1);
	same_entity(b, x->subject, &a->subject);
	same_entity(b, x->object, &a->object);
	for (uint32_t i = 0; x->set != BLOCK_NONE && i < b->sets[x->set].n; i++) {
		const struct block_attribute *at = &b->attributes[b->sets[x->set].first + i];

		got[at->which] = b->texts[at->text];
	}
	for (unsigned i = 0; i < ATTRIBUTE_COUNT; i++)
		assert_true(slice_eq(got[i], a->attributes[i]));
}

static void everything_that_was_added_is_there(void **state)
{
	struct rng r = { 1 };

	(void)state;
	for (unsigned round = 0; round < 200; round++) {
		struct blocks *blocks = blocks_new();
		size_t n = 1 + rng_below(&r, 60), seen = 0;
		struct act *acts = heap_array(n, sizeof(*acts));
		struct taken t = { 0 };

		for (size_t i = 0; i < n; i++) {
			acts[i] = any_act(&r);
			blocks_add(blocks, &acts[i]);
			if (rng_below(&r, 40) == 0)
				blocks_give(blocks, take, &t);
		}
		blocks_give(blocks, take, &t);
		/* Each host's come in the order in which they were added. */
		for (unsigned h = 0; h < 2; h++) {
			size_t at = 0;

			for (size_t k = 0; k < t.n; k++) {
				struct arena arena;

				arena_init(&arena, 0);
				struct block b = read_block(t.blocks[k], &arena);

				for (size_t i = 0; slice_is(b.host, h ? "H1" : "h2") && i < b.activity_count; i++, seen++) {
					while (!slice_eq(acts[at].host, b.host))
						at++;
					same_act(&b, &b.activities[i], &acts[at++]);
				}
				arena_done(&arena);
			}
		}
		assert_int_equal(seen, n);
		taken_done(&t);
		blocks_free(blocks);
		free(acts);
	}
}

static void a_head_says_whose_it_is_and_how_many(void **state)
{
	struct taken t = block_of(LINES("1 file_create C:\\a#1 > C:\\x", "2 file_delete C:\\a#1 > C:\\y"));
	struct slice host;
	size_t n;

	(void)state;
	assert_int_equal(t.n, 1);
	assert_true(block_head(t.blocks[0], &host, &n));
	assert_slice(host, "H");
	assert_int_equal(n, 2);
	assert_false(block_head(slice_head(t.blocks[0], 12), &host, &n));
	taken_done(&t);
}

static void a_time_that_no_sum_can_hold_is_no_time(void **state)
{
	const int64_t times[] = { INT64_MIN, INT64_MIN + 1, -BLOCK_TIME_MAX - 1, BLOCK_TIME_MAX + 1, INT64_MAX };
	struct blocks *blocks = blocks_new();
	struct taken t = { 0 };
	struct arena arena;

	(void)state;
	for (size_t i = 0; i < 5; i++) {
		struct act a = told_act("1 file_create C:\\a#1 > C:\\x", i);

		a.time.ns = times[i];
		blocks_add(blocks, &a);
	}
	blocks_give(blocks, take, &t);
	arena_init(&arena, 0);
	struct block b = read_block(t.blocks[0], &arena);

	assert_int_equal(b.activity_count, 5);
	for (size_t i = 0; i < 5; i++)
		assert_false(b.activities[i].timed);
	arena_done(&arena);
	taken_done(&t);
	blocks_free(blocks);
}

/* ---- folding ---- */

struct expected {
	double first, last;
	uint32_t count;
	uint64_t record;
};

static void folds_to(const char *const *lines, size_t n, const struct expected *want, size_t want_n)
{
	struct taken t = block_of(lines, n);
	struct arena arena;

	arena_init(&arena, 0);
	struct block b = read_block(t.blocks[0], &arena);

	assert_int_equal(b.activity_count, want_n);
	for (size_t i = 0; i < want_n; i++) {
		const struct block_activity *a = &b.activities[i];

		assert_int_equal(a->count, want[i].count);
		assert_int_equal(a->record, want[i].record);
		assert_true(a->time_ns == TOLD_SECONDS(want[i].first));
		assert_true(a->last_ns == TOLD_SECONDS(want[i].last));
	}
	arena_done(&arena);
	taken_done(&t);
}
#define FOLDS(lines, ...)                                                                          \
	folds_to(lines, (const struct expected[]){ __VA_ARGS__ },                                  \
		 sizeof((const struct expected[]){ __VA_ARGS__ }) / sizeof(struct expected))

static void repeats_are_one_with_their_count_first_and_last(void **state)
{
	(void)state;
	FOLDS(LINES("1 file_write C:\\a#1 > C:\\x", "2 file_write C:\\a#1 > C:\\x", "4.5 file_write C:\\a#1 > C:\\x"),
	      { 1, 4.5, 3, 1 });
	FOLDS(LINES("3 dns_query C:\\a#1 > x.test", "1 dns_query C:\\a#1 > x.test"), { 1, 3, 2, 2 });
}

static void what_differs_in_anything_is_not_folded(void **state)
{
	(void)state;
	FOLDS(LINES("1 file_write C:\\a#1 > C:\\x", "2 file_write C:\\a#2 > C:\\x", "3 file_create C:\\a#2 > C:\\x",
		    "4 file_create C:\\a#2 > C:\\x | user=u", "5 file_create C:\\a#2 > C:\\y | user=u"),
	      { 1, 1, 1, 1 }, { 2, 2, 1, 2 }, { 3, 3, 1, 3 }, { 4, 4, 1, 4 }, { 5, 5, 1, 5 });
}

static void what_an_alert_stands_on_stays_alone(void **state)
{
	(void)state;
	FOLDS(LINES("1 file_write C:\\a#1 > C:\\x", "2 !file_write C:\\a#1 > C:\\x", "3 file_write C:\\a#1 > C:\\x",
		    "4 file_write C:\\a#1 > C:\\x"),
	      { 1, 1, 1, 1 }, { 2, 2, 1, 2 }, { 3, 4, 2, 3 });
}

static void starts_ends_logons_and_packages_stay_alone(void **state)
{
	(void)state;
	FOLDS(LINES("1 process_start C:\\a#1 > C:\\b#2", "1 process_start C:\\a#1 > C:\\b#2", "2 process_end C:\\b#2 > -",
		    "2 process_end C:\\b#2 > -", "3 logon C:\\a#1 > u", "3 logon C:\\a#1 > u", "4 package - > p",
		    "4 package - > p"),
	      { 1, 1, 1, 1 }, { 1, 1, 1, 2 }, { 2, 2, 1, 3 }, { 2, 2, 1, 4 }, { 3, 3, 1, 5 }, { 3, 3, 1, 6 },
	      { 4, 4, 1, 7 }, { 4, 4, 1, 8 });
}

static void loads_fold_wherever_they_stand_while_the_file_is_the_same(void **state)
{
	(void)state;
	FOLDS(LINES("1 image_load C:\\a#1 > C:\\x", "2 image_load C:\\a#1 > C:\\y", "3 image_load C:\\a#1 > C:\\x",
		    "4 file_write C:\\q#9 > C:\\x", "5 image_load C:\\a#1 > C:\\x", "6 image_load C:\\a#1 > C:\\x"),
	      { 1, 3, 2, 1 }, { 2, 2, 1, 2 }, { 4, 4, 1, 4 }, { 5, 6, 2, 5 });
}

static void writes_fold_only_while_nothing_came_between_that_may_explain_them(void **state)
{
	(void)state;
	FOLDS(LINES("1 file_write C:\\a#1 > C:\\x", "2 dns_query C:\\q#9 > x.test", "3 file_write C:\\a#1 > C:\\x",
		    "4 remote_thread C:\\q#9 > C:\\a#1", "5 file_write C:\\a#1 > C:\\x", "6 file_write C:\\a#1 > C:\\x"),
	      { 1, 3, 2, 1 }, { 2, 2, 1, 2 }, { 4, 4, 1, 4 }, { 5, 6, 2, 5 });
	FOLDS(LINES("1 file_rename C:\\a#1 > C:\\x | source_file=C:\\y", "2 file_rename C:\\a#1 > C:\\x | source_file=C:\\y"),
	      { 1, 1, 1, 1 }, { 2, 2, 1, 2 });
}

/* ---- hostile bytes ---- */

static struct taken rich_block(void)
{
	return block_of(LINES("1 process_start {A}C:\\a.exe#10 > {B}C:\\b.exe#11 | command_line=b /x | sha256=ab",
			      "2.5 image_load {B}C:\\b.exe#11 > C:\\m.dll | signer=S", "3 image_load {B}C:\\b.exe#11 > C:\\m.dll | signer=S",
			      "- package - > Product | version=1.2", "7 !file_write C:\\b.exe#11 > C:\\out.txt",
			      "9 network_connect {B}#11 > 192.0.2.7 | port=443", "10 boot - > -"));
}

static void sound(const struct block *b)
{
	for (size_t i = 0; i < b->entity_count; i++) {
		const struct block_entity *e = &b->entities[i];

		assert_true(e->kind > ENTITY_NONE && e->kind < ENTITY_KIND_COUNT);
		assert_true(e->key == BLOCK_NONE || e->key < b->text_count);
		assert_true(e->name == BLOCK_NONE || e->name < b->text_count);
	}
	for (size_t i = 0; i < b->set_count; i++)
		assert_true(b->sets[i].first + (uint64_t)b->sets[i].n <= b->attribute_count);
	for (size_t i = 0; i < b->attribute_count; i++)
		assert_true(b->attributes[i].which < ATTRIBUTE_COUNT && b->attributes[i].text < b->text_count);
	for (size_t i = 0; i < b->activity_count; i++) {
		const struct block_activity *a = &b->activities[i];

		assert_true(a->op > ACTIVITY_NONE && a->op < ACTIVITY_COUNT && a->count > 0);
		assert_true(a->subject == BLOCK_NONE || a->subject < b->entity_count);
		assert_true(a->object == BLOCK_NONE || a->object < b->entity_count);
		assert_true(a->set == BLOCK_NONE || a->set < b->set_count);
		assert_true(a->time_ns <= a->last_ns && a->time_ns >= -BLOCK_TIME_MAX && a->last_ns <= BLOCK_TIME_MAX);
	}
}

static void every_truncation_is_refused(void **state)
{
	struct taken t = rich_block();

	(void)state;
	for (size_t n = 0; n < t.blocks[0].n; n++) {
		struct guard g = guard_copy(slice_head(t.blocks[0], n), 0);
		struct arena arena;
		struct block b;
		struct err err = { 0 };

		arena_init(&arena, 0);
		assert_false(block_read(g.bytes, &arena, &b, &err));
		assert_int_equal(err.code, ERR_FORMAT);
		arena_done(&arena);
		guard_done(&g);
	}
	taken_done(&t);
}

static void every_flipped_bit_is_refused_or_gives_sound_tables(void **state)
{
	struct taken t = rich_block();
	struct guard g = guard_copy(t.blocks[0], 0);
	uint8_t *bytes = g.map + (g.bytes.p - g.map);
	size_t read = 0;

	(void)state;
	for (size_t bit = 0; bit < g.bytes.n * 8 && bit < 8192; bit++) {
		struct arena arena;
		struct block b;
		struct err err = { 0 };

		arena_init(&arena, 0);
		bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
		if (block_read(g.bytes, &arena, &b, &err)) {
			struct graph *graph = graph_new();

			sound(&b);
			assert_true(graph_add(graph, &b, 1, 0, &err));
			graph_finish(graph);
			graph_free(graph);
			read++;
		}
		bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
		arena_done(&arena);
	}
	assert_true(read > 0);
	guard_done(&g);
	taken_done(&t);
}

static void a_lie_in_counts_costs_no_memory(void **state)
{
	struct taken t = rich_block();
	uint8_t bytes[4096];

	(void)state;
	assert_true(t.blocks[0].n < sizeof(bytes));
	/* texts, entities, sets, activities: behind version, unit, two spare bytes and the host "H" */
	for (unsigned at = 9; at <= 21; at += 4) {
		struct arena arena;
		struct block b;
		struct err err = { 0 };

		memcpy(bytes, t.blocks[0].p, t.blocks[0].n);
		memcpy(bytes + at, "\xf0\xff\xff\xff", 4);
		arena_init(&arena, 0);
		assert_false(block_read(slice_of(bytes, t.blocks[0].n), &arena, &b, &err));
		assert_int_equal(err.code, ERR_FORMAT);
		assert_true(arena.used < 64 * 1024);
		arena_done(&arena);
	}
	taken_done(&t);
}

static void tables_take_a_bounded_multiple_of_the_bytes(void **state)
{
	struct buf bytes = { 0 };
	struct arena arena;
	struct block b;
	struct err err = { 0 };
	const size_t n = 100000;

	(void)state;
	/* As many activities said as there are bytes behind: they would need nine each. */
	buf_put(&bytes, slice_of("\1\0\0\0\0\0\0\0", 8));
	buf_put_le32(&bytes, 0);
	buf_put_le32(&bytes, 0);
	buf_put_le32(&bytes, 0);
	buf_put_le32(&bytes, n);
	for (size_t i = 0; i < n; i++)
		buf_put_u8(&bytes, 1);
	arena_init(&arena, 0);
	assert_false(block_read(buf_slice(&bytes), &arena, &b, &err));
	assert_true(arena.used < 10 * n);
	arena_done(&arena);
	arena_init(&arena, 100);
	struct taken t = rich_block();

	assert_false(block_read(t.blocks[0], &arena, &b, &err));
	assert_int_equal(err.code, ERR_LIMIT);
	arena_done(&arena);
	taken_done(&t);
	buf_done(&bytes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(everything_that_was_added_is_there),
		cmocka_unit_test(a_head_says_whose_it_is_and_how_many),
		cmocka_unit_test(a_time_that_no_sum_can_hold_is_no_time),
		cmocka_unit_test(repeats_are_one_with_their_count_first_and_last),
		cmocka_unit_test(what_differs_in_anything_is_not_folded),
		cmocka_unit_test(what_an_alert_stands_on_stays_alone),
		cmocka_unit_test(starts_ends_logons_and_packages_stay_alone),
		cmocka_unit_test(loads_fold_wherever_they_stand_while_the_file_is_the_same),
		cmocka_unit_test(writes_fold_only_while_nothing_came_between_that_may_explain_them),
		cmocka_unit_test(every_truncation_is_refused),
		cmocka_unit_test(every_flipped_bit_is_refused_or_gives_sound_tables),
		cmocka_unit_test(a_lie_in_counts_costs_no_memory),
		cmocka_unit_test(tables_take_a_bounded_multiple_of_the_bytes),
	};

	return RUN(tests);
}
