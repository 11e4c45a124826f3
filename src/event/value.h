/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * A field's value as the record holds it: a tag and borrowed bytes, or a number. Rendering to
 * text happens when somebody asks (event_text), so that a reader of a million records a second
 * does not convert what no rule reads.
 *
 * Text forms follow evtx_dump's JSON (crates.io evtx): GUID lower case in braces, SID as
 * S-1-5-..., FILETIME and SYSTEMTIME as RFC 3339, hex integers as 0x1f, bytes as upper-case hex.
 */
#include "base/slice.h"

struct arena;
struct buf;

enum value_type {
	VALUE_NULL = 0, /* there, and empty of value (JSON null, an empty element) */
	VALUE_TEXT,	/* s: UTF-8; may still hold invalid bytes only where a reader says so */
	VALUE_UTF16,	/* s: UTF-16LE */
	VALUE_ESCAPED,	/* s: UTF-8 with JSON's escapes (RFC 8259, section 7) still in it */
	VALUE_BOOL,	/* u: 0 or 1 */
	VALUE_INT,	/* i */
	VALUE_UINT,	/* u */
	VALUE_FLOAT,	/* f */
	VALUE_NUMBER,	/* s: a JSON number as written */
	VALUE_HEX,	/* u: shown as 0x...; width is the size in bytes */
	VALUE_FILETIME, /* u */
	VALUE_SYSTEMTIME, /* s: 16 bytes */
	VALUE_GUID,	/* s: 16 bytes */
	VALUE_SID,	/* s: revision, count, authority, subauthorities */
	VALUE_BYTES,	/* s */
	VALUE_LIST,	/* items, count: Sigma matches any of them */
	VALUE_OBJECT,	/* members, count: a record's own table (a volume, a stream); not for rules */
};

struct value_member;

struct value {
	uint8_t type;
	uint8_t width;
	uint32_t count; /* VALUE_LIST, VALUE_OBJECT */
	union {
		struct slice s;
		const struct value *items;
		const struct value_member *members;
		uint64_t u;
		int64_t i;
		double f;
	};
};

struct value_member {
	const char *name;
	struct value value;
};

static inline struct value value_text_of(struct slice s)
{
	return (struct value){ .type = VALUE_TEXT, .s = s };
}

/* The value as it lies in the record, borrowed (from *v itself where it is a number): equal bytes of
 * one type are equal values. Not for lists. */
struct slice value_bytes(const struct value *v);
/* The value as UTF-8 text, in the arena where it is not text already. VALUE_NULL gives an empty
 * slice, VALUE_LIST its items joined with ", ", VALUE_OBJECT its JSON. p is NULL only when the arena's budget is spent. */
struct slice value_text(struct value v, struct arena *a);
/* True, and the number, for the integer types and for text that is one whole decimal or 0x
 * number; floats only when integral. */
bool value_i64(struct value v, int64_t *ret);
/* The number for comparisons (gt, lt): integers, floats and numeric text. */
bool value_double(struct value v, double *ret);
/* As JSON: numbers and booleans bare, lists as arrays, objects as such, the rest as strings, null as null.
 * scratch is for conversions. */
void value_json(struct buf *b, struct value v, struct arena *scratch);
