/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs a fuzz target on every file of the folders given, and on every prefix of the small ones:
 * what the ordinary test run does with fuzz/corpus/.
 */
#include "base/heap.h"

#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#define FILE_MAX ((size_t)1 << 20)
#define PREFIXES_MAX 2048u

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A copy of exactly that size, so that a sanitizer sees one byte too far. */
static void run(const uint8_t *bytes, size_t n)
{
	uint8_t *copy = heap_new(n);

	memcpy(copy, bytes, n);
	LLVMFuzzerTestOneInput(copy, n);
	free(copy);
}

static void replay(const char *path, uint8_t *room)
{
	FILE *f = fopen(path, "rb");
	size_t n = f ? fread(room, 1, FILE_MAX, f) : 0;

	if (!f)
		return;
	fclose(f);
	for (size_t k = 0; k < n && n <= PREFIXES_MAX; k++)
		run(room, k);
	run(room, n);
}

int main(int argc, char **argv)
{
	uint8_t *room = heap_new(FILE_MAX);
	size_t files = 0;

	for (int i = 1; i < argc; i++) {
		DIR *dir = opendir(argv[i]);
		struct dirent *entry;
		char path[4096];

		while (dir && (entry = readdir(dir)))
			if (entry->d_name[0] != '.') {
				snprintf(path, sizeof(path), "%s/%s", argv[i], entry->d_name);
				replay(path, room);
				files++;
			}
		if (dir)
			closedir(dir);
	}
	free(room);
	return files ? 0 : 1;
}
