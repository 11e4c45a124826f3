/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * One entry of an $MFT put together: its base record and the extensions of that, with the names,
 * times, sizes and streams in them. Reused from entry to entry; slices borrow from the file or from
 * the entry's arena.
 */
#include "base/arena.h"
#include "event/value.h"
#include "input/mft/tree.h"
#include "input/mft/zone.h"

#define MFT_NAMES_MAX 1024u  /* NTFS allows as many hard links */
#define MFT_STREAMS_MAX 256u /* listed of one entry */
#define MFT_EXTENSIONS_MAX 4096u
#define MFT_CONTENT_MAX 1024u /* bytes of a resident stream that are shown */

struct mft_entry {
	struct arena arena;
	uint32_t number;
	uint16_t sequence, flags;
	bool torn;	      /* sectors of different writes */
	bool damaged;	      /* attributes that could not be read */
	bool cut;	      /* more than is kept */
	const uint8_t *times; /* of $STANDARD_INFORMATION, as in struct mft_file_name; or NULL */
	uint64_t size;	      /* of the unnamed $DATA */
	struct zone zone;
	struct mft_file_name *names;
	size_t name_count, name_cap;
	struct value *streams; /* an object each: name, size, content */
	size_t stream_count, stream_cap;
};

void mft_entry_init(struct mft_entry *e);
void mft_entry_done(struct mft_entry *e);
/* The entry whose base record is `number`. */
void mft_entry_read(struct mft_entry *e, const struct mft_tree *t, uint32_t number);
