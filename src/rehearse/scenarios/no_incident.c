/* SPDX-License-Identifier: Apache-2.0 */
/* Nothing happened: updates, a tool that trips a rule now and then, ordinary work. */
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
	if (h->index % 4 == 0)
		install_before(h, &h->x->other, 0);
	desk_live(h);
	admin_inventory(h, &h->x->other, 5);
}

const struct scenario scenario_no_incident = { "no-incident",
					       "nothing happened; a few alerts all the same", 30,
					       plan, host };
