/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Event log records as XML: what wevtutil, Event Viewer and Get-WinEvent write, with or without a
 * root element around them. The records are found by their tags alone, so that one that is broken
 * costs no other.
 */
#include "base/limits.h"
#include "base/utf.h"
#include "input/dialect.h"
#include "input/formats.h"
#include "input/frame.h"
#include "input/put.h"
#include "input/xml/parse.h"

struct input {
	struct frame frame;
	struct xml *xml;
};

static const struct slice open_tag = SLICE("<Event"), close_tag = SLICE("</Event>");

/* The next "<Event" that is not "<Events" or "<EventData". */
static size_t find_open(struct slice s)
{
	const uint8_t *hit;
	size_t from = 0;

	while ((hit = slice_search(slice_from(s, from), open_tag))) {
		size_t at = (size_t)(hit - s.p), next = at + open_tag.n;

		if (next == s.n || strchr(" \t\r\n>", s.p[next]))
			return at;
		from = next;
	}
	return s.n;
}

static unsigned probe(struct slice head, uint64_t bytes)
{
	struct slice bom = SLICE("\xef\xbb\xbf"), declaration = SLICE("<?xml"), root = SLICE("<Events");
	struct slice s = slice_trim(slice_starts(head, bom) ? slice_from(head, bom.n) : head);

	(void)bytes;
	if (find_open(s) == 0)
		return 70;
	if (!slice_starts(s, declaration) && !slice_starts(s, root))
		return 0;
	return find_open(s) + open_tag.n < s.n ? 65 : 0;
}

static struct input *open_xml(const struct input_env *env)
{
	struct input *in = frame_open(sizeof(*in), env);

	in->xml = xml_new(env->names);
	return in;
}

static void close_xml(struct input *in)
{
	if (!in)
		return;
	xml_free(in->xml);
	frame_close(in);
}

static bool take(struct input *in, struct slice text, struct event *ev)
{
	uint64_t offset = frame_place(&in->frame, text.p);
	struct xml_result r;

	event_clear(ev);
	in->frame.record++;
	r = xml_read(in->xml, text, ev);
	if (!r.complete && !utf8_valid(text)) {
		/* Bytes of another encoding spoil only the text they stand in. */
		event_clear(ev);
		r = xml_read(in->xml, utf8_repair(&ev->arena, text), ev);
		input_note(&in->frame.env, offset, false, "record %llu: bytes that are not UTF-8 were replaced",
			   (unsigned long long)in->frame.record);
	}
	if (!r.complete)
		input_note(&in->frame.env, offset + r.at, true, "record %llu: %s",
			   (unsigned long long)in->frame.record, r.why);
	if (ev->n == 0)
		return false;
	ev->damaged = !r.complete;
	put_place(ev, "xml", in->frame.record, offset);
	translator_apply(in->frame.translator, ev);
	event_seal(ev);
	return true;
}

/* Where a record ends: behind its closing tag, or before the next one's opening tag when it has
 * none. 0: not in s. */
static size_t extent(struct slice s)
{
	const uint8_t *end = slice_search(s, close_tag);
	size_t n = end ? (size_t)(end - s.p) + close_tag.n : s.n;
	size_t next = find_open(slice_head(slice_from(s, open_tag.n), n - open_tag.n)) + open_tag.n;

	return next < n ? next : end ? n : 0;
}

static enum input_step next(struct input *in, struct event *ev)
{
	for (;;) {
		struct slice rest = frame_rest(&in->frame);
		size_t begin = find_open(rest);

		if (begin == rest.n) {
			/* Half a tag may stand at the end. */
			if (in->frame.w.final || rest.n > open_tag.n)
				in->frame.at += in->frame.w.final ? rest.n : rest.n - open_tag.n;
			return frame_end(&in->frame);
		}
		in->frame.at += begin;
		rest = slice_from(rest, begin);
		size_t n = extent(rest);

		if (n == 0 && !in->frame.w.final && rest.n < LIMIT_LINE_BYTES)
			return INPUT_MORE;
		n = n ? n : rest.n;
		in->frame.at += n;
		if (take(in, slice_head(rest, n), ev))
			return INPUT_EVENT;
	}
}

const struct input_format input_xml = {
	.name = "xml",
	.cut = INPUT_CUT_NONE,
	.probe = probe,
	.open = open_xml,
	.window = frame_window,
	.next = next,
	.consumed = frame_consumed,
	.records = frame_records,
	.close = close_xml,
};
