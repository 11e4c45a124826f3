/* SPDX-License-Identifier: Apache-2.0 */
/* The pipeline over one file of lines: order, cuts, and workers that die or lie. */
#include "test.h"

#include "base/cursor.h"
#include "engine/engine.h"
#include "engine/wire.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define MESSAGE_NUMBER ENGINE_MESSAGE_FIRST
#define LINES_MAX 2000
#define PIECE 4096

enum trick {
	TRICK_NONE,
	TRICK_KILL,
	TRICK_ABORT,
	TRICK_EXIT,
	TRICK_LONG,	 /* a message that says it is larger than any may be */
	TRICK_SHORT_DONE, /* the end of a piece, cut off */
	TRICK_EARLY_DONE, /* the end of a piece in its middle, and then more */
};

/* What workers share, and what comes back. */
struct trial {
	enum trick trick;
	uint32_t victim; /* at this line's number the trick is played */
	uint32_t name;
	/* the parent's */
	uint32_t seen[LINES_MAX];
	uint32_t last, disordered, notes, lost;
	uint64_t lost_at;
	char why[200];
};

static char path[] = "/tmp/upriver-engine-XXXXXX";
static struct names names;
static size_t line_bytes;

static void *worker_new(void *shared)
{
	return shared;
}

static void play(const struct trial *t, struct buf *out)
{
	switch (t->trick) {
	case TRICK_KILL:
		raise(SIGKILL);
		break;
	case TRICK_ABORT:
		signal(SIGABRT, SIG_DFL);
		abort();
	case TRICK_EXIT:
		_exit(0);
	case TRICK_LONG:
		buf_put_u8(out, MESSAGE_NUMBER);
		buf_put_le32(out, UINT32_MAX);
		break;
	case TRICK_SHORT_DONE:
		buf_put_u8(out, WIRE_DONE);
		buf_put_le32(out, 3);
		buf_put_str(out, "abc");
		break;
	case TRICK_EARLY_DONE:
		wire_done(out, 1, 1, 1);
		break;
	case TRICK_NONE:
		break;
	}
}

static void worker_event(void *worker, struct event *ev, struct buf *out)
{
	const struct trial *t = worker;
	struct slice text = event_text_of(ev, t->name);
	uint64_t n = UINT64_MAX;

	slice_to_u64(text, &n);
	if (t->trick != TRICK_NONE && n == t->victim)
		play(t, out);
	engine_message(out, MESSAGE_NUMBER, text);
}

static void result(void *ctx, const struct engine_file *file, uint64_t record_base, uint8_t type,
		   struct slice payload)
{
	struct trial *t = ctx;
	uint64_t n;

	(void)file, (void)record_base;
	if (type != MESSAGE_NUMBER || !slice_to_u64(payload, &n) || n >= LINES_MAX)
		return;
	t->seen[n]++;
	t->disordered += n < t->last;
	t->last = (uint32_t)n;
}

static void note(void *ctx, const struct engine_note *n)
{
	struct trial *t = ctx;

	t->notes++;
	t->lost += n->lost;
	assert_slice(n->file, path);
	if (n->lost) {
		t->lost_at = n->offset;
		snprintf(t->why, sizeof(t->why), "%.*s", (int)n->reason.n, (const char *)n->reason.p);
	}
}

static void write_lines(size_t count)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	for (size_t i = 0; i < count; i++)
		fprintf(f, "{\"Channel\":\"Test\",\"number\":\"%04zu\"}\n", i);
	line_bytes = (size_t)ftell(f) / count;
	fclose(f);
}

static struct engine_totals run(struct trial *t, uint64_t piece_bytes, unsigned threads)
{
	const char *evidence[] = { path };
	struct engine_options options = { .piece_bytes = piece_bytes,
					  .threads = threads,
					  .progress = PROGRESS_NEVER,
					  .names = &names };
	struct engine_analysis analysis = { .shared = t,
					    .worker_new = worker_new,
					    .worker_event = worker_event,
					    .result = result,
					    .note = note,
					    .ctx = t };
	struct engine_totals totals = { 0 };
	struct err err = { 0 };

	assert_true(engine_run(evidence, 1, &options, &analysis, &totals, &err));
	return totals;
}

static void every_cut_gives_every_record_once_and_in_order(void **state)
{
	(void)state;
	write_lines(40);
	for (uint64_t piece = 1; piece < 40 * line_bytes + 40; piece += piece < 80 ? 1 : 37) {
		struct trial t = { .name = names_find(&names, slice_str("number")) };
		struct engine_totals totals = run(&t, piece, 1 + (unsigned)(piece % 3));

		assert_int_equal(totals.events, 40);
		assert_int_equal(t.notes, 0);
		assert_int_equal(t.disordered, 0);
		for (size_t i = 0; i < 40; i++)
			assert_int_equal(t.seen[i], 1);
	}
}

/* Only lines of the piece in which line `victim` starts may be missing, and one piece was told. */
static void check_one_piece(const struct trial *t)
{
	size_t begin = t->victim * line_bytes / PIECE * PIECE, missing = 0;

	assert_int_equal(t->lost, 1);
	assert_int_equal(t->disordered, 0);
	assert_in_range(t->lost_at, begin, begin + PIECE + line_bytes);
	for (size_t i = 0; i < LINES_MAX; i++) {
		size_t at = i * line_bytes;

		assert_true(t->seen[i] <= 1);
		missing += t->seen[i] == 0;
		if (at < begin || at >= begin + PIECE)
			assert_int_equal(t->seen[i], 1);
	}
	assert_true(missing <= PIECE / line_bytes + 1);
}

static void a_worker_that_dies_costs_one_piece(void **state)
{
	static const enum trick tricks[] = { TRICK_KILL, TRICK_ABORT, TRICK_EXIT };

	(void)state;
	write_lines(LINES_MAX);
	for (size_t i = 0; i < sizeof(tricks) / sizeof(*tricks); i++)
		for (unsigned threads = 1; threads <= 3; threads++) {
			struct trial t = { .trick = tricks[i],
					   .victim = 777,
					   .name = names_find(&names, slice_str("number")) };

			run(&t, PIECE, threads);
			check_one_piece(&t);
			assert_non_null(strstr(t.why, "reader"));
		}
}

static void a_worker_that_lies_costs_one_piece(void **state)
{
	static const enum trick tricks[] = { TRICK_LONG, TRICK_SHORT_DONE, TRICK_EARLY_DONE };

	(void)state;
	write_lines(LINES_MAX);
	for (size_t i = 0; i < sizeof(tricks) / sizeof(*tricks); i++) {
		struct trial t = { .trick = tricks[i],
				   .victim = 1234,
				   .name = names_find(&names, slice_str("number")) };

		run(&t, PIECE, 2);
		check_one_piece(&t);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_cut_gives_every_record_once_and_in_order),
		cmocka_unit_test(a_worker_that_dies_costs_one_piece),
		cmocka_unit_test(a_worker_that_lies_costs_one_piece),
	};
	int fd = mkstemp(path), failed;

	close(fd);
	names_init(&names);
	names_add(&names, slice_str("number"));
	failed = RUN(tests);
	unlink(path);
	names_done(&names);
	return failed;
}
