/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/unit.h"

#include "base/heap.h"
#include "base/limits.h"
#include "engine/wide.h"
#include "sys/digest.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define HEAD_BYTES 4096
#define PIECE_BYTES ((uint64_t)8 << 20)

struct unit *unit_new(const char *path, struct slice inner)
{
	struct unit *u = heap_new(sizeof(*u));
	size_t n = strlen(path);

	u->path = heap_new(n + 1);
	memcpy(u->path, path, n);
	u->file.path = slice_of(u->path, n);
	if (inner.p) {
		u->inner = heap_new(inner.n + 1);
		memcpy(u->inner, inner.p, inner.n);
		u->file.inner = slice_of(u->inner, inner.n);
	}
	u->fd = -1;
	for (size_t i = 0; i < INPUT_BESIDE; i++)
		u->beside_fd[i] = -1;
	return u;
}

void spill_release(struct spill *s)
{
	if (!s || --s->users)
		return;
	close(s->write_fd);
	close(s->read_fd);
	beside_done(&s->names);
	free(s);
}

static void pieces_free(struct unit *u)
{
	for (size_t i = 0; i < u->piece_count; i++)
		spool_done(&u->pieces[i].messages);
	free(u->pieces);
	u->pieces = NULL;
	u->piece_count = 0;
}

void unit_forget(struct unit *u)
{
	pieces_free(u);
	if (u->fd >= 0)
		close(u->fd);
	u->fd = -1;
	u->prepared = u->container = u->has_beside = u->wide = u->unknown = u->empty = false;
	u->file.format = NULL;
	buf_clear(&u->notes);
}

void unit_free(struct unit *u)
{
	pieces_free(u);
	if (u->fd >= 0)
		close(u->fd);
	unit_close_beside(u);
	spill_release(u->spill);
	spill_release(u->members);
	buf_done(&u->notes);
	free(u->path);
	free(u->inner);
	free(u);
}

int unit_fd(const struct unit *u)
{
	return u->spill ? u->spill->read_fd : u->fd;
}

static const struct {
	const char *name;
	size_t at;
	struct slice magic;
	uint32_t format;
} containers[] = {
	{ "zip", 0, SLICE("PK\x03\x04"), UNPACK_ARCHIVE },
	{ "zip", 0, SLICE("PK\x05\x06"), UNPACK_ARCHIVE },
	{ "7z", 0, SLICE("7z\xbc\xaf\x27\x1c"), UNPACK_ARCHIVE },
	{ "tar", 257, SLICE("ustar"), UNPACK_ARCHIVE },
	{ "gzip", 0, SLICE("\x1f\x8b"), UNPACK_STREAM },
	{ "zstd", 0, SLICE("\x28\xb5\x2f\xfd"), UNPACK_STREAM },
	{ "bzip2", 0, SLICE("BZh"), UNPACK_STREAM },
	{ "xz", 0, SLICE("\xfd"
			 "7zXZ\0"),
	  UNPACK_STREAM },
};

static bool detect_container(struct unit *u, struct slice head)
{
	for (size_t i = 0; i < sizeof(containers) / sizeof(*containers); i++) {
		if (!slice_starts(slice_from(head, containers[i].at), containers[i].magic))
			continue;
		u->container = true;
		u->file.format = containers[i].name;
		u->format = containers[i].format;
		return true;
	}
	return false;
}

/* A text in UTF-16 is asked about as UTF-8. */
static const struct input_format *detect_wide(struct unit *u, struct slice head)
{
	uint8_t room[HEAD_BYTES];
	size_t mark;
	enum wide_kind kind = wide_detect(head, &mark);
	const struct input_format *f = NULL;

	if (kind != WIDE_NO)
		f = input_detect(slice_of(room, wide_head(kind, slice_from(head, mark), room, sizeof(room))),
				 u->file.bytes);
	u->wide = f && input_is_text(f);
	return u->wide ? f : NULL;
}

/* A text of one word has nothing that tells what it is but its place. */
static const struct input_format *by_place(const struct unit *u)
{
	bool text = u->identity == IDENTITY_MACHINE || u->identity == IDENTITY_COLLECTOR;

	for (uint32_t i = 0; text && input_formats[i]; i++)
		if (strcmp(input_formats[i]->name, "machine") == 0)
			return input_formats[i];
	return NULL;
}

static bool detect_format(struct unit *u, struct slice head)
{
	const struct input_format *f = detect_wide(u, head), *placed = by_place(u);

	if (!f)
		f = input_detect_named(u->file.inner.p ? u->file.inner : u->file.path, head,
				       u->file.bytes);
	/* What a collector wrote may also be a log or a table that a reader knows. */
	if (placed && (!f || u->asked || u->identity == IDENTITY_MACHINE))
		f = placed;

	for (uint32_t i = 0; f && input_formats[i]; i++)
		if (input_formats[i] == f)
			u->format = i;
	u->file.format = f ? f->name : NULL;
	u->has_beside = f && f->cut == INPUT_WHOLE && f->beside[0];
	return f != NULL;
}

static void pieces_new(struct unit *u, size_t n)
{
	u->pieces = heap_array(n, sizeof(*u->pieces));
	u->piece_count = n;
	for (size_t i = 0; i < n; i++)
		spool_init(&u->pieces[i].messages);
}

static void cut(struct unit *u, const struct engine_options *o)
{
	const struct input_format *f = input_formats[u->format];
	uint64_t step = o->piece_bytes ? o->piece_bytes : PIECE_BYTES, header = 0, size = u->file.bytes;

	if (f->cut == INPUT_CUT_CHUNKS) {
		header = f->cut_header;
		step = step < f->cut_bytes ? f->cut_bytes : step / f->cut_bytes * f->cut_bytes;
	} else if (f->cut != INPUT_CUT_LINES || u->wide) {
		step = size;
	}
	size_t n = size <= header + step ? 1 : (size_t)((size - header + step - 1) / step);

	pieces_new(u, n);
	for (size_t i = 0; i < n; i++) {
		u->pieces[i].begin = i ? header + i * step : 0;
		u->pieces[i].end = i + 1 < n ? header + (i + 1) * step : size;
		u->pieces[i].at = u->pieces[i].begin;
	}
}

/* A plain file's descriptor and size. Opened so that a pipe in its place cannot hold us. */
static bool open_plain(struct unit *u)
{
	struct stat st;

	u->fd = open(u->path, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
	if (u->fd < 0 || fstat(u->fd, &st) != 0) {
		wire_note(&u->notes, 0, true, strerror(errno));
		return false;
	}
	if (!S_ISREG(st.st_mode)) {
		wire_note(&u->notes, 0, true, "not a plain file");
		return false;
	}
	u->file.bytes = (uint64_t)st.st_size;
	u->modified = st.st_mtime;
	return true;
}

/* A CMS message of type envelopedData (RFC 5652, sections 3 and 6): what DFIR-ORC encrypts its archives as. */
static bool is_encrypted(struct slice head)
{
	static const struct slice enveloped = SLICE("\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x03");

	return head.n && head.p[0] == 0x30 && slice_search(slice_head(head, 32), enveloped);
}

static void unknown(struct unit *u, struct slice head)
{
	struct buf b = { 0 };

	if (is_encrypted(head)) {
		wire_note(&u->notes, 0, true, "encrypted for somebody's key (CMS): decrypt it where that key is, then"
					      " name what comes out");
		return;
	}

	u->unknown = u->collection != NULL;
	if (u->unknown)
		return;
	buf_put_str(&b, "no reader knows this format (it begins with");
	for (size_t i = 0; i < 8 && i < head.n; i++)
		buf_printf(&b, " %02x", head.p[i]);
	buf_put_str(&b, ")");
	buf_put_byte(&b, 0);
	wire_note(&u->notes, 0, u->named, (const char *)b.p);
	buf_done(&b);
}

/* What it is, and its pieces. */
static void look(struct unit *u, const struct engine_options *o)
{
	uint8_t room[HEAD_BYTES];
	struct err err = { 0 };

	if (o->hash && !u->asked && !u->spill && !digest_file(u->fd, u->file.sha256, &err))
		wire_note(&u->notes, 0, true, err.why);
	ssize_t n = pread(unit_fd(u), room, u->file.bytes < HEAD_BYTES ? (size_t)u->file.bytes : HEAD_BYTES,
			  (off_t)u->base);

	if (n < 0) {
		wire_note(&u->notes, 0, true, strerror(errno));
		return;
	}
	struct slice head = slice_of(room, (size_t)n);

	if (u->file.bytes == 0) {
		u->empty = u->collection != NULL;
		if (!u->empty)
			wire_note(&u->notes, 0, u->named, "an empty file");
	} else if (detect_container(u, head)) {
		if (u->depth >= LIMIT_CONTAINER_DEPTH) {
			wire_note(&u->notes, 0, true, "containers are nested too deep: not unpacked");
			return;
		}
		pieces_new(u, 1);
		u->pieces[0].end = u->file.bytes;
	} else if (detect_format(u, head)) {
		cut(u, o);
	} else {
		unknown(u, head);
	}
}

void unit_prepare(struct unit *u, const struct engine_options *o, bool asked)
{
	u->prepared = true;
	u->asked = asked;
	if (u->why_not)
		wire_note(&u->notes, 0, !u->harmless, u->why_not);
	else if (u->spill || open_plain(u))
		look(u, o);
	/* Thousands of files of no known format may wait behind one that takes its time. */
	if (!u->piece_count && u->fd >= 0) {
		close(u->fd);
		u->fd = -1;
	}
}

static void note_beside(struct unit *u, const char *path, const char *why)
{
	struct buf b = { 0 };

	buf_printf(&b, "%.300s, which is read with it, cannot be: %s", path, why);
	buf_put_byte(&b, 0);
	wire_note(&u->notes, 0, true, (const char *)b.p);
	buf_done(&b);
}

static void open_beside(struct unit *u, size_t i, const char *path)
{
	struct stat st;
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);

	if (fd < 0 || fstat(fd, &st) != 0 || !S_ISREG(st.st_mode)) {
		note_beside(u, path, fd < 0 ? strerror(errno) : "not a plain file");
		if (fd >= 0)
			close(fd);
		return;
	}
	u->beside_fd[i] = fd;
	u->beside[i] = (struct wire_beside){ true, 0, (uint64_t)st.st_size };
}

void unit_open_beside(struct unit *u, struct beside *plain)
{
	const char *const *endings = u->has_beside ? input_formats[u->format]->beside : NULL;
	struct slice name = u->spill ? u->file.inner : u->file.path;

	/* What the user named alone still has its neighbours. */
	if (endings && !u->spill && u->named)
		beside_list_folder(plain, u->path);
	for (size_t i = 0; endings && i < INPUT_BESIDE && endings[i]; i++) {
		const struct beside_file *f = beside_find(u->spill ? &u->spill->names : plain, name, endings[i]);

		if (f && f->path)
			open_beside(u, i, f->path);
		else if (f) {
			u->beside_fd[i] = u->spill->read_fd;
			u->beside[i] = (struct wire_beside){ true, f->base, f->bytes };
		}
	}
}

void unit_close_beside(struct unit *u)
{
	for (size_t i = 0; i < INPUT_BESIDE; i++) {
		if (u->beside_fd[i] >= 0 && !u->spill)
			close(u->beside_fd[i]);
		u->beside_fd[i] = -1;
	}
}
