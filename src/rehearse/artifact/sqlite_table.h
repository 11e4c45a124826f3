/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Small SQLite databases: tables of a page each, no indexes (SQLite's file format, sections 1.3, 1.5,
 * 1.6 and 2.1). The schema and each table's rows must fit their page of 4096 bytes: what does not is
 * left out, and the call says so.
 *
 *   struct sqlite_tables t;
 *   sqlite_tables_init(&t);
 *   unsigned urls = sqlite_table_add(&t, "urls", "CREATE TABLE urls(id INTEGER PRIMARY KEY,url TEXT)");
 *   sqlite_row_begin(&t);
 *   sqlite_put_null(&t);                    // the row's number
 *   sqlite_put_text(&t, "https://..");
 *   sqlite_row_end(&t, urls);
 *   sqlite_tables_write(&t, &out);
 */
#include "base/buf.h"

#define SQLITE_PAGE 4096u
#define SQLITE_TABLES_MAX 8u
#define SQLITE_CELLS_MAX 64u

struct sqlite_leaf {
	struct buf cells[SQLITE_CELLS_MAX];
	size_t count, used; /* used: bytes of header, pointers and cells */
};

struct sqlite_tables {
	struct sqlite_leaf schema, tables[SQLITE_TABLES_MAX];
	unsigned count;
	struct buf types, body; /* of the row that is being made */
};

void sqlite_tables_init(struct sqlite_tables *t);
void sqlite_tables_done(struct sqlite_tables *t);
/* The table's number, from 0. */
unsigned sqlite_table_add(struct sqlite_tables *t, const char *name, const char *sql);
void sqlite_row_begin(struct sqlite_tables *t);
void sqlite_put_null(struct sqlite_tables *t);
void sqlite_put_i64(struct sqlite_tables *t, int64_t v);
void sqlite_put_text(struct sqlite_tables *t, const char *text);
/* Numbered from 1 in the order in which they come. False: its page is full. */
bool sqlite_row_end(struct sqlite_tables *t, unsigned table);
void sqlite_tables_write(const struct sqlite_tables *t, struct buf *out);
