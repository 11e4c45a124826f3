/* SPDX-License-Identifier: Apache-2.0 */
/* A table of hosts by stage, the reasons of the few that got the farthest, and what the numbers count. */
#include "base/buf.h"
#include "base/heap.h"
#include "report/scope.h"

#include <stdio.h>
#include <stdlib.h>

#define HOSTS_SHOWN 60u
#define HOSTS_EXPLAINED 4u
#define NAME_WIDTH 22u
#define WIDTH 78u

static void padded(struct buf *out, struct slice s, size_t width)
{
	size_t from = out->n;

	buf_put_terminal(out, s, width);
	while (out->n - from < width)
		buf_put_byte(out, ' ');
}

/* Words in lines of WIDTH, the second and later ones behind `inset` spaces; the first begins at `column`. */
static void put_words(struct buf *out, struct slice s, size_t inset, size_t column)
{
	while (s.p) {
		struct slice word = slice_cut(s, ' ', &s);
		size_t room = WIDTH > inset + 1 ? WIDTH - inset : 1;

		if (column > inset && column + 1 + word.n > WIDTH) {
			buf_printf(out, "\n%*s", (int)inset, "");
			column = inset;
		} else if (column > inset) {
			buf_put_byte(out, ' ');
			column++;
		}
		/* What is longer than a line (a path) goes over several. */
		while (word.n > room) {
			buf_put_terminal(out, slice_head(word, room), 0);
			buf_printf(out, "\n%*s", (int)inset, "");
			word = slice_from(word, room);
			column = inset;
		}
		buf_put_terminal(out, word, 0);
		column += word.n;
	}
	buf_put_byte(out, '\n');
}

static void put_moment(struct buf *out, int64_t ns)
{
	char text[32];
	size_t n = when_format((struct when){ .ns = ns, .set = true }, text);

	buf_put(out, slice_of(text, n < 16 ? n : 16));
}

static char mark_of(enum stage_answer a)
{
	static const char marks[STAGE_ANSWERS] = { [STAGE_UNKNOWN] = '?', [STAGE_YES] = 'y', [STAGE_NO] = '-',
						   [STAGE_NOT_APPLICABLE] = '.' };

	return marks[a];
}

static void put_origins(struct buf *out, const struct report_scope *r)
{
	for (size_t i = 0; i < r->known->n; i++) {
		const struct stage_wanted *w = &r->known->wanted[i];

		buf_put_str(out, !i ? "How far each host got with " : i < r->tied ? "  or (a tie) " : "  and ");
		buf_put_terminal(out, w->line, 46);
		if (i && i >= r->tied) {
			buf_put_str(out, ", which calls ");
			buf_put_terminal(out, r->kept_names[i], 60);
			buf_put_str(out, " too");
		}
		if (w->os.n)
			buf_printf(out, ", %.*s", (int)w->os.n, (const char *)w->os.p);
		buf_put_byte(out, '\n');
	}
	if (!r->known->n)
		buf_put_str(out, "No origin is known: there is nothing to look for on the hosts\n");
}

static void put_row(struct buf *out, const struct report_scope *r, size_t i)
{
	const struct stage_facts *f = &r->facts[i];
	const struct stage_ladder *l = &r->ladders[i];
	char life[16] = "";

	if (f->epoch > 1 || (i + 1 < r->n && slice_eq_nocase(f->host, r->facts[i + 1].host)))
		snprintf(life, sizeof(life), "#%u", f->epoch);
	padded(out, f->host, *life ? NAME_WIDTH - 4 : NAME_WIDTH);
	if (*life)
		buf_printf(out, "%-4s", life);
	for (int s = 0; s < STAGE_COUNT; s++)
		buf_printf(out, "  %c", mark_of(l->answers[s]));
	buf_printf(out, "  %-4s %-4s ", stage_level_text(l->proved), stage_level_text(l->possible));
	if (l->blocked_at != STAGE_NONE)
		buf_printf(out, "blocked at %s", stage_level_text(l->blocked_at));
	else if (l->dated)
		put_moment(out, l->since_ns);
	buf_put_byte(out, '\n');
}

struct ordered {
	const struct report_scope *r;
	size_t at;
};

/* The farthest first; blocked ones behind those that got as far. */
static int by_reach(const void *a, const void *b)
{
	const struct ordered *x = a, *y = b;
	const struct stage_ladder *p = &x->r->ladders[x->at], *q = &y->r->ladders[y->at];

	if (p->proved != q->proved)
		return p->proved > q->proved ? -1 : 1;
	if (p->blocked_at != q->blocked_at)
		return p->blocked_at < q->blocked_at ? -1 : 1;
	if (p->possible != q->possible)
		return p->possible > q->possible ? -1 : 1;
	return x->at < y->at ? -1 : 1;
}

static void put_table(struct buf *out, const struct report_scope *r, const struct ordered *order)
{
	buf_printf(out, "\n%-*s", (int)NAME_WIDTH, "host");
	for (int s = 0; s < STAGE_COUNT; s++)
		buf_printf(out, " %2s", s == STAGE_S3B ? "3b" : stage_text((enum stage)s));
	buf_put_str(out, " proved to  since\n");
	for (size_t i = 0; i < r->n && i < HOSTS_SHOWN; i++)
		put_row(out, r, order[i].at);
	if (r->n > HOSTS_SHOWN)
		buf_printf(out, "... and %zu more (--json has all)\n", r->n - HOSTS_SHOWN);
	buf_put_str(out, "y: a record shows it   -: a complete source excludes it   ?: neither\n"
			 ".: does not apply   to: the farthest that is not excluded\n");
}

static void put_pointer(struct buf *out, const struct report_scope *r, const struct told_pointer *at)
{
	struct slice file, inner;

	if (!at->set || !r->file(r->ctx, at->source, &file, &inner))
		return;
	buf_printf(out, " [record %llu of ", (unsigned long long)at->record);
	buf_put(out, inner.n ? inner : file);
	buf_put_byte(out, ']');
}

/* How many records show a stage, where it is more than the one that is told. */
static void put_more(struct buf *out, const struct stage_facts *f, enum stage s)
{
	if (f->proofs[s].count > 1)
		buf_printf(out, " and %llu more", (unsigned long long)f->proofs[s].count - 1);
}

static void put_reason(struct buf *out, const struct report_scope *r, size_t i, const struct stage_reason *x)
{
	struct buf line = { 0 };

	if (x->what.timed && x->what.at.set) {
		put_moment(&line, x->what.ns);
		buf_put_byte(&line, ' ');
	}
	buf_put(&line, x->what.text);
	put_pointer(&line, r, &x->what.at);
	if (x->what.at.set)
		put_more(&line, &r->facts[i], x->stage);
	buf_printf(out, "  %-3s ", stage_text(x->stage));
	put_words(out, buf_slice(&line), 6, 6);
	buf_done(&line);
}

static void explain(struct buf *out, const struct report_scope *r, size_t i)
{
	const struct stage_ladder *l = &r->ladders[i];
	int stage = STAGE_NONE;

	buf_put_byte(out, '\n');
	buf_put_terminal(out, r->facts[i].host, 60);
	buf_printf(out, ": %s proved, %s possible\n", stage_level_text(l->proved), stage_level_text(l->possible));
	for (size_t k = 0; k < l->reason_count; k++) {
		const struct stage_reason *x = &l->reasons[k];

		if ((int)x->stage != stage)
			put_reason(out, r, i, x);
		stage = (int)x->stage;
	}
	if (!l->missing)
		return;
	buf_put_str(out, "  Would settle more: ");
	struct buf line = { 0 };

	for (int m = 0; m < RECORDS_COUNT; m++)
		if (l->missing & 1u << m)
			buf_printf(&line, "%s%s", line.n ? "; " : "", stage_record_text((enum stage_record)m));
	put_words(out, buf_slice(&line), 21, 21);
	buf_done(&line);
}

/* One of each height, the highest first: hosts of one height have reasons of one kind. */
static void put_examples(struct buf *out, const struct report_scope *r, const struct ordered *order)
{
	int last = STAGE_U + 1;
	unsigned shown = 0;

	for (size_t i = 0; i < r->n && shown < HOSTS_EXPLAINED; i++) {
		const struct stage_ladder *l = &r->ladders[order[i].at];
		int height = l->blocked_at != STAGE_NONE ? -2 : l->proved;

		if (height == last || l->proved == STAGE_NONE)
			continue;
		last = height;
		shown++;
		explain(out, r, order[i].at);
	}
}

static void put_number(struct buf *out, uint64_t n, const char *one)
{
	bool life = strcmp(one, "life") == 0;

	buf_printf(out, "%llu %s", (unsigned long long)n, n == 1 ? one : life ? "lives" : one);
	if (n != 1 && !life)
		buf_put_byte(out, 's');
}

static void put_counts(struct buf *out, const struct report_scope *r)
{
	struct scope_counts c;

	scope_count(r, &c);
	put_number(out, c.hosts, "host");
	buf_put_str(out, " in ");
	put_number(out, c.epochs, "life");
	buf_put_str(out, "; highest stage proved:");
	for (int s = STAGE_COUNT - 1; s >= 0; s--)
		if (c.proved[s])
			buf_printf(out, " %s %llu,", stage_text((enum stage)s), (unsigned long long)c.proved[s]);
	buf_printf(out, " none %llu\n", (unsigned long long)c.proved[STAGE_COUNT]);
	buf_printf(out, "%llu blocked (counted apart: later stages do not apply there), ", (unsigned long long)c.blocked);
	put_number(out, c.users, "user");
	buf_put_str(out, ", ");
	put_number(out, c.clones, "clone");
	if (c.domains > 1)
		buf_printf(out, ", of %llu domains", (unsigned long long)c.domains);
	buf_put_byte(out, '\n');
	if (r->without_host || r->without_time) {
		buf_put_str(out, "not counted: ");
		put_number(out, r->without_host, "record");
		buf_printf(out, " without a host, %llu without a time\n", (unsigned long long)r->without_time);
	}
	if (r->addresses)
		buf_printf(out, "not told here: %llu address%s that a sensor saw, of no known host\n",
			   (unsigned long long)r->addresses, r->addresses == 1 ? "" : "es");
}

static void put_duration(struct buf *out, int64_t ns)
{
	struct arena scratch;

	arena_init(&scratch, 0);
	buf_put(out, stage_duration(&scratch, ns));
	arena_done(&scratch);
}

static void put_learned(struct buf *out, const struct report_scope *r)
{
	const struct stage_learned *l = r->learned;

	if (l->waits) {
		buf_printf(out, "waits from first run to first contact: n=%llu, longest ", (unsigned long long)l->waits);
		put_duration(out, l->longest_ns);
		buf_printf(out, "; %llu silent so far;\n  sleep window (99 of 100): ", (unsigned long long)l->silent);
		put_duration(out, l->window_ns);
		buf_put_byte(out, '\n');
	}
	if (l->takedown) {
		buf_put_str(out, "all that called out fell silent at ");
		put_moment(out, l->takedown_ns);
		buf_put_str(out, "; silence behind that proves nothing\n");
	}
	if (!l->destinations && l->why_none && r->known->n)
		put_words(out, slice_str(l->why_none), 0, 0);
}

static void put_platforms(struct buf *out, const struct report_scope *r)
{
	const struct scope_platform *p = r->platforms;

	buf_put_str(out, "platforms:");
	for (size_t i = 0; i < SCOPE_PLATFORMS; i++)
		buf_printf(out, "%s %s %s", i ? "," : "", p[i].os, scope_platform_text(p[i].state));
	buf_put_byte(out, '\n');
}

void report_scope_text(struct buf *out, const struct report_scope *r)
{
	struct ordered *order = heap_array(r->n + 1, sizeof(*order));

	for (size_t i = 0; i < r->n; i++)
		order[i] = (struct ordered){ r, i };
	qsort(order, r->n, sizeof(*order), by_reach);
	put_origins(out, r);
	put_counts(out, r);
	put_learned(out, r);
	put_platforms(out, r);
	put_table(out, r, order);
	put_examples(out, r, order);
	free(order);
}
