/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* The tables of a case, version 6, and how older ones become it. docs/manual/case.md says what each
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
	"CREATE TABLE IF NOT EXISTS host_alias(name TEXT PRIMARY KEY COLLATE NOCASE, host TEXT, reason TEXT)" \
	" WITHOUT ROWID;"                                                                          \
	"CREATE TABLE IF NOT EXISTS host_address(address TEXT, host TEXT COLLATE NOCASE, PRIMARY KEY(address, host))" \
	" WITHOUT ROWID;"                                                                          \
	"CREATE TABLE IF NOT EXISTS release(id INTEGER PRIMARY KEY, product TEXT, version TEXT, os TEXT, company TEXT," \
	" hosts INTEGER, first TEXT, last TEXT, recorded INTEGER, two_contents INTEGER, contents TEXT);" \
	"CREATE TABLE IF NOT EXISTS release_host(release INTEGER, host TEXT COLLATE NOCASE, first TEXT, last TEXT);" \
	"CREATE TABLE IF NOT EXISTS release_update(product TEXT, host TEXT COLLATE NOCASE, from_version TEXT," \
	" to_version TEXT, time TEXT, by TEXT, url TEXT, channel TEXT);"                           \
	"CREATE TABLE IF NOT EXISTS baseline(id INTEGER PRIMARY KEY, bytes INTEGER, packed BLOB);" \
	"CREATE TABLE IF NOT EXISTS trace(hit_id TEXT PRIMARY KEY, origin INTEGER, hops INTEGER, cost REAL)" \
	" WITHOUT ROWID;"                                                                          \
	"CREATE TABLE IF NOT EXISTS hop(origin INTEGER, seq INTEGER, op TEXT, from_kind TEXT, \"from\" TEXT," \
	" to_kind TEXT, \"to\" TEXT, time TEXT, host TEXT, file TEXT, inner TEXT, record INTEGER, offset INTEGER," \
	" score REAL, why TEXT);"
/* New in version 4. */
#define STORE_QUESTION_TABLE                                                                       \
	"CREATE TABLE IF NOT EXISTS question(id INTEGER PRIMARY KEY, kind TEXT, asked TEXT, detail TEXT);"  \
	"CREATE TABLE IF NOT EXISTS host_content(hash TEXT PRIMARY KEY, host TEXT, time_ns INTEGER) WITHOUT ROWID;" \
	"CREATE TABLE IF NOT EXISTS novel(product TEXT, version TEXT, program TEXT, does TEXT, hosts INTEGER);"
/* New in version 3. */
#define STORE_COVERAGE_TABLES                                                                      \
	"CREATE TABLE IF NOT EXISTS coverage_source(id INTEGER PRIMARY KEY, host TEXT COLLATE"     \
	" NOCASE, source TEXT, category TEXT, first TEXT, last TEXT, first_ns INTEGER, last_ns"    \
	" INTEGER, events INTEGER, completeness TEXT, declared TEXT, asserted INTEGER, refuted_by" \
	" TEXT, lowest INTEGER, highest INTEGER, missing INTEGER, truncated INTEGER, left_out"     \
	" INTEGER);"                                                                               \
	"CREATE TABLE IF NOT EXISTS coverage_span(source_id INTEGER, kind TEXT, first TEXT, last"  \
	" TEXT, first_ns INTEGER, last_ns INTEGER, open INTEGER, missing INTEGER, reason TEXT);"   \
	"CREATE TABLE IF NOT EXISTS coverage_break(source_id INTEGER, kind TEXT, time TEXT,"       \
	" time_ns INTEGER, reason TEXT, file TEXT, inner TEXT, record INTEGER, offset INTEGER);"   \
	"CREATE INDEX IF NOT EXISTS coverage_source_of ON coverage_source(host);"                  \
	"CREATE INDEX IF NOT EXISTS coverage_span_of ON coverage_span(source_id);"

/* New in version 5. */
#define STORE_STAGE_TABLES                                                                         \
	"CREATE TABLE IF NOT EXISTS host_stage(host TEXT COLLATE NOCASE, epoch INTEGER, proved TEXT, possible TEXT," \
	" blocked_at TEXT, since TEXT, until TEXT, clone_group TEXT, detail TEXT);"                \
	"CREATE TABLE IF NOT EXISTS host_reason(host TEXT COLLATE NOCASE, epoch INTEGER, stage TEXT, text TEXT," \
	" time TEXT, file TEXT, inner TEXT, record INTEGER, offset INTEGER);"

/* New in version 6. coverage_kind is coverage without its hours: what has a time, by kind of record and host. */
#define STORE_KIND_TABLE                                                                           \
	"CREATE TABLE IF NOT EXISTS coverage_kind(host TEXT COLLATE NOCASE, channel TEXT, event_id INTEGER, product TEXT," \
	" category TEXT, service TEXT, format TEXT, events INTEGER, first_ns INTEGER, last_ns INTEGER, completeness TEXT);" \
	"CREATE INDEX IF NOT EXISTS coverage_kind_host ON coverage_kind(host);"
#define STORE_CAME_TABLE                                                                           \
	"CREATE TABLE IF NOT EXISTS release_came(product TEXT, version TEXT, os TEXT, host TEXT COLLATE NOCASE," \
	" arrived_ns INTEGER, ran_ns INTEGER);"                                                    \
	"CREATE INDEX IF NOT EXISTS release_came_of ON release_came(product, version, os, host, arrived_ns, ran_ns);"

/* When the rows are there: cheaper than row by row. */
/* By time, so that a rule's earliest hit is its first. */
#define STORE_BY_RULE "CREATE INDEX IF NOT EXISTS hit_of ON hit(rule_id, title, time_ns);"
#define STORE_INDEXES                                                                              \
	"CREATE INDEX IF NOT EXISTS why_of ON why(hit_id);"                                        \
	STORE_BY_RULE                                                                              \
	STORE_BY_HOST
#define STORE_BY_HOST                                                                              \
	"CREATE INDEX IF NOT EXISTS hit_host ON hit(host);"                                        \
	"CREATE INDEX IF NOT EXISTS coverage_host ON coverage(host, hour);"

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

/* What a record's source is called. */
#define STORE_SOURCE                                                                               \
	"coalesce(nullif(channel, ''), nullif(category, ''), nullif(service, ''),"                 \
	" nullif(product, ''), format, '')"

#define STORE_NO_STAGE "'not worked out by this version'"

static const char store_schema[] =
	"CREATE TABLE IF NOT EXISTS meta(key TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID;"
	"CREATE TABLE IF NOT EXISTS evidence(id INTEGER PRIMARY KEY, path TEXT NOT NULL, inner TEXT,"
	" format TEXT, sha256 TEXT, bytes INTEGER, events INTEGER);"
	"CREATE TABLE IF NOT EXISTS host(name TEXT PRIMARY KEY COLLATE NOCASE, first TEXT, last TEXT,"
	" first_ns INTEGER, last_ns INTEGER, events INTEGER) WITHOUT ROWID;"
	"CREATE TABLE IF NOT EXISTS coverage(host TEXT COLLATE NOCASE, hour TEXT, channel TEXT,"
	" event_id INTEGER, product TEXT, category TEXT, service TEXT, format TEXT, events INTEGER,"
	" first TEXT, last TEXT, first_ns INTEGER, last_ns INTEGER, completeness TEXT);"
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
	" pointer TEXT, epoch INTEGER DEFAULT 1);"
	"CREATE TABLE IF NOT EXISTS origin(rank INTEGER, kind TEXT, name TEXT, version TEXT, verdict TEXT,"
	" reason TEXT, hosts INTEGER, alerts INTEGER, detail TEXT, confidence TEXT, exposed_alerting INTEGER,"
	" exposed_quiet INTEGER, unexposed_alerting INTEGER, unexposed_quiet INTEGER, p REAL, after_only INTEGER,"
	" before_only INTEGER, answer TEXT);"
	STORE_FINDING_TABLE STORE_GRAPH_TABLES;

static const char store_schema_more[] = STORE_COVERAGE_TABLES STORE_QUESTION_TABLE STORE_STAGE_TABLES STORE_CAME_TABLE
	STORE_KIND_TABLE;

static const char store_forget[] =
	"DROP INDEX IF EXISTS why_of; DROP INDEX IF EXISTS hit_of;"
	"DROP INDEX IF EXISTS hit_host; DROP INDEX IF EXISTS coverage_host;"
	"DELETE FROM meta; DELETE FROM evidence; DELETE FROM host; DELETE FROM coverage;"
	"DELETE FROM rule; DELETE FROM hit; DELETE FROM why; DELETE FROM unreadable;"
	"DELETE FROM stage; DELETE FROM origin; DELETE FROM finding;"
	"DELETE FROM source; DELETE FROM segment; DELETE FROM baseline; DELETE FROM trace; DELETE FROM hop; DELETE FROM host_alias; DELETE FROM host_address;"
	"DELETE FROM host_stage; DELETE FROM host_reason;"
	"DELETE FROM release; DELETE FROM release_host; DELETE FROM release_came; DELETE FROM release_update;"
	"DELETE FROM question; DELETE FROM novel; DELETE FROM host_content;"
	"DELETE FROM coverage_source; DELETE FROM coverage_span; DELETE FROM coverage_break; DELETE FROM coverage_kind;";

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
	       STORE_BY_RULE STORE_FINDINGS_FILL
	       "UPDATE stage SET reason = " STORE_NO_STAGE " WHERE reason IS NULL;"),
	[2] = (STORE_GRAPH_TABLES "ALTER TABLE origin ADD COLUMN hosts INTEGER;"
	       "ALTER TABLE origin ADD COLUMN alerts INTEGER; ALTER TABLE origin ADD COLUMN detail TEXT;"
	       "ALTER TABLE coverage ADD COLUMN completeness TEXT;" STORE_COVERAGE_TABLES STORE_BY_HOST),
	[3] = (STORE_QUESTION_TABLE "ALTER TABLE origin ADD COLUMN confidence TEXT;"
	       "ALTER TABLE origin ADD COLUMN exposed_alerting INTEGER; ALTER TABLE origin ADD COLUMN exposed_quiet INTEGER;"
	       "ALTER TABLE origin ADD COLUMN unexposed_alerting INTEGER; ALTER TABLE origin ADD COLUMN unexposed_quiet INTEGER;"
	       "ALTER TABLE origin ADD COLUMN p REAL; ALTER TABLE origin ADD COLUMN after_only INTEGER;"
	       "ALTER TABLE origin ADD COLUMN before_only INTEGER; ALTER TABLE origin ADD COLUMN answer TEXT;"),
	[4] = (STORE_STAGE_TABLES "ALTER TABLE stage ADD COLUMN epoch INTEGER DEFAULT 1;"),
	[5] = (STORE_CAME_TABLE STORE_KIND_TABLE
	       "INSERT INTO coverage_kind SELECT host, channel, event_id, product, category, service, format, sum(events),"
	       " min(first_ns), max(last_ns), completeness FROM coverage WHERE hour IS NOT NULL"
	       " GROUP BY host, channel, event_id, product, category, service, format, completeness;"),
};

/* In the order of enum store_question. */
static const char *const store_questions[] = {
	"SELECT path, inner, format, sha256, bytes, events FROM evidence ORDER BY id",
	("SELECT name, first, last, events, (SELECT count(*) FROM hit WHERE hit.host = host.name),"
	 " (SELECT count(DISTINCT substr(hour, 1, 10)) FROM coverage WHERE coverage.host = host.name),"
	 " (SELECT count(*) FROM coverage_source AS c WHERE c.host = host.name AND category IS NULL),"
	 " (SELECT count(*) FROM coverage_source AS c WHERE c.host = host.name AND category IS NULL AND"
	 " completeness = 'complete'), (SELECT count(*) FROM coverage_source AS c JOIN coverage_span AS p ON"
	 " p.source_id = c.id WHERE c.host = host.name AND category IS NULL AND p.kind = 'hole')"
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
	("SELECT product, version, os, company, hosts, first, last, recorded, two_contents, contents FROM release"
	 " ORDER BY two_contents DESC, hosts DESC, product, version"),
	("SELECT product, host, from_version, to_version, time, by, url, channel FROM release_update"
	 " ORDER BY product, time, host"),
	("SELECT t.origin, t.hit_id FROM trace AS t JOIN hit AS h ON h.id = t.hit_id ORDER BY t.origin, t.cost,"
	 " h.time_ns, h.id"),
	("SELECT h.host, min(h.id) FROM trace AS t JOIN hit AS h ON h.id = t.hit_id GROUP BY h.host, t.origin"
	 " ORDER BY h.host, t.origin"),
	("SELECT rank, kind, name, version, hosts, alerts, verdict, reason, detail, confidence, exposed_alerting,"
	 " exposed_quiet, unexposed_alerting, unexposed_quiet, p, after_only, before_only, answer FROM origin ORDER BY rank, rowid"),
	("SELECT h.id, h.host, h.level, h.title, h.detector, h.time, h.file, h.inner, h.record, h.offset,"
	 " h.rule_id, h.channel, h.event_id FROM hit AS h ORDER BY h.host, h.time_ns, h.id"),
	("SELECT host, coalesce(channel, ''), event_id, " STORE_SOURCE ", coalesce(category, ''), min(first_ns),"
	 " max(last_ns) FROM coverage_kind WHERE host <> '' GROUP BY 1, 2, 3, 4, 5 ORDER BY 1, 2, 3, 4, 5"),
	("SELECT host, " STORE_SOURCE " AS source, coalesce(category, ''), coalesce(service, ''),"
	 " min(first_ns), max(last_ns), sum(events), max(CASE completeness WHEN 'complete' THEN 0 WHEN"
	 " 'filtered' THEN 2 WHEN 'sampled' THEN 3 WHEN 'capped' THEN 4 WHEN 'truncated' THEN 5 ELSE 1"
	 " END), max(event_id >= 0 AND coalesce(channel, '') <> ''), coalesce(format, '')"
	 " FROM coverage WHERE hour IS NOT NULL GROUP BY host, source COLLATE NOCASE, hour, category, service"
	 " ORDER BY host, source COLLATE NOCASE, hour, category, service"),
	("SELECT host, source, category, first, last, first_ns, last_ns, events, completeness, declared,"
	 " asserted, refuted_by, lowest, highest, missing, truncated FROM coverage_source ORDER BY id"),
	("SELECT s.id - (SELECT min(id) FROM coverage_source), p.kind, p.first, p.last, p.first_ns,"
	 " p.last_ns, p.open, p.missing, p.reason FROM coverage_span AS p JOIN coverage_source AS s ON"
	 " s.id = p.source_id ORDER BY s.id, p.first_ns, p.rowid"),
	("SELECT s.id - (SELECT min(id) FROM coverage_source), b.kind, b.time, b.time_ns, b.reason,"
	 " b.file, b.inner, b.record, b.offset FROM coverage_break AS b JOIN coverage_source AS s ON s.id ="
	 " b.source_id ORDER BY s.id, b.time_ns, b.rowid"),
	"SELECT detail FROM question ORDER BY id",
	("SELECT host, " STORE_SOURCE " AS source, coalesce(category, ''), coalesce(service, ''), event_id,"
	 " coalesce(format, ''), coalesce(product, ''), min(first_ns), max(last_ns), sum(events), max(CASE completeness"
	 " WHEN 'complete' THEN 0 WHEN 'filtered' THEN 2 WHEN 'sampled' THEN 3 WHEN 'capped' THEN 4 WHEN 'truncated'"
	 " THEN 5 ELSE 1 END) FROM coverage_kind WHERE host <> '' GROUP BY host, source COLLATE NOCASE,"
	 " category, service, event_id ORDER BY host, source COLLATE NOCASE, event_id, category, service"),
	("SELECT rowid, rank, kind, name, version, json_extract(detail, '$.release.product'), json_extract(detail,"
	 " '$.release.os'), json_extract(detail, '$.release.signer'), json_extract(detail, '$.release.ecosystem'),"
	 " json_extract(detail, '$.file'), json_extract(detail, '$.download.url'), json_extract(detail,"
	 " '$.download.path'), json_extract(detail, '$.sha256'), json_extract(detail, '$.download.sha256'), verdict"
	 " FROM origin ORDER BY rank, rowid"),
	("SELECT o.rowid, j.value FROM origin AS o, json_each(o.detail, '$.contents') AS j ORDER BY o.rowid, j.key"),
	("SELECT r.product, r.version, r.os, r.company, json_extract(j.value, '$.file'), json_extract(j.value, '$.hash')"
	 " FROM release AS r, json_each(r.contents) AS j ORDER BY r.id, j.key"),
	("SELECT DISTINCT t.origin, h.host FROM trace AS t JOIN hit AS h ON h.id = t.hit_id ORDER BY t.origin, h.host"),
	("SELECT t.origin, h.file, h.inner, h.record, h.offset FROM trace AS t JOIN hit AS h ON h.id = t.hit_id"
	 " ORDER BY h.file, h.inner, h.record, t.origin"),
	("SELECT coalesce(sum(CASE WHEN coalesce(host, '') = '' THEN events END), 0), coalesce(sum(CASE WHEN hour IS NULL"
	 " AND coalesce(host, '') <> '' THEN events END), 0) FROM coverage"),
	"SELECT host, epoch, detail FROM host_stage ORDER BY host, epoch",
	("SELECT seq, op, \"from\", \"to\", time, host, file, inner, record, why, from_kind, to_kind FROM hop WHERE"
	 " origin = 1 ORDER BY rowid DESC"),
	("SELECT h.time, h.host, h.title, h.level, h.file, h.inner, h.record, h.detector FROM trace AS t JOIN hit AS h"
	 " ON h.id = t.hit_id WHERE t.origin = 1 AND h.time IS NOT NULL ORDER BY h.time_ns, h.id LIMIT 1"),
	("SELECT program, does, hosts FROM novel WHERE (SELECT name FROM origin WHERE rank = 1 ORDER BY rowid LIMIT 1) ="
	 " 'release ' || product || ' ' || version ORDER BY hosts DESC, rowid"),
	("SELECT reason, sum(alerts), sum(hosts) FROM origin WHERE kind = 'gap' AND alerts > 0 GROUP BY reason ORDER BY 2 DESC,"
	 " reason LIMIT 20"),
	"SELECT proved, count(DISTINCT host), count(DISTINCT CASE WHEN coalesce(blocked_at, '') <> '' THEN host END)"
	" FROM host_stage GROUP BY proved",
	"SELECT possible, count(DISTINCT host) FROM host_stage GROUP BY possible",
};
