/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* What a path is by its words alone, worked out once for each path of a host: a graph names a few hundred programs
 * thousands of times. What the origin's places are is still being learnt and is looked up each time. Owner: the struct. */
#include "case/stage_known.h"

struct stage_path {
	struct slice place; /* path_place */
	const char *os;	    /* stage_os_of */
	unsigned roles;	    /* by its name and place alone */
	const struct stage_wanted *package; /* the origin's package in whose folder it lies, or NULL */
	bool package_place; /* stage_package_place */
};

struct stage_paths {
	const struct stage_known *k;
	struct map by_path; /* -> index in list */
	struct stage_path **list;
	size_t n, cap;
	struct arena arena;
};

void stage_paths_init(struct stage_paths *p, const struct stage_known *k);
void stage_paths_done(struct stage_paths *p);
/* Keeps until stage_paths_done. */
const struct stage_path *stage_path_of(struct stage_paths *p, struct slice path);
/* Whether it is the place of one of the product's files, whatever the version. */
bool stage_at_its_place(const struct stage_known *k, const struct stage_path *path);
/* Whether a file lies where the product's files lie. */
bool stage_in_place(const struct stage_known *k, const struct stage_path *path);
