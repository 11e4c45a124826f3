/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* From one host's records to another's: which addresses a host has, and which of its processes reached another
 * host at a moment. Clocks of two hosts differ: ACROSS_SKEW_NS either way is allowed for. */
#include "graph/graph.h"

#define ACROSS_SKEW_NS (INT64_C(300) * 1000000000)

/* Up to cap addresses that the host's own connections say are its; texts are the graph's. */
size_t graph_addresses(const struct graph *g, struct slice *ret, size_t cap);
/* The record in which a process of this host connected to one of these addresses, or was told the other host's
 * name (without its domain) or address by its command line: the last within the skew before ns, else the first
 * behind. GRAPH_NONE when no record tells. *ret_process: who did. */
uint32_t graph_reached(const struct graph *g, const struct slice *addresses, size_t n, struct slice name, int64_t ns,
		       uint32_t *ret_process);
