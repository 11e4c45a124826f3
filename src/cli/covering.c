/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/covering.h"

#include "base/heap.h"
#include "case/verdict.h"
#include "cli/output.h"

#include <stdio.h>
#include <stdlib.h>

/* Hours of one source, or of one category or service of it that the user names. */
struct part {
	const char *name; /* NULL: all of it */
	struct slice spelled;
	struct verdict_hour *hours;
	size_t n, cap;
	uint64_t events;
	unsigned weakness;
};

/* One source at a time: rows come in its order. */
struct judging {
	struct store *store;
	struct survey *survey;
	const struct cli_options *o;
	struct arena arena; /* names of this source */
	struct slice host, source, reader;
	bool event_log, some;
	struct part *parts; /* the whole, then one a name */
	bool *used;	    /* names of --complete that fitted something */
};

/* The weakest first, as STORE_HOURS counts. */
static enum completeness of_weakness(unsigned weakness)
{
	static const enum completeness order[] = { COMPLETENESS_COMPLETE, COMPLETENESS_UNKNOWN,
						   COMPLETENESS_FILTERED, COMPLETENESS_SAMPLED,
						   COMPLETENESS_CAPPED,	  COMPLETENESS_TRUNCATED };

	return order[weakness < 6 ? weakness : 1];
}

static void part_add(struct part *p, const struct slice *c)
{
	int64_t first = 0, last = 0;
	uint64_t events = 0, weakness = 0;

	slice_to_i64(c[4], &first);
	slice_to_i64(c[5], &last);
	slice_to_u64(c[6], &events);
	slice_to_u64(c[7], &weakness);
	struct verdict_hour *end = p->n ? &p->hours[p->n - 1] : NULL;

	if (end && coverage_hour(end->first_ns) == coverage_hour(first)) {
		if (first < end->first_ns)
			end->first_ns = first;
		if (last > end->last_ns)
			end->last_ns = last;
	} else {
		p->hours = heap_room(p->hours, p->n, &p->cap, sizeof(*p->hours));
		p->hours[p->n++] = (struct verdict_hour){ first, last };
	}
	p->events += events;
	if (weakness > p->weakness)
		p->weakness = (unsigned)weakness;
}

static void put_verdict(struct judging *j, const struct part *p, const struct verdict_input *in,
			const struct coverage_verdict *v)
{
	struct store_source row = { .host = j->host,
				    .source = j->source,
				    .category = p->name ? p->spelled : slice_of(NULL, 0),
				    .first_ns = v->first_ns,
				    .last_ns = v->last_ns,
				    .events = p->events,
				    .completeness = completeness_text(v->completeness),
				    .declared = completeness_text(in->declared),
				    .refuted_by = v->refuted_by,
				    .asserted = in->asserted,
				    .truncated = v->truncated_start,
				    .lowest = v->lowest,
				    .highest = v->highest,
				    .missing = v->missing,
				    .left_out = v->spans_left_out };

	store_add_source(j->store, &row);
	for (size_t i = 0; i < v->span_count; i++)
		store_add_span(j->store, &(struct store_span){ .kind = span_kind_text(v->spans[i].kind),
							       .reason = v->spans[i].reason,
							       .first_ns = v->spans[i].from_ns,
							       .last_ns = v->spans[i].to_ns,
							       .open = v->spans[i].open,
							       .missing = v->spans[i].missing });
	for (size_t i = 0; i < v->end_count; i++)
		store_add_break(j->store, &(struct store_break){ .kind = break_kind_text(v->ends[i]->kind),
								 .time = v->ends[i]->time,
								 .reason = v->ends[i]->detail,
								 .file = v->ends[i]->file,
								 .inner = v->ends[i]->inner,
								 .record = v->ends[i]->record,
								 .offset = v->ends[i]->offset });
}

static void judge_part(struct judging *j, const struct part *p)
{
	struct verdict_input in = { .source = j->source,
				    .reader = j->reader,
				    .declared = of_weakness(p->weakness),
				    .asserted = p->name != NULL,
				    .hours = p->hours,
				    .hour_count = p->n,
				    .heartbeat = slice_is(j->source, "SensorHeartbeat") };
	struct coverage_verdict v;

	for (size_t i = 0; !p->name && i < j->o->complete.n; i++)
		if (slice_eq_nocase(slice_str(j->o->complete.items[i]), j->source))
			in.asserted = j->used[i] = true;
	in.break_count = breaks_of_host(&j->survey->breaks, j->host, &in.breaks);
	in.run_count = numbers_of_log(&j->survey->numbers, j->host, j->source, &in.runs, &in.given_up);
	in.event_log = j->event_log || in.run_count;
	verdict_judge(&in, &v);
	put_verdict(j, p, &in, &v);
	verdict_done(&v);
}

static void finish_source(struct judging *j)
{
	for (size_t i = 0; j->some && i <= j->o->complete.n; i++) {
		struct part *p = &j->parts[i];

		if (p->n)
			judge_part(j, p);
		p->n = 0;
		p->events = p->weakness = 0;
	}
	arena_reset(&j->arena);
	j->event_log = false;
}

static void hours_row(void *ctx, const struct slice *c, size_t n)
{
	struct judging *j = ctx;

	(void)n;
	if (!j->some || !slice_eq_nocase(j->host, c[0]) || !slice_eq_nocase(j->source, c[1])) {
		finish_source(j);
		j->host = arena_keep(&j->arena, c[0]);
		j->source = arena_keep(&j->arena, c[1]);
		j->reader = arena_keep(&j->arena, c[9]);
		j->some = true;
	}
	j->event_log |= slice_is(c[8], "1");
	part_add(&j->parts[0], c);
	for (size_t i = 0; i < j->o->complete.n; i++) {
		struct part *p = &j->parts[i + 1];
		struct slice name = slice_str(p->name);
		bool category = slice_eq_nocase(name, c[2]);

		if (slice_eq_nocase(name, j->source) || (!category && !slice_eq_nocase(name, c[3])))
			continue;
		if (!p->n)
			p->spelled = arena_keep(&j->arena, category ? c[2] : c[3]);
		j->used[i] = true;
		part_add(p, c);
	}
}

/* The names of --complete, in a form that can be compared. */
static struct slice asserted(const struct cli_options *o, struct buf *out)
{
	for (size_t i = 0; i < o->complete.n; i++) {
		buf_json_comma(out);
		buf_put_json(out, slice_str(o->complete.items[i]));
	}
	return out->n ? buf_slice(out) : slice_str("");
}

bool covering_same(struct store *store, const struct cli_options *o)
{
	struct buf text = { 0 };
	struct slice was = store_meta(store, "complete");
	bool same = slice_eq(was, asserted(o, &text));

	buf_done(&text);
	return same;
}

static void say_left_out(const struct judging *j)
{
	const struct survey *s = j->survey;

	for (size_t i = 0; i < j->o->complete.n; i++)
		if (!j->used[i])
			say_warning(j->o, "--complete %s: no source in the evidence is called that",
				    j->o->complete.items[i]);
	if (s->breaks.left_out)
		say_warning(j->o, "coverage: %llu records about logging itself were not kept, for there are"
			    " too many", (unsigned long long)s->breaks.left_out);
	if (s->numbers.logs_left_out)
		say_warning(j->o, "coverage: too many event logs: not every one was looked through for holes");
}

bool covering_judge(struct store *store, struct survey *survey, const struct cli_options *o,
		    struct err *err)
{
	struct judging j = { .store = store, .survey = survey, .o = o };
	struct buf text = { 0 };

	arena_init(&j.arena, 0);
	j.parts = heap_array(o->complete.n + 1, sizeof(*j.parts));
	j.used = heap_array(o->complete.n + 1, sizeof(*j.used));
	for (size_t i = 0; i < o->complete.n; i++)
		j.parts[i + 1].name = o->complete.items[i];
	breaks_sort(&survey->breaks);
	numbers_sort(&survey->numbers);
	bool ok = store_ask(store, STORE_HOURS, hours_row, &j, err);

	if (ok) {
		finish_source(&j);
		say_left_out(&j);
		store_set_meta(store, "complete", asserted(o, &text));
	}
	for (size_t i = 0; i <= o->complete.n; i++)
		free(j.parts[i].hours);
	free(j.parts);
	free(j.used);
	buf_done(&text);
	arena_done(&j.arena);
	return ok;
}
