/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ControlSetNNN\Control\Session Manager\AppCompatCache (XP: AppCompatibility), value AppCompatCache. It is
 * written when the machine shuts down, so that it ends there (`written`), and holds so many entries: what
 * is not in it proves nothing. A file that is the value itself is shimfile.c's.
 */
#include "input/hive/shimcache.h"

#include "input/hive/artifacts.h"

static void put_field(const struct put_name *words, struct event *ev, enum hive_word word, struct value v)
{
	event_add(ev, words[word].name, words[word].id, v);
}

/* A package of the Store has fields with tabs between them where a path should be. */
static bool is_file(struct slice path)
{
	for (size_t i = 0; i + 2 <= path.n; i += 2)
		if (path.p[i] == '\t' && !path.p[i + 1])
			return false;
	return path.n > 0;
}

void shimcache_put(const struct put_name *words, const struct shim_entry *e, const struct shim_place *at,
		   struct event *ev)
{
	const struct value none = { .type = VALUE_NULL }, path = { .type = VALUE_UTF16, .s = e->path };

	put_field(words, ev, HIVE_PATH, path);
	put_field(words, ev, HIVE_POSITION, (struct value){ .type = VALUE_UINT, .u = at->position });
	put_field(words, ev, HIVE_CONTROL_SET,
		  at->in_hive ? (struct value){ .type = VALUE_UINT, .u = at->set } : none);
	put_field(words, ev, HIVE_EXECUTED,
		  e->executed == SHIM_UNKNOWN
			  ? none
			  : (struct value){ .type = VALUE_BOOL, .u = e->executed == SHIM_YES });
	if (e->has_dword)
		put_field(words, ev, HIVE_LAST_DWORD, (struct value){ .type = VALUE_UINT, .u = e->dword });
	if (e->package.n)
		put_field(words, ev, HIVE_PACKAGE, (struct value){ .type = VALUE_UTF16, .s = e->package });
	if (when_filetime(at->written).set)
		put_field(words, ev, HIVE_WRITTEN, (struct value){ .type = VALUE_FILETIME, .u = at->written });
	ev->time = when_filetime(e->modified);
	ev->time_kind = "modified";
	ev->completeness = at->full ? COMPLETENESS_CAPPED : COMPLETENESS_FILTERED;
	if (!is_file(e->path))
		return;
	ev->proves = STAGE_BIT(STAGE_S1);
	ev->op = ACTIVITY_FILE_PRESENT;
	event_make(ev, words[HIVE_S_FILE].name, words[HIVE_S_FILE].id, path);
}

/* ---- in a hive ---- */

/* Items: key is the AppCompatCache key, value its number in h->shims, extra the place of the entry. */
struct hive_shim {
	struct shim shim;
	uint32_t value, set, count;
	size_t first; /* number of its first item */
};

static void find_in(struct hive *h, uint32_t key, uint32_t set)
{
	uint32_t value = regf_value_find(&h->regf, key, "AppCompatCache"), count = 0;
	struct shim_entry e;

	if (value == REGF_NONE || h->shim_count == HIVE_SHIMS_MAX)
		return;
	struct hive_shim *cache = arena_array(&h->keep, 1, sizeof(*cache));
	struct slice data = regf_value_data(&h->regf, value, &h->keep);

	if (!cache || !data.n) {
		if (!regf_value_at(&h->regf, value).damaged && regf_value_at(&h->regf, value).size)
			input_note(&h->env, regf_value_at(&h->regf, value).offset, true,
				   "an application compatibility cache is too large and was not read");
		return;
	}
	if (!shim_open(&cache->shim, data)) {
		input_note(&h->env, regf_data_offset(&h->regf, value, 0), true,
			   "an application compatibility cache of an unknown form was not read");
		return;
	}
	cache->value = value;
	cache->set = set;
	cache->first = h->item_count;
	for (struct shim walk = cache->shim;; count++) {
		if (!shim_next(&walk, &e)) {
			if (walk.why)
				input_note(&h->env, regf_data_offset(&h->regf, value, walk.at), true,
					   "the application compatibility cache holds %s: %u entries were read",
					   walk.why, count);
			break;
		}
		hive_item(h, &hive_shimcache, key, h->shim_count, (uint32_t)e.at);
	}
	if (count)
		h->shims[h->shim_count++] = cache;
	cache->count = count;
}

static void find(struct hive *h)
{
	static const char *const keys[] = { "AppCompatCache", "AppCompatibility" };
	uint32_t number;

	h->shim_count = 0;
	HIVE_EACH_CHILD(h, 0, set) {
		if (!hive_control_set(h, set, &number))
			continue;
		uint32_t manager = regf_find(&h->regf, set, "Control\\Session Manager");

		for (size_t i = 0; i < 2; i++)
			find_in(h, regf_child(&h->regf, manager, keys[i]), number);
	}
}

static void put(struct hive *h, const struct hive_item *it, struct event *ev)
{
	const struct hive_shim *cache = h->shims[it->value];
	struct shim_place at = { .position = (uint32_t)((size_t)(it - h->items) - cache->first), .in_hive = true,
				 .set = cache->set, .full = cache->count >= cache->shim.capacity,
				 .written = regf_key_time(&h->regf, it->key) };
	struct shim_entry e;

	if (!shim_read(&cache->shim, it->extra, &e))
		return;
	ev->ptr.offset = regf_data_offset(&h->regf, cache->value, it->extra);
	shimcache_put(h->words, &e, &at, ev);
}

const struct hive_artifact hive_shimcache = { "shimcache", find, put };
