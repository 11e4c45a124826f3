/* SPDX-License-Identifier: Apache-2.0 */
/* Dialect tables from text. A fault is the table's line. */
#include "base/embed.h"
#include "base/err.h"
#include "base/heap.h"
#include "event/taxonomy.h"
#include "input/dialect_table.h"

#include <stdlib.h>

extern const unsigned char dialect_tables[];
extern const size_t dialect_tables_size;

struct reading {
	struct dialects *d;
	struct names *names;
	struct taxonomy *tax;
	struct dialect *dialect;  /* the one that is being read */
	struct record_kind *kind; /* its record or block, NULL before the first */
	struct err *err;
};

struct slice dialect_squeeze(struct arena *a, struct slice s)
{
	uint8_t *room = arena_alloc(a, s.n + 1);
	size_t n = 0;

	if (!room)
		return slice_of(NULL, 0);
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] != ' ')
			room[n++] = ascii_lower(s.p[i]);
	return slice_of(room, n);
}

/* The next word; empty at the line's end or at a # that stands alone. */
static struct slice word(struct slice *line)
{
	struct slice s = slice_trim(*line);
	size_t n = 0;

	while (n < s.n && s.p[n] != ' ' && s.p[n] != '\t')
		n++;
	if (n == 1 && s.p[0] == '#')
		n = s.n = 0;
	*line = slice_from(s, n);
	return slice_head(s, n);
}

static bool read_condition(struct reading *r, struct slice text, struct condition *ret)
{
	struct slice values, field = slice_cut(text, '=', &values);

	*ret = (struct condition){ .absent = field.n && field.p[0] == '!' };
	if (ret->absent)
		field = slice_from(field, 1);
	if (values.n)
		ret->values = dialect_squeeze(&r->d->arena, values);
	while (field.p && ret->field_count < DIALECT_ALTERNATIVES) {
		struct slice one = slice_cut(field, '|', &field);

		if (!one.n)
			return false;
		ret->fields[ret->field_count++] = names_add(r->names, one);
	}
	return !field.p && !(ret->absent && values.n);
}

static bool read_when(struct reading *r, struct slice line)
{
	struct condition c;
	struct slice w = word(&line);

	if (!w.n)
		return false;
	for (; w.n; w = word(&line)) {
		if (!read_condition(r, w, &c))
			return false;
		if (r->kind) {
			struct record_kind *k = r->kind;

			k->conditions = heap_room(k->conditions, k->condition_count, &k->condition_cap,
						  sizeof(c));
			k->conditions[k->condition_count++] = c;
		} else {
			struct dialect *x = r->dialect;

			x->conditions = heap_room(x->conditions, x->condition_count, &x->condition_cap,
						  sizeof(c));
			x->conditions[x->condition_count++] = c;
		}
	}
	return true;
}

static void add_naming(struct reading *r, const struct naming *n)
{
	struct dialect *x = r->dialect;
	struct record_kind *k = r->kind;

	if (k) {
		k->namings = heap_room(k->namings, k->naming_count, &k->naming_cap, sizeof(*n));
		k->namings[k->naming_count++] = *n;
	} else {
		x->namings = heap_room(x->namings, x->naming_count, &x->naming_cap, sizeof(*n));
		x->namings[x->naming_count++] = *n;
	}
}

static bool read_map(struct reading *r, struct slice line)
{
	struct slice from = word(&line), to = word(&line);
	struct naming n = { .name = arena_keep(&r->d->arena, to) };

	if (!to.n || word(&line).n)
		return false;
	n.from = names_add(r->names, from);
	n.to = names_add(r->names, to);
	add_naming(r, &n);
	return true;
}

static bool read_make(struct reading *r, struct slice line)
{
	struct slice to = word(&line);
	struct naming n = { .name = arena_keep(&r->d->arena, to) };

	n.to = names_add(r->names, to);
	if (!to.n || !template_read(&n.recipe, arena_keep(&r->d->arena, slice_trim(line)), r->names,
				    &r->d->arena, r->err))
		return false;
	add_naming(r, &n);
	return true;
}

static struct record_kind *block_find(struct dialect *x, struct slice name)
{
	for (size_t i = 0; i < x->kind_count; i++)
		if (x->kinds[i].block && slice_eq(x->kinds[i].name, name))
			return &x->kinds[i];
	return NULL;
}

static bool read_use(struct reading *r, struct slice line)
{
	const struct record_kind *b = block_find(r->dialect, word(&line));

	if (!b || !r->kind || b == r->kind)
		return false;
	for (size_t i = 0; i < b->naming_count; i++)
		add_naming(r, &b->namings[i]);
	return true;
}

/* A new block, or kind of record, becomes the one that lines go to. */
static struct record_kind *kind_new(struct reading *r)
{
	struct dialect *x = r->dialect;

	x->kinds = heap_room(x->kinds, x->kind_count, &x->kind_cap, sizeof(*x->kinds));
	r->kind = &x->kinds[x->kind_count++];
	*r->kind = (struct record_kind){ 0 };
	return r->kind;
}

static bool read_record(struct reading *r, struct slice line)
{
	struct record_kind *k = kind_new(r);

	k->values = dialect_squeeze(&r->d->arena, slice_trim(line));
	return k->values.n > 0;
}

static bool read_block(struct reading *r, struct slice line)
{
	struct record_kind *k = kind_new(r);

	k->block = true;
	k->name = arena_keep(&r->d->arena, word(&line));
	return k->name.n > 0;
}

static struct slice unless_dash(struct reading *r, struct slice s)
{
	return s.n && !slice_is(s, "-") ? arena_keep(&r->d->arena, s) : slice_str("");
}

/* One class for machines of this kind. */
static void add_source(struct reading *r, enum os os, enum os product, struct dialect_source s, bool any)
{
	static const char *const products[] = { "windows", "linux", "macos" };
	struct record_kind *k = r->kind;

	if (any)
		s.product = slice_str(products[product]);
	if (!k->class_count[os])
		k->first[os] = s;
	k->classes[os][k->class_count[os]++] =
		taxonomy_source(r->tax, s.product, s.category, s.service);
}

static bool read_source(struct reading *r, struct slice line)
{
	struct slice product = word(&line), category = word(&line), service = word(&line);
	struct record_kind *k = r->kind;
	bool any = slice_is(product, "*");

	if (!k || !category.n || k->source_count == DIALECT_SOURCES)
		return false;
	struct dialect_source s = { any ? slice_str("") : unless_dash(r, product),
				    unless_dash(r, category), unless_dash(r, service) };

	for (enum os os = OS_WINDOWS; os < OS_COUNT; os++) {
		if (any && os == OS_UNIX)
			add_source(r, os, OS_LINUX, s, any);
		add_source(r, os, os == OS_UNIX ? OS_MACOS : os, s, any);
	}
	k->source_count++;
	return true;
}

static bool add_clock(struct reading *r, uint32_t *list, size_t *n, struct slice line)
{
	for (struct slice w = word(&line); w.n; w = word(&line)) {
		if (*n == DIALECT_CLOCKS)
			return false;
		list[(*n)++] = names_add(r->names, w);
	}
	return *n > 0;
}

static bool add_prefix(struct reading *r, struct slice *list, size_t *n, struct slice line,
		       const char *end)
{
	for (struct slice w = word(&line); w.n; w = word(&line)) {
		if (*n == DIALECT_PREFIXES)
			return false;
		list[(*n)++] =
			arena_printf(&r->d->arena, "%.*s%s", (int)w.n, (const char *)w.p, end);
	}
	return *n > 0;
}

static bool read_rows(struct reading *r, struct slice line)
{
	struct dialects *d = r->d;
	struct slice name = word(&line), beside = word(&line);

	if (!name.n || d->rows_count == DIALECT_PREFIXES)
		return false;
	d->rows[d->rows_count] = arena_keep(&d->arena, name);
	d->rows_beside[d->rows_count++] = arena_keep(&d->arena, beside);
	return true;
}

static bool read_open(struct reading *r, struct slice line)
{
	struct slice field = word(&line), how = word(&line), prefix = word(&line);
	struct dialect *x = r->dialect;
	struct dialect_open o = { .prefix = arena_keep(&r->d->arena, prefix) };

	if (x->open_count == DIALECT_CLOCKS)
		return false;
	if (slice_is(how, "json"))
		o.how = OPEN_JSON;
	else if (slice_is(how, "xml"))
		o.how = OPEN_XML;
	else if (slice_is(how, "pairs"))
		o.how = OPEN_PAIRS;
	else if (slice_is(how, "bars"))
		o.how = OPEN_BARS;
	else
		return false;
	o.field = names_add(r->names, field);
	x->opens[x->open_count++] = o;
	return true;
}

static bool read_dialect(struct reading *r, struct slice line)
{
	struct dialects *d = r->d;
	struct slice name = word(&line);

	d->list = heap_room(d->list, d->n, &d->cap, sizeof(*d->list));
	r->dialect = &d->list[d->n++];
	*r->dialect = (struct dialect){ .name = (const char *)arena_keep(&d->arena, name).p };
	map_init(&r->dialect->by_value);
	r->kind = NULL;
	return name.n > 0;
}

/* Lines that hold for every record. */
static bool read_common(struct reading *r, struct slice kind, struct slice line, bool *ret_known)
{
	struct dialects *d = r->d;

	*ret_known = true;
	if (slice_is(kind, "wrap"))
		return add_prefix(r, d->wrap, &d->wrap_count, line, ".");
	if (slice_is(kind, "strip"))
		return add_prefix(r, d->strip, &d->strip_count, line, "");
	if (slice_is(kind, "raise"))
		return add_prefix(r, d->raise, &d->raise_count, line, "");
	if (slice_is(kind, "under"))
		return add_prefix(r, d->under, &d->under_count, line, "");
	if (slice_is(kind, "suffix"))
		return add_prefix(r, d->suffix, &d->suffix_count, line, "");
	if (slice_is(kind, "rows"))
		return read_rows(r, line);
	if (slice_is(kind, "dialect"))
		return read_dialect(r, line);
	*ret_known = false;
	return false;
}

/* Lines of a dialect that are not also those of a kind of record. */
static bool read_general(struct reading *r, struct slice kind, struct slice line)
{
	struct dialect *x = r->dialect;

	if (slice_is(kind, "time"))
		return add_clock(r, x->time, &x->time_count, line);
	if (slice_is(kind, "detected"))
		return add_clock(r, x->detected, &x->detected_count, line);
	if (slice_is(kind, "ingested"))
		return add_clock(r, x->ingested, &x->ingested_count, line);
	if (slice_is(kind, "clock"))
		return (x->clock = (const char *)arena_keep(&r->d->arena, word(&line)).p) != NULL;
	if (slice_is(kind, "reader"))
		return (x->reader = arena_keep(&r->d->arena, word(&line))).n > 0;
	if (slice_is(kind, "complete"))
		return completeness_find(word(&line), &x->completeness);
	if (slice_is(kind, "open"))
		return read_open(r, line);
	if (slice_is(kind, "again"))
		return x->again = true;
	if (slice_is(kind, "by"))
		return template_read(&x->by, arena_keep(&r->d->arena, slice_trim(line)), r->names,
				     &r->d->arena, r->err);
	if (slice_is(kind, "block"))
		return read_block(r, line);
	if (slice_is(kind, "record"))
		return read_record(r, line);
	struct slice w = word(&line);

	if (slice_is(kind, "provider"))
		return (x->provider = names_add(r->names, w)) != NAME_OTHER;
	if (slice_is(kind, "os"))
		return (x->os = names_add(r->names, w)) != NAME_OTHER;
	return false;
}

static bool read_kind_line(struct reading *r, struct slice kind, struct slice line, bool *ret_known)
{
	struct slice rest = slice_trim(line);
	struct record_kind *k = r->kind;

	*ret_known = true;
	if (slice_is(kind, "when"))
		return read_when(r, line);
	if (slice_is(kind, "map"))
		return read_map(r, line);
	if (slice_is(kind, "make"))
		return read_make(r, line);
	if (slice_is(kind, "use"))
		return read_use(r, line);
	if (slice_is(kind, "source"))
		return read_source(r, line);
	if (k && slice_is(kind, "channel"))
		return (k->channel = arena_keep(&r->d->arena, rest)).n > 0;
	if (k && slice_is(kind, "op"))
		return activity_find(rest, &k->op);
	if (k && (slice_is(kind, "alert") || slice_is(kind, "level")))
		return template_read(kind.p[0] == 'a' ? &k->title : &k->level,
				     arena_keep(&r->d->arena, rest), r->names, &r->d->arena, r->err);
	*ret_known = false;
	return false;
}

static bool read_line(struct reading *r, struct slice line)
{
	struct slice kind = slice_trim(line);
	bool known, ok;

	if (!kind.n || kind.p[0] == '#')
		return true;
	kind = word(&line);
	ok = read_common(r, kind, line, &known);
	if (known)
		return ok;
	if (!r->dialect)
		return false;
	ok = read_kind_line(r, kind, line, &known);
	return known ? ok : read_general(r, kind, line);
}

/* Which kind of record a value is: the first of those that have it. */
static void index_kind(struct dialect *x, uint32_t at)
{
	struct slice values = x->kinds[at].values;

	while (values.p) {
		struct slice one = slice_cut(values, '|', &values);

		if (slice_is(one, "*"))
			x->any = x->any ? x->any : at + 1;
		else if (map_get(&x->by_value, one) == MAP_NONE)
			map_set(&x->by_value, one, at);
	}
}

static void index_kinds(struct dialect *x)
{
	for (uint32_t i = 0; i < x->kind_count; i++)
		if (!x->kinds[i].block)
			index_kind(x, i);
}

bool dialects_add(struct dialects *d, struct slice text, struct names *names, struct taxonomy *tax,
		  struct err *err)
{
	struct reading r = { .d = d, .names = names, .tax = tax, .err = err };
	size_t before = d->n;
	unsigned number = 0;

	while (text.n) {
		number++;
		if (!read_line(&r, slice_cut(text, '\n', &text)))
			return err_set(err, ERR_FORMAT, number, "dialect line %u cannot be read", number);
	}
	for (size_t i = before; i < d->n; i++)
		index_kinds(&d->list[i]);
	return true;
}

struct dialects *dialects_empty(void)
{
	struct dialects *d = heap_new(sizeof(*d));

	arena_init(&d->arena, 0);
	return d;
}

struct dialects *dialects_new(struct names *names, struct taxonomy *tax, struct err *err)
{
	struct dialects *d = dialects_empty();
	struct slice blob = slice_of(dialect_tables, dialect_tables_size), name, text;

	while (embed_next(&blob, &name, &text)) {
		struct err why = { 0 };

		if (dialects_add(d, text, names, tax, &why))
			continue;
		err_set(err, ERR_FORMAT, why.at, "%.*s: %s", (int)name.n, (const char *)name.p, why.why);
		dialects_free(d);
		return NULL;
	}
	return d;
}

void dialects_free(struct dialects *d)
{
	if (!d)
		return;
	for (size_t i = 0; i < d->n; i++) {
		struct dialect *x = &d->list[i];

		for (size_t k = 0; k < x->kind_count; k++) {
			free(x->kinds[k].conditions);
			free(x->kinds[k].namings);
		}
		free(x->kinds);
		free(x->conditions);
		free(x->namings);
		map_done(&x->by_value);
	}
	free(d->list);
	arena_done(&d->arena);
	free(d);
}
