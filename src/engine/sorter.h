/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Sorts lines by time outside memory: gathers up to a budget, writes sorted runs to one unlinked
 * temporary file, merges them at the end. Stable: lines of one moment stay in the order they came,
 * lines without a time come last.
 */
#include "base/err.h"
#include "base/slice.h"

struct sorter;

/* temp_folder must outlive it; NULL: where temporary files go (sys/spool.h). */
struct sorter *sorter_new(const char *temp_folder, size_t budget_bytes);
void sorter_free(struct sorter *s);
/* Copies text. False when a run could not be written. `tie` orders lines of one moment; where it is
 * equal too they stay in the order they came. */
bool sorter_add(struct sorter *s, bool has_time, int64_t ns, uint64_t tie, struct slice text,
		struct err *err);
/* Every line in order; stops when emit gives false. */
bool sorter_finish(struct sorter *s, bool (*emit)(void *ctx, struct slice text), void *ctx,
		   struct err *err);
