/* SPDX-License-Identifier: Apache-2.0 */
/*
 * "History" of Chromium and its kin (components/history/core/browser: download_database.cc,
 * visit_database.cc, url_database.cc). Columns come and go with versions; those of 2011 are a kind
 * of their own: one URL, and Unix seconds.
 */
#include "input/sqlite/kind.h"

#define FAMILY "chromium"
#define CHAIN_MAX 64u

static struct when webkit(struct sqlitemem_rows *rows, size_t column)
{
	int64_t us;

	return epoch_webkit(sqlitemem_i64(rows, column, &us) ? us : 0);
}

/* ---- downloads ---- */

enum {
	D_ID,
	D_TARGET,
	D_CURRENT,
	D_START,
	D_END,
	D_RECEIVED,
	D_TOTAL,
	D_STATE,
	D_DANGER,
	D_OPENED,
	D_REFERRER,
	D_TAB,
	D_TAB_REFERRER,
	D_MIME,
	D_EXTENSION,
	D_SITE
};
static const char *const downloads[] = {
	"id",
	"target_path",
	"current_path",
	"start_time",
	"end_time",
	"received_bytes",
	"total_bytes",
	"state",
	"danger_type",
	"opened",
	"referrer",
	"tab_url",
	"tab_referrer_url",
	"mime_type",
	"by_ext_name",
	"site_url",
};
static const char *const chain[] = { "chain_index", "url" };
static const char *const states[] = { "in_progress", "complete", "cancelled", NULL, "interrupted" };
static const char *const dangers[] = { NULL, /* not dangerous */
				       "dangerous_file",
				       "dangerous_url",
				       "dangerous_content",
				       "maybe_dangerous_content",
				       "uncommon_content",
				       "user_validated",
				       "dangerous_host",
				       "potentially_unwanted",
				       "allowlisted_by_policy" };

/* The URLs in their order, from the one that was asked for to the one that answered: gives the
 * last. Put as a list where there are several. */
static struct slice put_chain(struct dbreader *r, struct event *ev)
{
	struct value *list = arena_array(&ev->arena, CHAIN_MAX, sizeof(*list));
	int64_t at, order[CHAIN_MAX];
	uint32_t n = 0;

	for (bool more = dbfind(r, 0, D_ID); more && list && n < CHAIN_MAX;
	     more = sqlitemem_next(r->more[0])) {
		struct slice url = dbkeep(ev, sqlitemem_text(r->more[0], 1));
		uint32_t i = n;

		if (!sqlitemem_i64(r->more[0], 0, &at) || !url.n)
			continue;
		for (; i > 0 && order[i - 1] > at; i--) {
			order[i] = order[i - 1];
			list[i] = list[i - 1];
		}
		order[i] = at;
		list[i] = value_text_of(url);
		n++;
	}
	if (n > 1)
		event_add(ev, r->words[DBWORD_CHAIN].name, r->words[DBWORD_CHAIN].id,
			  (struct value){ .type = VALUE_LIST, .count = n, .items = list });
	return n ? list[n - 1].s : slice_of(NULL, 0);
}

static void put_size(struct dbreader *r, struct event *ev, size_t total, size_t received)
{
	int64_t bytes;

	dbput_number(r, ev, DBWORD_SIZE, r->rows,
		     sqlitemem_i64(r->rows, total, &bytes) && bytes > 0 ? total : received);
}

/* A file that came whole, or in part, is there; one that did not was still offered. */
static stage_set proved(struct dbreader *r, size_t received)
{
	int64_t bytes = 0;

	return sqlitemem_i64(r->rows, received, &bytes) && bytes > 0
		       ? STAGE_BIT(STAGE_S0) | STAGE_BIT(STAGE_S1)
		       : STAGE_BIT(STAGE_S0);
}

static void put_state(struct dbreader *r, struct event *ev, size_t column)
{
	dbput_word(r, ev, DBWORD_STATE, r->rows, column, states, DBCOUNT(states));
}

static struct slice first_text(struct dbreader *r, struct event *ev, size_t one, size_t other)
{
	struct slice s = dbkeep(ev, sqlitemem_text(r->rows, one));

	return s.n ? s : dbkeep(ev, sqlitemem_text(r->rows, other));
}

static bool download_row(struct dbreader *r, struct event *ev)
{
	struct slice path = first_text(r, ev, D_TARGET, D_CURRENT);
	struct slice referrer = first_text(r, ev, D_REFERRER, D_TAB_REFERRER), url;
	int64_t danger = 0, opened;

	dbput_browser(r, ev, FAMILY);
	url = put_chain(r, ev);
	if (!url.n)
		url = dbkeep(ev, sqlitemem_text(r->rows, D_SITE));
	dbput_slice(r, ev, DBWORD_URL, url);
	dbput_slice(r, ev, DBWORD_REFERRER, referrer);
	dbput_text(r, ev, DBWORD_TAB_URL, r->rows, D_TAB);
	dbput_slice(r, ev, DBWORD_PATH, path);
	put_size(r, ev, D_TOTAL, D_RECEIVED);
	put_state(r, ev, D_STATE);
	dbput_text(r, ev, DBWORD_MIME, r->rows, D_MIME);
	if (sqlitemem_i64(r->rows, D_DANGER, &danger) && danger)
		dbput_word(r, ev, DBWORD_DANGER, r->rows, D_DANGER, dangers, DBCOUNT(dangers));
	dbput_time(r, ev, DBWORD_ENDED, webkit(r->rows, D_END));
	if (sqlitemem_i64(r->rows, D_OPENED, &opened))
		event_add(ev, r->words[DBWORD_OPENED].name, r->words[DBWORD_OPENED].id,
			  (struct value){ .type = VALUE_BOOL, .u = opened != 0 });
	dbput_text(r, ev, DBWORD_EXTENSION, r->rows, D_EXTENSION);
	ev->kind = "browser_download";
	ev->time_kind = "start";
	ev->time = webkit(r->rows, D_START);
	ev->proves = proved(r, D_RECEIVED);
	return true;
}

const struct dbkind dbkind_chromium_downloads = {
	.table = "downloads",
	.column = "target_path",
	.columns = downloads,
	.n = DBCOUNT(downloads),
	.lookups = { { "downloads_url_chains", "id", chain, DBCOUNT(chain) } },
	.row = download_row,
};

/* ---- downloads of 2011 ---- */

enum { O_PATH, O_URL, O_START, O_RECEIVED, O_TOTAL, O_STATE };
static const char *const old_downloads[] = { "full_path",      "url",	      "start_time",
					     "received_bytes", "total_bytes", "state" };

static bool old_download_row(struct dbreader *r, struct event *ev)
{
	struct slice path = dbkeep(ev, sqlitemem_text(r->rows, O_PATH));
	struct slice url = dbkeep(ev, sqlitemem_text(r->rows, O_URL));
	int64_t start = 0;

	dbput_browser(r, ev, FAMILY);
	dbput_slice(r, ev, DBWORD_URL, url);
	dbput_slice(r, ev, DBWORD_PATH, path);
	put_size(r, ev, O_TOTAL, O_RECEIVED);
	put_state(r, ev, O_STATE);
	ev->kind = "browser_download";
	ev->time_kind = "start";
	ev->time = epoch_seconds(sqlitemem_i64(r->rows, O_START, &start) ? start : 0);
	ev->proves = proved(r, O_RECEIVED);
	return true;
}

const struct dbkind dbkind_chromium_downloads_old = {
	.table = "downloads",
	.column = "full_path",
	.unless = "target_path",
	.columns = old_downloads,
	.n = DBCOUNT(old_downloads),
	.row = old_download_row,
};

/* ---- visits ---- */

enum { V_URL, V_TIME, V_TRANSITION };
static const char *const visits[] = { "url", "visit_time", "transition" };
static const char *const urls[] = { "url", "title" };
/* ui/base/page_transition_types.h, the core types. */
static const char *const transitions[] = { "link",
					   "typed",
					   "auto_bookmark",
					   "auto_subframe",
					   "manual_subframe",
					   "generated",
					   "auto_toplevel",
					   "form_submit",
					   "reload",
					   "keyword",
					   "keyword_generated" };

static bool visit_row(struct dbreader *r, struct event *ev)
{
	bool named = dbfind(r, 0, V_URL);
	int64_t how;

	dbput_browser(r, ev, FAMILY);
	if (named) {
		dbput_text(r, ev, DBWORD_URL, r->more[0], 0);
		dbput_text(r, ev, DBWORD_TITLE, r->more[0], 1);
	}
	if (sqlitemem_i64(r->rows, V_TRANSITION, &how)) {
		how &= 0xff;
		if (how < (int64_t)DBCOUNT(transitions))
			dbput_slice(r, ev, DBWORD_TRANSITION, slice_str(transitions[how]));
	}
	ev->kind = "browser_visit";
	ev->time_kind = "visit";
	ev->time = webkit(r->rows, V_TIME);
	ev->proves = STAGE_BIT(STAGE_S0);
	return true;
}

const struct dbkind dbkind_chromium_visits = {
	.table = "visits",
	.column = "visit_time",
	.columns = visits,
	.n = DBCOUNT(visits),
	.lookups = { { "urls", "id", urls, DBCOUNT(urls) } },
	.row = visit_row,
};
