/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/survey.h"

#include "base/cursor.h"
#include "base/heap.h"
#include "graph/address.h"
#include "graph/block.h"

#include <stdio.h>
#include <stdlib.h>

enum {
	MESSAGE_COVERAGE = ENGINE_MESSAGE_FIRST + 16,
	MESSAGE_BLOCK,
	MESSAGE_VERDICT,
	MESSAGE_BREAK,
	MESSAGE_NUMBERS,
	MESSAGE_MACHINE,
	MESSAGE_ADDRESS,
};

#define MACHINES_MAX 1000000u
#define DAY_NS (INT64_C(86400) * 1000000000)
#define NO_DAY INT32_MIN

struct worker {
	void *hunt;
	const struct extract *extract;
	struct blocks *blocks;
	struct coverage coverage;
	struct numbers numbers;
	struct map machines, addresses; /* names with numbers, names with addresses, that were sent */
	struct slice last_machine, last_address;
	struct buf message;
	struct buf *out; /* while blocks are given */
};

void *survey_worker_new(void *shared)
{
	const struct survey_shared *s = shared;
	struct worker *w = heap_new(sizeof(*w));

	w->hunt = hunt_worker_new((void *)(uintptr_t)s->matcher);
	w->extract = s->extract;
	w->blocks = blocks_new();
	coverage_init(&w->coverage);
	numbers_init(&w->numbers);
	map_init(&w->machines);
	map_init(&w->addresses);
	return w;
}

static void send(struct worker *w, struct buf *out)
{
	if (!w->coverage.n)
		return;
	buf_clear(&w->message);
	coverage_encode(&w->coverage, &w->message);
	engine_message(out, MESSAGE_COVERAGE, buf_slice(&w->message));
	coverage_clear(&w->coverage);
}

static void send_block(void *ctx, struct slice block)
{
	struct worker *w = ctx;

	engine_message(w->out, MESSAGE_BLOCK, block);
}

static void send_blocks(struct worker *w, struct buf *out)
{
	w->out = out;
	blocks_give(w->blocks, send_block, w);
}

static void send_verdict(struct worker *w, const struct event *ev, struct buf *out)
{
	struct buf *m = &w->message;

	buf_clear(m);
	buf_put_u8(m, ev->time.set);
	buf_put_le64(m, (uint64_t)ev->time.ns);
	buf_put_u8(m, ev->time.digits);
	buf_put_le64(m, (uint64_t)ev->event_id);
	buf_put_u8(m, ev->ptr.record_counted);
	buf_put_le64(m, ev->ptr.record);
	buf_put_le64(m, ev->ptr.offset);
	buf_put_sized(m, slice_str(ev->verdict.detector));
	buf_put_sized(m, ev->verdict.title);
	buf_put_sized(m, ev->verdict.level);
	buf_put_sized(m, ev->host);
	buf_put_sized(m, ev->channel);
	engine_message(out, MESSAGE_VERDICT, buf_slice(m));
}

static void send_numbers(struct worker *w, struct buf *out)
{
	if (!w->numbers.logs.n)
		return;
	buf_clear(&w->message);
	numbers_encode(&w->numbers, &w->message);
	engine_message(out, MESSAGE_NUMBERS, buf_slice(&w->message));
	numbers_clear(&w->numbers);
}

/* What a record says of logging itself, and its number in its log. */
static void follow(struct worker *w, struct event *ev, struct buf *out)
{
	struct break_record b;
	bool is_break = break_of(ev, &b);

	if (is_break) {
		buf_clear(&w->message);
		break_encode(&b, &w->message);
		engine_message(out, MESSAGE_BREAK, buf_slice(&w->message));
	}
	if (numbers_add(&w->numbers, ev, is_break))
		send_numbers(w, out);
}

/* What the machine's own files call it by. */
static struct slice own_number(struct event *ev)
{
	if (strcmp(ev->kind, "machine") == 0)
		for (uint32_t i = 0; i < ev->n; i++)
			if (slice_is(ev->fields[i].name, "machine_guid") || slice_is(ev->fields[i].name, "machine_id"))
				return event_text(ev, &ev->fields[i]);
	return slice_of(NULL, 0);
}

/* What a record says together of a host, in w->message: once each. Records of one machine stand together. */
static void send_once(struct worker *w, struct map *sent, struct slice *last, uint8_t type, struct buf *out)
{
	size_t before = sent->n;
	uint32_t at;

	if (before >= MACHINES_MAX || slice_eq(buf_slice(&w->message), *last))
		return;
	at = map_intern(sent, buf_slice(&w->message));
	*last = map_key(sent, at);
	if (sent->n > before)
		engine_message(out, type, buf_slice(&w->message));
}

static void note_machine(struct worker *w, struct event *ev, struct buf *out)
{
	struct slice number = ev->dialect ? extract_machine(w->extract, ev) : own_number(ev);

	if (!number.n || !ev->host.n)
		return;
	buf_clear(&w->message);
	buf_put_sized(&w->message, ev->host);
	buf_put_sized(&w->message, number);
	send_once(w, &w->machines, &w->last_machine, MESSAGE_MACHINE, out);
}

/* By the day: who had which address when. A sensor's rows name the machine by its address: that says nothing. */
static void note_address(struct worker *w, struct event *ev, const struct act *act, struct buf *out)
{
	struct slice host, address;

	if (!extract_lease(w->extract, ev, act, &host, &address) || address_is(host))
		return;
	buf_clear(&w->message);
	buf_put_sized(&w->message, host);
	buf_put_sized(&w->message, address);
	buf_put_le32(&w->message, ev->time.set ? (uint32_t)(int32_t)(ev->time.ns / DAY_NS) : (uint32_t)NO_DAY);
	send_once(w, &w->addresses, &w->last_address, MESSAGE_ADDRESS, out);
}

void survey_worker_event(void *worker, struct event *ev, struct buf *out)
{
	struct worker *w = worker;
	struct act act, more;
	bool alert, acts;

	extract_verdict(w->extract, ev);
	alert = ev->verdict.detector != NULL;
	if (coverage_add(&w->coverage, ev))
		send(w, out);
	follow(w, ev, out);
	note_machine(w, ev, out);
	if (alert)
		send_verdict(w, ev, out);
	alert |= hunt_worker_match(w->hunt, ev, out);
	acts = extract_act(w->extract, ev, alert, &act);
	note_address(w, ev, acts ? &act : NULL, out);
	if (!acts)
		return;
	if (blocks_add(w->blocks, &act))
		send_blocks(w, out);
	for (uint32_t at = 0; extract_more(w->extract, ev, &act, &at, &more);)
		if (blocks_add(w->blocks, &more))
			send_blocks(w, out);
}

void survey_worker_piece_end(void *worker, struct buf *out)
{
	struct worker *w = worker;

	send(w, out);
	send_blocks(w, out);
	send_numbers(w, out);
	hunt_worker_piece_end(w->hunt, out);
}

static bool take_verdict(struct survey *s, const struct engine_file *file, uint64_t record_base,
			 struct slice payload)
{
	struct survey_verdict v = { .file = file };
	struct cursor c = cursor_of(payload);
	bool counted;

	v.time.set = cursor_u8(&c) != 0;
	v.time.ns = (int64_t)cursor_u64(&c);
	v.time.digits = cursor_u8(&c);
	v.event_id = (int64_t)cursor_u64(&c);
	counted = cursor_u8(&c) != 0;
	v.record = cursor_u64(&c) + (counted ? record_base : 0);
	v.offset = cursor_u64(&c);
	v.detector = cursor_sized(&c);
	v.title = cursor_sized(&c);
	v.level = cursor_sized(&c);
	v.host = cursor_sized(&c);
	v.channel = cursor_sized(&c);
	if (!c.ok || v.time.digits > 9)
		return false;
	hit_id_for(v.id, file, v.detector, v.host, v.channel, v.record, v.offset, v.time.ns);
	if (s->on_verdict)
		s->on_verdict(s->ctx, &v);
	return true;
}

static bool take_block(struct survey *s, const struct engine_file *file, uint64_t record_base,
		       struct slice payload)
{
	struct slice host;
	size_t activities;

	if (!block_head(payload, &host, &activities) || host.n > LIMIT_NAME_BYTES * 4)
		return false;
	if (s->on_block)
		s->on_block(s->ctx, file, record_base, host, activities, payload);
	return true;
}

static bool pass_over(void *ctx, const struct coverage_row *row)
{
	(void)ctx, (void)row;
	return true;
}

static bool take_coverage(struct survey *s, const struct engine_file *file, struct slice payload)
{
	struct err err = { 0 };

	if (!file->format || !slice_is(slice_str(file->format), "evtx"))
		coverage_merge(&s->of_file, payload, pass_over, NULL, &err);
	return coverage_merge(&s->coverage, payload, s->on_row, s->ctx, &err);
}

static bool take_break(struct survey *s, const struct engine_file *file, uint64_t record_base,
		       struct slice payload)
{
	struct break_record b;

	if (!break_decode(payload, &b))
		return false;
	b.record += b.record_counted ? record_base : 0;
	b.file = file->path;
	b.inner = file->inner;
	breaks_add(&s->breaks, &b);
	return true;
}

/* A host's name, and its number or its address, with the day. */
static bool take_pair(struct survey *s, struct slice payload, bool address)
{
	struct cursor c = cursor_of(payload);
	struct slice name = cursor_sized(&c), what = cursor_sized(&c);
	int32_t day = address ? (int32_t)cursor_u32(&c) : 0;

	if (!c.ok || name.n > LIMIT_NAME_BYTES || what.n > LIMIT_NAME_BYTES)
		return false;
	if (address)
		hosts_address(&s->hosts, name, what, day == NO_DAY ? INT64_MIN : day * DAY_NS);
	else
		hosts_note(&s->hosts, name, what);
	return true;
}

bool survey_result(struct survey *s, const struct engine_file *file, uint64_t record_base,
		   uint8_t type, struct slice payload)
{
	switch (type) {
	case MESSAGE_COVERAGE:
		s->dropped += !take_coverage(s, file, payload);
		return true;
	case MESSAGE_BLOCK:
		s->dropped += !take_block(s, file, record_base, payload);
		return true;
	case MESSAGE_VERDICT:
		s->dropped += !take_verdict(s, file, record_base, payload);
		return true;
	case MESSAGE_BREAK:
		s->dropped += !take_break(s, file, record_base, payload);
		return true;
	case MESSAGE_MACHINE:
		s->dropped += !take_pair(s, payload, false);
		return true;
	case MESSAGE_ADDRESS:
		s->dropped += !take_pair(s, payload, true);
		return true;
	case MESSAGE_NUMBERS:
		s->dropped += !numbers_merge(&s->numbers, payload);
		return true;
	default:
		return hunt_result(&s->hunt, file, record_base, type, payload);
	}
}

struct capped {
	struct survey *s;
	const struct engine_file *file;
	struct map seen; /* host and channel -> its break */
};

/* Event logs are told by their numbers: what is cut off shows there. */
static bool capped_row(void *ctx, const struct coverage_row *row)
{
	struct capped *c = ctx;
	struct slice source = row->source.channel.n ? row->source.channel : row->source.format;
	struct buf key = { 0 };
	struct break_record b = { .kind = BREAK_CAPPED,
				  .covers = COVERS_SOURCE,
				  .host = row->host,
				  .source = source,
				  .log = source,
				  .time = { .ns = row->last_ns, .digits = 3, .set = true },
				  .record = c->file->events,
				  .file = c->file->path,
				  .inner = c->file->inner };
	char detail[48];

	if (row->hour == COVERAGE_NO_HOUR || numbers_known(&c->s->numbers, row->host, source))
		return true;
	buf_put_sized(&key, row->host);
	buf_put_sized(&key, source);
	uint32_t at = map_get(&c->seen, buf_slice(&key)), next = (uint32_t)c->s->breaks.n;

	if (at == MAP_NONE)
		map_set(&c->seen, buf_slice(&key), next);
	buf_done(&key);
	if (at != MAP_NONE) { /* one break a source, at its last record */
		struct break_record *there = &c->s->breaks.items[at];

		if (row->last_ns > there->time.ns)
			there->time.ns = row->last_ns;
		return true;
	}
	snprintf(detail, sizeof(detail), "exactly %llu rows", (unsigned long long)c->file->events);
	b.detail = slice_str(detail);
	breaks_add(&c->s->breaks, &b);
	return c->s->breaks.n > next;
}

void survey_file(struct survey *s, const struct engine_file *file)
{
	static const uint64_t caps[] = { 10000, 20000, 30000, 50000, 100000 };
	struct capped c = { .s = s, .file = file };

	for (size_t i = 0; i < sizeof(caps) / sizeof(*caps); i++)
		if (file->events == caps[i] && s->of_file.n) {
			map_init(&c.seen);
			coverage_each(&s->of_file, capped_row, &c);
			map_done(&c.seen);
		}
	coverage_clear(&s->of_file);
}

void survey_init(struct survey *s)
{
	coverage_init(&s->coverage);
	coverage_init(&s->of_file);
	breaks_init(&s->breaks);
	numbers_init(&s->numbers);
	hosts_init(&s->hosts);
}

void survey_done(struct survey *s)
{
	coverage_done(&s->coverage);
	coverage_done(&s->of_file);
	breaks_done(&s->breaks);
	numbers_done(&s->numbers);
	hosts_done(&s->hosts);
}
