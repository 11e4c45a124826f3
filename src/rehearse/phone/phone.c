/* SPDX-License-Identifier: Apache-2.0 */
#include "rehearse/phone/fleet.h"

#include <stdio.h>
#include <stdlib.h>

void rehearse_host(const struct rehearse_options *o, uint64_t i, struct buf *out)
{
	struct machine m = { .o = o, .index = i, .story = story_of(o, i) };
	struct fleet_processes f;

	m.rng.state = o->seed;
	m.rng.state = rng_next(&m.rng) + i;
	rehearse_host_name(i, m.name);
	snprintf(m.user, sizeof(m.user), "user%02u", (unsigned)(i % 10000) + 1);
	snprintf(m.address, sizeof(m.address), "198.51.100.%u", (unsigned)(i % 200) + 40);
	fleet_start(&m, &f);
	fleet_administrator(&m, &f);
	fleet_neighbour(&m, &f);
	fleet_product(&m, &f);
	while (m.n < o->events_per_host)
		fleet_ordinary(&m, &f);
	record_sort(&m, out);
	free(m.records);
	buf_done(&m.text);
}
