/* SPDX-License-Identifier: Apache-2.0 */
#include "rehearse/fate.h"

/* The steps of an update, from the moment it is offered, and of what follows the first contact. */
#define DELIVERED_AFTER (8 * SECOND)
#define INSTALLED_AFTER (30 * SECOND)
#define RUNS_AFTER (45 * SECOND)
#define SECOND_CONTACT_AFTER (61 * MINUTE)
#define FURTHER_AFTER (3 * HOUR)
#define COMMANDS_AFTER HOUR

/* i's place in a shuffled deal of n: a permutation, another for each seed and purpose. */
static uint64_t shuffled(const struct exercise *x, uint64_t i, uint64_t n, uint64_t purpose)
{
	struct rng r = exercise_stream(x, 0, purpose);

	return rng_dealt(&r, i, n);
}

static enum os os_of(const struct exercise *x, uint64_t percent)
{
	enum os order[3] = { x->main, (x->main + 1) % 3, (x->main + 2) % 3 };
	uint64_t sum = 0;

	for (size_t i = 0; i < 3; i++) {
		sum += x->mix.os[order[i]];
		if (percent < sum)
			return order[i];
	}
	return x->main;
}

static enum telemetry telemetry_of(const struct exercise *x, enum os os, uint64_t percent)
{
	uint64_t sum = 0;

	if (os != OS_WINDOWS)
		return os == OS_LINUX ? SEES_AUDIT : SEES_ESLOGGER;
	for (unsigned i = 0; i < 4; i++) {
		sum += x->mix.windows[i];
		if (percent < sum)
			return (enum telemetry)i;
	}
	return SEES_FLAT;
}

/* Those on which rules must fire keep their logs; collectors for macOS are not written. */
static bool may_be_collected(const struct exercise *x, const struct seat *s)
{
	return s->os != OS_MACOS && (s->bystander || s->place >= x->further_least);
}

static void deal_collections(struct exercise *x)
{
	uint64_t n = x->o->hosts, may = 0, next = 0;
	uint64_t wanted = n * x->o->collections / 100;

	for (uint64_t i = 0; i < n; i++)
		may += may_be_collected(x, &x->seats[i]);
	for (uint64_t i = 0; i < n && wanted; i++)
		if (may_be_collected(x, &x->seats[i]) && shuffled(x, next++, may, 27) < wanted)
			x->seats[i].sees = SEES_COLLECTION;
}

void fate_seats(struct exercise *x)
{
	uint64_t n = x->o->hosts, candidates = 0, next = 0;

	x->seats = arena_array(&x->arena, n + 1, sizeof(*x->seats));
	for (uint64_t i = 0; i < n; i++) {
		struct seat *s = &x->seats[i];
		struct rng r = exercise_stream(x, i, 21);

		s->os = os_of(x, shuffled(x, i, n, 22) * 100 / n);
		s->sees = telemetry_of(x, s->os, shuffled(x, i, n, 23) * 100 / n);
		if (x->groups && rng_below(&r, 100) < x->group_percent)
			s->group = 1 + (unsigned)rng_below(&r, x->groups);
		s->bystander = s->os != x->main && !x->all_systems;
		candidates += !s->bystander;
	}
	for (uint64_t i = 0; i < n; i++)
		if (!x->seats[i].bystander) {
			x->seats[i].place = shuffled(x, next++, candidates, 24);
			x->seats[i].of = candidates;
		}
	deal_collections(x);
}

/* ---- what befalls ---- */

/* The first places hold one of each, so that small fleets have all of them. */
static void deal_kind(struct host *h, uint64_t place, struct rng *r)
{
	const struct exercise *x = h->x;
	uint64_t at = place - x->further_least, percent = rng_below(r, 100);
	struct fate *f = &h->fate;

	f->has = f->updated = true;
	if (place < x->further_least)
		f->further = true;
	else if (at == 0 || (at > 5 && percent < 12))
		f->has = f->updated = false;
	else if (at == 1 || (at > 5 && percent < 24))
		f->updated = false;
	else if ((at == 2 || (at > 5 && percent < 29)) && x->may_block)
		f->blocked = true;
	else if ((at == 3 || (at > 5 && percent < 50)) && x->may_sleep)
		f->dormant = true;
	else if (at > 5 && percent > 92 && !(x->hard & 1u << HARD_FEW))
		f->further = true;
}

static int64_t between(struct rng *r, int64_t from, int64_t to)
{
	return to > from ? from + (int64_t)rng_below(r, (uint64_t)(to - from) / SECOND) * SECOND
			 : from;
}

static int64_t at_work(int64_t t, struct rng *r)
{
	return t - t % DAY + 8 * HOUR + (int64_t)rng_below(r, 8 * 3600) * SECOND;
}

static void deal_times(struct host *h, struct rng *r)
{
	const struct exercise *x = h->x;
	struct fate *f = &h->fate;
	int64_t from = x->rollout_from, to = x->rollout_to, late = x->end - x->sleep_max + DAY, t,
		room;

	if (f->dormant && from < late)
		from = late < to ? late : to - DAY;
	t = at_work(between(r, from, to), r);
	f->at[REACHED_S0] = t;
	f->at[REACHED_S1] = t + DELIVERED_AFTER;
	f->at[REACHED_S2] = t + INSTALLED_AFTER;
	if (f->blocked)
		return;
	f->at[REACHED_S3] = t + RUNS_AFTER;
	room = x->end - t - DAY;
	if (f->dormant)
		f->wakes = t + between(r, x->end - t + 6 * HOUR, x->sleep_max);
	else if (x->sleep_max)
		f->wakes = t + between(r, x->sleep_min, x->sleep_max < room ? x->sleep_max : room);
	else
		f->wakes = t + 4 * MINUTE + (int64_t)rng_below(r, 1200) * SECOND;
	f->at[REACHED_S4] = f->wakes;
	f->at[REACHED_S5] = f->wakes + SECOND_CONTACT_AFTER;
	if (f->further) {
		f->at[REACHED_S6] = f->wakes + FURTHER_AFTER;
		f->at[REACHED_S7] = f->at[REACHED_S6] + COMMANDS_AFTER;
	}
}

int64_t host_end(const struct host *h)
{
	return h->reimaged ? h->reimaged : h->x->end;
}

static void cut(struct host *h)
{
	struct fate *f = &h->fate;
	int64_t end = host_end(h) - MINUTE;

	if (f->uninstalled && f->uninstalled < end)
		end = f->uninstalled;
	for (unsigned i = 0; i < REACHED_COUNT; i++)
		if (f->at[i] >= end)
			f->at[i] = 0;
	if (f->at[REACHED_S3] && !f->at[REACHED_S4])
		f->at[REACHED_S3B] = f->at[REACHED_S3];
}

/* ---- what is left to show for it ---- */

static void deal_telemetry(struct host *h, struct rng *r)
{
	static const unsigned kinds[] = { SEEN(ACT_LOAD), SEEN(ACT_DNS),
					  SEEN(ACT_CONNECT) | SEEN(ACT_DNS), SEEN(ACT_WRITE),
					  SEEN(ACT_PACKAGE) };
	struct exercise *x = h->x;
	int64_t span = x->end - x->start;
	uint64_t percent = rng_below(r, 100);

	if (percent < 6 && h->os == OS_WINDOWS && !h->group)
		h->reimaged = x->rollout_to +
			      (int64_t)rng_below(r, (uint64_t)(x->end - x->rollout_to)) / 2;
	else if (percent < 18)
		h->from = x->start + span * (30 + (int64_t)rng_below(r, 40)) / 100;
	else if (percent < 28)
		h->missing = kinds[rng_below(r, 5)];
	else if (percent < 36)
		h->skew = (1 + (int64_t)rng_below(r, 600)) * SECOND * (rng_below(r, 2) ? 1 : -1);
	/* The clock of whole seconds is kept: what is older than the log is gone. */
	h->reimaged -= h->reimaged % SECOND;
	h->from -= h->from % SECOND;
}

void fate_deal(struct host *h)
{
	struct exercise *x = h->x;
	struct rng r = exercise_stream(x, h->index, 25);
	struct rng modifiers = exercise_stream(x, h->index, 26);
	const struct seat *s = &x->seats[h->index];

	h->from = x->start;
	if (x->modifiers && (s->bystander || s->place >= x->further_least))
		deal_telemetry(h, &modifiers);
	if (h->sees == SEES_COLLECTION) {
		h->from = x->start;
		h->missing = 0;
	}
	h->no_commands = rng_below(&modifiers, 100) < 25 && x->modifiers &&
			 !(!s->bystander && s->place < x->further_least);
	h->inventoried = rng_below(&modifiers, 100) < 60;
	if (s->bystander) {
		h->fate.has = !x->main_only && rng_below(&r, 100) < 60;
		return;
	}
	deal_kind(h, s->place, &r);
	if (!h->fate.updated || !x->origin.kind)
		return;
	deal_times(h, &r);
	if (x->modifiers && !h->fate.further && !h->fate.dormant && !h->fate.blocked &&
	    rng_below(&r, 100) < 9)
		h->fate.uninstalled = h->fate.wakes + DAY + (int64_t)rng_below(&r, 86400) * SECOND;
	cut(h);
}

enum reached fate_highest(const struct fate *f)
{
	for (unsigned i = REACHED_COUNT; i-- > 0;)
		if (f->at[i])
			return (enum reached)i;
	return REACHED_COUNT;
}
