/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Transaction logs of a hive, for tests: what lies between two states of its file. */
#include "base/buf.h"

/* A new log (type 6): base block, an entry for each page of 4096 bytes that differs, numbered from `seq`. */
void hive_log(struct buf *out, struct slice before, struct slice after, uint32_t seq);
/* An old one (type 1): a bit and 512 bytes for each sector that differs. */
void hive_log_old(struct buf *out, struct slice before, struct slice after);
