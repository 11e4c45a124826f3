/* SPDX-License-Identifier: Apache-2.0 */
/*
 * utmp, wtmp and btmp (utmp(5)): logins, boots and ends of sessions, records of one size without a
 * header. The size is that of struct utmp in glibc's bits/utmp.h, little-endian:
 *
 *     0 type 2 | 2 padding | 4 pid 4 | 8 line 32 | 40 id 4 | 44 user 32 | 76 host 256 | 332 exit 4 |
 *     384 bytes (where 32-bit programs are run too)   336 session 4 | 340 time 4, 4 | 348 address 16 | 20
 *     400 bytes (aarch64 and others)                  336 session 8 | 344 time 8, 8 | 360 address 16 | 20
 *
 * Which of both it is, the records say: the size under which more of the first are sound. EMPTY
 * records (type 0) hold nothing, or what a cleaner of logs left: they are told and give no event.
 */
#include "base/cursor.h"
#include "input/formats.h"
#include "input/frame.h"
#include "input/put.h"

#include <arpa/inet.h>

#define DECIDE_BYTES 4000 /* ten records of either size */
#define TYPE_MAX 9

struct layout {
	size_t bytes, time, address, reserved; /* size, and where these begin */
	bool wide; /* session and time have 8 bytes each */
};
static const struct layout narrow = { 384, 340, 348, 364, false },
			   wide = { 400, 344, 360, 376, true };
#define LINE_AT 8
#define USER_AT 44
#define HOST_AT 76
#define SESSION_AT 336
#define LINE_BYTES 32
#define HOST_BYTES 256
#define RESERVED_BYTES 20

enum word {
	WORD_USER,
	WORD_LINE,
	WORD_FROM,
	WORD_TYPE,
	WORD_PID,
	WORD_SESSION,
	WORD_ADDRESS,
	WORD_COUNT
};
static const char *const words[WORD_COUNT] = { "user", "line",	  "from",   "type",
					       "pid",  "session", "address" };

struct input {
	struct frame frame;
	const struct layout *layout; /* NULL until it is decided */
	struct put_name names[WORD_COUNT];
	bool failures; /* it is btmp: what it lists did not log in */
	bool told_empty, told_type;
};

/* ---- one record ---- */

static int64_t number(const uint8_t *p, bool eight)
{
	return eight ? (int64_t)load_u64(p) : (int32_t)load_u32(p);
}

static int64_t microseconds(const uint8_t *p, const struct layout *l)
{
	return number(p + l->time + (l->wide ? 8 : 4), l->wide);
}

/* Microseconds that are none (damage) are left out. */
static struct when time_of(const uint8_t *p, const struct layout *l)
{
	int64_t us = microseconds(p, l);
	struct when t = when_unix(number(p + l->time, l->wide));

	if (us < 0 || us > 999999)
		us = 0;
	if (!t.set || (t.ns == 0 && us == 0))
		return (struct when){ 0 };
	t.digits = 6;
	t.ns += us * 1000;
	return t;
}

static struct slice text_at(const uint8_t *p, size_t n)
{
	struct slice s = slice_of(p, n);

	return slice_head(s, slice_find(s, 0));
}

static bool is_text(struct slice s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] < 0x20 || s.p[i] == 0x7f)
			return false;
	return true;
}

/* A type that is given, a time, plain texts, and nothing where nothing is kept. */
static bool is_sound(const uint8_t *p, const struct layout *l)
{
	static const uint8_t nothing[RESERVED_BYTES] = { 0 };
	uint16_t type = load_u16(p);

	return type >= 1 && type <= TYPE_MAX && time_of(p, l).ns > 0 && microseconds(p, l) >= 0 &&
	       microseconds(p, l) <= 999999 &&
	       is_text(text_at(p + LINE_AT, LINE_BYTES)) &&
	       is_text(text_at(p + USER_AT, LINE_BYTES)) &&
	       is_text(text_at(p + HOST_AT, HOST_BYTES)) &&
	       memcmp(p + l->reserved, nothing, sizeof(nothing)) == 0;
}

static size_t count_sound(struct slice s, const struct layout *l)
{
	size_t n = 0;

	s = slice_head(s, DECIDE_BYTES);
	for (size_t at = 0; s.n - at >= l->bytes; at += l->bytes)
		n += is_sound(s.p + at, l);
	return n;
}

static const struct layout *decide(struct slice s)
{
	return count_sound(s, &wide) > count_sound(s, &narrow) ? &wide : &narrow;
}

static unsigned probe(struct slice head, uint64_t bytes)
{
	const struct layout *l = decide(head);
	size_t sound = count_sound(head, l), full = 0;

	(void)bytes;
	head = slice_head(head, DECIDE_BYTES);
	for (size_t at = 0; head.n - at >= l->bytes; at += l->bytes)
		full += load_u16(head.p + at) != 0;
	return sound && sound * 2 >= full ? 75 : 0;
}

/* ---- the reader ---- */

static struct input *utmp_open(const struct input_env *env)
{
	struct input *in = frame_open(sizeof(*in), env);

	put_names(in->names, words, WORD_COUNT, env->names);
	in->failures = slice_starts(input_last_part(env->path), slice_str("btmp"));
	return in;
}

static void put_number(struct event *ev, const struct put_name *p, int64_t n)
{
	event_add(ev, p->name, p->id, (struct value){ .type = VALUE_INT, .i = n });
}

/* Four bytes are an IPv4 address, sixteen an IPv6 one. */
static void put_address(struct input *in, const uint8_t *p, struct event *ev)
{
	static const uint8_t zero[16] = { 0 };
	bool four = memcmp(p + 4, zero, 12) == 0;
	char text[INET6_ADDRSTRLEN];

	if (memcmp(p, zero, 16) != 0 && inet_ntop(four ? AF_INET : AF_INET6, p, text, sizeof(text)))
		put_text(ev, &in->names[WORD_ADDRESS], arena_keep(&ev->arena, slice_str(text)));
}

static void take(struct input *in, const uint8_t *p, struct event *ev)
{
	const struct layout *l = in->layout;
	int64_t session = number(p + SESSION_AT, l->wide);

	event_clear(ev);
	ev->time = time_of(p, l);
	put_text(ev, &in->names[WORD_USER], text_at(p + USER_AT, LINE_BYTES));
	put_text(ev, &in->names[WORD_LINE], text_at(p + LINE_AT, LINE_BYTES));
	put_text(ev, &in->names[WORD_FROM], text_at(p + HOST_AT, HOST_BYTES));
	put_number(ev, &in->names[WORD_TYPE], load_u16(p));
	put_number(ev, &in->names[WORD_PID], (int32_t)load_u32(p + 4));
	if (session)
		put_number(ev, &in->names[WORD_SESSION], session);
	put_address(in, p + l->address, ev);
	frame_give(&in->frame, "login", "login", frame_offset(&in->frame), ev);
	if (in->failures && ev->op == ACTIVITY_LOGON)
		ev->op = ACTIVITY_NONE;
}

/* A record that is none. */
static void tell(struct input *in, uint16_t type)
{
	bool *told = type ? &in->told_type : &in->told_empty;
	unsigned long long record = (unsigned long long)in->frame.record;

	if (*told)
		return;
	*told = true;
	if (type)
		input_note(&in->frame.env, frame_offset(&in->frame), true,
			   "record %llu has type %u, which does not exist (further ones are not told)",
			   record, (unsigned)type);
	else
		input_note(&in->frame.env, frame_offset(&in->frame), false,
			   "record %llu is empty: unused, or wiped (further ones are not told)",
			   record);
}

static enum input_step next(struct input *in, struct event *ev)
{
	if (!in->layout) {
		if (in->frame.w.bytes.n < DECIDE_BYTES && !in->frame.w.final)
			return INPUT_MORE;
		in->layout = decide(in->frame.w.bytes);
	}
	for (;;) {
		struct slice record = slice_head(frame_rest(&in->frame), in->layout->bytes);

		if (record.n < in->layout->bytes) {
			if (in->frame.w.final && record.n) {
				input_note(&in->frame.env, frame_offset(&in->frame), true,
					   "%zu bytes behind the last whole record", record.n);
				in->frame.at += record.n;
			}
			return frame_end(&in->frame);
		}
		uint16_t type = load_u16(record.p);
		bool good = type >= 1 && type <= TYPE_MAX;

		in->frame.record++;
		if (good)
			take(in, record.p, ev);
		else
			tell(in, type);
		in->frame.at += in->layout->bytes;
		if (good)
			return INPUT_EVENT;
	}
}

const struct input_format input_utmp = {
	.name = "utmp",
	.cut = INPUT_CUT_NONE,
	.probe = probe,
	.open = utmp_open,
	.window = frame_window,
	.next = next,
	.consumed = frame_consumed,
	.records = frame_records,
	.close = frame_close,
};
