/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Sigma filters (specification 2.1, "Sigma filters"): a meta rule whose condition is ANDed to that
 * of the rules it names, by id or name, or to all (`any`) of its log source. */
#include "rules/rule.h"

struct filters;
struct yaml_node;

/* Keeps a filter for filters_apply; `targets` is its `rules` node, NULL: any. */
void filter_add(struct ruleset *set, const struct rule *filter, const struct yaml_node *targets);
void filters_apply(struct ruleset *set);
void filters_free(struct filters *f);
