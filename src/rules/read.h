/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Inside the room: what the parts of the rule reader share. read.c goes through documents,
 * selection.c through the detection section, modifier.c through a key's modifiers, value.c makes
 * tests of values, condition.c expressions of conditions, filter.c joins filters to rules.
 *
 * Every part says what is wrong with reading_fault() and returns false; the rule is then left
 * out. A `struct reading` lives for one file.
 */
#include "rules/node.h"
#include "rules/rule.h"

struct reading {
	struct ruleset *set;
	const struct placeholders *placeholders;
	struct slice file;    /* kept in set->arena */
	struct arena scratch; /* nodes and work of this file */
	uint32_t line;	      /* of the document being read */
	size_t tests_left;    /* budget of the file: aliases and placeholders can multiply values */
	/* Tests of the item being read; copied into the arena when it is complete. */
	struct test *tests;
	size_t test_count, test_cap;
	uint32_t *value_end;
	size_t value_count, value_cap;
};

/* Always false. line 0: the document's. */
bool reading_fault(struct reading *r, uint32_t line, uint32_t column, const char *format, ...)
	__attribute__((format(printf, 4, 5)));
bool reading_fault_at(struct reading *r, const struct node *n, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/* The rule is loaded all the same. */
void reading_note_at(struct reading *r, const struct node *n, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* What a key's modifiers ask to be done with each value, in order. */
enum transform {
	TRANSFORM_EXPAND,
	TRANSFORM_UTF16LE,
	TRANSFORM_UTF16BE,
	TRANSFORM_UTF16,  /* little-endian behind a byte order mark */
	TRANSFORM_DASHES, /* every spelling of an option's dash, where an encoding follows windash
			   */
	TRANSFORM_BASE64,
	TRANSFORM_BASE64OFFSET,
};

#define MODIFIERS_MAX 16

struct plan {
	enum test_op op; /* TEST_TEXT also for what becomes TEST_WILDCARD or TEST_NULL */
	bool keyword;
	bool all, negated, cased, dash;
	bool front, back; /* something may stand before, behind the value */
	bool regex_i, regex_m, regex_s;
	bool encoded; /* a base64 step is among the transforms */
	enum test_compare compare;
	enum test_part part;
	enum transform transforms[MODIFIERS_MAX];
	size_t transform_count;
};

bool modifiers_read(struct reading *r, const struct node *key, struct slice *ret_field,
		    struct plan *ret);
/* Adds the tests of one value to r->tests and its end to r->value_end. */
bool value_read(struct reading *r, const struct plan *plan, const struct node *value);

/* The selections of a detection (or filter) section: every key but those named in `not_these`
 * (NULL at its end). */
bool selections_read(struct reading *r, const struct node *section, const char *const *not_these,
		     struct selection **ret, size_t *ret_count);
/* A condition, or a list of them. */
bool condition_read(struct reading *r, const struct node *condition,
		    const struct selection *selections, size_t n, struct expr **ret);
struct expr *expr_new(struct arena *a, enum expr_op op, size_t args);

bool logsource_read(struct reading *r, const struct node *root, struct logsource *ret);
/* A document with a `correlation` section: its own keys, then it waits for ruleset_finish. */
bool correlation_read(struct reading *r, const struct node *root, const struct node *section);
void correlations_finish(struct ruleset *set);
/* Title, id, name, level, tags and what else stands at the top of a document. */
void rule_head_read(struct reading *r, const struct node *root, struct rule *rule);
/* A document with a `filter` section: waits in set->filters. */
bool filter_read(struct reading *r, const struct node *root, const struct node *filter);

/* The values of a placeholder; false when it has none. */
bool placeholders_get(const struct placeholders *p, struct slice name, const struct slice **ret,
		      size_t *ret_count);
