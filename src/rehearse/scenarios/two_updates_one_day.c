/* SPDX-License-Identifier: Apache-2.0 */
/* Two products are always updated together, and what acts was written while both were: nothing
 * tells them apart. */
#include "rehearse/desk.h"
#include "rehearse/implant.h"
#include "rehearse/install.h"
#include "rehearse/plan.h"

static void plan(struct exercise *x)
{
	plan_product(x, OS_WINDOWS, PLACE_MACHINE);
	x->mix = (struct mix){ { 100, 0, 0 }, { 60, 40, 0, 0 } };
	x->modifiers = false;
	x->may_block = false;
	plan_origin_release(x, &x->product, BAD);
	for (unsigned i = 0; i < BAD; i++)
		plan_blameless(x, &x->other, i);
	plan_tie(x, &x->product, BAD);
	plan_tie(x, &x->other, BAD);
}

/* Both packages are in one go of the installer; the program lies there after it. */
static const struct proc *dropped(struct host *h, int64_t t)
{
	const char *name = h->x->second;
	const struct image *program = image_new(
		h, (struct image){ .path = host_text(h, "C:\\ProgramData\\%s\\%s.exe", name, name),
				   .product = "-",
				   .company = "-",
				   .version = "1.0.0.0",
				   .content = "dropped program" });

	act_write(h, t + 26 * SECOND, desk_at(h, t)->installer, program);
	return act_start(h, t + 45 * SECOND, program, program->path, desk_at(h, t)->svchost);
}

static void host(struct host *h)
{
	const struct fate *f = &h->fate;
	const struct proc *run;

	install_before(h, &h->x->other, GOOD);
	plan_install(h, BAD, BY_UPDATER);
	if (!f->has)
		install_before(h, &h->x->product, GOOD);
	if (f->at[REACHED_S0])
		install_later(h, f->at[REACHED_S0] + 2 * SECOND, &h->x->other, BAD, BY_UPDATER);
	desk_live(h);
	if (!f->at[REACHED_S0] || f->blocked)
		return;
	run = dropped(h, f->at[REACHED_S0]);
	implant_contacts(h, NULL, run);
	if (f->at[REACHED_S6])
		implant_second(h, f->at[REACHED_S6], run);
	if (f->at[REACHED_S7])
		implant_commands(h, f->at[REACHED_S7], run);
}

const struct scenario scenario_two_updates_one_day = {
	"two-updates-one-day", "two products are always updated together: nothing tells them apart",
	20, plan, host
};
