/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pip's RECORD (PEP 376, 427): the files of one installed package.
 *
 *   requests/api.py,sha256=_Zb9Oa7dWVEcRJ4fUGWl4uM4dJYCQAnpSP1NFpMVzXE,6449
 *   requests-2.31.0.dist-info/RECORD,,
 *
 * The package's name and version stand in its .dist-info folder, whose lines may come last: the
 * file is taken whole, up to 8 MiB; of a larger one, what that part says.
 */
#include "input/formats.h"
#include "input/frame.h"
#include "input/lockfile/package.h"

#define LOOK_BYTES ((size_t)8 << 20)

struct input {
	struct frame frame;
	struct package_names names;
	bool looked;
	char name[256];
	size_t name_n, version_at, version_n;
};

static const struct slice folder = SLICE(".dist-info/");

/* PATH,[HASH],[SIZE]: from the end, since paths may hold commas (then in quotes). */
static bool read_row(struct slice line, struct package *p)
{
	size_t at = line.n;

	for (int cell = 0; cell < 2; cell++) {
		struct slice text;
		size_t end = at;

		while (at > 0 && line.p[at - 1] != ',')
			at--;
		if (!at)
			return false;
		text = slice_of(line.p + at, end - at);
		if (cell == 0)
			p->size = text;
		else
			p->integrity = text;
		at--;
	}
	p->path = slice_head(line, at);
	if (p->path.n >= 2 && p->path.p[0] == '"' && p->path.p[p->path.n - 1] == '"')
		p->path = slice_of(p->path.p + 1, p->path.n - 2);
	for (size_t i = 0; i < p->size.n; i++)
		if (p->size.p[i] < '0' || p->size.p[i] > '9')
			return false;
	if (p->integrity.n &&
	    (slice_find(p->integrity, '=') == p->integrity.n || p->integrity.n > 120))
		return false;
	return p->path.n > 0;
}

static unsigned probe(struct slice head, uint64_t bytes)
{
	static const struct slice hash = SLICE(",sha256=");
	unsigned rows = 0, lines = 0, hashes = 0;
	struct slice s = head;

	while (s.n && lines < 8) {
		struct slice line = slice_cut(s, '\n', &s);
		struct package p = { 0 };

		if (!s.p && bytes > head.n) /* cut off */
			break;
		lines++;
		rows += read_row(slice_trim(line), &p);
		hashes += slice_search(line, hash) != NULL;
	}
	return lines && rows == lines && hashes ? 70 : 0;
}

static struct input *record_open(const struct input_env *env)
{
	struct input *in = frame_open(sizeof(*in), env);

	package_names_init(&in->names, env->names);
	return in;
}

/* NAME-VERSION before .dist-info/; false until enough of the file is there. */
static bool look(struct input *in)
{
	struct slice s = in->frame.w.bytes;
	const uint8_t *hit = slice_search(s, folder);
	size_t end, at, dash;

	if (!hit && !in->frame.w.final && s.n < LOOK_BYTES)
		return false;
	in->looked = true;
	if (!hit)
		return true;
	for (at = end = (size_t)(hit - s.p);
	     at > 0 && !strchr("\n\"/", s.p[at - 1] ? s.p[at - 1] : '\n');)
		at--;
	s = slice_head(slice_from(s, at), end - at);
	dash = slice_find(s, '-');
	if (s.n > sizeof(in->name) || dash == s.n)
		return true;
	memcpy(in->name, s.p, s.n);
	in->name_n = dash;
	in->version_at = dash + 1;
	in->version_n = s.n - dash - 1;
	return true;
}

static enum input_step next(struct input *in, struct event *ev)
{
	struct slice line;
	uint64_t offset;

	if (!in->looked && !look(in))
		return INPUT_MORE;
	for (;;) {
		struct package p = { .ecosystem = "pypi",
				     .name = slice_of(in->name, in->name_n),
				     .version =
					     slice_of(in->name + in->version_at, in->version_n) };

		if (!frame_line(&in->frame, &line, &offset))
			return frame_end(&in->frame);
		if (!slice_trim(line).n)
			continue;
		in->frame.record++;
		if (!read_row(slice_trim(line), &p)) {
			frame_tell(&in->frame, offset, "line", "is no row of a RECORD");
			continue;
		}
		event_clear(ev);
		package_put(&in->names, &p, ev);
		frame_give(&in->frame, "inventory", NULL, offset, ev);
		return INPUT_EVENT;
	}
}

const struct input_format input_piprecord = {
	.name = "piprecord",
	.cut = INPUT_CUT_NONE,
	.probe = probe,
	.open = record_open,
	.window = frame_window,
	.next = next,
	.consumed = frame_consumed,
	.records = frame_records,
	.close = frame_close,
};
