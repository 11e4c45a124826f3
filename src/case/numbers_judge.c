/* SPDX-License-Identifier: Apache-2.0 */
/* What is missing between runs of record numbers; numbers.h says how lives are told apart. */
#include "case/numbers.h"

#include "base/heap.h"
#include "base/limits.h"

#include <stdlib.h>

#define SLACK_NS (INT64_C(5) * 1000000000) /* records that were written a little late */
#define SEGMENTS_MAX 64u

/* Runs that go up in number and time: [from, from + n) of the runs in the order of time. */
struct segment {
	size_t from, n;
	uint32_t life;
};

static int by_time(const void *pa, const void *pb)
{
	const struct numbers_run *a = pa, *b = pb;

	if (a->timed != b->timed)
		return a->timed ? -1 : 1;
	if (a->low_ns != b->low_ns)
		return a->low_ns < b->low_ns ? -1 : 1;
	return a->low < b->low ? -1 : a->low > b->low;
}

static int by_number(const void *pa, const void *pb)
{
	const struct numbers_run *a = pa, *b = pb;

	if (a->low != b->low)
		return a->low < b->low ? -1 : 1;
	if (a->low_ns != b->low_ns)
		return a->low_ns < b->low_ns ? -1 : 1;
	return a->high < b->high ? -1 : a->high > b->high;
}

static bool later(int64_t a, int64_t b)
{
	int64_t d;

	return __builtin_sub_overflow(a, b, &d) ? a > b : d > SLACK_NS;
}

/* The same number at two times: of runs sorted by number. */
static bool contradicts(const struct numbers_run *runs, size_t n)
{
	struct numbers_run last = runs[0];

	for (size_t i = 1; i < n; i++) {
		const struct numbers_run *r = &runs[i];

		if (!r->timed)
			continue;
		if (r->low <= last.high && (later(r->low_ns, last.high_ns) || later(last.low_ns, r->low_ns)))
			return true;
		if (r->high >= last.high)
			last = *r;
	}
	return false;
}

/* Where the numbers that fall at i began to: the first of a new life may lie so near to the last of
 * the old one that it looked late. */
static size_t cut_back(const struct numbers_run *runs, size_t i, size_t top_at, int64_t top_ns)
{
	while (i > top_at + 1 && runs[i - 1].low_ns > top_ns && runs[i - 1].low <= runs[i].low &&
	       runs[i - 1].high <= runs[i].high)
		i--;
	return i;
}

/* Cuts runs in the order of time where numbers fall. SEGMENTS_MAX + 1 when there are too many. */
static size_t cut(const struct numbers_run *runs, size_t n, struct segment *segments)
{
	uint64_t top = 0;
	int64_t top_ns = 0;
	size_t count = 0, top_at = 0;

	for (size_t i = 0; i < n; i++) {
		if (i == 0 || (runs[i].low <= top && later(runs[i].low_ns, top_ns))) {
			size_t from = i ? cut_back(runs, i, top_at, top_ns) : 0;

			if (count == SEGMENTS_MAX)
				return SEGMENTS_MAX + 1;
			if (count)
				segments[count - 1].n -= i - from;
			segments[count++] = (struct segment){ from, i - from, 0 };
			top = 0;
		}
		segments[count - 1].n++;
		if (runs[i].high >= top) {
			top = runs[i].high;
			top_ns = runs[i].high_ns;
			top_at = i;
		}
	}
	return count;
}

enum meeting { APART, TOUCHES, OVERLAPS };

/* Both sorted by number. */
static enum meeting meet(const struct numbers_run *a, size_t an, const struct numbers_run *b, size_t bn)
{
	enum meeting m = APART;
	size_t i = 0, j = 0;

	while (i < an && j < bn) {
		if (a[i].low <= b[j].high && b[j].low <= a[i].high)
			return OVERLAPS;
		if (a[i].high + 1 == b[j].low || b[j].high + 1 == a[i].low)
			m = TOUCHES;
		if (a[i].high < b[j].high)
			i++;
		else
			j++;
	}
	return m;
}

/* Gives each segment its life; puts the runs of one life together, sorted by number. The number
 * of lives. */
static uint32_t live(struct numbers_run *runs, struct segment *segments, size_t count)
{
	size_t from = 0, n = segments[0].n; /* the life so far */
	uint32_t life = 0;

	qsort(runs, n, sizeof(*runs), by_number);
	for (size_t i = 1; i < count; i++) {
		struct numbers_run *next = runs + segments[i].from;

		qsort(next, segments[i].n, sizeof(*next), by_number);
		if (meet(runs + from, n, next, segments[i].n) == TOUCHES) {
			n += segments[i].n;
			qsort(runs + from, n, sizeof(*runs), by_number);
		} else {
			from = segments[i].from;
			n = segments[i].n;
			life++;
		}
		segments[i].life = life;
	}
	return life + 1;
}

static int shorter_first(const void *pa, const void *pb)
{
	const struct numbers_gap *a = pa, *b = pb;
	uint64_t la = (uint64_t)a->to_ns - (uint64_t)a->from_ns,
		 lb = (uint64_t)b->to_ns - (uint64_t)b->from_ns;

	if (a->restart != b->restart)
		return a->restart ? -1 : 1;
	if (la != lb)
		return la > lb ? -1 : 1;
	return a->before < b->before ? -1 : a->before > b->before;
}

static int gap_by_time(const void *pa, const void *pb)
{
	const struct numbers_gap *a = pa, *b = pb;

	if (a->from_ns != b->from_ns)
		return a->from_ns < b->from_ns ? -1 : 1;
	return a->before < b->before ? -1 : a->before > b->before;
}

static void trim(struct numbers_verdict *v, size_t keep)
{
	if (v->n > keep) {
		qsort(v->gaps, v->n, sizeof(*v->gaps), shorter_first);
		v->left_out += v->n - keep;
		v->n = keep;
	}
}

static void gap(struct numbers_verdict *v, struct numbers_gap g)
{
	if (g.from_ns > g.to_ns) { /* the clock was set back in between */
		int64_t from = g.to_ns;

		g.to_ns = g.from_ns;
		g.from_ns = from;
	}
	/* How many a log had lost when it began anew its numbers do not say for certain. */
	if (!g.restart && __builtin_add_overflow(v->missing, g.missing, &v->missing))
		v->missing = UINT64_MAX;
	v->gaps = heap_room(v->gaps, v->n, &v->cap, sizeof(*v->gaps));
	v->gaps[v->n++] = g;
	if (v->n >= LIMIT_SPANS * 8)
		trim(v, LIMIT_SPANS);
}

/* One life, sorted by number: gaps between its runs. Gives its last record. */
static struct numbers_run life_gaps(struct numbers_verdict *v, const struct numbers_run *runs, size_t n)
{
	struct numbers_run top = runs[0];

	for (size_t i = 1; i < n; i++) {
		const struct numbers_run *r = &runs[i];

		if (r->low > top.high + 1)
			gap(v, (struct numbers_gap){ .from_ns = top.high_ns,
						     .to_ns = r->low_ns,
						     .before = top.high,
						     .after = r->low,
						     .missing = r->low - top.high - 1 });
		if (r->high > top.high)
			top = *r;
	}
	return top;
}

/* Records without a time fill gaps, and take their times from their neighbours. */
static void lend_times(struct numbers_run *runs, size_t n)
{
	int64_t ns = 0;
	bool set = false;

	for (size_t i = 0; i < n; i++) {
		if (runs[i].timed) {
			ns = runs[i].high_ns;
			set = true;
		} else if (set) {
			runs[i].low_ns = runs[i].high_ns = ns;
		}
	}
	for (size_t i = n; i-- > 0;) {
		if (runs[i].timed)
			ns = runs[i].low_ns;
		else if (!runs[i].low_ns)
			runs[i].low_ns = runs[i].high_ns = ns;
	}
}

static void judge_lives(struct numbers_run *runs, struct segment *segments, size_t count,
			struct numbers_verdict *v)
{
	struct numbers_run top = { 0 };
	size_t i = 0;

	live(runs, segments, count);
	while (i < count) {
		size_t from = segments[i].from, n = 0;
		uint32_t life = segments[i].life;

		for (; i < count && segments[i].life == life; i++)
			n += segments[i].n;
		if (from) /* the life before ended somewhere between its last record and this first */
			gap(v, (struct numbers_gap){ .from_ns = top.high_ns,
						     .to_ns = runs[from].low_ns,
						     .before = top.high,
						     .after = runs[from].low,
						     .missing = runs[from].low - 1,
						     .restart = true });
		else {
			v->lowest = runs[0].low;
			v->lowest_ns = runs[0].low_ns;
		}
		top = life_gaps(v, runs + from, n);
	}
	v->highest = top.high;
}

void numbers_judge(struct numbers_run *runs, size_t n, struct numbers_verdict *ret)
{
	struct segment segments[SEGMENTS_MAX] = { 0 };
	size_t count = 0, timed = 0;
	bool twice;

	*ret = (struct numbers_verdict){ 0 };
	if (!n)
		return;
	qsort(runs, n, sizeof(*runs), by_number);
	while (timed < n && runs[timed].timed)
		timed++;
	twice = contradicts(runs, n);
	if (timed == n) {
		qsort(runs, n, sizeof(*runs), by_time);
		count = cut(runs, n, segments);
	}
	if (count == 1 || count > SEGMENTS_MAX || timed < n) {
		/* One life, or one that cannot be told apart. */
		qsort(runs, n, sizeof(*runs), by_number);
		lend_times(runs, n);
		ret->lowest = runs[0].low;
		ret->lowest_ns = runs[0].low_ns;
		ret->disordered = twice && count != 1;
		ret->highest = life_gaps(ret, runs, n).high;
		if (ret->disordered)
			ret->n = ret->missing = ret->left_out = 0;
	} else {
		judge_lives(runs, segments, count, ret);
	}
	trim(ret, LIMIT_SPANS);
	if (ret->n)
		qsort(ret->gaps, ret->n, sizeof(*ret->gaps), gap_by_time);
}

void numbers_verdict_done(struct numbers_verdict *v)
{
	free(v->gaps);
	*v = (struct numbers_verdict){ 0 };
}
