/* SPDX-License-Identifier: Apache-2.0 */
/* Segments and traces in the case. Blocks are packed with zstd: about a fifth of their size. */
#include "base/buf.h"
#include "base/heap.h"
#include "store/statement.h"

#include <stdlib.h>
#include <zstd.h>

#define PACK_LEVEL 1
/* What one block may unpack to: a worker sends no message that is longer. */
#define UNPACKED_MAX ((int64_t)256 << 20)

static sqlite3_stmt *prepare(struct store *s, const char *sql)
{
	sqlite3_stmt *q = NULL;

	if (sqlite3_prepare_v2(store_db(s), sql, -1, &q, NULL) != SQLITE_OK)
		return NULL;
	return q;
}

static struct slice column(sqlite3_stmt *q, int at)
{
	const unsigned char *p = sqlite3_column_text(q, at);

	return slice_of(p, p ? (size_t)sqlite3_column_bytes(q, at) : 0);
}

uint32_t store_source(struct store *s, struct slice file, struct slice inner)
{
	sqlite3_stmt *q = store_statement(s, "SELECT id FROM source WHERE file=? AND inner=?");
	uint32_t id = 0;

	if (!q)
		return 0;
	statement_text(q, 1, file);
	statement_text(q, 2, inner.p ? inner : slice_str(""));
	if (sqlite3_step(q) == SQLITE_ROW)
		id = (uint32_t)sqlite3_column_int64(q, 0);
	statement_release(q);
	return id;
}

static uint32_t source_number(struct store *s, struct slice file, struct slice inner)
{
	uint32_t id = store_source(s, file, inner);

	if (id)
		return id;
	sqlite3_stmt *q = store_statement(s, "INSERT INTO source(file, inner) VALUES(?,?)");

	if (q) {
		statement_text(q, 1, file);
		statement_text(q, 2, inner.p ? inner : slice_str(""));
		sqlite3_step(q);
	}
	statement_release(q);
	return store_source(s, file, inner);
}

bool store_source_name(struct store *s, uint32_t source, struct slice *ret_file, struct slice *ret_inner)
{
	sqlite3_stmt *q = store_statement(s, "SELECT file, inner FROM source WHERE id=?");
	bool found = false;

	if (!q)
		return false;
	sqlite3_bind_int64(q, 1, source);
	if (sqlite3_step(q) == SQLITE_ROW) {
		struct slice inner = column(q, 1);

		*ret_file = store_keep(s, column(q, 0));
		*ret_inner = inner.n ? store_keep(s, inner) : slice_of(NULL, 0);
		found = true;
	}
	statement_release(q);
	return found;
}

static bool pack(struct slice bytes, struct buf *out)
{
	size_t most = ZSTD_compressBound(bytes.n), n;

	buf_clear(out);
	buf_reserve(out, most);
	n = ZSTD_compress(out->p, most, bytes.p, bytes.n, PACK_LEVEL);
	if (ZSTD_isError(n))
		return false;
	out->n = n;
	return true;
}

static bool unpack(sqlite3_stmt *q, int size_at, int blob_at, struct buf *out)
{
	int64_t n = sqlite3_column_int64(q, size_at);
	const void *packed = sqlite3_column_blob(q, blob_at);
	size_t packed_n = (size_t)sqlite3_column_bytes(q, blob_at), got;

	if (n < 0 || n > UNPACKED_MAX || !packed)
		return false;
	buf_clear(out);
	buf_reserve(out, (size_t)n + 1);
	got = ZSTD_decompress(out->p, (size_t)n, packed, packed_n);
	if (ZSTD_isError(got) || got != (size_t)n)
		return false;
	out->n = got;
	return true;
}

bool store_add_segment(struct store *s, const struct store_segment *x)
{
	struct buf packed = { 0 };
	bool ok = store_row_begin(s) && pack(x->block, &packed);
	sqlite3_stmt *q = store_statement(s, "INSERT INTO segment(host, source, record_base, activities, bytes, packed)"
				     " VALUES(?,?,?,?,?,?)");

	if (q && ok) {
		statement_text(q, 1, x->host.p ? x->host : slice_str(""));
		sqlite3_bind_int64(q, 2, source_number(s, x->file, x->inner));
		sqlite3_bind_int64(q, 3, (int64_t)x->record_base);
		sqlite3_bind_int64(q, 4, (int64_t)x->activities);
		sqlite3_bind_int64(q, 5, (int64_t)x->block.n);
		sqlite3_bind_blob(q, 6, packed.p, (int)packed.n, SQLITE_STATIC);
	}
	ok = statement_step(s, q) && ok;
	buf_done(&packed);
	return ok;
}

bool store_each_segment(struct store *s, struct slice host, store_segment_fn *fn, void *ctx,
			uint64_t *ret_lost, struct err *err)
{
	sqlite3_stmt *q = prepare(s, "SELECT host, source, record_base, activities, bytes, packed FROM segment"
				     " WHERE host=? ORDER BY source, id");
	struct buf block = { 0 };
	bool ok = q != NULL;
	int result = SQLITE_DONE;

	if (q)
		statement_text(q, 1, host.p ? host : slice_str(""));
	while (ok && (result = sqlite3_step(q)) == SQLITE_ROW) {
		struct store_segment x = { .host = column(q, 0),
					   .record_base = (uint64_t)sqlite3_column_int64(q, 2),
					   .activities = (size_t)sqlite3_column_int64(q, 3) };

		if (!unpack(q, 4, 5, &block)) {
			++*ret_lost;
			continue;
		}
		x.block = buf_slice(&block);
		ok = fn(ctx, &x, (uint32_t)sqlite3_column_int64(q, 1));
	}
	if (ok && result != SQLITE_DONE)
		ok = err_set(err, ERR_FORMAT, 0, "the case cannot be read: %s", sqlite3_errmsg(store_db(s)));
	if (!q)
		err_set(err, ERR_FORMAT, 0, "the case has no activities: it is of another version");
	sqlite3_finalize(q);
	buf_done(&block);
	return ok;
}

bool store_merge_host(struct store *s, struct slice from, struct slice to, struct slice why)
{
	static const char *const changes[] = {
		"UPDATE segment SET host=?2 WHERE host=?1",
		"UPDATE hit SET host=?2 WHERE host=?1",
		"UPDATE coverage SET host=?2 WHERE host=?1",
		"UPDATE coverage_kind SET host=?2 WHERE host=?1",
		"UPDATE coverage_source SET host=?2 WHERE host=?1",
		"INSERT OR REPLACE INTO host_alias(name, host, reason) VALUES(?1,?2,?3)",
	};
	bool ok = store_row_begin(s);

	for (size_t i = 0; i < sizeof(changes) / sizeof(*changes); i++) {
		sqlite3_stmt *q = store_statement(s, changes[i]);

		if (q) {
			statement_text(q, 1, from);
			statement_text(q, 2, to);
			if (sqlite3_bind_parameter_count(q) == 3)
				statement_text(q, 3, why);
		}
		ok = statement_step(s, q) && ok;
	}
	return ok;
}

bool store_adopt_host(struct store *s, struct slice host)
{
	static const char *const changes[] = {
		"UPDATE segment SET host=?1 WHERE host='' AND source IN (SELECT id FROM source WHERE"
		" instr(lower(file), '/' || lower(?1) || '/') OR instr(lower(inner), '/' || lower(?1) || '/')"
		" OR instr(lower(inner), lower(?1) || '/') = 1)",
		"UPDATE hit SET host=?1 WHERE host='' AND (instr(lower(file), '/' || lower(?1) || '/')"
		" OR instr(lower(coalesce(inner, '')), '/' || lower(?1) || '/') OR instr(lower(coalesce(inner, '')), lower(?1) || '/') = 1)",
	};
	bool ok = store_row_begin(s);

	for (size_t i = 0; i < sizeof(changes) / sizeof(*changes); i++) {
		sqlite3_stmt *q = store_statement(s, changes[i]);

		if (q)
			statement_text(q, 1, host);
		ok = statement_step(s, q) && ok;
	}
	return ok;
}

bool store_add_address(struct store *s, struct slice host, struct slice address)
{
	bool ok = store_row_begin(s);
	sqlite3_stmt *q = store_statement(s, "INSERT OR IGNORE INTO host_address(address, host) VALUES(?,?)");

	if (q) {
		statement_text(q, 1, address);
		statement_text(q, 2, host);
	}
	return statement_step(s, q) && ok;
}

static size_t texts(struct store *s, const char *sql, struct slice key, struct slice *ret, size_t cap)
{
	sqlite3_stmt *q = prepare(s, sql);
	size_t n = 0;

	if (q)
		statement_text(q, 1, key);
	while (q && n < cap && sqlite3_step(q) == SQLITE_ROW)
		ret[n++] = store_keep(s, column(q, 0));
	sqlite3_finalize(q);
	return n;
}

size_t store_addresses(struct store *s, struct slice host, struct slice *ret, size_t cap)
{
	return texts(s, "SELECT address FROM host_address WHERE host=? ORDER BY address", host, ret, cap);
}

struct slice store_host_of_address(struct store *s, struct slice address)
{
	struct slice hosts[2];
	size_t n = texts(s, "SELECT host FROM host_address WHERE address=? ORDER BY host", address, hosts, 2);

	return n == 1 ? hosts[0] : slice_of(NULL, 0);
}

bool store_add_content(struct store *s, struct slice hash, struct slice host, int64_t ns)
{
	bool ok = store_row_begin(s);
	sqlite3_stmt *q = store_statement(s, "INSERT OR REPLACE INTO host_content(hash, host, time_ns) VALUES(?,?,?)");

	if (q) {
		statement_text(q, 1, hash);
		statement_text(q, 2, host);
		sqlite3_bind_int64(q, 3, ns);
	}
	return statement_step(s, q) && ok;
}

bool store_first_host(struct store *s, struct slice hash, struct slice *ret_host, int64_t *ret_ns)
{
	sqlite3_stmt *q = hash.n ? prepare(s, "SELECT host, time_ns FROM host_content WHERE hash=?") : NULL;
	bool found = false;

	if (!q)
		return false;
	statement_text(q, 1, hash);
	if (sqlite3_step(q) == SQLITE_ROW) {
		*ret_host = store_keep(s, column(q, 0));
		*ret_ns = sqlite3_column_int64(q, 1);
		found = true;
	}
	sqlite3_finalize(q);
	return found;
}

bool store_set_baseline(struct store *s, struct slice bytes)
{
	struct buf packed = { 0 };
	bool ok = store_row_begin(s) && pack(bytes, &packed);
	sqlite3_stmt *q = store_statement(s, "INSERT OR REPLACE INTO baseline(id, bytes, packed) VALUES(1,?,?)");

	if (q) {
		sqlite3_bind_int64(q, 1, (int64_t)bytes.n);
		sqlite3_bind_blob(q, 2, packed.p, (int)packed.n, SQLITE_STATIC);
	}
	ok = statement_step(s, q) && ok;
	buf_done(&packed);
	return ok;
}

bool store_baseline(struct store *s, struct buf *out)
{
	sqlite3_stmt *q = prepare(s, "SELECT bytes, packed FROM baseline WHERE id=1");
	bool ok = q && sqlite3_step(q) == SQLITE_ROW && unpack(q, 0, 1, out);

	sqlite3_finalize(q);
	return ok;
}

static void bind_compared(sqlite3_stmt *q, const struct store_origin *o)
{
	if (!o->confidence.n)
		return;
	sqlite3_bind_int64(q, 11, o->exposed_alerting);
	sqlite3_bind_int64(q, 12, o->exposed_quiet);
	sqlite3_bind_int64(q, 13, o->unexposed_alerting);
	sqlite3_bind_int64(q, 14, o->unexposed_quiet);
	sqlite3_bind_double(q, 15, o->p);
	sqlite3_bind_int64(q, 16, o->after_only);
	sqlite3_bind_int64(q, 17, o->before_only);
	statement_text(q, 18, o->answer);
}

bool store_add_origin(struct store *s, const struct store_origin *o)
{
	bool ok = store_row_begin(s);
	sqlite3_stmt *q = store_statement(s, "INSERT INTO origin(rank, kind, name, version, verdict, reason, hosts, alerts,"
				     " detail, confidence, exposed_alerting, exposed_quiet, unexposed_alerting,"
				     " unexposed_quiet, p, after_only, before_only, answer)"
				     " VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)");

	if (q) {
		sqlite3_bind_int64(q, 1, o->rank);
		statement_text(q, 2, o->kind);
		statement_text(q, 3, o->name);
		statement_text(q, 4, o->version);
		statement_text(q, 5, o->verdict);
		statement_text(q, 6, o->reason);
		sqlite3_bind_int64(q, 7, (int64_t)o->hosts);
		sqlite3_bind_int64(q, 8, (int64_t)o->alerts);
		statement_text(q, 9, o->detail);
		statement_text(q, 10, o->confidence);
		bind_compared(q, o);
	}
	return statement_step(s, q) && ok;
}

bool store_add_trace(struct store *s, struct slice hit_id, int64_t origin_rank, size_t hops, double cost)
{
	bool ok = store_row_begin(s);
	sqlite3_stmt *q = store_statement(s, "INSERT OR REPLACE INTO trace(hit_id, origin, hops, cost) VALUES(?,?,?,?)");

	if (q) {
		statement_text(q, 1, hit_id);
		sqlite3_bind_int64(q, 2, origin_rank);
		sqlite3_bind_int64(q, 3, (int64_t)hops);
		sqlite3_bind_double(q, 4, cost);
	}
	return statement_step(s, q) && ok;
}

bool store_add_hop(struct store *s, const struct store_hop *h)
{
	bool ok = store_row_begin(s);
	sqlite3_stmt *q = store_statement(s, "INSERT INTO hop(origin, seq, op, from_kind, \"from\", to_kind, \"to\", time, host,"
				     " file, inner, record, offset, score, why) VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)");
	char time[32];

	if (q) {
		sqlite3_bind_int64(q, 1, h->origin_rank);
		sqlite3_bind_int64(q, 2, (int64_t)h->seq);
		statement_text(q, 3, h->op);
		statement_text(q, 4, h->from_kind);
		statement_text(q, 5, h->from);
		statement_text(q, 6, h->to_kind);
		statement_text(q, 7, h->to);
		if (h->time.set)
			sqlite3_bind_text(q, 8, time, (int)when_format(h->time, time), SQLITE_STATIC);
		statement_text(q, 9, h->host);
		statement_text(q, 10, h->file);
		statement_text(q, 11, h->inner);
		if (h->file.p) {
			sqlite3_bind_int64(q, 12, (int64_t)h->record);
			sqlite3_bind_int64(q, 13, (int64_t)h->offset);
		}
		sqlite3_bind_double(q, 14, h->score);
		statement_text(q, 15, h->why);
	}
	return statement_step(s, q) && ok;
}

int64_t store_add_release(struct store *s, const struct store_release *r)
{
	bool ok = store_row_begin(s);
	sqlite3_stmt *q = store_statement(s, "INSERT INTO release(product, version, os, company, hosts, first, last, recorded,"
				     " two_contents, contents) VALUES(?,?,?,?,?,?,?,?,?,?)");

	if (q) {
		statement_text(q, 1, r->product);
		statement_text(q, 2, r->version);
		statement_text(q, 3, r->os);
		statement_text(q, 4, r->company);
		sqlite3_bind_int64(q, 5, (int64_t)r->hosts);
		statement_when(q, 6, r->first);
		statement_when(q, 7, r->last);
		sqlite3_bind_int64(q, 8, r->recorded);
		sqlite3_bind_int64(q, 9, r->two_contents);
		statement_text(q, 10, r->contents);
	}
	return statement_step(s, q) && ok ? sqlite3_last_insert_rowid(store_db(s)) : 0;
}

bool store_add_release_host(struct store *s, int64_t release, struct slice host, struct when first, struct when last)
{
	bool ok = store_row_begin(s);
	sqlite3_stmt *q = store_statement(s, "INSERT INTO release_host(release, host, first, last) VALUES(?,?,?,?)");

	if (q) {
		sqlite3_bind_int64(q, 1, release);
		statement_text(q, 2, host);
		statement_when(q, 3, first);
		statement_when(q, 4, last);
	}
	return statement_step(s, q) && ok;
}

static void bind_moment(sqlite3_stmt *q, int at, int64_t ns)
{
	if (ns != INT64_MAX)
		sqlite3_bind_int64(q, at, ns);
	else
		sqlite3_bind_null(q, at);
}

bool store_add_came(struct store *s, const struct store_came *c)
{
	bool ok = store_row_begin(s);
	sqlite3_stmt *q = store_statement(s, "INSERT INTO release_came(product, version, os, host, arrived_ns, ran_ns)"
					     " VALUES(?,?,?,?,?,?)");

	if (q) {
		statement_text(q, 1, c->product);
		statement_text(q, 2, c->version);
		statement_text(q, 3, c->os);
		statement_text(q, 4, c->host);
		bind_moment(q, 5, c->arrived_ns);
		bind_moment(q, 6, c->ran_ns);
	}
	return statement_step(s, q) && ok;
}

static int64_t moment_at(sqlite3_stmt *q, int at)
{
	return sqlite3_column_type(q, at) == SQLITE_NULL ? INT64_MAX : sqlite3_column_int64(q, at);
}

void store_since(struct store *s, const struct store_came *which, int64_t *ret_here_ns, int64_t *ret_anywhere_ns)
{
	sqlite3_stmt *q = prepare(s, "SELECT min(CASE WHEN host=?4 THEN arrived_ns END),"
				     " min(coalesce(min(arrived_ns, ran_ns), arrived_ns, ran_ns))"
				     " FROM release_came WHERE product=?1 AND version=?2 AND os=?3");

	*ret_here_ns = *ret_anywhere_ns = INT64_MAX;
	if (!q)
		return;
	statement_text(q, 1, which->product);
	statement_text(q, 2, which->version);
	statement_text(q, 3, which->os);
	statement_text(q, 4, which->host);
	if (sqlite3_step(q) == SQLITE_ROW) {
		*ret_here_ns = moment_at(q, 0);
		*ret_anywhere_ns = moment_at(q, 1);
	}
	sqlite3_finalize(q);
}

bool store_add_update(struct store *s, const struct store_update *u)
{
	bool ok = store_row_begin(s);
	sqlite3_stmt *q = store_statement(s, "INSERT INTO release_update(product, host, from_version, to_version, time, by, url,"
				     " channel) VALUES(?,?,?,?,?,?,?,?)");

	if (q) {
		statement_text(q, 1, u->product);
		statement_text(q, 2, u->host);
		statement_text(q, 3, u->from);
		statement_text(q, 4, u->to);
		statement_when(q, 5, u->time);
		statement_text(q, 6, u->by);
		statement_text(q, 7, u->url);
		statement_text(q, 8, u->channel);
	}
	return statement_step(s, q) && ok;
}

bool store_forget_traces(struct store *s)
{
	bool ok = store_row_begin(s);

	return statement_step(s, store_statement(s, "DELETE FROM origin")) &&
	       statement_step(s, store_statement(s, "DELETE FROM trace")) &&
	       statement_step(s, store_statement(s, "DELETE FROM hop")) && ok;
}
