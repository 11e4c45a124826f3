/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Exercises: the records a made-up fleet would have written while one update of a made-up product
 * was trojanised, and the truth about each machine. Only records: nothing here is or does what they
 * describe. Names, addresses and hashes are invented (RFC 2606 and 5737).
 *
 * The story: "Lumen Call" is a desktop phone program. Its release 5.4.2 carries a foreign module
 * that waits, asks a name server for a domain no program asked for before, and on some machines
 * brings a second module that reads browser stores and runs commands. Some machines are still
 * asleep when the records end, one product stopped it on one, two never had the program. An
 * administrator's tool trips rules on several machines and has nothing to do with it.
 */
#include "base/buf.h"

struct rehearse_options {
	uint64_t hosts, seed, events_per_host;
};

enum rehearse_fate { FATE_ABSENT, FATE_DORMANT, FATE_BEACONED, FATE_SECOND_STAGE, FATE_BLOCKED };

/* Which fate machine i of the fleet has. */
enum rehearse_fate rehearse_fate(const struct rehearse_options *o, uint64_t i);
/* Its name: "WS-001". */
void rehearse_host_name(uint64_t i, char name[16]);
/* Its records, JSON Lines in the order of time (dialect winlogbeat-flat). */
void rehearse_host(const struct rehearse_options *o, uint64_t i, struct buf *out);
/* truth.json, `upriver.rehearse-truth/1`. */
void rehearse_truth(const struct rehearse_options *o, struct buf *out);
