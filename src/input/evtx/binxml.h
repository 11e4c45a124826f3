/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Binary XML of event log records ([MS-EVEN6] 2.2.12; libevtx, "Windows XML Event Log (EVTX)
 * format", 2021). A template is walked once per chunk into a flat list of *outputs* (field name,
 * its number in the vocabulary, which substitution values or literal texts make its value); a
 * record then only binds values to outputs. Nothing is rendered: strings stay UTF-16 in the chunk.
 *
 *   instance  0c 01 <id 4> <definition offset 4> [definition, when the offset is right here]
 *             <count 4> { <size 2> <type 1> <0> } * count, then the values
 *   definition <next 4> <guid 16> <size 4> fragment
 *   fragment  0f <major> <minor> <flags> element 00
 *   element   01|41 <dependency 2> <size 4> <name offset 4> [name] [<size 4> attributes] ...
 *   name      <next 4> <hash 2> <characters 2> UTF-16 <0 2>
 *
 * Offsets count from the chunk's start. Owner: struct binxml's arena, for one chunk.
 */
#include "event/event.h"

#define BINXML_TEMPLATES 256
#define BINXML_NAMES 512

struct binxml_template;

/* The name of elements or attributes that stands at a chunk offset. */
struct binxml_name {
	uint32_t round;		/* of the chunk it is from */
	uint32_t offset, bytes; /* where, and how long it is there */
	uint32_t id;		/* in the vocabulary */
	struct slice text;
};

struct binxml {
	const struct names *names;
	struct slice chunk;
	struct arena arena;
	struct binxml_template *templates[BINXML_TEMPLATES]; /* by definition offset, chained */
	struct binxml_name element_names[BINXML_NAMES]; /* by offset; a later one takes the place */
	uint32_t round; /* the chunk's number, from 1; wraps */
};

void binxml_init(struct binxml *b, const struct names *names);
void binxml_done(struct binxml *b);
/* A new chunk: what was compiled for the last one is gone. */
void binxml_chunk(struct binxml *b, struct slice chunk);
/* The record's fields from its binary XML at [at, end) of the chunk into ev. False, with the place
 * and the reason, when it cannot be read to its end; what was read before is in ev. */
bool binxml_record(struct binxml *b, size_t at, size_t end, struct event *ev, size_t *ret_bad_at,
		   const char **ret_why);
