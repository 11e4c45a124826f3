/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * What a program does that its users did not ask for, by kind: S6 (another's memory, browser stores, a second
 * module), S7 (shells that wait for input, discovery, other machines), S8 (restore points, many files). Who
 * does it is settled elsewhere; what another version of the product does as well does not count.
 */
#include "case/stage_marks.h"
#include "event/stage.h"

struct stage_deed {
	enum stage stage;
	struct slice key;  /* of its kind, the same on all hosts */
	struct slice text; /* what it was, for people */
	bool discovery;	   /* counts only together with another */
};

/* False where the edge is none. Texts are in the arena. */
bool stage_deed_of(const struct stage_marks *m, const struct graph_edge *e, struct arena *arena, struct stage_deed *ret);
