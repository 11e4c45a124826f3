/* SPDX-License-Identifier: Apache-2.0 */
/* Files that are read whole, with those beside them. This program brings its own table of formats: one
 * that tells what its reader was given. */
#include "test.h"

#include "base/heap.h"
#include "engine/engine.h"
#include "engine/path.h"
#include "engine/wire.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

struct input {
	struct input_env env;
	struct input_window w;
	bool given;
	struct buf text;
};

static unsigned probe(struct slice head, uint64_t bytes)
{
	(void)bytes;
	return slice_starts(head, slice_str("WHOLE")) ? 90 : 0;
}

static struct input *whole_open(const struct input_env *env)
{
	struct input *in = heap_new(sizeof(*in));

	in->env = *env;
	return in;
}

static void window(struct input *in, const struct input_window *w)
{
	in->w = *w;
}

/* Touches the file's last byte until it is gone, for at most 20 seconds. */
static void linger(struct slice bytes)
{
	const volatile uint8_t *p = bytes.p;
	time_t end = time(NULL) + 20;

	signal(SIGBUS, SIG_DFL); /* cmocka's would go on with the tests */
	while (time(NULL) < end)
		(void)p[bytes.n - 1];
}

/* Size, first line, the padding's worth, what is beside it, path, host. */
static enum input_step next(struct input *in, struct event *ev)
{
	struct slice b = in->w.bytes, line = slice_head(b, slice_find(slice_head(b, 40), '\n'));
	unsigned sum = 0;

	if (in->given)
		return INPUT_END;
	in->given = true;
	if (slice_is(line, "WHOLE linger"))
		linger(b);
	for (size_t i = 0; i < 64; i++)
		sum |= b.p[b.n + i];
	buf_printf(&in->text, "%zu%s %.*s|", b.n, in->w.final && sum < 256 ? "" : "?", (int)line.n,
		   (const char *)line.p);
	for (size_t i = 0; i < INPUT_BESIDE; i++)
		if (in->w.beside[i].p)
			buf_printf(&in->text, "%zu:%.*s|", i, (int)in->w.beside[i].n,
				   (const char *)in->w.beside[i].p);
	buf_put(&in->text, in->env.path);
	if (in->env.host.p)
		buf_printf(&in->text, " of %.*s", (int)in->env.host.n, (const char *)in->env.host.p);
	event_clear(ev);
	ev->kind = "whole";
	event_add(ev, slice_str("text"), NAME_OTHER, value_text_of(buf_slice(&in->text)));
	event_seal(ev);
	return INPUT_EVENT;
}

static void dawdle(double seconds)
{
	struct timespec t, now;

	clock_gettime(CLOCK_MONOTONIC, &t);
	do
		clock_gettime(CLOCK_MONOTONIC, &now);
	while ((double)(now.tv_sec - t.tv_sec) + (double)(now.tv_nsec - t.tv_nsec) / 1e9 < seconds);
}

/* "MACHINE name": says it; "MACHINE die": dies of it; "MACHINE slow": after a while. */
static enum input_step next_machine(struct input *in, struct event *ev)
{
	struct slice name = slice_trim(slice_from(in->w.bytes, 7));

	if (in->given)
		return INPUT_END;
	in->given = true;
	if (slice_is(name, "die"))
		raise(SIGKILL);
	if (slice_is(name, "slow"))
		dawdle(0.2);
	event_clear(ev);
	ev->kind = "machine";
	ev->host = name;
	event_seal(ev);
	return INPUT_EVENT;
}

static size_t consumed(const struct input *in)
{
	return in->given ? in->w.bytes.n : 0;
}

static void whole_close(struct input *in)
{
	if (in)
		buf_done(&in->text);
	free(in);
}

static const struct input_format whole = {
	.name = "whole",
	.cut = INPUT_WHOLE,
	.beside = { ".LOG1", "-wal" },
	.probe = probe,
	.open = whole_open,
	.window = window,
	.next = next,
	.consumed = consumed,
	.close = whole_close,
};

static unsigned probe_machine(struct slice head, uint64_t bytes)
{
	(void)bytes;
	return slice_starts(head, slice_str("MACHINE")) ? 90 : 0;
}

static const struct input_format machine = {
	.name = "machine",
	.cut = INPUT_WHOLE,
	.probe = probe_machine,
	.open = whole_open,
	.window = window,
	.next = next_machine,
	.consumed = consumed,
	.close = whole_close,
};

const struct input_format *const input_formats[] = { &whole, &machine, NULL };

const struct input_format *input_detect(struct slice head, uint64_t file_bytes)
{
	return probe(head, file_bytes) ? &whole : probe_machine(head, file_bytes) ? &machine : NULL;
}

const struct input_format *input_detect_named(struct slice path, struct slice head, uint64_t file_bytes)
{
	(void)path;
	return input_detect(head, file_bytes);
}

void input_note(const struct input_env *env, uint64_t offset, bool lost, const char *format, ...)
{
	env->note(env->note_ctx, offset, lost, format);
}

/* ---- */

static char folder[] = "/tmp/upriver-whole-XXXXXX";
static struct names names;

struct trial {
	struct buf told; /* a line an event, without the folder's path */
	unsigned notes, lost;
	char why[300];
};

static void *worker_new(void *shared)
{
	return shared;
}

static void worker_event(void *worker, struct event *ev, struct buf *out)
{
	(void)worker;
	if (ev->n)
		engine_message(out, ENGINE_MESSAGE_FIRST, event_text(ev, &ev->fields[0]));
}

static void result(void *ctx, const struct engine_file *file, uint64_t record_base, uint8_t type,
		   struct slice payload)
{
	struct trial *t = ctx;
	const uint8_t *at = slice_search(payload, slice_str(folder));

	(void)file, (void)record_base, (void)type;
	assert_non_null(at);
	buf_put(&t->told, slice_of(payload.p, (size_t)(at - payload.p)));
	buf_put(&t->told, slice_from(payload, (size_t)(at - payload.p) + strlen(folder)));
	buf_put_byte(&t->told, '\n');
}

static void note(void *ctx, const struct engine_note *n)
{
	struct trial *t = ctx;

	t->notes++;
	t->lost += n->lost;
	if (n->lost)
		snprintf(t->why, sizeof(t->why), "%.*s", (int)n->reason.n, (const char *)n->reason.p);
}

static void run(struct trial *t, const char *name, unsigned threads, uint64_t memory)
{
	char path[400];
	const char *evidence[] = { path };
	struct engine_options options = { .threads = threads, .memory = memory, .progress = PROGRESS_NEVER,
					  .names = &names };
	struct engine_analysis analysis = { .worker_new = worker_new, .worker_event = worker_event,
					    .result = result, .note = note, .ctx = t };
	struct engine_totals totals = { 0 };
	struct err err = { 0 };

	snprintf(path, sizeof(path), "%s%s%s", folder, *name ? "/" : "", name);
	assert_true(engine_run(evidence, 1, &options, &analysis, &totals, &err));
}

static void put_file(const char *name, const void *bytes, size_t n)
{
	char path[400];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	f = fopen(path, "w");
	assert_non_null(f);
	assert_int_equal(fwrite(bytes, 1, n, f), n);
	fclose(f);
}

static void put_text(const char *name, const char *text)
{
	put_file(name, text, strlen(text));
}

static void empty_folder(void)
{
	char command[400];

	snprintf(command, sizeof(command), "rm -rf %s/*", folder);
	assert_int_equal(system(command), 0);
}

static void a_file_and_those_beside_it_in_any_case(void **state)
{
	(void)state;
	empty_folder();
	put_text("SYSTEM", "WHOLE a\n");
	put_text("system.Log1", "log");
	put_text("SYSTEM.LOG2", "no ending of this format");
	put_text("b", "WHOLE b\n");
	put_text("b-WAL", "");
	put_text("c", "WHOLE c\n");
	for (unsigned threads = 1; threads <= 3; threads++) {
		struct trial t = { 0 };

		run(&t, "", threads, 0);
		assert_slice(buf_slice(&t.told), "8 WHOLE a|0:log|/SYSTEM\n8 WHOLE b|1:|/b\n8 WHOLE c|/c\n");
		assert_int_equal(t.lost, 0);
		buf_done(&t.told);
	}
}

static void a_file_named_alone_has_its_neighbours(void **state)
{
	struct trial t = { 0 };

	(void)state;
	empty_folder();
	put_text("b", "WHOLE b\n");
	put_text("B-wal", "pages");
	run(&t, "b", 1, 0);
	assert_slice(buf_slice(&t.told), "8 WHOLE b|1:pages|/b\n");
	buf_done(&t.told);
}

static void every_size_up_to_a_page_and_more_has_its_padding(void **state)
{
	uint8_t room[8200];

	(void)state;
	memset(room, 'x', sizeof(room));
	memcpy(room, "WHOLE\n", 6);
	for (size_t n = 6; n <= sizeof(room); n += n < 4000 || n > 4110 ? 61 : 1) {
		struct trial t = { 0 };
		char want[60];

		empty_folder();
		put_file("f", room, n);
		run(&t, "", 1, 0);
		snprintf(want, sizeof(want), "%zu WHOLE|/f\n", n);
		assert_slice(buf_slice(&t.told), want);
		buf_done(&t.told);
	}
}

/* A member of a tar file (POSIX ustar). */
static void put_member(struct buf *b, const char *name, const char *text)
{
	char head[512] = { 0 };
	unsigned sum = 0;
	size_t n = strlen(text);

	snprintf(head, 100, "%s", name);
	snprintf(head + 100, 8, "%07o", 0644u);
	snprintf(head + 108, 8, "%07o", 0u);
	snprintf(head + 116, 8, "%07o", 0u);
	snprintf(head + 124, 12, "%011o", (unsigned)n);
	snprintf(head + 136, 12, "%011o", 1600000000u);
	memset(head + 148, ' ', 8);
	head[156] = '0';
	memcpy(head + 257, "ustar\00000", 8);
	for (size_t i = 0; i < 512; i++)
		sum += (uint8_t)head[i];
	snprintf(head + 148, 8, "%06o", sum);
	buf_put(b, slice_of(head, 512));
	buf_put_str(b, text);
	while (b->n % 512)
		buf_put_byte(b, 0);
}

static void members_wait_for_those_beside_them(void **state)
{
	struct buf tar = { 0 };

	(void)state;
	put_member(&tar, "C%3A/first", "WHOLE 1\n");
	for (int i = 0; i < 300; i++) {
		char name[30];

		snprintf(name, sizeof(name), "d/%03d", i);
		put_member(&tar, name, i % 100 ? "nothing" : "WHOLE n\n");
	}
	put_member(&tar, "C%3A/FIRST.log1", "late");
	put_member(&tar, "d/first-wal", "of another folder");
	put_member(&tar, "d/000.LOG1", "zero");
	for (int i = 0; i < 1024; i++)
		buf_put_byte(&tar, 0);
	empty_folder();
	put_file("t.tar", tar.p, tar.n);
	put_text("first.LOG1", "of another container");
	for (unsigned threads = 1; threads <= 4; threads++) {
		struct trial t = { 0 };

		run(&t, "", threads, 0);
		assert_slice(buf_slice(&t.told), "8 WHOLE 1|0:late|/t.tar/C:/first\n"
						 "8 WHOLE n|0:zero|/t.tar/d/000\n"
						 "8 WHOLE n|/t.tar/d/100\n"
						 "8 WHOLE n|/t.tar/d/200\n");
		assert_int_equal(t.lost, 0);
		buf_done(&t.told);
	}
	buf_done(&tar);
}

static void a_file_larger_than_the_memory_is_read(void **state)
{
	struct trial t = { 0 };
	char path[400];

	(void)state;
	empty_folder();
	put_text("big", "WHOLE big\n");
	snprintf(path, sizeof(path), "%s/big", folder);
	assert_int_equal(truncate(path, (off_t)3 << 30), 0);
	run(&t, "", 1, 1 << 20);
	assert_slice(buf_slice(&t.told), "3221225472 WHOLE big|/big\n");
	buf_done(&t.told);
}

static void a_file_that_shrinks_costs_itself(void **state)
{
	struct trial t = { 0 };
	uint8_t room[65536] = "WHOLE linger\n";
	char path[400];
	int status;

	(void)state;
	empty_folder();
	put_file("a", room, sizeof(room));
	put_text("b", "WHOLE b\n");
	snprintf(path, sizeof(path), "%s/a", folder);
	pid_t pid = fork();

	if (pid == 0) {
		usleep(400000);
		_exit(truncate(path, 100) != 0);
	}
	run(&t, "", 2, 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	assert_slice(buf_slice(&t.told), "8 WHOLE b|/b\n");
	assert_int_equal(t.lost, 1);
	assert_non_null(strstr(t.why, "while reading bytes 0 to 65536"));
	buf_done(&t.told);
}

static void a_machine_is_asked_before_its_files_are_read(void **state)
{
	(void)state;
	empty_folder();
	put_text("evidence.txt", "WHOLE e\n");
	for (unsigned threads = 1; threads <= 3; threads++) {
		struct trial t = { 0 };
		char command[1000];

		snprintf(command, sizeof(command), "mkdir -p %s/h/etc %s/h/bin %s/h2/etc", folder, folder, folder);
		assert_int_equal(system(command), 0);
		put_text("h/bin/f", "WHOLE f\n");
		put_text("h/etc/hostname", "MACHINE die\n");
		put_text("h/etc/os-release", "MACHINE second\n");
		put_text("h/z", "WHOLE z\n");
		put_text("h2/a", "WHOLE a\n");
		put_text("h2/etc/hostname", "MACHINE die\n");
		run(&t, "", threads, 0);
		assert_slice(buf_slice(&t.told), "8 WHOLE e|/evidence.txt\n8 WHOLE f|/h/bin/f of second\n"
						 "8 WHOLE z|/h/z of second\n8 WHOLE a|/h2/a of h2\n");
		/* The two that die are told once, when it is their turn. */
		assert_int_equal(t.lost, 2);
		buf_done(&t.told);
	}
}

static void what_comes_first_is_read_whatever_is_ready_behind_it(void **state)
{
	struct trial t = { 0 };
	char command[1000], name[60];
	unsigned lines = 0;

	(void)state;
	empty_folder();
	snprintf(command, sizeof(command), "mkdir -p %s/h/etc", folder);
	assert_int_equal(system(command), 0);
	put_text("h/a", "WHOLE a\n");
	put_text("h/etc/hostname", "MACHINE slow\n");
	for (int i = 0; i < 60; i++) {
		snprintf(name, sizeof(name), "z%02d", i);
		put_text(name, "WHOLE z\n");
	}
	run(&t, "", 2, 0);
	assert_true(slice_starts(buf_slice(&t.told), slice_str("8 WHOLE a|/h/a of slow\n8 WHOLE z|/z00\n")));
	for (size_t i = 0; i < t.told.n; i++)
		lines += t.told.p[i] == '\n';
	assert_int_equal(lines, 61);
	buf_done(&t.told);
}

static void a_path_is_as_the_machine_had_it(void **state)
{
	static const char *const paths[][3] = {
		{ "a/b.zip", "uploads/auto/C%3A/Users/a%20b/x", "a/b.zip/uploads/auto/C:/Users/a b/x" },
		{ "a", "uploads/ntfs/%5C%5C.%5CC%3A/$MFT", "a/uploads/ntfs///./C:/$MFT" },
		{ "100%", NULL, "100%" },
		{ "%4", "%zz%00%41", "%4/%zz%00A" },
		{ "C\\x", "\xff%ff", "C/x/\xef\xbf\xbd\xef\xbf\xbd" },
	};
	struct arena a;
	char room[3000];

	(void)state;
	arena_init(&a, 0);
	for (size_t i = 0; i < sizeof(paths) / sizeof(*paths); i++)
		assert_slice(path_as_found(&a, slice_str(paths[i][0]),
					   paths[i][1] ? slice_str(paths[i][1]) : slice_of(NULL, 0)),
			     paths[i][2]);
	memset(room, 'x', sizeof(room));
	assert_int_equal(path_as_found(&a, slice_of(room, 3000), slice_of(NULL, 0)).n, PATH_BYTES_MAX);
	room[2500] = '/';
	assert_int_equal(path_as_found(&a, slice_of(room, 3000), slice_of(NULL, 0)).n, 500);
	arena_done(&a);
}

static void a_command_comes_back_and_its_texts_are_bounded(void **state)
{
	char room[5000];
	struct wire_command c = { .job = JOB_READ, .format = 7, .base = 1, .file_bytes = 2, .begin = 3, .end = 4,
				  .modified = -5, .path = slice_of(room, 5000), .host = slice_of(room, 4999),
				  .beside = { { true, 8, 9 }, { 0 }, { true, 10, 11 } } }, got;
	struct buf b = { 0 };

	(void)state;
	memset(room, 'p', sizeof(room));
	room[4999] = 'e';
	wire_command_put(&b, &c);
	assert_true(b.n <= WIRE_COMMAND_BYTES);
	assert_true(wire_command_get(buf_slice(&b), &got));
	assert_int_equal(got.modified, -5);
	assert_int_equal(got.path.n, WIRE_TEXT_BYTES);
	assert_int_equal(got.path.p[got.path.n - 1], 'e');
	assert_int_equal(got.host.n, WIRE_TEXT_BYTES);
	assert_true(got.beside[0].there && !got.beside[1].there && got.beside[2].bytes == 11);
	for (size_t n = 0; n < b.n; n++)
		assert_false(wire_command_get(slice_of(b.p, n), &got));
	buf_put_byte(&b, 0);
	assert_false(wire_command_get(buf_slice(&b), &got));
	buf_done(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_file_and_those_beside_it_in_any_case),
		cmocka_unit_test(a_file_named_alone_has_its_neighbours),
		cmocka_unit_test(every_size_up_to_a_page_and_more_has_its_padding),
		cmocka_unit_test(members_wait_for_those_beside_them),
		cmocka_unit_test(a_file_larger_than_the_memory_is_read),
		cmocka_unit_test(a_file_that_shrinks_costs_itself),
		cmocka_unit_test(a_machine_is_asked_before_its_files_are_read),
		cmocka_unit_test(what_comes_first_is_read_whatever_is_ready_behind_it),
		cmocka_unit_test(a_path_is_as_the_machine_had_it),
		cmocka_unit_test(a_command_comes_back_and_its_texts_are_bounded),
	};
	int failed;

	assert_non_null(mkdtemp(folder));
	names_init(&names);
	failed = RUN(tests);
	empty_folder();
	rmdir(folder);
	names_done(&names);
	return failed;
}
