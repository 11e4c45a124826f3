/* SPDX-License-Identifier: Apache-2.0 */
#include "input/mft/tree.h"

#include "base/heap.h"
#include "base/utf.h"

#include <stdlib.h>

#define FOLDER_SLOTS_MAX 8192u /* 2 MiB */
#define FOLDER_TEXT 248u
#define DEEP_SLOTS 64u /* of longer paths, which only a few chains of folders can have at once */

/* A folder's path with a backslash behind it, as it was last needed. */
struct mft_folder {
	uint32_t entry; /* + 1; 0: empty */
	uint16_t n;
	uint8_t text[FOLDER_TEXT];
};

struct mft_deep {
	uint32_t entry; /* + 1; 0: empty */
	struct buf text;
};

/* ---- names and parents, one pass ---- */

static void take_name(struct mft_tree *t, struct mft_node *to, uint32_t record,
		      const struct mft_record *r, const struct mft_file_name *f)
{
	uint64_t parent = mft_entry_of(f->parent);

	to->parent = parent < t->count ? (uint32_t)parent : UINT32_MAX;
	to->parent_sequence = mft_sequence_of(f->parent);
	to->name_record = record;
	to->name_at = (uint16_t)(f->name.p - r->bytes.p);
	to->name_units = (uint8_t)(f->name.n / 2);
	to->flags |= MFT_NODE_NAMED;
}

/* The first name that is no short one; attributes are ordered by type. */
static bool find_name(const struct mft_record *r, struct mft_file_name *ret)
{
	struct mft_attribute a;
	size_t at = r->first;
	bool damaged = false;

	while (mft_attribute_next(r, &at, &a, &damaged) && a.type <= MFT_FILE_NAME)
		if (a.type == MFT_FILE_NAME && mft_file_name_read(a.value, ret) &&
		    ret->space != MFT_DOS)
			return true;
	return false;
}

static void read_node(struct mft_tree *t, uint32_t i)
{
	struct mft_node *n = &t->nodes[i];
	struct mft_record r;
	struct mft_file_name f;
	uint64_t base;

	if (mft_record_open(mft_tree_raw(t, i), t->room, &r) != MFT_GOOD)
		return;
	n->sequence = r.sequence;
	n->flags = r.flags & MFT_IN_USE ? MFT_NODE_IN_USE : 0;
	if (r.base == 0) {
		n->flags |= MFT_NODE_RECORD;
		n->parent = UINT32_MAX;
		if (find_name(&r, &f))
			take_name(t, n, i, &r, &f);
		return;
	}
	base = mft_entry_of(r.base);
	n->flags |= MFT_NODE_EXTENSION;
	n->parent = base < t->count ? (uint32_t)base : UINT32_MAX;
	n->parent_sequence = mft_sequence_of(r.base);
}

static uint16_t after(uint16_t sequence)
{
	return sequence == UINT16_MAX ? 1 : (uint16_t)(sequence + 1); /* 0 is never used */
}

static bool is_meant(const struct mft_node *n, uint16_t sequence)
{
	return n->sequence == sequence ||
	       (!(n->flags & MFT_NODE_IN_USE) && n->sequence == after(sequence));
}

/* Extensions to their bases, in the order of their numbers: so from the last one on. */
static void join(struct mft_tree *t, uint32_t i)
{
	struct mft_node *n = &t->nodes[i], *base;
	struct mft_record r;
	struct mft_file_name f;

	if (!(n->flags & MFT_NODE_EXTENSION))
		return;
	base = n->parent == UINT32_MAX ? NULL : &t->nodes[n->parent];
	/* Given back by a file that lives on, it holds what that file had once. */
	if (!base || !(base->flags & MFT_NODE_RECORD) || !is_meant(base, n->parent_sequence) ||
	    ((base->flags & MFT_NODE_IN_USE) && !(n->flags & MFT_NODE_IN_USE))) {
		t->strays++;
		return;
	}
	n->next = base->next;
	base->next = i;
	if ((base->flags & MFT_NODE_NAMED) && base->name_record == n->parent)
		return;
	if (mft_record_open(mft_tree_raw(t, i), t->room, &r) == MFT_GOOD && find_name(&r, &f))
		take_name(t, base, i, &r, &f);
}

void mft_tree_init(struct mft_tree *t, struct slice file, size_t record_bytes)
{
	size_t count = file.n / record_bytes;

	*t = (struct mft_tree){ .file = file, .record_bytes = record_bytes };
	t->count = count < UINT32_MAX - 1 ? (uint32_t)count : UINT32_MAX - 1;
	t->nodes = heap_array(t->count + 1u, sizeof(*t->nodes));
	t->folder_slots = t->count < FOLDER_SLOTS_MAX ? t->count + 1 : FOLDER_SLOTS_MAX;
	t->folders = heap_array(t->folder_slots, sizeof(*t->folders));
	t->deep = heap_array(DEEP_SLOTS, sizeof(*t->deep));
	arena_init(&t->scratch, 0);
	for (uint32_t i = 0; i < t->count; i++)
		read_node(t, i);
	for (uint32_t i = t->count; i-- > 0;)
		join(t, i);
}

void mft_tree_done(struct mft_tree *t)
{
	free(t->nodes);
	free(t->folders);
	for (size_t i = 0; i < DEEP_SLOTS; i++)
		buf_done(&t->deep[i].text);
	free(t->deep);
	free(t->way);
	arena_done(&t->scratch);
}

/* ---- which way is up ---- */

/* The node that a name hangs in; NULL for the root itself and where there is none: then
 * *ret_orphan. */
static struct mft_node *parent_of(struct mft_tree *t, uint32_t parent, uint16_t sequence,
				  bool *ret_orphan)
{
	struct mft_node *n;

	*ret_orphan = false;
	if (parent == MFT_ROOT)
		return NULL;
	n = parent < t->count ? &t->nodes[parent] : NULL;
	if (n && (n->flags & MFT_NODE_RECORD) && (n->flags & MFT_NODE_NAMED) &&
	    is_meant(n, sequence))
		return n;
	*ret_orphan = true;
	return NULL;
}

/* Up from n to the first that is judged, or to the end of the way: then n's units, else 0. */
static struct mft_node *climb(struct mft_tree *t, struct mft_node *n, size_t *ret_steps)
{
	bool orphan;

	for (*ret_steps = 0;; ++*ret_steps) {
		struct mft_node *up = parent_of(t, n->parent, n->parent_sequence, &orphan);

		n->flags |= MFT_NODE_VISITED;
		if (orphan ||
		    (up && (up->flags & MFT_NODE_VISITED) && !(up->flags & MFT_NODE_JUDGED))) {
			n->flags |= MFT_NODE_TOP;
			return n;
		}
		if (!up)
			return n;
		if (up->flags & MFT_NODE_JUDGED) {
			++*ret_steps;
			return up;
		}
		n = up;
	}
}

/* Sets path_units and MFT_NODE_TOP of n and of all above it. */
static void judge(struct mft_tree *t, struct mft_node *n)
{
	struct mft_node *end;
	size_t steps, units;

	if (n->flags & MFT_NODE_JUDGED)
		return;
	end = climb(t, n, &steps);
	if (steps + 1 > t->way_cap) {
		t->way_cap = steps + 64;
		t->way = heap_grow(t->way, t->way_cap * sizeof(*t->way));
	}
	for (size_t i = 0; i <= steps; i++) {
		t->way[i] = (uint32_t)(n - t->nodes);
		if (i < steps)
			n = &t->nodes[n->parent];
	}
	units = end->flags & MFT_NODE_JUDGED ? end->path_units : 0;
	for (size_t i = steps + 1; i-- > 0;) {
		n = &t->nodes[t->way[i]];
		if (n->flags & MFT_NODE_JUDGED)
			continue;
		units += n->name_units + 1u;
		if (units > MFT_PATH_UNITS) {
			n->flags |= MFT_NODE_TOP;
			units = n->name_units + 1u;
		}
		n->path_units = (uint16_t)units;
		n->flags |= MFT_NODE_JUDGED;
	}
}

/* ---- paths ---- */

static void put_name(struct mft_tree *t, struct slice name, struct buf *out)
{
	size_t units = name.n / 2, i;

	buf_reserve(out, units);
	for (i = 0; i < units && name.p[i * 2 + 1] == 0 && name.p[i * 2] < 0x80; i++)
		out->p[out->n + i] = name.p[i * 2];
	if (i == units) {
		out->n += units;
		return;
	}
	arena_reset(&t->scratch);
	buf_put(out, utf16le_to_utf8(&t->scratch, name));
}

static void put_node(struct mft_tree *t, const struct mft_node *n, struct buf *out)
{
	struct slice raw = mft_tree_raw(t, n->name_record), name = { NULL, 0 };
	struct mft_record r;

	if (n->name_at + n->name_units * 2u > 510) { /* where fixups may be inside */
		if (mft_record_open(raw, t->room, &r) == MFT_GOOD)
			raw = r.bytes;
	}
	(void)slice_sub(raw, n->name_at, n->name_units * 2u, &name);
	put_name(t, name, out);
	buf_put_byte(out, '\\');
}

static struct mft_folder *slot_of(const struct mft_tree *t, uint32_t entry)
{
	return &t->folders[entry % t->folder_slots];
}

static struct mft_deep *deep_of(const struct mft_tree *t, uint32_t entry)
{
	return &t->deep[entry % DEEP_SLOTS];
}

/* The folder's path, where it is remembered. */
static bool put_known(const struct mft_tree *t, uint32_t entry, struct buf *out)
{
	const struct mft_folder *f = slot_of(t, entry);
	const struct mft_deep *d = deep_of(t, entry);

	if (f->entry == entry + 1)
		buf_put(out, slice_of(f->text, f->n));
	else if (d->entry == entry + 1)
		buf_put(out, buf_slice(&d->text));
	else
		return false;
	return true;
}

static void remember(const struct mft_tree *t, uint32_t entry, struct slice path)
{
	struct mft_folder *f = slot_of(t, entry);
	struct mft_deep *d = deep_of(t, entry);

	if (path.n > FOLDER_TEXT) {
		d->entry = entry + 1;
		buf_clear(&d->text);
		buf_put(&d->text, path);
		return;
	}
	f->entry = entry + 1;
	f->n = (uint16_t)path.n;
	memcpy(f->text, path.p, path.n);
}

/* A judged folder's path, with a backslash behind it. */
static void put_folder(struct mft_tree *t, uint32_t entry, struct buf *out)
{
	size_t begin = out->n, steps = 0;

	for (uint32_t up = entry; !put_known(t, up, out); up = t->nodes[up].parent) {
		if (steps == t->way_cap) {
			t->way_cap = t->way_cap * 2 + 64;
			t->way = heap_grow(t->way, t->way_cap * sizeof(*t->way));
		}
		t->way[steps++] = up;
		if (t->nodes[up].flags & MFT_NODE_TOP) {
			buf_put_str(out, "$Orphan\\");
			break;
		}
		if (t->nodes[up].parent == MFT_ROOT)
			break;
	}
	if (steps == 0)
		return;
	while (steps-- > 0)
		put_node(t, &t->nodes[t->way[steps]], out);
	remember(t, entry, slice_from(buf_slice(out), begin));
}

void mft_tree_path(struct mft_tree *t, uint64_t parent, struct slice name, struct buf *out)
{
	uint64_t entry = mft_entry_of(parent);
	bool orphan;
	struct mft_node *n = parent_of(t, entry < t->count ? (uint32_t)entry : UINT32_MAX,
				       mft_sequence_of(parent), &orphan);

	if (n) {
		judge(t, n);
		put_folder(t, (uint32_t)(n - t->nodes), out);
	} else if (orphan) {
		buf_put_str(out, "$Orphan\\");
	}
	put_name(t, name, out);
}
