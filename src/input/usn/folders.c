/* SPDX-License-Identifier: Apache-2.0 */
#include "input/usn/folders.h"

#include "base/buf.h"
#include "base/heap.h"
#include "base/utf.h"

#include <stdlib.h>

#define ROOT 5u
#define SLOTS_START 1024u

void usn_folders_init(struct usn_folders *f)
{
	f->n = 0;
	f->mask = SLOTS_START - 1;
	f->slots = heap_array(SLOTS_START, sizeof(*f->slots));
}

void usn_folders_done(struct usn_folders *f)
{
	free(f->slots);
}

/* Where it is, or would be. */
static struct usn_folder *slot_of(const struct usn_folders *f, uint64_t reference)
{
	uint64_t h = reference * UINT64_C(0x9e3779b97f4a7c15);

	for (size_t i = (size_t)(h ^ h >> 32) & f->mask;; i = (i + 1) & f->mask) {
		struct usn_folder *s = &f->slots[i];

		if (!s->name.p || s->reference == reference)
			return s;
	}
}

static void grow(struct usn_folders *f)
{
	struct usn_folders larger = { .mask = f->mask * 2 + 1 };

	larger.slots = heap_array(larger.mask + 1, sizeof(*larger.slots));
	for (size_t i = 0; i <= f->mask; i++)
		if (f->slots[i].name.p)
			*slot_of(&larger, f->slots[i].reference) = f->slots[i];
	larger.n = f->n;
	free(f->slots);
	*f = larger;
}

bool usn_folders_put(struct usn_folders *f, uint64_t reference, uint64_t parent, struct slice name,
		     bool first)
{
	struct usn_folder *s = slot_of(f, reference);

	if (s->name.p && first)
		return true;
	if (!s->name.p) {
		if (f->n >= USN_FOLDERS_MAX)
			return false;
		if (f->n * 2 > f->mask) {
			grow(f);
			s = slot_of(f, reference);
		}
		f->n++;
	}
	*s = (struct usn_folder){ reference, parent, name };
	return true;
}

bool usn_folders_path(const struct usn_folders *f, uint64_t parent, struct arena *scratch,
		      struct buf *out)
{
	const struct usn_folder *way[USN_DEPTH_MAX];
	size_t n = 0;

	while ((parent & UINT64_C(0xffffffffffff)) != ROOT) {
		const struct usn_folder *s = slot_of(f, parent);

		if (!s->name.p || n == USN_DEPTH_MAX)
			return false;
		way[n++] = s;
		parent = s->parent;
	}
	while (n-- > 0) {
		buf_put(out, utf16le_to_utf8(scratch, way[n]->name));
		buf_put_byte(out, '\\');
	}
	return true;
}
