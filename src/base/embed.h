/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Files that are part of the program, as tools/embed.py lays them out: for each its name, NUL, its
 * length in decimal, NUL, its bytes, NUL. Borrowed from the blob. */
#include "base/slice.h"

/* The next file of *blob, which moves past it. False at the end, and for a blob that is none. */
bool embed_next(struct slice *blob, struct slice *ret_name, struct slice *ret_text);
