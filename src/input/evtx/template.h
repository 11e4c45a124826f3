/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* The compiled form of a template or of an element written out in a record. For binxml.c. */
#include "base/cursor.h"
#include "input/evtx/binxml.h"

#define NO_INDEX UINT16_MAX

/* Where an element stands: decides how its fields are called. */
enum place {
	PLACE_ROOT,   /* Event itself is expected */
	PLACE_EVENT,  /* System, EventData, UserData ... */
	PLACE_SYSTEM,
	PLACE_DATA,   /* EventData: <Data Name=...> and others */
	PLACE_USER,   /* UserData and anything else below Event */
};

/* A literal, or a substitution value by index. */
struct part {
	struct value literal;
	uint16_t index; /* NO_INDEX: literal */
	bool optional;	/* an empty value leaves the output out */
};

struct binxml_output {
	struct slice name; /* p NULL: unnamed <Data> */
	uint32_t id;
	uint16_t name_index; /* the name is a substitution value; else NO_INDEX */
	uint16_t index;	     /* of the only part, when that is a substitution; else NO_INDEX */
	uint8_t place;	     /* for binary XML nested in a value */
	bool nested_only;    /* a container: only nested binary XML counts */
	bool attribute;
	uint32_t first_part, part_count;
};

struct binxml_template {
	struct binxml_template *next;
	size_t at; /* of the definition */
	uint8_t place;
	struct binxml_output *outputs;
	size_t output_count, output_cap;
	struct part *parts;
	size_t part_count, part_cap;
};

/* Compiles the fragment or element at c; arena is where it lives. NULL with the reason. */
struct binxml_template *template_compile(struct binxml *b, struct arena *arena, struct cursor c,
					 enum place place, size_t *ret_bad_at,
					 const char **ret_why);
