/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Hunting as an analysis (engine.h): in the workers every event is asked against the compiled
 * rules and only hits and counts travel; in the parent they come back as struct hit, in the order
 * of the evidence. Used by the verbs hunt and investigate.
 *
 * The parent decodes what workers send as hostile bytes: lengths are checked by a cursor, rule
 * numbers against the ruleset; a message that does not fit is dropped and counted.
 */
#include "base/limits.h"
#include "base/map.h"
#include "engine/engine.h"
#include "rules/match.h"

struct correlated;
struct correlating;

struct hit_why {
	struct slice selection, field, value, pattern;
};

/* A base hit of a correlation. */
struct hit_base {
	const struct engine_file *file;
	const struct rule *rule;
	uint64_t record, offset;
};

/* Borrowed until the callback returns. */
struct hit {
	char id[33]; /* stable for the same evidence: 32 hex digits */
	const struct rule *rule;
	uint32_t rule_index;
	const struct engine_file *file;
	struct when time;
	struct slice host, channel; /* p NULL when the record has none */
	int64_t event_id;	    /* EVENT_NO_ID when it has none */
	uint64_t record, offset;
	struct hit_why why[LIMIT_WHY];
	size_t why_count;
	/* Of a correlation (rule_index is then set->n + its number), else NULL; base has
	 * correlated->base_count. */
	const struct correlated *correlated;
	const struct hit_base *base;
};

/* Events of one log source, over all workers. */
struct hunt_source {
	struct slice product, category, service;
	uint32_t rules;
	uint64_t events;
};

struct hunt {
	const struct ruleset *set;
	const struct matcher *matcher;
	struct hunt_source *sources;
	size_t source_count;
	struct map hosts;	 /* as spelled first; compared without case */
	struct map hosts_folded;
	uint64_t unknown_events; /* of no known dialect: matched with their fields as they are */
	uint64_t zone_assumed;	 /* events whose time had no zone */
	uint64_t dropped;	 /* messages that did not decode */
	uint64_t hits;
	struct correlating *correlating; /* NULL without correlation rules */
	void (*on_hit)(void *ctx, const struct hit *h);
	void *ctx;
};

/* temp: folder for what correlations sort; NULL: the system's. */
void hunt_init(struct hunt *h, const struct ruleset *set, const struct matcher *matcher,
	       const char *temp);
void hunt_done(struct hunt *h);
/* After the last result: the hits of correlation rules. False with err when the disk says no. */
bool hunt_finish(struct hunt *h, struct err *err);

/* The worker side: `shared` is the struct matcher. */
void *hunt_worker_new(void *shared);
void hunt_worker_event(void *worker, struct event *ev, struct buf *out);
/* The same; whether any rule matched, be it only a part of a correlation. */
bool hunt_worker_match(void *worker, struct event *ev, struct buf *out);
void hunt_worker_piece_end(void *worker, struct buf *out);

/* The parent side: takes the messages that are hunt's and gives true; false for others'. */
bool hunt_result(struct hunt *h, const struct engine_file *file, uint64_t record_base, uint8_t type,
		 struct slice payload);

/* The id of what is told apart by key. */
void hit_id_of(char id[33], struct slice key);
/* The id of what a rule or a detector says of one record: the same for the same evidence, wherever its
 * folder was mounted. */
void hit_id_for(char id[33], const struct engine_file *file, struct slice rule, struct slice host,
		struct slice channel, uint64_t record, uint64_t offset, int64_t ns);
/* A hit as the line of `upriver.hit/1`, without the newline. */
void hit_json(struct buf *out, const struct hit *h);
