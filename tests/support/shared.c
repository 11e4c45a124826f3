/* SPDX-License-Identifier: Apache-2.0 */
#include "shared.h"

#include <stdio.h>
#include <stdlib.h>

void shared_path(char *room, size_t size, const char *name)
{
	const char *shared = getenv("UPRIVER_SHARED"), *root = getenv("UPRIVER_ROOT");

	if (shared)
		snprintf(room, size, "%s/data/%s", shared, name);
	else
		snprintf(room, size, "%s/../shared/data/%s", root ? root : ".", name);
}
