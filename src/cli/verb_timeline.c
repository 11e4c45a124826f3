/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/hunting.h"
#include "cli/output.h"
#include "cli/verb.h"
#include "engine/sorter.h"
#include "engine/timeline.h"

#include <stdlib.h>

struct timeline_verb {
	const struct cli_options *o;
	struct timeline timeline;
	struct sorter *sorter; /* NULL with --unsorted */
	struct output out;
	struct err err;
	bool failed;
};

static bool put_line(void *ctx, struct slice text)
{
	struct timeline_verb *v = ctx;

	output_put(&v->out, text);
	return output_put(&v->out, slice_str("\n"));
}

static void on_line(void *ctx, const struct timeline_line *line)
{
	struct timeline_verb *v = ctx;

	if (!v->sorter)
		put_line(v, line->text);
	else if (!v->failed)
		v->failed = !sorter_add(v->sorter, line->has_time, line->ns, 0, line->text, &v->err);
}

static void on_result(void *ctx, const struct engine_file *file, uint64_t record_base, uint8_t type,
		      struct slice payload)
{
	struct timeline_verb *v = ctx;

	timeline_result(&v->timeline, file, record_base, type, payload);
}

static void on_note(void *ctx, const struct engine_note *n)
{
	struct timeline_verb *v = ctx;

	say_note(v->o, n);
}

static int run(struct timeline_verb *v, struct hunting *h, struct timeline_options *t)
{
	const struct cli_options *o = v->o;
	struct engine_options options = hunting_engine_options(h, o);
	struct engine_analysis analysis = { .shared = t,
					    .worker_new = timeline_worker_new,
					    .worker_event = timeline_worker_event,
					    .result = on_result,
					    .note = on_note,
					    .ctx = v };
	struct engine_totals totals;
	uint64_t memory = o->memory ? o->memory : (uint64_t)1 << 30;

	if (!o->unsorted)
		v->sorter = sorter_new(o->temp, (size_t)(memory / 8));
	bool ok = output_open(&v->out, o->output, &v->err) &&
		  engine_run(o->operands.items, o->operands.n, &options, &analysis, &totals, &v->err) &&
		  !v->failed && (!v->sorter || sorter_finish(v->sorter, put_line, v, &v->err)) &&
		  output_close(&v->out, &v->err);

	sorter_free(v->sorter);
	if (!ok) {
		say_error("%s", v->err.why);
		output_abort(&v->out);
		return EXIT_USAGE;
	}
	if (totals.interrupted)
		say_error("stopped before the end: what is shown is what was read until then");
	return totals.lost || totals.interrupted ? EXIT_PARTLY : EXIT_DONE;
}

int verb_timeline(const struct cli_options *o)
{
	struct timeline_options t = { .json = o->json, .from = o->from, .to = o->to, .hosts = o->hosts,
				      .host_count = o->host_count, .kinds = o->kinds,
				      .kind_count = o->kind_count };
	struct timeline_verb v = { .o = o, .timeline = { .options = &t, .on_line = on_line } };
	struct hunting h = { 0 };
	int status = EXIT_USAGE;

	v.timeline.ctx = &v;
	names_init(&h.names);
	if (taxonomy_init(&h.tax, &h.names, &v.err) &&
	    (h.dialects = dialects_new(&h.names, &h.tax, &v.err)))
		status = run(&v, &h, &t);
	else
		say_error("%s", v.err.why);
	timeline_done(&v.timeline);
	hunting_done(&h);
	return status;
}
