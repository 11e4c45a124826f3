/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* How far each host of a case got with its origin: the joining of store, graph, case and report. Two passes over
 * all hosts: first what all teach (once more where a newer version keeps what the origin brought), then what each shows. */
#include "cli/graphs.h"

struct buf;

/* What is asked for: a rank; or a text that an origin's line, product or kind holds. Neither: rank 1. */
struct scoping_wanted {
	int64_t rank;	   /* 0: not said */
	struct slice text; /* n 0: not said */
	const struct slice *hosts; /* only these, with or without their domain; none: all */
	size_t host_count;
};

/* For the end of investigate, after ranking: works the stages out for rank 1 and writes them into the case (tables
 * stage, host_stage, host_reason). Does nothing where the case has no origin. */
bool scoping_all(struct graphs *graphs, struct err *err);
/* Works out and tells, of a case that is only read. path: its name. */
bool scoping_tell(struct buf *out, struct graphs *graphs, const char *path, const struct scoping_wanted *wanted, bool json,
		  struct err *err);
