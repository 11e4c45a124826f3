/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/findings.h"
#include "cli/hunting.h"
#include "cli/output.h"
#include "cli/summary.h"
#include "cli/verb.h"

struct hunt_verb {
	const struct cli_options *o;
	struct hunting hunting;
	struct hunt hunt;
	struct output out;
	struct buf line;
	struct findings findings; /* without --json: grouped */
	struct summary summary;
	bool fail_on;
};

static void on_hit(void *ctx, const struct hit *h)
{
	struct hunt_verb *v = ctx;

	v->fail_on |= v->o->fail_on_set && h->rule->level >= v->o->fail_on;
	if (!v->o->json) {
		findings_add(&v->findings, h);
		return;
	}
	buf_clear(&v->line);
	hit_json(&v->line, h);
	buf_put_byte(&v->line, '\n');
	output_put(&v->out, buf_slice(&v->line));
}

static void on_result(void *ctx, const struct engine_file *file, uint64_t record_base, uint8_t type,
		      struct slice payload)
{
	struct hunt_verb *v = ctx;

	hunt_result(&v->hunt, file, record_base, type, payload);
}

static void on_note(void *ctx, const struct engine_note *n)
{
	struct hunt_verb *v = ctx;

	summary_note(&v->summary, n);
	say_note(v->o, n);
}

static int check_rules(const struct cli_options *o)
{
	struct ruleset set;
	struct err err = { 0 };
	size_t fatal = 0;

	ruleset_init(&set);
	if (!hunting_read_rules(&set, &o->check_rules, NULL, &err)) {
		say_error("%s", err.why);
		ruleset_done(&set);
		return EXIT_USAGE;
	}
	struct hunting h = { .rules = set };

	names_init(&h.names);
	/* Compiling finds what reading cannot: regular expressions that are none. */
	if (taxonomy_init(&h.tax, &h.names, &err)) {
		struct matcher_options options = { 0 };

		h.matcher = matcher_new(&h.rules, &h.tax, &h.names, &options, &err);
	}
	for (size_t i = 0; i < h.rules.fault_count; i++) {
		const struct rule_fault *f = &h.rules.faults[i];

		fatal += f->fatal;
		printf("%.*s:%u:%u: %s%.*s\n", (int)f->file.n, (const char *)f->file.p, f->line, f->column,
		       f->fatal ? "" : "warning: ", (int)f->reason.n, (const char *)f->reason.p);
	}
	printf("%zu rules can be loaded, %zu cannot\n", h.rules.n + h.rules.correlation_count, fatal);
	hunting_done(&h);
	return fatal ? EXIT_PARTLY : EXIT_DONE;
}

static bool write_summary(struct hunt_verb *v, const struct engine_totals *totals, struct err *err)
{
	struct output file;

	if (!v->o->summary)
		return true;
	if (!output_open(&file, v->o->summary, err))
		return false;
	buf_clear(&v->line);
	summary_json(&v->line, &v->summary, &v->hunt, totals);
	output_put(&file, buf_slice(&v->line));
	return output_close(&file, err);
}

static int finish(struct hunt_verb *v, const struct engine_totals *totals)
{
	struct err err = { 0 };

	if (!v->o->json) {
		buf_clear(&v->line);
		findings_text(&v->line, &v->findings, &v->hunt, totals);
		output_put(&v->out, buf_slice(&v->line));
	}
	if (!output_close(&v->out, &err) || !write_summary(v, totals, &err)) {
		say_error("%s", err.why);
		return EXIT_USAGE;
	}
	say_correlating(v->o, v->hunt.correlating);
	if (v->hunt.unknown_events)
		say_warning(v->o,
			    "events of no known dialect: %llu; their fields were matched as they are, "
			    "whatever the rules' log source",
			    (unsigned long long)v->hunt.unknown_events);
	if (v->hunt.zone_assumed)
		say_warning(v->o, "events with times without a zone: %llu; UTC was assumed",
			    (unsigned long long)v->hunt.zone_assumed);
	if (totals->interrupted)
		say_error("stopped before the end: what is shown is what was read until then");
	if (totals->lost || totals->interrupted)
		return EXIT_PARTLY;
	return v->fail_on ? EXIT_FOUND : EXIT_DONE;
}

static int hunt_run(struct hunt_verb *v)
{
	const struct cli_options *o = v->o;
	struct engine_options options = hunting_engine_options(&v->hunting, o);
	struct engine_analysis analysis = { .shared = v->hunting.matcher,
					    .worker_new = hunt_worker_new,
					    .worker_event = hunt_worker_event,
					    .worker_piece_end = hunt_worker_piece_end,
					    .result = on_result,
					    .note = on_note,
					    .ctx = v };
	struct engine_totals totals;
	struct err err = { 0 };

	hunt_init(&v->hunt, &v->hunting.rules, v->hunting.matcher, o->temp);
	v->hunt.on_hit = on_hit;
	v->hunt.ctx = v;
	if (!output_open(&v->out, o->output, &err)) {
		say_error("%s", err.why);
		return EXIT_USAGE;
	}
	size_t faults = 0;

	for (size_t i = 0; i < v->hunting.rules.fault_count; i++)
		faults += v->hunting.rules.faults[i].fatal;
	if (faults)
		say_warning(o, "rules that cannot be loaded: %zu (hunt --check-rules lists them)", faults);
	if (!engine_run(o->operands.items, o->operands.n, &options, &analysis, &totals, &err)) {
		say_error("%s", err.why);
		output_abort(&v->out);
		return EXIT_USAGE;
	}
	if (!hunt_finish(&v->hunt, &err)) {
		say_error("%s", err.why);
		output_abort(&v->out);
		return EXIT_USAGE;
	}
	return finish(v, &totals);
}

int verb_hunt(const struct cli_options *o)
{
	struct hunt_verb v = { .o = o };
	struct err err = { 0 };
	int status = EXIT_USAGE;

	if (o->check_rules.n)
		return check_rules(o);
	if (!o->operands.n) {
		say_error("hunt needs EVIDENCE... (upriver help hunt)");
		return EXIT_USAGE;
	}
	summary_init(&v.summary);
	findings_init(&v.findings);
	if (hunting_init(&v.hunting, o, false, &err))
		status = hunt_run(&v);
	else
		say_error("%s", err.why);
	findings_done(&v.findings);
	summary_done(&v.summary);
	hunt_done(&v.hunt);
	hunting_done(&v.hunting);
	buf_done(&v.line);
	return status;
}
