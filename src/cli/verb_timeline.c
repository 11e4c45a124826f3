/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/activities.h"
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

static bool add_line(void *ctx, const struct timeline_line *line)
{
	struct timeline_verb *v = ctx;

	return v->sorter ? sorter_add(v->sorter, line->has_time, line->ns, 0, line->text, &v->err)
			 : put_line(v, line->text);
}

static void on_line(void *ctx, const struct timeline_line *line)
{
	struct timeline_verb *v = ctx;

	if (!v->failed)
		v->failed = !add_line(v, line) && v->sorter;
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

static bool read_evidence(struct timeline_verb *v, struct hunting *h, struct timeline_options *t,
			  struct engine_totals *totals)
{
	const struct cli_options *o = v->o;
	struct engine_options options = hunting_engine_options(h, o);
	struct engine_analysis analysis = { .shared = t,
					    .worker_new = timeline_worker_new,
					    .worker_event = timeline_worker_event,
					    .result = on_result,
					    .note = on_note,
					    .ctx = v };

	return engine_run(o->operands.items, o->operands.n, &options, &analysis, totals, &v->err);
}

/* A case tells its activities and nothing else. */
static bool read_cases(struct timeline_verb *v, const struct timeline_options *t)
{
	bool ok = true;

	for (size_t i = 0; i < v->o->operands.n && ok; i++)
		ok = !timeline_wants_kind(t, slice_str(TIMELINE_ACTIVITY)) ||
		     activities_of(v->o->operands.items[i], v->o, t, add_line, v, &v->err);
	/* Without a reason the output took no more: output_close says why. */
	return ok || v->err.code == ERR_NONE;
}

/* h: NULL for cases. */
static int run(struct timeline_verb *v, struct hunting *h, struct timeline_options *t)
{
	const struct cli_options *o = v->o;
	struct engine_totals totals = { 0 };
	uint64_t memory = o->memory ? o->memory : (uint64_t)1 << 30;

	if (!o->unsorted)
		v->sorter = sorter_new(o->temp, (size_t)(memory / 8));
	bool ok = output_open(&v->out, o->output, &v->err) &&
		  (h ? read_evidence(v, h, t, &totals) : read_cases(v, t)) && !v->failed &&
		  (!v->sorter || sorter_finish(v->sorter, put_line, v, &v->err)) && output_close(&v->out, &v->err);

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

/* All operands are cases, or none is: how many are. */
static size_t cases_among(const struct cli_options *o)
{
	size_t n = 0;

	for (size_t i = 0; i < o->operands.n; i++)
		n += store_is_case(o->operands.items[i]);
	return n;
}

static int run_on_evidence(struct timeline_verb *v, struct timeline_options *t)
{
	struct hunting h = { 0 };
	int status = EXIT_USAGE;

	names_init(&h.names);
	if (t->kind_count && timeline_wants_kind(t, slice_str(TIMELINE_ACTIVITY)))
		t->extract = h.extract = extract_new(&h.names);
	if (taxonomy_init(&h.tax, &h.names, &v->err) && (h.dialects = dialects_new(&h.names, &h.tax, &v->err)))
		status = run(v, &h, t);
	else
		say_error("%s", v->err.why);
	hunting_done(&h);
	return status;
}

int verb_timeline(const struct cli_options *o)
{
	struct timeline_options t = { .json = o->json, .from = o->from, .to = o->to, .hosts = o->hosts,
				      .host_count = o->host_count, .kinds = o->kinds,
				      .kind_count = o->kind_count };
	struct timeline_verb v = { .o = o, .timeline = { .options = &t, .on_line = on_line } };
	size_t cases = cases_among(o);
	int status = EXIT_USAGE;

	v.timeline.ctx = &v;
	if (cases && cases < o->operands.n)
		say_error("cases and evidence are not printed together: name the one or the other");
	else
		status = cases ? run(&v, NULL, &t) : run_on_evidence(&v, &t);
	timeline_done(&v.timeline);
	return status;
}
