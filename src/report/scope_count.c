/* SPDX-License-Identifier: Apache-2.0 */
#include "base/map.h"
#include "report/scope.h"

#include "graph/address.h"

static bool new_host(const struct stage_facts *facts, size_t i)
{
	return !i || !slice_eq_nocase(facts[i].host, facts[i - 1].host);
}

/* Of all lives of the host that begins at i. */
static void count_host(const struct report_scope *r, size_t i, struct scope_counts *ret)
{
	int proved = STAGE_NONE, possible = STAGE_NONE;
	bool blocked = false;

	for (size_t k = i; k < r->n && (k == i || !new_host(r->facts, k)); k++) {
		const struct stage_ladder *l = &r->ladders[k];

		proved = l->proved > proved ? l->proved : proved;
		possible = l->possible > possible ? l->possible : possible;
		blocked |= l->blocked_at != STAGE_NONE;
	}
	ret->hosts++;
	ret->blocked += blocked;
	ret->proved[proved == STAGE_NONE ? STAGE_COUNT : proved]++;
	ret->possible[possible == STAGE_NONE ? STAGE_COUNT : possible == STAGE_U ? STAGE_COUNT + 1 : possible]++;
}

/* What stands behind the name of the machine. */
static void note_domain(struct map *domains, struct slice host, struct arena *scratch)
{
	struct slice domain;

	slice_cut(host, '.', &domain);
	if (domain.n && !address_is(host))
		map_intern(domains, arena_lower(scratch, domain));
}

void scope_count(const struct report_scope *r, struct scope_counts *ret)
{
	struct map users, groups, members, domains;
	struct arena scratch;

	*ret = (struct scope_counts){ .epochs = r->n };
	map_init(&users);
	map_init(&groups);
	map_init(&members);
	map_init(&domains);
	arena_init(&scratch, 0);
	for (size_t i = 0; i < r->n; i++) {
		const struct stage_facts *f = &r->facts[i];

		if (new_host(r->facts, i))
			count_host(r, i, ret);
		for (size_t k = 0; k < f->user_count; k++)
			map_intern(&users, arena_lower(&scratch, f->users[k]));
		if (r->ladders[i].proved != STAGE_NONE)
			note_domain(&domains, f->host, &scratch);
		if (!f->clone_group.n)
			continue;
		map_intern(&groups, f->clone_group);
		map_intern(&members, arena_lower(&scratch, f->host));
	}
	ret->users = users.n;
	ret->clone_groups = groups.n;
	ret->clones = members.n > groups.n ? members.n - groups.n : 0;
	map_done(&users);
	map_done(&groups);
	map_done(&members);
	ret->domains = domains.n;
	map_done(&domains);
	arena_done(&scratch);
}

/* A log of process starts: not a sample, and not a list of what was run last. */
static bool has_runs(const struct stage_facts *f)
{
	for (size_t i = 0; i < f->source_count; i++) {
		const struct stage_source *s = &f->sources[i];

		if (s->record == RECORDS_RUNS && (s->completeness == COMPLETENESS_COMPLETE ||
						  s->completeness == COMPLETENESS_FILTERED ||
						  s->completeness == COMPLETENESS_UNKNOWN))
			return true;
	}
	return false;
}

void scope_platforms(const struct stage_facts *facts, const struct stage_ladder *ladders, size_t n,
		     struct scope_platform ret[SCOPE_PLATFORMS])
{
	static const char *const names[SCOPE_PLATFORMS] = { "windows", "macos", "linux" };

	for (size_t p = 0; p < SCOPE_PLATFORMS; p++) {
		ret[p] = (struct scope_platform){ .os = names[p] };
		for (size_t i = 0; i < n; i++) {
			bool host = new_host(facts, i);

			if (!facts[i].os || strcmp(facts[i].os, names[p]) != 0)
				continue;
			ret[p].hosts += host;
			ret[p].with_runs += host && has_runs(&facts[i]);
			if (ladders[i].proved != STAGE_NONE || ladders[i].blocked_at != STAGE_NONE)
				ret[p].state = PLATFORM_SEEN;
		}
		if (ret[p].state != PLATFORM_SEEN && ret[p].with_runs)
			ret[p].state = PLATFORM_NOT_SEEN;
	}
}

const char *scope_platform_text(enum scope_platform_state s)
{
	static const char *const texts[] = { "no_telemetry", "not_seen", "seen" };

	return texts[s];
}
