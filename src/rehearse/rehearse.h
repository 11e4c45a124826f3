/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Exercises: the records a made-up fleet would have written while something happened to it, and the
 * truth about each machine. Only records: nothing here is or does what they describe. Names,
 * addresses and hashes are invented (RFC 2606 and 5737).
 *
 * Two kinds. The scenarios (rehearse_write) put behaviours of a small library together over a mixed
 * fleet; their names change with the seed. The first story (rehearse_host, rehearse_truth; folder
 * phone/) has fixed names and one form of records, for demonstrations and manuals:
 * "Lumen Call" is a desktop phone program with its own updater. Its release 5.4.2 carries
 * a module that waits, asks a name server for a domain no program asked for before, and on some
 * machines brings a second module that reads browser stores and starts commands. Some machines are
 * still asleep when the records end, a scanner stopped it on one, two kept the release before, two
 * never had the program. An administrator's agent trips rules on every machine and an unrelated
 * program is updated on the same day: neither has anything to do with it.
 *
 * Same options, same bytes: nothing is read but the options. Owns nothing between calls; any
 * thread.
 */
#include "base/buf.h"

struct rehearse_options {
	uint64_t hosts, seed, events_per_host; /* events 0: the scenario's own number */
	uint64_t days;			       /* 0: the scenario's own */
	uint64_t collections;		       /* percent of machines that are only collected; scenarios */
	struct slice scenario;		       /* n 0: the first story */
};

/* Where files go: path is relative, with "/" between its parts. False stops the writing. */
struct rehearse_sink {
	bool (*put)(void *of, const char *path, struct slice content);
	void *of;
};

/* Scenario i's name and line; NULL behind the last. */
const char *rehearse_scenario(size_t i, const char **ret_line);
bool rehearse_has(struct slice scenario);
/* The scenario's evidence and truth.json. False: the sink stopped it, or there is no such scenario.
 */
bool rehearse_write(const struct rehearse_options *o, const struct rehearse_sink *sink);

/* ---- the first story ---- */

enum rehearse_fate {
	FATE_ABSENT,	   /* never had the product */
	FATE_NOT_UPDATED,  /* stays on the release before */
	FATE_DORMANT,	   /* updated, asleep when the records end */
	FATE_BEACONED,	   /* called out, again and again */
	FATE_SECOND_STAGE, /* and was given a second module and commands */
	FATE_BLOCKED,	   /* the scanner removed the module before it ran */
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
