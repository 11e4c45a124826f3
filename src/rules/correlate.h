/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Evaluates correlation rules over base hits that come in order of time. One pass; state is bounded
 * and told when it is not enough. Knows no files: a place is whatever the caller means by it.
 *
 * Windows slide: at each base hit the hits of the last `timespan` (a hit exactly that old counts)
 * in its group are looked at. A correlation gives a hit when its condition becomes true, and again
 * when it is still true later than a timespan after that. Hits that lack a group-by field, or the
 * condition's field, are left out. Groups compare without case (ASCII).
 *
 * event_count: hits; value_count: different values; temporal: hits of all its rules (with a bound:
 * of so many of them); temporal_ordered: in the order of `rules`, equal times in any order that
 * the caller's order of equal times gives; value_sum, _avg: numbers of the field; value_percentile,
 * _median: with linear interpolation between the closest ranks (value_median is percentile 50).
 *
 * State: for counts, no more of a group than its bounds need to be told apart; sums and percentiles
 * keep their window. CORRELATE_ENTRIES in all groups together and CORRELATE_GROUPS groups: groups
 * whose window has passed are forgotten first, then `lost` counts what was left out.
 * Thread rule: one thread. About 150 ns a hit.
 */
#include "rules/correlation.h"

#define CORRELATE_ENTRIES ((size_t)1 << 20)
#define CORRELATE_GROUPS ((size_t)1 << 20)
#define CORRELATE_BASE 10 /* places kept for one correlation hit */

struct correlate;

struct correlate_place {
	uint64_t record, offset;
	uint32_t file;
	uint32_t rule; /* the base rule, or set->n + a correlation */
};

struct correlate_hit {
	int64_t ns;
	struct correlate_place place;
	const struct slice *values; /* as captures[place.rule].fields; p NULL: the hit has no such field */
};

/* What came out: borrowed until the callback returns. */
struct correlated {
	const struct correlation *correlation;
	uint32_t index;		     /* of it */
	int64_t from_ns, ns;	     /* the first hit that counted, and the one that made it true */
	const struct slice *group;   /* values of its group-by fields */
	double value;		     /* count, sum, average, percentile */
	struct correlate_place base[CORRELATE_BASE]; /* the last ones that counted, in order of time */
	size_t base_count;
};

struct correlate *correlate_new(const struct ruleset *set,
				void (*emit)(void *ctx, const struct correlated *c), void *ctx);
void correlate_free(struct correlate *k);
/* Times must not go back. */
void correlate_add(struct correlate *k, const struct correlate_hit *hit);
/* Base hits that were left out because state was full. */
uint64_t correlate_lost(const struct correlate *k);
