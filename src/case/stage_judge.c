/* SPDX-License-Identifier: Apache-2.0 */
#include "case/stage_judge.h"

#include "base/buf.h"

/* Records of a source that stop this much before the end, or begin this much behind the start, still cover it:
 * an hour without a record is common on a machine that nobody uses. */
#define SLACK_NS (INT64_C(3600) * 1000000000)
/* Fewer starts of programs tell no system. */
#define STARTS_MIN 20u

const char *stage_answer_text(enum stage_answer a)
{
	static const char *const texts[STAGE_ANSWERS] = { "unknown", "yes", "no", "not_applicable" };

	return texts[a];
}

const char *stage_record_word(enum stage_record r)
{
	static const char *const words[RECORDS_COUNT] = {
#define X(id, word, text) [RECORDS_##id] = word,
		STAGE_RECORDS(X)
#undef X
	};

	return words[r];
}

const char *stage_record_text(enum stage_record r)
{
	static const char *const texts[RECORDS_COUNT] = {
#define X(id, word, text) [RECORDS_##id] = text,
		STAGE_RECORDS(X)
#undef X
	};

	return texts[r];
}

const char *stage_level_text(int level)
{
	return level == STAGE_NONE ? "none" : level == STAGE_U ? "U" : stage_text((enum stage)level);
}

struct slice stage_duration(struct arena *arena, int64_t ns)
{
	long long minutes = (long long)(ns / (INT64_C(60) * 1000000000));

	if (minutes >= 4320)
		return arena_printf(arena, "%lld days", (minutes + 720) / 1440);
	return minutes >= 120 ? arena_printf(arena, "%lld hours", (minutes + 30) / 60)
			      : arena_printf(arena, "%lld minutes", minutes);
}

/* ---- sightings ---- */

static bool before(const struct stage_sighting *a, const struct stage_sighting *b)
{
	if (a->timed != b->timed)
		return a->timed;
	return a->timed && a->ns < b->ns;
}

void stage_prove(struct stage_proof *p, const struct stage_sighting *s)
{
	size_t at = p->n;

	p->count++;
	if (s->timed) {
		if (!p->timed || s->ns < p->first_ns)
			p->first_ns = s->ns;
		if (!p->timed || s->ns > p->last_ns)
			p->last_ns = s->ns;
		p->timed++;
	}
	while (at > 0 && before(s, &p->shown[at - 1]))
		at--;
	if (at == STAGE_SHOWN)
		return;
	if (p->n < STAGE_SHOWN)
		p->n++;
	for (size_t i = p->n - 1; i > at; i--)
		p->shown[i] = p->shown[i - 1];
	p->shown[at] = *s;
}

void stage_prove_span(struct stage_proof *p, const struct stage_sighting *s, int64_t last_ns, uint64_t count)
{
	stage_prove(p, s);
	if (count < 2)
		return;
	p->count += count - 1;
	if (!s->timed)
		return;
	p->timed += count - 1;
	p->last_ns = last_ns > p->last_ns ? last_ns : p->last_ns;
}

/* ---- one judgement ---- */

struct judging {
	const struct stage_facts *f;
	const struct stage_learned *l;
	struct arena *arena;
	struct stage_ladder *ret;
	size_t cap;
	int64_t from_ns; /* of the window that a "no" speaks of */
};

static void put_reason(struct judging *j, enum stage s, const struct stage_sighting *what)
{
	if (j->ret->reason_count < j->cap)
		j->ret->reasons[j->ret->reason_count++] = (struct stage_reason){ s, *what };
}

static void because(struct judging *j, enum stage s, struct slice text)
{
	put_reason(j, s, &(struct stage_sighting){ .text = text });
}

static void settle(struct judging *j, enum stage s, enum stage_answer a, const char *why)
{
	j->ret->answers[s] = a;
	because(j, s, slice_str(why));
}

static struct slice time_text(struct judging *j, int64_t ns)
{
	char text[32];

	return arena_keep(j->arena, slice_of(text, when_format((struct when){ .ns = ns, .set = true }, text)));
}

static bool is(const struct judging *j, enum stage s, enum stage_answer a)
{
	return j->ret->answers[s] == a;
}

/* ---- what records prove ---- */

static void take_proofs(struct judging *j)
{
	for (int s = 0; s < STAGE_COUNT; s++) {
		const struct stage_proof *p = &j->f->proofs[s];

		if (p->n)
			j->ret->answers[s] = STAGE_YES;
		for (size_t i = 0; i < p->n; i++)
			put_reason(j, (enum stage)s, &p->shown[i]);
	}
}

/* The stage that another cannot be without; STAGE_NONE where there is none. It may have come without an offer. */
static int condition_of(enum stage s)
{
	switch (s) {
	case STAGE_S0:
	case STAGE_S1:
		return STAGE_NONE;
	case STAGE_S2:
		return STAGE_S1;
	case STAGE_S3:
		return STAGE_S2;
	case STAGE_S5:
		return STAGE_S4;
	default:
		return STAGE_S3;
	}
}

static void imply(struct judging *j)
{
	for (int s = STAGE_S8; s > STAGE_S1; s--) {
		int c = condition_of((enum stage)s);

		if (!is(j, (enum stage)s, STAGE_YES) || c == STAGE_NONE || is(j, (enum stage)c, STAGE_YES))
			continue;
		j->ret->answers[c] = STAGE_YES;
		because(j, (enum stage)c,
			arena_printf(j->arena, "follows from %s; it is in no record of its own", stage_text((enum stage)s)));
	}
}

/* ---- blocked ---- */

static void judge_block(struct judging *j)
{
	const struct stage_proof *b = &j->f->blocked;
	enum stage at;

	if (!b->n)
		return;
	if (is(j, STAGE_S3, STAGE_YES)) {
		struct stage_sighting s = b->shown[0];

		s.text = arena_printf(j->arena, "%.*s; it ran all the same", (int)s.text.n, (const char *)s.text.p);
		put_reason(j, STAGE_S3, &s);
		return;
	}
	/* What was stopped was there. */
	if (!is(j, STAGE_S1, STAGE_YES)) {
		j->ret->answers[STAGE_S1] = STAGE_YES;
		put_reason(j, STAGE_S1, &b->shown[0]);
	}
	at = is(j, STAGE_S2, STAGE_YES) ? STAGE_S3 : STAGE_S2;
	j->ret->blocked_at = at;
	put_reason(j, at, &b->shown[0]);
	for (int s = at; s < STAGE_COUNT; s++)
		j->ret->answers[s] = STAGE_NOT_APPLICABLE;
}

/* ---- what complete sources exclude ---- */

static bool holed(const struct stage_source *s, int64_t from, int64_t to)
{
	for (size_t i = 0; i < s->hole_count; i++)
		if (s->holes[i].to_ns > from && s->holes[i].from_ns < to)
			return true;
	return false;
}

/* Covers [from, to] without a hole, by itself. */
static bool covers(const struct stage_source *s, int64_t from, int64_t to)
{
	return s->completeness == COMPLETENESS_COMPLETE && s->first_ns <= from + SLACK_NS &&
	       s->last_ns >= to - SLACK_NS && !holed(s, from, to);
}

static const struct stage_source *whole(const struct judging *j, enum stage_record r, int64_t from)
{
	for (size_t i = 0; i < j->f->source_count; i++)
		if (j->f->sources[i].record == r && covers(&j->f->sources[i], from, j->f->to_ns))
			return &j->f->sources[i];
	return NULL;
}

/* An inventory tells of its moment: one at the end, of a machine from which nothing was removed, and that was not
 * installed anew since the origin went about. */
static const struct stage_source *inventory(const struct judging *j, enum stage_record r)
{
	if (j->l->origin_ns && j->f->system_ns > j->l->origin_ns)
		return NULL;
	for (size_t i = 0; i < j->f->source_count; i++) {
		const struct stage_source *s = &j->f->sources[i];

		if (s->names_only && j->l->no_places)
			continue;
		if (s->record == r && s->completeness == COMPLETENESS_COMPLETE && s->last_ns >= j->f->to_ns - SLACK_NS &&
		    !holed(s, s->last_ns - 1, j->f->to_ns))
			return s;
	}
	return NULL;
}

static void exclude(struct judging *j, enum stage s, const struct stage_source *by, int64_t from)
{
	struct slice a = time_text(j, by->first_ns > from ? by->first_ns : from), b = time_text(j, j->f->to_ns);

	j->ret->answers[s] = STAGE_NO;
	because(j, s, arena_printf(j->arena, "no evidence of %s in %.*s (%s) from %.*s to %.*s", stage_text(s),
				   (int)by->name.n, (const char *)by->name.p, stage_record_word(by->record), (int)a.n,
				   (const char *)a.p, (int)b.n, (const char *)b.p));
}

/* From when on a stage could have come: from the installation on, where a record tells it and nothing is older. */
static int64_t window_from(const struct judging *j, enum stage s)
{
	const struct stage_facts *f = j->f;

	if (s < STAGE_S3 || !f->installed || f->installed_ns <= j->from_ns)
		return j->from_ns;
	for (int i = STAGE_S3; i < STAGE_COUNT; i++)
		if (f->proofs[i].count > f->proofs[i].timed || (f->proofs[i].timed && f->proofs[i].first_ns < f->installed_ns))
			return j->from_ns;
	return f->installed_ns;
}

/* First run behind the takedown: whom it was to call was gone. */
static bool after_takedown(const struct judging *j)
{
	const struct stage_proof *run = &j->f->proofs[STAGE_S3];

	return j->l->takedown && (!run->timed || run->first_ns > j->l->takedown_ns);
}

static const struct stage_source *excluder(const struct judging *j, enum stage s)
{
	const struct stage_source *a;
	int64_t from = window_from(j, s);

	switch (s) {
	case STAGE_S0:
		return whole(j, RECORDS_REQUESTS, j->from_ns);
	case STAGE_S1:
		return j->f->removed.n || j->f->lies.n ? NULL : inventory(j, RECORDS_FILES);
	case STAGE_S2:
		a = j->f->removed.n || j->f->lies.n ? NULL : inventory(j, RECORDS_FILES);
		return a || j->f->removed.n ? a : inventory(j, RECORDS_PACKAGES);
	case STAGE_S3:
		return j->f->unclear.n ? NULL : whole(j, RECORDS_RUNS, from);
	case STAGE_S4:
	case STAGE_S5:
		return j->l->destinations && !after_takedown(j) ? whole(j, RECORDS_CONTACTS, from) : NULL;
	case STAGE_S6:
		return whole(j, RECORDS_LOADS, from) ? whole(j, RECORDS_READS, from) : NULL;
	case STAGE_S7:
		return j->f->unclear.n ? NULL : whole(j, RECORDS_RUNS, from);
	default:
		return NULL;
	}
}

static void judge_no(struct judging *j, enum stage s)
{
	const struct stage_source *by;
	int c = condition_of(s);

	if (!is(j, s, STAGE_UNKNOWN))
		return;
	if (c != STAGE_NONE && is(j, (enum stage)c, STAGE_NO)) {
		j->ret->answers[s] = STAGE_NO;
		because(j, s, arena_printf(j->arena, "cannot be without %s, of which there is no evidence in a complete source",
					   stage_text((enum stage)c)));
		return;
	}
	if (s == STAGE_S3B || j->f->from_ns > j->f->to_ns)
		return;
	by = excluder(j, s);
	if (by)
		exclude(j, s, by, window_from(j, s));
}

/* ---- dormant ---- */

/* Until when its silence was watched: contacts of this host were recorded, of whatever completeness. */
static bool watched(const struct stage_facts *f, int64_t run_ns, int64_t *ret)
{
	bool found = false;

	for (size_t i = 0; i < f->source_count; i++) {
		const struct stage_source *s = &f->sources[i];

		if (s->record != RECORDS_CONTACTS || s->first_ns > run_ns + SLACK_NS || s->last_ns < run_ns)
			continue;
		if (!found || s->last_ns > *ret)
			*ret = s->last_ns;
		found = true;
	}
	if (found && f->removed.timed && f->removed.first_ns < *ret)
		*ret = f->removed.first_ns;
	return found && *ret >= run_ns;
}

static void within_window(struct judging *j, int64_t run, int64_t until)
{
	const struct stage_learned *l = j->l;
	struct slice silent = stage_duration(j->arena, until - run), longest = stage_duration(j->arena, l->longest_ns);
	struct slice window = stage_duration(j->arena, l->window_ns);
	bool inside = until - run < l->window_ns;

	j->ret->answers[STAGE_S3B] = inside ? STAGE_YES : STAGE_UNKNOWN;
	because(j, STAGE_S3B,
		arena_printf(j->arena, "silent for %.*s up to the end of the records%s; waits seen: n=%llu, longest %.*s; "
				       "%llu silent so far; 99 of 100 call out within %.*s",
			     (int)silent.n, (const char *)silent.p,
			     inside ? ", inside the sleep window of this case"
				    : ", longer than the sleep window of this case: why is not known",
			     (unsigned long long)l->waits, (int)longest.n, (const char *)longest.p,
			     (unsigned long long)l->silent, (int)window.n, (const char *)window.p));
}

static void by_timer(struct judging *j, int64_t until)
{
	bool ahead = j->f->timer_ns > until;

	j->ret->answers[STAGE_S3B] = ahead ? STAGE_YES : STAGE_UNKNOWN;
	put_reason(j, STAGE_S3B, &j->f->timer.shown[0]);
	if (!ahead)
		because(j, STAGE_S3B, slice_str("that moment is past, and no contact is in the records: why is not known"));
}

static void say_takedown(struct judging *j)
{
	struct slice at = time_text(j, j->l->takedown_ns);

	because(j, STAGE_S3B, arena_printf(j->arena, "first run behind %.*s, when all that had called out fell silent: its "
						     "silence proves nothing", (int)at.n, (const char *)at.p));
}

static void judge_dormant(struct judging *j)
{
	const struct stage_proof *run = &j->f->proofs[STAGE_S3];
	int64_t until = j->f->to_ns;

	if (!is(j, STAGE_S3B, STAGE_UNKNOWN))
		return;
	if (is(j, STAGE_S4, STAGE_YES)) {
		settle(j, STAGE_S3B, STAGE_NOT_APPLICABLE, "it called out");
		return;
	}
	if (!is(j, STAGE_S3, STAGE_YES))
		return;
	if (!run->timed)
		because(j, STAGE_S3B, slice_str("no record tells when it first ran"));
	else if (after_takedown(j))
		say_takedown(j);
	else if (j->f->timer.n)
		by_timer(j, until);
	else if (!watched(j->f, run->first_ns, &until))
		because(j, STAGE_S3B, slice_str("no record of contacts from its first run on: its silence was not watched"));
	else if (!j->l->window_ns)
		because(j, STAGE_S3B, slice_str("no host of this case called out: how long it sleeps is not known"));
	else
		within_window(j, run->first_ns, until);
}

/* ---- what stays open, and what would settle it ---- */

static unsigned settles(enum stage s)
{
	static const unsigned of[STAGE_COUNT] = {
		[STAGE_S0] = 1u << RECORDS_REQUESTS,
		[STAGE_S1] = 1u << RECORDS_FILES,
		[STAGE_S2] = 1u << RECORDS_FILES | 1u << RECORDS_PACKAGES,
		[STAGE_S3] = 1u << RECORDS_RUNS,
		[STAGE_S3B] = 1u << RECORDS_CONTACTS,
		[STAGE_S4] = 1u << RECORDS_CONTACTS,
		[STAGE_S5] = 1u << RECORDS_CONTACTS,
		[STAGE_S6] = 1u << RECORDS_READS | 1u << RECORDS_LOADS,
		[STAGE_S7] = 1u << RECORDS_RUNS,
	};

	return of[s];
}

/* What would show it, besides what could exclude it: nothing excludes S8. */
static unsigned shows(enum stage s)
{
	return s == STAGE_S8 ? 1u << RECORDS_RUNS | 1u << RECORDS_CHANGES : settles(s);
}

/* Names of the sources that were looked through for a stage, each once. */
static struct slice looked_through(struct judging *j, enum stage s, int64_t *from, int64_t *to)
{
	struct buf text = { 0 };
	struct slice ret;

	for (size_t i = 0; i < j->f->source_count; i++) {
		const struct stage_source *x = &j->f->sources[i];

		if (!(shows(s) & 1u << x->record))
			continue;
		*from = !text.n || x->first_ns < *from ? x->first_ns : *from;
		*to = !text.n || x->last_ns > *to ? x->last_ns : *to;
		buf_printf(&text, "%s%.*s (%s, %s)", text.n ? ", " : "", (int)x->name.n, (const char *)x->name.p,
			   stage_record_word(x->record), x->completeness == COMPLETENESS_UNKNOWN ? "completeness unknown"
										     : completeness_text(x->completeness));
	}
	ret = arena_keep(j->arena, slice_head(buf_slice(&text), 400));
	buf_done(&text);
	return ret;
}

static void say_open(struct judging *j, enum stage s)
{
	int64_t from = 0, to = 0;
	struct slice names = looked_through(j, s, &from, &to), a, b;

	if (s == STAGE_S3B) /* said by itself, where it ran */
		return;
	if ((s == STAGE_S4 || s == STAGE_S5) && !j->l->destinations && j->l->why_none)
		because(j, s, slice_str(j->l->why_none));
	if (s >= STAGE_S4 && after_takedown(j) && is(j, STAGE_S3, STAGE_YES))
		because(j, s, slice_str("what it calls was gone when it first ran: silence proves nothing"));
	if (s == STAGE_S3 && j->f->unclear.n)
		put_reason(j, s, &j->f->unclear.shown[0]);
	if (!names.n) {
		because(j, s, arena_printf(j->arena, "no source on this host would show %s", stage_text(s)));
		return;
	}
	a = time_text(j, from);
	b = time_text(j, to);
	because(j, s, arena_printf(j->arena, "no evidence of %s in %.*s from %.*s to %.*s; that excludes nothing",
				   stage_text(s), (int)names.n, (const char *)names.p, (int)a.n, (const char *)a.p, (int)b.n,
				   (const char *)b.p));
}

static void say_all_open(struct judging *j)
{
	for (int s = 0; s < STAGE_COUNT; s++)
		if (is(j, (enum stage)s, STAGE_UNKNOWN)) {
			say_open(j, (enum stage)s);
			j->ret->missing |= settles((enum stage)s);
		}
	for (size_t i = 0; i < j->f->source_count; i++)
		if (j->f->from_ns <= j->f->to_ns && covers(&j->f->sources[i], j->from_ns, j->f->to_ns))
			j->ret->missing &= ~(1u << j->f->sources[i].record);
}

/* ---- the interval ---- */

static void take_interval(struct judging *j)
{
	struct stage_ladder *r = j->ret;

	r->proved = r->possible = STAGE_NONE;
	for (int s = 0; s < STAGE_COUNT; s++) {
		if (r->answers[s] == STAGE_YES)
			r->proved = s;
		if (r->answers[s] == STAGE_YES || r->answers[s] == STAGE_UNKNOWN)
			r->possible = s;
	}
	if (r->proved == STAGE_NONE && r->blocked_at == STAGE_NONE && !j->f->source_count && r->possible != STAGE_NONE)
		r->possible = STAGE_U;
}

static void take_dates(struct judging *j)
{
	struct stage_ladder *r = j->ret;
	const struct stage_facts *f = j->f;

	for (int s = 0; s < STAGE_COUNT; s++) {
		const struct stage_proof *p = &f->proofs[s];

		if (!p->timed)
			continue;
		if (!r->dated || p->first_ns < r->since_ns)
			r->since_ns = p->first_ns;
		if (!r->dated || p->last_ns > r->until_ns)
			r->until_ns = p->last_ns;
		r->dated = true;
	}
	if (r->dated && f->blocked.timed && f->blocked.last_ns > r->until_ns)
		r->until_ns = f->blocked.last_ns;
	r->ended = f->removed.n != 0;
	if (f->removed.timed)
		r->until_ns = f->removed.first_ns;
}

static int by_stage(const struct stage_reason *a, const struct stage_reason *b)
{
	return (int)a->stage - (int)b->stage;
}

/* Few, and those of one stage stay in their order. */
static void sort_reasons(struct stage_ladder *r)
{
	for (size_t i = 1; i < r->reason_count; i++) {
		struct stage_reason x = r->reasons[i];
		size_t at = i;

		for (; at > 0 && by_stage(&r->reasons[at - 1], &x) > 0; at--)
			r->reasons[at] = r->reasons[at - 1];
		r->reasons[at] = x;
	}
}

static void nothing_to_look_for(struct judging *j)
{
	for (int s = 0; s < STAGE_COUNT; s++)
		if (is(j, (enum stage)s, STAGE_UNKNOWN))
			because(j, (enum stage)s, slice_str(j->l->no_artifact));
}

/* A release for one system, and a life in which programs of another were started, none of its own, and nothing shows of
 * it. Linux and macOS start many of the same programs: they are not told apart by these. */
static bool of_another_system(const struct judging *j)
{
	bool some = j->f->blocked.n || j->f->unclear.n || j->f->lies.n, windows = j->l->os && strcmp(j->l->os, "windows") == 0;
	uint64_t own = windows ? j->f->windows_starts : j->f->unix_starts;
	uint64_t other = windows ? j->f->unix_starts : j->f->windows_starts;

	for (int s = 0; s < STAGE_COUNT; s++)
		some |= j->f->proofs[s].n > 0;
	return !some && j->l->os && !own && other >= STARTS_MIN;
}

static void not_applicable(struct judging *j)
{
	for (int s = 0; s < STAGE_COUNT; s++)
		j->ret->answers[s] = STAGE_NOT_APPLICABLE;
	because(j, STAGE_S2, arena_printf(j->arena, "it is for %s, and the %llu programs that were started here are of another system: "
						    "another system's build is another release",
					  j->l->os, (unsigned long long)(j->f->windows_starts + j->f->unix_starts)));
}

void stage_judge(const struct stage_facts *f, const struct stage_learned *l, struct arena *arena,
		 struct stage_ladder *ret)
{
	struct judging j = { .f = f, .l = l, .arena = arena, .ret = ret, .cap = STAGE_COUNT * (STAGE_SHOWN + 4) };

	*ret = (struct stage_ladder){ .blocked_at = STAGE_NONE };
	ret->reasons = arena_array(arena, j.cap, sizeof(*ret->reasons));
	/* Of a machine's first life everything since the case begins; of a later one since it began. */
	j.from_ns = f->epoch <= 1 ? l->from_ns : f->from_ns;
	take_proofs(&j);
	imply(&j);
	judge_block(&j);
	if (l->no_artifact) {
		nothing_to_look_for(&j);
	} else if (of_another_system(&j)) {
		not_applicable(&j);
	} else {
		for (int s = 0; s < STAGE_COUNT; s++)
			judge_no(&j, (enum stage)s);
		judge_dormant(&j);
		say_all_open(&j);
	}
	take_interval(&j);
	take_dates(&j);
	sort_reasons(ret);
}
