/* SPDX-License-Identifier: Apache-2.0 */
#include "input/template.h"

#include "base/err.h"

#define PARTS_MAX 64

enum filter {
	FILTER_PATH,
	FILTER_WITH,
	FILTER_HIVE,
	FILTER_HASH,
	FILTER_LOWER,
	FILTER_TAIL,
	FILTER_FILE,
	FILTER_FOLDER,
	FILTER_NUMBER,
	FILTER_ITEM,
	FILTER_JOINED,
	FILTER_AFTER,
	FILTER_BEFORE,
	FILTER_MAP,
	FILTER_PICK,
	FILTER_COUNT
};

static const char *const filter_words[FILTER_COUNT] = { "path",	  "with", "hive",  "hash", "lower",
							"tail",	  "file",	  "folder", "number", "item", "joined", "after",
							"before", "map",  "pick" };

/* ---- reading ---- */

static bool read_filter(struct template_part *part, struct template_filter *f, struct slice text,
			struct names *names, struct arena *arena)
{
	struct slice argument = slice_of(NULL, 0), word = text;
	size_t mark = slice_find(text, '=');

	if (part->filter_count == TEMPLATE_FILTERS)
		return false;
	if (mark < text.n) {
		word = slice_head(text, mark);
		argument = slice_from(text, mark + 1);
	}
	for (uint8_t i = 0; i < FILTER_COUNT; i++)
		if (slice_is(word, filter_words[i])) {
			*f = (struct template_filter){ .kind = i, .text = arena_keep(arena, argument) };
			if (i == FILTER_WITH)
				f->field = names_add(names, argument);
			part->filter_count++;
			return true;
		}
	return false;
}

static bool read_field(struct template_part *part, struct slice text, struct names *names,
		       struct arena *arena)
{
	struct slice filters, alternatives = slice_cut(text, ':', &filters);

	uint32_t fields[TEMPLATE_ALTERNATIVES], *kept;
	struct template_filter *list = arena_array(arena, TEMPLATE_FILTERS, sizeof(*list));

	part->kind = TEMPLATE_FIELD;
	while (alternatives.p) {
		struct slice one = slice_cut(alternatives, '|', &alternatives);

		if (!one.n || part->field_count == TEMPLATE_ALTERNATIVES)
			return false;
		fields[part->field_count++] = names_add(names, one);
	}
	while (filters.p)
		if (!read_filter(part, &list[part->filter_count], slice_cut(filters, ':', &filters),
				 names, arena))
			return false;
	if (!part->field_count)
		return false;
	kept = arena_array(arena, part->field_count, sizeof(*kept));
	memcpy(kept, fields, part->field_count * sizeof(*kept));
	part->fields = kept;
	part->filters = list;
	return true;
}

/* Plain text up to the next mark. */
static size_t read_plain(struct template_part *part, struct slice s, struct arena *arena)
{
	uint8_t *room = arena_alloc(arena, s.n + 1);
	size_t n = 0, at = 0;

	while (at < s.n && !strchr("[]{}", s.p[at])) {
		room[n++] = s.p[at++];
	}
	part->kind = TEMPLATE_TEXT;
	part->text = slice_of(room, n);
	return at;
}

static bool read_part(struct template_part *part, struct slice *s, struct names *names,
		      struct arena *arena)
{
	size_t used = 1;

	*part = (struct template_part){ 0 };
	if (s->p[0] == '[') {
		part->kind = TEMPLATE_OPEN;
	} else if (s->p[0] == ']') {
		part->kind = TEMPLATE_CLOSE;
	} else if (s->p[0] == '{') {
		size_t end = slice_find(*s, '}');

		if (end == s->n ||
		    !read_field(part, slice_head(slice_from(*s, 1), end - 1), names, arena))
			return false;
		used = end + 1;
	} else {
		used = read_plain(part, *s, arena);
	}
	*s = slice_from(*s, used);
	return used > 0;
}

bool template_read(struct template *ret, struct slice text, struct names *names, struct arena *arena,
		   struct err *err)
{
	struct template_part parts[PARTS_MAX];
	struct slice s = text;
	int depth = 0;
	size_t n = 0;

	while (s.n) {
		if (n == PARTS_MAX || !read_part(&parts[n], &s, names, arena))
			return err_set(err, ERR_FORMAT, 0, "the template '%.*s' cannot be read", (int)text.n,
				       (const char *)text.p);
		depth += (parts[n].kind == TEMPLATE_OPEN) - (parts[n].kind == TEMPLATE_CLOSE);
		if (depth < 0 || depth > 1)
			break;
		n++;
	}
	if (!n || depth)
		return err_set(err, ERR_FORMAT, 0, "the template '%.*s' is not closed", (int)text.n,
			       (const char *)text.p);
	ret->parts = arena_array(arena, n, sizeof(*parts));
	memcpy(ret->parts, parts, n * sizeof(*parts));
	ret->n = n;
	ret->plain = n == 1 && parts[0].kind == TEMPLATE_FIELD && !parts[0].filter_count;
	return true;
}

/* ---- filters ---- */

static struct slice joined(struct arena *a, struct slice x, struct slice y)
{
	uint8_t *room = arena_alloc(a, x.n + y.n + 1);

	if (!room)
		return slice_of(NULL, 0);
	if (x.n)
		memcpy(room, x.p, x.n);
	if (y.n)
		memcpy(room + x.n, y.p, y.n);
	return slice_of(room, x.n + y.n);
}

static bool starts_nocase(struct slice s, struct slice prefix)
{
	return s.n && ascii_lower(s.p[0]) == ascii_lower(prefix.p[0]) &&
	       slice_eq_nocase(slice_head(s, prefix.n), prefix);
}

/* \Device\HarddiskVolume3\Windows\x to C:\Windows\x: only for the folders that lie on the system's
 * volume; which letter another volume has is not in the record. */
static struct slice filter_path(struct slice s, struct arena *a)
{
	static const struct slice volume = SLICE("\\Device\\HarddiskVolume"), nt = SLICE("\\??\\"),
				  longer = SLICE("\\\\?\\"), drive = SLICE("C:");
	static const struct slice system[] = { SLICE("\\Windows\\"), SLICE("\\Program Files"),
					       SLICE("\\Users\\"), SLICE("\\ProgramData\\") };

	if (s.p[0] != '\\')
		return s;
	if (starts_nocase(s, nt) || starts_nocase(s, longer))
		return slice_from(s, nt.n);
	if (!starts_nocase(s, volume))
		return s;
	struct slice rest = slice_from(s, volume.n);

	rest = slice_from(rest, slice_find(rest, '\\'));
	for (size_t i = 0; i < sizeof(system) / sizeof(*system); i++)
		if (starts_nocase(rest, system[i]))
			return joined(a, drive, rest);
	return s;
}

static size_t last_separator(struct slice s)
{
	size_t i = s.n;

	while (i > 0 && s.p[i - 1] != '\\' && s.p[i - 1] != '/')
		i--;
	return i;
}

/* The folder with the file's name behind it, unless it is there already. */
static struct slice filter_with(struct slice s, struct slice name, struct arena *a)
{
	static const struct slice slash = SLICE("\\");
	size_t at = last_separator(s);

	if (!name.n || slice_eq_nocase(slice_from(s, at), name))
		return s;
	return joined(a, at == s.n ? s : joined(a, s, slash), name);
}

/* \ControlSet001\ is what CurrentControlSet stands for: rules ask for the latter, as Sysmon has it. */
static struct slice control_set(struct slice s, struct arena *a)
{
	static const struct slice system = SLICE("HKLM\\SYSTEM\\ControlSet00"),
				  current = SLICE("HKLM\\System\\CurrentControlSet");

	if (!starts_nocase(s, system) || s.n < system.n + 1)
		return s;
	return joined(a, current, slice_from(s, system.n + 1));
}

static struct slice filter_hive(struct slice s, struct arena *a)
{
	static const struct {
		struct slice from, to;
	} roots[] = {
		{ SLICE("HKEY_LOCAL_MACHINE\\"), SLICE("HKLM\\") },
		{ SLICE("\\REGISTRY\\MACHINE\\"), SLICE("HKLM\\") },
		{ SLICE("MACHINE\\"), SLICE("HKLM\\") },
		{ SLICE("HKEY_USERS\\"), SLICE("HKU\\") },
		{ SLICE("\\REGISTRY\\USER\\"), SLICE("HKU\\") },
		{ SLICE("USER\\"), SLICE("HKU\\") },
		{ SLICE("HKEY_CURRENT_USER\\"), SLICE("HKU\\") },
		{ SLICE("HKEY_CLASSES_ROOT\\"), SLICE("HKCR\\") },
	};

	for (size_t i = 0; i < sizeof(roots) / sizeof(*roots); i++)
		if (starts_nocase(s, roots[i].from)) {
			s = joined(a, roots[i].to, slice_from(s, roots[i].from.n));
			break;
		}
	return control_set(s, a);
}

/* A bare name as the end of a path of which the rest is not known: rules ask for \NAME. */
static struct slice filter_tail(struct slice s, struct event *ev)
{
	static const struct slice slash = SLICE("/"), backslash = SLICE("\\");
	struct slice image;

	if (last_separator(s) > 0)
		return s;
	image = event_text_of(ev, NAME_IMAGE);
	return joined(&ev->arena, image.n && image.p[0] == '/' ? slash : backslash, s);
}

static struct slice filter_hash(struct slice s)
{
	size_t zeroes = 0;

	while (zeroes < s.n && s.p[zeroes] == '0')
		zeroes++;
	return zeroes == s.n ? slice_of(NULL, 0) : s;
}

static struct slice filter_number(struct slice s, struct arena *a)
{
	int64_t n;

	return value_i64(value_text_of(s), &n) ? arena_printf(a, "%lld", (long long)n) : s;
}

static struct slice around(struct slice s, struct slice mark, bool after)
{
	const uint8_t *hit = slice_search(s, mark);

	if (!hit)
		return slice_of(NULL, 0);
	return after ? slice_from(s, (size_t)(hit - s.p) + mark.n) : slice_head(s, (size_t)(hit - s.p));
}

static struct slice filter_map(struct slice s, struct slice pairs, bool others)
{
	while (pairs.p) {
		struct slice to, from = slice_cut(slice_cut(pairs, ',', &pairs), '>', &to);

		if (slice_eq_nocase(from, s))
			return to;
	}
	return others ? s : slice_of(NULL, 0);
}

static struct slice list_item(struct event *ev, const struct field *f, struct slice number)
{
	uint64_t i;

	if (f->value.type != VALUE_LIST || !slice_to_u64(number, &i) || i >= f->value.count)
		return slice_of(NULL, 0);
	return value_text(f->value.items[i], &ev->arena);
}

static struct slice list_joined(struct event *ev, struct field *f)
{
	static const struct slice blank = SLICE(" ");
	struct slice s = slice_of(NULL, 0);

	if (f->value.type != VALUE_LIST)
		return event_text(ev, f);
	for (uint32_t i = 0; i < f->value.count; i++) {
		struct slice item = value_text(f->value.items[i], &ev->arena);

		s = i ? joined(&ev->arena, joined(&ev->arena, s, blank), item) : item;
	}
	return s;
}

static struct slice filtered(const struct template_filter *t, struct slice s, struct event *ev)
{
	struct arena *a = &ev->arena;

	switch ((enum filter)t->kind) {
	case FILTER_PATH:
		return filter_path(s, a);
	case FILTER_WITH:
		return filter_with(s, event_text_of(ev, t->field), a);
	case FILTER_HIVE:
		return filter_hive(s, a);
	case FILTER_HASH:
		return filter_hash(s);
	case FILTER_LOWER:
		return arena_lower(a, s);
	case FILTER_TAIL:
		return filter_tail(s, ev);
	case FILTER_FILE:
		return slice_from(s, last_separator(s));
	case FILTER_FOLDER:
		return slice_head(s, last_separator(s));
	case FILTER_NUMBER:
		return filter_number(s, a);
	case FILTER_AFTER:
	case FILTER_BEFORE:
		return around(s, t->text, t->kind == FILTER_AFTER);
	case FILTER_MAP:
	case FILTER_PICK:
		return filter_map(s, t->text, t->kind == FILTER_MAP);
	default:
		return s;
	}
}

/* ---- making ---- */

static struct slice field_value(const struct template_part *p, struct event *ev)
{
	struct slice s = slice_of(NULL, 0);

	for (uint32_t i = 0; i < p->field_count && !s.n; i++) {
		struct field *f = event_find(ev, p->fields[i]);
		uint32_t k = 0;

		if (!f || f->value.type == VALUE_NULL)
			continue;
		if (p->filter_count && p->filters[0].kind == FILTER_ITEM)
			s = list_item(ev, f, p->filters[k++].text);
		else if (p->filter_count && p->filters[0].kind == FILTER_JOINED)
			s = list_joined(ev, f);
		else
			s = event_text(ev, f);
		while (k < p->filter_count && s.n)
			s = filtered(&p->filters[k++], s, ev);
	}
	return s;
}

static struct slice put_together(const struct slice *pieces, size_t n, struct arena *a)
{
	size_t bytes = 0, at = 0;

	if (n == 1)
		return pieces[0];
	for (size_t i = 0; i < n; i++)
		bytes += pieces[i].n;
	uint8_t *room = arena_alloc(a, bytes + 1);

	if (!room)
		return slice_of(NULL, 0);
	for (size_t i = 0; i < n; i++) {
		if (pieces[i].n)
			memcpy(room + at, pieces[i].p, pieces[i].n);
		at += pieces[i].n;
	}
	while (at && room[at - 1] == ',')
		at--;
	return slice_of(room, at);
}

struct slice template_value(const struct template *t, struct event *ev)
{
	struct slice pieces[PARTS_MAX];
	size_t n = 0, group = 0, fields = 0;
	bool in_group = false, dropped = false;

	if (t->plain) {
		struct slice s = field_value(t->parts, ev);

		return s.n ? s : slice_of(NULL, 0);
	}
	for (size_t i = 0; i < t->n; i++) {
		const struct template_part *p = &t->parts[i];

		if (p->kind == TEMPLATE_OPEN) {
			in_group = true;
			dropped = false;
			group = n;
		} else if (p->kind == TEMPLATE_CLOSE) {
			in_group = false;
			n = dropped ? group : n;
			dropped = false;
		} else if (p->kind == TEMPLATE_TEXT) {
			pieces[n++] = p->text;
		} else {
			pieces[n] = field_value(p, ev);
			if (!pieces[n].n && !in_group)
				return slice_of(NULL, 0);
			dropped |= !pieces[n].n;
			fields += pieces[n++].n > 0 && !dropped;
		}
	}
	if (!n || (!fields && t->n > 1))
		return slice_of(NULL, 0);
	return put_together(pieces, n, &ev->arena);
}

/* A text that has not been rendered yet: what is in it is known to be something by its length. */
static bool is_text(const struct field *f)
{
	return (f->value.type == VALUE_TEXT || f->value.type == VALUE_ESCAPED) && !f->text.p;
}

bool template_make(const struct template *t, struct event *ev, struct value *ret)
{
	struct slice s = slice_of(NULL, 0);

	for (uint32_t i = 0; t->plain && i < t->parts->field_count && !s.n; i++) {
		struct field *f = event_find(ev, t->parts->fields[i]);

		if (!f || f->value.type == VALUE_NULL)
			continue;
		if (is_text(f) && f->value.s.n) {
			*ret = f->value;
			return true;
		}
		s = event_text(ev, f);
	}
	if (!t->plain)
		s = template_value(t, ev);
	*ret = value_text_of(s);
	return t->plain ? s.n > 0 : s.p != NULL;
}
