/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* A change that a package manager made, as its log tells it; slices borrow from the log. */
#include "input/put.h"

enum change_word {
	CHANGE_ACTION,
	CHANGE_NAME,
	CHANGE_VERSION,
	CHANGE_OLD_VERSION,
	CHANGE_COMMAND,
	CHANGE_ARCHITECTURE,
	CHANGE_MANAGER,
	CHANGE_ECOSYSTEM,
	CHANGE_USER,
	CHANGE_REPOSITORY,
	CHANGE_ERROR,
	CHANGE_WORD_COUNT
};

struct change_names {
	struct put_name list[CHANGE_WORD_COUNT];
};

struct change {
	struct when time;
	bool year_assumed;
	struct slice action, name, version, old_version, command, architecture, user, repository,
		error;
	const char *manager, *ecosystem; /* purl's type */
};

void change_names_init(struct change_names *n, const struct names *names);
/* Fields and time. */
void change_put(const struct change_names *n, const struct change *c, struct event *ev);
/* The time at the start of "Nov 03 08:12:02 ...": in the latest year in which it is not younger
 * than the file (a day allowed); unset where `modified` is 0. *ret_is says whether there is one at
 * all. */
struct when change_time_without_year(struct slice line, int64_t modified, bool *ret_is);
