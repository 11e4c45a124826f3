/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* A case told: as text in 80 columns, or as one JSON document (`upriver.case/1`). What the words
 * may say, and may not, stands in docs/manual/case.md. */
#include "base/buf.h"
#include "store/store.h"

bool story_text(struct buf *out, struct store *s, const char *path, struct err *err);
bool story_json(struct buf *out, struct store *s, const char *path, struct err *err);
