/* SPDX-License-Identifier: Apache-2.0 */
/* One event of kind "machine" for a small file that says whose it is; what it may be: machine.h. */
#include "base/heap.h"
#include "input/formats.h"
#include "input/machine/machine.h"
#include "input/put.h"

#include <stdlib.h>

/* A log tells its machine at its beginning. */
#define READ_BYTES_MAX ((size_t)1 << 20)

enum word { WORD_NAME, WORD_DOMAIN, WORD_OS, WORD_BUILD, WORD_ZONE, WORD_ID, WORD_COUNT };
static const char *const words[WORD_COUNT] = { "name", "domain", "os", "build", "time_zone", "machine_id" };

struct input {
	struct input_env env;
	struct put_name names[WORD_COUNT];
	struct input_window w;
	bool given;
};

static unsigned probe(struct slice head, uint64_t bytes)
{
	return bytes <= READ_BYTES_MAX ? machine_probe(head) : 0;
}

static struct input *machine_open(const struct input_env *env)
{
	struct input *in = heap_new(sizeof(*in));

	in->env = *env;
	put_names(in->names, words, WORD_COUNT, env->names);
	return in;
}

static void machine_close(struct input *in)
{
	free(in);
}

static void window(struct input *in, const struct input_window *w)
{
	in->w = *w;
}

/* All that is looked at comes in one window. */
static bool is_enough(const struct input *in)
{
	return in->w.final || in->w.bytes.n >= READ_BYTES_MAX;
}

static size_t consumed(const struct input *in)
{
	return in->given || is_enough(in) ? in->w.bytes.n : 0;
}

static uint64_t records(const struct input *in)
{
	return in->given;
}

static void put_machine(const struct input *in, const struct machine *m, struct event *ev)
{
	const struct slice texts[WORD_COUNT] = { m->name, m->domain, m->os, m->build, m->time_zone, m->machine_id };

	for (size_t i = 0; i < WORD_COUNT; i++)
		put_text(ev, &in->names[i], texts[i]);
	put_place(ev, "machine", 1, 0);
	ev->host = utf8_repair(&ev->arena, m->name);
	event_seal(ev);
	ev->time_kind = NULL;
}

static enum input_step next(struct input *in, struct event *ev)
{
	struct machine m;
	enum input_step end = in->w.final ? INPUT_END : INPUT_MORE;

	if (in->given || !is_enough(in))
		return end;
	in->given = true;
	event_clear(ev);
	if (!machine_read(slice_head(in->w.bytes, READ_BYTES_MAX), &ev->arena, &m)) {
		input_note(&in->env, 0, false, "nothing in it tells a machine's name");
		return end;
	}
	put_machine(in, &m, ev);
	return INPUT_EVENT;
}

const struct input_format input_machine = {
	.name = "machine",
	.cut = INPUT_CUT_NONE,
	.probe = probe,
	.open = machine_open,
	.window = window,
	.next = next,
	.consumed = consumed,
	.records = records,
	.close = machine_close,
};
