/* SPDX-License-Identifier: Apache-2.0 */
/* An administrator's tool trips rules on every machine, from before the records on. */
#include "rehearse/admin.h"
#include "rehearse/desk.h"
#include "rehearse/install.h"
#include "rehearse/plan.h"

static void plan(struct exercise *x)
{
	plan_tool(x);
	for (unsigned i = 0; i <= BAD; i++)
		plan_blameless(x, &x->product, i);
}

static void host(struct host *h)
{
	plan_ordinary(h);
	install_before(h, &h->x->other, 0);
	desk_live(h);
	admin_inventory(h, &h->x->other, 1);
}

const struct scenario scenario_admin_tool = {
	"admin-tool", "an administrator's tool trips rules everywhere; no intruder", 30, plan, host
};
