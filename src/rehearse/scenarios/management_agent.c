/* SPDX-License-Identifier: Apache-2.0 */
/* Everything comes by a management agent; one release among all that it brings is bad. */
#include "rehearse/desk.h"
#include "rehearse/implant.h"
#include "rehearse/plan.h"

static void plan(struct exercise *x)
{
	plan_product(x, OS_WINDOWS, PLACE_MACHINE);
	plan_agent(x, rng_below(&x->rng, 2));
	x->may_sleep = true;
	x->may_be_hard = true;
	x->main_only = true;
	x->sleep_min = 3 * DAY;
	x->sleep_max = 10 * DAY;
	plan_origin_release(x, &x->product, BAD);
	x->origin.url = NULL;
	x->origin.host = "mgmt.corp.example";
	x->origin.delivered_by = x->agent;
}

static void host(struct host *h)
{
	plan_install(h, BAD, BY_AGENT);
	desk_live(h);
	implant(h);
}

const struct scenario scenario_management_agent = {
	"management-agent", "a management agent deploys everything; one of the releases is bad", 30,
	plan, host
};
