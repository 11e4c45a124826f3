/* SPDX-License-Identifier: Apache-2.0 */
/* A hive, and where another "regf" stands behind it at a multiple of 512, its log; anything else is an
 * application compatibility cache. With slack where the size is odd. */
#include "fuzz_input.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static size_t log_at(struct slice all)
{
	struct slice magic = SLICE("regf");

	for (size_t at = 4096; at < all.n; at += 512)
		if (slice_starts(slice_from(all, at), magic))
			return at;
	return all.n;
}

static void read_hive(struct slice file, struct slice log, bool carve)
{
	struct names names;
	struct event ev;
	struct input_env env = { .names = &names, .carve = carve, .path = SLICE("C/Users/a/NTUSER.DAT") };
	struct input_window w = { .bytes = file, .file_bytes = file.n, .final = true, .beside = { log } };

	names_init(&names);
	event_init(&ev, &names);
	struct input *in = input_hive.open(&env);

	input_hive.window(in, &w);
	while (input_hive.next(in, &ev) == INPUT_EVENT)
		for (uint32_t i = 0; i < ev.n; i++)
			(void)event_text(&ev, &ev.fields[i]);
	input_hive.close(in);
	event_done(&ev);
	names_done(&names);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice all = slice_of(data, size), magic = SLICE("regf");
	size_t at = log_at(all);

	if (!slice_starts(all, magic)) {
		fuzz_read(&input_shimcache, all);
		return 0;
	}
	uint8_t *copy = heap_new(at + 64);

	memcpy(copy, data, at);
	read_hive(slice_of(copy, at), slice_from(all, at), size & 1);
	free(copy);
	return 0;
}
