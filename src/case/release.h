/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Releases over all hosts: product + system + version + signer, with the contents (hashes) that records give its
 * files, and where and when it was seen. From what ran, what was loaded, what installers and package managers
 * say. And which release replaced which on a host: when, written by whom, fetched from where.
 *
 * One file name with two contents under one version is two releases under one number: said, since a
 * version string alone names nothing.
 * Programs of the operating system itself are left out. Owner: the struct; everything is copied.
 */
#include "base/map.h"
#include "graph/lookup.h"

#define RELEASE_CONTENTS 24u
#define LIMIT_RELEASES 200000u
/* A host of which no record tells the version may have had it before those that do: by a weekend. What was met longer
 * before a version was anywhere is another. */
#define RELEASE_EARLIER_NS (INT64_C(3) * 86400 * 1000000000)

struct release_place {
	uint32_t host; /* in releases.hosts */
	int64_t first_ns, last_ns;
	int64_t arrived_ns; /* where arrived */
	int64_t ran_ns;	    /* where ran: since when */
	bool ran;	    /* a record shows it at work there, and not only that it was there */
	bool arrived;	    /* its coming is in the records: an installation, the write of its program, an updater that
			     * was told its address, or that it follows another version */
	bool follows;	    /* only that it follows another version says that it came */
};

struct release_content {
	struct slice file, hash; /* last part of its path; the strongest hash known */
};

struct release {
	struct slice product, version, company;
	const char *os;
	struct release_content contents[RELEASE_CONTENTS];
	size_t content_count;
	struct release_place *places;
	size_t place_count, place_cap;
	bool two_contents, recorded; /* recorded: an installer or package manager says so */
};

/* from was followed by to on this host. */
struct release_update {
	uint32_t from, to, host; /* releases, hosts */
	int64_t ns;
	struct slice by, url, channel; /* what wrote it, the address it was told, what fetched that; n 0: not recorded */
};

struct releases {
	struct arena arena;
	struct map by_key, hosts;
	struct release *list;
	size_t n, cap;
	struct release_update *updates;
	size_t update_count, update_cap;
};

void releases_init(struct releases *r);
void releases_done(struct releases *r);
/* Learns from one host's graph. */
void releases_add(struct releases *r, const struct graph *g, struct slice host);
