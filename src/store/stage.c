/* SPDX-License-Identifier: Apache-2.0 */
/* How far each host got: the answers, their reasons, and each life as it is told (JSON). */
#include "store/inside.h"

#include <sqlite3.h>

static sqlite3_stmt *prepare(struct store *s, const char *sql)
{
	sqlite3_stmt *q = NULL;

	return sqlite3_prepare_v2(store_db(s), sql, -1, &q, NULL) == SQLITE_OK ? q : NULL;
}

static void bind_text(sqlite3_stmt *q, int at, struct slice s)
{
	if (s.p)
		sqlite3_bind_text(q, at, (const char *)s.p, (int)s.n, SQLITE_STATIC);
	else
		sqlite3_bind_null(q, at);
}

static void bind_when(sqlite3_stmt *q, int at, struct when t)
{
	char text[32];

	if (t.set)
		sqlite3_bind_text(q, at, text, (int)when_format(t, text), SQLITE_TRANSIENT);
	else
		sqlite3_bind_null(q, at);
}

static bool step(struct store *s, sqlite3_stmt *q)
{
	bool ok = q && sqlite3_step(q) == SQLITE_DONE;

	sqlite3_finalize(q);
	return store_row_end(s, ok);
}

bool store_forget_stages(struct store *s)
{
	bool ok = store_row_begin(s);

	return step(s, prepare(s, "DELETE FROM stage")) && step(s, prepare(s, "DELETE FROM host_stage")) &&
	       step(s, prepare(s, "DELETE FROM host_reason")) && ok;
}

bool store_add_host_stage(struct store *s, const struct store_host_stage *h)
{
	bool ok = store_row_begin(s);
	sqlite3_stmt *q = prepare(s, "INSERT INTO host_stage(host, epoch, proved, possible, blocked_at, since, until,"
				     " clone_group, detail) VALUES(?,?,?,?,?,?,?,?,?)");

	if (q) {
		bind_text(q, 1, h->host);
		sqlite3_bind_int64(q, 2, h->epoch);
		bind_text(q, 3, h->proved);
		bind_text(q, 4, h->possible);
		bind_text(q, 5, h->blocked_at);
		bind_when(q, 6, h->since);
		bind_when(q, 7, h->until);
		bind_text(q, 8, h->clone_group);
		bind_text(q, 9, h->detail);
	}
	return step(s, q) && ok;
}

bool store_add_stage(struct store *s, struct slice host, unsigned epoch, struct slice stage, struct slice answer,
		     const struct store_reason *why)
{
	static const struct store_reason none = { 0 };
	bool ok = store_row_begin(s);
	sqlite3_stmt *q = prepare(s, "INSERT INTO stage(host, epoch, stage, answer, reason, pointer) VALUES(?,?,?,?,?,"
				     "?6 || ':' || ?7)");

	why = why ? why : &none;
	if (q) {
		bind_text(q, 1, host);
		sqlite3_bind_int64(q, 2, epoch);
		bind_text(q, 3, stage);
		bind_text(q, 4, answer);
		bind_text(q, 5, why->text);
		bind_text(q, 6, why->inner.n ? why->inner : why->file);
		if (why->file.p)
			sqlite3_bind_int64(q, 7, (int64_t)why->record);
	}
	return step(s, q) && ok;
}

bool store_add_host_reason(struct store *s, struct slice host, unsigned epoch, struct slice stage,
			   const struct store_reason *why)
{
	bool ok = store_row_begin(s);
	sqlite3_stmt *q = prepare(s, "INSERT INTO host_reason(host, epoch, stage, text, time, file, inner, record, offset)"
				     " VALUES(?,?,?,?,?,?,?,?,?)");

	if (q) {
		bind_text(q, 1, host);
		sqlite3_bind_int64(q, 2, epoch);
		bind_text(q, 3, stage);
		bind_text(q, 4, why->text);
		bind_when(q, 5, why->time);
		bind_text(q, 6, why->file);
		bind_text(q, 7, why->inner);
		if (why->file.p) {
			sqlite3_bind_int64(q, 8, (int64_t)why->record);
			sqlite3_bind_int64(q, 9, (int64_t)why->offset);
		}
	}
	return step(s, q) && ok;
}
