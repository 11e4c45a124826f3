/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Walks and lookups. A walk goes by row number. Where a page is damaged it looks for the least row
 * number from which reading works again, first in doubling steps and then by halves, and goes on
 * there: 64 probes or so lose one page and not the rest of the table.
 */
#include "sqlitemem/inside.h"

#include "base/buf.h"
#include "base/heap.h"

#include <stdlib.h>

#define DAMAGES_MAX 4096u
#define DAMAGES_TOLD 8u
#define BYTES_PER_WORK 8

struct sqlitemem_rows {
	struct sqlitemem *m;
	sqlite3_stmt *s;
	const char *table;
	bool walk, numbered, ready, ended;
	bool any;     /* a row was read */
	int64_t last; /* its number; the least there is before */
	uint64_t offset;
	unsigned damages;
	uint64_t count;
};

static void put_columns(struct sqlitemem *m, struct buf *sql, const char *table,
			const char *const *columns, size_t n)
{
	for (size_t i = 0; i < n; i++)
		buf_printf(sql, sqlitemem_has(m, table, columns[i]) ? ",\"%s\"" : ",NULL",
			   columns[i]);
	buf_printf(sql, " FROM \"%s\"", table);
}

/* `number`: "_rowid_", or "0" for a table that has none (WITHOUT ROWID). */
static sqlite3_stmt *prepare(struct sqlitemem *m, const char *number, const char *table,
			     const char *key, const char *const *columns, size_t n)
{
	struct buf sql = { 0 };
	sqlite3_stmt *s;

	buf_printf(&sql, "SELECT %s", number);
	put_columns(m, &sql, table, columns, n);
	if (key)
		buf_printf(&sql, " WHERE \"%s\" = ?1", key);
	else if (number[0] != '0')
		buf_put_str(&sql, " WHERE _rowid_ >= ?1 ORDER BY _rowid_");
	buf_put_byte(&sql, 0);
	s = sqlitemem_prepare(m, (const char *)sql.p);
	buf_done(&sql);
	return s;
}

static struct sqlitemem_rows *rows_new(struct sqlitemem *m, const char *table, const char *key,
				       const char *const *columns, size_t n)
{
	struct sqlitemem_rows *r = heap_new(sizeof(*r));

	r->m = m;
	r->table = table;
	r->walk = key == NULL;
	r->numbered = true;
	r->s = prepare(m, "_rowid_", table, key, columns, n);
	if (!r->s) {
		r->numbered = false;
		r->s = prepare(m, "0", table, key, columns, n);
	}
	if (!r->s) {
		sqlitemem_tell(m, m->vfs.last, true, "table %s cannot be read: %s", table,
			       sqlite3_errmsg(m->db));
		free(r);
		return NULL;
	}
	return r;
}

static void restart(struct sqlitemem_rows *r, int64_t key)
{
	sqlite3_reset(r->s);
	if (r->numbered || !r->walk)
		sqlite3_bind_int64(r->s, 1, key);
	r->ready = true;
	r->ended = false;
}

struct sqlitemem_rows *sqlitemem_all(struct sqlitemem *m, const char *table,
				     const char *const *columns, size_t n)
{
	struct sqlitemem_rows *r = rows_new(m, table, NULL, columns, n);

	if (!r)
		return NULL;
	r->last = INT64_MIN;
	restart(r, r->last);
	return r;
}

struct sqlitemem_rows *sqlitemem_by(struct sqlitemem *m, const char *table, const char *key,
				    const char *const *columns, size_t n)
{
	return sqlitemem_has(m, table, key) ? rows_new(m, table, key, columns, n) : NULL;
}

void sqlitemem_find(struct sqlitemem_rows *r, int64_t key)
{
	if (r)
		restart(r, key);
}

static int step(struct sqlitemem_rows *r)
{
	struct vfs *v = &r->m->vfs;
	int rc;

	v->leaf_read = false;
	rc = sqlite3_step(r->s);
	if (v->leaf_read)
		r->offset = v->leaf;
	return rc;
}

/* From a row number on; as distances from the least one, so that sums cannot overflow. */
static bool reads_from(struct sqlitemem_rows *r, uint64_t distance, int *ret_rc)
{
	restart(r, (int64_t)(distance ^ UINT64_C(1) << 63));
	*ret_rc = step(r);
	return *ret_rc == SQLITE_ROW || *ret_rc == SQLITE_DONE;
}

static bool may_go_on(const struct sqlitemem_rows *r, int rc)
{
	return !r->m->told_work && rc != SQLITE_NOMEM && rc != SQLITE_INTERRUPT && rc != SQLITE_ROW;
}

/* Behind the damage that follows row `last`: the step's result there. (A leaf is found again by the
 * number of its last row, but not by the one after that: so "from", and not "behind".) */
static int pass_damage(struct sqlitemem_rows *r, int rc)
{
	uint64_t bad = (uint64_t)r->last ^ UINT64_C(1) << 63, good, distance = 1;

	if (r->any && bad != UINT64_MAX)
		bad++;
	do {
		good = UINT64_MAX - bad < distance ? UINT64_MAX : bad + distance;
		if (reads_from(r, good, &rc))
			break;
		distance = distance > UINT64_MAX / 2 ? UINT64_MAX : distance * 2;
	} while (good != UINT64_MAX && may_go_on(r, rc));
	if (rc != SQLITE_ROW && rc != SQLITE_DONE)
		return rc;
	while (good - bad > 1 && may_go_on(r, SQLITE_OK)) {
		uint64_t middle = bad + (good - bad) / 2;

		if (reads_from(r, middle, &rc))
			good = middle;
		else
			bad = middle;
	}
	reads_from(r, good, &rc);
	return rc;
}

static void tell_damage(struct sqlitemem_rows *r)
{
	struct sqlitemem *m = r->m;
	const char *why = sqlite3_errmsg(m->db);

	if (r->damages > DAMAGES_TOLD || m->told_work)
		return;
	if (r->damages == DAMAGES_TOLD)
		sqlitemem_tell(m, m->vfs.last, true, "table %s: further damage is not told",
			       r->table);
	else if (r->any)
		sqlitemem_tell(m, m->vfs.last, true, "table %s: damage behind row %lld: %s",
			       r->table, (long long)r->last, why);
	else
		sqlitemem_tell(m, m->vfs.last, true, "table %s: damage: %s", r->table, why);
}

bool sqlitemem_next(struct sqlitemem_rows *r)
{
	int rc;

	if (!r || !r->ready || r->ended)
		return false;
	rc = step(r);
	while (rc != SQLITE_ROW && rc != SQLITE_DONE) {
		tell_damage(r);
		if (!r->walk || !r->numbered || ++r->damages > DAMAGES_MAX || !may_go_on(r, rc))
			break;
		rc = pass_damage(r, rc);
		if (rc != SQLITE_ROW)
			break;
	}
	if (rc != SQLITE_ROW) {
		r->damages += rc != SQLITE_DONE && !r->walk;
		r->ended = true;
		sqlite3_reset(r->s);
		return false;
	}
	if (r->walk && r->numbered) {
		r->last = sqlite3_column_int64(r->s, 0);
		r->any = true;
	}
	if (!r->walk || ++r->count <= r->m->rows_most)
		return true;
	sqlitemem_tell(r->m, r->m->vfs.last, true,
		       "table %s: more rows than fit into the file: given up", r->table);
	r->ended = true;
	return false;
}

void sqlitemem_rows_free(struct sqlitemem_rows *r)
{
	if (!r)
		return;
	sqlite3_finalize(r->s);
	free(r);
}

int64_t sqlitemem_row_number(struct sqlitemem_rows *r)
{
	return sqlite3_column_int64(r->s, 0);
}

uint64_t sqlitemem_offset(const struct sqlitemem_rows *r)
{
	return r->offset;
}

enum sqlitemem_type sqlitemem_type(struct sqlitemem_rows *r, size_t column)
{
	switch (sqlite3_column_type(r->s, (int)column + 1)) {
	case SQLITE_INTEGER:
		return SQLITEMEM_INTEGER;
	case SQLITE_FLOAT:
		return SQLITEMEM_FLOAT;
	case SQLITE_TEXT:
		return SQLITEMEM_TEXT;
	case SQLITE_BLOB:
		return SQLITEMEM_BLOB;
	default:
		return SQLITEMEM_NULL;
	}
}

struct slice sqlitemem_text(struct sqlitemem_rows *r, size_t column)
{
	enum sqlitemem_type type = sqlitemem_type(r, column);
	int i = (int)column + 1;
	const void *p;

	if (type == SQLITEMEM_NULL)
		return slice_of(NULL, 0);
	p = type == SQLITEMEM_BLOB ? sqlite3_column_blob(r->s, i) : sqlite3_column_text(r->s, i);
	struct slice s = slice_of(p ? p : "", p ? (size_t)sqlite3_column_bytes(r->s, i) : 0);

	/* One long text that many rows share costs as often as it is read. */
	r->m->work -= (int64_t)s.n / BYTES_PER_WORK;
	return s;
}

bool sqlitemem_i64(struct sqlitemem_rows *r, size_t column, int64_t *ret)
{
	double f;

	switch (sqlitemem_type(r, column)) {
	case SQLITEMEM_INTEGER:
		*ret = sqlite3_column_int64(r->s, (int)column + 1);
		return true;
	case SQLITEMEM_FLOAT:
		f = sqlite3_column_double(r->s, (int)column + 1);
		if (!(f > -9e18 && f < 9e18) || f != (double)(int64_t)f)
			return false;
		*ret = (int64_t)f;
		return true;
	case SQLITEMEM_TEXT:
		return slice_to_i64(sqlitemem_text(r, column), ret);
	default:
		return false;
	}
}

bool sqlitemem_double(struct sqlitemem_rows *r, size_t column, double *ret)
{
	enum sqlitemem_type type = sqlitemem_type(r, column);

	if (type == SQLITEMEM_NULL || type == SQLITEMEM_BLOB)
		return false;
	*ret = sqlite3_column_double(r->s, (int)column + 1);
	return true;
}
