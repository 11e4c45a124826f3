/* SPDX-License-Identifier: Apache-2.0 */
#include "plain.h"

#include "base/heap.h"
#include "base/utf.h"
#include "rules/test.h"

#include <stdlib.h>

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#define VALUES_MAX 4096

/* What an element of a pattern stands for, beside a character. */
#define ANY_RUN 0x80000000u
#define ANY_ONE 0x80000001u
#define ANY_DASH 0x80000002u

struct glob {
	uint32_t *e;
	size_t n;
};

static bool is_dash(uint32_t c)
{
	return c == '-' || c == '/' || c == 0x2013 || c == 0x2014 || c == 0x2015;
}

static uint32_t fold(const struct test *t, uint32_t c)
{
	return t->cased ? c : utf_fold(c);
}

/* `first`: the run begins the rule's value, where a dash may start an option. */
static void add_run(struct glob *g, const struct test *t, struct slice text, bool first)
{
	uint32_t before = first ? ' ' : 'x';

	for (size_t at = 0; at < text.n;) {
		uint32_t c = utf8_next(text, &at);
		bool space = before == ' ' || (before >= '\t' && before <= '\r');

		g->e[g->n++] = t->dash && space && is_dash(c) ? ANY_DASH : fold(t, c);
		before = c;
	}
}

static size_t glob_room(const struct test *t)
{
	size_t n = t->text.n + t->tail_skip + 4;

	for (size_t i = 0; i < t->part_count; i++)
		n += t->parts[i].text.n + t->parts[i].skip + 1;
	return n;
}

static void add_text(struct glob *g, const struct test *t, struct slice text)
{
	if (!t->anchor_start)
		g->e[g->n++] = ANY_RUN;
	add_run(g, t, text, true);
	if (!t->anchor_end)
		g->e[g->n++] = ANY_RUN;
}

static void add_parts(struct glob *g, const struct test *t)
{
	if (!t->anchor_start)
		g->e[g->n++] = ANY_RUN;
	for (size_t i = 0; i < t->part_count; i++) {
		if (t->parts[i].star)
			g->e[g->n++] = ANY_RUN;
		for (uint32_t k = 0; k < t->parts[i].skip; k++)
			g->e[g->n++] = ANY_ONE;
		add_run(g, t, t->parts[i].text, i == 0);
	}
	for (uint32_t k = 0; k < t->tail_skip; k++)
		g->e[g->n++] = ANY_ONE;
	if (t->tail_star || !t->anchor_end)
		g->e[g->n++] = ANY_RUN;
}

static bool fits(const struct test *t, uint32_t element, uint32_t c)
{
	return element == ANY_ONE || (element == ANY_DASH && is_dash(c)) || element == fold(t, c);
}

/* The whole text against the whole pattern; where it does not go on, the last ANY_RUN takes one
 * character more. */
static bool glob_matches(const struct glob *g, const struct test *t, struct slice text)
{
	size_t i = 0, at = 0, run = SIZE_MAX, run_end = 0;

	while (at < text.n) {
		size_t next = at;
		uint32_t c = utf8_next(text, &next);

		if (i < g->n && g->e[i] == ANY_RUN) {
			run = i++;
			run_end = at;
		} else if (i < g->n && fits(t, g->e[i], c)) {
			i++;
			at = next;
		} else if (run != SIZE_MAX) {
			(void)utf8_next(text, &run_end);
			at = run_end;
			i = run + 1;
		} else {
			return false;
		}
	}
	while (i < g->n && g->e[i] == ANY_RUN)
		i++;
	return i == g->n;
}

static bool text_matches(const struct test *t, struct slice needle, struct slice text)
{
	struct glob g = { heap_array(glob_room(t) + needle.n, sizeof(uint32_t)), 0 };
	bool yes;

	if (t->op == TEST_WILDCARD)
		add_parts(&g, t);
	else
		add_text(&g, t, needle);
	yes = glob_matches(&g, t, text);
	free(g.e);
	return yes;
}

static bool regex_matches(const struct test *t, struct slice text)
{
	uint32_t options = PCRE2_UTF | PCRE2_MATCH_INVALID_UTF | (t->regex_i ? PCRE2_CASELESS : 0) |
			   (t->regex_m ? PCRE2_MULTILINE : 0) | (t->regex_s ? PCRE2_DOTALL : 0);
	int error;
	PCRE2_SIZE at;
	pcre2_code *code = pcre2_compile(t->text.p, t->text.n, options, &error, &at, NULL);

	if (!code)
		return false;
	pcre2_match_data *data = pcre2_match_data_create_from_pattern(code, NULL);
	int found = pcre2_match(code, text.p, text.n, 0, 0, data, NULL);

	pcre2_match_data_free(data);
	pcre2_code_free(code);
	return found >= 0;
}

/* All values of a field, lists taken apart, null left out. */
struct values {
	struct slice text[VALUES_MAX];
	size_t n;
	bool present;
};

static void add_value(struct values *all, struct event *ev, struct value v)
{
	if (v.type == VALUE_NULL)
		return;
	if (all->n == VALUES_MAX)
		abort();
	all->text[all->n++] = value_text(v, &ev->arena);
}

static void add_field(struct values *all, struct event *ev, const struct field *f)
{
	all->present = true;
	if (f->value.type != VALUE_LIST) {
		add_value(all, ev, f->value);
		return;
	}
	for (uint32_t i = 0; i < f->value.count; i++)
		add_value(all, ev, f->value.items[i]);
}

static bool same_name(struct slice a, struct slice b)
{
	size_t i = 0, k = 0;

	for (;;) {
		while (i < a.n && a.p[i] == ' ')
			i++;
		while (k < b.n && b.p[k] == ' ')
			k++;
		if (i == a.n || k == b.n)
			return i == a.n && k == b.n;
		if (a.p[i++] != b.p[k++])
			return false;
	}
}

static void find_values(struct values *all, struct event *ev, struct slice name)
{
	uint32_t id = names_find(ev->names, name);

	*all = (struct values){ 0 };
	if (id == NAME_OTHER) {
		for (uint32_t i = 0; i < ev->n; i++)
			if (same_name(ev->fields[i].name, name))
				add_field(all, ev, &ev->fields[i]);
		return;
	}
	for (struct field *f = event_find(ev, id); f; f = field_next(ev, f))
		add_field(all, ev, f);
}

static bool one_matches(const struct test *t, struct event *ev, struct slice text)
{
	switch (t->op) {
	case TEST_TEXT:
	case TEST_WILDCARD:
		return text_matches(t, t->text, text);
	case TEST_REGEX:
		return regex_matches(t, text);
	default:
		return test_text(t, text, &ev->arena);
	}
}

static bool fieldref_matches(const struct test *t, struct event *ev, const struct values *mine)
{
	struct values *other = heap_new(sizeof(*other));
	bool yes = false;

	find_values(other, ev, t->text);
	for (size_t i = 0; i < mine->n; i++)
		for (size_t k = 0; k < other->n; k++)
			yes |= text_matches(t, other->text[k], mine->text[i]);
	free(other);
	return yes;
}

static bool test_matches(const struct test *t, struct event *ev, const struct values *all)
{
	if (t->op == TEST_NULL)
		return all->n == 0;
	if (t->op == TEST_EXISTS)
		return all->present == t->expected;
	if (t->op == TEST_FIELDREF)
		return fieldref_matches(t, ev, all);
	for (size_t i = 0; i < all->n; i++)
		if (one_matches(t, ev, all->text[i]))
			return true;
	return false;
}

/* A keyword may be in any field. */
static bool anywhere(const struct test *t, struct event *ev)
{
	struct values *all = heap_new(sizeof(*all));
	bool yes = false;

	for (uint32_t i = 0; i < ev->n && !yes; i++) {
		*all = (struct values){ 0 };
		add_field(all, ev, &ev->fields[i]);
		yes = test_matches(t, ev, all);
	}
	free(all);
	return yes;
}

static bool item_matches(const struct item *item, struct event *ev)
{
	struct values *all = heap_new(sizeof(*all));
	bool result = item->all;

	if (item->field.n)
		find_values(all, ev, item->field);
	for (size_t v = 0; v < item->value_count; v++) {
		bool holds = false;

		for (size_t i = v ? item->value_end[v - 1] : 0; i < item->value_end[v]; i++)
			holds |= item->field.n ? test_matches(&item->tests[i], ev, all)
					       : anywhere(&item->tests[i], ev);
		if (item->all)
			result &= holds;
		else
			result |= holds;
	}
	free(all);
	return result != item->negated;
}

static bool selection_matches(const struct selection *s, struct event *ev)
{
	for (size_t m = 0; m < s->map_count; m++) {
		bool all = true;

		for (size_t i = 0; i < s->maps[m].count && all; i++)
			all = item_matches(&s->maps[m].items[i], ev);
		if (all)
			return true;
	}
	return false;
}

static bool expr_matches(const struct rule *r, const struct expr *e, struct event *ev)
{
	switch (e->op) {
	case EXPR_SELECTION:
		return selection_matches(&r->selections[e->selection], ev);
	case EXPR_NOT:
		return !expr_matches(r, e->args[0], ev);
	case EXPR_AND:
		for (size_t i = 0; i < e->arg_count; i++)
			if (!expr_matches(r, e->args[i], ev))
				return false;
		return true;
	case EXPR_OR:
		for (size_t i = 0; i < e->arg_count; i++)
			if (expr_matches(r, e->args[i], ev))
				return true;
		return false;
	}
	return false;
}

bool plain_evaluate(const struct rule *r, struct event *ev)
{
	return expr_matches(r, r->condition, ev);
}
