/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * SQLite's files, from memory: a database, its write-ahead log and its rollback journal under the
 * names VFS_FILE, VFS_FILE-wal and VFS_FILE-journal. No other file can be opened or made, and no
 * system call is made. Version 1 of sqlite3_io_methods: no shared memory, so the connection must
 * begin with `PRAGMA locking_mode=EXCLUSIVE` (https://sqlite.org/wal.html, "Use of WAL Without
 * Shared-Memory").
 */
#include "sqlitemem/memfile.h"

#include <sqlite3.h>

#define VFS_FILE "evidence"

enum vfs_part { VFS_MAIN, VFS_WAL, VFS_JOURNAL, VFS_PARTS };

struct vfs {
	sqlite3_vfs vfs;
	char name[40]; /* registered as */
	struct memfile parts[VFS_PARTS];
	uint64_t last;	/* offset in the database of the page that was read last */
	uint64_t leaf;	/* of the last page that was a leaf of a table... */
	bool leaf_read; /* ...since this was set to false */
};

/* Registers itself; vfs_done when the connection is closed. */
void vfs_init(struct vfs *v, struct slice main, struct slice wal, struct slice journal);
void vfs_done(struct vfs *v);
