/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Every origin that has a name, weighed over all hosts: who has it is told by releases (what ran, what installers and
 * lists say) or by the traces themselves. Releases that no trace leads to are tried where alerts end in nothing:
 * the comparison of hosts alone may name one (a lead, never more). What nothing tells apart - the same
 * hosts, at the same time, with as much speaking for it - is a tie.
 *
 * The cohort's groups are indexes of the origins' list for named origins, COHORT_UNNAMED for the rest.
 */
#include "case/origin.h"
#include "case/release.h"

/* Makes the cohort ready. */
void candidates_weigh(struct origins *o, const struct releases *r, struct cohort *c);
