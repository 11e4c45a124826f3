/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"

#include "base/buf.h"
#include "base/err.h"
#include "case/coverage.h"
#include "event/taxonomy.h"
#include "guard.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static struct event event_of(const char *host, const char *channel, int64_t id, int64_t ns)
{
	return (struct event){ .kind = "evtx",
			       .host = slice_str(host),
			       .channel = slice_str(channel),
			       .event_id = id,
			       .time = { .ns = ns, .set = true } };
}

struct seen {
	struct coverage_row rows[64];
	char hosts[64][64], channels[64][64];
	size_t n, stop_at;
	uint64_t events;
};

static bool see(void *ctx, const struct coverage_row *row)
{
	struct seen *s = ctx;

	s->events += row->events;
	if (s->n < 64) {
		s->rows[s->n] = *row;
		snprintf(s->hosts[s->n], 64, "%.*s", (int)row->host.n, (const char *)row->host.p);
		snprintf(s->channels[s->n], 64, "%.*s", (int)row->source.channel.n,
			 (const char *)row->source.channel.p);
	}
	return ++s->n != s->stop_at;
}

static void events_of_one_hour_are_one_row(void **state)
{
	struct coverage c;
	struct seen s = { 0 };

	(void)state;
	coverage_init(&c);
	for (int i = 0; i < 10; i++) {
		struct event ev =
			event_of("WS01", "Security", 4688, 5 * COVERAGE_HOUR_NS + 100 - i);

		assert_false(coverage_add(&c, &ev));
	}
	coverage_each(&c, see, &s);
	assert_int_equal(s.n, 1);
	assert_int_equal(s.rows[0].events, 10);
	assert_int_equal(s.rows[0].hour, 5);
	assert_int_equal(s.rows[0].first_ns, 5 * COVERAGE_HOUR_NS + 91);
	assert_int_equal(s.rows[0].last_ns, 5 * COVERAGE_HOUR_NS + 100);
	assert_slice(s.rows[0].source.format, "evtx");
	coverage_done(&c);
}

static void hosts_and_channels_compare_without_case_and_keep_their_first_spelling(void **state)
{
	struct event a = event_of("Stra\xc3\x9f"
				  "e-\xc3\x84",
				  "Security", 1, 0);
	struct event b = event_of("STRA\xc3\x9f"
				  "E-\xc3\xa4",
				  "SECURITY", 1, 1);
	struct coverage c;
	struct seen s = { 0 };

	(void)state;
	coverage_init(&c);
	coverage_add(&c, &a);
	coverage_add(&c, &b);
	coverage_add(&c, &a);
	coverage_each(&c, see, &s);
	assert_int_equal(s.n, 1);
	assert_int_equal(s.rows[0].events, 3);
	assert_string_equal(s.hosts[0], "Stra\xc3\x9f"
					"e-\xc3\x84");
	assert_string_equal(s.channels[0], "Security");
	coverage_done(&c);
}

static void hours_before_1970_and_no_time_are_kept_apart(void **state)
{
	struct event old = event_of("H", "C", 1, -1), none = event_of("H", "C", 1, 0);
	struct coverage c;
	struct seen s = { 0 };

	(void)state;
	none.time.set = false;
	coverage_init(&c);
	coverage_add(&c, &old);
	coverage_add(&c, &none);
	coverage_add(&c, &none);
	coverage_each(&c, see, &s);
	assert_int_equal(s.n, 2);
	assert_int_equal(s.rows[0].hour, -1);
	assert_int_equal(s.rows[1].hour, COVERAGE_NO_HOUR);
	assert_int_equal(s.rows[1].events, 2);
	assert_int_equal(s.rows[1].first_ns, 0);
	coverage_done(&c);
}

static void every_time_that_a_moment_can_have_makes_the_round(void **state)
{
	const int64_t times[] = { INT64_MIN, INT64_MIN + 1, -COVERAGE_HOUR_NS, 0, INT64_MAX };
	struct coverage c;
	struct buf out = { 0 };

	(void)state;
	coverage_init(&c);
	for (size_t i = 0; i < 5; i++) {
		struct event ev = event_of("H", "C", 1, times[i]);
		coverage_add(&c, &ev);
		coverage_add(&c, &ev);
	}
	struct seen s = { 0 };
	struct err err = { 0 };

	coverage_encode(&c, &out);
	assert_true(coverage_decode(buf_slice(&out), see, &s, &err));
	assert_int_equal(s.events, 10);
	assert_int_equal(s.rows[0].hour, -COVERAGE_HOUR_MAX);
	buf_done(&out);
	coverage_done(&c);
}

static void fill(struct coverage *c)
{
	for (int i = 0; i < 40; i++) {
		char host[16];

		snprintf(host, sizeof(host), "WS%02d", i % 4);
		struct event ev = event_of(host, i % 3 ? "Security" : "System", i % 5,
					   (i / 10) * COVERAGE_HOUR_NS + i);
		coverage_add(c, &ev);
	}
}

static void a_message_gives_the_same_rows_back(void **state)
{
	struct coverage c, d;
	struct buf out = { 0 }, again = { 0 };
	struct seen s = { 0 };
	struct err err = { 0 };

	(void)state;
	coverage_init(&c);
	coverage_init(&d);
	fill(&c);
	coverage_encode(&c, &out);
	assert_true(coverage_merge(&d, buf_slice(&out), see, &s, &err));
	assert_int_equal(s.n, 0);
	coverage_encode(&d, &again);
	coverage_each(&d, see, &s);
	assert_int_equal(s.events, 40);
	assert_int_equal(s.n, c.n);
	coverage_done(&c);
	coverage_done(&d);
	buf_done(&out);
	buf_done(&again);
}

static void merging_twice_adds_up(void **state)
{
	struct coverage c;
	struct buf out = { 0 };
	struct seen s = { 0 };
	struct err err;

	(void)state;
	coverage_init(&c);
	fill(&c);
	coverage_encode(&c, &out);
	size_t n = c.n;

	assert_true(coverage_merge(&c, buf_slice(&out), see, &s, &err));
	assert_int_equal(c.n, n);
	coverage_each(&c, see, &s);
	assert_int_equal(s.events, 80);
	coverage_clear(&c);
	assert_int_equal(c.n, 0);
	fill(&c);
	assert_int_equal(c.n, n);
	coverage_done(&c);
	buf_done(&out);
}

static void counts_stop_at_their_bound(void **state)
{
	struct coverage_row row = { .host = slice_str("H"), .events = COVERAGE_EVENTS_MAX };
	struct coverage c;
	struct buf out = { 0 };
	struct seen s = { 0 };
	struct err err;

	(void)state;
	coverage_init(&c);
	coverage_put(&c, &row);
	coverage_put(&c, &row);
	coverage_encode(&c, &out);
	assert_true(coverage_decode(buf_slice(&out), see, &s, &err));
	assert_int_equal(s.rows[0].events, COVERAGE_EVENTS_MAX);
	coverage_done(&c);
	buf_done(&out);
}

static void every_truncation_is_refused(void **state)
{
	struct coverage c;
	struct buf out = { 0 };

	(void)state;
	coverage_init(&c);
	fill(&c);
	coverage_encode(&c, &out);
	for (size_t n = 0; n < out.n; n++) {
		struct guard g = guard_copy(slice_of(out.p, n), 0);
		struct seen s = { 0 };
		struct err err = { 0 };

		assert_false(coverage_decode(g.bytes, see, &s, &err));
		assert_int_equal(err.code, ERR_FORMAT);
		assert_int_equal(s.n, 0);
		guard_done(&g);
	}
	buf_put_u8(&out, 0);
	struct seen s = { 0 };

	assert_false(coverage_decode(buf_slice(&out), see, &s, NULL));
	coverage_done(&c);
	buf_done(&out);
}

static void every_flipped_bit_is_refused_or_gives_sound_rows(void **state)
{
	struct coverage c, into;
	struct buf out = { 0 };

	(void)state;
	coverage_init(&c);
	coverage_init(&into);
	fill(&c);
	coverage_encode(&c, &out);
	struct guard g = guard_copy(buf_slice(&out), 0);
	uint8_t *bytes = g.map + (g.bytes.p - g.map);

	for (size_t bit = 0; bit < out.n * 8; bit++) {
		struct seen s = { 0 };
		struct err err;

		bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
		if (coverage_decode(g.bytes, see, &s, &err)) {
			for (size_t i = 0; i < s.n && i < 64; i++) {
				assert_true(s.rows[i].first_ns <= s.rows[i].last_ns);
				assert_true(s.rows[i].events > 0);
			}
			assert_true(coverage_merge(&into, g.bytes, see, &s, &err));
		}
		bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
	}
	guard_done(&g);
	coverage_done(&c);
	coverage_done(&into);
	buf_done(&out);
}

static void a_full_map_says_so_and_merging_gives_it_away(void **state)
{
	struct coverage c, into;
	struct buf out = { 0 };
	struct seen s = { 0 };
	struct err err;
	bool full = false;
	int64_t i = 0;

	(void)state;
	coverage_init(&c);
	coverage_init(&into);
	for (; !full && i < 1000000; i++) {
		struct event ev = event_of("H", "C", i, 0);
		full = coverage_add(&c, &ev);
	}
	assert_int_equal(i, LIMIT_COVERAGE_CELLS);
	coverage_encode(&c, &out);
	assert_true(coverage_merge(&into, buf_slice(&out), see, &s, &err));
	assert_int_equal(s.events, i);
	assert_int_equal(into.n, 0);
	s.n = 0;
	s.stop_at = 1;
	assert_false(coverage_merge(&into, buf_slice(&out), see, &s, &err));
	coverage_done(&c);
	coverage_done(&into);
	buf_done(&out);
}

static void long_names_are_cut_at_a_character_and_stay_within_the_budget(void **state)
{
	char *name = malloc(100000);
	struct coverage c;
	bool full = false;
	size_t n = 0;

	(void)state;
	for (size_t i = 0; i + 1 < 100000; i += 2)
		memcpy(name + i, "\xc3\xa4", 2);
	name[0] = 'x'; /* the cut would fall into a character */
	name[1] = 'y';
	name[2] = 'z';
	memmove(name + 3, name + 4, 90000);
	name[90001] = 0;
	struct slice cut = coverage_name(slice_str(name));

	assert_int_equal(cut.n, LIMIT_NAME_BYTES - 1);
	coverage_init(&c);
	for (; !full && n < LIMIT_COVERAGE_CELLS; n++) {
		char digits[16];

		snprintf(digits, sizeof(digits), "%09zu", n);
		memcpy(name, digits, 9);
		struct event ev = event_of(name, "C", 1, 0);
		full = coverage_add(&c, &ev);
	}
	assert_true(full);
	assert_true(c.spellings.arena.used + c.folded.arena.used <= LIMIT_COVERAGE_TEXT);
	coverage_done(&c);
	free(name);
}

static void a_source_is_named_by_the_taxonomy(void **state)
{
	const int64_t created[] = { 1 };
	struct taxonomy_class classes[] = {
		{ .product = SLICE("windows"),
		  .service = SLICE("sysmon"),
		  .channel = SLICE("microsoft-windows-sysmon/operational") },
		{ .product = SLICE("windows"),
		  .category = SLICE("process_creation"),
		  .channel = SLICE("microsoft-windows-sysmon/operational"),
		  .event_ids = created,
		  .event_id_count = 1 },
	};
	struct taxonomy t = { .classes = classes, .n = 2 };
	struct coverage_source s = { .channel = SLICE("Microsoft-Windows-Sysmon/Operational"),
				     .event_id = 1 };
	struct coverage_source other = s, none = { .channel = SLICE("Other"), .event_id = 1 };

	(void)state;
	other.event_id = 2;
	coverage_classify(&t, &s);
	coverage_classify(&t, &other);
	coverage_classify(&t, &none);
	assert_slice(s.category, "process_creation");
	assert_slice(other.service, "sysmon");
	assert_int_equal(other.category.n, 0);
	assert_int_equal(none.product.n, 0);
}

static void what_a_source_says_of_itself_is_kept_apart_and_travels(void **state)
{
	struct event ev = event_of("H", "C", 1, 0);
	struct coverage c;
	struct buf out = { 0 };
	struct seen s = { 0 };
	struct err err = { 0 };

	(void)state;
	coverage_init(&c);
	for (int i = 0; i < 6; i++) {
		ev.completeness = i % 2 ? COMPLETENESS_CAPPED : COMPLETENESS_UNKNOWN;
		coverage_add(&c, &ev);
	}
	coverage_encode(&c, &out);
	assert_true(coverage_decode(buf_slice(&out), see, &s, &err));
	assert_int_equal(s.n, 2);
	assert_int_equal(s.rows[0].source.completeness, COMPLETENESS_UNKNOWN);
	assert_int_equal(s.rows[1].source.completeness, COMPLETENESS_CAPPED);
	assert_int_equal(s.rows[1].events, 3);
	buf_done(&out);
	coverage_done(&c);
}

static double cost(struct coverage *c, int kinds, int hosts)
{
	struct timespec a, b;
	struct event evs[64];
	static char names[64][16];
	const int n = 1000000;

	for (int i = 0; i < 64; i++) {
		snprintf(names[i], sizeof(names[i]), "WS%02d.corp.local", i % hosts);
		evs[i] = event_of(names[i], "Microsoft-Windows-Sysmon/Operational", i % kinds, 0);
	}
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &a);
	for (int i = 0; i < n; i++) {
		evs[i & 63].time.ns = (int64_t)i * 1000000;
		coverage_add(c, &evs[i & 63]);
	}
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &b);
	return ((double)(b.tv_sec - a.tv_sec) * 1e9 + (double)(b.tv_nsec - a.tv_nsec)) / n;
}

static void counting_costs_little(void **state)
{
	struct coverage c;

	(void)state;
	coverage_init(&c);
	double one = cost(&c, 1, 1), some = cost(&c, 8, 4), many = cost(&c, 64, 64);

	print_message("%.0f ns one kind, %.0f ns 8 x 4, %.0f ns 64 x 64\n", one, some, many);
	coverage_done(&c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(events_of_one_hour_are_one_row),
		cmocka_unit_test(
			hosts_and_channels_compare_without_case_and_keep_their_first_spelling),
		cmocka_unit_test(hours_before_1970_and_no_time_are_kept_apart),
		cmocka_unit_test(every_time_that_a_moment_can_have_makes_the_round),
		cmocka_unit_test(a_message_gives_the_same_rows_back),
		cmocka_unit_test(merging_twice_adds_up),
		cmocka_unit_test(counts_stop_at_their_bound),
		cmocka_unit_test(every_truncation_is_refused),
		cmocka_unit_test(every_flipped_bit_is_refused_or_gives_sound_rows),
		cmocka_unit_test(a_full_map_says_so_and_merging_gives_it_away),
		cmocka_unit_test(long_names_are_cut_at_a_character_and_stay_within_the_budget),
		cmocka_unit_test(a_source_is_named_by_the_taxonomy),
		cmocka_unit_test(what_a_source_says_of_itself_is_kept_apart_and_travels),
		cmocka_unit_test(counting_costs_little),
	};

	return RUN(tests);
}
