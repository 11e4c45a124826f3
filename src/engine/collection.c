/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/collection.h"

#include "base/heap.h"
#include "base/utf.h"
#include "engine/path.h"

#include <stdio.h>
#include <stdlib.h>

#define COLLECTIONS_MAX 65536u

void collections_done(struct collections *cs)
{
	for (size_t i = 0; i < cs->n; i++) {
		free(cs->items[i]->path);
		free(cs->items[i]->inner);
		free(cs->items[i]->first_unknown);
		free(cs->items[i]);
	}
	free(cs->items);
	free(cs->met);
	*cs = (struct collections){ 0 };
}

/* ---- grouping ---- */

struct grouping {
	struct collections *cs;
	struct spill *spill;
	struct map roots; /* path of a root -> index + 1 into cs->items */
	struct collection *around; /* of the container */
};

/* Where it stands: a plain file's path, a member's path inside. */
static struct slice whole_path(const struct unit *u)
{
	return u->spill ? u->file.inner : u->file.path;
}

static struct slice without_slash(struct slice s)
{
	while (s.n && (s.p[s.n - 1] == '/' || s.p[s.n - 1] == '\\'))
		s.n--;
	return s;
}

/* The name that a root goes by: its folder's, or its container's. */
static struct slice root_name(const struct unit *u, struct slice root)
{
	struct slice container = u->file.path;

	if (u->spill && root.n < u->below) {
		/* The root is the container: its own name is the end of what is around the member. */
		struct slice outer = without_slash(slice_head(u->file.inner, u->below));

		return path_name(outer.n ? outer : container);
	}
	return root.n ? path_name(root) : u->spill ? path_name(container) : root;
}

static char *text_keep(struct slice s)
{
	char *text = heap_new(s.n + 1);

	if (s.n)
		memcpy(text, s.p, s.n);
	return text;
}

/* Letters, digits and signs of one line. */
static bool is_plain_text(struct slice s)
{
	if (!s.n || s.n >= COLLECTION_TEXT_MAX || !utf8_valid(s))
		return false;
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] < ' ' || s.p[i] == 0x7f)
			return false;
	return true;
}

static void text_better(struct machine_text *t, struct slice s, unsigned rank)
{
	s = slice_trim(s);
	if (!is_plain_text(s) || (t->text[0] && t->rank <= rank))
		return;
	memset(t->text, 0, sizeof(t->text));
	memcpy(t->text, s.p, s.n);
	t->rank = rank;
}

/* What people call their folders counts only near what they named: deeper, it is a machine's own. */
static bool is_near(const struct unit *u, struct slice root)
{
	struct slice below = slice_from(root, u->below);
	unsigned folders = 0;

	for (size_t i = 0; i < below.n; i++)
		folders += below.p[i] == '/' || below.p[i] == '\\';
	return folders <= 1;
}

static struct collection *add(struct grouping *g, const struct unit *u, struct slice root, bool shadow)
{
	struct collection *c;
	enum identity rank;
	struct slice host;

	if (g->cs->n >= COLLECTIONS_MAX) {
		g->cs->too_many = true;
		return NULL;
	}
	c = heap_new(sizeof(*c));
	c->path = text_keep(u->spill ? u->file.path : root);
	c->inner = u->spill && root.n ? text_keep(root) : NULL;
	c->shadow = shadow;
	c->parent = g->around;
	host = place_host_of_name(root_name(u, root), &rank);
	if (host.p && !shadow && (rank != IDENTITY_FOLDER || (!g->around && is_near(u, root))))
		text_better(&c->host, host, (unsigned)rank * COLLECTION_FILES_MAX);
	g->cs->items = heap_room(g->cs->items, g->cs->n, &g->cs->cap, sizeof(*g->cs->items));
	g->cs->items[g->cs->n++] = c;
	return c;
}

static void find_root(struct grouping *g, const struct unit *u)
{
	struct slice path = whole_path(u), root;
	struct place place;

	place_of(slice_from(path, u->below), &place);
	if (!place.is_root)
		return;
	root = without_slash(slice_head(path, u->below + place.root_bytes));
	if (map_get(&g->roots, root) == MAP_NONE && add(g, u, root, place.shadow))
		map_set(&g->roots, root, (uint32_t)g->cs->n);
}

/* An archive whose name alone tells what it is. */
static void root_by_name(struct grouping *g, const struct unit *u)
{
	struct slice root = without_slash(slice_head(whole_path(u), u->below));

	if (u->spill && place_is_orc(root_name(u, root)) && map_get(&g->roots, root) == MAP_NONE && add(g, u, root, false))
		map_set(&g->roots, root, (uint32_t)g->cs->n);
}

static struct collection *root_of(const struct grouping *g, struct slice prefix)
{
	uint32_t at = map_get(&g->roots, prefix);

	return at == MAP_NONE ? NULL : g->cs->items[at - 1];
}

/* The next shorter path; false at the top. */
static bool shorten(struct slice *prefix, size_t below)
{
	size_t n = prefix->n;

	if (n == 0 || n + 1 <= below)
		return false;
	while (n && prefix->p[n - 1] != '/' && prefix->p[n - 1] != '\\')
		n--;
	*prefix = without_slash(slice_head(*prefix, n));
	return true;
}

/* The nearest root above, unless that is a part of a machine's own folders. */
static struct collection *collection_of(const struct grouping *g, const struct unit *u)
{
	struct slice path = whole_path(u), prefix = path, inner_at = prefix;
	struct collection *found = NULL;

	while (shorten(&prefix, u->below)) {
		struct collection *c = root_of(g, prefix);

		if (!c)
			continue;
		if (!found || place_is_inside_machine(slice_of(path.p + prefix.n, inner_at.n - prefix.n))) {
			found = c;
			inner_at = prefix;
			continue;
		}
		if (found->parent == g->around && found != c)
			found->parent = c;
		break;
	}
	return found;
}

/* Files of a better kind first: what is known from them counts more, in the order of the evidence. */
static void add_file(struct collection *c, struct unit *u, enum identity identity)
{
	size_t at = c->file_count, rank = (size_t)identity * COLLECTION_FILES_MAX;

	if (at == COLLECTION_FILES_MAX)
		return;
	for (size_t i = 0; i < at; i++)
		rank += c->files[i].rank / COLLECTION_FILES_MAX == (unsigned)identity;
	c->files[at].unit = u;
	c->files[at].rank = (unsigned)rank;
	c->file_count++;
}

static void assign(struct grouping *g, struct unit *u)
{
	struct slice path = whole_path(u);
	struct collection *c = collection_of(g, u);
	struct place place;

	u->collection = c ? c : g->around;
	if (!c)
		return;
	c->last = u;
	place_of(slice_from(path, u->below), &place);
	/* A part of a machine's folders that looks like a machine does not tell the machine's name. */
	if (place.identity == IDENTITY_NONE ||
	    (place.is_root && root_of(g, without_slash(slice_head(path, u->below + place.root_bytes))) != c))
		return;
	u->identity = place.identity;
	add_file(c, u, place.identity);
}

void collections_group(struct collections *cs, struct unit *first, struct unit *after, struct spill *spill)
{
	struct grouping g = { .cs = cs, .spill = spill, .around = spill ? spill->container->collection : NULL };

	map_init(&g.roots);
	for (struct unit *u = first; u != after; u = u->next)
		if (u->spill == spill && !u->why_not && !(u->named && !spill)) {
			root_by_name(&g, u);
			find_root(&g, u);
		}
	for (struct unit *u = first; u != after; u = u->next)
		if (u->spill == spill && !(u->named && !spill))
			assign(&g, u);
	map_done(&g.roots);
}

bool collection_shows(const struct unit *member)
{
	struct place place;

	place_of(slice_from(member->file.inner, member->below), &place);
	return place.is_root || place_is_orc(root_name(member, without_slash(slice_head(member->file.inner, member->below))));
}

/* ---- whose they are ---- */

bool collection_ready(const struct collection *c)
{
	for (; c; c = c->host.text[0] ? NULL : c->parent)
		if (c->answered < c->file_count)
			return false;
	return true;
}

struct unit *collection_next(struct collection *c, struct collection **ret_c, unsigned *ret_rank)
{
	for (; c; c = c->parent)
		if (c->given < c->file_count) {
			*ret_c = c;
			*ret_rank = c->files[c->given].rank;
			return c->files[c->given++].unit;
		}
	return NULL;
}

void collection_take(struct collection *c, unsigned rank, struct slice payload)
{
	struct cursor in = cursor_of(payload);
	struct slice host = cursor_sized(&in), number = cursor_sized(&in), os = cursor_sized(&in),
		     zone = cursor_sized(&in);

	if (!in.ok)
		return;
	text_better(&c->host, host, rank);
	text_better(&c->number, number, rank);
	text_better(&c->os, os, rank);
	text_better(&c->zone, zone, rank);
}

void collection_answered(struct collection *c)
{
	c->answered++;
}

struct slice collection_host(const struct collection *c)
{
	for (; c; c = c->parent)
		if (c->host.text[0])
			return slice_str(c->host.text);
	return slice_of(NULL, 0);
}

/* ---- what is said of them ---- */

static const char *source_of(const struct collection *c)
{
	switch ((enum identity)(c->host.rank / COLLECTION_FILES_MAX)) {
	case IDENTITY_HIVE:
		return "its registry says so";
	case IDENTITY_MACHINE:
		return "its own files say so";
	case IDENTITY_COLLECTOR:
		return "its collector says so";
	case IDENTITY_FILE_NAME:
		return "the name that its collector gave it says so";
	case IDENTITY_LOG:
		return "its logs say so";
	default:
		return "assumed: it is called so";
	}
}

bool collection_meet(struct collections *cs, struct collection *c, struct buf *out)
{
	if (c->met)
		return false;
	c->met = true;
	cs->met = heap_room(cs->met, cs->met_n, &cs->met_cap, sizeof(*cs->met));
	cs->met[cs->met_n++] = c;
	if (!c->host.text[0])
		return false;
	buf_printf(out, "a collection of %s (%s", c->host.text, source_of(c));
	if (c->os.text[0])
		buf_printf(out, "; %.80s", c->os.text);
	if (c->zone.text[0])
		buf_printf(out, "; time zone %.60s", c->zone.text);
	buf_put_str(out, "): records in it that name no host are taken to be of it");
	buf_put_byte(out, 0);
	return true;
}

bool collection_tell_unread(const struct collection *c, struct buf *out)
{
	const char *these = "of the files of this collection";

	if (!c->unknown && !c->empty)
		return false;
	if (c->unknown)
		buf_printf(out, "%s: %llu of no format that a reader knows (%s%.200s)", these,
			   (unsigned long long)c->unknown, c->unknown == 1 ? "" : "the first: ", c->first_unknown);
	if (c->empty)
		buf_printf(out, "%s%s%llu empty", c->unknown ? "" : these, c->unknown ? ", " : ": ",
			   (unsigned long long)c->empty);
	buf_put_byte(out, 0);
	return true;
}

static void double_line(struct buf *out, const struct collection *c, const struct collection *d)
{
	buf_printf(out,
		   "this collection and the one in %.200s are both of %s, but of two machine numbers: installed anew, or "
		   "two machines; they are shown as one host",
		   d->path, c->host.text);
	buf_put_byte(out, 0);
}

void collections_each_double(const struct collections *cs,
			     void (*call)(void *ctx, const struct collection *c, const char *why), void *ctx)
{
	struct map hosts;
	struct buf line = { 0 };
	uint8_t room[COLLECTION_TEXT_MAX];

	map_init(&hosts);
	for (size_t i = 0; i < cs->met_n; i++) {
		const struct collection *c = cs->met[i], *d;
		struct slice host = slice_lower(slice_str(c->host.text), room);

		if (!host.n || !c->number.text[0])
			continue;
		if (map_get(&hosts, host) == MAP_NONE)
			map_set(&hosts, host, (uint32_t)i);
		d = cs->met[map_get(&hosts, host)];
		if (slice_eq_nocase(slice_str(c->number.text), slice_str(d->number.text)))
			continue;
		buf_clear(&line);
		double_line(&line, c, d);
		call(ctx, c, (const char *)line.p);
	}
	buf_done(&line);
	map_done(&hosts);
}
