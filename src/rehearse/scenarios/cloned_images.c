/* SPDX-License-Identifier: Apache-2.0 */
/* Most machines are clones of three images; a tool of one image trips rules and has nothing to do
 * with it. */
#include "rehearse/admin.h"
#include "rehearse/desk.h"
#include "rehearse/implant.h"
#include "rehearse/install.h"
#include "rehearse/plan.h"

static void plan(struct exercise *x)
{
	plan_product(x, OS_WINDOWS, PLACE_USER);
	x->mix = (struct mix){ { 100, 0, 0 }, { 55, 30, 10, 5 } };
	x->groups = 3;
	x->group_percent = 75;
	x->may_sleep = true;
	x->may_be_hard = true;
	x->sleep_min = 2 * DAY;
	x->sleep_max = 9 * DAY;
	plan_origin_release(x, &x->product, BAD);
	plan_tool(x);
}

static void host(struct host *h)
{
	plan_install(h, BAD, BY_UPDATER);
	if (h->group == 1 && plan_has_tool(h))
		install_before(h, &h->x->other, 0);
	desk_live(h);
	implant(h);
	admin_inventory(h, &h->x->other, 2);
}

const struct scenario scenario_cloned_images = {
	"cloned-images", "most machines are clones of few images, one of which has a noisy tool",
	30, plan, host
};
