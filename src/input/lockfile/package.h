/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * A package as a lockfile wants it, or an inventory has it; slices borrow from the file. A lockfile
 * says *wanted*, a tree *present*, neither says that it ran.
 */
#include "input/put.h"

enum package_word {
	PACKAGE_PACKAGE,
	PACKAGE_VERSION,
	PACKAGE_ECOSYSTEM,
	PACKAGE_PURL,
	PACKAGE_PATH,
	PACKAGE_FILE,
	PACKAGE_RESOLVED,
	PACKAGE_INTEGRITY,
	PACKAGE_CHECKSUM,
	PACKAGE_MD5,
	PACKAGE_SHA1,
	PACKAGE_SHA256,
	PACKAGE_SHA384,
	PACKAGE_SHA512,
	PACKAGE_SIZE,
	PACKAGE_INSTALL_SCRIPT,
	PACKAGE_WORD_COUNT
};

struct package_names {
	struct put_name list[PACKAGE_WORD_COUNT];
};

struct package {
	const char *ecosystem; /* purl's type */
	struct slice name, version, path, file, resolved;
	struct slice integrity; /* "sha512-BASE64 sha1-BASE64", and "sha256=URLSAFE" of pip */
	struct slice checksum;	/* of a form that is no digest of the archive (yarn's own) */
	struct slice hash;	/* "sha256:HEX", or HEX alone, its kind told by its length */
	struct slice size;
	bool install_script;
};

void package_names_init(struct package_names *n, const struct names *names);
/* Fields, with digests as lower-case hex. */
void package_put(const struct package_names *n, const struct package *p, struct event *ev);
/* A digest in base64 alone, as the hex of its kind. */
void package_put_digest(const struct package_names *n, struct slice base64, struct event *ev);
