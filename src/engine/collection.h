/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Collections: files of the evidence that stand below one machine's root (engine/place), and whose they
 * are. The parent groups units by their paths, has the files that tell a machine's name read first
 * (JOB_IDENTIFY), and then gives the name to the readers of all others, for records that name no host.
 * A volume shadow copy is a collection of its own inside the one it was made from. What is said does not
 * depend on the order in which workers answer. Parent only.
 */
#include "engine/place.h"
#include "engine/unit.h"

#define COLLECTION_FILES_MAX 12u /* that are read for the machine's name */
#define COLLECTION_TEXT_MAX 256u

/* Texts of a machine, from the best source so far. */
struct machine_text {
	char text[COLLECTION_TEXT_MAX]; /* empty: not known */
	unsigned rank;
};

struct collection {
	char *path, *inner; /* its root; inner NULL where that is a plain folder */
	struct collection *parent; /* the one around it; NULL */
	bool shadow;
	struct unit *last; /* of its units, in the order of the evidence */
	struct {
		struct unit *unit;
		unsigned rank;
	} files[COLLECTION_FILES_MAX];
	size_t file_count, given, answered;
	struct machine_text host, number, os, zone;
	bool met; /* one of its units was delivered */
	uint64_t unknown, empty; /* files of no known format, and of no bytes */
	char *first_unknown;
};

struct collections {
	struct collection **items; /* as they were found: by the timing of workers */
	size_t n, cap;
	struct collection **met; /* in the order of the evidence */
	size_t met_n, met_cap;
	bool too_many;
};

void collections_done(struct collections *cs);

/* Groups units of one level: plain files (spill NULL), or the members of one container. `first` is the
 * first of them in the list, `after` the one behind the last (NULL: the end). Members without a root of
 * their own belong where their container does. */
void collections_group(struct collections *cs, struct unit *first, struct unit *after, struct spill *spill);
/* Does the member's path alone make its container a collection? */
bool collection_shows(const struct unit *member);

/* Everything that tells whose it is has been read. */
bool collection_ready(const struct collection *c);
/* The next unit to be read for that (its rank is to be given back), or NULL: all are given out. */
struct unit *collection_next(struct collection *c, struct collection **ret_c, unsigned *ret_rank);
/* What a worker sent of it: WIRE_MACHINE's payload, hostile. */
void collection_take(struct collection *c, unsigned rank, struct slice payload);
/* A unit is read (or could not be). */
void collection_answered(struct collection *c);

/* The host's name; p NULL where it is not known. Only when ready. */
struct slice collection_host(const struct collection *c);
/* A unit of it is delivered. The first time gives one line on where its name comes from, into out, and true;
 * false where there is nothing to say. */
bool collection_meet(struct collections *cs, struct collection *c, struct buf *out);
/* One line on the files that were not read. */
bool collection_tell_unread(const struct collection *c, struct buf *out);
/* Collections of one name whose machines' numbers differ: one line each. */
void collections_each_double(const struct collections *cs,
			     void (*call)(void *ctx, const struct collection *c, const char *why), void *ctx);
