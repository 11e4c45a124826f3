/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * How far a machine got: the ids of the stages, in their order. A record's kind says which of them it
 * can prove (docs/manual/timeline.md); the case says which of them a machine reached.
 */
#include "base/slice.h"

/*  id, its word */
#define STAGES(X)                                                                                  \
	X(S0, "S0", "offered")                                                                     \
	X(S1, "S1", "delivered")                                                                   \
	X(S2, "S2", "installed")                                                                   \
	X(S3, "S3", "executed")                                                                    \
	X(S3B, "S3b", "dormant")                                                                   \
	X(S4, "S4", "called out")                                                                  \
	X(S5, "S5", "beaconed")                                                                    \
	X(S6, "S6", "second stage")                                                                \
	X(S7, "S7", "interactive-style commands")                                                  \
	X(S8, "S8", "impact")

enum stage {
#define X(id, text, word) STAGE_##id,
	STAGES(X)
#undef X
	STAGE_COUNT
};

/* One bit a stage: STAGE_BIT(STAGE_S3). */
typedef uint16_t stage_set;
#define STAGE_BIT(s) ((stage_set)(1u << (s)))

const char *stage_text(enum stage s); /* "S3b" */
const char *stage_word(enum stage s); /* "dormant" */
/* False for a text that is none. */
bool stage_find(struct slice text, enum stage *ret);
