/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* What an entry of the cache becomes, for the hive and for a file that is the value. */
#include "input/hive/hive.h"
#include "input/hive/shim.h"

struct shim_place {
	uint32_t position; /* from 0, in the cache's order */
	bool in_hive;
	uint32_t set;	  /* of a hive: the control set's number */
	bool full;	  /* the cache has as many entries as it can: older ones are gone */
	uint64_t written; /* when the cache was, FILETIME; 0 not known */
};

/* Fields, time and meaning; kind, pointer and host are the caller's. */
void shimcache_put(const struct put_name *words, const struct shim_entry *e, const struct shim_place *at,
		   struct event *ev);
