/* SPDX-License-Identifier: Apache-2.0 */
#include "case/coverage.h"

#include "base/buf.h"
#include "base/cursor.h"
#include "base/err.h"
#include "base/hash.h"
#include "base/heap.h"
#include "base/utf.h"
#include "event/taxonomy.h"

#include <assert.h>
#include <stdlib.h>

/* A row may bring this many new texts, all of them before the next look at the budget. */
#define TEXTS_PER_ROW 6

_Static_assert(sizeof(struct coverage_kind) == 32, "coverage_kind is a key: no padding");

static uint32_t text_number(struct coverage *c, struct slice s);

void coverage_init(struct coverage *c)
{
	*c = (struct coverage){ 0 };
	map_init(&c->spellings);
	map_init(&c->folded);
	map_init(&c->by_kind);
	arena_init(&c->scratch, 0);
	c->mask = 1023;
	c->slots = heap_array(c->mask + 1, sizeof(*c->slots));
	text_number(c, slice_str("")); /* number 0 */
}

void coverage_done(struct coverage *c)
{
	map_done(&c->spellings);
	map_done(&c->folded);
	map_done(&c->by_kind);
	arena_done(&c->scratch);
	free(c->texts);
	free(c->kinds);
	free(c->cells);
	free(c->slots);
	*c = (struct coverage){ 0 };
}

void coverage_clear(struct coverage *c)
{
	map_clear(&c->spellings);
	map_clear(&c->folded);
	map_clear(&c->by_kind);
	c->text_count = c->kind_count = c->n = 0;
	memset(c->slots, 0, (c->mask + 1) * sizeof(*c->slots));
	memset(c->lines, 0, sizeof(c->lines));
	text_number(c, slice_str(""));
}

static bool full(const struct coverage *c)
{
	return c->n >= LIMIT_COVERAGE_CELLS ||
	       c->spellings.arena.used + c->folded.arena.used +
			       TEXTS_PER_ROW * 2 * LIMIT_NAME_BYTES >=
		       LIMIT_COVERAGE_TEXT;
}

struct slice coverage_name(struct slice name)
{
	if (name.n <= LIMIT_NAME_BYTES)
		return name;
	name.n = LIMIT_NAME_BYTES;
	/* Not into the middle of a character: the bytes behind it are continuation bytes. */
	for (int i = 0; i < 3 && (name.p[name.n] & 0xc0) == 0x80; i++)
		name.n--;
	return name;
}

/* Texts of any spelling that fold to the same have one number. */
static uint32_t text_number(struct coverage *c, struct slice s)
{
	s = coverage_name(s);
	uint32_t number = map_get(&c->spellings, s);

	if (number != MAP_NONE)
		return number;
	arena_reset(&c->scratch);
	struct slice folded = utf8_fold(&c->scratch, s);

	number = map_intern(&c->folded, folded);
	map_set(&c->spellings, s, number);
	if (number == c->text_count) {
		c->texts = heap_room(c->texts, c->text_count, &c->text_cap, sizeof(*c->texts));
		c->texts[c->text_count++] = map_key(&c->spellings, (uint32_t)c->spellings.n - 1);
	}
	return number;
}

static uint64_t cell_hash(uint32_t host, uint32_t source, int32_t hour)
{
	uint64_t h = (uint64_t)host << 32 | source;

	h = (h ^ (uint64_t)(uint32_t)hour * UINT64_C(0xff51afd7ed558ccd)) *
	    UINT64_C(0x9e3779b97f4a7c15);
	return h ^ h >> 29;
}

static uint32_t *cell_slot(const struct coverage *c, uint32_t host, uint32_t source, int32_t hour)
{
	size_t i = (size_t)cell_hash(host, source, hour) & c->mask;

	for (;; i = (i + 1) & c->mask) {
		uint32_t *slot = &c->slots[i];
		const struct coverage_cell *cell;

		if (*slot == 0)
			return slot;
		cell = &c->cells[*slot - 1];
		if (cell->host == host && cell->source == source && cell->hour == hour)
			return slot;
	}
}

static void slots_grow(struct coverage *c)
{
	free(c->slots);
	c->mask = c->mask * 2 + 1;
	c->slots = heap_array(c->mask + 1, sizeof(*c->slots));
	for (size_t i = 0; i < c->n; i++) {
		const struct coverage_cell *cell = &c->cells[i];

		*cell_slot(c, cell->host, cell->source, cell->hour) = (uint32_t)i + 1;
	}
}

static struct coverage_cell *cell_of(struct coverage *c, uint32_t host, uint32_t source,
				     int32_t hour)
{
	uint32_t *slot = cell_slot(c, host, source, hour);

	if (*slot)
		return &c->cells[*slot - 1];
	if ((c->n + 1) * 10 > (c->mask + 1) * 7) {
		slots_grow(c);
		slot = cell_slot(c, host, source, hour);
	}
	c->cells = heap_room(c->cells, c->n, &c->cap, sizeof(*c->cells));
	c->cells[c->n] = (struct coverage_cell){ .host = host, .source = source, .hour = hour };
	*slot = (uint32_t)++c->n;
	return &c->cells[c->n - 1];
}

static void cell_count(struct coverage_cell *cell, uint64_t events, int64_t first, int64_t last)
{
	if (cell->events == 0 || first < cell->first_ns)
		cell->first_ns = first;
	if (cell->events == 0 || last > cell->last_ns)
		cell->last_ns = last;
	/* Neither is above the bound, so the sum does not overflow. */
	if (events > COVERAGE_EVENTS_MAX)
		events = COVERAGE_EVENTS_MAX;
	cell->events += events;
	if (cell->events > COVERAGE_EVENTS_MAX)
		cell->events = COVERAGE_EVENTS_MAX;
}

static uint32_t kind_number(struct coverage *c, const struct coverage_source *s)
{
	struct coverage_kind k = {
		.format = text_number(c, s->format),
		.channel = text_number(c, s->channel),
		.product = text_number(c, s->product),
		.category = text_number(c, s->category),
		.service = text_number(c, s->service),
		.completeness = s->completeness,
		.event_id = s->event_id,
	};
	uint32_t number = map_intern(&c->by_kind, slice_of(&k, sizeof(k)));

	if (number == c->kind_count) {
		c->kinds = heap_room(c->kinds, c->kind_count, &c->kind_cap, sizeof(*c->kinds));
		c->kinds[c->kind_count++] = k;
	}
	return number;
}

static struct coverage_cell *row_cell(struct coverage *c, const struct coverage_row *row)
{
	uint32_t kind = kind_number(c, &row->source);

	return cell_of(c, text_number(c, row->host), kind, row->hour);
}

bool coverage_put(struct coverage *c, const struct coverage_row *row)
{
	cell_count(row_cell(c, row), row->events, row->first_ns, row->last_ns);
	return full(c);
}

static void line_remember(struct coverage_line *line, const struct event *ev,
			  const struct coverage_row *row, uint32_t cell)
{
	line->kind = NULL;
	/* The outermost hours have no bounds that a number could hold. */
	if (!ev->time.set || !ev->kind || ev->host.n > COVERAGE_LINE_TEXT ||
	    ev->channel.n > COVERAGE_LINE_TEXT || row->hour <= -COVERAGE_HOUR_MAX ||
	    row->hour >= COVERAGE_HOUR_MAX - 1)
		return;
	line->kind = ev->kind;
	line->event_id = ev->event_id;
	line->completeness = ev->completeness;
	line->from_ns = row->hour * COVERAGE_HOUR_NS;
	line->below_ns = line->from_ns + COVERAGE_HOUR_NS;
	line->cell = cell;
	line->host_n = (uint16_t)ev->host.n;
	line->channel_n = (uint16_t)ev->channel.n;
	if (ev->host.n)
		memcpy(line->host, ev->host.p, ev->host.n);
	if (ev->channel.n)
		memcpy(line->channel, ev->channel.p, ev->channel.n);
}

/* The slow way: names to numbers, and a line that remembers what came of it. */
static bool add_new(struct coverage *c, const struct event *ev, struct coverage_line *line)
{
	struct coverage_row row = {
		.host = coverage_name(ev->host),
		.source = { .format = slice_str(ev->kind ? ev->kind : ""),
			    .channel = coverage_name(ev->channel),
			    .event_id = ev->event_id,
			    .completeness = ev->completeness },
		.hour = ev->time.set ? coverage_hour(ev->time.ns) : COVERAGE_NO_HOUR,
	};
	struct coverage_cell *cell = row_cell(c, &row);

	cell_count(cell, 1, ev->time.set ? ev->time.ns : 0, ev->time.set ? ev->time.ns : 0);
	line_remember(line, ev, &row, (uint32_t)(cell - c->cells));
	return full(c);
}

bool coverage_add(struct coverage *c, const struct event *ev)
{
	uint64_t h = hash64(coverage_name(ev->host)) ^
		     (uint64_t)ev->event_id * UINT64_C(0x9e3779b97f4a7c15) ^ ev->channel.n;
	struct coverage_line *line = &c->lines[(h ^ h >> 32) % COVERAGE_LINES];

	if (line->kind && line->kind == ev->kind && line->event_id == ev->event_id &&
	    line->completeness == ev->completeness && ev->time.set && ev->time.ns >= line->from_ns && ev->time.ns < line->below_ns &&
	    slice_eq(slice_of(line->host, line->host_n), ev->host) &&
	    slice_eq(slice_of(line->channel, line->channel_n), ev->channel)) {
		cell_count(&c->cells[line->cell], 1, ev->time.ns, ev->time.ns);
		return false;
	}
	return add_new(c, ev, line);
}

bool coverage_each(const struct coverage *c, coverage_row_fn *fn, void *ctx)
{
	for (size_t i = 0; i < c->n; i++) {
		const struct coverage_cell *cell = &c->cells[i];
		const struct coverage_kind *k = &c->kinds[cell->source];
		struct coverage_row row = {
			.host = c->texts[cell->host],
			.source = { .format = c->texts[k->format],
				    .channel = c->texts[k->channel],
				    .product = c->texts[k->product],
				    .category = c->texts[k->category],
				    .service = c->texts[k->service],
				    .event_id = k->event_id,
				    .completeness = k->completeness },
			.hour = cell->hour,
			.events = cell->events,
			.first_ns = cell->first_ns,
			.last_ns = cell->last_ns,
		};

		if (!fn(ctx, &row))
			return false;
	}
	return true;
}

static void classify_from(const struct taxonomy_class *from, struct coverage_source *s)
{
	s->product = from->product;
	s->category = from->category;
	s->service = from->service;
}

void coverage_classify(const struct taxonomy *t, struct coverage_source *s)
{
	const struct taxonomy_class *best = NULL;
	unsigned best_rank = 0;

	if (s->product.n || s->channel.n == 0)
		return;
	for (size_t i = 0; i < t->n; i++) {
		const struct taxonomy_class *k = &t->classes[i];
		unsigned rank = k->category.n == 0 ? 1 : k->if_field != NAME_OTHER ? 2 : 3;
		bool fits = k->event_id_count == 0;

		if (rank <= best_rank || !slice_eq_nocase(k->channel, s->channel))
			continue;
		for (size_t j = 0; j < k->event_id_count && !fits; j++)
			fits = k->event_ids[j] == s->event_id;
		if (fits) {
			best = k;
			best_rank = rank;
		}
	}
	if (best)
		classify_from(best, s);
}
