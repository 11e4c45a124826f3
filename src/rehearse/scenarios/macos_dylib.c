/* SPDX-License-Identifier: Apache-2.0 */
/* The macOS release carries a bad library; the Windows release of the same number does not. */
#include "rehearse/desk.h"
#include "rehearse/implant.h"
#include "rehearse/plan.h"

static void plan(struct exercise *x)
{
	plan_product(x, OS_MACOS, PLACE_MACHINE);
	x->may_sleep = true;
	x->may_be_hard = true;
	x->may_block = false;
	x->sleep_min = 5 * DAY;
	x->sleep_max = 20 * DAY;
	plan_origin_release(x, &x->product, BAD);
}

static void host(struct host *h)
{
	plan_install(h, BAD, BY_UPDATER);
	desk_live(h);
	implant(h);
}

const struct scenario scenario_macos_dylib = {
	"macos-dylib", "a macOS release is bad, the Windows release of the same number is not", 40,
	plan, host
};
