/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* What every walk over one graph asks of all its logons, services, packages and files, found once: a host with a
 * million of them and a hundred thousand alerts is read once, not once an alert. Nothing here changes an answer. */
#include "graph/lookup.h"
#include "graph/parts.h"

/* Which three-byte parts a text has, folded: a text without those of a pattern does not hold it. */
struct sketch {
	uint64_t bits[4];
};
struct sketch sketch_of(struct slice s);
static inline bool sketch_within(const struct sketch *part, const struct sketch *whole)
{
	return !((part->bits[0] & ~whole->bits[0]) | (part->bits[1] & ~whole->bits[1]) |
		 (part->bits[2] & ~whole->bits[2]) | (part->bits[3] & ~whole->bits[3]));
}

struct noted_logon {
	uint32_t session, edge;
};

/* Tables are made when they are first asked for. */
struct noted {
	const struct graph *g;
	struct sketch *starters;   /* of what the starters' details say */
	struct parts details;	   /* the same */
	struct graph_list services; /* of the starters: values that name a service's library */
	struct parts service_keys;
	struct graph_list packages; /* nodes: packages by their names, each once */
	struct sketch *package_sketches;
	struct parts package_names;
	struct noted_logon *logons;	    /* from elsewhere, by session */
	uint32_t *logon_edges;		    /* the same, by time */
	size_t logon_count;
	bool has_logons, has_tails, has_services, has_packages;
	struct map sessions; /* folded session -> its number */
	struct map tails;    /* folded last part of a path -> the first file so called that records speak of */
};

void noted_init(struct noted *x, const struct graph *g);
void noted_done(struct noted *x);
/* Of the starters' details, by their order in the graph's list; with their parts. */
const struct sketch *noted_starters(struct noted *x, struct parts **ret_details);
/* Registry values that name the library of a service, by time; with the parts of their keys. */
const struct graph_list *noted_services(struct noted *x, struct parts **ret_keys);
/* Packages' nodes, each once; with the parts of their names, and sketches of them in noted.package_sketches. */
const struct graph_list *noted_packages(struct noted *x, struct parts **ret_names);
/* How many of the list's edges have no time or are not behind ns. */
size_t list_until(const struct graph *g, const struct graph_list *l, int64_t ns);
/* The last logon from another host before ns: of this session, or without one the last behind `since`; or
 * GRAPH_NONE. */
uint32_t noted_logon(struct noted *x, struct slice session, int64_t ns, int64_t since);
/* The first file with this last part of its path, or GRAPH_NONE. */
uint32_t noted_tail(struct noted *x, struct slice tail);
