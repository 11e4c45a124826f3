/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Questions that a walk asks of a graph: who wrote what a file held at a time, what is known of its
 * content, which files hold the same. */
#include "graph/graph.h"

#define LOOKUP_WRITERS 8u
/* From a package's start to the last file that its installer writes. */
#define INSTALL_WINDOW_NS (INT64_C(600) * 1000000000)

/* What a file held at a moment: the version between two known writes. */
struct file_version {
	uint32_t writes[LOOKUP_WRITERS]; /* edges, the last first: any of them may have given the content */
	size_t write_count;
	uint32_t deleted; /* it was deleted before, and who wrote it anew is in no record; or GRAPH_NONE */
	int64_t from_ns;  /* of the first of these writes; GRAPH_EVER when no record tells any */
};

/* Writes by one process in a row are one version's (a download is written, renamed, marked). */
void file_version_at(const struct graph *g, uint32_t file, int64_t ns, struct file_version *ret);
/* The mark of where the file came from (Zone.Identifier, or a download that says its URL), as it was
 * at that moment: an edge with host_url, or GRAPH_NONE. */
uint32_t file_mark_at(const struct graph *g, uint32_t file, int64_t ns);

/* What is known of a content, from whichever record says it. p NULL: not said. */
struct content {
	struct slice sha256, sha1, md5;
	struct slice product, version, company, signer, signature, original_name;
	uint32_t edge; /* the record that says most of it, or GRAPH_NONE */
};

/* Of the version at that moment. A hash that was read is the file's only between two known writes:
 * where another write lies between, it does not count. */
void file_content_at(const struct graph *g, uint32_t file, int64_t ns, struct content *ret);
/* The same hash (the strongest that both have). False where they have no kind of hash in common. */
bool content_same(const struct content *a, const struct content *b);
/* Up to `cap` files, the first first, on this host that a record before ns gives this content, other than `file`. After
 * graph_index. */
size_t files_with(const struct graph *g, const struct content *c, uint32_t file, int64_t ns, uint32_t *ret,
		  size_t cap);
/* The file that a process's image is, or GRAPH_NONE. */
uint32_t image_file(const struct graph *g, uint32_t process);
/* Windows Installer's service writes on behalf of the msiexec that was given the package: the last process of
 * the same image that started within ten minutes before ns with a package on its command line; GRAPH_NONE
 * where there is none. */
uint32_t installer_client(const struct graph *g, uint32_t process, int64_t ns);
