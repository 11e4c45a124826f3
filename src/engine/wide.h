/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Text in UTF-16 (Windows writes logs and exports so): readers are given it as UTF-8, and places in
 * that are turned back into places in the file. One for each piece; the piece is the whole file.
 */
#include "base/arena.h"

enum wide_kind { WIDE_NO, WIDE_LITTLE, WIDE_BIG };

/* By its byte order mark, or by zeroes between plain characters. *ret_mark: bytes of the mark. */
enum wide_kind wide_detect(struct slice head, size_t *ret_mark);
/* The beginning of a text as UTF-8 in room (2 KiB are enough for 1,024 units); its length. */
size_t wide_head(enum wide_kind kind, struct slice head, uint8_t *room, size_t room_bytes);

struct wide {
	enum wide_kind kind;
	struct arena arena;
	uint8_t *raw;
	size_t raw_kept, raw_cap;
	uint64_t utf8_total; /* given so far */
	uint64_t utf8_at, file_at; /* the last place turned back: the same one in both */
};

void wide_init(struct wide *w, enum wide_kind kind, size_t mark);
void wide_done(struct wide *w);
/* Where to put n more raw bytes. */
uint8_t *wide_room(struct wide *w, size_t n);
/* The UTF-8 of what is kept and the n bytes put there; half a character waits for the next ones,
 * unless these are the last. Valid until the next call. */
struct slice wide_convert(struct wide *w, size_t n, bool last);
/* The file's place of one in the UTF-8, not before the last one asked for; window is the text that
 * begins at utf8 place `from`. */
uint64_t wide_place(struct wide *w, struct slice window, uint64_t from, uint64_t place);
