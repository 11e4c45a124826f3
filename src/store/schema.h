/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* The tables of a case, version 3, and how older ones become it. docs/manual/case.md says what each
 * column holds. */

#define STORE_APPLICATION_ID 0x55505256 /* "UPRV" */

/* New in version 2. */
#define STORE_FINDING_TABLE                                                                        \
	"CREATE TABLE IF NOT EXISTS finding(id INTEGER PRIMARY KEY, rule_id TEXT, title TEXT,"     \
	" level TEXT, hits INTEGER, hosts INTEGER, first TEXT, last TEXT, example TEXT);"

/* New in version 3. A segment is a block of activities (src/graph/block.h), compressed with zstd, of one
 * host out of one file. */
#define STORE_GRAPH_TABLES                                                                         \
	"CREATE TABLE IF NOT EXISTS source(id INTEGER PRIMARY KEY, file TEXT NOT NULL, inner TEXT NOT NULL," \
	" UNIQUE(file, inner));"                                                                   \
	"CREATE TABLE IF NOT EXISTS segment(id INTEGER PRIMARY KEY, host TEXT COLLATE NOCASE, source INTEGER," \
	" record_base INTEGER, activities INTEGER, bytes INTEGER, packed BLOB);"                   \
	"CREATE INDEX IF NOT EXISTS segment_of ON segment(host);"                                  \
	"CREATE TABLE IF NOT EXISTS baseline(id INTEGER PRIMARY KEY, bytes INTEGER, packed BLOB);" \
	"CREATE TABLE IF NOT EXISTS trace(hit_id TEXT PRIMARY KEY, origin INTEGER, hops INTEGER, cost REAL)" \
	" WITHOUT ROWID;"                                                                          \
	"CREATE TABLE IF NOT EXISTS hop(origin INTEGER, seq INTEGER, op TEXT, from_kind TEXT, \"from\" TEXT," \
	" to_kind TEXT, \"to\" TEXT, time TEXT, host TEXT, file TEXT, inner TEXT, record INTEGER, offset INTEGER," \
	" score REAL, why TEXT);"

#define STORE_BY_LEVEL                                                                             \
	"CASE level WHEN 'critical' THEN 0 WHEN 'high' THEN 1 WHEN 'medium' THEN 2"                \
	" WHEN 'low' THEN 3 ELSE 4 END"

/* Hits grouped by rule, the weightiest first; the example is the earliest hit. */
#define STORE_FINDINGS_FILL                                                                        \
	"INSERT INTO finding(rule_id, title, level, hits, hosts, first, last,"                     \
	" example) SELECT rule_id, title, level, count(*), count(DISTINCT host), min(time),"        \
	" max(time), (SELECT id FROM hit AS h WHERE h.rule_id IS hit.rule_id AND h.title IS"        \
	" hit.title ORDER BY h.time_ns, h.id LIMIT 1) FROM hit GROUP BY rule_id, title, level"      \
	" ORDER BY " STORE_BY_LEVEL ", count(*) DESC, title;"

#define STORE_NO_STAGE "'not worked out by this version'"

static const char store_schema[] =
	"CREATE TABLE IF NOT EXISTS meta(key TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID;"
	"CREATE TABLE IF NOT EXISTS evidence(id INTEGER PRIMARY KEY, path TEXT NOT NULL, inner TEXT,"
	" format TEXT, sha256 TEXT, bytes INTEGER, events INTEGER);"
	"CREATE TABLE IF NOT EXISTS host(name TEXT PRIMARY KEY COLLATE NOCASE, first TEXT, last TEXT,"
	" first_ns INTEGER, last_ns INTEGER, events INTEGER) WITHOUT ROWID;"
	"CREATE TABLE IF NOT EXISTS coverage(host TEXT COLLATE NOCASE, hour TEXT, channel TEXT,"
	" event_id INTEGER, product TEXT, category TEXT, service TEXT, format TEXT, events INTEGER,"
	" first TEXT, last TEXT, first_ns INTEGER, last_ns INTEGER);"
	"CREATE TABLE IF NOT EXISTS rule(id TEXT, title TEXT, level TEXT, file TEXT, reason TEXT);"
	"CREATE TABLE IF NOT EXISTS hit(id TEXT PRIMARY KEY, rule_id TEXT, title TEXT, level TEXT,"
	" time TEXT, time_ns INTEGER, host TEXT COLLATE NOCASE, channel TEXT, event_id INTEGER,"
	" file TEXT, inner TEXT, record INTEGER, offset INTEGER, detector TEXT DEFAULT 'rule')"
	" WITHOUT ROWID;"
	"CREATE TABLE IF NOT EXISTS why(hit_id TEXT, selection TEXT, field TEXT, value TEXT,"
	" pattern TEXT);"
	"CREATE TABLE IF NOT EXISTS unreadable(file TEXT, inner TEXT, offset INTEGER, lost INTEGER,"
	" reason TEXT);"
	"CREATE TABLE IF NOT EXISTS stage(host TEXT COLLATE NOCASE, stage TEXT, answer TEXT, reason TEXT,"
	" pointer TEXT);"
	"CREATE TABLE IF NOT EXISTS origin(rank INTEGER, kind TEXT, name TEXT, version TEXT, verdict TEXT,"
	" reason TEXT, hosts INTEGER, alerts INTEGER, detail TEXT);"
	STORE_FINDING_TABLE
	STORE_GRAPH_TABLES
	"CREATE INDEX IF NOT EXISTS why_of ON why(hit_id);"
	"CREATE INDEX IF NOT EXISTS hit_of ON hit(rule_id, title);";

static const char store_forget[] =
	"DELETE FROM meta; DELETE FROM evidence; DELETE FROM host; DELETE FROM coverage;"
	"DELETE FROM rule; DELETE FROM hit; DELETE FROM why; DELETE FROM unreadable;"
	"DELETE FROM stage; DELETE FROM origin; DELETE FROM finding;"
	"DELETE FROM source; DELETE FROM segment; DELETE FROM baseline; DELETE FROM trace; DELETE FROM hop;";

/* Hosts are those that coverage speaks of; what happened to them nothing has said yet. */
static const char store_summary[] =
	"INSERT OR REPLACE INTO host(name, first_ns, last_ns, first, last, events)"
	" SELECT host, min(first_ns), max(last_ns), min(first), max(last), sum(events) FROM coverage"
	" WHERE host <> '' GROUP BY host;"
	"INSERT INTO stage(host, stage, answer, reason) SELECT host.name, s.column1, 'unknown', "
	STORE_NO_STAGE " FROM host,"
	" (VALUES('S0'),('S1'),('S2'),('S3'),('S3b'),('S4'),('S5'),('S6'),('S7'),('S8')) AS s;"
	STORE_FINDINGS_FILL;

/* What makes a case of version i one of version i + 1. */
static const char *const store_upgrades[] = {
	[1] = (STORE_FINDING_TABLE
	       "CREATE INDEX IF NOT EXISTS hit_of ON hit(rule_id, title);" STORE_FINDINGS_FILL
	       "UPDATE stage SET reason = " STORE_NO_STAGE " WHERE reason IS NULL;"),
	[2] = (STORE_GRAPH_TABLES "ALTER TABLE origin ADD COLUMN hosts INTEGER;"
	       "ALTER TABLE origin ADD COLUMN alerts INTEGER; ALTER TABLE origin ADD COLUMN detail TEXT;"),
};

/* In the order of enum store_question. */
static const char *const store_questions[] = {
	"SELECT path, inner, format, sha256, bytes, events FROM evidence ORDER BY id",
	("SELECT name, first, last, events, (SELECT count(*) FROM hit WHERE hit.host = host.name),"
	 " (SELECT count(DISTINCT substr(hour, 1, 10)) FROM coverage WHERE coverage.host = host.name)"
	 " FROM host ORDER BY name"),
	("SELECT f.level, f.title, f.rule_id, f.hits, f.hosts, f.first, f.last, h.host, h.file, h.record,"
	 " (SELECT coalesce(field, '') || ': ' || value FROM why WHERE hit_id = h.id LIMIT 1)"
	 " FROM finding AS f JOIN hit AS h ON h.id = f.example ORDER BY f.id"),
	("SELECT id, rule_id, title, level, time, host, channel, event_id, file, inner, record, offset, detector"
	 " FROM hit ORDER BY " STORE_BY_LEVEL ", time_ns, id"),
	"SELECT file, inner, offset, lost, reason FROM unreadable ORDER BY rowid",
	("SELECT host, substr(hour, 1, 10), sum(events) FROM coverage WHERE host <> '' AND hour IS NOT"
	 " NULL GROUP BY host, 2 ORDER BY host, 2"),
	"SELECT file, reason FROM rule WHERE reason IS NOT NULL ORDER BY rowid",
	"SELECT host, sum(activities), count(*) FROM segment GROUP BY host ORDER BY host",
	"SELECT rank, kind, name, version, hosts, alerts, verdict, reason, detail FROM origin ORDER BY rank, rowid",
	("SELECT h.id, h.host, h.level, h.title, h.detector, h.time, h.file, h.inner, h.record, h.offset,"
	 " h.rule_id FROM hit AS h ORDER BY h.host, h.time_ns, h.id"),
};
