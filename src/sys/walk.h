/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * The files below what the user named, in the order of their names (bytes), folders entered
 * where they stand. Links to files are followed, folders are entered once (by device and inode), so
 * a loop ends. What is no plain file or cannot be entered is told with a reason.
 *
 * Below a folder that holds a machine's files (etc and usr, var or home; UAC's [root]) links are not
 * followed: there they lead to what is read at its own place, or, with the names of that machine, to
 * files of the one we run on.
 */
#include "base/err.h"
#include "base/slice.h"

struct walk_entry {
	const char *path;
	bool named;	 /* it is the argument itself */
	const char *why; /* not NULL: it cannot be read, and why */
	bool harmless;	 /* with why: nothing of the evidence is missed */
};

/* Calls found for each. False with err when the argument itself is not there. */
bool walk(const char *argument, void (*found)(void *ctx, const struct walk_entry *e), void *ctx,
	  struct err *err);
/* Every name in the folder that a path leads into, as a path beside it, in the order of bytes. A folder
 * that cannot be read has none. */
void walk_neighbours(const char *path, void (*name)(void *ctx, const char *path), void *ctx);
