/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * A dialect's recipe for a value out of other fields:
 *
 *   {AccountDomain}\{AccountName}          a field's text; without the field there is no value
 *   [SHA1={SHA1:hash},][MD5={MD5:hash},]   what stands in [] falls away where a field of it is missing
 *   {tgt.process.uid|TgtProcUID}           the first of several that is there
 *   {FolderPath:path:with=FileName}        filters, from left to right
 *
 * Filters: path (device and NT paths to drive letters where the folder tells), with=FIELD (appends
 * \FIELD unless it ends so), hive (registry roots as Sysmon spells them), hash (no all-zero ones),
 * lower, tail (a bare name gets the separator before it that rules ask for), file (after the last / or \), folder (before it), number (hex as decimal), item=N (of a
 * list), joined (a list's items with blanks between), after=TEXT and before=TEXT (of the first such text), map=A>B,C>D (A becomes B, others
 * stay), pick=A>B,C>D (others are missing).
 * A comma at the value's end falls away. Brackets and braces cannot be text.
 * Immutable once read.
 */
#include "event/event.h"

struct err;

enum template_kind { TEMPLATE_TEXT, TEMPLATE_FIELD, TEMPLATE_OPEN, TEMPLATE_CLOSE };

#define TEMPLATE_ALTERNATIVES 16
#define TEMPLATE_FILTERS 4

struct template_filter {
	uint8_t kind;
	struct slice text; /* behind the = */
	uint32_t field;	   /* with= */
};

struct template_part {
	enum template_kind kind;
	uint32_t field_count, filter_count;
	const uint32_t *fields;
	const struct template_filter *filters;
	struct slice text;
};

struct template {
	struct template_part *parts;
	size_t n;
	bool plain; /* one field, or the first of several, as it is */
};

/* Adds the fields it names to `names`; all memory is the arena's. False with err (ERR_FORMAT). */
bool template_read(struct template *ret, struct slice text, struct names *names, struct arena *arena,
		   struct err *err);
/* The value in ev->arena, or a part of a field's own; p NULL where there is none. */
struct slice template_value(const struct template *t, struct event *ev);
/* The same as a value: a field's own where the template is nothing but that, not rendered before
 * somebody asks. False where there is none. */
bool template_make(const struct template *t, struct event *ev, struct value *ret);
