/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"

#include "rehearse/phone/story.h"

#include <string.h>

static void deal(uint64_t hosts, uint64_t seed, size_t counts[FATE_COUNT])
{
	struct rehearse_options o = { .hosts = hosts, .seed = seed };

	memset(counts, 0, FATE_COUNT * sizeof(*counts));
	for (uint64_t i = 0; i < hosts; i++)
		counts[rehearse_fate(&o, i)]++;
}

static void every_seed_deals_the_same_cards(void **state)
{
	size_t c[FATE_COUNT];

	(void)state;
	for (uint64_t seed = 0; seed < 200; seed++) {
		deal(20, seed, c);
		assert_int_equal(c[FATE_ABSENT], 2);
		assert_int_equal(c[FATE_NOT_UPDATED], 2);
		assert_int_equal(c[FATE_BLOCKED], 1);
		assert_int_equal(c[FATE_SECOND_STAGE], 3);
		assert_int_equal(c[FATE_DORMANT], 4);
		assert_int_equal(c[FATE_BEACONED], 8);
	}
}

static void small_and_large_fleets_have_all_fates(void **state)
{
	static const uint64_t sizes[] = { 6, 7, 19, 21, 64, 400, 5000 };
	size_t c[FATE_COUNT];

	(void)state;
	for (size_t s = 0; s < sizeof(sizes) / sizeof(*sizes); s++) {
		deal(sizes[s], 3, c);
		for (size_t f = 0; f < FATE_COUNT; f++)
			assert_true(c[f] > 0);
	}
	deal(1, 5, c);
	assert_int_equal(c[FATE_SECOND_STAGE], 1);
}

static void another_seed_gives_other_machines_the_parts(void **state)
{
	struct rehearse_options a = { .hosts = 20, .seed = 1 }, b = { .hosts = 20, .seed = 2 };
	size_t differ = 0;

	(void)state;
	for (uint64_t i = 0; i < 20; i++)
		differ += rehearse_fate(&a, i) != rehearse_fate(&b, i);
	assert_true(differ > 0);
}

static void steps_follow_each_other_inside_the_records(const struct story *s)
{
	if (s->update)
		assert_true(s->start + DAY <= s->update && s->first_install < s->update);
	if (s->ran)
		assert_true(s->update < s->ran && s->ran < s->sleeps_until);
	if (s->fate == FATE_DORMANT)
		assert_true(s->sleeps_until > s->end && !s->first_contact);
	/* Two contacts at least: else the machine did not beacon, whatever the truth says. */
	if (s->first_contact)
		assert_true(s->first_contact + SECOND_CONTACT_AFTER + HOUR < s->end);
	if (s->second_module)
		assert_true(s->first_contact < s->second_module && s->second_module < s->commands &&
			    s->commands + HOUR < s->end);
}

static void each_fate_has_its_steps_and_no_others(void **state)
{
	(void)state;
	for (uint64_t seed = 0; seed < 50; seed++) {
		struct rehearse_options o = { .hosts = 40, .seed = seed };

		for (uint64_t i = 0; i < o.hosts; i++) {
			struct story s = story_of(&o, i);
			bool woke = s.fate == FATE_BEACONED || s.fate == FATE_SECOND_STAGE;

			steps_follow_each_other_inside_the_records(&s);
			assert_int_equal(s.first_install != 0, s.fate != FATE_ABSENT);
			assert_int_equal(s.update != 0, s.fate != FATE_ABSENT && s.fate != FATE_NOT_UPDATED);
			assert_int_equal(s.ran != 0, woke || s.fate == FATE_DORMANT);
			assert_int_equal(s.first_contact != 0, woke);
			assert_int_equal(s.second_module != 0, s.fate == FATE_SECOND_STAGE);
			assert_int_equal(s.commands != 0, s.fate == FATE_SECOND_STAGE);
		}
	}
}

static void a_hash_belongs_to_its_content_and_seed(void **state)
{
	struct rehearse_options a = { .hosts = 20, .seed = 1 }, b = { .hosts = 20, .seed = 2 };
	char x[65], y[65];

	(void)state;
	story_sha256(&a, MODULE_BAD, x);
	story_sha256(&a, MODULE_BAD, y);
	assert_int_equal(strlen(x), 64);
	assert_int_equal(strspn(x, "0123456789ABCDEF"), 64);
	assert_string_equal(x, y);
	story_sha256(&a, MODULE_CLEAN, y);
	assert_string_not_equal(x, y);
	story_sha256(&b, MODULE_BAD, y);
	assert_string_not_equal(x, y);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_seed_deals_the_same_cards),
		cmocka_unit_test(small_and_large_fleets_have_all_fates),
		cmocka_unit_test(another_seed_gives_other_machines_the_parts),
		cmocka_unit_test(each_fate_has_its_steps_and_no_others),
		cmocka_unit_test(a_hash_belongs_to_its_content_and_seed),
	};

	return RUN(tests);
}
