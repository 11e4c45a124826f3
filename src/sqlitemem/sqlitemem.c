/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Opening: the connection is closed in from all sides before the schema is read, since the schema
 * is the evidence's. What fails is tried again with less: a schema with faults as far as it goes,
 * then without a journal or log that cannot be applied.
 */
#include "sqlitemem/inside.h"

#include "base/buf.h"
#include "base/cursor.h"
#include "base/err.h"
#include "base/heap.h"

#include <stdio.h>
#include <stdlib.h>

#define HEAP_BYTES ((int64_t)256 << 20)
#define VALUE_BYTES (8 << 20) /* a row that has a longer one is left out */
#define SQL_BYTES (256 << 10)
/* Steps of SQLite's machine: a row of a walk or lookup takes about 20 and no fewer than 8 bytes. */
#define WORK_LEAST INT64_C(20000000)
#define WORK_PER_BYTE 16
#define WORK_MOST INT64_C(3000000000) /* under a minute */
#define WORK_SLICE 1000
#define CELL_BYTES 6 /* no row is shorter: its place in the page's index, and a cell of 4 */

static const struct slice magic = SLICE("SQLite format 3\0"),
			  journal_magic = SLICE("\xd9\xd5\x05\xf9\x20\xa1\x63\xd7");

bool sqlitemem_is_database(struct slice head)
{
	return head.n >= 100 && slice_starts(head, magic);
}

/* fileformat2.html, 3.0 and 4.1; walformat.html, 2.1: the index's header stands twice, 48 bytes
 * each, and begins with its version. */
bool sqlitemem_is_companion(struct slice head)
{
	static const struct slice wal_little = SLICE("\x37\x7f\x06\x82"),
				  wal_big = SLICE("\x37\x7f\x06\x83");

	if (slice_starts(head, wal_little) || slice_starts(head, wal_big) ||
	    slice_starts(head, journal_magic))
		return true;
	return head.n >= 136 && load_u32(head.p) == 3007000 && load_u32(head.p + 48) == 3007000;
}

void sqlitemem_tell(struct sqlitemem *m, uint64_t offset, bool lost, const char *format, ...)
{
	char why[240];
	va_list args;

	if (!m->note.call)
		return;
	va_start(args, format);
	vsnprintf(why, sizeof(why), format, args);
	va_end(args);
	for (char *p = why; *p; p++) /* SQLite's messages quote the schema */
		if ((unsigned char)*p < 0x20)
			*p = ' ';
	m->note.call(m->note.ctx, offset, lost, why);
}

static int on_work(void *ctx)
{
	struct sqlitemem *m = ctx;

	m->work -= WORK_SLICE;
	if (m->work >= 0)
		return 0;
	if (!m->told_work)
		sqlitemem_tell(m, m->vfs.last, true,
			       "reading it takes more work than its size allows: given up");
	m->told_work = true;
	return 1;
}

/* Tables are read, and nothing else happens; the last argument is the view or trigger that asks. */
static int on_access(void *ctx, int action, const char *a, const char *b, const char *database,
		     const char *inside)
{
	(void)ctx, (void)b, (void)database;
	if (inside)
		return SQLITE_DENY;
	if (action == SQLITE_SELECT || action == SQLITE_READ)
		return SQLITE_OK;
	if (action == SQLITE_PRAGMA && a && !strcmp(a, "table_info"))
		return SQLITE_OK;
	return SQLITE_DENY;
}

static void set_limits(sqlite3 *db)
{
	static const struct {
		int what, value;
	} limits[] = {
		{ SQLITE_LIMIT_LENGTH, VALUE_BYTES },	  { SQLITE_LIMIT_SQL_LENGTH, SQL_BYTES },
		{ SQLITE_LIMIT_EXPR_DEPTH, 200 },	  { SQLITE_LIMIT_COMPOUND_SELECT, 20 },
		{ SQLITE_LIMIT_VDBE_OP, 100000 },	  { SQLITE_LIMIT_ATTACHED, 0 },
		{ SQLITE_LIMIT_LIKE_PATTERN_LENGTH, 64 }, { SQLITE_LIMIT_VARIABLE_NUMBER, 8 },
		{ SQLITE_LIMIT_TRIGGER_DEPTH, 1 },	  { SQLITE_LIMIT_WORKER_THREADS, 0 },
	};

	for (size_t i = 0; i < sizeof(limits) / sizeof(*limits); i++)
		sqlite3_limit(db, limits[i].what, limits[i].value);
}

static void set_switches(sqlite3 *db, bool lenient)
{
	static const struct {
		int what, value;
	} switches[] = {
		{ SQLITE_DBCONFIG_DEFENSIVE, 1 },
		{ SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0 },
		{ SQLITE_DBCONFIG_ENABLE_TRIGGER, 0 },
		{ SQLITE_DBCONFIG_ENABLE_VIEW, 0 },
		{ SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1 },
		{ SQLITE_DBCONFIG_DQS_DML, 0 },
		{ SQLITE_DBCONFIG_ENABLE_FKEY, 0 },
		{ SQLITE_DBCONFIG_ENABLE_FTS3_TOKENIZER, 0 },
	};

	for (size_t i = 0; i < sizeof(switches) / sizeof(*switches); i++)
		sqlite3_db_config(db, switches[i].what, switches[i].value, NULL);
	/* Nothing is ever written: this only makes SQLite go on behind a fault in the schema. */
	sqlite3_db_config(db, SQLITE_DBCONFIG_WRITABLE_SCHEMA, lenient, NULL);
	sqlite3_drop_modules(db, NULL); /* no virtual table */
}

static bool run(sqlite3 *db, const char *sql)
{
	return sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK;
}

/* False with SQLite's reason in why. */
static bool connect(struct sqlitemem *m, bool lenient, char why[160])
{
	int rc = sqlite3_open_v2(VFS_FILE, &m->db,
				 SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX |
					 SQLITE_OPEN_PRIVATECACHE,
				 m->vfs.name);
	bool ok = rc == SQLITE_OK;

	if (ok) {
		set_limits(m->db);
		set_switches(m->db, lenient);
		sqlite3_progress_handler(m->db, WORK_SLICE, on_work, m);
		ok = run(m->db, "PRAGMA locking_mode=EXCLUSIVE") &&
		     run(m->db, "PRAGMA temp_store=MEMORY") &&
		     run(m->db, "PRAGMA cell_size_check=ON") &&
		     run(m->db, "PRAGMA query_only=ON") && run(m->db, "PRAGMA cache_size=-32768") &&
		     sqlite3_set_authorizer(m->db, on_access, m) == SQLITE_OK &&
		     run(m->db, "SELECT name FROM sqlite_master LIMIT 1");
	}
	snprintf(why, 160, "%s", ok ? "" : sqlite3_errmsg(m->db));
	return ok;
}

static void disconnect(struct sqlitemem *m)
{
	sqlite3_close(m->db);
	m->db = NULL;
	vfs_done(&m->vfs);
}

/* One attempt, with what is said of it when it is the one that succeeds. */
struct attempt {
	bool lenient, wal, journal;
	const char *said;
};

static bool attempt(struct sqlitemem *m, const struct sqlitemem_files *files,
		    const struct attempt *a, char why[160])
{
	static const struct slice none;

	vfs_init(&m->vfs, files->main, a->wal ? files->wal : none,
		 a->journal ? files->journal : none);
	if (connect(m, a->lenient, why))
		return true;
	disconnect(m);
	return false;
}

static bool connect_somehow(struct sqlitemem *m, const struct sqlitemem_files *files,
			    char first[160])
{
	static const struct attempt attempts[] = {
		{ false, true, true, NULL },
		{ true, true, true, "its schema is read as far as it goes" },
		{ true, true, false, "its journal cannot be rolled back and is left out" },
		{ true, false, true, "its write-ahead log cannot be read and is left out" },
		{ true, false, false, "its journal and log cannot be read and are left out" },
	};
	char why[160];

	for (size_t i = 0; i < sizeof(attempts) / sizeof(*attempts) && !m->told_work; i++) {
		const struct attempt *a = &attempts[i];

		if ((!a->wal && !files->wal.n) || (!a->journal && !files->journal.n))
			continue;
		if (attempt(m, files, a, i ? why : first)) {
			if (a->said)
				sqlitemem_tell(m, m->vfs.last, true, "%s: %s", first, a->said);
			return true;
		}
	}
	return false;
}

/* fileformat2.html, 3.0: one that belongs to a transaction over several databases ends with the
 * name of the file that joins them and the journals' mark. SQLite takes it as done where that file
 * is gone. */
static bool names_another(struct slice journal)
{
	return journal.n > 64 && slice_ends(journal, journal_magic);
}

static void tell_state(struct sqlitemem *m, const struct sqlitemem_files *files)
{
	uint64_t size = m->vfs.parts[VFS_MAIN].size;

	if (m->vfs.parts[VFS_MAIN].writes)
		sqlitemem_tell(m, 0, false,
			       "a transaction that was not finished is rolled back, in memory");
	else if (names_another(files->journal))
		sqlitemem_tell(m, 0, false,
			       "its journal is part of a transaction over several databases: taken "
			       "as done");
	else if (size > files->main.n && !files->wal.n)
		sqlitemem_tell(m, files->main.n, true,
			       "the file ends here, after %llu of %llu bytes",
			       (unsigned long long)files->main.n, (unsigned long long)size);
}

struct sqlitemem *sqlitemem_open(const struct sqlitemem_files *files,
				 const struct sqlitemem_note *note, struct err *err)
{
	struct sqlitemem *m = heap_new(sizeof(*m));
	uint64_t bytes = (uint64_t)files->main.n + files->wal.n + files->journal.n;
	char why[160] = "";

	m->note = *note;
	m->work = bytes > WORK_MOST / WORK_PER_BYTE ? WORK_MOST
						    : WORK_LEAST + (int64_t)bytes * WORK_PER_BYTE;
	m->rows_most = bytes / CELL_BYTES + 1;
	sqlite3_hard_heap_limit64(HEAP_BYTES);
	if (!connect_somehow(m, files, why)) {
		free(m);
		err_set(err, ERR_FORMAT, 0, "the database cannot be read: %s", why);
		return NULL;
	}
	tell_state(m, files);
	return m;
}

void sqlitemem_close(struct sqlitemem *m)
{
	if (!m)
		return;
	disconnect(m);
	free(m);
}

sqlite3_stmt *sqlitemem_prepare(struct sqlitemem *m, const char *sql)
{
	sqlite3_stmt *s = NULL;

	return sqlite3_prepare_v2(m->db, sql, -1, &s, NULL) == SQLITE_OK ? s : NULL;
}

bool sqlitemem_has(struct sqlitemem *m, const char *table, const char *column)
{
	struct buf sql = { 0 };
	sqlite3_stmt *s;
	bool found = false;

	buf_printf(&sql, "PRAGMA table_info(\"%s\")", table);
	buf_put_byte(&sql, 0);
	s = sqlitemem_prepare(m, (const char *)sql.p);
	while (s && !found && sqlite3_step(s) == SQLITE_ROW) {
		const char *name = (const char *)sqlite3_column_text(s, 1);

		found = !column || (name && !sqlite3_stricmp(name, column));
	}
	sqlite3_finalize(s);
	buf_done(&sql);
	return found;
}

struct slice sqlitemem_tables(struct sqlitemem *m, char *room, size_t max)
{
	sqlite3_stmt *s =
		sqlitemem_prepare(m, "SELECT name FROM sqlite_master WHERE type = 'table'");
	size_t n = 0;

	while (s && sqlite3_step(s) == SQLITE_ROW) {
		struct slice name =
			slice_of(sqlite3_column_text(s, 0), (size_t)sqlite3_column_bytes(s, 0));

		if (!name.p || n + name.n + 1 > max)
			break;
		if (n)
			room[n++] = ' ';
		memcpy(room + n, name.p, name.n);
		n += name.n;
	}
	sqlite3_finalize(s);
	return slice_of(room, n);
}
