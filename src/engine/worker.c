/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/worker.h"

#include "engine/wire.h"
#include "sys/fdpass.h"
#include "sys/sandbox.h"

#include <errno.h>
#include <signal.h>
#include <unistd.h>

void worker_flush(struct worker *w, size_t keep)
{
	size_t at = 0;

	if (w->out.n <= keep)
		return;
	while (at < w->out.n) {
		ssize_t n = write(w->setup->results, w->out.p + at, w->out.n - at);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			_exit(0);
		at += (size_t)n;
	}
	buf_clear(&w->out);
}

void worker_at(struct worker *w, uint64_t offset)
{
	struct buf b = { 0 };

	buf_put_le64(&b, offset);
	engine_message(&w->out, WIRE_AT, buf_slice(&b));
	buf_done(&b);
	worker_flush(w, 0);
}

/* One more descriptor, in a message of its own. */
static bool receive_fd(int socket, int *fd)
{
	uint8_t room[16];

	return fdpass_receive(socket, room, sizeof(room), fd) > 0 && *fd >= 0;
}

/* The next command with its descriptors. False when there are no more. */
static bool receive(int socket, uint8_t room[WIRE_COMMAND_BYTES], struct wire_command *c, struct job_files *f)
{
	ssize_t n = fdpass_receive(socket, room, WIRE_COMMAND_BYTES, &f->fd);

	f->spill = -1;
	for (size_t i = 0; i < INPUT_BESIDE; i++)
		f->beside[i] = -1;
	if (n <= 0 || !wire_command_get(slice_of(room, (size_t)n), c) || f->fd < 0)
		return false;
	if (c->job == JOB_UNPACK && !receive_fd(socket, &f->spill))
		return false;
	for (size_t i = 0; i < INPUT_BESIDE; i++)
		if (c->beside[i].there && !receive_fd(socket, &f->beside[i]))
			return false;
	return true;
}

static void close_files(const struct job_files *f)
{
	close(f->fd);
	if (f->spill >= 0)
		close(f->spill);
	for (size_t i = 0; i < INPUT_BESIDE; i++)
		if (f->beside[i] >= 0)
			close(f->beside[i]);
}

_Noreturn void worker_main(const struct worker_setup *setup)
{
	struct sandbox_limits limits = { setup->data_bytes, setup->spill_bytes };
	struct worker w = { .setup = setup };
	struct wire_command c;
	struct err err = { 0 };
	uint8_t room[WIRE_COMMAND_BYTES];
	struct job_files files;
	void *analysis = setup->analysis->worker_new ? setup->analysis->worker_new(setup->analysis->shared)
						     : NULL;
	struct piece_reader *reader = piece_reader_new(&w, analysis);

	/* The terminal's Ctrl-C is the parent's to handle; the default action of the rest is right. */
	signal(SIGINT, SIG_IGN);
	signal(SIGPIPE, SIG_IGN);
	signal(SIGTERM, SIG_DFL);
	/* A file that grows past its quota is an error of write, not a signal. */
	signal(SIGXFSZ, SIG_IGN);
	if (!sandbox_enter(&limits, &err)) {
		wire_note(&w.out, 0, true, err.why);
		worker_flush(&w, 0);
		_exit(2);
	}
	while (receive(setup->commands, room, &c, &files)) {
		if (c.job == JOB_UNPACK)
			piece_unpack(&w, files.fd, files.spill, &c);
		else
			piece_read(reader, &files, &c);
		worker_flush(&w, 0);
		close_files(&files);
	}
	_exit(0);
}
