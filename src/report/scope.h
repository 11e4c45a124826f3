/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* How far each host got, as JSON (`upriver.scope/1`) and as text in 80 columns. Says what may be said (DESIGN,
 * section 5): no host is called anything; what no record shows is said with the sources that were looked through. */
#include "case/stage_judge.h"
#include "case/stage_known.h"
#include "report/trace.h"

enum scope_platform_state { PLATFORM_NO_TELEMETRY, PLATFORM_NOT_SEEN, PLATFORM_SEEN };
struct scope_platform {
	const char *os;
	uint64_t hosts, with_runs; /* of this system; with records of process starts */
	enum scope_platform_state state;
};
#define SCOPE_PLATFORMS 3u

struct report_scope {
	struct slice path; /* of the case */
	int64_t rank;	   /* of the origin; 0: named by the user */
	const struct stage_known *known;
	size_t tied;	       /* of known->wanted: not told apart; those behind are newer versions that keep what it brought */
	const struct slice *kept_names; /* by place in wanted: whom such a version calls */
	const struct stage_learned *learned;
	const struct stage_facts *facts; /* n each, in the order of host and epoch */
	const struct stage_ladder *ladders;
	size_t n;
	struct scope_platform platforms[SCOPE_PLATFORMS]; /* of the whole case, also where few hosts are told */
	uint64_t without_host, without_time; /* records that are not counted */
	uint64_t addresses; /* of a sensor on the network that are no known host's, and show nothing of it: not told */
	report_file_fn *file;
	void *ctx;
};

/* One life of one host: an object. */
void report_scope_host(struct buf *out, const struct stage_facts *f, const struct stage_ladder *l, report_file_fn *file,
		       void *ctx);
/* An array. */
void report_scope_platforms(struct buf *out, const struct scope_platform p[SCOPE_PLATFORMS]);
void report_scope_json(struct buf *out, const struct report_scope *r);
void report_scope_text(struct buf *out, const struct report_scope *r);

/* ---- what both count ---- */

struct scope_counts {
	uint64_t hosts, epochs, users, blocked, clones; /* clones: hosts beyond the first of each image */
	uint64_t clone_groups;
	uint64_t domains; /* of the hosts on which a stage is proved, as their full names tell them */
	uint64_t proved[STAGE_COUNT + 1];   /* hosts by the highest stage proved in any life; the last: none */
	uint64_t possible[STAGE_COUNT + 2]; /* and by the highest not excluded; then none, then U */
};
void scope_count(const struct report_scope *r, struct scope_counts *ret);

/* windows, macos, linux: seen where a stage is proved; not_seen only where process starts are recorded. */
void scope_platforms(const struct stage_facts *facts, const struct stage_ladder *ladders, size_t n,
		     struct scope_platform ret[SCOPE_PLATFORMS]);
const char *scope_platform_text(enum scope_platform_state s);
