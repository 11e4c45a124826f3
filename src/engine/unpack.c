/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Containers, through libarchive, in a worker: the members of an archive (zip, tar, 7z, compressed
 * or not) and the one stream of a gz, zst, bz2 or xz file are written one behind the other into
 * the spill file that the parent made. What cannot be unpacked is a note; what was before it stays.
 */
#include "base/heap.h"
#include "base/limits.h"
#include "base/utf.h"
#include "engine/wire.h"
#include "engine/worker.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define INPUT_BYTES ((size_t)256 << 10)

struct unpacker {
	struct worker *w;
	const struct wire_command *c;
	int fd, spill;
	uint64_t at; /* in the container */
	uint64_t out; /* in the spill file */
	uint8_t *room;
	bool full; /* the spill file's quota or the disk */
	bool bomb;
	uint64_t encrypted; /* members */
	char first_encrypted[200];
};

static la_ssize_t on_read(struct archive *a, void *ctx, const void **ret)
{
	struct unpacker *u = ctx;
	uint64_t left = u->c->file_bytes - u->at;
	size_t want = left < INPUT_BYTES ? (size_t)left : INPUT_BYTES;
	ssize_t n;

	(void)a;
	do
		n = want ? pread(u->fd, u->room, want, (off_t)(u->c->base + u->at)) : 0;
	while (n < 0 && errno == EINTR);
	if (n > 0)
		u->at += (uint64_t)n;
	*ret = u->room;
	return n;
}

static la_int64_t on_seek(struct archive *a, void *ctx, la_int64_t offset, int whence)
{
	struct unpacker *u = ctx;
	int64_t from = whence == SEEK_SET   ? 0
		       : whence == SEEK_CUR ? (int64_t)u->at
					    : (int64_t)u->c->file_bytes, to;

	(void)a;
	if (__builtin_add_overflow(from, offset, &to) || to < 0 || (uint64_t)to > u->c->file_bytes)
		return ARCHIVE_FATAL;
	u->at = (uint64_t)to;
	return to;
}

static la_int64_t on_skip(struct archive *a, void *ctx, la_int64_t n)
{
	struct unpacker *u = ctx;
	uint64_t left = u->c->file_bytes - u->at;
	uint64_t step = n < 0 ? 0 : (uint64_t)n < left ? (uint64_t)n : left;

	(void)a;
	u->at += step;
	return (la_int64_t)step;
}

static bool spill(struct unpacker *u, const void *p, size_t n)
{
	const uint8_t *bytes = p;

	while (n) {
		ssize_t k = pwrite(u->spill, bytes, n, (off_t)u->out);

		if (k < 0 && errno == EINTR)
			continue;
		if (k <= 0) {
			u->full = true;
			return false;
		}
		bytes += k;
		n -= (size_t)k;
		u->out += (uint64_t)k;
	}
	return true;
}

static void note_member(struct unpacker *u, const char *name, const char *why)
{
	struct buf b = { 0 };

	buf_printf(&b, "%.200s%s%.180s", name, *name ? ": " : "", why);
	buf_put_byte(&b, 0);
	wire_note(&u->w->out, u->at, true, (const char *)b.p);
	buf_done(&b);
}

/* Text for a path inside: valid UTF-8, no leading "./" or "/". */
static void send_member(struct unpacker *u, const char *name, uint64_t from, int64_t modified)
{
	struct arena a;
	struct buf b = { 0 };
	struct slice path;

	arena_init(&a, (size_t)1 << 20);
	path = utf8_repair(&a, slice_str(name));
	while (path.n && (path.p[0] == '/' || (path.n > 1 && path.p[0] == '.' && path.p[1] == '/')))
		path = slice_from(path, 1);
	buf_put_sized(&b, path);
	buf_put_le64(&b, from);
	buf_put_le64(&b, u->out - from);
	buf_put_le64(&b, (uint64_t)modified);
	engine_message(&u->w->out, WIRE_MEMBER, buf_slice(&b));
	worker_flush(u->w, 0);
	buf_done(&b);
	arena_done(&a);
}

/* Much more out than in: a bomb. Small ones are let be. */
static bool too_much(struct unpacker *u)
{
	u->bomb = u->out > LIMIT_CONTAINER_BYTES ||
		  (u->out > ((uint64_t)64 << 20) && u->out / LIMIT_CONTAINER_RATIO > u->c->file_bytes);
	return u->bomb;
}

/* False when no more can be read from the archive. */
static bool member(struct unpacker *u, struct archive *a, const char *name, int64_t modified)
{
	uint64_t from = u->out;
	const void *block;
	size_t n;
	la_int64_t offset;
	int r;

	while ((r = archive_read_data_block(a, &block, &n, &offset)) == ARCHIVE_OK) {
		/* Holes of sparse members are skipped, not written: nothing reads zeroes as evidence. */
		if (!spill(u, block, n) || too_much(u))
			break;
		worker_at(u->w, u->at);
	}
	if (u->bomb)
		note_member(u, name, "unpacks to far more than its size (a bomb?): stopped here");
	else if (u->full)
		note_member(u, name, "no room to unpack it (--temp DIR names another place)");
	else if (r != ARCHIVE_EOF)
		note_member(u, name, archive_error_string(a) ? archive_error_string(a) : "damaged");
	if (u->out > from || r == ARCHIVE_EOF)
		send_member(u, name, from, modified);
	return !u->bomb && !u->full && r >= ARCHIVE_WARN;
}

/* Where a machine is: /etc/localtime is a link, and its target says the time zone's name. The target is the
 * member's text; other links have no bytes of their own. */
static void zone_link(struct unpacker *u, struct archive_entry *e, const char *name)
{
	const char *target = archive_entry_symlink_utf8(e);
	uint64_t from = u->out;

	if (target && slice_ends(slice_str(name), slice_str("etc/localtime")) && spill(u, target, strlen(target)))
		send_member(u, name, from, 0);
}

static void note_encrypted(struct unpacker *u)
{
	char why[300];

	if (!u->encrypted)
		return;
	if (strcmp(u->first_encrypted, "data.zip") == 0)
		snprintf(why, sizeof(why), "an encrypted Velociraptor collection: decrypt it where its key is "
					   "(velociraptor unzip), then name what comes out");
	else
		snprintf(why, sizeof(why), "%llu encrypted %s not read (first: %.100s): unpack with the password, name the folder",
			 (unsigned long long)u->encrypted, u->encrypted == 1 ? "file was" : "files were",
			 u->first_encrypted);
	note_member(u, "", why);
}

static const char *name_of(struct archive_entry *e)
{
	const char *name = archive_entry_pathname_utf8(e);

	if (!name)
		name = archive_entry_pathname(e);
	return name ? name : "(no name)";
}

static void members(struct unpacker *u, struct archive *a)
{
	struct archive_entry *e;
	uint64_t count = 0;
	int r;

	while ((r = archive_read_next_header(a, &e)) == ARCHIVE_OK || r == ARCHIVE_WARN) {
		const char *name = name_of(e);

		if (archive_entry_filetype(e) == AE_IFLNK)
			zone_link(u, e, name);
		if (archive_entry_filetype(e) != AE_IFREG && archive_entry_filetype(e) != 0)
			continue;
		if (archive_entry_is_data_encrypted(e)) {
			if (!u->encrypted++)
				snprintf(u->first_encrypted, sizeof(u->first_encrypted), "%.190s", name);
			continue;
		}
		if (++count > LIMIT_CONTAINER_MEMBERS) {
			note_member(u, name, "too many members: the rest was not read");
			return;
		}
		if (!member(u, a, name,
			    archive_entry_mtime_is_set(e) ? (int64_t)archive_entry_mtime(e) : 0))
			return;
	}
	/* A stream of zeroes passes for an empty tar. */
	if (r == ARCHIVE_EOF && count == 0 && u->c->format == UNPACK_STREAM)
		note_member(u, "", "nothing could be unpacked from it");
	if (r != ARCHIVE_EOF)
		note_member(u, "", archive_error_string(a) ? archive_error_string(a)
							  : "the archive is damaged");
}

void piece_unpack(struct worker *w, int fd, int spill_fd, const struct wire_command *c)
{
	struct unpacker u = { .w = w, .c = c, .fd = fd, .spill = spill_fd };
	struct archive *a = archive_read_new();

	if (!a)
		abort();
	u.room = heap_new(INPUT_BYTES);
	archive_read_support_filter_gzip(a);
	archive_read_support_filter_bzip2(a);
	archive_read_support_filter_xz(a);
	archive_read_support_filter_zstd(a);
	archive_read_support_format_zip(a);
	archive_read_support_format_tar(a);
	archive_read_support_format_7zip(a);
	/* Only where the parent saw the magic of a compressed stream: `raw` takes anything. */
	if (c->format == UNPACK_STREAM)
		archive_read_support_format_raw(a);
	archive_read_set_read_callback(a, on_read);
	archive_read_set_seek_callback(a, on_seek);
	archive_read_set_skip_callback(a, on_skip);
	archive_read_set_callback_data(a, &u);
	if (archive_read_open1(a) == ARCHIVE_OK)
		members(&u, a);
	else
		note_member(&u, "", archive_error_string(a) ? archive_error_string(a)
							   : "the container cannot be opened");
	note_encrypted(&u);
	archive_read_free(a);
	free(u.room);
	wire_done(&w->out, 0, 0, c->file_bytes);
}
