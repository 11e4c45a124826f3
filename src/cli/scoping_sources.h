/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Which kinds of record each host of a case has, from when to when, how complete, with which holes: the coverage of
 * the case in the terms of stages. Also hosts that have coverage and no activity. Owner: the struct. */
#include "case/stage_judge.h"
#include "store/store.h"

struct scoping_host {
	struct slice name;
	size_t first, n; /* in list */
	int64_t first_ns, last_ns; /* first > last: no record has a time */
	int64_t installed_ns;	   /* its system, as its registry says; 0: not told */
};

struct scoping_sources {
	struct arena arena;
	struct scoping_host *hosts; /* by name */
	size_t host_count, host_cap;
	struct stage_source *list;
	size_t n, cap;
	int64_t first_ns; /* of the case */
	uint64_t without_host, without_time;
	uint64_t addresses; /* that a sensor on the network saw, and that are no known host's: not among hosts */
};

bool scoping_sources_read(struct scoping_sources *x, struct store *s, struct err *err);
void scoping_sources_done(struct scoping_sources *x);
