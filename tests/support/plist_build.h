/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Binary property lists for tests: objects in the order in which they are added, each of them a
 * number. */
#include "base/buf.h"

struct plist_build {
	struct buf bytes;
	size_t offsets[200];
	size_t n;
};

void plist_start(struct plist_build *b);
void plist_done(struct plist_build *b);
unsigned plist_add_text(struct plist_build *b, const char *text);
unsigned plist_add_wide(struct plist_build *b, const char *ascii); /* as UTF-16 */
unsigned plist_add_int(struct plist_build *b, uint64_t v);
unsigned plist_add_bool(struct plist_build *b, bool v);
unsigned plist_add_uid(struct plist_build *b, uint8_t v);
unsigned plist_add_date(struct plist_build *b, double seconds); /* since 2001 */
unsigned plist_add_data(struct plist_build *b, struct slice s);
/* Items, or keys and then values; -1 ends. */
unsigned plist_add_array(struct plist_build *b, ...);
unsigned plist_add_dict(struct plist_build *b, ...);
/* The file; owned by b. */
struct slice plist_finish(struct plist_build *b, unsigned root);
