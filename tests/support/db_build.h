/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* SQLite databases for tests, made with the library itself: as bytes, owned by the struct. */
#include "base/slice.h"

#include <sqlite3.h>

struct db_files {
	struct slice main, wal, journal;
};

/* What `sql` makes of a new database in memory. */
struct db_files db_of(const char *sql);
/* The files on disk while the connection is still open in the middle of `last` (a transaction that
 * is not finished, or "" for none); `mode` WAL or DELETE. `first` is committed and, in WAL mode,
 * brought into the database; `then` is committed and stays in the log. Few pages are kept in
 * memory, so that unfinished ones reach the disk. */
struct db_files db_on_disk(const char *mode, const char *first, const char *then, const char *last);
void db_files_done(struct db_files *f);
