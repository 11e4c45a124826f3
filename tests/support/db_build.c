/* SPDX-License-Identifier: Apache-2.0 */
#include "db_build.h"

#include "base/heap.h"
#include "test.h"

#include <stdlib.h>
#include <unistd.h>

static void run(sqlite3 *db, const char *sql)
{
	char *why = NULL;

	if (sqlite3_exec(db, sql, NULL, NULL, &why) != SQLITE_OK)
		fail_msg("%s: %s", sql, why ? why : "?");
}

static struct slice copy_of(const void *p, size_t n)
{
	uint8_t *copy = heap_new(n + 1);

	memcpy(copy, p, n);
	return slice_of(copy, n);
}

struct db_files db_of(const char *sql)
{
	struct db_files f = { 0 };
	sqlite3_int64 n;
	sqlite3 *db;

	assert_int_equal(sqlite3_open(":memory:", &db), SQLITE_OK);
	run(db, sql);
	unsigned char *bytes = sqlite3_serialize(db, "main", &n, 0);

	assert_non_null(bytes);
	f.main = copy_of(bytes, (size_t)n);
	sqlite3_free(bytes);
	sqlite3_close(db);
	return f;
}

static struct slice file_bytes(const char *folder, const char *name)
{
	char path[300];
	struct slice s = { 0 };

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	FILE *file = fopen(path, "rb");

	if (!file)
		return s;
	fseek(file, 0, SEEK_END);
	size_t n = (size_t)ftell(file);
	uint8_t *room = heap_new(n + 1);

	rewind(file);
	assert_int_equal(fread(room, 1, n, file), n);
	fclose(file);
	return slice_of(room, n);
}

struct db_files db_on_disk(const char *mode, const char *first, const char *then, const char *last)
{
	static const char *const names[] = { "db", "db-wal", "db-journal", "db-shm" };
	char folder[] = "/tmp/upriver-db-XXXXXX", path[300], sql[100];
	struct db_files f;
	sqlite3 *db;

	assert_non_null(mkdtemp(folder));
	snprintf(path, sizeof(path), "%s/db", folder);
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	snprintf(sql, sizeof(sql), "PRAGMA page_size=1024; PRAGMA journal_mode=%s", mode);
	run(db, sql);
	run(db, first);
	run(db, "PRAGMA wal_checkpoint(TRUNCATE); PRAGMA wal_autocheckpoint=0; PRAGMA "
		"cache_size=2; PRAGMA cache_spill=1");
	run(db, then);
	run(db, last);
	f.main = file_bytes(folder, "db");
	f.wal = file_bytes(folder, "db-wal");
	f.journal = file_bytes(folder, "db-journal");
	sqlite3_close(db);
	for (size_t i = 0; i < 4; i++) {
		snprintf(path, sizeof(path), "%s/%s", folder, names[i]);
		unlink(path);
	}
	assert_int_equal(rmdir(folder), 0);
	return f;
}

void db_files_done(struct db_files *f)
{
	free((void *)(uintptr_t)f->main.p);
	free((void *)(uintptr_t)f->wal.p);
	free((void *)(uintptr_t)f->journal.p);
	*f = (struct db_files){ 0 };
}
