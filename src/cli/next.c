/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/next.h"

struct known {
	bool alerts, named; /* some alert was traced; some origin has a name */
};

/* Columns of STORE_ORIGINS. */
enum { KIND = 1, ALERTS = 5 };

static void look_at_origin(void *ctx, const struct slice *c, size_t n)
{
	struct known *k = ctx;

	(void)n;
	k->alerts |= c[ALERTS].n && !slice_is(c[ALERTS], "0");
	k->named |= !slice_is(c[KIND], "gap");
}

bool next_steps(struct store *s, struct next_step list[NEXT_MAX], size_t *ret_n, struct err *err)
{
	struct known k = { 0 };
	size_t n = 0;

	*ret_n = 0;
	if (!store_ask(s, STORE_ORIGINS, look_at_origin, &k, err))
		return false;
	list[n++] = k.alerts ? (struct next_step){ "the way to the first, by record", "trace", "" }
			     : (struct next_step){ "no alert: begin with a name", "trace", " --start NAME" };
	/* Stages are relative to an origin. */
	if (k.named)
		list[n++] = (struct next_step){ "every host's stage, and why", "scope", "" };
	list[n++] = (struct next_step){ "hits by rule, hosts, notes", "show", " --details" };
	list[n++] = (struct next_step){ "what the logs leave out", "show", " --coverage" };
	*ret_n = n;
	return true;
}

void next_line(struct buf *out, const struct next_step *step, const char *path)
{
	buf_printf(out, "  %-33s upriver %s ", step->what, step->verb);
	buf_put_terminal(out, slice_str(path), 0);
	buf_put_str(out, step->option);
	buf_put_byte(out, '\n');
}
