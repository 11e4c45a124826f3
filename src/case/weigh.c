/* SPDX-License-Identifier: Apache-2.0 */
#include "case/weigh.h"

#include "base/heap.h"

#include <math.h>
#include <stdlib.h>

/* Clocks of one host agree; records of one moment come in any order. */
#define SLACK_NS (INT64_C(60) * 1000000000)
#define HOUR_NS (INT64_C(3600) * 1000000000)
/* One critical class, or two high ones: less may be a rule that takes something ordinary for odd. */
#define GRAVITY_MIN 16.0
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

struct weighing {
	const struct cohort *c;
	const struct weigh_candidate *x;
	struct weighed *w;
	bool *particular, *own_class;  /* by class */
	double *weight_of;	       /* by class: its part of the gravity */
	const struct weigh_place **at; /* by host: its place, or NULL */
	int64_t *first;		       /* by host: first alert of particular classes, INT64_MAX none */
	int64_t *last_before;	       /* by host: last such alert before the arrival, INT64_MIN none */
	int64_t *first_after;
	bool *own, *other;	       /* by host: alerts that trace here; to something that is no version of it */
	struct unit *units;
};

static const char *const verdicts[] = { "supported", "lead", "unexplained", "not_supported" };

const char *weigh_verdict_text(enum weigh_verdict v)
{
	return verdicts[v];
}

/* ---- which classes are particular to it ---- */

/* Here, or to another version of the product. */
static bool of_line(const struct weigh_candidate *x, uint32_t group)
{
	if (group == x->group)
		return true;
	for (size_t i = 0; i < x->version_count && !x->associated; i++)
		if (x->versions[i].group == group)
			return true;
	return false;
}

static void count_classes(const struct weighing *z, uint32_t *ours, uint32_t *all)
{
	const struct cohort *c = z->c;
	struct map seen;

	for (size_t i = 0; i < c->alert_count; i++)
		z->own_class[c->alerts[i].class] |= c->alerts[i].group == z->x->group;
	/* Images, not hosts and not alerts. */
	map_init(&seen);
	for (size_t i = 0; i < c->alert_count; i++) {
		const struct cohort_alert *a = &c->alerts[i];
		const uint32_t any[3] = { a->class, c->hosts[a->host].image, 0 };
		const uint32_t here[3] = { a->class, c->hosts[a->host].image, 1 };
		uint32_t n = (uint32_t)seen.n;

		/* Alerts whose cause nobody knows are nobody else's. */
		if ((a->group != COHORT_UNNAMED || z->x->associated) &&
		    map_intern(&seen, slice_of(any, sizeof(any))) == n)
			all[a->class]++;
		n = (uint32_t)seen.n;
		if (of_line(z->x, a->group) && z->own_class[a->class] && map_intern(&seen, slice_of(here, sizeof(here))) == n)
			ours[a->class]++;
	}
	map_done(&seen);
}

/* Particular are classes of which this share traces here. Gives their weight. */
static double choose_from(struct weighing *z, const uint32_t *ours, const uint32_t *all, double share)
{
	double weight = 0;

	for (size_t k = 0; k < z->c->class_count; k++) {
		z->particular[k] = ours[k] && ours[k] >= share * all[k];
		weight += z->particular[k] ? z->c->classes[k].weight : 0;
	}
	return weight;
}

static void choose_classes(struct weighing *z)
{
	const struct cohort *c = z->c;
	uint32_t *ours = heap_array(c->class_count + 1, sizeof(*ours));
	uint32_t *all = heap_array(c->class_count + 1, sizeof(*all));
	bool several = false, any;

	count_classes(z, ours, all);
	any = choose_from(z, ours, all, 0.5) > 0;
	for (size_t k = 0; any && k < c->class_count; k++) {
		z->weight_of[k] = z->particular[k] ? c->classes[k].weight * ours[k] / all[k] : 0;
		z->w->classes += z->particular[k];
		z->w->gravity += z->weight_of[k];
	}
	/* Compared are those that nearly nothing else raises, if they weigh enough. */
	if (choose_from(z, ours, all, NEARLY_ALL) < WEIGHTY)
		choose_from(z, ours, all, any ? 0.5 : 0);
	for (size_t k = 0; k < c->class_count; k++) {
		if (!z->particular[k])
			continue;
		several |= z->w->detector.n && !slice_eq(z->w->detector, c->classes[k].detector);
		z->w->detector = c->classes[k].detector;
	}
	if (several)
		z->w->detector = slice_of(NULL, 0);
	free(ours);
	free(all);
}

/* ---- hosts ---- */

static void place_hosts(struct weighing *z)
{
	for (size_t i = 0; i < z->x->place_count; i++)
		z->at[z->x->places[i].host] = &z->x->places[i];
	for (size_t h = 0; h < z->c->host_count; h++) {
		z->first[h] = z->first_after[h] = INT64_MAX;
		z->last_before[h] = INT64_MIN;
	}
}

static void note_alerts(struct weighing *z)
{
	for (size_t i = 0; i < z->c->alert_count; i++) {
		const struct cohort_alert *a = &z->c->alerts[i];
		const struct weigh_place *p = z->at[a->host];

		if (!z->particular[a->class])
			continue;
		z->own[a->host] |= a->group == z->x->group;
		z->other[a->host] |= !of_line(z->x, a->group) && a->group != COHORT_UNNAMED;
		z->first[a->host] = a->first_ns < z->first[a->host] ? a->first_ns : z->first[a->host];
		if (!p)
			continue;
		if (a->first_ns < p->first_ns - SLACK_NS && a->first_ns > z->last_before[a->host])
			z->last_before[a->host] = a->first_ns;
		if (a->last_ns >= p->first_ns - SLACK_NS) {
			int64_t from = a->first_ns >= p->first_ns - SLACK_NS ? a->first_ns : a->last_ns;

			z->first_after[a->host] = from < z->first_after[a->host] ? from : z->first_after[a->host];
		}
	}
}

/* The span in which some detector of the particular classes was at work on the host; false: none was. */
static bool live_span(const struct weighing *z, uint32_t host, int64_t *from, int64_t *to)
{
	*from = INT64_MAX;
	*to = INT64_MIN;
	for (size_t k = 0; k < z->c->class_count; k++) {
		const struct cohort_live *l =
			z->particular[k] ? cohort_lives(z->c, host, z->c->classes[k].kind) : NULL;

		if (!l)
			continue;
		*from = l->first_ns < *from ? l->first_ns : *from;
		*to = l->last_ns > *to ? l->last_ns : *to;
	}
	return *from <= *to;
}

/* Equal windows on both sides of its arrival, in which a detector was at work. */
static void pair_up(const struct weighing *z, uint32_t h, struct unit *u)
{
	const struct weigh_place *p = z->at[h];
	int64_t from, to, window;

	if (!p || !p->arrived || !live_span(z, h, &from, &to))
		return;
	window = p->first_ns - from < to - p->first_ns ? p->first_ns - from : to - p->first_ns;
	if (window < HOUR_NS)
		return;
	u->paired = true;
	u->after |= z->first_after[h] != INT64_MAX && z->first_after[h] <= p->first_ns + window;
	u->before |= z->last_before[h] != INT64_MIN && z->last_before[h] >= p->first_ns - window;
}

/* The only detectors of these classes are scanners, and this host's was told to leave the program alone. */
static bool left_alone(const struct weighing *z, uint32_t h)
{
	for (uint32_t k = 0; k < z->c->class_count; k++)
		if (z->particular[k] && !cohort_of_scanner(z->c, k))
			return false;
	return cohort_excluded(z->c, h, z->x->path);
}

static void look_at_host(const struct weighing *z, uint32_t h, struct unit *u)
{
	const struct weigh_place *p = z->at[h];
	int64_t from, to;
	bool alerts = z->first[h] != INT64_MAX;
	/* An alert before it came is an alert without it. */
	bool exposed = (z->own[h] && !z->x->associated) || (p && (!alerts || z->first_after[h] != INT64_MAX));
	bool live = live_span(z, h, &from, &to), own = z->own[h] && exposed;

	/* Another version's doing, or nobody knows whose where nearly all such alerts are its own: neither with it nor
	 * without it. */
	if (alerts && !z->own[h] && !exposed && !z->other[h] && !z->x->associated)
		return;
	u->exposed |= exposed;
	u->alerting |= alerts;
	u->own |= own;
	z->w->hosts += own;
	u->arrived_first |= own && p && p->arrived && z->first_after[h] != INT64_MAX &&
			    z->last_before[h] == INT64_MIN;
	/* Quiet before it came says nothing of it; after it, only where it ran. */
	u->quiet |= live && !alerts && !left_alone(z, h) && (!exposed || (p && p->ran && to > p->first_ns));
	pair_up(z, h, u);
}

static void count_units(struct weighing *z)
{
	struct weighed *w = z->w;

	for (size_t h = 0; h < z->c->host_count; h++)
		look_at_host(z, (uint32_t)h, &z->units[z->c->hosts[h].image]);
	w->everywhere = true;
	for (size_t i = 0; i < z->c->host_count; i++) {
		const struct unit *u = &z->units[i];

		if (z->c->hosts[i].image != i && !u->exposed && !u->alerting && !u->quiet)
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

/* ---- its other versions ---- */

/* Hosts on which a version ran and a detector was at work: all, and those that alert in any of these classes. */
static double rate_of(const struct weighing *z, const struct weigh_version *v, const bool *classes, uint32_t *ret_quiet,
		      uint32_t *ret_all)
{
	bool *alerts = heap_array(z->c->host_count + 1, sizeof(*alerts));
	uint32_t alerting = 0, all = 0;
	int64_t from, to;

	for (size_t i = 0; i < z->c->alert_count; i++)
		if (z->c->alerts[i].group == v->group && classes[z->c->alerts[i].class])
			alerts[z->c->alerts[i].host] = true;
	for (size_t i = 0; i < v->n; i++) {
		const struct weigh_place *p = &v->places[i];

		if (!p->ran || !live_span(z, p->host, &from, &to) || to < p->first_ns)
			continue;
		all++;
		alerting += alerts[p->host];
	}
	free(alerts);
	*ret_all = all;
	*ret_quiet = all - alerting;
	return all ? (double)alerting / all : 0;
}

/* How often it is itself said to, of its own places: in one class. */
static double own_rate(const struct weighing *z, size_t class)
{
	const struct weigh_version own = { .places = z->x->places, .n = z->x->place_count, .group = z->x->group };
	bool *one = heap_array(z->c->class_count + 1, sizeof(*one));
	uint32_t quiet, all;
	double rate;

	one[class] = true;
	rate = rate_of(z, &own, one, &quiet, &all);
	free(one);
	return rate;
}

/* Does an earlier version raise this class as often? */
static bool is_old(const struct weighing *z, size_t class)
{
	bool *one = heap_array(z->c->class_count + 1, sizeof(*one)), old = false;
	double own = own_rate(z, class);
	uint32_t quiet, all;

	one[class] = true;
	for (size_t i = 0; i < z->x->version_count && !old; i++) {
		const struct weigh_version *v = &z->x->versions[i];
		double rate = v->older ? rate_of(z, v, one, &quiet, &all) : 0;

		old = v->older && rate > 0 && rate >= AS_BAD * own;
	}
	free(one);
	return old;
}

/* What the product does in every version says nothing of this one: left out where there is more. */
static void leave_out_old(struct weighing *z)
{
	bool *old = heap_array(z->c->class_count + 1, sizeof(*old));
	bool any_new = false;

	for (size_t k = 0; k < z->c->class_count; k++) {
		old[k] = z->particular[k] && is_old(z, k);
		any_new |= z->particular[k] && !old[k];
	}
	for (size_t k = 0; k < z->c->class_count && any_new; k++) {
		if (!old[k])
			continue;
		z->particular[k] = false;
		z->w->old_classes++;
		z->w->gravity -= z->weight_of[k];
		z->w->classes--;
	}
	free(old);
}

static void look_at_versions(struct weighing *z)
{
	struct weighed *w = z->w;
	uint32_t exposed = w->table.exposed_alerting + w->table.exposed_quiet, as_bad = 0, others = 0, quiet, all;
	double own = exposed ? (double)w->table.exposed_alerting / exposed : 0;

	for (size_t i = 0; i < z->x->version_count; i++) {
		const struct weigh_version *v = &z->x->versions[i];
		double rate;

		if (!v->older)
			continue;
		rate = rate_of(z, v, z->particular, &quiet, &all);
		if (!all)
			continue;
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
	else if (w->images >= 2 && w->arrivals >= 1 && (w->control == CONTROL_QUIET || w->table.unexposed_quiet >= 2) &&
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
	size_t n = c->host_count + 1;
	struct weighing z = { .c = c, .x = x, .w = ret };

	*ret = (struct weighed){ 0 };
	z.particular = heap_array(c->class_count + 1, sizeof(*z.particular));
	z.at = heap_array(n, sizeof(*z.at));
	z.first = heap_array(n, sizeof(*z.first));
	z.first_after = heap_array(n, sizeof(*z.first_after));
	z.last_before = heap_array(n, sizeof(*z.last_before));
	z.own = heap_array(n, sizeof(*z.own));
	z.other = heap_array(n, sizeof(*z.other));
	z.own_class = heap_array(c->class_count + 1, sizeof(*z.own_class));
	z.units = heap_array(n, sizeof(*z.units));
	z.weight_of = heap_array(c->class_count + 1, sizeof(*z.weight_of));
	place_hosts(&z);
	choose_classes(&z);
	leave_out_old(&z);
	note_alerts(&z);
	count_units(&z);
	look_at_versions(&z);
	ret->p = table_p(&ret->table);
	table_odds(&ret->table, &ret->odds_low, &ret->odds_high);
	ret->paired_p = paired_p(ret->after_only, ret->before_only);
	answer(ret);
	judge(x, ret);
	score(x, ret);
	free(z.particular);
	free(z.at);
	free(z.first);
	free(z.first_after);
	free(z.last_before);
	free(z.own);
	free(z.other);
	free(z.own_class);
	free(z.weight_of);
	free(z.units);
}
