/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* What travels between the parent and its workers. Commands: one SOCK_SEQPACKET message with the
 * descriptor of the evidence; behind it one message for the spill file's (JOB_UNPACK), then one for each
 * file beside it. Results: a byte stream of messages, type (1), length (4), payload. */
#include "base/buf.h"
#include "base/cursor.h"
#include "input/input.h"

enum wire_type {
	WIRE_DONE = 1, /* records, events, bytes */
	WIRE_NOTE,     /* offset, lost, text */
	WIRE_MEMBER,   /* of a container: inner path, offset in the spill file, bytes, modified */
	WIRE_AT,       /* still alive, and how far: offset */
	WIRE_MACHINE,  /* JOB_IDENTIFY: host, the machine's number, operating system, time zone */
};

enum wire_job {
	JOB_READ,
	JOB_UNPACK,
	JOB_IDENTIFY, /* as JOB_READ, but only what events of kind "machine" say comes back */
};

/* JOB_UNPACK's format: an archive with members, or one compressed stream (maybe a tar in it). */
enum { UNPACK_ARCHIVE, UNPACK_STREAM };

#define WIRE_COMMAND_BYTES 4096 /* the longest command: its texts are bounded by wire_command_put */
#define WIRE_TEXT_BYTES 1024
#define WIRE_HEADER_BYTES 5

/* A file that is read with the piece: bytes [base, base + bytes) of a descriptor of its own. */
struct wire_beside {
	bool there;
	uint64_t base, bytes;
};

struct wire_command {
	uint8_t job;
	uint32_t format;     /* JOB_READ, JOB_IDENTIFY: index in input_formats; JOB_UNPACK: UNPACK_... */
	uint64_t base;	     /* where the innermost file begins in the descriptor */
	uint64_t file_bytes; /* its size */
	uint64_t begin, end; /* the piece, within the innermost file */
	int64_t modified;    /* when the innermost file was last written; 0: not known */
	struct slice path, host; /* input_env's; of more than WIRE_TEXT_BYTES the end, or the beginning */
	struct wire_beside beside[INPUT_BESIDE];
};

/* A text that may be absent (p NULL), which is another thing than an empty one. Taken: borrowed from c. */
void wire_put_optional(struct buf *b, struct slice s);
struct slice wire_take_optional(struct cursor *c);

/* A part of the evidence that was not read, or an assumption; offset is in the innermost file. */
void wire_note(struct buf *out, uint64_t offset, bool lost, const char *why);
void wire_done(struct buf *out, uint64_t records, uint64_t events, uint64_t bytes);

/* False, and nothing, where the event is none of a machine. */
bool wire_machine(struct buf *out, struct event *ev);
/* Of which only the name is known. */
void wire_machine_name(struct buf *out, struct slice host);

void wire_command_put(struct buf *b, const struct wire_command *c);
/* Texts are borrowed from s. False where it is not one whole command. */
bool wire_command_get(struct slice s, struct wire_command *c);
