/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Keys and values that no list names any more: deleted ones in free cells, and those in use whose list is
 * damaged. Only where the user asks for slack space (--carve), as events of their own kind. */
#include "input/hive/hive.h"

void carve_find(struct hive *h);
