/* SPDX-License-Identifier: Apache-2.0 */
/* Real logs from beside the project, whole, cut and flipped; skipped where they are not there. */
#include "test.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/rng.h"
#include "guard.h"
#include "input/formats.h"
#include "shared.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

static struct names names;
static struct arena arena;

static void on_note(void *ctx, uint64_t offset, bool lost, const char *why)
{
	unsigned *count = ctx;

	(void)offset, (void)why;
	*count += lost;
}

struct counts {
	size_t events, fields, damaged;
	unsigned lost;
};

static struct counts read_all(struct slice text, bool carve)
{
	struct counts c = { 0 };
	struct input_env env = { .names = &names, .note = on_note, .note_ctx = &c.lost, .carve = carve };
	struct input *in = input_evtx.open(&env);
	struct guard g = guard_copy(text, 64);
	struct input_window w = { .bytes = g.bytes, .offset = 0, .file_bytes = text.n, .final = true };
	struct event ev;

	event_init(&ev, &names);
	input_evtx.window(in, &w);
	while (input_evtx.next(in, &ev) == INPUT_EVENT) {
		c.events++;
		c.fields += ev.n;
		c.damaged += ev.damaged;
		for (uint32_t i = 0; i < ev.n; i++)
			(void)event_text(&ev, &ev.fields[i]);
	}
	event_done(&ev);
	guard_done(&g);
	input_evtx.close(in);
	return c;
}

/* A file of the shared data, or p NULL when it is not there. */
static struct slice sample(const char *name)
{
	char path[4096];
	struct buf text = { 0 };
	ssize_t n = 1;

	shared_path(path, sizeof(path), name);
	int fd = open(path, O_RDONLY);

	while (fd >= 0 && n > 0) {
		buf_reserve(&text, 1 << 16);
		n = read(fd, text.p + text.n, 1 << 16);
		text.n += n > 0 ? (size_t)n : 0;
	}
	if (fd >= 0)
		close(fd);
	else
		print_message("skipped: %s is not there\n", path);
	struct slice kept = fd >= 0 ? arena_keep(&arena, buf_slice(&text)) : slice_of(NULL, 0);

	buf_done(&text);
	return kept;
}

static void records_are_counted_as_they_are(void **state)
{
	static const struct {
		const char *name;
		size_t events;
	} files[] = { { "evtx/odd/security.evtx", 2261 },
		      { "evtx/odd/new-user-security.evtx", 4 },
		      { "evtx/odd/Application_no_crc32.evtx", 17 },
		      { "evtx/odd/MSExchange_Management_wec.evtx", 0 } };

	(void)state;
	for (size_t i = 0; i < sizeof(files) / sizeof(*files); i++) {
		struct slice s = sample(files[i].name);

		if (!s.p)
			skip();
		struct counts c = read_all(s, false);

		if (files[i].events)
			assert_int_equal(c.events, files[i].events);
		assert_true(c.events > 0 && c.fields > c.events * 10);
		assert_int_equal(c.damaged, 0);
	}
}

static void every_prefix_and_flip_is_survived(void **state)
{
	struct slice s = sample("evtx/odd/new-user-security.evtx");
	uint8_t *copy;
	struct rng rng = { 11 };

	(void)state;
	if (!s.p)
		skip();
	for (size_t n = 4096; n < s.n; n += n < 6000 ? 1 : 997)
		(void)read_all(slice_head(s, n), n & 1);
	copy = malloc(s.n);
	assert_non_null(copy);
	for (int round = 0; round < 3000; round++) {
		memcpy(copy, s.p, s.n);
		/* The first records and the chunk's header, mostly. */
		for (uint64_t k = 0; k <= rng_below(&rng, 12); k++)
			copy[4096 + rng_below(&rng, round & 1 ? 8192 : s.n - 4096)] ^=
				(uint8_t)(1u << rng_below(&rng, 8));
		(void)read_all(slice_of(copy, s.n), round & 1);
	}
	free(copy);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(records_are_counted_as_they_are),
		cmocka_unit_test(every_prefix_and_flip_is_survived),
	};

	names_init(&names);
	arena_init(&arena, 0);
	int failed = RUN(tests);

	names_done(&names);
	arena_done(&arena);
	return failed;
}
