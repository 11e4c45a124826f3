/* SPDX-License-Identifier: Apache-2.0 */
/*
 * NTFS's change journal, $UsnJrnl:$J. Records of version 2 and 3 (winioctl.h, USN_RECORD_V2, _V3):
 *
 *              v2  v3
 *   length      0   0  u32       reason      40  56  u32, USN_REASON_..
 *   version     4   4  u16, u16  source      44  60  u32
 *   reference   8   8  u64, u128 security    48  64  u32
 *   parent     16  24  the same  attributes  52  68  u32, FILE_ATTRIBUTE_..
 *   USN        24  40  u64       name bytes  56  72  u16
 *   time       32  48  FILETIME  name at     58  74  u16
 *
 * They begin at multiples of 8 and do not cross pages of 4096, whose rest is zero. The front of the
 * file is a hole: zeros, maybe gigabytes of them. Version 4 (ranges) is passed. Between damaged
 * records the next good one is searched.
 *
 * The file is gone through twice: first for the folders it names (folders.h), as they were called
 * when they are first named.
 */
#include "base/buf.h"
#include "base/cursor.h"
#include "base/heap.h"
#include "input/drive.h"
#include "input/formats.h"
#include "input/put.h"
#include "input/usn/folders.h"

#include <stdlib.h>

#define PAGE_BYTES 4096u
#define NOTES_MAX 100u
#define FIRST_WITHIN ((size_t)64 << 10) /* behind the hole, a first record stands */
#define DIRECTORY 0x10u

#define REASON_FILE_CREATE 0x100u
#define REASON_FILE_DELETE 0x200u
#define REASON_OLD_NAME 0x1000u
#define REASON_NEW_NAME 0x2000u
#define REASON_DATA 0x7u /* overwrite, extend, truncation of the unnamed stream */

static const char *const reasons[32] = {
	[0] = "DATA_OVERWRITE",
	[1] = "DATA_EXTEND",
	[2] = "DATA_TRUNCATION",
	[4] = "NAMED_DATA_OVERWRITE",
	[5] = "NAMED_DATA_EXTEND",
	[6] = "NAMED_DATA_TRUNCATION",
	[8] = "FILE_CREATE",
	[9] = "FILE_DELETE",
	[10] = "EA_CHANGE",
	[11] = "SECURITY_CHANGE",
	[12] = "RENAME_OLD_NAME",
	[13] = "RENAME_NEW_NAME",
	[14] = "INDEXABLE_CHANGE",
	[15] = "BASIC_INFO_CHANGE",
	[16] = "HARD_LINK_CHANGE",
	[17] = "COMPRESSION_CHANGE",
	[18] = "ENCRYPTION_CHANGE",
	[19] = "OBJECT_ID_CHANGE",
	[20] = "REPARSE_POINT_CHANGE",
	[21] = "STREAM_CHANGE",
	[22] = "TRANSACTED_CHANGE",
	[23] = "INTEGRITY_CHANGE",
	[24] = "DESIRED_STORAGE_CLASS_CHANGE",
	[31] = "CLOSE",
};

enum word {
	WORD_NAME,
	WORD_PATH,
	WORD_ENTRY,
	WORD_SEQUENCE,
	WORD_PARENT_ENTRY,
	WORD_PARENT_SEQUENCE,
	WORD_REASON,
	WORD_USN,
	WORD_DIRECTORY,
	WORD_TARGET,
	WORD_SOURCE,
	WORD_COUNT
};
static const char *const words[WORD_COUNT] = { "name",		 "path",	  "entry",
					       "sequence",	 "parent_entry",  "parent_sequence",
					       "reason",	 "usn",		  "directory",
					       "TargetFilename", "SourceFilename" };

struct usn_record {
	uint64_t reference, parent, usn, time;
	uint32_t reason, attributes;
	struct slice name;
};

struct input {
	struct input_env env;
	struct put_name names[WORD_COUNT];
	struct input_window w;
	struct usn_folders folders;
	struct arena scratch;
	struct buf path, source;
	bool read, told_ranges, told_folders;
	size_t at;
	uint64_t record;
	unsigned notes;
	char drive;
	struct usn_record old_name; /* the last RENAME_OLD_NAME, for the new name behind it */
};

/* ---- records ---- */

enum found { FOUND_RECORD, FOUND_RANGES /* version 4 */, FOUND_NOTHING };

/* What stands at the start of s; *ret_bytes: of the record. */
static enum found read_record(struct slice s, struct usn_record *ret, uint32_t *ret_bytes)
{
	size_t wide, name_at;
	uint16_t version;
	struct slice r;

	if (s.n < 60)
		return FOUND_NOTHING;
	*ret_bytes = load_u32(s.p);
	version = load_u16(s.p + 4);
	if (*ret_bytes < 56 || *ret_bytes % 8 || *ret_bytes > 65536 ||
	    !slice_sub(s, 0, *ret_bytes, &r) || load_u16(s.p + 6) > 9)
		return FOUND_NOTHING;
	if (version == 4)
		return FOUND_RANGES;
	wide = version == 3 ? 8 : 0;
	name_at = 58 + wide * 2;
	if ((version != 2 && version != 3) || r.n < name_at + 2)
		return FOUND_NOTHING;
	*ret = (struct usn_record){
		.reference = load_u64(r.p + 8),
		.parent = load_u64(r.p + 16 + wide),
		.usn = load_u64(r.p + 24 + wide * 2),
		.time = load_u64(r.p + 32 + wide * 2),
		.reason = load_u32(r.p + 40 + wide * 2),
		.attributes = load_u32(r.p + 52 + wide * 2),
	};
	return slice_sub(r, load_u16(r.p + name_at), load_u16(r.p + name_at - 2), &ret->name)
		       ? FOUND_RECORD
		       : FOUND_NOTHING;
}

/* The first byte at or after `at` that is not zero, down to a multiple of 8; the end where none is.
 */
static size_t behind_zeros(struct slice s, size_t at)
{
	static const uint8_t zeros[PAGE_BYTES];

	while (s.n - at >= PAGE_BYTES && memcmp(s.p + at, zeros, PAGE_BYTES) == 0)
		at += PAGE_BYTES;
	while (at < s.n && s.p[at] == 0)
		at++;
	return at < s.n ? at & ~(size_t)7 : s.n;
}

/* To the next record of any kind at or after *at; false at the end. */
static bool find_record(struct slice s, size_t *at, enum found *ret_found, struct usn_record *ret,
			uint32_t *ret_bytes)
{
	while ((*at = behind_zeros(s, *at)) < s.n) {
		*ret_found = read_record(slice_from(s, *at), ret, ret_bytes);
		if (*ret_found != FOUND_NOTHING)
			return true;
		*at = s.n - *at > 8 ? *at + 8 : s.n;
	}
	return false;
}

/* The next good record at or after *at, which is moved behind it; its place in *ret_at. Garbage
 * between is passed, and told where `tell`. False at the end. */
static bool next_record(struct input *in, bool tell, size_t *at, struct usn_record *ret,
			size_t *ret_at)
{
	struct slice s = in->w.bytes;

	for (;;) {
		size_t from = behind_zeros(s, *at);
		enum found found;
		uint32_t bytes;
		bool any = find_record(s, at, &found, ret, &bytes);

		if (*at != from && tell && in->notes++ < NOTES_MAX)
			input_note(&in->env, in->w.offset + from, true, "$J: no record before %llu",
				   (unsigned long long)(in->w.offset + *at));
		if (!any)
			return false;
		*ret_at = *at;
		*at += bytes;
		if (found == FOUND_RECORD)
			return true;
		if (tell && !in->told_ranges)
			input_note(&in->env, in->w.offset + *ret_at, false,
				   "$J: records of version 4 (changed ranges) are passed");
		in->told_ranges |= tell;
	}
}

/* ---- the file ---- */

static unsigned probe(struct slice head, uint64_t bytes)
{
	size_t at = behind_zeros(head, 0);
	struct usn_record r;
	uint32_t n;

	/* The hole in front may be longer than what is seen here. Whoever else knows such a file
	 * bids more. */
	if (at == head.n)
		return head.n >= PAGE_BYTES && bytes > head.n && bytes % 8 == 0 ? 5 : 0;
	if (read_record(slice_from(head, at), &r, &n) != FOUND_RECORD)
		return 0;
	return r.name.n && r.name.n % 2 == 0 && when_filetime(r.time).set ? 80 : 0;
}

static struct input *usn_open(const struct input_env *env)
{
	struct input *in = heap_new(sizeof(*in));

	in->env = *env;
	put_names(in->names, words, WORD_COUNT, env->names);
	usn_folders_init(&in->folders);
	arena_init(&in->scratch, 0);
	in->drive = drive_of(env->path);
	return in;
}

static void usn_close(struct input *in)
{
	if (!in)
		return;
	usn_folders_done(&in->folders);
	arena_done(&in->scratch);
	buf_done(&in->path);
	buf_done(&in->source);
	free(in);
}

static void window(struct input *in, const struct input_window *w)
{
	in->w = *w;
}

static size_t consumed(const struct input *in)
{
	return in->w.final ? in->w.bytes.n : 0;
}

static uint64_t records(const struct input *in)
{
	return in->record;
}

static void keep_folder(struct input *in, const struct usn_record *r, bool first)
{
	if (!(r->attributes & DIRECTORY) ||
	    (!first && r->reason & (REASON_OLD_NAME | REASON_FILE_DELETE)))
		return;
	if (usn_folders_put(&in->folders, r->reference, r->parent, r->name, first) ||
	    in->told_folders)
		return;
	in->told_folders = true;
	input_note(&in->env, 0, false,
		   "$J: more than %u folders; paths below the others are not told",
		   USN_FOLDERS_MAX);
}

/* False for a file that only begins with a hole as a journal does. */
static bool is_journal(struct slice s)
{
	size_t at = behind_zeros(s, 0);
	enum found found;
	struct usn_record r;
	uint32_t bytes;

	at = at < s.n ? at : 0;
	s = slice_head(slice_from(s, at), FIRST_WITHIN);
	at = 0;
	return find_record(s, &at, &found, &r, &bytes);
}

static void read_folders(struct input *in)
{
	struct usn_record r;
	size_t at = 0, place;

	in->read = true;
	if (!is_journal(in->w.bytes)) {
		input_note(&in->env, in->w.offset, true, "$J: no record in %zu bytes",
			   in->w.bytes.n);
		in->at = in->w.bytes.n;
	}
	while (in->at == 0 && next_record(in, false, &at, &r, &place))
		keep_folder(in, &r, true);
}

/* ---- an event ---- */

static enum activity_op op_of(const struct usn_record *r)
{
	if (r->attributes & DIRECTORY)
		return ACTIVITY_NONE;
	if (r->reason & REASON_FILE_DELETE)
		return ACTIVITY_FILE_DELETE;
	if (r->reason & REASON_NEW_NAME)
		return ACTIVITY_FILE_RENAME;
	if (r->reason & REASON_OLD_NAME)
		return ACTIVITY_NONE; /* told with the new name, in the record behind */
	if (r->reason & REASON_FILE_CREATE)
		return ACTIVITY_FILE_CREATE;
	return r->reason & REASON_DATA ? ACTIVITY_FILE_WRITE : ACTIVITY_NONE;
}

static void put_reasons(struct input *in, uint32_t reason, struct event *ev)
{
	struct value *items = arena_array(&ev->arena, 32, sizeof(*items));
	uint32_t n = 0;

	for (unsigned i = 0; items && i < 32; i++)
		if (reason >> i & 1)
			items[n++] = value_text_of(
				reasons[i] ? slice_str(reasons[i])
					   : arena_printf(&ev->arena, "0x%x", 1u << i));
	event_add(ev, in->names[WORD_REASON].name, in->names[WORD_REASON].id,
		  (struct value){ .type = VALUE_LIST, .items = items, .count = n });
}

/* "C:\folders\name" in out, *ret_front bytes of it before the path itself. False where folders are
 * not known: then the name alone. */
static bool put_full(struct input *in, const struct usn_record *r, struct buf *out,
		     size_t *ret_front)
{
	bool known;

	buf_clear(out);
	arena_reset(&in->scratch);
	if (in->drive) {
		buf_put_byte(out, (uint8_t)in->drive);
		buf_put_byte(out, ':');
	}
	buf_put_byte(out, '\\');
	*ret_front = out->n;
	known = usn_folders_path(&in->folders, r->parent, &in->scratch, out);
	if (!known)
		buf_clear(out);
	buf_put(out, utf16le_to_utf8(&in->scratch, r->name));
	return known;
}

static void put_path(struct input *in, const struct usn_record *r, struct event *ev)
{
	const struct put_name *n = in->names;
	size_t front;

	if (put_full(in, r, &in->path, &front))
		put_text(ev, &n[WORD_PATH], slice_from(buf_slice(&in->path), front));
}

static void put_activity(struct input *in, const struct usn_record *r, struct event *ev)
{
	const struct put_name *n = in->names;
	size_t ignored;

	ev->op = op_of(r);
	if (ev->op == ACTIVITY_NONE)
		return;
	event_make(ev, n[WORD_TARGET].name, n[WORD_TARGET].id, value_text_of(buf_slice(&in->path)));
	if (ev->op == ACTIVITY_FILE_RENAME && in->old_name.name.p &&
	    in->old_name.reference == r->reference) {
		put_full(in, &in->old_name, &in->source, &ignored);
		event_make(ev, n[WORD_SOURCE].name, n[WORD_SOURCE].id,
			   value_text_of(buf_slice(&in->source)));
	}
	if (ev->op == ACTIVITY_FILE_CREATE || ev->op == ACTIVITY_FILE_RENAME)
		ev->proves = STAGE_BIT(STAGE_S1);
}

static void take(struct input *in, const struct usn_record *r, size_t place, struct event *ev)
{
	const struct put_name *n = in->names;

	event_clear(ev);
	event_add(ev, n[WORD_NAME].name, n[WORD_NAME].id,
		  (struct value){ .type = VALUE_UTF16, .s = r->name });
	put_path(in, r, ev);
	put_u64(ev, &n[WORD_ENTRY], r->reference & UINT64_C(0xffffffffffff));
	put_u64(ev, &n[WORD_SEQUENCE], r->reference >> 48);
	put_u64(ev, &n[WORD_PARENT_ENTRY], r->parent & UINT64_C(0xffffffffffff));
	put_u64(ev, &n[WORD_PARENT_SEQUENCE], r->parent >> 48);
	put_reasons(in, r->reason, ev);
	put_u64(ev, &n[WORD_USN], r->usn);
	event_add(ev, n[WORD_DIRECTORY].name, n[WORD_DIRECTORY].id,
		  (struct value){ .type = VALUE_BOOL, .u = (r->attributes & DIRECTORY) != 0 });
	put_activity(in, r, ev);
	put_place(ev, "usn", in->record, in->w.offset + place);
	ev->time = when_filetime(r->time);
	ev->time_kind = "change";
	ev->host = in->env.host;
	ev->completeness = COMPLETENESS_COMPLETE; /* from its first record on */
	event_seal(ev);
}

static enum input_step next(struct input *in, struct event *ev)
{
	struct usn_record r;
	size_t place;

	if (!in->w.final)
		return INPUT_MORE;
	if (!in->read)
		read_folders(in);
	if (!next_record(in, true, &in->at, &r, &place)) {
		if (in->notes > NOTES_MAX)
			input_note(&in->env, in->w.offset, true,
				   "$J: %u more places without records", in->notes - NOTES_MAX);
		in->notes = 0;
		return INPUT_END;
	}
	in->record++;
	keep_folder(in, &r, false);
	take(in, &r, place, ev);
	if (r.reason & REASON_OLD_NAME)
		in->old_name = r;
	return INPUT_EVENT;
}

const struct input_format input_usn = {
	.name = "usn",
	.cut = INPUT_WHOLE,
	.probe = probe,
	.open = usn_open,
	.window = window,
	.next = next,
	.consumed = consumed,
	.records = records,
	.close = usn_close,
};
