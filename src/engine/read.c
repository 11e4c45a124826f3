/* SPDX-License-Identifier: Apache-2.0 */
/* One piece of evidence: found lines' ends, windows into memory, the reader over them, every event
 * to the analysis. Runs in a worker. */
#include "base/heap.h"
#include "base/limits.h"
#include "engine/wide.h"
#include "engine/wire.h"
#include "engine/worker.h"
#include "sys/view.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#define PADDING 64 /* readable bytes behind a window (input.h) */
#define SCAN_BYTES ((size_t)64 << 10)
#define FLUSH_BYTES ((size_t)64 << 10)
#define MACHINES_MAX 64u     /* told of one file */
#define ALIVE_EVENTS 65536u /* of a whole file, after which the worker says that it lives */

struct piece_reader {
	struct worker *w;
	void *analysis;
	struct event ev;
	uint8_t *room;
	size_t cap; /* without the padding */
	struct slice host; /* whose the piece is, for records that name none */
	bool identify;	   /* only what the machine says of itself is asked for */
	unsigned machines; /* told then */
	struct buf last_host; /* seen then, where none is told: what a log calls its machine */
	struct wide wide; /* of the piece */
	struct view views[1 + INPUT_BESIDE]; /* of a file that is read whole, and of those beside it */
	struct input_window window;
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


/* Readers of UTF-16 count in UTF-8. */
static uint64_t place(struct piece_reader *r, uint64_t offset)
{
	if (r->wide.kind == WIDE_NO)
		return offset;
	return wide_place(&r->wide, r->window.bytes, r->window.offset, offset);
}

static void on_note(void *ctx, uint64_t offset, bool lost, const char *why)
{
	struct piece_reader *r = ctx;

	wire_note(&r->w->out, place(r, offset), lost, why);
}

static void grow_room(struct piece_reader *r, size_t cap)
{
	r->room = heap_grow(r->room, cap + PADDING);
	r->cap = cap;
}

static void use_event(struct piece_reader *r)
{
	const struct engine_analysis *a = r->w->setup->analysis;

	if (r->identify) {
		if (r->machines < MACHINES_MAX)
			r->machines += wire_machine(&r->w->out, &r->ev);
		if (r->ev.host.n) {
			buf_clear(&r->last_host);
			buf_put(&r->last_host, slice_head(r->ev.host, WIRE_TEXT_BYTES));
		}
		return;
	}
	r->ev.ptr.offset = place(r, r->ev.ptr.offset);
	if (!r->ev.host.n && r->host.n)
		r->ev.host = r->host;
	if (a->worker_event)
		a->worker_event(r->analysis, &r->ev, &r->w->out);
}

/* Every event of the window that is ready. */
static uint64_t drain(struct piece_reader *r, const struct input_format *f, struct input *in)
{
	uint64_t events = 0;

	while (f->next(in, &r->ev) == INPUT_EVENT) {
		events++;
		use_event(r);
		worker_flush(r->w, FLUSH_BYTES);
		if (f->cut == INPUT_WHOLE && events % ALIVE_EVENTS == 0)
			worker_at(r->w, 0);
	}
	return events;
}

/* The next bytes of the piece behind what is kept in the room: as they are, or as UTF-8. *at moves
 * past what was read of the file. */
static size_t fill(struct piece_reader *r, int fd, const struct wire_command *c, size_t kept,
		   uint64_t *at, uint64_t end, bool *failed)
{
	size_t room = r->cap - kept, want = end - *at < room ? (size_t)(end - *at) : room, n;

	if (r->wide.kind == WIDE_NO) {
		n = read_at(fd, c, *at, r->room + kept, want, failed);
		*at += n;
		return n;
	}
	/* A unit of two bytes becomes three at most. */
	want = want / 3 * 2 > 4 ? want / 3 * 2 - 4 : want;
	want = end - *at < want ? (size_t)(end - *at) : want;
	n = read_at(fd, c, *at, wide_room(&r->wide, want), want, failed);
	*at += n;
	struct slice text = wide_convert(&r->wide, n, *at >= end || *failed);

	if (text.n > room) /* the last few bytes of a file in a room that is nearly full */
		grow_room(r, kept + text.n);
	if (text.n)
		memcpy(r->room + kept, text.p, text.n);
	return text.n;
}

/* The windows of [begin, end): what a window leaves over is moved to the next one's front. */
static uint64_t windows(struct piece_reader *r, int fd, const struct wire_command *c,
			const struct input_format *f, struct input *in, uint64_t begin, uint64_t end)
{
	size_t kept = 0, max = LIMIT_LINE_BYTES + SCAN_BYTES;
	uint64_t at = begin, given = r->wide.kind == WIDE_NO ? begin : 0, events = 0;
	bool failed = false, final = false;

	while (!final) {
		size_t n = fill(r, fd, c, kept, &at, end, &failed);

		given += n;
		final = at >= end || failed;
		if (failed)
			wire_note(&r->w->out, at, true, "the file cannot be read further");
		memset(r->room + kept + n, 0, PADDING);
		r->window = (struct input_window){ .bytes = slice_of(r->room, kept + n),
						   .offset = given - kept - n,
						   .file_bytes = c->file_bytes,
						   .final = final };
		const struct input_window w = r->window;

		f->window(in, &w);
		events += drain(r, f, in);
		size_t used = f->consumed(in);

		used = used < w.bytes.n ? used : w.bytes.n;
		kept = w.bytes.n - used;
		place(r, w.offset + used);
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

static bool map_files(struct piece_reader *r, const struct job_files *files, const struct wire_command *c)
{
	struct err err = { 0 };

	if (!view_map(&r->views[0], files->fd, c->base, c->file_bytes, &err)) {
		wire_note(&r->w->out, 0, true, err.why);
		return false;
	}
	for (size_t i = 0; i < INPUT_BESIDE; i++)
		if (c->beside[i].there && !view_map(&r->views[1 + i], files->beside[i], c->beside[i].base,
						    c->beside[i].bytes, &err))
			wire_note(&r->w->out, 0, true, err.why);
	return true;
}

static void unmap_files(struct piece_reader *r)
{
	for (size_t i = 0; i < 1 + INPUT_BESIDE; i++)
		view_unmap(&r->views[i]);
}

/* One window over the file where it lies. What is touched of it that is gone ends this process, and
 * the parent tells that the piece is lost. */
static uint64_t whole(struct piece_reader *r, const struct job_files *files, const struct wire_command *c,
		      const struct input_format *f, struct input *in)
{
	struct input_window w = { .file_bytes = c->file_bytes, .final = true };
	uint64_t events;

	if (!map_files(r, files, c))
		return 0;
	w.bytes = r->views[0].bytes;
	for (size_t i = 0; i < INPUT_BESIDE; i++)
		w.beside[i] = r->views[1 + i].bytes;
	r->window = w;
	f->window(in, &w);
	events = drain(r, f, in);
	worker_at(r->w, c->end);
	return events;
}

/* Text formats are also read from UTF-16; such files are not cut. */
static void begin_wide(struct piece_reader *r, int fd, const struct wire_command *c,
		       const struct input_format *f, uint64_t *begin)
{
	uint8_t head[4];
	enum wide_kind kind = WIDE_NO;
	size_t mark = 0;
	bool failed = false;

	if (input_is_text(f) && c->begin == 0)
		kind = wide_detect(slice_of(head, read_at(fd, c, 0, head, sizeof(head), &failed)), &mark);
	wide_init(&r->wide, kind, mark);
	*begin += mark;
}

void piece_read(struct piece_reader *r, const struct job_files *files, const struct wire_command *c)
{
	const struct engine_options *o = r->w->setup->options;
	const struct engine_analysis *a = r->w->setup->analysis;
	const struct input_format *f = input_formats[c->format];
	struct input_env env = { .names = o->names, .dialects = o->dialects, .carve = o->carve,
				 .note = on_note, .note_ctx = r, .modified = c->modified,
				 .path = c->path, .host = c->host.n ? c->host : slice_of(NULL, 0) };
	uint64_t begin = c->begin, end = c->end, events = 0, records = 0;
	struct input *in = f->open(&env);

	r->host = env.host;
	r->identify = c->job == JOB_IDENTIFY;
	r->machines = 0;
	buf_clear(&r->last_host);
	begin_wide(r, files->fd, c, f, &begin);
	if (f->cut == INPUT_CUT_LINES && r->wide.kind == WIDE_NO)
		align_lines(files->fd, c, &begin, &end);
	if (f->cut == INPUT_WHOLE)
		events = whole(r, files, c, f, in);
	else if (begin < end)
		events = windows(r, files->fd, c, f, in, begin, end);
	if (f->records)
		records = f->records(in);
	f->close(in);
	wide_done(&r->wide);
	if (r->identify && !r->machines && r->last_host.n)
		wire_machine_name(&r->w->out, buf_slice(&r->last_host));
	if (a->worker_piece_end && !r->identify)
		a->worker_piece_end(r->analysis, &r->w->out);
	unmap_files(r);
	wire_done(&r->w->out, records, events, c->end - c->begin);
	/* A window that one long line needed is not kept for all others. */
	if (r->cap > LIMIT_WINDOW_BYTES)
		grow_room(r, LIMIT_WINDOW_BYTES);
}
