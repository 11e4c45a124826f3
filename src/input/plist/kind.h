/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Property lists by what they hold: a kind is a list of entries, or one, each of which is an event.
 * To add one: a struct plist_kind, its line in the list of plist.c, its words below, and for the
 * graph's names and the operation dialects/browsers.dialect. */
#include "input/browser/profile.h"
#include "input/epoch.h"
#include "input/plist/tree.h"
#include "input/put.h"

#define PLIST_WORDS(X)                \
	X(NAME, "name")               \
	X(VERSION, "version")         \
	X(PACKAGES, "packages")       \
	X(PROCESS, "process")         \
	X(CONTENT, "content")         \
	X(LOCATION, "location")       \
	X(LABEL, "label")             \
	X(PROGRAM, "program")         \
	X(ARGUMENTS, "arguments")     \
	X(COMMAND, "command")         \
	X(RUN_AT_LOAD, "run_at_load") \
	X(KEEP_ALIVE, "keep_alive")   \
	X(DISABLED, "disabled")       \
	X(INTERVAL, "start_interval") \
	X(WATCH, "watch_paths")       \
	X(ENVIRONMENT, "environment") \
	X(BROWSER, "browser")         \
	X(PROFILE, "profile")         \
	X(USER, "user")               \
	X(URL, "url")                 \
	X(TITLE, "title")             \
	X(VISITS, "visit_count")      \
	X(CHAIN, "chain")             \
	X(PATH, "path")               \
	X(SIZE, "size")               \
	X(STATE, "state")             \
	X(ENDED, "ended")             \
	X(BUNDLE, "bundle")           \
	X(TYPE, "type")               \
	X(DEVELOPER, "developer")     \
	X(TEAM, "team")               \
	X(ENABLED, "enabled")         \
	X(ID, "id")

enum plist_word {
#define X(id, text) PLIST_WORD_##id,
	PLIST_WORDS(X)
#undef X
		PLIST_WORD_COUNT
};

struct plist_reader {
	struct plist plist;
	struct plist_value list; /* of the kind's entries; the root where there is one */
	struct put_name words[PLIST_WORD_COUNT];
	struct browser_profile profile;
};

struct plist_kind {
	/* Whether the root is of this kind; sets *ret_list. */
	bool (*fits)(struct plist *p, const struct plist_value *root, struct plist_value *ret_list);
	bool single; /* the list is not gone through: one entry */
	/* False: no event for this entry. */
	bool (*entry)(struct plist_reader *r, const struct plist_value *v, struct event *ev);
};

/* Nothing where s is empty; s must live as long as the event. */
void plist_put(struct plist_reader *r, struct event *ev, enum plist_word w, struct slice s);
void plist_put_value(struct plist_reader *r, struct event *ev, enum plist_word w, struct value v);
void plist_put_time(struct plist_reader *r, struct event *ev, enum plist_word w,
		    const struct plist_value *date);
/* The texts of an array (at most 4,096) as a list; gives them too. */
struct value plist_put_list(struct plist_reader *r, struct event *ev, enum plist_word w,
			    const struct plist_value *array);
/* A date, or a number or text of seconds since 2001. */
struct when plist_when(const struct plist_value *v);

extern const struct plist_kind plist_install_history, plist_receipt, plist_launchd;
extern const struct plist_kind plist_safari_history, plist_safari_downloads, plist_btm;
