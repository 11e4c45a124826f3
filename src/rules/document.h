/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * A YAML document as a tree with line and column of each node: what Sigma needs of YAML 1.1,
 * through libyaml's events. Aliases are refused (rules have none; expanded they could be bombs).
 * Nodes live in the caller's arena. This header is for the rules room alone.
 */
#include "base/arena.h"
#include "base/err.h"

enum yaml_kind { YAML_SCALAR, YAML_LIST, YAML_MAP };

struct yaml_node {
	enum yaml_kind kind;
	bool quoted;	   /* a scalar in quotes or a block: a string whatever it looks like */
	uint32_t line, column; /* from 1 */
	struct slice text; /* YAML_SCALAR */
	struct yaml_node *first, *last; /* children; of a map key, value, key, value ... */
	struct yaml_node *next;
	size_t count; /* children */
};

struct yaml_reader;

struct yaml_reader *yaml_reader_new(struct slice text, struct arena *arena);
void yaml_reader_free(struct yaml_reader *r);
/* The next document's root. NULL with err->code ERR_NONE at the end; otherwise err says why, at is
 * the line and *column the column, and no more documents come. */
struct yaml_node *yaml_next(struct yaml_reader *r, struct err *err, uint32_t *column);
/* The value of a key of a map, or NULL. */
struct yaml_node *yaml_get(const struct yaml_node *map, const char *key);
/* A plain scalar that means null: nothing, ~, null. */
bool yaml_is_null(const struct yaml_node *n);
