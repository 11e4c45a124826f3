/* SPDX-License-Identifier: Apache-2.0 */
#include "sys/spool.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

/* Where temporary files go: what the user says, else $TMPDIR, else /tmp; where that is missing (a
 * rescue system, an empty root) the folder we stand in. */
static const char *temp_place(const char *folder)
{
	const char *place = folder ? folder : getenv("TMPDIR");

	if (place && *place)
		return place;
	return access("/tmp", W_OK) == 0 ? "/tmp" : ".";
}

static int refused(const char *place, struct err *err)
{
	err_errno(err, "cannot make a temporary file in %s (--temp DIR names another place)", place);
	return -1;
}

/* A file under a name that is gone when this returns; *ret_read (may be NULL) reads it. */
static int named(const char *place, int *ret_read)
{
	struct buf path = { 0 };
	int fd;

	buf_printf(&path, "%s/upriver.XXXXXX", place);
	buf_put_byte(&path, 0);
	fd = mkostemp((char *)path.p, O_CLOEXEC);
	if (fd >= 0 && ret_read)
		*ret_read = open((char *)path.p, O_RDONLY | O_CLOEXEC);
	if (fd >= 0)
		unlink((char *)path.p);
	if (fd >= 0 && ret_read && *ret_read < 0) {
		close(fd);
		fd = -1;
	}
	buf_done(&path);
	return fd;
}

int tempfile_open(const char *folder, struct err *err)
{
	const char *place = temp_place(folder);
	int fd = open(place, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);

	if (fd < 0 && (errno == EOPNOTSUPP || errno == EISDIR || errno == ENOENT))
		fd = named(place, NULL);
	return fd < 0 ? refused(place, err) : fd;
}

bool tempfile_pair(const char *folder, int *ret_write, int *ret_read, struct err *err)
{
	const char *place = temp_place(folder);

	*ret_write = named(place, ret_read);
	return *ret_write >= 0 || refused(place, err) >= 0;
}

void spool_init(struct spool *s)
{
	*s = (struct spool){ .fd = -1 };
}

void spool_done(struct spool *s)
{
	buf_done(&s->memory);
	if (s->fd >= 0)
		close(s->fd);
	spool_init(s);
}

static bool flush(struct spool *s, const char *folder, struct err *err)
{
	size_t at = 0;

	if (s->fd < 0 && (s->fd = tempfile_open(folder, err)) < 0)
		return false;
	while (at < s->memory.n) {
		ssize_t n = pwrite(s->fd, s->memory.p + at, s->memory.n - at, (off_t)s->file_bytes);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return err_errno(err, "cannot write a temporary file (--temp DIR names another place)");
		at += (size_t)n;
		s->file_bytes += (uint64_t)n;
	}
	buf_clear(&s->memory);
	return true;
}

bool spool_write(struct spool *s, struct slice bytes, size_t memory_max, const char *folder,
		 struct err *err)
{
	buf_put(&s->memory, bytes);
	return s->memory.n <= memory_max || flush(s, folder, err);
}

bool spool_read(const struct spool *s, uint64_t at, void *room, size_t n)
{
	uint8_t *out = room;

	while (n && at < s->file_bytes) {
		size_t want = n < s->file_bytes - at ? n : (size_t)(s->file_bytes - at);
		ssize_t got = pread(s->fd, out, want, (off_t)at);

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return false;
		out += got;
		at += (uint64_t)got;
		n -= (size_t)got;
	}
	if (n == 0)
		return true;
	if (at - s->file_bytes > s->memory.n || n > s->memory.n - (size_t)(at - s->file_bytes))
		return false;
	memcpy(out, s->memory.p + (at - s->file_bytes), n);
	return true;
}
