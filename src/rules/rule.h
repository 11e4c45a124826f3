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
 * How tests and values combine (what both evaluators must do):
 * - A field's values are all fields of that name, lists taken apart (one level), null left out: a
 *   test holds when it holds for any of them. TEST_NULL holds when there are none (absent, null, an
 *   empty list); an empty text is a value, and '' equals nothing but an empty text. TEST_EXISTS
 *   asks whether the record has the field at all, null or not.
 * - Numbers, booleans and times compare as their text (value_text), without case.
 * - A keyword (item.field empty) holds when it is found in any value of any field of the record.
 * - `neq` turns the whole item round (as the common converter does, NOT of the item): none of the
 *   values is equal, with `all` not all of them are; a field that is absent is not equal.
 * - base64 and base64offset needles are cased: Base64 of another case is another text.
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
	TEST_TIMEPART, /* minute ... year of a time value; equals number unless compare says else */
};

enum test_compare { COMPARE_LT, COMPARE_LTE, COMPARE_GT, COMPARE_GTE, COMPARE_EQ };
enum test_part { PART_MINUTE, PART_HOUR, PART_DAY, PART_WEEK, PART_MONTH, PART_YEAR };

/* In a TEST_WILDCARD's parts: what stands between two literal runs. */
struct wildcard_part {
	struct slice text; /* literal run, unescaped, folded unless cased; never empty */
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
	bool dash;	      /* windash: an option's dash stands for any of five (windash.h) */
	bool anchor_start;    /* TEXT, FIELDREF: must begin at the value's start */
	bool anchor_end;      /* ...and stop at its end; both: equals. In a WILDCARD the stars of
				 parts[0] and tail_star say the same, and these agree with them */
	bool expected;	      /* TEST_EXISTS */
	bool regex_i, regex_m, regex_s;
	struct slice text;    /* TEXT: unescaped needle, folded unless cased; empty and without
				 anchors (a lone `*`) it holds for every value that is not null.
				 REGEX: the pattern.
				 FIELDREF: the other field's name, spaces stripped */
	struct wildcard_part *parts; /* WILDCARD */
	size_t part_count;
	bool tail_star;	     /* WILDCARD: a * after the last part */
	uint32_t tail_skip;  /* WILDCARD: `?` after the last part */
	/* `?` alone is no part and a tail_skip of 1. */
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

/* A filter meta rule (specification 2.1, "sigma filters"), waiting for ruleset_finish. */
struct rule_filter {
	struct slice name; /* its title, for faults */
	struct logsource logsource;
	struct slice *rules; /* ids or names; none: any rule */
	size_t rule_count;
	struct selection *selections;
	size_t selection_count;
	struct expr *keep; /* what must hold of an event beside the rule's condition */
	struct slice file;
	uint32_t line;
};

struct ruleset {
	struct arena arena;
	struct rule *rules;
	size_t n, cap;
	struct rule_fault *faults;
	size_t fault_count, fault_cap;
	struct rule_filter *filters; /* ruleset_finish empties them */
	size_t filter_count, filter_cap;
	struct map by_id; /* id -> index; a second rule of the same id is a fault and not loaded */
	struct correlation *correlations; /* rules/correlation.h; sorted so that a rule stands behind
					     those it refers to */
	size_t correlation_count, correlation_cap;
	struct capture *captures; /* by rule, then by correlation; NULL without correlations */
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
/* After the last file: joins filter meta rules to the rules they name, and correlations to theirs. */
void ruleset_finish(struct ruleset *set);
const char *rule_level_text(enum rule_level level);
bool rule_level_parse(struct slice text, enum rule_level *ret);
