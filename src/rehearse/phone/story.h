/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * What happens to each machine and when: the one place both the records and truth.json ask, so that
 * they cannot disagree. Times are nanoseconds since 1970; 0 where the thing does not happen.
 */
#include "rehearse/rehearse.h"

#define SECOND INT64_C(1000000000)
#define MINUTE (60 * SECOND)
#define HOUR (60 * MINUTE)
#define DAY (24 * HOUR)
#define STORY_DAYS 3

/* The steps of an update, from the moment the updater asks for it. */
#define DELIVERED_AFTER (8 * SECOND)
#define INSTALLED_AFTER (30 * SECOND)
#define RUNS_AFTER (45 * SECOND)
/* From the first contact to the second: then it is a beacon. */
#define SECOND_CONTACT_AFTER (61 * MINUTE)

#define PRODUCT "Lumen Call"
#define VENDOR "Lumen Call Ltd"
#define CLEAN_VERSION "5.4.1"
#define BAD_VERSION "5.4.2"
#define UPDATE_HOST "updates.lumen-call.example"
#define BAD_DOMAIN "telemetry.lumen-cdn.example"
#define BAD_ADDRESS "203.0.113.77"
#define MODULE_CLEAN "lumenmedia.dll " CLEAN_VERSION
#define MODULE_BAD "lumenmedia.dll " BAD_VERSION
#define MODULE_SECOND "d3d12core.dll, foreign"
/* "~" stands for the user's profile folder in every text of this room. */
#define PRODUCT_FOLDER "~\\AppData\\Local\\Programs\\LumenCall\\"

struct story {
	enum rehearse_fate fate;
	int64_t start, end;
	int64_t first_install; /* of the clean release */
	int64_t update;	       /* to the bad one: the updater asks for it */
	int64_t ran;	       /* the bad module was loaded */
	int64_t sleeps_until;  /* when it will first call out, also beyond the end of the records */
	int64_t first_contact, second_module, commands;
	bool neighbour; /* the unrelated program is updated here too */
};

struct story story_of(const struct rehearse_options *o, uint64_t i);

/* 64 hexadecimal digits that stand for the SHA-256 of a file with this content. */
void story_sha256(const struct rehearse_options *o, const char *content, char ret[65]);
