/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * A Windows registry hive ("Windows registry file format specification", M. Suhanov): the keys and
 * values of one file, found by one walk from the root and kept as two flat arrays.
 *
 *   base block, 4096 bytes | bin | bin | ...        a bin is a run of cells
 *   cell   <size 4, negative: in use> <contents>    at multiples of 8, counted from the first bin
 *   nk     a key: flags, time, lists of its subkeys and values, name
 *   lf lh li ri   lists of subkeys; ri is a list of lists, one level only
 *   vk     a value: name, type, size, and its data or where the data lies
 *   db     data of more than 16,344 bytes in segments
 *
 * The walk takes every cell once: what is listed twice, lies outside, is free or claims more bytes
 * than the file has is damage, counted by kind with its first place. So no loop, no shared list and
 * no overlapping cells can make more keys, values or bytes of data than the file holds, and whoever
 * goes through the arrays needs no guard. Deleted keys are not here (carve.h).
 *
 * Owner: whoever has the struct; it borrows the file's bytes. One thread. Cost: about 60 ns a key
 * or value (7 ms for 43,211 keys and 90,307 values in 15 MB); 24 bytes of memory a key, 4 a value, none
 * allocated singly.
 */
#include "base/slice.h"

struct arena;

#define REGF_BASE_BYTES 4096u
#define REGF_NONE UINT32_MAX
#define REGF_DEPTH_MAX 512u /* keys above one that its path names; Windows allows as many */

/* Types of values that are looked at. */
enum {
	REGF_SZ = 1,
	REGF_EXPAND_SZ = 2,
	REGF_BINARY = 3,
	REGF_DWORD = 4,
	REGF_MULTI_SZ = 7,
	REGF_QWORD = 11,
};

/*  id, what is said of it, does it lose keys or values */
#define REGF_DAMAGES(X)                                                                            \
	X(BINS_CUT, "the file ends before its bins do", true)                                      \
	X(BIN, "no bin where one should be", false)                                                \
	X(ROOT, "the root key is not where the base block says", false)                            \
	X(OUTSIDE, "a cell outside the bins", true)                                                \
	X(FREE, "a free cell that is still referred to", true)                                     \
	X(SIZE, "a cell of an impossible size", false)                                             \
	X(KEY, "no key where a list says so", true)                                                \
	X(LIST, "a list of subkeys that is none or is cut off", true)                              \
	X(VALUES, "a list of values that is cut off", true)                                        \
	X(VALUE, "no value where a list says so", true)                                            \
	X(DATA, "data of a value that is not there or is cut off", true)                           \
	X(TWICE, "a cell that is referred to twice", true)                                         \
	X(NUMBER, "fewer or more subkeys than the key says", false)                                 \
	X(OVERLAP, "more bytes claimed by cells than there are", true)

enum regf_damage {
#define X(id, text, lost) REGF_DAMAGE_##id,
	REGF_DAMAGES(X)
#undef X
	REGF_DAMAGE_COUNT
};

struct regf_damaged {
	uint64_t count, first; /* first: offset in the file */
};

struct regf_key {
	uint32_t cell;	 /* of its nk, from the first bin */
	uint32_t parent; /* index; the root's is its own, 0 */
	uint32_t child, children; /* indexes from child on */
	uint32_t value, values;	  /* indexes from value on */
};

struct regf {
	struct slice file, bins;
	uint32_t minor;
	uint32_t bins_bytes; /* as the base block says; what lies behind them is left over */
	struct regf_key *keys; /* breadth first: a parent before its children, those of one together */
	size_t key_count, key_cap;
	uint32_t *values; /* offsets of their vk; the lowest bits are the walk's */
	size_t value_count, value_cap;
	struct regf_damaged damage[REGF_DAMAGE_COUNT];
	uint64_t *seen; /* a bit for each 8 bytes of the bins: a cell begins there and was taken */
	uint64_t claimed; /* bytes of the cells that were taken */
};

/* The base block: the file's first 512 bytes. */
struct regf_base {
	uint32_t seq1, seq2, minor, type, root, bins_bytes, cluster;
	uint64_t time;
	bool sum_fits;
};
#define REGF_TYPE_HIVE 0u /* others are logs: 1 and 2 old, 6 new */

/* False where it is none ("regf" is not there, or it is cut off). */
bool regf_base_read(struct slice file, struct regf_base *ret);
/* The XOR of the first 127 words, never 0 or -1. */
uint32_t regf_base_sum(const uint8_t *base);

/* Reads all of it; what is no hive has no keys. Always to be ended with regf_done. */
void regf_open(struct regf *r, struct slice file);
void regf_done(struct regf *r);
/* How often something was damaged; `lost` alone: so that a key, a value or data is missing. */
uint64_t regf_damages(const struct regf *r, bool lost);
const char *regf_damage_text(enum regf_damage d, bool *ret_lost);

/* A name as it is stored. */
struct regf_name {
	struct slice raw;
	bool wide; /* UTF-16LE, else Latin-1 */
};
/* Is it this ASCII word, in letters of any case? */
bool regf_name_is(struct regf_name name, const char *word);
/* As UTF-8, borrowed where it is plain ASCII; p NULL when out of budget. */
struct slice regf_name_text(struct regf_name name, struct arena *a);

/* All keys are indexes below key_count. */
struct regf_name regf_key_name(const struct regf *r, uint32_t key);
uint64_t regf_key_time(const struct regf *r, uint32_t key); /* last written, FILETIME */
uint64_t regf_key_offset(const struct regf *r, uint32_t key); /* in the file */
/* REGF_NONE where there is none. Words and paths ("Select", "Control\\Lsa") are ASCII in any case;
 * an empty path is the key itself; a key of REGF_NONE has no children. */
uint32_t regf_child(const struct regf *r, uint32_t key, const char *word);
uint32_t regf_find(const struct regf *r, uint32_t key, const char *path);
/* Names from below the root on, with backslashes; cut at the top where it is too deep. */
struct slice regf_key_path(const struct regf *r, uint32_t key, struct arena *a);

struct regf_value {
	uint64_t offset; /* of its vk's cell in the file */
	struct regf_name name;
	uint32_t type, size; /* size: bytes it says it has */
	bool damaged;	     /* its data is not all there */
};
/* All values are indexes below value_count. */
struct regf_value regf_value_at(const struct regf *r, uint32_t value);
uint32_t regf_value_find(const struct regf *r, uint32_t key, const char *word);
/* As much of its data as is there: borrowed, in the arena where it lies in segments. */
struct slice regf_value_data(const struct regf *r, uint32_t value, struct arena *a);
/* Where byte `at` of its data lies in the file. */
uint64_t regf_data_offset(const struct regf *r, uint32_t value, uint64_t at);
struct regf_cell {
	struct slice bytes; /* without the size; to the page's end where that is impossible */
	bool used, odd;	    /* odd: of an impossible size */
};
/* False where no cell can be. For walk.c and carve.c. */
bool regf_cell_at(const struct regf *r, uint32_t at, struct regf_cell *ret);
/* Was the cell at `at`, inside the bins, taken by the walk? */
bool regf_is_seen(const struct regf *r, uint32_t at);
/* What nk and vk have in common: a signature, then at least `fixed` bytes, then a name. */
bool regf_named(struct slice cell, const char *signature, struct regf_name *ret);
