/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * What one host's records show of the origin: facts for each of its lives (stage_judge.h has what becomes of
 * them). Only what is sought; nothing is judged. The graph may be freed afterwards.
 */
#include "case/stage_judge.h"
#include "case/stage_known.h"

/* Adds the facts of each epoch of the host (at least one); texts are copied into the arena. sources: of the host,
 * must outlive the facts; those of an epoch are cut to it. first_ns, last_ns: the host's records (first > last: none
 * has a time). Returns how many were added to *list, which is grown with heap_room. */
struct stage_gathered {
	struct stage_facts *list;
	size_t n, cap;
};
void stage_gather(const struct stage_known *k, struct graph *g, struct slice host, const struct stage_source *sources,
		  size_t source_count, int64_t first_ns, int64_t last_ns, struct arena *arena, struct stage_gathered *ret);
