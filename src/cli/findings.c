/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/findings.h"

#include "base/heap.h"
#include "cli/output.h"

#include <stdlib.h>

void findings_init(struct findings *f)
{
	*f = (struct findings){ 0 };
	arena_init(&f->arena, 0);
}

void findings_done(struct findings *f)
{
	for (size_t i = 0; i < f->n; i++)
		map_done(&f->list[i].hosts);
	free(f->list);
	free(f->by_rule);
	arena_done(&f->arena);
}

static struct finding *finding_of(struct findings *f, const struct hit *h)
{
	if (h->rule_index >= f->by_rule_count) {
		size_t n = (size_t)h->rule_index + 256;

		f->by_rule = heap_grow(f->by_rule, n * sizeof(*f->by_rule));
		memset(f->by_rule + f->by_rule_count, 0,
		       (n - f->by_rule_count) * sizeof(*f->by_rule));
		f->by_rule_count = n;
	}
	if (!f->by_rule[h->rule_index]) {
		f->list = heap_room(f->list, f->n, &f->cap, sizeof(*f->list));
		f->list[f->n] = (struct finding){ .rule = h->rule };
		map_init(&f->list[f->n].hosts);
		f->by_rule[h->rule_index] = (uint32_t)++f->n;
	}
	return &f->list[f->by_rule[h->rule_index] - 1];
}

static void keep_example(struct findings *f, struct finding *x, const struct hit *h)
{
	struct buf why = { 0 };

	x->example_file = arena_keep(&f->arena, h->file->path);
	x->example_host = arena_keep(&f->arena, h->host);
	x->example_record = h->record;
	if (h->why_count) {
		buf_put(&why, h->why[0].field);
		buf_put_str(&why, h->why[0].field.n ? ": " : "");
		buf_put(&why, h->why[0].value);
	}
	x->example_why = arena_keep(&f->arena, buf_slice(&why));
	buf_done(&why);
}

void findings_add(struct findings *f, const struct hit *h)
{
	struct finding *x = finding_of(f, h);

	if (x->hits++ == 0)
		keep_example(f, x, h);
	if (h->host.n)
		map_intern(&x->hosts, h->host);
	if (h->time.set && (!x->first.set || h->time.ns < x->first.ns))
		x->first = h->time;
	if (h->time.set && (!x->last.set || h->time.ns > x->last.ns))
		x->last = h->time;
}

static int by_weight(const void *a, const void *b)
{
	const struct finding *x = a, *y = b;

	if (x->rule->level != y->rule->level)
		return x->rule->level > y->rule->level ? -1 : 1;
	if (x->hits != y->hits)
		return x->hits > y->hits ? -1 : 1;
	return slice_cmp(x->rule->title, y->rule->title);
}

static void put_times(struct buf *out, const struct finding *x)
{
	struct when first = x->first, last = x->last;
	char text[32];

	if (!first.set)
		return;
	first.digits = last.digits = 0;
	buf_put_str(out, ", ");
	buf_put(out, slice_of(text, when_format(first, text)));
	if (first.ns / 1000000000 != last.ns / 1000000000) {
		buf_put_str(out, " to ");
		buf_put(out, slice_of(text, when_format(last, text)));
	}
}

static void put_finding(struct buf *out, const struct finding *x)
{
	buf_put_str(out, "  ");
	buf_put_terminal(out, x->rule->title, 76);
	buf_printf(out, "\n    %llu hit%s on %zu host%s", (unsigned long long)x->hits, plural(x->hits),
		   x->hosts.n, plural(x->hosts.n));
	put_times(out, x);
	buf_put_str(out, "\n    ");
	buf_put_terminal(out, x->example_why, 74);
	buf_put_str(out, "\n    in ");
	buf_put_terminal(out, x->example_file, 50);
	buf_printf(out, ", record %llu\n", (unsigned long long)x->example_record);
}

void findings_text(struct buf *out, struct findings *f, const struct hunt *h,
		   const struct engine_totals *totals)
{
	size_t loaded = 0, without = 0;

	if (f->n)
		qsort(f->list, f->n, sizeof(*f->list), by_weight);
	for (size_t i = 0; i < f->n; i++) {
		if (i == 0 || f->list[i].rule->level != f->list[i - 1].rule->level)
			buf_printf(out, "%s%s\n", i ? "\n" : "", rule_level_text(f->list[i].rule->level));
		put_finding(out, &f->list[i]);
	}
	for (size_t i = 0; i < h->source_count; i++) {
		loaded += h->sources[i].rules;
		without += h->sources[i].events ? 0 : h->sources[i].rules;
	}
	buf_printf(out, "%s%llu hit%s of %zu rule%s in %llu event%s of %zu host%s (%.1f MB, %.1f s)\n",
		   f->n ? "\n" : "", (unsigned long long)h->hits, plural(h->hits), f->n, plural(f->n),
		   (unsigned long long)totals->events, plural(totals->events), h->hosts.n,
		   plural(h->hosts.n), (double)totals->bytes / 1e6, totals->seconds);
	buf_printf(out, "rules asked: %zu; for %zu of them the evidence has no record of their log source\n",
		   loaded, without);
}
