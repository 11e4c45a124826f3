/* SPDX-License-Identifier: Apache-2.0 */
#include "input/plist/tree.h"

#include "base/limits.h"
#include "base/utf.h"

#include <stdlib.h>

#define TRAILER 32u
#define WORK_LEAST INT64_C(1000000)
#define WORK_PER_BYTE 16
#define BYTES_PER_WORK 4

static const struct slice magic = SLICE("bplist0");
static const struct plist_value none;

bool plist_is_binary(struct slice head)
{
	return slice_starts(head, magic) && head.n > 8;
}

bool plist_is_xml(struct slice head)
{
	static const struct slice bom = SLICE("\xef\xbb\xbf"), declaration = SLICE("<?xml"),
				  doctype = SLICE("<!DOCTYPE plist"), element = SLICE("<plist");
	struct slice s = slice_trim(slice_starts(head, bom) ? slice_from(head, bom.n) : head);

	if (slice_starts(s, element) || slice_starts(s, doctype))
		return true;
	return slice_starts(s, declaration) && slice_search(slice_head(s, 1024), element);
}

/* n bytes, big-endian; n at most 8. */
static uint64_t big(const uint8_t *p, size_t n)
{
	uint64_t v = 0;

	for (size_t i = 0; i < n; i++)
		v = v << 8 | p[i];
	return v;
}

/* Trailer: 6 unused, size of an offset, size of a reference, then 8 bytes each: objects, root,
 * table. */
static bool open_binary(struct plist *p, struct plist_fault *fault)
{
	struct slice b = p->bytes, trailer;
	uint64_t at, table_bytes;

	fault->offset = b.n;
	if (b.n < 8 + TRAILER || !slice_sub(b, b.n - TRAILER, TRAILER, &trailer)) {
		fault->why = "it ends before its trailer";
		return false;
	}
	fault->offset = b.n - TRAILER;
	p->offset_bytes = trailer.p[6];
	p->ref_bytes = trailer.p[7];
	p->objects = big(trailer.p + 8, 8);
	p->root = big(trailer.p + 16, 8);
	at = big(trailer.p + 24, 8);
	if (p->offset_bytes < 1 || p->offset_bytes > 8 || p->ref_bytes < 1 || p->ref_bytes > 8 ||
	    __builtin_mul_overflow(p->objects, p->offset_bytes, &table_bytes) ||
	    !slice_sub(slice_head(b, b.n - TRAILER), at, table_bytes, &p->table) ||
	    p->root >= p->objects) {
		fault->why = "its trailer is none: cut off, or damaged";
		return false;
	}
	return true;
}

bool plist_open(struct plist *p, struct slice bytes, struct plist_fault *fault)
{
	*p = (struct plist){ .bytes = bytes, .work = WORK_LEAST };
	*fault = (struct plist_fault){ 0 };
	if (bytes.n > LIMIT_LINE_BYTES) {
		fault->why = "a property list larger than the limit";
		return false;
	}
	p->work += (int64_t)bytes.n * WORK_PER_BYTE;
	if (plist_is_binary(bytes))
		return open_binary(p, fault);
	p->is_xml = true;
	return plist_read_xml(p, fault);
}

void plist_close(struct plist *p)
{
	free(p->nodes.list);
	free(p->nodes.refs);
	arena_done(&p->nodes.arena);
	*p = (struct plist){ 0 };
}

/* A container's or string's length: the low bits, or the integer that follows where they are all
 * set. */
static bool take_count(struct slice b, uint64_t *at, uint8_t marker, uint64_t *ret)
{
	struct slice s;

	*ret = marker & 15;
	if (*ret != 15)
		return true;
	if (!slice_sub(b, *at, 1, &s) || s.p[0] >> 4 != 1 || (s.p[0] & 15) > 3)
		return false;
	size_t n = (size_t)1 << (s.p[0] & 15);

	if (!slice_sub(b, *at + 1, n, &s))
		return false;
	*ret = big(s.p, n);
	*at += 1 + n;
	return true;
}

static struct plist_value number_at(struct slice b, uint64_t at, uint8_t marker)
{
	struct plist_value v = none;
	struct slice s;
	size_t n = (size_t)1 << (marker & 7);

	if ((marker & 15) > 4 || !slice_sub(b, at, n, &s))
		return none;
	if (marker >> 4 == 1) { /* of 16 bytes the lower half counts; 1, 2 and 4 are unsigned */
		v.type = PLIST_INT;
		v.i = (int64_t)(n == 16 ? big(s.p + 8, 8) : big(s.p, n));
		return v;
	}
	uint64_t bits = n == 4 || n == 8 ? big(s.p, n) : 0;
	uint32_t bits32 = (uint32_t)bits;
	float f32;

	if (n != 4 && n != 8)
		return none;
	v.type = marker >> 4 == 2 ? PLIST_REAL : PLIST_DATE;
	memcpy(&f32, &bits32, sizeof(f32));
	memcpy(&v.f, &bits, sizeof(v.f));
	if (n == 4)
		v.f = (double)f32;
	return v;
}

static struct plist_value sized_at(const struct plist *p, uint64_t at, uint8_t marker)
{
	static const uint8_t types[16] = {
		[4] = PLIST_DATA,   [5] = PLIST_ASCII,	[6] = PLIST_UTF16,  [7] = PLIST_ASCII,
		[10] = PLIST_ARRAY, [11] = PLIST_ARRAY, [12] = PLIST_ARRAY, [13] = PLIST_DICT
	};
	struct plist_value v = { .type = (enum plist_type)types[marker >> 4] };
	uint64_t count, bytes, unit = 1;

	if (v.type == PLIST_NONE || !take_count(p->bytes, &at, marker, &count))
		return none;
	if (v.type == PLIST_UTF16)
		unit = 2;
	else if (v.type == PLIST_ARRAY)
		unit = p->ref_bytes;
	else if (v.type == PLIST_DICT)
		unit = (uint64_t)p->ref_bytes * 2;
	if (count > UINT32_MAX || __builtin_mul_overflow(count, unit, &bytes) ||
	    !slice_sub(p->bytes, at, bytes, &v.s))
		return none;
	v.count = (uint32_t)count;
	return v;
}

static struct plist_value binary_object(const struct plist *p, uint64_t number)
{
	struct plist_value v = none;
	struct slice b = p->bytes, s;
	uint64_t at = big(p->table.p + number * p->offset_bytes, p->offset_bytes);

	if (!slice_sub(b, at, 1, &s))
		return none;
	uint8_t marker = s.p[0];

	if (marker >> 4 == 0) {
		v.type = marker == 0		      ? PLIST_NULL
			 : marker == 8 || marker == 9 ? PLIST_BOOL
						      : PLIST_NONE;
		v.i = marker == 9;
	} else if (marker >> 4 <= 3) {
		v = number_at(b, at + 1, marker);
	} else if (marker >> 4 == 8) {
		size_t n = (size_t)(marker & 15) + 1;

		if (n <= 8 && slice_sub(b, at + 1, n, &s)) {
			v.type = PLIST_UID;
			v.i = (int64_t)big(s.p, n);
		}
	} else {
		v = sized_at(p, at + 1, marker);
	}
	v.offset = at;
	return v;
}

struct plist_value plist_object(struct plist *p, uint64_t number)
{
	if (p->work <= 0)
		return none;
	p->work--;
	if (p->is_xml)
		return number < p->nodes.n ? p->nodes.list[number] : none;
	return number < p->objects ? binary_object(p, number) : none;
}

struct plist_value plist_root(struct plist *p)
{
	return plist_object(p, p->root);
}

static struct plist_value reference(struct plist *p, const struct plist_value *v, uint64_t i)
{
	if (p->is_xml)
		return v->first + i < p->nodes.ref_count
			       ? plist_object(p, p->nodes.refs[v->first + i])
			       : none;
	return plist_object(p, big(v->s.p + i * p->ref_bytes, p->ref_bytes));
}

struct plist_value plist_item(struct plist *p, const struct plist_value *v, uint32_t i)
{
	if ((v->type != PLIST_ARRAY && v->type != PLIST_DICT) || i >= v->count)
		return none;
	return reference(p, v, v->type == PLIST_DICT ? (uint64_t)v->count + i : i);
}

struct plist_value plist_key(struct plist *p, const struct plist_value *dict, uint32_t i)
{
	return dict->type == PLIST_DICT && i < dict->count ? reference(p, dict, i) : none;
}

bool plist_is_text(const struct plist_value *v, const char *text)
{
	size_t n = strlen(text);

	if (v->type == PLIST_ASCII)
		return slice_is(v->s, text);
	if (v->type != PLIST_UTF16 || v->s.n != n * 2)
		return false;
	for (size_t i = 0; i < n; i++)
		if (v->s.p[2 * i] != 0 || v->s.p[2 * i + 1] != (uint8_t)text[i])
			return false;
	return true;
}

struct plist_value plist_find(struct plist *p, const struct plist_value *dict, const char *key)
{
	for (uint32_t i = 0; dict->type == PLIST_DICT && i < dict->count && p->work > 0; i++) {
		struct plist_value k = plist_key(p, dict, i);

		if (plist_is_text(&k, key))
			return plist_item(p, dict, i);
	}
	return none;
}

struct slice plist_text(struct plist *p, const struct plist_value *v, struct arena *a)
{
	uint8_t *little;

	if (v->type != PLIST_ASCII && v->type != PLIST_UTF16)
		return slice_of(NULL, 0);
	p->work -= (int64_t)(v->s.n / BYTES_PER_WORK);
	if (p->work <= 0)
		return slice_of(NULL, 0);
	if (v->type == PLIST_ASCII)
		return utf8_valid(v->s) ? v->s : utf8_repair(a, v->s);
	little = arena_alloc(a, v->s.n + 1);
	if (!little)
		return slice_of(NULL, 0);
	for (size_t i = 0; i + 1 < v->s.n; i += 2) {
		little[i] = v->s.p[i + 1];
		little[i + 1] = v->s.p[i];
	}
	return utf16le_to_utf8(a, slice_of(little, v->s.n & ~(size_t)1));
}

struct slice plist_text_of(struct plist *p, const struct plist_value *dict, const char *key,
			   struct arena *a)
{
	struct plist_value v = plist_find(p, dict, key);

	return plist_text(p, &v, a);
}

bool plist_double(const struct plist_value *v, double *ret)
{
	char text[40], *end;

	if (v->type == PLIST_INT)
		*ret = (double)v->i;
	else if (v->type == PLIST_REAL || v->type == PLIST_DATE)
		*ret = v->f;
	else if (v->type == PLIST_ASCII && v->s.n && v->s.n < sizeof(text)) {
		memcpy(text, v->s.p, v->s.n);
		text[v->s.n] = 0;
		*ret = strtod(text, &end);
		return *end == 0;
	} else {
		return false;
	}
	return true;
}
