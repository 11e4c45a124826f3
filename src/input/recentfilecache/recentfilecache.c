/* SPDX-License-Identifier: Apache-2.0 */
/*
 * RecentFileCache.bcf (Windows 7, Windows\AppCompat\Programs): programs that came up new since
 * the last inventory ran, daily; without any time. Format after libyal's dtformats: 20 bytes of
 * header,
 *
 *   fe ff ee ff 11 22 00 00   u32 3   u32 1   u32, a checksum maybe
 *
 * then entries of u32 units and UTF-16LE with its NUL. That the NUL is counted is said in one place
 * and not in another: either is read.
 */
#include "base/cursor.h"
#include "base/heap.h"
#include "input/formats.h"
#include "input/put.h"

#include <stdlib.h>

#define HEADER_BYTES 20u
#define PATH_UNITS_MAX 32768u

enum word { WORD_PATH, WORD_TARGET, WORD_COUNT };
static const char *const words[WORD_COUNT] = { "path", "TargetFilename" };

struct input {
	struct input_env env;
	struct put_name names[WORD_COUNT];
	struct input_window w;
	struct cursor c;
	uint64_t record;
};

static unsigned probe(struct slice head, uint64_t bytes)
{
	static const struct slice magic = SLICE("\xfe\xff\xee\xff\x11\x22\0\0");

	(void)bytes;
	return slice_starts(head, magic) ? 95 : 0;
}

static struct input *recent_open(const struct input_env *env)
{
	struct input *in = heap_new(sizeof(*in));

	in->env = *env;
	put_names(in->names, words, WORD_COUNT, env->names);
	return in;
}

static void recent_close(struct input *in)
{
	free(in);
}

static void window(struct input *in, const struct input_window *w)
{
	in->w = *w;
	in->c = cursor_of(w->bytes);
	cursor_skip(&in->c, HEADER_BYTES);
	if (w->final && !in->c.ok)
		input_note(&in->env, w->offset, true,
			   "RecentFileCache: %zu bytes are no whole header", w->bytes.n);
}

static size_t consumed(const struct input *in)
{
	return in->w.final ? in->w.bytes.n : 0;
}

static uint64_t records(const struct input *in)
{
	return in->record;
}

/* Without its NUL, of which one may stand behind what was counted. */
static struct slice path_at(struct cursor *c)
{
	uint32_t units = cursor_u32(c);
	struct slice path =
		cursor_take(c, units && units <= PATH_UNITS_MAX ? units * 2 : UINT64_MAX);
	struct cursor behind = *c;

	if (cursor_left(&behind) >= 2 && cursor_u16(&behind) == 0)
		*c = behind;
	while (path.n >= 2 && path.p[path.n - 1] == 0 && path.p[path.n - 2] == 0)
		path.n -= 2;
	return path;
}

static enum input_step next(struct input *in, struct event *ev)
{
	const struct put_name *n = in->names;
	size_t at = in->c.at;
	struct value path = { .type = VALUE_UTF16 };

	if (!in->w.final)
		return INPUT_MORE;
	if (!cursor_left(&in->c))
		return INPUT_END;
	path.s = path_at(&in->c);
	if (!in->c.ok) {
		input_note(&in->env, in->w.offset + at, true,
			   "RecentFileCache: an entry that cannot be; the %zu bytes from it on are "
			   "not read",
			   in->w.bytes.n - at);
		return INPUT_END;
	}
	event_clear(ev);
	event_add(ev, n[WORD_PATH].name, n[WORD_PATH].id, path);
	event_make(ev, n[WORD_TARGET].name, n[WORD_TARGET].id, path);
	put_place(ev, "recent_file_cache", ++in->record, in->w.offset + at);
	ev->op = ACTIVITY_FILE_PRESENT;
	ev->proves = STAGE_BIT(STAGE_S1);
	ev->host = in->env.host;
	event_seal(ev);
	ev->time_kind = NULL;
	return INPUT_EVENT;
}

const struct input_format input_recentfilecache = {
	.name = "recentfilecache",
	.cut = INPUT_WHOLE,
	.probe = probe,
	.open = recent_open,
	.window = window,
	.next = next,
	.consumed = consumed,
	.records = records,
	.close = recent_close,
};
