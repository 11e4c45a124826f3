/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/condition.h"

#include "base/limits.h"

struct parser {
	struct slice text;
	size_t at;
	struct slice word; /* the token looked at; empty at the end */
	size_t word_at;
	const struct selection *selections;
	size_t count;
	struct arena *arena;
	struct err *err;
	unsigned depth;
};

static void next(struct parser *p)
{
	struct slice s = p->text;

	while (p->at < s.n && strchr(" \t\r\n", s.p[p->at]) && s.p[p->at])
		p->at++;
	p->word_at = p->at;
	if (p->at < s.n && (s.p[p->at] == '(' || s.p[p->at] == ')' || s.p[p->at] == '|'))
		p->at++;
	else
		while (p->at < s.n && !(s.p[p->at] && strchr(" \t\r\n()|", s.p[p->at])))
			p->at++;
	p->word = slice_of(s.p + p->word_at, p->at - p->word_at);
}

static bool word_is(const struct parser *p, const char *word)
{
	return slice_eq_nocase(p->word, slice_str(word));
}

static struct expr *fail(struct parser *p, const char *why)
{
	err_set(p->err, ERR_FORMAT, p->word_at, "condition: %s at \"%.*s\"", why,
		p->word.n ? (int)(p->word.n < 60 ? p->word.n : 60) : 3,
		p->word.n ? (const char *)p->word.p : "end");
	return NULL;
}

static struct expr *expr_new(struct parser *p, enum expr_op op, size_t args)
{
	struct expr *e = arena_array(p->arena, 1, sizeof(*e));

	e->op = op;
	e->arg_count = args;
	e->args = arena_array(p->arena, args, sizeof(struct expr *));
	return e;
}

struct expr *condition_join(struct arena *arena, enum expr_op op, struct expr *a, struct expr *b)
{
	struct parser p = { .arena = arena };
	struct expr *e = expr_new(&p, op, 2);

	e->args[0] = a;
	e->args[1] = b;
	return e;
}

static struct expr *selection(struct parser *p, size_t i)
{
	struct expr *e = expr_new(p, EXPR_SELECTION, 0);

	e->selection = (uint32_t)i;
	return e;
}

/* `*` anywhere; names are short, so plain recursion by stars will do. */
static bool glob(struct slice pattern, struct slice name)
{
	size_t star = slice_find(pattern, '*');

	if (star == pattern.n)
		return slice_eq(pattern, name);
	if (!slice_starts(name, slice_head(pattern, star)))
		return false;
	pattern = slice_from(pattern, star + 1);
	name = slice_from(name, star);
	for (size_t i = 0; i <= name.n; i++)
		if (glob(pattern, slice_from(name, i)))
			return true;
	return pattern.n == 0;
}

/* Names that begin with an underscore only count for a pattern that does as well. */
static bool taken(struct slice pattern, struct slice name)
{
	bool hidden = name.n && name.p[0] == '_';

	if (slice_eq_nocase(pattern, slice_str("them")))
		return !hidden;
	return glob(pattern, name) && (!hidden || pattern.p[0] == '_');
}

static struct expr *of(struct parser *p, enum expr_op op)
{
	size_t n = 0;

	next(p); /* "of" */
	next(p);
	if (!p->word.n)
		return fail(p, "a name, a pattern or \"them\" must follow \"of\"");
	for (size_t i = 0; i < p->count; i++)
		n += taken(p->word, p->selections[i].name);
	if (n == 0)
		return fail(p, "no selection has such a name");
	struct expr *e = expr_new(p, op, n);

	n = 0;
	for (size_t i = 0; i < p->count; i++)
		if (taken(p->word, p->selections[i].name))
			e->args[n++] = selection(p, i);
	next(p);
	return e;
}

static bool of_follows(const struct parser *p)
{
	struct parser ahead = *p;

	next(&ahead);
	return word_is(&ahead, "of");
}

static struct expr *parse_or(struct parser *p);

static struct expr *parse_primary(struct parser *p)
{
	if (slice_is(p->word, "(")) {
		next(p);
		struct expr *e = parse_or(p);

		if (!e)
			return NULL;
		if (!slice_is(p->word, ")"))
			return fail(p, "a closing parenthesis is missing");
		next(p);
		return e;
	}
	if (of_follows(p)) {
		if (word_is(p, "1") || word_is(p, "any"))
			return of(p, EXPR_OR);
		if (word_is(p, "all"))
			return of(p, EXPR_AND);
	}
	for (size_t i = 0; i < p->count; i++)
		if (slice_eq(p->selections[i].name, p->word)) {
			next(p);
			return selection(p, i);
		}
	return fail(p, p->word.n ? "no selection has this name" : "a selection is missing");
}

static struct expr *parse_not(struct parser *p)
{
	if (!word_is(p, "not"))
		return parse_primary(p);
	if (++p->depth > LIMIT_RULE_DEPTH)
		return fail(p, "nested too deep");
	next(p);
	struct expr *inner = parse_not(p), *e;

	p->depth--;
	if (!inner)
		return NULL;
	e = expr_new(p, EXPR_NOT, 1);
	e->args[0] = inner;
	return e;
}

static struct expr *parse_and(struct parser *p)
{
	struct expr *e = parse_not(p);

	while (e && word_is(p, "and")) {
		next(p);
		struct expr *right = parse_not(p);

		e = right ? condition_join(p->arena, EXPR_AND, e, right) : NULL;
	}
	return e;
}

static struct expr *parse_or(struct parser *p)
{
	struct expr *e;

	if (++p->depth > LIMIT_RULE_DEPTH)
		return fail(p, "nested too deep");
	e = parse_and(p);
	while (e && word_is(p, "or")) {
		next(p);
		struct expr *right = parse_and(p);

		e = right ? condition_join(p->arena, EXPR_OR, e, right) : NULL;
	}
	p->depth--;
	return e;
}

struct expr *condition_parse(struct slice text, const struct selection *selections, size_t count,
			     struct arena *arena, struct err *err)
{
	struct parser p = { .text = text, .selections = selections, .count = count, .arena = arena,
			    .err = err };
	struct expr *e;

	next(&p);
	e = parse_or(&p);
	if (!e)
		return NULL;
	if (slice_is(p.word, "|"))
		return fail(&p, "aggregations (| count ...) left Sigma: write a correlation rule");
	if (p.word.n)
		return fail(&p, "\"and\", \"or\" or the end is missing");
	return e;
}
