/* SPDX-License-Identifier: Apache-2.0 */
/* Somebody has the management server tell its agents to drop and start a program. */
#include "rehearse/desk.h"
#include "rehearse/implant.h"
#include "rehearse/install.h"
#include "rehearse/plan.h"

static void plan(struct exercise *x)
{
	plan_agent(x, false);
	x->may_block = false;
	x->main_only = true;
	x->rollout_from = x->event_at;
	x->rollout_to = x->event_at + HOUR;
	x->origin = (struct origin){ .kind = "deployment",
				     .product = x->second,
				     .os = "windows",
				     .host = "mgmt.corp.example",
				     .delivered_by = "C:\\Windows\\CCM\\CcmExec.exe" };
	for (unsigned i = 0; i <= BAD; i++)
		plan_blameless(x, &x->product, i);
}

/* The agent fetches a text, has it decoded, and starts what comes out. */
static const struct proc *procedure(struct host *h, int64_t t)
{
	const char *name = h->x->second;
	const char *text = host_text(h, "C:\\Windows\\Temp\\%s.crt", name);
	const struct image *program = image_new(
		h, (struct image){ .path = host_text(h, "C:\\Windows\\Temp\\%s.exe", name),
				   .product = "-",
				   .company = "-",
				   .version = "1.0.0.0",
				   .content = "dropped program" });
	const struct proc *agent = desk_at(h, t)->agent, *shell;

	act_talk(h, t, agent, "mgmt.corp.example");
	act_write_other(h, t + 8 * SECOND, agent, text);
	shell = act_start(h, t + 20 * SECOND, image_system(h, "cmd.exe"),
			  host_text(h, "cmd.exe /c certutil -decode %s %s & %s", text,
				    program->path, program->path),
			  agent);
	act_start(h, t + 21 * SECOND, image_system(h, "certutil.exe"),
		  host_text(h, "certutil -decode %s %s", text, program->path), shell);
	act_write(h, t + 30 * SECOND, shell, program);
	return act_start(h, t + 45 * SECOND, program, program->path, shell);
}

static void host(struct host *h)
{
	const struct fate *f = &h->fate;
	const struct proc *run;

	install_before(h, &h->x->product, GOOD);
	desk_live(h);
	if (!f->at[REACHED_S0] || h->os != OS_WINDOWS)
		return;
	run = procedure(h, f->at[REACHED_S0]);
	implant_contacts(h, NULL, run);
	if (f->at[REACHED_S6])
		implant_second(h, f->at[REACHED_S6], run);
	if (f->at[REACHED_S7])
		implant_commands(h, f->at[REACHED_S7], run);
}

const struct scenario scenario_abused_management_server = {
	"abused-management-server",
	"a management server was told to drop a program on its machines", 20, plan, host
};
