/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* A told trace as text in 80 columns, JSON (`upriver.trace/1`), DOT (Graphviz) and SVG; each escapes for where it
 * goes. Knows no case: names of files come by a callback. */
#include "graph/tell.h"

struct buf;

/* The file of a pointer's source number; texts must last until the writer returns. */
typedef bool report_file_fn(void *ctx, uint32_t source, struct slice *ret_file, struct slice *ret_inner);

struct report_alert {
	struct slice id, title, level, detector, host, time; /* id n 0: the trace began at an entity */
	struct slice entity;				       /* what it began at then */
	struct told_pointer at;
};

struct report_trace {
	const struct report_alert *alert;
	const struct told *told;
	bool forward; /* hops go from the start on, and there is no origin */
	report_file_fn *file;
	void *ctx;
};

void report_trace_text(struct buf *out, const struct report_trace *r);
void report_trace_json(struct buf *out, const struct report_trace *r);
void report_trace_dot(struct buf *out, const struct report_trace *r);
void report_trace_svg(struct buf *out, const struct report_trace *r);

/* Parts that the case's own documents hold too. */
void report_pointer(struct buf *out, const char *key, const struct told_pointer *at, report_file_fn *file, void *ctx);
void report_hops(struct buf *out, const struct told_hop *hops, size_t n, report_file_fn *file, void *ctx);
struct report_origin {
	const struct told_origin *origin;
	struct slice host;
	const char *path; /* the name of the member that says which file was brought in; NULL: "path" */
	/* Contents met besides the origin's own, as "hash file". */
	const struct slice *contents;
	size_t content_count;
	report_file_fn *file;
	void *ctx;
};

/* kind, release, download, ... of an origin: members, without the braces. */
void report_origin(struct buf *out, const struct report_origin *r);
