/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* What travels between the parent and its workers. Commands: one SOCK_SEQPACKET message with the
 * descriptor of the evidence. Results: a byte stream of messages, type (1), length (4), payload. */
#include "base/buf.h"
#include "base/cursor.h"

enum wire_type {
	WIRE_DONE = 1, /* records, events, bytes */
	WIRE_NOTE,     /* offset, lost, text */
	WIRE_MEMBER,   /* of a container: inner path, offset in the spill file, bytes, modified */
	WIRE_AT,       /* still alive, and how far: offset */
};

enum wire_job { JOB_READ, JOB_UNPACK };

/* JOB_UNPACK's format: an archive with members, or one compressed stream (maybe a tar in it). */
enum { UNPACK_ARCHIVE, UNPACK_STREAM };

#define WIRE_COMMAND_BYTES 64
#define WIRE_HEADER_BYTES 5

struct wire_command {
	uint8_t job;
	uint32_t format;     /* JOB_READ: index in input_formats; JOB_UNPACK: UNPACK_... */
	uint64_t base;	     /* where the innermost file begins in the descriptor */
	uint64_t file_bytes; /* its size */
	uint64_t begin, end; /* the piece, within the innermost file */
	int64_t modified;    /* when the innermost file was last written; 0: not known */
};

/* A part of the evidence that was not read, or an assumption; offset is in the innermost file. */
void wire_note(struct buf *out, uint64_t offset, bool lost, const char *why);
void wire_done(struct buf *out, uint64_t records, uint64_t events, uint64_t bytes);

static inline void wire_command_put(struct buf *b, const struct wire_command *c)
{
	buf_put_u8(b, c->job);
	buf_put_le32(b, c->format);
	buf_put_le64(b, c->base);
	buf_put_le64(b, c->file_bytes);
	buf_put_le64(b, c->begin);
	buf_put_le64(b, c->end);
	buf_put_le64(b, (uint64_t)c->modified);
}

static inline bool wire_command_get(struct slice s, struct wire_command *c)
{
	struct cursor in = cursor_of(s);

	c->job = cursor_u8(&in);
	c->format = cursor_u32(&in);
	c->base = cursor_u64(&in);
	c->file_bytes = cursor_u64(&in);
	c->begin = cursor_u64(&in);
	c->end = cursor_u64(&in);
	c->modified = (int64_t)cursor_u64(&in);
	return in.ok;
}
