/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Correlation rules over all evidence (rules/correlate.h): base hits come from the workers piece by
 * piece, are sorted by time outside memory, and go through the evaluator in one pass at the end.
 * Equal times are ordered by what the record says, not by where it lies, so that the result does
 * not depend on how the evidence is cut into files. A record that has a number of its own (event
 * logs) counts once however often it is in the evidence.
 */
#include "engine/hunt.h"

struct correlating;
struct match_scratch;

/* NULL where the rules hold no correlation. temp: folder for what does not fit in memory. */
struct correlating *correlating_new(const struct ruleset *set, const char *temp);
void correlating_free(struct correlating *c); /* NULL is fine */

/* Worker side: the base hit of rule r as a message's payload. */
void correlating_encode(struct buf *out, const struct ruleset *set, uint32_t r, struct event *ev);
/* Parent side: false for a payload that no honest worker sends. */
bool correlating_take(struct correlating *c, const struct engine_file *file, uint64_t record_base,
		      struct slice payload);
/* After the last piece: every correlation hit to on_hit. False with err when the disk says no. */
bool correlating_finish(struct correlating *c, enum rule_level level,
			void (*on_hit)(void *ctx, const struct hit *h), void *ctx, struct err *err);

struct correlating_counts {
	uint64_t base, without_time, lost; /* lost: state was full (rules/correlate.h) */
};
struct correlating_counts correlating_count(const struct correlating *c);
