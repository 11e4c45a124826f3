/* SPDX-License-Identifier: Apache-2.0 */
#include "store/store.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/heap.h"
#include "store/schema.h"
#include "store/statement.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define ROWS_PER_TRANSACTION 50000u
/* Hits come in no order of their ids: with less than a transaction's pages at hand each row writes one out. */
#define CACHE "PRAGMA cache_size=-32768" /* KiB */

/* Of a question's answer. */
#define ASK_COLUMNS 24

enum statement { ADD_EVIDENCE, ADD_RULE, ADD_HIT, ADD_WHY, ADD_COVERAGE, ADD_KIND, ADD_UNREADABLE, SET_META,
		 ADD_SOURCE, ADD_SPAN, ADD_BREAK, ADD_QUESTION, ADD_NOVEL,
		 STATEMENTS };

static const char *const row_sql[STATEMENTS] = {
	"INSERT INTO evidence(path, inner, format, sha256, bytes, events) VALUES(?,?,?,?,?,?)",
	"INSERT INTO rule(id, title, level, file, reason) VALUES(?,?,?,?,?)",
	"INSERT OR IGNORE INTO hit(id, rule_id, title, level, host, channel, file, inner, time, time_ns,"
	" event_id, record, offset, detector) VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
	"INSERT INTO why(hit_id, selection, field, value, pattern) VALUES(?,?,?,?,?)",
	"INSERT INTO coverage(host, channel, product, category, service, format, hour, event_id, events,"
	" first, last, first_ns, last_ns, completeness) VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
	"INSERT INTO coverage_kind(host, channel, product, category, service, format, event_id, events,"
	" first_ns, last_ns, completeness) VALUES(?,?,?,?,?,?,?,?,?,?,?)",
	"INSERT INTO unreadable(file, inner, offset, lost, reason) VALUES(?,?,?,?,?)",
	"INSERT OR REPLACE INTO meta(key, value) VALUES(?,?)",
	"INSERT INTO coverage_source(host, source, category, first, last, first_ns, last_ns, events,"
	" completeness, declared, asserted, refuted_by, lowest, highest, missing, truncated, left_out)"
	" VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
	"INSERT INTO coverage_span(source_id, kind, first, last, first_ns, last_ns, open, missing, reason)"
	" VALUES(?,?,?,?,?,?,?,?,?)",
	"INSERT INTO coverage_break(source_id, kind, time, time_ns, reason, file, inner, record, offset)"
	" VALUES(?,?,?,?,?,?,?,?,?)",
	"INSERT INTO question(kind, asked, detail) VALUES(?,?,?)",
	"INSERT INTO novel(product, version, program, does, hosts) VALUES(?,?,?,?,?)",
};

/* Statements of the room's other files, by their text. */
#define KEPT_MAX 64u
struct kept {
	const char *sql;
	sqlite3_stmt *q;
};

struct store {
	sqlite3 *db;
	sqlite3_stmt *statements[STATEMENTS];
	struct kept kept[KEPT_MAX];
	size_t kept_count;
	bool writing;
	int lock;
	char *lock_path;
	unsigned rows; /* in this transaction */
	int64_t source; /* id of the one added last */
	struct err why; /* the first thing that went wrong */
	struct arena arena;
};

static bool fail(struct store *s, const char *what)
{
	if (s->why.code == ERR_NONE)
		err_set(&s->why, ERR_SYSTEM, 0, "the case: %s: %s", what, sqlite3_errmsg(s->db));
	return false;
}

static bool run(struct store *s, const char *sql)
{
	return sqlite3_exec(s->db, sql, NULL, NULL, NULL) == SQLITE_OK ? true : fail(s, "cannot be written");
}

#define LOCK_TRIES 200u

/* Is it a run on this machine that has ended? */
static bool has_died(const char *holder)
{
	char host[64] = "", named[64] = "";
	long pid = 0;

	gethostname(host, sizeof(host) - 1);
	return sscanf(holder, "process %ld on %63s", &pid, named) == 2 && pid > 0 && strcmp(host, named) == 0 &&
	       kill((pid_t)pid, 0) != 0 && errno == ESRCH;
}

/* The lock file names its holder; the lock itself goes with the process that dies, and with the workers that it
 * leaves, a moment later. */
static bool take_lock(struct store *s, const char *path, struct err *err)
{
	struct buf text = { 0 };
	char holder[120] = "";

	buf_printf(&text, "%s.lock", path);
	buf_put_byte(&text, 0);
	s->lock_path = (char *)text.p;
	s->lock = open(s->lock_path, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
	if (s->lock < 0)
		return err_errno(err, "cannot write beside %s", path);
	for (unsigned tries = 0; flock(s->lock, LOCK_EX | LOCK_NB) != 0; tries++) {
		ssize_t n = pread(s->lock, holder, sizeof(holder) - 1, 0);

		holder[n > 0 ? n : 0] = 0;
		if (tries < LOCK_TRIES && has_died(holder)) {
			nanosleep(&(struct timespec){ .tv_nsec = 50000000 }, NULL);
			continue;
		}
		close(s->lock);
		s->lock = -1;
		return err_set(err, ERR_HELD, 0, "%s is being written by another run (%s)", path, holder);
	}
	char host[64] = "";
	int n;

	gethostname(host, sizeof(host) - 1);
	n = snprintf(holder, sizeof(holder), "process %ld on %s", (long)getpid(), host);
	if (ftruncate(s->lock, 0) != 0 || pwrite(s->lock, holder, (size_t)n, 0) != n)
		return err_errno(err, "cannot write %s", s->lock_path);
	return true;
}

static int64_t pragma_number(sqlite3 *db, const char *sql)
{
	sqlite3_stmt *q;
	int64_t v = -1;

	if (sqlite3_prepare_v2(db, sql, -1, &q, NULL) == SQLITE_OK && sqlite3_step(q) == SQLITE_ROW)
		v = sqlite3_column_int64(q, 0);
	sqlite3_finalize(q);
	return v;
}

/* The version of a case; 0 with err when the database is none. */
static int64_t case_version(sqlite3 *db, const char *path, struct err *err)
{
	int64_t version = pragma_number(db, "PRAGMA user_version");

	if (pragma_number(db, "PRAGMA application_id") == STORE_APPLICATION_ID && version > 0)
		return version;
	err_set(err, ERR_USAGE, 0, "%s is no case of upriver", path);
	return 0;
}

/* An empty file is a new case; anything else must be one of ours. */
static bool check_version(struct store *s, const char *path, struct err *err)
{
	if (s->writing && pragma_number(s->db, "SELECT count(*) FROM sqlite_master") == 0)
		return true;
	int64_t version = case_version(s->db, path, err);

	if (version > STORE_VERSION)
		return err_set(err, ERR_USAGE, 0, "%s is a case of version %lld, this program knows up to %d:"
			       " use a newer upriver", path, (long long)version, STORE_VERSION);
	if (version && version < STORE_VERSION)
		return err_set(err, ERR_USAGE, 0, "%s is a case of version %lld: upriver show %s --migrate NEW.db"
			       " writes it as one of version %d", path, (long long)version, path, STORE_VERSION);
	return version != 0;
}

static void finalize(struct store *s)
{
	for (size_t i = 0; i < STATEMENTS; i++) {
		sqlite3_finalize(s->statements[i]);
		s->statements[i] = NULL;
	}
	for (size_t i = 0; i < s->kept_count; i++)
		sqlite3_finalize(s->kept[i].q);
	s->kept_count = 0;
}

static void discard(struct store *s)
{
	finalize(s);
	sqlite3_close(s->db);
	if (s->lock >= 0) {
		unlink(s->lock_path);
		close(s->lock);
	}
	free(s->lock_path);
	arena_done(&s->arena);
	free(s);
}

static bool prepare_writing(struct store *s, struct err *err)
{
	char pragma[80];

	snprintf(pragma, sizeof(pragma), "PRAGMA application_id=%d; PRAGMA user_version=%d",
		 STORE_APPLICATION_ID, STORE_VERSION);
	if (!run(s, CACHE) || !run(s, "PRAGMA journal_mode=WAL") || !run(s, "PRAGMA synchronous=NORMAL") ||
	    !run(s, pragma) || !run(s, store_schema) || !run(s, store_schema_more)) {
		*err = s->why;
		return false;
	}
	for (size_t i = 0; i < STATEMENTS; i++)
		if (sqlite3_prepare_v2(s->db, row_sql[i], -1, &s->statements[i], NULL) !=
		    SQLITE_OK) {
			fail(s, "its tables are not those of this version");
			*err = s->why;
			return false;
		}
	return true;
}

static bool is_readable(const char *path, struct err *err)
{
	if (access(path, R_OK) == 0)
		return true;
	err_errno(err, "%s", path);
	err->code = ERR_USAGE;
	return false;
}

static struct store *open_store(const char *path, bool writing, struct err *err)
{
	struct store *s = heap_new(sizeof(*s));
	int flags = writing ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE : SQLITE_OPEN_READONLY;

	s->lock = -1;
	s->writing = writing;
	arena_init(&s->arena, 0);
	if (writing ? !take_lock(s, path, err) : !is_readable(path, err)) {
		discard(s);
		return NULL;
	}
	if (sqlite3_open_v2(path, &s->db, flags, NULL) != SQLITE_OK) {
		err_set(err, ERR_SYSTEM, 0, "cannot open %s: %s", path, sqlite3_errmsg(s->db));
		discard(s);
		return NULL;
	}
	sqlite3_busy_timeout(s->db, 2000);
	if (!check_version(s, path, err) || (writing && !prepare_writing(s, err))) {
		discard(s);
		return NULL;
	}
	return s;
}

/* Opens the case at `from` and writes a whole copy of it (also of one that another run is writing) to
 * the new file `to`. Its version; 0 with err. */
static int64_t copy_case(const char *from, const char *to, struct err *err)
{
	sqlite3 *db = NULL;
	char *sql = sqlite3_mprintf("VACUUM INTO %Q", to);
	int64_t version = 0;

	if (!sql || sqlite3_open_v2(from, &db, SQLITE_OPEN_READONLY, NULL) != SQLITE_OK) {
		err_set(err, ERR_SYSTEM, 0, "cannot open %s: %s", from, sqlite3_errmsg(db));
	} else if ((version = case_version(db, from, err)) >= STORE_VERSION) {
		err_set(err, ERR_USAGE, 0, "%s is of version %lld: nothing to migrate", from, (long long)version);
		version = 0;
	} else if (version) {
		unlink(to); /* of a run that was stopped */
		if (sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK) {
			err_set(err, ERR_SYSTEM, 0, "cannot make a copy of %s: %s", from, sqlite3_errmsg(db));
			unlink(to);
			version = 0;
		}
	}
	sqlite3_close(db);
	sqlite3_free(sql);
	return version;
}

static bool upgrade(const char *path, int64_t version, struct err *err)
{
	sqlite3 *db;
	char pragma[64];
	bool ok = sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE, NULL) == SQLITE_OK &&
		  sqlite3_exec(db, "BEGIN", NULL, NULL, NULL) == SQLITE_OK;

	for (; ok && version < STORE_VERSION; version++)
		ok = sqlite3_exec(db, store_upgrades[version], NULL, NULL, NULL) == SQLITE_OK;
	snprintf(pragma, sizeof(pragma), "PRAGMA user_version=%d; COMMIT", STORE_VERSION);
	ok = ok && sqlite3_exec(db, pragma, NULL, NULL, NULL) == SQLITE_OK;
	if (!ok)
		err_set(err, ERR_SYSTEM, 0, "%s cannot be made version %d: %s", path, STORE_VERSION,
			sqlite3_errmsg(db));
	sqlite3_close(db);
	return ok;
}

bool store_migrate(const char *from, const char *to, struct err *err)
{
	struct buf name = { 0 };
	const char *part;
	int64_t version;
	bool ok;

	if (!is_readable(from, err))
		return false;
	if (access(to, F_OK) == 0)
		return err_set(err, ERR_USAGE, 0, "%s is there already: name a new file", to);
	buf_printf(&name, "%s.part", to);
	buf_put_byte(&name, 0);
	part = (const char *)name.p;
	version = copy_case(from, part, err);
	ok = version && upgrade(part, version, err);
	if (ok && rename(part, to) != 0)
		ok = err_errno(err, "cannot write %s", to);
	if (version && !ok)
		unlink(part);
	buf_done(&name);
	return ok;
}

struct store *store_create(const char *path, struct err *err)
{
	return open_store(path, true, err);
}

/* SQLite's header: its magic, and at 68 the application's number (sqlite.org/fileformat2.html, 1.3). */
bool store_is_case(const char *path)
{
	uint8_t head[72];
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	ssize_t n = fd < 0 ? -1 : read(fd, head, sizeof(head));

	if (fd >= 0)
		close(fd);
	return n == (ssize_t)sizeof(head) && memcmp(head, "SQLite format 3", 16) == 0 &&
	       ((uint32_t)head[68] << 24 | (uint32_t)head[69] << 16 | (uint32_t)head[70] << 8 | head[71]) ==
		       STORE_APPLICATION_ID;
}

struct store *store_open(const char *path, struct err *err)
{
	return open_store(path, false, err);
}

static bool commit(struct store *s)
{
	s->rows = 0;
	return sqlite3_get_autocommit(s->db) || run(s, "COMMIT");
}

bool store_close(struct store *s, struct err *err)
{
	bool ok;

	if (!s)
		return true;
	if (s->writing && commit(s)) {
		finalize(s);
		/* Another program that reads the case keeps it in WAL mode: no reason to fail. */
		sqlite3_exec(s->db, "PRAGMA journal_mode=DELETE", NULL, NULL, NULL);
	}
	ok = s->why.code == ERR_NONE;
	if (!ok)
		*err = s->why;
	discard(s);
	return ok;
}

struct slice store_meta(struct store *s, const char *key)
{
	sqlite3_stmt *q;
	struct slice value = { NULL, 0 };

	if (sqlite3_prepare_v2(s->db, "SELECT value FROM meta WHERE key=?", -1, &q, NULL) != SQLITE_OK)
		return value;
	sqlite3_bind_text(q, 1, key, -1, SQLITE_STATIC);
	if (sqlite3_step(q) == SQLITE_ROW)
		value = arena_keep(&s->arena, slice_of(sqlite3_column_text(q, 0),
						       (size_t)sqlite3_column_bytes(q, 0)));
	sqlite3_finalize(q);
	return value;
}

bool store_has_evidence(struct store *s, const char *sha256)
{
	sqlite3_stmt *q;
	bool there;

	if (sqlite3_prepare_v2(s->db, "SELECT 1 FROM evidence WHERE sha256=?", -1, &q, NULL) != SQLITE_OK)
		return false;
	sqlite3_bind_text(q, 1, sha256, -1, SQLITE_STATIC);
	there = sqlite3_step(q) == SQLITE_ROW;
	sqlite3_finalize(q);
	return there;
}

size_t store_evidence_count(struct store *s)
{
	int64_t n = pragma_number(s->db, "SELECT count(*) FROM evidence WHERE sha256 IS NOT NULL");

	return n > 0 ? (size_t)n : 0;
}

bool store_begin(struct store *s, struct err *err)
{
	if (run(s, store_forget))
		return true;
	*err = s->why;
	return false;
}

/* Values of a row, in order: text (p NULL is NULL) and numbers. */
struct row {
	struct store *s;
	sqlite3_stmt *q;
	int at;
};

static struct row row_start(struct store *s, enum statement which)
{
	if (s->rows++ == 0)
		run(s, "BEGIN");
	return (struct row){ s, s->statements[which], 0 };
}

static void put_text(struct row *r, struct slice text)
{
	statement_text(r->q, ++r->at, text);
}

static void put_number(struct row *r, int64_t v)
{
	sqlite3_bind_int64(r->q, ++r->at, v);
}

static void put_when(struct row *r, struct when t)
{
	statement_when(r->q, ++r->at, t);
}

static bool row_end(struct row *r)
{
	int result = sqlite3_step(r->q);

	sqlite3_reset(r->q);
	if (result != SQLITE_DONE)
		return fail(r->s, "a row cannot be written");
	return r->s->rows < ROWS_PER_TRANSACTION || commit(r->s);
}

bool store_set_meta(struct store *s, const char *key, struct slice value)
{
	struct row r = row_start(s, SET_META);

	put_text(&r, slice_str(key));
	put_text(&r, value);
	return row_end(&r);
}

bool store_add_evidence(struct store *s, const struct store_evidence *e)
{
	struct row r = row_start(s, ADD_EVIDENCE);

	put_text(&r, e->path);
	put_text(&r, e->inner);
	put_text(&r, e->format);
	put_text(&r, *e->sha256 ? slice_str(e->sha256) : slice_of(NULL, 0));
	put_number(&r, (int64_t)e->bytes);
	put_number(&r, (int64_t)e->events);
	return row_end(&r);
}

bool store_add_rule(struct store *s, struct slice id, struct slice title, struct slice level,
		    struct slice file, struct slice not_loaded_because)
{
	struct row r = row_start(s, ADD_RULE);

	put_text(&r, id);
	put_text(&r, title);
	put_text(&r, level);
	put_text(&r, file);
	put_text(&r, not_loaded_because);
	return row_end(&r);
}

bool store_add_question(struct store *s, struct slice kind, struct slice asked, struct slice detail)
{
	struct row r = row_start(s, ADD_QUESTION);

	put_text(&r, kind);
	put_text(&r, asked);
	put_text(&r, detail);
	return row_end(&r);
}

bool store_add_novel(struct store *s, struct slice product, struct slice version, struct slice program,
		     struct slice does, uint64_t hosts)
{
	struct row r = row_start(s, ADD_NOVEL);

	put_text(&r, product);
	put_text(&r, version);
	put_text(&r, program);
	put_text(&r, does);
	put_number(&r, (int64_t)hosts);
	return row_end(&r);
}

bool store_add_hit(struct store *s, const struct store_hit *h)
{
	struct row r = row_start(s, ADD_HIT);
	const struct slice texts[] = { h->id,	h->rule_id, h->rule_title, h->level,
				       h->host, h->channel, h->file,	   h->inner };

	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		put_text(&r, texts[i]);
	put_when(&r, h->time);
	put_number(&r, h->time.ns);
	put_number(&r, h->event_id);
	put_number(&r, (int64_t)h->record);
	put_number(&r, (int64_t)h->offset);
	put_text(&r, h->detector.p ? h->detector : slice_str("rule"));
	return row_end(&r);
}

bool store_add_why(struct store *s, struct slice hit_id, struct slice selection, struct slice field,
		   struct slice value, struct slice pattern)
{
	struct row r = row_start(s, ADD_WHY);

	put_text(&r, hit_id);
	put_text(&r, selection);
	put_text(&r, field);
	put_text(&r, value);
	put_text(&r, pattern);
	return row_end(&r);
}

/* Whose records, and of which kind. */
static void put_kind(struct row *r, const struct store_coverage *c)
{
	put_text(r, c->host.p ? c->host : slice_str(""));
	put_text(r, c->channel);
	put_text(r, c->product);
	put_text(r, c->category);
	put_text(r, c->service);
	put_text(r, c->format);
}

static void put_completeness(struct row *r, const struct store_coverage *c)
{
	put_text(r, c->completeness ? slice_str(c->completeness) : slice_of(NULL, 0));
}

bool store_add_coverage(struct store *s, const struct store_coverage *c)
{
	struct row r = row_start(s, ADD_COVERAGE);
	bool timed = c->hour != INT64_MIN;
	struct when hour = timed ? when_unix(c->hour * 3600) : (struct when){ 0 };
	struct when first = { .ns = c->first_ns, .digits = 3, .set = timed };
	struct when last = { .ns = c->last_ns, .digits = 3, .set = timed };

	put_kind(&r, c);
	put_when(&r, hour);
	put_number(&r, c->event_id);
	put_number(&r, (int64_t)c->events);
	put_when(&r, first);
	put_when(&r, last);
	put_number(&r, c->first_ns);
	put_number(&r, c->last_ns);
	put_completeness(&r, c);
	return row_end(&r);
}

bool store_add_kind(struct store *s, const struct store_coverage *c)
{
	struct row r = row_start(s, ADD_KIND);

	put_kind(&r, c);
	put_number(&r, c->event_id);
	put_number(&r, (int64_t)c->events);
	put_number(&r, c->first_ns);
	put_number(&r, c->last_ns);
	put_completeness(&r, c);
	return row_end(&r);
}

static struct when moment(int64_t ns)
{
	return (struct when){ .ns = ns, .digits = 3, .set = true };
}

bool store_add_source(struct store *s, const struct store_source *c)
{
	struct row r = row_start(s, ADD_SOURCE);
	struct slice none = slice_of(NULL, 0);

	put_text(&r, c->host.p ? c->host : slice_str(""));
	put_text(&r, c->source);
	put_text(&r, c->category);
	put_when(&r, moment(c->first_ns));
	put_when(&r, moment(c->last_ns));
	put_number(&r, c->first_ns);
	put_number(&r, c->last_ns);
	put_number(&r, (int64_t)c->events);
	put_text(&r, slice_str(c->completeness));
	put_text(&r, slice_str(c->declared));
	put_number(&r, c->asserted);
	put_text(&r, *c->refuted_by ? slice_str(c->refuted_by) : none);
	for (int i = 0; i < 3; i++) {
		uint64_t n = i == 0 ? c->lowest : i == 1 ? c->highest : c->missing;

		if (c->lowest)
			put_number(&r, n > INT64_MAX ? INT64_MAX : (int64_t)n);
		else
			put_text(&r, none);
	}
	put_number(&r, c->truncated);
	put_number(&r, (int64_t)c->left_out);
	bool ok = row_end(&r);

	s->source = sqlite3_last_insert_rowid(s->db);
	return ok;
}

bool store_add_span(struct store *s, const struct store_span *p)
{
	struct row r = row_start(s, ADD_SPAN);

	put_number(&r, s->source);
	put_text(&r, slice_str(p->kind));
	put_when(&r, moment(p->first_ns));
	put_when(&r, p->open ? (struct when){ 0 } : moment(p->last_ns));
	put_number(&r, p->first_ns);
	put_number(&r, p->last_ns);
	put_number(&r, p->open);
	put_number(&r, p->missing > INT64_MAX ? INT64_MAX : (int64_t)p->missing);
	put_text(&r, slice_str(p->reason));
	return row_end(&r);
}

bool store_add_break(struct store *s, const struct store_break *b)
{
	struct row r = row_start(s, ADD_BREAK);

	put_number(&r, s->source);
	put_text(&r, slice_str(b->kind));
	put_when(&r, b->time);
	put_number(&r, b->time.ns);
	put_text(&r, b->reason);
	put_text(&r, b->file);
	put_text(&r, b->inner);
	put_number(&r, (int64_t)b->record);
	put_number(&r, (int64_t)b->offset);
	return row_end(&r);
}

bool store_add_unreadable(struct store *s, struct slice file, struct slice inner, uint64_t offset,
			  bool lost, struct slice reason)
{
	struct row r = row_start(s, ADD_UNREADABLE);

	put_text(&r, file);
	put_text(&r, inner);
	put_number(&r, (int64_t)offset);
	put_number(&r, lost);
	put_text(&r, reason);
	return row_end(&r);
}

struct sqlite3 *store_db(struct store *s)
{
	return s->db;
}

struct sqlite3_stmt *store_statement(struct store *s, const char *sql)
{
	struct kept *k = &s->kept[0], *end = k + s->kept_count;

	while (k < end && k->sql != sql)
		k++;
	if (k < end)
		return k->q;
	assert(s->kept_count < KEPT_MAX);
	if (sqlite3_prepare_v2(s->db, sql, -1, &k->q, NULL) != SQLITE_OK)
		return NULL;
	k->sql = sql;
	s->kept_count++;
	return k->q;
}

struct slice store_keep(struct store *s, struct slice text)
{
	return arena_keep(&s->arena, text);
}

bool store_row_begin(struct store *s)
{
	return s->rows++ != 0 || run(s, "BEGIN");
}

bool store_row_end(struct store *s, bool ok)
{
	if (!ok)
		return fail(s, "a row cannot be written");
	return s->rows < ROWS_PER_TRANSACTION || commit(s);
}

bool store_index_hosts(struct store *s)
{
	return run(s, STORE_INDEXES);
}

bool store_summarise(struct store *s)
{
	return commit(s) && run(s, store_summary);
}

bool store_ask(struct store *s, enum store_question question, store_row_fn *fn, void *ctx,
	       struct err *err)
{
	struct slice columns[ASK_COLUMNS];
	sqlite3_stmt *q;
	int n, result;

	if (sqlite3_prepare_v2(s->db, store_questions[question], -1, &q, NULL) != SQLITE_OK) {
		err_set(err, ERR_FORMAT, 0, "the case cannot be read: %s", sqlite3_errmsg(s->db));
		return false;
	}
	n = sqlite3_column_count(q);
	while ((result = sqlite3_step(q)) == SQLITE_ROW) {
		for (int i = 0; i < n && i < ASK_COLUMNS; i++) {
			const unsigned char *text = sqlite3_column_text(q, i);

			columns[i] = slice_of(text, text ? (size_t)sqlite3_column_bytes(q, i) : 0);
		}
		fn(ctx, columns, (size_t)n);
	}
	sqlite3_finalize(q);
	if (result != SQLITE_DONE)
		return err_set(err, ERR_FORMAT, 0, "the case cannot be read: %s", sqlite3_errmsg(s->db));
	return true;
}
