/* SPDX-License-Identifier: Apache-2.0 */
#include "case/hosts.h"

#include "base/heap.h"

#include <stdlib.h>

#define LIMIT_HOSTS 1000000u
#define SEVERAL (UINT32_MAX - 1)

void hosts_init(struct hosts *h)
{
	*h = (struct hosts){ 0 };
	map_init(&h->names);
	map_init(&h->numbers);
	arena_init(&h->arena, 0);
}

void hosts_done(struct hosts *h)
{
	map_done(&h->names);
	map_done(&h->numbers);
	arena_done(&h->arena);
	free(h->spelled);
}

static uint32_t name_number(struct hosts *h, struct slice name)
{
	struct arena scratch;
	uint32_t at;

	arena_init(&scratch, 0);
	at = map_intern(&h->names, arena_lower(&scratch, name));
	arena_done(&scratch);
	if (at == h->n) {
		h->spelled = heap_room(h->spelled, h->n, &h->cap, sizeof(*h->spelled));
		h->spelled[h->n++] = arena_keep(&h->arena, name);
	}
	return at;
}

void hosts_note(struct hosts *h, struct slice name, struct slice number)
{
	struct arena scratch;
	uint32_t at, known;

	if (!name.n || h->n >= LIMIT_HOSTS || h->numbers.n >= LIMIT_HOSTS)
		return;
	at = name_number(h, name);
	/* Records that have no name give the number as one. */
	if (!number.n || slice_eq_nocase(name, number))
		return;
	arena_init(&scratch, 0);
	number = arena_lower(&scratch, number);
	known = map_get(&h->numbers, number);
	if (known == MAP_NONE)
		map_set(&h->numbers, number, at + 1);
	else if (known != at + 1)
		map_set(&h->numbers, number, SEVERAL);
	arena_done(&scratch);
}

/* A name whose first label is all of another's: the full name of that short one. */
struct full {
	struct map by_label; /* folded short name -> index + 1, or SEVERAL */
};

static void find_full(struct hosts *h, struct full *f)
{
	map_init(&f->by_label);
	for (uint32_t i = 0; i < h->n; i++) {
		struct slice name = map_key(&h->names, i), label = slice_head(name, slice_find(name, '.'));
		bool digits = true;

		for (size_t k = 0; k < label.n; k++)
			digits &= label.p[k] >= '0' && label.p[k] <= '9';
		if (label.n == name.n || digits) /* an address is no full name */
			continue;
		map_set(&f->by_label, label, map_get(&f->by_label, label) == MAP_NONE ? i + 1 : SEVERAL);
	}
}

bool hosts_merge(struct hosts *h, bool (*call)(void *ctx, struct slice from, struct slice to, const char *why),
		 void *ctx)
{
	struct full f;
	bool ok = true;

	find_full(h, &f);
	for (uint32_t i = 0; i < h->n && ok; i++) {
		struct slice name = map_key(&h->names, i);
		uint32_t number = map_get(&h->numbers, name), full;

		if (number != MAP_NONE && number != SEVERAL && number != i + 1) {
			struct slice to = map_key(&h->names, number - 1);

			/* The name behind the number may itself be a short one. */
			full = map_get(&f.by_label, to);
			to = full != MAP_NONE && full != SEVERAL ? h->spelled[full - 1] : h->spelled[number - 1];
			ok = call(ctx, h->spelled[i], to, "the product's number for this machine");
			continue;
		}
		/* DOMAIN\NAME is a short name too. */
		full = map_get(&f.by_label, slice_from(name, slice_find(name, '\\') < name.n ? slice_find(name, '\\') + 1 : 0));
		if (full != MAP_NONE && full != SEVERAL && full != i + 1)
			ok = call(ctx, h->spelled[i], h->spelled[full - 1], "its name without the domain");
	}
	map_done(&f.by_label);
	return ok;
}
