/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * The corpora beside the project, which no test may depend on: what needs one skips where it is not.
 */
#include <stddef.h>

/* data/<name> below $UPRIVER_SHARED, else below ../shared beside $UPRIVER_ROOT. */
void shared_path(char *room, size_t size, const char *name);
