/* SPDX-License-Identifier: Apache-2.0 */
#include "rehearse/artifact/sqlite_table.h"

#include <assert.h>
#include <string.h>

#define FILE_HEADER 100u
#define LEAF_HEADER 8u
/* A cell beyond this would go on in other pages (section 1.6: U - 35). */
#define LOCAL_MAX (SQLITE_PAGE - 35u)

static void put_be(struct buf *b, uint64_t v, unsigned bytes)
{
	while (bytes-- > 0)
		buf_put_byte(b, (uint8_t)(v >> 8 * bytes));
}

/* Seven bits a byte, the highest first; what is written here is below 2^28. */
static void put_varint(struct buf *b, uint32_t v)
{
	for (unsigned shift = 21; shift > 0; shift -= 7)
		if (v >> shift)
			buf_put_byte(b, (uint8_t)(0x80 | (v >> shift & 0x7f)));
	buf_put_byte(b, v & 0x7f);
}

void sqlite_tables_init(struct sqlite_tables *t)
{
	*t = (struct sqlite_tables){ .schema.used = FILE_HEADER + LEAF_HEADER };
}

static void leaf_done(struct sqlite_leaf *l)
{
	for (size_t i = 0; i < l->count; i++)
		buf_done(&l->cells[i]);
}

void sqlite_tables_done(struct sqlite_tables *t)
{
	leaf_done(&t->schema);
	for (unsigned i = 0; i < t->count; i++)
		leaf_done(&t->tables[i]);
	buf_done(&t->types);
	buf_done(&t->body);
}

/* ---- rows ---- */

void sqlite_row_begin(struct sqlite_tables *t)
{
	buf_clear(&t->types);
	buf_clear(&t->body);
}

void sqlite_put_null(struct sqlite_tables *t)
{
	put_varint(&t->types, 0);
}

void sqlite_put_i64(struct sqlite_tables *t, int64_t v)
{
	put_varint(&t->types, 6);
	put_be(&t->body, (uint64_t)v, 8);
}

void sqlite_put_text(struct sqlite_tables *t, const char *text)
{
	put_varint(&t->types, 13 + 2 * (uint32_t)strlen(text));
	buf_put_str(&t->body, text);
}

/* Payload's size, row's number, and the record: its header's size, types, values. */
static bool end_row(struct sqlite_tables *t, struct sqlite_leaf *leaf)
{
	struct buf *cell = &leaf->cells[leaf->count];
	uint32_t header = (uint32_t)t->types.n + 1, payload;

	if (header > 127) /* its own size takes two bytes then */
		header++;
	payload = header + (uint32_t)t->body.n;
	if (leaf->count == SQLITE_CELLS_MAX || payload > LOCAL_MAX)
		return false;
	put_varint(cell, payload);
	put_varint(cell, (uint32_t)leaf->count + 1);
	put_varint(cell, header);
	buf_put(cell, buf_slice(&t->types));
	buf_put(cell, buf_slice(&t->body));
	if (leaf->used + cell->n + 2 > SQLITE_PAGE) {
		buf_done(cell);
		return false;
	}
	leaf->used += cell->n + 2;
	leaf->count++;
	return true;
}

bool sqlite_row_end(struct sqlite_tables *t, unsigned table)
{
	return end_row(t, &t->tables[table]);
}

unsigned sqlite_table_add(struct sqlite_tables *t, const char *name, const char *sql)
{
	bool fits;

	assert(t->count < SQLITE_TABLES_MAX);
	t->tables[t->count].used = LEAF_HEADER;
	sqlite_row_begin(t);
	sqlite_put_text(t, "table");
	sqlite_put_text(t, name);
	sqlite_put_text(t, name);
	sqlite_put_i64(t, (int64_t)t->count + 2); /* its page */
	sqlite_put_text(t, sql);
	fits = end_row(t, &t->schema);
	assert(fits);
	(void)fits;
	return t->count++;
}

/* ---- pages ---- */

static void set_be(uint8_t *to, size_t v, unsigned bytes)
{
	for (unsigned i = 0; i < bytes; i++)
		to[i] = (uint8_t)(v >> 8 * (bytes - 1 - i));
}

/* Cells from the page's end forwards, pointers to them behind the header. */
static void put_leaf(const struct sqlite_leaf *l, uint8_t *page, size_t from)
{
	size_t end = SQLITE_PAGE;

	page[from] = 13; /* a leaf of a table */
	set_be(page + from + 3, l->count, 2);
	for (size_t i = 0; i < l->count; i++) {
		end -= l->cells[i].n;
		memcpy(page + end, l->cells[i].p, l->cells[i].n);
		set_be(page + from + LEAF_HEADER + 2 * i, end, 2);
	}
	set_be(page + from + 5, end, 2);
}

static void put_header(uint8_t *page, unsigned pages)
{
	memcpy(page, "SQLite format 3", 16);
	set_be(page + 16, SQLITE_PAGE, 2);
	page[18] = page[19] = 1; /* a journal that is rolled back */
	page[21] = 64;
	page[22] = page[23] = 32;
	set_be(page + 24, 9, 4); /* changes, and the version that counted the pages */
	set_be(page + 28, pages, 4);
	set_be(page + 40, 1, 4);
	set_be(page + 44, 4, 4);
	set_be(page + 56, 1, 4); /* UTF-8 */
	set_be(page + 92, 9, 4);
	set_be(page + 96, 3045000, 4);
}

void sqlite_tables_write(const struct sqlite_tables *t, struct buf *out)
{
	size_t at = out->n, bytes = (size_t)(t->count + 1) * SQLITE_PAGE;

	buf_reserve(out, bytes);
	memset(out->p + at, 0, bytes);
	out->n += bytes;
	put_header(out->p + at, t->count + 1);
	put_leaf(&t->schema, out->p + at, FILE_HEADER);
	for (unsigned i = 0; i < t->count; i++)
		put_leaf(&t->tables[i], out->p + at + (size_t)(i + 1) * SQLITE_PAGE, 0);
}
