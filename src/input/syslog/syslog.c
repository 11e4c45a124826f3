/* SPDX-License-Identifier: Apache-2.0 */
/*
 * System logs line by line: RFC 5424, RFC 3164 with or without its priority, and rsyslog's form with
 * an ISO time. Times of RFC 3164 have neither year nor zone: the year is the latest in which the line
 * is not younger than the file (a day allowed), and both are told as assumptions. What a message
 * holds is opened where it is known: audit records, and Sysmon for Linux (an event as XML).
 */
#include "base/utf.h"
#include "input/auditd/record.h"
#include "input/dialect.h"
#include "input/formats.h"
#include "input/frame.h"
#include "input/xml/parse.h"

#include <stdio.h>
struct header {
	struct when time;
	struct slice host, app, pid, msgid, message;
	int priority; /* -1: none */
	bool year_assumed;
};

/* The day without a year that was read last, in the latest year that the file allows and the one
 * before: lines of one day come together. */
struct day {
	uint8_t text[6]; /* "Nov  3" */
	int64_t latest, before; /* midnights, seconds since 1970 */
};

struct input {
	struct frame frame;
	struct xml *xml;
	bool told_year;
	struct audit_names known;
	struct day day;
	uint32_t host, app, pid, message, facility, severity; /* numbers of the names below */
};

/* ---- header ---- */

static struct slice word(struct slice *s)
{
	size_t n = slice_find(*s, ' ');
	struct slice w = slice_head(*s, n);

	*s = slice_from(*s, n + 1);
	while (s->n && s->p[0] == ' ')
		*s = slice_from(*s, 1);
	return w;
}

static struct slice unless_dash(struct slice s)
{
	return slice_is(s, "-") ? slice_of(NULL, 0) : s;
}

static bool read_priority(struct slice *s, int *ret)
{
	uint64_t n;
	size_t end = slice_find(*s, '>');

	*ret = -1;
	if (!s->n || s->p[0] != '<')
		return true;
	if (end > 4 || end == s->n || !slice_to_u64(slice_head(slice_from(*s, 1), end - 1), &n) || n > 191)
		return false;
	*ret = (int)n;
	*s = slice_from(*s, end + 1);
	return true;
}

/* app[pid]: as one word, or with the colon alone behind it. */
static void read_tag(struct slice *s, struct header *h)
{
	struct slice rest = *s, tag;
	size_t n = 0;

	while (n < rest.n && rest.p[n] != ':' && rest.p[n] != ' ' && rest.p[n] != '[')
		n++;
	tag = slice_head(rest, n);
	rest = slice_from(rest, n);
	if (rest.n && rest.p[0] == '[') {
		size_t end = slice_find(rest, ']');

		h->pid = slice_head(slice_from(rest, 1), end ? end - 1 : 0);
		rest = slice_from(rest, end + 1);
	}
	if (!rest.n || rest.p[0] != ':') {
		/* No tag: all of it is the message. */
		h->pid = slice_of(NULL, 0);
		h->message = *s;
		return;
	}
	h->app = tag;
	h->message = slice_trim(slice_from(rest, 1));
}

/* Past the structured data: - or [id name="value"]... */
static struct slice skip_structured(struct slice s)
{
	if (s.n && s.p[0] == '-')
		return slice_trim(slice_from(s, 1));
	while (s.n && s.p[0] == '[') {
		bool quoted = false;
		size_t i = 1;

		for (; i < s.n && (quoted || s.p[i] != ']'); i++) {
			if (s.p[i] == '\\')
				i++;
			else if (s.p[i] == '"')
				quoted = !quoted;
		}
		s = slice_from(s, i + 1);
	}
	return slice_trim(s);
}

static bool read_5424(struct slice s, struct header *h)
{
	static const struct slice bom = SLICE("\xef\xbb\xbf");

	h->time = when_parse(word(&s));
	h->host = unless_dash(word(&s));
	h->app = unless_dash(word(&s));
	h->pid = unless_dash(word(&s));
	h->msgid = unless_dash(word(&s));
	h->message = skip_structured(s);
	if (slice_starts(h->message, bom))
		h->message = slice_from(h->message, bom.n);
	return h->app.p || h->host.p || h->time.set;
}

static bool two_digits(const uint8_t *p, unsigned *ret)
{
	*ret = (unsigned)((p[0] == ' ' ? '0' : p[0]) - '0') * 10 + (unsigned)(p[1] - '0');
	return (p[0] == ' ' || (p[0] >= '0' && p[0] <= '9')) && p[1] >= '0' && p[1] <= '9';
}

/* "Nov  3" */
static bool read_day(const uint8_t *p, int64_t modified, struct day *ret)
{
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	int year = modified ? when_parts(when_unix(modified + 86400)).year : 1970;
	unsigned day;

	if (!two_digits(p + 4, &day) || day < 1 || day > 31)
		return false;
	for (unsigned m = 0; m < 12; m++)
		if (memcmp(p, months + 3 * m, 3) == 0) {
			memcpy(ret->text, p, sizeof(ret->text));
			ret->latest = when_civil(year, m + 1, day, 0, 0, 0);
			ret->before = when_civil(year - 1, m + 1, day, 0, 0, 0);
			return true;
		}
	return false;
}

/* "Nov  3 08:12:02 host rest"; the year is not there: the latest in which it is not younger than the
 * file. */
static bool read_3164(struct slice s, int64_t modified, struct day *day, struct header *h)
{
	unsigned hour, minute, second;
	int64_t at;

	if (s.n < 16 || s.p[3] != ' ' || s.p[6] != ' ' || s.p[9] != ':' || s.p[12] != ':' || s.p[15] != ' ')
		return false;
	if (memcmp(day->text, s.p, sizeof(day->text)) != 0 && !read_day(s.p, modified, day))
		return false;
	if (!two_digits(s.p + 7, &hour) || !two_digits(s.p + 10, &minute) || !two_digits(s.p + 13, &second) ||
	    hour > 23 || minute > 59 || second > 60)
		return false;
	at = (int64_t)hour * 3600 + minute * 60 + second;
	at += day->latest + at <= modified + 86400 ? day->latest : day->before;
	h->time = modified ? when_unix(at) : (struct when){ 0 };
	h->time.zone_assumed = h->time.set;
	h->year_assumed = true;
	s = slice_from(s, 16);
	h->host = word(&s);
	read_tag(&s, h);
	return h->host.n > 0;
}

/* "2026-11-03 08:12:02+01", as macOS's install.log has it: two words, the zone in hours. */
static struct when split_time(struct slice date, struct slice clock)
{
	char room[64];
	bool hours = clock.n > 3 && (clock.p[clock.n - 3] == '+' || clock.p[clock.n - 3] == '-');
	int n = snprintf(room, sizeof(room), "%.*sT%.*s%s", (int)date.n, (const char *)date.p, (int)clock.n,
			 (const char *)clock.p, hours ? ":00" : "");

	return n > 0 && (size_t)n < sizeof(room) ? when_parse(slice_of(room, (size_t)n)) : (struct when){ 0 };
}

/* rsyslog's RSYSLOG_FileFormat, journalctl -o short-iso, and install.log. */
static bool read_iso(struct slice s, struct header *h)
{
	struct slice first = word(&s);

	h->time = first.n == 10 ? split_time(first, word(&s)) : when_parse(first);
	h->host = word(&s);
	if (!h->time.set || !h->host.n)
		return false;
	read_tag(&s, h);
	return true;
}

/* "Tue Nov  3 ...", as jamf.log has it: the rest is as in RFC 3164. */
static struct slice weekday_off(struct slice s)
{
	static const char days[] = "MonTueWedThuFriSatSun";

	for (size_t i = 0; s.n > 4 && s.p[3] == ' ' && i + 3 < sizeof(days); i += 3)
		if (memcmp(s.p, days + i, 3) == 0)
			return slice_from(s, 4);
	return s;
}

static bool read_header(struct slice line, int64_t modified, struct day *day, struct header *h)
{
	*h = (struct header){ 0 };
	if (!read_priority(&line, &h->priority) || line.n < 16)
		return false;
	if (h->priority >= 0 && line.p[0] == '1' && line.p[1] == ' ')
		return read_5424(slice_from(line, 2), h);
	if (line.p[0] >= '1' && line.p[0] <= '2' && line.p[4] == '-')
		return read_iso(line, h);
	return read_3164(weekday_off(line), modified, day, h);
}

/* ---- the reader ---- */

static unsigned probe(struct slice head, uint64_t bytes)
{
	struct header h;
	struct day day = { 0 };
	unsigned good = 0, lines = 0;

	(void)bytes;
	for (; lines < 4 && head.n; lines++) {
		struct slice line = slice_cut(head, '\n', &head);

		good += read_header(line, 1, &day, &h) && (h.app.p || h.priority >= 0);
	}
	return good * 2 > lines ? 55 : 0;
}

static struct input *syslog_open(const struct input_env *env)
{
	struct input *in = frame_open(sizeof(*in), env);

	in->xml = xml_new(env->names);
	in->host = names_find(env->names, slice_str("host"));
	in->app = names_find(env->names, slice_str("app"));
	in->pid = names_find(env->names, slice_str("pid"));
	in->message = names_find(env->names, slice_str("message"));
	in->facility = names_find(env->names, slice_str("facility"));
	in->severity = names_find(env->names, slice_str("severity"));
	return in;
}

static void syslog_close(struct input *in)
{
	if (!in)
		return;
	xml_free(in->xml);
	frame_close(in);
}

static void add(struct event *ev, struct slice name, uint32_t id, struct slice text)
{
	if (text.n)
		event_add(ev, name, id,
			  value_text_of(utf8_valid(text) ? text : utf8_repair(&ev->arena, text)));
}

/* An event or an audit record inside the message; false when it is plain text. */
static bool open_message(struct input *in, const struct header *h, uint64_t offset, struct event *ev)
{
	static const struct slice event = SLICE("<Event>"), audit = SLICE("audit: ");
	struct audit_record r;
	struct slice text = h->message;

	if (slice_starts(text, event)) {
		struct xml_result x = xml_read(in->xml, text, ev);

		if (!x.complete)
			input_note(&in->frame.env, offset, true, "record %llu: %s",
				   (unsigned long long)in->frame.record, x.why);
		ev->damaged = !x.complete;
		ev->kind = "xml";
		return ev->n > 0;
	}
	if (slice_starts(text, audit))
		text = slice_from(text, audit.n);
	if (!audit_record_read(text, &r))
		return false;
	ev->kind = "auditd";
	ev->time = r.time;
	audit_record_fields(&r, &in->known, ev);
	audit_event_finish(ev);
	return true;
}

static void take(struct input *in, const struct header *h, uint64_t offset, struct event *ev)
{
	static const struct slice host = SLICE("host"), app = SLICE("app"), pid = SLICE("pid"),
				  message = SLICE("message");

	event_clear(ev);
	ev->kind = "syslog";
	if (!open_message(in, h, offset, ev)) {
		ev->time = h->time;
		add(ev, host, in->host, h->host);
		add(ev, app, in->app, h->app);
		add(ev, pid, in->pid, h->pid);
		if (h->priority >= 0) {
			event_add(ev, slice_str("facility"), in->facility,
				  (struct value){ .type = VALUE_INT, .i = h->priority / 8 });
			event_add(ev, slice_str("severity"), in->severity,
				  (struct value){ .type = VALUE_INT, .i = h->priority % 8 });
		}
		add(ev, message, in->message, h->message);
	}
	ev->ptr.offset = offset;
	ev->ptr.record = in->frame.record;
	ev->ptr.record_counted = true;
	struct when time = ev->time.set ? ev->time : h->time;

	translator_apply(in->frame.translator, ev);
	if (!ev->time.set)
		ev->time = time;
	if (!ev->host.p)
		ev->host = event_text_of(ev, NAME_COMPUTER);
	if (!ev->host.p)
		ev->host = h->host;
	event_seal(ev);
}

static void tell_year(struct input *in, uint64_t offset, const struct header *h)
{
	if (!h->year_assumed || in->told_year)
		return;
	in->told_year = true;
	if (h->time.set)
		input_note(&in->frame.env, offset, false,
			   "times without a year: taken as the year in which they are not younger than the file");
	else
		input_note(&in->frame.env, offset, false,
			   "times without a year, and when the file was written is not known: no times");
}

static enum input_step next(struct input *in, struct event *ev)
{
	struct header h;
	struct slice line;
	uint64_t offset;

	for (;;) {
		if (!frame_line(&in->frame, &line, &offset))
			return frame_end(&in->frame);
		if (!slice_trim(line).n)
			continue;
		in->frame.record++;
		if (!read_header(line, in->frame.env.modified, &in->day, &h)) {
			frame_tell(&in->frame, offset, "line", "has no header of a system log");
			h = (struct header){ .priority = -1, .message = line };
		}
		tell_year(in, offset, &h);
		take(in, &h, offset, ev);
		return INPUT_EVENT;
	}
}

const struct input_format input_syslog = {
	.name = "syslog",
	.cut = INPUT_CUT_LINES,
	.probe = probe,
	.open = syslog_open,
	.window = frame_window,
	.next = next,
	.consumed = frame_consumed,
	.records = frame_records,
	.close = syslog_close,
};
