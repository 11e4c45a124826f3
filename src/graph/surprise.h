/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * How unusual it is that a program of this kind does this: the fleet in the evidence is its own baseline.
 *
 *   surprise = -log2 P(operation and class of object | program)
 *
 * with back-off from this version (name, version, hash) to the product, to the publisher, to all
 * programs, by additive smoothing (ALPHA). Counted are hosts and not events: one host that does a thing a million
 * times is one. Edge-operation surprise is what the comparisons of 2025 find to be as good as anything heavier
 * ("Sometimes Simpler is Better", USENIX Security 2025; PIDSMaker, KDD 2026).
 *
 * Besides, three facts an analyst asks for: did earlier versions of this product ever do it, how many of
 * the hosts with the same program do it, and is it the first time on this host.
 * Memory: a few bytes a (program, behaviour); LIMIT_BEHAVIOURS, then new ones are not learnt and said so.
 */
#include "graph/graph.h"

#define LIMIT_BEHAVIOURS ((size_t)1 << 21)

struct surprise {
	bool known; /* there is a baseline, and the actor is known */
	double bits;
	bool never_earlier; /* no earlier version of this product did it; versions: how many were seen */
	bool never_peers;   /* no other host with this program does it; peers: how many there are */
	bool first_here;    /* not before on this host */
	uint32_t versions, peers, doing; /* doing: hosts with this program that do it, this one included */
};

struct baseline;

struct baseline *baseline_new(void);
void baseline_free(struct baseline *b);
/* Learns from one host. */
void baseline_add(struct baseline *b, const struct graph *g);
uint32_t baseline_hosts(const struct baseline *b);
/* How surprising an edge of this host is. */
void baseline_score(const struct baseline *b, const struct graph *g, uint32_t edge, struct surprise *ret);
/* What a version of a product does that none of its earlier versions did, over all hosts. */
struct novelty {
	struct slice program;	/* its file's name, lower case */
	struct slice behaviour; /* operation and class of object: "dns_query example.com" */
	uint32_t hosts;
};
/* Gives how many earlier versions there are to compare with: where there are none nothing is called. Texts
 * last until call returns. */
uint32_t baseline_novel(const struct baseline *b, struct slice product, struct slice version,
			void (*call)(void *ctx, const struct novelty *n), void *ctx);
/* As bytes for the case, and back; NULL with err for bytes that are none. */
void baseline_encode(const struct baseline *b, struct buf *out);
struct baseline *baseline_decode(struct slice bytes, struct err *err);
