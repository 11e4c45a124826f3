/* SPDX-License-Identifier: Apache-2.0 */
#include "case/breaks.h"

#include "base/buf.h"
#include "base/cursor.h"
#include "base/heap.h"
#include "base/limits.h"

#include <stdlib.h>

#define CLOCK_STEP_NS (INT64_C(60) * 1000000000)

static const struct slice security = SLICE("Security"), system_log = SLICE("System"),
			  sysmon = SLICE("Microsoft-Windows-Sysmon/Operational");

const char *break_kind_text(enum break_kind k)
{
	static const char *const texts[BREAK_KIND_COUNT] = {
		"cleared",    "stopped", "started",  "shutdown",    "boot",
		"unexpected", "policy",	 "clock",    "config",	    "lost",
		"full",	      "archived", "sensor_down", "sensor_up", "capped",
	};

	return texts[k < BREAK_KIND_COUNT ? k : 0];
}

/* A field by the name that the evidence gives it: for breaks only, which are few. */
static struct slice text_named(struct event *ev, const char *name)
{
	for (uint32_t i = 0; i < ev->n; i++)
		if (slice_eq_nocase(ev->fields[i].name, slice_str(name)))
			return event_text(ev, &ev->fields[i]);
	return slice_of(NULL, 0);
}

static bool has(struct slice text, const char *part)
{
	return slice_search(text, slice_str(part)) != NULL;
}

uint64_t event_log_number(struct event *ev)
{
	const struct field *f = event_find(ev, NAME_RECORD_ID);
	int64_t n;

	return f && value_i64(f->value, &n) && n > 0 ? (uint64_t)n : 0;
}

static bool is(struct break_record *b, enum break_kind kind, enum break_covers covers,
	       struct slice source, struct slice detail)
{
	b->kind = kind;
	b->covers = covers;
	b->source = source;
	b->detail = detail;
	return true;
}

static bool clock_moved(struct event *ev, const char *from, const char *to, struct break_record *b)
{
	struct when old = when_parse(text_named(ev, from)), new = when_parse(text_named(ev, to));
	struct slice none = slice_str("");

	if (old.set && new.set) {
		int64_t step;

		if (!__builtin_sub_overflow(new.ns, old.ns, &step) && step < CLOCK_STEP_NS &&
		    step > -CLOCK_STEP_NS)
			return false;
		char text[32];
		size_t n = when_format(old, text);
		struct slice t = arena_printf(&ev->arena, "it was %.*s", (int)n, text);

		return is(b, BREAK_CLOCK, COVERS_HOST, none, t);
	}
	return is(b, BREAK_CLOCK, COVERS_HOST, none, none);
}

/* 104 names the log that was cleared in a second field of the name Channel, or only in its text. */
static struct slice cleared_log(struct event *ev)
{
	static const struct slice before = SLICE("The "), behind = SLICE(" log file was cleared");

	for (uint32_t i = 0; i < ev->n; i++) {
		struct field *f = &ev->fields[i];
		bool named = f->id == NAME_CHANNEL || (slice_ends(f->name, slice_str("Channel")));

		if (named && !slice_eq_nocase(event_text(ev, f), ev->channel) && f->text.n)
			return f->text;
	}
	struct slice message = event_text_of(ev, NAME_MESSAGE);
	const uint8_t *end = slice_search(message, behind);

	if (end && slice_starts(message, before) && end > message.p + before.n)
		return slice_of(message.p + before.n, (size_t)(end - message.p) - before.n);
	return system_log;
}

/* What 4719 changed, in words where the subcategory is one that tells of programs and logons. */
static struct slice policy_detail(struct event *ev)
{
	static const struct {
		const char *guid, *name;
	} known[] = {
		{ "0cce922b", "Process Creation" }, { "0cce922c", "Process Termination" },
		{ "0cce9215", "Logon" },	    { "0cce9216", "Logoff" },
		{ "0cce921d", "File System" },	    { "0cce921e", "Registry" },
		{ "0cce9226", "Filtering Platform Connection" },
		{ "0cce922f", "Audit Policy Change" },
	};
	struct slice guid = text_named(ev, "SubcategoryGuid");
	struct slice changes = text_named(ev, "AuditPolicyChanges");
	struct slice name = guid.n ? guid : slice_str("audit policy");
	uint8_t lower[64];
	struct slice folded = slice_lower(slice_head(guid, sizeof(lower)), lower);

	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++)
		if (has(folded, known[i].guid))
			name = slice_str(known[i].name);
	bool off = has(changes, "%%8448") || has(changes, "Success removed");
	bool on = has(changes, "%%8449") || has(changes, "Success added") ||
		  has(changes, "Success Added");

	return arena_printf(&ev->arena, "%.*s: %s", (int)name.n, (const char *)name.p,
			    off	 ? "success no longer recorded"
			    : on ? "success recorded from here on"
				 : "changed");
}

static bool of_security(struct event *ev, struct break_record *b)
{
	struct slice none = slice_str("");

	switch (ev->event_id) {
	case 1102:
		return is(b, BREAK_CLEARED, COVERS_SOURCE, security, text_named(ev, "SubjectUserName"));
	case 1100:
		return is(b, BREAK_STOPPED, COVERS_EVENT_LOGS, none, slice_str("event logging service"));
	case 1101:
		return is(b, BREAK_LOST, COVERS_SOURCE, security, slice_str("audit events dropped"));
	case 1104:
		return is(b, BREAK_FULL, COVERS_SOURCE, security, none);
	case 1105:
		return is(b, BREAK_ARCHIVED, COVERS_SOURCE, security, text_named(ev, "BackupPath"));
	case 4608:
		return is(b, BREAK_BOOT, COVERS_EVENT_LOGS, none, none);
	case 4609:
		return is(b, BREAK_SHUTDOWN, COVERS_EVENT_LOGS, none, none);
	case 4616:
		return clock_moved(ev, "PreviousTime", "NewTime", b);
	case 4719:
		return is(b, BREAK_POLICY, COVERS_SOURCE, security, policy_detail(ev));
	default:
		return false;
	}
}

static bool of_system(struct event *ev, struct break_record *b)
{
	struct slice none = slice_str("");
	bool kernel = slice_is(ev->provider, "Microsoft-Windows-Kernel-General") || !ev->provider.n;
	bool log = slice_is(ev->provider, "EventLog") || !ev->provider.n;

	switch (ev->event_id) {
	case 104:
		return is(b, BREAK_CLEARED, COVERS_SOURCE, cleared_log(ev),
			  text_named(ev, "SubjectUserName"));
	case 1:
		return kernel && ev->provider.n && clock_moved(ev, "OldTime", "NewTime", b);
	case 12:
		return kernel && is(b, BREAK_BOOT, COVERS_EVENT_LOGS, none, none);
	case 13:
		return kernel && is(b, BREAK_SHUTDOWN, COVERS_EVENT_LOGS, none, none);
	case 6005:
		return log && is(b, BREAK_STARTED, COVERS_EVENT_LOGS, none,
				 slice_str("event logging service"));
	case 6006:
		return log && is(b, BREAK_STOPPED, COVERS_EVENT_LOGS, none,
				 slice_str("event logging service"));
	case 6008:
		return log && is(b, BREAK_UNEXPECTED, COVERS_EVENT_LOGS, none, none);
	case 6009:
		return log && is(b, BREAK_BOOT, COVERS_EVENT_LOGS, none, none);
	default:
		return false;
	}
}

static bool of_sysmon(struct event *ev, struct break_record *b)
{
	struct slice state;

	switch (ev->event_id) {
	case 4:
		state = text_named(ev, "State");
		if (slice_eq_nocase(state, slice_str("Started")))
			return is(b, BREAK_STARTED, COVERS_SOURCE, sysmon, slice_str("Sysmon"));
		return is(b, BREAK_STOPPED, COVERS_SOURCE, sysmon, slice_str("Sysmon"));
	case 16:
		return is(b, BREAK_CONFIG, COVERS_SOURCE, sysmon, text_named(ev, "Configuration"));
	case 255:
		return is(b, BREAK_LOST, COVERS_SOURCE, sysmon, text_named(ev, "Description"));
	default:
		return false;
	}
}

static bool of_event_log(struct event *ev, struct break_record *b)
{
	if (ev->channel.n == security.n && slice_eq_nocase(ev->channel, security))
		return of_security(ev, b);
	if (ev->channel.n == system_log.n && slice_eq_nocase(ev->channel, system_log))
		return of_system(ev, b);
	if ((ev->event_id == 4 || ev->event_id == 16 || ev->event_id == 255) &&
	    slice_eq_nocase(ev->channel, sysmon))
		return of_sysmon(ev, b);
	return false;
}

static bool of_auditd(struct event *ev, struct break_record *b)
{
	struct slice type = text_named(ev, "type"), auditd = slice_str("auditd");
	struct slice enabled, none = slice_str("");

	if (slice_starts(type, slice_str("DAEMON_"))) {
		if (slice_is(type, "DAEMON_START") || slice_is(type, "DAEMON_RESUME"))
			return is(b, BREAK_STARTED, COVERS_SOURCE, auditd, auditd);
		if (slice_is(type, "DAEMON_ROTATE"))
			return is(b, BREAK_ARCHIVED, COVERS_SOURCE, auditd, none);
		if (slice_is(type, "DAEMON_CONFIG"))
			return is(b, BREAK_CONFIG, COVERS_SOURCE, auditd, none);
		if (slice_is(type, "DAEMON_ERR"))
			return is(b, BREAK_LOST, COVERS_SOURCE, auditd, slice_str("auditd error"));
		return is(b, BREAK_STOPPED, COVERS_SOURCE, auditd, auditd);
	}
	if (slice_is(type, "SYSTEM_BOOT"))
		return is(b, BREAK_BOOT, COVERS_READER, slice_str(ev->kind), none);
	if (slice_is(type, "SYSTEM_SHUTDOWN"))
		return is(b, BREAK_SHUTDOWN, COVERS_READER, slice_str(ev->kind), none);
	if (!slice_is(type, "CONFIG_CHANGE"))
		return false;
	enabled = text_named(ev, "audit_enabled");
	if (enabled.n)
		return is(b, slice_is(enabled, "0") ? BREAK_STOPPED : BREAK_STARTED, COVERS_SOURCE,
			  auditd, slice_str("auditing in the kernel"));
	return is(b, BREAK_CONFIG, COVERS_SOURCE, auditd, text_named(ev, "op"));
}

static bool of_syslog(struct event *ev, struct break_record *b)
{
	struct slice app = text_named(ev, "app"), m, kind = slice_str(ev->kind);
	bool kernel = slice_is(app, "kernel"), rsyslog = slice_is(app, "rsyslogd");
	bool journal = slice_is(app, "systemd-journald");

	if (!kernel && !rsyslog && !journal)
		return false;
	m = text_named(ev, "message");
	if (kernel && (has(m, "audit_lost=") || has(m, "audit: backlog limit exceeded")))
		return is(b, BREAK_LOST, COVERS_SOURCE, slice_str("auditd"), m);
	if (kernel && has(m, "Linux version "))
		return is(b, BREAK_BOOT, COVERS_READER, kind, slice_str(""));
	if (rsyslog && has(m, "was HUPed"))
		return is(b, BREAK_ARCHIVED, COVERS_READER, kind, app);
	if (rsyslog && has(m, "exiting on signal"))
		return is(b, BREAK_STOPPED, COVERS_READER, kind, app);
	if (rsyslog && has(m, "] start"))
		return is(b, BREAK_STARTED, COVERS_READER, kind, app);
	if ((rsyslog && has(m, "lost ")) || (journal && has(m, "Suppressed ")))
		return is(b, BREAK_LOST, COVERS_READER, kind, m);
	if (journal && has(m, "Journal stopped"))
		return is(b, BREAK_STOPPED, COVERS_READER, kind, app);
	if (journal && has(m, "Journal started"))
		return is(b, BREAK_STARTED, COVERS_READER, kind, app);
	return false;
}

/* What an EDR's own tables say of its sensor. */
static bool of_sensor(struct event *ev, struct break_record *b)
{
	struct slice none = slice_str("");

	if (slice_is(ev->channel, "BoundingLimit"))
		return is(b, BREAK_LOST, COVERS_SENSOR, none, slice_str("events bounded by the sensor"));
	if (!slice_is(ev->channel, "DeviceInfo"))
		return false;
	struct slice health = text_named(ev, "SensorHealthState");
	struct slice onboarded = text_named(ev, "OnboardingStatus");

	if (!health.n && !onboarded.n)
		return false;
	if (onboarded.n && !slice_eq_nocase(onboarded, slice_str("Onboarded")))
		return is(b, BREAK_SENSOR_DOWN, COVERS_SENSOR, none, onboarded);
	if (health.n && !slice_eq_nocase(health, slice_str("Active")))
		return is(b, BREAK_SENSOR_DOWN, COVERS_SENSOR, none, health);
	return is(b, BREAK_SENSOR_UP, COVERS_SENSOR, none, none);
}

/* Most records are none: their numbers say so, before any text is compared. */
static bool maybe_break(const struct event *ev)
{
	switch (ev->event_id) {
	case EVENT_NO_ID:
		return ev->dialect != NULL;
	case 1:
	case 12:
	case 13:
		return ev->channel.n == system_log.n;
	case 4:
	case 16:
	case 255:
		return ev->channel.n == sysmon.n;
	default:
		return ev->event_id > 16 && ev->event_id <= 6009;
	}
}

bool break_of(struct event *ev, struct break_record *ret)
{
	bool found;

	if (!maybe_break(ev))
		return false;
	*ret = (struct break_record){ 0 };
	if (ev->event_id >= 0)
		found = of_event_log(ev, ret);
	else if (slice_is(slice_str(ev->dialect), "auditd"))
		found = of_auditd(ev, ret);
	else if (slice_is(slice_str(ev->dialect), "syslog"))
		found = of_syslog(ev, ret);
	else
		found = of_sensor(ev, ret);
	if (!found)
		return false;
	ret->host = slice_head(ev->host, LIMIT_NAME_BYTES);
	ret->source = slice_head(ret->source, LIMIT_NAME_BYTES);
	ret->detail = slice_head(ret->detail, BREAK_DETAIL_BYTES);
	ret->log = slice_head(ev->channel, LIMIT_NAME_BYTES);
	ret->time = ev->time;
	ret->number = event_log_number(ev);
	ret->record = ev->ptr.record;
	ret->offset = ev->ptr.offset;
	ret->record_counted = ev->ptr.record_counted;
	return true;
}

void break_encode(const struct break_record *b, struct buf *out)
{
	buf_put_u8(out, (uint8_t)b->kind);
	buf_put_u8(out, (uint8_t)b->covers);
	buf_put_u8(out, b->time.set);
	buf_put_u8(out, b->time.digits);
	buf_put_u8(out, b->record_counted);
	buf_put_le64(out, (uint64_t)b->time.ns);
	buf_put_le64(out, b->number);
	buf_put_le64(out, b->record);
	buf_put_le64(out, b->offset);
	buf_put_sized(out, b->host);
	buf_put_sized(out, b->source);
	buf_put_sized(out, b->detail);
	buf_put_sized(out, b->log);
}

bool break_decode(struct slice message, struct break_record *ret)
{
	struct cursor c = cursor_of(message);
	uint8_t kind = cursor_u8(&c), covers = cursor_u8(&c);
	struct break_record b = { 0 };

	b.time.set = cursor_u8(&c) != 0;
	b.time.digits = cursor_u8(&c);
	b.record_counted = cursor_u8(&c) != 0;
	b.time.ns = (int64_t)cursor_u64(&c);
	b.number = cursor_u64(&c);
	b.record = cursor_u64(&c);
	b.offset = cursor_u64(&c);
	b.host = cursor_sized(&c);
	b.source = cursor_sized(&c);
	b.detail = cursor_sized(&c);
	b.log = cursor_sized(&c);
	if (!c.ok || cursor_left(&c) || kind >= BREAK_KIND_COUNT || covers >= COVERS_COUNT ||
	    b.time.digits > 9 || b.host.n > LIMIT_NAME_BYTES || b.source.n > LIMIT_NAME_BYTES ||
	    b.detail.n > BREAK_DETAIL_BYTES || b.log.n > LIMIT_NAME_BYTES)
		return false;
	b.kind = (enum break_kind)kind;
	b.covers = (enum break_covers)covers;
	*ret = b;
	return true;
}

void breaks_init(struct breaks *b)
{
	*b = (struct breaks){ 0 };
	map_init(&b->texts);
}

void breaks_done(struct breaks *b)
{
	map_done(&b->texts);
	free(b->items);
	*b = (struct breaks){ 0 };
}

static struct slice kept(struct breaks *b, struct slice s)
{
	return s.p ? map_key(&b->texts, map_intern(&b->texts, s)) : s;
}

void breaks_add(struct breaks *b, const struct break_record *r)
{
	if (b->n >= LIMIT_BREAKS || b->texts.arena.used >= LIMIT_COVERAGE_TEXT) {
		b->left_out++;
		return;
	}
	b->items = heap_room(b->items, b->n, &b->cap, sizeof(*b->items));
	struct break_record *to = &b->items[b->n++];

	*to = *r;
	to->host = kept(b, r->host);
	to->source = kept(b, r->source);
	to->detail = kept(b, r->detail);
	to->log = kept(b, r->log);
	to->file = kept(b, r->file);
	to->inner = kept(b, r->inner);
	if (!to->time.set)
		to->time.ns = 0;
}

static int host_cmp(struct slice a, struct slice b)
{
	size_t n = a.n < b.n ? a.n : b.n;

	for (size_t i = 0; i < n; i++)
		if (ascii_lower(a.p[i]) != ascii_lower(b.p[i]))
			return ascii_lower(a.p[i]) < ascii_lower(b.p[i]) ? -1 : 1;
	return (a.n > b.n) - (a.n < b.n);
}

/* The last comparisons only make the order one: the same record may stand in two files. */
static int by_host_and_time(const void *pa, const void *pb)
{
	const struct break_record *a = pa, *b = pb;
	int order = host_cmp(a->host, b->host);

	if (order)
		return order;
	if (a->time.ns != b->time.ns)
		return a->time.ns < b->time.ns ? -1 : 1;
	if (a->number != b->number)
		return a->number < b->number ? -1 : 1;
	if (a->kind != b->kind)
		return a->kind < b->kind ? -1 : 1;
	if ((order = slice_cmp(a->source, b->source)) || (order = slice_cmp(a->detail, b->detail)) ||
	    (order = slice_cmp(a->file, b->file)) || (order = slice_cmp(a->inner, b->inner)))
		return order;
	return a->offset < b->offset ? -1 : a->offset > b->offset;
}

void breaks_sort(struct breaks *b)
{
	size_t n = 0;

	if (!b->n)
		return;
	qsort(b->items, b->n, sizeof(*b->items), by_host_and_time);
	/* One event in two files is one break. */
	for (size_t i = 0; i < b->n; i++) {
		const struct break_record *x = &b->items[i], *last = n ? &b->items[n - 1] : NULL;

		if (last && last->kind == x->kind && last->time.ns == x->time.ns &&
		    last->number == x->number && slice_eq(last->detail, x->detail) &&
		    slice_eq_nocase(last->source, x->source) && slice_eq_nocase(last->host, x->host))
			continue;
		b->items[n++] = *x;
	}
	b->n = n;
}

size_t breaks_of_host(const struct breaks *b, struct slice host, const struct break_record **ret)
{
	size_t low = 0, high = b->n, n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (host_cmp(b->items[middle].host, host) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	for (n = low; n < b->n && host_cmp(b->items[n].host, host) == 0; n++)
		;
	*ret = b->items + low;
	return n - low;
}
