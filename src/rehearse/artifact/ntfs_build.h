/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Files of Windows for exercises and tests, byte by byte: prefetch files and their packing, records of an $MFT,
 * of a change journal. What a test wants damaged it damages in the finished bytes. Texts are ASCII
 * or UTF-8 and become UTF-16LE. Everything is appended to a buffer.
 */
#include "base/buf.h"

/* ---- Xpress Huffman ---- */

/* A stream for xpress_huffman(): greedy matches, real codes; chunks of 64 KiB. */
void xpress_pack(struct buf *out, struct slice plain);

/* ---- prefetch ---- */

struct prefetch_spec {
	uint32_t version;
	bool short_layout; /* version 30: the one with metrics at 296 */
	const char *name;
	uint32_t hash, run_count;
	uint64_t runs[8]; /* FILETIME */
	const char *const *files;
	size_t file_count;
	const char *device; /* of the one volume; NULL: none */
};
void prefetch_build(struct buf *out, const struct prefetch_spec *s);
/* The same as Windows 10 packs it. */
void prefetch_build_packed(struct buf *out, const struct prefetch_spec *s);

/* ---- $MFT ---- */

#define MFT_REFERENCE(entry, sequence) ((uint64_t)(entry) | (uint64_t)(sequence) << 48)

struct mft_build {
	struct buf out;
	size_t record_bytes, at, end; /* at: of the record that is being made; end: of all */
};
void mft_build_init(struct mft_build *b, size_t record_bytes);
/* Record number `entry`; those between are zero. flags: 1 in use, 2 folder. */
void mft_record_begin(struct mft_build *b, uint32_t entry, uint16_t sequence, uint16_t flags,
		      uint64_t base);
void mft_times(struct mft_build *b, const uint64_t times[4]); /* $STANDARD_INFORMATION */
void mft_name(struct mft_build *b, uint64_t parent, const uint64_t times[4], uint8_t space,
	      const char *name);
/* Resident; name NULL: the file's own content. */
void mft_data(struct mft_build *b, const char *name, struct slice content);
/* Somewhere else; first: not a continuation. */
void mft_runs(struct mft_build *b, const char *name, uint64_t bytes, bool first);
void mft_record_end(struct mft_build *b);
/* A whole entry in one record: times all alike. */
void mft_file(struct mft_build *b, uint32_t entry, uint16_t sequence, uint16_t flags,
	      uint64_t parent, const char *name);
/* Records 0 and 5: the file itself with its size, once all others are made, and the root. */
void mft_build_finish(struct mft_build *b);

/* ---- $J ---- */

struct usn_spec {
	unsigned version; /* 2, 3 */
	uint64_t reference, parent, time;
	uint32_t reason, attributes;
	const char *name;
};
/* At the next multiple of 8 that keeps the record within a page; its USN is its place. */
void usn_build(struct buf *out, const struct usn_spec *s);
