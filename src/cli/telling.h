/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* The story of a case in the terminal: what happened in ten sentences at most, each with its record; the first
 * origins with the numbers behind them; how far hosts got; what was not seen; what to do next. Forty lines of eighty
 * columns at most, in the words that may be said (docs/manual/words.md). */
#include "base/buf.h"
#include "store/store.h"

bool telling_text(struct buf *out, struct store *s, const char *path, struct err *err);
