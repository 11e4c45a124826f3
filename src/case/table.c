/* SPDX-License-Identifier: Apache-2.0 */
#include "case/table.h"

#include <math.h>

#define TAIL 0.025
/* Halvings of the interval in which an odds ratio is looked for: to a part in 2^60 of its logarithm's range. */
#define HALVINGS 60

static double log_choose(double n, double k)
{
	return lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1);
}

/* The margins: of n hosts `exposed` have it and `alerting` alert. */
struct margins {
	double exposed, unexposed, alerting;
	uint32_t least, most; /* of exposed hosts that may alert */
};

static bool margins_of(const struct table *t, struct margins *m)
{
	uint64_t exposed = (uint64_t)t->exposed_alerting + t->exposed_quiet;
	uint64_t unexposed = (uint64_t)t->unexposed_alerting + t->unexposed_quiet;
	uint64_t alerting = (uint64_t)t->exposed_alerting + t->unexposed_alerting;

	*m = (struct margins){ (double)exposed, (double)unexposed, (double)alerting,
			       (uint32_t)(alerting > unexposed ? alerting - unexposed : 0),
			       (uint32_t)(alerting < exposed ? alerting : exposed) };
	return exposed && unexposed && alerting && alerting < exposed + unexposed;
}

/* How much likelier k + 1 exposed hosts are than k, where having the thing has nothing to do with it. */
static double rise(const struct margins *m, uint32_t k)
{
	return (m->exposed - k) * (m->alerting - k) / ((k + 1.0) * (m->unexposed - m->alerting + k + 1.0));
}

/* The likeliest number: `rise` only falls. */
static uint32_t likeliest(const struct margins *m, double ratio)
{
	uint32_t low = m->least, high = m->most;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (rise(m, middle) * ratio >= 1)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* P(at least `from`, at most `to` exposed hosts alert) where the odds ratio is e^log_ratio: Fisher's noncentral
 * hypergeometric distribution. Weights follow from their neighbours, outward from the likeliest, which is 1: nothing
 * overflows, and a gamma function for each would be most of the cost of weighing a thousand hosts. */
static double between(const struct margins *m, uint32_t from, uint32_t to, double log_ratio)
{
	double ratio = exp(log_ratio), w = 1;
	uint32_t top = likeliest(m, ratio);
	double all = 1, part = top >= from && top <= to;

	for (uint32_t k = top; k < m->most && w > 0; k++) {
		w *= rise(m, k) * ratio;
		all += w;
		part += k + 1 >= from && k + 1 <= to ? w : 0;
	}
	w = 1;
	for (uint32_t k = top; k > m->least && w > 0; k--) {
		w /= rise(m, k - 1) * ratio;
		all += w;
		part += k - 1 >= from && k - 1 <= to ? w : 0;
	}
	return part / all;
}

double table_p(const struct table *t)
{
	struct margins m;
	double p;

	if (!margins_of(t, &m))
		return 1;
	p = between(&m, t->exposed_alerting, m.most, 0);
	return p > 1 ? 1 : p;
}

/* Where the tail is as small as asked: it grows with the ratio (rising) or shrinks. */
static double solve(const struct margins *m, uint32_t from, uint32_t to, bool rising)
{
	double low = -60, high = 60;

	for (int i = 0; i < HALVINGS; i++) {
		double middle = (low + high) / 2;
		bool beyond = between(m, from, to, middle) > TAIL;

		if (beyond == rising)
			high = middle;
		else
			low = middle;
	}
	return exp((low + high) / 2);
}

void table_odds(const struct table *t, double *ret_low, double *ret_high)
{
	struct margins m;

	*ret_low = 0;
	*ret_high = HUGE_VAL;
	if (!margins_of(t, &m))
		return;
	if (t->exposed_alerting > m.least)
		*ret_low = solve(&m, t->exposed_alerting, m.most, true);
	if (t->exposed_alerting < m.most)
		*ret_high = solve(&m, m.least, t->exposed_alerting, false);
}

double paired_p(uint32_t after_only, uint32_t before_only)
{
	uint32_t n = after_only + before_only;
	double p = 0;

	if (n == 0)
		return 1;
	for (uint32_t k = after_only; k <= n; k++)
		p += exp(log_choose(n, k) - n * log(2));
	return p > 1 ? 1 : p;
}
