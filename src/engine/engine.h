/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * The pipeline: evidence in, the same analysis over every event, results out in an order that
 * does not depend on threads.
 *
 *   parent                       unpacker worker              reader worker
 *   walks folders, opens files,
 *   probes nothing but magic  -> container fd -> members into
 *                                a spill descriptor
 *   cuts into pieces          ----------------------------->  window by window: reader, then
 *                                                             analysis->event; messages back
 *   analysis->result in order <- length-prefixed, bounded <-
 *
 * Workers are forked from the single-threaded parent after `analysis` is built, get descriptors
 * over a socket, drop every right they have (sys/sandbox.h) and then read. One that dies costs its
 * piece, reported with file and offset. docs/threat-model.md says who touches which bytes.
 */
#include "base/buf.h"
#include "base/err.h"
#include "event/event.h"
#include "input/input.h"

/* One innermost file. Indexes into run->files; order is that of the walk. */
struct engine_file {
	struct slice path;   /* as found from the argument the user gave */
	struct slice inner;  /* path inside containers, p NULL for a plain file */
	uint64_t bytes;
	const char *format;  /* name of the reader, or of the container; NULL when none fitted */
	uint64_t events;     /* read from it so far */
	char sha256[65];     /* of a plain file or container as found; empty unless asked for */
};

/* A part of the evidence that was not read, or an assumption that was made. */
struct engine_note {
	struct slice file, inner, reason;
	uint64_t offset;
	bool lost; /* exit status 3 */
};

/*
 * What is done with the events. The worker side runs in a sandboxed process and sees events; what
 * it wants to tell the parent it appends to `out` with engine_message(). The parent side gets the
 * messages piece by piece in the order of the evidence, whatever the number of workers.
 * The parent treats messages as hostile: it decodes with a cursor and drops what does not fit.
 */
struct engine_analysis {
	void *shared; /* built before the fork, read-only in workers: `struct matcher`, options */
	/* Worker side. */
	void *(*worker_new)(void *shared);
	void (*worker_event)(void *worker, struct event *ev, struct buf *out);
	void (*worker_piece_end)(void *worker, struct buf *out); /* flush what was gathered; may be NULL */
	/* Parent side. `record_base` is what to add to a pointer's record where record_counted. */
	void (*result)(void *ctx, const struct engine_file *file, uint64_t record_base, uint8_t type,
		       struct slice payload);
	void (*note)(void *ctx, const struct engine_note *note);
	/* Every innermost file once it is wholly read (or found unreadable); may be NULL. */
	void (*file_done)(void *ctx, const struct engine_file *file);
	void *ctx;
};

/* Types below 16 are the engine's own. */
#define ENGINE_MESSAGE_FIRST 16

void engine_message(struct buf *out, uint8_t type, struct slice payload);

enum engine_progress { PROGRESS_AUTO, PROGRESS_ALWAYS, PROGRESS_NEVER };

struct engine_options {
	uint64_t piece_bytes; /* how large files are cut; 0: 8 MiB */
	unsigned threads;     /* reader workers; 0: the cores this process may use */
	uint64_t memory;      /* bytes; 0: 1 GiB */
	const char *temp;     /* folder for spill files; NULL: $TMPDIR or /tmp */
	enum engine_progress progress;
	bool carve;
	bool hash;	      /* SHA-256 of every evidence file (investigate) */
	const struct names *names;
	const struct dialects *dialects;
};

struct engine_totals {
	uint64_t events, bytes, files, lost; /* lost: notes with lost set */
	double seconds;
	bool interrupted; /* Ctrl-C: what was delivered is whole, the rest was not read */
};

/* Reads all evidence. False with err only for what is wrong before the first byte is read (a
 * named path that does not exist: ERR_USAGE; no memory for a worker). */
bool engine_run(const char *const *evidence, size_t count, const struct engine_options *options,
		const struct engine_analysis *analysis, struct engine_totals *ret, struct err *err);
