/* SPDX-License-Identifier: Apache-2.0 */
#include "graph/extract.h"

#include "base/heap.h"

#include <stdlib.h>

#define ALTERNATIVES 3
#define MACHINE_FIELDS 8u
#define IDS 65536u /* event ids of event logs are 16 bits */
/* A command line of Windows has 32,767 characters; more than this is never compared. */
#define TEXT_MAX 2048u
#define SCRIPT_MAX 512u

struct source {
	unsigned slot;
	uint32_t ids[ALTERNATIVES];
	size_t count;
	struct slice literal; /* p NULL: none */
	unsigned item;	      /* of the list in Data; 0: none */
};

struct row {
	const struct extract_row *from;
	struct slice channel, provider;
	struct source sources[EXTRACT_FIELDS];
	size_t source_count;
	uint32_t next; /* index + 1 of the next row of this event id */
};

struct extract {
	struct row *rows;
	uint32_t by_op[ACTIVITY_COUNT]; /* index + 1 */
	uint16_t by_id[IDS];		/* index + 1 of the first row */
	uint32_t data;
	uint32_t machines[MACHINE_FIELDS];
	uint32_t threat, severity, files, address, account, source_address, status;
};

/* Falcon, Defender, SentinelOne, Elastic, Carbon Black, Cortex, Velociraptor. */
static const char *const machine_fields[MACHINE_FIELDS] = { "aid",     "DeviceId",  "agent.uuid", "host.id",
							    "agent.id", "device_id", "agent_id",   "ClientId" };

static void read_source(struct source *s, unsigned slot, const char *fields, struct names *names)
{
	struct slice rest = slice_str(fields);

	s->slot = slot;
	if (fields[0] == '=') {
		s->literal = slice_from(rest, 1);
		return;
	}
	if (fields[0] == '#') {
		char param[12] = "param0";

		s->item = (unsigned)(fields[1] - '0');
		param[5] = fields[1];
		s->ids[s->count++] = names_add(names, slice_str(param));
		return;
	}
	while (rest.p && s->count < ALTERNATIVES)
		s->ids[s->count++] = names_add(names, slice_cut(rest, '|', &rest));
}

static void read_row(struct row *r, const struct extract_row *from, const struct extract_row *general,
		     struct names *names)
{
	const struct extract_row *list = from->fields[0].slot == SLOT_END && general ? general : from;

	r->from = from;
	r->channel = slice_str(from->channel);
	r->provider = slice_str(from->provider);
	for (size_t i = 0; i < EXTRACT_FIELDS && list->fields[i].slot != SLOT_END; i++)
		read_source(&r->sources[r->source_count++], list->fields[i].slot, list->fields[i].fields,
			    names);
}

struct extract *extract_new(struct names *names)
{
	struct extract *x = heap_new(sizeof(*x));

	x->rows = heap_array(extract_row_count, sizeof(*x->rows));
	x->data = names_add(names, slice_str("Data"));
	x->threat = names_add(names, slice_str("Threat Name"));
	x->severity = names_add(names, slice_str("Severity Name"));
	x->files = names_add(names, slice_str("files"));
	x->address = names_add(names, slice_str("HostAddress"));
	x->account = names_add(names, slice_str("TargetUserName"));
	x->source_address = names_add(names, slice_str("IpAddress"));
	x->status = names_add(names, slice_str("Status"));
	for (size_t i = 0; i < MACHINE_FIELDS; i++)
		x->machines[i] = names_add(names, slice_str(machine_fields[i]));
	for (size_t i = 0; i < extract_row_count; i++) {
		const struct extract_row *from = &extract_rows[i], *general = NULL;
		struct row *r = &x->rows[i];

		if (x->by_op[from->op])
			general = x->rows[x->by_op[from->op] - 1].from;
		read_row(r, from, general, names);
		if (!from->channel) {
			x->by_op[from->op] = (uint32_t)i + 1;
		} else {
			r->next = x->by_id[from->id];
			x->by_id[from->id] = (uint16_t)(i + 1);
		}
	}
	return x;
}

void extract_free(struct extract *x)
{
	if (!x)
		return;
	free(x->rows);
	free(x);
}

static struct slice text_at(const struct extract *x, const struct source *s, struct event *ev)
{
	if (s->literal.p)
		return s->literal;
	if (s->item) {
		struct field *f = event_find(ev, x->data);

		if (f && f->value.type == VALUE_LIST && s->item <= f->value.count)
			return value_text(f->value.items[s->item - 1], &ev->arena);
	}
	for (size_t i = 0; i < s->count; i++) {
		struct slice t = event_text_of(ev, s->ids[i]);

		if (t.n)
			return t;
	}
	return slice_of(NULL, 0);
}

static uint32_t number_at(const struct extract *x, const struct source *s, struct event *ev)
{
	int64_t v;

	if (s->item) {
		struct slice t = text_at(x, s, ev);

		return value_i64(value_text_of(t), &v) && v > 0 && v <= UINT32_MAX ? (uint32_t)v : 0;
	}
	for (size_t i = 0; i < s->count; i++) {
		struct field *f = event_find(ev, s->ids[i]);

		if (f && value_i64(f->value, &v) && v > 0 && v <= UINT32_MAX)
			return (uint32_t)v;
	}
	return 0;
}

/* Texts that stand for "none". */
static struct slice said(struct slice s)
{
	static const char zero_guid[] = "{00000000-0000-0000-0000-000000000000}";

	if (slice_is(s, "-") || slice_is(s, "?") || slice_is(s, "(NULL)") || slice_is(s, zero_guid))
		return slice_of(NULL, 0);
	return slice_head(s, TEXT_MAX);
}

static void put_hash(struct act *a, struct slice hex, struct arena *arena)
{
	enum attribute which = hex.n == 64   ? ATTRIBUTE_SHA256
			       : hex.n == 40 ? ATTRIBUTE_SHA1
					     : ATTRIBUTE_MD5;

	if ((hex.n == 64 || hex.n == 40 || hex.n == 32) && slice_is_hex(hex) && !a->attributes[which].p)
		a->attributes[which] = arena_lower(arena, hex);
}

/* "SHA1=..,MD5=..,SHA256=..,IMPHASH=..", or one hash. An import hash is no identity. */
static void put_hashes(struct act *a, struct slice text, struct arena *arena)
{
	while (text.p) {
		struct slice value, name = slice_cut(slice_trim(slice_cut(text, ',', &text)), '=', &value);

		if (!value.p)
			put_hash(a, name, arena);
		else if (!slice_eq_nocase(name, slice_str("IMPHASH")))
			put_hash(a, value, arena);
	}
}

static struct slice after(struct slice text, const char *mark)
{
	const uint8_t *at = slice_search(text, slice_str(mark));
	size_t n = 0;

	if (!at)
		return slice_of(NULL, 0);
	text = slice_from(text, (size_t)(at - text.p) + strlen(mark));
	while (n < text.n && text.p[n] > ' ')
		n++;
	return slice_head(text, n);
}

/* "[ZoneTransfer] ZoneId=3 ReferrerUrl=.. HostUrl=..". about:internet says nothing. */
static void put_zone(struct act *a, struct slice text)
{
	struct slice url = after(text, "HostUrl="), referrer = after(text, "ReferrerUrl=");

	if (url.n && !slice_is(url, "about:internet"))
		a->attributes[ATTRIBUTE_HOST_URL] = slice_head(url, TEXT_MAX);
	if (referrer.n)
		a->attributes[ATTRIBUTE_REFERRER_URL] = slice_head(referrer, TEXT_MAX);
	if (after(text, "ZoneId=").n && !a->attributes[ATTRIBUTE_DETAILS].p)
		a->attributes[ATTRIBUTE_DETAILS] = after(text, "ZoneId=");
}

/* What stands behind a label of an MsiInstaller message, up to the next label's ". ". */
static struct slice labelled(struct slice text, const char *label, const char *end)
{
	const uint8_t *at = slice_search(text, slice_str(label));

	if (!at)
		return slice_of(NULL, 0);
	text = slice_from(text, (size_t)(at - text.p) + strlen(label));
	at = slice_search(text, slice_str(end));
	return slice_head(text, at ? (size_t)(at - text.p) : text.n);
}

/* Exports that keep the message and not its values (English). */
static void put_message(struct act *a, struct slice text)
{
	struct slice pid = labelled(text, "Client Process Id: ", ".");
	uint64_t v;

	if (a->object.name.n)
		return;
	a->object.name = labelled(text, "Product Name: ", ". Product Version: ");
	a->attributes[ATTRIBUTE_VERSION] = labelled(text, "Product Version: ", ". Product Language: ");
	a->attributes[ATTRIBUTE_COMPANY] = labelled(text, "Manufacturer: ", ". ");
	if (!a->object.name.n)
		a->object.name = labelled(text, "Windows Installer transaction: ", ". Client Process Id: ");
	if (!a->object.name.n && slice_starts(text, slice_str("Product: ")))
		a->object.name = text;
	if (slice_to_u64(pid, &v) && v <= UINT32_MAX)
		a->subject.pid = (uint32_t)v;
}

static void put(const struct extract *x, const struct source *s, struct event *ev, struct act *a)
{
	switch (s->slot) {
	case SLOT_SUBJECT_PID:
		a->subject.pid = number_at(x, s, ev);
		return;
	case SLOT_OBJECT_PID:
		a->object.pid = number_at(x, s, ev);
		return;
	default:
		break;
	}
	struct slice t = said(text_at(x, s, ev));

	if (!t.n)
		return;
	switch (s->slot) {
	case SLOT_SUBJECT_KEY:
		a->subject.key = t;
		break;
	case SLOT_SUBJECT_NAME:
		a->subject.name = t;
		break;
	case SLOT_OBJECT_KEY:
		a->object.key = t;
		break;
	case SLOT_OBJECT_NAME:
		a->object.name = t;
		break;
	case SLOT_HASHES:
		put_hashes(a, t, &ev->arena);
		break;
	case SLOT_ZONE:
		put_zone(a, t);
		break;
	case SLOT_MESSAGE:
		put_message(a, t);
		break;
	default:
		a->attributes[s->slot - SLOT_ATTRIBUTE] = t;
	}
}

/* ---- what a record says beyond its fields' names ---- */

static bool attribute_is(const struct act *a, enum attribute which, const char *text)
{
	return slice_eq_nocase(a->attributes[which], slice_str(text));
}

/* 4656 and 4663 speak of any object: a process, a file, a key. Masks: winnt.h. */
static void adjust_object_access(struct act *a)
{
	int64_t mask = 0;
	bool asked = value_i64(value_text_of(a->attributes[ATTRIBUTE_ACCESS]), &mask);
	bool file = attribute_is(a, ATTRIBUTE_ACTION, "File"), key = attribute_is(a, ATTRIBUTE_ACTION, "Key");

	if (attribute_is(a, ATTRIBUTE_ACTION, "Process"))
		a->op = ACTIVITY_PROCESS_ACCESS;
	else if (file && asked)
		a->op = mask & 0x10000 ? ACTIVITY_FILE_DELETE
			: mask & 0x6   ? ACTIVITY_FILE_WRITE
				       : ACTIVITY_FILE_READ;
	else if (key && asked && mask & 0x2)
		a->op = ACTIVITY_REGISTRY_SET;
	else
		a->op = ACTIVITY_NONE;
}

/* Sysmon's source is who connected; 5156's is the machine itself either way. */
static void adjust_network(struct act *a)
{
	struct slice here = a->object.name;

	if (attribute_is(a, ATTRIBUTE_DIRECTION, "%%14592")) {
		a->op = ACTIVITY_NETWORK_ACCEPT;
	} else if (attribute_is(a, ATTRIBUTE_DIRECTION, "false")) {
		a->op = ACTIVITY_NETWORK_ACCEPT;
		a->object.name = a->attributes[ATTRIBUTE_LOCAL_ADDRESS];
		a->attributes[ATTRIBUTE_LOCAL_ADDRESS] = here;
	}
}

/* A stream's name behind the file's: the activity is the file's. What is hashed is the stream then. */
static void adjust_stream(struct act *a)
{
	struct slice path = a->object.name;
	size_t colon = 2 + slice_find(slice_from(path, 2), ':');

	if (colon < path.n) {
		a->object.name = slice_head(path, colon);
		a->attributes[ATTRIBUTE_SHA256] = a->attributes[ATTRIBUTE_SHA1] =
			a->attributes[ATTRIBUTE_MD5] = slice_of(NULL, 0);
	} else if (!a->attributes[ATTRIBUTE_HOST_URL].p) {
		a->op = ACTIVITY_FILE_WRITE; /* of the file itself, with its hash */
	}
}

/* "Product: NAME -- Installation completed successfully." */
static void adjust_package(struct act *a)
{
	struct slice product = SLICE("Product: "), end = SLICE(" -- ");
	const uint8_t *at;

	if (!slice_starts(a->object.name, product))
		return;
	a->object.name = slice_from(a->object.name, product.n);
	at = slice_search(a->object.name, end);
	if (at)
		a->object.name.n = (size_t)(at - a->object.name.p);
}

/* "file:_C:\x.exe", "containerfile:_C:\a.zip; file:_C:\a.zip->x.exe": the first path. */
static void adjust_alert(struct act *a)
{
	struct slice rest, path = slice_cut(a->object.name, ';', &rest);
	const uint8_t *at = slice_search(path, slice_str(":_"));

	if (at)
		path = slice_from(path, (size_t)(at - path.p) + 2);
	at = slice_search(path, slice_str("->"));
	if (at)
		path.n = (size_t)(at - path.p);
	a->object.name = path;
	if (a->subject.name.n && !slice_search(a->subject.name, slice_str("\\")) &&
	    !slice_search(a->subject.name, slice_str("/")))
		a->subject.name = slice_of(NULL, 0); /* "Unknown" */
}

static void adjust(struct act *a, const struct extract_row *from)
{
	switch (a->op) {
	case ACTIVITY_PROCESS_ACCESS:
		if (from->channel && from->id != 10)
			adjust_object_access(a);
		break;
	case ACTIVITY_NETWORK_CONNECT:
		adjust_network(a);
		break;
	case ACTIVITY_STREAM:
		adjust_stream(a);
		break;
	case ACTIVITY_PACKAGE:
		adjust_package(a);
		break;
	case ACTIVITY_ALERT:
		adjust_alert(a);
		break;
	case ACTIVITY_REGISTRY_SET:
		if (slice_starts(a->attributes[ATTRIBUTE_ACTION], slice_str("Delete")))
			a->op = ACTIVITY_REGISTRY_DELETE;
		break;
	case ACTIVITY_SCRIPT:
		a->object.name = slice_head(a->object.name, SCRIPT_MAX);
		break;
	default:
		break;
	}
}

static const struct row *row_of(const struct extract *x, const struct event *ev, bool alert)
{
	if (ev->op != ACTIVITY_NONE)
		return x->by_op[ev->op] ? &x->rows[x->by_op[ev->op] - 1] : NULL;
	if (ev->channel.n && ev->event_id > 0 && ev->event_id < IDS) {
		uint32_t i = x->by_id[ev->event_id];

		for (; i; i = x->rows[i - 1].next) {
			const struct row *r = &x->rows[i - 1];

			if (slice_eq_nocase(r->channel, ev->channel) &&
			    (!r->provider.n || slice_eq_nocase(r->provider, ev->provider)))
				return r;
		}
	}
	return alert ? &x->rows[x->by_op[ACTIVITY_ALERT] - 1] : NULL;
}

/* An activity without anybody and anything is none, except that the machine started. */
static bool says_something(const struct act *a)
{
	return a->op == ACTIVITY_BOOT || a->object.name.n || a->object.key.n || a->object.pid ||
	       a->subject.name.n || a->subject.key.n || a->subject.pid ||
	       a->attributes[ATTRIBUTE_SHA256].n || a->attributes[ATTRIBUTE_SHA1].n ||
	       a->attributes[ATTRIBUTE_MD5].n;
}

static void fill(const struct extract *x, const struct row *r, struct event *ev, struct act *ret)
{
	*ret = (struct act){ .op = r->from->op,
			     .time = ev->time,
			     .host = ev->host,
			     .record = ev->ptr.record,
			     .offset = ev->ptr.offset,
			     .record_counted = ev->ptr.record_counted };
	for (size_t i = 0; i < r->source_count; i++)
		put(x, &r->sources[i], ev, ret);
	adjust(ret, r->from);
	ret->object.kind = entity_kind_of(ret->op);
	if (ret->subject.key.n || ret->subject.pid || ret->subject.name.n)
		ret->subject.kind = ENTITY_PROCESS;
	/* macOS keeps where a download came from, and not always as which file. */
	if (ret->op == ACTIVITY_DOWNLOAD && !ret->object.name.n && ret->attributes[ATTRIBUTE_HOST_URL].n) {
		ret->object.kind = ENTITY_URL;
		ret->object.name = ret->attributes[ATTRIBUTE_HOST_URL];
	}
	if (!ret->object.key.n && !ret->object.pid && !ret->object.name.n)
		ret->object.kind = ENTITY_NONE;
}

bool extract_act(const struct extract *x, struct event *ev, bool alert, struct act *ret)
{
	const struct row *r = row_of(x, ev, alert);

	if (!r)
		return false;
	fill(x, r, ev, ret);
	if (ret->op == ACTIVITY_NONE && alert)
		fill(x, &x->rows[x->by_op[ACTIVITY_ALERT] - 1], ev, ret);
	ret->kept = alert;
	return ret->op != ACTIVITY_NONE && says_something(ret);
}

/* UTF-16LE that ends in this, whatever its case. */
static bool wide_ends(struct slice s, const char *end)
{
	size_t n = strlen(end);

	if (s.n < 2 * n)
		return false;
	s = slice_from(s, s.n - 2 * n);
	for (size_t i = 0; i < n; i++)
		if (ascii_lower(s.p[2 * i]) != (uint8_t)end[i] || s.p[2 * i + 1])
			return false;
	return true;
}

static bool is_module(const struct value *v)
{
	static const char *const endings[] = { ".dll", ".exe", ".so" };

	for (size_t i = 0; v->type == VALUE_UTF16 && i < sizeof(endings) / sizeof(*endings); i++)
		if (wide_ends(v->s, endings[i]))
			return true;
	return false;
}

bool extract_more(const struct extract *x, struct event *ev, const struct act *first, uint32_t *at, struct act *ret)
{
	struct field *list;

	if (first->op != ACTIVITY_PROCESS_START || !first->object.name.n || ev->ptr.record != 1 ||
	    strcmp(ev->kind, "prefetch") != 0)
		return false;
	list = event_find(ev, x->files);
	if (!list || list->value.type != VALUE_LIST)
		return false;
	while (*at < list->value.count && *at < EXTRACT_MODULES) {
		const struct value *v = &list->value.items[(*at)++];
		struct slice path = is_module(v) ? value_text(*v, &ev->arena) : slice_of(NULL, 0);

		if (!path.n || slice_eq_nocase(path, first->object.name))
			continue;
		*ret = (struct act){ .op = ACTIVITY_IMAGE_LOAD,
				     .time = first->time,
				     .host = first->host,
				     .record = first->record,
				     .offset = first->offset,
				     .record_counted = first->record_counted };
		ret->subject = (struct act_entity){ .kind = ENTITY_PROCESS, .name = first->object.name };
		ret->object = (struct act_entity){ .kind = ENTITY_FILE, .name = slice_head(path, TEXT_MAX) };
		return true;
	}
	return false;
}

struct slice extract_machine(const struct extract *x, struct event *ev)
{
	for (size_t i = 0; ev->dialect && i < MACHINE_FIELDS; i++) {
		struct slice s = event_text_of(ev, x->machines[i]);

		if (s.n)
			return s;
	}
	return slice_of(NULL, 0);
}

/* Security 4768 and 4769: a ticket that a machine got for its own account, and where it asked from ("::ffff:10.0.0.5").
 * Logons (4624) are no such word: a relay logs on from its own address. */
static bool machine_ticket(const struct extract *x, struct event *ev, struct slice *ret_host, struct slice *ret_address)
{
	struct slice name, realm, status;
	int64_t code;

	if ((ev->event_id != 4768 && ev->event_id != 4769) || !slice_eq_nocase(ev->channel, slice_str("Security")))
		return false;
	status = event_text_of(ev, x->status);
	if (!status.n || !value_i64(value_text_of(status), &code) || code != 0)
		return false;
	/* The user may have the domain behind it: PC1$@CORP.EXAMPLE. */
	name = slice_cut(event_text_of(ev, x->account), '@', &realm);
	*ret_address = event_text_of(ev, x->source_address);
	if (slice_starts(*ret_address, slice_str("::ffff:")))
		*ret_address = slice_from(*ret_address, 7);
	if (name.n < 2 || name.p[name.n - 1] != '$' || ret_address->n < 3)
		return false;
	*ret_host = slice_head(name, name.n - 1);
	return true;
}

bool extract_lease(const struct extract *x, struct event *ev, const struct act *act, struct slice *ret_host,
		   struct slice *ret_address)
{
	*ret_host = ev->host;
	if (act && (act->op == ACTIVITY_NETWORK_CONNECT || act->op == ACTIVITY_NETWORK_ACCEPT))
		*ret_address = act->attributes[ATTRIBUTE_LOCAL_ADDRESS];
	else
		*ret_address = ev->dialect ? event_text_of(ev, x->address) : slice_of(NULL, 0);
	return (ret_address->n && ret_host->n) || machine_ticket(x, ev, ret_host, ret_address);
}

/* 1116 is the detection; 1117 what was done about it, 1121 a rule that blocked. Severity: the provider's words. */
void extract_verdict(const struct extract *x, struct event *ev)
{
	static const struct {
		const char *word, *level;
	} levels[] = { { "Severe", "critical" }, { "High", "high" }, { "Moderate", "medium" }, { "Low", "low" } };
	struct slice severity;

	if (ev->verdict.detector || (ev->event_id != 1116 && ev->event_id != 1121) ||
	    !slice_eq_nocase(ev->channel, slice_str("Microsoft-Windows-Windows Defender/Operational")))
		return;
	severity = event_text_of(ev, x->severity);
	ev->verdict.detector = "Microsoft Defender";
	ev->verdict.title = ev->event_id == 1121 ? slice_str("Attack surface reduction rule blocked")
						 : event_text_of(ev, x->threat);
	if (!ev->verdict.title.n)
		ev->verdict.title = slice_str("Defender detection");
	ev->verdict.level = slice_str("medium");
	for (size_t i = 0; i < sizeof(levels) / sizeof(*levels); i++)
		if (slice_eq_nocase(severity, slice_str(levels[i].word)))
			ev->verdict.level = slice_str(levels[i].level);
}
