/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * One activity as a record tells it: who did what to whom, when, and what else the record says.
 * Texts are borrowed from whoever filled it (an event, a block) and live as long as that does.
 */
#include "base/when.h"
#include "event/event.h"
#include "graph/entity.h"

/* key: the product's own number for it (ProcessGuid, an entity_id), of processes only; empty where
 * it has none. name: a process's image, a file's path, an address. */
struct act_entity {
	enum entity_kind kind;
	struct slice key, name;
	uint32_t pid; /* 0: not known */
};

struct act {
	enum activity_op op;
	struct when time; /* not set: the record has none (an inventory) */
	struct act_entity subject, object;
	struct slice attributes[ATTRIBUTE_COUNT]; /* p NULL: not said */
	struct slice host;
	uint64_t record, offset; /* the pointer within the innermost file */
	bool record_counted;
	bool kept; /* an alert stands on it: not to be folded into others like it */
};
