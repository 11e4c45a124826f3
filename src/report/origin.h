/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* An origin of a case as one JSON object of `origins` in `upriver.case/1` (docs/schema/case.json): what it is, the
 * verdict and what it rests on, and the path of the clearest trace. */
#include "case/origin.h"
#include "report/trace.h"

/* all: for ties. */
void report_case_origin(struct buf *out, const struct origins *all, size_t which, report_file_fn *file, void *ctx);
/* The verdict's words: of a gap "unexplained", of what no comparison was made for "lead". */
const char *report_verdict(const struct origin_group *g);
/* "Is it a false positive?": treat as true, unexplained, independent of the build. */
const char *report_answer(const struct weighed *w);
/* Why, in the words that may be said. */
const char *report_verdict_why(const struct origin_group *g);
