/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Values of a statement's parameters, and its end. Of statements that the store keeps (store_statement). */
#include "store/inside.h"

#include <sqlite3.h>

/* at: of the parameter, from 1. p NULL is NULL. The text must stay until the statement is stepped. */
void statement_text(sqlite3_stmt *q, int at, struct slice text);
/* A time as text, RFC 3339; NULL where it is not set. */
void statement_when(sqlite3_stmt *q, int at, struct when t);
/* Until it is asked for again: what it was bound to is forgotten. q may be NULL. */
void statement_release(sqlite3_stmt *q);
/* Writes the row, ends it (store_row_end) and releases q; false where q is NULL or it went wrong. */
bool statement_step(struct store *s, sqlite3_stmt *q);
