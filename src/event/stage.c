/* SPDX-License-Identifier: Apache-2.0 */
#include "event/stage.h"

static const char *const texts[STAGE_COUNT] = {
#define X(id, text, word) [STAGE_##id] = text,
	STAGES(X)
#undef X
};

static const char *const words[STAGE_COUNT] = {
#define X(id, text, word) [STAGE_##id] = word,
	STAGES(X)
#undef X
};

const char *stage_text(enum stage s)
{
	return texts[s];
}

const char *stage_word(enum stage s)
{
	return words[s];
}

bool stage_find(struct slice text, enum stage *ret)
{
	for (int s = 0; s < STAGE_COUNT; s++)
		if (slice_is(text, texts[s])) {
			*ret = (enum stage)s;
			return true;
		}
	return false;
}
