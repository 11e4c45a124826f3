/* SPDX-License-Identifier: Apache-2.0 */
/* How far each host got: the answers, their reasons, and each life as it is told (JSON). */
#include "store/statement.h"

bool store_forget_stages(struct store *s)
{
	bool ok = store_row_begin(s);

	return statement_step(s, store_statement(s, "DELETE FROM stage")) &&
	       statement_step(s, store_statement(s, "DELETE FROM host_stage")) &&
	       statement_step(s, store_statement(s, "DELETE FROM host_reason")) && ok;
}

bool store_add_host_stage(struct store *s, const struct store_host_stage *h)
{
	bool ok = store_row_begin(s);
	sqlite3_stmt *q = store_statement(s, "INSERT INTO host_stage(host, epoch, proved, possible, blocked_at, since, until,"
				     " clone_group, detail) VALUES(?,?,?,?,?,?,?,?,?)");

	if (q) {
		statement_text(q, 1, h->host);
		sqlite3_bind_int64(q, 2, h->epoch);
		statement_text(q, 3, h->proved);
		statement_text(q, 4, h->possible);
		statement_text(q, 5, h->blocked_at);
		statement_when(q, 6, h->since);
		statement_when(q, 7, h->until);
		statement_text(q, 8, h->clone_group);
		statement_text(q, 9, h->detail);
	}
	return statement_step(s, q) && ok;
}

bool store_add_stage(struct store *s, struct slice host, unsigned epoch, struct slice stage, struct slice answer,
		     const struct store_reason *why)
{
	static const struct store_reason none = { 0 };
	bool ok = store_row_begin(s);
	sqlite3_stmt *q = store_statement(s, "INSERT INTO stage(host, epoch, stage, answer, reason, pointer) VALUES(?,?,?,?,?,"
				     "?6 || ':' || ?7)");

	why = why ? why : &none;
	if (q) {
		statement_text(q, 1, host);
		sqlite3_bind_int64(q, 2, epoch);
		statement_text(q, 3, stage);
		statement_text(q, 4, answer);
		statement_text(q, 5, why->text);
		statement_text(q, 6, why->inner.n ? why->inner : why->file);
		if (why->file.p)
			sqlite3_bind_int64(q, 7, (int64_t)why->record);
	}
	return statement_step(s, q) && ok;
}

bool store_add_host_reason(struct store *s, struct slice host, unsigned epoch, struct slice stage,
			   const struct store_reason *why)
{
	bool ok = store_row_begin(s);
	sqlite3_stmt *q = store_statement(s, "INSERT INTO host_reason(host, epoch, stage, text, time, file, inner, record, offset)"
				     " VALUES(?,?,?,?,?,?,?,?,?)");

	if (q) {
		statement_text(q, 1, host);
		sqlite3_bind_int64(q, 2, epoch);
		statement_text(q, 3, stage);
		statement_text(q, 4, why->text);
		statement_when(q, 5, why->time);
		statement_text(q, 6, why->file);
		statement_text(q, 7, why->inner);
		if (why->file.p) {
			sqlite3_bind_int64(q, 8, (int64_t)why->record);
			sqlite3_bind_int64(q, 9, (int64_t)why->offset);
		}
	}
	return statement_step(s, q) && ok;
}
