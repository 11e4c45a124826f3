/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* What somebody names on a command line, as nodes of a host's graph: a whole path or a file's name, a process's key, a
 * hash (hex of MD5, SHA-1 or SHA-256), a domain, an address, a registry key; PRODUCT or PRODUCT=VERSION where
 * nothing else bears the name. */
#include "graph/trace.h"

/* Up to cap nodes, each once. Completes the graph's indexes. */
size_t naming_find(struct graph *g, struct slice wanted, uint32_t *found, size_t cap);
/* What to trace for a node: who asked for a name or an address did so first in its first edge. */
struct naming_start {
	uint32_t edge; /* trace_edge from here, or GRAPH_NONE: trace_node */
	int64_t ns;    /* the last time that records speak of the node */
};
struct naming_start naming_start(const struct graph *g, uint32_t node);
/* PRODUCT, PRODUCT=VERSION, or "PRODUCT VERSION" as the story spells it: are these its words? */
bool naming_is_release(struct slice wanted, struct slice product, struct slice version);
