/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Graphs out of lines that a person can read, for tests of the graph:
 *
 *   TIME op SUBJECT > OBJECT | attribute=text | attribute=text
 *
 * TIME: seconds, or - for none. SUBJECT, OBJECT: "{key}name#pid", each part optional, or - for none. A
 * subject is a process; an object is of its operation's kind. "!" before the operation: an alert stands on
 * it. Line i (from 0) is record i + 1 at offset 100 * i of source 1.
 */
#include "graph/graph.h"

/* Texts point into `line`, which must outlive it. Fails the test for a line that is none. */
struct act told_act(const char *line, size_t i);

/* All lines in one block. */
struct graph *told_graph(const char *const *lines, size_t n);
#define TOLD(...)                                                                                  \
	told_graph((const char *const[]){ __VA_ARGS__ },                                           \
		   sizeof((const char *const[]){ __VA_ARGS__ }) / sizeof(char *))

/* Lines in blocks of at most `each`, added from the last block on where `backwards`. fold: false keeps every
 * activity apart, as if an alert stood on it. */
struct graph *told_in_blocks(const char *const *lines, size_t n, size_t each, bool backwards, bool fold);

/* The node of this kind and name, which must be there. */
uint32_t told_node(const struct graph *g, enum entity_kind kind, const char *name);
/* The only process of this image, which must be there. */
uint32_t told_process(const struct graph *g, const char *image);
/* How many processes have this image. */
size_t told_processes(const struct graph *g, const char *image);
#define TOLD_SECONDS(s) ((int64_t)((s) * 1e9))
