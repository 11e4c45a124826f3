/* SPDX-License-Identifier: Apache-2.0 */
/* A service that servers run, installed by hand from its vendor's site; two weeks of silence, then
 * few are taken on. */
#include "rehearse/admin.h"
#include "rehearse/desk.h"
#include "rehearse/implant.h"
#include "rehearse/install.h"
#include "rehearse/plan.h"

static void plan(struct exercise *x)
{
	plan_product(x, OS_WINDOWS, PLACE_SERVICE);
	x->may_sleep = true;
	x->may_be_hard = true;
	x->main_only = true;
	x->sleep_min = 12 * DAY;
	x->sleep_max = 14 * DAY;
	plan_origin_release(x, &x->product, BAD);
	x->origin.host = exercise_text(x, "www.%s", x->product.domain);
	x->origin.url = exercise_text(x, "https://%s/download/%s-%s.msi", x->origin.host,
				      x->product.slug, x->product.versions[BAD]);
	plan_tool(x);
}

static void host(struct host *h)
{
	plan_install(h, BAD, BY_DOWNLOAD);
	if (h->index % 3 == 0 && plan_has_tool(h))
		install_before(h, &h->x->other, 0);
	desk_live(h);
	implant(h);
	admin_inventory(h, &h->x->other, 5);
}

const struct scenario scenario_service_backdoor = {
	"service-backdoor", "a server product's library waits two weeks, few machines are taken on",
	40, plan, host
};
