/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Firefox: places.sqlite (toolkit/components/places/nsPlacesTables.h), where a download is an
 * annotation of the page that it is, and downloads.sqlite up to version 25. Times are microseconds
 * since 1970; endTime in an annotation's JSON is in milliseconds.
 */
#include "input/sqlite/kind.h"

#define FAMILY "firefox"

static struct when micro(struct sqlitemem_rows *rows, size_t column)
{
	int64_t us;

	return epoch_micro(sqlitemem_i64(rows, column, &us) ? us : 0);
}

static const char *const places[] = { "url", "title" };

/* ---- downloads ---- */

enum { A_PLACE, A_NAME, A_CONTENT, A_ADDED };
static const char *const annos[] = { "place_id", "anno_attribute_id", "content", "dateAdded" };
static const char *const names[] = { "name" };
enum { L_PLACES, L_NAMES, L_BESIDE };
/* toolkit/components/downloads/DownloadHistory: METADATA_STATE_*. */
static const char *const states[] = { NULL, "complete",		  "failed", "cancelled", "paused",
				      NULL, "blocked_by_parents", NULL,	    "dangerous" };

/* "name":123 in a JSON object of numbers. */
static bool json_number(struct slice s, const char *name, int64_t *ret)
{
	const uint8_t *hit = slice_search(s, slice_str(name));
	struct slice rest =
		hit ? slice_from(s, (size_t)(hit - s.p) + strlen(name)) : slice_of(NULL, 0);
	size_t n = 0;

	while (n < rest.n && n < 19 && rest.p[n] >= '0' && rest.p[n] <= '9')
		n++;
	return n && slice_to_i64(slice_head(rest, n), ret);
}

/* State, size and end of the same page's other annotation. */
static bool put_metadata(struct dbreader *r, struct event *ev)
{
	bool whole = false;

	for (bool more = dbfind(r, L_BESIDE, A_PLACE); more;
	     more = sqlitemem_next(r->more[L_BESIDE])) {
		struct slice s = sqlitemem_text(r->more[L_BESIDE], A_CONTENT);
		int64_t n;

		if (!s.n || s.p[0] != '{' || !json_number(s, "\"state\":", &n))
			continue;
		whole = n == 1;
		if (n >= 0 && n < (int64_t)DBCOUNT(states) && states[n])
			dbput_slice(r, ev, DBWORD_STATE, slice_str(states[n]));
		if (json_number(s, "\"fileSize\":", &n))
			event_add(ev, r->words[DBWORD_SIZE].name, r->words[DBWORD_SIZE].id,
				  (struct value){ .type = VALUE_INT, .i = n });
		if (json_number(s, "\"endTime\":", &n) && n < INT64_C(9000000000000))
			dbput_time(r, ev, DBWORD_ENDED, epoch_micro(n * 1000));
		break;
	}
	return whole;
}

static bool download_row(struct dbreader *r, struct event *ev)
{
	struct slice stored, path, url = { 0 };

	if (!dbfind(r, L_NAMES, A_NAME) ||
	    !slice_is(sqlitemem_text(r->more[L_NAMES], 0), "downloads/destinationFileURI"))
		return false;
	stored = dbkeep(ev, sqlitemem_text(r->rows, A_CONTENT));
	path = dbpath_of_url(ev, stored);
	dbput_browser(r, ev, FAMILY);
	if (dbfind(r, L_PLACES, A_PLACE))
		url = dbkeep(ev, sqlitemem_text(r->more[L_PLACES], 0));
	dbput_slice(r, ev, DBWORD_URL, url);
	dbput_slice(r, ev, DBWORD_PATH, path);
	ev->proves = STAGE_BIT(STAGE_S0);
	if (put_metadata(r, ev))
		ev->proves |= STAGE_BIT(STAGE_S1);
	ev->kind = "browser_download";
	ev->time_kind = "start";
	ev->time = micro(r->rows, A_ADDED);
	return true;
}

const struct dbkind dbkind_firefox_downloads = {
	.table = "moz_annos",
	.column = "dateAdded",
	.columns = annos,
	.n = DBCOUNT(annos),
	.lookups = { [L_PLACES] = { "moz_places", "id", places, DBCOUNT(places) },
		     [L_NAMES] = { "moz_anno_attributes", "id", names, DBCOUNT(names) },
		     [L_BESIDE] = { "moz_annos", "place_id", annos, DBCOUNT(annos) } },
	.row = download_row,
};

/* ---- downloads.sqlite ---- */

enum { O_SOURCE, O_TARGET, O_START, O_END, O_STATE, O_REFERRER, O_BYTES, O_MAX, O_MIME };
static const char *const old_downloads[] = { "source",	  "target",   "startTime",
					     "endTime",	  "state",    "referrer",
					     "currBytes", "maxBytes", "mimeType" };
/* nsIDownloadManager. */
static const char *const old_states[] = { "in_progress",	"complete", "failed",
					  "cancelled",		"paused",   "queued",
					  "blocked_by_parents", "scanning", "dangerous",
					  "blocked_by_policy" };

static bool old_download_row(struct dbreader *r, struct event *ev)
{
	struct slice url = dbkeep(ev, sqlitemem_text(r->rows, O_SOURCE));
	struct slice path = dbpath_of_url(ev, dbkeep(ev, sqlitemem_text(r->rows, O_TARGET)));
	struct slice referrer = dbkeep(ev, sqlitemem_text(r->rows, O_REFERRER));
	int64_t bytes = 0, max = 0;

	dbput_browser(r, ev, FAMILY);
	dbput_slice(r, ev, DBWORD_URL, url);
	dbput_slice(r, ev, DBWORD_REFERRER, referrer);
	dbput_slice(r, ev, DBWORD_PATH, path);
	sqlitemem_i64(r->rows, O_BYTES, &bytes);
	dbput_number(r, ev, DBWORD_SIZE, r->rows,
		     sqlitemem_i64(r->rows, O_MAX, &max) && max > 0 ? O_MAX : O_BYTES);
	dbput_word(r, ev, DBWORD_STATE, r->rows, O_STATE, old_states, DBCOUNT(old_states));
	dbput_text(r, ev, DBWORD_MIME, r->rows, O_MIME);
	dbput_time(r, ev, DBWORD_ENDED, micro(r->rows, O_END));
	ev->kind = "browser_download";
	ev->time_kind = "start";
	ev->time = micro(r->rows, O_START);
	ev->proves = STAGE_BIT(STAGE_S0);
	if (bytes > 0)
		ev->proves |= STAGE_BIT(STAGE_S1);
	return true;
}

const struct dbkind dbkind_firefox_downloads_old = {
	.table = "moz_downloads",
	.column = "target",
	.columns = old_downloads,
	.n = DBCOUNT(old_downloads),
	.row = old_download_row,
};

/* ---- visits ---- */

enum { V_PLACE, V_DATE, V_TYPE };
static const char *const visits[] = { "place_id", "visit_date", "visit_type" };
/* nsINavHistoryService. */
static const char *const types[] = { NULL,
				     "link",
				     "typed",
				     "bookmark",
				     "embed",
				     "redirect_permanent",
				     "redirect_temporary",
				     "download",
				     "framed_link",
				     "reload" };

static bool visit_row(struct dbreader *r, struct event *ev)
{
	bool named = dbfind(r, 0, V_PLACE);

	dbput_browser(r, ev, FAMILY);
	if (named) {
		dbput_text(r, ev, DBWORD_URL, r->more[0], 0);
		dbput_text(r, ev, DBWORD_TITLE, r->more[0], 1);
	}
	dbput_word(r, ev, DBWORD_TRANSITION, r->rows, V_TYPE, types, DBCOUNT(types));
	ev->kind = "browser_visit";
	ev->time_kind = "visit";
	ev->time = micro(r->rows, V_DATE);
	ev->proves = STAGE_BIT(STAGE_S0);
	return true;
}

const struct dbkind dbkind_firefox_visits = {
	.table = "moz_historyvisits",
	.column = "visit_date",
	.columns = visits,
	.n = DBCOUNT(visits),
	.lookups = { { "moz_places", "id", places, DBCOUNT(places) } },
	.row = visit_row,
};
