/* SPDX-License-Identifier: Apache-2.0 */
/* A file that is the value AppCompatCache itself, as tools save it: no control set, no time of its own. */
#include "base/heap.h"
#include "input/formats.h"
#include "input/hive/shimcache.h"

#include <stdlib.h>

#define COUNT_MAX 4096u

struct input {
	struct input_env env;
	struct put_name words[HIVE_WORD_COUNT];
	struct shim shim;
	bool open;
	struct shim_place place;
	size_t bytes;
};

static unsigned probe(struct slice head, uint64_t bytes)
{
	struct shim s;

	if (!shim_open(&s, head))
		return 0;
	switch (s.layout) {
	case SHIM_XP:
	case SHIM_2003:
	case SHIM_7:
		return s.left <= COUNT_MAX && bytes > s.at ? 85 : 0;
	default:
		return 85;
	}
}

static struct input *shim_file_open(const struct input_env *env)
{
	struct input *in = heap_new(sizeof(*in));

	in->env = *env;
	hive_words(in->words, env->names);
	return in;
}

static void window(struct input *in, const struct input_window *w)
{
	struct shim_entry e;
	uint32_t count = 0;

	in->bytes = w->bytes.n;
	in->place = (struct shim_place){ 0 };
	in->open = shim_open(&in->shim, w->bytes);
	for (struct shim walk = in->shim; in->open && shim_next(&walk, &e);)
		count++;
	in->place.full = count >= in->shim.capacity;
	if (!in->open)
		input_note(&in->env, 0, true, "an application compatibility cache of an unknown form was not read");
}

static enum input_step next(struct input *in, struct event *ev)
{
	struct shim_entry e;

	if (!in->open)
		return INPUT_END;
	if (!shim_next(&in->shim, &e)) {
		if (in->shim.why)
			input_note(&in->env, in->shim.at, true,
				   "the application compatibility cache holds %s: %u entries were read",
				   in->shim.why, in->place.position);
		in->open = false;
		return INPUT_END;
	}
	event_clear(ev);
	put_place(ev, "shimcache", in->place.position + 1, e.at);
	ev->host = in->env.host;
	shimcache_put(in->words, &e, &in->place, ev);
	in->place.position++;
	event_seal(ev);
	return INPUT_EVENT;
}

static void shim_file_close(struct input *in)
{
	free(in);
}

static size_t consumed(const struct input *in)
{
	return in->bytes;
}

static uint64_t records(const struct input *in)
{
	return in->place.position;
}

const struct input_format input_shimcache = {
	.name = "shimcache",
	.cut = INPUT_WHOLE,
	.probe = probe,
	.open = shim_file_open,
	.window = window,
	.next = next,
	.consumed = consumed,
	.records = records,
	.close = shim_file_close,
};
