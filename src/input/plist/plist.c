/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Property lists of macOS, binary and XML, of which the contents say what they are: installations,
 * receipts, launchd's jobs, Safari's history and downloads, background items. One of no known kind
 * gives no events, which is said.
 */
#include "input/formats.h"
#include "input/frame.h"
#include "input/plist/kind.h"

static const struct plist_kind *const kinds[] = {
	&plist_install_history, &plist_receipt,		 &plist_launchd,
	&plist_safari_history,	&plist_safari_downloads, &plist_btm,
};

struct input {
	struct frame frame;
	struct plist_reader r;
	const struct plist_kind *kind;
	uint32_t at, count; /* of the list's entries */
};

static const char *const words[PLIST_WORD_COUNT] = {
#define X(id, text) text,
	PLIST_WORDS(X)
#undef X
};

static unsigned probe(struct slice head, uint64_t bytes)
{
	(void)bytes;
	return plist_is_binary(head) ? 90 : plist_is_xml(head) ? 80 : 0;
}

static struct input *open_plist(const struct input_env *env)
{
	struct input *in = frame_open(sizeof(*in), env);

	in->r.profile = browser_profile_of(env->path);
	put_names(in->r.words, words, PLIST_WORD_COUNT, env->names);
	return in;
}

static void close_plist(struct input *in)
{
	if (!in)
		return;
	plist_close(&in->r.plist);
	frame_close(in);
}

static void window(struct input *in, const struct input_window *w)
{
	struct plist_reader *r = &in->r;
	struct plist_fault fault;
	bool has_root = plist_open(&r->plist, w->bytes, &fault);

	frame_window(in, w);
	in->frame.at = w->bytes.n;
	if (fault.why)
		input_note(&in->frame.env, fault.offset, true, "%s", fault.why);
	if (!has_root)
		return;
	struct plist_value root = plist_root(&r->plist);

	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds) && !in->kind; i++)
		if (kinds[i]->fits(&r->plist, &root, &r->list))
			in->kind = kinds[i];
	if (in->kind)
		in->count = in->kind->single ? 1 : r->list.count;
	else if (root.type == PLIST_NONE)
		input_note(&in->frame.env, root.offset, true, "its first object cannot be read");
	else if (!fault.why)
		input_note(&in->frame.env, 0, false,
			   "a property list of no known kind: nothing is read of it");
}

static enum input_step next(struct input *in, struct event *ev)
{
	struct plist_reader *r = &in->r;

	while (in->at < in->count) {
		struct plist_value v =
			in->kind->single ? r->list : plist_item(&r->plist, &r->list, in->at);

		if (r->plist.work <= 0)
			break;
		in->at++;
		event_clear(ev);
		if (v.type == PLIST_NONE)
			input_note(&in->frame.env, r->list.offset, true, "entry %lu cannot be read",
				   (unsigned long)in->at);
		else if (in->kind->entry(r, &v, ev)) {
			in->frame.record = in->at;
			frame_give(&in->frame, ev->kind, ev->time_kind, v.offset, ev);
			return INPUT_EVENT;
		}
	}
	if (in->at < in->count)
		input_note(&in->frame.env, r->list.offset, true,
			   "reading it takes more work than its size allows: given up at entry %lu",
			   (unsigned long)in->at + 1);
	in->count = 0;
	return INPUT_END;
}

const struct input_format input_plist = {
	.name = "plist",
	.cut = INPUT_WHOLE,
	.probe = probe,
	.open = open_plist,
	.window = window,
	.next = next,
	.consumed = frame_consumed,
	.records = frame_records,
	.close = close_plist,
};
