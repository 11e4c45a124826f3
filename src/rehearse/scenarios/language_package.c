/* SPDX-License-Identifier: Apache-2.0 */
/* A package of a language's registry runs a script when a developer installs it. */
#include "rehearse/desk.h"
#include "rehearse/implant.h"
#include "rehearse/names.h"
#include "rehearse/plan.h"

static void plan(struct exercise *x)
{
	bool python = rng_below(&x->rng, 2);

	x->all_systems = true;
	x->may_block = false;
	x->further_least = 4;
	x->mix = (struct mix){ { 60, 0, 40 }, { 55, 30, 15, 0 } };
	x->rollout_to = x->rollout_from + 4 * DAY;
	x->origin = (struct origin){ .kind = "package",
				     .product = exercise_text(x, "%s-%s", name_file(x),
							      python ? "py" : "js"),
				     .version = x->product.versions[BAD],
				     .ecosystem = python ? "pypi" : "npm" };
	for (unsigned i = 0; i <= BAD; i++)
		plan_blameless(x, &x->product, i);
}

/* node and npm, or python and pip: the installer, the folder of the package, its script. */
static const struct proc *installed(struct host *h, int64_t t, bool python)
{
	bool windows = h->os == OS_WINDOWS;
	const char *name = h->x->origin.product, *version = h->x->origin.version;
	const char *top = windows ? "C:\\work\\app\\" : "/srv/app/", *bar = windows ? "\\" : "/";
	const char *folder = host_text(h, "%s%s%s%s%s", top,
				       python ? "site-packages" : "node_modules", bar, name, bar);
	const char *script = python ? "setup.py" : "install.js";
	const struct image *image = image_new(
		h, (struct image){
			   .path = windows ? (python ? "C:\\Python312\\python.exe"
						     : "C:\\Program Files\\nodejs\\node.exe")
					   : (python ? "/usr/bin/python3.11" : "/usr/bin/node"),
			   .product = python ? "Python" : "Node.js",
			   .company = python ? "Python" : "Node.js",
			   .version = python ? "3.12.1" : "20.11.0",
			   .signer = python ? "Python" : "Node.js" });
	const struct proc *tool =
		act_start_in(h, t, image,
			     python ? host_text(h, "python -m pip install %s==%s", name, version)
				    : host_text(h, "node npm-cli.js install %s@%s", name, version),
			     top, desk_at(h, t)->shell);

	act_talk(h, t + 2 * SECOND, tool, "registry.packages.example");
	act_write_other(h, t + 8 * SECOND, tool, host_text(h, "%s%s", folder, script));
	act_write_other(h, t + 30 * SECOND, tool,
			host_text(h, "%s%s", folder, python ? "METADATA" : "package.json"));
	return act_start_in(h, t + 45 * SECOND, image,
			    python ? "python setup.py install" : "node install.js", folder, tool);
}

static void host(struct host *h)
{
	struct fate *f = &h->fate;
	const struct proc *script;

	plan_updated(h, h->index % 2);
	desk_live(h);
	if (!f->at[REACHED_S0])
		return;
	script = installed(h, f->at[REACHED_S0], h->x->origin.ecosystem[0] == 'p');
	if (f->at[REACHED_S3]) {
		f->wakes = f->at[REACHED_S4] = f->at[REACHED_S3] + 3 * SECOND;
		f->at[REACHED_S5] = 0;
		f->at[REACHED_S3B] = 0;
		implant_fetch(h, f->at[REACHED_S3] + SECOND, script);
	}
	if (f->at[REACHED_S6])
		implant_second(h, f->at[REACHED_S6], script);
	if (f->at[REACHED_S7])
		implant_commands(h, f->at[REACHED_S7], script);
}

const struct scenario scenario_language_package = {
	"language-package",
	"a package of a language's registry runs a script on developers' machines", 14, plan, host
};
