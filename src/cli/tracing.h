/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* The traces of a case's alerts: the joining of store, graph and case. Memory: the graphs that are kept, or that of one
 * host, and what is learnt of all. */
#include "case/origin.h"
#include "cli/graphs.h"
#include "graph/trace.h"
#include "store/store.h"

/* The file of a source number: a report_file_fn, ctx is the store. */
bool tracing_file(void *store, uint32_t source, struct slice *ret_file, struct slice *ret_inner);

/* Learns what is usual, traces every alert and writes origins, traces and hops into the case. */
bool tracing_all(struct graphs *graphs, struct err *err);
