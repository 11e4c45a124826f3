/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* A case's activities as graphs, one host at a time, and the traces of its alerts: the joining of store, graph and
 * case. Memory: the graph of one host, and what is learnt of all. */
#include "case/origin.h"
#include "cli/options.h"
#include "graph/trace.h"
#include "store/store.h"

/* The graph of a host; NULL with err when the case cannot be read. Damaged blocks are left out and said. */
struct graph *tracing_graph(struct store *s, struct slice host, const struct cli_options *o, struct err *err);
/* The file of a source number: a report_file_fn, ctx is the store. */
bool tracing_file(void *store, uint32_t source, struct slice *ret_file, struct slice *ret_inner);

/* Learns what is usual, traces every alert and writes origins, traces and hops into the case. */
bool tracing_all(struct store *s, const struct cli_options *o, struct err *err);
