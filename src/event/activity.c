/* SPDX-License-Identifier: Apache-2.0 */
#include "event/activity.h"

static const struct {
	const char *word, *object;
} activities[ACTIVITY_COUNT] = {
#define X(id, word, object) [ACTIVITY_##id] = { word, object },
	ACTIVITIES(X)
#undef X
};

const char *activity_text(enum activity_op op)
{
	return activities[op < ACTIVITY_COUNT ? op : ACTIVITY_NONE].word;
}

const char *activity_object(enum activity_op op)
{
	return activities[op < ACTIVITY_COUNT ? op : ACTIVITY_NONE].object;
}

bool activity_find(struct slice word, enum activity_op *ret)
{
	for (enum activity_op op = ACTIVITY_NONE; op < ACTIVITY_COUNT; op++)
		if (slice_is(word, activities[op].word)) {
			*ret = op;
			return true;
		}
	return false;
}
