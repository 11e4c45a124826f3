/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Paths as keys: the ways in which Windows and its tools spell one place become one, and letters of
 * paths that hold a backslash or a drive are folded. Unix paths keep their case. */
#include "base/arena.h"

/* The key of a path; in the arena, or `path` itself. */
struct slice path_key(struct slice path, struct arena *arena);
/* The key with whoever's home it is in taken out, in the arena: one place of a program on all hosts. */
struct slice path_place(struct slice path, struct arena *arena);
/* Behind the last separator; folded where the path is. */
struct slice path_tail(struct slice path);
/* What stands before it, without the separator; empty where there is none. */
struct slice path_folder(struct slice path);
/* The next path in a command line, from *at on, moving past it: quoted text, or a word that begins like
 * a path or ends like a file. p NULL where there is none. */
struct slice path_in_command(struct slice command, size_t *at);
/* The first address (http, https) in a text; p NULL where none. */
struct slice url_in(struct slice text);
/* Whose way of spelling it is: windows, macos or linux; NULL for no path. */
const char *path_os(struct slice path);
/* Is it the file of an installer's package, by its ending? */
bool path_is_package(struct slice path);
