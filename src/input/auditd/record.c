/* SPDX-License-Identifier: Apache-2.0 */
#include "input/auditd/record.h"

#include "base/utf.h"

#include <arpa/inet.h>

#define ARGUMENTS_MAX 256

/* ---- a line ---- */

static bool read_stamp(struct slice s, struct audit_record *ret)
{
	struct slice serial, stamp = slice_cut(s, ':', &serial), fraction;
	struct slice seconds = slice_cut(stamp, '.', &fraction);
	uint64_t whole, part = 0;

	if (!slice_to_u64(seconds, &whole) || !slice_to_u64(serial, &ret->serial) ||
	    (fraction.n && !slice_to_u64(fraction, &part)) || fraction.n > 9 || whole > INT64_MAX)
		return false;
	ret->time = when_unix((int64_t)whole);
	for (size_t i = fraction.n; i < 9; i++)
		part *= 10;
	ret->time.ns += (int64_t)part;
	ret->time.digits = (uint8_t)fraction.n;
	return ret->time.set;
}

bool audit_record_read(struct slice line, struct audit_record *ret)
{
	static const struct slice node = SLICE("node="), type = SLICE("type="), stamp = SLICE("msg=audit(");

	*ret = (struct audit_record){ 0 };
	if (slice_starts(line, node)) {
		ret->node = slice_cut(slice_from(line, node.n), ' ', &line);
		if (!line.p)
			return false;
	}
	if (!slice_starts(line, type))
		return false;
	ret->type = slice_cut(slice_from(line, type.n), ' ', &line);
	if (!slice_starts(line, stamp))
		return false;
	line = slice_from(line, stamp.n);
	size_t end = slice_find(line, ')');

	if (end == line.n || !read_stamp(slice_head(line, end), ret))
		return false;
	line = slice_from(line, end + 1);
	if (line.n && line.p[0] == ':')
		line = slice_from(line, 1);
	ret->rest = slice_trim(line);
	return true;
}

/* ---- values ---- */

/* Whole bytes in hex. */
static bool is_hex(struct slice s)
{
	return s.n % 2 == 0 && slice_is_hex(s);
}

/* Of the encoded fields (auparse), those whose name says so whatever the record. */
static bool is_encoded(struct slice name)
{
	static const struct slice names[] = {
		SLICE("proctitle"), SLICE("comm"), SLICE("exe"), SLICE("name"), SLICE("cwd"),
		SLICE("path"),	    SLICE("dir"),  SLICE("key"), SLICE("cmd"),	SLICE("data"),
		SLICE("acct"),	    SLICE("grp"),  SLICE("file"), SLICE("cgroup"), SLICE("old-disk"),
		SLICE("new-disk"),  SLICE("sw"),   SLICE("device"), SLICE("watch"), SLICE("ocomm"),
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (slice_eq(name, names[i]))
			return true;
	return false;
}

/* NULs part the arguments of a proctitle, 0x01 the keys. */
static struct slice decode_hex(struct slice s, struct arena *a)
{
	uint8_t *room = arena_alloc(a, s.n / 2 + 1);
	size_t n = 0;

	if (!room)
		return s;
	for (size_t i = 0; i + 1 < s.n; i += 2) {
		int c = ascii_hex(s.p[i]) * 16 + ascii_hex(s.p[i + 1]);

		room[n++] = c == 0 ? ' ' : c == 1 ? ',' : (uint8_t)c;
	}
	while (n && room[n - 1] == ' ')
		n--;
	return utf8_repair(a, slice_of(room, n));
}

/* ---- fields ---- */

struct pair {
	struct slice name, value;
	bool quoted;
};

/* The next name=value of *s. Values end at a blank, quoted ones at their quote; `msg='...'` of user
 * space records is opened: what is inside are pairs like others. */
static bool next_pair(struct slice *s, struct pair *ret)
{
	static const struct slice message = SLICE("msg='");
	size_t at = 0, end;

	while (at < s->n && (s->p[at] == ' ' || s->p[at] == '\'' || s->p[at] == ',' || s->p[at] == 0x1d))
		at++;
	*s = slice_from(*s, at);
	if (slice_starts(*s, message)) {
		*s = slice_from(*s, message.n);
		return next_pair(s, ret);
	}
	for (at = 0; at < s->n && s->p[at] != '=' && s->p[at] != ' ' && s->p[at] != 0x1d; at++)
		;
	if (at >= s->n)
		return false;
	if (s->p[at] != '=') { /* a word alone: "avc: denied { read }" */
		*s = slice_from(*s, at);
		return next_pair(s, ret);
	}
	ret->name = slice_head(*s, at);
	*s = slice_from(*s, at + 1);
	ret->quoted = s->n && s->p[0] == '"';
	if (ret->quoted) {
		*s = slice_from(*s, 1);
		end = slice_find(*s, '"');
		ret->value = slice_head(*s, end);
		*s = slice_from(*s, end + 1);
		return true;
	}
	for (end = 0; end < s->n && s->p[end] != ' ' && s->p[end] != 0x1d && s->p[end] != '\''; end++)
		;
	ret->value = slice_head(*s, end);
	*s = slice_from(*s, end);
	return true;
}

struct known {
	uint32_t id;
	bool encoded;
};

static struct known name_of(struct audit_names *all, struct slice name, const struct event *ev)
{
	struct known k;
	size_t place = (name.n * 5u + name.p[0] * 31u + name.p[name.n - 1] * 7u + name.p[name.n / 2]) & 255;

	if (all->list[place].n == name.n && memcmp(all->list[place].text, name.p, name.n) == 0)
		return (struct known){ all->list[place].id, all->list[place].encoded };
	k = (struct known){ names_find(ev->names, name), is_encoded(name) };
	if (name.n <= sizeof(all->list[place].text)) {
		memcpy(all->list[place].text, name.p, name.n);
		all->list[place].n = (uint8_t)name.n;
		all->list[place].id = k.id;
		all->list[place].encoded = k.encoded;
	}
	return k;
}

/* a0, a1[2]: of EXECVE */
static bool is_argument(struct slice name)
{
	return name.n >= 2 && name.p[0] == 'a' && name.p[1] >= '0' && name.p[1] <= '9';
}

bool audit_record_fields(const struct audit_record *r, struct audit_names *known, struct event *ev)
{
	static const struct slice type_name = SLICE("type");
	struct slice s = r->rest;
	bool execve = slice_is(r->type, "EXECVE"), ascii = slice_is_ascii(s);
	struct pair p;

	if (!event_add(ev, type_name, name_of(known, type_name, ev).id, value_text_of(r->type)))
		return false;
	while (s.n && next_pair(&s, &p)) {
		struct known k;

		if (!p.name.n || slice_is(p.value, "(null)"))
			continue;
		k = name_of(known, p.name, ev);
		if (!p.quoted && (k.encoded || (execve && is_argument(p.name))) && is_hex(p.value))
			p.value = decode_hex(p.value, &ev->arena);
		else if (!ascii && !utf8_valid(p.value))
			p.value = utf8_repair(&ev->arena, p.value);
		if (!event_add(ev, p.name, k.id, value_text_of(p.value)))
			return false;
	}
	return true;
}

/* ---- what the records of an event say together ---- */

static const struct field *find(const struct event *ev, const char *name, uint32_t from)
{
	struct slice s = slice_str(name);

	for (uint32_t i = from; i < ev->n; i++)
		if (slice_eq(ev->fields[i].name, s))
			return &ev->fields[i];
	return NULL;
}

/* Where the fields of the record of this type begin; ev->n when there is none. */
static uint32_t record_at(const struct event *ev, const char *type, uint32_t from)
{
	static const struct slice name = SLICE("type");
	struct slice want = slice_str(type);

	for (uint32_t i = from; i < ev->n; i++)
		if (slice_eq(ev->fields[i].name, name) && slice_eq(ev->fields[i].value.s, want))
			return i;
	return ev->n;
}

static void make(struct event *ev, const char *name, struct slice value)
{
	struct slice s = slice_str(name);

	if (value.n)
		event_make(ev, s, names_find(ev->names, s), value_text_of(value));
}

/* a0 a1 .. of EXECVE; a long argument comes in parts, a1[0] a1[1]. */
static struct slice arguments(struct event *ev)
{
	uint32_t from = record_at(ev, "EXECVE", 0);
	size_t bytes = 0, n = 0, used = 0;
	struct slice parts[ARGUMENTS_MAX];
	bool joins[ARGUMENTS_MAX];

	for (uint32_t i = from + 1; i < ev->n && n < ARGUMENTS_MAX; i++) {
		struct slice name = ev->fields[i].name;

		if (slice_is(name, "type"))
			break;
		if (!is_argument(name) || slice_ends(name, slice_str("_len")))
			continue;
		joins[n] = slice_find(name, '[') < name.n && !slice_ends(name, slice_str("[0]"));
		parts[n] = ev->fields[i].value.s;
		bytes += parts[n++].n + 1;
	}
	uint8_t *room = n ? arena_alloc(&ev->arena, bytes) : NULL;

	for (size_t i = 0; room && i < n; i++) {
		if (i && !joins[i])
			room[used++] = ' ';
		if (parts[i].n)
			memcpy(room + used, parts[i].p, parts[i].n);
		used += parts[i].n;
	}
	return slice_of(room, room ? used : 0);
}

/* A sockaddr in hex: family in the machine's order, port and address in the network's. */
static void address(struct event *ev)
{
	const struct field *f = find(ev, "saddr", 0);
	uint8_t b[28];
	char text[INET6_ADDRSTRLEN];
	size_t n = 0;

	if (!f || !is_hex(f->value.s))
		return;
	for (; n < sizeof(b) && 2 * n + 1 < f->value.s.n; n++)
		b[n] = (uint8_t)(ascii_hex(f->value.s.p[2 * n]) * 16 + ascii_hex(f->value.s.p[2 * n + 1]));
	bool v4 = n >= 8 && b[0] == AF_INET && !b[1], v6 = n >= 24 && b[0] == AF_INET6 && !b[1];

	if ((!v4 && !v6) || !inet_ntop(v4 ? AF_INET : AF_INET6, v4 ? b + 4 : b + 8, text, sizeof(text)))
		return;
	make(ev, "address", arena_keep(&ev->arena, slice_str(text)));
	make(ev, "port", arena_printf(&ev->arena, "%u", (unsigned)b[2] << 8 | b[3]));
}

static struct slice below(struct arena *a, struct slice folder, struct slice name)
{
	uint8_t *room = arena_alloc(a, folder.n + name.n + 1);

	if (!room)
		return name;
	if (folder.n)
		memcpy(room, folder.p, folder.n);
	room[folder.n] = '/';
	memcpy(room + folder.n + 1, name.p, name.n);
	return slice_of(room, folder.n + name.n + 1);
}

/* A PATH's name as a whole path, and what was done to it. */
static void paths(struct event *ev)
{
	const struct field *cwd = find(ev, "cwd", 0);
	uint32_t n = ev->n;

	for (uint32_t at = record_at(ev, "PATH", 0); at < n; at = record_at(ev, "PATH", at + 1)) {
		const struct field *name = find(ev, "name", at), *kind = find(ev, "nametype", at);
		struct slice path = name ? name->value.s : slice_str("");
		struct slice what = kind ? kind->value.s : slice_str("");

		if (!path.n || slice_is(what, "PARENT") || slice_is(what, "UNKNOWN"))
			continue;
		if (path.p[0] != '/' && cwd)
			path = below(&ev->arena, cwd->value.s, path);
		if (slice_is(what, "CREATE"))
			make(ev, "created", path);
		else if (slice_is(what, "DELETE"))
			make(ev, "deleted", path);
		else
			make(ev, "opened", path);
	}
}

void audit_event_finish(struct event *ev)
{
	make(ev, "argv", arguments(ev));
	address(ev);
	paths(ev);
}
