/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Files that are read with another one (input_format.beside): where those are whose names end as some
 * format says. One index for the plain files of a run, one for the members of each container: nothing
 * is joined over that border. Names are told apart without case, folders with it. Parent only.
 */
#include "base/map.h"
#include "input/input.h"

struct beside_file {
	const char *path;     /* of a plain file, owned by the index; NULL: a member */
	uint64_t base, bytes; /* of a member, in its spill file */
};

struct beside {
	struct map names; /* folder as it is, name in lower case -> index into files */
	struct beside_file *files;
	size_t n, cap;
	struct map listed; /* folders asked for what else they hold */
};

void beside_init(struct beside *b);
void beside_done(struct beside *b);
/* Remembered when its name ends in some format's ending; the first of a name counts. */
void beside_note(struct beside *b, const char *path);
void beside_note_member(struct beside *b, struct slice inner, uint64_t base, uint64_t bytes);
/* Notes what else is in the folder of a file that the user named without it. */
void beside_list_folder(struct beside *b, const char *path);
/* The file called as `name` (a path) with the ending behind it, or NULL. Valid until the next note. */
const struct beside_file *beside_find(const struct beside *b, struct slice name, const char *ending);
