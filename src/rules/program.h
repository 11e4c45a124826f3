/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Rules compiled for evaluation: predicates and a forest of nodes over them.
 *
 * A *predicate* is one test on one field. Equal ones are one predicate, whichever rules ask for
 * them (46,000 values of the SigmaHQ corpus are 34,000 predicates), so its result for an event is
 * computed at most once. Nodes are AND, OR, NOT over predicates; each rule has a root.
 *
 * Immutable once built; owned by struct matcher.
 */
#include "event/names.h"
#include "rules/rule.h"

struct regex;

/* The number under which predicates on "any field" (keywords) stand. */
#define FIELD_ANY UINT32_MAX

struct predicate {
	const struct test *test;
	uint32_t field; /* vocabulary number, or FIELD_ANY */
	uint32_t other; /* TEST_FIELDREF: the other field's number */
	uint32_t uses;	/* rules that ask for it: how common it is */
	struct regex *regex; /* TEST_REGEX, owned */
};

enum node_op {
	NODE_PREDICATE, /* first = predicate */
	NODE_ANY,	/* children: true when one is */
	NODE_ALL,	/* children: true when all are; none: true */
	NODE_NOT,	/* one child */
	NODE_ANY_PREDICATE, /* children are predicate numbers */
	NODE_ALL_PREDICATE,
};

struct node {
	uint32_t op;
	uint32_t first, count; /* a run in `children`, except NODE_PREDICATE */
};

struct program {
	struct predicate *predicates;
	size_t predicate_count, predicate_cap;
	struct map interned; /* what a predicate is -> its number */
	struct node *nodes;
	size_t node_count, node_cap;
	uint32_t *children;
	size_t child_count, child_cap;
	uint32_t *roots; /* by rule */
	size_t root_count;
	/* The node of each selection of each rule: selection_first[rule] + selection index. */
	uint32_t *selection_nodes;
	uint32_t *selection_first;
	size_t selection_count, selection_cap;
};

#define PROGRAM_NO_ROOT UINT32_MAX

void program_init(struct program *p, size_t rules);
void program_done(struct program *p);
/* Compiles rule number r; its fields are added to `names`. False with err when a regular
 * expression is none; the rule then has no root. */
bool program_add(struct program *p, const struct rule *rule, uint32_t r, struct names *names,
		 struct err *err);
