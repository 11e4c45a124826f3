/* SPDX-License-Identifier: Apache-2.0 */
#include "input/machine/machine.h"

#include "base/utf.h"

#include <stdio.h>

#define VALUE_BYTES_MAX 1024u

/* ---- keys and values ---- */

static const uint8_t *find_nocase(struct slice s, const char *what)
{
	struct slice w = slice_str(what);

	for (size_t i = 0; i + w.n <= s.n; i++)
		if (slice_eq_nocase(slice_of(s.p + i, w.n), w))
			return s.p + i;
	return NULL;
}

static struct slice behind(struct slice s, const uint8_t *at, size_t n)
{
	return slice_from(s, (size_t)(at - s.p) + n);
}

static struct slice line_of(struct slice s)
{
	return slice_trim(slice_head(slice_head(s, slice_find(s, '\n')), VALUE_BYTES_MAX));
}

static struct slice unquoted(struct slice s)
{
	if (s.n >= 2 && (s.p[0] == '"' || s.p[0] == '\'') && s.p[s.n - 1] == s.p[0])
		return slice_of(s.p + 1, s.n - 2);
	return s;
}

/* KEY=value, or "Key: value", at the beginning of a line. */
static struct slice value_of(struct slice text, const char *key, char sign)
{
	struct slice k = slice_str(key);

	while (text.n) {
		struct slice value, line = slice_cut(text, '\n', &text), name = slice_cut(line, (uint8_t)sign, &value);

		if (value.p && slice_eq_nocase(slice_trim(name), k))
			return unquoted(line_of(value));
	}
	return slice_of(NULL, 0);
}

/* The string behind "key": in JSON, at whatever depth; the first one. */
static struct slice json_of(struct slice text, const char *key, struct arena *a)
{
	char quoted[40];
	const uint8_t *at;
	struct slice rest;
	uint8_t *room;
	size_t end = 0;

	snprintf(quoted, sizeof(quoted), "\"%s\"", key);
	at = find_nocase(text, quoted);
	if (!at)
		return slice_of(NULL, 0);
	rest = slice_trim(behind(text, at, strlen(quoted)));
	if (!rest.n || rest.p[0] != ':')
		return slice_of(NULL, 0);
	rest = slice_trim(slice_from(rest, 1));
	if (!rest.n || rest.p[0] != '"')
		return slice_of(NULL, 0);
	rest = slice_head(slice_from(rest, 1), VALUE_BYTES_MAX);
	while (end < rest.n && rest.p[end] != '"')
		end += rest.p[end] == '\\' ? 2 : 1;
	rest = slice_head(rest, end);
	room = arena_alloc(a, UTF8_UNESCAPED_MAX(rest.n));
	return room ? slice_of(room, utf8_unescape(room, rest)) : slice_of(NULL, 0);
}

/* The <string> behind <key>, its entities undone. */
static struct slice plist_of(struct slice text, const char *key, struct arena *a)
{
	static const struct {
		const char *entity;
		char character;
	} entities[] = { { "&amp;", '&' }, { "&lt;", '<' }, { "&gt;", '>' }, { "&apos;", '\'' }, { "&quot;", '"' } };
	static const struct slice open = SLICE("<string>");
	char tag[60];
	const uint8_t *at;
	struct slice s;
	uint8_t *room;
	size_t n = 0;

	snprintf(tag, sizeof(tag), "<key>%s</key>", key);
	at = slice_search(text, slice_str(tag));
	s = at ? slice_trim(behind(text, at, strlen(tag))) : slice_of(NULL, 0);
	if (!slice_starts(s, open))
		return slice_of(NULL, 0);
	s = slice_head(slice_from(s, open.n), VALUE_BYTES_MAX);
	s = slice_head(s, slice_find(s, '<'));
	room = arena_alloc(a, s.n + 1);
	for (size_t i = 0; room && i < s.n;) {
		size_t used = 1;
		uint8_t c = s.p[i];

		for (size_t k = 0; k < sizeof(entities) / sizeof(*entities); k++)
			if (slice_starts(slice_from(s, i), slice_str(entities[k].entity))) {
				used = strlen(entities[k].entity);
				c = (uint8_t)entities[k].character;
			}
		room[n++] = c;
		i += used;
	}
	return room ? slice_of(room, n) : slice_of(NULL, 0);
}

static struct slice either(struct slice a, struct slice b)
{
	return a.n ? a : b;
}

/* ---- kinds of files ---- */

static void read_json(struct slice text, struct arena *a, struct machine *m)
{
	m->name = either(json_of(text, "Hostname", a), json_of(text, "Fqdn", a));
	m->os = either(json_of(text, "Platform", a), json_of(text, "release", a));
	m->os = either(m->os, json_of(text, "OS", a));
	m->build = json_of(text, "PlatformVersion", a);
	m->time_zone = json_of(text, "LocalTZ", a);
	/* On other systems it is not what /etc/machine-id holds. */
	if (slice_eq_nocase(json_of(text, "OS", a), slice_str("windows")))
		m->machine_id = json_of(text, "HostID", a);
}

static void read_plist(struct slice text, struct arena *a, struct machine *m)
{
	m->name = either(plist_of(text, "HostName", a), plist_of(text, "LocalHostName", a));
	m->name = either(m->name, plist_of(text, "ComputerName", a));
	m->os = plist_of(text, "ProductName", a);
	if (m->os.n)
		m->os = arena_printf(a, "%.*s %.*s", (int)m->os.n, (const char *)m->os.p,
				     (int)plist_of(text, "ProductVersion", a).n,
				     (const char *)plist_of(text, "ProductVersion", a).p);
	m->build = plist_of(text, "ProductBuildVersion", a);
}

static void read_release(struct slice text, struct machine *m)
{
	m->os = either(value_of(text, "PRETTY_NAME", '='), value_of(text, "NAME", '='));
	m->build = either(value_of(text, "BUILD_ID", '='), value_of(text, "VERSION_ID", '='));
}

/* hostnamectl's and UAC's */
static void read_labels(struct slice text, struct machine *m)
{
	m->name = either(value_of(text, "Hostname", ':'), value_of(text, "Static hostname", ':'));
	m->os = value_of(text, "Operating System", ':');
	m->machine_id = value_of(text, "Machine ID", ':');
	m->time_zone = value_of(text, "Time zone", ':');
}

/* Field number n of a line of CSV. */
static struct slice csv_field(struct slice line, size_t n)
{
	bool quoted = false;
	size_t begin = 0, end = 0;

	for (; end < line.n; end++) {
		if (line.p[end] == '"')
			quoted = !quoted;
		if (line.p[end] != ',' || quoted)
			continue;
		if (n-- == 0)
			break;
		begin = end + 1;
	}
	return end < line.n || n == 0 ? unquoted(slice_trim(slice_of(line.p + begin, end - begin)))
				      : slice_of(NULL, 0);
}

static void read_csv(struct slice text, struct machine *m)
{
	struct slice rest, head = slice_cut(text, '\n', &rest);
	struct slice line = slice_head(rest, slice_find(rest, '\n')), name;

	for (size_t i = 0; i < 64 && (name = csv_field(head, i)).p; i++)
		if (slice_is(name, "ComputerName"))
			m->name = csv_field(line, i);
}

/* The rule in a TZif file's footer (RFC 8536, section 3.3); or a link's target. */
static void read_zone(struct slice text, struct machine *m)
{
	static const struct slice mark = SLICE("zoneinfo/");
	const uint8_t *at = slice_search(text, mark);
	size_t end = text.n;

	if (!slice_starts(text, slice_str("TZif"))) {
		m->time_zone = at ? line_of(behind(text, at, mark.n)) : slice_of(NULL, 0);
		return;
	}
	if (!end || text.p[end - 1] != '\n')
		return;
	for (end--; end > 0 && text.n - end < 100 && text.p[end - 1] != '\n';)
		end--;
	if (end > 0 && text.p[end - 1] == '\n')
		m->time_zone = slice_trim(slice_from(text, end));
}

static bool is_label(struct slice s)
{
	for (size_t i = 0; i < s.n; i++) {
		uint8_t c = ascii_lower(s.p[i]);

		if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_'))
			return false;
	}
	return s.n > 0 && s.n <= 255;
}

static bool is_machine_id(struct slice line)
{
	return line.n == 32 && slice_is_hex(line);
}

static bool is_release(struct slice text)
{
	return value_of(text, "ID", '=').n && value_of(text, "NAME", '=').n;
}

static void read_line(struct slice text, struct machine *m)
{
	struct slice line = slice_of(NULL, 0);

	/* hostname(5): lines that begin with # are none. */
	while (text.n && (!line.n || line.p[0] == '#'))
		line = slice_trim(slice_cut(text, '\n', &text));
	if (slice_trim(text).n || !is_label(line))
		return;
	if (is_machine_id(line))
		m->machine_id = line;
	else
		m->name = line;
}

unsigned machine_probe(struct slice head)
{
	struct slice text = slice_trim(head);

	if (is_release(head) && (value_of(head, "PRETTY_NAME", '=').n || value_of(head, "VERSION_ID", '=').n))
		return 70;
	return is_machine_id(text) ? 30 : 0;
}

bool machine_read(struct slice text, struct arena *a, struct machine *ret)
{
	static const struct slice mark = SLICE("Machine name: ");
	const uint8_t *kape = slice_search(text, mark);
	struct slice start = slice_trim(text);

	*ret = (struct machine){ 0 };
	if (slice_starts(start, slice_str("\xef\xbb\xbf")))
		start = slice_trim(slice_from(start, 3));
	if (slice_starts(start, slice_str("{")))
		read_json(start, a, ret);
	else if (slice_starts(start, slice_str("<")))
		read_plist(start, a, ret);
	else if (slice_starts(text, slice_str("TZif")) || slice_search(start, slice_str("zoneinfo/")))
		read_zone(text, ret);
	else if (kape)
		ret->name = slice_head(line_of(behind(text, kape, mark.n)),
				       slice_find(line_of(behind(text, kape, mark.n)), ','));
	else if (slice_search(line_of(start), slice_str("ComputerName")))
		read_csv(start, ret);
	else if (is_release(start))
		read_release(start, ret);
	else
		read_labels(start, ret);
	if (!ret->name.n && !ret->os.n && !ret->time_zone.n)
		read_line(start, ret);
	return ret->name.n || ret->os.n || ret->time_zone.n || ret->machine_id.n;
}
