/* SPDX-License-Identifier: Apache-2.0 */
#include "plain.h"

#include "base/utf.h"
#include "rules/test.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

struct plain {
	const struct rule *rule;
	struct event *ev;
};

static bool regex(const struct test *t, struct slice text)
{
	uint32_t options = PCRE2_UTF | (t->regex_i ? PCRE2_CASELESS : 0) |
			   (t->regex_m ? PCRE2_MULTILINE : 0) | (t->regex_s ? PCRE2_DOTALL : 0);
	int code;
	PCRE2_SIZE at;
	pcre2_code *re = pcre2_compile(t->text.p, t->text.n, options, &code, &at, NULL);
	pcre2_match_data *m = re ? pcre2_match_data_create(1, NULL) : NULL;
	bool found = re && pcre2_match(re, text.n ? text.p : (const uint8_t *)"", text.n, 0, 0, m, NULL) >= 0;

	pcre2_match_data_free(m);
	pcre2_code_free(re);
	return found;
}

static bool one_text(const struct test *t, struct slice text)
{
	struct arena a;
	bool holds;

	if (t->op == TEST_REGEX)
		return regex(t, text);
	arena_init(&a, 0);
	holds = test_text(t, text, &a);
	arena_done(&a);
	return holds;
}

static bool one_field(struct plain *p, const struct test *t, struct field *f)
{
	if (f->value.type == VALUE_NULL)
		return false;
	if (f->value.type != VALUE_LIST)
		return one_text(t, event_text(p->ev, f));
	for (uint32_t i = 0; i < f->value.count; i++)
		if (f->value.items[i].type != VALUE_NULL &&
		    one_text(t, value_text(f->value.items[i], &p->ev->arena)))
			return true;
	return false;
}

static struct field *first_field(struct plain *p, struct slice name)
{
	uint32_t id = names_find(p->ev->names, name);

	return id == NAME_OTHER ? NULL : event_find(p->ev, id);
}

static bool present(struct plain *p, const struct item *it)
{
	if (!it->field.n)
		return p->ev->n > 0;
	for (struct field *f = first_field(p, it->field); f; f = field_next(p->ev, f))
		if (f->value.type != VALUE_NULL)
			return true;
	return false;
}

static bool one_test(struct plain *p, const struct item *it, const struct test *t)
{
	struct field *f = it->field.n ? first_field(p, it->field) : NULL, *other;
	struct test text = *t;

	if (t->op == TEST_NULL)
		return !present(p, it);
	if (t->op == TEST_EXISTS)
		return (f != NULL) == t->expected;
	if (t->op == TEST_FIELDREF) {
		other = first_field(p, t->text);
		if (!f || !other || f->value.type == VALUE_NULL || other->value.type == VALUE_NULL)
			return false;
		text.op = TEST_TEXT;
		text.text = t->cased ? event_text(p->ev, other)
				     : utf8_fold(&p->ev->arena, event_text(p->ev, other));
		return one_text(&text, event_text(p->ev, f));
	}
	if (!it->field.n) {
		for (uint32_t i = 0; i < p->ev->n; i++)
			if (one_field(p, t, &p->ev->fields[i]))
				return true;
		return false;
	}
	for (; f; f = field_next(p->ev, f))
		if (one_field(p, t, f))
			return true;
	return false;
}

static bool one_item(struct plain *p, const struct item *it)
{
	bool any = false, all = true;
	uint32_t from = 0;

	for (size_t v = 0; v < it->value_count; v++) {
		bool value = false;

		for (uint32_t t = from; t < it->value_end[v]; t++)
			value |= one_test(p, it, &it->tests[t]);
		from = it->value_end[v];
		any |= value;
		all &= value;
	}
	if (it->negated)
		return present(p, it) && !(it->all ? all : any);
	return it->all ? all : any;
}

static bool one_selection(struct plain *p, const struct selection *s)
{
	for (size_t m = 0; m < s->map_count; m++) {
		bool all = true;

		for (size_t i = 0; i < s->maps[m].count; i++)
			all &= one_item(p, &s->maps[m].items[i]);
		if (all)
			return true;
	}
	return false;
}

static bool expression(struct plain *p, const struct expr *e)
{
	if (e->op == EXPR_SELECTION)
		return one_selection(p, &p->rule->selections[e->selection]);
	if (e->op == EXPR_NOT)
		return !expression(p, e->args[0]);
	for (size_t i = 0; i < e->arg_count; i++)
		if (expression(p, e->args[i]) != (e->op == EXPR_AND))
			return e->op == EXPR_OR;
	return e->op == EXPR_AND;
}

static bool class_fits(const struct logsource *l, const struct taxonomy_class *c)
{
	if (l->product.n && !slice_eq(l->product, c->product))
		return false;
	if (l->category.n && !slice_eq(l->category, c->category))
		return false;
	if (l->service.n && !slice_eq(l->service, c->service))
		return false;
	/* A service alone asks for the channel, not for the categories cut out of it. */
	return l->category.n || !l->service.n || !c->category.n;
}

bool plain_match(const struct rule *rule, struct event *ev, const struct taxonomy *tax)
{
	struct plain p = { rule, ev };
	const struct logsource *l = &rule->logsource;
	uint32_t classes[32];
	size_t n = taxonomy_classify(tax, ev, classes, 32);
	bool fits = !ev->channel.n;

	if (ev->channel.n && n == 0)
		fits = !l->category.n && !l->service.n && (!l->product.n || slice_is(l->product, "windows"));
	for (size_t i = 0; i < n; i++) {
		const struct taxonomy_class *c = &tax->classes[classes[i]];

		fits |= class_fits(l, c);
		for (size_t k = 0; k < c->alias_count; k++)
			event_alias(ev, c->aliases[k].id, c->aliases[k].from);
	}
	return fits && expression(&p, rule->condition);
}
