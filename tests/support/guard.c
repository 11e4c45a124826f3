/* SPDX-License-Identifier: Apache-2.0 */
#include "guard.h"

#include <stdlib.h>
#include <sys/mman.h>

#define PAGE ((size_t)4096)

struct guard guard_copy(struct slice s, size_t behind)
{
	size_t room = (s.n + behind + PAGE - 1) / PAGE * PAGE;
	struct guard g = { .size = room + PAGE };

	g.map = mmap(NULL, g.size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (g.map == MAP_FAILED || mprotect(g.map + room, PAGE, PROT_NONE) != 0)
		abort();
	uint8_t *at = g.map + room - behind - s.n;

	if (s.n)
		memcpy(at, s.p, s.n);
	g.bytes = slice_of(at, s.n);
	return g;
}

void guard_done(struct guard *g)
{
	munmap(g->map, g->size);
	*g = (struct guard){ 0 };
}
