/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * The folders that a change journal speaks of: by reference, their last known name and parent. A
 * path is known only where all folders up to the root are among them, so of what was made in
 * folders that were themselves made, renamed or changed while the journal ran. Names borrow from
 * the journal. About 64 bytes a folder, at most USN_FOLDERS_MAX.
 */
#include "base/slice.h"

#define USN_FOLDERS_MAX (1u << 21)
#define USN_DEPTH_MAX 128u

struct buf;
struct arena;

struct usn_folder {
	uint64_t reference, parent;
	struct slice name; /* UTF-16LE; p NULL: an empty slot */
};

struct usn_folders {
	struct usn_folder *slots;
	size_t n, mask;
};

void usn_folders_init(struct usn_folders *f);
void usn_folders_done(struct usn_folders *f);
/* Its name and parent from now on; with `first`, only where it has none. False when there is no
 * room. */
bool usn_folders_put(struct usn_folders *f, uint64_t reference, uint64_t parent, struct slice name,
		     bool first);
/* Appends the path of `parent` with a backslash behind it (nothing for the root); false, and
 * nothing appended, where it is not known. */
bool usn_folders_path(const struct usn_folders *f, uint64_t parent, struct arena *scratch,
		      struct buf *out);
