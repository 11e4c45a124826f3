/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Readers: bytes in, events out. A reader knows no files, processes or threads: the engine gives
 * it windows of bytes and asks for events until it wants more. Every format has a folder and one
 * line in the table of input.c; docs/how-to/add-an-input.md walks through one.
 *
 * Whoever calls:
 *   in = format->open(&env);
 *   format->window(in, &w)                       // bytes, their offset, whether more follow
 *   while ((step = format->next(in, &ev)) == INPUT_EVENT)
 *           use ev
 *   // INPUT_MORE: format->consumed(in) bytes of the window are done with; the next window starts
 *   // there (its bytes are moved or read again) and is longer, or `final`
 *   // INPUT_END: after the final window
 *   format->close(in)
 *
 * Bytes that cannot be read become notes (offset, reason) and reading goes on at the next safe
 * place. A reader never fails as a whole: a file that is nothing but damage gives only notes.
 * Events borrow from the window and from ev->arena.
 */
#include "event/event.h"

struct input; /* a format's own state */
struct dialects;

/* How a file of this format may be cut into pieces that different workers read. */
enum input_cut {
	INPUT_CUT_NONE,	  /* one after the other, in windows */
	INPUT_CUT_LINES,  /* anywhere behind a newline; the engine aligns */
	INPUT_CUT_CHUNKS, /* at cut_header + k * cut_bytes */
	INPUT_WHOLE,	  /* one window with the whole file, always (random access): mapped, not copied */
};

enum input_step {
	INPUT_EVENT,
	INPUT_MORE,
	INPUT_END,
};

/* Files that belong to one and stand beside it: a hive's logs, a database's journal. */
#define INPUT_BESIDE 3u

struct input_window {
	struct slice bytes;  /* 64 readable bytes lie behind its end */
	uint64_t offset;     /* of its first byte in the innermost file */
	uint64_t file_bytes; /* size of the innermost file, for plausibility; UINT64_MAX unknown */
	bool final;	     /* the piece ends with this window */
	struct slice beside[INPUT_BESIDE]; /* INPUT_WHOLE: by input_format.beside; p NULL where absent */
};

struct input_env {
	const struct names *names;
	const struct dialects *dialects;
	int64_t modified; /* when the file was last written, seconds since 1970; 0: not known */
	struct slice path; /* of the innermost file as found, with '/' (its last KiB): for profiles' and
			    * users' names, never for what the format is */
	struct slice host; /* of records that name none: whose collection this is; p NULL not known */
	bool carve; /* also look for records in slack space */
	/* Damage, or an assumption that was made: one line, no trailing newline. `lost` says that
	 * something was not read (exit status 3); otherwise it is only worth knowing. */
	void (*note)(void *ctx, uint64_t offset, bool lost, const char *why);
	void *note_ctx;
};

struct input_format {
	const char *name; /* "evtx": also the kind of its events unless they say otherwise */
	enum input_cut cut;
	uint64_t cut_header, cut_bytes; /* INPUT_CUT_CHUNKS */
	/* Endings of the names of files that are read with this one (INPUT_WHOLE), any case: ".LOG1".
	 * Alone, such a file is the same format's to recognise and to give nothing for. */
	const char *beside[INPUT_BESIDE];
	/* How sure the format is from the first bytes (up to 4 KiB) and the size: 0 no, 100 yes. The
	 * highest bid wins, the first in the table where they are equal. */
	unsigned (*probe)(struct slice head, uint64_t file_bytes);
	/* NULL but for what has no sign of its own (a shell's history is lines of any text): a bid that
	 * also knows the last part of the file's name. It still looks at the bytes, and bids below what
	 * content alone is sure of (under 60). */
	unsigned (*probe_named)(struct slice name, struct slice head, uint64_t file_bytes);
	struct input *(*open)(const struct input_env *env);
	void (*window)(struct input *in, const struct input_window *w);
	enum input_step (*next)(struct input *in, struct event *ev);
	size_t (*consumed)(const struct input *in);
	/* Records of this piece so far, where pointers count them (record_counted); else NULL. */
	uint64_t (*records)(const struct input *in);
	void (*close)(struct input *in); /* NULL is fine */
};

/* printf into one note. */
void input_note(const struct input_env *env, uint64_t offset, bool lost, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

/* Read line by line or as a stream of characters: also from UTF-16, which the engine converts. */
static inline bool input_is_text(const struct input_format *f)
{
	return f->cut == INPUT_CUT_LINES || f->cut == INPUT_CUT_NONE;
}

/* The formats, in order; ends with NULL. */
extern const struct input_format *const input_formats[];
/* The one that bids highest, or NULL when nobody does. */
const struct input_format *input_detect(struct slice head, uint64_t file_bytes);
/* The same for a file that is called so (a path is fine). */
const struct input_format *input_detect_named(struct slice path, struct slice head,
					      uint64_t file_bytes);
/* Behind the last '/'. */
static inline struct slice input_last_part(struct slice path)
{
	size_t at = path.n;

	while (at && path.p[at - 1] != '/')
		at--;
	return slice_from(path, at);
}
