/* SPDX-License-Identifier: Apache-2.0 */
#include "rehearse/phone/story.h"

#include "base/rng.h"
#include "base/when.h"

#include <inttypes.h>
#include <stdio.h>

/* The second stage, from the first contact on. */
#define SECOND_AFTER (3 * HOUR)
#define COMMANDS_AFTER HOUR

void rehearse_host_name(uint64_t i, char name[16])
{
	snprintf(name, 16, "WS-%03u", (unsigned)(i % 10000) + 1);
}

/* A generator of its own for each purpose: one more draw in one place changes no other place. */
static struct rng stream(const struct rehearse_options *o, uint64_t i, uint64_t purpose)
{
	struct rng r = { o->seed };

	r.state = rng_next(&r) ^ i * UINT64_C(0xd6e8feb86659fd93);
	r.state = rng_next(&r) ^ purpose;
	return r;
}

/* The machine's place in the deal: a permutation of 0 to hosts - 1, another for each seed. */
static uint64_t place(const struct rehearse_options *o, uint64_t i)
{
	struct rng r = stream(o, 0, 1);

	return rng_dealt(&r, i, o->hosts ? o->hosts : 1);
}

enum rehearse_fate rehearse_fate(const struct rehearse_options *o, uint64_t i)
{
	/* A fleet of 20: 2 absent, 2 kept back, 1 blocked, 3 with a second stage, 4 dormant, 8 beacon.
	 * The first places hold one of each kind, so that a fleet of six has all of them. */
	static const enum rehearse_fate deal[] = {
		FATE_SECOND_STAGE, FATE_BEACONED,     FATE_ABSENT,   FATE_DORMANT,  FATE_NOT_UPDATED,
		FATE_BLOCKED,	   FATE_BEACONED,     FATE_BEACONED, FATE_DORMANT,  FATE_SECOND_STAGE,
		FATE_ABSENT,	   FATE_BEACONED,     FATE_BEACONED, FATE_DORMANT,  FATE_NOT_UPDATED,
		FATE_BEACONED,	   FATE_SECOND_STAGE, FATE_BEACONED, FATE_DORMANT,  FATE_BEACONED,
	};
	size_t n = sizeof(deal) / sizeof(*deal);
	uint64_t at = place(o, i);

	if (at < n)
		return deal[at];
	/* Larger fleets: still two machines that never had it, one block and three second stages. */
	return at % 5 == 3 ? FATE_DORMANT : at % 11 == 4 ? FATE_NOT_UPDATED : FATE_BEACONED;
}

struct story story_of(const struct rehearse_options *o, uint64_t i)
{
	struct rng r = stream(o, i, 2);
	struct story s = { .fate = rehearse_fate(o, i) };
	int64_t install = (int64_t)rng_below(&r, 90) * MINUTE;
	int64_t update = (int64_t)rng_below(&r, 12 * 3600) * SECOND;
	int64_t sleep = 2 * HOUR + (int64_t)rng_below(&r, 16 * 3600) * SECOND;
	int64_t oversleep = 3 * DAY + (int64_t)rng_below(&r, 4 * 86400) * SECOND;

	s.start = when_civil(2025, 3, 3, 6, 0, 0) * SECOND;
	s.end = s.start + STORY_DAYS * DAY;
	s.neighbour = rng_below(&r, 10) < 7;
	if (s.fate == FATE_ABSENT)
		return s;
	s.first_install = s.start + 2 * HOUR + 5 * MINUTE + install;
	if (s.fate == FATE_NOT_UPDATED)
		return s;
	s.update = s.start + DAY + update;
	if (s.fate == FATE_BLOCKED)
		return s;
	s.ran = s.update + RUNS_AFTER;
	s.sleeps_until = s.ran + (s.fate == FATE_DORMANT ? oversleep : sleep);
	if (s.fate == FATE_DORMANT)
		return s;
	s.first_contact = s.sleeps_until;
	if (s.fate == FATE_SECOND_STAGE) {
		s.second_module = s.first_contact + SECOND_AFTER;
		s.commands = s.second_module + COMMANDS_AFTER;
	}
	return s;
}

void story_sha256(const struct rehearse_options *o, const char *content, char ret[65])
{
	struct rng r = { o->seed };

	for (const char *c = content; *c; c++)
		r.state = rng_next(&r) ^ (uint8_t)*c;
	for (size_t i = 0; i < 4; i++)
		snprintf(ret + 16 * i, 17, "%016" PRIX64, rng_next(&r));
}
