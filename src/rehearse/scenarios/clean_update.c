/* SPDX-License-Identifier: Apache-2.0 */
/* A release that behaves otherwise than the one before, and has nothing in it. */
#include "rehearse/admin.h"
#include "rehearse/desk.h"
#include "rehearse/install.h"
#include "rehearse/names.h"
#include "rehearse/plan.h"

#include <string.h>

static void plan(struct exercise *x)
{
	plan_product(x, OS_WINDOWS, PLACE_USER);
	x->origin.kind = NULL;
	for (unsigned i = 0; i <= BAD; i++)
		plan_blameless(x, &x->product, i);
	plan_tool(x);
	x->fresh = name_domain(x);
}

/* New with this release: a helper, another domain, an entry among the autostarts. */
static void changed(struct host *h, const struct proc *run)
{
	struct image helper = *run->image;
	const struct proc *child;

	helper.path = host_text(h, "~\\AppData\\Local\\Programs\\%s\\%sHelper.exe",
				h->x->product.slug, h->x->product.slug);
	helper.content = host_text(h, "helper of %s %s", helper.product, helper.version);
	child = act_start(h, run->start + 20 * SECOND, image_new(h, helper), "Helper --type=gpu",
			  run);
	act_talk(h, run->start + 25 * SECOND, child, h->x->fresh);
	act_talk(h, run->start + 26 * HOUR, run, h->x->fresh);
	act_registry(h, run->start + 30 * SECOND, run,
		     host_text(h,
			       "HKU\\S-1-5-21-1111111111-2222222222-3333333333-%"
			       "u\\Software\\Microsoft\\Windows\\"
			       "CurrentVersion\\Run\\%s",
			       1101 + (unsigned)h->index, h->x->product.slug),
		     host_text(h, "\"%s\" --background", run->image->path));
}

static void host(struct host *h)
{
	const struct product *p = &h->x->product;

	plan_ordinary(h);
	install_before(h, &h->x->other, 0);
	desk_live(h);
	admin_inventory(h, &h->x->other, 3);
	for (size_t n = 0; n < h->run_count; n++)
		if (h->runs[n].product == p && h->os == OS_WINDOWS &&
		    strcmp(h->runs[n].proc->image->version, p->versions[BAD]) == 0) {
			changed(h, h->runs[n].proc);
			return;
		}
}

const struct scenario scenario_clean_update = {
	"clean-update", "a release changes how it behaves, and nothing is wrong with it", 30, plan,
	host
};
