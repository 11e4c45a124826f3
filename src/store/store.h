/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * The case file: one SQLite database, the only room that knows it. docs/manual/case.md describes
 * every table. Built in place (WAL while it is written, one file at the end); one writer at a
 * time, which a lock file beside it names; after a crash what was committed is whole, and the next
 * run with the same evidence builds it anew.
 * Errors: ERR_HELD another run writes it, ERR_USAGE it belongs to other evidence or another
 * version, ERR_SYSTEM the disk.
 */
#include "base/err.h"
#include "base/when.h"

#define STORE_VERSION 6

struct buf;
struct store;
struct hit;

/* For writing. An existing file must be a case; what it holds stays until store_begin. */
struct store *store_create(const char *path, struct err *err);
/* Does the file begin like a case, of whatever version? */
bool store_is_case(const char *path);
/* For reading only; of this program's version. */
struct store *store_open(const char *path, struct err *err);
/* Writes the older case at `from` into a new file at `to`, in this program's version. `from` is
 * not changed; a file that is at `to` already is left alone (ERR_USAGE). */
bool store_migrate(const char *from, const char *to, struct err *err);
/* Ends writing: everything committed, one file, lock released. NULL is fine. */
bool store_close(struct store *s, struct err *err);

/* The value of a meta key in the arena of the store, p NULL when there is none. */
struct slice store_meta(struct store *s, const char *key);
/* Is this hash (of a file of evidence) in the case? */
bool store_has_evidence(struct store *s, const char *sha256);
size_t store_evidence_count(struct store *s); /* files that were hashed */

/* Forgets all rows: a new building starts. */
bool store_begin(struct store *s, struct err *err);
bool store_set_meta(struct store *s, const char *key, struct slice value);

struct store_evidence {
	struct slice path, inner, format; /* inner, format: p NULL when none */
	const char *sha256;		  /* "": not hashed (members of containers) */
	uint64_t bytes, events;
};
struct store_hit {
	struct slice id, rule_id, rule_title, level, host, channel, file, inner;
	struct when time;
	int64_t event_id; /* -1: none */
	uint64_t record, offset;
	struct slice detector; /* p NULL: one of our rules */
};
struct store_coverage {
	struct slice host, channel, product, category, service, format;
	int64_t event_id, hour; /* hours from 1970, INT64_MIN: no time */
	uint64_t events;
	int64_t first_ns, last_ns;
	const char *completeness;
};
/* One source of one host, and what is known of how whole it is (case/verdict.h). */
struct store_source {
	struct slice host, source, category; /* category: p NULL for all of the source */
	int64_t first_ns, last_ns;
	uint64_t events;
	const char *completeness, *declared, *refuted_by; /* "": not refuted */
	bool asserted, truncated;
	uint64_t lowest, highest, missing, left_out;
};
struct store_span {
	const char *kind, *reason;
	int64_t first_ns, last_ns;
	bool open;
	uint64_t missing;
};
struct store_break {
	const char *kind;
	struct when time;
	struct slice reason, file, inner;
	uint64_t record, offset;
};

/* Each is false when the disk says no; the first reason is kept for store_close. */
bool store_add_evidence(struct store *s, const struct store_evidence *e);
bool store_add_rule(struct store *s, struct slice id, struct slice title, struct slice level,
		    struct slice file, struct slice not_loaded_because);
bool store_add_hit(struct store *s, const struct store_hit *h);
bool store_add_why(struct store *s, struct slice hit_id, struct slice selection, struct slice field,
		   struct slice value, struct slice pattern);
bool store_add_coverage(struct store *s, const struct store_coverage *c);
/* The same without its hour: of all hours. */
bool store_add_kind(struct store *s, const struct store_coverage *c);
/* Spans and breaks belong to the source that was added last. */
bool store_add_source(struct store *s, const struct store_source *c);
bool store_add_span(struct store *s, const struct store_span *p);
bool store_add_break(struct store *s, const struct store_break *b);
bool store_add_unreadable(struct store *s, struct slice file, struct slice inner, uint64_t offset,
			  bool lost, struct slice reason);
/* What the user asked, and the answer (JSON). */
bool store_add_question(struct store *s, struct slice kind, struct slice asked, struct slice detail);
/* What a release does that none of its earlier versions did. */
bool store_add_novel(struct store *s, struct slice product, struct slice version, struct slice program,
		     struct slice does, uint64_t hosts);
/* After the last hit and coverage row: what finds them by host. Before hosts are merged. */
bool store_index_hosts(struct store *s);
/* After the last row: hosts from coverage, stages unknown for each. */
bool store_summarise(struct store *s);

/*
 * Reading: rows of one of the questions below, in a fixed order. Columns are text; NULL columns
 * have p NULL. The row is valid until the next call of fn.
 */
enum store_question {
	STORE_EVIDENCE,	  /* path, inner, format, sha256, bytes, events */
	STORE_HOSTS,	  /* name, first, last, events, hits, days with records, sources, complete ones, holes */
	STORE_FINDINGS,	  /* level, title, rule id, hits, hosts, first, last, a host, a file, a record, why */
	STORE_HITS,	  /* id, rule id, title, level, time, host, channel, event id, file, inner, record, offset, detector */
	STORE_UNREADABLE, /* file, inner, offset, lost, reason */
	STORE_DAYS,	  /* host, day, events */
	STORE_NOT_LOADED, /* file, reason */
	STORE_GRAPH_HOSTS, /* host, activities, segments */
	STORE_RELEASES,	  /* product, version, os, company, hosts, first, last, recorded, two_contents, contents (JSON) */
	STORE_UPDATES,	  /* product, host, from version, to version, time, by, url, channel */
	STORE_TRACED,	  /* origin's rank, its first traced alert's id; by rank */
	STORE_HOST_TRACES, /* host, an alert's id: one for each origin of the host's alerts, by rank */
	STORE_ORIGINS,	  /* rank, kind, name, version, hosts, alerts, verdict, reason, detail (JSON), confidence, exposed
			   * alerting and quiet, unexposed alerting and quiet, p, after only, before only, answer */
	STORE_ALERTS,	  /* id, host, level, title, detector, time, file, inner, record, offset, rule id, channel,
			   * event id; by host */
	STORE_LIVE,	  /* host, channel, event id, source, category, first_ns, last_ns: when what kind of record exists */
	STORE_HOURS,	  /* host, source, category, service, first_ns, last_ns, events, weakness of what is declared
			   * (0 complete, 1 unknown, 2 filtered, 3 sampled, 4 capped, 5 truncated), whether an
			   * event log, reader */
	STORE_SOURCES,	  /* host, source, category, first, last, first_ns, last_ns, events, completeness, declared,
			   * asserted, refuted_by, lowest, highest, missing, truncated */
	STORE_SPANS,	  /* place in STORE_SOURCES, kind, first, last, first_ns, last_ns, open, missing, reason */
	STORE_BREAKS,	  /* place in STORE_SOURCES, kind, time, time_ns, reason, file, inner, record, offset */
	STORE_QUESTIONS,  /* detail (JSON) */
	STORE_KINDS,	  /* host, source, category, service, event id, reader, product, first_ns, last_ns, events, weakness
			   * as in STORE_HOURS; what has a time */
	STORE_ORIGIN_PARTS, /* place, rank, kind, line, version, product, os, signer, ecosystem, path, url, downloaded,
			     * sha256, sha256 of what was downloaded, verdict */
	STORE_ORIGIN_CONTENTS, /* place of the origin, "hash file" */
	STORE_RELEASE_CONTENTS, /* product, version, os, company, file, hash */
	STORE_ORIGIN_HOSTS, /* rank, host with an alert that leads there */
	STORE_ORIGIN_ALERTS, /* rank, file, inner, record, offset of an alert that leads there; by file */
	STORE_UNCOUNTED, /* records without a host, records without a time */
	STORE_HOST_STAGES, /* host, epoch, detail (JSON); by host and epoch */
	STORE_FIRST_PATH, /* of the first origin, the origin first: seq, op, from, to, time, host, file, inner, record, why, their kinds */
	STORE_FIRST_ALERT, /* the earliest that traces to the first origin: time, host, title, level, file, inner, record,
			    * detector */
	STORE_NOVEL,	  /* what the first origin does and no earlier version did: program, deed, hosts */
	STORE_GAPS,	  /* where evidence ends: reason, alerts, hosts */
	STORE_PROVED,	  /* the farthest stage proved, hosts, of them blocked */
	STORE_POSSIBLE,	  /* the farthest stage not excluded, hosts */
};
typedef void store_row_fn(void *ctx, const struct slice *columns, size_t count);
bool store_ask(struct store *s, enum store_question q, store_row_fn *fn, void *ctx, struct err *err);

/* ---- the graph: activities in blocks, and what was traced (store/graph.c) ---- */

struct store_segment {
	struct slice host, file, inner; /* inner: p NULL when none */
	uint64_t record_base;		/* to add where a record number counts from a piece's start */
	size_t activities;
	struct slice block;
};
bool store_add_segment(struct store *s, const struct store_segment *x);
/* Each block of this host (compared without case), unpacked; valid during the call. source: a number
 * for its file. A block that cannot be unpacked is left out and counted in *ret_lost. False with err
 * when the case cannot be read, or when fn says so. */
typedef bool store_segment_fn(void *ctx, const struct store_segment *x, uint32_t source);
bool store_each_segment(struct store *s, struct slice host, store_segment_fn *fn, void *ctx,
			uint64_t *ret_lost, struct err *err);
/* The number of a file as store_each_segment gives it; 0 when no segment is of it. */
uint32_t store_source(struct store *s, struct slice file, struct slice inner);
/* The file of a number; the texts are in the store's arena. False when there is none. */
bool store_source_name(struct store *s, uint32_t source, struct slice *ret_file, struct slice *ret_inner);

/* What was recorded under one name is another host's: rows of hits, coverage and activities. Said in
 * host_alias. Before store_summarise. */
bool store_merge_host(struct store *s, struct slice from, struct slice to, struct slice why);

/* Activities and hits without a host out of files in a folder of this name are this host's (dpkg.log beside the
 * audit daemon's log, as collectors lay them). Before store_merge_host. */
bool store_adopt_host(struct store *s, struct slice host);

/* An address that a host's own connections say is its. */
bool store_add_address(struct store *s, struct slice host, struct slice address);
/* Up to cap of them, in the store's arena. */
size_t store_addresses(struct store *s, struct slice host, struct slice *ret, size_t cap);
/* The one host that has this address; p NULL where none or several have. */
struct slice store_host_of_address(struct store *s, struct slice address);

/* A content that one host wrote first and others have too. */
bool store_add_content(struct store *s, struct slice hash, struct slice host, int64_t ns);
/* Who wrote it first; false where it is on one host only. The text is in the store's arena. */
bool store_first_host(struct store *s, struct slice hash, struct slice *ret_host, int64_t *ret_ns);

bool store_set_baseline(struct store *s, struct slice bytes);
/* Into out; false when the case has none that can be read. */
bool store_baseline(struct store *s, struct buf *out);

struct store_origin {
	int64_t rank;
	struct slice kind, name, version, verdict, reason, detail;
	uint64_t hosts, alerts;
	/* What comparing hosts gave; confidence n 0: not compared. */
	struct slice confidence, answer;
	uint32_t exposed_alerting, exposed_quiet, unexposed_alerting, unexposed_quiet, after_only, before_only;
	double p;
};
bool store_add_origin(struct store *s, const struct store_origin *o);
bool store_add_trace(struct store *s, struct slice hit_id, int64_t origin_rank, size_t hops, double cost);

struct store_hop {
	int64_t origin_rank;
	size_t seq;
	struct slice op, from_kind, from, to_kind, to, host, file, inner, why;
	struct when time;
	uint64_t record, offset;
	double score;
};
bool store_add_hop(struct store *s, const struct store_hop *h);
struct store_release {
	struct slice product, version, os, company, contents;
	uint64_t hosts;
	struct when first, last;
	bool recorded, two_contents;
};
/* The row's number, for its places; 0 when the disk says no. */
int64_t store_add_release(struct store *s, const struct store_release *r);
bool store_add_release_host(struct store *s, int64_t release, struct slice host, struct when first, struct when last);
/* Since when records show it on a host: its arrival, and at work; INT64_MAX: no record says. */
struct store_came {
	struct slice product, version, os, host;
	int64_t arrived_ns, ran_ns;
};
bool store_add_came(struct store *s, const struct store_came *c);
/* Of a version: its arrival on this host, and since when it was anywhere; INT64_MAX: no record says. */
void store_since(struct store *s, const struct store_came *which, int64_t *ret_here_ns, int64_t *ret_anywhere_ns);
struct store_update {
	struct slice product, host, from, to, by, url, channel;
	struct when time;
};
bool store_add_update(struct store *s, const struct store_update *u);

/* Forgets origins, traces and hops: they are worked out anew. */
bool store_forget_traces(struct store *s);

/* ---- stages (store/stage.c) ---- */

struct store_host_stage {
	struct slice host, proved, possible, blocked_at, clone_group, detail; /* p NULL where none */
	unsigned epoch;
	struct when since, until;
};
struct store_reason {
	struct slice text, file, inner; /* file p NULL: no record */
	struct when time;
	uint64_t record, offset;
};
/* Forgets the answers of all hosts: they are worked out anew. */
bool store_forget_stages(struct store *s);
bool store_add_host_stage(struct store *s, const struct store_host_stage *h);
/* why: the first reason; NULL: none. */
bool store_add_stage(struct store *s, struct slice host, unsigned epoch, struct slice stage, struct slice answer,
		     const struct store_reason *why);
bool store_add_host_reason(struct store *s, struct slice host, unsigned epoch, struct slice stage,
			   const struct store_reason *why);
