/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * The walk against the arrow of time: from what acted in an alert to what brought it in.
 *
 * Best first over (entity, moment): each step goes from an effect to a cause that a record shows, or to
 * the record's lack. Steps have costs: the surer and the more particular a cause, the cheaper; the walk
 * ends at the cheapest end. The costs (causes.c) say in numbers what an analyst would say in words: what a
 * script does was done by the script and not by the interpreter; a library that somebody else wrote into
 * a program's folder weighs more than the program; a parent of the operating system explains
 * nothing; a channel is passed through. Every step goes back in time and no (entity, moment) is
 * visited twice, so that no loop in the evidence holds it; a budget bounds it besides.
 *
 * One trace: one scratch. Not for several threads.
 */
#include "graph/lookup.h"
#include "graph/surprise.h"

enum origin_kind {
	ORIGIN_GAP, /* evidence ends here */
	ORIGIN_RELEASE,
	ORIGIN_PACKAGE,
	ORIGIN_DOWNLOAD,
	ORIGIN_DEPLOYMENT,
	ORIGIN_LOGON,
	ORIGIN_REMOTE_HOST,
	ORIGIN_REMOVABLE,
	ORIGIN_KIND_COUNT
};
const char *origin_kind_text(enum origin_kind k);

/* From cause to effect: `from` did `op` to `to`. op is an activity's word, or one of the walk's own: image
 * (the process ran this file), script (it ran on behalf of this file), module, same_content,
 * service, task, installed, marked. */
struct trace_hop {
	uint32_t from, to; /* nodes; GRAPH_NONE where text says it */
	struct slice from_text;
	const char *op;
	const char *why;
	int64_t ns;
	uint32_t edge; /* the record, or GRAPH_NONE */
	struct surprise surprise;
};

#define TRACE_HOPS 64u
#define TRACE_HASHES 4u

struct trace_origin {
	enum origin_kind kind;
	double cost;
	int64_t ns;
	uint32_t file; /* what was brought in, or GRAPH_NONE */
	struct content content;
	struct slice name; /* product, package or program; p NULL when none is known */
	struct slice version;
	const char *ecosystem; /* of a language package */
	/* Where it was fetched from, as far as records say. */
	struct slice url, referrer;
	uint32_t mark; /* the record that says so, or GRAPH_NONE */
	uint32_t downloaded; /* the file, or GRAPH_NONE */
	struct slice remote; /* address or name, of a remote host or logon */
	uint32_t channel; /* the process that carried it, or GRAPH_NONE */
	const char *gap; /* what is missing, NULL when nothing is */
	bool not_yet;	 /* later records name a version of the file that had not come by then */
};

struct trace {
	struct trace_hop hops[TRACE_HOPS]; /* from the alert back */
	size_t hop_count;
	struct trace_origin origin;
	struct trace_origin others[3]; /* the next ends, dearer */
	size_t other_count;
	size_t visited;
	bool budget_spent;
};

struct tracer;

/* What other records and hosts tell of a version that no record of the moment names. */
struct trace_elsewhere {
	/* May it have been on this host by then? False where it came later, or was nowhere yet. */
	bool (*by_then)(void *ctx, struct slice product, struct slice version, const char *os, int64_t ns);
	void *ctx;
};

/* base may be NULL: then hops have no surprise. Both must outlive it. Completes the graph's indexes. */
struct tracer *tracer_new(struct graph *g, const struct baseline *base);
void tracer_free(struct tracer *t);
/* Steps at most; 0: the default of 20,000. */
void tracer_budget(struct tracer *t, size_t steps);
/* Without it a version that a later record names is taken to have been there. */
void tracer_elsewhere(struct tracer *t, const struct trace_elsewhere *x);

/* The node that a trace of this edge begins at: who acted, or the file that an alert names. GRAPH_NONE: neither. */
uint32_t trace_actor(const struct graph *g, uint32_t edge);

/* Back from an activity (an alert's record). */
void trace_edge(struct tracer *t, uint32_t edge, struct trace *ret);
/* Back from an entity as it was at a moment. */
void trace_node(struct tracer *t, uint32_t node, int64_t ns, struct trace *ret);

/* Forward: what came of it, each activity once, in order of time. Calls with the step's edge and its
 * depth; false stops. Gives the number of steps. */
size_t trace_forward(struct tracer *t, uint32_t node, int64_t ns, size_t most,
		     bool (*call)(void *ctx, uint32_t edge, unsigned depth), void *ctx);

/* A node's name for people: image, path, key or what there is. */
struct slice trace_name(const struct graph *g, uint32_t node);
