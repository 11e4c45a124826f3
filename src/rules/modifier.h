/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Sigma's modifiers (specification 2.1, appendix "modifiers"): a field key with its chain, and one
 * value of it turned into tests. Order in the chain matters for encodings (wide|base64offset).
 */
#include "rules/rule.h"

struct yaml_node;

#define MODIFIERS_MAX 12

enum modifier {
	MODIFIER_ALL, MODIFIER_CASED, MODIFIER_CIDR, MODIFIER_CONTAINS, MODIFIER_ENDSWITH,
	MODIFIER_EXISTS, MODIFIER_EXPAND, MODIFIER_FIELDREF, MODIFIER_NEQ, MODIFIER_RE,
	MODIFIER_I, MODIFIER_M, MODIFIER_S, MODIFIER_STARTSWITH, MODIFIER_WINDASH,
	MODIFIER_BASE64, MODIFIER_BASE64OFFSET, MODIFIER_WIDE, MODIFIER_UTF16BE, MODIFIER_UTF16,
	MODIFIER_LT, MODIFIER_LTE, MODIFIER_GT, MODIFIER_GTE,
	MODIFIER_MINUTE, MODIFIER_HOUR, MODIFIER_DAY, MODIFIER_WEEK, MODIFIER_MONTH, MODIFIER_YEAR,
	MODIFIER_COUNT
};

struct key {
	struct slice field; /* spaces stripped; empty for keywords */
	enum modifier chain[MODIFIERS_MAX];
	size_t count;
	uint32_t has; /* bit set of the chain */
};

/* "CommandLine|contains|all". False with err: unknown modifier, or ones that exclude each other. */
bool key_parse(struct slice text, struct arena *arena, struct key *ret, struct err *err);
static inline bool key_has(const struct key *k, enum modifier m)
{
	return k->has >> m & 1;
}

#define VALUE_TESTS_MAX 3
/* One value's tests into out, their number into *ret_n. False with err. */
bool value_tests(const struct key *k, const struct yaml_node *value, struct arena *arena,
		 struct test out[VALUE_TESTS_MAX], size_t *ret_n, struct err *err);
