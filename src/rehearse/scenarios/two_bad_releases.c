/* SPDX-License-Identifier: Apache-2.0 */
/* Two releases in a row are bad: neither may make the other look well. */
#include "rehearse/admin.h"
#include "rehearse/desk.h"
#include "rehearse/implant.h"
#include "rehearse/install.h"
#include "rehearse/plan.h"

#define SECOND_BAD (BAD + 1)

static void plan(struct exercise *x)
{
	plan_product(x, OS_WINDOWS, PLACE_USER);
	x->may_sleep = true;
	x->may_be_hard = true;
	x->sleep_min = DAY;
	x->sleep_max = 5 * DAY;
	plan_origin_release(x, &x->product, BAD);
	x->origin.also = x->product.versions[SECOND_BAD];
	plan_tool(x);
}

static void host(struct host *h)
{
	int64_t first;

	/* Some never had the first of the two. */
	plan_install(h, h->index % 4 == 1 ? SECOND_BAD : BAD, BY_UPDATER);
	first = h->fate.at[REACHED_S0];
	if (first && h->fate.release == BAD && !h->fate.blocked && h->index % 4)
		install_later(h, first + 6 * DAY, &h->x->product, SECOND_BAD, BY_UPDATER);
	if (plan_has_tool(h))
		install_before(h, &h->x->other, 0);
	desk_live(h);
	implant(h);
	admin_inventory(h, &h->x->other, 4);
}

const struct scenario scenario_two_bad_releases = { "two-bad-releases",
						    "two releases in a row are bad", 35, plan,
						    host };
