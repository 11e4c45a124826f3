/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * What went wrong, where, and why: set once, where it happens, and passed up unchanged.
 * Library rooms return bool and fill the err given as last parameter; only cli prints.
 */
#include <stdbool.h>
#include <stdint.h>

enum err_code {
	ERR_NONE = 0,
	ERR_FORMAT, /* the bytes are not what the format says */
	ERR_LIMIT,  /* a budget (limits.h) is spent */
	ERR_SYSTEM, /* the operating system said no; why names the call and the reason */
	ERR_USAGE,  /* the user asked for something that cannot be */
	ERR_HELD,  /* a file is held by another run, or belongs to another version */
};

struct err {
	enum err_code code;
	uint64_t at;   /* byte offset where that makes sense, else 0 */
	char why[240]; /* one line, no trailing full stop or newline */
};

/* Always false, so that a failing function can return it. err may be NULL. */
bool err_set(struct err *err, enum err_code code, uint64_t at, const char *format, ...)
	__attribute__((format(printf, 4, 5)));
/* The same, with ": " and the text of errno behind it, as ERR_SYSTEM. */
bool err_errno(struct err *err, const char *format, ...) __attribute__((format(printf, 2, 3)));
