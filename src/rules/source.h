/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Rules grouped by the log source they ask for (product, category, service), each group with its
 * index: probes per field, and for each rule a *witness*: a set of indexed predicates of which at
 * least one holds whenever the rule matches. A rule is only evaluated when its witness was found;
 * rules without one (they ask for absence, or for text too short to look up) always are.
 * Immutable once built; owned by struct matcher.
 */
#include "event/taxonomy.h"
#include "rules/probe.h"

struct source {
	struct logsource logsource;
	uint32_t *rules;
	size_t rule_count, rule_cap;
	uint32_t *always; /* rules without a witness */
	size_t always_count, always_cap;
	struct probe *probes; /* one a field, FIELD_ANY last */
	size_t probe_count, probe_cap;
	uint32_t *witness_rules; /* what links point into */
	size_t witness_count, witness_cap;
};

/* Does the source ask for events of this class? */
bool source_fits(const struct source *s, const struct taxonomy_class *c);
/* For events of a channel that the taxonomy does not know: only sources that ask for no more than
 * product windows. */
bool source_fits_unlisted(const struct source *s);
/*
 * Which predicates are indexed, by predicate: those that have a key and, for rules without a witness
 * among these, those of theirs that can be tried on every new value instead, so that few rules are
 * left to always evaluate. Over all rules before the first source is built: whether a predicate is
 * indexed must not depend on the source.
 */
void source_mark_indexed(const struct program *program, uint8_t *indexed);
/* Fills always, probes and witness_rules from the rules. */
bool source_build(struct source *s, const struct program *program, const uint8_t *indexed,
		  struct err *err);
void source_done(struct source *s);
