/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Which names are one machine. Products name a machine by a number of their own (aid, DeviceId, agent.uuid), by
 * its short name or by its full one:
 *   - a number stands for the one name that records give together with it; where they give several, two
 *     machines share the number (clones of one image) or it was renamed, and nothing is merged;
 *   - a short name (also DOMAIN\NAME) is the full name that begins with it, where there is just one;
 *   - an address (what a sensor on the network calls a machine) is the one host that records give it to, where they do
 *     over about the time in which the sensor saw it: where they give it to several, leases changed, and nothing is merged.
 * Never more: two full names are two machines. Owner: the struct. One thread.
 */
#include "base/map.h"

struct hosts {
	struct map names;    /* folded -> index in spelled */
	struct slice *spelled;
	size_t n, cap;
	struct map numbers;  /* folded number -> index + 1 of the one name, or SEVERAL */
	struct map addresses; /* folded address -> index + 1 into leases, or SEVERAL */
	struct host_lease {
		uint32_t name, next; /* next: index + 1 */
		int64_t first_ns, last_ns; /* of such records; first > last: none has a time */
	} *leases;
	struct map spans_of; /* folded address -> index in spans: when a sensor saw it */
	struct host_span {
		int64_t first_ns, last_ns;
	} *spans;
	size_t span_count, span_cap;
	size_t lease_count, lease_cap;
	struct arena arena;
};

void hosts_init(struct hosts *h);
void hosts_done(struct hosts *h);
/* number: n 0 when the record has none. Beyond LIMIT_HOSTS nothing more is noted. */
void hosts_note(struct hosts *h, struct slice name, struct slice number);
/* This name's own address, as its records say at a moment; ns INT64_MIN: at no moment. */
void hosts_address(struct hosts *h, struct slice name, struct slice address, int64_t ns);
/* Records under this name, which may be an address, lie from first to last. */
void hosts_span(struct hosts *h, struct slice name, int64_t first_ns, int64_t last_ns);
/* Calls with each name that is another's; stops, and gives false, when call does. */
bool hosts_merge(struct hosts *h, bool (*call)(void *ctx, struct slice from, struct slice to, const char *why),
		 void *ctx);
