/* SPDX-License-Identifier: Apache-2.0 */
/*
 * audit.log: the records of one serial, which may stand between those of others, are one event.
 * An event is given when its end is told (EOE, or PROCTITLE, which comes last), or when records two
 * seconds younger or very many others have come. Not cut: an event's records must meet.
 */
#include "base/utf.h"
#include "input/auditd/record.h"
#include "input/dialect.h"
#include "input/formats.h"
#include "input/frame.h"

#define OPEN_EVENTS 64 /* as a word has bits: serials whose records are still awaited */
#define OPEN_NS (INT64_C(2) * 1000000000)

struct open_event {
	uint64_t serial, offset, first; /* record number of the first line */
	int64_t ns;
	size_t count;
	struct audit_record records[64]; /* of lines kept in the arena */
	bool done;
	struct arena arena;
};

struct input {
	struct frame frame;
	int64_t youngest;
	struct open_event open[OPEN_EVENTS];
	uint64_t used; /* a bit for each of open */
	struct audit_names known;
};

static unsigned probe(struct slice head, uint64_t bytes)
{
	struct audit_record r;
	unsigned good = 0;

	(void)bytes;
	for (unsigned i = 0; i < 3 && head.n; i++) {
		struct slice line = slice_cut(head, '\n', &head);

		good += audit_record_read(line, &r);
	}
	return good ? 80 : 0;
}

static struct input *audit_open(const struct input_env *env)
{
	struct input *in = frame_open(sizeof(*in), env);

	for (size_t i = 0; i < OPEN_EVENTS; i++)
		arena_init(&in->open[i].arena, 0);
	return in;
}

static void audit_close(struct input *in)
{
	if (!in)
		return;
	for (size_t i = 0; i < OPEN_EVENTS; i++)
		arena_done(&in->open[i].arena);
	frame_close(in);
}

static void give(struct input *in, struct open_event *o, struct event *ev)
{
	event_clear(ev);
	ev->time = o->records[0].time;
	ev->host = o->records[0].node.p ? o->records[0].node : in->frame.env.host;
	for (size_t i = 0; i < o->count; i++)
		if (!audit_record_fields(&o->records[i], &in->known, ev))
			break;
	audit_event_finish(ev);
	ev->kind = "auditd";
	ev->ptr.offset = o->offset;
	ev->ptr.record = o->first;
	ev->ptr.record_counted = true;
	in->used &= ~(UINT64_C(1) << (o - in->open));
	struct when time = ev->time;

	translator_apply(in->frame.translator, ev);
	ev->time = time;
	event_seal(ev);
}

/* The slot of this serial, or a free one; NULL when all are taken by others. */
static struct open_event *slot_of(struct input *in, const struct audit_record *r)
{
	for (uint64_t left = in->used; left; left &= left - 1) {
		struct open_event *o = &in->open[__builtin_ctzll(left)];

		if (o->serial == r->serial && o->ns == r->time.ns)
			return o;
	}
	return ~in->used ? &in->open[__builtin_ctzll(~in->used)] : NULL;
}

static struct open_event *oldest(struct input *in, bool only_done)
{
	struct open_event *best = NULL;

	for (uint64_t left = in->used; left; left &= left - 1) {
		struct open_event *o = &in->open[__builtin_ctzll(left)];

		if ((!only_done || o->done || in->youngest - o->ns > OPEN_NS) &&
		    (!best || o->first < best->first))
			best = o;
	}
	return best;
}

/* Records of user space stand alone: none of their serial follows. */
static bool stands_alone(struct slice type)
{
	static const struct slice user = SLICE("USER_"), cred = SLICE("CRED_"), service = SLICE("SERVICE_"),
				  daemon = SLICE("DAEMON_"), login = SLICE("LOGIN");

	return slice_starts(type, user) || slice_starts(type, cred) || slice_starts(type, service) ||
	       slice_starts(type, daemon) || slice_eq(type, login);
}

/* The record, whose slices lie in the line, with a copy of the line. */
static void keep_record(struct open_event *o, const struct audit_record *r, struct slice line)
{
	struct audit_record *to = &o->records[o->count++];
	const uint8_t *copy = arena_keep(&o->arena, line).p;

	*to = *r;
	to->type.p = copy + (r->type.p - line.p);
	to->rest.p = r->rest.n ? copy + (r->rest.p - line.p) : copy;
	if (r->node.p)
		to->node.p = copy + (r->node.p - line.p);
}

/* Puts the line to its event. */
static void keep(struct input *in, struct open_event *o, const struct audit_record *r, struct slice line,
		 uint64_t offset)
{
	uint64_t bit = UINT64_C(1) << (o - in->open);

	if (!(in->used & bit)) {
		arena_reset(&o->arena);
		in->used |= bit;
		o->done = false;
		o->count = 0;
		o->serial = r->serial;
		o->ns = r->time.ns;
		o->offset = offset;
		o->first = in->frame.record;
	}
	if (o->count < sizeof(o->records) / sizeof(*o->records))
		keep_record(o, r, line);
	o->done |= slice_is(r->type, "PROCTITLE") || slice_is(r->type, "EOE") || stands_alone(r->type);
}

static enum input_step next(struct input *in, struct event *ev)
{
	struct audit_record r;
	struct slice line;
	uint64_t offset;

	for (;;) {
		struct open_event *o = oldest(in, true);

		if (o) {
			give(in, o, ev);
			return INPUT_EVENT;
		}
		if (!frame_line(&in->frame, &line, &offset)) {
			o = in->frame.w.final ? oldest(in, false) : NULL;
			if (!o)
				return frame_end(&in->frame);
			give(in, o, ev);
			return INPUT_EVENT;
		}
		if (!slice_trim(line).n)
			continue;
		in->frame.record++;
		if (!audit_record_read(line, &r)) {
			input_note(&in->frame.env, offset, true, "line %llu is no audit record",
				   (unsigned long long)in->frame.record);
			continue;
		}
		if (slice_is(r.type, "EOE") && !r.rest.n) {
			o = slot_of(in, &r);
			if (o && (in->used >> (o - in->open) & 1))
				o->done = true;
			continue;
		}
		in->youngest = r.time.ns > in->youngest ? r.time.ns : in->youngest;
		o = slot_of(in, &r);
		if (!o) {
			/* All slots wait: the oldest goes as it is, and this line comes again. */
			in->frame.record--;
			in->frame.at = (size_t)(offset - in->frame.w.offset);
			give(in, oldest(in, false), ev);
			return INPUT_EVENT;
		}
		keep(in, o, &r, line, offset);
	}
}

const struct input_format input_auditd = {
	.name = "auditd",
	.cut = INPUT_CUT_NONE,
	.probe = probe,
	.open = audit_open,
	.window = frame_window,
	.next = next,
	.consumed = frame_consumed,
	.records = frame_records,
	.close = audit_close,
};
