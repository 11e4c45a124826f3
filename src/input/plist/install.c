/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What macOS's installer keeps: /Library/Receipts/InstallHistory.plist and the receipts in
 * /private/var/db/receipts. Dates are UTC. What was only dragged into place is in neither.
 */
#include "input/plist/kind.h"

#define LOOK 16u /* entries at which a list is known */

static bool is_entry(struct plist *p, const struct plist_value *v)
{
	struct plist_value name = plist_find(p, v, "displayName"), date = plist_find(p, v, "date");

	return name.type != PLIST_NONE && date.type != PLIST_NONE;
}

static bool history_fits(struct plist *p, const struct plist_value *root, struct plist_value *ret)
{
	for (uint32_t i = 0; root->type == PLIST_ARRAY && i < root->count && i < LOOK; i++) {
		struct plist_value v = plist_item(p, root, i);

		if (is_entry(p, &v)) {
			*ret = *root;
			return true;
		}
	}
	return false;
}

static void installed(const struct plist_value *date, struct event *ev)
{
	ev->kind = "install_history";
	ev->time_kind = "install";
	ev->proves = STAGE_BIT(STAGE_S2);
	ev->time = plist_when(date);
}

static bool history_entry(struct plist_reader *r, const struct plist_value *v, struct event *ev)
{
	struct plist *p = &r->plist;
	struct slice name = plist_text_of(p, v, "displayName", &ev->arena);
	struct slice version = plist_text_of(p, v, "displayVersion", &ev->arena);
	struct plist_value packages = plist_find(p, v, "packageIdentifiers"),
			   date = plist_find(p, v, "date");

	if (!is_entry(p, v))
		return false;
	plist_put(r, ev, PLIST_WORD_NAME, name);
	plist_put(r, ev, PLIST_WORD_VERSION, version);
	plist_put_list(r, ev, PLIST_WORD_PACKAGES, &packages);
	plist_put(r, ev, PLIST_WORD_PROCESS, plist_text_of(p, v, "processName", &ev->arena));
	plist_put(r, ev, PLIST_WORD_CONTENT, plist_text_of(p, v, "contentType", &ev->arena));
	installed(&date, ev);
	return true;
}

const struct plist_kind plist_install_history = { .fits = history_fits, .entry = history_entry };

static bool receipt_fits(struct plist *p, const struct plist_value *root, struct plist_value *ret)
{
	struct plist_value id = plist_find(p, root, "PackageIdentifier");
	struct plist_value date = plist_find(p, root, "InstallDate");

	*ret = *root;
	return id.type != PLIST_NONE && date.type != PLIST_NONE;
}

static bool receipt_entry(struct plist_reader *r, const struct plist_value *v, struct event *ev)
{
	struct plist *p = &r->plist;
	struct slice id = plist_text_of(p, v, "PackageIdentifier", &ev->arena);
	struct slice version = plist_text_of(p, v, "PackageVersion", &ev->arena);
	struct slice location = plist_text_of(p, v, "InstallPrefixPath", &ev->arena);
	struct value *one = arena_array(&ev->arena, 1, sizeof(*one));
	struct plist_value date = plist_find(p, v, "InstallDate");

	plist_put(r, ev, PLIST_WORD_NAME, id);
	plist_put(r, ev, PLIST_WORD_VERSION, version);
	if (one && id.n) {
		*one = value_text_of(id);
		plist_put_value(r, ev, PLIST_WORD_PACKAGES,
				(struct value){ .type = VALUE_LIST, .count = 1, .items = one });
	}
	plist_put(r, ev, PLIST_WORD_PROCESS, plist_text_of(p, v, "InstallProcessName", &ev->arena));
	plist_put(r, ev, PLIST_WORD_LOCATION, location);
	installed(&date, ev);
	return true;
}

const struct plist_kind plist_receipt = { .fits = receipt_fits,
					  .single = true,
					  .entry = receipt_entry };
