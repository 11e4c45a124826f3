/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* One line on stderr, rewritten: bytes, events a second, time left. The only thing that a room
 * other than cli prints, since only the pipeline knows when. */
#include "engine/engine.h"

struct progress {
	bool on;
	double start, last;
};

double progress_now(void); /* seconds of a monotonic clock */
void progress_init(struct progress *p, enum engine_progress when);
void progress_show(struct progress *p, uint64_t bytes, uint64_t of_bytes, uint64_t events);
void progress_end(struct progress *p);
