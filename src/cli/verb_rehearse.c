/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/output.h"
#include "cli/verb.h"
#include "rehearse/rehearse.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

/* Records of the first story on each machine, unless the command line says otherwise. */
#define FIRST_STORY_EVENTS 2000u

struct folder {
	const char *path;
	struct err err;
	uint64_t files;
};

/* Folders on the way to a file. */
static bool make_folders(char *path, size_t from, struct err *err)
{
	for (char *c = path + from; *c; c++) {
		if (*c != '/')
			continue;
		*c = 0;
		bool made = mkdir(path, 0777) == 0 || errno == EEXIST;

		if (!made)
			err_errno(err, "cannot make %s", path);
		*c = '/';
		if (!made)
			return false;
	}
	return true;
}

/* Whole or not at all: what was written in part goes away. An exercise can be made again, so that
 * nothing waits for the disk. */
static bool write_whole(const char *path, struct slice text, struct err *err)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	bool ok = fd >= 0;

	while (ok && text.n) {
		ssize_t n = write(fd, text.p, text.n);

		ok = n >= 0 || errno == EINTR;
		if (n > 0)
			text = slice_from(text, (size_t)n);
	}
	if (fd >= 0)
		ok = close(fd) == 0 && ok;
	if (ok)
		return true;
	err_errno(err, "cannot write %s", path);
	unlink(path);
	return false;
}

static bool put_file(void *of, const char *path, struct slice text)
{
	struct folder *f = of;
	struct buf whole = { 0 };
	bool ok;

	buf_printf(&whole, "%s/%s", f->path, path);
	buf_put_byte(&whole, 0);
	ok = make_folders((char *)whole.p, strlen(f->path) + 1, &f->err) &&
	     write_whole((const char *)whole.p, text, &f->err);
	f->files++;
	buf_done(&whole);
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
	return entries < 3 ||
	       err_set(err, ERR_USAGE, 0, "%s is not empty: name another folder", folder);
}

static bool first_story(const struct rehearse_options *r, const struct rehearse_sink *sink)
{
	struct buf text = { 0 }, path = { 0 };
	bool ok = true;
	char name[16];

	for (uint64_t i = 0; i < r->hosts && ok; i++) {
		buf_clear(&text);
		buf_clear(&path);
		rehearse_host(r, i, &text);
		rehearse_host_name(i, name);
		buf_printf(&path, "evidence/%s.jsonl", name);
		buf_put_byte(&path, 0);
		ok = sink->put(sink->of, (const char *)path.p, buf_slice(&text));
	}
	buf_clear(&text);
	rehearse_truth(r, &text);
	ok = ok && sink->put(sink->of, "truth.json", buf_slice(&text));
	buf_done(&text);
	buf_done(&path);
	return ok;
}

/* --json prints what truth.json holds. */
struct copied {
	struct rehearse_sink to;
	struct buf truth;
};

static bool put_and_copy(void *of, const char *path, struct slice text)
{
	struct copied *c = of;

	if (slice_is(slice_str(path), "truth.json"))
		buf_put(&c->truth, text);
	return c->to.put(c->to.of, path, text);
}

static bool make(const struct cli_options *o, struct folder *f)
{
	struct rehearse_options r = { .hosts = o->fleet_hosts,
				      .seed = o->seed,
				      .events_per_host = o->events_per_host,
				      .days = o->days,
				      .collections = o->collections,
				      .scenario = slice_str(o->scenario) };
	struct copied c = { .to = { put_file, f } };
	struct rehearse_sink sink = { put_and_copy, &c };
	bool ok;

	if (!o->scenario && !r.events_per_host)
		r.events_per_host = FIRST_STORY_EVENTS;
	ok = o->scenario ? rehearse_write(&r, &sink) : first_story(&r, &sink);
	if (ok && o->json) {
		struct output out;

		ok = output_open(&out, NULL, &f->err) && output_put(&out, buf_slice(&c.truth)) &&
		     output_close(&out, &f->err);
	}
	buf_done(&c.truth);
	return ok;
}

static int list_scenarios(void)
{
	const char *line, *name;

	for (size_t i = 0; (name = rehearse_scenario(i, &line)); i++)
		printf("%-26s%s\n", name, line);
	return EXIT_DONE;
}

static bool check(const struct cli_options *o)
{
	if (o->scenario && !rehearse_has(slice_str(o->scenario)))
		say_error(
			"there is no scenario \"%s\" (upriver rehearse --scenario list lists them)",
			o->scenario);
	else if (!o->scenario && o->days)
		say_error("--days goes with --scenario: the first story is three days long");
	else if (!o->scenario && o->collections)
		say_error("--collections goes with --scenario: the first story has logs of all machines");
	else if (!o->output)
		say_error("rehearse needs -o DIR: the folder to write the exercise to");
	else
		return true;
	return false;
}

int verb_rehearse(const struct cli_options *o)
{
	struct folder f = { .path = o->output };
	struct buf evidence = { 0 };
	bool ok = true;

	if (o->scenario && slice_is(slice_str(o->scenario), "list"))
		return list_scenarios();
	if (!check(o))
		return EXIT_USAGE;
	buf_printf(&evidence, "%s/evidence", o->output);
	buf_put_byte(&evidence, 0);
	/* The truth lies beside the evidence, not in it: an exercise is read without it. */
	if (mkdir(o->output, 0777) != 0 && errno != EEXIST)
		ok = err_errno(&f.err, "cannot make %s", o->output);
	ok = ok && make_empty((const char *)evidence.p, &f.err) && make(o, &f);
	buf_done(&evidence);
	if (!ok) {
		say_error("%s", f.err.why);
		return EXIT_USAGE;
	}
	if (!o->json)
		printf("%llu machines in %s/evidence; what happened to them stands in "
		       "%s/truth.json\n",
		       (unsigned long long)o->fleet_hosts, o->output, o->output);
	return EXIT_DONE;
}
