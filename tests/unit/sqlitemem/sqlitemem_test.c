/* SPDX-License-Identifier: Apache-2.0 */
/* Databases out of memory: what log and journal change, what a hostile schema may do (nothing), and
 * how much a damaged page costs. */
#include "test.h"

#include "base/buf.h"
#include "base/err.h"
#include "base/heap.h"
#include "base/rng.h"
#include "db_build.h"
#include "guard.h"
#include "sqlitemem/memfile.h"
#include "sqlitemem/sqlitemem.h"

#include <stdlib.h>

#define MANY                                                                              \
	"CREATE TABLE t(id INTEGER PRIMARY KEY, a TEXT);"                                 \
	"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000) " \
	"INSERT INTO t SELECT i, 'row number ' || i || ' with some more text' FROM n;"

static struct buf notes;
static unsigned lost;

static void on_note(void *ctx, uint64_t offset, bool is_lost, const char *why)
{
	(void)ctx;
	lost += is_lost;
	buf_printf(&notes, "%llu: %s\n", (unsigned long long)offset, why);
}

static struct sqlitemem *open_files(const struct db_files *f, struct err *err)
{
	struct sqlitemem_files files = { f->main, f->wal, f->journal };
	struct sqlitemem_note note = { on_note, NULL };

	buf_clear(&notes);
	lost = 0;
	return sqlitemem_open(&files, &note, err);
}

static const char *const columns[] = { "a", "missing" };

/* Rows of t; their row numbers, added, where sum is not NULL. -1: not opened. */
static int rows_of(const struct db_files *f, int64_t *sum)
{
	struct err err = { 0 };
	struct sqlitemem *m = open_files(f, &err);
	int n = 0;

	if (!m)
		return -1;
	struct sqlitemem_rows *r = sqlitemem_all(m, "t", columns, 2);

	while (sqlitemem_next(r)) {
		n++;
		(void)sqlitemem_text(r, 0);
		assert_int_equal(sqlitemem_type(r, 1), SQLITEMEM_NULL);
		if (sum)
			*sum += sqlitemem_row_number(r);
	}
	sqlitemem_rows_free(r);
	sqlitemem_close(m);
	return n;
}

static bool noted(const char *part)
{
	return slice_search(buf_slice(&notes), slice_str(part)) != NULL;
}

static int rows_of_sql(const char *sql)
{
	struct db_files f = db_of(sql);
	int n = rows_of(&f, NULL);

	db_files_done(&f);
	return n;
}

/* ---- log and journal ---- */

static void what_is_committed_in_the_log_is_read(void **state)
{
	struct db_files f = db_on_disk(
		"WAL", MANY, "INSERT INTO t SELECT id + 2000, a FROM t; DELETE FROM t WHERE id = 1",
		"");
	struct db_files alone = { .main = f.main };

	(void)state;
	assert_true(f.wal.n > 0);
	assert_int_equal(rows_of(&f, NULL), 3999);
	assert_int_equal(notes.n, 0);
	assert_int_equal(rows_of(&alone, NULL), 2000);
	db_files_done(&f);
}

static void what_is_not_committed_in_the_log_is_not(void **state)
{
	struct db_files f = db_on_disk("WAL", MANY, "INSERT INTO t VALUES(5000, 'committed')",
				       "BEGIN; INSERT INTO t SELECT id + 10000, a FROM t");

	(void)state;
	assert_true(f.wal.n > 50000); /* it did reach the disk */
	assert_int_equal(rows_of(&f, NULL), 2001);
	assert_int_equal(lost, 0);
	db_files_done(&f);
}

static void a_torn_log_counts_up_to_its_last_whole_commit(void **state)
{
	struct db_files f = db_on_disk(
		"WAL", MANY, "INSERT INTO t VALUES(5000, 'one'); INSERT INTO t VALUES(5001, 'two')",
		"");
	struct slice whole = f.wal;

	(void)state;
	f.wal.n -= 10;
	assert_int_equal(rows_of(&f, NULL), 2001);
	f.wal.n = 20; /* not even a header */
	assert_int_equal(rows_of(&f, NULL), 2000);
	f.wal = whole;
	db_files_done(&f);
}

static void a_hot_journal_is_rolled_back_in_copies(void **state)
{
	struct db_files f =
		db_on_disk("DELETE", MANY, "",
			   "BEGIN; UPDATE t SET a = 'changed'; DELETE FROM t WHERE id % 2");
	struct db_files alone = { .main = f.main };
	uint8_t *before = heap_new(f.main.n);

	(void)state;
	assert_true(f.journal.n > 0);
	memcpy(before, f.main.p, f.main.n);
	assert_int_equal(rows_of(&f, NULL), 2000);
	assert_int_equal(lost, 0);
	assert_true(noted("rolled back, in memory"));
	assert_memory_equal(before, f.main.p, f.main.n);
	assert_int_not_equal(rows_of(&alone, NULL), 2000);
	free(before);
	db_files_done(&f);
}

static void a_journal_that_is_rubbish_costs_nothing(void **state)
{
	static const uint8_t rubbish[] =
		"\xd9\xd5\x05\xf9\x20\xa1\x63\xd7\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff";
	struct db_files f = db_of(MANY);
	struct db_files with = { f.main, slice_of(rubbish, sizeof(rubbish)),
				 slice_of(rubbish, sizeof(rubbish)) };

	(void)state;
	assert_int_equal(rows_of(&with, NULL), 2000);
	db_files_done(&f);
}

static void a_journal_of_several_databases_is_taken_as_done(void **state)
{
	struct db_files f = db_on_disk("DELETE", MANY, "", "BEGIN; DELETE FROM t WHERE id > 1000");
	struct db_files alone = { .main = f.main };
	struct buf joined = { 0 };
	uint32_t sum = 0;

	(void)state;
	for (const char *p = "other"; *p; p++)
		sum += (uint8_t)*p;
	buf_put(&joined, f.journal);
	buf_put(&joined, slice_of("\xff\xff\xff\xff"
				  "other\0\0\0\5\0\0",
				  15)); /* page, name, length, sum */
	buf_put_byte(&joined, (uint8_t)(sum >> 8));
	buf_put_byte(&joined, (uint8_t)sum);
	buf_put(&joined, slice_of("\xd9\xd5\x05\xf9\x20\xa1\x63\xd7", 8));
	struct db_files with = { .main = f.main, .journal = buf_slice(&joined) };

	assert_int_equal(rows_of(&with, NULL), rows_of(&alone, NULL));
	(void)rows_of(&with, NULL);
	assert_true(noted("several databases: taken as done"));
	buf_done(&joined);
	db_files_done(&f);
}

/* ---- schemas that want more than to be read ---- */

static void views_and_virtual_tables_are_not_read(void **state)
{
	(void)state;
	assert_int_equal(rows_of_sql("CREATE VIEW t AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL "
				     "SELECT i + 1 FROM n) "
				     "SELECT i AS a FROM n"),
			 0);
	assert_true(noted("table t cannot be read"));
	assert_int_equal(
		rows_of_sql("CREATE VIRTUAL TABLE t USING fts5(a); INSERT INTO t VALUES('x')"), 0);
	assert_true(noted("table t cannot be read"));
}

static void functions_of_the_schema_do_not_run(void **state)
{
	(void)state;
	/* A generated column is as if it were not there; a trigger has nothing to fire on. */
	assert_int_equal(
		rows_of_sql("CREATE TABLE t(b, a AS (hex(zeroblob(20000000)))); INSERT INTO t(b) "
			    "VALUES(1);"
			    "CREATE TRIGGER x AFTER INSERT ON t BEGIN DELETE FROM t; END;"),
		1);
	assert_int_equal(notes.n, 0);
}

static void a_table_without_row_numbers_is_read(void **state)
{
	(void)state;
	assert_int_equal(rows_of_sql("CREATE TABLE t(a TEXT PRIMARY KEY) WITHOUT ROWID; INSERT "
				     "INTO t VALUES('x'), ('y')"),
			 2);
	assert_int_equal(notes.n, 0);
}

static void one_broken_line_of_the_schema_hides_no_other(void **state)
{
	struct db_files f = db_of(
		MANY "PRAGMA writable_schema=ON;"
		     "INSERT INTO sqlite_master VALUES('table', 'x', 'x', 2, 'CREATE TABLE x(((');"
		     "CREATE TABLE u(a); INSERT INTO u VALUES(7);");

	(void)state;
	assert_int_equal(rows_of(&f, NULL), 2000);
	assert_int_equal(lost, 1);
	assert_true(noted("its schema is read as far as it goes"));
	db_files_done(&f);
}

/* A page that has itself below it, many times over. */
static void pages_in_a_circle_come_to_an_end(void **state)
{
	struct db_files f = db_of("PRAGMA page_size=512;" MANY);
	uint8_t *bytes = (uint8_t *)(uintptr_t)f.main.p;

	(void)state;
	assert_int_equal(bytes[512], 5); /* t's root is an inner page */
	unsigned cells = (unsigned)(bytes[512 + 3] << 8 | bytes[512 + 4]);

	for (unsigned i = 0; i < cells; i++) {
		unsigned at = (unsigned)(bytes[512 + 12 + 2 * i] << 8 | bytes[512 + 13 + 2 * i]);

		bytes[512 + at] = bytes[512 + at + 1] = bytes[512 + at + 2] = 0;
		bytes[512 + at + 3] = 2;
	}
	assert_true(rows_of(&f, NULL) >= 0);
	assert_true(lost > 0);
	db_files_done(&f);
}

static void lead_to(uint8_t *page, size_t number)
{
	unsigned cells = (unsigned)(page[3] << 8 | page[4]);

	for (unsigned i = 0; i < cells; i++) {
		unsigned at = (unsigned)(page[12 + 2 * i] << 8 | page[13 + 2 * i]);

		page[at] = page[at + 1] = 0;
		page[at + 2] = (uint8_t)(number >> 8);
		page[at + 3] = (uint8_t)number;
	}
}

/* Each inner page leads to the next one over and over, the last to a leaf: millions of rows in a
 * small file. */
static void the_same_pages_again_and_again_are_given_up(void **state)
{
	struct db_files f = db_of("PRAGMA page_size=512;" MANY);
	uint8_t *bytes = (uint8_t *)(uintptr_t)f.main.p;
	size_t next = 0, inner = 0;

	(void)state;
	for (size_t page = 2; page < f.main.n / 512 && !next; page++)
		next = bytes[page * 512] == 13 ? page + 1 : 0;
	for (size_t page = f.main.n / 512 - 1; page > 0; page--)
		if (bytes[page * 512] == 5) {
			lead_to(bytes + page * 512, next);
			next = page + 1;
			inner++;
		}
	assert_true(inner > 3);
	assert_int_equal(rows_of(&f, NULL), f.main.n / 6 + 1);
	assert_true(noted("more rows than fit"));
	db_files_done(&f);
}

/* ---- damage ---- */

static void a_damaged_page_costs_its_own_rows(void **state)
{
	struct db_files f = db_of("PRAGMA page_size=1024;" MANY);
	uint8_t *bytes = (uint8_t *)(uintptr_t)f.main.p;
	size_t pages = f.main.n / 1024;
	int64_t all = 0, left = 0;
	int gone = 0;

	(void)state;
	assert_int_equal(rows_of(&f, &all), 2000);
	for (size_t page = 10; page < pages; page += 20)
		if (bytes[page * 1024] == 13) {
			gone += bytes[page * 1024 + 3] << 8 | bytes[page * 1024 + 4];
			memset(bytes + page * 1024, 0xee, 64);
		}
	assert_true(gone > 50);
	assert_int_equal(rows_of(&f, &left), 2000 - gone);
	assert_true(lost >= 1);
	assert_true(noted("table t: damage behind row"));
	db_files_done(&f);
}

static void a_file_that_lost_its_end_gives_the_rows_that_are_left(void **state)
{
	struct db_files f = db_of("PRAGMA page_size=1024;" MANY);
	struct db_files cut = { .main = slice_head(f.main, f.main.n / 2 / 1024 * 1024) };
	int n = rows_of(&cut, NULL);

	(void)state;
	assert_true(n > 900 && n < 1100);
	assert_true(noted("the file ends here"));
	db_files_done(&f);
}

static void nothing_that_is_no_database_is_opened(void **state)
{
	static const uint8_t zeros[4096];
	struct db_files f = { .main = SLICE("SQLite format 3") };

	(void)state;
	assert_int_equal(rows_of(&f, NULL), -1);
	f.main = slice_of(zeros, sizeof(zeros));
	assert_int_equal(rows_of(&f, NULL), -1);
	f.main = slice_of(zeros, 0);
	assert_true(rows_of(&f, NULL) <= 0);
}

/* Prefixes of all sizes, and flipped bits, of a database with its log or journal: against a guard
 * page. */
static void damage_of_any_kind_stays_inside(void **state)
{
	static const char *const modes[] = { "WAL", "DELETE" };
	struct rng rng = { 7 };

	(void)state;
	for (size_t k = 0; k < 2; k++) {
		struct db_files f = db_on_disk(
			modes[k],
			"CREATE TABLE t(id INTEGER PRIMARY KEY, a); INSERT INTO t VALUES(1, 'x');",
			k ? "" : "INSERT INTO t VALUES(2, 'y')",
			k ? "BEGIN; INSERT INTO t SELECT NULL, hex(zeroblob(3000))" : "");
		struct slice *beside = k ? &f.journal : &f.wal;
		struct guard main = guard_copy(f.main, 0), other = guard_copy(*beside, 0);
		uint8_t *bytes = (uint8_t *)(uintptr_t)main.bytes.p,
			*more = (uint8_t *)(uintptr_t)other.bytes.p;
		struct db_files g = { main.bytes, k ? slice_of(NULL, 0) : other.bytes,
				      k ? other.bytes : slice_of(NULL, 0) };

		for (size_t i = 0; i < 700; i++) {
			size_t at = (size_t)(rng_next(&rng) % (i % 2 ? 200 : f.main.n));
			size_t at_other = (size_t)(rng_next(&rng) % (i % 2 ? 64 : beside->n));
			uint8_t bit = (uint8_t)(1u << (i % 8));

			bytes[at] ^= bit;
			more[at_other] ^= i % 3 ? bit : 0;
			(void)rows_of(&g, NULL);
			bytes[at] ^= bit;
			more[at_other] ^= i % 3 ? bit : 0;
		}
		guard_done(&main);
		guard_done(&other);
		for (size_t n = 0; n < f.main.n; n += n < 200 ? 1 : 97) {
			struct guard part = guard_copy(slice_head(f.main, n), 0);
			struct db_files h = { .main = part.bytes };

			(void)rows_of(&h, NULL);
			guard_done(&part);
		}
		db_files_done(&f);
	}
}

/* ---- parts ---- */

static void lookups_give_the_rows_of_a_key(void **state)
{
	struct db_files f = db_of("CREATE TABLE c(id, i, url, PRIMARY KEY(id, i)); INSERT INTO c "
				  "VALUES(1, 0, 'a'), (1, 1, 'b'), (2, 0, 'c')");
	static const char *const names[] = { "url" };
	struct err err = { 0 };
	struct sqlitemem *m = open_files(&f, &err);
	struct sqlitemem_rows *r = sqlitemem_by(m, "c", "id", names, 1);
	char room[10];

	(void)state;
	assert_false(sqlitemem_next(r)); /* nothing was asked for */
	sqlitemem_find(r, 1);
	assert_true(sqlitemem_next(r));
	assert_slice(sqlitemem_text(r, 0), "a");
	assert_true(sqlitemem_next(r));
	assert_slice(sqlitemem_text(r, 0), "b");
	assert_false(sqlitemem_next(r));
	sqlitemem_find(r, 9);
	assert_false(sqlitemem_next(r));
	assert_null(sqlitemem_by(m, "c", "nothing", names, 1));
	assert_true(sqlitemem_has(m, "C", "URL"));
	assert_false(sqlitemem_has(m, "d", NULL));
	assert_slice(sqlitemem_tables(m, room, sizeof(room)), "c");
	sqlitemem_rows_free(r);
	sqlitemem_close(m);
	db_files_done(&f);
}

static void numbers_come_as_whatever_they_are_stored_as(void **state)
{
	struct db_files f = db_of("CREATE TABLE t(a); INSERT INTO t VALUES(5), ('6'), (7.0), "
				  "(7.5), ('x'), (NULL), (x'3131')");
	struct err err = { 0 };
	struct sqlitemem *m = open_files(&f, &err);
	struct sqlitemem_rows *r = sqlitemem_all(m, "t", columns, 1);
	static const int64_t want[] = { 5, 6, 7, -1, -1, -1, -1 };
	double d;

	(void)state;
	for (size_t i = 0; sqlitemem_next(r); i++) {
		int64_t n = -1;

		assert_int_equal(sqlitemem_i64(r, 0, &n), want[i] >= 0);
		assert_true(n == want[i]);
		assert_int_equal(sqlitemem_double(r, 0, &d), i < 5);
	}
	sqlitemem_rows_free(r);
	sqlitemem_close(m);
	db_files_done(&f);
}

static void what_is_written_to_a_memory_file_lies_above_its_base(void **state)
{
	static const uint8_t base[] = "0123456789";
	struct memfile f;
	uint8_t out[16];

	(void)state;
	memfile_init(&f, slice_of(base, 10), 10000);
	assert_true(memfile_write(&f, 8, (const uint8_t *)"abcd", 4));
	assert_int_equal(memfile_read(&f, 6, out, 16), 6);
	assert_memory_equal(out, "67abcd\0\0", 8);
	memfile_truncate(&f, 4);
	assert_true(memfile_write(&f, 5, (const uint8_t *)"z", 1));
	assert_int_equal(memfile_read(&f, 0, out, 16), 6);
	assert_memory_equal(out, "0123\0z", 6);
	assert_true(memfile_write(&f, 9999, (const uint8_t *)"e", 1));
	assert_false(memfile_write(&f, 9999, (const uint8_t *)"ef", 2));
	assert_false(memfile_write(&f, UINT64_MAX, (const uint8_t *)"ef", 2));
	assert_memory_equal(base, "0123456789", 10);
	memfile_done(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_committed_in_the_log_is_read),
		cmocka_unit_test(what_is_not_committed_in_the_log_is_not),
		cmocka_unit_test(a_torn_log_counts_up_to_its_last_whole_commit),
		cmocka_unit_test(a_hot_journal_is_rolled_back_in_copies),
		cmocka_unit_test(a_journal_of_several_databases_is_taken_as_done),
		cmocka_unit_test(a_journal_that_is_rubbish_costs_nothing),
		cmocka_unit_test(views_and_virtual_tables_are_not_read),
		cmocka_unit_test(functions_of_the_schema_do_not_run),
		cmocka_unit_test(a_table_without_row_numbers_is_read),
		cmocka_unit_test(one_broken_line_of_the_schema_hides_no_other),
		cmocka_unit_test(pages_in_a_circle_come_to_an_end),
		cmocka_unit_test(the_same_pages_again_and_again_are_given_up),
		cmocka_unit_test(a_damaged_page_costs_its_own_rows),
		cmocka_unit_test(a_file_that_lost_its_end_gives_the_rows_that_are_left),
		cmocka_unit_test(nothing_that_is_no_database_is_opened),
		cmocka_unit_test(damage_of_any_kind_stays_inside),
		cmocka_unit_test(lookups_give_the_rows_of_a_key),
		cmocka_unit_test(numbers_come_as_whatever_they_are_stored_as),
		cmocka_unit_test(what_is_written_to_a_memory_file_lies_above_its_base),
	};

	return RUN(tests);
}
