/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* One step back: what may have caused what an entity is or does at a moment. Inside the room: trace.c
 * walks, causes.c (of processes), commandcauses.c (what a command line names) and filecauses.c say where to. */
#include "graph/noted.h"
#include "graph/roles.h"
#include "graph/trace.h"

/* Either a step (node) or an end (ends). */
struct cause {
	uint32_t node;
	int64_t ns;
	uint32_t edge;
	double cost;
	const char *op, *why;
	bool ends;
	struct trace_origin origin; /* where it ends */
};

/* A record that may explain what a process does, and how strongly. */
struct process_note {
	uint32_t edge;
	double cost;
	const char *why;
};

enum process_notes { NOTES_MODULE, NOTES_THREAD, NOTES_ACCESS, NOTES_SCRIPT, NOTES_COUNT };

/* Of one process: where its notes of each kind stand in causes.notes, by time. */
struct process_noted {
	size_t first[NOTES_COUNT], n[NOTES_COUNT];
};

struct causes {
	const struct graph *g;
	struct noted noted;
	struct map noted_processes; /* process node -> index in processes */
	struct process_noted *processes;
	size_t process_count, process_cap;
	struct process_note *notes;
	size_t note_count, note_cap;
	struct map roles; /* process node -> roles, remembered */
	struct map folders; /* folder key -> index + 1 into folder_next's chain of files */
	uint32_t *folder_next;
	bool delivery; /* the walk looks for how a release was fetched: an updater's own address counts */
	struct trace_elsewhere elsewhere; /* by_then NULL: nothing is known */
	struct arena arena; /* texts of the trace that is being made */
	void (*emit)(void *ctx, const struct cause *c);
	void *ctx;
};

void causes_init(struct causes *c, const struct graph *g);
void causes_done(struct causes *c);
/* Before each trace: texts that the one before made are gone. */
void causes_begin(struct causes *c);
void process_causes(struct causes *c, uint32_t process, int64_t ns);
void file_causes(struct causes *c, uint32_t file, int64_t ns);
/* What its command line tells it to run. True when a file of the command line is known. */
bool command_causes(struct causes *c, uint32_t process, unsigned roles, int64_t ns);
/* The installer's service does what it was asked for: the package of the request (MsiInstaller 1040) before
 * this moment, and who asked. True when the package's file is known. */
bool package_asked(struct causes *c, int64_t ns);
/* Ends at the address in text, from which the process took code; false where none is in it. edge: the record
 * of the text. */
bool fetch_end(struct causes *c, uint32_t process, struct slice text, int64_t ns, uint32_t edge, const char *why);
unsigned process_roles(struct causes *c, uint32_t process);
struct slice process_attribute(const struct graph *g, uint32_t process, enum attribute which);

/* When it began; ns where no record tells. */
static inline int64_t start_or(const struct graph_node *p, int64_t ns)
{
	return p->start_ns == GRAPH_EVER ? ns : p->start_ns;
}

static inline void cause_step(struct causes *c, uint32_t node, int64_t ns, uint32_t edge, double cost,
			      const char *op, const char *why)
{
	struct cause x = { .node = node, .ns = ns, .edge = edge, .cost = cost, .op = op, .why = why };

	if (node != GRAPH_NONE)
		c->emit(c->ctx, &x);
}

static inline void cause_end(struct causes *c, const struct trace_origin *o, double cost, const char *op,
			     uint32_t edge, const char *why)
{
	struct cause x = { .node = GRAPH_NONE,
			   .ns = o->ns,
			   .edge = edge,
			   .cost = cost,
			   .op = op,
			   .why = why,
			   .ends = true,
			   .origin = *o };

	c->emit(c->ctx, &x);
}

static inline struct trace_origin origin_of(enum origin_kind kind, uint32_t file, int64_t ns)
{
	return (struct trace_origin){ .kind = kind,
				      .file = file,
				      .ns = ns,
				      .mark = GRAPH_NONE,
				      .downloaded = GRAPH_NONE,
				      .channel = GRAPH_NONE,
				      .content = { .edge = GRAPH_NONE } };
}

static inline void cause_gap(struct causes *c, uint32_t file, int64_t ns, double cost, uint32_t edge,
			     const char *gap)
{
	struct trace_origin o = origin_of(ORIGIN_GAP, file, ns);

	o.gap = gap;
	cause_end(c, &o, cost, "gap", edge, gap);
}
