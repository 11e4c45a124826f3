/* SPDX-License-Identifier: Apache-2.0 */
/* New signatures of the scanner find a harmless file on every machine within hours. */
#include "rehearse/admin.h"
#include "rehearse/desk.h"
#include "rehearse/install.h"
#include "rehearse/plan.h"

static void plan(struct exercise *x)
{
	for (unsigned i = 0; i <= BAD; i++)
		plan_blameless(x, &x->product, i);
	plan_blameless(x, &x->other, 0);
}

static void host(struct host *h)
{
	int64_t t = h->x->event_at + (int64_t)rng_below(&h->rng, 3 * 3600) * SECOND;

	plan_ordinary(h);
	install_before(h, &h->x->other, 0);
	desk_live(h);
	if (h->os == OS_WINDOWS)
		admin_false_alert(h, t, image_part(h, &h->x->other, 0, PART_LIBRARY));
}

const struct scenario scenario_detector_update = {
	"detector-update", "a scanner's new signatures raise false alerts everywhere on one day",
	30, plan, host
};
