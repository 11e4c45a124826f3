/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Which of Sigma's log sources (product / category / service) an event belongs to, and under
 * which other names its fields go there. Facts of Sigma's taxonomy (specification 2.1, appendix
 * "taxonomy"), kept as a table file (taxonomy.table) that says, a line each:
 *
 *   service  PRODUCT SERVICE CHANNEL              the rest of the line is the channel's name
 *   category PRODUCT CATEGORY SERVICE ID[,ID...] [if FIELD=VALUE] [NEW=OLD...]
 *
 * Channels compare without case. An event has one *class* for each line that fits it.
 */
#include "event/event.h"

struct err;

struct taxonomy_alias {
	uint32_t id, from; /* numbers in the vocabulary */
};

struct taxonomy_class {
	struct slice product, category, service; /* category is empty for a service line */
	struct slice channel;			 /* lower case */
	const int64_t *event_ids;		 /* none: every event of the channel */
	size_t event_id_count;
	uint32_t if_field; /* NAME_OTHER when there is no condition */
	struct slice if_value;
	const struct taxonomy_alias *aliases;
	size_t alias_count;
};

struct taxonomy {
	struct arena arena;
	struct taxonomy_class *classes;
	size_t n, cap;
	struct map by_channel; /* lower-case channel -> index of its first class (they are sorted) */
	uint32_t *condition_fields; /* each field that a condition asks for, once */
	size_t condition_count;
};

/* The table that is part of the program. Adds the fields it names to `names`. */
bool taxonomy_init(struct taxonomy *t, struct names *names, struct err *err);
/* The same from text (tests). */
bool taxonomy_read(struct taxonomy *t, struct slice text, struct names *names, struct err *err);
void taxonomy_done(struct taxonomy *t);
/* The number of the class for records whose reader knows their log source itself (another product's
 * process starts), added when new. Empty slices where the log source has no such part. */
uint32_t taxonomy_source(struct taxonomy *t, struct slice product, struct slice category,
			 struct slice service);
/* The classes of an event, at most `max` of them, as indexes; gives their number. Depends only on
 * channel, event id, the condition fields and what the reader knows (ev->sources). */
size_t taxonomy_classify(const struct taxonomy *t, struct event *ev, uint32_t *classes, size_t max);
