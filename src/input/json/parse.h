/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * One JSON value (RFC 8259) into an event's fields, forgivingly: a byte that is not UTF-8 spoils
 * only the text it stands in (repaired), raw control characters and unpaired surrogates are taken,
 * and what is not JSON any more ends the record with what was read before it. Members of nested
 * objects are fields with dotted names; arrays of plain values are lists.
 *
 * Text is kept where it lies, escapes and all (VALUE_ESCAPED). What a member's path is called is
 * remembered, with the path that came behind it the last time: records that go as those before cost
 * one compare a name, also where records of several kinds alternate.
 * Thread rule: one thread a struct json.
 */
#include "event/event.h"

struct dialects;

struct json_memo {
	struct slice path; /* kept copy of the member's path */
	struct slice name;
	struct json_memo *next[2]; /* the fields that came behind this one, the last one first */
	uint32_t id;
	uint32_t cap; /* bytes behind path.p */
	uint32_t used; /* generation of the event that last borrowed the name */
	bool plain;    /* the path holds nothing that JSON would escape */
	bool passing;  /* in the event's arena: two paths of one record share a place */
};

#define JSON_MEMOS 1024u /* by the path's hash, two places each */
#define JSON_PATH_MAX 1024

struct json {
	const struct names *names;
	const struct dialects *dialects; /* may be NULL: paths are names */
	struct json_memo *memos;
	struct json_memo *first[2]; /* the fields that records began with */
	uint8_t path[JSON_PATH_MAX]; /* of the member that is being read */
	struct arena arena; /* the memo's names */
	bool no_rows;	    /* lists of records are lists like others */
};

void json_init(struct json *j, const struct names *names, const struct dialects *dialects);
void json_done(struct json *j);

struct json_result {
	/* The list of records inside the object (dialects_rows), from its [ on: left out of the event.
	 * p NULL when there is none. */
	struct slice rows;
	size_t rows_number; /* dialects_rows() */
	bool rows_open;	    /* text ends inside that list */
	bool rows_cells;    /* its records are lists of values, named by the member columns beside it */
	bool object;   /* text is an object; false: nothing was read */
	bool complete; /* all of it was read */
	bool repaired; /* some bytes were not UTF-8 */
	bool limited;  /* fields or depth past the limits were left out */
	size_t at;     /* where reading stopped: behind the object when complete */
	const char *why; /* when not complete */
};

/* The object that text begins with (white space before it is fine). */
struct json_result json_read(struct json *j, struct slice text, struct event *ev);
/* The same, where its members are called prefix + name ("AdditionalFields."). */
struct json_result json_read_under(struct json *j, struct slice text, struct slice prefix,
				   struct event *ev);
/* Whether a field names a column of rows_cells. */
bool json_is_column(struct slice name);
/* Length of the object or array at the start of text, by brackets and quotes alone; 0 when it does
 * not end in text. *state carries on when more text is appended: start with { 0 }. */
struct json_scan {
	size_t at;
	uint32_t depth;
	bool in_text, escaped;
};
size_t json_extent(struct json_scan *state, struct slice text);
