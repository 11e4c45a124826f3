/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* The truth of an exercise, from the model: docs/schema/rehearse-truth.json. */
#include "rehearse/model.h"

/* One machine: one entry for each of its lives. */
void truth_host(const struct host *h, struct buf *out);
/* The whole; x->truth_hosts is filled. */
void exercise_truth(struct exercise *x, struct buf *out);
