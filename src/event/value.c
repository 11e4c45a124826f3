/* SPDX-License-Identifier: Apache-2.0 */
#include "event/value.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/cursor.h"
#include "base/utf.h"
#include "base/when.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

static struct slice guid_text(struct slice s, struct arena *a)
{
	if (s.n != 16)
		return slice_str("");
	return arena_printf(a, "{%08x-%04x-%04x-%02x%02x-%02x%02x%02x%02x%02x%02x}", load_u32(s.p),
			    load_u16(s.p + 4), load_u16(s.p + 6), s.p[8], s.p[9], s.p[10], s.p[11],
			    s.p[12], s.p[13], s.p[14], s.p[15]);
}

/* [MS-DTYP] 2.4.2: revision, count, 6-byte authority (big-endian), count subauthorities. */
static struct slice sid_text(struct slice s, struct arena *a)
{
	char text[64 + 256 * 11];
	int n;

	if (s.n < 8 || s.n < 8 + (size_t)s.p[1] * 4)
		return slice_str("");
	uint64_t authority = 0;

	for (int i = 2; i < 8; i++)
		authority = authority << 8 | s.p[i];
	n = snprintf(text, sizeof(text), "S-%u-%" PRIu64, s.p[0], authority);
	for (size_t i = 0; i < s.p[1]; i++)
		n += snprintf(text + n, sizeof(text) - (size_t)n, "-%u", load_u32(s.p + 8 + i * 4));
	return arena_keep(a, slice_of(text, (size_t)n));
}

static struct slice bytes_text(struct slice s, struct arena *a)
{
	static const char hex[] = "0123456789ABCDEF";
	uint8_t *out = s.n > SIZE_MAX / 4 ? NULL : arena_alloc(a, s.n * 2 + 1);

	if (!out)
		return slice_of(NULL, 0);
	for (size_t i = 0; i < s.n; i++) {
		out[i * 2] = (uint8_t)hex[s.p[i] >> 4];
		out[i * 2 + 1] = (uint8_t)hex[s.p[i] & 15];
	}
	return slice_of(out, s.n * 2);
}

static struct slice when_text(struct when t, struct arena *a)
{
	char text[32];
	size_t n = t.set ? when_format(t, text) : 0;

	return arena_keep(a, slice_of(text, n));
}

static struct slice filetime_text(uint64_t t, struct arena *a)
{
	char text[40];

	return arena_keep(a, slice_of(text, when_filetime_text(t, text)));
}

/* SYSTEMTIME ([MS-DTYP] 2.3.13): year month weekday day hour minute second millisecond. */
static struct slice systemtime_text(struct slice s, struct arena *a)
{
	if (s.n != 16)
		return slice_str("");
	unsigned month = load_u16(s.p + 2), day = load_u16(s.p + 6);
	int year = load_u16(s.p);

	if (year < 1678 || year > 2261 || month < 1 || month > 12 || day < 1 || day > 31)
		return slice_str("");
	struct when t = when_unix(when_civil(year, month, day, load_u16(s.p + 8), load_u16(s.p + 10),
					     load_u16(s.p + 12)));

	t.ns += (int64_t)load_u16(s.p + 14) * 1000000;
	t.digits = 7;
	return when_text(t, a);
}

static struct slice list_text(struct value v, struct arena *a)
{
	struct buf b = { 0 };
	struct slice kept;

	for (uint32_t i = 0; i < v.count; i++) {
		if (i)
			buf_put_str(&b, ", ");
		buf_put(&b, value_text(v.items[i], a));
	}
	kept = arena_keep(a, buf_slice(&b));
	buf_done(&b);
	return kept;
}

static struct slice object_text(struct value v, struct arena *a)
{
	struct buf b = { 0 };
	struct slice kept;

	value_json(&b, v, a);
	kept = arena_keep(a, buf_slice(&b));
	buf_done(&b);
	return kept;
}

static struct slice escaped_text(struct slice s, struct arena *a)
{
	uint8_t *out = s.n > SIZE_MAX / 4 ? NULL : arena_alloc(a, UTF8_UNESCAPED_MAX(s.n));

	return out ? slice_of(out, utf8_unescape(out, s)) : slice_of(NULL, 0);
}

struct slice value_bytes(const struct value *v)
{
	switch ((enum value_type)v->type) {
	case VALUE_BOOL:
	case VALUE_INT:
	case VALUE_UINT:
	case VALUE_FLOAT:
	case VALUE_HEX:
	case VALUE_FILETIME:
		return slice_of(&v->u, sizeof(v->u));
	case VALUE_NULL:
	case VALUE_LIST:
	case VALUE_OBJECT:
		return slice_of(NULL, 0);
	default:
		return v->s;
	}
}

/* As printf has it, at a tenth of its cost: exports are full of numbers. */
static struct slice decimal(uint64_t magnitude, bool minus, struct arena *a)
{
	char text[24];
	size_t at = sizeof(text);

	do {
		text[--at] = (char)('0' + magnitude % 10);
		magnitude /= 10;
	} while (magnitude);
	if (minus)
		text[--at] = '-';
	return arena_keep(a, slice_of(text + at, sizeof(text) - at));
}

struct slice value_text(struct value v, struct arena *a)
{
	switch ((enum value_type)v.type) {
	case VALUE_NULL:
		return slice_str("");
	case VALUE_TEXT:
	case VALUE_NUMBER:
		return v.s.p ? v.s : slice_str("");
	case VALUE_UTF16:
		return utf16le_to_utf8(a, v.s);
	case VALUE_ESCAPED:
		return escaped_text(v.s, a);
	case VALUE_BOOL:
		return slice_str(v.u ? "true" : "false");
	case VALUE_INT:
		return decimal(v.i < 0 ? 0 - (uint64_t)v.i : (uint64_t)v.i, v.i < 0, a);
	case VALUE_UINT:
		return decimal(v.u, false, a);
	case VALUE_FLOAT:
		return arena_printf(a, "%.17g", v.f);
	case VALUE_HEX:
		return arena_printf(a, "0x%" PRIx64, v.u);
	case VALUE_FILETIME:
		return filetime_text(v.u, a);
	case VALUE_SYSTEMTIME:
		return systemtime_text(v.s, a);
	case VALUE_GUID:
		return guid_text(v.s, a);
	case VALUE_SID:
		return sid_text(v.s, a);
	case VALUE_BYTES:
		return bytes_text(v.s, a);
	case VALUE_LIST:
		return list_text(v, a);
	case VALUE_OBJECT:
		return object_text(v, a);
	}
	return slice_str("");
}

static bool text_i64(struct slice s, int64_t *ret)
{
	uint64_t v = 0;

	s = slice_trim(s);
	if (s.n < 3 || s.p[0] != '0' || (s.p[1] | 0x20) != 'x')
		return slice_to_i64(s, ret);
	if (s.n > 2 + 15)
		return false;
	for (size_t i = 2; i < s.n; i++) {
		int digit = ascii_hex(s.p[i]);

		if (digit < 0)
			return false;
		v = v << 4 | (unsigned)digit;
	}
	*ret = (int64_t)v;
	return true;
}

static bool escaped_i64(struct slice s, int64_t *ret)
{
	uint8_t plain[UTF8_UNESCAPED_MAX(128)];

	return s.n <= 128 && text_i64(slice_of(plain, utf8_unescape(plain, s)), ret);
}

bool value_i64(struct value v, int64_t *ret)
{
	switch ((enum value_type)v.type) {
	case VALUE_INT:
		*ret = v.i;
		return true;
	case VALUE_UINT:
	case VALUE_HEX:
	case VALUE_FILETIME:
		if (v.u > INT64_MAX)
			return false;
		*ret = (int64_t)v.u;
		return true;
	case VALUE_FLOAT:
		if (!(v.f > -9e15 && v.f < 9e15) || v.f != floor(v.f))
			return false;
		*ret = (int64_t)v.f;
		return true;
	case VALUE_TEXT:
	case VALUE_NUMBER:
		return text_i64(v.s, ret);
	case VALUE_ESCAPED:
		return escaped_i64(v.s, ret);
	case VALUE_UTF16: {
		uint8_t narrow[24];
		size_t n = v.s.n / 2;

		if (n > sizeof(narrow))
			return false;
		for (size_t i = 0; i < n; i++) {
			if (v.s.p[i * 2 + 1])
				return false;
			narrow[i] = v.s.p[i * 2];
		}
		return text_i64(slice_of(narrow, n), ret);
	}
	default:
		return false;
	}
}

bool value_double(struct value v, double *ret)
{
	char text[64], *end;
	int64_t i;

	if (v.type == VALUE_FLOAT) {
		*ret = v.f;
		return true;
	}
	if (v.type == VALUE_UINT || v.type == VALUE_HEX) {
		*ret = (double)v.u;
		return true;
	}
	if (value_i64(v, &i)) {
		*ret = (double)i;
		return true;
	}
	if ((v.type != VALUE_TEXT && v.type != VALUE_NUMBER) || v.s.n == 0 || v.s.n >= sizeof(text))
		return false;
	/* strtod also takes "nan", "inf" and hex floats, which no record means as a number. */
	for (size_t k = 0; k < v.s.n; k++)
		if (!v.s.p[k] || !strchr("0123456789+-.eE", v.s.p[k]))
			return false;
	memcpy(text, v.s.p, v.s.n);
	text[v.s.n] = 0;
	*ret = strtod(text, &end);
	return end == text + v.s.n && isfinite(*ret);
}

void value_json(struct buf *b, struct value v, struct arena *scratch)
{
	switch ((enum value_type)v.type) {
	case VALUE_NULL:
		buf_put_str(b, "null");
		return;
	case VALUE_FLOAT:
		if (!isfinite(v.f)) {
			buf_put_str(b, "null");
			return;
		}
		buf_put(b, value_text(v, scratch));
		return;
	case VALUE_BOOL:
	case VALUE_INT:
	case VALUE_UINT:
	case VALUE_NUMBER:
		buf_put(b, value_text(v, scratch));
		return;
	case VALUE_LIST:
		buf_put_byte(b, '[');
		for (uint32_t i = 0; i < v.count; i++) {
			if (i)
				buf_put_byte(b, ',');
			value_json(b, v.items[i], scratch);
		}
		buf_put_byte(b, ']');
		return;
	case VALUE_OBJECT:
		buf_put_byte(b, '{');
		for (uint32_t i = 0; i < v.count; i++) {
			buf_json_key(b, v.members[i].name);
			value_json(b, v.members[i].value, scratch);
		}
		buf_put_byte(b, '}');
		return;
	default:
		buf_put_json(b, value_text(v, scratch));
	}
}
