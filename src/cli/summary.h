/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* What a hunt read and what it did not (`upriver.hunt-summary/1`), so that "no hit" can be told
 * from "no such record". */
#include "engine/hunt.h"

struct summary_note {
	struct slice file, inner, reason;
	uint64_t offset;
	bool lost;
};

struct summary {
	struct arena arena;
	struct summary_note *notes;
	size_t n, cap;
};

void summary_init(struct summary *s);
void summary_done(struct summary *s);
void summary_note(struct summary *s, const struct engine_note *n); /* copies */
void summary_json(struct buf *out, const struct summary *s, const struct hunt *h,
		  const struct engine_totals *totals);
