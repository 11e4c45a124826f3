/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/pool.h"

#include "base/heap.h"
#include "engine/path.h"
#include "engine/progress.h"
#include "engine/worker.h"
#include "sys/fdpass.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

static void worker_process(struct pool *p, int commands, int results)
{
	struct worker_setup setup = { p->options, p->analysis, commands, results, p->data_bytes,
				      p->spill_bytes };
	sigset_t none;

	unsigned low = (unsigned)(commands < results ? commands : results);
	unsigned high = (unsigned)(commands < results ? results : commands);

	/* What the parent has open (evidence, the case, other workers) is not this one's to hold. */
	if (low > 3)
		close_range(3, low - 1, 0);
	if (high > low + 1)
		close_range(low + 1, high - 1, 0);
	close_range(high + 1, ~0u, 0);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	worker_main(&setup);
}

static bool start(struct pool *p, struct pool_worker *w, struct err *err)
{
	int pair[2], pipes[2];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0)
		return err_errno(err, "socketpair");
	if (pipe2(pipes, O_CLOEXEC) != 0) {
		close(pair[0]);
		close(pair[1]);
		return err_errno(err, "pipe");
	}
	/* A wide pipe: fewer changes between parent and worker. */
	fcntl(pipes[1], F_SETPIPE_SZ, 1 << 20);
	pid_t pid = fork();

	if (pid == 0) {
		close(pair[0]);
		close(pipes[0]);
		worker_process(p, pair[1], pipes[1]);
	}
	close(pair[1]);
	close(pipes[1]);
	if (pid < 0) {
		close(pair[0]);
		close(pipes[0]);
		return err_errno(err, "cannot start a worker");
	}
	fcntl(pipes[0], F_SETFL, O_NONBLOCK);
	w->pid = pid;
	w->commands = pair[0];
	w->results = pipes[0];
	w->unit = NULL;
	w->piece = NULL;
	w->identify = NULL;
	w->heard = progress_now();
	buf_clear(&w->in);
	return true;
}

bool pool_init(struct pool *p, size_t n, const struct engine_options *o,
	       const struct engine_analysis *a, struct err *err)
{
	uint64_t memory = o->memory ? o->memory : (uint64_t)1 << 30;

	*p = (struct pool){ .n = n, .options = o, .analysis = a };
	/* The ruleset is shared with the parent but counts for every worker. */
	p->data_bytes = memory / n + ((uint64_t)512 << 20);
	p->spill_bytes = (uint64_t)1 << 42;
	p->workers = heap_array(n, sizeof(*p->workers));
	for (size_t i = 0; i < n; i++)
		if (!start(p, &p->workers[i], err))
			return false;
	return true;
}

static int stop(struct pool_worker *w)
{
	int status = 0;

	if (w->pid <= 0)
		return 0;
	close(w->commands);
	close(w->results);
	while (waitpid(w->pid, &status, 0) < 0 && errno == EINTR)
		;
	w->pid = 0;
	return status;
}

void pool_done(struct pool *p)
{
	for (size_t i = 0; i < p->n; i++) {
		if (p->workers[i].pid > 0 && p->workers[i].unit)
			kill(p->workers[i].pid, SIGKILL);
		stop(&p->workers[i]);
		buf_done(&p->workers[i].in);
	}
	free(p->workers);
	*p = (struct pool){ 0 };
}

struct pool_worker *pool_idle(struct pool *p)
{
	for (size_t i = 0; i < p->n; i++)
		if (!p->workers[i].unit)
			return &p->workers[i];
	return NULL;
}

static bool send_files(struct pool_worker *w, const struct unit *u)
{
	bool ok = true;

	if (u->container)
		ok = fdpass_send(w->commands, slice_str("spill"), u->members->write_fd);
	for (size_t i = 0; i < INPUT_BESIDE && ok; i++)
		if (u->beside_fd[i] >= 0)
			ok = fdpass_send(w->commands, slice_str("beside"), u->beside_fd[i]);
	return ok;
}

static bool send_command(struct pool_worker *w, struct unit *u, struct wire_command *c)
{
	struct arena a;
	struct buf b = { 0 };
	bool ok;

	arena_init(&a, 0);
	c->format = u->format;
	c->base = u->base;
	c->file_bytes = u->file.bytes;
	c->modified = u->modified;
	c->path = path_as_found(&a, u->file.path, u->file.inner);
	for (size_t i = 0; i < INPUT_BESIDE; i++)
		if (u->beside_fd[i] >= 0)
			c->beside[i] = u->beside[i];
	wire_command_put(&b, c);
	ok = fdpass_send(w->commands, buf_slice(&b), unit_fd(u)) && send_files(w, u);
	buf_done(&b);
	arena_done(&a);
	w->unit = u;
	w->heard = progress_now();
	return ok;
}

bool pool_send(struct pool_worker *w, struct unit *u, struct piece *piece, struct slice host)
{
	struct wire_command c = { .job = u->container ? JOB_UNPACK : JOB_READ,
				  .host = host,
				  .begin = piece->begin,
				  .end = piece->end };

	w->piece = piece;
	piece->scheduled = true;
	return send_command(w, u, &c);
}

/* Of a log the last part is asked. Its last chunks may be empty: logs grow by a mebibyte. */
static uint64_t asked_from(const struct unit *u)
{
	const struct input_format *f = input_formats[u->format];
	uint64_t size = u->file.bytes, tail = (uint64_t)17 << 16, chunks;

	if (u->identity != IDENTITY_LOG || size <= tail + f->cut_header)
		return 0;
	if (f->cut == INPUT_CUT_LINES && !u->wide)
		return size - tail;
	chunks = f->cut == INPUT_CUT_CHUNKS && f->cut_bytes ? (size - tail - f->cut_header) / f->cut_bytes : 0;
	return chunks ? f->cut_header + chunks * f->cut_bytes : 0;
}

bool pool_ask(struct pool_worker *w, struct unit *u, struct collection *asker, unsigned rank)
{
	struct wire_command c = { .job = JOB_IDENTIFY, .begin = asked_from(u), .end = u->file.bytes };

	w->asked = (struct piece){ .begin = c.begin, .end = c.end };
	w->piece = &w->asked;
	w->identify = asker;
	w->rank = rank;
	return send_command(w, u, &c);
}

bool pool_replace(struct pool *p, struct pool_worker *w, char why[120], struct err *err)
{
	kill(w->pid, SIGKILL);
	int status = stop(w);

	if (WIFSIGNALED(status))
		snprintf(why, 120, "the reader was stopped by signal %d (%s)", WTERMSIG(status),
			 strsignal(WTERMSIG(status)));
	else
		snprintf(why, 120, "the reader ended with status %d", WEXITSTATUS(status));
	return start(p, w, err);
}
