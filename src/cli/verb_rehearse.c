/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/output.h"
#include "cli/verb.h"
#include "rehearse/rehearse.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>

static bool write_output(const char *path, const struct buf *text, struct err *err)
{
	struct output out;

	if (!output_open(&out, path, err))
		return false;
	output_put(&out, buf_slice(text));
	return output_close(&out, err);
}

static bool write_file(const char *folder, const char *name, const char *ending,
		       const struct buf *text, struct err *err)
{
	struct buf path = { 0 };
	bool ok;

	buf_printf(&path, "%s/%s%s", folder, name, ending);
	buf_put_byte(&path, 0);
	ok = write_output((const char *)path.p, text, err);
	buf_done(&path);
	return ok;
}

/* Machines of an exercise before would stand between those of this one, and truth.json not know. */
static bool make_empty(const char *folder, struct err *err)
{
	size_t entries = 0;
	DIR *d;

	if (mkdir(folder, 0777) == 0)
		return true;
	if (errno != EEXIST)
		return err_errno(err, "cannot make %s", folder);
	d = opendir(folder);
	if (!d)
		return err_errno(err, "cannot write to %s", folder);
	while (entries < 3 && readdir(d)) /* . and .. are always there */
		entries++;
	closedir(d);
	return entries < 3 || err_set(err, ERR_USAGE, 0, "%s is not empty: name another folder", folder);
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
	if (mkdir(o->output, 0777) != 0 && errno != EEXIST)
		ok = err_errno(&err, "cannot make %s", o->output);
	ok = ok && make_empty(evidence, &err);
	for (uint64_t i = 0; i < r.hosts && ok; i++) {
		buf_clear(&text);
		rehearse_host(&r, i, &text);
		rehearse_host_name(i, name);
		ok = write_file(evidence, name, ".jsonl", &text, &err);
	}
	buf_clear(&text);
	rehearse_truth(&r, &text);
	ok = ok && write_file(o->output, "truth", ".json", &text, &err);
	if (ok && o->json)
		ok = write_output(NULL, &text, &err);
	buf_done(&text);
	buf_done(&folder);
	if (!ok) {
		say_error("%s", err.why);
		return EXIT_USAGE;
	}
	if (o->json)
		return EXIT_DONE;
	printf("%llu machines in %s/evidence; what happened to them stands in %s/truth.json\n",
	       (unsigned long long)r.hosts, o->output, o->output);
	return EXIT_DONE;
}
