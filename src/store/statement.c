/* SPDX-License-Identifier: Apache-2.0 */
#include "store/statement.h"

void statement_text(sqlite3_stmt *q, int at, struct slice s)
{
	if (s.p)
		sqlite3_bind_text(q, at, (const char *)s.p, (int)s.n, SQLITE_STATIC);
	else
		sqlite3_bind_null(q, at);
}

void statement_when(sqlite3_stmt *q, int at, struct when t)
{
	char text[32];

	if (t.set)
		sqlite3_bind_text(q, at, text, (int)when_format(t, text), SQLITE_TRANSIENT);
	else
		sqlite3_bind_null(q, at);
}

void statement_release(sqlite3_stmt *q)
{
	if (!q)
		return;
	sqlite3_reset(q);
	sqlite3_clear_bindings(q);
}

bool statement_step(struct store *s, sqlite3_stmt *q)
{
	bool ok = q && sqlite3_step(q) == SQLITE_DONE;

	statement_release(q);
	return store_row_end(s, ok);
}
