/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Where a file stood, as far as the way it was handed in tells: the path it was found at and the path
 * inside its containers as one, '/' between folders, with the %HH undone that Velociraptor writes for
 * what file names may not hold (uploads/auto/C%3A/Users/...). For names of users, profiles and
 * drives, and for what a collection looks like; never to open anything.
 */
#include "base/arena.h"
#include "base/slice.h"

#define PATH_BYTES_MAX ((size_t)1024)

/* Valid UTF-8 without NUL, in the arena; of a longer path what fits of its end, from a '/' on where
 * there is one. inner: p NULL for a plain file. */
struct slice path_as_found(struct arena *a, struct slice path, struct slice inner);
/* Behind the last '/' or '\\'. */
struct slice path_name(struct slice path);
/* One part of a path with its %HH undone and ASCII letters in lower case, into room for part.n bytes. Gives
 * the bytes written. */
size_t path_decode_lower(struct slice part, uint8_t *room);
