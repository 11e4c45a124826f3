/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * The stage ladder of one machine's life (DESIGN, section 5): from facts to answers. Facts are what records show
 * of an origin on a host (stage_facts.h), and which kinds of record exist there and how complete they are.
 * Nothing here reads anything: same facts, same ladder.
 *
 *   - A record proves; silence proves nothing. "No" is said only of a stage that a complete source, without a
 *     hole over the whole window, would have shown, or whose condition is excluded so (not run: not called out).
 *   - What is proved of a later stage holds for the earlier ones that it needs.
 *   - proved <= possible; more sightings never lower proved, less coverage never narrows possible. (Dormant is a
 *     state of what ran and not a step further: an older run may end it.)
 *
 * Owner: texts of facts belong to the caller and must outlive the ladder; the ladder's own are in the arena given.
 * Times: ns since 1970.
 */
#include "base/arena.h"
#include "event/event.h"
#include "event/stage.h"
#include "graph/tell.h"

enum stage_answer { STAGE_UNKNOWN, STAGE_YES, STAGE_NO, STAGE_NOT_APPLICABLE, STAGE_ANSWERS };
const char *stage_answer_text(enum stage_answer a);

/*  id, its word in JSON, for people */
#define STAGE_RECORDS(X)                                                                           \
	X(REQUESTS, "requests", "requests that a proxy or server logged")                          \
	X(FILES, "file_inventory", "an inventory of files with hashes, or a whole MFT")            \
	X(PACKAGES, "software_inventory", "an inventory of installed software, or whole hives")    \
	X(RUNS, "process_starts", "process starts without filter or gap")                          \
	X(LOADS, "module_loads", "module loads without filter or gap")                             \
	X(CONTACTS, "contacts", "DNS queries or connections by process, without filter or gap")    \
	X(READS, "reads", "audited reads of files and processes")                                  \
	X(CHANGES, "file_changes", "files written, by process")

enum stage_record {
#define X(id, word, text) RECORDS_##id,
	STAGE_RECORDS(X)
#undef X
	RECORDS_COUNT
};
const char *stage_record_word(enum stage_record r);
const char *stage_record_text(enum stage_record r);

struct stage_span {
	int64_t from_ns, to_ns;
};

/* One source of records of one kind on the host. */
struct stage_source {
	enum stage_record record;
	struct slice name;
	int64_t first_ns, last_ns;
	enum completeness completeness;
	const struct stage_span *holes;
	size_t hole_count;
	bool names_only; /* files by path, without content: shows nothing of an origin whose places are not known */
};

/* A record that shows a stage. text: what it shows, in the words of DESIGN section 5. */
struct stage_sighting {
	int64_t ns;
	bool timed;
	struct told_pointer at;
	struct slice text;
};

#define STAGE_SHOWN 4u

/* Sightings of one stage: the earliest (kept in the order of time, those without time last), and how many. */
struct stage_proof {
	struct stage_sighting shown[STAGE_SHOWN];
	size_t n;
	uint64_t count, timed;
	int64_t first_ns, last_ns; /* of those with a time; where timed is not 0 */
};
void stage_prove(struct stage_proof *p, const struct stage_sighting *s);
/* The same of `count` alike, the last at last_ns. */
void stage_prove_span(struct stage_proof *p, const struct stage_sighting *s, int64_t last_ns, uint64_t count);

#define STAGE_USERS 8u

struct stage_facts {
	struct slice host;
	unsigned epoch; /* from 1 */
	const char *os; /* windows, macos, linux; NULL: not told */
	int64_t from_ns, to_ns; /* first and last record of this life; from > to: none has a time */
	struct stage_proof proofs[STAGE_COUNT];
	struct stage_proof lies;    /* files at its files' places of which nothing tells the version */
	struct stage_proof unclear; /* starts of the product of which nothing tells the version */
	struct stage_proof blocked; /* a product stopped a file of it */
	struct stage_proof removed; /* uninstalled, or replaced by another version */
	struct stage_proof timer;   /* a moment that it wrote down; shown[0].text says it */
	int64_t timer_ns;
	uint64_t windows_starts, unix_starts; /* process starts, by how their programs' paths are spelled */
	int64_t system_ns; /* when its system was installed: what was before is forgotten; 0: not told */
	bool installed; /* a record tells the installation itself: from then on it could run */
	int64_t installed_ns;
	const struct stage_source *sources;
	size_t source_count;
	struct slice users[STAGE_USERS];
	size_t user_count;
	struct slice clone_group; /* n 0: none */
};

/* What the whole case teaches. */
struct stage_learned {
	int64_t from_ns; /* of the case */
	/* The wait from the first run to the first contact, over the hosts that called out. */
	uint64_t waits, silent; /* hosts; hosts that ran it and have been silent so far */
	int64_t longest_ns, window_ns; /* the longest seen; within which 99 of 100 call out */
	bool takedown; /* all that called out fell silent, and went on running */
	int64_t takedown_ns;
	int64_t origin_ns; /* the first record of the origin on any host; 0: none has a time */
	bool no_places;	   /* where its files lie is not known */
	bool destinations; /* it is known whom the release calls and others do not */
	const char *why_none; /* why not, for people */
	const char *os; /* the only system that the origin is for; NULL: not known, or several */
	const char *no_artifact; /* the origin has nothing that could lie on a host: why; NULL else */
};

/* Fills waits, silent, the window and the takedown from the facts of all hosts. */
void stage_learn_waits(const struct stage_facts *facts, size_t n, struct stage_learned *l);

struct stage_reason {
	enum stage stage;
	struct stage_sighting what; /* text and, where a record says it, pointer and time */
};

#define STAGE_NONE (-1)
#define STAGE_U ((int)STAGE_COUNT)

struct stage_ladder {
	enum stage_answer answers[STAGE_COUNT];
	struct stage_reason *reasons; /* by stage */
	size_t reason_count;
	int proved, possible; /* enum stage, STAGE_NONE; possible also STAGE_U */
	int blocked_at;	      /* enum stage or STAGE_NONE */
	bool dated, ended;
	int64_t since_ns, until_ns; /* earliest surviving record; removal, or the last record that shows it */
	unsigned missing;	    /* bits of enum stage_record that would settle more */
};

void stage_judge(const struct stage_facts *f, const struct stage_learned *l, struct arena *arena,
		 struct stage_ladder *ret);
/* "42 hours", "5 days": in arena. */
struct slice stage_duration(struct arena *arena, int64_t ns);
/* "none", "S3b", "U". */
const char *stage_level_text(int level);
