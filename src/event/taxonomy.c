/* SPDX-License-Identifier: Apache-2.0 */
#include "event/taxonomy.h"

#include "base/embed.h"
#include "base/err.h"
#include "base/heap.h"

#include <stdlib.h>

#define EVENT_IDS_MAX 64
#define ALIASES_MAX 32

extern const unsigned char taxonomy_table[];
extern const size_t taxonomy_table_size;

/* Next word, or an empty slice at the line's end. */
static struct slice word(struct slice *line)
{
	struct slice s = slice_trim(*line);
	size_t n = 0;

	while (n < s.n && s.p[n] != ' ' && s.p[n] != '\t')
		n++;
	*line = slice_from(s, n);
	return slice_head(s, n);
}

static struct taxonomy_class *class_add(struct taxonomy *t)
{
	t->classes = heap_room(t->classes, t->n, &t->cap, sizeof(*t->classes));
	t->classes[t->n] = (struct taxonomy_class){ 0 };
	return &t->classes[t->n++];
}

static bool read_service(struct taxonomy *t, struct slice line, uint32_t number, struct err *err)
{
	struct slice product = word(&line), service = word(&line), channel = slice_trim(line);

	if (!channel.n)
		return err_set(err, ERR_FORMAT, number, "taxonomy line %u: service without channel", number);
	struct taxonomy_class *c = class_add(t);

	c->product = arena_keep(&t->arena, product);
	c->service = arena_keep(&t->arena, service);
	c->channel = arena_lower(&t->arena, channel);
	return true;
}

static bool read_ids(struct taxonomy *t, struct slice list, struct taxonomy_class *c)
{
	int64_t *ids = arena_array(&t->arena, EVENT_IDS_MAX, sizeof(*ids));
	struct slice rest = list;

	while (rest.p && c->event_id_count < EVENT_IDS_MAX)
		if (!slice_to_i64(slice_cut(rest, ',', &rest), &ids[c->event_id_count++]))
			return false;
	c->event_ids = ids;
	return !rest.p;
}

/* "if FIELD=VALUE" and "NEW=OLD" words at a category line's end. */
static bool read_tail(struct taxonomy *t, struct slice line, struct names *names,
		      struct taxonomy_class *c)
{
	struct taxonomy_alias *aliases = arena_array(&t->arena, ALIASES_MAX, sizeof(*aliases));
	struct slice w, value;
	bool condition = false;

	c->aliases = aliases;
	while ((w = word(&line)).n) {
		if (slice_is(w, "if")) {
			condition = true;
			continue;
		}
		struct slice key = slice_cut(w, '=', &value);

		if (!value.n || c->alias_count == ALIASES_MAX)
			return false;
		if (condition) {
			c->if_field = names_add(names, key);
			c->if_value = arena_keep(&t->arena, value);
			condition = false;
			continue;
		}
		aliases[c->alias_count++] =
			(struct taxonomy_alias){ names_add(names, key), names_add(names, value) };
	}
	return !condition;
}

/* One class for each channel of the service, whose lines come first. */
static bool read_category(struct taxonomy *t, struct slice line, uint32_t number,
			  struct names *names, struct err *err)
{
	struct slice product = word(&line), category = word(&line), service = word(&line);
	struct taxonomy_class c = { .product = arena_keep(&t->arena, product),
				    .category = arena_keep(&t->arena, category),
				    .service = arena_keep(&t->arena, service) };
	size_t before = t->n;

	if (!read_ids(t, word(&line), &c) || !read_tail(t, line, names, &c))
		return err_set(err, ERR_FORMAT, number, "taxonomy line %u: bad event ids or names", number);
	for (size_t i = 0; i < before; i++) {
		const struct taxonomy_class *s = &t->classes[i];

		if (s->category.n || !slice_eq(s->product, c.product) || !slice_eq(s->service, c.service))
			continue;
		c.channel = s->channel;
		*class_add(t) = c;
	}
	if (t->n == before)
		return err_set(err, ERR_FORMAT, number, "taxonomy line %u: unknown service", number);
	return true;
}

static int by_channel(const void *a, const void *b)
{
	const struct taxonomy_class *x = a, *y = b;
	int c = slice_cmp(x->channel, y->channel);

	if (c == 0)
		c = slice_cmp(x->category, y->category);
	return c ? c : slice_cmp(x->if_value, y->if_value);
}

static void gather_conditions(struct taxonomy *t)
{
	t->condition_fields = heap_array(t->n, sizeof(*t->condition_fields));
	for (size_t i = 0; i < t->n; i++) {
		uint32_t field = t->classes[i].if_field;
		size_t k = 0;

		while (k < t->condition_count && t->condition_fields[k] != field)
			k++;
		if (field != NAME_OTHER && k == t->condition_count)
			t->condition_fields[t->condition_count++] = field;
	}
}

bool taxonomy_read(struct taxonomy *t, struct slice text, struct names *names, struct err *err)
{
	uint32_t number = 0;

	*t = (struct taxonomy){ 0 };
	arena_init(&t->arena, 0);
	map_init(&t->by_channel);
	while (text.n) {
		struct slice line = slice_cut(text, '\n', &text);
		struct slice kind = word(&line);
		bool ok = true;

		number++;
		if (!kind.n || kind.p[0] == '#')
			continue;
		if (slice_is(kind, "service"))
			ok = read_service(t, line, number, err);
		else if (slice_is(kind, "category"))
			ok = read_category(t, line, number, names, err);
		else
			ok = err_set(err, ERR_FORMAT, number, "taxonomy line %u: unknown word", number);
		if (!ok) {
			taxonomy_done(t);
			return false;
		}
	}
	qsort(t->classes, t->n, sizeof(*t->classes), by_channel);
	for (size_t i = t->n; i-- > 0;)
		map_set(&t->by_channel, t->classes[i].channel, (uint32_t)i);
	gather_conditions(t);
	return true;
}

bool taxonomy_init(struct taxonomy *t, struct names *names, struct err *err)
{
	struct slice blob = slice_of(taxonomy_table, taxonomy_table_size), name, text;

	if (!embed_next(&blob, &name, &text))
		return err_set(err, ERR_FORMAT, 0, "the taxonomy is not part of this program");
	return taxonomy_read(t, text, names, err);
}

void taxonomy_done(struct taxonomy *t)
{
	free(t->classes);
	free(t->condition_fields);
	arena_done(&t->arena);
	map_done(&t->by_channel);
	*t = (struct taxonomy){ 0 };
}

static bool has_id(const struct taxonomy_class *c, int64_t id)
{
	for (size_t i = 0; i < c->event_id_count; i++)
		if (c->event_ids[i] == id)
			return true;
	return c->event_id_count == 0;
}

static bool condition_holds(const struct taxonomy_class *c, struct event *ev)
{
	struct slice text;

	if (c->if_field == NAME_OTHER)
		return true;
	text = event_text_of(ev, c->if_field);
	return text.p && slice_eq_nocase(text, c->if_value);
}

uint32_t taxonomy_source(struct taxonomy *t, struct slice product, struct slice category,
			 struct slice service)
{
	for (size_t i = 0; i < t->n; i++) {
		const struct taxonomy_class *c = &t->classes[i];

		if (!c->channel.n && slice_eq(c->product, product) && slice_eq(c->category, category) &&
		    slice_eq(c->service, service))
			return (uint32_t)i;
	}
	struct taxonomy_class *c = class_add(t);

	c->product = arena_keep(&t->arena, product);
	c->category = arena_keep(&t->arena, category);
	c->service = arena_keep(&t->arena, service);
	return (uint32_t)(t->n - 1);
}

/* Those that follow from the channel. */
static size_t classify_channel(const struct taxonomy *t, struct event *ev, uint32_t *classes,
			       size_t max)
{
	uint8_t room[256];
	size_t n = 0;

	if (!ev->channel.n || ev->channel.n > sizeof(room))
		return 0;
	struct slice channel = slice_lower(ev->channel, room);

	for (size_t i = map_get(&t->by_channel, channel);
	     i < t->n && n < max && slice_eq(t->classes[i].channel, channel); i++)
		if (has_id(&t->classes[i], ev->event_id) && condition_holds(&t->classes[i], ev))
			classes[n++] = (uint32_t)i;
	return n;
}

size_t taxonomy_classify(const struct taxonomy *t, struct event *ev, uint32_t *classes, size_t max)
{
	size_t n = classify_channel(t, ev, classes, max);

	for (size_t i = 0; i < ev->source_count && n < max; i++)
		classes[n++] = ev->sources[i];
	return n;
}
