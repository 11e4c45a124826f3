/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Traces that end at another host's address, continued there where that host is in the case. Each host is entered
 * once, at most ACROSS_HOSTS of them. */
#include "cli/tracing.h"
#include "graph/tell.h"

#define ACROSS_HOSTS 4u

/* Notes a host's addresses in the case. */
void across_note(struct store *s, const struct graph *g, struct slice host);
/* Puts the hops on other hosts behind told's and the origin there in place of its own (which becomes the first of
 * others). Nothing happens where the origin is no remote host, or is not in the case. Texts in arena. */
void across_continue(struct store *s, const struct cli_options *o, const struct baseline *baseline, struct slice host,
		     struct arena *arena, struct told *told);
