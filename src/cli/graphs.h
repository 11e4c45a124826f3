/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* The graphs of a case's hosts, out of its blocks. Several passes go over all hosts; graphs are kept between them as
 * long as there is room (a quarter of --memory, LIMIT_GRAPHS_BYTES at most), and built anew where there is none.
 * Owner: the struct. One thread. */
#include "base/map.h"
#include "cli/options.h"
#include "graph/graph.h"
#include "store/store.h"

struct graphs {
	struct store *s;
	const struct cli_options *o;
	struct arena scratch;
	struct map by_host; /* folded name -> index in kept */
	struct graph **kept;
	size_t n, cap;
	size_t bytes, bytes_max;
};

void graphs_init(struct graphs *x, struct store *s, const struct cli_options *o);
void graphs_done(struct graphs *x);
/* The graph of a host, until graphs_give; NULL with err when the case cannot be read. Damaged blocks are left out and
 * said. */
struct graph *graphs_take(struct graphs *x, struct slice host, struct err *err);
/* Keeps it, or frees it. g may be NULL. */
void graphs_give(struct graphs *x, struct slice host, struct graph *g);
