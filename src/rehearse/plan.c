/* SPDX-License-Identifier: Apache-2.0 */
#include "rehearse/plan.h"

#include "rehearse/desk.h"
#include "rehearse/install.h"
#include "rehearse/names.h"

static const char *const systems[] = { "windows", "macos", "linux" };

void plan_common(struct exercise *x)
{
	int64_t span = x->end - x->start;

	x->mix = (struct mix){ { 88, 5, 7 }, { 45, 25, 15, 15 } };
	x->modifiers = true;
	x->may_block = true;
	x->further_least = 3;
	x->c2 = "";
	x->c2 = name_domain(x);
	x->c2_address = exercise_text(x, "203.0.113.%u", 2 + (unsigned)rng_below(&x->rng, 250));
	x->second = name_file(x);
	for (unsigned i = 0; i < NOISE_PRODUCTS; i++) {
		x->noise[i] = name_product(x, i + 4, i % 3 == 0 ? PLACE_USER : PLACE_MACHINE);
		if (i % 2)
			x->noise_update[i] =
				x->start + span * (20 + (int64_t)rng_below(&x->rng, 50)) / 100;
	}
	plan_product(x, OS_WINDOWS, PLACE_USER);
	x->other = name_product(x, 1, PLACE_MACHINE);
	x->rollout_from = x->start + span * 20 / 100;
	x->rollout_to = x->start + span * 50 / 100;
	x->event_at = x->start + span * 55 / 100;
	x->event_at = x->event_at - x->event_at % DAY + 10 * HOUR;
}

void plan_product(struct exercise *x, enum os main, enum place place)
{
	x->product = name_product(x, 0, place);
	x->main = main;
	if (main == OS_MACOS)
		x->mix = (struct mix){ { 25, 70, 5 }, { 50, 30, 20, 0 } };
	else if (main == OS_LINUX)
		x->mix = (struct mix){ { 25, 5, 70 }, { 50, 30, 20, 0 } };
}

void plan_blame_not(struct exercise *x, const char *product, const char *version)
{
	if (x->blameless_count < NAMED_MAX)
		x->blameless[x->blameless_count++] = (struct named){ product, version };
}

void plan_blameless(struct exercise *x, const struct product *p, unsigned release)
{
	plan_blame_not(x, p->name, p->versions[release]);
}

void plan_tie(struct exercise *x, const struct product *p, unsigned release)
{
	x->tie[x->tie_count++] = (struct named){ p->name, p->versions[release] };
}

void plan_tool(struct exercise *x)
{
	x->other = name_product(x, 1, PLACE_SERVICE);
	x->tool = true;
	plan_blameless(x, &x->other, 0);
}

void plan_agent(struct exercise *x, bool made_up)
{
	struct product p = name_product(x, 2, PLACE_SERVICE);

	if (!made_up) {
		x->agent = "CcmExec.exe";
		x->agent_name = "Microsoft Windows Operating System";
		x->agent_version = "10.0.19041.3636";
		return;
	}
	x->agent_name = exercise_text(x, "%s Endpoint", p.name);
	x->agent_vendor = p.vendor;
	x->agent_version = p.versions[0];
	x->agent = exercise_text(x, "C:\\Program Files\\%s\\%sAgent.exe", p.vendor, p.slug);
}

/* Each of them in a third of the exercises. */
static void deal_complications(struct exercise *x)
{
	struct rng r = exercise_stream(x, 0, 61);

	for (unsigned i = 0; i < HARD_COUNT; i++)
		if (rng_below(&r, 3) == 0 && x->may_be_hard)
			x->hard |= 1u << i;
	if (x->product.place != PLACE_USER || x->main != OS_WINDOWS)
		x->hard &= ~(1u << HARD_SHELL);
	if (x->main != OS_WINDOWS)
		x->hard &= ~(1u << HARD_THIN);
	if (!x->tool)
		x->hard &= ~(1u << HARD_TOOL);
	if (!(x->hard & 1u << HARD_DECOY))
		return;
	x->decoy = name_product(x, 3, PLACE_USER);
	plan_blameless(x, &x->decoy, 0);
	plan_blameless(x, &x->decoy, 1);
}

void plan_finish(struct exercise *x)
{
	/* A short exercise sleeps shorter: a part wakes within it, a part does not. */
	int64_t span = x->end - x->start;

	if (x->may_sleep && x->sleep_max > span * 2 / 3) {
		x->sleep_max = span * 2 / 3;
		x->sleep_min = span / 6;
	}
	if (!x->may_sleep)
		x->sleep_min = x->sleep_max = 0;
	deal_complications(x);
	for (unsigned i = 0; i < NOISE_PRODUCTS; i++) {
		plan_blameless(x, &x->noise[i], 0);
		if (x->noise_update[i])
			plan_blameless(x, &x->noise[i], 1);
	}
	if (x->agent)
		plan_blame_not(x, x->agent_name, x->agent_version);
}

bool plan_has_tool(const struct host *h)
{
	return !(h->x->hard & 1u << HARD_TOOL) || h->fate.has;
}

void plan_complicate(struct host *h)
{
	const struct exercise *x = h->x;
	int64_t first = x->rollout_from + x->sleep_min;

	if (x->hard & 1u << HARD_THIN && (h->sees == SEES_FLAT || h->sees == SEES_EVTX))
		h->missing |= SEEN(ACT_LOAD) | SEEN(ACT_WRITE) | SEEN(ACT_MARK) | SEEN(ACT_DELETE);
	/* Most machines that have the product have this one too, and half of the others. */
	if (!(x->hard & 1u << HARD_DECOY) || rng_below(&h->rng, 100) >= (h->fate.has ? 90u : 50u))
		return;
	install_before(h, &x->decoy, 0);
	if (h->fate.at[REACHED_S4])
		first = h->fate.at[REACHED_S4] - 20 * HOUR;
	if (first > h->fate.at[REACHED_S0] + HOUR)
		install_later(h, first - (int64_t)rng_below(&h->rng, 12 * 3600) * SECOND, &x->decoy,
			      1, BY_UPDATER);
}

void plan_complicated(struct host *h)
{
	if (!(h->x->hard & 1u << HARD_SHELL) || h->os != OS_WINDOWS)
		return;
	for (size_t n = 0; n < h->run_count; n += 2)
		if (h->runs[n].product == &h->x->product)
			act_start(h, h->runs[n].proc->start + 90 * SECOND,
				  image_system(h, "cmd.exe"), "cmd.exe /d /c ver", h->runs[n].proc);
}

static void add_hash(struct exercise *x, const struct product *p, unsigned release, enum part part)
{
	struct arena arena;
	struct host h = { .x = x, .arena = &arena, .os = x->main };
	char sha[65];

	arena_init(&arena, 0);
	content_sha256(x, image_part(&h, p, release, part)->content, sha);
	if (x->origin.sha256_count < 4)
		x->origin.sha256[x->origin.sha256_count++] = exercise_text(x, "%s", sha);
	arena_done(&arena);
}

void plan_origin_release(struct exercise *x, const struct product *p, unsigned release)
{
	x->origin.kind = "release";
	x->origin.product = p->name;
	x->origin.version = p->versions[release];
	x->origin.os = systems[x->main];
	x->origin.host = p->update_host;
	x->origin.url = update_url(x, x->main, p, release);
	add_hash(x, p, release, PART_LIBRARY);
	add_hash(x, p, release, PART_PROGRAM);
	for (unsigned i = 0; i < release; i++)
		plan_blameless(x, p, i);
}

void plan_install(struct host *h, unsigned bad, enum way way)
{
	const struct exercise *x = h->x;

	h->fate.release = bad;
	if (!h->fate.has)
		return;
	install_before(h, &x->product, h->index % 3 ? GOOD : 0);
	if (h->bystander) {
		/* The same number on another system: another release, with nothing in it. */
		install_later(h, x->rollout_from + (int64_t)rng_below(&h->rng, 86400 * 3) * SECOND,
			      &x->product, bad, BY_UPDATER);
		return;
	}
	if (!h->fate.at[REACHED_S0])
		return;
	install_later(h, h->fate.at[REACHED_S0], &x->product, bad, way);
	h->changes[h->change_count - 1].runs = !h->fate.blocked;
	if (h->fate.uninstalled)
		install_later(h, h->fate.uninstalled, &x->product, bad, BY_REMOVAL);
}

void plan_updated(struct host *h, bool updated)
{
	const struct exercise *x = h->x;
	int64_t span = x->rollout_to - x->rollout_from;

	install_before(h, &x->product, GOOD);
	if (updated)
		install_later(h,
			      x->rollout_from +
				      (int64_t)rng_below(&h->rng, (uint64_t)(span / SECOND)) *
					      SECOND,
			      &x->product, BAD, BY_UPDATER);
}

void plan_ordinary(struct host *h)
{
	if (h->fate.has)
		plan_updated(h, h->fate.updated);
}
