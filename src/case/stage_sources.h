/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Which kinds of record a host has, where the names of its sources do not tell: what its own activities are of. */
#include "case/stage_judge.h"
#include "graph/graph.h"

/* The sources given, and one for each kind of which none is given and activities are there: from the first to the
 * last record of the files that hold these. How whole they are is not known: they prove and are looked through,
 * and exclude nothing. In the arena; *n is set to their number. */
const struct stage_source *stage_sources_of(const struct graph *g, const struct stage_source *given, size_t *n,
					    struct arena *arena);
