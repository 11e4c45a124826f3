/* SPDX-License-Identifier: Apache-2.0 */
/* engine_run: the parent's loop. Evidence becomes units, units pieces, pieces go to workers, and
 * what comes back is delivered strictly in the order of units and pieces. */
#include "base/heap.h"
#include "base/limits.h"
#include "engine/collection.h"
#include "engine/pool.h"
#include "engine/progress.h"
#include "sys/walk.h"

#include <assert.h>
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
/* Members of a container that tell whether it is a collection: these first ones, or those in these bytes. */
#define TELLING_MEMBERS 512u
#define TELLING_BYTES ((uint64_t)256 << 20)

struct run {
	const struct engine_options *options;
	const struct engine_analysis *analysis;
	struct pool pool;
	struct unit *head, *tail;
	struct err *err;
	bool failed; /* err is set: stop */
	struct beside beside; /* plain files */
	struct collections collections;
	size_t below; /* bytes of the argument that is walked */
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
	u->below = e->named ? strlen(e->path) : r->below;
	u->harmless = e->harmless;
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

static void note_of(struct run *r, const struct collection *c, bool lost, const char *why)
{
	struct engine_note n = { .file = slice_str(c->path), .inner = slice_str(c->inner),
				 .reason = slice_str(why), .lost = lost };

	if (r->analysis->note)
		r->analysis->note(r->analysis->ctx, &n);
}

/* Whose it is, before the first of its files. */
static void tell_collection(struct run *r, const struct unit *u)
{
	struct buf line = { 0 };

	if (u->collection && collection_meet(&r->collections, u->collection, &line))
		note_of(r, u->collection, false, (const char *)line.p);
	buf_done(&line);
}

/* What of it was not read is told at the end. */
static void count_unread(const struct unit *u)
{
	struct collection *c = u->collection;

	if (!c)
		return;
	c->empty += u->empty;
	if (u->unknown && !c->unknown++)
		c->first_unknown = strdup(u->inner ? u->inner : u->path);
}

static void on_double(void *ctx, const struct collection *c, const char *why)
{
	note_of(ctx, c, false, why);
}

/* When everything is read. */
static void deliver_collections(struct run *r)
{
	for (size_t i = 0; i < r->collections.met_n; i++) {
		const struct collection *c = r->collections.met[i];
		struct buf line = { 0 };

		if (collection_tell_unread(c, &line))
			note_of(r, c, false, (const char *)line.p);
		buf_done(&line);
	}
	collections_each_double(&r->collections, on_double, r);
	if (r->collections.too_many)
		note_of(r, r->collections.items[0], false,
			"there are more collections than are told apart: the rest is read without a host's name");
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

		tell_collection(r, u);
		deliver_notes(r, u);
		while (u->delivered < u->piece_count && u->pieces[u->delivered].done)
			deliver_piece(r, u, &u->pieces[u->delivered]);
		if (u->delivered < u->piece_count)
			return;
		count_unread(u);
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

/* The first members say whether all are to wait for each other. */
static void judge_member(const struct unit *u)
{
	struct spill *s = u->spill;

	s->members++;
	if (s->kind != SPILL_UNKNOWN)
		return;
	if (collection_shows(u))
		s->kind = SPILL_COLLECTION;
	else if (s->members >= TELLING_MEMBERS || u->base + u->file.bytes >= TELLING_BYTES)
		s->kind = SPILL_LOOSE;
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
	u->below = container->file.inner.p ? container->file.inner.n + 1 : 0;
	u->collection = container->collection;
	beside_note_member(&u->spill->names, u->file.inner, base, bytes);
	struct unit *after = container->last_member ? container->last_member : container;

	/* A member that is a container may have members behind it already: they come first, whatever
	 * the workers' timing. */
	while (after->next && after->next->depth > u->depth)
		after = after->next;
	append_unit(r, after, u);
	container->last_member = u;
	judge_member(u);
}

/* Every member that there will be is there. */
static void complete(struct run *r, struct unit *container)
{
	struct spill *s = container->members;

	if (s->kind == SPILL_COLLECTION)
		collections_group(&r->collections, container->next, container->last_member->next, s);
	else
		s->kind = SPILL_LOOSE;
	s->complete = true;
	s->container = NULL;
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
	s->container = u;
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
	if (!pool_send(w, u, p, collection_host(u->collection)))
		w->heard = 0; /* it is gone: the loop finds its pipe closed */
	unit_close_beside(u);
	return true;
}

/* Has a worker look whose the collection is that waits; false when all of its files are given out. */
static bool ask(struct run *r, struct pool_worker *w, struct collection *waiting)
{
	struct collection *c;
	struct unit *u;
	unsigned rank;

	while ((u = collection_next(waiting, &c, &rank))) {
		bool readable;

		unit_prepare(u, r->options, true);
		readable = u->piece_count && !u->container;
		if (readable) {
			unit_open_beside(u, &r->beside);
			if (!pool_ask(w, u, c, rank))
				w->heard = 0;
			unit_close_beside(u);
		} else {
			collection_answered(c);
		}
		/* It is read in its turn: until then it keeps no descriptor. */
		unit_forget(u);
		if (readable)
			return true;
	}
	return false;
}

/* Members that look like a machine's files wait until all are there; and so do those that are read with
 * others beside them. */
static bool waits_for_members(const struct unit *u)
{
	const struct spill *s = u->spill;

	return s && !s->complete && (s->kind != SPILL_LOOSE || u->has_beside);
}

/* The unit that can be given out next at the soonest, when u cannot: none of those between is prepared. */
static struct unit *behind_waiting(const struct unit *u)
{
	return u->spill && !u->spill->complete ? u->spill->container->last_member : u->collection->last;
}

static struct piece *unscheduled(struct unit *u)
{
	for (size_t i = u->delivered; i < u->piece_count; i++)
		if (!u->pieces[i].scheduled)
			return &u->pieces[i];
	return NULL;
}

/* How many units from the head on may be given out. What waits to be delivered is bounded; but what comes
 * first is always given, or nothing would ever be delivered when others have filled the bound while it
 * waited for its members or its host. */
static unsigned reach(const struct run *r)
{
	const struct unit *u = r->head;

	if (r->outstanding < r->pool.n * 4 + 4)
		return AHEAD_MAX;
	return u && (!u->prepared || (u->delivered < u->piece_count && !u->pieces[u->delivered].scheduled));
}

/* Gives the worker what comes next in order, of what may be given out now. False when there is nothing. */
static bool give_next(struct run *r, struct pool_worker *w)
{
	unsigned seen = 0, most = reach(r);

	for (struct unit *u = r->head; u && seen < most; u = u->next, seen++) {
		struct piece *p;

		if (waits_for_members(u)) {
			u = u->has_beside ? u : behind_waiting(u);
			continue;
		}
		if (!collection_ready(u->collection)) {
			if (ask(r, w, u->collection))
				return true;
			if (!collection_ready(u->collection)) {
				u = behind_waiting(u);
				continue;
			}
		}
		if (!u->prepared)
			unit_prepare(u, r->options, false);
		p = waits_for_members(u) ? NULL : unscheduled(u);
		if (p && u->container && u != r->head && r->spills >= SPILLS_MAX)
			return false;
		if (p)
			return give(r, w, u, p);
	}
	return false;
}

static void schedule(struct run *r)
{
	struct pool_worker *w;

	while (!r->failed && (w = pool_idle(&r->pool)) && give_next(r, w))
		;
}

/* ---- what workers say ---- */

static void piece_done(struct run *r, struct pool_worker *w)
{
	w->piece->done = true;
	if (w->identify)
		collection_answered(w->identify);
	else if (w->unit->members && !w->unit->members->complete)
		complete(r, w->unit);
	w->unit = NULL;
	w->piece = NULL;
	w->identify = NULL;
}

/* Of a file that is only asked whose it is: it will be read again in its turn. */
static bool take_answer(struct run *r, struct pool_worker *w, uint8_t type, struct cursor *c)
{
	if (type == WIRE_MACHINE)
		collection_take(w->identify, w->rank, c->s);
	else if (type == WIRE_DONE)
		piece_done(r, w);
	return true;
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

	if (w->identify)
		return take_answer(r, w, type, &c);
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
			piece_done(r, w);
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
	struct piece *p = NULL; /* but for those that are only asked */
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
		p = w->identify ? NULL : w->piece;
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

	struct collection *asked = w->identify;

	if (!pool_replace(&r->pool, w, how, r->err))
		r->failed = true;
	if (asked)
		collection_answered(asked);
	if (!u || asked)
		return;
	snprintf(why, sizeof(why), "%s while reading bytes %llu to %llu: the rest of them was not read",
		 why_killed ? why_killed : how, (unsigned long long)p->at, (unsigned long long)p->end);
	wire_note(&message, p->at, true, why);
	spool_write(&p->messages, buf_slice(&message), SPOOL_MEMORY_BYTES, r->options->temp, r->err);
	buf_done(&message);
	p->bytes = p->at - p->begin;
	p->done = true;
	if (u->members && !u->members->complete)
		complete(r, u);
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
		const struct unit *head = r->head;

		schedule(r);
		deliver(r);
		schedule(r);
		bool busy = false;

		for (size_t i = 0; i < r->pool.n; i++)
			busy |= r->pool.workers[i].unit != NULL;
		assert(busy || r->failed || r->head != head); /* else nothing would ever change */
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
	for (size_t i = 0; i < count; i++) {
		r->below = strlen(evidence[i]);
		if (!walk(evidence[i], found, r, r->err))
			return false;
	}
	collections_group(&r->collections, r->head, NULL, NULL);
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
	if (ok)
		deliver_collections(&r);
	progress_end(&r.progress);
	pool_done(&r.pool);
	while (r.head) {
		struct unit *next = r.head->next;

		free((void *)(uintptr_t)r.head->why_not);
		unit_free(r.head);
		r.head = next;
	}
	beside_done(&r.beside);
	collections_done(&r.collections);
	close(r.signals);
	sigprocmask(SIG_SETMASK, &before, NULL);
	r.totals.seconds = progress_now() - r.progress.start;
	*ret = r.totals;
	return ok && !r.failed;
}
