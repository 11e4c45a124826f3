/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Sigma correlation rules (specification 2.1, "Sigma Correlation Rules"): meta rules over the hits
 * of other rules, their *base hits*. Read by correlation.c, evaluated by correlate.c.
 *
 * The eight types: event_count, value_count, temporal, temporal_ordered, value_sum, value_avg,
 * value_percentile (`percentile` in the condition, 50 unless given) and value_median. `rules` are
 * ids or names of rules or of other correlations; `group-by` fields, which `aliases` may map to
 * another field for each rule; a `timespan` of s, m, h, d, w, M (30 days) or y (365 days); a
 * `condition` of gt, gte, lt, lte, eq, neq (all must hold) and a `field`, or a list of them which
 * then count as one value. `generate: true` lets the base rules give hits of their own too.
 * Owner: struct ruleset's arena. Immutable after ruleset_finish.
 */
#include "rules/rule.h"

enum correlation_type {
	CORRELATION_EVENT_COUNT,
	CORRELATION_VALUE_COUNT,
	CORRELATION_TEMPORAL,
	CORRELATION_TEMPORAL_ORDERED,
	CORRELATION_VALUE_SUM,
	CORRELATION_VALUE_AVG,
	CORRELATION_VALUE_PERCENTILE,
	CORRELATION_VALUE_MEDIAN,
	CORRELATION_TYPES
};

const char *correlation_type_text(enum correlation_type t);

enum bound_op { BOUND_GT, BOUND_GTE, BOUND_LT, BOUND_LTE, BOUND_EQ, BOUND_NEQ };

struct bound {
	enum bound_op op;
	double number;
};

#define CORRELATION_BOUNDS 6
#define CORRELATION_FIELDS 8 /* of group-by, of condition.field */

/* Which field of each base rule a group-by or condition field is: as named, or by an alias. */
struct correlation_field {
	struct slice name;
	struct slice *per_ref; /* as many as refs */
};

struct correlation_ref {
	struct slice text; /* id or name as written */
	uint32_t target;   /* a rule, or set->n + a correlation; set by ruleset_finish */
};

struct correlation {
	struct rule rule; /* id, title, name, level, tags, file, line: no log source, no condition */
	enum correlation_type type;
	struct correlation_ref *refs;
	size_t ref_count;
	struct correlation_field group[CORRELATION_FIELDS], value[CORRELATION_FIELDS];
	size_t group_count, value_count;
	int64_t span_ns;
	struct bound bounds[CORRELATION_BOUNDS];
	size_t bound_count;
	double percentile;
	bool generate;
	bool broken; /* names something that is not there: never evaluated */
};

/* The fields that a base rule's hits must bring along, for all correlations that use it. */
struct capture {
	struct slice *fields;
	uint32_t *ids; /* in the vocabulary; by matcher_new */
	size_t count;
	bool used;   /* some correlation refers to the rule */
	bool silent; /* and none of them lets it give hits of its own */
};

struct names;
/* Adds the captured fields to the vocabulary. */
void captures_intern(struct ruleset *set, struct names *names);
