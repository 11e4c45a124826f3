/* SPDX-License-Identifier: Apache-2.0 */
#include "case/stage_sources.h"

#include "base/heap.h"
#include "base/map.h"
#include "case/stage_known.h"

#include <stdlib.h>

/* A file of records: how far it reaches, and what is in it. */
struct reach {
	int64_t first_ns, last_ns;
	unsigned kinds; /* bits of enum stage_record */
};

static unsigned kind_of(const struct graph_edge *e)
{
	switch (e->op) {
	case ACTIVITY_PROCESS_START:
		return 1u << RECORDS_RUNS;
	case ACTIVITY_IMAGE_LOAD:
		return 1u << RECORDS_LOADS;
	case ACTIVITY_FILE_READ:
		return 1u << RECORDS_READS;
	case ACTIVITY_FILE_CREATE:
	case ACTIVITY_FILE_WRITE:
	case ACTIVITY_FILE_RENAME:
	case ACTIVITY_FILE_DELETE:
		return 1u << RECORDS_CHANGES;
	default:
		/* A proxy names no program. */
		return stage_is_contact(e) && e->subject != GRAPH_NONE ? 1u << RECORDS_CONTACTS : 0;
	}
}

static void widen(struct reach *r, int64_t first, int64_t last)
{
	r->first_ns = first < r->first_ns ? first : r->first_ns;
	r->last_ns = last > r->last_ns ? last : r->last_ns;
}

static struct reach *reaches_of(const struct graph *g, struct map *files)
{
	struct reach *list = NULL;
	size_t cap = 0, n = 0;

	for (uint32_t i = 0; i < g->edge_count; i++) {
		const struct graph_edge *e = &g->edges[i];
		uint64_t source = graph_place(g, i).source;
		uint32_t at;

		if (!e->timed || e->op == ACTIVITY_ALERT)
			continue;
		at = map_intern(files, slice_of(&source, sizeof(source)));
		if (at == n) {
			list = heap_room(list, n, &cap, sizeof(*list));
			list[n++] = (struct reach){ .first_ns = INT64_MAX, .last_ns = INT64_MIN };
		}
		widen(&list[at], e->time_ns, graph_last(g, e));
		list[at].kinds |= kind_of(e);
	}
	return list;
}

static bool is_given(const struct stage_source *given, size_t n, unsigned record)
{
	for (size_t i = 0; i < n; i++)
		if ((unsigned)given[i].record == record)
			return true;
	return false;
}

const struct stage_source *stage_sources_of(const struct graph *g, const struct stage_source *given, size_t *n,
					    struct arena *arena)
{
	struct stage_source *ret = arena_array(arena, *n + RECORDS_COUNT, sizeof(*ret));
	struct map files;
	struct reach *list;
	size_t count = *n;

	map_init(&files);
	list = reaches_of(g, &files);
	for (size_t i = 0; i < *n; i++)
		ret[i] = given[i];
	for (unsigned record = 0; record < RECORDS_COUNT; record++) {
		struct reach all = { .first_ns = INT64_MAX, .last_ns = INT64_MIN };

		for (uint32_t i = 0; i < files.n; i++)
			if (list[i].kinds & 1u << record)
				widen(&all, list[i].first_ns, list[i].last_ns);
		if (all.first_ns <= all.last_ns && !is_given(given, *n, record))
			ret[count++] = (struct stage_source){ .record = (enum stage_record)record,
							      .name = slice_str("the host's own activities"),
							      .first_ns = all.first_ns,
							      .last_ns = all.last_ns,
							      .completeness = COMPLETENESS_UNKNOWN };
	}
	free(list);
	map_done(&files);
	*n = count;
	return ret;
}
