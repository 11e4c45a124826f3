/* SPDX-License-Identifier: Apache-2.0 */
/* Blocks written: texts, entities and attribute sets are interned, repeats folded. */
#include "graph/block.h"

#include "base/heap.h"

#include <stdlib.h>

/* Starts and ends are counted by a hash of the pid; slot 0 counts all, for who is named without one. */
#define LIFE_SLOTS 512u

struct one { /* of one host */
	struct map texts, entities, sets, repeats;
	uint32_t *changed; /* by entity: n when it was changed last */
	size_t changed_cap;
	size_t causes; /* index + 1 of the last activity that may explain others */
	uint32_t lives[LIFE_SLOTS], boots;
	struct block_activity *activities;
	size_t n, cap;
	struct buf entity_bytes, set_bytes;
	uint32_t set_count;
	bool used;
};

struct blocks {
	struct map hosts;
	struct one **list;
	size_t n, cap;
	size_t activities;
	struct buf scratch, out;
};

struct blocks *blocks_new(void)
{
	struct blocks *b = heap_new(sizeof(*b));

	map_init(&b->hosts);
	return b;
}

static void one_free(struct one *o)
{
	map_done(&o->texts);
	map_done(&o->entities);
	map_done(&o->sets);
	map_done(&o->repeats);
	free(o->changed);
	free(o->activities);
	buf_done(&o->entity_bytes);
	buf_done(&o->set_bytes);
	free(o);
}

void blocks_free(struct blocks *b)
{
	if (!b)
		return;
	for (size_t i = 0; i < b->n; i++)
		one_free(b->list[i]);
	free(b->list);
	map_done(&b->hosts);
	buf_done(&b->scratch);
	buf_done(&b->out);
	free(b);
}

static struct one *one_of(struct blocks *b, struct slice host)
{
	uint32_t i = map_intern(&b->hosts, host);

	if (i == b->n) {
		struct one *o = heap_new(sizeof(*o));

		map_init(&o->texts);
		map_init(&o->entities);
		map_init(&o->sets);
		map_init(&o->repeats);
		b->list = heap_room(b->list, b->n, &b->cap, sizeof(*b->list));
		b->list[b->n++] = o;
	}
	return b->list[i];
}

static uint32_t entity_number(struct one *o, const struct act_entity *e)
{
	struct {
		uint32_t kind, key, name, pid;
	} k = { e->kind, 0, 0, e->pid };
	uint32_t number;

	if (e->kind == ENTITY_NONE)
		return BLOCK_NONE;
	if (e->key.n)
		k.key = map_intern(&o->texts, e->key) + 1;
	if (e->name.n)
		k.name = map_intern(&o->texts, e->name) + 1;
	size_t before = o->entities.n;

	number = map_intern(&o->entities, slice_of(&k, sizeof(k)));
	if (number == before) {
		o->changed = heap_room(o->changed, before, &o->changed_cap, sizeof(*o->changed));
		o->changed[before] = 0;
		buf_put_u8(&o->entity_bytes, (uint8_t)k.kind);
		buf_put_varint(&o->entity_bytes, k.key);
		buf_put_varint(&o->entity_bytes, k.name);
		buf_put_varint(&o->entity_bytes, k.pid);
	}
	return number;
}

static uint32_t set_number(struct blocks *b, struct one *o, const struct act *a)
{
	uint64_t n = 0;
	size_t before = o->sets.n;

	buf_clear(&b->scratch);
	for (size_t i = 0; i < ATTRIBUTE_COUNT; i++) {
		if (!a->attributes[i].n)
			continue;
		buf_put_u8(&b->scratch, (uint8_t)i);
		buf_put_varint(&b->scratch, map_intern(&o->texts, a->attributes[i]));
		n++;
	}
	if (!n)
		return BLOCK_NONE;
	uint32_t number = map_intern(&o->sets, buf_slice(&b->scratch));

	if (number == before) {
		buf_put_varint(&o->set_bytes, n);
		buf_put(&o->set_bytes, buf_slice(&b->scratch));
	}
	return number;
}

/* Operations that leave what they are done to as it was. */
static bool leaves_object(enum activity_op op)
{
	return op == ACTIVITY_PROCESS_ACCESS || op == ACTIVITY_IMAGE_LOAD || op == ACTIVITY_FILE_READ ||
	       op == ACTIVITY_NETWORK_CONNECT || op == ACTIVITY_NETWORK_ACCEPT ||
	       op == ACTIVITY_DNS_QUERY || op == ACTIVITY_PIPE || op == ACTIVITY_SHARE;
}

static bool has_time(const struct act *a)
{
	return a->time.set && a->time.ns >= -BLOCK_TIME_MAX && a->time.ns <= BLOCK_TIME_MAX;
}

static bool never_folds(const struct act *a)
{
	/* A rename takes its content from elsewhere, and that may have changed. */
	return a->kept || !has_time(a) || a->op == ACTIVITY_FILE_RENAME || a->op == ACTIVITY_FILE_LINK || a->op == ACTIVITY_PROCESS_START || a->op == ACTIVITY_PROCESS_END ||
	       a->op == ACTIVITY_BOOT || a->op == ACTIVITY_ALERT || a->op == ACTIVITY_LOGON ||
	       a->op == ACTIVITY_PACKAGE;
}

/* Writes that stand this far apart are told apart: a long-lived writer gives a file several versions. */
#define FOLD_WRITES_NS INT64_C(60000000000)

static size_t life_slot(uint32_t pid)
{
	return pid ? 1 + (pid >> 2) % (LIFE_SLOTS - 1) : 0;
}

/* Who is meant by a pid or an image changes when processes start and end. */
static uint32_t life_of(const struct one *o, const struct act_entity *e)
{
	return e->kind != ENTITY_PROCESS || e->key.n ? 0 : o->boots + o->lives[life_slot(e->pid)];
}

static void note_life(struct one *o, const struct act *a)
{
	const struct act_entity *e = a->op == ACTIVITY_PROCESS_START ? &a->object : &a->subject;

	if (a->op == ACTIVITY_BOOT)
		o->boots++;
	if (a->op != ACTIVITY_PROCESS_START && a->op != ACTIVITY_PROCESS_END)
		return;
	o->lives[0]++;
	if (e->pid)
		o->lives[life_slot(e->pid)]++;
}

/* The activity that this one repeats, or NULL. */
static struct block_activity *repeated(struct one *o, const struct act *a, uint32_t subject,
				       uint32_t object, uint32_t set)
{
	struct {
		uint32_t subject, object, set, op, changed, lives[2];
	} key = { subject, object, set, a->op, 0, { life_of(o, &a->subject), life_of(o, &a->object) } };
	uint32_t at = MAP_NONE;
	struct block_activity *r;

	if (never_folds(a) || object == BLOCK_NONE)
		return NULL;
	key.changed = o->changed[object];
	if (leaves_object(a->op)) {
		at = map_get(&o->repeats, slice_of(&key, sizeof(key)));
		if (at == MAP_NONE)
			map_set(&o->repeats, slice_of(&key, sizeof(key)), (uint32_t)o->n);
	} else if (o->causes) {
		at = (uint32_t)o->causes - 1;
		if (a->time.ns - o->activities[at].last_ns > FOLD_WRITES_NS)
			at = MAP_NONE;
	}
	if (at == MAP_NONE)
		return NULL;
	r = &o->activities[at];
	return r->subject == subject && r->object == object && r->set == set && r->op == a->op && r->count
		       ? r
		       : NULL;
}

static void fold(struct block_activity *r, const struct act *a)
{
	if (a->time.ns > r->last_ns)
		r->last_ns = a->time.ns;
	if (a->time.ns < r->time_ns) {
		r->time_ns = a->time.ns;
		r->record = a->record;
		r->offset = a->offset;
	}
	r->count += r->count < UINT32_MAX;
}

static void append(struct blocks *b, struct one *o, const struct act *a, uint32_t subject,
		   uint32_t object, uint32_t set)
{
	o->activities = heap_room(o->activities, o->n, &o->cap, sizeof(*o->activities));
	o->activities[o->n++] = (struct block_activity){
		.time_ns = has_time(a) ? a->time.ns : 0,
		.last_ns = has_time(a) ? a->time.ns : 0,
		.record = a->record,
		.offset = a->offset,
		.subject = subject,
		.object = object,
		.set = set,
		.count = never_folds(a) ? 0 : 1, /* 0: nothing folds into it; written as 1 */
		.op = (uint8_t)a->op,
		.timed = has_time(a),
		.record_counted = a->record_counted,
	};
	b->activities++;
}

/* What explains nothing that is done later: neither to its object nor of its subject. */
static bool explains_nothing(enum activity_op op)
{
	return op == ACTIVITY_NETWORK_CONNECT || op == ACTIVITY_NETWORK_ACCEPT || op == ACTIVITY_DNS_QUERY ||
	       op == ACTIVITY_PIPE;
}

bool blocks_add(struct blocks *b, const struct act *a)
{
	struct one *o = one_of(b, a->host);
	uint32_t subject = entity_number(o, &a->subject), object = entity_number(o, &a->object);
	uint32_t set = set_number(b, o, a);
	struct block_activity *r = repeated(o, a, subject, object, set);

	o->used = true;
	if (r) {
		fold(r, a);
	} else {
		append(b, o, a, subject, object, set);
		if (object != BLOCK_NONE && !leaves_object(a->op))
			o->changed[object] = (uint32_t)o->n;
		if (!explains_nothing(a->op))
			o->causes = o->n;
		note_life(o, a);
	}
	return b->activities >= LIMIT_BLOCK_ACTIVITIES || o->texts.arena.used >= LIMIT_BLOCK_TEXT ||
	       b->n > 4096;
}

/* The largest power of ten, up to a second, of which all times are whole multiples. */
static unsigned time_unit(const struct one *o)
{
	static const int64_t units[] = { 1, 10, 100, 1000, 10000, 100000, 1000000, 10000000, 100000000,
					 1000000000 };
	unsigned u = 9;

	for (size_t i = 0; i < o->n; i++)
		while (u && (o->activities[i].time_ns % units[u] || o->activities[i].last_ns % units[u]))
			u--;
	return u;
}

static void put_columns(struct buf *out, const struct one *o, int64_t unit)
{
	const struct block_activity *a = o->activities;
	int64_t time = 0;
	uint64_t record = 0, offset = 0;

	for (size_t i = 0; i < o->n; i++)
		buf_put_u8(out, (uint8_t)(a[i].op | (a[i].timed ? 0 : 0x80) | (a[i].record_counted ? 0x40 : 0)));
	for (size_t i = 0; i < o->n; i++)
		buf_put_varint(out, (uint32_t)(a[i].subject + 1));
	for (size_t i = 0; i < o->n; i++)
		buf_put_varint(out, (uint32_t)(a[i].object + 1));
	for (size_t i = 0; i < o->n; i++)
		buf_put_varint(out, (uint32_t)(a[i].set + 1));
	for (size_t i = 0; i < o->n; i++) {
		buf_put_zigzag(out, a[i].time_ns / unit - time);
		time = a[i].time_ns / unit;
	}
	for (size_t i = 0; i < o->n; i++)
		buf_put_varint(out, (uint64_t)(a[i].last_ns / unit - a[i].time_ns / unit));
	for (size_t i = 0; i < o->n; i++)
		buf_put_varint(out, a[i].count ? a[i].count - 1 : 0);
	for (size_t i = 0; i < o->n; i++) {
		buf_put_zigzag(out, (int64_t)(a[i].record - record));
		record = a[i].record;
	}
	for (size_t i = 0; i < o->n; i++) {
		buf_put_zigzag(out, (int64_t)(a[i].offset - offset));
		offset = a[i].offset;
	}
}

static void encode(struct buf *out, struct slice host, const struct one *o)
{
	unsigned u = time_unit(o);
	int64_t unit = 1;

	for (unsigned i = 0; i < u; i++)
		unit *= 10;
	buf_put_u8(out, 1);
	buf_put_u8(out, (uint8_t)u);
	buf_put_u8(out, 0);
	buf_put_u8(out, 0);
	buf_put_sized(out, host);
	buf_put_le32(out, (uint32_t)o->texts.n);
	buf_put_le32(out, (uint32_t)o->entities.n);
	buf_put_le32(out, (uint32_t)o->sets.n);
	buf_put_le32(out, (uint32_t)o->n);
	for (uint32_t i = 0; i < o->texts.n; i++) {
		struct slice s = map_key(&o->texts, i);

		buf_put_varint(out, s.n);
		buf_put(out, s);
	}
	buf_put(out, buf_slice(&o->entity_bytes));
	buf_put(out, buf_slice(&o->set_bytes));
	put_columns(out, o, unit);
}

static void one_clear(struct one *o)
{
	map_clear(&o->texts);
	map_clear(&o->entities);
	map_clear(&o->sets);
	map_clear(&o->repeats);
	buf_clear(&o->entity_bytes);
	buf_clear(&o->set_bytes);
	o->n = o->causes = 0;
	o->boots = 0;
	memset(o->lives, 0, sizeof(o->lives));
	o->used = false;
}

void blocks_give(struct blocks *b, void (*call)(void *ctx, struct slice block), void *ctx)
{
	for (uint32_t i = 0; i < b->n; i++) {
		struct one *o = b->list[i];

		if (!o->used)
			continue;
		buf_clear(&b->out);
		encode(&b->out, map_key(&b->hosts, i), o);
		one_clear(o);
		call(ctx, buf_slice(&b->out));
	}
	b->activities = 0;
	if (b->n <= 64) /* their memory is worth keeping */
		return;
	for (size_t i = 0; i < b->n; i++)
		one_free(b->list[i]);
	b->n = 0;
	map_clear(&b->hosts);
}
