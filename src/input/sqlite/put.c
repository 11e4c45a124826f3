/* SPDX-License-Identifier: Apache-2.0 */
#include "input/sqlite/kind.h"

/* Rows' texts live until the next row, events a little longer. */
struct slice dbkeep(struct event *ev, struct slice s)
{
	if (!s.n)
		return slice_of(NULL, 0);
	return utf8_valid(s) ? arena_keep(&ev->arena, s) : utf8_repair(&ev->arena, s);
}

void dbput_slice(struct dbreader *r, struct event *ev, enum dbword w, struct slice s)
{
	if (s.n)
		event_add(ev, r->words[w].name, r->words[w].id, value_text_of(s));
}

void dbput_text(struct dbreader *r, struct event *ev, enum dbword w, struct sqlitemem_rows *rows,
		size_t column)
{
	dbput_slice(r, ev, w, dbkeep(ev, sqlitemem_text(rows, column)));
}

void dbput_number(struct dbreader *r, struct event *ev, enum dbword w, struct sqlitemem_rows *rows,
		  size_t column)
{
	int64_t n;

	if (sqlitemem_i64(rows, column, &n))
		event_add(ev, r->words[w].name, r->words[w].id,
			  (struct value){ .type = VALUE_INT, .i = n });
}

void dbput_word(struct dbreader *r, struct event *ev, enum dbword w, struct sqlitemem_rows *rows,
		size_t column, const char *const *list, size_t n)
{
	int64_t i;

	if (sqlitemem_i64(rows, column, &i) && i >= 0 && i < (int64_t)n && list[i])
		dbput_slice(r, ev, w, slice_str(list[i]));
	else
		dbput_number(r, ev, w, rows, column);
}

void dbput_time(struct dbreader *r, struct event *ev, enum dbword w, struct when t)
{
	struct value v = epoch_value(t);

	if (v.type != VALUE_NULL)
		event_add(ev, r->words[w].name, r->words[w].id, v);
}

bool dbfind(struct dbreader *r, size_t lookup, size_t key_column)
{
	int64_t key;

	if (!r->more[lookup] || !sqlitemem_i64(r->rows, key_column, &key))
		return false;
	sqlitemem_find(r->more[lookup], key);
	return sqlitemem_next(r->more[lookup]);
}

void dbput_browser(struct dbreader *r, struct event *ev, const char *family)
{
	dbput_slice(r, ev, DBWORD_BROWSER,
		    r->profile.browser.n ? r->profile.browser : slice_str(family));
	dbput_slice(r, ev, DBWORD_PROFILE, dbkeep(ev, r->profile.profile));
	dbput_slice(r, ev, DBWORD_USER, dbkeep(ev, r->profile.user));
}

/* RFC 8089; file:///C:/x has its path behind one '/' too many. */
struct slice dbpath_of_url(struct event *ev, struct slice url)
{
	static const struct slice scheme = SLICE("file://"), local = SLICE("localhost");
	struct slice s = slice_starts(url, scheme) ? slice_from(url, scheme.n) : slice_of(NULL, 0);
	bool drive;
	uint8_t *out;
	size_t n = 0;

	if (!s.n)
		return url;
	s = slice_starts(s, local) ? slice_from(s, local.n) : s;
	drive = s.n > 2 && s.p[0] == '/' && s.p[2] == ':';
	s = drive ? slice_from(s, 1) : s;
	out = arena_alloc(&ev->arena, s.n + 1);
	for (size_t i = 0; out && i < s.n; i++) {
		uint8_t c = s.p[i];

		if (slice_percent(s, i, &c))
			i += 2;
		out[n++] = drive && c == '/' ? '\\' : c;
	}
	return out ? dbkeep(ev, slice_of(out, n)) : url;
}
