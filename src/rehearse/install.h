/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* How software comes onto a machine and leaves it: updaters, packages of users and of management
 * agents, package managers. */
#include "rehearse/act.h"

/* Where a product's updater fetches a release: each system's has an address of its own. */
const char *update_url(struct exercise *x, enum os os, const struct product *p, unsigned release);
/* It was there before the records. */
void install_before(struct host *h, const struct product *p, unsigned release);
/* Planned: desk_live() does it. It runs afterwards. */
void install_later(struct host *h, int64_t at, const struct product *p, unsigned release,
		   enum way way);
/* Does it, and notes what the machine has from then on. */
void install(struct host *h, const struct change *c);
/* The release that the machine has at the end of what was done so far; false for none. */
bool install_has(const struct host *h, const struct product *p, unsigned *ret_release);
