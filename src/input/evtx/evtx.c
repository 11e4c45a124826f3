/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Windows event log files ([MS-EVEN6]; libevtx, "Windows XML Event Log (EVTX) format"): the outer
 * walk. A file is a 4 KiB header and 64 KiB chunks; a chunk a 512-byte header and records. Each
 * chunk stands alone, so files are cut at chunks and damage costs what it touches:
 *
 *   chunk header  "ElfChnk" 0 <first, last number 8+8> <first, last id 8+8> <128 4>
 *                 <last record 4> <free space 4> <CRC of records 4> ... @120 <CRC of header 4>
 *   record        2a 2a 00 00 <size 4> <id 8> <written FILETIME 8> binary XML ... <size 4>
 *
 * The header's counts are stale in files copied from a live machine, and the free space offset may
 * be wrong: chunks are read by the file's size, records as long as their magic goes on.
 */
#include "base/cursor.h"
#include "base/heap.h"
#include "input/evtx/binxml.h"
#include "input/formats.h"

#include <inttypes.h>
#include <libdeflate.h>
#include <stdlib.h>

#define FILE_HEADER_BYTES 4096
#define CHUNK_BYTES 65536
#define CHUNK_HEADER_BYTES 512
#define RECORD_HEADER_BYTES 24
#define RECORD_BYTES_MIN 28

struct input {
	struct input_env env;
	struct binxml xml;
	struct input_window w;
	size_t at;	     /* of the chunk, in the window */
	bool in_chunk;
	struct slice chunk;
	size_t record_at;    /* in the chunk */
	size_t free_at;	     /* where the chunk says its records end */
	bool slack;	     /* behind free_at: only with --carve */
};

static unsigned evtx_probe(struct slice head, uint64_t bytes)
{
	struct slice file = SLICE("ElfFile"), chunk = SLICE("ElfChnk");

	(void)bytes;
	return slice_starts(head, file) ? 100 : slice_starts(head, chunk) ? 90 : 0;
}

static struct input *evtx_open(const struct input_env *env)
{
	struct input *in = heap_new(sizeof(*in));

	in->env = *env;
	binxml_init(&in->xml, env->names);
	return in;
}

static void evtx_close(struct input *in)
{
	if (!in)
		return;
	binxml_done(&in->xml);
	free(in);
}

static uint32_t crc(struct slice a, struct slice b)
{
	uint32_t sum = libdeflate_crc32(0, a.p, a.n);

	/* A NULL pointer would start the sum anew. */
	return b.n ? libdeflate_crc32(sum, b.p, b.n) : sum;
}

static void file_header(struct input *in)
{
	struct slice h = slice_head(in->w.bytes, FILE_HEADER_BYTES), chunk = SLICE("ElfChnk");

	if (slice_starts(in->w.bytes, chunk))
		return; /* a chunk without its file: carved by someone before us */
	if (h.n < 128) {
		input_note(&in->env, 0, true, "the file header is cut off");
		in->at = h.n;
		return;
	}
	if (crc(slice_head(h, 120), slice_of(NULL, 0)) != load_u32(h.p + 124))
		input_note(&in->env, 124, false, "the file header's checksum does not match");
	if (load_u32(h.p + 120) & 1)
		input_note(&in->env, 120, false,
			   "the log was not closed (dirty): its counts are stale and were not used");
	/* The header's own size is 4096 in every version; a damaged field must not move us. */
	in->at = h.n;
}

static void evtx_window(struct input *in, const struct input_window *w)
{
	in->w = *w;
	in->at = 0;
	in->in_chunk = false;
	if (w->offset == 0)
		file_header(in);
}

static size_t evtx_consumed(const struct input *in)
{
	return in->at;
}

static void check_sums(struct input *in)
{
	struct slice c = in->chunk, head, table, records;
	uint64_t offset = in->w.offset + in->at;

	if (!slice_sub(c, 0, 120, &head) || !slice_sub(c, 128, 384, &table))
		return;
	if (crc(head, table) != load_u32(c.p + 124))
		input_note(&in->env, offset + 124, false, "a chunk header's checksum does not match");
	if (slice_sub(c, CHUNK_HEADER_BYTES, in->free_at - CHUNK_HEADER_BYTES, &records) &&
	    crc(records, slice_of(NULL, 0)) != load_u32(c.p + 52))
		input_note(&in->env, offset + 52, false,
			   "the checksum of a chunk's records does not match: they were read all the same");
}

/* Past bytes that are no chunk: to the next place where one could be. */
static void skip_bad_chunk(struct input *in, struct slice rest)
{
	struct slice magic = SLICE("ElfChnk"), place = slice_head(rest, CHUNK_BYTES);
	bool empty = true;

	for (size_t i = 0; i < place.n && empty; i++)
		empty = place.p[i] == 0;
	if (!empty) {
		input_note(&in->env, in->w.offset + in->at, true,
			   "no chunk where one should be: %zu bytes were not read", place.n);
		const uint8_t *hit = in->env.carve ? slice_search(place, magic) : NULL;

		if (hit && hit > place.p) {
			in->at += (size_t)(hit - place.p);
			return;
		}
	}
	in->at += place.n;
}

static void chunk_take(struct input *in, struct slice chunk)
{
	in->chunk = chunk;
	in->free_at = load_u32(in->chunk.p + 48);
	if (in->chunk.n < CHUNK_BYTES)
		input_note(&in->env, in->w.offset + in->at, true,
			   "the last chunk is cut off: %zu of %d bytes are there", in->chunk.n, CHUNK_BYTES);
	if (in->free_at < CHUNK_HEADER_BYTES || in->free_at > CHUNK_BYTES) {
		input_note(&in->env, in->w.offset + in->at + 48, false,
			   "a chunk's free space offset is impossible: records are read while they last");
		in->free_at = CHUNK_BYTES;
	}
	check_sums(in);
	binxml_chunk(&in->xml, in->chunk);
	in->record_at = CHUNK_HEADER_BYTES;
	in->slack = false;
	in->in_chunk = true;
}

/* The chunk at in->at; false when the window holds no more whole ones. */
static bool chunk_open(struct input *in)
{
	struct slice magic = SLICE("ElfChnk"), record = SLICE("**\0\0");

	for (;;) {
		struct slice rest = slice_from(in->w.bytes, in->at);

		if (rest.n < CHUNK_BYTES && !in->w.final)
			return false;
		if (rest.n == 0)
			return false;
		if (!slice_starts(rest, magic) && !slice_starts(slice_from(rest, CHUNK_HEADER_BYTES), record)) {
			skip_bad_chunk(in, rest);
			continue;
		}
		if (!slice_starts(rest, magic))
			input_note(&in->env, in->w.offset + in->at, false,
				   "a chunk's magic is damaged: its records were read all the same");
		if (rest.n < CHUNK_HEADER_BYTES) {
			input_note(&in->env, in->w.offset + in->at, true, "a chunk is cut off");
			in->at += rest.n;
			return false;
		}
		chunk_take(in, slice_head(rest, CHUNK_BYTES));
		return true;
	}
}

static void chunk_close(struct input *in)
{
	in->at += in->chunk.n;
	in->in_chunk = false;
}

/* The next record's magic at or behind `from`; the chunk's end when there is none. */
static size_t find_record(const struct input *in, size_t from)
{
	struct slice magic = SLICE("**\0\0");
	const uint8_t *hit = slice_search(slice_from(in->chunk, from), magic);

	return hit ? (size_t)(hit - in->chunk.p) : in->chunk.n;
}

static bool size_stands_twice(struct slice record)
{
	return load_u32(record.p + record.n - 4) == load_u32(record.p + 4);
}

/*
 * A record at record_at whose size is possible: its bytes. The size stands at the end again; where
 * it does not, the record was torn (a write that was cut off leaves zeroes), and is taken as far as
 * the next record at most when its beginning is one. Not in slack, where much only looks like one.
 */
static bool record_bytes(struct input *in, struct slice *ret)
{
	struct slice magic = SLICE("**\0\0"), fragment = SLICE("\x0f\x01"), head;

	if (!slice_sub(in->chunk, in->record_at, RECORD_HEADER_BYTES, &head) ||
	    !slice_starts(head, magic))
		return false;
	uint32_t size = load_u32(head.p + 4);

	if (size < RECORD_BYTES_MIN || !slice_sub(in->chunk, in->record_at, size, ret))
		return false;
	if (size_stands_twice(*ret))
		return true;
	if (in->slack || !slice_starts(slice_from(*ret, RECORD_HEADER_BYTES), fragment))
		return false;
	size_t next = find_record(in, in->record_at + RECORD_HEADER_BYTES);

	*ret = slice_head(*ret, next - in->record_at);
	return ret->n >= RECORD_BYTES_MIN;
}

static void seal(struct input *in, struct event *ev, struct slice record)
{
	ev->kind = "evtx";
	ev->ptr.record = load_u64(record.p + 8);
	ev->ptr.offset = in->w.offset + in->at + in->record_at;
	event_seal(ev);
	if (!ev->time.set) {
		ev->time = when_filetime(load_u64(record.p + 16));
		ev->time_kind = "written";
	}
}

/* True when the record gave something worth calling an event. */
static bool take_record(struct input *in, struct slice record, struct event *ev)
{
	size_t bad_at;
	const char *why;
	bool whole, torn = !size_stands_twice(record);

	event_clear(ev);
	whole = binxml_record(&in->xml, in->record_at + RECORD_HEADER_BYTES,
			      in->record_at + record.n - 4, ev, &bad_at, &why);
	if (!whole)
		input_note(&in->env, in->w.offset + in->at + bad_at, true, "record %" PRIu64 ": %s",
			   load_u64(record.p + 8), why);
	else if (torn)
		input_note(&in->env, in->w.offset + in->at + in->record_at + record.n - 4, true,
			   "record %" PRIu64 ": its end is missing", load_u64(record.p + 8));
	seal(in, ev, record);
	ev->damaged = !whole || torn;
	/* The record is there, whatever could be read of it. */
	return true;
}

/* Damage where a record should be: on to the next one, saying what was passed over. */
static void resynchronise(struct input *in)
{
	size_t next = find_record(in, in->record_at + 1);
	size_t end = next < in->chunk.n ? next : in->free_at;
	struct slice passed;

	if (end > in->record_at && slice_sub(in->chunk, in->record_at, end - in->record_at, &passed)) {
		bool empty = true;

		for (size_t i = 0; i < passed.n && empty; i++)
			empty = passed.p[i] == 0;
		if (!empty && !in->slack)
			input_note(&in->env, in->w.offset + in->at + in->record_at, true,
				   "%zu bytes that are no record", passed.n);
	}
	in->record_at = next;
}

/* Behind the records that the chunk counts lies what was there before: only on request. */
static bool past_free_space(struct input *in)
{
	if (in->record_at < in->free_at)
		return false;
	if (!in->env.carve)
		return true;
	in->slack = true;
	in->record_at = find_record(in, in->record_at);
	return in->record_at >= in->chunk.n;
}

static enum input_step evtx_next(struct input *in, struct event *ev)
{
	for (;;) {
		struct slice record;

		if (!in->in_chunk && !chunk_open(in))
			return in->w.final ? INPUT_END : INPUT_MORE;
		if (in->record_at >= in->chunk.n || past_free_space(in)) {
			chunk_close(in);
			continue;
		}
		if (!record_bytes(in, &record)) {
			resynchronise(in);
			continue;
		}
		bool event = take_record(in, record, ev);

		in->record_at += record.n;
		if (event)
			return INPUT_EVENT;
	}
}

const struct input_format input_evtx = {
	.name = "evtx",
	.cut = INPUT_CUT_CHUNKS,
	.cut_header = FILE_HEADER_BYTES,
	.cut_bytes = CHUNK_BYTES,
	.probe = evtx_probe,
	.open = evtx_open,
	.window = evtx_window,
	.next = evtx_next,
	.consumed = evtx_consumed,
	.close = evtx_close,
};
