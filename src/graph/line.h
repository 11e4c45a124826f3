/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* An activity as a line of a timeline: JSON (`upriver.event/1`, of kind "activity") or text. */
#include "base/buf.h"
#include "graph/act.h"

/* How often, and when for the last time; count 1: it is told by one record alone. */
struct act_repeats {
	uint32_t count;
	struct when last;
};

/* Without the pointer and the last brace. */
void act_json(struct buf *out, const struct act *a, const struct act_repeats *r);
void act_text(struct buf *out, const struct act *a, const struct act_repeats *r);
