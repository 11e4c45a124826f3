/* SPDX-License-Identifier: Apache-2.0 */
/* Transaction logs: a hive before a change and its logs give the hive after it; damage, old entries and
 * logs of something else never make it worse. */
#include "test.h"

#include "base/cursor.h"
#include "base/heap.h"
#include "guard.h"
#include "hive_logs.h"
#include "rehearse/artifact/hive_builder.h"
#include "input/hive/log.h"
#include "input/hive/regf.h"

#include <stdlib.h>

#define TIME UINT64_C(132000000000000000)
#define ENTRY_BYTES 4608u

/* A hive, and the same after keys were added in three pages, one of them new. */
struct change {
	struct buf before, after, log, old;
};

static void build(struct change *c, uint32_t seq)
{
	struct hive_builder b;

	*c = (struct change){ 0 };
	hive_start(&b);
	b.seq1 = 100;
	b.seq2 = 99;
	for (char name[] = "Key 00"; name[4] < '4'; name[5] == '9' ? name[5] = '0', name[4]++ : name[5]++)
		hive_sz(&b, hive_key(&b, name, TIME), "Value", name);
	buf_put(&c->before, hive_finish(&b));
	for (char name[] = "New 00"; name[4] < '5'; name[5] == '9' ? name[5] = '0', name[4]++ : name[5]++)
		hive_sz(&b, hive_key(&b, name, TIME), "Value", name);
	buf_put(&c->after, hive_finish(&b));
	hive_log(&c->log, buf_slice(&c->before), buf_slice(&c->after), seq);
	hive_log_old(&c->old, buf_slice(&c->before), buf_slice(&c->after));
	hive_done(&b);
}

static void done(struct change *c)
{
	buf_done(&c->before);
	buf_done(&c->after);
	buf_done(&c->log);
	buf_done(&c->old);
}

static size_t entries_of(const struct change *c)
{
	return (c->log.n - 512) / ENTRY_BYTES;
}

static struct log_replay replayed(struct slice hive, struct slice one, struct slice two)
{
	const struct slice logs[LOG_FILES] = { one, two };
	struct log_replay r;

	log_replay(&r, hive, logs);
	return r;
}

static const struct slice none = { NULL, 0 };

static void is_after(const struct log_replay *r, const struct change *c)
{
	assert_int_equal(r->state, LOG_REPLAYED);
	assert_int_equal(r->n, c->after.n);
	assert_memory_equal(r->copy + 4096, c->after.p + 4096, c->after.n - 4096);
}

static size_t keys_in(struct slice hive, uint64_t *ret_damages)
{
	struct regf r;

	regf_open(&r, hive);
	size_t n = r.key_count;

	*ret_damages = regf_damages(&r, false);
	regf_done(&r);
	return n;
}

static void hashes_are_those_of_the_specification(void **state)
{
	(void)state;
	assert_true(log_hash(slice_str("")) == UINT64_C(0xb39efca403966e08));
	assert_true(log_hash(slice_str("abc")) == UINT64_C(0xb9cf3dfca41914f7));
	assert_true(log_hash(slice_str("abcdefgh")) == UINT64_C(0x253e0a1a576ba388));
}

static void a_log_gives_the_hive_after_the_change(void **state)
{
	struct change c;
	uint64_t damages;

	(void)state;
	build(&c, 5000); /* a gap before the first entry is normal */
	assert_true(c.after.n > c.before.n && entries_of(&c) >= 3);
	struct log_replay r = replayed(buf_slice(&c.before), buf_slice(&c.log), none);

	is_after(&r, &c);
	assert_int_equal(r.first, 5000);
	assert_int_equal(r.entries, entries_of(&c));
	assert_int_equal(keys_in(slice_of(r.copy, r.n), &damages), 91);
	assert_int_equal(damages, 0);
	assert_int_equal(r.note_count, 0);
	log_replay_done(&r);
	done(&c);
}

static void two_logs_are_read_in_the_order_of_their_numbers(void **state)
{
	struct change c;
	struct buf rest = { 0 };

	(void)state;
	build(&c, 200);
	buf_put(&rest, slice_head(buf_slice(&c.log), 512));
	buf_put(&rest, slice_from(buf_slice(&c.log), 512 + ENTRY_BYTES));
	struct slice first = slice_head(buf_slice(&c.log), 512 + ENTRY_BYTES);
	struct log_replay r = replayed(buf_slice(&c.before), buf_slice(&rest), first);

	is_after(&r, &c);
	log_replay_done(&r);
	buf_done(&rest);
	done(&c);
}

static void a_closed_hive_needs_no_log(void **state)
{
	struct change c;

	(void)state;
	build(&c, 200);
	c.before.p[8] = 100;
	hive_sum(c.before.p);
	struct log_replay r = replayed(buf_slice(&c.before), buf_slice(&c.log), none);

	assert_int_equal(r.state, LOG_NOT_NEEDED);
	assert_null(r.copy);
	log_replay_done(&r);
	done(&c);
}

static void entries_that_the_hive_has_are_passed_over(void **state)
{
	struct change c;

	(void)state;
	build(&c, 10); /* all below 99 */
	struct log_replay r = replayed(buf_slice(&c.before), buf_slice(&c.log), none);

	assert_int_equal(r.state, LOG_UNUSABLE);
	log_replay_done(&r);
	done(&c);
}

static void a_log_that_does_not_join_a_newer_one_is_left_out(void **state)
{
	struct change c, older;

	(void)state;
	build(&c, 500);
	build(&older, 200);
	struct log_replay r = replayed(buf_slice(&c.before), buf_slice(&c.log), buf_slice(&older.log));

	is_after(&r, &c);
	assert_int_equal(r.first, 500);
	assert_int_equal(r.note_count, 1);
	assert_int_equal(r.notes[0].file, 1);
	assert_int_equal(r.notes[0].offset, 512);
	log_replay_done(&r);
	done(&c);
	done(&older);
}

static void what_comes_behind_a_damaged_entry_is_not_used(void **state)
{
	struct change c;

	(void)state;
	build(&c, 200);
	c.log.p[512 + ENTRY_BYTES + 100] ^= 1;
	struct log_replay r = replayed(buf_slice(&c.before), buf_slice(&c.log), none);

	assert_int_equal(r.state, LOG_REPLAYED);
	assert_int_equal(r.entries, 1);
	assert_true(r.damaged);
	assert_int_equal(r.note_count, 1);
	assert_int_equal(r.notes[0].offset, 512 + ENTRY_BYTES);
	assert_non_null(strstr(r.notes[0].why, "pages with a wrong hash"));
	log_replay_done(&r);
	done(&c);
}

static void a_wrong_base_block_comes_from_the_log(void **state)
{
	struct change c;
	uint64_t damages;

	(void)state;
	build(&c, 200);
	memset(c.before.p + 36, 0xee, 8); /* root and size of the bins */
	struct log_replay r = replayed(buf_slice(&c.before), buf_slice(&c.log), none);

	assert_true(r.sum_wrong);
	is_after(&r, &c);
	assert_int_equal(keys_in(slice_of(r.copy, r.n), &damages), 91);
	assert_int_equal(damages, 0);
	log_replay_done(&r);
	done(&c);
}

static void an_old_log_has_a_bit_a_sector(void **state)
{
	struct change c;

	(void)state;
	build(&c, 200);
	struct log_replay r = replayed(buf_slice(&c.before), buf_slice(&c.old), none);

	is_after(&r, &c);
	log_replay_done(&r);
	/* One of another time is not the hive's. */
	c.old.p[12] ^= 1;
	hive_sum(c.old.p);
	r = replayed(buf_slice(&c.before), none, buf_slice(&c.old));
	assert_int_equal(r.state, LOG_UNUSABLE);
	assert_int_equal(r.note_count, 1);
	log_replay_done(&r);
	done(&c);
}

/* Whatever the log, there is a copy that is no shorter than the hive, or none. */
static void ends_well(const struct change *c, struct slice log)
{
	struct guard g = guard_copy(log, 0);
	struct log_replay r = replayed(buf_slice(&c->before), g.bytes, none);

	if (r.state == LOG_REPLAYED)
		assert_true(r.entries && r.pages && r.n >= c->before.n && r.n <= c->after.n);
	else
		assert_null(r.copy);
	log_replay_done(&r);
	guard_done(&g);
}

static void every_prefix_and_every_flipped_bit_of_a_log_ends_well(void **state)
{
	struct change c;

	(void)state;
	build(&c, 200);
	struct buf *logs[] = { &c.log, &c.old };

	for (size_t k = 0; k < 2; k++) {
		for (size_t n = 0; n < logs[k]->n; n += 61)
			ends_well(&c, slice_head(buf_slice(logs[k]), n));
		for (size_t bit = 0; bit < 1024 * 8; bit++) {
			logs[k]->p[bit / 8] ^= (uint8_t)(1u << bit % 8);
			ends_well(&c, buf_slice(logs[k]));
			logs[k]->p[bit / 8] ^= (uint8_t)(1u << bit % 8);
		}
	}
	done(&c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hashes_are_those_of_the_specification),
		cmocka_unit_test(a_log_gives_the_hive_after_the_change),
		cmocka_unit_test(two_logs_are_read_in_the_order_of_their_numbers),
		cmocka_unit_test(a_closed_hive_needs_no_log),
		cmocka_unit_test(entries_that_the_hive_has_are_passed_over),
		cmocka_unit_test(a_log_that_does_not_join_a_newer_one_is_left_out),
		cmocka_unit_test(what_comes_behind_a_damaged_entry_is_not_used),
		cmocka_unit_test(a_wrong_base_block_comes_from_the_log),
		cmocka_unit_test(an_old_log_has_a_bit_a_sector),
		cmocka_unit_test(every_prefix_and_every_flipped_bit_of_a_log_ends_well),
	};

	return RUN(tests);
}
