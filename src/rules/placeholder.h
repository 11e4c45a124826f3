/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Placeholders (%name%) of values under the modifier `expand`, filled from the user's file:
 *   name: [value, value]      or      name: value
 * A value with several placeholders takes the first one's values; the specification leaves
 * combinations open. Immutable after reading. */
#include "rules/rule.h"

/* How many values `text` stands for; 1 where it holds no placeholder. */
size_t placeholder_count(const struct placeholders *p, struct slice text);
/* The i-th, in the arena. */
struct slice placeholder_value(const struct placeholders *p, struct slice text, size_t i,
			       struct arena *arena);
/* True, and its name, for a placeholder that has no value. p may be NULL. */
bool placeholder_missing(const struct placeholders *p, struct slice text, struct slice *ret_name);
