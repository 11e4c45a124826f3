/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * The fast way to ask which rules match an event: a compiled, immutable `struct matcher` shared by
 * all workers and one `struct match_scratch` each. Agrees with the plain evaluator of tests/ on
 * every event (tests/unit/rules/agree_test.c).
 *
 * How: log source first (a route per channel, event id and condition), then literals of at
 * least four bytes from positive witnesses through Vectorscan literal databases per field and log
 * source, exact values in hashes; the rules whose witness was seen are evaluated with shared
 * predicates computed at most once per event. Which predicates hold for a value is remembered per
 * field value, bounded, since real logs repeat themselves.
 */
#include "event/event.h"
#include "event/taxonomy.h"
#include "rules/correlation.h"

struct matcher;
struct match_scratch;

struct matcher_options {
	enum rule_level level; /* rules below it are left out */
	size_t cache_bytes;    /* for remembered values per scratch; 0: none */
};

/* `names` gains the fields that rules ask for; `tax` and `set` must outlive the matcher. Rules
 * that cannot be compiled (a regular expression nobody takes) become faults of set. */
struct matcher *matcher_new(struct ruleset *set, const struct taxonomy *tax, struct names *names,
			    const struct matcher_options *options, struct err *err);
void matcher_free(struct matcher *m);

struct match_scratch *match_scratch_new(const struct matcher *m);
void match_scratch_free(struct match_scratch *s);

struct match_list {
	const uint32_t *rules; /* indexes into the ruleset, ascending */
	size_t n;
};

/* The rules that match. Valid until the next call. Adds the log source's aliases to ev. */
struct match_list match_event(struct match_scratch *s, struct event *ev);

struct match_why {
	struct slice selection, field, value, pattern; /* borrowed from rule and event */
};

/* Why rule r matched ev: one entry for each value that held in the selections that count, at
 * most max. */
size_t match_explain(struct match_scratch *s, struct event *ev, uint32_t r, struct match_why *why,
		     size_t max);

/* Rules in play and events seen per log source, for "no hit" against "no such record". */
struct match_source {
	struct slice product, category, service;
	uint32_t rules;	 /* that ask for it */
	uint64_t events; /* of it, seen by this scratch */
};
size_t match_source_count(const struct matcher *m);
struct match_source match_source_get(const struct match_scratch *s, size_t i);
/* The source that rule r belongs to. */
size_t match_rule_source(const struct matcher *m, uint32_t r);
/* The rules it was made of, and the lowest level it was asked for. */
const struct ruleset *match_ruleset(const struct matcher *m);
enum rule_level match_level(const struct matcher *m);
/* True when rule r is in play (not left out by level or fault). */
bool match_rule_loaded(const struct matcher *m, uint32_t r);
