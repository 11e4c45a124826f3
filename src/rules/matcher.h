/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* What match.c, explain.c and matcher.c share of match.h's two structs. Not for other rooms. */
#include "base/limits.h"
#include "rules/cache.h"
#include "rules/match.h"
#include "rules/program.h"
#include "rules/regex.h"
#include "rules/source.h"

struct matcher {
	struct ruleset *set;
	const struct taxonomy *tax;
	struct matcher_options options;
	struct program program;
	uint8_t *indexed; /* by predicate: not found means that it does not hold */
	struct source *sources;
	size_t source_count, source_cap;
	uint32_t *rule_source; /* by rule; UINT32_MAX when not in play */
};

/* What is looked up of one field: the probes of all sources of a route, those of any field among
 * them, under one place of the cache. */
struct route_field {
	uint32_t field;
	uint32_t place;
	const struct probe **probes;
	const struct source **sources; /* of the probe at the same index */
	size_t count;
};

/* Where events of one set of classes go. */
struct route {
	struct route_field *fields;
	size_t field_count, field_cap;
	struct route_field any; /* for the fields that have none of their own */
	struct arena arena; /* the fields' lists */
	uint32_t *sources;
	size_t source_count;
	uint32_t *classes; /* their aliases are applied */
	size_t class_count;
};

#define ROUTE_CLASSES_MAX 16
#define ROUTE_MEMO 128
#define ROUTE_CHANNEL_MAX 120

struct route_memo {
	const uint32_t *sources; /* the dialect's, compared by place: they are its table */
	uint8_t channel[ROUTE_CHANNEL_MAX];
	uint32_t channel_bytes;
	uint32_t route; /* index + 1; 0: empty */
	int64_t event_id;
};

/* A value's finds while they are put together. */
struct gathered {
	struct finds finds;
	uint32_t *predicates, *rules;
	size_t predicate_count, predicate_cap, rule_count, rule_cap;
	uint32_t *seen; /* by rule: round when it is in `rules` */
	uint32_t round;
};

struct match_scratch {
	const struct matcher *m;
	uint32_t generation;   /* of the event; counts up by one each */
	uint32_t *predicates;  /* generation << 2 | state */
	uint32_t *rules;       /* generation when a candidate */
	uint32_t *candidates, *matches;
	size_t candidate_count, match_count;
	uint64_t *source_events;
	struct route *routes;
	size_t route_count, route_cap;
	struct map route_of; /* classes as bytes -> route */
	struct route_memo memo[ROUTE_MEMO];
	struct cache *cache;
	struct gathered gathered;
	uint8_t scanned[LIMIT_EVENT_FIELDS / 8 + 1]; /* by field of the event: a bit */
	struct probe_scratch *probe;
	struct regex_scratch *regex;
	struct arena arena; /* for single tests; reset per event */
};

enum predicate_state { STATE_FALSE = 0, STATE_TRUE = 1, STATE_MAYBE = 2 };

const struct route *match_route(struct match_scratch *s, struct event *ev);
void routes_free(struct match_scratch *s);
bool match_predicate(struct match_scratch *s, struct event *ev, uint32_t number);
bool match_node(struct match_scratch *s, struct event *ev, uint32_t number);
