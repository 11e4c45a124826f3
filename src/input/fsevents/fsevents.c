/* SPDX-License-Identifier: Apache-2.0 */
/*
 * .fseventsd: what changed on a macOS volume, by path (the files are gzip, which the engine
 * unpacks; what is read here is inside). Pages, one after the other, each
 *
 *   "1SLD", "2SLD" or "3SLD" | u32 | size of the page with this header: u32 | records
 *   record: path, NUL, id: u64, flags: u32; of 2 and 3 the file's number: u64; of 3 another u32
 *
 * Little-endian. A record has no time and its flags are those of all changes since the file before
 * it was written: when this one was written ends the window. Flags are the kernel's
 * (bsd/sys/fsevents.h, FSE_*).
 */
#include "base/cursor.h"
#include "input/epoch.h"
#include "input/formats.h"
#include "input/frame.h"
#include "input/put.h"

#define HEADER 12u
#define FLAGS 32u

enum word { WORD_PATH, WORD_FLAGS, WORD_ID, WORD_NODE, WORD_WINDOW, WORD_COUNT };
static const char *const words[WORD_COUNT] = { "path", "flags", "id", "node", "window" };

static const char *const flag_names[FLAGS] = {
	"Created",
	"Removed",
	"InodeMetaMod",
	"Renamed",
	"Modified",
	"Exchange",
	"FinderInfoMod",
	"FolderCreated",
	"PermissionChange",
	"XattrModified",
	"XattrRemoved",
	"DocumentCreated",
	"DocumentRevision",
	"UnmountPending",
	"ItemCloned",
	NULL,
	"NotificationClone",
	"ItemTruncated",
	"DirectoryEvent",
	"LastHardLinkRemoved",
	"IsHardLink",
	NULL,
	"IsSymbolicLink",
	"IsFile",
	"IsDirectory",
	"Mount",
	"Unmount",
	NULL,
	NULL,
	"EndOfTransaction",
	NULL,
	NULL,
};

struct input {
	struct frame frame; /* at: of the next page */
	struct put_name words[WORD_COUNT];
	struct slice page; /* the records that are left */
	unsigned version;
	struct value_member window[1];
};

/* 0 where none begins. */
static unsigned page_version(struct slice s)
{
	static const struct slice mark = SLICE("SLD");

	if (s.n < HEADER || s.p[0] < '1' || s.p[0] > '3' || !slice_starts(slice_from(s, 1), mark))
		return 0;
	return (unsigned)(s.p[0] - '0');
}

static unsigned probe(struct slice head, uint64_t bytes)
{
	(void)bytes;
	return page_version(head) && load_u32(head.p + 8) >= HEADER ? 85 : 0;
}

static struct input *open_fsevents(const struct input_env *env)
{
	struct input *in = frame_open(sizeof(*in), env);

	put_names(in->words, words, WORD_COUNT, env->names);
	in->window[0] = (struct value_member){ "until", epoch_value(epoch_seconds(env->modified)) };
	return in;
}

/* The next page; what lies before it is told. False at the end. */
static bool page_next(struct input *in)
{
	size_t from = in->frame.at;

	while (in->frame.at < in->frame.w.bytes.n &&
	       !page_version(slice_from(in->frame.w.bytes, in->frame.at)))
		in->frame.at++;
	if (in->frame.at > from)
		input_note(&in->frame.env, from, true, "%llu bytes that are no page",
			   (unsigned long long)(in->frame.at - from));
	if (in->frame.at >= in->frame.w.bytes.n)
		return false;
	struct slice rest = slice_from(in->frame.w.bytes, in->frame.at);
	uint64_t size = load_u32(rest.p + 8);

	in->version = page_version(rest);
	if (size < HEADER || size > rest.n) {
		input_note(&in->frame.env, in->frame.at, true,
			   "a page of %llu bytes, of which %llu are there",
			   (unsigned long long)size, (unsigned long long)rest.n);
		size = size < HEADER ? HEADER : rest.n;
	}
	in->page = slice_from(slice_head(rest, (size_t)size), HEADER);
	in->frame.at += (size_t)size;
	return true;
}

static void put_flags(struct input *in, struct event *ev, uint32_t flags)
{
	struct value *items = arena_array(&ev->arena, FLAGS, sizeof(*items));
	uint32_t n = 0;

	for (unsigned i = 0; items && i < FLAGS; i++)
		if (flags >> i & 1)
			items[n++] = value_text_of(
				flag_names[i] ? slice_str(flag_names[i])
					      : arena_printf(&ev->arena, "0x%x", 1u << i));
	event_add(ev, in->words[WORD_FLAGS].name, in->words[WORD_FLAGS].id,
		  (struct value){ .type = VALUE_LIST, .count = n, .items = items });
}

static void put_record(struct input *in, struct event *ev, struct slice path, uint64_t offset,
		       struct cursor *c)
{
	uint64_t id = cursor_u64(c);
	uint32_t flags = cursor_u32(c);

	event_clear(ev);
	put_text(ev, &in->words[WORD_PATH], path);
	put_flags(in, ev, flags);
	put_u64(ev, &in->words[WORD_ID], id);
	if (in->version > 1)
		put_u64(ev, &in->words[WORD_NODE], cursor_u64(c));
	if (in->version > 2)
		cursor_skip(c, 4);
	if (in->window[0].value.type != VALUE_NULL)
		event_add(
			ev, in->words[WORD_WINDOW].name, in->words[WORD_WINDOW].id,
			(struct value){ .type = VALUE_OBJECT, .count = 1, .members = in->window });
	in->frame.record++;
	frame_give(&in->frame, "fsevents", NULL, offset, ev);
}

static enum input_step next(struct input *in, struct event *ev)
{
	static const size_t tails[] = { 0, 12, 20, 24 };

	for (;;) {
		if (!in->page.n) {
			if (!page_next(in))
				return INPUT_END;
			continue;
		}
		size_t end = slice_find(in->page, 0),
		       begin = (size_t)(in->page.p - in->frame.w.bytes.p);

		if (end + 1 + tails[in->version] > in->page.n) {
			input_note(&in->frame.env, begin, true,
				   "%llu bytes behind the last record of a page",
				   (unsigned long long)in->page.n);
			in->page = slice_of(NULL, 0);
			continue;
		}
		struct cursor c = cursor_of(slice_from(in->page, end + 1));

		put_record(in, ev, slice_head(in->page, end), begin, &c);
		in->page = slice_from(in->page, end + 1 + tails[in->version]);
		return INPUT_EVENT;
	}
}

const struct input_format input_fsevents = {
	.name = "fsevents",
	.cut = INPUT_WHOLE,
	.probe = probe,
	.open = open_fsevents,
	.window = frame_window,
	.next = next,
	.consumed = frame_consumed,
	.records = frame_records,
	.close = frame_close,
};
