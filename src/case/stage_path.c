/* SPDX-License-Identifier: Apache-2.0 */
#include "case/stage_path.h"

#include "base/heap.h"
#include "case/stage_package.h"
#include "graph/path.h"
#include "graph/roles.h"

#include <stdlib.h>

void stage_paths_init(struct stage_paths *p, const struct stage_known *k)
{
	*p = (struct stage_paths){ .k = k };
	map_init(&p->by_path);
	arena_init(&p->arena, 0);
}

void stage_paths_done(struct stage_paths *p)
{
	map_done(&p->by_path);
	arena_done(&p->arena);
	free(p->list);
}

static struct stage_path *worked_out(struct stage_paths *p, struct slice path)
{
	struct stage_path *x = arena_array(&p->arena, 1, sizeof(*x));

	*x = (struct stage_path){ .place = path.n ? path_place(path, &p->arena) : slice_of(NULL, 0),
				  .os = stage_os_of(path),
				  .roles = role_of(path, NULL),
				  .package = stage_package_of(p->k, path),
				  .package_place = stage_package_place(p->k, path) };
	return x;
}

const struct stage_path *stage_path_of(struct stage_paths *p, struct slice path)
{
	uint32_t at = map_intern(&p->by_path, path);

	if (at == p->n) {
		p->list = heap_room(p->list, p->n, &p->cap, sizeof(*p->list));
		p->list[p->n++] = worked_out(p, path);
	}
	return p->list[at];
}

bool stage_at_its_place(const struct stage_known *k, const struct stage_path *path)
{
	return path->place.n &&
	       (map_get(&k->places, path->place) != MAP_NONE || map_get(&k->own_places, path->place) != MAP_NONE);
}

bool stage_in_place(const struct stage_known *k, const struct stage_path *path)
{
	return stage_at_its_place(k, path) ||
	       (path->place.n && map_get(&k->folders, path_folder(path->place)) != MAP_NONE);
}
