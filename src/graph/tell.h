/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* A trace in words that outlive its graph: names instead of nodes, places instead of edges. What the case
 * keeps, groups and prints. All texts are in the caller's arena. */
#include "graph/trace.h"

struct told_pointer {
	bool set;
	uint32_t source; /* the caller's number for a file */
	uint64_t record, offset;
};

struct told_entity {
	enum entity_kind kind;
	struct slice name;
	uint32_t pid;
};

struct told_hop {
	struct told_entity from, to;
	const char *op, *why;
	struct when time;
	struct told_pointer at;
	struct surprise surprise;
	struct slice host; /* n 0: the host of the alert */
};

struct told_origin {
	enum origin_kind kind;
	struct slice name, version, signer, product, ecosystem;
	const char *os; /* windows, linux, macos */
	struct slice sha256; /* of what was brought in, where known; else sha1 and md5 may be */
	struct slice sha1, md5;
	struct slice path;	   /* of what was brought in */
	struct slice url, referrer; /* where it was fetched from */
	struct slice downloaded;	   /* the file that was fetched */
	struct slice downloaded_sha256;
	struct when time, downloaded_time;
	struct told_pointer mark;
	struct slice remote, delivered_by;
	struct slice host; /* n 0: the host of the alert */
	const char *gap; /* NULL when nothing is missing */
	bool not_yet;	 /* later records name a version of the file that had not come by then */
	double cost;
};

struct told {
	struct told_hop *hops; /* from the alert back */
	size_t hop_count;
	struct told_origin origin;
	struct told_origin others[3];
	size_t other_count;
	size_t visited;
	bool budget_spent;
};

void trace_tell(const struct graph *g, const struct trace *t, struct arena *arena, struct told *ret);
/* An activity told by itself. */
void edge_tell(const struct graph *g, uint32_t edge, struct arena *arena, struct told_hop *ret);
/* One line: "release 3CX Desktop App 18.12.407", "download http://...". */
void origin_line(struct buf *out, const struct told_origin *o);
