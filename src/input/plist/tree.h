/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * A property list, binary ("bplist00", CFBinaryPList.c) or XML (PropertyList-1.0.dtd), to be looked
 * into: values are numbers of objects, decoded when they are asked for. Objects may refer to each
 * other in circles and share what they hold: nothing here walks by itself, and every look costs of
 * a budget that grows with the file, so that what calls needs only bounds on its own depth.
 *
 * Owned by whoever has the struct; binary ones borrow the file's bytes. One thread.
 */
#include "base/arena.h"
#include "base/slice.h"

enum plist_type {
	PLIST_NONE, /* not there, or damaged */
	PLIST_NULL,
	PLIST_BOOL,  /* i */
	PLIST_INT,   /* i */
	PLIST_REAL,  /* f */
	PLIST_DATE,  /* f: seconds since 2001 */
	PLIST_DATA,  /* s */
	PLIST_ASCII, /* s: a text; of XML in UTF-8 */
	PLIST_UTF16, /* s: a text, big-endian */
	PLIST_UID,   /* i: an object of an archive (NSKeyedArchiver) */
	PLIST_ARRAY, /* count; sets too */
	PLIST_DICT,  /* count */
};

struct plist_value {
	enum plist_type type;
	uint32_t count;
	uint64_t offset; /* in the file */
	union {
		int64_t i;
		double f;
		struct slice s; /* a binary container's references */
		uint32_t first; /* an XML container's first reference */
	};
};

/* What an XML one is read into. */
struct plist_nodes {
	struct plist_value *list;
	size_t n, cap;
	uint32_t *refs; /* of containers: items, or keys and then values */
	size_t ref_count, ref_cap;
	struct arena arena; /* texts */
};

struct plist {
	struct slice bytes, table; /* table: binary, where the objects begin */
	unsigned offset_bytes, ref_bytes;
	uint64_t objects, root;
	struct plist_nodes nodes;
	bool is_xml;
	int64_t work; /* looks that are left */
};

/* What could not be read of it. */
struct plist_fault {
	uint64_t offset;
	const char *why; /* NULL: nothing */
};

bool plist_is_binary(struct slice head);
bool plist_is_xml(struct slice head);
/* False where there is no root. A fault besides a tree: what was read before it is in the tree. */
bool plist_open(struct plist *p, struct slice bytes, struct plist_fault *ret_fault);
void plist_close(struct plist *p); /* a zeroed one is fine */

struct plist_value plist_root(struct plist *p);
struct plist_value plist_object(struct plist *p, uint64_t number);
/* Of an array, or a dictionary's value; PLIST_NONE past the end or for other types. */
struct plist_value plist_item(struct plist *p, const struct plist_value *v, uint32_t i);
struct plist_value plist_key(struct plist *p, const struct plist_value *dict, uint32_t i);
/* The value of the first key of that name. */
struct plist_value plist_find(struct plist *p, const struct plist_value *dict, const char *key);
bool plist_is_text(const struct plist_value *v, const char *text);
/* A text as valid UTF-8, from the file or in the arena; p NULL for other types. Costs by its
 * length: many objects may share one. */
struct slice plist_text(struct plist *p, const struct plist_value *v, struct arena *a);
/* plist_text of plist_find. */
struct slice plist_text_of(struct plist *p, const struct plist_value *dict, const char *key,
			   struct arena *a);
/* A number of any kind (a text that is one, too). */
bool plist_double(const struct plist_value *v, double *ret);

/* xml.c: into p->nodes. */
bool plist_read_xml(struct plist *p, struct plist_fault *ret_fault);
