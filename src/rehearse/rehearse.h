/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Exercises: the records a made-up fleet would have written while one update of a made-up product
 * was trojanised, and the truth about each machine. Only records: nothing here is or does what they
 * describe. Names, addresses and hashes are invented (RFC 2606 and 5737).
 *
 * The story: "Lumen Call" is a desktop phone program with its own updater. Its release 5.4.2 carries
 * a module that waits, asks a name server for a domain no program asked for before, and on some
 * machines brings a second module that reads browser stores and starts commands. Some machines are
 * still asleep when the records end, a scanner stopped it on one, two kept the release before, two
 * never had the program. An administrator's agent trips rules on every machine and an unrelated
 * program is updated on the same day: neither has anything to do with it.
 *
 * Same options, same bytes: nothing is read but the options. Owns nothing between calls; any thread.
 */
#include "base/buf.h"

struct rehearse_options {
	uint64_t hosts, seed, events_per_host;
};

enum rehearse_fate {
	FATE_ABSENT,       /* never had the product */
	FATE_NOT_UPDATED,  /* stays on the release before */
	FATE_DORMANT,      /* updated, asleep when the records end */
	FATE_BEACONED,     /* called out, again and again */
	FATE_SECOND_STAGE, /* and was given a second module and commands */
	FATE_BLOCKED,      /* the scanner removed the module before it ran */
	FATE_COUNT
};

/* Which fate machine i of the fleet has: the seed deals them out. */
enum rehearse_fate rehearse_fate(const struct rehearse_options *o, uint64_t i);
/* Its name: "WS-001". */
void rehearse_host_name(uint64_t i, char name[16]);
/* Its records, JSON Lines in the order of time (dialect winlogbeat-flat); appended to out.
 * About events_per_host of them; never fewer than the story itself has. */
void rehearse_host(const struct rehearse_options *o, uint64_t i, struct buf *out);
/* truth.json, `upriver.rehearse-truth/1` (docs/schema/rehearse-truth.json). */
void rehearse_truth(const struct rehearse_options *o, struct buf *out);
