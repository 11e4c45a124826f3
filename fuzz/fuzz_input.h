/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* One input through one reader, as the engine does it: a copy with 64 bytes behind it, every field
 * rendered. */
#include "base/heap.h"
#include "input/formats.h"

#include <stdlib.h>

/* beside: two files that belong to it, or NULL. */
static inline void fuzz_read_beside(const struct input_format *f, struct slice bytes, const struct slice *beside)
{
	struct names names;
	struct event ev;
	uint8_t *copy = heap_new(bytes.n + 64);
	struct input_env env = { .names = &names, .carve = bytes.n & 1 };
	struct input_window w = { .bytes = slice_of(copy, bytes.n), .file_bytes = bytes.n, .final = true };

	for (size_t i = 0; beside && i < 2; i++)
		w.beside[i] = beside[i];

	if (bytes.n)
		memcpy(copy, bytes.p, bytes.n);
	names_init(&names);
	event_init(&ev, &names);
	struct input *in = f->open(&env);

	f->window(in, &w);
	while (f->next(in, &ev) == INPUT_EVENT)
		for (uint32_t i = 0; i < ev.n; i++)
			(void)event_text(&ev, &ev.fields[i]);
	f->close(in);
	event_done(&ev);
	names_done(&names);
	free(copy);
}

static inline void fuzz_read(const struct input_format *f, struct slice bytes)
{
	fuzz_read_beside(f, bytes, NULL);
}
