/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* A walk over one host's graph that knows what the case tells of other hosts: since when a version was there, and
 * anywhere, where only a later record names the version of a program. Owner: the struct; store, graph and baseline
 * must outlive it. */
#include "graph/trace.h"
#include "store/store.h"

struct walk {
	struct tracer *tracer;
	struct since *since;
};

/* budget: steps, 0 the default. host must outlive it. */
struct walk walk_begin(struct store *s, struct slice host, struct graph *g, const struct baseline *base, size_t budget);
void walk_end(struct walk *w);
/* May a version have been there at ns, that came to the host at here_ns and was anywhere first at anywhere_ns (each
 * INT64_MAX: no record says)? Files come before an installer's record of them. */
bool walk_by_then(int64_t here_ns, int64_t anywhere_ns, int64_t ns);
