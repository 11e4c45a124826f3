/* SPDX-License-Identifier: Apache-2.0 */
/* engine_run: the parent's loop. Evidence becomes units, units pieces, pieces go to workers, and
 * what comes back is delivered strictly in the order of units and pieces. */
#include "base/heap.h"
#include "base/limits.h"
#include "engine/pool.h"
#include "engine/progress.h"
#include "sys/walk.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/signalfd.h>
#include <unistd.h>

/* Results of a piece beyond this wait on disk. */
#define SPOOL_MEMORY_BYTES ((size_t)2 << 20)
/* Silence of a busy worker after which it hangs. */
#define HANG_SECONDS 120.0
/* Unpacked containers on disk at a time, unless the next one in order needs more. */
#define SPILLS_MAX 3
#define READ_BYTES ((size_t)256 << 10)
/* Files looked through for the next piece, so that thousands of no known format cost no time. */
#define AHEAD_MAX 4096u

struct run {
	const struct engine_options *options;
	const struct engine_analysis *analysis;
	struct pool pool;
	struct unit *head, *tail;
	struct err *err;
	bool failed; /* err is set: stop */
	struct beside beside; /* plain files */
	unsigned outstanding, spills;
	struct engine_totals totals;
	uint64_t bytes_known; /* of all evidence found */
	struct progress progress;
	int signals;
};

static void append_unit(struct run *r, struct unit *after, struct unit *u)
{
	if (!after)
		after = r->tail;
	if (!after) {
		r->head = r->tail = u;
		return;
	}
	u->next = after->next;
	after->next = u;
	if (r->tail == after)
		r->tail = u;
}

static void found(void *ctx, const struct walk_entry *e)
{
	struct run *r = ctx;
	struct unit *u = unit_new(e->path, slice_of(NULL, 0));

	u->named = e->named;
	if (e->why)
		/* strerror's text may be replaced by the next call: keep it with the unit. */
		u->why_not = strdup(e->why);
	else
		beside_note(&r->beside, e->path);
	append_unit(r, NULL, u);
}

/* ---- delivery ---- */

static void deliver_note(struct run *r, const struct unit *u, struct slice payload)
{
	struct cursor c = cursor_of(payload);
	struct engine_note n = { .file = u->file.path, .inner = u->file.inner };

	n.offset = cursor_u64(&c);
	n.lost = cursor_u8(&c) != 0;
	n.reason = cursor_sized(&c);
	if (!c.ok)
		return;
	r->totals.lost += n.lost;
	if (r->analysis->note)
		r->analysis->note(r->analysis->ctx, &n);
}

static void deliver_message(struct run *r, struct unit *u, uint8_t type, struct slice payload)
{
	if (type == WIRE_NOTE)
		deliver_note(r, u, payload);
	else if (type >= ENGINE_MESSAGE_FIRST && r->analysis->result)
		r->analysis->result(r->analysis->ctx, &u->file, u->record_base, type, payload);
}

static void deliver_spool(struct run *r, struct unit *u, const struct spool *s)
{
	uint64_t at = 0, end = spool_bytes(s);
	struct buf room = { 0 };
	uint8_t header[WIRE_HEADER_BYTES];

	while (end - at >= WIRE_HEADER_BYTES && spool_read(s, at, header, sizeof(header))) {
		uint32_t n = load_u32(header + 1);

		at += WIRE_HEADER_BYTES;
		if (n > end - at)
			break;
		buf_clear(&room);
		buf_reserve(&room, n + 1);
		if (!spool_read(s, at, room.p, n))
			break;
		room.n = n;
		at += n;
		deliver_message(r, u, header[0], buf_slice(&room));
	}
	buf_done(&room);
}

static void deliver_notes(struct run *r, struct unit *u)
{
	struct spool s = { .memory = u->notes, .fd = -1 };

	deliver_spool(r, u, &s);
	buf_clear(&u->notes);
}

static void deliver_piece(struct run *r, struct unit *u, struct piece *p)
{
	deliver_spool(r, u, &p->messages);
	spool_done(&p->messages);
	u->record_base += p->records;
	u->file.events += p->events;
	u->delivered++;
	r->outstanding--;
	r->totals.events += p->events;
	if (!u->container && !u->spill)
		r->totals.bytes += p->bytes;
	else if (u->container && !u->depth)
		r->totals.bytes += u->file.bytes;
}

/* Everything at the list's head that is complete. */
static void deliver(struct run *r)
{
	while (r->head && r->head->prepared) {
		struct unit *u = r->head;

		deliver_notes(r, u);
		while (u->delivered < u->piece_count && u->pieces[u->delivered].done)
			deliver_piece(r, u, &u->pieces[u->delivered]);
		if (u->delivered < u->piece_count)
			return;
		r->totals.files++;
		if (r->analysis->file_done)
			r->analysis->file_done(r->analysis->ctx, &u->file);
		r->spills -= u->members && u->members->users == 1;
		r->spills -= u->spill && u->spill->users == 1;
		r->head = u->next;
		if (!r->head)
			r->tail = NULL;
		free((void *)(uintptr_t)u->why_not);
		unit_free(u);
	}
}

/* ---- members ---- */

static struct slice inner_path(struct unit *container, struct slice name, struct buf *b)
{
	struct slice outer = container->file.inner.p ? container->file.inner : slice_of(NULL, 0);

	/* One compressed stream has no name of its own: the file's without its ending. */
	if (container->format == UNPACK_STREAM && slice_is(name, "data")) {
		struct slice file = outer.p ? outer : container->file.path;
		size_t start = file.n, end = file.n;

		while (start && file.p[start - 1] != '/')
			start--;
		name = slice_from(file, start);
		for (size_t i = name.n; i-- > 1;)
			if (name.p[i] == '.') {
				end = i;
				break;
			}
		name = slice_head(name, end);
	}
	if (outer.p) {
		buf_put(b, outer);
		buf_put_byte(b, '/');
	}
	buf_put(b, name);
	return buf_slice(b);
}

static void add_member(struct run *r, struct unit *container, struct slice payload)
{
	struct cursor c = cursor_of(payload);
	struct slice name = cursor_sized(&c);
	uint64_t base = cursor_u64(&c), bytes = cursor_u64(&c), end;
	int64_t modified = (int64_t)cursor_u64(&c);
	struct buf path = { 0 };

	if (!c.ok || !container->members || __builtin_add_overflow(base, bytes, &end))
		return;
	struct unit *u = unit_new(container->path, inner_path(container, name, &path));

	buf_done(&path);
	u->spill = container->members;
	u->spill->users++;
	u->base = base;
	u->file.bytes = bytes;
	u->modified = modified ? modified : container->modified;
	u->depth = container->depth + 1;
	beside_note_member(&u->spill->names, u->file.inner, base, bytes);
	struct unit *after = container->last_member ? container->last_member : container;

	/* A member that is a container may have members behind it already: they come first, whatever
	 * the workers' timing. */
	while (after->next && after->next->depth > u->depth)
		after = after->next;
	append_unit(r, after, u);
	container->last_member = u;
}

static bool spill_new(struct run *r, struct unit *u)
{
	struct spill *s = heap_new(sizeof(*s));

	/* Readers get a descriptor that cannot write. */
	if (!tempfile_pair(r->options->temp, &s->write_fd, &s->read_fd, r->err)) {
		free(s);
		return false;
	}
	s->users = 1;
	beside_init(&s->names);
	u->members = s;
	r->spills++;
	return true;
}

/* ---- scheduling ---- */

static bool give(struct run *r, struct pool_worker *w, struct unit *u, struct piece *p)
{
	if (u->container && !u->members && !spill_new(r, u)) {
		r->failed = true;
		return false;
	}
	r->outstanding++;
	unit_open_beside(u, &r->beside);
	if (!pool_send(w, u, p))
		w->heard = 0; /* it is gone: the loop finds its pipe closed */
	unit_close_beside(u);
	return true;
}

/* Its files beside it may still come out of the container. */
static bool waits(const struct unit *u)
{
	return u->has_beside && u->spill && !u->spill->complete;
}

/* The next piece in order that may be given out now. */
static bool next_piece(struct run *r, struct unit **ret_unit, struct piece **ret_piece)
{
	unsigned seen = 0;

	for (struct unit *u = r->head; u && seen < AHEAD_MAX; u = u->next, seen++) {
		if (!u->prepared)
			unit_prepare(u, r->options);
		if (u->container && u->piece_count && u != r->head && !u->pieces[0].scheduled &&
		    r->spills >= SPILLS_MAX)
			return false;
		if (waits(u))
			continue;
		for (size_t i = u->delivered; i < u->piece_count; i++)
			if (!u->pieces[i].scheduled) {
				*ret_unit = u;
				*ret_piece = &u->pieces[i];
				return true;
			}
	}
	return false;
}

static void schedule(struct run *r)
{
	struct pool_worker *w;
	struct unit *u;
	struct piece *p;

	while (!r->failed && r->outstanding < r->pool.n * 4 + 4 && (w = pool_idle(&r->pool)) &&
	       next_piece(r, &u, &p))
		if (!give(r, w, u, p))
			return;
}

/* ---- what workers say ---- */

static void piece_done(struct pool_worker *w)
{
	w->piece->done = true;
	if (w->unit->members)
		w->unit->members->complete = true;
	w->unit = NULL;
	w->piece = NULL;
}

static void keep_message(struct run *r, struct pool_worker *w, struct slice message)
{
	if (!spool_write(&w->piece->messages, message, SPOOL_MEMORY_BYTES, r->options->temp, r->err))
		r->failed = true;
}

/* False for what no honest worker sends. */
static bool take_message(struct run *r, struct pool_worker *w, struct slice message)
{
	uint8_t type = message.p[0];
	struct cursor c = cursor_of(slice_from(message, WIRE_HEADER_BYTES));
	struct piece *p = w->piece;

	switch (type) {
	case WIRE_AT:
		p->at = cursor_u64(&c);
		return c.ok;
	case WIRE_MEMBER:
		add_member(r, w->unit, c.s);
		return true;
	case WIRE_DONE:
		p->records = cursor_u64(&c);
		p->events = cursor_u64(&c);
		p->bytes = cursor_u64(&c);
		if (c.ok)
			piece_done(w);
		return c.ok;
	default:
		keep_message(r, w, message);
		return true;
	}
}

/* Whole messages out of what has come; false when there is one that cannot be. */
static bool take_messages(struct run *r, struct pool_worker *w)
{
	struct unit *u = NULL;
	struct piece *p = NULL;
	size_t at = 0;

	while (w->in.n - at >= WIRE_HEADER_BYTES) {
		uint32_t n = load_u32(w->in.p + at + 1);

		if (n > LIMIT_MESSAGE_BYTES)
			return false;
		if (w->in.n - at - WIRE_HEADER_BYTES < n)
			break;
		if (!w->piece) {
			/* Something behind a piece's end: that it ended was not true. */
			if (p) {
				p->done = false;
				w->unit = u;
				w->piece = p;
			}
			return false;
		}
		u = w->unit;
		p = w->piece;
		if (!take_message(r, w, slice_of(w->in.p + at, WIRE_HEADER_BYTES + n)))
			return false;
		at += WIRE_HEADER_BYTES + n;
	}
	memmove(w->in.p, w->in.p + at, w->in.n - at);
	w->in.n -= at;
	return true;
}

/* The piece of a worker that is no more: what it sent stays, the rest is told to be missing. */
static void lose_piece(struct run *r, struct pool_worker *w, const char *why_killed)
{
	struct unit *u = w->unit;
	struct piece *p = w->piece;
	char how[120], why[300];
	struct buf message = { 0 };

	if (!pool_replace(&r->pool, w, how, r->err))
		r->failed = true;
	if (!u)
		return;
	snprintf(why, sizeof(why), "%s while reading bytes %llu to %llu: the rest of them was not read",
		 why_killed ? why_killed : how, (unsigned long long)p->at, (unsigned long long)p->end);
	wire_note(&message, p->at, true, why);
	spool_write(&p->messages, buf_slice(&message), SPOOL_MEMORY_BYTES, r->options->temp, r->err);
	buf_done(&message);
	p->bytes = p->at - p->begin;
	p->done = true;
	if (u->members)
		u->members->complete = true;
}

static void hear(struct run *r, struct pool_worker *w)
{
	for (int i = 0; i < 16; i++) {
		buf_reserve(&w->in, READ_BYTES);
		ssize_t n = read(w->results, w->in.p + w->in.n, READ_BYTES);

		if (n < 0 && (errno == EAGAIN || errno == EINTR))
			return;
		if (n <= 0) {
			lose_piece(r, w, NULL);
			return;
		}
		w->in.n += (size_t)n;
		w->heard = progress_now();
		if (!take_messages(r, w)) {
			lose_piece(r, w, "the reader sent rubbish and was stopped");
			return;
		}
	}
}

static void look_for_hangs(struct run *r)
{
	double now = progress_now();

	for (size_t i = 0; i < r->pool.n; i++)
		if (r->pool.workers[i].unit && now - r->pool.workers[i].heard > HANG_SECONDS)
			lose_piece(r, &r->pool.workers[i], "the reader hung and was stopped");
}

/* ---- the loop ---- */

static void wait_for_news(struct run *r, struct pollfd *polls)
{
	size_t n = r->pool.n;

	for (size_t i = 0; i < n; i++)
		polls[i] = (struct pollfd){ r->pool.workers[i].results, POLLIN, 0 };
	polls[n] = (struct pollfd){ r->signals, POLLIN, 0 };
	if (poll(polls, n + 1, 1000) <= 0) {
		look_for_hangs(r);
		return;
	}
	if (polls[n].revents) {
		struct signalfd_siginfo taken;
		ssize_t got = read(r->signals, &taken, sizeof(taken));

		r->totals.interrupted = got == (ssize_t)sizeof(taken);
	}
	for (size_t i = 0; i < n; i++)
		if (polls[i].revents && r->pool.workers[i].results == polls[i].fd)
			hear(r, &r->pool.workers[i]);
}

static uint64_t bytes_in_progress(const struct run *r)
{
	uint64_t bytes = r->totals.bytes;

	for (size_t i = 0; i < r->pool.n; i++)
		if (r->pool.workers[i].piece)
			bytes += r->pool.workers[i].piece->at - r->pool.workers[i].piece->begin;
	return bytes;
}

static void loop(struct run *r)
{
	struct pollfd *polls = heap_array(r->pool.n + 1, sizeof(*polls));

	while (r->head && !r->failed && !r->totals.interrupted) {
		schedule(r);
		deliver(r);
		schedule(r);
		bool busy = false;

		for (size_t i = 0; i < r->pool.n; i++)
			busy |= r->pool.workers[i].unit != NULL;
		if (busy)
			wait_for_news(r, polls);
		progress_show(&r->progress, bytes_in_progress(r), r->bytes_known, r->totals.events);
	}
	free(polls);
}

static unsigned cores(void)
{
	cpu_set_t set;

	if (sched_getaffinity(0, sizeof(set), &set) != 0)
		return 1;
	int n = CPU_COUNT(&set);

	return n > 0 ? (unsigned)n : 1;
}

static bool find_evidence(struct run *r, const char *const *evidence, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (!walk(evidence[i], found, r, r->err))
			return false;
	return true;
}

bool engine_run(const char *const *evidence, size_t count, const struct engine_options *options,
		const struct engine_analysis *analysis, struct engine_totals *ret, struct err *err)
{
	struct run r = { .options = options, .analysis = analysis, .err = err };
	sigset_t stop, before;

	beside_init(&r.beside);
	bool ok = find_evidence(&r, evidence, count);

	sigemptyset(&stop);
	sigaddset(&stop, SIGINT);
	sigaddset(&stop, SIGTERM);
	sigprocmask(SIG_BLOCK, &stop, &before);
	r.signals = signalfd(-1, &stop, SFD_CLOEXEC | SFD_NONBLOCK);
	progress_init(&r.progress, options->progress);
	ok = ok && pool_init(&r.pool, options->threads ? options->threads : cores(), options, analysis,
			     err);
	if (ok)
		loop(&r);
	progress_end(&r.progress);
	pool_done(&r.pool);
	while (r.head) {
		struct unit *next = r.head->next;

		free((void *)(uintptr_t)r.head->why_not);
		unit_free(r.head);
		r.head = next;
	}
	beside_done(&r.beside);
	close(r.signals);
	sigprocmask(SIG_SETMASK, &before, NULL);
	r.totals.seconds = progress_now() - r.progress.start;
	*ret = r.totals;
	return ok && !r.failed;
}
