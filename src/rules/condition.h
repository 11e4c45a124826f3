/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Sigma's condition language (specification 2.1, "Condition") to an expression over selections.
 * Lowest to highest: or, and, not, `x of`, parentheses. */
#include "rules/rule.h"

/* NULL with err (at: the byte in text) when it is none. The tree is in the arena. */
struct expr *condition_parse(struct slice text, const struct selection *selections, size_t count,
			     struct arena *arena, struct err *err);
struct expr *condition_join(struct arena *arena, enum expr_op op, struct expr *a, struct expr *b);
