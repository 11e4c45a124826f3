/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Shared by the files of this room. */
#include "sqlitemem/sqlitemem.h"
#include "sqlitemem/vfs.h"

struct sqlitemem {
	struct vfs vfs;
	sqlite3 *db;
	struct sqlitemem_note note;
	int64_t work; /* steps of SQLite's machine that are left */
	bool told_work;
	uint64_t rows_most; /* of one table; more are the same pages again and again */
};

void sqlitemem_tell(struct sqlitemem *m, uint64_t offset, bool lost, const char *format, ...)
	__attribute__((format(printf, 4, 5)));
/* NULL with SQLite's reason in sqlite3_errmsg. */
sqlite3_stmt *sqlitemem_prepare(struct sqlitemem *m, const char *sql);
