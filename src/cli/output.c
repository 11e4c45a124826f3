/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/output.h"

#include "base/heap.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define PENDING_BYTES ((size_t)256 << 10)

bool output_open(struct output *o, const char *path, struct err *err)
{
	struct buf name = { 0 };
	struct stat st;

	*o = (struct output){ .path = path, .fd = STDOUT_FILENO };
	if (!path)
		return true;
	/* Renaming over a device would take it away from everybody; a folder would fail at the end. */
	if (stat(path, &st) == 0 && !S_ISREG(st.st_mode)) {
		o->fd = open(path, O_WRONLY | O_CLOEXEC);
		if (o->fd >= 0)
			return true;
		err_errno(err, "cannot write %s", path);
		*o = (struct output){ .fd = -1, .broken = true };
		return false;
	}
	buf_printf(&name, "%s.XXXXXX", path);
	buf_put_byte(&name, 0);
	o->temporary = (char *)name.p;
	o->fd = mkostemp(o->temporary, O_CLOEXEC);
	if (o->fd >= 0)
		return true;
	err_errno(err, "cannot write %s", path);
	free(o->temporary);
	*o = (struct output){ .fd = -1, .broken = true };
	return false;
}

static void flush(struct output *o)
{
	size_t at = 0;

	while (at < o->pending.n && !o->broken) {
		ssize_t n = write(o->fd, o->pending.p + at, o->pending.n - at);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			o->broken = true;
			o->error = errno;
		} else {
			at += (size_t)n;
		}
	}
	buf_clear(&o->pending);
}

bool output_put(struct output *o, struct slice s)
{
	if (!o->broken)
		buf_put(&o->pending, s);
	if (o->pending.n >= PENDING_BYTES)
		flush(o);
	return !o->broken;
}

void output_abort(struct output *o)
{
	if (o->temporary)
		unlink(o->temporary);
	if (o->path && o->fd >= 0)
		close(o->fd);
	free(o->temporary);
	buf_done(&o->pending);
	*o = (struct output){ .fd = -1 };
}

bool output_close(struct output *o, struct err *err)
{
	bool ok;

	flush(o);
	/* `upriver ... | head` ends us quietly; a full disk does not. */
	ok = !o->broken || (!o->temporary && o->error == EPIPE);
	errno = o->error;
	if (ok && o->temporary)
		ok = fsync(o->fd) == 0 && fchmod(o->fd, 0644) == 0 && rename(o->temporary, o->path) == 0;
	if (!ok)
		err_errno(err, "cannot write %s", o->path ? o->path : "standard output");
	if (ok) { /* nothing to take back */
		free(o->temporary);
		o->temporary = NULL;
	}
	output_abort(o);
	return ok;
}

static __attribute__((format(printf, 1, 0))) void say(const char *format, va_list args)
{
	char text[1200];
	struct buf b = { 0 };

	vsnprintf(text, sizeof(text), format, args);
	buf_put_str(&b, "upriver: ");
	buf_put_terminal(&b, slice_str(text), 0);
	buf_put_byte(&b, '\n');
	fwrite(b.p, 1, b.n, stderr);
	buf_done(&b);
}

void say_error(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	say(format, args);
	va_end(args);
}

void say_warning(const struct cli_options *o, const char *format, ...)
{
	va_list args;

	if (o->quiet)
		return;
	va_start(args, format);
	say(format, args);
	va_end(args);
}

void say_note(const struct cli_options *o, const struct engine_note *n)
{
	/* What is lost changes the exit status: -q does not silence it. */
	if (o->quiet && !n->lost)
		return;
	say_error("%.*s%s%.*s, byte %llu: %.*s", (int)n->file.n, (const char *)n->file.p,
		  n->inner.p ? " / " : "", (int)n->inner.n, n->inner.p ? (const char *)n->inner.p : "",
		  (unsigned long long)n->offset, (int)n->reason.n, (const char *)n->reason.p);
}
