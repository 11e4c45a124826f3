/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Amcache.hve: programs, their files and drivers as the application experience inventory found them. Two
 * schemas, of which hives of Windows 10 1607 hold both:
 *
 *   Root\File\{volume}\<file number>        values 15 path, 101 "0000" + SHA-1, 6 size, f link time, ...
 *   Root\Programs\<id>                      values 0 name, 1 version, 2 publisher, a installed (Unix), ...
 *   Root\InventoryApplicationFile\<..>      LowerCaseLongPath, FileId, Size (a number, or its text), ...
 *   Root\InventoryApplication\<id>          Name, Version, ...
 *   Root\InventoryDriverBinary\<path>       DriverId, DriverVersion, ... (1607: the key is the SHA-1)
 *
 * It proves that a file was there when the inventory ran, never that it ran. The SHA-1 is of the first
 * 31,457,280 bytes. The key's time is the inventory's.
 */
#include "input/hive/artifacts.h"
#include "input/hive/product.h"

#include <stdlib.h>

#define SHA1_DIGITS 40u
#define HASHED_BYTES_MAX 31457280u /* of longer files only so much is hashed */

static uint32_t inventory(const struct hive *h, const char *name)
{
	return regf_child(&h->regf, regf_child(&h->regf, 0, "Root"), name);
}

/* "0000" and the digest, in lower case; p NULL for anything else. */
static struct slice sha1_of(struct slice id, struct arena *a)
{
	struct slice zeros = SLICE("0000");

	if (id.n != zeros.n + SHA1_DIGITS || !slice_starts(id, zeros) || !slice_is_hex(id))
		return slice_of(NULL, 0);
	return arena_lower(a, slice_from(id, zeros.n));
}

/* c:/windows/x.sys, as drivers are keyed: the slashes are the key's. */
static struct slice with_backslashes(struct slice path, struct arena *a)
{
	uint8_t *out;

	if (slice_find(path, '/') == path.n || path.n < 3 || path.p[1] != ':' || !(out = arena_alloc(a, path.n)))
		return path;
	for (size_t i = 0; i < path.n; i++)
		out[i] = path.p[i] == '/' ? '\\' : path.p[i];
	return slice_of(out, path.n);
}

static void make_file(const struct hive *h, struct event *ev, struct slice path, struct slice sha1)
{
	path = with_backslashes(path, &ev->arena);
	ev->completeness = COMPLETENESS_FILTERED;
	if (!path.n)
		return;
	ev->proves = STAGE_BIT(STAGE_S1) | STAGE_BIT(STAGE_S2);
	/* Drivers of 1607 have a name and no place. */
	if (slice_find(path, '\\') == path.n)
		return;
	ev->op = ACTIVITY_FILE_PRESENT;
	hive_make_text(h, ev, HIVE_S_FILE, path);
	if (sha1.n)
		hive_make_text(h, ev, HIVE_S_HASHES,
			       arena_printf(&ev->arena, "SHA1=%.*s", (int)sha1.n, (const char *)sha1.p));
}

/* ---- files ---- */

static void find_files(struct hive *h)
{
	uint32_t files = inventory(h, "InventoryApplicationFile"), volumes = inventory(h, "File");

	HIVE_EACH_CHILD(h, files, i) {
		hive_item(h, &hive_amcache_file, i, REGF_NONE, 0);
	}
	HIVE_EACH_CHILD(h, volumes, volume) {
		HIVE_EACH_CHILD(h, volume, i) {
			hive_item(h, &hive_amcache_file, i, REGF_NONE, 1);
		}
	}
}

/* The number, also where it is stored as text, decimal or hexadecimal behind 0x; 0 where there is none. */
static uint64_t put_size(const struct hive *h, struct event *ev, uint32_t value)
{
	char text[32], *end;
	uint64_t n;
	struct slice s = hive_text(h, value, &ev->arena);

	if (!hive_number(h, value, &n)) {
		if (!s.n || s.n >= sizeof(text) || s.p[0] < '0' || s.p[0] > '9')
			return 0;
		memcpy(text, s.p, s.n);
		text[s.n] = 0;
		n = strtoull(text, &end, text[1] == 'x' ? 16 : 10);
		if (*end)
			return 0;
	}
	hive_put_u64(h, ev, HIVE_SIZE, n);
	return n;
}

static void put_file(struct hive *h, const struct hive_item *it, struct event *ev)
{
	enum { PATH, ID, SIZE, PRODUCT, VERSION, PUBLISHER, LINKED, PROGRAM, CREATED, MODIFIED, NUMBER, COUNT };
	static const char *const names[2][COUNT] = {
		{ "LowerCaseLongPath", "FileId", "Size", "ProductName", "Version", "Publisher", "LinkDate",
		  "ProgramId", "-", "-", "BinFileVersion" },
		{ "15", "101", "6", "0", "5", "1", "f", "100", "12", "11", "2" },
	};
	struct arena *a = &ev->arena;
	uint32_t v[COUNT];
	uint64_t n;

	hive_pick(h, it->key, names[it->extra], COUNT, v);
	struct slice path = hive_text(h, v[PATH], a), sha1 = sha1_of(hive_text(h, v[ID], a), a);
	struct slice version = hive_text(h, v[VERSION], a), product = hive_text(h, v[PRODUCT], a);
	struct slice publisher = hive_text(h, v[PUBLISHER], a);

	if (!version.n)
		version = hive_text(h, v[NUMBER], a);
	hive_put_text(h, ev, HIVE_PATH, path);
	hive_put_text(h, ev, HIVE_SHA1, sha1);
	uint64_t size = put_size(h, ev, v[SIZE]);

	hive_put_text(h, ev, HIVE_PRODUCT, product);
	hive_put_text(h, ev, HIVE_VERSION, version);
	hive_put_text(h, ev, HIVE_PUBLISHER, publisher);
	if (hive_number(h, v[LINKED], &n)) {
		hive_put_unix(h, ev, HIVE_LINK_TIME, n);
	} else {
		struct when linked = product_date(hive_text(h, v[LINKED], a));

		hive_put_unix(h, ev, HIVE_LINK_TIME, linked.ns > 0 ? (uint64_t)linked.ns / 1000000000u : 0);
	}
	hive_put_text(h, ev, HIVE_PROGRAM_ID, hive_text(h, v[PROGRAM], a));
	if (hive_number(h, v[CREATED], &n))
		hive_put_filetime(h, ev, HIVE_CREATED, n);
	if (hive_number(h, v[MODIFIED], &n))
		hive_put_filetime(h, ev, HIVE_MODIFIED, n);
	hive_key_time(h, ev, it->key);
	make_file(h, ev, path, size > HASHED_BYTES_MAX ? slice_of(NULL, 0) : sha1);
	hive_make_text(h, ev, HIVE_S_FILE_VERSION, version);
	hive_make_text(h, ev, HIVE_S_PRODUCT, product);
	hive_make_text(h, ev, HIVE_S_COMPANY, publisher);
}

const struct hive_artifact hive_amcache_file = { "amcache_file", find_files, put_file };

/* ---- programs ---- */

static void find_programs(struct hive *h)
{
	uint32_t new = inventory(h, "InventoryApplication"), old = inventory(h, "Programs");

	HIVE_EACH_CHILD(h, new, i) {
		hive_item(h, &hive_amcache_program, i, REGF_NONE, 0);
	}
	HIVE_EACH_CHILD(h, old, i) {
		hive_item(h, &hive_amcache_program, i, REGF_NONE, 1);
	}
}

static void put_program(struct hive *h, const struct hive_item *it, struct event *ev)
{
	enum { NAME, VERSION, PUBLISHER, ROOT, SOURCE, PROGRAM, DATE, COUNT };
	static const char *const names[2][COUNT] = {
		{ "Name", "Version", "Publisher", "RootDirPath", "Source", "ProgramId", "InstallDate" },
		{ "0", "1", "2", "d", "6", "ProgramId", "a" },
	};
	struct arena *a = &ev->arena;
	uint32_t v[COUNT];
	uint64_t n;

	hive_pick(h, it->key, names[it->extra], COUNT, v);
	struct slice program = hive_text(h, v[PROGRAM], a);
	struct product p = { .name = hive_text(h, v[NAME], a), .version = hive_text(h, v[VERSION], a),
			     .publisher = hive_text(h, v[PUBLISHER], a), .location = hive_text(h, v[ROOT], a) };
	struct when date = hive_number(h, v[DATE], &n) ? when_unix(n < UINT32_MAX ? (int64_t)n : 0)
						       : product_date(hive_text(h, v[DATE], a));

	hive_put_text(h, ev, HIVE_NAME, p.name);
	hive_put_text(h, ev, HIVE_VERSION, p.version);
	hive_put_text(h, ev, HIVE_PUBLISHER, p.publisher);
	hive_put_text(h, ev, HIVE_ROOT_DIR, p.location);
	hive_put_text(h, ev, HIVE_SOURCE, hive_text(h, v[SOURCE], a));
	hive_put_text(h, ev, HIVE_PROGRAM_ID, program.n ? program : hive_name(h, it->key, a));
	hive_key_time(h, ev, it->key);
	if (date.set && date.ns) {
		ev->time = date;
		ev->time_kind = "install";
	}
	product_make(h, ev, &p);
	ev->completeness = COMPLETENESS_FILTERED;
}

const struct hive_artifact hive_amcache_program = { "amcache_program", find_programs, put_program };

/* ---- drivers ---- */

static void find_drivers(struct hive *h)
{
	uint32_t drivers = inventory(h, "InventoryDriverBinary");

	HIVE_EACH_CHILD(h, drivers, i) {
		hive_item(h, &hive_amcache_driver, i, REGF_NONE, 0);
	}
}

static void put_driver(struct hive *h, const struct hive_item *it, struct event *ev)
{
	enum { ID, VERSION, NAME, PRODUCT, COMPANY, SERVICE, SIGNED, WRITTEN, COUNT };
	static const char *const names[COUNT] = { "DriverId",	   "DriverVersion", "DriverName",   "Product",
						  "DriverCompany", "Service",	    "DriverSigned", "DriverLastWriteTime" };
	struct arena *a = &ev->arena;
	uint32_t v[COUNT];
	uint64_t is_signed;

	hive_pick(h, it->key, names, COUNT, v);
	struct slice key = hive_name(h, it->key, a), id = hive_text(h, v[ID], a);
	struct slice sha1 = sha1_of(id.n ? id : key, a), name = hive_text(h, v[NAME], a);
	struct slice path = sha1_of(key, a).n ? name : key, version = hive_text(h, v[VERSION], a);
	struct slice text = hive_text(h, v[SIGNED], a);

	hive_put_text(h, ev, HIVE_PATH, path);
	hive_put_text(h, ev, HIVE_SHA1, sha1);
	hive_put_text(h, ev, HIVE_VERSION, version);
	if (hive_number(h, v[SIGNED], &is_signed) || slice_to_u64(text, &is_signed))
		hive_put_bool(h, ev, HIVE_SIGNED, is_signed != 0);
	hive_put_text(h, ev, HIVE_NAME, name);
	hive_put_value(h, ev, HIVE_PRODUCT, v[PRODUCT]);
	hive_put_value(h, ev, HIVE_PUBLISHER, v[COMPANY]);
	hive_put_value(h, ev, HIVE_SERVICE, v[SERVICE]);
	struct when written = product_date(hive_text(h, v[WRITTEN], a));

	hive_put_unix(h, ev, HIVE_MODIFIED, written.ns > 0 ? (uint64_t)written.ns / 1000000000u : 0);
	hive_key_time(h, ev, it->key);
	make_file(h, ev, path, sha1);
	hive_make_text(h, ev, HIVE_S_FILE_VERSION, version);
	hive_make(h, ev, HIVE_S_PRODUCT, hive_value(h, v[PRODUCT], a));
	hive_make(h, ev, HIVE_S_COMPANY, hive_value(h, v[COMPANY], a));
}

const struct hive_artifact hive_amcache_driver = { "amcache_driver", find_drivers, put_driver };
