/* SPDX-License-Identifier: Apache-2.0 */
#include "plist_build.h"

#include <assert.h>
#include <stdarg.h>

static unsigned object(struct plist_build *b)
{
	assert(b->n < sizeof(b->offsets) / sizeof(*b->offsets));
	b->offsets[b->n] = b->bytes.n;
	return (unsigned)b->n++;
}

static void put_big(struct buf *b, uint64_t v, unsigned n)
{
	while (n--)
		buf_put_byte(b, (uint8_t)(v >> 8 * n));
}

static void put_marker(struct plist_build *b, uint8_t kind, size_t count)
{
	buf_put_byte(&b->bytes, (uint8_t)((unsigned)kind << 4 | (unsigned)(count < 15 ? count : 15)));
	if (count >= 15) {
		buf_put_byte(&b->bytes, 0x12);
		put_big(&b->bytes, count, 4);
	}
}

void plist_start(struct plist_build *b)
{
	*b = (struct plist_build){ 0 };
	buf_put_str(&b->bytes, "bplist00");
}

void plist_done(struct plist_build *b)
{
	buf_done(&b->bytes);
}

unsigned plist_add_text(struct plist_build *b, const char *text)
{
	unsigned i = object(b);

	put_marker(b, 5, strlen(text));
	buf_put_str(&b->bytes, text);
	return i;
}

unsigned plist_add_wide(struct plist_build *b, const char *ascii)
{
	unsigned i = object(b);

	put_marker(b, 6, strlen(ascii));
	for (; *ascii; ascii++)
		put_big(&b->bytes, (uint8_t)*ascii, 2);
	return i;
}

unsigned plist_add_int(struct plist_build *b, uint64_t v)
{
	unsigned i = object(b);

	buf_put_byte(&b->bytes, 0x13);
	put_big(&b->bytes, v, 8);
	return i;
}

unsigned plist_add_bool(struct plist_build *b, bool v)
{
	unsigned i = object(b);

	buf_put_byte(&b->bytes, v ? 9 : 8);
	return i;
}

unsigned plist_add_uid(struct plist_build *b, uint8_t v)
{
	unsigned i = object(b);

	buf_put_byte(&b->bytes, 0x80);
	buf_put_byte(&b->bytes, v);
	return i;
}

unsigned plist_add_date(struct plist_build *b, double seconds)
{
	unsigned i = object(b);
	uint64_t bits;

	memcpy(&bits, &seconds, 8);
	buf_put_byte(&b->bytes, 0x33);
	put_big(&b->bytes, bits, 8);
	return i;
}

unsigned plist_add_data(struct plist_build *b, struct slice s)
{
	unsigned i = object(b);

	put_marker(b, 4, s.n);
	buf_put(&b->bytes, s);
	return i;
}

static unsigned add_refs(struct plist_build *b, uint8_t kind, va_list args)
{
	uint8_t refs[200];
	size_t n = 0;
	unsigned i = object(b);

	for (int ref = va_arg(args, int); ref >= 0; ref = va_arg(args, int))
		refs[n++] = (uint8_t)ref;
	put_marker(b, kind, kind == 13 ? n / 2 : n);
	buf_put(&b->bytes, slice_of(refs, n));
	return i;
}

unsigned plist_add_array(struct plist_build *b, ...)
{
	va_list args;

	va_start(args, b);
	unsigned i = add_refs(b, 10, args);
	va_end(args);
	return i;
}

unsigned plist_add_dict(struct plist_build *b, ...)
{
	va_list args;

	va_start(args, b);
	unsigned i = add_refs(b, 13, args);
	va_end(args);
	return i;
}

struct slice plist_finish(struct plist_build *b, unsigned root)
{
	size_t table = b->bytes.n;

	for (size_t i = 0; i < b->n; i++)
		put_big(&b->bytes, b->offsets[i], 2);
	put_big(&b->bytes, 0, 6);
	buf_put_byte(&b->bytes, 2);
	buf_put_byte(&b->bytes, 1);
	put_big(&b->bytes, b->n, 8);
	put_big(&b->bytes, root, 8);
	put_big(&b->bytes, table, 8);
	return buf_slice(&b->bytes);
}
