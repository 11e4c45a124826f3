/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * YAML text as a tree of nodes, each with its line and column (from 1), read through libyaml's
 * event interface. Inside the room only. Values of top-level keys that no one reads (references,
 * falsepositives ...) get no nodes. Anchors and aliases work; merge keys do not.
 *
 * Owner: nodes live in `scratch`, texts in `keep` (rules borrow them). Thread rule: one thread.
 */
#include "base/arena.h"
#include "base/err.h"

#include <yaml.h>

enum node_kind { NODE_SCALAR, NODE_LIST, NODE_MAP };

struct node {
	struct node *next;  /* sibling; in a map: key, value, key, value */
	struct node *child; /* the first; NULL for scalars and empty containers */
	struct slice text;  /* of a scalar; NUL-terminated */
	uint32_t line, column;
	uint32_t count; /* children; in a map: keys */
	uint8_t kind;
	bool plain;  /* not quoted: null, true and numbers mean themselves */
	bool quoted; /* in one line with quotes around it: text starts one column on */
	bool spread; /* over several lines: columns inside are not known */
};

struct node_fault {
	uint32_t line, column;
	char why[200];
};

struct node_reader {
	yaml_parser_t parser;
	struct arena *scratch, *keep;
	struct slice text;
	struct node_fault fault;
};

void node_reader_init(struct node_reader *r, struct slice text, struct arena *scratch,
		      struct arena *keep);
void node_reader_done(struct node_reader *r);

enum node_step { NODE_DOCUMENT, NODE_END, NODE_FAULT };
/* The next document's root; an empty document gives a plain empty scalar. After NODE_FAULT (see
 * r->fault) the rest of the text is lost. */
enum node_step node_read(struct node_reader *r, struct node **ret);

/* The value of a key in a map, or NULL; *ret_key (may be NULL) gets the key. */
struct node *node_get(const struct node *map, const char *key, struct node **ret_key);
/* A plain null, ~ or nothing. */
bool node_is_null(const struct node *n);
/* The second one of two equal keys of a map, or NULL. */
struct node *node_twice(const struct node *map);
