/* SPDX-License-Identifier: Apache-2.0 */
#include "input/evtx/template.h"

#include "base/limits.h"
#include "base/utf.h"

#define TOKEN_MORE 0x40 /* a flag on tokens: more data follows */
#define OUTPUTS_MAX 4096u

struct frame {
	struct slice name;
	uint32_t id;   /* of the name, in the vocabulary */
	uint8_t place; /* of the element itself */
	bool children, is_data;
	struct slice data_name;
	uint16_t data_index;
	size_t part_from; /* its text, in the compiler's open parts */
};

struct compiler {
	struct binxml *b;
	struct arena *arena;
	struct cursor c;
	struct binxml_template *t;
	struct frame frames[LIMIT_DEPTH];
	size_t depth;
	struct part open[256]; /* text of open elements, outermost first */
	size_t open_count;
	const char *why;
};

static bool fail(struct compiler *x, const char *why)
{
	if (!x->why)
		x->why = why;
	return false;
}

/* [MS-EVEN6]: h = h * 65599 + unit, the lower 16 bits. */
static uint16_t name_hash(struct slice units)
{
	uint32_t h = 0;

	for (size_t i = 0; i + 1 < units.n; i += 2)
		h = h * 65599 + load_u16(units.p + i);
	return (uint16_t)h;
}

/* The name at a chunk offset: its UTF-16 units; false when there is none. */
static bool name_units(struct slice chunk, uint32_t offset, struct slice *ret)
{
	struct slice header, units;

	if (!slice_sub(chunk, offset, 8, &header) ||
	    !slice_sub(chunk, (uint64_t)offset + 8, (uint64_t)load_u16(header.p + 6) * 2, &units) ||
	    name_hash(units) != load_u16(header.p + 4))
		return false;
	*ret = units;
	return true;
}

/* The name at a chunk offset as UTF-8, remembered for the chunk: all templates of a log name the
 * same elements. NULL when there is none; else valid until the next name. */
static const struct binxml_name *name_at(struct compiler *x, uint32_t offset)
{
	struct binxml_name *n = &x->b->element_names[(offset >> 2) % BINXML_NAMES];
	struct slice units, text;

	if (n->round == x->b->round && n->offset == offset)
		return n;
	if (!name_units(x->b->chunk, offset, &units))
		return NULL;
	text = utf16le_to_utf8(&x->b->arena, units);
	if (!text.p)
		return NULL;
	*n = (struct binxml_name){ .round = x->b->round,
				   .offset = offset,
				   .bytes = (uint32_t)(8 + units.n + 2),
				   .text = text,
				   .id = names_find(x->b->names, text) };
	return n;
}

/* A name reference at the cursor, and past the name where it is written right there. */
static const struct binxml_name *read_name(struct compiler *x)
{
	uint32_t offset = cursor_u32(&x->c);
	const struct binxml_name *n = x->c.ok ? name_at(x, offset) : NULL;

	if (!n) {
		fail(x, "a name is not where it should be");
		return NULL;
	}
	if (offset == x->c.at)
		cursor_skip(&x->c, n->bytes);
	return n;
}

static struct part *part_room(struct compiler *x)
{
	if (x->open_count == sizeof(x->open) / sizeof(*x->open)) {
		fail(x, "an element of too many parts");
		return NULL;
	}
	struct part *p = &x->open[x->open_count++];

	*p = (struct part){ .index = NO_INDEX };
	return p;
}

static bool add_literal(struct compiler *x, struct value v)
{
	struct part *p = part_room(x);

	if (!p)
		return false;
	p->literal = v;
	return true;
}

static bool add_text(struct compiler *x, struct slice units)
{
	return add_literal(x, (struct value){ .type = VALUE_UTF16, .s = units });
}

/* Counted UTF-16 text: value text, CDATA. */
static bool read_text(struct compiler *x)
{
	struct slice units = cursor_take(&x->c, (uint64_t)cursor_u16(&x->c) * 2);

	return x->c.ok && add_text(x, units);
}

static bool read_substitution(struct compiler *x, bool optional)
{
	uint16_t index = cursor_u16(&x->c);
	struct part *p;

	cursor_skip(&x->c, 1);
	if (!x->c.ok || index == NO_INDEX || !(p = part_room(x)))
		return false;
	p->index = index;
	p->optional = optional;
	return true;
}

static bool read_character(struct compiler *x)
{
	uint16_t unit = cursor_u16(&x->c);
	uint8_t *p = arena_alloc(x->arena, 2);

	if (!x->c.ok || !p)
		return false;
	p[0] = (uint8_t)unit;
	p[1] = (uint8_t)(unit >> 8);
	return add_text(x, slice_of(p, 2));
}

static bool read_entity(struct compiler *x)
{
	static const struct {
		const char *name, *text;
	} entities[] = { { "amp", "&" }, { "lt", "<" }, { "gt", ">" }, { "quot", "\"" }, { "apos", "'" } };
	const struct binxml_name *name = read_name(x);

	if (!name)
		return false;
	for (size_t i = 0; i < sizeof(entities) / sizeof(*entities); i++)
		if (slice_is(name->text, entities[i].name))
			return add_literal(x, value_text_of(slice_str(entities[i].text)));
	return add_literal(x, value_text_of(name->text));
}

/* One token of text; *took says whether the token was one. */
static bool text_token(struct compiler *x, uint8_t token, bool *took)
{
	*took = true;
	switch (token & ~TOKEN_MORE) {
	case 0x05: /* value text: its type must be a string */
		return cursor_u8(&x->c) == 0x01 ? read_text(x) : fail(x, "a text of another type");
	case 0x07:
		return read_text(x);
	case 0x08:
		return read_character(x);
	case 0x09:
		return read_entity(x);
	case 0x0d:
		return read_substitution(x, false);
	case 0x0e:
		return read_substitution(x, true);
	default:
		*took = false;
		return true;
	}
}

static struct binxml_output *output_add(struct compiler *x, size_t part_from)
{
	struct binxml_template *t = x->t;
	size_t n = x->open_count - part_from;

	if (t->output_count == OUTPUTS_MAX) {
		fail(x, "a template of too many fields");
		return NULL;
	}
	if (t->output_count == t->output_cap) {
		size_t cap = t->output_cap ? t->output_cap * 2 : 32;
		struct binxml_output *more = arena_array(x->arena, cap, sizeof(*more));

		if (!more)
			return NULL;
		if (t->output_count)
			memcpy(more, t->outputs, t->output_count * sizeof(*more));
		t->outputs = more;
		t->output_cap = cap;
	}
	while (t->part_count + n > t->part_cap) {
		size_t cap = t->part_cap ? t->part_cap * 2 : 64;
		struct part *more = arena_array(x->arena, cap, sizeof(*more));

		if (!more)
			return NULL;
		if (t->part_count)
			memcpy(more, t->parts, t->part_count * sizeof(*more));
		t->parts = more;
		t->part_cap = cap;
	}
	struct binxml_output *o = &t->outputs[t->output_count++];

	*o = (struct binxml_output){ .name_index = NO_INDEX,
				     .index = n == 1 ? x->open[part_from].index : NO_INDEX,
				     .first_part = (uint32_t)t->part_count,
				     .part_count = (uint32_t)n };
	if (n)
		memcpy(t->parts + t->part_count, x->open + part_from, n * sizeof(*x->open));
	t->part_count += n;
	return o;
}

static enum place place_below(uint8_t place, struct slice name)
{
	switch (place) {
	case PLACE_ROOT:
		return PLACE_EVENT;
	case PLACE_EVENT:
		return slice_is(name, "System")	     ? PLACE_SYSTEM
		       : slice_is(name, "EventData") ? PLACE_DATA
						     : PLACE_USER;
	default:
		return (enum place)place;
	}
}

static bool name_output(struct compiler *x, struct binxml_output *o, struct slice name)
{
	o->name = name;
	o->id = names_find(x->b->names, name);
	return true;
}

/* "Provider" + "Name" -> Provider_Name; of Event and the namespaces nothing is wanted. */
static bool attribute_output(struct compiler *x, struct frame *f, struct slice name, size_t from)
{
	struct slice xmlns = SLICE("xmlns");

	if (f->is_data && slice_is(name, "Name")) {
		struct part *p = &x->open[from];

		if (x->open_count - from == 1 && p->index != NO_INDEX)
			f->data_index = p->index;
		else if (x->open_count > from)
			f->data_name = value_text(p->literal, x->arena);
		return true;
	}
	if (f->place == PLACE_ROOT || slice_starts(name, xmlns))
		return true;
	struct binxml_output *o = output_add(x, from);

	if (!o)
		return false;
	o->attribute = true;
	o->place = f->place;
	uint8_t *both = arena_alloc(x->arena, f->name.n + 1 + name.n);

	if (!both)
		return fail(x, "out of memory for this chunk");
	memcpy(both, f->name.p, f->name.n);
	both[f->name.n] = '_';
	memcpy(both + f->name.n + 1, name.p, name.n);
	return name_output(x, o, slice_of(both, f->name.n + 1 + name.n));
}

static bool read_attribute(struct compiler *x)
{
	size_t from = x->open_count;
	const struct binxml_name *name = x->depth ? read_name(x) : NULL;
	bool took = true;

	if (!name)
		return fail(x, "an attribute outside of an element");
	struct slice text = name->text;

	while (took && x->c.ok && cursor_left(&x->c)) {
		uint8_t token = cursor_u8(&x->c);

		if (!text_token(x, token, &took))
			return false;
		if (!took)
			x->c.at--;
	}
	bool ok = attribute_output(x, &x->frames[x->depth - 1], text, from);

	x->open_count = from;
	return ok;
}

/* With or without the dependency id that only templates have: the name's hash tells. */
static const struct binxml_name *element_header(struct compiler *x, bool attributes)
{
	const struct binxml_name *name;
	struct slice offset;

	if (slice_sub(x->c.s, x->c.at + 6, 4, &offset) && name_at(x, load_u32(offset.p)))
		cursor_skip(&x->c, 2);
	cursor_skip(&x->c, 4);
	name = read_name(x);
	if (name && attributes)
		cursor_skip(&x->c, 4);
	return name && x->c.ok ? name : NULL;
}

static bool open_element(struct compiler *x, bool attributes)
{
	const struct binxml_name *name;

	if (x->depth == LIMIT_DEPTH)
		return fail(x, "elements are nested too deep");
	if (!(name = element_header(x, attributes)))
		return fail(x, "an element's head is cut off");
	uint8_t place = x->t->place;

	if (x->depth) {
		struct frame *outer = &x->frames[x->depth - 1];

		outer->children = true;
		place = (uint8_t)place_below(outer->place, outer->name);
	}
	x->frames[x->depth++] = (struct frame){ .name = name->text,
						.id = name->id,
						.place = place,
						.is_data = place == PLACE_DATA && slice_is(name->text, "Data"),
						.data_index = NO_INDEX,
						.part_from = x->open_count };
	return true;
}

static bool is_container(const struct frame *f)
{
	return f->place == PLACE_ROOT || f->place == PLACE_EVENT || f->children;
}

/* An element ends: its text is a field, or it was a container and only what is nested counts. */
static bool close_element(struct compiler *x)
{
	struct frame *f;
	struct binxml_output *o;

	if (!x->depth)
		return fail(x, "an end without an element");
	f = &x->frames[--x->depth];
	if (is_container(f) && x->open_count == f->part_from)
		return true;
	o = output_add(x, f->part_from);
	x->open_count = f->part_from;
	if (!o)
		return false;
	o->place = (uint8_t)place_below(f->place, f->name);
	o->nested_only = is_container(f);
	if (f->is_data) {
		o->name_index = f->data_index;
		return f->data_name.n || f->data_index != NO_INDEX ? name_output(x, o, f->data_name)
			: (o->id = names_find(x->b->names, slice_str("Data")), true);
	}
	o->name = f->name;
	o->id = f->id;
	return true;
}

static bool instruction(struct compiler *x, bool target)
{
	if (target)
		return read_name(x) != NULL;
	cursor_skip(&x->c, (uint64_t)cursor_u16(&x->c) * 2);
	return x->c.ok;
}

static bool walk_token(struct compiler *x, uint8_t token, bool *end)
{
	bool took;

	switch (token & ~TOKEN_MORE) {
	case 0x00:
		*end = true;
		return true;
	case 0x01:
		return open_element(x, (token & TOKEN_MORE) != 0);
	case 0x02:
		return true;
	case 0x03:
	case 0x04:
		if (!close_element(x))
			return false;
		/* A record written out without a template need not be followed by an end token. */
		*end = x->depth == 0;
		return true;
	case 0x06:
		return read_attribute(x);
	case 0x0a:
		return instruction(x, true);
	case 0x0b:
		return instruction(x, false);
	case 0x0f:
		cursor_skip(&x->c, 3);
		return x->c.ok;
	default:
		if (!text_token(x, token, &took))
			return false;
		return took ? true : fail(x, "an unknown binary XML token");
	}
}

struct binxml_template *template_compile(struct binxml *b, struct arena *arena, struct cursor c,
					 enum place place, size_t *ret_bad_at,
					 const char **ret_why)
{
	struct compiler x; /* not zeroed: its 11 KB of room are filled from the bottom */
	bool end = false, ok = true;

	x.b = b;
	x.arena = arena;
	x.c = c;
	x.depth = x.open_count = 0;
	x.why = NULL;
	x.t = arena_array(arena, 1, sizeof(*x.t));
	if (!x.t) {
		*ret_why = "out of memory for this chunk";
		*ret_bad_at = c.at;
		return NULL;
	}
	x.t->place = (uint8_t)place;
	while (ok && !end && cursor_left(&x.c))
		ok = walk_token(&x, cursor_u8(&x.c), &end);
	if (ok && x.c.ok && end)
		return x.t;
	*ret_bad_at = x.c.at;
	*ret_why = x.why ? x.why : "the binary XML is cut off";
	/* What was compiled is still true: a damaged record gives the fields before the damage. */
	return x.t->output_count ? x.t : NULL;
}
