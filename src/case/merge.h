/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Where one trace ends at a release and another, on a host that recorded less, at the package or the address that the
 * release came from: one origin, the release. Joined by the address and the package's file that traces and updates
 * name; where they name several releases nothing is joined. Programs whose version no record of their host tells join
 * the one release that has their place (path, but for the user's name) on other hosts, unless they alerted long before it was
 * anywhere: `assumed` counts these hosts. */
#include "case/origin.h"
#include "case/release.h"

/* Sets `into` of the groups that are another's. Before they are weighed. */
void origins_merge(struct origins *o, const struct releases *r);
