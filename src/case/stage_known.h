/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * What is looked for on every host: the origin (or the tied origins) of a case, and what the hosts together teach
 * of it: its files' contents and places, whom it calls, what other versions of the product do as well.
 *
 *   stage_known_init; stage_wanted_add ...           // the origins
 *   stage_learn(k, g, host)                          // each host's graph once
 *   stage_known_finish                               // then stage_facts.h
 *
 * Identity (DESIGN, "release"): a content's hash where a record gives one; else product, version, system and
 * company together. A version alone names nothing: what has the number and another content is not it.
 * Owner: the struct; everything is copied. One thread.
 */
#include "base/map.h"
#include "graph/trace.h"

#define STAGE_WANTED 8u

struct stage_wanted {
	enum origin_kind kind;
	struct slice line; /* for people */
	struct slice product, version, os, company, ecosystem;
	struct slice path, url, downloaded; /* n 0: not known */
};

struct stage_known {
	struct arena arena;
	struct stage_wanted wanted[STAGE_WANTED];
	size_t n;
	struct map alerting; /* folded names of hosts whose alerts lead to it */
	struct map alerts;   /* records of alerts that lead to it (stage_place_key) */
	struct map hashes;   /* of its files */
	struct map seeds;    /* "kind of hash, name of file" of those that were given: another content is another */
	struct map other_hashes; /* of other versions' */
	struct map other_versions; /* of the product, as the case's records name them */
	struct map places;	 /* of its files, and of other versions' (path_place) */
	struct map own_places;	 /* of its files alone */
	struct map folders;	 /* that hold these */
	struct map urls;	 /* that it was fetched from */
	struct map other_urls;	 /* that another version was fetched from as well */
	struct map called;	 /* by it: value 1, on an alerting host 3 */
	struct map other_called; /* bits of enum stage_caller */
	struct map callers;	 /* hosts on which it called */
	struct map alert_callers; /* those of them whose alerts lead to it */
	uint64_t calling, alert_calling; /* hosts on which a contact of it is recorded at all; of them with alerts */
	struct map doubtful;	 /* hosts on which the product called before the record of its coming: of whatever version */
	/* Contacts of machines, of which no record tells the program (a sensor on the network, a proxy): hosts that have it
	 * and called behind its coming, those of them with alerts, hosts that called without it or before. */
	struct map machine_callers, machine_alert_callers, machine_others;
	struct map machine_waited; /* those of callers that called it first when it had been there for hours */
	struct map machine_again; /* those of callers that called it again and again: what is fetched once is not that */
	uint64_t machine_having; /* hosts that have it and of which such contacts are recorded behind that */
	uint64_t machine_without; /* hosts of which they are recorded without it, or before */
	struct map accused;	 /* called by it where an alert stands on the contact */
	struct map destinations; /* after finish: whom it calls and nobody else does (enum stage_destination) */
	struct map other_deeds;	 /* of other versions (stage_deeds.h) */
	struct map newer;	 /* versions of the product that are newer, and call somebody */
	struct map newer_calls;	 /* "number in newer|name" -> hosts */
	uint64_t older_contacts; /* of versions that are not newer */
	uint64_t other_contacts; /* of other versions: is there anything to compare with? */
	int64_t first_ns; /* of it, on any host; INT64_MAX: no time is known */
	bool finished;
};

enum stage_caller {
	CALLER_ELSEWHERE = 1, /* programs where it is not, or was not yet */
	CALLER_OLDER = 2,     /* another version of the product */
	CALLER_NEWER = 4,     /* one that came later, and may have kept what it brought */
};

enum stage_destination {
	DESTINATION_ALONE = 1,	 /* no other version calls it, and no program elsewhere */
	DESTINATION_APART = 2,	 /* told without another version to compare */
	DESTINATION_MACHINES = 3, /* told by machines alone: no record names a program */
};

void stage_known_init(struct stage_known *k);
void stage_known_done(struct stage_known *k);
/* False when there are STAGE_WANTED already. Texts are copied. */
bool stage_wanted_add(struct stage_known *k, const struct stage_wanted *w);
/* A content of the origin: its hash (hex) and the name of its file (n 0: any). */
void stage_wanted_hash(struct stage_known *k, struct slice hash, struct slice file);
/* What records of the whole case say of a release's file. Of another version of the product it is not the origin's,
 * whatever a trace has put beside it. All of them twice: first which versions there are, then what is beside them. */
void stage_wanted_content(struct stage_known *k, struct slice product, struct slice version, struct slice company,
			  const char *os, struct slice hash);
/* The place of a record as a key of a map. */
struct stage_place_key {
	uint64_t source, record, offset;
};
/* An alert that leads to it. */
void stage_wanted_alert(struct stage_known *k, const struct stage_place_key *at);
void stage_wanted_host(struct stage_known *k, struct slice host);
/* An address that it, or (other) another version of it too, was fetched from. */
void stage_wanted_url(struct stage_known *k, struct slice url, bool other);
/* alerts: which records of the host an alert stands on (stage_place_key), wherever it leads; may be NULL. */
void stage_learn(struct stage_known *k, struct graph *g, struct slice host, const struct map *alerts);
void stage_known_finish(struct stage_known *k);
/* After finish: does this newer version (index in k->newer) keep what the origin brought? On several hosts it calls
 * whom no version before the origin calls, and whom the product as such does not call: an alert stands on such
 * contacts, or not all that have the origin make them. *ret_name: whom. */
bool stage_keeps(const struct stage_known *k, uint32_t version, struct slice *ret_name);
bool stage_in_alerts(const struct map *alerts, const struct graph *g, const struct graph_edge *e);
/* Does an alert that leads to it stand on this record? */
bool stage_is_alerted(const struct stage_known *k, const struct graph *g, const struct graph_edge *e);
/* Whether destinations are known; else why not, in *ret_why. */
bool stage_known_calls(const struct stage_known *k, const char **ret_why);
/* The one system that it is for, as a release or a package manager's package of a system; NULL: several, or not known.
 * told: what hosts that have it run, where the origin itself does not say; NULL: not known. */
const char *stage_known_os(const struct stage_known *k, const char *told);
/* Why nothing of the origin can lie on a host; NULL when something can. */
const char *stage_known_nothing(const struct stage_known *k);

/* ---- for the files of this part ---- */

/* The key of newer_calls. */
struct slice stage_newer_key(uint32_t version, struct slice name, struct arena *arena);
/* A file of the product lies there; own: of the origin itself. */
void stage_learn_place(struct stage_known *k, struct slice path, bool own);

/* Product and version as a record names them, against the origin. */
enum stage_kin { KIN_NONE, KIN_OWN, KIN_OTHER };
enum stage_kin stage_kin_of(const struct stage_known *k, struct slice product, struct slice version, struct slice company,
			    const char *os);
/* Is it for this system? NULL: not told, which is no difference. */
bool stage_for_system(const struct stage_known *k, const char *os);
bool stage_same_version(struct slice a, struct slice b);
/* Is this version newer than all that are wanted? */
bool stage_is_newer(const struct stage_known *k, struct slice version);
/* What a set of attributes says of a content: KIN_OWN, KIN_OTHER by its hash, KIN_NONE when no hash settles it.
 * *ret_conflict: the hash is another than that of the origin's file of this name. */
enum stage_kin stage_kin_by_hash(const struct stage_known *k, const struct graph *g, const struct graph_edge *e,
				 struct slice path, bool *ret_conflict);
/* Is the host's system the one that the origin is for? os: of a path; NULL: not told. */
const char *stage_os_of(struct slice path);
/* Of a whole machine, by the paths of its programs: a Mac's are mostly what a Linux machine's are called too. */
const char *stage_os_of_graph(const struct graph *g);
/* Whose address it is: the origin's, another version's, or nobody's alone. */
enum stage_kin stage_url_kin(const struct stage_known *k, struct slice url);
/* The same of the address that a program of the product was started with: it may bear the version itself. */
enum stage_kin stage_ask_kin(const struct stage_known *k, struct slice url);
/* Whom a command line names that a program was started with: the host of its address, as stage_destinations has it. */
size_t stage_asked(const struct graph *g, const struct graph_edge *e, struct arena *arena, struct slice ret[2]);
/* The names under which an edge's far end is known: up to 2 (name and address), folded, in the arena. Loopback,
 * link-local and private addresses without a name are none. */
size_t stage_destinations(const struct graph *g, const struct graph_edge *e, struct arena *arena, struct slice ret[2]);
bool stage_is_contact(const struct graph_edge *e);
