/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs of record numbers: gathering, and the message. All numbers little-endian:
 *
 *   u8  version 1
 *   u32 logs  { u32 length, bytes }
 *   u32 runs  { u32 log; u8 timed; u64 low, high; i64 low_ns, high_ns }
 */
#include "case/numbers.h"

#include "base/buf.h"
#include "base/cursor.h"
#include "base/hash.h"
#include "base/heap.h"
#include "base/limits.h"
#include "case/breaks.h"

#include <stdlib.h>

#define WIRE_VERSION 1
#define WIRE_RUN_BYTES 37u
#define WORKER_RUNS 16384u
#define WORKER_TEXT ((size_t)4 << 20)
#define JOIN_NS (INT64_C(3600) * 1000000000)

void numbers_init(struct numbers *n)
{
	*n = (struct numbers){ 0 };
	map_init(&n->logs);
	arena_init(&n->scratch, 0);
}

void numbers_done(struct numbers *n)
{
	map_done(&n->logs);
	arena_done(&n->scratch);
	free(n->open);
	free(n->given_up);
	free(n->runs);
	*n = (struct numbers){ 0 };
}

void numbers_clear(struct numbers *n)
{
	map_clear(&n->logs);
	memset(n->lines, 0, sizeof(n->lines));
	n->n = 0;
}

/* The log's number, MAP_NONE when there are too many. */
static uint32_t log_number(struct numbers *n, struct slice key)
{
	uint32_t log = map_get(&n->logs, key);

	if (log != MAP_NONE)
		return log;
	if (n->logs.n >= LIMIT_NUMBER_LOGS || n->logs.arena.used >= LIMIT_COVERAGE_TEXT * 4) {
		n->logs_left_out++;
		return MAP_NONE;
	}
	log = map_intern(&n->logs, key);
	n->open = heap_room(n->open, log, &n->log_cap, sizeof(*n->open));
	n->given_up = heap_room(n->given_up, log, &n->given_cap, sizeof(*n->given_up));
	n->open[log] = (struct numbers_run){ .log = log };
	n->given_up[log] = 0;
	return log;
}

static struct slice log_key(struct numbers *n, struct slice host, struct slice channel)
{
	arena_reset(&n->scratch);
	host = slice_head(host, LIMIT_NAME_BYTES);
	channel = slice_head(channel, LIMIT_NAME_BYTES);
	uint8_t *room = arena_alloc(&n->scratch, host.n + channel.n + 1);

	slice_lower(host, room);
	room[host.n] = 0;
	slice_lower(channel, room + host.n + 1);
	return slice_of(room, host.n + channel.n + 1);
}

static uint32_t log_of(struct numbers *n, const struct event *ev)
{
	uint64_t h = hash64(ev->host) ^ ev->channel.n * UINT64_C(0x9e3779b97f4a7c15);
	struct numbers_line *line = &n->lines[(h ^ h >> 32) % NUMBERS_LINES];

	if (line->log && slice_eq(slice_of(line->host, line->host_n), ev->host) &&
	    slice_eq(slice_of(line->channel, line->channel_n), ev->channel))
		return line->log - 1;
	uint32_t log = log_number(n, log_key(n, ev->host, ev->channel));

	line->log = 0;
	if (log == MAP_NONE || ev->host.n > NUMBERS_LINE_TEXT || ev->channel.n > NUMBERS_LINE_TEXT)
		return log;
	line->log = log + 1;
	line->host_n = (uint16_t)ev->host.n;
	line->channel_n = (uint16_t)ev->channel.n;
	if (ev->host.n)
		memcpy(line->host, ev->host.p, ev->host.n);
	if (ev->channel.n)
		memcpy(line->channel, ev->channel.p, ev->channel.n);
	return log;
}

static void push(struct numbers *n, const struct numbers_run *r)
{
	n->runs = heap_room(n->runs, n->n, &n->cap, sizeof(*n->runs));
	n->runs[n->n++] = *r;
}

static bool near(int64_t a, int64_t b)
{
	int64_t d;

	return !__builtin_sub_overflow(a, b, &d) && d <= JOIN_NS && d >= -JOIN_NS;
}

/* False when the number does not stand beside the run. */
static bool grow(struct numbers_run *r, uint64_t number, int64_t ns)
{
	if (number == r->high + 1 && near(ns, r->high_ns)) {
		r->high = number;
		r->high_ns = ns;
		return true;
	}
	if (number + 1 == r->low && near(ns, r->low_ns)) {
		r->low = number;
		r->low_ns = ns;
		return true;
	}
	return false;
}

bool numbers_add(struct numbers *n, struct event *ev, bool alone)
{
	uint64_t number = event_log_number(ev);

	if (!number || !ev->channel.n)
		return false;
	uint32_t log = log_of(n, ev);

	if (log == MAP_NONE)
		return true;
	struct numbers_run *open = &n->open[log];
	int64_t ns = ev->time.set ? ev->time.ns : 0;

	if (open->high && !alone && open->timed == ev->time.set && grow(open, number, ns))
		return false;
	if (open->high)
		push(n, open);
	*open = (struct numbers_run){ log, ev->time.set, number, number, ns, ns };
	if (alone) {
		push(n, open);
		open->high = 0;
	}
	return n->n >= WORKER_RUNS || n->logs.arena.used >= WORKER_TEXT;
}

void numbers_encode(struct numbers *n, struct buf *out)
{
	for (size_t i = 0; i < n->logs.n; i++)
		if (n->open[i].high) {
			push(n, &n->open[i]);
			n->open[i].high = 0;
		}
	buf_put_u8(out, WIRE_VERSION);
	buf_put_le32(out, (uint32_t)n->logs.n);
	for (uint32_t i = 0; i < n->logs.n; i++)
		buf_put_sized(out, map_key(&n->logs, i));
	buf_put_le32(out, (uint32_t)n->n);
	for (size_t i = 0; i < n->n; i++) {
		const struct numbers_run *r = &n->runs[i];

		buf_put_le32(out, r->log);
		buf_put_u8(out, r->timed);
		buf_put_le64(out, r->low);
		buf_put_le64(out, r->high);
		buf_put_le64(out, (uint64_t)r->low_ns);
		buf_put_le64(out, (uint64_t)r->high_ns);
	}
}

static struct numbers_run run_load(const uint8_t *p)
{
	return (struct numbers_run){ .log = load_u32(p),
				     .timed = p[4] != 0,
				     .low = load_u64(p + 5),
				     .high = load_u64(p + 13),
				     .low_ns = (int64_t)load_u64(p + 21),
				     .high_ns = (int64_t)load_u64(p + 29) };
}

static bool runs_sound(struct slice runs, uint32_t log_count)
{
	for (size_t i = 0; i < runs.n; i += WIRE_RUN_BYTES) {
		struct numbers_run r = run_load(runs.p + i);

		if (r.log >= log_count || r.low == 0 || r.low > r.high || r.high > INT64_MAX ||
		    (!r.timed && (r.low_ns || r.high_ns)))
			return false;
	}
	return true;
}

static int by_log_and_number(const void *pa, const void *pb)
{
	const struct numbers_run *a = pa, *b = pb;

	if (a->log != b->log)
		return a->log < b->log ? -1 : 1;
	if (a->low != b->low)
		return a->low < b->low ? -1 : 1;
	if (a->high != b->high)
		return a->high < b->high ? -1 : 1;
	if (a->low_ns != b->low_ns)
		return a->low_ns < b->low_ns ? -1 : 1;
	return a->high_ns < b->high_ns ? -1 : a->high_ns > b->high_ns;
}

/* Joins what touches and lies within an hour of each other: all of it where a log had one life. */
static void join(struct numbers *n)
{
	size_t out = 0;

	qsort(n->runs, n->n, sizeof(*n->runs), by_log_and_number);
	for (size_t i = 0; i < n->n; i++) {
		const struct numbers_run *r = &n->runs[i];
		struct numbers_run *last = out ? &n->runs[out - 1] : NULL;

		if (last && last->log == r->log && last->timed == r->timed &&
		    r->low <= last->high + 1 &&
		    (near(r->low_ns, last->high_ns) ||
		     (r->low_ns >= last->low_ns && r->high_ns <= last->high_ns))) {
			if (r->high > last->high) {
				last->high = r->high;
				last->high_ns = r->high_ns;
			}
			continue;
		}
		n->runs[out++] = *r;
	}
	n->n = out;
}

struct log_runs {
	uint32_t log;
	size_t n;
};

static int most_first(const void *a, const void *b)
{
	const struct log_runs *x = a, *y = b;

	if (x->n != y->n)
		return x->n > y->n ? -1 : 1;
	return x->log < y->log ? -1 : x->log > y->log;
}

/* The logs with the most runs are given up until a quarter is free: room that lasts. */
static void make_room(struct numbers *n)
{
	size_t keep = LIMIT_NUMBER_RUNS / 4 * 3, left, out = 0;
	struct log_runs *logs;

	join(n);
	if (n->n <= keep)
		return;
	logs = heap_array(n->logs.n + 1, sizeof(*logs));
	for (uint32_t i = 0; i < n->logs.n; i++)
		logs[i].log = i;
	for (size_t i = 0; i < n->n; i++)
		logs[n->runs[i].log].n++;
	qsort(logs, n->logs.n, sizeof(*logs), most_first);
	left = n->n;
	for (size_t i = 0; left > keep && i < n->logs.n; i++) {
		n->given_up[logs[i].log] = 1;
		left -= logs[i].n;
	}
	free(logs);
	for (size_t i = 0; i < n->n; i++)
		if (!n->given_up[n->runs[i].log])
			n->runs[out++] = n->runs[i];
	n->n = out;
}

bool numbers_merge(struct numbers *n, struct slice message)
{
	struct cursor c = cursor_of(message);
	bool ok = cursor_u8(&c) == WIRE_VERSION;
	uint32_t log_count = cursor_u32(&c);

	if (!ok || !c.ok || log_count > cursor_left(&c) / 4)
		return false;
	struct slice *keys = heap_array(log_count + 1, sizeof(*keys));

	for (uint32_t i = 0; i < log_count; i++) {
		keys[i] = cursor_sized(&c);
		ok = ok && keys[i].n <= 2 * LIMIT_NAME_BYTES + 1;
	}
	uint32_t count = cursor_u32(&c);
	struct slice runs = cursor_take(&c, (uint64_t)count * WIRE_RUN_BYTES);

	ok = ok && c.ok && !cursor_left(&c) && runs_sound(runs, log_count);
	for (size_t i = 0; ok && i < runs.n; i += WIRE_RUN_BYTES) {
		struct numbers_run r = run_load(runs.p + i);

		r.log = log_number(n, keys[r.log]);
		if (r.log == MAP_NONE || n->given_up[r.log])
			continue;
		push(n, &r);
		if (n->n >= LIMIT_NUMBER_RUNS)
			make_room(n);
	}
	free(keys);
	return ok;
}

void numbers_sort(struct numbers *n)
{
	if (n->n)
		qsort(n->runs, n->n, sizeof(*n->runs), by_log_and_number);
}

bool numbers_known(struct numbers *n, struct slice host, struct slice channel)
{
	return map_get(&n->logs, log_key(n, host, channel)) != MAP_NONE;
}

size_t numbers_of_log(const struct numbers *n, struct slice host, struct slice channel,
		      struct numbers_run **ret, bool *ret_given_up)
{
	struct numbers scratch;
	size_t low = 0, high = n->n, end;

	numbers_init(&scratch);
	uint32_t log = map_get(&n->logs, log_key(&scratch, host, channel));

	numbers_done(&scratch);
	*ret_given_up = log != MAP_NONE && n->given_up[log];
	*ret = n->runs;
	if (log == MAP_NONE)
		return 0;
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (n->runs[middle].log < log)
			low = middle + 1;
		else
			high = middle;
	}
	for (end = low; end < n->n && n->runs[end].log == log; end++)
		;
	*ret = n->runs ? n->runs + low : NULL;
	return end - low;
}
