/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Traces continued on another host of the case: where they end at its address; and where what was brought in was
 * written there first, by something else than what brought it here (a vendor's build machine, a file server). Each
 * host is entered once, at most ACROSS_HOSTS of them.
 */
#include "cli/tracing.h"
#include "graph/tell.h"

#define ACROSS_HOSTS 4u

/* Notes a host's addresses in the case. */
void across_note(struct store *s, const struct graph *g, struct slice host);
/* Contents that hosts wrote: which host was the first. */
struct across_contents {
	struct map by_hash; /* -> index */
	struct across_content {
		uint32_t host;
		int64_t ns;
		bool several; /* on more than one host */
	} *list;
	size_t n, cap;
};
#define LIMIT_CONTENTS ((size_t)1 << 20)

void across_contents_init(struct across_contents *c);
void across_contents_done(struct across_contents *c);
/* Notes what a host wrote; host: the caller's number. */
void across_contents_note(struct across_contents *c, const struct graph *g, uint32_t host);
/* Puts the hops on other hosts behind told's and the origin there in place of its own (which becomes the first of
 * others). Nothing happens where the origin is on no other host of the case. Texts in arena. */
void across_continue(struct graphs *graphs, const struct baseline *baseline, struct slice host,
		     struct arena *arena, struct told *told);
