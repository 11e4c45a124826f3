/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * The verb table and what a command line became. One table (verbs.c) gives parsing, --help, the
 * man page and the shell completion, so that they cannot disagree.
 */
#include "base/err.h"
#include "base/when.h"
#include "engine/engine.h"
#include "rules/rule.h"

enum option {
	OPTION_RULES, OPTION_LEVEL, OPTION_EXPAND, OPTION_JSON, OPTION_OUTPUT, OPTION_SUMMARY,
	OPTION_THREADS, OPTION_MEMORY, OPTION_TEMP, OPTION_PROGRESS, OPTION_QUIET, OPTION_CARVE,
	OPTION_FROM, OPTION_TO, OPTION_HOST, OPTION_KIND, OPTION_UNSORTED, OPTION_FAIL_ON,
	OPTION_CHECK_RULES, OPTION_COMPLETE, OPTION_COVERAGE, OPTION_DETAILS, OPTION_MIGRATE, OPTION_HOSTS,
	OPTION_SEED, OPTION_EVENTS, OPTION_SCENARIO, OPTION_DAYS, OPTION_COLLECTIONS, OPTION_FORWARD,
	OPTION_AS, OPTION_START, OPTION_RELEASE, OPTION_QUESTION, OPTION_BUDGET, OPTION_ORIGIN, OPTION_MAN, OPTION_COMPLETION,
	OPTION_HELP, OPTION_COUNT
};

struct option_info {
	enum option option;
	const char *name; /* without dashes */
	char letter;	  /* 0: none */
	const char *value; /* what stands for it in help; NULL: takes none */
	const char *help;
};

struct list {
	const char **items;
	size_t n, cap;
};

enum output_format { FORMAT_TEXT, FORMAT_JSON, FORMAT_DOT, FORMAT_SVG };

struct cli_options {
	const struct verb *verb;
	struct list operands, rules, check_rules, complete, starts, releases, questions;
	enum rule_level level;
	bool level_set, fail_on_set;
	enum rule_level fail_on;
	const char *expand, *output, *summary, *temp, *completion, *migrate, *start, *origin;
	bool coverage, details, json, quiet, carve, unsorted, man, help, forward;
	enum output_format as;
	uint64_t budget; /* steps of a trace; 0: the default */
	unsigned threads;
	uint64_t memory;
	enum engine_progress progress;
	struct when from, to;
	struct slice hosts[64], kinds[64];
	size_t host_count, kind_count;
	uint64_t fleet_hosts, seed, events_per_host, days, collections; /* collections: percent; events, days 0: the scenario's own */
	const char *scenario;
};

enum exit_status { EXIT_DONE = 0, EXIT_FOUND = 1, EXIT_USAGE = 2, EXIT_PARTLY = 3 };

struct verb {
	const char *name, *operands, *summary, *text;
	const char *examples; /* lines */
	uint64_t options;     /* bit set */
	size_t operands_min, operands_max;
	int (*run)(const struct cli_options *o);
};

extern const struct verb verbs[]; /* ends with name NULL */
extern const struct option_info option_table[OPTION_COUNT];

/* False when the line is wrong: err says how, in one line, with the nearest right word. */
bool options_parse(int argc, char **argv, struct cli_options *ret, struct err *err);
void options_done(struct cli_options *o);
const struct verb *verb_find(const char *name);
/* Fills err for a word that is no verb, with the nearest one. Always false. */
bool verb_unknown(const char *name, struct err *err);
