/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Hits grouped for reading: by level, then rule, with hosts, first and last time and one example. */
#include "engine/hunt.h"

struct finding {
	const struct rule *rule;
	uint64_t hits;
	struct map hosts;
	struct when first, last;
	struct slice example_host, example_file, example_why;
	uint64_t example_record;
};

struct findings {
	struct arena arena;
	struct finding *list;
	size_t n, cap;
	uint32_t *by_rule; /* index + 1 */
	size_t by_rule_count;
};

void findings_init(struct findings *f);
void findings_done(struct findings *f);
void findings_add(struct findings *f, const struct hit *h);
void findings_text(struct buf *out, struct findings *f, const struct hunt *h,
		   const struct engine_totals *totals);
