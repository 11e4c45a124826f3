/* SPDX-License-Identifier: Apache-2.0 */
#include "input/evtx/binxml.h"

#include "base/buf.h"
#include "base/limits.h"
#include "base/utf.h"
#include "input/evtx/template.h"

#define ARENA_BYTES ((size_t)16 << 20)
#define VALUES_MAX 8192u
#define NESTING_MAX 8u
#define ARRAY_FLAG 0x80
#define TYPE_BINXML 0x21

struct raw {
	struct slice bytes;
	uint8_t type;
};

struct binder {
	struct binxml *b;
	struct event *ev;
	size_t bad_at;
	const char *why;
	unsigned nesting;
	/* Unnamed <Data> elements gather to one list. */
	struct value *data;
	uint32_t data_count, data_cap;
};

void binxml_init(struct binxml *b, const struct names *names)
{
	*b = (struct binxml){ .names = names };
	arena_init(&b->arena, ARENA_BYTES);
}

void binxml_done(struct binxml *b)
{
	arena_done(&b->arena);
}

void binxml_chunk(struct binxml *b, struct slice chunk)
{
	b->chunk = chunk;
	arena_reset(&b->arena);
	memset(b->templates, 0, sizeof(b->templates));
	if (++b->round == 0) {
		memset(b->element_names, 0, sizeof(b->element_names));
		b->round = 1;
	}
}

static bool fail(struct binder *x, size_t at, const char *why)
{
	if (!x->why) {
		x->why = why;
		x->bad_at = at;
	}
	return false;
}

/* Trailing NULs are padding, not text. */
static struct slice trim_units(struct slice s)
{
	s.n &= ~(size_t)1;
	while (s.n >= 2 && s.p[s.n - 1] == 0 && s.p[s.n - 2] == 0)
		s.n -= 2;
	return s;
}

/* Old 8-bit text: its code page is not told; Latin-1 keeps ASCII and loses nothing. */
static struct value ansi(struct binder *x, struct slice s)
{
	uint8_t *out = arena_alloc(&x->ev->arena, s.n * 2 + 1);
	size_t n = 0;

	while (s.n && s.p[s.n - 1] == 0)
		s.n--;
	for (size_t i = 0; i < s.n && out; i++)
		n += utf8_put(out + n, s.p[i]);
	return value_text_of(slice_of(out, n));
}

static struct value signed_value(struct slice s)
{
	uint64_t v = 0;

	for (size_t i = s.n; i-- > 0;)
		v = v << 8 | s.p[i];
	if (s.n < 8 && s.n && (s.p[s.n - 1] & 0x80))
		v |= UINT64_MAX << (s.n * 8);
	return (struct value){ .type = VALUE_INT, .i = (int64_t)v };
}

static uint64_t unsigned_of(struct slice s)
{
	uint64_t v = 0;

	for (size_t i = s.n < 8 ? s.n : 8; i-- > 0;)
		v = v << 8 | s.p[i];
	return v;
}

static struct value real(struct slice s)
{
	struct value v = { .type = VALUE_FLOAT };
	float f;

	if (s.n == 4) {
		memcpy(&f, s.p, 4);
		v.f = (double)f;
	} else if (s.n == 8) {
		memcpy(&v.f, s.p, 8);
	}
	return v;
}

/* Sizes that types of fixed size must have; 0 for the others. */
static const uint8_t type_bytes[0x24] = {
	[0x03] = 1, [0x04] = 1, [0x05] = 2, [0x06] = 2, [0x07] = 4, [0x08] = 4, [0x09] = 8, [0x0a] = 8,
	[0x0b] = 4, [0x0c] = 8, [0x0d] = 4, [0x0f] = 16, [0x11] = 8, [0x12] = 16, [0x14] = 4, [0x15] = 8,
};

/* Written where it stays: a value handed over by copy, just written in parts, stalls the processor. */
static void scalar(struct binder *x, uint8_t type, struct slice s, struct value *ret)
{
	if (type < sizeof(type_bytes) && type_bytes[type] && s.n != type_bytes[type]) {
		*ret = (struct value){ .type = s.n ? VALUE_BYTES : VALUE_NULL, .s = s };
		return;
	}
	switch (type) {
	case 0x00:
		*ret = (struct value){ .type = VALUE_NULL };
		return;
	case 0x01:
		*ret = (struct value){ .type = VALUE_UTF16, .s = trim_units(s) };
		return;
	case 0x02:
		*ret = ansi(x, s);
		return;
	case 0x03:
	case 0x05:
	case 0x07:
	case 0x09:
		*ret = signed_value(s);
		return;
	case 0x04:
	case 0x06:
	case 0x08:
	case 0x0a:
		*ret = (struct value){ .type = VALUE_UINT, .u = unsigned_of(s) };
		return;
	case 0x0b:
	case 0x0c:
		*ret = real(s);
		return;
	case 0x0d:
		/* Some providers store other numbers as truth: they are shown as what they are. */
		*ret = (struct value){ .type = unsigned_of(s) > 1 ? VALUE_UINT : VALUE_BOOL,
				       .u = unsigned_of(s) };
		return;
	case 0x0f:
		*ret = (struct value){ .type = VALUE_GUID, .s = s };
		return;
	case 0x10:
	case 0x14:
	case 0x15:
		*ret = (struct value){ .type = VALUE_HEX, .width = (uint8_t)s.n, .u = unsigned_of(s) };
		return;
	case 0x11:
		*ret = (struct value){ .type = VALUE_FILETIME, .u = unsigned_of(s) };
		return;
	case 0x12:
		*ret = (struct value){ .type = VALUE_SYSTEMTIME, .s = s };
		return;
	case 0x13:
		*ret = (struct value){ .type = VALUE_SID, .s = s };
		return;
	default:
		*ret = (struct value){ .type = VALUE_BYTES, .s = s };
		return;
	}
}

static struct value list_of(struct value *items, uint32_t n)
{
	return (struct value){ .type = VALUE_LIST, .count = n, .items = items };
}

/* Strings one after the other, each with its NUL. */
static struct value text_array(struct binder *x, struct slice s)
{
	uint32_t n = 0, count = 0;

	for (size_t i = 0; i + 1 < s.n; i += 2)
		count += s.p[i] == 0 && s.p[i + 1] == 0;
	struct value *items = arena_array(&x->ev->arena, (size_t)count + 1, sizeof(*items));

	if (!items)
		return (struct value){ .type = VALUE_NULL };
	for (size_t i = 0, from = 0; i + 1 < s.n; i += 2) {
		bool nul = s.p[i] == 0 && s.p[i + 1] == 0;

		if (!nul && i + 3 < s.n)
			continue;
		items[n++] = (struct value){ .type = VALUE_UTF16,
					     .s = slice_of(s.p + from, i + (nul ? 0 : 2) - from) };
		from = i + 2;
	}
	return list_of(items, n);
}

static struct value array(struct binder *x, uint8_t type, struct slice s)
{
	size_t step = type < sizeof(type_bytes) ? type_bytes[type] : 0, n = 0;

	if (type == 0x01)
		return text_array(x, s);
	if (type == 0x10)
		step = 8;
	if (!step)
		return (struct value){ .type = VALUE_BYTES, .s = s };
	struct value *items = arena_array(&x->ev->arena, s.n / step + 1, sizeof(*items));

	for (; items && s.n >= step; s = slice_from(s, step))
		scalar(x, type, slice_head(s, step), &items[n++]);
	return list_of(items, (uint32_t)n);
}

static void bind_value(struct binder *x, const struct raw *r, struct value *ret)
{
	if (r->type & ARRAY_FLAG)
		*ret = array(x, r->type & 0x7f, r->bytes);
	else
		scalar(x, r->type, r->bytes, ret);
}

static bool fragment(struct binder *x, size_t at, size_t end, enum place place);

static struct value *data_slot(struct binder *x)
{
	if (x->data_count == x->data_cap) {
		uint32_t cap = x->data_cap ? x->data_cap * 2 : 8;
		struct value *more = arena_array(&x->ev->arena, cap, sizeof(*more));

		if (!more)
			return NULL;
		if (x->data_count)
			memcpy(more, x->data, x->data_count * sizeof(*more));
		x->data = more;
		x->data_cap = cap;
	}
	return &x->data[x->data_count++];
}

/* Several parts are one text. */
static struct value joined(struct binder *x, const struct part *parts, size_t n,
			   const struct raw *values, size_t value_count)
{
	struct buf b = { 0 };
	struct slice kept;

	for (size_t i = 0; i < n; i++) {
		struct value v = { .type = VALUE_NULL };

		if (parts[i].index == NO_INDEX)
			v = parts[i].literal;
		else if (parts[i].index < value_count)
			bind_value(x, &values[parts[i].index], &v);
		buf_put(&b, value_text(v, &x->ev->arena));
	}
	kept = arena_keep(&x->ev->arena, buf_slice(&b));
	buf_done(&b);
	return value_text_of(kept);
}

/* Where the output's value goes, VALUE_NULL so far; NULL when there is no more room. */
static struct value *slot_of(struct binder *x, const struct binxml_output *o,
			     const struct raw *values, size_t value_count)
{
	struct slice name = o->name;
	uint32_t id = o->id;

	if (o->name_index != NO_INDEX) {
		struct value v = { .type = VALUE_NULL };

		if (o->name_index < value_count) {
			bind_value(x, &values[o->name_index], &v);
			name = value_text(v, &x->ev->arena);
		}
		id = names_find(x->b->names, name);
	}
	return name.n ? event_slot(x->ev, name, id) : data_slot(x);
}

static void bind_output(struct binder *x, const struct binxml_template *t,
			const struct binxml_output *o, const struct raw *values, size_t value_count)
{
	const struct part *p = t->parts + o->first_part;

	if (o->index != NO_INDEX) {
		const struct raw *r = o->index < value_count ? &values[o->index] : NULL;

		if (r && r->type == TYPE_BINXML) {
			size_t at = (size_t)(r->bytes.p - x->b->chunk.p);

			if (r->bytes.n)
				fragment(x, at, at + r->bytes.n, (enum place)o->place);
			return;
		}
		if (o->nested_only || ((!r || r->type == 0) && (o->attribute || o->place == PLACE_SYSTEM)))
			return;
		struct value *slot = slot_of(x, o, values, value_count);

		if (slot && r)
			bind_value(x, r, slot);
		return;
	}
	if (o->nested_only) {
		for (size_t i = 0; i < o->part_count; i++) {
			const struct raw *r = p[i].index < value_count ? &values[p[i].index] : NULL;
			size_t at = r ? (size_t)(r->bytes.p - x->b->chunk.p) : 0;

			if (r && r->type == TYPE_BINXML && r->bytes.n)
				fragment(x, at, at + r->bytes.n, (enum place)o->place);
		}
		return;
	}
	/* An empty element: nothing to say in System, an empty value elsewhere. */
	if (o->part_count == 0 && o->place == PLACE_SYSTEM)
		return;
	struct value *slot = slot_of(x, o, values, value_count);

	if (slot && o->part_count == 1)
		*slot = p->literal;
	else if (slot && o->part_count)
		*slot = joined(x, p, o->part_count, values, value_count);
}

static void bind_template(struct binder *x, const struct binxml_template *t,
			  const struct raw *values, size_t value_count)
{
	for (size_t i = 0; i < t->output_count; i++)
		bind_output(x, t, &t->outputs[i], values, value_count);
}

static struct binxml_template *template_of(struct binder *x, size_t at, enum place place)
{
	struct binxml *b = x->b;
	struct binxml_template **slot = &b->templates[(at >> 3 ^ at) % BINXML_TEMPLATES], *t;
	struct slice header, body;
	size_t bad_at;
	const char *why;

	for (t = *slot; t; t = t->next)
		if (t->at == at && t->place == place)
			return t;
	if (!slice_sub(b->chunk, at, 24, &header) ||
	    !slice_sub(b->chunk, at + 24, load_u32(header.p + 20), &body)) {
		fail(x, at, "a template is not where it should be");
		return NULL;
	}
	struct cursor c = { slice_head(b->chunk, at + 24 + body.n), at + 24, true };

	t = template_compile(b, &b->arena, c, place, &bad_at, &why);
	if (!t) {
		fail(x, bad_at, why);
		return NULL;
	}
	t->at = at;
	t->next = *slot;
	*slot = t;
	return t;
}

static bool read_values(struct binder *x, struct cursor *c, struct raw *values, uint32_t count)
{
	struct slice table = cursor_take(c, (uint64_t)count * 4);

	for (uint32_t i = 0; i < count && c->ok; i++) {
		values[i].type = table.p[i * 4 + 2];
		values[i].bytes = cursor_take(c, load_u16(table.p + i * 4));
	}
	return c->ok ? true : fail(x, c->at, "a record's values are cut off");
}

/* From behind the 0x0c token. */
static bool instance(struct binder *x, struct cursor *c, enum place place)
{
	struct slice head = cursor_take(c, 9);

	if (!c->ok)
		return fail(x, c->at, "a template instance is cut off");
	size_t at = load_u32(head.p + 5);

	if (at == c->at) {
		struct slice definition = cursor_take(c, 24);

		if (c->ok)
			cursor_skip(c, load_u32(definition.p + 20));
	}
	uint32_t count = cursor_u32(c);
	struct raw room[64], *values = room;

	if (!c->ok || count > VALUES_MAX)
		return fail(x, c->at, "a template instance is cut off");
	if (count > 64 && !(values = arena_array(&x->ev->arena, count, sizeof(*values))))
		return fail(x, c->at, "a record larger than the limit");
	struct binxml_template *t = template_of(x, at, place);

	if (!t || !read_values(x, c, values, count))
		return false;
	bind_template(x, t, values, count);
	return x->why == NULL;
}

static bool written_out(struct binder *x, struct cursor c, enum place place)
{
	struct binxml_template *t;
	const char *why = NULL;
	size_t bad_at = 0;

	t = template_compile(x->b, &x->ev->arena, c, place, &bad_at, &why);
	if (t)
		bind_template(x, t, NULL, 0);
	return why ? fail(x, bad_at, why) : true;
}

static bool fragment(struct binder *x, size_t at, size_t end, enum place place)
{
	struct cursor c = { slice_head(x->b->chunk, end), at, true };
	bool ok;

	if (x->nesting == NESTING_MAX)
		return fail(x, at, "binary XML is nested too deep");
	x->nesting++;
	uint8_t token = cursor_u8(&c);

	if (token == 0x0f) {
		cursor_skip(&c, 3);
		token = cursor_u8(&c);
	}
	if (!c.ok)
		ok = fail(x, at, "the binary XML is cut off");
	else if (token == 0x0c)
		ok = instance(x, &c, place);
	else if (token == 0x00)
		ok = true;
	else if ((token & 0x3f) == 0x01) {
		c.at--;
		ok = written_out(x, c, place);
	} else {
		ok = fail(x, c.at - 1, "an unknown binary XML token");
	}
	x->nesting--;
	return ok;
}

bool binxml_record(struct binxml *b, size_t at, size_t end, struct event *ev, size_t *ret_bad_at,
		   const char **ret_why)
{
	struct binder x = { .b = b, .ev = ev };
	bool ok = fragment(&x, at, end, PLACE_ROOT);

	if (x.data_count)
		event_add(ev, slice_str("Data"), names_find(b->names, slice_str("Data")),
			  x.data_count == 1 ? x.data[0] : list_of(x.data, x.data_count));
	*ret_bad_at = x.bad_at;
	*ret_why = x.why;
	return ok && !x.why;
}
