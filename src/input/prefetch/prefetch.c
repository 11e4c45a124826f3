/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Prefetch files (scca.h), as they are or packed: "MAM", 0x04, u32 size, Xpress Huffman (from
 * Windows 10 on; 0x84 has a checksum before the stream, which is not verified). An event for each
 * run that is kept: the last one, from version 26 on the last eight; one without a time where none
 * is.
 *
 * A truncated stream gives what was before: name and times stand at the front. Other files of
 * Windows begin with MAM too, so the first bytes are unpacked before it is called one.
 */
#include "base/arena.h"
#include "base/cursor.h"
#include "base/heap.h"
#include "base/limits.h"
#include "input/formats.h"
#include "input/prefetch/scca.h"
#include "input/put.h"
#include "input/xpress/huffman.h"

#include <stdlib.h>

#define UNPACKED_MAX ((size_t)16 << 20) /* the largest that are known have a few hundred KiB */
#define FILES_MAX 65536u		/* Windows traces some thousand */

enum word {
	WORD_NAME,
	WORD_HASH,
	WORD_RUN_COUNT,
	WORD_FORMAT,
	WORD_FILES,
	WORD_VOLUMES,
	WORD_IMAGE,
	WORD_COUNT
};
static const char *const words[WORD_COUNT] = { "name",	"hash",	   "run_count", "format",
					       "files", "volumes", "Image" };

struct input {
	struct input_env env;
	struct put_name names[WORD_COUNT];
	struct input_window w;
	struct arena arena; /* values of the file that are in every event */
	uint8_t *unpacked;
	struct xpress_table *table;
	struct scca scca;
	struct value files, volumes;
	struct slice image;
	bool read, any; /* the header was looked at; it was one */
	unsigned run;	/* the next slot */
	uint64_t record;
};

/* The Xpress stream in a packed file, and the size that it is to have; p NULL where it is none. */
static struct slice packed(struct slice file, uint32_t *ret_size)
{
	struct cursor c = cursor_of(file);
	struct slice magic = cursor_take(&c, 4);

	if (!magic.n || memcmp(magic.p, "MAM", 3) != 0 ||
	    (magic.p[3] != 0x04 && magic.p[3] != 0x84))
		return slice_of(NULL, 0);
	*ret_size = cursor_u32(&c);
	if (magic.p[3] == 0x84)
		cursor_skip(&c, 4);
	return c.ok ? slice_from(file, c.at) : slice_of(NULL, 0);
}

static unsigned probe(struct slice head, uint64_t bytes)
{
	struct xpress_table t;
	uint8_t first[8];
	uint32_t size;
	struct slice stream;
	const char *why;

	(void)bytes;
	if (scca_starts(head))
		return load_u32(head.p) < 256 ? 95 : 40;
	stream = packed(head, &size);
	if (!stream.p || size > UNPACKED_MAX)
		return 0;
	/* Cut or broken so early that nobody can say: nothing else begins so. */
	if (xpress_huffman(&t, stream, first, sizeof(first), &why) < sizeof(first))
		return 30;
	return scca_starts(slice_of(first, sizeof(first))) ? 95 : 0;
}

static struct input *prefetch_open(const struct input_env *env)
{
	struct input *in = heap_new(sizeof(*in));

	in->env = *env;
	put_names(in->names, words, WORD_COUNT, env->names);
	arena_init(&in->arena, LIMIT_EVENT_BYTES);
	return in;
}

static void prefetch_close(struct input *in)
{
	if (!in)
		return;
	arena_done(&in->arena);
	free(in->unpacked);
	free(in->table);
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

/* The file as it is, or unpacked as far as it goes. */
static struct slice unpack(struct input *in)
{
	uint32_t size = 0;
	struct slice stream = packed(in->w.bytes, &size);
	const char *why = "";
	size_t n;

	if (!stream.p)
		return in->w.bytes;
	if (size > UNPACKED_MAX) {
		input_note(&in->env, 4, true,
			   "prefetch: %u bytes unpacked are more than there can be", size);
		size = UNPACKED_MAX;
	}
	in->table = heap_new(sizeof(*in->table));
	in->unpacked = heap_new(size + 1u);
	n = xpress_huffman(in->table, stream, in->unpacked, size, &why);
	if (n < size)
		input_note(&in->env, in->w.bytes.n, true,
			   "prefetch: %zu of %u bytes could be unpacked: %s", n, size, why);
	return slice_of(in->unpacked, n);
}

static struct value list_files(struct input *in)
{
	struct slice rest = in->scca.names, name;
	uint32_t n = 0;
	struct value *items;

	while (n < FILES_MAX && scca_next_name(&rest, &name))
		n++;
	if (n == FILES_MAX && scca_next_name(&rest, &name))
		input_note(&in->env, 0, true, "prefetch: more than %u files; the rest is left out",
			   FILES_MAX);
	items = arena_array(&in->arena, n ? n : 1, sizeof(*items));
	rest = in->scca.names;
	for (uint32_t i = 0; items && i < n && scca_next_name(&rest, &name); i++)
		items[i] = (struct value){ .type = VALUE_UTF16, .s = name };
	return (struct value){ .type = VALUE_LIST, .items = items, .count = items ? n : 0 };
}

static struct value time_or_null(uint64_t filetime)
{
	return (struct value){ .type = filetime ? VALUE_FILETIME : VALUE_NULL, .u = filetime };
}

static struct value list_volumes(struct input *in)
{
	uint32_t n = in->scca.volume_count;
	struct value *items = arena_array(&in->arena, n ? n : 1, sizeof(*items));
	struct scca_volume v;

	for (uint32_t i = 0; items && i < n && scca_volume(&in->scca, i, &v); i++) {
		struct value_member *m = arena_array(&in->arena, 3, sizeof(*m));

		if (!m)
			break;
		m[0] = (struct value_member){ "device", { .type = VALUE_UTF16, .s = v.device } };
		m[1] = (struct value_member){ "serial", value_text_of(arena_printf(
								&in->arena, "%08x", v.serial)) };
		m[2] = (struct value_member){ "created", time_or_null(v.created) };
		items[i] = (struct value){ .type = VALUE_OBJECT, .members = m, .count = 3 };
	}
	return (struct value){ .type = VALUE_LIST, .items = items, .count = items ? n : 0 };
}

static void read_file(struct input *in)
{
	in->read = true;
	in->any = scca_read(unpack(in), &in->env, &in->scca);
	if (!in->any)
		return;
	in->files = list_files(in);
	in->volumes = list_volumes(in);
	in->image = scca_image(&in->scca);
}

static void take(struct input *in, uint64_t run, struct event *ev)
{
	const struct scca *s = &in->scca;
	const struct put_name *n = in->names;
	struct value name = { .type = VALUE_UTF16, .s = s->name };

	event_clear(ev);
	event_add(ev, n[WORD_NAME].name, n[WORD_NAME].id, name);
	put_text(ev, &n[WORD_HASH], arena_printf(&ev->arena, "%08x", s->hash));
	if (s->counted)
		put_u64(ev, &n[WORD_RUN_COUNT], s->run_count);
	put_u64(ev, &n[WORD_FORMAT], s->version);
	event_add(ev, n[WORD_FILES].name, n[WORD_FILES].id, in->files);
	event_add(ev, n[WORD_VOLUMES].name, n[WORD_VOLUMES].id, in->volumes);
	if (in->image.p)
		name.s = in->image;
	event_make(ev, n[WORD_IMAGE].name, n[WORD_IMAGE].id, name);
	put_place(ev, "prefetch", ++in->record, in->w.offset);
	ev->time = when_filetime(run);
	ev->time_kind = "run";
	ev->host = in->env.host;
	ev->op = ACTIVITY_PROCESS_START;
	ev->proves = STAGE_BIT(STAGE_S3);
	ev->completeness = COMPLETENESS_CAPPED; /* the last runs only, of so many programs */
	ev->damaged = s->damaged;
	event_seal(ev);
}

static enum input_step next(struct input *in, struct event *ev)
{
	if (!in->w.final)
		return INPUT_MORE;
	if (!in->read)
		read_file(in);
	if (!in->any)
		return INPUT_END;
	while (in->run < SCCA_RUNS) {
		uint64_t run = in->scca.runs[in->run++];

		if (!run)
			continue;
		take(in, run, ev);
		return INPUT_EVENT;
	}
	if (in->record)
		return INPUT_END;
	take(in, 0, ev);
	return INPUT_EVENT;
}

const struct input_format input_prefetch = {
	.name = "prefetch",
	.cut = INPUT_WHOLE,
	.probe = probe,
	.open = prefetch_open,
	.window = window,
	.next = next,
	.consumed = consumed,
	.records = records,
	.close = prefetch_close,
};
