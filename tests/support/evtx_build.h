/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Event logs for tests, byte by byte: records of binary XML in one chunk, with the checksums of a
 * whole file. What a test wants damaged it damages in the finished bytes.
 *
 *   struct evtx_build b;
 *   evtx_start(&b);
 *   evtx_record(&b);                         // written out, or by a template:
 *   size_t at = evtx_template(&b);
 *   ...tokens with substitutions...
 *   evtx_template_end(&b, at, values, count);
 *   evtx_record_end(&b);
 *   struct slice file = evtx_finish(&b);     // owned by b
 */
#include "base/buf.h"

#define EVTX_FILE_HEADER 4096
#define EVTX_CHUNK 65536
#define EVTX_FIRST_RECORD 512

struct evtx_build {
	struct buf chunk, file;
	size_t record_at; /* of the open record, in the chunk */
	uint64_t records;
};

struct evtx_value {
	uint8_t type;
	struct slice bytes;
};

void evtx_start(struct evtx_build *b);
void evtx_done(struct evtx_build *b);
/* Records are numbered from 1. */
void evtx_record(struct evtx_build *b);
void evtx_record_end(struct evtx_build *b);
/* The whole file. Bytes behind `slack` records from the end lie behind the free space offset. */
struct slice evtx_finish(struct evtx_build *b, unsigned slack);

/* Binary XML, at the chunk's end. Elements in templates have a dependency id, others need not. */
void evtx_fragment(struct evtx_build *b);
void evtx_open(struct evtx_build *b, const char *name, bool attributes, bool dependency);
void evtx_attribute(struct evtx_build *b, const char *name);
void evtx_content(struct evtx_build *b); /* attributes end, content begins */
void evtx_empty(struct evtx_build *b);	 /* attributes end, and so does the element */
void evtx_close(struct evtx_build *b);
void evtx_end(struct evtx_build *b); /* of the fragment */
void evtx_text(struct evtx_build *b, const char *text);
void evtx_substitution(struct evtx_build *b, uint16_t index, uint8_t type);
/* <name>text</name>, and <Data Name='name'> with a substitution. */
void evtx_element(struct evtx_build *b, const char *name, const char *text, bool dependency);
void evtx_data(struct evtx_build *b, const char *name, uint16_t index, uint8_t type);
/* A template instance with its definition; gives the definition's offset. */
size_t evtx_template(struct evtx_build *b);
void evtx_template_end(struct evtx_build *b, size_t at, const struct evtx_value *values, size_t n);
/* An instance of a template defined before. */
void evtx_instance(struct evtx_build *b, size_t at, const struct evtx_value *values, size_t n);
/* UTF-16LE of ASCII text, in a ring of a few buffers: for a value at once. */
struct slice evtx_wide(const char *text);
