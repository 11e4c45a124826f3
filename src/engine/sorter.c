/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/sorter.h"

#include "base/buf.h"
#include "base/cursor.h"
#include "base/heap.h"
#include "sys/spool.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#define RUN_WINDOW_BYTES ((size_t)256 << 10)

struct item {
	uint64_t key; /* ns turned into unsigned order; no time: the last */
	uint64_t tie;
	size_t at; /* in text */
	uint32_t bytes;
};

struct run {
	uint64_t from, to; /* in the file */
	struct buf window;
	size_t at; /* in window */
	uint64_t key, tie;
	struct slice text;
};

struct sorter {
	const char *folder; /* NULL: the system's */
	size_t budget;
	int fd; /* -1 until the first run */
	uint64_t file_bytes;
	struct buf text;
	struct item *items;
	size_t n, cap;
	struct run *runs;
	size_t run_count, run_cap;
};

struct sorter *sorter_new(const char *temp_folder, size_t budget_bytes)
{
	struct sorter *s = heap_new(sizeof(*s));

	s->folder = temp_folder;
	s->budget = budget_bytes;
	s->fd = -1;
	return s;
}

void sorter_free(struct sorter *s)
{
	if (!s)
		return;
	if (s->fd >= 0)
		close(s->fd);
	for (size_t i = 0; i < s->run_count; i++)
		buf_done(&s->runs[i].window);
	free(s->runs);
	free(s->items);
	buf_done(&s->text);
	free(s);
}

static int by_key(const void *a, const void *b)
{
	const struct item *x = a, *y = b;

	if (x->key != y->key)
		return x->key < y->key ? -1 : 1;
	if (x->tie != y->tie)
		return x->tie < y->tie ? -1 : 1;
	return x->at < y->at ? -1 : x->at > y->at;
}

static bool write_all(struct sorter *s, struct slice bytes, struct err *err)
{
	while (bytes.n) {
		ssize_t n = pwrite(s->fd, bytes.p, bytes.n, (off_t)s->file_bytes);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return err_errno(err, "cannot write sorted lines (--temp DIR names another place)");
		s->file_bytes += (uint64_t)n;
		bytes = slice_from(bytes, (size_t)n);
	}
	return true;
}

static bool write_run(struct sorter *s, struct err *err)
{
	struct run run = { .from = s->file_bytes };
	struct buf out = { 0 };
	bool ok = true;

	if (s->fd < 0 && (s->fd = tempfile_open(s->folder, err)) < 0)
		return false;
	for (size_t i = 0; i < s->n && ok; i++) {
		buf_put_le64(&out, s->items[i].key);
		buf_put_le64(&out, s->items[i].tie);
		buf_put_sized(&out, slice_of(s->text.p + s->items[i].at, s->items[i].bytes));
		if (out.n >= RUN_WINDOW_BYTES || i + 1 == s->n) {
			ok = write_all(s, buf_slice(&out), err);
			buf_clear(&out);
		}
	}
	buf_done(&out);
	run.to = s->file_bytes;
	s->runs = heap_room(s->runs, s->run_count, &s->run_cap, sizeof(*s->runs));
	s->runs[s->run_count++] = run;
	s->n = 0;
	buf_clear(&s->text);
	return ok;
}

bool sorter_add(struct sorter *s, bool has_time, int64_t ns, uint64_t tie, struct slice text,
		struct err *err)
{
	uint64_t key = has_time ? (uint64_t)ns ^ (UINT64_C(1) << 63) : UINT64_MAX;

	s->items = heap_room(s->items, s->n, &s->cap, sizeof(*s->items));
	s->items[s->n++] = (struct item){ key, tie, s->text.n, (uint32_t)text.n };
	buf_put(&s->text, text);
	if (s->text.n + s->n * sizeof(*s->items) < s->budget)
		return true;
	qsort(s->items, s->n, sizeof(*s->items), by_key);
	return write_run(s, err);
}

/* The next record of a run into key and text; false at its end. */
static bool run_next(struct sorter *s, struct run *r, struct err *err, bool *ok)
{
	for (;;) {
		struct cursor c = cursor_of(slice_of(r->window.p + r->at, r->window.n - r->at));
		uint64_t key = cursor_u64(&c), tie = cursor_u64(&c);
		struct slice text = cursor_sized(&c);

		if (c.ok) {
			r->key = key;
			r->tie = tie;
			r->text = text;
			r->at += c.at;
			return true;
		}
		if (r->from == r->to)
			return false;
		/* Move what is left to the front and read on. */
		memmove(r->window.p, r->window.p + r->at, r->window.n - r->at);
		r->window.n -= r->at;
		r->at = 0;
		size_t want = r->to - r->from < RUN_WINDOW_BYTES ? (size_t)(r->to - r->from)
								 : RUN_WINDOW_BYTES;

		buf_reserve(&r->window, want);
		ssize_t n = pread(s->fd, r->window.p + r->window.n, want, (off_t)r->from);

		if (n <= 0) {
			*ok = err_errno(err, "cannot read sorted lines back");
			return false;
		}
		r->window.n += (size_t)n;
		r->from += (uint64_t)n;
	}
}

static bool before(const struct sorter *s, uint32_t a, uint32_t b)
{
	if (s->runs[a].key != s->runs[b].key)
		return s->runs[a].key < s->runs[b].key;
	if (s->runs[a].tie != s->runs[b].tie)
		return s->runs[a].tie < s->runs[b].tie;
	return a < b;
}

static void sift_down(const struct sorter *s, uint32_t *heap, size_t n, size_t at)
{
	for (;;) {
		size_t least = at, left = at * 2 + 1;

		for (size_t k = left; k < left + 2 && k < n; k++)
			if (before(s, heap[k], heap[least]))
				least = k;
		if (least == at)
			return;
		uint32_t x = heap[at];

		heap[at] = heap[least];
		heap[least] = x;
		at = least;
	}
}

static bool merge(struct sorter *s, bool (*emit)(void *ctx, struct slice text), void *ctx,
		  struct err *err)
{
	uint32_t *heap = heap_array(s->run_count, sizeof(*heap));
	size_t n = 0;
	bool ok = true;

	for (size_t i = 0; i < s->run_count && ok; i++)
		if (run_next(s, &s->runs[i], err, &ok))
			heap[n++] = (uint32_t)i;
	for (size_t i = n; i-- > 0;)
		sift_down(s, heap, n, i);
	while (n && ok) {
		struct run *r = &s->runs[heap[0]];

		if (!emit(ctx, r->text))
			break;
		if (!run_next(s, r, err, &ok))
			heap[0] = heap[--n];
		sift_down(s, heap, n, 0);
	}
	free(heap);
	return ok;
}

bool sorter_finish(struct sorter *s, bool (*emit)(void *ctx, struct slice text), void *ctx,
		   struct err *err)
{
	if (s->n)
		qsort(s->items, s->n, sizeof(*s->items), by_key);
	if (s->run_count) {
		if (s->n && !write_run(s, err))
			return false;
		return merge(s, emit, ctx, err);
	}
	for (size_t i = 0; i < s->n; i++)
		if (!emit(ctx, slice_of(s->text.p + s->items[i].at, s->items[i].bytes)))
			break;
	return true;
}
