/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Where results go: standard output, or a file that appears under its name only when it is whole
 * (temporary file beside it, fsync, rename). What is there already and is no plain file (/dev/null, a
 * pipe) is written to as it stands. And messages to standard error.
 */
#include "base/buf.h"
#include "base/err.h"
#include "cli/options.h"

struct output {
	const char *path; /* NULL: standard output */
	char *temporary;
	int fd;
	struct buf pending;
	int error;   /* errno of the write that failed */
	bool broken; /* the reader of a pipe is gone, or the disk is full: nothing more is written */
};

bool output_open(struct output *o, const char *path, struct err *err);
/* False when nothing more can be written; a broken pipe is no error. */
bool output_put(struct output *o, struct slice s);
/* Everything to its place. False with err when it could not be written. */
bool output_close(struct output *o, struct err *err);
/* Leaves nothing behind. */
void output_abort(struct output *o);

/* The s of so many things. */
static inline const char *plural(uint64_t n)
{
	return n == 1 ? "" : "s";
}

/* "upriver: ..." on standard error; warnings not under -q. */
void say_error(const char *format, ...) __attribute__((format(printf, 1, 2)));
void say_warning(const struct cli_options *o, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
/* One line for a part of the evidence that was not read, or an assumption. */
void say_note(const struct cli_options *o, const struct engine_note *n);
