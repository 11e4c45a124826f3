/* SPDX-License-Identifier: Apache-2.0 */
/* Safari's Downloads.plist, and History.plist of the years before History.db: there the last visit
 * of each address, whose time is a text of seconds since 2001 and whose own key is empty. */
#include "input/plist/bookmark.h"
#include "input/plist/kind.h"

static void put_browser(struct plist_reader *r, struct event *ev)
{
	plist_put(r, ev, PLIST_WORD_BROWSER, slice_str("safari"));
	plist_put(r, ev, PLIST_WORD_USER, r->profile.user);
}

static bool list_of(struct plist *p, const struct plist_value *root, const char *key,
		    struct plist_value *ret)
{
	*ret = plist_find(p, root, key);
	return ret->type == PLIST_ARRAY;
}

/* ---- history ---- */

static bool history_fits(struct plist *p, const struct plist_value *root, struct plist_value *ret)
{
	return list_of(p, root, "WebHistoryDates", ret);
}

static bool history_entry(struct plist_reader *r, const struct plist_value *v, struct event *ev)
{
	struct plist *p = &r->plist;
	struct plist_value last = plist_find(p, v, "lastVisitedDate"),
			   count = plist_find(p, v, "visitCount");
	struct plist_value chain = plist_find(p, v, "redirectURLs");

	put_browser(r, ev);
	plist_put(r, ev, PLIST_WORD_URL, plist_text_of(p, v, "", &ev->arena));
	plist_put(r, ev, PLIST_WORD_TITLE, plist_text_of(p, v, "title", &ev->arena));
	if (count.type == PLIST_INT)
		plist_put_value(r, ev, PLIST_WORD_VISITS,
				(struct value){ .type = VALUE_INT, .i = count.i });
	plist_put_list(r, ev, PLIST_WORD_CHAIN, &chain);
	ev->kind = "browser_visit";
	ev->time_kind = "visit";
	ev->time = plist_when(&last);
	ev->proves = STAGE_BIT(STAGE_S0);
	return true;
}

const struct plist_kind plist_safari_history = { .fits = history_fits, .entry = history_entry };

/* ---- downloads ---- */

static bool downloads_fit(struct plist *p, const struct plist_value *root, struct plist_value *ret)
{
	return list_of(p, root, "DownloadHistory", ret);
}

static struct slice path_of(struct plist *p, const struct plist_value *v, struct event *ev)
{
	struct plist_value blob = plist_find(p, v, "DownloadEntryBookmarkBlob");
	struct slice path = plist_text_of(p, v, "DownloadEntryPath", &ev->arena);
	struct bookmark b;

	if (path.n || blob.type != PLIST_DATA || !bookmark_read(&b, blob.s, &ev->arena))
		return path;
	return b.path;
}

static bool download_entry(struct plist_reader *r, const struct plist_value *v, struct event *ev)
{
	struct plist *p = &r->plist;
	struct slice url = plist_text_of(p, v, "DownloadEntryURL", &ev->arena),
		     path = path_of(p, v, ev);
	struct plist_value total = plist_find(p, v, "DownloadEntryProgressTotalToLoad");
	struct plist_value got = plist_find(p, v, "DownloadEntryProgressBytesSoFar");
	struct plist_value begun = plist_find(p, v, "DownloadEntryDateAddedKey");
	struct plist_value ended = plist_find(p, v, "DownloadEntryDateFinishedKey");
	int64_t bytes = got.type == PLIST_INT ? got.i : 0,
		all = total.type == PLIST_INT ? total.i : 0;

	put_browser(r, ev);
	plist_put(r, ev, PLIST_WORD_URL, url);
	plist_put(r, ev, PLIST_WORD_PATH, path);
	if (all > 0 || bytes > 0)
		plist_put_value(r, ev, PLIST_WORD_SIZE,
				(struct value){ .type = VALUE_INT, .i = all > 0 ? all : bytes });
	plist_put(r, ev, PLIST_WORD_STATE,
		  slice_str(all > 0 && bytes >= all ? "complete"
			    : bytes > 0		    ? "interrupted"
						    : ""));
	plist_put_time(r, ev, PLIST_WORD_ENDED, &ended);
	plist_put(r, ev, PLIST_WORD_ID, plist_text_of(p, v, "DownloadEntryIdentifier", &ev->arena));
	ev->kind = "browser_download";
	ev->time_kind = "start";
	ev->time = plist_when(&begun);
	ev->proves = STAGE_BIT(STAGE_S0);
	if (bytes > 0)
		ev->proves |= STAGE_BIT(STAGE_S1);
	return true;
}

const struct plist_kind plist_safari_downloads = { .fits = downloads_fit, .entry = download_entry };
