/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Which processes of a host are the origin's, which another version's of the same product, and which came of them:
 * what it started (shells and the like; not browsers and installers, which it only opens), and what it wrote and
 * then ran or loaded, its second stage. */
#include "case/stage_path.h"
#include "graph/roles.h"

enum stage_mark {
	MARK_NONE,
	MARK_OTHER,  /* another version of the product */
	MARK_OTHER_CHILD, /* started by that, directly or not */
	MARK_UNCLEAR_CHILD, /* started by that, directly or not */
	MARK_UNCLEAR, /* the product; of which version no record tells */
	MARK_OWN,
	MARK_CHILD,  /* started by it, directly or not */
	MARK_SECOND, /* a file that it wrote */
	MARK_COUNT
};

/* From when to when a version of the product was installed, by packages' records. */
struct stage_install {
	int64_t from_ns, to_ns; /* to: the next record of the product, or GRAPH_OPEN */
	uint32_t edge;
	bool own, removed; /* removed: by an uninstallation */
	bool asked;	   /* told by the request for its address alone: that it came then is likely, and in no record */
	bool listed;	   /* a list of software alone says that it was there by then */
	uint32_t ended_by;     /* edge, or GRAPH_NONE */
};

struct stage_marks {
	const struct graph *g;
	const struct stage_known *k;
	bool alerting; /* the host */
	uint8_t *of;   /* by node: enum stage_mark */
	uint8_t *guessed; /* by node: the mark was told by when it ran, and not by what it is */
	uint8_t *traced; /* by node: the product's programs to which an alert of an alerting host leads, or a contact that
			  * only this version makes */
	uint8_t *brought; /* by node: processes whose command makes them act for a file that was brought in by itself, and
			   * files that these unpacked: the same delivery, no second stage */
	uint8_t *wrote; /* by node, of files: the mark of who wrote it last */
	struct stage_paths *paths;
	struct stage_install *installs; /* by time */
	size_t install_count, install_cap;
};

void stage_marks_init(struct stage_marks *m, const struct stage_known *k, struct graph *g, struct slice host);
void stage_marks_done(struct stage_marks *m);
static inline enum stage_mark stage_mark_of(const struct stage_marks *m, uint32_t node)
{
	return node == GRAPH_NONE ? MARK_NONE : (enum stage_mark)m->of[node];
}
/* Acts for the origin: itself, or what came of it. */
static inline bool stage_acts(enum stage_mark m)
{
	return m >= MARK_OWN;
}
/* May act for it, or for another version. */
static inline bool stage_may_act(enum stage_mark m)
{
	return m == MARK_UNCLEAR || m == MARK_UNCLEAR_CHILD;
}
/* Acts for another version: what that does says nothing of this one. */
static inline bool stage_acts_other(enum stage_mark m)
{
	return m == MARK_OTHER || m == MARK_OTHER_CHILD;
}
/* The installation that holds this moment (a package's files are written up to ten minutes before its record);
 * NULL: none is recorded. */
const struct stage_install *stage_install_at(const struct stage_marks *m, int64_t ns);
/* Does this edge put a second stage to work: the run or load of a file that it wrote, and that is no version of the
 * product? */
bool stage_second(const struct stage_marks *m, const struct graph_edge *e);
/* Whether a file that was brought in by itself is known by its place alone: where its alerts lead to it, and where a
 * management agent put it everywhere. What people fetch bears anybody's name. */
bool stage_known_place(const struct stage_marks *m, struct slice place);
/* Of a path of this host: remembered. */
const struct stage_path *stage_marks_path(const struct stage_marks *m, struct slice path);
