/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/story.h"

#include "base/heap.h"
#include "base/map.h"
#include "cli/next.h"
#include "cli/output.h"
#include "event/stage.h"
#include "graph/address.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HOSTS_SHOWN 40u
#define FINDINGS_SHOWN 40u
#define ORIGINS_SHOWN 8u
#define UNREADABLE_SHOWN 12u
#define PICTURE_COLUMNS 40u
#define RELEASES_MAX 10000u
#define ALERTS_MAX 100000u

/* Records of one host on one day. */
struct day {
	struct slice host;
	int64_t day;
	uint64_t events;
};

struct telling {
	struct buf *out;
	struct day *each;
	size_t each_count, each_cap;
	size_t rows;
	struct slice level;
	struct arena arena;
	/* The coverage picture: days of the case's window to columns. */
	int64_t first_day, days;
	uint64_t lost;
};

static struct slice or_dash(struct slice s)
{
	return s.n ? s : slice_str("-");
}

static void put(struct buf *out, struct slice s, size_t width)
{
	size_t from = out->n;

	buf_put_terminal(out, s, width);
	/* Columns: text that is short is padded (by bytes: names are ASCII nearly always). */
	while (out->n - from < width)
		buf_put_byte(out, ' ');
}

static int64_t day_of(struct slice text)
{
	char room[40];
	struct when t;

	if (text.n < 10)
		return -1;
	snprintf(room, sizeof(room), "%.10sT00:00:00Z", (const char *)text.p);
	t = when_parse(slice_str(room));
	return t.set ? t.ns / (INT64_C(86400) * 1000000000) : -1;
}

static void seen_day(void *ctx, const struct slice *c, size_t n)
{
	struct telling *t = ctx;
	int64_t day = day_of(c[1]);
	struct day one = { .day = day };

	(void)n;
	if (day < 0 || !slice_to_u64(c[2], &one.events))
		return;
	/* Rows come by host: its name is kept once. */
	one.host = t->each_count && slice_eq(t->each[t->each_count - 1].host, c[0]) ? t->each[t->each_count - 1].host
										      : arena_keep(&t->arena, c[0]);
	t->each = heap_room(t->each, t->each_count, &t->each_cap, sizeof(*t->each));
	t->each[t->each_count++] = one;
	if (t->rows++ == 0 || day < t->first_day) {
		t->days += t->rows > 1 ? t->first_day - day : 1;
		t->first_day = day;
	}
	if (day - t->first_day >= t->days)
		t->days = day - t->first_day + 1;
}

static void put_picture(struct telling *t, struct slice host)
{
	static const char *const marks[] = { "\xc2\xb7", "\xe2\x96\x82", "\xe2\x96\x84", "\xe2\x96\x86",
					     "\xe2\x96\x88" };
	uint64_t columns[PICTURE_COLUMNS] = { 0 };
	size_t width = t->days < PICTURE_COLUMNS ? (size_t)t->days : PICTURE_COLUMNS;

	for (size_t i = 0; i < t->each_count; i++) {
		const struct day *d = &t->each[i];
		size_t column = t->days <= PICTURE_COLUMNS ? (size_t)(d->day - t->first_day)
							   : (size_t)((d->day - t->first_day) * PICTURE_COLUMNS / t->days);

		if (column < PICTURE_COLUMNS && slice_eq_nocase(d->host, host))
			columns[column] += d->events;
	}
	for (size_t i = 0; i < width; i++) {
		uint64_t n = columns[i];

		buf_put_str(t->out, marks[n == 0 ? 0 : n < 10 ? 1 : n < 100 ? 2 : n < 1000 ? 3 : 4]);
	}
}

static void host_row(void *ctx, const struct slice *c, size_t n)
{
	struct telling *t = ctx;
	struct buf *out = t->out;

	(void)n;
	if (t->rows++ >= HOSTS_SHOWN)
		return;
	buf_put_str(out, "  ");
	put(out, or_dash(c[0]), 26);
	buf_printf(out, " %10.*s records %5.*s hits  ", (int)c[3].n, (const char *)c[3].p, (int)c[4].n,
		   (const char *)c[4].p);
	buf_put(out, slice_head(or_dash(c[1]), 10));
	buf_put_str(out, " to ");
	buf_put(out, slice_head(or_dash(c[2]), 10));
	buf_put_str(out, "\n    ");
	put_picture(t, c[0]);
	buf_put_byte(out, '\n');
}

static void finding_row(void *ctx, const struct slice *c, size_t n)
{
	struct telling *t = ctx;
	uint64_t hits = 0, hosts = 0;

	(void)n;
	if (t->rows++ >= FINDINGS_SHOWN)
		return;
	if (!slice_eq(t->level, c[0])) {
		t->level = arena_keep(&t->arena, c[0]);
		buf_printf(t->out, "  %.*s\n", (int)c[0].n, (const char *)c[0].p);
	}
	buf_put_str(t->out, "    ");
	buf_put_terminal(t->out, c[1], 74);
	slice_to_u64(c[3], &hits);
	slice_to_u64(c[4], &hosts);
	buf_printf(t->out, "\n      %llu hit%s on %llu host%s, ", (unsigned long long)hits, plural(hits),
		   (unsigned long long)hosts, plural(hosts));
	buf_put(t->out, slice_head(or_dash(c[5]), 19));
	buf_put_str(t->out, " to ");
	buf_put(t->out, slice_head(or_dash(c[6]), 19));
	buf_put_str(t->out, "\n      ");
	buf_put_terminal(t->out, or_dash(c[10]), 72);
	buf_put_byte(t->out, '\n');
}

static void evidence_row(void *ctx, const struct slice *c, size_t n)
{
	(void)c, (void)n;
	((struct telling *)ctx)->rows++;
}

static void unreadable_row(void *ctx, const struct slice *c, size_t n)
{
	struct telling *t = ctx;

	(void)n;
	t->lost += slice_is(c[3], "1");
	if (t->rows++ >= UNREADABLE_SHOWN)
		return;
	buf_put_str(t->out, "  ");
	buf_put_terminal(t->out, c[0], 76);
	if (c[1].p) {
		buf_put_str(t->out, " / ");
		buf_put_terminal(t->out, c[1], 60);
	}
	buf_put_str(t->out, "\n    ");
	buf_put_terminal(t->out, c[4], 74);
	buf_put_byte(t->out, '\n');
}

static void more(struct telling *t, size_t shown, const char *what)
{
	if (t->rows > shown)
		buf_printf(t->out, "  ... and %zu more %s (in the case's tables)\n", t->rows - shown, what);
}

static bool tell_hosts(struct telling *t, struct store *s, struct err *err)
{
	t->rows = 0;
	if (!store_ask(s, STORE_DAYS, seen_day, t, err))
		return false;
	buf_put_str(t->out, "\nHosts, and the days on which they have records\n");
	t->rows = 0;
	if (!store_ask(s, STORE_HOSTS, host_row, t, err))
		return false;
	more(t, HOSTS_SHOWN, "hosts");
	buf_put_str(t->out, t->rows ? "  A day without records is no day without events.\n"
				    : "  no record names a host\n");
	return true;
}

static void origin_row(void *ctx, const struct slice *c, size_t n)
{
	struct telling *t = ctx;
	uint64_t hosts = 0, alerts = 0;

	(void)n;
	if (t->rows++ >= ORIGINS_SHOWN)
		return;
	slice_to_u64(c[4], &hosts);
	slice_to_u64(c[5], &alerts);
	buf_printf(t->out, "  %2.*s ", (int)c[0].n, (const char *)c[0].p);
	buf_put_terminal(t->out, c[2], 73);
	buf_printf(t->out, "\n     %llu alert%s on %llu host%s", (unsigned long long)alerts, plural(alerts),
		   (unsigned long long)hosts, plural(hosts));
	if (c[7].n) {
		buf_put_str(t->out, "\n     ");
		buf_put_terminal(t->out, c[7], 73);
	}
	buf_put_byte(t->out, '\n');
}

static bool tell_origins(struct telling *t, struct store *s, struct err *err)
{
	buf_put_str(t->out, "\nWhere the alerts trace back to, in the order of evidence\n");
	t->rows = 0;
	if (!store_ask(s, STORE_ORIGINS, origin_row, t, err))
		return false;
	more(t, ORIGINS_SHOWN, "origins");
	if (!t->rows)
		buf_put_str(t->out, "  no alert to trace\n");
	return true;
}

static bool tell_findings(struct telling *t, struct store *s, struct err *err)
{
	buf_put_str(t->out, "\nHits by rule\n");
	t->rows = 0;
	if (!store_ask(s, STORE_FINDINGS, finding_row, t, err))
		return false;
	more(t, FINDINGS_SHOWN, "rules");
	if (!t->rows)
		buf_put_str(t->out, "  No rule matched a record. That says nothing about records that are not "
				    "there.\n");
	return true;
}

static bool tell_unreadable(struct telling *t, struct store *s, struct err *err)
{
	size_t from = t->out->n;

	buf_put_str(t->out, "\nNot read, or read with an assumption\n");
	t->rows = 0;
	t->lost = 0;
	if (!store_ask(s, STORE_UNREADABLE, unreadable_row, t, err))
		return false;
	more(t, UNREADABLE_SHOWN, "notes");
	if (!t->rows)
		t->out->n = from;
	return true;
}

bool story_text(struct buf *out, struct store *s, const char *path, struct err *err)
{
	struct telling t = { .out = out };
	struct slice events = store_meta(s, "events"), hits = store_meta(s, "hits");
	struct slice state = store_meta(s, "state");
	struct next_step steps[NEXT_MAX];
	size_t n = 0;
	bool ok;

	arena_init(&t.arena, 0);
	ok = store_ask(s, STORE_EVIDENCE, evidence_row, &t, err);
	buf_put_str(out, "Case ");
	buf_put_terminal(out, slice_str(path), 60);
	buf_printf(out, ": %zu files of evidence, %.*s records, %.*s hits\n", t.rows,
		   (int)or_dash(events).n, (const char *)or_dash(events).p, (int)or_dash(hits).n,
		   (const char *)or_dash(hits).p);
	if (!slice_is(state, "complete"))
		buf_put_str(out, "This case is not complete: its run was stopped. Run investigate again.\n");
	ok = ok && tell_origins(&t, s, err) && tell_findings(&t, s, err) && tell_hosts(&t, s, err) && tell_unreadable(&t, s, err);
	ok = ok && next_steps(s, steps, &n, err);
	for (size_t i = 0; i < n; i++) {
		if (!strcmp(steps[i].option, " --details"))
			continue; /* it is what is read here */
		buf_put_str(out, i ? "" : "\nNext\n");
		next_line(out, &steps[i], path);
	}
	free(t.each);
	arena_done(&t.arena);
	return ok;
}

/* ---- JSON ---- */

struct rows {
	struct buf *out;
	/* One for each column: "#" before it a number, "!" true or false. "{name" opens an object and
	 * "}" closes it, without a column. */
	const char *const *names;
	size_t n, max;
};

static void json_column(struct buf *out, const char *name, struct slice value)
{
	if (*name != '#' && *name != '!') {
		buf_json_text(out, name, value);
		return;
	}
	buf_json_key(out, name + 1);
	if (!value.n)
		buf_put_str(out, "null");
	else if (*name == '#')
		buf_put(out, value);
	else
		buf_put_str(out, slice_is(value, "1") ? "true" : "false");
}

static void json_row(void *ctx, const struct slice *c, size_t count)
{
	struct rows *r = ctx;
	size_t at = 0;

	if (r->n++ >= r->max && r->max)
		return;
	buf_put_str(r->out, r->n > 1 ? ",{" : "{");
	for (const char *const *name = r->names; *name; name++) {
		if (**name == '{') {
			buf_json_key(r->out, *name + 1);
			buf_put_byte(r->out, '{');
		} else if (**name == '}') {
			buf_put_byte(r->out, '}');
		} else if (at < count) {
			json_column(r->out, *name, c[at++]);
		}
	}
	buf_put_byte(r->out, '}');
}

/* Gives the number of rows that were left out. */
static bool json_list(struct buf *out, struct store *s, const char *name, enum store_question q,
		      const char *const *names, size_t max, size_t *ret_left_out, struct err *err)
{
	struct rows r = { .out = out, .names = names, .max = max };

	buf_json_key(out, name);
	buf_put_byte(out, '[');
	if (!store_ask(s, q, json_row, &r, err))
		return false;
	buf_put_byte(out, ']');
	if (ret_left_out)
		*ret_left_out = max && r.n > max ? r.n - max : 0;
	return true;
}

/* An origin is kept as its own JSON. */
static void json_origin(void *ctx, const struct slice *c, size_t n)
{
	(void)n;
	buf_json_comma(ctx);
	buf_put(ctx, c[8]);
}

/* ---- hosts, with the stages of each of their lives ---- */

struct life {
	struct slice host, detail; /* detail: an object (scope) */
};

struct hosts_told {
	struct buf *out;
	struct arena arena;
	struct life *lives; /* those of one host stand together */
	size_t n, cap;
	struct map first; /* host in lower case -> its first life */
};

static void keep_life(void *ctx, const struct slice *c, size_t n)
{
	struct hosts_told *t = ctx;
	struct slice host;

	(void)n;
	host = arena_lower(&t->arena, c[0]);
	if (map_get(&t->first, host) == MAP_NONE)
		map_set(&t->first, host, (uint32_t)t->n);
	t->lives = heap_room(t->lives, t->n, &t->cap, sizeof(*t->lives));
	t->lives[t->n++] = (struct life){ host, arena_keep(&t->arena, c[2]) };
}

/* The record counts of a host, as members. */
static void json_counts(struct buf *out, const struct slice *c, size_t n)
{
	static const char *const names[] = { "name", "first", "last", "#events", "#hits", "#days",
					     "#sources", "#complete_sources", "#holes" };

	for (size_t i = 0; i < n && i < sizeof(names) / sizeof(*names); i++)
		json_column(out, names[i], c[i]);
}

static void json_unstaged(struct buf *out, struct slice host)
{
	buf_json_text(out, "host", host);
	buf_json_u64(out, "epoch", 1);
	buf_json_text(out, "proved", slice_str("none"));
	buf_json_text(out, "possible", slice_str("U"));
	buf_json_key(out, "stages");
	buf_put_byte(out, '{');
	for (int s = 0; s < STAGE_COUNT; s++)
		buf_json_text(out, stage_text((enum stage)s), slice_str("unknown"));
	buf_put_str(out, "},\"blocked_at\":null,\"since\":null,\"until\":null,\"reasons\":[],\"missing\":[]");
}

/* A life's own object, or that of a host without one, with the host's counts behind. */
static void json_life(struct hosts_told *t, const struct life *l, const struct slice *c, size_t n)
{
	buf_json_comma(t->out);
	if (l && l->detail.n > 1) {
		buf_put(t->out, slice_head(l->detail, l->detail.n - 1));
	} else {
		buf_put_byte(t->out, '{');
		json_unstaged(t->out, c[0]);
	}
	json_counts(t->out, c, n);
	buf_put_byte(t->out, '}');
}

static void json_host(void *ctx, const struct slice *c, size_t n)
{
	struct hosts_told *t = ctx;
	struct arena scratch;
	uint32_t at;

	arena_init(&scratch, 0);
	at = map_get(&t->first, arena_lower(&scratch, c[0]));
	arena_done(&scratch);
	if (at == MAP_NONE) {
		/* An address that a sensor saw and that is no known host's: no host, where stages were worked out. */
		if (!t->n || !address_is(c[0]))
			json_life(t, NULL, c, n);
		return;
	}
	for (size_t i = at; i < t->n && slice_eq(t->lives[i].host, t->lives[at].host); i++)
		json_life(t, &t->lives[i], c, n);
}

static bool json_hosts(struct buf *out, struct store *s, struct err *err)
{
	struct hosts_told t = { .out = out };
	bool ok;

	arena_init(&t.arena, 0);
	map_init(&t.first);
	buf_json_key(out, "hosts");
	buf_put_byte(out, '[');
	ok = store_ask(s, STORE_HOST_STAGES, keep_life, &t, err) && store_ask(s, STORE_HOSTS, json_host, &t, err);
	buf_put_byte(out, ']');
	free(t.lives);
	map_done(&t.first);
	arena_done(&t.arena);
	return ok;
}

static void json_gap(void *ctx, const struct slice *c, size_t n)
{
	static const char *const names[] = { "what", "#alerts", "#hosts" };

	buf_json_comma(ctx);
	buf_put_byte(ctx, '{');
	for (size_t i = 0; i < n && i < 3; i++)
		json_column(ctx, names[i], c[i]);
	buf_put_byte(ctx, '}');
}

/* Platforms, gaps, what to do next. */
static bool json_ends(struct buf *out, struct store *s, const char *path, struct err *err)
{
	struct slice platforms = store_meta(s, "platforms");
	struct next_step steps[NEXT_MAX];
	size_t n = 0;
	bool ok;

	buf_json_key(out, "platforms");
	buf_put(out, platforms.n ? platforms : slice_str("[]"));
	buf_json_key(out, "gaps");
	buf_put_byte(out, '[');
	ok = store_ask(s, STORE_GAPS, json_gap, out, err);
	buf_put_byte(out, ']');
	ok = ok && next_steps(s, steps, &n, err);
	buf_json_key(out, "next_steps");
	buf_put_byte(out, '[');
	for (size_t i = 0; i < n; i++) {
		struct buf line = { 0 };

		buf_printf(&line, "upriver %s %s%s", steps[i].verb, path, steps[i].option);
		buf_json_comma(out);
		buf_put_json(out, buf_slice(&line));
		buf_done(&line);
	}
	buf_put_byte(out, ']');
	return ok;
}

static void json_question(void *ctx, const struct slice *c, size_t n)
{
	(void)n;
	buf_json_comma(ctx);
	buf_put(ctx, c[0]);
}

bool story_json(struct buf *out, struct store *s, const char *path, struct err *err)
{
	static const char *const evidence[] = { "path", "inner", "format", "sha256", "#bytes", "#events",
						NULL };
	static const char *const findings[] = { "level", "title",    "rule", "#hits", "#hosts",
						"first", "last",     "{example", "host", "file",
						"#record", "why",    "}",    NULL };
	static const char *const alerts[] = { "id",	  "rule",     "title", "level", "time",	   "host",
					      "channel",  "#event_id", "{pointer", "file", "inner",
					      "#record",  "#offset",   "}",	"detector", NULL };
	static const char *const unreadable[] = { "file", "inner", "#offset", "!lost", "reason", NULL };
	static const char *const releases[] = { "product", "version", "os", "company", "#hosts", "first", "last",
						"!recorded", "!two_contents", "#contents", NULL };
	static const char *const updates[] = { "product", "host", "from", "to", "time", "by", "url", "channel", NULL };
	static const char *const totals[] = { "events", "bytes", "files", "hits", "lost", "rules_loaded",
					      "activities", NULL };

	buf_put_byte(out, '{');
	buf_json_text(out, "schema", slice_str("upriver.case/1"));
	buf_json_text(out, "case", slice_str(path));
	buf_json_text(out, "state", store_meta(s, "state"));
	buf_json_key(out, "totals");
	buf_put_byte(out, '{');
	for (size_t i = 0; totals[i]; i++) {
		struct slice v = store_meta(s, totals[i]);

		buf_json_key(out, totals[i]);
		buf_put(out, v.n ? v : slice_str("0"));
	}
	buf_put_byte(out, '}');
	size_t left_out = 0;
	bool ok = json_list(out, s, "evidence", STORE_EVIDENCE, evidence, 0, NULL, err) &&
		  json_hosts(out, s, err) &&
		  json_list(out, s, "findings", STORE_FINDINGS, findings, 0, NULL, err) &&
		  json_list(out, s, "alerts", STORE_HITS, alerts, ALERTS_MAX, &left_out, err) &&
		  json_list(out, s, "unreadable", STORE_UNREADABLE, unreadable, 0, NULL, err);

	buf_printf(out, ",\"alerts_left_out\":%zu", left_out);
	ok = ok && json_list(out, s, "releases", STORE_RELEASES, releases, RELEASES_MAX, NULL, err) &&
	     json_list(out, s, "updates", STORE_UPDATES, updates, RELEASES_MAX, NULL, err);
	buf_json_key(out, "origins");
	buf_put_byte(out, '[');
	ok = ok && store_ask(s, STORE_ORIGINS, json_origin, out, err);
	buf_put_byte(out, ']');
	buf_json_key(out, "questions");
	buf_put_byte(out, '[');
	ok = ok && store_ask(s, STORE_QUESTIONS, json_question, out, err);
	buf_put_byte(out, ']');
	ok = ok && json_ends(out, s, path, err);
	buf_put_str(out, "}\n");
	return ok;
}
