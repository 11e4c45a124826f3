/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/covering.h"
#include "cli/hunting.h"
#include "cli/output.h"
#include "cli/scoping.h"
#include "cli/story.h"
#include "cli/telling.h"
#include "cli/tracing.h"
#include "cli/verb.h"
#include "engine/survey.h"
#include "graph/address.h"
#include "sys/digest.h"
#include "sys/walk.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct investigation {
	const struct cli_options *o;
	struct hunting hunting;
	struct survey survey;
	struct coverage kinds; /* coverage without its hours */
	struct store *store;
	bool fail_on;
	uint64_t lost, activities;
};

static void on_hit(void *ctx, const struct hit *h)
{
	struct investigation *v = ctx;
	struct store_hit row = { .id = slice_str(h->id),
				 .rule_id = h->rule->id,
				 .rule_title = h->rule->title,
				 .level = slice_str(rule_level_text(h->rule->level)),
				 .host = h->host,
				 .channel = h->channel,
				 .file = h->file->path,
				 .inner = h->file->inner,
				 .time = h->time,
				 .event_id = h->event_id,
				 .record = h->record,
				 .offset = h->offset };

	v->fail_on |= v->o->fail_on_set && h->rule->level >= v->o->fail_on;
	store_add_hit(v->store, &row);
	for (size_t i = 0; i < h->why_count; i++)
		store_add_why(v->store, row.id, h->why[i].selection, h->why[i].field, h->why[i].value,
			      h->why[i].pattern);
}

static void on_verdict(void *ctx, const struct survey_verdict *x)
{
	struct investigation *v = ctx;
	struct slice level = x->level.n ? x->level : slice_str("medium");
	char lower[24];

	level = slice_lower(slice_head(level, sizeof(lower)), (uint8_t *)lower);
	if (slice_is(level, "info") || slice_is(level, "informational"))
		level = slice_str("informational");
	store_add_hit(v->store, &(struct store_hit){ .id = slice_str(x->id),
						     .rule_title = x->title,
						     .level = level,
						     .host = x->host,
						     .channel = x->channel,
						     .file = x->file->path,
						     .inner = x->file->inner,
						     .time = x->time,
						     .event_id = x->event_id,
						     .record = x->record,
						     .offset = x->offset,
						     .detector = x->detector });
}

static void on_block(void *ctx, const struct engine_file *file, uint64_t record_base, struct slice host,
		     size_t activities, struct slice block)
{
	struct investigation *v = ctx;

	v->activities += activities;
	store_add_segment(v->store, &(struct store_segment){ .host = host,
							     .file = file->path,
							     .inner = file->inner,
							     .record_base = record_base,
							     .activities = activities,
							     .block = block });
}

static struct store_coverage stored_row(const struct investigation *v, const struct coverage_row *row)
{
	struct coverage_source source = row->source;

	coverage_classify(&v->hunting.tax, &source);
	return (struct store_coverage){ .host = row->host,
					.channel = source.channel,
					.product = source.product,
					.category = source.category,
					.service = source.service,
					.format = source.format,
					.event_id = source.event_id,
					.hour = row->hour == COVERAGE_NO_HOUR ? INT64_MIN : row->hour,
					.events = row->events,
					.first_ns = row->first_ns,
					.last_ns = row->last_ns,
					.completeness = completeness_text(source.completeness) };
}

static bool on_kind(void *ctx, const struct coverage_row *row)
{
	struct investigation *v = ctx;
	const struct store_coverage c = stored_row(v, row);

	return store_add_kind(v->store, &c);
}

static bool on_row(void *ctx, const struct coverage_row *row)
{
	struct investigation *v = ctx;
	const struct store_coverage c = stored_row(v, row);
	struct coverage_row kind = *row;

	if (row->hour != COVERAGE_NO_HOUR)
		hosts_span(&v->survey.hosts, row->host, row->first_ns, row->last_ns);
	/* Of all hours: as if all were one. */
	kind.hour = 0;
	if (row->hour != COVERAGE_NO_HOUR && coverage_put(&v->kinds, &kind)) {
		coverage_each(&v->kinds, on_kind, v);
		coverage_clear(&v->kinds);
	}
	return store_add_coverage(v->store, &c);
}

static void on_result(void *ctx, const struct engine_file *file, uint64_t record_base, uint8_t type,
		      struct slice payload)
{
	struct investigation *v = ctx;

	survey_result(&v->survey, file, record_base, type, payload);
}

static void on_note(void *ctx, const struct engine_note *n)
{
	struct investigation *v = ctx;

	v->lost += n->lost;
	store_add_unreadable(v->store, n->file, n->inner, n->offset, n->lost, n->reason);
	say_note(v->o, n);
}

static void on_file(void *ctx, const struct engine_file *f)
{
	struct investigation *v = ctx;

	survey_file(&v->survey, f);
	store_add_evidence(v->store, &(struct store_evidence){ .path = f->path,
							       .inner = f->inner,
							       .format = slice_str(f->format),
							       .sha256 = f->sha256,
							       .bytes = f->bytes,
							       .events = f->events });
}

/* What is named now, against the evidence of a case that is there already. */
struct comparing {
	struct store *store;
	size_t same, files;
	struct buf other; /* the first file that is not in the case */
};

static void compare_file(void *ctx, const struct walk_entry *e)
{
	struct comparing *c = ctx;
	char sha256[65];
	struct err err;
	int fd = e->why ? -1 : open(e->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

	if (fd < 0)
		return;
	if (digest_file(fd, sha256, &err)) {
		bool there = store_has_evidence(c->store, sha256);

		c->files++;
		c->same += there;
		if (!there && !c->other.n)
			buf_put_str(&c->other, e->path);
	}
	close(fd);
}

/* What to do with a case that is there already: nothing (1), build anew (0), refuse (-1). More
 * evidence than it has is welcome; without some of its own it would lose what was found there. */
static int judge(const struct investigation *v, const struct comparing *c, struct err *err)
{
	size_t had = store_evidence_count(v->store);

	if (c->same >= had)
		return c->files == c->same && slice_is(store_meta(v->store, "state"), "complete") &&
		       covering_same(v->store, v->o);
	if (c->same == 0)
		err_set(err, ERR_USAGE, 0, "%s holds a case of other evidence (%.*s is not in it): name"
			" another file with -o", v->o->output, (int)c->other.n, (const char *)c->other.p);
	else
		err_set(err, ERR_USAGE, 0, "%s holds a case of %zu files of evidence, of which %zu are named"
			" here: name them all, or another file with -o", v->o->output, had, c->same);
	return -1;
}

static int existing_case(struct investigation *v, struct err *err)
{
	struct comparing c = { .store = v->store };
	bool walked = true;

	if (!store_meta(v->store, "state").p)
		return 0;
	for (size_t i = 0; i < v->o->operands.n && walked; i++)
		walked = walk(v->o->operands.items[i], compare_file, &c, err);
	int what = walked ? judge(v, &c, err) : -1;

	buf_done(&c.other);
	return what;
}

static void put_meta(struct store *s, const char *key, uint64_t value)
{
	char text[24];
	int n = snprintf(text, sizeof(text), "%llu", (unsigned long long)value);

	store_set_meta(s, key, slice_of(text, (size_t)n));
}

static void put_rules(struct investigation *v)
{
	const struct ruleset *set = &v->hunting.rules;

	for (uint32_t r = 0; r < set->n; r++)
		if (match_rule_loaded(v->hunting.matcher, r))
			store_add_rule(v->store, set->rules[r].id, set->rules[r].title,
				       slice_str(rule_level_text(set->rules[r].level)), set->rules[r].file,
				       slice_of(NULL, 0));
	for (size_t i = 0; i < set->correlation_count; i++) {
		const struct rule *rule = &set->correlations[i].rule;

		store_add_rule(v->store, rule->id, rule->title, slice_str(rule_level_text(rule->level)),
			       rule->file, slice_of(NULL, 0));
	}
	for (size_t i = 0; i < set->fault_count; i++)
		if (set->faults[i].fatal)
			store_add_rule(v->store, slice_of(NULL, 0), slice_of(NULL, 0), slice_of(NULL, 0),
				       set->faults[i].file, set->faults[i].reason);
}

static bool on_same_host(void *ctx, struct slice from, struct slice to, const char *why)
{
	struct investigation *v = ctx;

	return store_merge_host(v->store, from, to, slice_str(why));
}

/* The only machine that has a name, and not just an address that a sensor saw; n 0 where there is another, or none. */
static struct slice only_machine(const struct map *names)
{
	struct slice only = slice_of(NULL, 0);

	for (uint32_t i = 0; i < names->n; i++) {
		if (address_is(map_key(names, i)))
			continue;
		if (only.n)
			return slice_of(NULL, 0);
		only = map_key(names, i);
	}
	return only;
}

/* Names that are one machine's. */
static void merge_hosts(struct investigation *v)
{
	const struct map *names = &v->survey.hunt.hosts;
	struct slice only = only_machine(names);

	/* Shorter ones are anybody's folder; addresses, of which a sensor names many, are nobody's. */
	for (uint32_t i = 0; i < names->n; i++)
		if (map_key(names, i).n > 3 && !address_is(map_key(names, i)))
			store_adopt_host(v->store, map_key(names, i));
	for (uint32_t i = 0; i < names->n; i++)
		hosts_note(&v->survey.hosts, map_key(names, i), slice_of(NULL, 0));
	hosts_merge(&v->survey.hosts, on_same_host, v);
	/* Logs that name no host (dpkg.log) are taken for the one machine that the rest speaks of. */
	if (only.n)
		store_merge_host(v->store, slice_str(""), only, slice_str("assumed: the only host that the evidence names"));
}

/* Origins and stages. */
static bool explain(struct investigation *v, struct err *err)
{
	struct graphs graphs;
	bool ok;

	graphs_init(&graphs, v->store, v->o);
	ok = tracing_all(&graphs, err) && scoping_all(&graphs, err);
	graphs_done(&graphs);
	return ok;
}

static bool build(struct investigation *v, struct engine_totals *totals, struct err *err)
{
	struct engine_options options = hunting_engine_options(&v->hunting, v->o);
	struct survey_shared shared = { v->hunting.matcher, v->hunting.extract };
	struct engine_analysis analysis = { .shared = &shared,
					    .worker_new = survey_worker_new,
					    .worker_event = survey_worker_event,
					    .worker_piece_end = survey_worker_piece_end,
					    .result = on_result,
					    .note = on_note,
					    .file_done = on_file,
					    .ctx = v };
	size_t loaded = 0;

	options.hash = true;
	if (!store_begin(v->store, err))
		return false;
	store_set_meta(v->store, "state", slice_str("building"));
	put_rules(v);
	if (!engine_run(v->o->operands.items, v->o->operands.n, &options, &analysis, totals, err))
		return false;
	if (!hunt_finish(&v->survey.hunt, err))
		return false;
	say_correlating(v->o, v->survey.hunt.correlating);
	coverage_each(&v->survey.coverage, on_row, v);
	coverage_each(&v->kinds, on_kind, v);
	if (!covering_judge(v->store, &v->survey, v->o, err))
		return false;
	store_index_hosts(v->store);
	merge_hosts(v);
	for (size_t i = 0; i < v->survey.hunt.source_count; i++)
		loaded += v->survey.hunt.sources[i].rules;
	put_meta(v->store, "events", totals->events);
	put_meta(v->store, "bytes", totals->bytes);
	put_meta(v->store, "files", totals->files);
	put_meta(v->store, "hits", v->survey.hunt.hits);
	put_meta(v->store, "lost", totals->lost);
	put_meta(v->store, "rules_loaded", loaded);
	put_meta(v->store, "activities", v->activities);
	store_summarise(v->store);
	if (!explain(v, err))
		return false;
	store_set_meta(v->store, "state", slice_str(totals->interrupted ? "interrupted" : "complete"));
	return true;
}

static bool tell(const struct cli_options *o, struct buf *text, struct store *s, const char *path, struct err *err)
{
	if (o->json)
		return story_json(text, s, path, err);
	return o->details ? story_text(text, s, path, err) : telling_text(text, s, path, err);
}

/* The story of a case that is closed for writing. */
static int case_tell(const struct cli_options *o, const char *path, const char *to)
{
	struct err err = { 0 };
	struct store *s = store_open(path, &err);
	struct buf text = { 0 };
	struct output out;
	bool ok = s != NULL;

	if (ok && o->coverage)
		ok = o->json ? covering_json(&text, s, path, &err) : covering_text(&text, s, path, &err);
	else if (ok)
		ok = tell(o, &text, s, path, &err);
	if (ok && (ok = output_open(&out, to, &err))) {
		output_put(&out, buf_slice(&text));
		ok = output_close(&out, &err);
	}
	if (!ok)
		say_error("%s", err.why);
	buf_done(&text);
	store_close(s, &err);
	return ok ? EXIT_DONE : EXIT_USAGE;
}

static int investigate(struct investigation *v, struct err *err)
{
	struct engine_totals totals = { 0 };
	int existing = existing_case(v, err);
	bool ok = existing > 0 || (existing == 0 && build(v, &totals, err));
	struct err closing = { 0 };

	if (!store_close(v->store, ok ? err : &closing))
		ok = false;
	if (!ok) {
		say_error("%s", err->why);
		return EXIT_USAGE;
	}
	if (existing > 0)
		say_warning(v->o, "%s is complete for this evidence: nothing was read again", v->o->output);
	int status = case_tell(v->o, v->o->output, NULL);

	if (status != EXIT_DONE)
		return status;
	if (totals.lost || totals.interrupted)
		return EXIT_PARTLY;
	return v->fail_on ? EXIT_FOUND : EXIT_DONE;
}

/* Said before the case is made: a mistyped path leaves no empty case behind. */
static bool evidence_there(const struct cli_options *o, struct err *err)
{
	for (size_t i = 0; i < o->operands.n; i++) {
		const char *path = o->operands.items[i];
		struct stat st;

		if (strcmp(path, "-") != 0 && stat(path, &st) != 0) {
			err_errno(err, "%s", path);
			return false;
		}
	}
	return true;
}

int verb_investigate(const struct cli_options *o)
{
	struct investigation v = { .o = o };
	struct err err = { 0 };
	int status = EXIT_USAGE;

	if (!o->output) {
		say_error("investigate needs -o CASE: the file that will hold what is found");
		return EXIT_USAGE;
	}
	if (evidence_there(o, &err) && hunting_init(&v.hunting, o, true, &err) &&
	    (v.store = store_create(o->output, &err))) {
		hunt_init(&v.survey.hunt, &v.hunting.rules, v.hunting.matcher, o->temp);
		v.survey.hunt.on_hit = on_hit;
		v.survey.hunt.ctx = &v;
		v.survey.on_row = on_row;
		v.survey.on_verdict = on_verdict;
		v.survey.on_block = on_block;
		v.survey.ctx = &v;
		survey_init(&v.survey);
		coverage_init(&v.kinds);
		status = investigate(&v, &err);
		coverage_done(&v.kinds);
		survey_done(&v.survey);
		hunt_done(&v.survey.hunt);
	} else {
		say_error("%s", err.why);
	}
	hunting_done(&v.hunting);
	return status;
}

int verb_show(const struct cli_options *o)
{
	const char *path = o->operands.items[0];
	struct err err = { 0 };

	if (o->migrate) {
		if (!store_migrate(path, o->migrate, &err)) {
			say_error("%s", err.why);
			return EXIT_USAGE;
		}
		path = o->migrate;
	}
	return case_tell(o, path, o->output);
}
