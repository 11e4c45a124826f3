/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Parts of a Windows machine's collection. */
#include "rehearse/forms/collected.h"

struct kape {
	struct collected c;
	const struct rehearse_sink *sink;
	const char *root; /* "kape/WS-003/C" */
	bool ok;
};

/* Puts a file below the drive, and empties b. */
void kape_put(struct kape *k, const char *path, struct buf *b);
const char *kape_sid(struct kape *k);
/* A path behind its drive's letter; NULL where it has none. */
const char *kape_behind_drive(const char *path);
/* Prefetch and the moderator of background activity are off on servers. */
bool kape_is_server(const struct kape *k);
/* Into n + 1 capitals. */
const char *kape_capitals(struct kape *k, const char *text);

void kape_put_hives(struct kape *k);
void kape_put_mft(struct kape *k);
