/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* What hunt and investigate set up alike: the vocabulary, dialects, taxonomy, the rules the user
 * named or the built-in ones, and the compiled matcher. */
#include "cli/options.h"
#include "engine/correlating.h"
#include "event/taxonomy.h"
#include "graph/extract.h"
#include "input/dialect.h"
#include "rules/match.h"

struct hunting {
	struct names names;
	struct taxonomy tax;
	struct dialects *dialects;
	struct ruleset rules;
	struct placeholders *placeholders;
	struct extract *extract; /* records to activities; NULL where nobody asked */
	struct matcher *matcher;
};

/* activities: also what turns records into them, whose fields nobody else asks for. */
bool hunting_init(struct hunting *h, const struct cli_options *o, bool activities, struct err *err);
void hunting_done(struct hunting *h);
/* Reads rules only (for --check-rules and `rules`); false with err when a path cannot be read. */
bool hunting_read_rules(struct ruleset *set, const struct list *paths,
			const struct placeholders *placeholders, struct err *err);
/* The rules that are part of the program. */
void hunting_builtin_rules(struct ruleset *set);
/* Calls with name and text of each built-in rule file. */
void hunting_each_builtin(void (*call)(void *ctx, struct slice name, struct slice text), void *ctx);
struct engine_options hunting_engine_options(const struct hunting *h, const struct cli_options *o);
/* What correlation rules had to leave out. */
void say_correlating(const struct cli_options *o, const struct correlating *c);
/* A whole file in memory (owned by ret). */
bool hunting_read_file(const char *path, struct buf *ret, struct err *err);
