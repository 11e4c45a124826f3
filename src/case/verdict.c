/* SPDX-License-Identifier: Apache-2.0 */
#include "case/verdict.h"

#include "base/heap.h"
#include "base/limits.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#define MINUTE_NS (INT64_C(60) * 1000000000)
#define HOUR_NS (60 * MINUTE_NS)
/* Records of a shutdown or boot stand so near to the stop or start that they explain. */
#define BOOT_NS (10 * MINUTE_NS)

const char *span_kind_text(enum span_kind k)
{
	static const char *const texts[SPAN_KIND_COUNT] = { "hole", "off", "reduced" };

	return texts[k < SPAN_KIND_COUNT ? k : 0];
}

static struct verdict_span *add_span(struct coverage_verdict *v, enum span_kind kind, int64_t from, int64_t to)
{
	v->spans = heap_room(v->spans, v->span_count, &v->span_cap, sizeof(*v->spans));
	v->spans[v->span_count] = (struct verdict_span){ .kind = kind, .from_ns = from, .to_ns = to };
	return &v->spans[v->span_count++];
}

static void refute(struct coverage_verdict *v, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The first reasons, as many as there is room for. */
static void refute(struct coverage_verdict *v, const char *format, ...)
{
	char text[120];
	size_t n = strlen(v->refuted_by);
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	if (strstr(v->refuted_by, text) || n + strlen(text) + 3 > sizeof(v->refuted_by))
		return;
	snprintf(v->refuted_by + n, sizeof(v->refuted_by) - n, "%s%s", n ? "; " : "", text);
}

static bool covers(const struct verdict_input *in, const struct break_record *b)
{
	switch (b->covers) {
	case COVERS_SOURCE:
		return slice_eq_nocase(b->source, in->source);
	case COVERS_EVENT_LOGS:
		return in->event_log;
	case COVERS_READER:
		return slice_eq(b->source, in->reader);
	case COVERS_SENSOR:
		return in->declared == COMPLETENESS_SAMPLED || in->declared == COMPLETENESS_CAPPED;
	default:
		return true;
	}
}

static bool stops(const struct break_record *b)
{
	return b->kind == BREAK_STOPPED || b->kind == BREAK_SHUTDOWN || b->kind == BREAK_SENSOR_DOWN;
}

static bool starts(const struct break_record *b)
{
	return b->kind == BREAK_STARTED || b->kind == BREAK_BOOT || b->kind == BREAK_SENSOR_UP;
}

/* What is told of a source: what happened while it had records, or ended them. */
static bool told(const struct verdict_input *in, const struct coverage_verdict *v, const struct break_record *b)
{
	if (!b->time.set || !covers(in, b) || when_apart(v->first_ns, b->time.ns) > HOUR_NS)
		return false;
	return when_apart(b->time.ns, v->last_ns) <= HOUR_NS || stops(b);
}

static void gather_ends(const struct verdict_input *in, struct coverage_verdict *v)
{
	for (size_t i = 0; i < in->break_count; i++) {
		if (!told(in, v, &in->breaks[i]) || in->breaks[i].kind == BREAK_SENSOR_UP)
			continue;
		v->ends = heap_room(v->ends, v->end_count, &v->end_cap, sizeof(*v->ends));
		v->ends[v->end_count++] = &in->breaks[i];
	}
}

/* A clearing in [from, to], which names the reason of a hole. */
static const struct break_record *clearing(const struct verdict_input *in, int64_t from, int64_t to)
{
	for (size_t i = 0; i < in->break_count; i++) {
		const struct break_record *b = &in->breaks[i];

		if (b->kind == BREAK_CLEARED && b->time.set && covers(in, b) &&
		    when_apart(from, b->time.ns) <= MINUTE_NS && when_apart(b->time.ns, to) <= MINUTE_NS)
			return b;
	}
	return NULL;
}

static void number_hole(const struct verdict_input *in, struct coverage_verdict *v, const struct numbers_gap *g)
{
	struct verdict_span *s = add_span(v, SPAN_HOLE, g->from_ns, g->to_ns);
	bool cleared = clearing(in, g->from_ns, g->to_ns) != NULL;

	s->missing = g->missing;
	if (g->restart)
		snprintf(s->reason, sizeof(s->reason), "%s: record numbers start again at %llu",
			 cleared ? "log cleared" : "log made anew",
			 (unsigned long long)g->after);
	else
		snprintf(s->reason, sizeof(s->reason), "%srecord%s %llu to %llu %s not in the evidence",
			 cleared ? "log cleared: " : "", g->missing == 1 ? "" : "s",
			 (unsigned long long)g->before + 1, (unsigned long long)g->after - 1,
			 g->missing == 1 ? "is" : "are");
}

static void judge_numbers(const struct verdict_input *in, struct coverage_verdict *v)
{
	struct numbers_verdict n;
	size_t restarts = 0;

	if (in->given_up)
		refute(v, "record numbers too scattered to be followed");
	if (!in->run_count)
		return;
	numbers_judge(in->runs, in->run_count, &n);
	v->lowest = n.lowest;
	v->highest = n.highest;
	v->missing = n.missing;
	v->spans_left_out = n.left_out;
	for (size_t i = 0; i < n.n; i++) {
		restarts += n.gaps[i].restart;
		number_hole(in, v, &n.gaps[i]);
	}
	if (n.lowest > 1 && !in->given_up) {
		v->truncated_start = true;
		if (clearing(in, n.lowest_ns, n.lowest_ns))
			refute(v, "the log was cleared where it starts");
		else
			refute(v, "the log starts at record %llu", (unsigned long long)n.lowest);
	}
	if (n.disordered)
		refute(v, "record numbers and times contradict each other");
	if (restarts)
		refute(v, "record numbers start again");
	if (n.n > restarts)
		refute(v, "%llu records missing", (unsigned long long)n.missing);
	numbers_verdict_done(&n);
}

/* When records came again behind `ns`. 0: a start of its own was recorded, or the next record is
 * known; else the hours say so, to an hour. */
static bool next_record(const struct verdict_input *in, const struct break_record *stop, int64_t *ret)
{
	if (stop->number && slice_eq_nocase(stop->log, in->source))
		for (size_t i = 0; i < in->run_count; i++)
			if (in->runs[i].timed && in->runs[i].low == stop->number + 1 &&
			    in->runs[i].low_ns >= stop->time.ns) {
				*ret = in->runs[i].low_ns;
				return true;
			}
	for (size_t i = 0; i < in->hour_count; i++) {
		if (in->hours[i].first_ns > stop->time.ns) {
			*ret = in->hours[i].first_ns;
			return true;
		}
		if (in->hours[i].last_ns > stop->time.ns + MINUTE_NS) {
			*ret = in->hours[i].last_ns;
			return true;
		}
	}
	return false;
}

/* Whether the machine itself went down or came up about then: all of its event logs tell. */
static bool machine_was_off(const struct verdict_input *in, int64_t from, int64_t to)
{
	for (size_t i = 0; i < in->break_count; i++) {
		const struct break_record *b = &in->breaks[i];

		if ((b->kind == BREAK_BOOT || b->kind == BREAK_SHUTDOWN) && b->time.set &&
		    when_apart(from, b->time.ns) <= BOOT_NS && when_apart(b->time.ns, to) <= BOOT_NS)
			return true;
	}
	return false;
}

static void stop_span(const struct verdict_input *in, struct coverage_verdict *v, const struct break_record *stop,
		      const struct break_record *start)
{
	int64_t to = v->last_ns;
	bool open = false;

	if (start)
		to = start->time.ns;
	else if (!next_record(in, stop, &to))
		open = true;
	if (!open && when_apart(v->first_ns, to) >= 0)
		return; /* all of it before the first record */
	bool off = stop->kind != BREAK_SENSOR_DOWN &&
		   (stop->kind == BREAK_SHUTDOWN || (start && start->kind == BREAK_BOOT) ||
		    machine_was_off(in, stop->time.ns, open ? stop->time.ns : to));
	struct verdict_span *s = add_span(v, off ? SPAN_OFF : SPAN_HOLE, stop->time.ns,
					  to > stop->time.ns ? to : stop->time.ns);

	s->open = open;
	if (off)
		snprintf(s->reason, sizeof(s->reason), "the machine was shut down%s",
			 open ? "; nothing tells when it came up" : "");
	else
		snprintf(s->reason, sizeof(s->reason), "%.*s stopped%s",
			 (int)(stop->detail.n ? (stop->detail.n < 60 ? stop->detail.n : 60) : 7),
			 stop->detail.n ? (const char *)stop->detail.p : "logging",
			 open		    ? "; no record of a start"
			 : start	    ? ""
					    : ", no record of its start: until the next record");
	if (!off)
		refute(v, "%s", stop->kind == BREAK_SENSOR_DOWN ? "sensor down" : "logging stopped");
}

/* Stops to the next start. Of a stop inside a stop only the first counts. */
static void judge_stops(const struct verdict_input *in, struct coverage_verdict *v)
{
	const struct break_record *stop = NULL;

	for (size_t i = 0; i < in->break_count; i++) {
		const struct break_record *b = &in->breaks[i];
		int64_t again;

		if (!b->time.set || !covers(in, b))
			continue;
		/* Stopped, records again without a word of a start, and stopped once more. */
		if (stop && stops(b) && when_apart(b->time.ns, stop->time.ns) > BOOT_NS &&
		    next_record(in, stop, &again) && b->time.ns > again) {
			stop_span(in, v, stop, NULL);
			stop = NULL;
		}
		if (stops(b) && !stop) {
			stop = b;
		} else if (starts(b) && stop && b->time.ns >= stop->time.ns) {
			stop_span(in, v, stop, b);
			stop = NULL;
		}
	}
	if (stop && told(in, v, stop))
		stop_span(in, v, stop, NULL);
}

static bool ends_with(struct slice s, const char *tail)
{
	return slice_ends(s, slice_str(tail));
}

/* A subcategory that is no longer recorded, until it is again. */
static void judge_policy(const struct verdict_input *in, struct coverage_verdict *v)
{
	for (size_t i = 0; i < in->break_count; i++) {
		const struct break_record *b = &in->breaks[i], *again = NULL;

		if (b->kind != BREAK_POLICY || !told(in, v, b) || !ends_with(b->detail, "no longer recorded"))
			continue;
		struct slice what = slice_head(b->detail, slice_find(b->detail, ':'));

		for (size_t j = i + 1; j < in->break_count && !again; j++)
			if (in->breaks[j].kind == BREAK_POLICY && covers(in, &in->breaks[j]) &&
			    slice_starts(in->breaks[j].detail, what) &&
			    ends_with(in->breaks[j].detail, "from here on"))
				again = &in->breaks[j];
		struct verdict_span *s = add_span(v, SPAN_REDUCED, b->time.ns,
						  again ? again->time.ns : v->last_ns);

		s->open = !again;
		if (s->to_ns < s->from_ns)
			s->to_ns = s->from_ns;
		snprintf(s->reason, sizeof(s->reason), "%.*s", (int)b->detail.n, (const char *)b->detail.p);
	}
}

static void judge_heartbeat(const struct verdict_input *in, struct coverage_verdict *v)
{
	for (size_t i = 1; i < in->hour_count; i++) {
		int64_t from = in->hours[i - 1].last_ns, to = in->hours[i].first_ns;

		if (when_apart(to, from) <= HOUR_NS)
			continue;
		struct verdict_span *s = add_span(v, SPAN_HOLE, from, to);

		snprintf(s->reason, sizeof(s->reason), "no heartbeat for more than an hour");
		refute(v, "heartbeats missing");
	}
}

/* What of a source's own records speaks against complete, and what that makes of it. */
static enum completeness answer(const struct verdict_input *in, struct coverage_verdict *v)
{
	bool cut = v->refuted_by[0] != 0, changed = false;

	for (size_t i = 0; i < v->end_count; i++) {
		const struct break_record *b = v->ends[i];
		/* Numbers that go on across a clearing show that nothing is lost. */
		bool loses = b->kind == BREAK_LOST || b->kind == BREAK_FULL || b->kind == BREAK_CAPPED ||
			     (b->kind == BREAK_CLEARED && !v->lowest);
		bool changes = b->kind == BREAK_POLICY || b->kind == BREAK_CONFIG ||
			       b->kind == BREAK_CLOCK;

		cut |= loses;
		changed |= changes;
		if (loses || changes)
			refute(v, "%s",
			       b->kind == BREAK_LOST	 ? "records lost by its own word"
			       : b->kind == BREAK_FULL	 ? "the log was full"
			       : b->kind == BREAK_CAPPED ? "an export of a round number of rows"
			       : b->kind == BREAK_CLEARED ? "log cleared"
			       : b->kind == BREAK_POLICY ? "audit policy changed"
			       : b->kind == BREAK_CONFIG ? "configuration changed"
							 : "clock set");
	}
	if (in->declared == COMPLETENESS_CAPPED && when_apart(v->last_ns, v->first_ns) >= 29 * 24 * HOUR_NS &&
	    when_apart(v->last_ns, v->first_ns) <= 30 * 24 * HOUR_NS + HOUR_NS) {
		refute(v, "it goes back 30 days, as far as an export may");
		cut = v->truncated_start = true;
	}
	if (cut)
		return COMPLETENESS_TRUNCATED;
	if (in->asserted || in->declared == COMPLETENESS_COMPLETE)
		return changed ? COMPLETENESS_FILTERED : COMPLETENESS_COMPLETE;
	return in->declared;
}

static int span_by_time(const void *pa, const void *pb)
{
	const struct verdict_span *a = pa, *b = pb;

	if (a->from_ns != b->from_ns)
		return a->from_ns < b->from_ns ? -1 : 1;
	if (a->to_ns != b->to_ns)
		return a->to_ns < b->to_ns ? -1 : 1;
	return (int)a->kind - (int)b->kind;
}

void verdict_judge(const struct verdict_input *in, struct coverage_verdict *ret)
{
	*ret = (struct coverage_verdict){ .first_ns = in->hours[0].first_ns };
	ret->last_ns = in->hours[0].last_ns;
	for (size_t i = 1; i < in->hour_count; i++)
		if (in->hours[i].last_ns > ret->last_ns)
			ret->last_ns = in->hours[i].last_ns;
	gather_ends(in, ret);
	judge_numbers(in, ret);
	judge_stops(in, ret);
	judge_policy(in, ret);
	if (in->heartbeat)
		judge_heartbeat(in, ret);
	if (ret->span_count)
		qsort(ret->spans, ret->span_count, sizeof(*ret->spans), span_by_time);
	ret->completeness = answer(in, ret);
}

void verdict_done(struct coverage_verdict *v)
{
	free(v->spans);
	free(v->ends);
	*v = (struct coverage_verdict){ 0 };
}
