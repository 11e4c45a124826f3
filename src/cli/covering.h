/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Coverage in a case: judged once, when everything is read (case/verdict.h), and told by `show
 * --coverage`: a picture in 80 columns, or `upriver.coverage/1`. */
#include "base/buf.h"
#include "cli/options.h"
#include "engine/survey.h"
#include "store/store.h"

/* Every source of every host, from the coverage rows in the store and what the survey gathered. */
bool covering_judge(struct store *store, struct survey *survey, const struct cli_options *o,
		    struct err *err);
/* Whether the case was judged with the same --complete. */
bool covering_same(struct store *store, const struct cli_options *o);
bool covering_text(struct buf *out, struct store *s, const char *path, struct err *err);
bool covering_json(struct buf *out, struct store *s, const char *path, struct err *err);
