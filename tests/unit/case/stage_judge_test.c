/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"

#include "base/rng.h"
#include "case/stage_judge.h"

#define HOUR INT64_C(3600000000000)
#define DAY (24 * HOUR)
#define SOURCES 8u

/* One life, as a table: "S3@28" a record shows S3 on day 28. Sources: "runs!1-34" process starts, complete (!) or of
 * unknown completeness (?) or sampled (~), from day 1 to 34. */
struct told_case {
	const char *name;
	const char *shown, *sources;
	const char *blocked, *removed, *unclear, *lies; /* days; NULL: not */
	const char *timer;			 /* "written-until" */
	unsigned epoch;				 /* 0: the first */
	int from, to;				 /* days of the evidence; 0: 1 to 34 */
	int window, takedown;			 /* days; 0: not known */
	int hole;				 /* a day on which the complete ones have a hole */
	int anew, origin;			 /* days of the system's installation, of the origin's first record */
	bool no_destinations, no_places, names_only;
	const char *proved, *possible, *blocked_at;
	const char *answers; /* S0 to S8 with S3b: y n ? . */
};

struct life {
	struct stage_facts facts;
	struct stage_learned learned;
	struct stage_source sources[SOURCES];
	struct stage_span hole;
};

static struct stage_sighting on(int day, const char *text)
{
	return (struct stage_sighting){ .ns = day * DAY,
					.timed = day != 0,
					.at = { true, 1, (uint64_t)day + 1, 0 },
					.text = slice_str(text) };
}

static void show(struct stage_proof *p, int day, const char *text)
{
	struct stage_sighting s = on(day, text);

	stage_prove(p, &s);
}

static void put_shown(struct life *x, const char *text)
{
	struct slice rest = slice_str(text);

	while (rest.n) {
		struct slice day, word = slice_cut(slice_cut(rest, ' ', &rest), '@', &day);
		enum stage s;
		int64_t d = 0;

		assert_true(stage_find(word, &s) && slice_to_i64(day, &d));
		show(&x->facts.proofs[s], (int)d, "a record");
	}
}

static enum stage_record record_of(struct slice word)
{
	static const char *const words[RECORDS_COUNT] = { [RECORDS_REQUESTS] = "requests", [RECORDS_FILES] = "files",
							  [RECORDS_PACKAGES] = "packages", [RECORDS_RUNS] = "runs",
							  [RECORDS_LOADS] = "loads",	   [RECORDS_CONTACTS] = "contacts",
							  [RECORDS_READS] = "reads",	   [RECORDS_CHANGES] = "changes" };

	for (int r = 0; r < RECORDS_COUNT; r++)
		if (slice_is(word, words[r]))
			return (enum stage_record)r;
	fail_msg("no kind of record: %.*s", (int)word.n, (const char *)word.p);
	return RECORDS_COUNT;
}

static void put_sources(struct life *x, const char *text, bool names_only)
{
	struct slice rest = slice_str(text);

	while (rest.n) {
		struct slice item = slice_cut(rest, ' ', &rest), last, first;
		size_t at = 0;
		int64_t from = 0, to = 0;

		while (at < item.n && item.p[at] != '!' && item.p[at] != '?' && item.p[at] != '~')
			at++;
		assert_true(at < item.n);
		first = slice_cut(slice_from(item, at + 1), '-', &last);
		assert_true(slice_to_i64(first, &from) && slice_to_i64(last, &to));
		x->sources[x->facts.source_count++] = (struct stage_source){
			.record = record_of(slice_head(item, at)),
			.name = slice_str("Log"),
			.first_ns = from * DAY,
			.last_ns = to * DAY,
			.completeness = item.p[at] == '!'   ? COMPLETENESS_COMPLETE
					: item.p[at] == '~' ? COMPLETENESS_SAMPLED
							    : COMPLETENESS_UNKNOWN,
			.holes = &x->hole,
			.hole_count = x->hole.to_ns != 0,
			.names_only = names_only,
		};
	}
	x->facts.sources = x->sources;
}

static int days(const char *text)
{
	int64_t d = 0;

	assert_true(slice_to_i64(slice_str(text), &d));
	return (int)d;
}

static void build(const struct told_case *c, struct life *x)
{
	*x = (struct life){ .facts = { .host = slice_str("PC"), .epoch = c->epoch ? c->epoch : 1 } };
	if (c->hole)
		x->hole = (struct stage_span){ c->hole * DAY, c->hole * DAY + HOUR };
	x->facts.from_ns = (c->from ? c->from : 1) * DAY;
	x->facts.to_ns = (c->to ? c->to : 34) * DAY;
	x->facts.system_ns = c->anew * DAY;
	put_shown(x, c->shown);
	put_sources(x, c->sources, c->names_only);
	if (c->lies)
		show(&x->facts.lies, days(c->lies), "lies there");
	if (c->blocked)
		show(&x->facts.blocked, days(c->blocked), "stopped");
	if (c->removed)
		show(&x->facts.removed, days(c->removed), "uninstalled");
	if (c->unclear)
		show(&x->facts.unclear, days(c->unclear), "ran");
	if (c->timer) {
		struct slice until, written = slice_cut(slice_str(c->timer), '-', &until);
		int64_t a = 0, b = 0;

		assert_true(slice_to_i64(written, &a) && slice_to_i64(until, &b));
		show(&x->facts.timer, (int)a, "a moment that it wrote down");
		x->facts.timer_ns = b * DAY;
	}
	x->learned = (struct stage_learned){ .from_ns = DAY,
					     .waits = c->window ? 3 : 0,
					     .longest_ns = c->window * DAY,
					     .window_ns = c->window * DAY,
					     .takedown = c->takedown != 0,
					     .takedown_ns = c->takedown * DAY,
					     .no_places = c->no_places,
					     .origin_ns = c->origin * DAY,
					     .destinations = !c->no_destinations,
					     .why_none = c->no_destinations ? "nothing to compare with" : NULL };
}

/* Days of March; 34 is 3 April. */
static const struct told_case cases[] = {
	{ .name = "dormant: ran on the 28th, collected on the 34th, sleeps up to 28 days",
	  .shown = "S2@28 S3@28", .sources = "contacts?1-34 runs?1-34", .window = 28,
	  .proved = "S3b", .possible = "S8", .answers = "?yyyy?????" },
	{ .name = "the same with whole contacts: it did not call out, and may all the same",
	  .shown = "S2@28 S3@28", .sources = "contacts!1-34", .window = 28,
	  .proved = "S3b", .possible = "S8", .answers = "?yyyynn???" },
	{ .name = "silent beyond the window", .shown = "S3@5", .sources = "contacts?1-34", .window = 7,
	  .proved = "S3", .possible = "S8", .answers = "?yyy??????" },
	{ .name = "silence that nobody watched", .shown = "S3@28", .sources = "runs?1-34", .window = 28,
	  .proved = "S3", .possible = "S8", .answers = "?yyy??????" },
	{ .name = "nobody called out: no window", .shown = "S3@28", .sources = "contacts?1-34",
	  .proved = "S3", .possible = "S8", .answers = "?yyy??????" },
	{ .name = "first run behind the takedown: whole contacts exclude nothing",
	  .shown = "S3@31", .sources = "contacts!1-34", .window = 28, .takedown = 30,
	  .proved = "S3", .possible = "S8", .answers = "?yyy??????" },
	{ .name = "run before the takedown", .shown = "S3@20", .sources = "contacts!1-34", .window = 28, .takedown = 30,
	  .proved = "S3b", .possible = "S8", .answers = "?yyyynn???" },
	{ .name = "its own timer says when", .shown = "S3@20", .sources = "contacts?1-34", .timer = "20-40",
	  .proved = "S3b", .possible = "S8", .answers = "?yyyy?????" },
	{ .name = "its own timer ran out", .shown = "S3@20", .sources = "contacts?1-34", .timer = "20-30", .window = 28,
	  .proved = "S3", .possible = "S8", .answers = "?yyy??????" },
	{ .name = "whole process starts alone, and none of it", .sources = "runs!1-34",
	  .proved = "none", .possible = "S2", .answers = "???nnnnnnn" },
	{ .name = "the same with a hole", .sources = "runs!1-34", .hole = 10,
	  .proved = "none", .possible = "S8", .answers = "??????????" },
	{ .name = "the same, beginning late", .sources = "runs!3-34",
	  .proved = "none", .possible = "S8", .answers = "??????????" },
	{ .name = "the same, ending early", .sources = "runs!1-30",
	  .proved = "none", .possible = "S8", .answers = "??????????" },
	{ .name = "the same, and a start of the product of which nothing tells the version", .sources = "runs!1-34",
	  .unclear = "9", .proved = "none", .possible = "S8", .answers = "??????????" },
	{ .name = "an endpoint product alone samples", .sources = "runs~1-34 contacts~1-34 loads~1-34",
	  .proved = "none", .possible = "S8", .answers = "??????????" },
	{ .name = "an endpoint product proves", .shown = "S3@10 S4@12", .sources = "runs~1-34 contacts~1-34",
	  .proved = "S4", .possible = "S8", .answers = "?yyy.y????" },
	{ .name = "nothing covers it", .proved = "none", .possible = "U", .answers = "??????????" },
	{ .name = "blocked when installed", .shown = "S0@3 S1@3 S2@3", .sources = "runs?1-34", .blocked = "3",
	  .proved = "S2", .possible = "S2", .blocked_at = "S3", .answers = "yyy......." },
	{ .name = "blocked when delivered", .sources = "runs?1-34", .blocked = "3",
	  .proved = "S1", .possible = "S1", .blocked_at = "S2", .answers = "?y........" },
	{ .name = "a block that came too late", .shown = "S2@3 S3@3", .sources = "runs?1-34", .blocked = "4",
	  .proved = "S3", .possible = "S8", .answers = "?yyy??????" },
	{ .name = "installed anew: the second life by itself", .epoch = 2, .from = 20, .sources = "runs!20-34",
	  .proved = "none", .possible = "S2", .answers = "???nnnnnnn" },
	{ .name = "the first life of the same host", .to = 20, .shown = "S3@5 S4@6", .sources = "runs!1-20",
	  .proved = "S4", .possible = "S8", .answers = "?yyy.y??n?" },
	{ .name = "uninstalled: what is not there now may have been", .removed = "20", .sources = "files!34-34 packages!34-34",
	  .proved = "none", .possible = "S8", .answers = "??????????" },
	{ .name = "uninstalled: what was proved stays", .shown = "S2@5 S3@6", .removed = "20", .sources = "files!34-34",
	  .proved = "S3", .possible = "S8", .answers = "?yyy??????" },
	{ .name = "a system that was installed since has forgotten what was before", .sources = "files!34-34", .anew = 20, .origin = 10,
	  .proved = "none", .possible = "S8", .answers = "??????????" },
	{ .name = "one that was installed before has not", .sources = "files!34-34", .anew = 5, .origin = 10,
	  .proved = "none", .possible = "S0", .answers = "?nnnnnnnnn" },
	{ .name = "a whole list of paths is as good where it is known which", .sources = "files!34-34", .names_only = true,
	  .proved = "none", .possible = "S0", .answers = "?nnnnnnnnn" },
	{ .name = "and says nothing where it is not", .sources = "files!34-34", .names_only = true, .no_places = true,
	  .proved = "none", .possible = "S8", .answers = "??????????" },
	{ .name = "nor where a file lies there of which nobody knows the version", .sources = "files!34-34", .lies = "20",
	  .proved = "none", .possible = "S8", .answers = "??????????" },
	{ .name = "a whole inventory of files excludes all that needs a file", .sources = "files!34-34",
	  .proved = "none", .possible = "S0", .answers = "?nnnnnnnnn" },
	{ .name = "and with whole requests nothing is left", .sources = "files!34-34 requests!1-34",
	  .proved = "none", .possible = "none", .answers = "nnnnnnnnnn" },
	{ .name = "software lists exclude the installation, not the delivery", .sources = "packages!34-34",
	  .proved = "none", .possible = "S1", .answers = "??nnnnnnnn" },
	{ .name = "whom it calls is not known", .shown = "S3@5", .sources = "contacts!1-34", .no_destinations = true,
	  .proved = "S3", .possible = "S8", .answers = "?yyy??????" },
	{ .name = "one contact, and no second in whole records", .shown = "S3@5 S4@6", .sources = "contacts!1-34",
	  .proved = "S4", .possible = "S8", .answers = "?yyy.yn???" },
	{ .name = "reads and loads, both whole", .shown = "S3@5", .sources = "reads!1-34 loads!1-34",
	  .proved = "S3", .possible = "S8", .answers = "?yyy???n??" },
	{ .name = "reads without loads exclude nothing", .shown = "S3@5", .sources = "reads!1-34",
	  .proved = "S3", .possible = "S8", .answers = "?yyy??????" },
	{ .name = "what has no time counts, and dates nothing", .shown = "S3@0", .sources = "contacts?1-34", .window = 28,
	  .proved = "S3", .possible = "S8", .answers = "?yyy??????" },
};

static void answers_of(const struct stage_ladder *l, char ret[STAGE_COUNT + 1])
{
	static const char marks[STAGE_ANSWERS] = { '?', 'y', 'n', '.' };

	for (int s = 0; s < STAGE_COUNT; s++)
		ret[s] = marks[l->answers[s]];
	ret[STAGE_COUNT] = 0;
}

static void the_table_holds(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		const struct told_case *c = &cases[i];
		struct stage_ladder l;
		struct arena arena;
		struct life x;
		char got[STAGE_COUNT + 1];

		arena_init(&arena, 0);
		build(c, &x);
		stage_judge(&x.facts, &x.learned, &arena, &l);
		answers_of(&l, got);
		if (strcmp(got, c->answers) != 0 || strcmp(stage_level_text(l.proved), c->proved) != 0 ||
		    strcmp(stage_level_text(l.possible), c->possible) != 0)
			fail_msg("%s: %s, %s to %s", c->name, got, stage_level_text(l.proved), stage_level_text(l.possible));
		assert_string_equal(stage_level_text(l.blocked_at), c->blocked_at ? c->blocked_at : "none");
		arena_done(&arena);
	}
}

/* ---- the words ---- */

static void no_word_says_more_than_may_be_said(void **state)
{
	static const char *const never[] = { "clean", "infected", "keyboard", "guilty", "false positive", "stolen", "tampered",
					     "victim", "compromised", "safe", "implicated" };

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct stage_ladder l;
		struct arena arena;
		struct life x;

		arena_init(&arena, 0);
		build(&cases[i], &x);
		stage_judge(&x.facts, &x.learned, &arena, &l);
		assert_true(l.reason_count > 0);
		for (size_t r = 0; r < l.reason_count; r++) {
			assert_true(l.reasons[r].what.text.n > 0);
			for (size_t w = 0; w < sizeof(never) / sizeof(*never); w++)
				assert_false(slice_holds_nocase(l.reasons[r].what.text, slice_str(never[w])));
		}
		arena_done(&arena);
	}
}

static bool says(const struct stage_ladder *l, enum stage s, const char *text)
{
	for (size_t i = 0; i < l->reason_count; i++)
		if (l->reasons[i].stage == s && slice_search(l->reasons[i].what.text, slice_str(text)))
			return true;
	return false;
}

static void reasons_name_sources_and_times(void **state)
{
	struct told_case c = { .sources = "runs!1-34 contacts?2-33" };
	struct stage_ladder l;
	struct arena arena;
	struct life x;

	(void)state;
	arena_init(&arena, 0);
	build(&c, &x);
	stage_judge(&x.facts, &x.learned, &arena, &l);
	assert_true(says(&l, STAGE_S3, "no evidence of S3 in Log (process_starts) from 1970-01-02T00:00:00Z to 1970-02-04T00:00:00Z"));
	assert_true(says(&l, STAGE_S4, "cannot be without S3"));
	assert_true(says(&l, STAGE_S2, "no source on this host would show S2"));
	assert_int_equal(l.missing, 1u << RECORDS_REQUESTS | 1u << RECORDS_FILES | 1u << RECORDS_PACKAGES);
	c.sources = "runs!1-34 contacts?2-33";
	c.shown = "S3@31";
	c.takedown = 30;
	build(&c, &x);
	stage_judge(&x.facts, &x.learned, &arena, &l);
	assert_true(says(&l, STAGE_S3B, "silence proves nothing"));
	assert_true(says(&l, STAGE_S4, "silence proves nothing"));
	assert_int_equal(l.since_ns, 31 * DAY);
	assert_true(says(&l, STAGE_S2, "follows from S3"));
	arena_done(&arena);
}

static void the_time_of_the_removal_ends_it(void **state)
{
	struct told_case c = { .shown = "S2@5 S3@6 S4@9", .removed = "20", .sources = "runs?1-34" };
	struct stage_ladder l;
	struct arena arena;
	struct life x;

	(void)state;
	arena_init(&arena, 0);
	build(&c, &x);
	stage_judge(&x.facts, &x.learned, &arena, &l);
	assert_true(l.dated && l.ended);
	assert_int_equal(l.since_ns, 5 * DAY);
	assert_int_equal(l.until_ns, 20 * DAY);
	arena_done(&arena);
}

static void an_installation_is_where_the_window_begins(void **state)
{
	struct told_case c = { .shown = "S2@10", .sources = "runs!9-34" };
	struct stage_ladder l;
	struct arena arena;
	struct life x;

	(void)state;
	arena_init(&arena, 0);
	build(&c, &x);
	stage_judge(&x.facts, &x.learned, &arena, &l);
	assert_int_equal(l.answers[STAGE_S3], STAGE_UNKNOWN);
	x.facts.installed = true;
	x.facts.installed_ns = 10 * DAY;
	stage_judge(&x.facts, &x.learned, &arena, &l);
	assert_int_equal(l.answers[STAGE_S3], STAGE_NO);
	/* Something of it is older than what the installer says. */
	show(&x.facts.proofs[STAGE_S6], 4, "a record");
	stage_judge(&x.facts, &x.learned, &arena, &l);
	assert_int_equal(l.answers[STAGE_S7], STAGE_UNKNOWN);
	arena_done(&arena);
}

static void sightings_are_kept_from_the_earliest_on(void **state)
{
	static const int order[] = { 9, 3, 0, 7, 1, 8, 2 };
	struct stage_proof p = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(order) / sizeof(*order); i++)
		show(&p, order[i], "x");
	assert_int_equal(p.count, 7);
	assert_int_equal(p.timed, 6);
	assert_int_equal(p.n, STAGE_SHOWN);
	assert_int_equal(p.shown[0].ns, DAY);
	assert_int_equal(p.shown[1].ns, 2 * DAY);
	assert_int_equal(p.shown[3].ns, 7 * DAY);
	assert_int_equal(p.first_ns, DAY);
	assert_int_equal(p.last_ns, 9 * DAY);
}

/* ---- properties ---- */

static void random_life(struct rng *r, struct life *x)
{
	struct told_case c = { .epoch = 1 + (unsigned)rng_below(r, 2),
			       .window = (int)rng_below(r, 3) * 14,
			       .takedown = rng_below(r, 4) ? 0 : 1 + (int)rng_below(r, 34),
			       .hole = rng_below(r, 3) ? 0 : 1 + (int)rng_below(r, 34),
			       .no_destinations = rng_below(r, 4) == 0,
			       .blocked = rng_below(r, 6) ? NULL : "7",
			       .removed = rng_below(r, 6) ? NULL : "21",
			       .unclear = rng_below(r, 6) ? NULL : "9",
			       .timer = rng_below(r, 6) ? NULL : "9-40" };

	build(&c, x);
	for (int s = 0; s < STAGE_COUNT; s++)
		if (s != STAGE_S3B && !rng_below(r, 5))
			show(&x->facts.proofs[s], (int)rng_below(r, 35), "a record");
	x->facts.source_count = rng_below(r, SOURCES + 1);
	for (size_t i = 0; i < x->facts.source_count; i++)
		x->sources[i] = (struct stage_source){ .record = (enum stage_record)rng_below(r, RECORDS_COUNT),
						       .name = slice_str("Log"),
						       .first_ns = DAY * (int64_t)(1 + rng_below(r, 2)),
						       .last_ns = DAY * (int64_t)(33 + rng_below(r, 2)),
						       .completeness = rng_below(r, 2) ? COMPLETENESS_COMPLETE
										       : COMPLETENESS_FILTERED,
						       .holes = &x->hole,
						       .hole_count = x->hole.to_ns && rng_below(r, 2) };
	x->facts.sources = x->sources;
}

static void check_interval(const struct stage_ladder *l)
{
	assert_true(l->proved <= l->possible);
	for (int s = 0; s < STAGE_COUNT; s++) {
		if (s > l->possible)
			assert_true(l->answers[s] == STAGE_NO || l->answers[s] == STAGE_NOT_APPLICABLE);
		if (s > l->proved)
			assert_true(l->answers[s] != STAGE_YES);
	}
}

/* Dormant is no step further than executed but a state of it, which an older run may end. */
static int reached(const struct stage_ladder *l)
{
	return l->proved == STAGE_S3B ? STAGE_S3 : l->proved;
}

static void the_interval_behaves(void **state)
{
	struct rng r = { 11 };

	(void)state;
	for (unsigned i = 0; i < 20000; i++) {
		struct stage_ladder a, b;
		struct arena arena;
		struct life x;

		arena_init(&arena, 0);
		random_life(&r, &x);
		stage_judge(&x.facts, &x.learned, &arena, &a);
		check_interval(&a);
		/* Another record of the origin never lowers what is proved. */
		struct stage_facts more = x.facts;
		enum stage s = (enum stage)rng_below(&r, STAGE_COUNT);

		show(&more.proofs[s == STAGE_S3B ? STAGE_S4 : s], (int)rng_below(&r, 35), "a record");
		stage_judge(&more, &x.learned, &arena, &b);
		check_interval(&b);
		assert_true(reached(&b) >= reached(&a));
		/* A source less never narrows what is possible. */
		if (x.facts.source_count) {
			size_t at = rng_below(&r, x.facts.source_count);

			x.sources[at] = x.sources[--x.facts.source_count];
			stage_judge(&x.facts, &x.learned, &arena, &b);
			assert_true(b.possible >= a.possible);
		}
		arena_done(&arena);
	}
}

/* ---- what the case's own delays teach ---- */

static struct stage_facts ran(int run, int call, int last, const struct stage_source *watched)
{
	struct stage_facts f = { .sources = watched, .source_count = 1, .from_ns = DAY, .to_ns = 34 * DAY };

	show(&f.proofs[STAGE_S3], run, "ran");
	for (int d = call; call && d <= last; d++)
		show(&f.proofs[STAGE_S4], d, "called");
	return f;
}

static void the_window_is_never_shorter_than_the_longest_wait(void **state)
{
	struct stage_source watched = { .record = RECORDS_CONTACTS, .first_ns = DAY, .last_ns = 34 * DAY };
	struct stage_facts f[] = { ran(10, 12, 34, &watched), ran(10, 17, 34, &watched), ran(30, 0, 0, &watched) };
	struct stage_learned l = { 0 };

	(void)state;
	stage_learn_waits(f, 2, &l);
	assert_int_equal(l.waits, 2);
	assert_int_equal(l.longest_ns, 7 * DAY);
	assert_int_equal(l.silent, 0);
	assert_int_equal(l.window_ns / DAY, 81); /* (2 + 7) (sqrt(100) - 1) */
	stage_learn_waits(f, 3, &l);
	assert_int_equal(l.silent, 1);
	assert_int_equal(l.window_ns / DAY, 117); /* four days of silence count as waiting */
	stage_learn_waits(f + 2, 1, &l);
	assert_int_equal(l.waits, 0);
	assert_int_equal(l.window_ns, 0);
}

static void many_short_waits_make_a_short_window(void **state)
{
	struct stage_source watched = { .record = RECORDS_CONTACTS, .first_ns = DAY, .last_ns = 34 * DAY };
	struct stage_facts f[41];
	struct stage_learned l = { 0 };

	(void)state;
	for (int i = 0; i < 40; i++)
		f[i] = ran(10, 11 + i % 2, 34, &watched);
	f[40] = ran(2, 0, 0, &watched);
	stage_learn_waits(f, 41, &l);
	assert_int_equal(l.waits, 40);
	assert_true(l.window_ns > 2 * DAY && l.window_ns < 12 * DAY); /* 32 days of silence lie outside */
}

static void all_silent_is_a_takedown_and_one_calling_is_none(void **state)
{
	struct stage_source watched = { .record = RECORDS_CONTACTS, .first_ns = DAY, .last_ns = 34 * DAY };
	struct stage_facts f[] = { ran(5, 6, 20, &watched), ran(5, 7, 21, &watched), ran(5, 7, 34, &watched) };
	struct stage_learned l = { 0 };

	(void)state;
	stage_learn_waits(f, 2, &l);
	assert_true(l.takedown);
	assert_int_equal(l.takedown_ns, 21 * DAY);
	stage_learn_waits(f, 3, &l);
	assert_false(l.takedown);
}

static void a_release_for_another_system_is_not_applicable(void **state)
{
	struct stage_facts f = { .host = slice_str("H"), .epoch = 1, .unix_starts = 20, .from_ns = DAY, .to_ns = 30 * DAY };
	struct stage_learned l = { .from_ns = DAY, .os = "windows" };
	struct stage_ladder r;
	struct arena a;

	(void)state;
	arena_init(&a, 0);
	stage_judge(&f, &l, &a, &r);
	assert_int_equal(r.possible, STAGE_NONE);
	assert_int_equal(r.answers[STAGE_S3], STAGE_NOT_APPLICABLE);
	assert_int_equal(r.reason_count, 1);
	assert_non_null(slice_search(r.reasons[0].what.text, slice_str("for windows")));
	/* Linux's and macOS's programs are called the same. */
	l.os = "macos";
	stage_judge(&f, &l, &a, &r);
	assert_int_not_equal(r.answers[STAGE_S3], STAGE_NOT_APPLICABLE);
	/* One program of its own system, few of the other, or no system is known. */
	l.os = "windows";
	f.windows_starts = 1;
	stage_judge(&f, &l, &a, &r);
	assert_int_not_equal(r.answers[STAGE_S3], STAGE_NOT_APPLICABLE);
	f.windows_starts = 0;
	f.unix_starts = 19;
	stage_judge(&f, &l, &a, &r);
	assert_int_not_equal(r.answers[STAGE_S3], STAGE_NOT_APPLICABLE);
	f.unix_starts = 20;
	l.os = NULL;
	stage_judge(&f, &l, &a, &r);
	assert_int_not_equal(r.answers[STAGE_S3], STAGE_NOT_APPLICABLE);
	/* What shows something of it is judged as any. */
	l.os = "windows";
	show(&f.proofs[STAGE_S1], 3, "a record");
	stage_judge(&f, &l, &a, &r);
	assert_int_equal(r.proved, STAGE_S1);
	assert_int_equal(r.possible, STAGE_S8);
	arena_done(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_release_for_another_system_is_not_applicable),
		cmocka_unit_test(the_table_holds),
		cmocka_unit_test(no_word_says_more_than_may_be_said),
		cmocka_unit_test(reasons_name_sources_and_times),
		cmocka_unit_test(the_time_of_the_removal_ends_it),
		cmocka_unit_test(an_installation_is_where_the_window_begins),
		cmocka_unit_test(sightings_are_kept_from_the_earliest_on),
		cmocka_unit_test(the_interval_behaves),
		cmocka_unit_test(the_window_is_never_shorter_than_the_longest_wait),
		cmocka_unit_test(many_short_waits_make_a_short_window),
		cmocka_unit_test(all_silent_is_a_takedown_and_one_calling_is_none),
	};

	return RUN(tests);
}
