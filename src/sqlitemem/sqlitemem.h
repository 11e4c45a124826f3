/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * SQLite databases that are evidence, out of memory: the database with its write-ahead log and its
 * rollback journal as slices. No file is opened or made, nothing of the evidence is changed: a hot
 * journal is rolled back into copies of the pages. What the database says of itself is hostile: no
 * views, triggers, virtual tables or functions of its schema run; the work is bounded by its size.
 * Damage is told by `note` and passed over: what lies on other pages is still read.
 * SQLite file format: https://sqlite.org/fileformat2.html.
 *
 * Owner: who opened it; the slices must outlive it. One thread. The limit on SQLite's memory is the
 * process's: not for one that has a case open.
 *
 *   db = sqlitemem_open(&files, &note, &err);
 *   if (sqlitemem_has(db, "urls", "title"))
 *   rows = sqlitemem_all(db, "urls", columns, n);
 *   while (sqlitemem_next(rows))
 *           sqlitemem_text(rows, 0)
 */
#include "base/slice.h"

struct err;
struct sqlitemem;
struct sqlitemem_rows;

struct sqlitemem_files {
	struct slice main, wal, journal; /* p NULL where there is none */
};

struct sqlitemem_note {
	/* offset: in the database file, of the page that was read last. */
	void (*call)(void *ctx, uint64_t offset, bool lost, const char *why);
	void *ctx;
};

/* Columns of one walk or lookup. */
#define SQLITEMEM_COLUMNS 32u

enum sqlitemem_type {
	SQLITEMEM_NULL,
	SQLITEMEM_INTEGER,
	SQLITEMEM_FLOAT,
	SQLITEMEM_TEXT,
	SQLITEMEM_BLOB,
};

/* By their first bytes: a database; a write-ahead log, a rollback journal, shared memory of one. */
bool sqlitemem_is_database(struct slice head);
bool sqlitemem_is_companion(struct slice head);

/* NULL with err where not even the schema can be read. */
struct sqlitemem *sqlitemem_open(const struct sqlitemem_files *files,
				 const struct sqlitemem_note *note, struct err *err);
void sqlitemem_close(struct sqlitemem *m); /* NULL is fine */

/* Is there such a table, and (unless NULL) such a column? Both are the program's words, never the
 * evidence's, and compare without case. */
bool sqlitemem_has(struct sqlitemem *m, const char *table, const char *column);
/* The names of all tables in the order of the schema, with blanks between, up to `max` bytes. */
struct slice sqlitemem_tables(struct sqlitemem *m, char *room, size_t max);

/* All rows of a table, in the order of their row numbers; columns that it lacks are NULL. NULL
 * where it cannot be read at all, which is told. */
struct sqlitemem_rows *sqlitemem_all(struct sqlitemem *m, const char *table,
				     const char *const *columns, size_t n);
/* The rows in which `key` is what sqlitemem_find() asks for: for a key that is indexed. */
struct sqlitemem_rows *sqlitemem_by(struct sqlitemem *m, const char *table, const char *key,
				    const char *const *columns, size_t n);
/* Begins a lookup; sqlitemem_next() gives its rows. */
void sqlitemem_find(struct sqlitemem_rows *r, int64_t key);
/* False behind the last row, also where r is NULL. */
bool sqlitemem_next(struct sqlitemem_rows *r);
void sqlitemem_rows_free(struct sqlitemem_rows *r); /* before sqlitemem_close; NULL is fine */

/* Of the row: valid until the next one. */
int64_t sqlitemem_row_number(struct sqlitemem_rows *r);
/* Offset in the database file of the page on which it lies (SQLite says no more). */
uint64_t sqlitemem_offset(const struct sqlitemem_rows *r);
enum sqlitemem_type sqlitemem_type(struct sqlitemem_rows *r, size_t column);
/* Texts and blobs as they are (texts as UTF-8, which may be invalid), numbers as text; p NULL:
 * null. */
struct slice sqlitemem_text(struct sqlitemem_rows *r, size_t column);
/* An integer, a float without a fraction, a text that is an integer. */
bool sqlitemem_i64(struct sqlitemem_rows *r, size_t column, int64_t *ret);
/* Any number, or a text that begins with one. */
bool sqlitemem_double(struct sqlitemem_rows *r, size_t column, double *ret);
