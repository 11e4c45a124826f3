/* SPDX-License-Identifier: Apache-2.0 */
/* A desktop program fetches its own update; the signed library in it sleeps for one to four weeks. The same where one
 * kind of evidence is all there is. */
#include "rehearse/admin.h"
#include "rehearse/desk.h"
#include "rehearse/implant.h"
#include "rehearse/install.h"
#include "rehearse/plan.h"

static void plan(struct exercise *x)
{
	plan_product(x, OS_WINDOWS, PLACE_USER);
	x->may_sleep = true;
	x->may_be_hard = true;
	x->sleep_min = 7 * DAY;
	x->sleep_max = 28 * DAY;
	plan_origin_release(x, &x->product, BAD);
	plan_tool(x);
}

static void plan_edr(struct exercise *x)
{
	plan(x);
	x->mix = (struct mix){ { 100, 0, 0 }, { 0, 0, 0, 100 } };
}

static void plan_security(struct exercise *x)
{
	plan(x);
	x->mix = (struct mix){ { 100, 0, 0 }, { 0, 0, 100, 0 } };
}

static void host(struct host *h)
{
	plan_install(h, BAD, BY_UPDATER);
	if (plan_has_tool(h))
		install_before(h, &h->x->other, 0);
	desk_live(h);
	implant(h);
	admin_inventory(h, &h->x->other, 4);
}

const struct scenario scenario_sideload = {
	"sideload", "a program's own signed update brings a library that sleeps for weeks", 45,
	plan, host
};

const struct scenario scenario_edr_only = {
	"edr-only", "the same kind of update, seen by an EDR's export alone", 45, plan_edr, host
};

const struct scenario scenario_security_only = {
	"4688-only", "the same kind of update, seen by 4688 alone: no Sysmon anywhere", 45, plan_security, host
};
