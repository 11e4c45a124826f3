/* SPDX-License-Identifier: Apache-2.0 */
#include "input/plist/kind.h"

#define LIST_MAX 4096u

void plist_put(struct plist_reader *r, struct event *ev, enum plist_word w, struct slice s)
{
	put_text(ev, &r->words[w], s);
}

void plist_put_value(struct plist_reader *r, struct event *ev, enum plist_word w, struct value v)
{
	event_add(ev, r->words[w].name, r->words[w].id, v);
}

void plist_put_time(struct plist_reader *r, struct event *ev, enum plist_word w,
		    const struct plist_value *date)
{
	struct value v = epoch_value(plist_when(date));

	if (v.type != VALUE_NULL)
		plist_put_value(r, ev, w, v);
}

struct value plist_put_list(struct plist_reader *r, struct event *ev, enum plist_word w,
			    const struct plist_value *array)
{
	uint32_t count = array->type == PLIST_ARRAY ? array->count : 0, n = 0;
	struct value list = { .type = VALUE_LIST };
	struct value *items;

	count = count < LIST_MAX ? count : LIST_MAX;
	items = count ? arena_array(&ev->arena, count, sizeof(*items)) : NULL;
	for (uint32_t i = 0; items && i < count; i++) {
		struct plist_value v = plist_item(&r->plist, array, i);
		struct slice s = plist_text(&r->plist, &v, &ev->arena);

		if (s.p)
			items[n++] = value_text_of(s);
	}
	list.items = items;
	list.count = n;
	if (n)
		plist_put_value(r, ev, w, list);
	return list;
}

struct when plist_when(const struct plist_value *v)
{
	double seconds;

	return epoch_cocoa(plist_double(v, &seconds) ? seconds : 0);
}
