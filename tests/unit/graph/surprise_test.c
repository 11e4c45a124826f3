/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"

#include "base/buf.h"
#include "base/err.h"
#include "graph/surprise.h"
#include "graph_build.h"
#include "guard.h"

#define APP "C:\\p\\app.exe"
#define START(version) "1 process_start - > " APP "#9 | product=App | version=" version " | company=V | sha256=h" version

/* Hosts 1 to 6 run version 1.9 and ask for a name; the last runs 1.10 and, besides, starts a shell. */
static struct graph *quiet_host(void)
{
	return TOLD(START("1.9"), "2 dns_query " APP "#9 > update.vendor.test", "3 dns_query " APP "#9 > update.vendor.test");
}

static struct graph *loud_host(void)
{
	return TOLD(START("1.10"), "2 dns_query " APP "#9 > update.vendor.test", "5 process_start " APP "#9 > C:\\Windows\\System32\\cmd.exe#10",
		    "6 process_start " APP "#9 > C:\\Windows\\System32\\cmd.exe#11");
}

static struct baseline *fleet(unsigned quiet, unsigned loud)
{
	struct baseline *b = baseline_new();

	for (unsigned i = 0; i < quiet + loud; i++) {
		struct graph *g = i < quiet ? quiet_host() : loud_host();

		baseline_add(b, g);
		graph_free(g);
	}
	return b;
}

static struct surprise score(const struct baseline *b, const struct graph *g, size_t line)
{
	struct surprise s;

	baseline_score(b, g, graph_at(g, 1, line + 1, 100 * line), &s);
	return s;
}

static void counts_are_of_hosts(void **state)
{
	struct baseline *b = fleet(6, 2);
	struct graph *loud = loud_host(), *quiet = quiet_host();
	struct surprise usual = score(b, quiet, 1), odd = score(b, loud, 2), again = score(b, loud, 3);

	(void)state;
	assert_int_equal(baseline_hosts(b), 8);
	assert_true(usual.known && odd.known);
	assert_int_equal(usual.peers, 6);
	assert_int_equal(usual.doing, 6);
	assert_int_equal(odd.peers, 2);
	assert_int_equal(odd.doing, 2);
	assert_true(odd.bits > usual.bits);
	assert_true(odd.first_here);
	assert_false(again.first_here);
	graph_free(loud);
	graph_free(quiet);
	baseline_free(b);
}

static void earlier_versions_are_compared_by_number(void **state)
{
	struct baseline *b = fleet(3, 1);
	struct graph *loud = loud_host(), *quiet = quiet_host();

	(void)state;
	/* 1.9 is before 1.10, and not the other way round. */
	assert_true(score(b, loud, 2).never_earlier);
	assert_int_equal(score(b, loud, 2).versions, 1);
	assert_false(score(b, loud, 1).never_earlier);
	assert_int_equal(score(b, quiet, 1).versions, 0);
	graph_free(loud);
	graph_free(quiet);
	baseline_free(b);
}

static void what_no_peer_does_is_told(void **state)
{
	struct baseline *b = baseline_new();
	struct graph *odd = TOLD(START("1.9"), "5 process_start " APP "#9 > C:\\Windows\\System32\\cmd.exe#10");

	(void)state;
	for (unsigned i = 0; i < 4; i++) {
		struct graph *g = quiet_host();

		baseline_add(b, g);
		graph_free(g);
	}
	baseline_add(b, odd);
	struct surprise s = score(b, odd, 1);

	assert_true(s.never_peers);
	assert_int_equal(s.peers, 5);
	assert_int_equal(s.doing, 1);
	graph_free(odd);
	baseline_free(b);
}

static void without_a_baseline_or_an_actor_nothing_is_known(void **state)
{
	struct baseline *b = fleet(1, 0);
	struct graph *g = TOLD("1 file_create - > C:\\x", "2 dns_query " APP "#9 > x.test");

	(void)state;
	assert_false(score(b, g, 0).known);
	assert_false(score(NULL, g, 1).known);
	graph_free(g);
	baseline_free(b);
}

static void a_baseline_makes_the_round(void **state)
{
	struct baseline *b = fleet(5, 2), *again;
	struct graph *g = loud_host();
	struct buf bytes = { 0 }, second = { 0 };
	struct err err = { 0 };

	(void)state;
	baseline_encode(b, &bytes);
	again = baseline_decode(buf_slice(&bytes), &err);
	assert_non_null(again);
	baseline_encode(again, &second);
	assert_true(slice_eq(buf_slice(&bytes), buf_slice(&second)));
	for (size_t i = 1; i < 4; i++) {
		struct surprise x = score(b, g, i), y = score(again, g, i);

		assert_true(x.bits == y.bits && x.peers == y.peers && x.doing == y.doing && x.versions == y.versions &&
			    x.never_earlier == y.never_earlier && x.never_peers == y.never_peers);
	}
	baseline_free(again);
	baseline_free(b);
	graph_free(g);
	buf_done(&bytes);
	buf_done(&second);
}

static void damaged_bytes_are_refused_or_do_no_harm(void **state)
{
	struct baseline *b = fleet(2, 1), *x;
	struct graph *g = loud_host();
	struct buf bytes = { 0 };
	struct err err = { 0 };

	(void)state;
	baseline_encode(b, &bytes);
	for (size_t n = 0; n < bytes.n; n++)
		assert_null(baseline_decode(slice_of(bytes.p, n), &err));
	for (size_t bit = 0; bit < bytes.n * 8 && bit < 8192; bit++) {
		bytes.p[bit / 8] ^= (uint8_t)(1u << bit % 8);
		struct guard copy = guard_copy(buf_slice(&bytes), 0);

		x = baseline_decode(copy.bytes, &err);
		for (size_t i = 1; x && i < 4; i++)
			assert_true(score(x, g, i).known);
		baseline_free(x);
		guard_done(&copy);
		bytes.p[bit / 8] ^= (uint8_t)(1u << bit % 8);
	}
	graph_free(g);
	baseline_free(b);
	buf_done(&bytes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(counts_are_of_hosts),
		cmocka_unit_test(earlier_versions_are_compared_by_number),
		cmocka_unit_test(what_no_peer_does_is_told),
		cmocka_unit_test(without_a_baseline_or_an_actor_nothing_is_known),
		cmocka_unit_test(a_baseline_makes_the_round),
		cmocka_unit_test(damaged_bytes_are_refused_or_do_no_harm),
	};

	return RUN(tests);
}
