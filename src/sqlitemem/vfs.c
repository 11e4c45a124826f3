/* SPDX-License-Identifier: Apache-2.0 */
#include "sqlitemem/vfs.h"

#include "base/cursor.h"

#include <stdio.h>

#define WRITES_PAST_END ((uint64_t)1 << 20)
#define FRAME_HEADER 24u /* of the write-ahead log; https://sqlite.org/fileformat2.html, 4.1 */

struct vfs_file {
	sqlite3_file file;
	struct vfs *vfs;
	enum vfs_part part;
};

static struct vfs_file *file_of(sqlite3_file *f)
{
	return (struct vfs_file *)f;
}

static struct memfile *memory_of(sqlite3_file *f)
{
	return &file_of(f)->vfs->parts[file_of(f)->part];
}

static int close_file(sqlite3_file *f)
{
	(void)f;
	return SQLITE_OK;
}

static uint32_t big32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

/* Which page of the database that was: for the places of rows and of damage. */
static void remember(struct vfs_file *f, uint64_t at, const uint8_t *page, size_t n)
{
	uint8_t header[FRAME_HEADER];
	struct vfs *v = f->vfs;

	if (n < 512 || n & (n - 1) || f->part == VFS_JOURNAL)
		return;
	if (f->part == VFS_WAL) {
		if (at < FRAME_HEADER || memfile_read(&v->parts[VFS_WAL], at - FRAME_HEADER, header,
						      FRAME_HEADER) < FRAME_HEADER)
			return;
		uint32_t number = big32(header);

		at = number ? (uint64_t)(number - 1) * n : 0;
	}
	v->last = at;
	if (page[at == 0 ? 100 : 0] == 0x0d) {
		v->leaf = at;
		v->leaf_read = true;
	}
}

static int read_file(sqlite3_file *f, void *out, int n, sqlite3_int64 at)
{
	if (n < 0 || at < 0)
		return SQLITE_IOERR_READ;
	size_t got = memfile_read(memory_of(f), (uint64_t)at, out, (size_t)n);

	remember(file_of(f), (uint64_t)at, out, (size_t)n);
	return got == (size_t)n ? SQLITE_OK : SQLITE_IOERR_SHORT_READ;
}

static int write_file(sqlite3_file *f, const void *p, int n, sqlite3_int64 at)
{
	if (n < 0 || at < 0)
		return SQLITE_IOERR_WRITE;
	return memfile_write(memory_of(f), (uint64_t)at, p, (size_t)n) ? SQLITE_OK : SQLITE_FULL;
}

static int truncate_file(sqlite3_file *f, sqlite3_int64 size)
{
	if (size < 0)
		return SQLITE_IOERR_TRUNCATE;
	memfile_truncate(memory_of(f), (uint64_t)size);
	return SQLITE_OK;
}

static int sync_file(sqlite3_file *f, int flags)
{
	(void)f, (void)flags;
	return SQLITE_OK;
}

static int file_size(sqlite3_file *f, sqlite3_int64 *ret)
{
	*ret = (sqlite3_int64)memory_of(f)->size;
	return SQLITE_OK;
}

static int lock_file(sqlite3_file *f, int kind)
{
	(void)f, (void)kind;
	return SQLITE_OK;
}

static int is_reserved(sqlite3_file *f, int *ret)
{
	(void)f;
	*ret = 0; /* nobody else has it open: a journal that is there is hot */
	return SQLITE_OK;
}

static int control(sqlite3_file *f, int op, void *arg)
{
	(void)f, (void)op, (void)arg;
	return SQLITE_NOTFOUND;
}

static int sector_size(sqlite3_file *f)
{
	(void)f;
	return 512;
}

static int characteristics(sqlite3_file *f)
{
	(void)f;
	return 0;
}

static const sqlite3_io_methods methods = {
	.iVersion = 1,
	.xClose = close_file,
	.xRead = read_file,
	.xWrite = write_file,
	.xTruncate = truncate_file,
	.xSync = sync_file,
	.xFileSize = file_size,
	.xLock = lock_file,
	.xUnlock = lock_file,
	.xCheckReservedLock = is_reserved,
	.xFileControl = control,
	.xSectorSize = sector_size,
	.xDeviceCharacteristics = characteristics,
};

/* VFS_PARTS: none of ours. */
static enum vfs_part part_of(const char *name)
{
	static const char *const names[VFS_PARTS] = { VFS_FILE, VFS_FILE "-wal",
						      VFS_FILE "-journal" };

	for (int i = 0; i < VFS_PARTS; i++)
		if (name && !strcmp(name, names[i]))
			return (enum vfs_part)i;
	return VFS_PARTS;
}

static int open_file(sqlite3_vfs *base, const char *name, sqlite3_file *ret, int flags,
		     int *ret_flags)
{
	struct vfs *v = base->pAppData;
	enum vfs_part part = part_of(name);
	struct vfs_file *f = file_of(ret);

	f->file.pMethods = NULL;
	if (part == VFS_PARTS || (!v->parts[part].there && !(flags & SQLITE_OPEN_CREATE)))
		return SQLITE_CANTOPEN;
	v->parts[part].there = true;
	f->file.pMethods = &methods;
	f->vfs = v;
	f->part = part;
	if (ret_flags)
		*ret_flags = flags;
	return SQLITE_OK;
}

static int delete_file(sqlite3_vfs *base, const char *name, int sync)
{
	struct vfs *v = base->pAppData;
	enum vfs_part part = part_of(name);

	(void)sync;
	if (part == VFS_PARTS || !v->parts[part].there)
		return SQLITE_IOERR_DELETE_NOENT;
	memfile_truncate(&v->parts[part], 0);
	v->parts[part].there = false;
	return SQLITE_OK;
}

static int access_file(sqlite3_vfs *base, const char *name, int flags, int *ret)
{
	const struct vfs *v = base->pAppData;
	enum vfs_part part = part_of(name);

	(void)flags;
	*ret = part != VFS_PARTS && v->parts[part].there && v->parts[part].size > 0;
	return SQLITE_OK;
}

static int full_name(sqlite3_vfs *base, const char *name, int n, char *ret)
{
	(void)base;
	int k = snprintf(ret, (size_t)n, "%s", name);

	return k >= 0 && k < n ? SQLITE_OK : SQLITE_CANTOPEN;
}

/* Nothing here wants chance: the same evidence gives the same. */
static int randomness(sqlite3_vfs *base, int n, char *ret)
{
	(void)base;
	memset(ret, 0, (size_t)n);
	return n;
}

static int wait(sqlite3_vfs *base, int us)
{
	(void)base, (void)us;
	return 0;
}

static int now(sqlite3_vfs *base, double *ret)
{
	(void)base;
	*ret = 2440587.5; /* 1970 */
	return SQLITE_OK;
}

static int last_error(sqlite3_vfs *base, int n, char *ret)
{
	(void)base, (void)n, (void)ret;
	return 0;
}

/* A database that lost its end is as long as its header says: pages that are gone are then damage
 * where they are looked for, and not a reason to refuse all others (fileformat2.html, 1.3.7). */
static uint64_t size_by_header(struct slice s)
{
	if (s.n < 100)
		return s.n;
	uint64_t page = (uint64_t)s.p[16] << 8 | s.p[17], count = big32(s.p + 28);

	page = page == 1 ? 65536 : page;
	if (page < 512 || page & (page - 1) || big32(s.p + 24) != big32(s.p + 92))
		return s.n;
	return count * page > s.n ? count * page : s.n;
}

void vfs_init(struct vfs *v, struct slice main, struct slice wal, struct slice journal)
{
	uint64_t limit = (uint64_t)main.n + wal.n + journal.n + WRITES_PAST_END;

	*v = (struct vfs){ 0 };
	memfile_init(&v->parts[VFS_MAIN], main, limit);
	memfile_init(&v->parts[VFS_WAL], wal, limit);
	memfile_init(&v->parts[VFS_JOURNAL], journal, limit);
	v->parts[VFS_MAIN].size = size_by_header(main);
	snprintf(v->name, sizeof(v->name), "evidence-%p", (void *)v);
	v->vfs = (sqlite3_vfs){
		.iVersion = 1,
		.szOsFile = (int)sizeof(struct vfs_file),
		.mxPathname = 64,
		.zName = v->name,
		.pAppData = v,
		.xOpen = open_file,
		.xDelete = delete_file,
		.xAccess = access_file,
		.xFullPathname = full_name,
		.xRandomness = randomness,
		.xSleep = wait,
		.xCurrentTime = now,
		.xGetLastError = last_error,
	};
	sqlite3_vfs_register(&v->vfs, 0);
}

void vfs_done(struct vfs *v)
{
	sqlite3_vfs_unregister(&v->vfs);
	for (int i = 0; i < VFS_PARTS; i++)
		memfile_done(&v->parts[i]);
}
