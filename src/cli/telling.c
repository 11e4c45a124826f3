/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/telling.h"

#include "cli/next.h"
#include "cli/output.h"
#include "event/stage.h"
#include "graph/address.h"
#include "graph/path.h"

#include <stdlib.h>

#define WIDTH 79u
#define LINES_MAX 40u

/* How much is told of what there may be more of: the most that fits is taken. */
struct amount {
	size_t path, origins, novel;
};
static const struct amount amounts[] = { { 3, 3, 3 }, { 3, 3, 2 }, { 3, 2, 2 }, { 3, 2, 1 }, { 2, 2, 1 }, { 2, 1, 1 }, { 1, 1, 0 } };

/* Columns of STORE_ORIGINS. */
enum { RANK, KIND, NAME, VERSION, HOSTS, ALERTS, VERDICT, REASON, DETAIL, CONFIDENCE, EXPOSED_ALERTING, EXPOSED_QUIET,
       UNEXPOSED_ALERTING, UNEXPOSED_QUIET, P, AFTER_ONLY, BEFORE_ONLY, ANSWER, ORIGIN_COLUMNS };

struct first {
	struct slice columns[ORIGIN_COLUMNS];
	bool there;
};

struct telling {
	struct amount amount;
	struct buf *out;
	struct store *s;
	struct arena arena;
	struct first first;
	size_t rows, origins, unexplained;
	struct buf line;
	/* Of updates to the first origin's version. */
	uint64_t updated;
	struct slice earliest, latest, from, url, channel;
	size_t hosts, blind, addresses, blind_addresses; /* addresses: of a sensor on the network, no known host's */
	uint64_t lost;
};

/* ---- sentences ---- */

/* One sentence, wrapped, with a mark before its first line. */
static void put_sentence(struct telling *t, const char *mark)
{
	struct slice s = buf_slice(&t->line);
	size_t column, inset = strlen(mark) + 3;

	buf_printf(t->out, "  %s ", mark);
	column = inset;
	for (bool begun = false; s.p && s.n;) {
		struct slice word = slice_cut(s, ' ', &s);

		if (begun && column + 1 + word.n > WIDTH) {
			buf_printf(t->out, "\n%*s", (int)inset, "");
			column = inset;
			begun = false;
		}
		if (begun) {
			buf_put_byte(t->out, ' ');
			column++;
		}
		buf_put(t->out, word);
		column += word.n;
		begun = true;
	}
	buf_put_byte(t->out, '\n');
	buf_clear(&t->line);
}

static void put_name(struct telling *t, struct slice s, size_t width)
{
	buf_put_terminal(&t->line, s, width);
}

static void put_time(struct telling *t, struct slice time)
{
	buf_put(&t->line, slice_head(time, 10));
	if (time.n > 16) {
		buf_put_byte(&t->line, ' ');
		buf_put(&t->line, slice_head(slice_from(time, 11), 5));
	}
}

static void put_pointer(struct telling *t, struct slice file, struct slice inner, struct slice record)
{
	buf_put_str(&t->line, " [");
	put_name(t, path_tail(inner.n ? inner : file), 40);
	buf_put_str(&t->line, " #");
	buf_put(&t->line, record);
	buf_put_byte(&t->line, ']');
}

static uint64_t number(struct slice s)
{
	uint64_t n = 0;

	slice_to_u64(s, &n);
	return n;
}

static void put_count(struct telling *t, uint64_t n, const char *what)
{
	buf_printf(&t->line, "%llu %s%s", (unsigned long long)n, what, plural(n));
}

/* ---- what happened ---- */

static void alert_row(void *ctx, const struct slice *c, size_t n)
{
	struct telling *t = ctx;

	(void)n;
	t->rows++;
	put_time(t, c[0]);
	buf_put_str(&t->line, " on ");
	put_name(t, c[1], 40);
	buf_put_str(&t->line, ": first alert that traces there, \"");
	put_name(t, c[2], 60);
	buf_put_str(&t->line, "\" (");
	put_name(t, c[3], 16);
	buf_put_byte(&t->line, ')');
	put_pointer(t, c[4], c[5], c[6]);
	put_sentence(t, "-");
}

/* Operations of a path for which "A did B" is said otherwise. */
static const char *verb_of(struct slice op)
{
	static const struct {
		const char *op, *verb;
	} words[] = {
		{ "download", " is where this was fetched from: " },
		{ "marked", " is where this was fetched from: " },
		{ "installed", " is the release that installed " },
		{ "belongs_to", " is the product of " },
		{ "package", " is the package of " },
		{ "file_create", " wrote " },
		{ "file_write", " wrote " },
		{ "file_rename", " renamed to " },
		{ "process_start", " started " },
		{ "image_load", " was loaded by " },
		{ "module", " acted inside " },
		{ "script", " was given to " },
		{ "service", " made the service of " },
		{ "task", " made the task of " },
	};

	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (slice_eq(op, slice_str(words[i].op)))
			return words[i].verb;
	return NULL;
}

/* The end of a path, but all of an address. */
static struct slice told_name(struct slice name, struct slice kind)
{
	if (slice_is(kind, "url") || slice_search(name, slice_str("://")))
		return name;
	return path_tail(name);
}

static void path_row(void *ctx, const struct slice *c, size_t n)
{
	struct telling *t = ctx;
	const char *verb = verb_of(c[1]);

	(void)n;
	if (!verb || t->rows >= t->amount.path || !c[8].n)
		return;
	t->rows++;
	if (c[4].n) {
		put_time(t, c[4]);
		buf_put_str(&t->line, ": ");
	}
	put_name(t, told_name(c[2], c[10]), 70);
	if (slice_is(c[1], "installed") && slice_search(c[2], slice_str("://")))
		verb = " is where its installer brought this from: ";
	buf_put_str(&t->line, verb);
	put_name(t, told_name(c[3], c[11]), 60);
	put_pointer(t, c[6], c[7], c[8]);
	put_sentence(t, "-");
}

/* "release PRODUCT VERSION"? */
static bool is_release(struct slice name, struct slice product, struct slice version)
{
	const struct slice parts[] = { slice_str("release "), product, slice_str(" "), version };

	for (size_t i = 0; i < sizeof(parts) / sizeof(*parts); i++) {
		if (!slice_starts(name, parts[i]))
			return false;
		name = slice_from(name, parts[i].n);
	}
	return name.n == 0;
}

/* Updates to the first origin's release. */
static void update_row(void *ctx, const struct slice *c, size_t n)
{
	struct telling *t = ctx;

	(void)n;
	if (!t->first.there || !is_release(t->first.columns[NAME], c[0], c[3]))
		return;
	t->updated++;
	if (c[4].n && (!t->earliest.n || slice_cmp(c[4], t->earliest) < 0))
		t->earliest = arena_keep(&t->arena, c[4]);
	if (c[4].n && (!t->latest.n || slice_cmp(c[4], t->latest) > 0))
		t->latest = arena_keep(&t->arena, c[4]);
	if (!t->from.n)
		t->from = arena_keep(&t->arena, c[2]);
	if (!t->url.n && c[6].n) {
		t->url = arena_keep(&t->arena, c[6]);
		t->channel = arena_keep(&t->arena, c[7]);
	}
}

static void tell_update(struct telling *t)
{
	if (!t->updated)
		return;
	buf_put_str(&t->line, "It followed version ");
	put_name(t, t->from, 30);
	buf_put_str(&t->line, " on ");
	put_count(t, t->updated, "host");
	if (t->earliest.n) {
		buf_put_str(&t->line, ", ");
		put_time(t, t->earliest);
		buf_put_str(&t->line, " to ");
		put_time(t, t->latest);
	}
	if (t->url.n) {
		buf_put_str(&t->line, ", fetched from ");
		put_name(t, t->url, 60);
		buf_put_str(&t->line, " by ");
		put_name(t, path_tail(t->channel), 40);
	}
	buf_put_str(&t->line, " [table release_update]");
	put_sentence(t, "-");
}

#define NEVER_BEFORE "Never by its earlier versions: "

static void novel_row(void *ctx, const struct slice *c, size_t n)
{
	struct telling *t = ctx;

	(void)n;
	if (t->rows++ >= t->amount.novel)
		return;
	buf_put_str(&t->line, t->rows == 1 ? NEVER_BEFORE : "; ");
	put_name(t, c[0], 30);
	buf_put_byte(&t->line, ' ');
	put_name(t, c[1], 50);
	buf_put_str(&t->line, " (");
	put_count(t, number(c[2]), "host");
	buf_put_byte(&t->line, ')');
}

static bool tell_novel(struct telling *t, struct err *err)
{
	t->rows = 0;
	if (!store_ask(t->s, STORE_NOVEL, novel_row, t, err))
		return false;
	if (!t->rows)
		return true;
	if (!t->amount.novel) {
		buf_put_str(&t->line, NEVER_BEFORE);
		put_count(t, t->rows, "act");
	} else if (t->rows > t->amount.novel)
		buf_printf(&t->line, "; %zu more", t->rows - t->amount.novel);
	buf_put_str(&t->line, " [table novel]");
	put_sentence(t, "-");
	return true;
}

static void tell_answer(struct telling *t)
{
	struct slice answer = t->first.columns[ANSWER];

	if (slice_is(answer, "treat as true"))
		buf_put_str(&t->line, "Not independent of the build: treat as true until a comparison of releases explains it.");
	else if (slice_is(answer, "independent of the build"))
		buf_put_str(&t->line, "Independent of the build: its alerts come without it too; cause undetermined.");
	else
		return;
	put_sentence(t, "-");
}

static void tell_no_alert(struct telling *t)
{
	uint64_t hits = number(store_meta(t->s, "hits"));

	if (t->first.there)
		buf_put_str(&t->line, "No alert: the case began with what was named.");
	else if (hits)
		buf_printf(&t->line, "%llu hit%s, not traced by the version that made this case: investigate the evidence "
				     "again. --details lists them.", (unsigned long long)hits, plural(hits));
	else
		buf_put_str(&t->line, "No alert in this evidence. That says nothing about records that are not there.");
	put_sentence(t, "-");
}

static bool tell_events(struct telling *t, struct err *err)
{
	buf_put_str(t->out, "\nWhat happened\n");
	t->rows = 0;
	if (!store_ask(t->s, STORE_FIRST_PATH, path_row, t, err) || !store_ask(t->s, STORE_UPDATES, update_row, t, err))
		return false;
	tell_update(t);
	t->rows = 0;
	if (!store_ask(t->s, STORE_FIRST_ALERT, alert_row, t, err))
		return false;
	if (!t->rows)
		tell_no_alert(t);
	if (!tell_novel(t, err))
		return false;
	tell_answer(t);
	return true;
}

/* ---- the first origins ---- */

static void keep_first(void *ctx, const struct slice *c, size_t n)
{
	struct telling *t = ctx;

	t->origins++;
	t->unexplained += slice_is(c[KIND], "gap");
	if (t->first.there)
		return;
	t->first.there = true;
	for (size_t i = 0; i < n && i < ORIGIN_COLUMNS; i++)
		t->first.columns[i] = c[i].p ? arena_keep(&t->arena, c[i]) : slice_of(NULL, 0);
}

static void put_verdict(struct telling *t, const struct slice *c)
{
	/* A case may come from anywhere. */
	put_name(t, c[VERDICT], 20);
	buf_put_str(&t->line, ": ");
	put_name(t, c[REASON], 200);
	buf_put_byte(&t->line, '.');
}

static void put_numbers(struct telling *t, const struct slice *c)
{
	uint64_t a = number(c[EXPOSED_ALERTING]), b = number(c[EXPOSED_QUIET]), x = number(c[UNEXPOSED_ALERTING]),
		 y = number(c[UNEXPOSED_QUIET]);
	char p[24] = "";

	if (!c[CONFIDENCE].n || x + y == 0)
		return;
	if (c[P].n && c[P].n < sizeof(p))
		memcpy(p, c[P].p, c[P].n);
	buf_printf(&t->line, " Alerting: %llu of %llu hosts that have it, %llu of %llu that have it not (Fisher p %.2g)",
		   (unsigned long long)a, (unsigned long long)(a + b), (unsigned long long)x,
		   (unsigned long long)(x + y), strtod(p, NULL));
	if (number(c[AFTER_ONLY]) || number(c[BEFORE_ONLY]))
		buf_printf(&t->line, "; only after it came %llu, only before %llu",
			   (unsigned long long)number(c[AFTER_ONLY]), (unsigned long long)number(c[BEFORE_ONLY]));
	buf_put_byte(&t->line, '.');
}

static void origin_row(void *ctx, const struct slice *c, size_t n)
{
	struct telling *t = ctx;
	char mark[16];

	(void)n;
	/* Where evidence merely ends is counted below. */
	if (t->rows >= t->amount.origins || (t->rows && slice_is(c[KIND], "gap")))
		return;
	t->rows++;
	put_name(t, c[NAME], 70);
	buf_put_str(&t->line, " (");
	put_count(t, number(c[ALERTS]), "alert");
	buf_put_str(&t->line, ", ");
	put_count(t, number(c[HOSTS]), "host");
	buf_put_str(&t->line, "), ");
	put_verdict(t, c);
	put_numbers(t, c);
	snprintf(mark, sizeof(mark), "%.*s", (int)(c[RANK].n < 6 ? c[RANK].n : 6), (const char *)c[RANK].p);
	put_sentence(t, mark);
}

static bool tell_origins(struct telling *t, struct err *err)
{
	buf_put_str(t->out, "\nWhat the alerts trace back to, and its rivals (one rank twice: a tie)\n");
	t->rows = 0;
	if (!store_ask(t->s, STORE_ORIGINS, origin_row, t, err))
		return false;
	if (t->origins > t->rows) {
		buf_printf(&t->line, "and %zu more, %zu of them where the evidence ends before anything that has a "
				     "name [table origin]", t->origins - t->rows, t->unexplained);
		put_sentence(t, " ");
	}
	if (!t->origins)
		buf_put_str(t->out, "  no alert to trace\n");
	return true;
}

/* ---- hosts by stage ---- */

struct stages {
	uint64_t hosts[STAGE_COUNT + 2]; /* the last two: none, U */
	uint64_t blocked, all;
};

static size_t place_of(struct slice stage)
{
	enum stage s;

	if (stage_find(stage, &s))
		return s;
	return slice_is(stage, "none") ? STAGE_COUNT : STAGE_COUNT + 1;
}

static void stage_row(void *ctx, const struct slice *c, size_t n)
{
	struct stages *t = ctx;

	t->hosts[place_of(c[0])] += number(c[1]);
	t->all += number(c[1]);
	if (n > 2)
		t->blocked += number(c[2]);
}

static void put_stages(struct telling *t, const struct stages *x)
{
	bool any = false;

	for (int s = STAGE_COUNT - 1; s >= 0; s--) {
		if (!x->hosts[s])
			continue;
		buf_printf(&t->line, "%s%s %s %llu", any ? ", " : "", stage_text((enum stage)s), stage_word((enum stage)s),
			   (unsigned long long)x->hosts[s]);
		any = true;
	}
	if (x->hosts[STAGE_COUNT])
		buf_printf(&t->line, "%snone %llu", any ? ", " : "", (unsigned long long)x->hosts[STAGE_COUNT]);
	if (x->hosts[STAGE_COUNT + 1])
		buf_printf(&t->line, "%snothing covers %llu", any ? ", " : "",
			   (unsigned long long)x->hosts[STAGE_COUNT + 1]);
	buf_put_byte(&t->line, '.');
}

static bool tell_stages(struct telling *t, struct err *err)
{
	struct stages proved = { 0 }, possible = { 0 };

	if (!store_ask(t->s, STORE_PROVED, stage_row, &proved, err) ||
	    !store_ask(t->s, STORE_POSSIBLE, stage_row, &possible, err))
		return false;
	if (!proved.all)
		return true;
	buf_put_str(t->out, "\nHosts by stage, with the first of these\n");
	buf_put_str(&t->line, "Farthest proved: ");
	put_stages(t, &proved);
	if (proved.blocked)
		buf_printf(&t->line, " Blocked, counted apart: %llu.", (unsigned long long)proved.blocked);
	put_sentence(t, "-");
	buf_put_str(&t->line, "Farthest not excluded: ");
	put_stages(t, &possible);
	put_sentence(t, "-");
	return true;
}

/* ---- what was not seen ---- */

static void host_row(void *ctx, const struct slice *c, size_t n)
{
	struct telling *t = ctx;

	(void)n;
	if (address_is(c[0])) {
		t->addresses++;
		t->blind_addresses += number(c[7]) == 0;
		return;
	}
	t->hosts++;
	t->blind += number(c[7]) == 0;
}

static void unreadable_row(void *ctx, const struct slice *c, size_t n)
{
	struct telling *t = ctx;

	(void)n;
	t->lost += slice_is(c[3], "1");
	t->rows++;
}

static bool tell_unseen(struct telling *t, struct err *err)
{
	buf_put_str(t->out, "\nWhat was not seen\n");
	t->rows = 0;
	if (!store_ask(t->s, STORE_UNREADABLE, unreadable_row, t, err))
		return false;
	buf_printf(&t->line, "%zu of %zu hosts have no log that is known to be complete: there \"no evidence of\" is not "
			     "\"no\".", t->blind, t->hosts);
	put_sentence(t, "-");
	if (t->rows) {
		buf_printf(&t->line, "%zu note%s on the evidence, %llu of them parts that were not read [table unreadable].",
			   t->rows, plural(t->rows), (unsigned long long)t->lost);
		put_sentence(t, "-");
	}
	return true;
}

static bool tell_next(struct telling *t, const char *path, struct err *err)
{
	struct next_step list[NEXT_MAX];
	size_t n;

	if (!next_steps(t->s, list, &n, err))
		return false;
	buf_put_str(t->out, "\nNext\n");
	for (size_t i = 0; i < n; i++)
		next_line(t->out, &list[i], path);
	return true;
}

static bool tell(struct telling *t, const char *path, struct err *err)
{
	struct slice events = store_meta(t->s, "events"), hits = store_meta(t->s, "hits"), files = store_meta(t->s, "files");

	if (!store_ask(t->s, STORE_ORIGINS, keep_first, t, err) || !store_ask(t->s, STORE_HOSTS, host_row, t, err))
		return false;
	/* Where a sensor is all there is, what it saw are the hosts. */
	if (!t->hosts) {
		t->hosts = t->addresses;
		t->blind = t->blind_addresses;
		t->addresses = 0;
	}
	buf_put_str(t->out, "Case ");
	buf_put_terminal(t->out, slice_str(path), 60);
	buf_printf(t->out, ": %.*s files of evidence, %.*s records, %.*s hits, %zu hosts", (int)files.n,
		   (const char *)files.p, (int)events.n, (const char *)events.p, (int)hits.n, (const char *)hits.p,
		   t->hosts);
	if (t->addresses)
		buf_printf(t->out, ", %zu address%s of no known host", t->addresses, t->addresses == 1 ? "" : "es");
	buf_put_byte(t->out, '\n');
	if (!slice_is(store_meta(t->s, "state"), "complete"))
		buf_put_str(t->out, "This case is not complete: its run was stopped. Run investigate again.\n");
	if (!tell_events(t, err) || !tell_origins(t, err) || !tell_stages(t, err) || !tell_unseen(t, err))
		return false;
	return tell_next(t, path, err);
}

static size_t lines_of(struct slice s)
{
	size_t n = 0;

	for (size_t i = 0; i < s.n; i++)
		n += s.p[i] == '\n';
	return n;
}

bool telling_text(struct buf *out, struct store *s, const char *path, struct err *err)
{
	size_t from = out->n;
	bool ok = true;

	for (size_t i = 0; ok && i < sizeof(amounts) / sizeof(*amounts); i++) {
		struct telling t = { .amount = amounts[i], .out = out, .s = s };

		out->n = from;
		arena_init(&t.arena, 0);
		ok = tell(&t, path, err);
		buf_done(&t.line);
		arena_done(&t.arena);
		if (lines_of(slice_from(buf_slice(out), from)) <= LINES_MAX)
			break;
	}
	return ok;
}
