/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * What readers of text have in common: the window, how far it is done with, and the count of records.
 * A struct frame is the *first member* of a reader's struct input; then the functions here stand in
 * its struct input_format as they are, and frame_line() gives its lines. Owned by the reader; one
 * thread.
 */
#include "input/input.h"

struct translator;

struct frame {
	struct input_env env;
	struct translator *translator;
	struct input_window w;
	size_t at;	 /* in w.bytes: what is before is done with */
	uint64_t record; /* of this piece so far */
	bool skipping;	 /* in the rest of a line that is too long */
	bool told;	 /* that something is no record */
};

/* A reader's state of so many bytes: zero but for its frame. */
struct input *frame_open(size_t bytes, const struct input_env *env);
/* Frees it all; what a reader owns besides it frees before. NULL is fine. */
void frame_close(struct input *in);
void frame_window(struct input *in, const struct input_window *w);
size_t frame_consumed(const struct input *in);
uint64_t frame_records(const struct input *in);

/* The next line without its end (a \r before \n is part of that), and its offset in the file. One
 * longer than LIMIT_LINE_BYTES is told and skipped. False: frame_end() says what next() gives. */
bool frame_line(struct frame *f, struct slice *ret, uint64_t *ret_offset);
/* The next paragraph, empty lines before it left out: up to behind an empty line, or to a line that
 * begins with `begin` (none where that is empty). One longer than LIMIT_LINE_BYTES is cut there. */
bool frame_paragraph(struct frame *f, struct slice begin, struct slice *ret);
static inline enum input_step frame_end(const struct frame *f)
{
	return f->w.final ? INPUT_END : INPUT_MORE;
}

/* What is left of the window, and the offset in the file of its first byte. */
static inline struct slice frame_rest(const struct frame *f)
{
	return slice_from(f->w.bytes, f->at);
}
static inline uint64_t frame_offset(const struct frame *f)
{
	return f->w.offset + f->at;
}
/* The offset in the file of a byte of the window. */
static inline uint64_t frame_place(const struct frame *f, const uint8_t *p)
{
	return f->w.offset + (uint64_t)(p - f->w.bytes.p);
}

/* A note, once: "line 7 is no checksum", of the record that is counted. */
void frame_tell(struct frame *f, uint64_t offset, const char *unit, const char *what);

/* An event with its fields in place is told: where it stands, whose it is, what its dialect says. The
 * record is the frame's count. ev->time stays as the reader set it; without one time_kind is NULL. */
void frame_give(struct frame *f, const char *kind, const char *time_kind, uint64_t offset,
		struct event *ev);
