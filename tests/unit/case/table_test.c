/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"

#include "case/table.h"

#include <math.h>

static void near(double got, double wanted)
{
	if (fabs(got - wanted) > 1e-3 * fabs(wanted) + 1e-12)
		fail_msg("%.9g, wanted %.9g", got, wanted);
}

/* Fisher's tea: three of four right; and tails worked out by hand. */
static void tails_are_fishers(void **state)
{
	(void)state;
	near(table_p(&(struct table){ 3, 1, 1, 3 }), 17.0 / 70);
	near(table_p(&(struct table){ 4, 0, 0, 4 }), 1.0 / 70);
	near(table_p(&(struct table){ 3, 0, 0, 47 }), 1.0 / 19600); /* C(50, 3) */
	near(table_p(&(struct table){ 0, 3, 4, 43 }), 1);
}

/* As fisher.test of R has them, which stops looking a little early. */
static void intervals_are_the_exact_ones(void **state)
{
	double low, high;

	(void)state;
	table_odds(&(struct table){ 3, 1, 1, 3 }, &low, &high);
	near(low, 0.2117329);
	near(high, 626.2435); /* w^4 is 97.5 % of 1 + 16w + 36w^2 + 16w^3 + w^4; R stops early, at 621.9 */
	table_odds(&(struct table){ 10, 3, 2, 15 }, &low, &high);
	near(low, 2.753438);
	near(high, 301.4623); /* checked with whole numbers; R stops at 300.7 */
	table_odds(&(struct table){ 4, 0, 0, 4 }, &low, &high);
	assert_true(low > 1 && isinf(high));
}

static void an_empty_margin_says_nothing(void **state)
{
	double low, high;

	(void)state;
	near(table_p(&(struct table){ 5, 3, 0, 0 }), 1);
	near(table_p(&(struct table){ 0, 0, 0, 0 }), 1);
	near(table_p(&(struct table){ 5, 0, 5, 0 }), 1);
	table_odds(&(struct table){ 5, 3, 0, 0 }, &low, &high);
	assert_true(low == 0 && isinf(high));
}

/* Many hosts: no overflow, and the sum of all outcomes stays one. */
static void a_hundred_thousand_hosts_do_not_overflow(void **state)
{
	(void)state;
	near(table_p(&(struct table){ 0, 5000, 5000, 90000 }), 1);
	assert_true(table_p(&(struct table){ 4000, 1000, 100, 94900 }) < 1e-300 ||
		    table_p(&(struct table){ 4000, 1000, 100, 94900 }) == 0);
}

static void pairs_are_coin_tosses(void **state)
{
	(void)state;
	near(paired_p(0, 0), 1);
	near(paired_p(5, 0), 1.0 / 32);
	near(paired_p(0, 5), 1);
	near(paired_p(3, 1), 5.0 / 16);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tails_are_fishers), cmocka_unit_test(intervals_are_the_exact_ones),
		cmocka_unit_test(an_empty_margin_says_nothing), cmocka_unit_test(a_hundred_thousand_hosts_do_not_overflow),
		cmocka_unit_test(pairs_are_coin_tosses),
	};

	return RUN(tests);
}
