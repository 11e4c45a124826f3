/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A bare $MFT: an event for each name of each entry, but for short (DOS) ones, whether the entry is
 * in use or was freed; both sets of times, the size, the streams and what small ones hold. Programs
 * can set those of $STANDARD_INFORMATION (si), only the kernel those of $FILE_NAME (fn, of this
 * name). A Zone.Identifier makes the entry a download, with the addresses in it.
 *
 * The whole file is looked at twice (tree.h, entry.h); kept are 24 bytes a record.
 */
#include "base/cursor.h"
#include "base/heap.h"
#include "input/drive.h"
#include "input/formats.h"
#include "input/mft/entry.h"
#include "input/put.h"

#include <stdlib.h>

#define NOTES_MAX 100u				 /* of one file; more are counted */
#define YEAR_10000 UINT64_C(2650467744000000000) /* as FILETIME: RFC 3339 ends before */

enum word {
	WORD_PATH,
	WORD_ENTRY,
	WORD_SEQUENCE,
	WORD_ALLOCATED,
	WORD_DIRECTORY,
	WORD_SIZE,
	WORD_SI,
	WORD_FN,
	WORD_STREAMS,
	WORD_ZONE_ID,
	WORD_REFERRER_URL,
	WORD_HOST_URL,
	WORD_TARGET,
	WORD_COUNT
};
static const char *const words[WORD_COUNT] = {
	"path", "entry",   "sequence", "allocated",   "directory", "size",	    "si",
	"fn",	"streams", "ZoneId",   "ReferrerUrl", "HostUrl",   "TargetFilename"
};

struct input {
	struct input_env env;
	struct put_name names[WORD_COUNT];
	struct input_window w;
	struct mft_tree tree;
	struct mft_entry entry;
	bool read, whole; /* whole: as long as the file says of itself */
	uint32_t at;	  /* the next record */
	size_t name_at;	  /* the entry's next name */
	unsigned notes;
	char drive;	 /* letter, or 0 */
	struct buf path; /* the volume's letter where known, a backslash, the path */
	struct value_member si[4], fn[4];
};

/* ---- the file ---- */

static bool is_record(struct slice s)
{
	uint32_t bytes;

	if (s.n < 48 || (memcmp(s.p, "FILE", 4) != 0 && memcmp(s.p, "BAAD", 4) != 0))
		return false;
	bytes = load_u32(s.p + 28);
	return (bytes == 1024 || bytes == 4096) && load_u16(s.p + 6) == bytes / 512 + 1 &&
	       load_u16(s.p + 20) >= 40 && load_u16(s.p + 20) < bytes;
}

static unsigned probe(struct slice head, uint64_t bytes)
{
	if (is_record(head))
		return 92;
	/* The first record may be damaged. */
	return bytes >= 2048 && (is_record(slice_from(head, 1024)) ||
				 is_record(slice_from(head, 2048)))
		       ? 60
		       : 0;
}

/* 1024, or 4096 as on disks with such sectors: what the first record with a mark says. */
static size_t record_size(struct slice file)
{
	for (size_t at = 0; at < file.n && at < (1u << 20); at += 1024)
		if (is_record(slice_from(file, at)))
			return load_u32(file.p + at + 28);
	return 1024;
}

static struct input *mft_open(const struct input_env *env)
{
	struct input *in = heap_new(sizeof(*in));

	in->env = *env;
	put_names(in->names, words, WORD_COUNT, env->names);
	mft_entry_init(&in->entry);
	in->drive = drive_of(env->path);
	return in;
}

static void mft_close(struct input *in)
{
	if (!in)
		return;
	if (in->read)
		mft_tree_done(&in->tree);
	mft_entry_done(&in->entry);
	buf_done(&in->path);
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

static void tell(struct input *in, uint32_t record, bool lost, const char *what)
{
	if (in->notes++ < NOTES_MAX)
		input_note(&in->env, (uint64_t)record * in->tree.record_bytes, lost,
			   "$MFT entry %u: %s", record, what);
}

/* The letter is nowhere in an $MFT. A volume with \Windows on it is C: on nearly every machine. */
static void guess_drive(struct input *in)
{
	static const uint8_t windows[] = "w\0i\0n\0d\0o\0w\0s";
	const struct mft_tree *t = &in->tree;
	struct slice name;

	for (uint32_t i = 0; i < t->count && !in->drive; i++) {
		const struct mft_node *n = &t->nodes[i];
		uint8_t folded[14];

		if (n->parent != MFT_ROOT || n->name_units != 7 || !(n->flags & MFT_NODE_IN_USE) ||
		    !(n->flags & MFT_NODE_NAMED) ||
		    !slice_sub(mft_tree_raw(t, n->name_record), n->name_at, 14, &name))
			continue;
		if (memcmp(slice_lower(name, folded).p, windows, 14) != 0)
			continue;
		in->drive = 'C';
		input_note(&in->env, 0, false,
			   "$MFT: which volume's it is, is not said: taken as C:, as it has "
			   "\\Windows");
	}
}

static void read_file(struct input *in)
{
	size_t size = record_size(in->w.bytes);
	uint64_t said;

	in->read = true;
	mft_tree_init(&in->tree, in->w.bytes, size);
	guess_drive(in);
	if (in->w.bytes.n % size)
		input_note(&in->env, in->w.bytes.n - in->w.bytes.n % size, true,
			   "$MFT: %zu bytes behind the last whole record", in->w.bytes.n % size);
	if (!in->tree.count || !(in->tree.nodes[0].flags & MFT_NODE_RECORD))
		return;
	mft_entry_read(&in->entry, &in->tree, 0);
	said = in->entry.size;
	in->entry.name_count = 0;
	in->whole = said && said <= in->w.bytes.n;
	if (said > in->w.bytes.n)
		input_note(&in->env, in->w.bytes.n, true,
			   "$MFT: it says that it has %llu bytes, %zu are here",
			   (unsigned long long)said, in->w.bytes.n);
}

/* To the next entry with a name; false at the end. */
static bool next_entry(struct input *in)
{
	struct mft_tree *t = &in->tree;
	struct mft_record r;

	while (in->at < t->count) {
		uint32_t i = in->at++;

		if (t->nodes[i].flags & MFT_NODE_EXTENSION)
			continue;
		if (!(t->nodes[i].flags & MFT_NODE_RECORD)) {
			if (mft_record_open(mft_tree_raw(t, i), t->room, &r) == MFT_BAD)
				tell(in, i, true, "no record");
			continue;
		}
		mft_entry_read(&in->entry, t, i);
		if (in->entry.damaged)
			tell(in, i, true, "attributes that cannot be read");
		if (in->entry.torn)
			tell(in, i, false, "sectors of different writes");
		if (in->entry.cut)
			tell(in, i, true, "more names, streams or extensions than are listed");
		in->name_at = 0;
		if (in->entry.name_count)
			return true;
	}
	return false;
}

static void finish(struct input *in)
{
	if (in->notes > NOTES_MAX)
		input_note(&in->env, 0, true, "$MFT: %u more notes on its entries",
			   in->notes - NOTES_MAX);
	if (in->tree.strays)
		input_note(&in->env, 0, false,
			   "$MFT: %u extension records of entries that are another file's by now",
			   in->tree.strays);
	in->notes = in->tree.strays = 0;
}

/* ---- an event ---- */

static struct value times_value(struct value_member m[4], const uint8_t *times)
{
	static const char *const which[] = { "created", "modified", "changed", "accessed" };

	for (size_t i = 0; i < 4; i++) {
		uint64_t t = load_u64(times + i * 8);

		m[i] = (struct value_member){
			which[i],
			{ .type = t && t < YEAR_10000 ? VALUE_FILETIME : VALUE_NULL, .u = t }
		};
	}
	return (struct value){ .type = VALUE_OBJECT, .members = m, .count = 4 };
}

static void put(struct input *in, struct event *ev, enum word w, struct value v)
{
	event_add(ev, in->names[w].name, in->names[w].id, v);
}

/* What the record says in the graph's words. */
static void put_activity(struct input *in, struct event *ev)
{
	const struct zone *z = &in->entry.zone;

	if (in->entry.flags & MFT_DIRECTORY)
		return;
	put_text(ev, &in->names[WORD_ZONE_ID], z->id);
	put_text(ev, &in->names[WORD_REFERRER_URL], z->referrer_url);
	put_text(ev, &in->names[WORD_HOST_URL], z->host_url);
	event_make(ev, in->names[WORD_TARGET].name, in->names[WORD_TARGET].id,
		   value_text_of(buf_slice(&in->path)));
	ev->op = zone_is_foreign(z) ? ACTIVITY_DOWNLOAD : ACTIVITY_FILE_PRESENT;
	ev->proves = STAGE_BIT(STAGE_S1);
}

static void take(struct input *in, const struct mft_file_name *name, struct event *ev)
{
	const struct mft_entry *e = &in->entry;
	size_t front;

	event_clear(ev);
	buf_clear(&in->path);
	if (in->drive) {
		buf_put_byte(&in->path, (uint8_t)in->drive);
		buf_put_byte(&in->path, ':');
	}
	buf_put_byte(&in->path, '\\');
	front = in->path.n;
	mft_tree_path(&in->tree, name->parent, name->name, &in->path);
	put(in, ev, WORD_PATH, value_text_of(slice_from(buf_slice(&in->path), front)));
	put(in, ev, WORD_ENTRY, (struct value){ .type = VALUE_UINT, .u = e->number });
	put(in, ev, WORD_SEQUENCE, (struct value){ .type = VALUE_UINT, .u = e->sequence });
	put(in, ev, WORD_ALLOCATED,
	    (struct value){ .type = VALUE_BOOL, .u = e->flags & MFT_IN_USE });
	put(in, ev, WORD_DIRECTORY,
	    (struct value){ .type = VALUE_BOOL, .u = (e->flags & MFT_DIRECTORY) != 0 });
	put(in, ev, WORD_SIZE, (struct value){ .type = VALUE_UINT, .u = e->size });
	if (e->times) {
		put(in, ev, WORD_SI, times_value(in->si, e->times));
		ev->time = when_filetime(load_u64(e->times));
	}
	put(in, ev, WORD_FN, times_value(in->fn, name->times));
	put(in, ev, WORD_STREAMS,
	    (struct value){
		    .type = VALUE_LIST, .items = e->streams, .count = (uint32_t)e->stream_count });
	put_activity(in, ev);
	ev->time_kind = "created";
	ev->kind = "mft";
	ev->host = in->env.host;
	ev->ptr.record = e->number;
	ev->ptr.offset = in->w.offset + (uint64_t)e->number * in->tree.record_bytes;
	ev->damaged = e->damaged || e->torn || e->cut;
	/* Of the files that are there all are there; of those that were, only what was not
	 * overwritten. */
	ev->completeness = !in->whole		   ? COMPLETENESS_TRUNCATED
			   : e->flags & MFT_IN_USE ? COMPLETENESS_COMPLETE
						   : COMPLETENESS_CAPPED;
	event_seal(ev);
}

static enum input_step next(struct input *in, struct event *ev)
{
	if (!in->w.final)
		return INPUT_MORE;
	if (!in->read)
		read_file(in);
	if (in->name_at >= in->entry.name_count && !next_entry(in)) {
		finish(in);
		return INPUT_END;
	}
	take(in, &in->entry.names[in->name_at++], ev);
	return INPUT_EVENT;
}

const struct input_format input_mft = {
	.name = "mft",
	.cut = INPUT_WHOLE,
	.probe = probe,
	.open = mft_open,
	.window = window,
	.next = next,
	.consumed = consumed,
	.close = mft_close,
};
