/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/correlating.h"

#include "base/cursor.h"
#include "base/hash.h"
#include "base/heap.h"
#include "engine/sorter.h"
#include "engine/wire.h"
#include "rules/correlate.h"

#include <stdio.h>
#include <stdlib.h>

#define SORT_BYTES ((size_t)32 << 20)
#define VALUE_BYTES_MAX 4096 /* of a captured value; more tells no two apart in practice */
#define VALUES_MAX 256

struct correlating {
	const struct ruleset *set;
	struct sorter *sorter;
	struct correlate *correlate;
	struct arena arena;
	struct map file_of; /* path NUL inner -> place in files */
	struct engine_file *files;
	size_t file_count, file_cap;
	struct buf line;
	struct err err;
	bool failed;
	struct correlating_counts counts;
	uint64_t last_tie;
	int64_t last_ns;
	/* While it is being finished. */
	enum rule_level level;
	void (*on_hit)(void *ctx, const struct hit *h);
	void *ctx;
	const struct hit *current; /* host, channel, event id and digits of the base hit at work */
};

struct correlating *correlating_new(const struct ruleset *set, const char *temp)
{
	struct correlating *c;

	if (!set->correlation_count)
		return NULL;
	c = heap_new(sizeof(*c));
	c->set = set;
	c->sorter = sorter_new(temp, SORT_BYTES);
	arena_init(&c->arena, 0);
	map_init(&c->file_of);
	return c;
}

void correlating_free(struct correlating *c)
{
	if (!c)
		return;
	sorter_free(c->sorter);
	arena_done(&c->arena);
	map_done(&c->file_of);
	free(c->files);
	buf_done(&c->line);
	free(c);
}

struct correlating_counts correlating_count(const struct correlating *c)
{
	return c ? c->counts : (struct correlating_counts){ 0 };
}

/* ---- worker ---- */

void correlating_encode(struct buf *out, const struct ruleset *set, uint32_t r, struct event *ev)
{
	const struct capture *c = &set->captures[r];

	buf_put_le32(out, r);
	buf_put_u8(out, ev->time.set);
	buf_put_le64(out, (uint64_t)ev->time.ns);
	buf_put_u8(out, ev->time.digits);
	buf_put_u8(out, ev->ptr.record_counted);
	buf_put_le64(out, ev->ptr.record);
	buf_put_le64(out, ev->ptr.offset);
	buf_put_le64(out, (uint64_t)ev->event_id);
	wire_put_optional(out, ev->host);
	wire_put_optional(out, ev->channel);
	for (size_t i = 0; i < c->count; i++)
		wire_put_optional(out, slice_head(event_text_of(ev, c->ids[i]), VALUE_BYTES_MAX));
}

/* ---- parent ---- */

static uint32_t file_number(struct correlating *c, const struct engine_file *file)
{
	uint32_t n;
	struct slice key;

	buf_clear(&c->line);
	buf_put(&c->line, file->path);
	buf_put_byte(&c->line, 0);
	buf_put(&c->line, file->inner);
	key = buf_slice(&c->line);
	n = map_get(&c->file_of, key);
	if (n != MAP_NONE)
		return n;
	n = map_intern(&c->file_of, key);
	c->files = heap_room(c->files, c->file_count, &c->file_cap, sizeof(*c->files));
	c->files[c->file_count++] = (struct engine_file){
		.path = arena_keep(&c->arena, file->path),
		.inner = file->inner.p ? arena_keep(&c->arena, file->inner) : file->inner,
	};
	return n;
}

/* What orders base hits of one moment: all that the record says. */
static uint64_t tie_of(const struct ruleset *set, uint32_t rule, bool counted, uint64_t record,
		       struct slice said)
{
	struct slice name = set->rules[rule].id.n ? set->rules[rule].id : set->rules[rule].title;
	uint64_t seed = hash64_seed(name, counted ? 0 : record + 1);

	return hash64_seed(said, seed);
}

bool correlating_take(struct correlating *c, const struct engine_file *file, uint64_t record_base,
		      struct slice payload)
{
	struct cursor in = cursor_of(payload);
	uint32_t rule = cursor_u32(&in), number;
	bool timed = cursor_u8(&in) != 0;
	int64_t ns = (int64_t)cursor_u64(&in);
	uint8_t digits = cursor_u8(&in);
	bool counted = cursor_u8(&in) != 0;
	uint64_t record = cursor_u64(&in) + (counted ? record_base : 0), offset = cursor_u64(&in);
	struct slice said = slice_from(payload, in.at);

	cursor_u64(&in);
	wire_take_optional(&in);
	wire_take_optional(&in);
	if (!in.ok || rule >= c->set->n || !c->set->captures[rule].used || digits > 9)
		return false;
	for (size_t i = 0; i < c->set->captures[rule].count; i++)
		wire_take_optional(&in);
	if (!in.ok || cursor_left(&in))
		return false;
	c->counts.base++;
	if (!timed) {
		c->counts.without_time++;
		return true;
	}
	number = file_number(c, file);
	uint64_t tie = tie_of(c->set, rule, counted, record, said);

	buf_clear(&c->line);
	buf_put_le64(&c->line, (uint64_t)ns);
	buf_put_le64(&c->line, counted ? 0 : tie);
	buf_put_le32(&c->line, rule);
	buf_put_u8(&c->line, digits);
	buf_put_le32(&c->line, number);
	buf_put_le64(&c->line, record);
	buf_put_le64(&c->line, offset);
	buf_put(&c->line, said);
	if (!c->failed)
		c->failed = !sorter_add(c->sorter, true, ns, tie, buf_slice(&c->line), &c->err);
	return true;
}

/* One sorted base hit to the evaluator. */
static bool on_sorted(void *ctx, struct slice text)
{
	struct correlating *c = ctx;
	struct cursor in = cursor_of(text);
	struct hit hit = { 0 };
	struct slice values[VALUES_MAX];
	struct correlate_hit base = { .values = values };
	int64_t ns = (int64_t)cursor_u64(&in);
	uint64_t own_tie = cursor_u64(&in);

	base.ns = ns;
	base.place.rule = cursor_u32(&in);
	hit.time = (struct when){ .ns = ns, .set = true, .digits = cursor_u8(&in) };
	base.place.file = cursor_u32(&in);
	base.place.record = cursor_u64(&in);
	base.place.offset = cursor_u64(&in);
	hit.event_id = (int64_t)cursor_u64(&in);
	hit.host = wire_take_optional(&in);
	hit.channel = wire_take_optional(&in);
	size_t n = c->set->captures[base.place.rule].count;

	if (n > VALUES_MAX)
		return true;
	for (size_t i = 0; i < n; i++)
		values[i] = wire_take_optional(&in);
	/* The same record of an event log that is in the evidence twice. */
	if (own_tie && own_tie == c->last_tie && ns == c->last_ns)
		return true;
	c->last_tie = own_tie;
	c->last_ns = ns;
	hit.file = &c->files[base.place.file];
	hit.record = base.place.record;
	hit.offset = base.place.offset;
	c->current = &hit;
	correlate_add(c->correlate, &base);
	return true;
}

static void correlated_id(struct hit *h, const struct correlated *x)
{
	struct buf key = { 0 };

	buf_put_sized(&key, h->rule->id.n ? h->rule->id : h->rule->title);
	for (size_t i = 0; i < x->correlation->group_count; i++)
		buf_put_sized(&key, x->group[i]);
	buf_put_le64(&key, (uint64_t)x->ns);
	buf_put_le64(&key, (uint64_t)x->from_ns);
	hit_id_of(h->id, buf_slice(&key));
	buf_done(&key);
}

static void add_why(struct hit *h, const char *field, struct slice name, struct slice value,
		    struct slice pattern)
{
	if (h->why_count < LIMIT_WHY)
		h->why[h->why_count++] = (struct hit_why){ slice_str(field), name, value, pattern };
}

static struct slice bounds_text(const struct correlation *c, struct arena *a)
{
	static const char *const words[] = { "gt", "gte", "lt", "lte", "eq", "neq" };
	struct slice text = slice_str("");

	for (size_t i = 0; i < c->bound_count; i++)
		text = arena_printf(a, "%.*s%s%s %g", (int)text.n, (const char *)text.p, i ? ", " : "",
				    words[c->bounds[i].op], c->bounds[i].number);
	return text;
}

static void on_correlated(void *ctx, const struct correlated *x)
{
	struct correlating *c = ctx;
	struct hit h = *c->current;
	struct hit_base base[CORRELATE_BASE];
	struct arena a;

	if (x->correlation->rule.level < c->level)
		return;
	arena_init(&a, 0);
	h.rule = &x->correlation->rule;
	h.rule_index = (uint32_t)(c->set->n + x->index);
	h.correlated = x;
	h.base = base;
	for (size_t i = 0; i < x->base_count; i++) {
		const struct correlate_place *p = &x->base[i];
		const struct rule *rule = p->rule < c->set->n
						  ? &c->set->rules[p->rule]
						  : &c->set->correlations[p->rule - c->set->n].rule;

		base[i] = (struct hit_base){ &c->files[p->file], rule, p->record, p->offset };
	}
	add_why(&h, correlation_type_text(x->correlation->type), slice_str("timespan"),
		arena_printf(&a, "%g", x->value), bounds_text(x->correlation, &a));
	for (size_t i = 0; i < x->correlation->group_count; i++)
		add_why(&h, "group-by", x->correlation->group[i].name, x->group[i], slice_str(""));
	correlated_id(&h, x);
	c->on_hit(c->ctx, &h);
	arena_done(&a);
}

bool correlating_finish(struct correlating *c, enum rule_level level,
			void (*on_hit)(void *ctx, const struct hit *h), void *ctx, struct err *err)
{
	bool ok;

	c->level = level;
	c->on_hit = on_hit;
	c->ctx = ctx;
	if (c->failed) {
		*err = c->err;
		return false;
	}
	c->correlate = correlate_new(c->set, on_correlated, c);
	ok = sorter_finish(c->sorter, on_sorted, c, err);
	c->counts.lost = correlate_lost(c->correlate);
	correlate_free(c->correlate);
	c->correlate = NULL;
	return ok;
}
