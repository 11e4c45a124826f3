/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How long the release sleeps, learnt from the case's own delays, and whether those whom it calls went away.
 *
 * The largest delay seen bounds nothing: hosts that are still silent may sleep longer. Waits are taken as
 * exponential with the silent hosts counted as waiting still (total time on test: Epstein and Sobel 1953), and
 * the window is where the next wait lies with 99 in 100: with mean m of n waits, n (100^(1/n) - 1) m. It is
 * never shorter than the longest wait seen. Few waits make it wide: 99 m for one, 4.6 m for very many.
 */
#include "case/stage_judge.h"

#include <math.h>

#define HOUR_NS (INT64_C(3600) * 1000000000)
#define WINDOW_MAX_NS (INT64_C(366) * 24 * HOUR_NS)

/* Records of a regular contact (a question and a connection each) that fail to come this many times: no chance. */
#define MISSED 6

static bool ran_and_called(const struct stage_facts *f, int64_t *wait)
{
	const struct stage_proof *run = &f->proofs[STAGE_S3], *call = &f->proofs[STAGE_S4];

	if (!run->timed || !call->timed || call->first_ns < run->first_ns)
		return false;
	*wait = call->first_ns - run->first_ns;
	return true;
}

/* Until when contacts of the host were recorded; false where none were. */
static bool contacts_until(const struct stage_facts *f, int64_t *ret)
{
	bool found = false;

	for (size_t i = 0; i < f->source_count; i++) {
		const struct stage_source *s = &f->sources[i];

		if (s->record == RECORDS_CONTACTS && (!found || s->last_ns > *ret)) {
			*ret = s->last_ns;
			found = true;
		}
	}
	if (found && f->removed.timed && f->removed.first_ns < *ret)
		*ret = f->removed.first_ns;
	return found;
}

/* A host that beaconed and stopped while its records go on. */
static bool fell_silent(const struct stage_facts *f)
{
	const struct stage_proof *c = &f->proofs[STAGE_S4];
	int64_t until, step;

	if (!contacts_until(f, &until) || c->timed < 3)
		return false;
	step = (c->last_ns - c->first_ns) / (int64_t)(c->timed - 1);
	return until - c->last_ns > HOUR_NS && (until - c->last_ns) / MISSED > step;
}

/* All that beaconed are silent: from the last contact of anybody on. */
static void learn_takedown(const struct stage_facts *facts, size_t n, struct stage_learned *l)
{
	uint64_t beaconed = 0, silent = 0;
	bool some = false;

	for (size_t i = 0; i < n; i++) {
		const struct stage_proof *c = &facts[i].proofs[STAGE_S4];

		if (!c->timed)
			continue;
		if (!some || c->last_ns > l->takedown_ns)
			l->takedown_ns = c->last_ns;
		some = true;
		beaconed += c->timed >= 3;
		silent += fell_silent(&facts[i]);
	}
	l->takedown = beaconed && silent == beaconed;
}

void stage_learn_waits(const struct stage_facts *facts, size_t n, struct stage_learned *l)
{
	double total = 0, window;

	l->waits = l->silent = 0;
	l->longest_ns = l->window_ns = 0;
	learn_takedown(facts, n, l);
	for (size_t i = 0; i < n; i++) {
		const struct stage_facts *f = &facts[i];
		int64_t wait, until;

		if (ran_and_called(f, &wait)) {
			l->waits++;
			l->longest_ns = wait > l->longest_ns ? wait : l->longest_ns;
			total += (double)wait;
			continue;
		}
		if (f->proofs[STAGE_S4].n || !f->proofs[STAGE_S3].timed || !contacts_until(f, &until))
			continue;
		if (l->takedown && until > l->takedown_ns)
			until = l->takedown_ns;
		if (until <= f->proofs[STAGE_S3].first_ns)
			continue;
		l->silent++;
		total += (double)(until - f->proofs[STAGE_S3].first_ns);
	}
	if (!l->waits)
		return;
	window = total * (pow(100, 1 / (double)l->waits) - 1);
	l->window_ns = window < (double)WINDOW_MAX_NS ? (int64_t)window : WINDOW_MAX_NS;
	if (l->window_ns < l->longest_ns)
		l->window_ns = l->longest_ns;
}
