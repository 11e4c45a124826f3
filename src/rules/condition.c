/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/read.h"

#include "base/limits.h"

#include <stdlib.h>

/*
 * Conditions (specification 2.1, "Condition"):
 *
 *   or    := and { "or" and }
 *   and   := not { "and" not }
 *   not   := "not" not | atom
 *   atom  := "(" or ")" | ("1" | "any" | "all") "of" ("them" | PATTERN) | NAME
 *
 * Words are taken without case. `them` and patterns leave out selections whose names start with
 * an underscore, unless the pattern itself starts with one.
 */

#define ARGS_MAX 4096u	  /* operands of one and, one or */
#define LEAVES_MAX 65536u /* selections that one rule's conditions name, also by patterns */

struct parser {
	struct reading *r;
	const struct node *node;
	const struct selection *selections;
	bool *used;
	size_t n;
	struct slice text;
	size_t at;	    /* behind the token */
	struct slice token; /* empty at the end */
	unsigned depth;
	uint32_t leaves;
};

static struct expr *parse_or(struct parser *p);

struct expr *expr_new(struct arena *a, enum expr_op op, size_t args)
{
	struct expr *e = arena_array(a, 1, sizeof(*e));

	if (!e)
		abort();
	e->op = op;
	e->args = args ? arena_array(a, args, sizeof(struct expr *)) : NULL;
	if (args && !e->args)
		abort();
	return e;
}

static bool is_space(uint8_t c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static bool is_sign(uint8_t c)
{
	return c == '(' || c == ')' || c == '|';
}

static void advance(struct parser *p)
{
	size_t start;

	while (p->at < p->text.n && is_space(p->text.p[p->at]))
		p->at++;
	start = p->at;
	if (p->at < p->text.n && is_sign(p->text.p[p->at])) {
		p->at++;
	} else {
		while (p->at < p->text.n && !is_space(p->text.p[p->at]) &&
		       !is_sign(p->text.p[p->at]))
			p->at++;
	}
	p->token = slice_of(p->text.p + start, p->at - start);
}

static bool token_is(const struct parser *p, const char *word)
{
	return slice_eq_nocase(p->token, slice_str(word));
}

/* Always NULL. */
static struct expr *fail(struct parser *p, const char *before, const char *after)
{
	const struct node *n = p->node;
	uint32_t column =
		n->column + (n->spread ? 0 : (uint32_t)(p->token.p - p->text.p) + n->quoted);
	size_t shown = p->token.n < 60 ? p->token.n : 60;

	if (p->token.n)
		(void)reading_fault(p->r, n->line, column, "condition: %s'%.*s'%s", before,
				    (int)shown, p->token.p, after);
	else
		(void)reading_fault(p->r, n->line, column, "condition: %sits end%s", before, after);
	return NULL;
}

/* `*` stands for any number of characters, anywhere. */
static bool name_fits(struct slice pattern, struct slice name)
{
	size_t i = 0, k = 0, star = SIZE_MAX, retry = 0;

	while (k < name.n) {
		if (i < pattern.n && pattern.p[i] == '*') {
			star = i++;
			retry = k;
		} else if (i < pattern.n && pattern.p[i] == name.p[k]) {
			i++;
			k++;
		} else if (star != SIZE_MAX) {
			i = star + 1;
			k = ++retry;
		} else {
			return false;
		}
	}
	while (i < pattern.n && pattern.p[i] == '*')
		i++;
	return i == pattern.n;
}

static struct expr *selection_expr(struct parser *p, size_t i)
{
	struct expr *e = expr_new(&p->r->set->arena, EXPR_SELECTION, 0);

	e->selection = (uint32_t)i;
	p->used[i] = true;
	p->leaves++;
	return e;
}

static bool meant(struct slice pattern, struct slice name)
{
	return (name.p[0] != '_' || pattern.p[0] == '_') && name_fits(pattern, name);
}

/* Behind "1 of", "any of", "all of". */
static struct expr *parse_of(struct parser *p, enum expr_op op)
{
	struct slice pattern = token_is(p, "them") ? slice_str("*") : p->token;
	struct expr *e;
	size_t count = 0;

	if (pattern.n == 0 || is_sign(pattern.p[0]))
		return fail(p, "expected 'them' or a pattern before ", "");
	for (size_t i = 0; i < p->n; i++)
		count += meant(pattern, p->selections[i].name);
	if (count == 0)
		return fail(p, "no selection is meant by ", "");
	if (count > LEAVES_MAX - p->leaves)
		return fail(p, "too long at ", "");
	e = expr_new(&p->r->set->arena, op, count);
	for (size_t i = 0; i < p->n; i++)
		if (meant(pattern, p->selections[i].name))
			e->args[e->arg_count++] = selection_expr(p, i);
	advance(p);
	return e->arg_count == 1 ? e->args[0] : e;
}

static struct expr *parse_name(struct parser *p)
{
	for (size_t i = 0; i < p->n; i++)
		if (slice_eq(p->selections[i].name, p->token)) {
			if (p->leaves == LEAVES_MAX)
				return fail(p, "too long at ", "");
			advance(p);
			return selection_expr(p, i);
		}
	if (slice_find(p->token, '*') < p->token.n)
		return fail(p, "write '1 of' or 'all of' before ", "");
	return fail(p, "there is no selection ", "");
}

static bool is_number(struct slice s)
{
	uint64_t v;

	return slice_to_u64(s, &v);
}

static struct expr *parse_atom(struct parser *p)
{
	struct parser before = *p;
	struct expr *e;

	if (p->token.n == 0 || token_is(p, ")") || token_is(p, "and") || token_is(p, "or"))
		return fail(p, "expected a selection before ", "");
	if (token_is(p, "|"))
		return fail(p, "aggregation behind ",
			    " is no longer part of Sigma: write a correlation rule");
	if (token_is(p, "(")) {
		advance(p);
		e = parse_or(p);
		if (e && !token_is(p, ")"))
			return fail(p, "expected ')' before ", "");
		if (e)
			advance(p);
		return e;
	}
	advance(p);
	if (token_is(p, "of")) {
		struct slice count = before.token;

		p->token = count;
		bool any = token_is(p, "1") || token_is(p, "any"), all = token_is(p, "all");

		if (!any && !all)
			return fail(p,
				    is_number(count) ? "only 1 and all can be counted, not "
						     : "expected 1, any or all, not ",
				    "");
		advance(p);
		return parse_of(p, any ? EXPR_OR : EXPR_AND);
	}
	*p = before;
	return parse_name(p);
}

static struct expr *parse_not(struct parser *p)
{
	struct expr *e, *arg;

	if (p->depth >= LIMIT_RULE_DEPTH)
		return fail(p, "nested too deep at ", "");
	p->depth++;
	if (!token_is(p, "not")) {
		e = parse_atom(p);
	} else {
		advance(p);
		arg = parse_not(p);
		e = arg ? expr_new(&p->r->set->arena, EXPR_NOT, 1) : NULL;
		if (e)
			e->args[e->arg_count++] = arg;
	}
	p->depth--;
	return e;
}

/* A run of what `next` reads, joined by `word`. */
static struct expr *parse_run(struct parser *p, const char *word, enum expr_op op,
			      struct expr *(*next)(struct parser *))
{
	struct expr *first = next(p), *e;
	size_t cap = 8;

	if (!first || !token_is(p, word))
		return first;
	e = expr_new(&p->r->set->arena, op, cap);
	e->args[e->arg_count++] = first;
	while (token_is(p, word)) {
		if (e->arg_count == cap) {
			struct expr *wider = expr_new(&p->r->set->arena, op, cap * 2);

			if (cap >= ARGS_MAX)
				return fail(p, "too long at ", "");
			memcpy(wider->args, e->args, cap * sizeof(*e->args));
			e->args = wider->args;
			cap *= 2;
		}
		advance(p);
		e->args[e->arg_count] = next(p);
		if (!e->args[e->arg_count++])
			return NULL;
	}
	return e;
}

static struct expr *parse_and(struct parser *p)
{
	return parse_run(p, "and", EXPR_AND, parse_not);
}

static struct expr *parse_or(struct parser *p)
{
	return parse_run(p, "or", EXPR_OR, parse_and);
}

static struct expr *parse_one(struct parser *p, const struct node *node)
{
	struct expr *e;

	if (node->kind != NODE_SCALAR || node_is_null(node)) {
		(void)reading_fault_at(p->r, node, "the condition must be a text");
		return NULL;
	}
	p->node = node;
	p->text = node->text;
	p->at = 0;
	p->depth = 0;
	advance(p);
	e = parse_or(p);
	if (!e || p->token.n == 0)
		return e;
	if (token_is(p, "|"))
		return fail(p, "aggregation behind ",
			    " is no longer part of Sigma: write a correlation rule");
	return fail(p, "expected 'and' or 'or' before ", "");
}

bool condition_read(struct reading *r, const struct node *condition,
		    const struct selection *selections, size_t n, struct expr **ret)
{
	struct parser p = { .r = r, .selections = selections, .n = n };
	struct expr *e;

	p.used = arena_array(&r->scratch, n + 1, sizeof(*p.used));
	if (condition->kind != NODE_LIST) {
		e = parse_one(&p, condition);
	} else {
		if (condition->count == 0)
			return reading_fault_at(r, condition, "the condition is empty");
		e = expr_new(&r->set->arena, EXPR_OR, condition->count);
		for (const struct node *c = condition->child; c; c = c->next)
			if (!(e->args[e->arg_count++] = parse_one(&p, c)))
				return false;
		if (e->arg_count == 1)
			e = e->args[0];
	}
	if (!e)
		return false;
	for (size_t i = 0; i < n; i++)
		if (!p.used[i])
			reading_note_at(r,
					&(struct node){ .line = selections[i].line,
							.column = selections[i].column },
					"no condition uses selection '%.*s'",
					(int)selections[i].name.n, selections[i].name.p);
	*ret = e;
	return true;
}
