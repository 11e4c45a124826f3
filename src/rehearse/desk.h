/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Ordinary life of a machine: it starts, its user works, programs of a dozen vendors run, talk and
 * are updated. */
#include "rehearse/act.h"

/* Starts the machine and lays out its sessions. */
void desk_start(struct host *h);
/* The session that a moment falls into: the latest that has begun, else the first. */
const struct session *desk_at(const struct host *h, int64_t ns);
/* Session by session what is installed is run, and what was planned (install.h) is installed. */
void desk_live(struct host *h);
/* The product's process that runs at this moment; NULL when none. */
const struct proc *desk_process(const struct host *h, const struct product *p, int64_t ns);
/* Other vendors' programs: those that are here, and their updates. */
void desk_programs(struct host *h);
/* One small thing after the other until the machine has n acts. */
void desk_fill(struct host *h, uint64_t n);
/* A process of this release: starts, loads its library, talks to its vendor. */
const struct proc *desk_run(struct host *h, int64_t ns, const struct product *p, unsigned release,
			    const struct proc *parent);
