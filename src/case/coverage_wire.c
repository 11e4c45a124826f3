/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Coverage as a message. All numbers little-endian:
 *
 *   u8  version 2
 *   u32 texts    { u32 length, bytes }
 *   u32 kinds    { u32 format, channel, product, category, service (numbers of texts),
 *                  completeness; i64 id }
 *   u32 cells    { u32 host (text), u32 kind; i32 hour; u64 events; i64 first, last }
 */
#include "case/coverage.h"

#include "base/buf.h"
#include "base/cursor.h"
#include "base/err.h"
#include "base/heap.h"

#include <stdlib.h>

#define WIRE_VERSION 2
#define WIRE_KIND_BYTES 32u
#define WIRE_CELL_BYTES 36u

void coverage_encode(const struct coverage *c, struct buf *out)
{
	buf_put_u8(out, WIRE_VERSION);
	buf_put_le32(out, (uint32_t)c->text_count);
	for (size_t i = 0; i < c->text_count; i++)
		buf_put_sized(out, c->texts[i]);
	buf_put_le32(out, (uint32_t)c->kind_count);
	for (size_t i = 0; i < c->kind_count; i++) {
		const struct coverage_kind *k = &c->kinds[i];

		buf_put_le32(out, k->format);
		buf_put_le32(out, k->channel);
		buf_put_le32(out, k->product);
		buf_put_le32(out, k->category);
		buf_put_le32(out, k->service);
		buf_put_le32(out, k->completeness);
		buf_put_le64(out, (uint64_t)k->event_id);
	}
	buf_put_le32(out, (uint32_t)c->n);
	for (size_t i = 0; i < c->n; i++) {
		const struct coverage_cell *cell = &c->cells[i];

		buf_put_le32(out, cell->host);
		buf_put_le32(out, cell->source);
		buf_put_le32(out, (uint32_t)cell->hour);
		buf_put_le64(out, cell->events);
		buf_put_le64(out, (uint64_t)cell->first_ns);
		buf_put_le64(out, (uint64_t)cell->last_ns);
	}
}

struct wire {
	struct slice *texts;
	uint32_t text_count;
	struct slice kinds; /* raw, checked */
	uint32_t kind_count;
	struct slice cells; /* raw, checked */
	uint32_t cell_count;
};

/* False for what no honest worker sends: an hour that does not hold its first and last, no
 * events, numbers past their tables. */
static bool cell_load(const struct wire *w, uint32_t i, struct coverage_row *row)
{
	const uint8_t *p = w->cells.p + (size_t)i * WIRE_CELL_BYTES;
	uint32_t host = load_u32(p), kind = load_u32(p + 4);

	if (host >= w->text_count || kind >= w->kind_count)
		return false;
	const uint8_t *k = w->kinds.p + (size_t)kind * WIRE_KIND_BYTES;

	*row = (struct coverage_row){
		.host = w->texts[host],
		.source = { .format = w->texts[load_u32(k)],
			    .channel = w->texts[load_u32(k + 4)],
			    .product = w->texts[load_u32(k + 8)],
			    .category = w->texts[load_u32(k + 12)],
			    .service = w->texts[load_u32(k + 16)],
			    .event_id = (int64_t)load_u64(k + 24),
			    .completeness = (enum completeness)load_u32(k + 20) },
		.hour = (int32_t)load_u32(p + 8),
		.events = load_u64(p + 12),
		.first_ns = (int64_t)load_u64(p + 20),
		.last_ns = (int64_t)load_u64(p + 28),
	};
	if (row->events == 0 || row->events > COVERAGE_EVENTS_MAX)
		return false;
	if (row->hour == COVERAGE_NO_HOUR)
		return row->first_ns == 0 && row->last_ns == 0;
	return row->first_ns <= row->last_ns && coverage_hour(row->first_ns) == row->hour &&
	       coverage_hour(row->last_ns) == row->hour;
}

static bool wire_texts(struct cursor *in, struct wire *w)
{
	w->text_count = cursor_u32(in);
	if (!in->ok || w->text_count > cursor_left(in) / 4)
		return false;
	w->texts = heap_array(w->text_count, sizeof(*w->texts));
	for (uint32_t i = 0; i < w->text_count; i++) {
		w->texts[i] = cursor_sized(in);
		if (!in->ok || w->texts[i].n > LIMIT_NAME_BYTES)
			return false;
	}
	return true;
}

static bool wire_tables(struct cursor *in, struct wire *w)
{
	struct coverage_row row;

	w->kind_count = cursor_u32(in);
	w->kinds = cursor_take(in, (uint64_t)w->kind_count * WIRE_KIND_BYTES);
	w->cell_count = cursor_u32(in);
	w->cells = cursor_take(in, (uint64_t)w->cell_count * WIRE_CELL_BYTES);
	if (!in->ok || cursor_left(in))
		return false;
	for (uint32_t i = 0; i < w->kind_count; i++)
		for (size_t j = 0; j < 5; j++)
			if (load_u32(w->kinds.p + (size_t)i * WIRE_KIND_BYTES + j * 4) >=
			    w->text_count)
				return false;
	for (uint32_t i = 0; i < w->kind_count; i++)
		if (load_u32(w->kinds.p + (size_t)i * WIRE_KIND_BYTES + 20) >= COMPLETENESS_COUNT)
			return false;
	for (uint32_t i = 0; i < w->cell_count; i++)
		if (!cell_load(w, i, &row))
			return false;
	return true;
}

bool coverage_decode(struct slice message, coverage_row_fn *fn, void *ctx, struct err *err)
{
	struct cursor in = cursor_of(message);
	struct wire w = { 0 };
	bool ok = cursor_u8(&in) == WIRE_VERSION && wire_texts(&in, &w) && wire_tables(&in, &w);

	if (!ok)
		err_set(err, ERR_FORMAT, in.at, "coverage message: not what a worker sends");
	for (uint32_t i = 0; ok && i < w.cell_count; i++) {
		struct coverage_row row;

		ok = cell_load(&w, i, &row) && fn(ctx, &row);
	}
	free(w.texts);
	return ok;
}

struct merge {
	struct coverage *into;
	coverage_row_fn *fn;
	void *ctx;
};

static bool merge_row(void *ctx, const struct coverage_row *row)
{
	struct merge *m = ctx;

	if (!coverage_put(m->into, row))
		return true;
	bool ok = coverage_each(m->into, m->fn, m->ctx);

	coverage_clear(m->into);
	return ok;
}

bool coverage_merge(struct coverage *c, struct slice message, coverage_row_fn *fn, void *ctx,
		    struct err *err)
{
	struct merge m = { c, fn, ctx };

	return coverage_decode(message, merge_row, &m, err);
}
