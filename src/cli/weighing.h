/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* The facts of a case that origins are weighed by (case/cohort.h), out of its tables: which kinds of record each
 * host has and since when, and which way of alerting each alert is. */
#include "case/cohort.h"
#include "store/store.h"

struct weighing_kinds {
	struct map by_record; /* channel and event id -> kind */
	struct cohort *cohort;
};

/* What each host's records could have shown. */
bool weighing_live(struct weighing_kinds *k, struct store *s, struct cohort *c, struct err *err);
void weighing_done(struct weighing_kinds *k);

struct weighing_alert {
	struct slice rule, title, level, detector, channel, event_id, host;
	double weight;
	struct when time;
};

/* group: of candidates.h. */
void weighing_note(struct weighing_kinds *k, const struct weighing_alert *a, uint32_t group);
