/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * A hive's transaction logs (regf specification, "Format of transaction log files"), replayed into a
 * copy: what Windows would do when it next loads the hive.
 *
 *   new (type 6)   base block | HvLE entry | HvLE entry | ...   at multiples of 512, hashed
 *   old (1, 2)     base block | DIRT and a bit for each 512 bytes of the bins | those pages
 *
 * Only for a hive that was not closed: its checksum is wrong, or its sequence numbers differ. Of new
 * logs, entries from the hive's second number on are taken, each one higher than the one before, also
 * from one log into the other; a gap before the first is normal. Where two logs do not join, the newer
 * alone is taken: pages of the older may be older than the hive. An old log must have the hive's time.
 * The copy grows as far as the entries say, at most by what the logs hold.
 */
#include "base/slice.h"

#define LOG_FILES 3u

enum log_state {
	LOG_NOT_NEEDED, /* the hive was closed, whatever lies beside it */
	LOG_NONE,	/* it was not, and no log is there */
	LOG_UNUSABLE,	/* logs are there, and nothing in them is for this hive */
	LOG_REPLAYED,
};

struct log_note {
	unsigned file;	 /* index of the log */
	uint64_t offset; /* in the log */
	char why[120];
};

struct log_replay {
	enum log_state state;
	bool sum_wrong; /* the hive's own checksum */
	uint32_t seq1, seq2; /* the hive's */
	uint8_t *copy;	/* owned; NULL unless replayed */
	size_t n;
	uint32_t first, last; /* numbers of the entries; an old log's own, twice */
	unsigned entries, pages;
	/* Damage, and logs that were left out. */
	struct log_note notes[LOG_FILES * 2];
	size_t note_count;
	bool damaged; /* an entry that belongs to it is damaged: later changes are missing */
};

/* logs[i].p NULL: not there. Always to be ended with log_replay_done. */
void log_replay(struct log_replay *ret, struct slice hive, const struct slice logs[LOG_FILES]);
void log_replay_done(struct log_replay *r);
/* The hash of entries (Marvin32, with the logs' own seed). */
uint64_t log_hash(struct slice s);
