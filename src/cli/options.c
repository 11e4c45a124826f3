/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/options.h"

#include "base/heap.h"

#include <stdlib.h>

static void list_add(struct list *l, const char *item)
{
	l->items = heap_room(l->items, l->n, &l->cap, sizeof(*l->items));
	l->items[l->n++] = item;
}

void options_done(struct cli_options *o)
{
	free(o->operands.items);
	free(o->rules.items);
	free(o->check_rules.items);
	free(o->complete.items);
	free(o->starts.items);
	free(o->releases.items);
	free(o->questions.items);
}

/* Edits between two words: to suggest the right one. */
static size_t distance(const char *a, const char *b)
{
	size_t n = strlen(b), row[64];

	if (n >= 64 || strlen(a) >= 64)
		return SIZE_MAX;
	for (size_t j = 0; j <= n; j++)
		row[j] = j;
	for (size_t i = 1; a[i - 1]; i++) {
		size_t corner = row[0];

		row[0] = i;
		for (size_t j = 1; j <= n; j++) {
			size_t best = corner + (a[i - 1] != b[j - 1]);

			corner = row[j];
			if (row[j] + 1 < best)
				best = row[j] + 1;
			if (row[j - 1] + 1 < best)
				best = row[j - 1] + 1;
			row[j] = best;
		}
	}
	return row[n];
}

const struct verb *verb_find(const char *name)
{
	for (const struct verb *v = verbs; v->name; v++)
		if (slice_is(slice_str(v->name), name))
			return v;
	return NULL;
}

bool verb_unknown(const char *name, struct err *err)
{
	const struct verb *near = NULL;
	size_t best = 4;

	for (const struct verb *v = verbs; v->name; v++)
		if (distance(name, v->name) < best) {
			best = distance(name, v->name);
			near = v;
		}
	if (near)
		return err_set(err, ERR_USAGE, 0, "there is no verb \"%s\": did you mean \"%s\"?", name,
			       near->name);
	return err_set(err, ERR_USAGE, 0, "there is no verb \"%s\" (upriver help lists them)", name);
}

static bool unknown_option(const struct verb *v, const char *name, struct err *err)
{
	const char *near = NULL;
	size_t best = 4;

	for (size_t i = 0; i < OPTION_COUNT; i++)
		if ((v->options >> i & 1) && distance(name, option_table[i].name) < best) {
			best = distance(name, option_table[i].name);
			near = option_table[i].name;
		}
	if (near)
		return err_set(err, ERR_USAGE, 0, "%s has no option --%s: did you mean --%s?", v->name,
			       name, near);
	return err_set(err, ERR_USAGE, 0, "%s has no option --%s (upriver help %s lists them)", v->name,
		       name, v->name);
}

static bool parse_size(const char *text, uint64_t *ret)
{
	struct slice s = slice_str(text);
	uint64_t unit = 1;
	struct slice tail = SLICE("iB"), b = SLICE("B");

	if (slice_ends(s, tail))
		s.n -= 2;
	else if (slice_ends(s, b))
		s.n -= 1;
	if (s.n && strchr("kKmMgGtT", s.p[s.n - 1])) {
		static const char units[] = "kmgt";
		size_t power = (size_t)(strchr(units, s.p[s.n - 1] | 0x20) - units) + 1;

		unit = UINT64_C(1) << (10 * power);
		s.n--;
	}
	return slice_to_u64(s, ret) && !__builtin_mul_overflow(*ret, unit, ret) && *ret > 0;
}

static bool parse_number(const char *text, uint64_t max, uint64_t *ret)
{
	return slice_to_u64(slice_str(text), ret) && *ret > 0 && *ret <= max;
}

static bool parse_when(const char *text, struct when *ret)
{
	struct buf day = { 0 };

	*ret = when_parse(slice_str(text));
	/* A day alone is its start. */
	if (!ret->set) {
		buf_printf(&day, "%sT00:00:00Z", text);
		*ret = when_parse(buf_slice(&day));
		buf_done(&day);
	}
	return ret->set;
}

static bool parse_progress(const char *text, enum engine_progress *ret)
{
	static const char *const words[] = { "auto", "always", "never" };

	for (size_t i = 0; i < 3; i++)
		if (slice_is(slice_str(words[i]), text)) {
			*ret = (enum engine_progress)i;
			return true;
		}
	return false;
}

static bool parse_format(const char *text, enum output_format *ret)
{
	static const char *const words[] = { "text", "json", "dot", "svg" };

	for (size_t i = 0; i < 4; i++)
		if (slice_is(slice_str(words[i]), text)) {
			*ret = (enum output_format)i;
			return true;
		}
	return false;
}

static bool split_kinds(struct cli_options *o, const char *text)
{
	struct slice rest = slice_str(text);

	while (rest.p) {
		if (o->kind_count == 64)
			return false;
		o->kinds[o->kind_count++] = slice_cut(rest, ',', &rest);
	}
	return true;
}

/* The options that take a word and have something to check. */
static bool set_checked(struct cli_options *o, enum option which, const char *value)
{
	uint64_t n;

	switch (which) {
	case OPTION_LEVEL:
		return o->level_set = rule_level_parse(slice_str(value), &o->level);
	case OPTION_FAIL_ON:
		return o->fail_on_set = rule_level_parse(slice_str(value), &o->fail_on);
	case OPTION_THREADS:
		if (!parse_number(value, 1024, &n))
			return false;
		o->threads = (unsigned)n;
		return true;
	case OPTION_MEMORY:
		return parse_size(value, &o->memory);
	case OPTION_PROGRESS:
		return parse_progress(value, &o->progress);
	case OPTION_FROM:
		return parse_when(value, &o->from);
	case OPTION_TO:
		return parse_when(value, &o->to);
	case OPTION_HOST:
		if (o->host_count == 64)
			return false;
		o->hosts[o->host_count++] = slice_str(value);
		return true;
	case OPTION_KIND:
		return split_kinds(o, value);
	case OPTION_HOSTS:
		return parse_number(value, 5000, &o->fleet_hosts);
	case OPTION_SEED:
		return slice_to_u64(slice_str(value), &o->seed);
	case OPTION_AS:
		return parse_format(value, &o->as);
	case OPTION_BUDGET:
		return parse_number(value, 100000000, &o->budget);
	case OPTION_EVENTS:
		return parse_number(value, 10000000, &o->events_per_host);
	case OPTION_COLLECTIONS:
		return slice_to_u64(slice_str(value), &o->collections) && o->collections <= 100;
	case OPTION_DAYS:
		return parse_number(value, 400, &o->days) && o->days >= 3;
	default:
		return false;
	}
}

/* Each is looked for on every host. */
static bool name_one(struct list *l, const char *value)
{
	if (!*value || l->n == 64)
		return false;
	list_add(l, value);
	return true;
}

static bool set(struct cli_options *o, enum option which, const char *value)
{
	switch (which) {
	case OPTION_RULES:
		list_add(&o->rules, value);
		return true;
	case OPTION_CHECK_RULES:
		list_add(&o->check_rules, value);
		return true;
	case OPTION_COMPLETE:
		return name_one(&o->complete, value);
	case OPTION_COVERAGE:
		return o->coverage = true;
	case OPTION_DETAILS:
		return o->details = true;
	case OPTION_MIGRATE:
		o->migrate = value;
		return true;
	case OPTION_SCENARIO:
		o->scenario = value;
		return true;
	case OPTION_START:
		o->start = value;
		return name_one(&o->starts, value);
	case OPTION_RELEASE:
		return name_one(&o->releases, value);
	case OPTION_QUESTION:
		return strncmp(value, "FP:", 3) == 0 && name_one(&o->questions, value);
	case OPTION_ORIGIN:
		o->origin = value;
		return true;
	case OPTION_EXPAND:
		o->expand = value;
		return true;
	case OPTION_OUTPUT:
		o->output = value;
		return true;
	case OPTION_SUMMARY:
		o->summary = value;
		return true;
	case OPTION_TEMP:
		o->temp = value;
		return true;
	case OPTION_COMPLETION:
		o->completion = value;
		return true;
	case OPTION_JSON:
		return o->json = true;
	case OPTION_QUIET:
		return o->quiet = true;
	case OPTION_CARVE:
		return o->carve = true;
	case OPTION_UNSORTED:
		return o->unsorted = true;
	case OPTION_FORWARD:
		return o->forward = true;
	case OPTION_MAN:
		return o->man = true;
	case OPTION_HELP:
		return o->help = true;
	default:
		return set_checked(o, which, value);
	}
}

struct line {
	int argc, at;
	char **argv;
};

static bool take_option(struct cli_options *o, const struct option_info *info, const char *attached,
			struct line *l, struct err *err)
{
	const char *value = attached;

	if (!info->value && attached)
		return err_set(err, ERR_USAGE, 0, "--%s takes no value", info->name);
	if (info->value && !value) {
		if (l->at + 1 >= l->argc)
			return err_set(err, ERR_USAGE, 0, "--%s needs a value: %s", info->name, info->value);
		value = l->argv[++l->at];
	}
	if (set(o, info->option, value))
		return true;
	return err_set(err, ERR_USAGE, 0, "--%s cannot be \"%s\": %s", info->name, value, info->help);
}

static bool long_option(struct cli_options *o, struct line *l, struct err *err)
{
	struct slice value, name = slice_cut(slice_str(l->argv[l->at] + 2), '=', &value);
	const char *attached = value.p ? (const char *)value.p : NULL;
	char text[64];

	/* "--x=" has an empty value, which slice_cut gives behind the sign. */
	for (size_t i = 0; i < OPTION_COUNT; i++)
		if ((o->verb->options >> i & 1) && slice_is(name, option_table[i].name))
			return take_option(o, &option_table[i], attached, l, err);
	snprintf(text, sizeof(text), "%.*s", (int)(name.n < 60 ? name.n : 60), (const char *)name.p);
	return unknown_option(o->verb, text, err);
}

static bool short_options(struct cli_options *o, struct line *l, struct err *err)
{
	for (const char *c = l->argv[l->at] + 1; *c; c++) {
		size_t i = 0;

		while (i < OPTION_COUNT &&
		       !((o->verb->options >> i & 1) && option_table[i].letter == *c))
			i++;
		if (i == OPTION_COUNT)
			return err_set(err, ERR_USAGE, 0, "%s has no option -%c (upriver help %s lists them)",
				       o->verb->name, *c, o->verb->name);
		bool last = option_table[i].value != NULL;

		if (!take_option(o, &option_table[i], last && c[1] ? c + 1 : NULL, l, err))
			return false;
		if (last)
			return true;
	}
	return true;
}

bool options_parse(int argc, char **argv, struct cli_options *ret, struct err *err)
{
	struct line l = { argc, 2, argv };
	bool only_operands = false;

	*ret = (struct cli_options){ .fleet_hosts = 20, .seed = 1 };
	if (argc < 2)
		return err_set(err, ERR_USAGE, 0, "no verb given (upriver help lists them)");
	ret->verb = verb_find(argv[1]);
	if (!ret->verb)
		return verb_unknown(argv[1], err);
	for (; l.at < argc; l.at++) {
		const char *word = argv[l.at];

		if (only_operands || word[0] != '-' || !word[1])
			list_add(&ret->operands, word);
		else if (slice_is(slice_str(word), "--"))
			only_operands = true;
		else if (!(word[1] == '-' ? long_option(ret, &l, err) : short_options(ret, &l, err)))
			return false;
	}
	if (!ret->help && ret->operands.n < ret->verb->operands_min)
		return err_set(err, ERR_USAGE, 0, "%s needs %s (upriver help %s)", ret->verb->name,
			       ret->verb->operands, ret->verb->name);
	if (ret->operands.n > ret->verb->operands_max)
		return err_set(err, ERR_USAGE, 0, "%s does not take \"%s\" (upriver help %s)",
			       ret->verb->name, ret->operands.items[ret->verb->operands_max],
			       ret->verb->name);
	return true;
}
