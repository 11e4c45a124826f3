/* SPDX-License-Identifier: Apache-2.0 */
/* A package's install script fetches and runs something at once; its service calls out from then
 * on. */
#include "rehearse/desk.h"
#include "rehearse/implant.h"
#include "rehearse/plan.h"

#include <string.h>

static void plan(struct exercise *x)
{
	plan_product(x, OS_LINUX, PLACE_SERVICE);
	x->main_only = true;
	x->may_block = false;
	x->further_least = 4;
	plan_origin_release(x, &x->product, BAD);
	x->origin.kind = "package";
	x->origin.ecosystem = "deb";
}

/* The script that was run for this release. */
static const struct proc *script_of(const struct host *h, const char *version)
{
	for (size_t n = 0; n < h->act_count; n++)
		if (h->acts[n].kind == ACT_START &&
		    strstr(h->acts[n].who->command, ".postinst configure") &&
		    strstr(h->acts[n].who->command, version))
			return h->acts[n].who;
	return NULL;
}

static void host(struct host *h)
{
	struct fate *f = &h->fate;
	const struct proc *script;

	plan_install(h, BAD, BY_UPDATER);
	desk_live(h);
	script = f->at[REACHED_S3] ? script_of(h, h->x->product.versions[BAD]) : NULL;
	if (script) {
		f->at[REACHED_S3] = script->start;
		f->at[REACHED_S3B] = 0;
		f->wakes = f->at[REACHED_S4] = script->start + 3 * SECOND;
		f->at[REACHED_S5] = f->at[REACHED_S4] + 61 * MINUTE;
		implant_fetch(h, script->start + SECOND, script);
	}
	implant(h);
}

const struct scenario scenario_linux_package_script = {
	"linux-package-script",
	"a Linux package's install script fetches and runs what it should not", 20, plan, host
};
