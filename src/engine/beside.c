/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/beside.h"

#include "base/buf.h"
#include "base/heap.h"
#include "engine/path.h"
#include "sys/walk.h"

#include <stdlib.h>

void beside_init(struct beside *b)
{
	*b = (struct beside){ 0 };
	map_init(&b->names);
	map_init(&b->listed);
}

void beside_done(struct beside *b)
{
	for (size_t i = 0; i < b->n; i++)
		free((void *)(uintptr_t)b->files[i].path);
	free(b->files);
	map_done(&b->names);
	map_done(&b->listed);
	*b = (struct beside){ 0 };
}

static bool ends_nocase(struct slice s, struct slice ending)
{
	return s.n > ending.n && slice_eq_nocase(slice_from(s, s.n - ending.n), ending);
}

static bool is_known_ending(struct slice path)
{
	for (size_t i = 0; input_formats[i]; i++)
		for (size_t k = 0; k < INPUT_BESIDE && input_formats[i]->beside[k]; k++)
			if (ends_nocase(path, slice_str(input_formats[i]->beside[k])))
				return true;
	return false;
}

/* The folder as it is, the name in lower case. */
static void put_key(struct buf *key, struct slice path, const char *ending)
{
	size_t folder = path.n - path_name(path).n;

	buf_put(key, path);
	buf_put_str(key, ending);
	for (size_t i = folder; i < key->n; i++)
		key->p[i] = ascii_lower(key->p[i]);
}

static void note(struct beside *b, struct slice path, struct beside_file file)
{
	struct buf key = { 0 };

	put_key(&key, path, "");
	if (map_get(&b->names, buf_slice(&key)) == MAP_NONE) {
		map_set(&b->names, buf_slice(&key), (uint32_t)b->n);
		b->files = heap_room(b->files, b->n, &b->cap, sizeof(*b->files));
		b->files[b->n++] = file;
	} else {
		free((void *)(uintptr_t)file.path);
	}
	buf_done(&key);
}

void beside_note(struct beside *b, const char *path)
{
	if (is_known_ending(slice_str(path)))
		note(b, slice_str(path), (struct beside_file){ .path = strdup(path) });
}

void beside_note_member(struct beside *b, struct slice inner, uint64_t base, uint64_t bytes)
{
	if (is_known_ending(inner))
		note(b, inner, (struct beside_file){ .base = base, .bytes = bytes });
}

static void listed(void *ctx, const char *path)
{
	beside_note(ctx, path);
}

void beside_list_folder(struct beside *b, const char *path)
{
	struct slice all = slice_str(path);
	struct slice folder = slice_head(all, all.n - path_name(all).n);
	size_t before = b->listed.n;

	map_intern(&b->listed, folder);
	if (b->listed.n > before)
		walk_neighbours(path, listed, b);
}

const struct beside_file *beside_find(const struct beside *b, struct slice name, const char *ending)
{
	struct buf key = { 0 };
	uint32_t at;

	put_key(&key, name, ending);
	at = map_get(&b->names, buf_slice(&key));
	buf_done(&key);
	return at == MAP_NONE ? NULL : &b->files[at];
}
