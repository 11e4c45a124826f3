/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/rule.h"

#include <stdlib.h>

static const char *const level_names[] = {
	[LEVEL_INFORMATIONAL] = "informational",
	[LEVEL_LOW] = "low",
	[LEVEL_MEDIUM] = "medium",
	[LEVEL_HIGH] = "high",
	[LEVEL_CRITICAL] = "critical",
};

const char *rule_level_text(enum rule_level level)
{
	return level_names[level];
}

bool rule_level_parse(struct slice text, enum rule_level *ret)
{
	for (size_t i = 0; i < sizeof(level_names) / sizeof(*level_names); i++)
		if (slice_eq_nocase(text, slice_str(level_names[i]))) {
			*ret = (enum rule_level)i;
			return true;
		}
	return false;
}

void ruleset_init(struct ruleset *set)
{
	*set = (struct ruleset){ 0 };
	arena_init(&set->arena, 0);
	map_init(&set->by_id);
}

void ruleset_done(struct ruleset *set)
{
	free(set->rules);
	free(set->faults);
	free(set->filters);
	free(set->correlations);
	map_done(&set->by_id);
	arena_done(&set->arena);
	*set = (struct ruleset){ 0 };
}
