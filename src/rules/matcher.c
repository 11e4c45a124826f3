/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/matcher.h"

#include "base/heap.h"
#include "rules/correlation.h"

#include <stdlib.h>

static void fault_add(struct ruleset *set, const struct rule *rule, const char *why)
{
	set->faults = heap_room(set->faults, set->fault_count, &set->fault_cap, sizeof(*set->faults));
	set->faults[set->fault_count++] =
		(struct rule_fault){ .file = rule->file,
				     .line = rule->line,
				     .column = 1,
				     .reason = arena_keep(&set->arena, slice_str(why)),
				     .fatal = true };
}

static bool same_source(const struct logsource *a, const struct logsource *b)
{
	return slice_eq(a->product, b->product) && slice_eq(a->category, b->category) &&
	       slice_eq(a->service, b->service);
}

static struct source *source_of(struct matcher *m, const struct logsource *l)
{
	for (size_t i = 0; i < m->source_count; i++)
		if (same_source(&m->sources[i].logsource, l))
			return &m->sources[i];
	m->sources = heap_room(m->sources, m->source_count, &m->source_cap, sizeof(*m->sources));
	m->sources[m->source_count] = (struct source){ .logsource = *l };
	return &m->sources[m->source_count++];
}

static void add_rules(struct matcher *m, struct names *names)
{
	for (size_t r = 0; r < m->set->n; r++) {
		const struct rule *rule = &m->set->rules[r];
		struct err err = { 0 };

		m->rule_source[r] = UINT32_MAX;
		m->program.roots[r] = PROGRAM_NO_ROOT;
		bool base = m->set->captures && m->set->captures[r].used;

		if (rule->level < m->options.level && !base)
			continue;
		if (!program_add(&m->program, rule, (uint32_t)r, names, &err)) {
			fault_add(m->set, rule, err.why);
			continue;
		}
		struct source *s = source_of(m, &rule->logsource);

		s->rules = heap_room(s->rules, s->rule_count, &s->rule_cap, sizeof(*s->rules));
		s->rules[s->rule_count++] = (uint32_t)r;
		m->rule_source[r] = (uint32_t)(s - m->sources);
	}
}

struct matcher *matcher_new(struct ruleset *set, const struct taxonomy *tax, struct names *names,
			    const struct matcher_options *options, struct err *err)
{
	struct matcher *m = heap_new(sizeof(*m));

	m->set = set;
	m->tax = tax;
	m->options = *options;
	m->rule_source = heap_array(set->n, sizeof(*m->rule_source));
	program_init(&m->program, set->n);
	add_rules(m, names);
	captures_intern(m->set, names);
	m->indexed = heap_array(m->program.predicate_count, 1);
	source_mark_indexed(&m->program, m->indexed);
	for (size_t i = 0; i < m->source_count; i++) {
		if (!source_build(&m->sources[i], &m->program, m->indexed, err)) {
			matcher_free(m);
			return NULL;
		}
	}
	return m;
}

void matcher_free(struct matcher *m)
{
	if (!m)
		return;
	for (size_t i = 0; i < m->source_count; i++)
		source_done(&m->sources[i]);
	free(m->sources);
	free(m->rule_source);
	free(m->indexed);
	program_done(&m->program);
	free(m);
}

size_t match_source_count(const struct matcher *m)
{
	return m->source_count;
}

struct match_source match_source_get(const struct match_scratch *s, size_t i)
{
	const struct source *source = &s->m->sources[i];

	return (struct match_source){ .product = source->logsource.product,
				      .category = source->logsource.category,
				      .service = source->logsource.service,
				      .rules = (uint32_t)source->rule_count,
				      .events = s->source_events[i] };
}

const struct ruleset *match_ruleset(const struct matcher *m)
{
	return m->set;
}

enum rule_level match_level(const struct matcher *m)
{
	return m->options.level;
}

size_t match_rule_source(const struct matcher *m, uint32_t r)
{
	return m->rule_source[r];
}

bool match_rule_loaded(const struct matcher *m, uint32_t r)
{
	return m->rule_source[r] != UINT32_MAX;
}
