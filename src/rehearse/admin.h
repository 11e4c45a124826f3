/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Lawful things that trip rules: an administrator's agent, and a scanner that errs. */
#include "rehearse/act.h"

/* An inventory tool on some sessions: discovery commands, LSASS opened, scripts. */
void admin_inventory(struct host *h, const struct product *tool, unsigned each_nth_session);
/* The scanner's new signatures find a file that has lain there for long, on the same day
 * everywhere. */
void admin_false_alert(struct host *h, int64_t ns, const struct image *file);
