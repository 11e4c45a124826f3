/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* What dialect tables look like once read: dialect_read.c fills it, dialect.c works with it. */
#include "base/map.h"
#include "input/dialect.h"
#include "input/template.h"

#define DIALECT_CLOCKS 6
#define DIALECT_SOURCES 4
#define DIALECT_PREFIXES 32
#define DIALECT_ALTERNATIVES 16

/* FIELD, FIELD|OTHER (the first that is there), !FIELD, FIELD=a|b. */
struct condition {
	uint32_t fields[DIALECT_ALTERNATIVES];
	size_t field_count;
	bool absent;
	struct slice values; /* squeezed, | between them; n 0: only that it is there */
};

/* map (from, where nothing is called so) or make (recipe). */
struct naming {
	struct slice name;
	uint32_t to, from;
	struct template recipe; /* n 0: map */
};

enum os { OS_WINDOWS, OS_LINUX, OS_MACOS, OS_UNIX /* one of the two before */, OS_COUNT };

/* A `source` line's words; empty where they say - . */
struct dialect_source {
	struct slice product, category, service;
};

struct record_kind {
	struct slice values; /* squeezed; "*" any */
	struct condition *conditions;
	size_t condition_count, condition_cap;
	struct naming *namings;
	size_t naming_count, naming_cap;
	uint32_t classes[OS_COUNT][DIALECT_SOURCES * 2];
	struct dialect_source first[OS_COUNT];
	size_t source_count, class_count[OS_COUNT];
	struct slice channel;
	enum activity_op op;
	struct template title, level;
	bool block;
	struct slice name; /* of a block */
};

enum opening { OPEN_JSON, OPEN_XML, OPEN_PAIRS, OPEN_BARS };

struct dialect_open {
	uint32_t field;
	enum opening how;
	struct slice prefix; /* "AdditionalFields.": what its fields' names begin with */
};

struct dialect {
	const char *name;
	struct slice reader; /* only events of this kind; n 0: any */
	struct condition *conditions;
	size_t condition_count, condition_cap;
	struct naming *namings;
	size_t naming_count, naming_cap;
	struct record_kind *kinds;
	size_t kind_count, kind_cap;
	struct map by_value; /* squeezed value -> index of the first of kinds that has it */
	uint32_t any;	     /* index + 1 of the first kind for any value */
	struct template by;
	uint32_t time[DIALECT_CLOCKS], detected[DIALECT_CLOCKS], ingested[DIALECT_CLOCKS];
	size_t time_count, detected_count, ingested_count;
	uint32_t provider, os; /* NAME_OTHER: none */
	const char *clock;     /* time_kind; NULL: event */
	struct dialect_open opens[DIALECT_CLOCKS];
	size_t open_count;
	bool again;
	enum completeness completeness;
};

struct dialects {
	struct arena arena;
	struct dialect *list;
	size_t n, cap;
	struct slice wrap[DIALECT_PREFIXES], strip[DIALECT_PREFIXES], raise[DIALECT_PREFIXES],
		under[DIALECT_PREFIXES],
		suffix[DIALECT_PREFIXES], rows[DIALECT_PREFIXES], rows_beside[DIALECT_PREFIXES];
	size_t wrap_count, strip_count, raise_count, under_count, suffix_count, rows_count;
};

/* Is one (squeezed) among the list's alternatives (| between them)? */
bool dialect_among(struct slice one, struct slice list);
/* Lower case (ASCII), blanks left out; in the arena. */
struct slice dialect_squeeze(struct arena *a, struct slice s);
