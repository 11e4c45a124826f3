/* SPDX-License-Identifier: Apache-2.0 */
/* $MFT: every file that is known to lie on the drive, its folders, and the marks of where downloads came
 * from. Removed files keep their entry until another one takes it. */
#include "base/heap.h"
#include "rehearse/act.h"
#include "rehearse/artifact/ntfs_build.h"
#include "rehearse/forms/kape.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ROOT_ENTRY 5u
#define FIRST_ENTRY 64u /* those before are the file system's */
#define DEEPEST 24u

struct folder {
	struct slice path; /* "\Windows\System32" */
	uint32_t entry;
};

struct table {
	struct kape *k;
	struct mft_build b;
	struct folder *folders;
	size_t count, cap;
	uint32_t next;
};

static uint64_t reference(uint32_t entry)
{
	return MFT_REFERENCE(entry, entry == ROOT_ENTRY ? ROOT_ENTRY : 1);
}

static const char *name_of(struct table *t, struct slice path)
{
	size_t at = path.n;

	while (at > 0 && path.p[at - 1] != '\\')
		at--;
	return host_text(t->k->c.h, "%.*s", (int)(path.n - at), (const char *)path.p + at);
}

static struct slice parent_of(struct slice path)
{
	size_t at = path.n;

	while (at > 0 && path.p[at - 1] != '\\')
		at--;
	return slice_head(path, at ? at - 1 : 0);
}

static uint32_t folder_known(const struct table *t, struct slice path)
{
	if (!path.n)
		return ROOT_ENTRY;
	for (size_t i = 0; i < t->count; i++)
		if (slice_eq_nocase(t->folders[i].path, path))
			return t->folders[i].entry;
	return 0;
}

static void add_folder(struct table *t, struct slice path, uint32_t parent)
{
	uint64_t made = collected_filetime(t->k->c.h->x->start - 400 * DAY);
	const uint64_t times[4] = { made, made, made, made };

	mft_record_begin(&t->b, t->next, 1, 3, 0);
	mft_times(&t->b, times);
	mft_name(&t->b, reference(parent), times, 1, name_of(t, path));
	mft_record_end(&t->b);
	t->folders = heap_room(t->folders, t->count, &t->cap, sizeof(*t->folders));
	t->folders[t->count++] = (struct folder){ path, t->next++ };
}

/* The folder's entry, made with those above it that lack: from the top downwards. */
static uint32_t folder_of(struct table *t, struct slice path)
{
	struct slice lacking[DEEPEST];
	size_t n = 0;
	uint32_t parent;

	while (!(parent = folder_known(t, path)) && n < DEEPEST) {
		lacking[n++] = path;
		path = parent_of(path);
	}
	while (n-- > 0) {
		add_folder(t, lacking[n], parent);
		parent = folder_known(t, lacking[n]);
	}
	return parent;
}

static void add_file(struct table *t, const struct collected_file *f)
{
	const char *path = kape_behind_drive(f->path);
	uint64_t created = collected_filetime(f->created), changed = collected_filetime(f->changed);
	const uint64_t times[4] = { created, changed, changed, changed };
	const uint64_t named[4] = { created, created, created, created };
	struct buf zone = { 0 };
	uint32_t parent;

	if (!path)
		return;
	parent = folder_of(t, parent_of(slice_str(path)));
	mft_record_begin(&t->b, t->next++, f->gone ? 2 : 1, f->gone ? 0 : 1, 0);
	mft_times(&t->b, times);
	mft_name(&t->b, reference(parent), named, 1, name_of(t, slice_str(path)));
	mft_runs(&t->b, NULL, collected_size(&t->k->c, f->image, f->path), true);
	if (f->url) {
		buf_printf(&zone, "[ZoneTransfer]\r\nZoneId=3\r\nReferrerUrl=%s\r\nHostUrl=%s\r\n", f->referrer, f->url);
		mft_data(&t->b, "Zone.Identifier", buf_slice(&zone));
	}
	mft_record_end(&t->b);
	buf_done(&zone);
}

void kape_put_mft(struct kape *k)
{
	struct table t = { .k = k, .next = FIRST_ENTRY };

	mft_build_init(&t.b, 1024);
	for (size_t i = 0; i < k->c.file_count; i++)
		add_file(&t, &k->c.files[i]);
	mft_build_finish(&t.b);
	free(t.folders);
	kape_put(k, "$MFT", &t.b.out);
}
