/* SPDX-License-Identifier: Apache-2.0 */
/* Blocks read: from a worker that may be taken over, or from a case that somebody handed on. */
#include "base/cursor.h"
#include "base/err.h"
#include "graph/block.h"

struct reading {
	struct cursor c;
	struct arena *arena;
	struct block *b;
	struct err *err;
	uint32_t sets;
};

static bool bad(struct reading *r, const char *what)
{
	return err_set(r->err, ERR_FORMAT, r->c.at, "activities: %s", what);
}

/* Every item takes at least so many bytes: a count beyond those that are left is a lie. */
static void *table(struct reading *r, uint64_t n, size_t size, size_t least)
{
	if (n > cursor_left(&r->c) / least) {
		bad(r, "a count that does not fit");
		return NULL;
	}
	void *t = arena_array(r->arena, (size_t)n + 1, size);

	if (!t)
		err_set(r->err, ERR_LIMIT, r->c.at, "activities: no room for them");
	return t;
}

static bool read_texts(struct reading *r)
{
	struct block *b = r->b;

	b->texts = table(r, b->text_count, sizeof(*b->texts), 1);
	if (!b->texts)
		return false;
	for (size_t i = 0; i < b->text_count; i++)
		b->texts[i] = cursor_take(&r->c, cursor_varint(&r->c));
	return r->c.ok || bad(r, "the texts are cut off");
}

/* number + 1 of a table of n; 0 is none. */
static bool index_of(uint64_t stored, size_t n, uint32_t *ret)
{
	*ret = stored ? (uint32_t)(stored - 1) : BLOCK_NONE;
	return stored <= n;
}

static bool read_entities(struct reading *r)
{
	struct block *b = r->b;

	b->entities = table(r, b->entity_count, sizeof(*b->entities), 4);
	if (!b->entities)
		return false;
	for (size_t i = 0; i < b->entity_count; i++) {
		struct block_entity *e = &b->entities[i];
		uint8_t kind = cursor_u8(&r->c);
		bool ok = index_of(cursor_varint(&r->c), b->text_count, &e->key) &
			  index_of(cursor_varint(&r->c), b->text_count, &e->name);
		uint64_t pid = cursor_varint(&r->c);

		if (!r->c.ok || !ok || kind == ENTITY_NONE || kind >= ENTITY_KIND_COUNT || pid > UINT32_MAX)
			return bad(r, "an entity that is none");
		e->kind = (enum entity_kind)kind;
		e->pid = (uint32_t)pid;
	}
	return true;
}

static bool read_sets(struct reading *r)
{
	struct block *b = r->b;
	size_t room = cursor_left(&r->c) / 2, n = 0;

	b->sets = table(r, b->set_count, sizeof(*b->sets), 1);
	b->attributes = b->sets ? table(r, room, sizeof(*b->attributes), 2) : NULL;
	if (!b->attributes)
		return false;
	for (size_t i = 0; i < b->set_count; i++) {
		uint64_t count = cursor_varint(&r->c);

		if (count > ATTRIBUTE_COUNT || count > room - n)
			return bad(r, "too many attributes");
		b->sets[i] = (struct block_set){ (uint32_t)n, (uint32_t)count };
		for (uint64_t k = 0; k < count; k++, n++) {
			uint8_t which = cursor_u8(&r->c);
			uint64_t text = cursor_varint(&r->c);

			if (!r->c.ok || which >= ATTRIBUTE_COUNT || text >= b->text_count)
				return bad(r, "an attribute that is none");
			b->attributes[n] = (struct block_attribute){ which, (uint32_t)text };
		}
	}
	b->attribute_count = n;
	return true;
}

static bool read_whom(struct reading *r)
{
	struct block *b = r->b;
	bool ok = true;

	for (size_t i = 0; i < b->activity_count; i++) {
		uint8_t op = cursor_u8(&r->c);
		struct block_activity *a = &b->activities[i];

		a->op = op & 0x3f;
		a->timed = !(op & 0x80);
		a->record_counted = op & 0x40;
		ok &= a->op < ACTIVITY_COUNT && a->op != ACTIVITY_NONE;
	}
	for (size_t i = 0; i < b->activity_count; i++)
		ok &= index_of(cursor_varint(&r->c), b->entity_count, &b->activities[i].subject);
	for (size_t i = 0; i < b->activity_count; i++)
		ok &= index_of(cursor_varint(&r->c), b->entity_count, &b->activities[i].object);
	for (size_t i = 0; i < b->activity_count; i++)
		ok &= index_of(cursor_varint(&r->c), b->set_count, &b->activities[i].set);
	return (ok && r->c.ok) || bad(r, "an activity of nobody");
}

static bool read_when(struct reading *r, int64_t unit)
{
	struct block *b = r->b;
	int64_t time = 0, span;
	bool ok = true;

	for (size_t i = 0; i < b->activity_count; i++) {
		ok &= !__builtin_add_overflow(time, cursor_zigzag(&r->c), &time);
		ok &= !__builtin_mul_overflow(time, unit, &b->activities[i].time_ns);
		ok &= b->activities[i].time_ns >= -BLOCK_TIME_MAX;
	}
	for (size_t i = 0; i < b->activity_count; i++) {
		struct block_activity *a = &b->activities[i];

		ok &= !__builtin_mul_overflow((int64_t)(cursor_varint(&r->c) & INT64_MAX), unit, &span);
		ok &= !__builtin_add_overflow(a->time_ns, span, &a->last_ns);
		ok &= a->last_ns <= BLOCK_TIME_MAX;
	}
	for (size_t i = 0; i < b->activity_count; i++) {
		uint64_t more = cursor_varint(&r->c);

		ok &= more < UINT32_MAX;
		b->activities[i].count = (uint32_t)more + 1;
	}
	return (ok && r->c.ok) || bad(r, "a time out of range");
}

static bool read_where(struct reading *r)
{
	struct block *b = r->b;
	uint64_t at = 0;

	for (size_t i = 0; i < b->activity_count; i++)
		b->activities[i].record = at += (uint64_t)cursor_zigzag(&r->c);
	at = 0;
	for (size_t i = 0; i < b->activity_count; i++)
		b->activities[i].offset = at += (uint64_t)cursor_zigzag(&r->c);
	return (r->c.ok && !cursor_left(&r->c)) || bad(r, "cut off, or more than was said");
}

static bool read_head(struct cursor *c, unsigned *unit, struct block *b)
{
	uint8_t version = cursor_u8(c);

	*unit = cursor_u8(c);
	cursor_skip(c, 2);
	b->host = cursor_sized(c);
	b->text_count = cursor_u32(c);
	b->entity_count = cursor_u32(c);
	b->set_count = cursor_u32(c);
	b->activity_count = cursor_u32(c);
	return c->ok && version == 1 && *unit <= 9;
}

bool block_read(struct slice bytes, struct arena *arena, struct block *ret, struct err *err)
{
	struct block b = { 0 };
	struct reading r = { .c = cursor_of(bytes), .arena = arena, .b = &b, .err = err };
	unsigned u;
	int64_t unit = 1;

	if (!read_head(&r.c, &u, &b))
		return bad(&r, "no block of this version");
	for (; u; u--)
		unit *= 10;
	if (!read_texts(&r) || !read_entities(&r) || !read_sets(&r))
		return false;
	b.activities = table(&r, b.activity_count, sizeof(*b.activities), 9);
	if (!b.activities || !read_whom(&r) || !read_when(&r, unit) || !read_where(&r))
		return false;
	*ret = b;
	return true;
}

static struct act_entity entity_at(const struct block *b, uint32_t at)
{
	if (at == BLOCK_NONE)
		return (struct act_entity){ 0 };
	const struct block_entity *e = &b->entities[at];

	return (struct act_entity){ .kind = e->kind,
				    .key = e->key == BLOCK_NONE ? slice_of(NULL, 0) : b->texts[e->key],
				    .name = e->name == BLOCK_NONE ? slice_of(NULL, 0) : b->texts[e->name],
				    .pid = e->pid };
}

/* A block keeps moments and not the digits that the record had: as many as it takes, at least three. */
static uint8_t digits_of(int64_t ns)
{
	return ns % 1000 ? 9 : ns % 1000000 ? 6 : 3;
}

struct act block_act(const struct block *b, size_t i)
{
	const struct block_activity *a = &b->activities[i];
	struct act act = { .op = (enum activity_op)a->op,
			   .time = { .ns = a->time_ns, .digits = digits_of(a->time_ns), .set = a->timed },
			   .subject = entity_at(b, a->subject),
			   .object = entity_at(b, a->object),
			   .host = b->host,
			   .record = a->record,
			   .offset = a->offset,
			   .record_counted = a->record_counted };

	for (uint32_t k = 0; a->set != BLOCK_NONE && k < b->sets[a->set].n; k++) {
		const struct block_attribute *x = &b->attributes[b->sets[a->set].first + k];

		act.attributes[x->which] = b->texts[x->text];
	}
	return act;
}

bool block_head(struct slice bytes, struct slice *ret_host, size_t *ret_activities)
{
	struct cursor c = cursor_of(bytes);
	struct block b = { 0 };
	unsigned unit;

	if (!read_head(&c, &unit, &b))
		return false;
	*ret_host = b.host;
	*ret_activities = b.activity_count;
	return true;
}
