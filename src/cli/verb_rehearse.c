/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/output.h"
#include "cli/verb.h"
#include "rehearse/rehearse.h"

#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>

static bool write_file(const char *folder, const char *name, const char *ending,
		       const struct buf *text, struct err *err)
{
	struct buf path = { 0 };
	struct output out;
	bool ok;

	buf_printf(&path, "%s/%s%s", folder, name, ending);
	buf_put_byte(&path, 0);
	ok = output_open(&out, (const char *)path.p, err);
	if (ok) {
		output_put(&out, buf_slice(text));
		ok = output_close(&out, err);
	}
	buf_done(&path);
	return ok;
}

int verb_rehearse(const struct cli_options *o)
{
	struct rehearse_options r = { o->fleet_hosts, o->seed, o->events_per_host };
	struct buf text = { 0 }, folder = { 0 };
	struct err err = { 0 };
	char name[16];
	bool ok = true;

	if (!o->output) {
		say_error("rehearse needs -o DIR: the folder to write the exercise to");
		return EXIT_USAGE;
	}
	buf_printf(&folder, "%s/evidence", o->output);
	buf_put_byte(&folder, 0);
	const char *evidence = (const char *)folder.p;

	/* The truth lies beside the evidence, not in it: an exercise is read without it. */
	if ((mkdir(o->output, 0777) != 0 && errno != EEXIST) ||
	    (mkdir(evidence, 0777) != 0 && errno != EEXIST))
		ok = err_errno(&err, "cannot make %s", evidence);
	for (uint64_t i = 0; i < r.hosts && ok; i++) {
		buf_clear(&text);
		rehearse_host(&r, i, &text);
		rehearse_host_name(i, name);
		ok = write_file(evidence, name, ".jsonl", &text, &err);
	}
	buf_clear(&text);
	rehearse_truth(&r, &text);
	ok = ok && write_file(o->output, "truth", ".json", &text, &err);
	buf_done(&text);
	buf_done(&folder);
	if (!ok) {
		say_error("%s", err.why);
		return EXIT_USAGE;
	}
	printf("%llu machines in %s/evidence; what happened to them stands in %s/truth.json\n",
	       (unsigned long long)r.hosts, o->output, o->output);
	return EXIT_DONE;
}
