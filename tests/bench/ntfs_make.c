/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Writes files of Windows made up by tests/support/ntfs_build.c, for the bench and as seeds of the
 * fuzz targets:
 *
 *   ntfs_make mft N FILE        an $MFT of N records: folders eight deep, links, streams, deleted
 * ones ntfs_make usn N FILE        a $J of N records behind a hole ntfs_make prefetch N FOLDER N
 * packed prefetch files of version 30 ntfs_make seeds FOLDER      one small file of each kind
 */
#include "ntfs_build.h"

#include "base/rng.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const uint64_t times[4] = { 133000000000000000, 133000000010000000, 133000000020000000,
				   133000000030000000 };

static void write_file(const char *path, struct buf *b)
{
	FILE *f = fopen(path, "wb");

	if (!f || fwrite(b->p, 1, b->n, f) != b->n || fclose(f) != 0) {
		perror(path);
		exit(1);
	}
	buf_done(b);
	*b = (struct buf){ 0 };
}

static void make_file(struct mft_build *b, uint32_t i, uint64_t parent, struct rng *rng)
{
	uint64_t kind = rng_below(rng, 16);
	char name[64];

	mft_record_begin(b, i, (uint16_t)(1 + i % 7), kind ? 1 : 0, 0);
	mft_times(b, times);
	snprintf(name, sizeof(name), "FILE%04X~1.DLL", i & 0xffff);
	if (kind & 1)
		mft_name(b, parent, times, 2, name);
	snprintf(name, sizeof(name), "file number %u of the volume.dll", i);
	mft_name(b, parent, times, 1, name);
	if (kind == 3)
		mft_name(b, MFT_REFERENCE(5, 5), times, 1, name);
	mft_runs(b, NULL, i * 17u, true);
	if (kind == 5)
		mft_data(b, "Zone.Identifier",
			 slice_str(
				 "[ZoneTransfer]\r\nZoneId=3\r\nReferrerUrl=https://a.example/x\r\n"
				 "HostUrl=https://b.example/downloads/setup.msi\r\n"));
	mft_record_end(b);
}

/* Every eighth record is a folder, in one of the last folders or at the root. */
static struct buf make_mft(uint32_t count)
{
	struct mft_build b;
	struct rng rng = { 7 };
	uint64_t folders[8] = { 0 };
	uint32_t made = 0;

	mft_build_init(&b, 1024);
	buf_reserve(&b.out, (size_t)count * 1024);
	for (uint32_t i = 6; i < count; i++) {
		uint64_t parent =
			made ? folders[rng_below(&rng, made < 8 ? made : 8)] : MFT_REFERENCE(5, 5);
		char name[32];

		if (i % 8 != 6) {
			make_file(&b, i, parent, &rng);
			continue;
		}
		snprintf(name, sizeof(name), "folder %u", i);
		mft_file(&b, i, 1, 3, made % 8 ? parent : MFT_REFERENCE(5, 5), name);
		folders[made++ % 8] = MFT_REFERENCE(i, 1);
	}
	mft_build_finish(&b);
	return b.out;
}

static struct buf make_usn(uint32_t count, size_t hole)
{
	struct buf b = { 0 };
	char name[48];

	while (b.n < hole)
		buf_put_byte(&b, 0);
	for (uint32_t i = 0; i < count; i++) {
		uint32_t folder = 30 + i / 16 * 16;
		bool is_folder = i % 16 == 0;

		snprintf(name, sizeof(name), "changed %u.tmp", i);
		usn_build(&b, &(struct usn_spec){ .version = 2 + i % 2,
						  .reference = MFT_REFERENCE(30 + i, 1),
						  .parent = is_folder ? MFT_REFERENCE(5, 5)
								      : MFT_REFERENCE(folder, 1),
						  .time = 133000000000000000u + i,
						  .reason = is_folder ? 0x100
								      : 0x80000000u | 1u << i % 16,
						  .attributes = is_folder ? 0x10 : 0x20,
						  .name = name });
	}
	return b;
}

static struct buf make_prefetch(uint32_t number, uint32_t version, bool packed, size_t files)
{
	char(*names)[80] = calloc(files, sizeof(*names));
	const char **list = calloc(files, sizeof(*list));
	struct buf b = { 0 };

	for (size_t i = 0; i < files; i++) {
		snprintf(names[i], sizeof(names[i]),
			 "\\VOLUME{01d1217a9c4c6779-8c9f49ec}\\WINDOWS\\SYSTEM32\\LIBRARY %zu.DLL",
			 i ? i * 7919 % 1000 + number : 0);
		list[i] = i ? names[i] : "\\VOLUME{01d1217a9c4c6779-8c9f49ec}\\APP\\PROGRAM.EXE";
	}
	struct prefetch_spec s = { .version = version,
				   .short_layout = number % 2,
				   .name = "PROGRAM.EXE",
				   .hash = number,
				   .run_count = 9,
				   .runs = { times[0], times[1], times[2] },
				   .files = list,
				   .file_count = files,
				   .device = "\\VOLUME{01d1217a9c4c6779-8c9f49ec}" };

	(packed ? prefetch_build_packed : prefetch_build)(&b, &s);
	free(names);
	free(list);
	return b;
}

static void make_seeds(const char *folder)
{
	struct {
		const char *name;
		struct buf bytes;
	} seeds[] = { { "mft", make_mft(24) },
		      { "usn", make_usn(40, 4096) },
		      { "prefetch-17", make_prefetch(1, 17, false, 3) },
		      { "prefetch-23", make_prefetch(1, 23, false, 3) },
		      { "prefetch-26", make_prefetch(1, 26, false, 3) },
		      { "prefetch-30", make_prefetch(2, 30, true, 5) },
		      { "prefetch-31", make_prefetch(1, 31, true, 5) } };
	char path[4096];

	for (size_t i = 0; i < sizeof(seeds) / sizeof(*seeds); i++) {
		snprintf(path, sizeof(path), "%s/%s", folder, seeds[i].name);
		write_file(path, &seeds[i].bytes);
	}
}

int main(int argc, char **argv)
{
	const char *what = argc > 2 ? argv[1] : "";
	uint32_t count = argc > 3 ? (uint32_t)strtoul(argv[2], NULL, 10) : 0;
	struct buf b;
	char path[4096];

	if (strcmp(what, "seeds") == 0) {
		make_seeds(argv[2]);
		return 0;
	}
	if (argc != 4) {
		fprintf(stderr, "ntfs_make mft|usn N FILE, ntfs_make prefetch N FOLDER, ntfs_make "
				"seeds FOLDER\n");
		return 2;
	}
	for (uint32_t i = 0; strcmp(what, "prefetch") == 0 && i < count; i++) {
		snprintf(path, sizeof(path), "%s/PROGRAM.EXE-%08X.pf", argv[3], i);
		b = make_prefetch(i, 30, true, 60);
		write_file(path, &b);
	}
	if (strcmp(what, "mft") == 0 || strcmp(what, "usn") == 0) {
		b = what[0] == 'm' ? make_mft(count) : make_usn(count, (size_t)1 << 20);
		write_file(argv[3], &b);
	}
	return 0;
}
