/* SPDX-License-Identifier: Apache-2.0 */
/* One piece of evidence: found lines' ends, windows into memory, the reader over them, every event
 * to the analysis. Runs in a worker. */
#include "base/heap.h"
#include "base/limits.h"
#include "engine/wire.h"
#include "engine/worker.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#define PADDING 64 /* readable bytes behind a window (input.h) */
#define SCAN_BYTES ((size_t)64 << 10)
#define FLUSH_BYTES ((size_t)64 << 10)

struct piece_reader {
	struct worker *w;
	void *analysis;
	struct event ev;
	uint8_t *room;
	size_t cap; /* without the padding */
};

struct piece_reader *piece_reader_new(struct worker *w, void *analysis_worker)
{
	struct piece_reader *r = heap_new(sizeof(*r));

	r->w = w;
	r->analysis = analysis_worker;
	event_init(&r->ev, w->setup->options->names);
	r->cap = LIMIT_WINDOW_BYTES;
	r->room = heap_new(r->cap + PADDING);
	return r;
}

/* Up to n bytes of the innermost file at `at`; fewer at its end or where the disk fails. */
static size_t read_at(int fd, const struct wire_command *c, uint64_t at, uint8_t *room, size_t n,
		      bool *failed)
{
	size_t got = 0;

	while (got < n && at + got < c->file_bytes) {
		ssize_t k = pread(fd, room + got, n - got, (off_t)(c->base + at + got));

		if (k < 0 && errno == EINTR)
			continue;
		if (k <= 0) {
			*failed = true;
			break;
		}
		got += (size_t)k;
	}
	return got;
}

/* The place behind the first newline at or after `at`, or `otherwise` when none comes before
 * `stop`. */
static uint64_t behind_newline(int fd, const struct wire_command *c, uint64_t at, uint64_t stop,
			       uint64_t otherwise)
{
	uint8_t room[SCAN_BYTES];
	bool failed = false;

	while (at < stop && !failed) {
		size_t want = stop - at < SCAN_BYTES ? (size_t)(stop - at) : SCAN_BYTES;
		size_t n = read_at(fd, c, at, room, want, &failed);
		size_t hit = slice_find(slice_of(room, n), '\n');

		if (hit < n)
			return at + hit + 1;
		if (n == 0)
			break;
		at += n;
	}
	return otherwise;
}

/* A piece owns the lines that start in it. */
static void align_lines(int fd, const struct wire_command *c, uint64_t *begin, uint64_t *end)
{
	if (*begin > 0)
		*begin = behind_newline(fd, c, *begin - 1, *end, *end);
	if (*begin < *end && *end < c->file_bytes) {
		uint64_t reach = c->file_bytes - *end > LIMIT_LINE_BYTES + SCAN_BYTES
					 ? *end + LIMIT_LINE_BYTES + SCAN_BYTES
					 : c->file_bytes;

		*end = behind_newline(fd, c, *end - 1, reach, reach);
	}
}


static void on_note(void *ctx, uint64_t offset, bool lost, const char *why)
{
	struct worker *w = ctx;

	wire_note(&w->out, offset, lost, why);
}

static void grow_room(struct piece_reader *r, size_t cap)
{
	r->room = heap_grow(r->room, cap + PADDING);
	r->cap = cap;
}

/* Every event of the window that is ready. */
static uint64_t drain(struct piece_reader *r, const struct input_format *f, struct input *in)
{
	const struct engine_analysis *a = r->w->setup->analysis;
	uint64_t events = 0;

	while (f->next(in, &r->ev) == INPUT_EVENT) {
		events++;
		if (a->worker_event)
			a->worker_event(r->analysis, &r->ev, &r->w->out);
		worker_flush(r->w, FLUSH_BYTES);
	}
	return events;
}

/* The windows of [begin, end): what a window leaves over is moved to the next one's front. */
static uint64_t windows(struct piece_reader *r, int fd, const struct wire_command *c,
			const struct input_format *f, struct input *in, uint64_t begin, uint64_t end)
{
	size_t kept = 0, max = f->cut == INPUT_WHOLE ? SIZE_MAX / 4 : LIMIT_LINE_BYTES + SCAN_BYTES;
	uint64_t at = begin, events = 0;
	bool failed = false, final = false;

	while (!final) {
		size_t want = end - at < r->cap - kept ? (size_t)(end - at) : r->cap - kept;
		size_t n = read_at(fd, c, at, r->room + kept, want, &failed);

		at += n;
		final = at >= end || failed;
		if (failed)
			wire_note(&r->w->out, at, true, "the file cannot be read further");
		memset(r->room + kept + n, 0, PADDING);
		struct input_window w = { .bytes = slice_of(r->room, kept + n),
					  .offset = at - kept - n,
					  .file_bytes = c->file_bytes,
					  .final = final };

		f->window(in, &w);
		events += drain(r, f, in);
		size_t used = f->consumed(in);

		kept = w.bytes.n - (used < w.bytes.n ? used : w.bytes.n);
		if (used == 0 && !final && kept == r->cap && kept >= max) {
			wire_note(&r->w->out, w.offset, true, "a record longer than the limit was skipped");
			kept = 0;
		} else if (used == 0 && !final && kept == r->cap) {
			grow_room(r, r->cap * 2 < max ? r->cap * 2 : max);
		}
		if (used && kept)
			memmove(r->room, r->room + used, kept);
		worker_at(r->w, at);
	}
	return events;
}

void piece_read(struct piece_reader *r, int fd, const struct wire_command *c)
{
	const struct engine_options *o = r->w->setup->options;
	const struct engine_analysis *a = r->w->setup->analysis;
	const struct input_format *f = input_formats[c->format];
	struct input_env env = { .names = o->names, .dialects = o->dialects, .carve = o->carve,
				 .note = on_note, .note_ctx = r->w };
	uint64_t begin = c->begin, end = c->end, events = 0, records = 0;
	struct input *in = f->open(&env);

	if (f->cut == INPUT_CUT_LINES)
		align_lines(fd, c, &begin, &end);
	if (f->cut == INPUT_WHOLE && end - begin > r->cap)
		grow_room(r, (size_t)(end - begin));
	if (begin < end)
		events = windows(r, fd, c, f, in, begin, end);
	if (f->records)
		records = f->records(in);
	f->close(in);
	if (a->worker_piece_end)
		a->worker_piece_end(r->analysis, &r->w->out);
	wire_done(&r->w->out, records, events, c->end - c->begin);
	/* A window that one long line needed is not kept for all others. */
	if (r->cap > LIMIT_WINDOW_BYTES)
		grow_room(r, LIMIT_WINDOW_BYTES);
}
