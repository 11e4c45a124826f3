/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Databases by what they hold: a kind is a table whose rows are events, with the tables in which a
 * row's other halves are looked up. To add one: a struct dbkind, its line in the list of sqlite.c,
 * its words below. A database may be of several kinds (visits and downloads); each is gone through
 * in turn.
 */
#include "input/browser/profile.h"
#include "input/epoch.h"
#include "input/packagelog/change.h"
#include "input/put.h"
#include "sqlitemem/sqlitemem.h"

#define DBKIND_LOOKUPS 5u

/* Names of fields. What the graph calls them, and the operation, says dialects/browsers.dialect. */
#define DBWORDS(X)                      \
	X(BROWSER, "browser")           \
	X(PROFILE, "profile")           \
	X(USER, "user")                 \
	X(URL, "url")                   \
	X(REFERRER, "referrer")         \
	X(PATH, "path")                 \
	X(SIZE, "size")                 \
	X(STATE, "state")               \
	X(MIME, "mime")                 \
	X(TITLE, "title")               \
	X(TRANSITION, "transition")     \
	X(CHAIN, "chain")               \
	X(TAB_URL, "tab_url")           \
	X(DANGER, "danger")             \
	X(ENDED, "ended")               \
	X(OPENED, "opened")             \
	X(EXTENSION, "extension")       \
	X(AGENT, "agent")               \
	X(ORIGIN, "origin")             \
	X(ORIGIN_TITLE, "origin_title") \
	X(BUNDLE, "bundle")             \
	X(SENDER, "sender")             \
	X(ID, "id")                     \
	X(TYPE, "type")                 \
	X(SERVICE, "service")           \
	X(CLIENT, "client")             \
	X(CLIENT_TYPE, "client_type")   \
	X(ALLOWED, "allowed")           \
	X(AUTH_VALUE, "auth_value")     \
	X(AUTH_REASON, "auth_reason")   \
	X(TARGET, "target")

enum dbword {
#define X(id, text) DBWORD_##id,
	DBWORDS(X)
#undef X
		DBWORD_COUNT
};

struct dblookup {
	const char *table, *key;
	const char *const *columns;
	size_t n;
};

struct dbreader;

struct dbkind {
	const char *table, *column; /* that must be there */
	const char *unless;	    /* a column that must not: an older kind of the same name */
	const char *const *columns; /* of the table, by the kind's own numbers */
	size_t n;
	struct dblookup lookups[DBKIND_LOOKUPS]; /* up to the first without a table */
	/* The row under r->rows as an event: fields, kind, time, what it proves. False: it is none.
	 */
	bool (*row)(struct dbreader *r, struct event *ev);
};

struct dbreader {
	struct sqlitemem *db;
	struct sqlitemem_rows *rows;		     /* of the kind's table */
	struct sqlitemem_rows *more[DBKIND_LOOKUPS]; /* NULL where the table is not there */
	struct put_name words[DBWORD_COUNT];
	struct browser_profile profile;
	struct change_names changes;
};

#define DBCOUNT(list) (sizeof(list) / sizeof(*(list)))

/* The row's text, number or none under this name. */
void dbput_text(struct dbreader *r, struct event *ev, enum dbword w, struct sqlitemem_rows *rows,
		size_t column);
void dbput_number(struct dbreader *r, struct event *ev, enum dbword w, struct sqlitemem_rows *rows,
		  size_t column);
/* A word of a list by its number, else the number. */
void dbput_word(struct dbreader *r, struct event *ev, enum dbword w, struct sqlitemem_rows *rows,
		size_t column, const char *const *list, size_t n);
void dbput_time(struct dbreader *r, struct event *ev, enum dbword w, struct when t);
void dbput_slice(struct dbreader *r, struct event *ev, enum dbword w, struct slice s);
/* Text as valid UTF-8 that lives as long as the event. */
struct slice dbkeep(struct event *ev, struct slice s);
/* The row of a lookup whose key is in a column of the kind's table: false where there is none. */
bool dbfind(struct dbreader *r, size_t lookup, size_t key_column);

/* Browser ("family" where the path does not say), profile and user. */
void dbput_browser(struct dbreader *r, struct event *ev, const char *family);
/* What is on disk of a file: URL: percent signs undone, C:/x as C:\x. Other texts as they are. */
struct slice dbpath_of_url(struct event *ev, struct slice url);

extern const struct dbkind dbkind_chromium_downloads, dbkind_chromium_downloads_old,
	dbkind_chromium_visits;
extern const struct dbkind dbkind_firefox_downloads, dbkind_firefox_downloads_old,
	dbkind_firefox_visits;
extern const struct dbkind dbkind_safari_visits;
extern const struct dbkind dbkind_quarantine, dbkind_tcc, dbkind_tcc_old;
extern const struct dbkind dbkind_dnf, dbkind_dnf5;
