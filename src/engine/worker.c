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

/* The next command with its descriptor, and the spill file's for an unpack job (it comes in a
 * message of its own). False when there are no more. */
static bool receive(int socket, struct wire_command *c, int *fd, int *spill)
{
	uint8_t room[WIRE_COMMAND_BYTES];
	ssize_t n = fdpass_receive(socket, room, sizeof(room), fd);

	*spill = -1;
	if (n <= 0 || !wire_command_get(slice_of(room, (size_t)n), c) || *fd < 0)
		return false;
	if (c->job == JOB_UNPACK && fdpass_receive(socket, room, sizeof(room), spill) <= 0)
		return false;
	return true;
}

_Noreturn void worker_main(const struct worker_setup *setup)
{
	struct sandbox_limits limits = { setup->data_bytes, setup->spill_bytes };
	struct worker w = { .setup = setup };
	struct wire_command c;
	struct err err = { 0 };
	int fd, spill;
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
	while (receive(setup->commands, &c, &fd, &spill)) {
		if (c.job == JOB_UNPACK)
			piece_unpack(&w, fd, spill, &c);
		else
			piece_read(reader, fd, &c);
		worker_flush(&w, 0);
		close(fd);
		if (spill >= 0)
			close(spill);
	}
	_exit(0);
}
