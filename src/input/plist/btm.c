/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Background items: backgrounditems.btm (10.13 to 12) and BackgroundItems-v*.btm (13 and later).
 * Both are archives of NSKeyedArchiver: $objects is a flat list whose members refer to each other
 * by UID. The items are told by their members, one after the other in that list, and not by walking
 * from $top: what is damaged elsewhere, or runs in a circle, costs none.
 */
#include "base/utf.h"
#include "input/plist/bookmark.h"
#include "input/plist/kind.h"

static struct plist_value resolve(struct plist_reader *r, const struct plist_value *v,
				  const char *key)
{
	struct plist_value x = plist_find(&r->plist, v, key);

	if (x.type != PLIST_UID)
		return x;
	return x.i > 0 && x.i <= UINT32_MAX ? plist_item(&r->plist, &r->list, (uint32_t)x.i)
					    : (struct plist_value){ 0 };
}

static struct slice text(struct plist_reader *r, const struct plist_value *v, const char *key,
			 struct event *ev)
{
	struct plist_value x = resolve(r, v, key);

	if (x.type == PLIST_DICT) /* NSMutableString */
		x = resolve(r, &x, "NS.string");
	return plist_text(&r->plist, &x, &ev->arena);
}

/* Kinds of classes by which such an archive is known. */
static bool fits(struct plist *p, const struct plist_value *root, struct plist_value *ret)
{
	static const char *const classes[] = { "ItemRecord", "BackgroundItemContainer",
					       "BackgroundLoginItem" };
	struct plist_value archiver = plist_find(p, root, "$archiver");

	*ret = plist_find(p, root, "$objects");
	if (!plist_is_text(&archiver, "NSKeyedArchiver") || ret->type != PLIST_ARRAY)
		return false;
	for (uint32_t i = 0; i < ret->count && p->work > 0; i++) {
		struct plist_value v = plist_item(p, ret, i),
				   name = plist_find(p, &v, "$classname");

		for (size_t k = 0; k < 3; k++)
			if (plist_is_text(&name, classes[k]))
				return true;
	}
	return false;
}

/* As `sfltool dumpbtm` says it. */
static struct slice type_text(int64_t type, struct arena *a)
{
	static const struct {
		int64_t bit;
		const char *word;
	} words[] = { { 0x1, "user item" },  { 0x2, "app" },	    { 0x4, "login item" },
		      { 0x8, "agent" },	     { 0x10, "daemon" },    { 0x20, "developer" },
		      { 0x40, "spotlight" }, { 0x800, "quicklook" } };

	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (type & words[i].bit)
			return arena_printf(a, "%s%s%s", type & 0x80000 ? "curated " : "",
					    type & 0x10000 ? "legacy " : "", words[i].word);
	return arena_printf(a, "%lld", (long long)type);
}

/* file:///Applications/A%20B.app/ as a path; what is no such URL as it is. */
static struct slice path_of_url(struct slice url, struct arena *a)
{
	static const struct slice scheme = SLICE("file://");
	struct slice s = slice_starts(url, scheme) ? slice_from(url, scheme.n) : slice_of(NULL, 0);
	uint8_t *out = s.n ? arena_alloc(a, s.n) : NULL;
	size_t n = 0;

	if (!out)
		return url;
	for (size_t i = 0; i < s.n; i++) {
		uint8_t c = s.p[i];

		if (slice_percent(s, i, &c))
			i += 2;
		out[n++] = c;
	}
	n -= n > 1 && out[n - 1] == '/';
	return utf8_repair(a, slice_of(out, n));
}

/* 13 and later: ItemRecord. */
static void put_record(struct plist_reader *r, const struct plist_value *v, struct event *ev)
{
	struct plist_value url = resolve(r, v, "url"), type = plist_find(&r->plist, v, "type");
	struct plist_value disposition = plist_find(&r->plist, v, "disposition");
	struct plist_value arguments = resolve(r, v, "programArguments");
	struct slice address = text(r, &url, "NS.relative", ev),
		     path = text(r, v, "executablePath", ev);

	plist_put(r, ev, PLIST_WORD_NAME, text(r, v, "name", ev));
	plist_put(r, ev, PLIST_WORD_PATH, path.n ? path : path_of_url(address, &ev->arena));
	plist_put(r, ev, PLIST_WORD_BUNDLE, text(r, v, "bundleIdentifier", ev));
	if (type.type == PLIST_INT)
		plist_put(r, ev, PLIST_WORD_TYPE, type_text(type.i, &ev->arena));
	plist_put(r, ev, PLIST_WORD_DEVELOPER, text(r, v, "developerName", ev));
	plist_put(r, ev, PLIST_WORD_TEAM, text(r, v, "teamIdentifier", ev));
	if (disposition.type == PLIST_INT)
		plist_put_value(r, ev, PLIST_WORD_ENABLED,
				(struct value){ .type = VALUE_BOOL, .u = disposition.i & 1 });
	plist_put_list(r, ev, PLIST_WORD_ARGUMENTS, &arguments);
	plist_put(r, ev, PLIST_WORD_URL, address);
	plist_put(r, ev, PLIST_WORD_ID, text(r, v, "identifier", ev));
}

/* The path of an item's bookmark; false where it has none, as containers do that only hold others.
 */
static bool read_mark(struct plist_reader *r, const struct plist_value *v, struct event *ev,
		      struct bookmark *ret)
{
	struct plist_value mark = resolve(r, v, "bookmark");

	if (mark.type == PLIST_DICT)
		mark = resolve(r, &mark,
			       plist_find(&r->plist, &mark, "data").type != PLIST_NONE ? "data"
										       : "NS.data");
	if (mark.type == PLIST_DICT)
		mark = resolve(r, &mark, "NS.data");
	return mark.type == PLIST_DATA && bookmark_read(ret, mark.s, &ev->arena);
}

static struct slice last_part(struct slice path)
{
	size_t at = path.n;

	while (at > 0 && path.p[at - 1] != '/')
		at--;
	return slice_from(path, at);
}

static bool entry(struct plist_reader *r, const struct plist_value *v, struct event *ev)
{
	struct plist *p = &r->plist;
	struct bookmark mark = { 0 };
	struct plist_value hidden;

	if (v->type != PLIST_DICT)
		return false;
	if (plist_find(p, v, "disposition").type != PLIST_NONE &&
	    plist_find(p, v, "identifier").type != PLIST_NONE) {
		put_record(r, v, ev);
	} else if (read_mark(r, v, ev, &mark)) {
		hidden = plist_find(p, v, "loginItemType");
		plist_put(r, ev, PLIST_WORD_NAME, mark.name.n ? mark.name : last_part(mark.path));
		plist_put(r, ev, PLIST_WORD_PATH, mark.path);
		plist_put(r, ev, PLIST_WORD_TYPE,
			  slice_str(hidden.type == PLIST_NONE ? "background item" : "login item"));
	} else {
		return false;
	}
	plist_put(r, ev, PLIST_WORD_USER, r->profile.user);
	ev->kind = "btm";
	return true;
}

const struct plist_kind plist_btm = { .fits = fits, .entry = entry };
