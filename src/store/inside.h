/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* What the files of this room share: the connection, and rows that are written in transactions. */
#include "store/store.h"

struct sqlite3;
struct sqlite3 *store_db(struct store *s);
/* The statement of this text, prepared once; NULL where the case has no such table. sql: a constant, known
 * by its address. Whoever steps it resets it. */
struct sqlite3_stmt;
struct sqlite3_stmt *store_statement(struct store *s, const char *sql);
/* Before a row's statement is stepped, and behind it: ok is whether it went well. */
bool store_row_begin(struct store *s);
bool store_row_end(struct store *s, bool ok);
/* A copy in the store's arena. */
struct slice store_keep(struct store *s, struct slice text);
