/* SPDX-License-Identifier: Apache-2.0 */
/* Some users fetch and start a program behind a link in a mail: a download, and not the browser. */
#include "rehearse/desk.h"
#include "rehearse/implant.h"
#include "rehearse/plan.h"

static void plan(struct exercise *x)
{
	x->may_block = false;
	x->modifiers = false;
	x->mix = (struct mix){ { 100, 0, 0 }, { 50, 30, 0, 20 } };
	x->further_least = 4;
	x->rollout_to = x->rollout_from + 2 * DAY;
	x->origin = (struct origin){ .kind = "download",
				     .product = "invoice.exe",
				     .os = "windows",
				     .host = exercise_text(x, "files.%s", x->c2) };
	x->origin.url = exercise_text(x, "https://%s/d/%s/invoice.exe", x->origin.host, x->second);
	for (unsigned i = 0; i <= BAD; i++)
		plan_blameless(x, &x->product, i);
	plan_blame_not(x, "Google Chrome", "133.0.6943.142");
	plan_blame_not(x, "Microsoft Outlook", "16.0.18429.20158");
}

static const struct proc *fetched(struct host *h, int64_t t)
{
	const struct session *s = desk_at(h, t);
	const char *path = "~\\Downloads\\invoice.exe";
	const struct image *program = image_new(h, (struct image){ .path = path,
								   .product = "-",
								   .company = "-",
								   .version = "1.0.0.0",
								   .content = "fetched program" });
	const char *line = host_text(h, "\"%s\" --single-argument %s", s->browser->image->path,
				     h->x->origin.url);

	act_start(h, t - 5 * SECOND, s->browser->image, line, s->mail);
	act_talk(h, t, s->browser, h->x->origin.host);
	act_write(h, t + 8 * SECOND, s->browser, program);
	act_mark(h, t + 9 * SECOND, s->browser, path, h->x->origin.url,
		 host_text(h, "https://%s/", h->x->origin.host));
	return act_start(h, t + 45 * SECOND, program, "\"~\\Downloads\\invoice.exe\"", s->shell);
}

static void host(struct host *h)
{
	struct fate *f = &h->fate;
	const struct proc *run;

	/* A handful of people, whatever the fleet's size. */
	if (!f->further || h->x->seats[h->index].place >= h->x->further_least)
		*f = (struct fate){ 0 };
	plan_updated(h, h->index % 5 != 0);
	desk_live(h);
	if (!f->at[REACHED_S0])
		return;
	run = fetched(h, f->at[REACHED_S0]);
	f->at[REACHED_S0] = 0;
	implant_contacts(h, NULL, run);
	if (f->at[REACHED_S6])
		implant_second(h, f->at[REACHED_S6], run);
	if (f->at[REACHED_S7])
		implant_commands(h, f->at[REACHED_S7], run);
}

const struct scenario scenario_phishing_browser = {
	"phishing-browser",
	"some users fetch a program behind a link: the download, not the browser", 14, plan, host
};
