/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A Windows machine as KAPE brings it: kape/HOST/C/.. with hives, prefetch files, the browser's database
 * and $MFT. Windows 10: prefetch files are version 30 and packed, their paths begin with \VOLUME{..}.
 */
#include "rehearse/forms/kape.h"

#include "rehearse/act.h"
#include "rehearse/artifact/ntfs_build.h"
#include "rehearse/artifact/sqlite_table.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define WEBKIT_1970 INT64_C(11644473600000000) /* microseconds from 1601 */
#define PREFETCH_FILES 48u

void kape_put(struct kape *k, const char *path, struct buf *b)
{
	k->ok = k->ok && form_put(k->c.h, k->sink, host_text(k->c.h, "%s/%s", k->root, path), b);
	buf_done(b);
}

const char *kape_sid(struct kape *k)
{
	return host_text(k->c.h, "S-1-5-21-1111111111-2222222222-3333333333-%u", 1101 + (unsigned)k->c.h->index);
}

const char *kape_behind_drive(const char *path)
{
	return path[0] && path[1] == ':' ? path + 2 : NULL;
}

bool kape_is_server(const struct kape *k)
{
	return k->c.h->server;
}

const char *kape_capitals(struct kape *k, const char *text)
{
	char copy[512];
	size_t n = 0;

	for (; text[n] && n < sizeof(copy) - 1; n++)
		copy[n] = (char)toupper((unsigned char)text[n]);
	copy[n] = 0;
	return host_text(k->c.h, "%s", copy);
}

/* ---- prefetch ---- */

/* As Windows Vista and later number a path: 37 times what was before, byte by byte of UTF-16. */
static uint32_t path_hash(const char *path)
{
	uint32_t hash = 314159;

	for (; *path; path++)
		hash = (hash * 37 + (unsigned char)*path) * 37;
	return hash;
}

static const char *volume_path(struct kape *k, const char *path)
{
	const char *rest = kape_behind_drive(form_path(k->c.h, path));
	uint32_t serial = 0xc0de0000u + form_machine(k->c.h, k->c.h->x->end) % 0xffff;

	return rest ? host_text(k->c.h, "\\VOLUME{01d8%012" PRIx64 "-%08" PRIx32 "}%s", UINT64_C(0x9a3c51b7e200), serial,
				kape_capitals(k, rest))
		    : NULL;
}

static void put_prefetch(struct kape *k, const struct collected_program *p)
{
	static const char *const always[] = { "ntdll.dll", "kernel32.dll", "kernelbase.dll", "user32.dll", "advapi32.dll",
					      "combase.dll" };
	const char *files[PREFETCH_FILES];
	const char *own = volume_path(k, p->image->path), *device;
	const char *name = kape_capitals(k, file_tail(p->image->path));
	struct prefetch_spec s = { .version = 30, .name = host_text(k->c.h, "%.29s", name), .files = files };
	struct buf b = { 0 };

	if (!own)
		return;
	for (size_t i = 0; i < sizeof(always) / sizeof(*always); i++)
		files[s.file_count++] = volume_path(k, image_system(k->c.h, always[i])->path);
	files[s.file_count++] = own;
	for (size_t i = 0; i < p->module_count; i++)
		files[s.file_count++] = volume_path(k, p->modules[i]->path);
	device = host_text(k->c.h, "%.*s", (int)(strchr(own, '}') + 1 - own), own);
	s.device = device;
	s.hash = path_hash(kape_capitals(k, own));
	s.run_count = p->count;
	for (size_t i = 0; i < COLLECTED_RUNS && p->runs[i]; i++)
		s.runs[i] = collected_filetime(p->runs[i]);
	prefetch_build_packed(&b, &s);
	kape_put(k, host_text(k->c.h, "Windows/Prefetch/%s-%08" PRIX32 ".pf", name, s.hash), &b);
}

/* ---- the browser's database ---- */

#define DOWNLOADS                                                                                        \
	"CREATE TABLE downloads(id INTEGER PRIMARY KEY,guid VARCHAR NOT NULL,current_path LONGVARCHAR "  \
	"NOT NULL,target_path LONGVARCHAR NOT NULL,start_time INTEGER NOT NULL,received_bytes INTEGER "  \
	"NOT NULL,total_bytes INTEGER NOT NULL,state INTEGER NOT NULL,danger_type INTEGER NOT NULL,"     \
	"interrupt_reason INTEGER NOT NULL,end_time INTEGER NOT NULL,opened INTEGER NOT NULL,"           \
	"referrer VARCHAR NOT NULL,site_url VARCHAR NOT NULL,tab_url VARCHAR NOT NULL,"                  \
	"tab_referrer_url VARCHAR NOT NULL,by_ext_name VARCHAR NOT NULL,mime_type VARCHAR NOT NULL)"
#define CHAINS                                                                                           \
	"CREATE TABLE downloads_url_chains(id INTEGER NOT NULL,chain_index INTEGER NOT NULL,url "        \
	"LONGVARCHAR NOT NULL)"
#define URLS                                                                                             \
	"CREATE TABLE urls(id INTEGER PRIMARY KEY,url LONGVARCHAR,title LONGVARCHAR,visit_count "        \
	"INTEGER DEFAULT 0 NOT NULL,typed_count INTEGER DEFAULT 0 NOT NULL,last_visit_time INTEGER "     \
	"NOT NULL,hidden INTEGER DEFAULT 0 NOT NULL)"
#define VISITS                                                                                           \
	"CREATE TABLE visits(id INTEGER PRIMARY KEY,url INTEGER NOT NULL,visit_time INTEGER NOT NULL,"   \
	"from_visit INTEGER,transition INTEGER DEFAULT 0 NOT NULL,visit_duration INTEGER DEFAULT 0 "     \
	"NOT NULL)"

static void put_download(struct kape *k, struct sqlite_tables *t, const struct collected_file *f, int64_t number)
{
	int64_t at = f->created / 1000 + WEBKIT_1970;
	int64_t bytes = (int64_t)collected_size(&k->c, f->image, f->path);

	sqlite_row_begin(t);
	sqlite_put_null(t);
	sqlite_put_text(t, host_text(k->c.h, "00000000-0000-4000-8000-%012" PRId64, number));
	sqlite_put_text(t, f->path);
	sqlite_put_text(t, f->path);
	sqlite_put_i64(t, at);
	sqlite_put_i64(t, bytes);
	sqlite_put_i64(t, bytes);
	sqlite_put_i64(t, 1); /* complete */
	sqlite_put_i64(t, 0);
	sqlite_put_i64(t, 0);
	sqlite_put_i64(t, at + 1000000);
	sqlite_put_i64(t, 0);
	sqlite_put_text(t, f->referrer);
	sqlite_put_text(t, "");
	sqlite_put_text(t, f->referrer);
	sqlite_put_text(t, "");
	sqlite_put_text(t, "");
	sqlite_put_text(t, "application/octet-stream");
	if (!sqlite_row_end(t, 0))
		return;
	sqlite_row_begin(t);
	sqlite_put_i64(t, number);
	sqlite_put_i64(t, 0);
	sqlite_put_text(t, f->url);
	sqlite_row_end(t, 1);
}

static void put_visit(struct kape *k, struct sqlite_tables *t, const struct collected_file *f, int64_t number)
{
	int64_t at = (f->created - 20 * SECOND) / 1000 + WEBKIT_1970;

	sqlite_row_begin(t);
	sqlite_put_null(t);
	sqlite_put_text(t, f->referrer);
	sqlite_put_text(t, file_tail(f->referrer));
	sqlite_put_i64(t, 1);
	sqlite_put_i64(t, 0);
	sqlite_put_i64(t, at);
	sqlite_put_i64(t, 0);
	if (!sqlite_row_end(t, 2))
		return;
	sqlite_row_begin(t);
	sqlite_put_null(t);
	sqlite_put_i64(t, number);
	sqlite_put_i64(t, at);
	sqlite_put_i64(t, 0);
	sqlite_put_i64(t, 0x30000001);
	sqlite_put_i64(t, 0);
	sqlite_row_end(t, 3);
	(void)k;
}

static void put_history(struct kape *k)
{
	struct sqlite_tables t;
	struct buf b = { 0 };
	int64_t number = 0;

	sqlite_tables_init(&t);
	sqlite_table_add(&t, "downloads", DOWNLOADS);
	sqlite_table_add(&t, "downloads_url_chains", CHAINS);
	sqlite_table_add(&t, "urls", URLS);
	sqlite_table_add(&t, "visits", VISITS);
	for (size_t i = 0; i < k->c.file_count; i++)
		if (k->c.files[i].url && number < 8) {
			number++;
			put_download(k, &t, &k->c.files[i], number);
			put_visit(k, &t, &k->c.files[i], number);
		}
	sqlite_tables_write(&t, &b);
	sqlite_tables_done(&t);
	kape_put(k, host_text(k->c.h, "Users/%s/AppData/Local/Google/Chrome/User Data/Default/History", k->c.h->user),
		 &b);
}

bool form_kape(struct host *h, const struct rehearse_sink *sink)
{
	struct kape k = { .sink = sink, .ok = true };

	collected_init(&k.c, h);
	k.root = host_text(h, "kape/%s/C", kape_capitals(&k, h->name));
	kape_put_hives(&k);
	for (size_t i = 0; i < k.c.program_count && !kape_is_server(&k); i++)
		if (k.c.programs[i].count)
			put_prefetch(&k, &k.c.programs[i]);
	put_history(&k);
	kape_put_mft(&k);
	collected_done(&k.c);
	return k.ok;
}
