/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* For readers that name their fields themselves: the fields' numbers, looked up once, and texts of
 * which nothing is known put as valid UTF-8. */
#include "base/utf.h"
#include "event/event.h"

struct put_name {
	struct slice name;
	uint32_t id;
};

/* Numbers for n words, which must outlive ret (literals). */
static inline void put_names(struct put_name *ret, const char *const *words, size_t n,
			     const struct names *names)
{
	for (size_t i = 0; i < n; i++) {
		ret[i].name = slice_str(words[i]);
		ret[i].id = names_find(names, ret[i].name);
	}
}

/* Nothing where text is empty. */
static inline void put_text(struct event *ev, const struct put_name *p, struct slice text)
{
	if (text.n)
		event_add(ev, p->name, p->id,
			  value_text_of(utf8_valid(text) ? text : utf8_repair(&ev->arena, text)));
}

/* \n, \r and \\ as what they stand for. */
static inline struct slice put_unescaped(struct arena *a, struct slice s)
{
	uint8_t *room = arena_alloc(a, s.n + 1);
	size_t n = 0;

	if (!room)
		return s;
	for (size_t i = 0; i < s.n; i++) {
		uint8_t c = s.p[i];

		if (c == '\\' && i + 1 < s.n) {
			c = s.p[++i];
			c = c == 'n' ? '\n' : c == 'r' ? '\r' : c;
		}
		room[n++] = c;
	}
	return slice_of(room, n);
}

static inline void put_u64(struct event *ev, const struct put_name *p, uint64_t n)
{
	event_add(ev, p->name, p->id, (struct value){ .type = VALUE_UINT, .u = n });
}

/* Where a record stands, for readers that count them from the start of their piece. */
static inline void put_place(struct event *ev, const char *kind, uint64_t record, uint64_t offset)
{
	ev->kind = kind;
	ev->ptr.offset = offset;
	ev->ptr.record = record;
	ev->ptr.record_counted = true;
}
