/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* The activities that a case holds, as lines of a timeline. */
#include "cli/options.h"
#include "engine/timeline.h"
#include "store/store.h"

/* Calls for each that the options ask for, host by host, as they were recorded. Damaged blocks are left
 * out and said. False with err when the case cannot be read, or (err as call left it) when call is false. */
bool activities_of(const char *path, const struct cli_options *o, const struct timeline_options *wanted,
		   bool (*call)(void *ctx, const struct timeline_line *line), void *ctx, struct err *err);
