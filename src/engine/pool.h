/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* The worker processes as the parent sees them: started, given a piece, heard, replaced when they
 * die. Knows nothing of order or of what messages mean beyond their length. */
#include "engine/unit.h"

#include <sys/types.h>

struct pool_worker {
	pid_t pid;
	int commands, results;
	struct unit *unit; /* NULL: idle */
	struct piece *piece;
	struct collection *identify; /* not NULL: what is read is only asked whose it is */
	unsigned rank;		     /* and how much its answer counts */
	struct piece asked;	     /* the piece then */
	struct buf in; /* bytes not yet whole messages */
	double heard;  /* when something last came */
};

struct pool {
	struct pool_worker *workers;
	size_t n;
	const struct engine_options *options;
	const struct engine_analysis *analysis;
	uint64_t data_bytes, spill_bytes;
};

bool pool_init(struct pool *p, size_t n, const struct engine_options *o,
	       const struct engine_analysis *a, struct err *err);
/* Kills and reaps every worker. */
void pool_done(struct pool *p);
struct pool_worker *pool_idle(struct pool *p);
bool pool_send(struct pool_worker *w, struct unit *u, struct piece *piece, struct slice host);
/* The same for JOB_IDENTIFY; the unit may be forgotten behind it. */
bool pool_ask(struct pool_worker *w, struct unit *u, struct collection *c, unsigned rank);
/* Kills what is left of a worker, starts another in its place, and tells how the old one ended. */
bool pool_replace(struct pool *p, struct pool_worker *w, char why[120], struct err *err);
