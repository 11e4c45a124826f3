/* SPDX-License-Identifier: Apache-2.0 */
/* Every text triple below tests/rules, through the compiled matcher and through the plain
 * evaluator: both must give the verdict that the file says. */
#include "test.h"

#include "base/arena.h"
#include "base/buf.h"
#include "plain.h"
#include "rules/match.h"
#include "sys/walk.h"
#include "triple.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

struct running {
	const char *file;
	size_t triples, wrong;
	struct arena arena;
};

static struct slice read_file(struct arena *a, const char *path)
{
	struct buf b = { 0 };
	int fd = open(path, O_RDONLY);
	ssize_t n = 1;

	while (fd >= 0 && n > 0) {
		buf_reserve(&b, 65536);
		n = read(fd, b.p + b.n, 65536);
		b.n += n > 0 ? (size_t)n : 0;
	}
	if (fd >= 0)
		close(fd);
	struct slice kept = arena_keep(a, buf_slice(&b));

	buf_done(&b);
	return kept;
}

static struct slice rule_text(struct running *r, struct slice rule)
{
	struct slice prefix = SLICE("rule: ");
	char path[600];

	if (!slice_starts(rule, prefix))
		return rule;
	rule = slice_trim(slice_from(rule, prefix.n));
	snprintf(path, sizeof(path), "%s/%.*s", getenv("UPRIVER_ROOT"), (int)rule.n, (const char *)rule.p);
	return read_file(&r->arena, path);
}

static void fill(struct event *ev, struct names *names, struct slice text)
{
	event_clear(ev);
	while (text.n) {
		struct slice line = slice_cut(text, '\n', &text), value;
		struct slice name = slice_trim(slice_cut(line, ':', &value));

		if (!name.n)
			continue;
		value = value.n && value.p[0] == ' ' ? slice_from(value, 1) : value;
		if (slice_is(value, "null"))
			event_add(ev, name, names_find(names, name), (struct value){ .type = VALUE_NULL });
		else
			event_add(ev, name, names_find(names, name),
				  value_text_of(value.n ? value : slice_str("")));
	}
	event_seal(ev);
}

static void fault(struct running *r, const struct triple *t, const char *what)
{
	r->wrong++;
	print_error("%s:%u: %s\n", r->file, t->line, what);
}

static void judge(struct running *r, const struct triple *t, struct ruleset *set, struct names *names,
		  const struct taxonomy *tax)
{
	struct matcher_options options = { .cache_bytes = 1 << 20 };
	bool want = slice_is(t->verdict, "match");
	struct err err = { 0 };
	struct matcher *m = matcher_new(set, tax, names, &options, &err);
	struct match_scratch *s = match_scratch_new(m);
	struct event ev;

	event_init(&ev, names);
	/* Twice: the second time from what is remembered. */
	for (int round = 0; round < 2; round++) {
		fill(&ev, names, t->event);
		if ((match_event(s, &ev).n == 1) != want)
			fault(r, t, "the matcher disagrees");
	}
	struct match_why why[8];

	if (want && match_event(s, &ev).n == 1 && match_explain(s, &ev, 0, why, 8) > 8)
		fault(r, t, "more reasons than asked for");
	fill(&ev, names, t->event);
	if (plain_match(&set->rules[0], &ev, tax) != want)
		fault(r, t, "the plain evaluator disagrees");
	event_done(&ev);
	match_scratch_free(s);
	matcher_free(m);
}

static void run_triple(struct running *r, const struct triple *t)
{
	struct names names;
	struct taxonomy tax;
	struct ruleset set;
	struct err err = { 0 };

	r->triples++;
	if (!slice_is(t->verdict, "match") && !slice_is(t->verdict, "no match")) {
		fault(r, t, "the verdict is neither match nor no match");
		return;
	}
	names_init(&names);
	ruleset_init(&set);
	assert_true(taxonomy_init(&tax, &names, &err));
	ruleset_read(&set, slice_str(r->file), rule_text(r, t->rule), NULL);
	ruleset_finish(&set);
	if (set.n == 1)
		judge(r, t, &set, &names, &tax);
	else
		fault(r, t, set.fault_count ? (const char *)set.faults[0].reason.p : "not one rule");
	ruleset_done(&set);
	taxonomy_done(&tax);
	names_done(&names);
}

static void run_file(void *ctx, const struct walk_entry *e)
{
	struct running *r = ctx;
	struct slice test = SLICE(".test"), text;
	struct triple t;
	unsigned line = 0;

	if (e->why || !slice_ends(slice_str(e->path), test))
		return;
	r->file = e->path;
	text = read_file(&r->arena, e->path);
	while (triple_next(&text, &line, &t))
		run_triple(r, &t);
}

static void every_triple_has_its_verdict(void **state)
{
	struct running r = { 0 };
	struct err err = { 0 };
	char folder[512];

	(void)state;
	assert_non_null(getenv("UPRIVER_ROOT"));
	arena_init(&r.arena, 0);
	snprintf(folder, sizeof(folder), "%s/tests/rules", getenv("UPRIVER_ROOT"));
	assert_true(walk(folder, run_file, &r, &err));
	print_message("%zu triples\n", r.triples);
	arena_done(&r.arena);
	assert_true(r.triples > 0);
	assert_int_equal(r.wrong, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(every_triple_has_its_verdict) };

	return RUN(tests);
}
