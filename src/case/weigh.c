/* SPDX-License-Identifier: Apache-2.0 */
#include "case/weigh.h"

#include "base/heap.h"
#include "base/when.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>

/* Clocks of one host agree; records of one moment come in any order. */
#define SLACK_NS (INT64_C(60) * 1000000000)
#define HOUR_NS (INT64_C(3600) * 1000000000)
/* One critical class, or two high ones: less may be a rule that takes something ordinary for odd. */
#define GRAVITY_MIN 16.0
/* A scanner that is off for more of the time is not quiet. */
#define OFF_MAX 0.1
/* Alerts that all begin within this, on hosts on which there were none for that long. */
#define BURST_NS (24 * HOUR_NS)
#define CALM_NS (48 * HOUR_NS)
/* Less than one class of level medium that is its own. */
#define GRAVITY_LIGHT 3.0
/* Of the hosts with a class; and the weight of classes that will do. */
#define NEARLY_ALL 0.8
#define WEIGHTY 8.0
#define SMALL_P 0.05
/* An earlier version is as bad when its hosts alert at least this often, compared, and quiet when at most that. */
#define AS_BAD 0.5
#define QUIET 0.2

/* What is known of one image (a host and its clones) under one question. */
struct unit {
	bool exposed, alerting, quiet; /* quiet: a detector was at work and nothing came */
	bool own;		       /* its alerts trace here */
	bool arrived_first;
	bool after, before, paired;
};

/* When some detector of the particular classes was at work on a host; from > to: never. */
struct span {
	int64_t from_ns, to_ns;
};

/* Of one host: its alerts of particular classes. */
struct sight {
	const struct weigh_place *at; /* its place, or NULL */
	struct span live;
	int64_t last_before; /* last such alert before the arrival, INT64_MIN none */
	int64_t first_after; /* first from the arrival on, INT64_MAX none */
	int64_t first_ns;    /* first of all, INT64_MAX none */
	bool alerts;
	bool own, other; /* some trace here; to something that is no version of it */
	bool marked;	 /* while a version's hosts are counted */
};

struct weighing {
	const struct cohort *c;
	const struct weigh_candidate *x;
	struct weighed *w;
	uint32_t *line; /* groups: its own, then those of its other versions */
	size_t line_count;
	bool *particular;  /* by class */
	double *weight_of; /* by class: its part of the gravity, 0 where it is none of it */
	bool only_scanners; /* see the particular classes */
	struct sight *hosts;
	struct unit *units;
};


static const char *const verdicts[] = { "supported", "lead", "unexplained", "not_supported" };

const char *weigh_verdict_text(enum weigh_verdict v)
{
	return verdicts[v];
}

/* ---- which classes are particular to it ---- */

static void find_line(struct weighing *z)
{
	z->line = heap_array(z->x->version_count + 1, sizeof(*z->line));
	z->line[z->line_count++] = z->x->group;
	for (size_t i = 0; i < z->x->version_count && !z->x->associated; i++)
		if (z->x->versions[i].group != MAP_NONE)
			z->line[z->line_count++] = z->x->versions[i].group;
}

/* Here, or to another version of the product. */
static bool of_line(const struct weighing *z, uint32_t group)
{
	for (size_t i = 0; i < z->line_count; i++)
		if (z->line[i] == group)
			return true;
	return false;
}

/* By class: images that raise what traces here, with those of other versions; 0 where nothing traces here itself. */
static void count_classes(const struct weighing *z, uint32_t *ours)
{
	const struct cohort *c = z->c;
	struct map seen;

	/* The same for all that are tried, and these may be a hundred thousand. */
	for (size_t k = 0; k < c->class_count && z->x->associated; k++)
		ours[k] = c->classes[k].images_unnamed;
	map_init(&seen);
	for (size_t g = 0; g < z->line_count && !z->x->associated; g++) {
		size_t n;
		const uint32_t *list = cohort_of_group(c, z->line[g], &n);

		for (size_t i = 0; i < n; i++) {
			const struct cohort_alert *a = &c->alerts[list[i]];
			const uint32_t key[2] = { a->class, c->hosts[a->host].image };
			size_t before = seen.n;

			/* Its own group is the first. */
			if ((g == 0 || ours[a->class]) && map_intern(&seen, slice_of(key, sizeof(key))) == before)
				ours[a->class]++;
		}
	}
	map_done(&seen);
}

/* Images that raise the class at all. Alerts whose cause nobody knows are nobody else's. */
static uint32_t raised_on(const struct weighing *z, size_t class)
{
	const struct cohort_class *k = &z->c->classes[class];

	return z->x->associated ? k->images : k->images_named;
}

/* Particular are classes of which this share traces here. Gives their weight. */
static double choose_from(struct weighing *z, const uint32_t *ours, double share)
{
	double weight = 0;

	for (size_t k = 0; k < z->c->class_count; k++) {
		z->particular[k] = ours[k] && ours[k] >= share * raised_on(z, k);
		weight += z->particular[k] ? z->c->classes[k].weight : 0;
	}
	return weight;
}

static void choose_classes(struct weighing *z)
{
	const struct cohort *c = z->c;
	uint32_t *ours = heap_array(c->class_count + 1, sizeof(*ours));
	bool any;

	count_classes(z, ours);
	any = choose_from(z, ours, 0.5) > 0;
	for (size_t k = 0; any && k < c->class_count; k++) {
		z->weight_of[k] = z->particular[k] ? c->classes[k].weight * ours[k] / raised_on(z, k) : 0;
		z->w->classes += z->weight_of[k] > 0;
		z->w->gravity += z->weight_of[k];
	}
	/* Compared are those that nearly nothing else raises, if they weigh enough. */
	if (choose_from(z, ours, NEARLY_ALL) < WEIGHTY)
		choose_from(z, ours, any ? 0.5 : 0);
	free(ours);
}

static void name_detector(const struct weighing *z)
{
	struct slice only = slice_of(NULL, 0);

	for (size_t k = 0; k < z->c->class_count; k++) {
		struct slice detector = z->c->classes[k].detector;

		if (!z->particular[k])
			continue;
		if (only.n && !slice_eq(only, detector))
			return;
		only = detector;
	}
	z->w->detector = only;
}

/* ---- hosts ---- */

static void place_hosts(struct weighing *z)
{
	for (size_t h = 0; h < z->c->host_count; h++) {
		z->hosts[h].first_after = z->hosts[h].first_ns = INT64_MAX;
		z->hosts[h].last_before = INT64_MIN;
	}
	for (size_t i = 0; i < z->x->place_count; i++)
		z->hosts[z->x->places[i].host].at = &z->x->places[i];
}

/* Where and since when the detectors of the particular classes were at work. */
static void watch(struct weighing *z)
{
	const struct cohort *c = z->c;
	bool *needed = heap_array(c->kinds.n + 1, sizeof(*needed));

	z->only_scanners = true;
	for (uint32_t k = 0; k < c->class_count; k++) {
		if (!z->particular[k])
			continue;
		needed[c->classes[k].kind] = true;
		z->only_scanners &= cohort_of_scanner(c, k);
	}
	for (size_t h = 0; h < c->host_count; h++)
		z->hosts[h].live = (struct span){ INT64_MAX, INT64_MIN };
	for (uint32_t kind = 0; kind < c->kinds.n; kind++)
		for (uint32_t h = 0; needed[kind] && h < c->host_count; h++) {
			const struct cohort_live *l = cohort_lives(c, h, kind);
			struct span *live = &z->hosts[h].live;

			if (!l)
				continue;
			live->from_ns = l->first_ns < live->from_ns ? l->first_ns : live->from_ns;
			live->to_ns = l->last_ns > live->to_ns ? l->last_ns : live->to_ns;
		}
	free(needed);
}

static void note_alert(struct weighing *z, const struct cohort_alert *a)
{
	struct sight *s = &z->hosts[a->host];
	int64_t arrival, before, after;

	s->own |= a->group == z->x->group;
	s->other |= !of_line(z, a->group) && a->group != COHORT_UNNAMED;
	s->alerts = true;
	s->first_ns = a->times[0] < s->first_ns ? a->times[0] : s->first_ns;
	if (!s->at)
		return;
	arrival = when_apart(s->at->first_ns, SLACK_NS);
	before = cohort_last_before(a, arrival);
	after = cohort_first_from(a, arrival);
	s->last_before = before > s->last_before ? before : s->last_before;
	s->first_after = after < s->first_after ? after : s->first_after;
}

static void note_alerts(struct weighing *z)
{
	for (uint32_t k = 0; k < z->c->class_count; k++) {
		size_t n = 0;
		const uint32_t *list = z->particular[k] ? cohort_of_class(z->c, k, &n) : NULL;

		for (size_t i = 0; i < n; i++)
			note_alert(z, &z->c->alerts[list[i]]);
	}
}

/* Equal windows on both sides of its arrival, in which a detector was at work. */
static void pair_up(const struct sight *s, struct unit *u)
{
	const struct weigh_place *p = s->at;
	int64_t before, after, window;

	if (!p || !p->arrived || s->live.from_ns > s->live.to_ns)
		return;
	before = when_apart(p->first_ns, s->live.from_ns);
	after = when_apart(s->live.to_ns, p->first_ns);
	window = before < after ? before : after;
	if (window < HOUR_NS)
		return;
	u->paired = true;
	u->after |= s->first_after != INT64_MAX && when_apart(s->first_after, p->first_ns) <= window;
	u->before |= s->last_before != INT64_MIN && when_apart(p->first_ns, s->last_before) <= window;
}

/* A scanner that was told to leave the program alone, or was switched off. */
static bool is_blind(const struct weighing *z, uint32_t h, int64_t from_ns)
{
	const struct span *live = &z->hosts[h].live;

	return cohort_excluded(z->c, h, z->x->path) ||
	       cohort_off_share(z->c, h, from_ns > live->from_ns ? from_ns : live->from_ns, live->to_ns) > OFF_MAX;
}

static void look_at_host(const struct weighing *z, uint32_t h, struct unit *u)
{
	const struct sight *s = &z->hosts[h];
	const struct weigh_place *p = s->at;
	/* An alert before it came is an alert without it. */
	bool exposed = (s->own && !z->x->associated) || (p && (!s->alerts || s->first_after != INT64_MAX));
	bool live = s->live.from_ns <= s->live.to_ns, own = s->own && exposed;

	/* Another version's doing, or nobody knows whose where nearly all such alerts are its own: neither with it nor
	 * without it. */
	if (s->alerts && !s->own && !exposed && !s->other && !z->x->associated)
		return;
	u->exposed |= exposed;
	u->alerting |= s->alerts;
	u->own |= own;
	z->w->hosts += own;
	u->arrived_first |= own && p && p->arrived && s->first_after != INT64_MAX && s->last_before == INT64_MIN;
	/* Quiet before it came says nothing of it; after it, only where it ran; a scanner that was told to leave the
	 * program alone says nothing at all. */
	u->quiet |= live && !s->alerts && (!exposed || (p && p->ran && s->live.to_ns > p->first_ns)) &&
		    !(z->only_scanners && is_blind(z, h, exposed && p ? p->first_ns : s->live.from_ns));
	pair_up(s, u);
}

static void count_units(struct weighing *z)
{
	struct weighed *w = z->w;

	for (size_t h = 0; h < z->c->host_count; h++)
		look_at_host(z, (uint32_t)h, &z->units[z->c->hosts[h].image]);
	w->everywhere = true;
	for (size_t i = 0; i < z->c->host_count; i++) {
		const struct unit *u = &z->units[i];

		if (z->c->hosts[i].image != i)
			continue; /* a clone: told with its image */
		w->images += u->own;
		w->arrivals += u->arrived_first;
		w->everywhere &= u->exposed;
		w->pairs += u->paired;
		w->after_only += u->paired && u->after && !u->before;
		w->before_only += u->paired && u->before && !u->after;
		if (!u->alerting && !u->quiet)
			w->unknown++;
		else if (u->exposed)
			*(u->alerting ? &w->table.exposed_alerting : &w->table.exposed_quiet) += 1;
		else
			*(u->alerting ? &w->table.unexposed_alerting : &w->table.unexposed_quiet) += 1;
	}
}

/* ---- the detector's own update ---- */

/* The scanner got new signatures within a day before it began to alert. */
static bool was_updated(const struct weighing *z, uint32_t h)
{
	int64_t first = z->hosts[h].first_ns, update = cohort_updated_before(z->c, h, first);

	return update != INT64_MIN && when_apart(first, update) <= BURST_NS;
}

/* The program had been there for days when it began to alert, and the detector beside it; where updates of that are
 * recorded, one must have come. */
static bool was_calm(const struct weighing *z, uint32_t h)
{
	const struct sight *s = &z->hosts[h];

	if (!s->at || when_apart(s->first_ns, s->at->first_ns) < CALM_NS)
		return false;
	return z->c->hosts[h].update != MAP_NONE ? was_updated(z, h) : when_apart(s->first_ns, s->live.from_ns) >= CALM_NS;
}

/* What a release does begins on each host when it comes there, or after a sleep of its own; what new signatures find
 * begins on all at once. */
static bool began_at_once(struct weighing *z)
{
	int64_t first = INT64_MAX, last = INT64_MIN;
	uint32_t n = 0, there = 0, calm = 0, updated = 0;

	for (uint32_t h = 0; h < z->c->host_count; h++) {
		const struct sight *s = &z->hosts[h];

		if (!s->own || z->c->hosts[h].image != h)
			continue;
		first = s->first_ns < first ? s->first_ns : first;
		last = s->first_ns > last ? s->first_ns : last;
		n++;
		there += s->at && s->at->first_ns < s->first_ns;
		calm += was_calm(z, h);
		updated += was_updated(z, h);
	}
	z->w->rival_recorded = updated >= NEARLY_ALL * n;
	return n >= 3 && calm >= 3 && when_apart(last, first) <= BURST_NS && calm >= NEARLY_ALL * there;
}

/* Rules of ours that only repeat what a scanner's log says are the scanner's. */
static void find_rival(struct weighing *z)
{
	z->w->detector_rival = z->only_scanners && z->w->classes && began_at_once(z);
	for (size_t k = 0; k < z->c->class_count && z->w->detector_rival && !z->w->rival.n; k++)
		if (z->particular[k] && !slice_is(z->c->classes[k].detector, "rule"))
			z->w->rival = z->c->classes[k].detector;
}

/* ---- its other versions ---- */

/* Hosts on which a version ran and a detector was at work are marked, or the marks taken away. */
static uint32_t mark(struct weighing *z, const struct weigh_version *v, bool marked)
{
	uint32_t n = 0;

	for (size_t i = 0; i < v->n; i++) {
		const struct weigh_place *p = &v->places[i];
		struct sight *s = &z->hosts[p->host];

		if (!p->ran || s->live.from_ns > s->live.to_ns || s->live.to_ns < p->first_ns)
			continue;
		s->marked = marked;
		n++;
	}
	return n;
}

/* Of these hosts, the share that alerts in each class; false where there are none. */
static bool rates_of(struct weighing *z, const struct weigh_version *v, double *rates)
{
	size_t n;
	const uint32_t *list = cohort_of_group(z->c, v->group, &n);
	uint32_t all = mark(z, v, true);

	memset(rates, 0, z->c->class_count * sizeof(*rates));
	for (size_t i = 0; i < n; i++)
		rates[z->c->alerts[list[i]].class] += z->hosts[z->c->alerts[list[i]].host].marked;
	for (size_t k = 0; k < z->c->class_count && all; k++)
		rates[k] /= all;
	mark(z, v, false);
	return all;
}

/* Those that alert in any particular class, and those that are quiet. */
static void count_hosts(struct weighing *z, const struct weigh_version *v, uint32_t *ret_alerting, uint32_t *ret_quiet)
{
	size_t n;
	const uint32_t *list = cohort_of_group(z->c, v->group, &n);
	uint32_t all = mark(z, v, true);

	*ret_alerting = 0;
	for (size_t i = 0; i < n; i++) {
		struct sight *s = &z->hosts[z->c->alerts[list[i]].host];

		if (!z->particular[z->c->alerts[list[i]].class] || !s->marked)
			continue;
		++*ret_alerting;
		s->marked = false; /* each host once */
	}
	*ret_quiet = all - *ret_alerting;
	mark(z, v, false);
}

/* Which particular classes an earlier version raises as often. */
static void find_old(struct weighing *z, bool *old)
{
	const struct weigh_version self = { .places = z->x->places, .n = z->x->place_count, .group = z->x->group };
	double *own = heap_array(z->c->class_count + 1, sizeof(*own));
	double *rates = heap_array(z->c->class_count + 1, sizeof(*rates));

	rates_of(z, &self, own);
	for (size_t i = 0; i < z->x->version_count; i++) {
		const struct weigh_version *v = &z->x->versions[i];

		if (!v->older || v->group == MAP_NONE || !rates_of(z, v, rates))
			continue;
		for (size_t k = 0; k < z->c->class_count; k++)
			old[k] |= z->particular[k] && rates[k] > 0 && rates[k] >= AS_BAD * own[k];
	}
	free(own);
	free(rates);
}

/* What the product does in every version says nothing of this one: left out where there is more. */
static void leave_out_old(struct weighing *z)
{
	bool *old = heap_array(z->c->class_count + 1, sizeof(*old));
	bool any_new = false;

	find_old(z, old);
	for (size_t k = 0; k < z->c->class_count; k++)
		any_new |= z->particular[k] && !old[k];
	for (size_t k = 0; k < z->c->class_count && any_new; k++) {
		if (!old[k])
			continue;
		z->particular[k] = false;
		z->w->old_classes++;
		z->w->gravity -= z->weight_of[k];
		z->w->classes -= z->weight_of[k] > 0;
	}
	free(old);
	if (z->w->old_classes)
		watch(z);
}

static void look_at_versions(struct weighing *z)
{
	struct weighed *w = z->w;
	uint32_t exposed = w->table.exposed_alerting + w->table.exposed_quiet, as_bad = 0, others = 0, alerting, quiet;
	double own = exposed ? (double)w->table.exposed_alerting / exposed : 0;

	for (size_t i = 0; i < z->x->version_count; i++) {
		const struct weigh_version *v = &z->x->versions[i];
		double rate;

		if (!v->older)
			continue;
		count_hosts(z, v, &alerting, &quiet);
		if (!(alerting + quiet))
			continue;
		rate = (double)alerting / (alerting + quiet);
		others++;
		as_bad += rate >= AS_BAD * own;
		if (rate <= QUIET * own)
			w->control_hosts += quiet;
	}
	w->control = w->control_hosts ? CONTROL_QUIET : others && as_bad == others ? CONTROL_ALERTING : CONTROL_NONE;
}

/* ---- judgement ---- */

/* Hosts without it alert as often as hosts with it. */
static bool comes_without(const struct weighed *w)
{
	const struct table *t = &w->table;
	uint32_t with = t->exposed_alerting + t->exposed_quiet, without = t->unexposed_alerting + t->unexposed_quiet;

	return t->unexposed_alerting >= 2 && with && without &&
	       (double)t->unexposed_alerting / without >= AS_BAD * (double)t->exposed_alerting / with;
}

static bool on_its_side(const struct weighed *w)
{
	if (w->p <= SMALL_P || w->paired_p <= SMALL_P)
		return true;
	/* Every alert of the kind traces here, none comes without it, and hosts with the version before, or without
	 * any, were watched and quiet. */
	return w->table.unexposed_alerting == 0 && w->before_only == 0 &&
	       (w->control == CONTROL_QUIET || w->table.unexposed_quiet >= 2);
}

static void answer(struct weighed *w)
{
	if (w->control == CONTROL_ALERTING || comes_without(w))
		w->answer = ANSWER_INDEPENDENT;
	else if (!w->detector_rival && w->images >= 2 && w->arrivals >= 1 && (w->control == CONTROL_QUIET || w->table.unexposed_quiet >= 2) &&
		 w->table.unexposed_alerting == 0)
		w->answer = ANSWER_TREAT_AS_TRUE;
	else
		w->answer = ANSWER_UNEXPLAINED;
}

static void judge(const struct weigh_candidate *x, struct weighed *w)
{
	w->verdict = WEIGH_LEAD;
	if (!x->named) {
		w->verdict = WEIGH_UNEXPLAINED;
		w->why = "the evidence ends before anything that has a name";
	} else if (comes_without(w)) {
		w->verdict = WEIGH_NOT_SUPPORTED;
		w->why = "the same alerts come on hosts without it";
	} else if (w->control == CONTROL_ALERTING) {
		w->verdict = WEIGH_NOT_SUPPORTED;
		w->why = "its earlier versions raise the same alerts: no clean control, independent of the build";
	} else if (w->detector_rival) {
		w->verdict = w->arrivals ? WEIGH_LEAD : WEIGH_UNEXPLAINED;
		w->why = w->rival_recorded ? "scanners alone raise these alerts, all at once, days after it came and within a day of "
					     "their own update: that explains them as well"
					   : "scanners alone raise these alerts, all at once and days after it came: an update of the "
					     "detector would explain them as well; none is recorded";
	} else if (w->gravity < GRAVITY_LIGHT ||
		   (!w->arrivals && w->gravity < (w->images > 1 ? GRAVITY_MIN : WEIGHTY))) {
		w->verdict = WEIGH_UNEXPLAINED;
		w->why = "its alerts are of kinds that ordinary software raises too";
	} else if (!w->arrivals && w->p > SMALL_P && w->images > 1) {
		w->verdict = WEIGH_UNEXPLAINED;
		w->why = "nothing to compare: it was there before the records begin, and hosts without it do not differ";
	} else if (w->images < 2) {
		w->why = w->hosts < 2 ? "one host: a lead, not a finding" : "hosts of one image: a lead, not a finding";
	} else if (w->gravity < GRAVITY_MIN) {
		w->why = "its alerts are of kinds that ordinary software raises too";
	} else if (w->arrivals < 2) {
		w->why = "its arrival is not in the evidence: no before to compare with";
	} else if (x->associated) {
		w->why = "comparing hosts names it, and no record leads from the alerts to it";
	} else if (!on_its_side(w)) {
		w->why = "the comparison of hosts is too thin";
	} else {
		w->verdict = WEIGH_SUPPORTED;
		w->why = "it best explains these alerts";
	}
}

static void score(const struct weigh_candidate *x, struct weighed *w)
{
	double best = w->p < w->paired_p ? w->p : w->paired_p;
	double s = w->gravity * log2(1 + w->images) / (1 + 0.15 * x->cost);

	s *= 1 + (best < 1 ? fmin(3, -log10(best)) : 0);
	s *= x->incomplete ? 0.4 : 1;
	/* What every host has does not stand out by being on every host. */
	s *= w->everywhere && !w->arrivals ? 0.3 : 1;
	s *= w->arrivals ? 1.5 : 1;
	s *= w->answer == ANSWER_INDEPENDENT ? 0.1 : 1;
	w->score = x->named ? s : s / 1000;
	w->confidence = w->verdict != WEIGH_SUPPORTED ? "low" : best <= 0.01 ? "high" : "medium";
}

void weigh(const struct cohort *c, const struct weigh_candidate *x, struct weighed *ret)
{
	struct weighing z = { .c = c, .x = x, .w = ret };

	assert(c->ready);
	*ret = (struct weighed){ 0 };
	z.particular = heap_array(c->class_count + 1, sizeof(*z.particular));
	z.weight_of = heap_array(c->class_count + 1, sizeof(*z.weight_of));
	z.hosts = heap_array(c->host_count + 1, sizeof(*z.hosts));
	z.units = heap_array(c->host_count + 1, sizeof(*z.units));
	find_line(&z);
	place_hosts(&z);
	choose_classes(&z);
	watch(&z);
	leave_out_old(&z);
	name_detector(&z);
	note_alerts(&z);
	count_units(&z);
	find_rival(&z);
	look_at_versions(&z);
	ret->p = table_p(&ret->table);
	table_odds(&ret->table, &ret->odds_low, &ret->odds_high);
	ret->paired_p = paired_p(ret->after_only, ret->before_only);
	answer(ret);
	judge(x, ret);
	score(x, ret);
	free(z.line);
	free(z.particular);
	free(z.weight_of);
	free(z.hosts);
	free(z.units);
}
