/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Where the traces of all alerts end, grouped: one group an origin, ordered by its verdict, then by the score that
 * weighing it over all hosts gave (weigh.h). Where the evidence ends without a name, by the weight of the alerts.
 * Origins that nothing tells apart share a rank.
 * Owner: the struct; everything is copied. One thread.
 */
#include "base/map.h"
#include "case/weigh.h"
#include "graph/tell.h"

#define ORIGIN_HASHES 16u

struct origin_group {
	struct told_origin origin; /* of the example, the cheapest trace; texts kept */
	struct told_hop *hops;
	size_t hop_count;
	struct slice host, alert; /* of the example */
	struct map hosts;
	int64_t *came_ns; /* by number in hosts: since when it was there, as its traces say; INT64_MIN not said */
	size_t came_cap;
	struct weighed weighed; /* of named ones */
	bool is_weighed;
	uint64_t alerts;
	double weight, cost, strength;
	int standing; /* of its verdict and kind: lower comes first */
	struct when first; /* of its alerts */
	struct slice hashes[ORIGIN_HASHES]; /* "name sha256" of what was brought in, each once */
	size_t hash_count;
	bool two_contents; /* one file name with two contents under one version: two releases */
	bool asked; /* the user named it, or what leads to it */
	size_t assumed; /* hosts on which only the program's place says that it is this release */
	size_t into; /* index + 1 of the group that it is one with (merge.h); 0: its own */
	int64_t rank;
	bool line;   /* tied with other versions of its product: the product line is the answer */
	int32_t tie; /* groups that nothing tells apart share a number from 1 on; 0: none */
	bool beyond; /* the example was followed to another host: where it ends there */
	struct told_origin beyond_origin;
};

struct origins {
	struct arena arena;
	struct map by_key;
	struct origin_group *list;
	size_t n, cap;
};

/* One alert whose trace is told. weight: of its level. */
struct origin_alert {
	struct slice id, host, rule;
	double weight;
	struct when time;
	bool asked; /* nobody raised it: the user named what was traced */
};

void origins_init(struct origins *o);
void origins_done(struct origins *o);
/* The group's index, which keeps until origins_rank. */
size_t origins_add(struct origins *o, const struct origin_alert *alert, const struct told *t);
/* A release that no trace leads to, which comparing hosts names: a group without alerts of its own. */
struct origin_group *origins_associate(struct origins *o, struct slice product, struct slice version, const char *os,
				       struct slice company);
/* Another alert whose trace is that of one before, in this group. */
void origins_again(struct origins *o, size_t group, const struct origin_alert *alert);
/* It is on this host, since a moment or INT64_MIN. */
void origin_host(struct origin_group *g, struct slice host, int64_t came_ns);
/* Has a name of its own: a release, package, download, deployment, remote host. */
bool origin_named(enum origin_kind k);
/* Sorts list, without what is one with another, and gives ranks: 1 the best, equals and ties share one. all_hosts: how many the evidence speaks of.
 * order (may be NULL) gets, for each index that origins_add gave, the rank. */
void origins_rank(struct origins *o, uint64_t all_hosts, int64_t *order);
/* Of a level, for origin_alert. */
double origin_weight(struct slice level);
