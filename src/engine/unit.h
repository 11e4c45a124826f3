/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * What the parent knows of one innermost file or container: where its bytes are, how it is cut,
 * what its workers have sent. Units form a list in the order of the evidence; the members of a
 * container are put behind it as they come.
 */
#include "engine/beside.h"
#include "engine/engine.h"
#include "engine/place.h"
#include "engine/wire.h"
#include "sys/spool.h"

struct collection;
struct unit;

/* Do a container's members look like a machine's files? Told by the first ones, so that others can be read
 * while they still come. */
enum spill_kind {
	SPILL_UNKNOWN,
	SPILL_LOOSE,	  /* members are read as they come */
	SPILL_COLLECTION, /* when all are there */
};

/* The unpacked members of one container: one unlinked file, until its last member is delivered. */
struct spill {
	int write_fd, read_fd;
	unsigned users;
	bool complete; /* every member that there will be is in it */
	struct beside names;
	struct unit *container; /* until it is complete */
	enum spill_kind kind;
	uint64_t members;
};

struct piece {
	uint64_t begin, end;
	uint64_t records, events, bytes;
	uint64_t at; /* last place a worker told: how far it got if it dies */
	struct spool messages;
	bool scheduled, done;
};

struct unit {
	struct unit *next;
	struct engine_file file;
	char *path, *inner; /* what file borrows */
	bool named;	    /* the user named it: what cannot be read of it counts */
	unsigned depth;	    /* of containers around it */
	bool prepared;
	size_t below; /* of path, or inner: what comes before it is the argument's, or its container's */
	struct collection *collection; /* NULL: of none */
	enum identity identity; /* what it may tell of its collection */
	bool asked;		/* it is looked at for that now */
	bool unknown, empty;	/* told for the collection, not here */
	const char *why_not; /* from the walk: not readable at all */
	bool harmless;	     /* and nothing is missed by that */
	int fd;		    /* of a plain file, opened when its turn comes; -1 */
	struct spill *spill; /* where a member's bytes are, else NULL */
	uint64_t base;
	int64_t modified; /* seconds since 1970; 0: not known */
	bool container;
	bool wide; /* UTF-16 */
	uint32_t format; /* wire_command.format */
	struct piece *pieces;
	size_t piece_count, delivered;
	uint64_t record_base;
	struct spill *members;	   /* a container's own spill */
	struct unit *last_member;  /* where the next one goes */
	struct buf notes;	   /* of prepare: WIRE_NOTE messages */
	bool has_beside; /* its format is read with files beside it */
	struct wire_beside beside[INPUT_BESIDE];
	int beside_fd[INPUT_BESIDE]; /* -1, but between unit_open_beside and unit_close_beside */
};

struct unit *unit_new(const char *path, struct slice inner);
void unit_free(struct unit *u);
void spill_release(struct spill *s);

/* Opens, looks at the first bytes, cuts. Whatever is wrong becomes a note; piece_count 0 then. `asked`: only
 * what it tells of its machine is wanted. */
void unit_prepare(struct unit *u, const struct engine_options *o, bool asked);
/* As if it had never been looked at. */
void unit_forget(struct unit *u);
int unit_fd(const struct unit *u);
/* Finds the files beside it, a plain one's in the run's index, and closes what was opened of them. */
void unit_open_beside(struct unit *u, struct beside *plain);
void unit_close_beside(struct unit *u);
