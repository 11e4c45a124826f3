/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * What lies on a machine's disk when its acts are over and somebody collects it: the releases that are
 * there, the programs that ran with the modules they loaded in their first ten seconds, the files with their
 * times. What was there before it was installed anew is gone. Times are of the machine's clock. Everything
 * is in the machine's arena.
 */
#include "rehearse/forms/forms.h"

#define COLLECTED_RUNS 8u
#define COLLECTED_MODULES 24u

struct collected_release {
	const struct product *product;
	unsigned release;
	int64_t came; /* its installer was done */
	bool before;  /* before the records */
	const struct image *parts[3];
};

/* One program by its path. */
struct collected_program {
	const struct image *image;
	int64_t runs[COLLECTED_RUNS]; /* the latest first; 0: none */
	unsigned count;
	bool by_user, by_shell; /* the last run: as the user; started from the desktop */
	const struct image *modules[COLLECTED_MODULES];
	size_t module_count;
};

struct collected_file {
	const char *path; /* without "~" */
	const struct image *image; /* its content, or NULL */
	int64_t created, changed;
	bool gone;
	const char *url, *referrer; /* where it was marked as coming from; NULL: not marked */
};

struct collected {
	struct host *h;
	struct collected_release *releases;
	struct collected_program *programs;
	struct collected_file *files;
	size_t release_count, program_count, file_count;
	int64_t from, end; /* of what is left, and when it was collected */
};

void collected_init(struct collected *c, struct host *h);
void collected_done(struct collected *c);
/* The inventory of files and programs runs each morning: when it first ran at or behind this moment; 0: not
 * any more. */
int64_t collected_inventory(const struct collected *c, int64_t ns);
/* How large a file of this content is; its name's where it has none. */
uint64_t collected_size(const struct collected *c, const struct image *image, const char *path);
uint64_t collected_filetime(int64_t ns);
