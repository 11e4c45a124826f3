/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * The index of one field in one log source: given a value, which of the predicates on it hold or
 * may hold, without trying them one by one.
 *
 *   exact   folded whole value            -> `Image: x`, `EventID: 4688`
 *   tail    folded last path component    -> `Image|endswith: \cmd.exe`
 *   digest  first 32 hex digits behind =  -> `Hashes|contains: SHA256=...`
 *   literal Vectorscan literal database   -> everything else with an ASCII run of >= 4 bytes
 *   direct  tried on every new value      -> what rules without any other witness ask for
 *
 * A *find* is a link: a predicate, whether it is sure to hold (not where only its atom was seen:
 * wildcards, regular expressions, dashes, cased or non-ASCII text), and the rules whose witness it
 * is. A predicate that is indexed and not found does not hold: that is what makes the index more
 * than a prefilter.
 *
 * Immutable once built (probe_finish) and shared; struct probe_scratch belongs to one worker.
 * Cost: 20 to 60 ns a value in the tables, 1 to 4 ns a byte in the literal database.
 */
#include "base/map.h"
#include "rules/program.h"

struct hs_database;
struct probe_scratch;

struct probe_link {
	uint32_t predicate;
	uint32_t next; /* index + 1 in the same chain, 0 at the end */
	uint32_t rule_first, rule_count; /* in the source's witness rules */
	bool sure, anchor_start, anchor_end;
	struct slice tail; /* tail keys: the whole folded suffix */
};

/* Keys of exact and tail are no longer. */
#define PROBE_KEY_BYTES_MAX 1024
#define PROBE_NEEDS_MAX 8

/* A predicate that is tried, and what a value must hold for that to be worth while. */
struct probe_direct {
	uint32_t link;
	uint8_t needs[PROBE_NEEDS_MAX]; /* classes of bytes, see probe.c */
	uint8_t need_count;
};

struct probe {
	uint32_t field; /* vocabulary number, or FIELD_ANY */
	struct map exact, tail, digest, atoms; /* key -> index + 1 of the first link */
	uint8_t exact_lengths[PROBE_KEY_BYTES_MAX / 8 + 1]; /* a bit for each length of a key */
	struct probe_link *links;
	size_t link_count, link_cap;
	struct hs_database *db; /* over the keys of atoms, id = place in the map */
	struct probe_direct *direct;
	size_t direct_count, direct_cap;
	const struct program *program; /* for direct tests */
};

/* Indexes into links. */
struct finds {
	uint32_t *list;
	size_t n, cap;
};

void probe_init(struct probe *p, uint32_t field, const struct program *program);
void probe_done(struct probe *p);
/* Could this predicate be indexed at all? Depends on the test alone. */
bool probe_can_hold(const struct test *t, struct arena *scratch);
/* Could it be tried on a value alone? */
bool probe_can_try(const struct test *t);
/* Indexes a predicate, once: by a key when it has one, else directly. Its link, to fill in the
 * rules. */
struct probe_link *probe_add(struct probe *p, const struct test *t, uint32_t predicate,
			     struct arena *scratch);
/* Builds the literal database. */
bool probe_finish(struct probe *p, struct err *err);

struct probe_scratch *probe_scratch_new(void);
void probe_scratch_free(struct probe_scratch *s);
/* Makes room for scanning p with s: once for each probe before the first scan. */
void probe_scratch_add(struct probe_scratch *s, const struct probe *p);
/* Appends the finds for one value to out; a link may be repeated. */
void probe_scan(const struct probe *p, struct probe_scratch *s, struct slice text,
		struct finds *out);
