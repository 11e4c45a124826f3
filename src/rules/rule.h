/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * A Sigma rule as a tree: what rules/read.c makes of YAML and what everything else starts from
 * (the checker, the plain evaluator in tests/, the compiler). Sigma specification 2.1.0,
 * sigma-rules-specification, sections "Detection" and "Condition", and its appendix "modifiers".
 *
 * Modifiers are already applied: a value under `windash|contains` has become a *test* with its
 * flags, a `base64offset` value three tests, a `cidr` a parsed network. What is left to do at
 * match time stands in struct test.
 *
 * Owner: struct ruleset's arena. Immutable after reading.
 */
#include "base/arena.h"
#include "base/err.h"
#include "base/map.h"

enum rule_level {
	LEVEL_INFORMATIONAL, /* also where the rule has none */
	LEVEL_LOW,
	LEVEL_MEDIUM,
	LEVEL_HIGH,
	LEVEL_CRITICAL,
};

enum test_op {
	TEST_TEXT,     /* text with anchors: equals, contains, startswith, endswith */
	TEST_WILDCARD, /* parts separated by * and ?, with anchors */
	TEST_REGEX,    /* text is a PCRE; searched, not anchored */
	TEST_CIDR,     /* the value is an address inside network */
	TEST_NULL,     /* the field is absent or null */
	TEST_EXISTS,   /* the field is there (expected says which way) */
	TEST_FIELDREF, /* the value equals (or contains...) that of another field */
	TEST_NUMBER,   /* lt, lte, gt, gte against number */
	TEST_TIMEPART, /* minute ... year of a time value equals number */
};

enum test_compare { COMPARE_LT, COMPARE_LTE, COMPARE_GT, COMPARE_GTE };
enum test_part { PART_MINUTE, PART_HOUR, PART_DAY, PART_WEEK, PART_MONTH, PART_YEAR };

/* In a TEST_WILDCARD's parts: what stands between two literal runs. */
struct wildcard_part {
	struct slice text; /* literal run, unescaped, folded unless cased; may be empty */
	uint32_t skip;	   /* `?` before it: that many characters */
	bool star;	   /* a `*` before it: any number more */
};

struct cidr {
	uint8_t bytes[16]; /* network order; v4 in the first four */
	uint8_t bits;	   /* of the prefix */
	bool v6;
};

struct test {
	enum test_op op;
	bool cased;	      /* byte for byte; else case folded (utf_fold) */
	bool dash;	      /* windash: every dash of value and text counts as '-' (see windash.h) */
	bool anchor_start;    /* TEXT, WILDCARD, FIELDREF: must begin at the value's start */
	bool anchor_end;      /* ...and stop at its end; both: equals */
	bool expected;	      /* TEST_EXISTS */
	bool regex_i, regex_m, regex_s;
	bool ascii;	      /* TEXT, WILDCARD: the pattern is: bytes compare like characters */
	struct slice text;    /* TEXT: unescaped needle, folded unless cased. REGEX: the pattern.
				 FIELDREF: the other field's name, spaces stripped */
	struct wildcard_part *parts; /* WILDCARD */
	size_t part_count;
	bool tail_star;	     /* WILDCARD: a * after the last part */
	uint32_t tail_skip;  /* WILDCARD: `?` after the last part */
	struct cidr cidr;
	enum test_compare compare;
	enum test_part part;
	double number;
	struct slice pattern; /* as the rule's author wrote the value, for `why` */
};

/* One line of a selection: field and tests. */
struct item {
	struct slice field;    /* as written, modifiers off, spaces stripped; empty: keyword (any field) */
	struct test *tests;
	size_t test_count;
	/* Values as written: tests of one value stand together (base64offset gives three). Value i is
	 * tests[value_end[i-1] .. value_end[i]). A value holds when any of its tests does. */
	uint32_t *value_end;
	size_t value_count;
	bool all;	       /* every value must hold; else any */
	bool negated;	       /* neq: the result turned round; an absent field is not equal */
	uint32_t line, column;
};

/* AND of items. */
struct item_map {
	struct item *items;
	size_t count;
};

/* A named selection: OR of maps (a keyword list is one map with one item). */
struct selection {
	struct slice name;
	struct item_map *maps;
	size_t map_count;
	uint32_t line, column;
};

enum expr_op { EXPR_SELECTION, EXPR_AND, EXPR_OR, EXPR_NOT };

struct expr {
	enum expr_op op;
	uint32_t selection; /* EXPR_SELECTION: index */
	struct expr **args; /* AND, OR: any number; NOT: one */
	size_t arg_count;
};

struct logsource {
	struct slice product, category, service; /* lower case; p NULL when not given */
};

struct rule {
	struct slice id, title, name, status, description, author, taxonomy;
	struct slice *tags;
	size_t tag_count;
	enum rule_level level;
	struct logsource logsource;
	struct selection *selections;
	size_t selection_count;
	struct expr *condition; /* list of conditions: their OR. Filters already joined: AND NOT. */
	struct slice file;
	uint32_t line; /* of the document in its file */
};

/* A rule that could not be loaded, or a fault worth saying. */
struct rule_fault {
	struct slice file;
	uint32_t line, column; /* from 1; 0 unknown */
	struct slice reason;
	bool fatal; /* the rule is not loaded */
};

struct ruleset {
	struct arena arena;
	struct rule *rules;
	size_t n, cap;
	struct rule_fault *faults;
	size_t fault_count, fault_cap;
	struct map by_id; /* id -> index; the first one wins, the second is a fault */
	struct filters *filters; /* meta rules, until ruleset_finish */
	size_t correlations; /* documents that are correlation rules (not evaluated yet, each a fault) */
};

/* Placeholder values for `expand`: name -> values. */
struct placeholders;

struct placeholders *placeholders_read(struct slice yaml, struct err *err);
void placeholders_free(struct placeholders *p);

void ruleset_init(struct ruleset *set);
void ruleset_done(struct ruleset *set);
/* Adds every rule in one YAML file's text (several documents; `action: global` and filters too).
 * Faults go to set->faults; nothing else fails. file is copied. placeholders may be NULL. */
void ruleset_read(struct ruleset *set, struct slice file, struct slice text,
		  const struct placeholders *placeholders);
/* After the last file: joins filter meta rules to the rules they name. */
void ruleset_finish(struct ruleset *set);
const char *rule_level_text(enum rule_level level);
bool rule_level_parse(struct slice text, enum rule_level *ret);
